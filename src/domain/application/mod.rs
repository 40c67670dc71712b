//! Application: how somebody gets into a Studio, or gets one — 招募, 申报, 审核 — and how they move on from it.
//!
//! A Recruitment says who is sought. An Application to it may be kept as a draft, is sent, and then stands; each word of a
//! reviewer is a row of its own. What state it is in follows from these rows ([`standing`]).

mod condition;
mod form;
mod publicity;
mod quota;
mod recruitment;
mod transfer;
mod way;

#[cfg(test)]
mod tests;

pub use condition::{Applicant, ConditionState, Finding, OPEN_LESSONS, findings, item_slots};
pub use form::{ApplicationForm, ApplicationItem, SchoolStage, Sex};
pub use publicity::{
    ApplicationAnswer, ApplicationObjection, ApplicationObjectionState, Denial, Naming, NewApplicationAnswer,
    NewApplicationObjection, Publicity, check_reason, school_notice,
};
pub use quota::{Quota, Reached, RegionCount, StudioSort, bounds, capacity_bounds, marks_asked, places_for};
pub use recruitment::{MOST_CHOICES, NewRecruitment, Recruitment, RecruitmentChange, role_title};
pub use transfer::{NewTransfer, Transfer, TransferDecision, TransferKind, TransferState, office_decides};
pub use way::{Standing, Step, Stop, chosen, standing, stops};

use super::participation::Span;
use super::words::words;
use super::{
    AccountId, ApplicationId, AttachmentId, Day, MemberMarks, MembershipId, PersonName, RecruitmentId, SchoolId,
    StudioId, Time,
};
use serde::{Deserialize, Serialize};

/// How long a returned Application may be mended and sent again, also after the closing day.
pub const MENDING_DAYS: i32 = 7;
const LONGEST_REASON: usize = 300;

words! {
    pub enum ApplicationState {
        Draft = "draft" / "草稿",
        Waiting = "waiting" / "审核中",
        /// Everybody has consented, and everybody may read of it and object before the office names them.
        Publicised = "publicised" / "公示中",
        /// A reviewer wants something changed; it may be sent again.
        Returned = "returned" / "退回修改",
        Accepted = "accepted" / "已录用",
        Refused = "refused" / "未录用",
        Withdrawn = "withdrawn" / "已撤回",
    }
}

words! {
    /// What a reviewer says.
    pub enum ReviewVerdict {
        Granted = "granted" / "同意",
        Returned = "returned" / "退回修改",
        Refused = "refused" / "不同意",
    }
}

/// One person's Application to one Recruitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    pub recruitment: RecruitmentId,
    pub account: PersonName,
    pub draft: ApplicationDraft,
    pub saved_at: Time,
    /// In the order in which they were sent; the last one counts.
    pub sendings: Vec<Sending>,
}

/// What is written, whether it was sent or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationDraft {
    pub form: ApplicationForm,
    /// Studios in the order in which they are wished for.
    pub choices: Vec<StudioId>,
}

/// An Application as it was sent, with what was said about it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// Counts from 1.
    pub ordinal: u32,
    /// Where the applicant taught then.
    pub school: SchoolId,
    pub draft: ApplicationDraft,
    /// What the Policy's conditions came to on that day.
    pub findings: Vec<Finding>,
    pub sent_at: Time,
    pub withdrawn_at: Option<Time>,
    pub reviews: Vec<Review>,
    /// Where the Policy asks for it.
    pub publicity: Option<Publicity>,
}

/// A reviewer's word, which stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub step: Step,
    /// Whose host spoke.
    pub studio: Option<StudioId>,
    pub verdict: ReviewVerdict,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    /// The office spoke for a Studio that had no host.
    pub in_place: bool,
    /// When the School had it in its own house, as its consent says where the Policy asks for it.
    pub notice: Option<Span>,
    /// What the last word of consent began.
    pub membership: Option<MembershipId>,
    pub by: PersonName,
    pub at: Time,
}

/// What a reviewer wants to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// How many words of reviewers whoever decides has seen, and about which sending.
    pub seen: (u32, u32),
    pub verdict: ReviewVerdict,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    /// The first and the last day of the School's 校内公示.
    pub notice: (Option<Day>, Option<Day>),
    /// From which day the Membership counts, where this is the last word.
    pub from: Option<Day>,
    /// What the person is marked as, where this is the last word.
    pub marks: MemberMarks,
    /// An office speaks, for a Studio that has no host.
    pub in_place: bool,
    pub by: AccountId,
}

/// Why something about an Application can't be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationRefusal {
    #[error("还没到申报开始的日子，可以先填写草稿。")]
    NotOpen,
    #[error("申报已经截止。")]
    Closed,
    #[error("这份申请已经提交，正在审核；要改的话请先撤回。")]
    Sent,
    #[error("这份申请已经有结果，不能再改。")]
    Settled,
    #[error("申请还没有提交，不用撤回。")]
    NotSent,
    #[error("这份申请已经退回给您，不用撤回，修改后可以直接再提交。")]
    IsReturned,
    #[error("有一项条件不符合，不能提交：{0}")]
    Condition(String),
    #[error("您已经在这个工作室里担任这个角色，不用再申请。")]
    Member,
    #[error("这份申请刚被别人处理过，请刷新后查看。")]
    Moved,
    #[error("本人已经撤回，或者已经有结果，不用再处理。")]
    NothingWaits,
    #[error("同意学校这一步，请附上学校盖章的意见（扫描件或照片）。")]
    NoSchoolPaper,
    #[error("公示到 {} 结束，第二天起才能正式命名。", .until.words())]
    StillPublicised { until: Day },
    #[error("还有 {open} 件异议没有答复，都答复以后才能正式命名。")]
    ObjectionsOpen { open: u32 },
    #[error("现在不在公示期，不能提出异议。请直接联系公示的工作站。")]
    ObjectionTooLate,
    #[error("公示的是您本人，不用提异议；不想参加的，可以撤回申请。")]
    ObjectionToOneself,
    #[error("您的异议还在等待答复，不用再提交。")]
    ObjectionTaken,
    #[error("这件异议已经答复过了，或者申请已经有结果，不用再答复。")]
    ObjectionAnswered,
    #[error("附件要从这份申请里选，或者由您自己上传。")]
    ForeignPaper,
    #[error("{0}")]
    Full(String),
    #[error("名单已经有变化：{0}")]
    Roster(String),
    #[error("这条变动已经处理过了，请刷新后查看。")]
    TransferSettled,
    #[error("这位成员已经有一条变动在等待处理。")]
    TransferTaken,
}

impl ApplicationRefusal {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotOpen => "recruitment_not_open",
            Self::Closed => "recruitment_closed",
            Self::Sent => "application_sent",
            Self::Settled => "application_settled",
            Self::IsReturned => "application_returned",
            Self::NotSent => "application_not_sent",
            Self::Condition(_) => "condition_unmet",
            Self::Member => "already_member",
            Self::Moved => "application_moved_on",
            Self::NothingWaits => "nothing_waits",
            Self::NoSchoolPaper => "school_paper_missing",
            Self::ForeignPaper => "attachment_not_of_application",
            Self::StillPublicised { .. } => "publicity_goes_on",
            Self::ObjectionsOpen { .. } => "objections_open",
            Self::ObjectionTooLate => "objection_too_late",
            Self::ObjectionToOneself => "objection_to_oneself",
            Self::ObjectionTaken => "objection_taken",
            Self::ObjectionAnswered => "objection_answered",
            Self::Full(_) => "quota_full",
            Self::Roster(_) => "roster_changed",
            Self::TransferSettled => "transfer_settled",
            Self::TransferTaken => "transfer_taken",
        }
    }
}

impl Application {
    #[must_use]
    pub fn last(&self) -> Option<&Sending> {
        self.sendings.last()
    }

    /// Was this file ever sent with it, or put beside a reviewer's word?
    #[must_use]
    pub fn tells_of(&self, file: AttachmentId) -> bool {
        let sent = |sending: &Sending| sending.draft.form.items.iter().any(|item| item.attachment == Some(file));
        let said = |sending: &Sending| sending.reviews.iter().any(|review| review.attachment == Some(file));
        self.sendings.iter().any(|sending| sent(sending) || said(sending))
    }

    /// May what is written be changed?
    pub fn may_write(&self, recruitment: &Recruitment, stops: &[Stop]) -> Result<(), ApplicationRefusal> {
        match self.state(recruitment, stops) {
            ApplicationState::Draft | ApplicationState::Withdrawn | ApplicationState::Returned => Ok(()),
            ApplicationState::Waiting | ApplicationState::Publicised => Err(ApplicationRefusal::Sent),
            ApplicationState::Accepted | ApplicationState::Refused => Err(ApplicationRefusal::Settled),
        }
    }

    /// May it be sent today? What was returned may be sent again for some days after the closing day.
    pub fn may_send(&self, recruitment: &Recruitment, stops: &[Stop], today: Day) -> Result<(), ApplicationRefusal> {
        self.may_write(recruitment, stops)?;
        let returned = self.last().filter(|one| one.withdrawn_at.is_none()).and_then(|one| one.reviews.last());
        let mending = returned.is_some_and(|review| today <= review.at.day().plus(MENDING_DAYS));
        if today < recruitment.opens {
            Err(ApplicationRefusal::NotOpen)
        } else if recruitment.closes < today && !mending {
            Err(ApplicationRefusal::Closed)
        } else {
            Ok(())
        }
    }

    pub fn may_withdraw(&self, recruitment: &Recruitment, stops: &[Stop]) -> Result<(), ApplicationRefusal> {
        match self.state(recruitment, stops) {
            ApplicationState::Waiting | ApplicationState::Publicised => Ok(()),
            // It is with the applicant already; withdrawn, it could not be sent any more after the closing day.
            ApplicationState::Returned => Err(ApplicationRefusal::IsReturned),
            ApplicationState::Draft | ApplicationState::Withdrawn => Err(ApplicationRefusal::NotSent),
            ApplicationState::Accepted | ApplicationState::Refused => Err(ApplicationRefusal::Settled),
        }
    }

    /// `stops` are those of the last sending; nothing else needs them.
    #[must_use]
    pub fn state(&self, recruitment: &Recruitment, stops: &[Stop]) -> ApplicationState {
        match self.last() {
            None => ApplicationState::Draft,
            Some(sending) if sending.withdrawn_at.is_some() => ApplicationState::Withdrawn,
            Some(sending) => match standing(recruitment, sending, stops) {
                Standing::Waiting(_) => ApplicationState::Waiting,
                Standing::Returned => ApplicationState::Returned,
                Standing::Publicised => ApplicationState::Publicised,
                Standing::Accepted => ApplicationState::Accepted,
                Standing::Refused => ApplicationState::Refused,
            },
        }
    }
}

impl NewReview {
    pub fn check(&self) -> Result<(), super::Invalid> {
        let explained = self.verdict == ReviewVerdict::Granted || !self.reason.trim().is_empty();
        super::Checks::new()
            .that(explained, "reason", "请写明原因，申请人会看到。")
            .optional_text(&self.reason, "reason", "审核意见", LONGEST_REASON)
            .done()
    }
}
