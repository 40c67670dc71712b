//! A Correction: what somebody with the right to do so decided about a record, beside what was measured.
//!
//! It replaces the verdict and its reason. Minutes, intervals and gaps stay as they were proven.

use super::super::invalid::{Checks, Invalid};
use super::super::presence::{PresenceEvent, PresenceKind};
use super::super::{AccountId, AppealId, AttachmentId, Time};
use super::{AttendanceRecord, AttendanceStatus};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest reason of a decision.
const LONGEST_REASON: usize = 300;

/// What a record comes to: one status, and the marks of a presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub status: AttendanceStatus,
    #[serde(default)]
    pub late: bool,
    #[serde(default)]
    pub left_early: bool,
}

impl Verdict {
    /// As people read it: 出席，迟到.
    #[must_use]
    pub fn words(self) -> String {
        let marks = [(self.late, "迟到"), (self.left_early, "早退")];
        let mut words = self.status.word().to_owned();
        for (_, mark) in marks.into_iter().filter(|(stands, _)| *stands) {
            words.push('，');
            words.push_str(mark);
        }
        words
    }

    /// May somebody decide this? A decision leaves nothing open, and only who was there can have come late.
    pub fn check(self) -> Result<(), Invalid> {
        let marked = self.late || self.left_early;
        Checks::new()
            .that(self.status != AttendanceStatus::Unknown, "status", "请选择出席、请假或缺席。")
            .that(!marked || self.status == AttendanceStatus::Present, "late", "只有出席的人可以记迟到或早退。")
            .done()
    }
}

/// Everybody who decides says why, for the person concerned.
pub fn check_reason(reason: &str) -> Result<(), Invalid> {
    let reason = reason.trim();
    Checks::new()
        .that(!reason.is_empty(), "reason", "请写明理由，当事人会看到。")
        .optional_text(reason, "reason", "理由", LONGEST_REASON)
        .done()
}

/// The detail of a `corrected` line; its person is the one concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectedDetail {
    #[serde(flatten)]
    pub verdict: Verdict,
    pub reason: String,
    pub by: AccountId,
    pub by_name: String,
    /// The appeal that it grants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<AppealId>,
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
}

impl CorrectedDetail {
    /// None for another line, and for one that can't be read: it corrects nothing.
    #[must_use]
    pub fn of(event: &PresenceEvent) -> Option<Self> {
        if event.kind != PresenceKind::Corrected {
            return None;
        }
        serde_json::from_str(&event.detail).ok()
    }
}

/// The Correction in force of one person, with what it replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What was measured, and why; not an earlier Correction.
    pub before: Verdict,
    pub reason_before: String,
    pub by_name: String,
    pub at: Time,
    pub reason: String,
}

/// The last Correction of each person, with when it was written.
pub(super) fn corrections(events: &[PresenceEvent]) -> BTreeMap<&str, (CorrectedDetail, Time)> {
    let lines = events.iter().filter_map(|event| {
        let person = event.person.as_deref()?;
        Some((person, (CorrectedDetail::of(event)?, event.wall)))
    });
    lines.collect()
}

impl AttendanceRecord {
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict { status: self.status, late: self.late, left_early: self.left_early }
    }

    /// With the Correction in force; nothing that was measured changes.
    pub(super) fn corrected(mut self, detail: &CorrectedDetail, at: Time) -> Self {
        let before = self.verdict();
        let by_name = detail.by_name.clone();
        let why = detail.reason.trim_end_matches('。');
        let said = format!("{by_name}于 {} 更正为{}：{why}。", at.words(), detail.verdict.words());
        let reason_before = std::mem::replace(&mut self.reason, said);
        Verdict { status: self.status, late: self.late, left_early: self.left_early } = detail.verdict;
        self.correction = Some(Correction { before, reason_before, by_name, at, reason: detail.reason.clone() });
        self
    }
}
