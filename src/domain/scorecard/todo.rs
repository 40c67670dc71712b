//! What is still missing for the year, the most urgent first.

use super::assessment::{Assessment, by_subject, count};
use super::compare::{Bounds, badness};
use super::points::share_of_subject;
use super::{ChoiceScore, PartScore, Score, ScoreState, Scorecard, SubjectScore, risk, sentence};
use crate::domain::AccountId;
use crate::domain::participation::Facts;
use crate::domain::policy::{Criterion, Logic, Measure, Part, Policy, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One thing to do, or to wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// The Criterion or the Choice that it is for.
    pub criterion: String,
    pub title: String,
    pub sentence: String,
    /// Whom it concerns, where it is for each of them.
    pub people: Vec<AccountId>,
    /// Percent by which the work lags behind time, 100 more when it is at risk; 0 when somebody else decides next.
    pub urgency: u32,
}

/// What the result of the year still needs and may still get.
#[must_use]
pub fn todo(policy: &Policy, card: &Scorecard, facts: &Facts) -> Vec<Todo> {
    let assessment = Assessment::new(policy, facts, (card.scope, card.year), card.on);
    let mut all: Vec<Todo> = Vec::new();
    for (criterion, score) in policy.criteria.iter().zip(&card.criteria) {
        let taken = card.choices.iter().any(|choice| is_open(choice.state) && choice.taken.contains(&criterion.id));
        if is_open(score.state) && (score.required || taken) {
            all.push(for_criterion(&assessment, criterion, score));
        }
    }
    for (choice, score) in policy.choices.iter().zip(&card.choices) {
        if is_open(score.state) && !assessment.assessed.span.is_empty() {
            all.extend(for_choice(&assessment, &choice.title, choice.choose, score));
        }
    }
    all.sort_by_key(|todo| std::cmp::Reverse(todo.urgency));
    all
}

/// Not done, and not lost either.
fn is_open(state: ScoreState) -> bool {
    matches!(state, ScoreState::NotYet | ScoreState::Waiting)
}

fn for_choice(assessment: &Assessment<'_>, title: &str, choose: u32, score: &ChoiceScore) -> Option<Todo> {
    let all_taken = choose <= count(score.taken.iter());
    // What the taken criteria lack stands under themselves.
    if all_taken && score.confirmed {
        return None;
    }
    let passed = assessment.assessed.span.until(assessment.on).days();
    let urgency = if all_taken { 0 } else { passed * 100 / assessment.assessed.span.days().max(1) };
    let title = if all_taken { format!("{title}等确认") } else { format!("选定{title}") };
    Some(Todo { criterion: score.choice.clone(), title, sentence: score.sentence.clone(), people: vec![], urgency })
}

fn for_criterion(assessment: &Assessment<'_>, criterion: &Criterion, score: &Score) -> Todo {
    let at = next_part(criterion, score);
    let (part, part_score) = (&criterion.parts[at], &score.parts[at]);
    let title = match score.state {
        ScoreState::Waiting => format!("{}等确认", criterion.title),
        _ => title(assessment, criterion, part, part_score),
    };
    let lag = risk::lag_percent(assessment, part_score);
    let urgency = match score.state {
        ScoreState::Waiting => 0,
        _ if score.at_risk => 100 + lag,
        _ => lag,
    };
    Todo {
        criterion: criterion.id.clone(),
        title,
        sentence: score.sentence.clone(),
        people: people(assessment, criterion, score),
        urgency,
    }
}

/// The part to do next: of those that all must hold the worst, of alternatives the one that is furthest.
fn next_part(criterion: &Criterion, score: &Score) -> usize {
    let open = score.parts.iter().enumerate();
    let found = match criterion.logic {
        Logic::All => open.rev().max_by_key(|(_, part)| if is_open(part.state) { badness(part.state) } else { 0 }),
        Logic::Any => open.rev().filter(|(_, part)| part.state != ScoreState::Impossible).max_by_key(|(_, part)| {
            part.subjects.iter().map(|subject| share_of_subject(part.is, subject)).sum::<u64>()
        }),
    };
    found.map_or(0, |(at, _)| at)
}

/// Whom it still concerns, in a period that goes on.
fn people(assessment: &Assessment<'_>, criterion: &Criterion, score: &Score) -> Vec<AccountId> {
    let Some(first) = score.parts.first() else { return vec![] };
    let states = by_subject(criterion.logic, &score.parts);
    let open = first
        .subjects
        .iter()
        .zip(states)
        .filter(|(subject, state)| *state == ScoreState::NotYet && assessment.begun(subject.span));
    let mut known = BTreeSet::new();
    open.filter_map(|(subject, _)| subject.account).filter(|account| known.insert(*account)).collect()
}

fn title(assessment: &Assessment<'_>, criterion: &Criterion, part: &Part, score: &PartScore) -> String {
    let running = |subject: &&SubjectScore| subject.state == ScoreState::NotYet && assessment.begun(subject.span);
    let open: Vec<&SubjectScore> = score.subjects.iter().filter(running).collect();
    let Some(first) = open.first() else { return criterion.title.clone() };
    if let Scope::Each(key) = &criterion.scope {
        let of = assessment.policy.populations.get(key).map_or(key.as_str(), |of| of.title.as_str());
        let who: BTreeSet<_> = open.iter().map(|subject| subject.account).collect();
        return match sentence::taken_part(&part.measure, &open) {
            Some(did) => format!("{} 位{of}还没{did}", who.len()),
            None => format!("{} 位{of}还没达标：{}", who.len(), criterion.title),
        };
    }
    let bounds = Bounds::of(part.is, assessment.policy.about_percent);
    if bounds.most < first.measured {
        return format!("{}多了 {} {}", criterion.title, first.measured - bounds.most, part.unit);
    }
    let missing = format!("{} {}", bounds.least.saturating_sub(first.measured), part.unit);
    match &part.measure {
        Measure::Activities(filter) => match (filter.people, filter.kinds.as_slice()) {
            (Some(people), _) => format!("还需 {missing}达到 {people} 人"),
            (None, [kind]) => format!("再办 {missing}{}", kind.word()),
            (None, _) => format!("{}还差 {missing}", criterion.title),
        },
        Measure::Series(_) => format!("同一系列再办 {missing}"),
        Measure::Evidence { .. } => format!("补 {missing}{}", criterion.title),
        Measure::PeopleEachTime(_) | Measure::RateEachTime { .. } => format!("{}：还没有活动", criterion.title),
        _ => format!("{}还差 {missing}", criterion.title),
    }
}
