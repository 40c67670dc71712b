//! YearEnd: how an office settles a year under one Policy: frozen, published, objected to, final; no stage is skipped.

mod certificate;
mod course;
mod outcome;
mod refusal;

pub use certificate::{CertificateNumber, CertificateText, NUMBER, STATEMENT};
pub use course::{Course, first_freeze};
pub use outcome::{
    Change, Difference, Frozen, Outcome, Ranked, Settled, Standing, Stood, YearChange, differences, settle,
};
pub use refusal::YearEndRefusal;

use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{AccountId, RegionKind, StudioId, Tier, YearEndId};

/// The shortest publication. One of the programmes names a length, a week (区县方案篇二五2: 公示一周); the others only
/// say that results are published, so the same holds for them.
pub const LEAST_DAYS: u32 = 7;
/// Longer than a term nobody is kept waiting for a result.
pub const MOST_DAYS: u32 = 120;
/// Of what an office and a host say.
const LONGEST_REASON: usize = 500;

words! {
    pub enum YearEndStage {
        Frozen = "frozen" / "已冻结",
        Published = "published" / "公示",
        Final = "final" / "最终结果",
        /// Given up before it was final; its Studios may be settled anew.
        Withdrawn = "withdrawn" / "已作废",
    }
}

words! {
    pub enum ObjectionState {
        Open = "open" / "等待答复",
        /// The Studio was counted anew from what is known by then.
        Recomputed = "recomputed" / "已重新核算",
        /// The office set the grade.
        Graded = "graded" / "已改定等次",
        Rejected = "rejected" / "不予采纳",
    }
}

words! {
    /// What a Certificate says.
    pub enum CertificateKind {
        /// That a Studio passed.
        Grade = "grade" / "考核证书",
        /// The credits of one person of a Studio that passed.
        Credits = "credits" / "学分证明",
    }
}

words! {
    /// Why a Studio of the Region is not settled with the others.
    pub enum LeftOut {
        /// Its tier is for a higher office.
        Above = "above" / "由上级工作站评定",
        /// Another YearEnd of the same Policy, year and scope has it.
        Taken = "taken" / "已在另一次评定里",
        /// Its cycle has years that nobody has settled.
        Unsettled = "unsettled" / "周期内还有年度没有最终结果",
    }
}

/// Does the office of such a Region settle Studios of this tier? A Studio of the province's tier that lies in a county is the
/// province's to settle, among those of all counties.
#[must_use]
pub const fn settles(kind: RegionKind, tier: Tier) -> bool {
    match kind {
        RegionKind::Province => true,
        RegionKind::City => matches!(tier, Tier::City | Tier::County),
        RegionKind::County => matches!(tier, Tier::County),
    }
}

/// 异议 of a host about their own Studio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObjection {
    pub year_end: YearEndId,
    pub studio: StudioId,
    pub reason: String,
    pub attachment: Option<super::AttachmentId>,
    pub by: AccountId,
}

/// How an office answers an objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Counts the Studio anew from what is known now.
    Recompute,
    /// By the id of the Policy.
    Grade(String),
    Reject,
}

impl Answer {
    #[must_use]
    pub const fn state(&self) -> ObjectionState {
        match self {
            Self::Recompute => ObjectionState::Recomputed,
            Self::Grade(_) => ObjectionState::Graded,
            Self::Reject => ObjectionState::Rejected,
        }
    }
}

/// Who does something that others rely on says why.
pub fn check_reason(reason: &str) -> Result<(), Invalid> {
    Checks::new()
        .that(!reason.trim().is_empty(), "reason", "请写明理由。")
        .optional_text(reason, "reason", "理由", LONGEST_REASON)
        .done()
}

/// What is done as planned may go without a word.
pub fn check_remark(reason: &str) -> Result<(), Invalid> {
    Checks::new().optional_text(reason, "reason", "说明", LONGEST_REASON).done()
}
