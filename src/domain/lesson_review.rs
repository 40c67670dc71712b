//! LessonReview (评课): what somebody who saw a lesson says of it.

use super::invalid::{Checks, Invalid};
use super::{AccountId, ActivityId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLessonReview {
    pub activity: ActivityId,
    pub reviewer: AccountId,
    /// Which lesson of the Activity.
    pub lesson: String,
    pub strengths: String,
    pub advice: String,
}

impl NewLessonReview {
    pub fn check(&self) -> Result<(), Invalid> {
        Checks::new()
            .text(&self.lesson, "lesson", "课题", 60)
            .that(!self.strengths.trim().is_empty(), "strengths", "请写出优点。")
            .optional_text(&self.strengths, "strengths", "优点", 1000)
            .that(!self.advice.trim().is_empty(), "advice", "请写出建议。")
            .optional_text(&self.advice, "advice", "建议", 1000)
            .done()
    }
}
