//! Leaves, appeals, corrections, photos and the audit view.

use super::{ActivityCard, RecordView};
use crate::domain::attendance::AttendanceStatus;
use crate::domain::case::CaseState;
use crate::domain::{AccountId, AppealId, AttachmentId, Day, MemberRole, PhotoId, SessionId, Time};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// A file that is a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AttachmentView {
    pub id: AttachmentId,
    /// Safe to show and to save under.
    pub name: String,
    pub media_type: String,
    /// In bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Can be shown in the page.
    pub image: bool,
}

/// Why leave is asked for, or a record appealed.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CaseForm {
    pub reason: String,
    /// One's own upload.
    #[serde(default)]
    #[ts(optional)]
    pub attachment: Option<AttachmentId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LeaveDecisionForm {
    pub granted: bool,
    /// Must be given for a refusal.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

/// What a record comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct VerdictView {
    pub status: AttendanceStatus,
    #[serde(default)]
    pub late: bool,
    #[serde(default)]
    pub left_early: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AppealDecisionForm {
    pub granted: bool,
    /// What the record is corrected to; must be given for a consent. Never `unknown`.
    #[serde(default)]
    #[ts(optional)]
    pub status: Option<AttendanceStatus>,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub late: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub left_early: bool,
    /// Must be given for a refusal.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

/// One decision about one or more people of a Session that is over.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CorrectionForm {
    /// Their keys, at most 200: the id of an Account, or a guest's `guest:name@school`.
    pub people: Vec<String>,
    /// Never `unknown`.
    pub status: AttendanceStatus,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub late: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub left_early: bool,
    pub reason: String,
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AttachmentId>>")]
    pub attachments: Vec<AttachmentId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CorrectionAnswer {
    /// How many people were corrected.
    pub corrected: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    Leave,
    Appeal,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CasePerson {
    pub id: AccountId,
    pub name: String,
    pub school: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct DecisionView {
    pub granted: bool,
    pub by_name: String,
    pub at: Time,
    pub reason: String,
    /// What a granted appeal corrected the record to.
    pub verdict: Option<VerdictView>,
}

/// A leave or an appeal with all that is shown of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CaseView {
    pub kind: CaseKind,
    /// Of its kind.
    pub id: String,
    pub state: CaseState,
    pub person: CasePerson,
    pub activity: ActivityCard,
    /// Which Session is appealed.
    pub session: Option<SessionId>,
    pub reason: String,
    pub attachment: Option<AttachmentView>,
    pub asked_at: Time,
    pub decision: Option<DecisionView>,
    pub withdrawn_at: Option<Time>,
    /// The person who asks may decide it now.
    pub may_decide: bool,
    /// It can still be withdrawn by the person who asked for it.
    pub may_withdraw: bool,
    /// Of an appeal that is open: what the record says.
    pub record: Option<RecordView>,
}

/// What may be asked for or has to be decided, on the page of an Activity.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct ActivityCases {
    /// The person who looks may ask for leave now.
    pub may_ask_leave: bool,
    /// The last leave of the person who looks, unless it was withdrawn.
    pub leave: Option<CaseView>,
    /// Leaves and appeals that wait for the person who looks.
    pub waiting: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PhotoForm {
    pub attachment: AttachmentId,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PhotoView {
    pub id: PhotoId,
    pub picture: AttachmentView,
    pub note: String,
    pub by_name: String,
    pub at: Time,
}

/// One line of the ledger, or a run of checkpoints of one Participant.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AuditRow {
    /// Of the first and the last line.
    #[ts(type = "number")]
    pub first: i64,
    #[ts(type = "number")]
    pub last: i64,
    /// How many lines these are.
    pub count: u32,
    /// The first eight digits of the last line's hash.
    pub hash: String,
    /// Stable: the kind of line.
    pub kind: String,
    /// The kind as people read it.
    pub word: String,
    pub from: Time,
    pub to: Time,
    /// None for what concerns the whole Session.
    pub name: Option<String>,
    pub text: String,
    pub correction: Option<AuditCorrectionView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AuditCorrectionView {
    pub before: VerdictView,
    pub after: VerdictView,
    pub by_name: String,
    pub reason: String,
    pub appeal: Option<AppealId>,
    /// For those who keep the Studio.
    pub attachments: Vec<AttachmentView>,
}

/// Somebody who has lines in a Session.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AuditPerson {
    /// For `?person=`.
    pub key: String,
    pub name: String,
    pub school: Option<String>,
    pub record: RecordView,
}

/// One page of a Session's lines, folded, and everything that was asked for and decided.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AuditPage {
    pub activity: ActivityCard,
    pub session: SessionId,
    pub people: Vec<AuditPerson>,
    pub cases: Vec<CaseView>,
    /// Changes of days of Memberships, made after the Session began, that decide who was in the Studio on its day.
    pub memberships: Vec<DaysChangedView>,
    pub rows: Vec<AuditRow>,
    /// Rows on all pages.
    #[ts(type = "number")]
    pub total: u64,
    pub page: u32,
    pub size: u32,
    /// Lines in the ledger of this Session.
    #[ts(type = "number")]
    pub lines: i64,
    /// Every line fits the one before.
    pub intact: bool,
}

/// Who set the days of a Membership, and why.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct DaysChangedView {
    pub name: String,
    pub role: MemberRole,
    /// None where the Membership was begun.
    pub before: Option<DaysView>,
    pub after: DaysView,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

/// From when to when; both days count.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct DaysView {
    pub from: Day,
    pub to: Option<Day>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditSearch {
    /// Only the lines of this person, by key, and those of the whole Session.
    pub person: Option<String>,
}
