//! Sentences about months, semesters and school years that must hold each.

use super::super::assessment::count;
use super::super::{ScoreState, Span, SubjectScore};
use super::Telling;
use super::words::with_unit;
use crate::domain::policy::PeriodKind;

/// 12 个月中 11 个月达标；3 月只有 1 次，已补不回来
pub(super) fn of(telling: &Telling<'_, '_>) -> String {
    let subjects = &telling.score.subjects;
    let met = count(subjects.iter().filter(|subject| subject.is_met()));
    let unit = unit(telling.criterion.period);
    let all = count(subjects.iter());
    if met == all {
        return format!("{all} 个{unit}都达标");
    }
    let mut sentences = vec![format!("{all} 个{unit}中 {met} 个{unit}达标")];
    let lost: Vec<String> = in_state(telling, ScoreState::Impossible).map(|subject| short(telling, subject)).collect();
    if !lost.is_empty() {
        sentences.push(format!("{}，已补不回来", lost.join("、")));
    }
    for subject in in_state(telling, ScoreState::Waiting) {
        sentences.push(format!("{}等确认", name(telling, subject.span)));
    }
    for subject in in_state(telling, ScoreState::NotYet) {
        let missing = with_unit(subject.of.saturating_sub(subject.measured), &telling.part.unit);
        sentences.push(format!("{}还差 {missing}{}", name(telling, subject.span), telling.late(subject)));
    }
    sentences.join("；")
}

/// Of the periods that have begun; a later one has nothing to tell of yet.
fn in_state<'a>(telling: &'a Telling<'_, '_>, state: ScoreState) -> impl Iterator<Item = &'a SubjectScore> {
    let subjects = telling.score.subjects.iter();
    subjects.filter(move |subject| subject.state == state && telling.assessment.begun(subject.span))
}

fn short(telling: &Telling<'_, '_>, subject: &SubjectScore) -> String {
    let name = name(telling, subject.span);
    match subject.measured {
        0 => format!("{name}没有"),
        some => format!("{name}只有 {}", with_unit(some, &telling.part.unit)),
    }
}

pub(super) const fn unit(period: PeriodKind) -> &'static str {
    match period {
        PeriodKind::Month => "月",
        PeriodKind::Semester => "学期",
        PeriodKind::SchoolYear => "学年",
        PeriodKind::Year | PeriodKind::Now => "年度",
        PeriodKind::Cycle => "周期",
    }
}

/// 3 月, 秋季学期, 2026 学年: what people call a period.
pub(super) fn name(telling: &Telling<'_, '_>, span: Span) -> String {
    let month = span.from.month().rem_euclid(12) + 1;
    match telling.criterion.period {
        PeriodKind::Month => format!("{month} 月"),
        PeriodKind::Semester if month == 9 => "秋季学期".to_owned(),
        PeriodKind::Semester => "春季学期".to_owned(),
        PeriodKind::SchoolYear => format!("{} 学年", span.from.year()),
        PeriodKind::Year | PeriodKind::Cycle | PeriodKind::Now => format!("{} 年度", span.from.year()),
    }
}
