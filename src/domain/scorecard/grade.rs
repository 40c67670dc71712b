//! The grade that follows from all criteria, by what is known now.

use super::assessment::{Assessment, count};
use super::{ChoiceScore, CycleYear, GradeResult, Score, ScoreState};
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
    graded(assessment, asked, Standing { missing, lost, vetoes })
}

/// A cycle asks that each of its years has passed and that what is asked over the cycle is met.
pub(super) fn of_cycle(assessment: &Assessment<'_>, criteria: &[Score], years: &[CycleYear]) -> GradeResult {
    let required = || criteria.iter().filter(|score| score.required);
    let passed = |year: &CycleYear| year.result.as_ref().map(|one| one.outcome.passes);
    let unmet = count(required().filter(|score| score.state != ScoreState::Met));
    let missing = unmet + count(years.iter().filter(|year| passed(year) != Some(true)));
    let vetoes = vetoes(assessment);
    let lost = !vetoes.is_empty()
        || required().any(|score| score.state == ScoreState::Impossible)
        || years.iter().any(|year| passed(year) == Some(false));
    graded(assessment, true, Standing { missing, lost, vetoes })
}

struct Standing {
    missing: u32,
    lost: bool,
    vetoes: Vec<String>,
}

fn graded(assessment: &Assessment<'_>, asked: bool, standing: Standing) -> GradeResult {
    let Standing { missing, lost, vetoes } = standing;
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

/// A reviewer has decided for this grade of the assessed year, or of the cycle. Such a decision usually comes after the last day.
fn is_decided(assessment: &Assessment<'_>, grade: &str) -> bool {
    let mut decided = assessment.facts.grades.iter().filter(|fact| fact.day <= assessment.known);
    let covered = (assessment.scope, assessment.assessed.year);
    decided.any(|fact| (fact.scope, fact.year) == covered && fact.grade == grade)
}

/// What was found within the year, or the cycle, each once.
fn vetoes(assessment: &Assessment<'_>) -> Vec<String> {
    let passed = assessment.whole().until(assessment.on);
    let found = assessment.facts.vetoes.iter().filter(|veto| passed.has(veto.day) && veto.found <= assessment.known);
    let ids: BTreeSet<&str> = found.map(|veto| veto.veto.as_str()).collect();
    ids.into_iter().map(str::to_owned).collect()
}
