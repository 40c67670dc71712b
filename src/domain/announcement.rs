//! Announcement: words of an office to the Studios of its tree, until they are withdrawn.

use super::invalid::{Checks, Invalid};
use super::{AnnouncementId, PersonName, RecruitmentId, RegionId, Time};

const LONGEST: usize = 5000;
const LONGEST_REASON: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub id: AnnouncementId,
    pub region: RegionId,
    pub title: String,
    pub content: String,
    /// Whose accepted people it names.
    pub recruitment: Option<RecruitmentId>,
    pub by: PersonName,
    pub at: Time,
    pub withdrawal: Option<AnnouncementWithdrawal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncementWithdrawal {
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

pub fn check_announcement(title: &str, content: &str) -> Result<(), Invalid> {
    Checks::new()
        .text(title, "title", "标题", 60)
        .that(!content.trim().is_empty(), "content", "请填写公告内容。")
        .optional_text(content, "content", "公告内容", LONGEST)
        .done()
}

pub fn check_withdrawal(reason: &str) -> Result<(), Invalid> {
    Checks::new()
        .that(!reason.trim().is_empty(), "reason", "请写明原因。")
        .optional_text(reason, "reason", "原因", LONGEST_REASON)
        .done()
}
