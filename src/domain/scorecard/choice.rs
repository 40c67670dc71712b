//! Choices: criteria of which the Studio takes on some, with the Region's consent.

use super::assessment::{Assessment, count};
use super::{ChoiceScore, Score, ScoreState};
use crate::domain::participation::ChosenFact;
use crate::domain::policy::Choice;

/// What a Criterion may still become enough from.
const OPEN: [ScoreState; 3] = [ScoreState::Met, ScoreState::Waiting, ScoreState::NotYet];

pub(super) fn score(assessment: &Assessment<'_>, choice: &Choice, criteria: &[Score]) -> ChoiceScore {
    let taken: Vec<&str> =
        choice.of.iter().map(String::as_str).filter(|id| assessment.is_taken(&choice.id, id)).collect();
    let known = |row: &ChosenFact| row.confirmed.is_some_and(|day| day <= assessment.known);
    let confirmed = !taken.is_empty() && taken.iter().all(|id| assessment.taken(&choice.id, id).any(known));
    let states = |ids: &[&str], wanted: &[ScoreState]| {
        let all = ids.iter().filter_map(|id| criteria.iter().find(|score| score.criterion == *id));
        count(all.filter(|score| wanted.contains(&score.state)))
    };
    let of: Vec<&str> = choice.of.iter().map(String::as_str).collect();
    let enough = |number: u32| choice.choose <= number;
    let over = assessment.over(assessment.assessed.span) && !assessment.assessed.span.is_empty();
    let state = if enough(states(&taken, &[ScoreState::Met])) {
        if confirmed { ScoreState::Met } else { ScoreState::Waiting }
    } else if enough(states(&taken, &[ScoreState::Met, ScoreState::Waiting])) {
        ScoreState::Waiting
    } else if !enough(states(if over { &taken } else { &of }, &OPEN)) {
        ScoreState::Impossible
    } else {
        ScoreState::NotYet
    };
    let sentence = sentence(assessment, choice, &Taken { ids: &taken, confirmed, criteria });
    ChoiceScore {
        choice: choice.id.clone(),
        state,
        taken: taken.into_iter().map(str::to_owned).collect(),
        confirmed,
        sentence,
    }
}

struct Taken<'a> {
    ids: &'a [&'a str],
    confirmed: bool,
    criteria: &'a [Score],
}

fn sentence(assessment: &Assessment<'_>, choice: &Choice, taken: &Taken<'_>) -> String {
    let title = |id: &str| {
        let found = assessment.policy.criteria.iter().find(|criterion| criterion.id == id);
        found.map_or_else(|| id.to_owned(), |criterion| criterion.title.clone())
    };
    if taken.ids.is_empty() {
        return format!("还没有选定，请从 {} 项中选 {} 项", choice.of.len(), choice.choose);
    }
    let told = taken.ids.iter().map(|id| {
        let score = taken.criteria.iter().find(|score| score.criterion == *id);
        format!("已选“{}”：{}", title(id), score.map_or("", |score| score.sentence.as_str()))
    });
    let mut sentence = told.collect::<Vec<_>>().join("；");
    if count(taken.ids.iter()) < choice.choose {
        sentence += &format!("；还要再选 {} 项", choice.choose - count(taken.ids.iter()));
    }
    if !taken.confirmed {
        sentence += "；选题等确认";
    }
    sentence
}
