//! Evidence: an upload that proves what the server cannot see, and a reviewer's decision about it.

use super::invalid::{Checks, Invalid};
use super::policy::Policy;
use super::{AccountId, AttachmentId, Day, StudioId};

/// More files prove no more.
pub const MOST_ATTACHMENTS: usize = 10;
/// What one piece of Evidence may count for: papers one by one, a text by its characters.
const LARGEST_COUNT: u32 = 1000;
const LARGEST_COUNT_OF_CHARACTERS: u32 = 1_000_000;

/// A text is counted by its characters: how many it has is known only to whoever has read it.
#[must_use]
pub fn counts_characters(unit: &str) -> bool {
    unit == "字"
}

/// The most that one piece in the slot may count for.
#[must_use]
pub fn largest_count(policy: Option<&Policy>, slot: &str) -> u32 {
    let text = policy.is_some_and(|policy| policy.units_of_slot(slot).any(counts_characters));
    if text { LARGEST_COUNT_OF_CHARACTERS } else { LARGEST_COUNT }
}

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
    /// `most` is the [`largest_count`] of its slot.
    pub fn check(&self, most: u32) -> Result<(), Invalid> {
        let counted = !self.accepted || (1..=most).contains(&self.count);
        let explained = self.accepted || !self.reason.trim().is_empty();
        Checks::new()
            .that(counted, "count", format!("数量应在 1 到 {most} 之间。"))
            .that(explained, "reason", "请写明为什么不通过。")
            .optional_text(&self.reason, "reason", "说明", 300)
            .done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::built_in;

    #[test]
    fn a_refusal_says_why_and_an_acceptance_says_how_many() {
        let verdict = |accepted, count, reason: &str| EvidenceVerdict { accepted, count, reason: reason.into() };
        let check = |verdict: EvidenceVerdict| verdict.check(largest_count(None, "paper"));
        assert_eq!(check(verdict(true, 1, "")), Ok(()));
        assert_eq!(check(verdict(false, 0, "不清楚")), Ok(()));
        assert!(check(verdict(true, 0, "")).is_err());
        assert!(check(verdict(false, 0, " ")).is_err());
    }

    #[test]
    fn a_text_counts_for_its_characters_and_a_paper_for_few() {
        let verdict = |count| EvidenceVerdict { accepted: true, count, reason: String::new() };
        let policy = built_in().iter().find(|policy| policy.key == "district-2");
        let check = |count, slot| verdict(count).check(largest_count(policy, slot)).is_ok();
        assert!(check(1000, "paper") && !check(1001, "paper") && !check(1001, "no such slot"));
        assert!(
            check(10_000, "reading_notes") && check(1_000_000, "reading_notes") && !check(1_000_001, "reading_notes")
        );
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
