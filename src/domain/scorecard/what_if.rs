//! What would become of the Scorecard if planned Activities took place as they are meant to.

use super::assessment::score;
use super::{Score, ScoreState, Scorecard};
use crate::domain::participation::{ActivityFact, Attended, Decided, Facts, PersonFact};
use crate::domain::policy::Policy;
use crate::domain::{AccountId, ActivityId, ActivityKind, Day, Level, Mode, SchoolId, SeriesId};
use serde::{Deserialize, Serialize};

/// An Activity that might be held, with those who would come. Its level counts as confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    pub day: Day,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    #[serde(default)]
    pub series: Option<SeriesId>,
    #[serde(default)]
    pub presenters: Vec<AccountId>,
    #[serde(default)]
    pub hosts: Vec<AccountId>,
    #[serde(default)]
    pub reviewers: Vec<AccountId>,
    /// For which school that the Studio helps.
    #[serde(default)]
    pub helped: Option<SchoolId>,
    #[serde(default)]
    pub present: Vec<AccountId>,
    /// How many more people, and how many of them from rural schools.
    #[serde(default)]
    pub guests: u32,
    #[serde(default)]
    pub rural_guests: u32,
    /// How long it lasts, for 课时.
    #[serde(default)]
    pub minutes: u32,
}

/// The same day twice: without the planned Activities, and with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIf {
    pub before: Scorecard,
    pub after: Scorecard,
    /// Criteria and Choices that they would move.
    pub changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The Criterion or the Choice.
    pub criterion: String,
    pub before: Step,
    pub after: Step,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub state: ScoreState,
    pub sentence: String,
}

/// More guests than this change no Criterion of any programme; a larger number from outside costs nothing.
const MOST_GUESTS: u32 = 1000;

/// Compares on the last planned day, so that nothing but the plan makes the difference.
#[must_use]
pub fn what_if(policy: &Policy, facts: &Facts, planned: &[Planned], year: i32, on: Day) -> WhatIf {
    let on = planned.iter().map(|one| one.day).fold(on, Day::max);
    let mut with = facts.clone();
    with.activities.extend(planned.iter().enumerate().map(|(at, one)| held(facts, at, one)));
    let (before, after) = (score(policy, facts, year, on), score(policy, &with, year, on));
    let criteria = before.criteria.iter().zip(&after.criteria).filter(|(before, after)| differ(before, after));
    let changes = criteria.map(|(before, after)| Change {
        criterion: before.criterion.clone(),
        before: Step { state: before.state, sentence: before.sentence.clone() },
        after: Step { state: after.state, sentence: after.sentence.clone() },
    });
    let choices = before.choices.iter().zip(&after.choices).filter(|(before, after)| before.state != after.state);
    let choices = choices.map(|(before, after)| Change {
        criterion: before.choice.clone(),
        before: Step { state: before.state, sentence: before.sentence.clone() },
        after: Step { state: after.state, sentence: after.sentence.clone() },
    });
    let changes = changes.chain(choices).collect();
    WhatIf { before, after, changes }
}

fn differ(before: &Score, after: &Score) -> bool {
    let numbers = |score: &Score| score.parts.iter().map(|part| (part.done, part.of)).collect::<Vec<_>>();
    before.state != after.state || numbers(before) != numbers(after)
}

fn held(facts: &Facts, at: usize, planned: &Planned) -> ActivityFact {
    let member = |account: &AccountId| PersonFact {
        person: account.to_string(),
        attended: Attended::Present,
        minutes: planned.minutes,
        rural: facts.members.iter().any(|member| member.account == *account && member.workplace(planned.day).rural),
    };
    let guests = planned.guests.min(MOST_GUESTS);
    let guests = (0..guests).map(|number| PersonFact {
        person: format!("guest:planned-{at}-{number}"),
        attended: Attended::Present,
        minutes: planned.minutes,
        rural: number < planned.rural_guests,
    });
    let mut id = [0xff; 10];
    id[..4].copy_from_slice(&u32::try_from(at).unwrap_or(u32::MAX).to_be_bytes());
    ActivityFact {
        id: ActivityId::from_random(id),
        title: format!("计划的{}", planned.kind.word()),
        kind: planned.kind,
        mode: planned.mode,
        level: planned.level,
        counting: Vec::new(),
        levels: vec![Decided { day: planned.day, what: Some(planned.level) }],
        series: planned.series,
        day: planned.day,
        held: true,
        sessions: vec![],
        presenters: planned.presenters.clone(),
        hosts: planned.hosts.clone(),
        reviewers: planned.reviewers.clone(),
        helped: planned.helped,
        people: planned.present.iter().map(member).chain(guests).collect(),
    }
}
