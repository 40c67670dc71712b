//! Evidence: an upload that proves what the server cannot see, and a reviewer's decision about it.

use super::invalid::{Checks, Invalid};
use super::{AccountId, AttachmentId, Day, StudioId};

/// More files prove no more.
pub const MOST_ATTACHMENTS: usize = 10;
/// What one piece of Evidence may count for.
pub const LARGEST_COUNT: u32 = 1000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvidence {
    pub studio: StudioId,
    /// Key of the Policy whose slot it is for.
    pub policy: String,
    pub slot: String,
    /// Whose it is, where it proves something of a person.
    pub account: Option<AccountId>,
    pub title: String,
    /// When what it proves happened.
    pub day: Day,
    pub attachments: Vec<AttachmentId>,
}

impl NewEvidence {
    pub fn check(&self, today: Day) -> Result<(), Invalid> {
        let files = (1..=MOST_ATTACHMENTS).contains(&self.attachments.len());
        Checks::new()
            .text(&self.title, "title", "名称", 100)
            .text(&self.slot, "slot", "材料类别", 60)
            .that(self.day <= today, "day", "日期不能晚于今天。")
            .that(files, "attachments", format!("请上传 1 到 {MOST_ATTACHMENTS} 份文件。"))
            .done()
    }
}

/// What a reviewer decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceVerdict {
    pub accepted: bool,
    /// How many it counts for; nothing when it is refused.
    pub count: u32,
    pub reason: String,
}

impl EvidenceVerdict {
    pub fn check(&self) -> Result<(), Invalid> {
        let counted = !self.accepted || (1..=LARGEST_COUNT).contains(&self.count);
        let explained = self.accepted || !self.reason.trim().is_empty();
        Checks::new()
            .that(counted, "count", format!("数量应在 1 到 {LARGEST_COUNT} 之间。"))
            .that(explained, "reason", "请写明为什么不通过。")
            .optional_text(&self.reason, "reason", "说明", 300)
            .done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_why_and_an_acceptance_says_how_many() {
        let verdict = |accepted, count, reason: &str| EvidenceVerdict { accepted, count, reason: reason.into() };
        assert_eq!(verdict(true, 1, "").check(), Ok(()));
        assert_eq!(verdict(false, 0, "不清楚").check(), Ok(()));
        assert!(verdict(true, 0, "").check().is_err());
        assert!(verdict(false, 0, " ").check().is_err());
    }

    #[test]
    fn evidence_has_a_file_and_happened_already() {
        let today = Day::parse("2026-11-20").unwrap();
        let new = NewEvidence {
            studio: StudioId::from_random([1; 10]),
            policy: "zhejiang-2019".into(),
            slot: "case".into(),
            account: None,
            title: "研修活动案例".into(),
            day: today,
            attachments: vec![AttachmentId::from_random([2; 10])],
        };
        assert_eq!(new.check(today), Ok(()));
        let bad = NewEvidence { day: today.plus(1), attachments: Vec::new(), ..new };
        let fields = bad.check(today).unwrap_err().fields;
        assert_eq!(fields.keys().copied().collect::<Vec<_>>(), ["attachments", "day"]);
    }
}
