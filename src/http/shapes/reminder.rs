//! Reminders.

use crate::domain::Day;
use crate::domain::reminder::ReminderKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What somebody has to do or to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReminderView {
    pub kind: ReminderKind,
    pub title: String,
    /// A Studio or a person; empty where the title says it.
    pub who: String,
    pub count: u32,
    /// The last day on which it can be done.
    pub until: Option<Day>,
    /// Since when it waits.
    pub since: Option<Day>,
    /// The id of what is to be opened; none of several.
    pub about: Option<String>,
}
