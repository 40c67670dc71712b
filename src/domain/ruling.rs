//! Rulings: what a person decides about a Studio's year where no number does. Levels, choices, vetoes, grades.

use super::invalid::{Checks, Invalid};
use super::policy::AssessmentScope;
use super::{Day, Level, StudioId};

const LONGEST_REASON: usize = 300;

/// Whether an Activity has the level that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelRuling {
    /// The level that it has, when it is confirmed.
    pub level: Level,
    pub confirmed: bool,
    pub reason: String,
}

impl LevelRuling {
    pub fn check(&self) -> Result<(), Invalid> {
        check_ruling(self.confirmed, &self.reason)
    }
}

/// Which criteria of a Choice a Studio takes on in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChoice {
    pub studio: StudioId,
    pub policy: String,
    pub year: i32,
    pub choice: String,
    pub criteria: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVeto {
    pub studio: StudioId,
    pub policy: String,
    pub veto: String,
    pub day: Day,
    pub reason: String,
}

impl NewVeto {
    pub fn check(&self, today: Day) -> Result<(), Invalid> {
        Checks::new()
            .text(&self.reason, "reason", "事由", LONGEST_REASON)
            .that(self.day <= today, "day", "日期不能晚于今天。")
            .done()
    }
}

/// A grade that needs a person's word besides the numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeRuling {
    pub studio: StudioId,
    pub policy: String,
    pub scope: AssessmentScope,
    /// Of a cycle its last one.
    pub year: i32,
    pub grade: String,
    pub granted: bool,
    pub reason: String,
}

impl GradeRuling {
    pub fn check(&self) -> Result<(), Invalid> {
        check_ruling(self.granted, &self.reason)
    }
}

/// Who says no says why.
pub fn check_ruling(granted: bool, reason: &str) -> Result<(), Invalid> {
    Checks::new()
        .that(granted || !reason.trim().is_empty(), "reason", "请写明原因。")
        .optional_text(reason, "reason", "原因", LONGEST_REASON)
        .done()
}
