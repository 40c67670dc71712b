//! Notice: the 电子通知 of an Activity, sent to the office for review, and numbered when it is approved.

use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{AccountId, ActivityId, NoticeId, OfficeTier, RegionId, Time};
use std::fmt;

/// What a notice may say, in characters.
const LONGEST: usize = 3000;
const LONGEST_REASON: usize = 300;

words! {
    pub enum NoticeState {
        /// Waits for an office.
        Sent = "sent" / "待审",
        /// The office wants something changed; what is changed is another notice.
        Returned = "returned" / "已退回",
        Approved = "approved" / "已发布",
        /// Taken back: by its Studio before an office decided, or after it was approved.
        Withdrawn = "withdrawn" / "已撤回",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub activity: ActivityId,
    pub content: String,
    pub sent_by: AccountId,
    pub sent_by_name: String,
    pub sent_at: Time,
    pub decision: Option<NoticeDecision>,
    /// Of the office that last decided about a notice of this Activity.
    pub last_tier: Option<OfficeTier>,
    pub withdrawal: Option<NoticeWithdrawal>,
    /// What the Activity was when it was approved; none of those that were approved before this was kept.
    pub about: Option<NoticeAbout>,
    /// What the Activity is now.
    pub now: NoticeAbout,
}

/// What people make their plans by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeAbout {
    pub planned_start: Time,
    pub planned_end: Time,
    pub place: String,
    /// In the order in which they present.
    pub presenters: Vec<AccountId>,
}

/// What hosts have written of the next one and not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDraft {
    pub content: String,
    /// Counts up with each saving, from 1.
    pub revision: u32,
    /// Of whoever saved it last.
    pub by_name: String,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDecision {
    /// Of an approved one.
    pub number: Option<NoticeNumber>,
    pub reason: String,
    pub by: AccountId,
    pub by_name: String,
    pub at: Time,
    /// Of the office that decided.
    pub tier: OfficeTier,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeWithdrawal {
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

/// Counted by Region and year, from 1, without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeNumber {
    pub region: RegionId,
    pub year: i32,
    pub number: u32,
}

impl fmt::Display for NoticeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "〔{}〕第{}号", self.year, self.number)
    }
}

impl Notice {
    #[must_use]
    pub fn state(&self) -> NoticeState {
        match (&self.decision, &self.withdrawal) {
            (None, None) => NoticeState::Sent,
            (None, Some(_)) => NoticeState::Withdrawn,
            (Some(decision), _) if decision.number.is_none() => NoticeState::Returned,
            (Some(_), None) => NoticeState::Approved,
            (Some(_), Some(_)) => NoticeState::Withdrawn,
        }
    }

    /// It holds, and says another day, time, place or presenters than its Activity has now.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.state() == NoticeState::Approved && self.about.as_ref().is_some_and(|about| *about != self.now)
    }

    /// Did an office ever approve it?
    #[must_use]
    pub fn was_approved(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.number.is_some())
    }

    /// Another one of the same Activity can be sent only when this is settled.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state(), NoticeState::Sent | NoticeState::Approved)
    }
}

pub fn check_content(content: &str) -> Result<(), Invalid> {
    Checks::new()
        .that(!content.trim().is_empty(), "content", "请填写通知内容。")
        .optional_text(content, "content", "通知内容", LONGEST)
        .done()
}

/// A draft may be empty.
pub fn check_draft(content: &str) -> Result<(), Invalid> {
    Checks::new().optional_text(content, "content", "通知内容", LONGEST).done()
}

/// A return and a withdrawal say why; a consent need not.
pub fn check_reason(reason: &str, needed: bool) -> Result<(), Invalid> {
    Checks::new()
        .that(!needed || !reason.trim().is_empty(), "reason", "请写明原因。")
        .optional_text(reason, "reason", "原因", LONGEST_REASON)
        .done()
}
