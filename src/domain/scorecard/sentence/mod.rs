//! The sentence of a Criterion for people: what there is, what is missing, and what the next step needs.

mod next;
mod persons;
mod spans;
mod studio;
mod words;

use super::PartScore;
use super::assessment::Assessment;
use super::measure::EachTime;
use crate::domain::policy::{Criterion, Logic, Part, PeriodKind, Scope};

pub(super) use words::taken_part;

pub(super) fn of(assessment: &Assessment<'_>, criterion: &Criterion, parts: &[PartScore]) -> String {
    if parts.iter().all(|part| part.subjects.is_empty()) {
        return nobody(assessment, criterion);
    }
    let told = criterion.parts.iter().zip(parts).map(|(part, score)| {
        let sentence = of_part(&Telling { assessment, criterion, part, score });
        match &part.title {
            Some(title) if 1 < parts.len() => format!("{title}：{sentence}"),
            _ => sentence,
        }
    });
    let mut sentence = told.collect::<Vec<_>>().join("；");
    if criterion.logic == Logic::Any && 1 < parts.len() {
        sentence += "（满足一项即可）";
    }
    if criterion.period == PeriodKind::Cycle && !assessment.assessed.final_year {
        let ends = assessment.assessed.cycle.to;
        sentence += &format!("；周期到 {}年{}结束，今年不计入结果", ends.year(), ends.words());
    }
    sentence
}

/// One part of a Criterion and its result.
pub(super) struct Telling<'a, 'f> {
    pub(super) assessment: &'a Assessment<'f>,
    pub(super) criterion: &'a Criterion,
    pub(super) part: &'a Part,
    pub(super) score: &'a PartScore,
}

fn of_part(telling: &Telling<'_, '_>) -> String {
    let subjects = &telling.score.subjects;
    let several = subjects.iter().any(|subject| subject.span != subjects[0].span);
    match (&telling.criterion.scope, several) {
        (Scope::Studio, true) => spans::of(telling),
        (Scope::Each(population), false) => persons::of(telling, population),
        (Scope::Each(population), true) => persons::over_spans(telling, population),
        (Scope::Studio, false) => match EachTime::of(&telling.part.measure) {
            Some(rule) => studio::each_time(telling, &rule, &subjects[0]),
            None => studio::number(telling, &subjects[0]),
        },
    }
}

fn nobody(assessment: &Assessment<'_>, criterion: &Criterion) -> String {
    match &criterion.scope {
        Scope::Each(key) if assessment.asks(criterion) || criterion.period == PeriodKind::Cycle => {
            let title = assessment.policy.populations.get(key).map_or(key.as_str(), |of| of.title.as_str());
            format!("名单上还没有{title}")
        }
        _ => format!("今年没有完整的{}，不作要求", spans::unit(criterion.period)),
    }
}
