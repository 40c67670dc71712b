//! Words that several sentences share.

use crate::domain::policy::{Filter, Measure, Taking};

/// So many names are told; more are counted.
const NAMES: usize = 5;

/// 何志强、马海燕 等 12 人
pub(super) fn names(all: &[String]) -> String {
    if all.len() <= NAMES {
        return all.join("、");
    }
    format!("{} 等 {} 人", all[..NAMES].join("、"), all.len())
}

/// What a person is said to have done, where one Activity is asked of everybody.
pub(in super::super) fn taken_part(measure: &Measure, of: u32) -> Option<&'static str> {
    match measure {
        Measure::Activities(Filter { taking, .. }) if of == 1 => Some(taking.unwrap_or(Taking::Attending).word()),
        _ => None,
    }
}

/// 3 次, 50%: a number and its unit; 汉字 stand apart from figures.
pub(super) fn with_unit(number: u32, unit: &str) -> String {
    let ascii = unit.chars().next().is_none_or(|first| first.is_ascii());
    if ascii { format!("{number}{unit}") } else { format!("{number} {unit}") }
}
