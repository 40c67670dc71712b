//! The grade that follows from all criteria, by what is known now.

use super::assessment::{Assessment, count};
use super::{ChoiceScore, GradeResult, Score, ScoreState};
use crate::domain::policy::{Grade, GradeWhen};
use std::collections::BTreeSet;

pub(super) fn result(assessment: &Assessment<'_>, criteria: &[Score], choices: &[ChoiceScore]) -> GradeResult {
    let required = criteria.iter().filter(|score| score.required).map(|score| score.state);
    // A year before the Studio's first asks for nothing.
    let asked = !assessment.assessed.span.is_empty();
    let choices = choices.iter().filter(|_| asked).map(|choice| choice.state);
    let states: Vec<ScoreState> = required.chain(choices).collect();
    let missing = count(states.iter().filter(|state| **state != ScoreState::Met));
    let vetoes = vetoes(assessment);
    let lost = !vetoes.is_empty() || states.contains(&ScoreState::Impossible);
    let holds = asked && missing == 0 && vetoes.is_empty();
    let grades = &assessment.policy.grades;
    let grade = match grades.as_slice() {
        _ if !asked => None,
        [.., worst] if !vetoes.is_empty() => Some(worst),
        grades => grades.iter().find(|grade| holds_for(assessment, grade, holds)),
    };
    GradeResult {
        grade: grade.map(|grade| grade.id.clone()),
        passes: if grades.is_empty() { holds } else { grade.is_some_and(|grade| grade.passes) },
        missing,
        lost,
        vetoes,
    }
}

fn holds_for(assessment: &Assessment<'_>, grade: &Grade, all_required: bool) -> bool {
    let by_numbers = match grade.when {
        GradeWhen::AllRequired => all_required,
        GradeWhen::Otherwise => true,
    };
    by_numbers && (!grade.reviewed || is_decided(assessment, &grade.id))
}

/// A reviewer has decided for this grade in the assessed year. Such a decision usually comes after the year's last day.
fn is_decided(assessment: &Assessment<'_>, grade: &str) -> bool {
    let mut decided = assessment.facts.grades.iter().filter(|fact| fact.day <= assessment.known);
    decided.any(|fact| fact.year == assessment.assessed.year && fact.grade == grade)
}

/// What was found within the year, each once.
fn vetoes(assessment: &Assessment<'_>) -> Vec<String> {
    let passed = assessment.assessed.span.until(assessment.on);
    let found = assessment.facts.vetoes.iter().filter(|veto| passed.has(veto.day) && veto.found <= assessment.known);
    let ids: BTreeSet<&str> = found.map(|veto| veto.veto.as_str()).collect();
    ids.into_iter().map(str::to_owned).collect()
}
