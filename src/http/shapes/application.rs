//! Recruitments, Applications to them, and what reviewers say.

use super::{AttachmentView, Named, RegionName, SchoolName, SheetErrorView, SlotView, SpanView, WordView};
use crate::domain::{
    ApplicationId, ApplicationObjectionState, ApplicationState, AttachmentId, ConditionState, Day, MemberMark,
    MemberRole, ObjectionId, RecruitmentId, ReviewVerdict, SchoolStage, Sex, Step, StudioId, StudioKind, Tier, Time,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RecruitmentForm {
    /// Key of the Policy; of a Studio's own Recruitment always the Studio's.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub policy: String,
    pub role: MemberRole,
    pub title: String,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub content: String,
    /// New Studios in all; otherwise for each Studio.
    pub places: u32,
    /// How many Studios an applicant may name, in order; 1 where a Studio recruits for itself.
    #[serde(default = "one")]
    #[ts(optional, as = "Option<u32>")]
    pub most_choices: u32,
    #[serde(default = "yes")]
    #[ts(optional, as = "Option<bool>")]
    pub school_consents: bool,
    #[serde(default = "yes")]
    #[ts(optional, as = "Option<bool>")]
    pub office_approves: bool,
    pub opens: Day,
    pub closes: Day,
    /// Of the Studios that hosts get.
    #[serde(default)]
    #[ts(optional)]
    pub tier: Option<Tier>,
    #[serde(default)]
    #[ts(optional)]
    pub kind: Option<StudioKind>,
}

const fn one() -> u32 {
    1
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RecruitmentChangeForm {
    /// The last day; yesterday ends it at once.
    pub closes: Day,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecruitmentState {
    Coming,
    Open,
    Closed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RecruitmentCard {
    pub id: RecruitmentId,
    pub title: String,
    pub role: MemberRole,
    /// What the programme calls them: 学科（专业）带头人.
    pub role_title: String,
    /// The Policy's key and title.
    pub policy: Named,
    /// For which alone it is.
    pub studio: Option<Named>,
    pub region: Option<RegionName>,
    pub tier: Option<Tier>,
    pub kind: Option<StudioKind>,
    pub places: u32,
    /// How many have been taken in.
    pub taken: u32,
    /// How many wait to be named.
    pub publicised: u32,
    pub most_choices: u32,
    pub opens: Day,
    pub closes: Day,
    pub state: RecruitmentState,
    /// Whoever asks opened it or supervises who did.
    pub keeps: bool,
    /// What became of the asker's own Application, when there is one.
    pub mine: Option<ApplicationState>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RecruitmentChangeView {
    pub closes: Day,
    pub reason: String,
    pub by: String,
    pub at: Time,
}

/// What the Policy asks of an applicant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ConditionView {
    pub id: String,
    pub title: String,
    /// A reviewer may pass somebody who does not meet it.
    pub waivable: bool,
    /// Only for applicants from rural schools, or only for all others.
    pub rural: Option<bool>,
    pub quote: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RecruitmentPage {
    pub card: RecruitmentCard,
    pub content: String,
    pub opened_by: String,
    pub changes: Vec<RecruitmentChangeView>,
    pub conditions: Vec<ConditionView>,
    /// What papers may be handed in for.
    pub slots: Vec<SlotView>,
    /// Which Studios may be wished for.
    pub studios: Vec<Named>,
    /// Who speaks about an Application, in order.
    pub steps: Vec<Step>,
    /// Whoever all consent to is public for so many days before they are named.
    pub publicity_days: Option<u32>,
    /// The asker's School, which an Application is sent from.
    pub school: Option<SchoolName>,
    /// What the asker has written; empty fields with what is known of them where they have not begun.
    pub draft: ApplicationDraftForm,
    pub application: Option<ApplicationView>,
    /// The conditions held against the asker's draft.
    pub findings: Vec<FindingView>,
    /// Papers of the draft.
    pub attachments: Vec<AttachmentView>,
    pub may_write: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
pub struct ApplicationFields {
    pub sex: Option<Sex>,
    pub born: Option<Day>,
    pub phone: String,
    pub education: String,
    pub stage: Option<SchoolStage>,
    pub subject: String,
    /// 职称
    pub title: String,
    /// 职务
    pub post: String,
    pub teaching_years: Option<u32>,
    pub honours: String,
    pub summary: String,
    pub plan: String,
    /// Of a host's new Studio.
    pub studio_name: String,
    pub items: Vec<ApplicationItemForm>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicationItemForm {
    pub slot: String,
    pub title: String,
    pub attachment: Option<AttachmentId>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
pub struct ApplicationDraftForm {
    pub fields: ApplicationFields,
    /// Studios in the order in which they are wished for.
    pub choices: Vec<StudioId>,
}

/// A draft was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicationSaved {
    pub id: ApplicationId,
    pub saved_at: Time,
    pub findings: Vec<FindingView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct FindingView {
    pub condition: String,
    pub title: String,
    pub state: ConditionState,
    pub waivable: bool,
    pub sentence: String,
}

/// Somebody who has to say yes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct StopView {
    pub step: Step,
    /// Which Studio or Region speaks.
    pub who: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReviewView {
    pub step: Step,
    pub who: String,
    pub verdict: ReviewVerdict,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    /// An office spoke for a Studio that had no host.
    pub in_place: bool,
    /// When the School had its own publicity, where its consent says so.
    pub notice: Option<SpanView>,
    pub by: String,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicantView {
    pub name: String,
    pub school: Option<SchoolName>,
    pub region: String,
}

/// An Application as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicationRow {
    pub id: ApplicationId,
    /// The Recruitment's id and title.
    pub recruitment: Named,
    pub role_title: String,
    pub applicant: ApplicantView,
    pub state: ApplicationState,
    pub choices: Vec<Named>,
    /// The Studio whose host took them.
    pub taken_by: Option<Named>,
    pub sent_at: Option<Time>,
    pub waits_for: Option<StopView>,
    /// Conditions that a person has to look at, and those that are not met.
    pub to_look: u32,
    pub unmet: u32,
    pub may_decide: bool,
    /// Once everybody has consented, where the Policy asks for it.
    pub publicity: Option<PublicityView>,
    /// The days are over, nothing is open, and it is for the asker to name them.
    pub may_name: bool,
    /// An objection waits for the asker's answer.
    pub may_answer: bool,
}

/// 公示: both days count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PublicityView {
    pub from: Day,
    pub to: Day,
    /// The last day is past.
    pub over: bool,
    /// Objections that nobody has answered.
    pub open: u32,
}

/// An Application whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicationView {
    pub row: ApplicationRow,
    pub fields: ApplicationFields,
    pub attachments: Vec<AttachmentView>,
    pub findings: Vec<FindingView>,
    pub reviews: Vec<ReviewView>,
    /// Words about what was sent before.
    pub earlier: Vec<ReviewView>,
    /// Who speaks after what was said so far, in order.
    pub ahead: Vec<StopView>,
    pub may_withdraw: bool,
    /// Name these when deciding, so that two reviewers at once notice each other.
    pub sending: u32,
    pub seen: u32,
    /// The next consent is the last one: a first day can be named.
    pub last_step: bool,
    /// The marks that can be set with it, because the Policy keeps places for such people.
    pub marks_asked: Vec<MemberMark>,
    /// The last consent begins a publicity of so many days, and no Membership.
    pub publicity_days: Option<u32>,
    /// The School's consent names when it had a publicity of so many days in its own house.
    pub notice_days: Option<u32>,
    /// For the office that answers them.
    pub objections: Vec<ApplicationObjectionView>,
    /// Why it was refused, where an objection was upheld.
    pub upheld: Option<WordView>,
    /// Who named them after the publicity.
    pub naming: Option<WordView>,
    /// 不予命名: why the office did not.
    pub denial: Option<WordView>,
    /// It is for the asker to say that they are not named.
    pub may_deny: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicationObjectionView {
    pub id: ObjectionId,
    pub state: ApplicationObjectionState,
    pub given: WordView,
    pub attachment: Option<AttachmentView>,
    pub answer: Option<WordView>,
    pub may_answer: bool,
}

/// The asker's own, with what it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct OwnObjectionView {
    pub applicant: String,
    pub recruitment: String,
    /// Empty of a host, who gets a new one.
    pub studio: String,
    pub objection: ApplicationObjectionView,
}

/// Who is to be named, as everybody reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PublicityCard {
    pub id: ApplicationId,
    pub recruitment: String,
    pub role_title: String,
    pub name: String,
    pub school: Option<SchoolName>,
    pub studio: String,
    /// The Studio is made for them.
    pub new_studio: bool,
    pub subject: String,
    /// The Region whose office decided.
    pub office: String,
    pub from: Day,
    pub to: Day,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicationObjectionForm {
    pub reason: String,
    #[serde(default)]
    #[ts(optional)]
    pub attachment: Option<AttachmentId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ApplicationAnswerForm {
    /// The Application is refused for it.
    pub upheld: bool,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct NamingForm {
    /// The first day of the Membership, after the publicity.
    pub from: Day,
    pub sending: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct DenialForm {
    pub sending: u32,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RecruitmentNamingForm {
    pub from: Day,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct NamingAnswer {
    pub named: u32,
    pub left: Vec<NotNamed>,
}

/// Somebody whom a rule keeps from being named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct NotNamed {
    /// The Application's id and the applicant's name.
    pub application: Named,
    pub sentence: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ReviewForm {
    pub verdict: ReviewVerdict,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
    #[serde(default)]
    #[ts(optional)]
    pub attachment: Option<AttachmentId>,
    /// The first and the last day of the School's own publicity, with its consent.
    #[serde(default)]
    #[ts(optional)]
    pub notice_from: Option<Day>,
    #[serde(default)]
    #[ts(optional)]
    pub notice_to: Option<Day>,
    /// The first day of the Membership; today where none is named.
    #[serde(default)]
    #[ts(optional)]
    pub from: Option<Day>,
    /// With the last consent: 新入职教师
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub new_teacher: bool,
    /// With the last consent: 县级骨干教师或学科带头人
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub backbone: bool,
    pub sending: u32,
    pub seen: u32,
}

/// What a sheet of Applications came to; with an error nothing was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SummaryAnswer {
    /// Rows that can become drafts.
    pub good: u32,
    /// Drafts that were made; 0 when it was only checked.
    pub written: u32,
    pub errors: Vec<SheetErrorView>,
}
