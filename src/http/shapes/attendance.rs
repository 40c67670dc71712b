//! Attendance: the parameters in force, the record of one person in one Session, and who was there.

use super::ActivityCard;
use crate::domain::attendance::{AttendanceStatus, GapKind};
use crate::domain::{AccountId, SessionId, StudioId, Time};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ParametersSearch {
    /// Those of this Studio's Policy.
    pub studio: Option<StudioId>,
}

/// What "attended" means here, to be shown beside every verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ParametersView {
    pub version: u32,
    pub clauses: Vec<ClauseView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ClauseView {
    /// What it defines, such as 出席; none for how time is counted.
    pub term: Option<String>,
    pub text: String,
}

/// Half-open: `to` is the first moment that does not belong to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct IntervalView {
    pub from: Time,
    pub to: Time,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct GapView {
    pub kind: GapKind,
    pub from: Time,
    pub to: Time,
}

/// The verdict for one person in one Session, all devices together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RecordView {
    pub status: AttendanceStatus,
    /// Marks of somebody present.
    pub late: bool,
    pub left_early: bool,
    /// The Session goes on; the status may still change.
    pub ongoing: bool,
    /// The last interval has no end yet, and is closed at the last moment that is known.
    pub open: bool,
    /// Whole minutes that count as seen.
    #[ts(type = "number")]
    pub minutes: u64,
    /// Without proof of watching; told apart from both presence and absence.
    #[ts(type = "number")]
    pub unverified_minutes: u64,
    #[ts(type = "number")]
    pub required_minutes: u64,
    /// Of the Session without its interruptions; so far, while it goes on.
    #[ts(type = "number")]
    pub session_minutes: u64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// What was seen, in order.
    pub intervals: Vec<IntervalView>,
    /// Between coming and going, in order. Those that are `bridged` lie within the intervals.
    pub gaps: Vec<GapView>,
    pub devices: u32,
    pub check_ins: CheckInsView,
    pub late_after: Time,
    pub early_before: Option<Time>,
    /// Why, in Chinese sentences.
    pub reason: String,
    /// A person decided otherwise than what was measured; minutes and intervals stay as they were.
    pub correction: Option<CorrectionView>,
}

/// What a Correction replaced, who decided it, when and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CorrectionView {
    pub status_before: AttendanceStatus,
    pub late_before: bool,
    pub left_early_before: bool,
    pub reason_before: String,
    pub by_name: String,
    pub at: Time,
    pub reason: String,
}

/// How often the person was asked to check in, and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CheckInsView {
    pub asked: u32,
    pub answered: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    Account,
    Guest,
}

/// One person in one Session.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PresenceView {
    /// The person, as corrections name them.
    pub key: String,
    pub kind: PersonKind,
    pub account: Option<AccountId>,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    pub record: RecordView,
    /// Somebody else came from the same device too: no verdict, but worth a look.
    pub shares_device: bool,
}

/// Who was in one Session, and the parameters that the records follow.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PresencePage {
    pub parameters: ParametersView,
    pub rows: Vec<PresenceView>,
}

/// One Session of the person who asks.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AttendanceView {
    pub session: SessionId,
    pub activity: ActivityCard,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    pub planned_start: Time,
    pub planned_end: Time,
    pub record: RecordView,
}

/// One page of one's own attendance, and the parameters that the records follow.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AttendancePage {
    pub parameters: ParametersView,
    pub rows: Vec<AttendanceView>,
    /// How many there are on all pages.
    #[ts(type = "number")]
    pub total: u64,
    /// Counts from 1.
    pub page: u32,
    pub size: u32,
}
