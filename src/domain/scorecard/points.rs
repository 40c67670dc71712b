//! Points: how much of all that is asked was done, by weight; what studios are ranked by.

use super::assessment::{by_subject, count};
use super::{ChoiceScore, PartScore, Score, ScoreState, Scorecard, SubjectScore};
use crate::domain::Day;
use crate::domain::participation::Assessed;
use crate::domain::policy::{AssessmentScope, Comparison, Criterion, Logic, Policy};

/// A whole share. It divides by every number up to 20, so that three thirds are a whole.
pub(super) const WHOLE: u64 = 232_792_560;

/// What one Criterion or one Choice adds to the points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Of the Criterion or of the Choice.
    pub id: String,
    pub weight: u32,
    /// Hundredths of a percent of it that are done.
    pub done: u32,
    /// Hundredths of a point that it adds, and that it can add at most, both rounded down.
    pub points: u32,
    pub of: u32,
}

/// What is asked of the year: its weight, and how much of it is done, of a `WHOLE`.
struct Weighed<'a> {
    id: &'a str,
    weight: u32,
    done: u64,
}

/// Hundredths of a point of 100: Σ weight × share done / Σ weight of what is asked. A Choice is one thing of weight 1.
pub(super) fn points(policy: &Policy, assessed: &Assessed, criteria: &[Score], choices: &[ChoiceScore]) -> u32 {
    sum(&weighed(policy, assessed, criteria, choices))
}

/// What the points of a Scorecard are made of, in the order of the Policy. The Policy is of the version that it was scored by. None
/// where the shares do not come to its points: the beginning of the Studio's cycle was another one then. The points of a cycle are those
/// of its years.
#[must_use]
pub fn shares(policy: &Policy, cycle_start: Day, card: &Scorecard) -> Vec<Share> {
    if card.scope == AssessmentScope::Cycle {
        return Vec::new();
    }
    let assessed = Assessed::of(policy, cycle_start, card.year);
    let all = weighed(policy, &assessed, &card.criteria, &card.choices);
    if sum(&all) != card.points {
        return Vec::new();
    }
    let weights = weights(&all);
    let part = |one: &Weighed<'_>, done: u64, whole: u128| {
        let part = (u128::from(one.weight) * u128::from(done) * 10_000).checked_div(whole).unwrap_or(0);
        u32::try_from(part).unwrap_or(10_000)
    };
    let share = |one: &Weighed<'_>| Share {
        id: one.id.to_owned(),
        weight: one.weight,
        done: part(one, one.done, u128::from(one.weight) * u128::from(WHOLE)),
        points: part(one, one.done, weights * u128::from(WHOLE)),
        of: part(one, WHOLE, weights * u128::from(WHOLE)),
    };
    all.iter().map(share).collect()
}

fn weighed<'a>(
    policy: &'a Policy,
    assessed: &Assessed,
    criteria: &[Score],
    choices: &[ChoiceScore],
) -> Vec<Weighed<'a>> {
    let asked = policy.criteria.iter().zip(criteria);
    let asked = asked.filter(|(rule, _)| assessed.asks(rule.period) && !policy.is_chosen_from(&rule.id));
    let criteria_of_the_year =
        asked.map(|(rule, score)| Weighed { id: &rule.id, weight: rule.weight, done: share_of(rule, score) });
    let chosen = policy.choices.iter().zip(choices).filter(|_| !assessed.span.is_empty());
    let chosen = chosen.map(|(choice, score)| Weighed {
        id: &choice.id,
        weight: 1,
        done: share_of_choice(policy, choice.choose, score, criteria),
    });
    criteria_of_the_year.chain(chosen).collect()
}

fn weights(all: &[Weighed<'_>]) -> u128 {
    all.iter().map(|one| u128::from(one.weight)).sum()
}

fn sum(all: &[Weighed<'_>]) -> u32 {
    let done: u128 = all.iter().map(|one| u128::from(one.weight) * u128::from(one.done)).sum();
    let points = (done * 10_000).checked_div(weights(all) * u128::from(WHOLE)).unwrap_or(0);
    u32::try_from(points).unwrap_or(10_000)
}

fn share_of_choice(policy: &Policy, choose: u32, choice: &ChoiceScore, criteria: &[Score]) -> u64 {
    if choice.state == ScoreState::Met {
        return WHOLE;
    }
    let both = policy.criteria.iter().zip(criteria);
    let taken = both.filter(|(criterion, _)| choice.taken.contains(&criterion.id));
    let mut shares: Vec<u64> = taken.map(|(criterion, score)| share_of(criterion, score)).collect();
    shares.sort_unstable_by(|a, b| b.cmp(a));
    let choose = u64::from(choose.max(1));
    shares.iter().take(usize::try_from(choose).unwrap_or(usize::MAX)).sum::<u64>() / choose
}

fn share_of(criterion: &Criterion, score: &Score) -> u64 {
    if score.state == ScoreState::Met {
        return WHOLE;
    }
    let shares = score.parts.iter().map(share_of_part);
    match criterion.logic {
        Logic::All => shares.sum::<u64>() / u64::try_from(score.parts.len().max(1)).unwrap_or(1),
        Logic::Any if score.parts.iter().all(|part| part.subjects.len() == 1) => shares.max().unwrap_or(0),
        Logic::Any => {
            let states = by_subject(Logic::Any, &score.parts);
            ratio(count(states.iter().filter(|state| **state == ScoreState::Met)), count(states.iter()))
        }
    }
}

fn share_of_part(part: &PartScore) -> u64 {
    match part.subjects.as_slice() {
        [] => 0,
        [one] => share_of_subject(part.is, one),
        _ => ratio(part.done, part.of),
    }
}

/// How much of its target one subject has done. Too many is worth less, the more they are.
pub(super) fn share_of_subject(is: Comparison, subject: &SubjectScore) -> u64 {
    if subject.is_met() {
        return WHOLE;
    }
    match is {
        Comparison::AtMost(most) | Comparison::Between(_, most) if most < subject.measured => {
            ratio(most, subject.measured)
        }
        Comparison::Exactly(number) | Comparison::About(number) if number < subject.measured => {
            ratio(number, subject.measured)
        }
        _ => ratio(subject.measured, subject.of),
    }
}

/// Never more than a whole; nothing of nothing is nothing.
fn ratio(part: u32, whole: u32) -> u64 {
    (u64::from(part.min(whole)) * WHOLE).checked_div(u64::from(whole)).unwrap_or(0)
}
