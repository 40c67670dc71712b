//! AttendanceRecord: the verdict for one person in one Session, from the lines of the ledger and the parameters in force.
//!
//! Only proven time counts as seen: a checkpoint proves what the server delivered and the client confirmed while the
//! page could be seen ([`CheckpointDetail`]). What is neither proven nor disproven is told apart from absence, and a person decides.

mod audit;
mod check_ins;
mod checkpoint;
mod correction;
mod course;
mod device;
mod life;
mod parameters;
mod reason;
mod record;
mod report;
mod seat;
mod shared;
mod sheet;
mod spans;

pub use audit::{AuditCorrection, AuditLine, audit};
pub use check_ins::CheckIns;
pub use checkpoint::CheckpointDetail;
pub use correction::{CorrectedDetail, Correction, Verdict, check_reason};
pub use parameters::{AttendanceParameters, Clause};
pub use record::records;
pub use report::*;
pub use seat::has_come;
pub use shared::on_shared_devices;
pub use sheet::{
    FROM, NAME, NOTE, SCHOOL, SheetError, SheetPerson, SheetRead, SheetRow, SheetRules, Signed, TO, read_sheet,
};

use super::Time;
use super::presence::PresenceInterval;
use super::words::words;
use serde::{Deserialize, Serialize};
use std::time::Duration;

words! {
    /// One of four. *Late* and *left early* are marks beside it and never turn a presence into an absence.
    pub enum AttendanceStatus {
        Present = "present" / "出席",
        Absent = "absent" / "缺席",
        Excused = "excused" / "请假",
        /// Somebody has to look at it; never counted as an absence.
        Unknown = "unknown" / "待核",
    }
}

words! {
    /// Why a stretch between coming and going is not simply seen.
    pub enum GapKind {
        /// Short, between two proven stretches: counted as seen.
        Bridged = "bridged" / "短时断线",
        /// The page was in the background.
        Hidden = "hidden" / "页面在后台",
        /// Connected, but no media is known to have arrived.
        Unproven = "unproven" / "没有收到画面和声音",
        /// The line broke, and the person came back.
        Lost = "lost" / "线路中断",
        /// The person left and came back.
        Away = "away" / "离开",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub kind: GapKind,
    pub from: Time,
    pub to: Time,
}

/// When the Session took place and when it was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timetable {
    /// As the Session's row has it; the ledger's own lines go before it.
    pub started_at: Time,
    pub ended_at: Option<Time>,
    pub planned_start: Time,
    pub planned_end: Time,
}

/// A decision about somebody's leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excuse {
    /// `Person::key`.
    pub person: String,
    pub granted: bool,
    /// What for, in the words of whoever asked.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendanceRecord {
    /// `Person::key`.
    pub person: String,
    pub status: AttendanceStatus,
    pub late: bool,
    pub left_early: bool,
    /// The Session goes on: the status may still change.
    pub ongoing: bool,
    /// The last stretch has no end in the ledger and is closed at the last moment that it knows.
    pub open: bool,
    /// Proven, and bridged.
    pub seen: Duration,
    /// There, or cut off for a while, without proof of watching.
    pub unverified: Duration,
    /// What `seen` has to reach.
    pub required: Duration,
    /// The Session without its interruptions; of one that goes on, so far.
    pub whole: Duration,
    pub first: Option<Time>,
    pub last: Option<Time>,
    /// What was seen, in order, apart from each other.
    pub intervals: Vec<PresenceInterval>,
    /// Between coming and going, in order.
    pub gaps: Vec<Gap>,
    pub devices: u32,
    pub check_ins: CheckIns,
    /// After this moment one is late, before that one leaves early: on the axis of `intervals`.
    pub late_after: Time,
    pub early_before: Option<Time>,
    /// In one or two sentences that a teacher understands.
    pub reason: String,
    /// Somebody decided otherwise than what was measured.
    pub correction: Option<Correction>,
}

impl AttendanceRecord {
    /// Whole minutes seen, rounded down.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        self.seen.as_secs() / 60
    }

    /// Rounded up, so that it is never reached by less.
    #[must_use]
    pub fn required_minutes(&self) -> u64 {
        u64::try_from(self.required.as_micros().div_ceil(60_000_000)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests;
