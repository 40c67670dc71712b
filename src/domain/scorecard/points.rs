//! Points: how much of all that is asked was done, by weight; what studios are ranked by.

use super::assessment::{Assessment, by_subject, count};
use super::{ChoiceScore, PartScore, Score, ScoreState, SubjectScore};
use crate::domain::policy::{Comparison, Criterion, Logic};

/// A whole share. It divides by every number up to 20, so that three thirds are a whole.
pub(super) const WHOLE: u64 = 232_792_560;

/// Hundredths of a point of 100: Σ weight × share done / Σ weight of what is asked. A Choice is one thing of weight 1.
pub(super) fn points(assessment: &Assessment<'_>, criteria: &[Score], choices: &[ChoiceScore]) -> u32 {
    let (mut weights, mut done) = (0_u128, 0_u128);
    let asked = assessment.policy.criteria.iter().zip(criteria);
    for (criterion, score) in
        asked.filter(|(criterion, _)| assessment.asks(criterion) && !assessment.is_chosen_from(&criterion.id))
    {
        weights += u128::from(criterion.weight);
        done += u128::from(criterion.weight) * u128::from(share_of(criterion, score));
    }
    for (choice, score) in assessment.policy.choices.iter().zip(choices) {
        if assessment.assessed.span.is_empty() {
            continue;
        }
        weights += 1;
        done += u128::from(share_of_choice(assessment, choice.choose, score, criteria));
    }
    let points = (done * 10_000).checked_div(weights * u128::from(WHOLE)).unwrap_or(0);
    u32::try_from(points).unwrap_or(10_000)
}

fn share_of_choice(assessment: &Assessment<'_>, choose: u32, choice: &ChoiceScore, criteria: &[Score]) -> u64 {
    if choice.state == ScoreState::Met {
        return WHOLE;
    }
    let both = assessment.policy.criteria.iter().zip(criteria);
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
