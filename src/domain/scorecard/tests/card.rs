//! A Scorecard as the stories ask it.

use super::super::{Score, ScoreState, Scorecard, Todo};

/// A Scorecard with what is to be done, asked by the ids of the Policy.
pub(in super::super) struct Card {
    pub(in super::super) card: Scorecard,
    pub(in super::super) todo: Vec<Todo>,
}

impl Card {
    pub(in super::super) fn score(&self, criterion: &str) -> &Score {
        let mut scores = self.card.criteria.iter();
        scores.find(|score| score.criterion == criterion).unwrap_or_else(|| panic!("no Criterion {criterion}"))
    }

    pub(in super::super) fn state(&self, criterion: &str) -> ScoreState {
        self.score(criterion).state
    }

    /// done / of of the first part.
    pub(in super::super) fn numbers(&self, criterion: &str) -> (u32, u32) {
        let part = &self.score(criterion).parts[0];
        (part.done, part.of)
    }

    pub(in super::super) fn sentence(&self, criterion: &str) -> &str {
        &self.score(criterion).sentence
    }

    pub(in super::super) fn choice(&self, choice: &str) -> ScoreState {
        let mut choices = self.card.choices.iter();
        choices.find(|score| score.choice == choice).unwrap_or_else(|| panic!("no Choice {choice}")).state
    }

    pub(in super::super) fn grade(&self) -> Option<&str> {
        self.card.result.grade.as_deref()
    }

    /// Of the part at `at` for one person: measured, target, state.
    pub(in super::super) fn person(&self, criterion: &str, at: usize, name: &str) -> (u32, u32, ScoreState) {
        let mut subjects = self.score(criterion).parts[at].subjects.iter();
        let subject = subjects.find(|subject| subject.name.as_deref() == Some(name));
        let subject = subject.unwrap_or_else(|| panic!("{criterion} is not asked of {name}"));
        (subject.measured, subject.of, subject.state)
    }

    /// Criteria that are in a state.
    pub(in super::super) fn all(&self, state: ScoreState) -> Vec<&str> {
        let scores = self.card.criteria.iter().filter(|score| score.state == state);
        scores.map(|score| score.criterion.as_str()).collect()
    }

    /// Titles of what is to be done, the most urgent first.
    pub(in super::super) fn titles(&self) -> Vec<&str> {
        self.todo.iter().map(|todo| todo.title.as_str()).collect()
    }
}
