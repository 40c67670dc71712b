//! Why the store says no: in words for people, with the cause for the log.

use super::constraint::{self, Constraint};
use crate::domain::office::DecidedAbove;
use crate::domain::{
    ActivityRefusal, ApplicationRefusal, CaseRefusal, ClosingRefusal, Invalid, ResourceRefusal, Time, YearEndRefusal,
};

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    Region,
    School,
    Account,
    Studio,
    Membership,
    Series,
    Activity,
    Session,
    Attachment,
    Calendar,
    Leave,
    Appeal,
    Classroom,
    PrintedCode,
    Notice,
    /// A report that was given out.
    Issue,
    Policy,
    Evidence,
    Mentor,
    HelpedSchool,
    Station,
    Choice,
    Veto,
    YearEnd,
    Objection,
    Certificate,
    Recruitment,
    Application,
    Transfer,
    Announcement,
    Recording,
    Resource,
    Comment,
    LessonPlan,
}

impl Noun {
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Region => "没有找到这个区域。",
            Self::School => "没有找到这所学校。",
            Self::Account => "没有找到这个账号。",
            Self::Studio => "没有找到这个工作室。",
            Self::Membership => "没有找到这条成员记录。",
            Self::Series => "没有找到这个系列。",
            Self::Activity => "没有找到这个活动。",
            Self::Session => "没有找到这场直播。",
            Self::Calendar => "这个日历地址已经失效，请在日程页重新复制。",
            Self::Attachment => "没有找到这份附件。",
            Self::Leave => "没有找到这次请假。",
            Self::Appeal => "没有找到这次申诉。",
            Self::Classroom => "没有找到这间教室。",
            Self::PrintedCode => "没有找到这张签到码。",
            Self::Notice => "没有找到这份通知。",
            Self::Issue => "没有找到这份报告，请核对编号。",
            Self::Policy => "没有找到这个考核办法。",
            Self::Evidence => "没有找到这份佐证材料。",
            Self::Mentor => "没有找到这条指导记录。",
            Self::HelpedSchool => "没有找到这条结对记录。",
            Self::Station => "没有找到这个名师工作站。",
            Self::Choice => "没有找到这次选择。",
            Self::Veto => "没有找到这一项。",
            Self::YearEnd => "没有找到这次年度评定。",
            Self::Objection => "没有找到这件异议。",
            Self::Certificate => "没有找到这份证书。",
            Self::Recruitment => "没有找到这次招募。",
            Self::Application => "没有找到这份申请。",
            Self::Transfer => "没有找到这条变动。",
            Self::Announcement => "没有找到这份公告。",
            Self::Recording => "没有找到这次录制。",
            Self::Resource => "没有找到这份资源，可能已撤回，或不对您开放。",
            Self::Comment => "没有找到这条评论。",
            Self::LessonPlan => "没有找到这份备课单。",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Refused(#[from] ActivityRefusal),
    #[error(transparent)]
    Closing(#[from] ClosingRefusal),
    #[error(transparent)]
    Case(#[from] CaseRefusal),
    #[error(transparent)]
    YearEnd(#[from] YearEndRefusal),
    #[error(transparent)]
    DecidedAbove(#[from] DecidedAbove),
    #[error(transparent)]
    Application(#[from] ApplicationRefusal),
    #[error(transparent)]
    Resource(#[from] ResourceRefusal),
    /// The database holds something that excludes this.
    #[error("{}", .0.sentence)]
    Conflict(&'static Constraint),
    #[error("{}", .0.sentence())]
    NotFound(Noun),
    /// A version of a Policy is registered already, with other words.
    #[error("考核办法 {key} 第 {version} 版已经登记，内容不能再改；请把改动写成新的一版。")]
    PolicyChanged { key: String, version: u32 },
    /// Too many wrong passwords.
    #[error("密码输错太多次，请稍后再试。")]
    Locked { until: Time },
    /// The queue of writes stayed full, or the store is closing.
    #[error("服务器正忙，没有保存，请稍后重试。")]
    Busy,
    /// The transaction did not commit; nothing of it is stored.
    #[error("服务器没能保存，请稍后重试。")]
    NotCommitted { cause: String },
    #[error("the database can't be opened")]
    Open {
        #[source]
        source: sqlx::Error,
    },
    #[error("the tables can't be brought up to date")]
    Migrate {
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    #[error("the database did not answer as asked")]
    Database {
        #[source]
        source: sqlx::Error,
    },
    #[error("column {column} holds what it can't hold")]
    Unreadable { column: &'static str },
    #[error("the operating system gave no random bytes")]
    NoRandom,
}

impl StoreError {
    /// Somebody else changed the Account meanwhile.
    #[must_use]
    pub fn account_changed() -> Self {
        Self::Conflict(constraint::named("account_changed"))
    }

    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Refused(refusal) => refusal.code(),
            Self::Closing(refusal) => refusal.code(),
            Self::Case(refusal) => refusal.code(),
            Self::YearEnd(refusal) => refusal.code(),
            Self::DecidedAbove(_) => "decided_above",
            Self::Application(refusal) => refusal.code(),
            Self::Resource(refusal) => refusal.code(),
            Self::Conflict(constraint) => constraint.name,
            Self::NotFound(_) => "not_found",
            Self::PolicyChanged { .. } => "policy_changed",
            Self::Locked { .. } => "locked",
            Self::Busy => "busy",
            Self::NotCommitted { .. } => "not_saved",
            Self::Open { .. }
            | Self::Migrate { .. }
            | Self::Database { .. }
            | Self::Unreadable { .. }
            | Self::NoRandom => "internal",
        }
    }

    /// A sentence for people; what went wrong inside is not their concern.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.code() {
            "internal" => "服务器出了问题，请稍后重试。".to_owned(),
            _ => self.to_string(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        let broken = source.as_database_error().and_then(constraint::broken_by);
        match (broken, &source) {
            (Some(constraint), _) => Self::Conflict(constraint),
            (None, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) => Self::Busy,
            _ => Self::Database { source },
        }
    }
}
