//! The cycle as a whole: what its years came to, and what is asked over all of it.

use super::assessment::Assessment;
use super::{CycleResult, CycleYear, Score, Scorecard, grade};
use crate::domain::Day;
use crate::domain::participation::{Facts, ends_cycle, standing, year_of};
use crate::domain::policy::{AssessmentScope, PeriodKind, Policy};

/// How the cycle that ends with `year` stands at the end of the day `on`. None where the Policy settles years alone, and for a year
/// that is not the last of the Studio's cycle.
#[must_use]
pub fn score_cycle(policy: &Policy, facts: &Facts, year: i32, on: Day) -> Option<Scorecard> {
    if !ends_cycle(policy, facts.studio.cycle_start, year) {
        return None;
    }
    let assessment = Assessment::new(policy, facts, (AssessmentScope::Cycle, year), on);
    let assessed = assessment.assessed;
    let asked = policy.criteria.iter().filter(|one| one.period == PeriodKind::Cycle);
    // What a Studio takes on by a Choice is settled with the year of the Choice.
    let asked = asked.filter(|one| !policy.is_chosen_from(&one.id));
    let criteria: Vec<Score> = asked.map(|criterion| assessment.score_of(criterion)).collect();
    let first = year_of(policy.year, assessed.cycle.from);
    let years: Vec<CycleYear> =
        (first..=year).map(|year| CycleYear { year, result: settled(facts, year, on) }).collect();
    Some(Scorecard {
        studio: facts.studio.id,
        policy: policy.key.clone(),
        version: policy.version,
        scope: AssessmentScope::Cycle,
        year,
        span: assessed.cycle,
        on,
        final_year: true,
        result: grade::of_cycle(&assessment, &criteria, &years),
        points: mean(&years),
        criteria,
        choices: Vec::new(),
        years,
    })
}

fn settled(facts: &Facts, year: i32, on: Day) -> Option<CycleResult> {
    let one = facts.settled.iter().find(|one| one.year == year)?;
    let outcome = standing(&one.results, on)?.clone();
    Some(CycleResult { year_end: one.year_end, outcome })
}

/// Of the points of its years, rounded down; the criteria of the cycle are in those of the last one. A year that is not settled has
/// none yet.
fn mean(years: &[CycleYear]) -> u32 {
    let all: u64 = years.iter().filter_map(|one| one.result.as_ref()).map(|one| u64::from(one.outcome.points)).sum();
    let mean = all.checked_div(u64::try_from(years.len()).unwrap_or(1)).unwrap_or(0);
    u32::try_from(mean).unwrap_or(10_000)
}
