//! Words that several sentences share.

use super::super::{Ground, ScoreState, SubjectScore};
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

/// What people are said to have done, where one Activity is asked of everybody; not where somebody has done it and it does not count.
pub(in super::super) fn taken_part(measure: &Measure, subjects: &[&SubjectScore]) -> Option<&'static str> {
    let one = subjects.first().is_some_and(|subject| subject.of == 1);
    match measure {
        Measure::Activities(Filter { taking, .. }) if one && subjects.iter().all(|one| fell_short(one).is_none()) => {
            Some(taking.unwrap_or(Taking::Attending).word())
        }
        _ => None,
    }
}

/// 9月25日只是县级: why the last that somebody did, who has not done what is asked, does not count.
pub(super) fn fell_short(subject: &SubjectScore) -> Option<String> {
    if !matches!(subject.state, ScoreState::NotYet | ScoreState::Impossible) {
        return None;
    }
    subject.evidence.iter().rev().find_map(|ground| match ground {
        Ground::Activity { day, counts: false, note: Some(why), .. } => Some(format!("{}{why}", day.words())),
        _ => None,
    })
}

/// 3 次, 50%: a number and its unit; 汉字 stand apart from figures.
pub(super) fn with_unit(number: u32, unit: &str) -> String {
    let ascii = unit.chars().next().is_none_or(|first| first.is_ascii());
    if ascii { format!("{number}{unit}") } else { format!("{number} {unit}") }
}
