//! Why a stage of a YearEnd can't be reached.

use super::super::Day;
use super::{LEAST_DAYS, MOST_DAYS};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YearEndRefusal {
    #[error("还没有到评定的时候，{} 起可以冻结。", .from.words())]
    TooEarly { from: Day },
    #[error("这个区域里没有要评定的工作室。")]
    Nobody,
    #[error("这里要评定的都是上级工作室（{studio}等 {studios} 个），由上级工作站评定。")]
    Above { studio: String, studios: usize },
    #[error("{studio}等 {studios} 个工作室已在同一年度或周期的另一次评定里，不能再冻结一次。")]
    Taken { studio: String, studios: usize },
    #[error("{studio}等 {studios} 个工作室的周期内还有年度没有最终结果，先把年度考核定为最终结果。")]
    Unsettled { studio: String, studios: usize },
    #[error("没有这样的终结性考核：考核办法没有规定，或者这一年不是周期的最后一年。")]
    NoCycle,
    #[error("还有工作室没有核算完，请过一会儿再冻结。")]
    NotCounted,
    #[error("公示至少 {LEAST_DAYS} 天，最多 {MOST_DAYS} 天，首尾两天都算。")]
    Length,
    #[error("已经公示过了，请刷新后查看。")]
    Published,
    #[error("还没有公示，请先公示。")]
    NotPublished,
    #[error("公示到 {} 结束，第二天起才能定为最终结果。", .until.words())]
    StillPublished { until: Day },
    #[error("还有 {open} 件异议没有答复，都答复以后才能定为最终结果。")]
    OpenObjections { open: u32 },
    #[error("公示已经结束，不能再提出异议。请直接联系评定的工作站。")]
    ObjectionTooLate,
    #[error("这个工作室不在这次评定的名单里。")]
    NotInList,
    #[error("您的工作室已有一件异议在等待答复，不用再提交。")]
    ObjectionTaken,
    #[error("这件异议已经答复过了，请刷新后查看。")]
    Answered,
    #[error("已经是最终结果，不能再改。确有错误的，请写一条更正，与原结果并列。")]
    Final,
    #[error("{year} 年度的考核已经冻结，不能再交这一年的材料。对结果有异议的，请在公示期提出。")]
    Frozen { year: i32 },
    #[error("这个周期的终结性考核已经冻结，不能再交周期的材料。对结果有异议的，请在公示期提出。")]
    CycleFrozen,
    #[error("还不是最终结果。")]
    NotFinal,
    #[error("这次评定已经作废。")]
    Withdrawn,
    #[error("考核办法里没有这个等次，请从列表中选择。")]
    UnknownGrade,
    #[error("现在就是这个等次，不用更正。")]
    SameGrade,
    #[error("该发的证书都已经发了。")]
    NothingToCertify,
    #[error("这份证书已经撤销了。")]
    Revoked,
}

impl YearEndRefusal {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooEarly { .. } => "year_end_too_early",
            Self::Nobody => "year_end_nobody",
            Self::Above { .. } => "year_end_above",
            Self::Taken { .. } => "year_end_taken",
            Self::Unsettled { .. } => "year_end_unsettled",
            Self::NoCycle => "no_final_assessment",
            Self::NotCounted => "year_end_not_counted",
            Self::Length => "publication_length",
            Self::Published => "year_end_published",
            Self::NotPublished => "year_end_not_published",
            Self::StillPublished { .. } => "publication_goes_on",
            Self::OpenObjections { .. } => "objections_open",
            Self::ObjectionTooLate => "objection_too_late",
            Self::NotInList => "studio_not_in_list",
            Self::ObjectionTaken => "objection_taken",
            Self::Answered => "objection_answered",
            Self::Final => "year_end_final",
            Self::Frozen { .. } => "year_frozen",
            Self::CycleFrozen => "cycle_frozen",
            Self::NotFinal => "year_end_not_final",
            Self::Withdrawn => "year_end_withdrawn",
            Self::UnknownGrade => "unknown_grade",
            Self::SameGrade => "same_grade",
            Self::NothingToCertify => "nothing_to_certify",
            Self::Revoked => "certificate_revoked",
        }
    }
}
