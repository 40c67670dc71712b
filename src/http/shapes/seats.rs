//! Classrooms, the codes that people scan, and the seats that they take.

use super::{ActivityCard, SchoolName};
use crate::domain::{ClassroomId, PrintedCodeId, SchoolId, SessionId, Time};
use lectern_signaling::protocol::check_in::CheckIn;
use lectern_signaling::protocol::poll::Poll;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ClassroomForm {
    pub name: String,
    pub school: SchoolId,
    /// How many people are to come.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub expected: Option<u32>,
}

/// A Classroom as the keepers of its Activity see it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ClassroomView {
    pub id: ClassroomId,
    pub name: String,
    pub school: SchoolName,
    pub expected: Option<u32>,
    pub closed: bool,
    /// Its device is in the Room now.
    pub present: bool,
    /// The page for its device, as a path on this host; none when it is closed. Whoever has it can stand for the Classroom.
    pub link: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClassroomState {
    /// Not live yet.
    Waiting,
    Live,
    Ended,
    Closed,
}

/// What the device of a Classroom shows before it comes in.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ClassroomLink {
    pub id: ClassroomId,
    pub name: String,
    pub school: SchoolName,
    pub expected: Option<u32>,
    /// Of the Studio's roster that day, those of this School.
    pub people: Vec<RosterName>,
    pub activity: ActivityCard,
    pub session: Option<SessionId>,
    pub state: ClassroomState,
    /// Who signs in after it is late; none before the Session has begun.
    pub late_after: Option<Time>,
    /// What is written down about people in this Session, to be shown before they sit down.
    pub recording_notice: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RosterName {
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodePoint {
    /// Checks in at the site.
    SiteIn,
    /// Checks out of the site.
    SiteOut,
    /// Answers a check-in.
    CheckIn,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CodeForm {
    pub point: CodePoint,
    /// Of the check-in.
    #[serde(default)]
    #[ts(optional)]
    pub number: Option<u32>,
}

/// A code to show now. Another one is given when `next_in_ms` is over.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CodeAnswer {
    pub code: String,
    /// The page that a phone opens by scanning, as a path on this host.
    pub path: String,
    pub expires_at: Time,
    #[ts(type = "number")]
    pub next_in_ms: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PrintedCodeForm {
    pub from: Time,
    pub to: Time,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PrintedCodeView {
    pub id: PrintedCodeId,
    /// The page that a phone opens by scanning, as a path on this host.
    pub path: String,
    pub from: Time,
    pub to: Time,
    pub closed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ScanForm {
    pub code: String,
    /// A random text that this browser keeps.
    pub device: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanPoint {
    Classroom,
    SiteIn,
    SiteOut,
    CheckIn,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PlaceName {
    pub name: String,
    pub school: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ScannedBy {
    pub name: String,
    pub school: Option<String>,
}

/// A code was good: who scanned it may now say who it is.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ScanAnswer {
    /// For taking the seat, by the same browser.
    pub pass: String,
    pub point: ScanPoint,
    pub place: Option<PlaceName>,
    pub activity: ActivityCard,
    pub session: SessionId,
    pub pass_expires_at: Time,
    /// The person who is signed in.
    pub me: Option<ScannedBy>,
    /// Somebody who is on no roster may come, too.
    pub guests: bool,
    /// The person who is signed in holds a seat already.
    pub seated: bool,
    /// What is written down, to be shown before one sits down.
    pub recording_notice: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeatForm {
    pub pass: String,
    /// For somebody who is not signed in.
    #[serde(default)]
    #[ts(optional)]
    pub guest: Option<SeatGuest>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeatGuest {
    pub name: String,
    pub school: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeatAnswer {
    /// Names this seat for the page of the person who took it; none for a check-in that was answered without one.
    pub seat: Option<String>,
    pub number: Option<u32>,
    pub name: String,
    pub school: Option<String>,
    pub place: Option<PlaceName>,
    pub at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    Seated,
    Left,
    /// A host annulled it.
    Struck,
    /// The Session is over.
    Ended,
}

/// How a seat stands, for the phone of the person who took it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeatPage {
    pub state: SeatState,
    pub number: u32,
    pub name: String,
    pub place: PlaceName,
    pub at: Time,
    pub left_at: Option<Time>,
    /// Why it is empty, where somebody else is the cause.
    pub reason: Option<String>,
    /// The open check-in, as it is to this person; none for a seat that is empty.
    #[ts(type = "import('./signaling').CheckIn | null")]
    #[schema(value_type = Option<Object>)]
    pub check_in: Option<CheckIn>,
    /// The poll that is open, or whose result is shown; none for a seat that is empty.
    pub poll: Option<SeatPollView>,
}

/// A poll as it is to the person on a seat.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeatPollView {
    #[ts(type = "import('./signaling').Poll")]
    #[schema(value_type = Object)]
    pub poll: Poll,
    /// The places of the options that the person chooses; none once it is closed.
    pub choices: Vec<u8>,
}

/// The person on a seat answers a poll.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeatPollForm {
    /// Of the poll.
    pub number: u32,
    /// The places of the options from 0.
    pub choices: Vec<u8>,
}

/// The person on a seat answers a check-in.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeatCheckInForm {
    /// Of the check-in.
    pub number: u32,
    /// Where it asks for one.
    #[serde(default)]
    #[ts(optional)]
    pub code: Option<String>,
}
