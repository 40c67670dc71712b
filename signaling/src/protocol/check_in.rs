//! Check-ins as both sides speak of them: 签到, 随机点名, and prompts whether somebody is still there.

use super::ParticipantId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a check-in is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckInPurpose {
    /// 签到: everybody who is here.
    Roll,
    /// 随机点名: some of those who are here, drawn by lot.
    Call,
    /// Is everybody still there?
    StillHere,
}

/// How a check-in is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckInMethod {
    Tap,
    /// By the four digits that hosts see and say or show.
    Code,
    /// By scanning a code that hosts show.
    Qr,
}

/// How the one who reads it stands to a check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckInStanding {
    Asked,
    Answered,
    /// Nobody waits for an answer: a host, a Classroom, or somebody who came later.
    NotAsked,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenCheckIn {
    pub purpose: CheckInPurpose,
    /// A `call` and `still_here` are answered by a tap.
    pub method: CheckInMethod,
    /// 30 to 600.
    pub seconds: u32,
    /// How many a `call` draws, 1 to 20.
    #[serde(default = "one")]
    #[ts(optional, as = "Option<u32>")]
    pub count: u32,
    /// Asks only those who are seated in this place, such as `classroom:<id>`; `null`: everybody.
    pub place: Option<String>,
}

fn one() -> u32 {
    1
}

/// The check-in that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckIn {
    /// 1, 2, 3 … within the Session.
    pub number: u32,
    /// 1, 2, 3 … among those of its purpose.
    pub ordinal: u32,
    pub purpose: CheckInPurpose,
    pub method: CheckInMethod,
    pub place: Option<String>,
    #[ts(type = "number")]
    pub opened_ms: u64,
    #[ts(type = "number")]
    pub closes_ms: u64,
    pub you: CheckInStanding,
    /// Of a `call`: who was drawn, in the order of drawing.
    pub drawn: Vec<DrawnPerson>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DrawnPerson {
    /// `null` for somebody who is only seated.
    pub participant: Option<ParticipantId>,
    pub name: String,
    pub school: Option<String>,
}

/// Somebody who was asked and has not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MissingPerson {
    /// `null` for somebody who is only seated.
    pub participant: Option<ParticipantId>,
    pub name: String,
    pub school: Option<String>,
    /// On the core roster of the Studio.
    pub core: bool,
}
