//! Sentences about one number of the Studio.

use super::super::compare::Bounds;
use super::super::measure::EachTime;
use super::super::{Ground, ScoreState, SubjectScore};
use super::Telling;
use super::next::{Need, need};
use super::words::with_unit;
use crate::domain::policy::{Comparison, Measure};

pub(super) fn number(telling: &Telling<'_, '_>, subject: &SubjectScore) -> String {
    match telling.part.measure {
        Measure::Members { .. } | Measure::Mentees { .. } | Measure::Helped { .. } => on_the_roster(telling, subject),
        _ => counted(telling, subject),
    }
}

/// 现有 9 人，还差 1 人
fn on_the_roster(telling: &Telling<'_, '_>, subject: &SubjectScore) -> String {
    let unit = telling.part.unit.as_str();
    let bounds = bounds(telling);
    let have = format!("现有 {}", with_unit(subject.measured, unit));
    let asked = match telling.part.is {
        Comparison::AtLeast(least) => format!("不少于 {}", with_unit(least, unit)),
        Comparison::AtMost(most) => format!("不超过 {}", with_unit(most, unit)),
        Comparison::Exactly(number) => format!("应为 {}", with_unit(number, unit)),
        Comparison::Between(least, most) => format!("应为 {least}–{}", with_unit(most, unit)),
        Comparison::About(number) => format!("应为 {}左右", with_unit(number, unit)),
    };
    if subject.measured < bounds.least {
        format!("{have}，{asked}，还差 {}", with_unit(bounds.least - subject.measured, unit))
    } else if bounds.most < subject.measured {
        format!("{have}，{asked}，多了 {}", with_unit(subject.measured - bounds.most, unit))
    } else {
        format!("{have}，{asked}")
    }
}

/// 3/5 次；下一次需要 11 名带头人中 6 人参加、不少于 10 人
fn counted(telling: &Telling<'_, '_>, subject: &SubjectScore) -> String {
    let unit = telling.part.unit.as_str();
    let bounds = bounds(telling);
    let stroke = format!("{}/{}", subject.measured, with_unit(subject.of, unit));
    if subject.is_met() {
        return stroke;
    }
    if bounds.most < subject.measured {
        return format!("{stroke}，多了 {}", with_unit(subject.measured - bounds.most, unit));
    }
    let missing = bounds.least.saturating_sub(subject.measured.saturating_add(subject.waiting));
    if 0 < subject.waiting {
        let have = format!("已有 {}", with_unit(subject.measured, unit));
        let waits = format!("{have}，{}等确认", with_unit(subject.waiting, unit));
        let late = telling.late(subject);
        return if missing == 0 { waits } else { format!("{waits}，还差 {}{late}", with_unit(missing, unit)) };
    }
    if subject.state == ScoreState::Impossible {
        return format!("{stroke}，还差 {}，时间已过，补不回来", with_unit(missing, unit));
    }
    let late = telling.late(subject);
    match &telling.part.measure {
        Measure::Activities(filter) => {
            if let (Some(most), Some(least)) = (largest(subject), filter.people) {
                return format!("{stroke}；{most}，还差 {} 人", least.saturating_sub(most.people));
            }
            let next = need(telling.assessment, filter).words();
            next.map_or_else(
                || format!("{stroke}，还差 {}", with_unit(missing, unit)),
                |words| format!("{stroke}；下一次{words}"),
            )
        }
        Measure::Series(_) if 0 < subject.measured => {
            format!("{stroke}；同一系列还差 {}", with_unit(missing, unit))
        }
        _ => format!("{stroke}，还差 {}{late}", with_unit(missing, unit)),
    }
}

/// The Activity that came nearest to so many people.
pub(in super::super) struct Largest {
    pub(in super::super) people: u32,
    day: String,
}

impl std::fmt::Display for Largest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "最高 {} 人（{}）", self.people, self.day)
    }
}

fn largest(subject: &SubjectScore) -> Option<Largest> {
    let sizes = subject.evidence.iter().filter_map(|ground| match ground {
        Ground::Activity { present: Some(people), of: None, counts: false, day, .. } => Some((*people, *day)),
        _ => None,
    });
    sizes.max_by_key(|(people, _)| *people).map(|(people, day)| Largest { people, day: day.words() })
}

/// 3 次中 2 次达标；9月25日 11 名带头人中 5 人参加，如有误请申诉
pub(super) fn each_time(telling: &Telling<'_, '_>, rule: &EachTime<'_>, subject: &SubjectScore) -> String {
    if subject.of == 0 && subject.waiting == 0 {
        let mut need = Need::default();
        need.add(telling.assessment, rule, bounds(telling));
        return need.words().map_or_else(|| "还没有活动".to_owned(), |words| format!("还没有活动；每次{words}"));
    }
    if subject.is_met() {
        return format!("{} 次都达标", subject.of);
    }
    let told = subject.evidence.iter().filter_map(|ground| match ground {
        Ground::Activity { day, counts: false, present, of, note: Some(note), .. } => {
            let present = present.unwrap_or(0);
            let all = of.map_or_else(|| format!("{present} 人"), |of| format!("{present}/{of} 人"));
            // A failed one says its numbers itself.
            let waits = note.ends_with("待核");
            Some(if waits { format!("{} {all}，{note}", day.words()) } else { format!("{} {note}", day.words()) })
        }
        _ => None,
    });
    let mut told: Vec<String> = told.collect();
    if subject.state == ScoreState::Impossible {
        told.push("如有误请申诉".to_owned());
    }
    format!("{} 次中 {} 次达标；{}", subject.of, subject.measured, told.join("；"))
}

fn bounds(telling: &Telling<'_, '_>) -> Bounds {
    Bounds::of(telling.part.is, telling.assessment.policy.about_percent)
}
