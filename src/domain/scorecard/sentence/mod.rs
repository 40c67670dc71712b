//! The sentence of a Criterion for people: what there is, what is missing, and what the next step needs.

mod next;
mod persons;
mod spans;
mod studio;
mod words;

use super::assessment::{Assessment, by_subject};
use super::measure::EachTime;
use super::{PartScore, ScoreState, SubjectScore};
use crate::domain::policy::{Criterion, Logic, Part, PeriodKind, Scope};

pub(super) use words::taken_part;

pub(super) fn of(assessment: &Assessment<'_>, criterion: &Criterion, parts: &[PartScore]) -> String {
    if parts.iter().all(|part| part.subjects.is_empty()) {
        return nobody(assessment, criterion);
    }
    if criterion.logic == Logic::Any && 1 < parts.len() {
        return alternatives(assessment, criterion, parts) + &not_this_year(assessment, criterion);
    }
    let told = criterion.parts.iter().zip(parts).map(|(part, score)| titled(assessment, criterion, part, score));
    told.collect::<Vec<_>>().join("；") + &not_this_year(assessment, criterion)
}

fn titled(assessment: &Assessment<'_>, criterion: &Criterion, part: &Part, score: &PartScore) -> String {
    let sentence = of_part(&Telling { assessment, criterion, part, score });
    match &part.title {
        Some(title) if 1 < criterion.parts.len() => format!("{title}：{sentence}"),
        _ => sentence,
    }
}

/// One of the parts is enough: told are those that hold, or else all; of several persons for whom one of them holds.
fn alternatives(assessment: &Assessment<'_>, criterion: &Criterion, parts: &[PartScore]) -> String {
    if let (Scope::Each(_), [part, ..]) = (&criterion.scope, criterion.parts.as_slice()) {
        let score = &best_of_each(parts);
        return of_part(&Telling { assessment, criterion, part, score }) + "（满足一项即可）";
    }
    let met = parts.iter().any(|part| part.state == ScoreState::Met);
    let told = criterion.parts.iter().zip(parts).filter(|(_, score)| !met || score.state == ScoreState::Met);
    let told = told.map(|(part, score)| titled(assessment, criterion, part, score));
    told.collect::<Vec<_>>().join("；") + "（满足一项即可）"
}

/// Every person with the part that is best for them. Their numbers are of different things and are not told.
fn best_of_each(parts: &[PartScore]) -> PartScore {
    let states = by_subject(Logic::Any, parts);
    let mut best = parts[0].clone();
    for (subject, state) in best.subjects.iter_mut().zip(states) {
        (subject.state, subject.of) = (state, 0);
    }
    best
}

fn not_this_year(assessment: &Assessment<'_>, criterion: &Criterion) -> String {
    if criterion.period != PeriodKind::Cycle || assessment.assessed.final_year {
        return String::new();
    }
    let ends = assessment.assessed.cycle.to;
    format!("；周期到 {}年{}结束，今年不计入结果", ends.year(), ends.words())
}

/// One part of a Criterion and its result.
pub(super) struct Telling<'a, 'f> {
    pub(super) assessment: &'a Assessment<'f>,
    pub(super) criterion: &'a Criterion,
    pub(super) part: &'a Part,
    pub(super) score: &'a PartScore,
}

impl Telling<'_, '_> {
    /// Said of what is missing when the days for it have passed, and papers may still show that it was done.
    fn late(&self, subject: &SubjectScore) -> &'static str {
        let papers = |part: &Part| self.assessment.takes_papers(&part.measure);
        let any = self.criterion.logic == Logic::Any && self.criterion.parts.iter().any(papers);
        let open = subject.state == ScoreState::NotYet && self.assessment.over(subject.span);
        if open && (any || papers(self.part)) { "，可补交材料" } else { "" }
    }
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
