//! Evidence, who guides whom, which schools are helped, lesson reviews: what a year's assessment takes from people.

use super::{AttachmentView, Named, SchoolName, SlotView};
use crate::domain::{
    AccountId, AttachmentId, Day, EvidenceId, HelpedSchoolId, LessonReviewId, MentorId, SchoolId, Time,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct EvidenceForm {
    /// A slot of the Studio's Policy.
    pub slot: String,
    /// Whose it is, where each person has to prove something.
    #[serde(default)]
    #[ts(optional)]
    pub account: Option<AccountId>,
    pub title: String,
    /// When what it proves happened.
    pub day: Day,
    /// Files that the one who hands it in has uploaded.
    pub attachments: Vec<AttachmentId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceStateView {
    Waiting,
    Accepted,
    Refused,
    /// Whoever handed it in took it back before anybody decided.
    Withdrawn,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct EvidenceView {
    pub id: EvidenceId,
    pub studio: Named,
    pub slot: SlotView,
    /// The criteria that count it.
    pub criteria: Vec<Named>,
    pub account: Option<Named>,
    pub title: String,
    pub day: Day,
    pub attachments: Vec<AttachmentView>,
    /// May the person who asks open the files, and not only read their names?
    pub may_open: bool,
    pub given_by: String,
    pub given_at: Time,
    pub state: EvidenceStateView,
    /// For how many it counts.
    pub count: u32,
    /// What it is counted in, as in 字; none where nothing counts it.
    pub unit: Option<String>,
    /// For how many it may count at most.
    pub most_count: u32,
    pub decision: Option<RulingView>,
    /// May the person who asks decide about it?
    pub may_decide: bool,
    /// May the person who asks take it back?
    pub may_withdraw: bool,
    pub withdrawn_at: Option<Time>,
}

/// What somebody decided, when and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RulingView {
    pub granted: bool,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct EvidenceDecisionForm {
    pub accepted: bool,
    /// How many it counts for.
    #[serde(default = "one")]
    #[ts(optional, as = "Option<u32>")]
    pub count: u32,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

const fn one() -> u32 {
    1
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct MentorForm {
    pub mentor: AccountId,
    /// Who is guided: an account, or a name.
    #[serde(default)]
    #[ts(optional)]
    pub mentee_account: Option<AccountId>,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub mentee: String,
    pub from: Day,
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct MentorView {
    pub id: MentorId,
    pub mentor: Named,
    pub mentee_account: Option<AccountId>,
    pub mentee: String,
    pub from: Day,
    pub to: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct HelpedSchoolForm {
    pub school: SchoolId,
    pub from: Day,
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<Day>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct HelpedSchoolView {
    pub id: HelpedSchoolId,
    pub school: SchoolName,
    pub from: Day,
    pub to: Option<Day>,
}

/// The last day, which still counts; `null` lets it go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct EndForm {
    pub to: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LessonReviewForm {
    /// Which lesson of the Activity.
    pub lesson: String,
    pub strengths: String,
    pub advice: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LessonReviewView {
    pub id: LessonReviewId,
    pub reviewer: Named,
    pub lesson: String,
    pub strengths: String,
    pub advice: String,
    pub at: Time,
}
