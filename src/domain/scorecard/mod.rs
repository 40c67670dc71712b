//! Scorecard: how far a Studio is under its Policy on a day, and why each number is what it is.

mod assessment;
mod choice;
mod compare;
mod cycle;
mod grade;
mod measure;
mod outlook;
mod points;
mod rank;
mod risk;
mod sentence;
#[cfg(test)]
mod tests;
mod todo;
mod what_if;

pub use super::participation::Span;
pub use assessment::score;
pub use cycle::score_cycle;
pub use outlook::Outlook;
pub use points::{Share, shares};
pub use rank::ranks;
pub use todo::{Todo, todo};
pub use what_if::{Change, Planned, Step, WhatIf, what_if};

use super::participation::{Facts, YearResult};
use super::policy::{AssessmentScope, Comparison, Covered, Policy};
use super::words::words;
use super::{AccountId, ActivityId, Day, SeriesId, StudioId, YearEndId};
use serde::{Deserialize, Serialize};

words! {
    /// Where a Criterion stands.
    pub enum ScoreState {
        Met = "met" / "已达标",
        /// What was done would be enough once a person has confirmed it.
        Waiting = "waiting" / "等确认",
        NotYet = "not_yet" / "进行中",
        /// Time does not allow it any more.
        Impossible = "impossible" / "已不可能",
    }
}

/// A year, or a cycle: none where there is no such cycle to settle.
#[must_use]
pub fn score_of(policy: &Policy, facts: &Facts, covered: Covered, on: Day) -> Option<Scorecard> {
    match covered.scope {
        AssessmentScope::Year => Some(score(policy, facts, covered.year, on)),
        AssessmentScope::Cycle => score_cycle(policy, facts, covered.year, on),
    }
}

/// Follows from a Policy, Facts and a day, and from nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scorecard {
    pub studio: StudioId,
    pub policy: String,
    pub version: u32,
    #[serde(default, skip_serializing_if = "AssessmentScope::is_year")]
    pub scope: AssessmentScope,
    /// Of a cycle its last one.
    pub year: i32,
    /// The year, or the whole cycle.
    pub span: Span,
    /// The state at the end of this day.
    pub on: Day,
    /// In the last year of a cycle its criteria are part of the result.
    pub final_year: bool,
    pub result: GradeResult,
    /// 0 to 10 000: hundredths of points, by weight.
    pub points: u32,
    /// Of a cycle those that are asked over it.
    pub criteria: Vec<Score>,
    pub choices: Vec<ChoiceScore>,
    /// Of a cycle its years, from the first; empty for a year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub years: Vec<CycleYear>,
}

impl Scorecard {
    #[must_use]
    pub const fn covered(&self) -> Covered {
        Covered { scope: self.scope, year: self.year }
    }
}

/// A year of a cycle, with its result once that is final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleYear {
    pub year: i32,
    pub result: Option<CycleResult>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleResult {
    pub year_end: YearEndId,
    #[serde(flatten)]
    pub outcome: YearResult,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeResult {
    /// The id of the grade by what is known now.
    pub grade: Option<String>,
    pub passes: bool,
    /// Required ones that do not hold yet.
    pub missing: u32,
    /// A required one can not be met any more, or a veto was found.
    pub lost: bool,
    pub vetoes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub criterion: String,
    pub state: ScoreState,
    /// Not met, and less time is left than the part of the work that is left.
    pub at_risk: bool,
    /// It counts for the result of this year.
    pub required: bool,
    pub parts: Vec<PartScore>,
    /// 3/5 次；下一次需要 11 名带头人中 6 人参加
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartScore {
    pub state: ScoreState,
    /// Those that hold, of those that there are; for one subject its number against the target.
    pub done: u32,
    pub of: u32,
    /// What these two are counted in; what one subject is counted in stands in the Policy.
    pub unit: String,
    pub is: Comparison,
    /// One for each person and each period that it is counted for.
    pub subjects: Vec<SubjectScore>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectScore {
    /// None for the Studio.
    pub account: Option<AccountId>,
    pub name: Option<String>,
    pub span: Span,
    pub measured: u32,
    /// What it is held against: the least that is asked, the Activities that are judged one by one, or the most that may be.
    pub of: u32,
    /// What would be added by what still waits for a person's decision.
    pub waiting: u32,
    pub state: ScoreState,
    /// What the number comes from, and what did not count and why.
    pub evidence: Vec<Ground>,
}

/// One thing that a number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Ground {
    Activity {
        activity: ActivityId,
        title: String,
        day: Day,
        counts: bool,
        /// People of the population who were present, of how many; or people present.
        present: Option<u32>,
        of: Option<u32>,
        /// Why it does not count, or not yet.
        note: Option<String>,
    },
    Series {
        series: SeriesId,
        activities: u32,
    },
    Person {
        person: String,
        name: Option<String>,
    },
    Evidence {
        id: String,
        title: String,
        counts: bool,
        note: Option<String>,
    },
    Resource {
        id: String,
        title: String,
        counts: bool,
        note: Option<String>,
    },
    School {
        school: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceScore {
    pub choice: String,
    pub state: ScoreState,
    /// The criteria that the Studio took on.
    pub taken: Vec<String>,
    pub confirmed: bool,
    pub sentence: String,
}
