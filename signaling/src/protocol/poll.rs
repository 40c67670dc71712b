//! Polls (投票) as both sides speak of them. They are secret: nobody is told who chose what.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Longest question, in Unicode scalar values.
pub const MAX_QUESTION_CHARS: usize = 120;
/// Longest option, in Unicode scalar values.
pub const MAX_OPTION_CHARS: usize = 40;
/// Fewest and most options to choose from.
pub const MIN_OPTIONS: usize = 2;
pub const MAX_OPTIONS: usize = 6;
/// Most polls in one Session.
pub const MAX_POLLS: u32 = 30;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenPoll {
    /// 1 to 120 characters.
    pub question: String,
    /// 2 to 6 different ones of 1 to 40 characters.
    pub options: Vec<String>,
    /// Everybody may choose more than one.
    pub several: bool,
}

/// The poll that is open, or the last one while its result is shown. The same for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Poll {
    /// 1, 2, 3 … within the Session.
    pub number: u32,
    pub question: String,
    pub options: Vec<String>,
    pub several: bool,
    #[ts(type = "number")]
    pub opened_ms: u64,
    /// `null` while it is open.
    pub result: Option<PollResult>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PollResult {
    #[ts(type = "number")]
    pub closed_ms: u64,
    #[serde(flatten)]
    pub counts: PollCounts,
}

/// How many chose what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PollCounts {
    /// Of each option.
    pub votes: Vec<u32>,
    /// How many people answered.
    pub answered: u32,
    /// How many could: those who were here, hosts left out, and those who answered and have left since.
    pub present: u32,
}
