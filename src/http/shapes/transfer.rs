//! Transfers of members, capacities of Regions, and Announcements.

use super::{Named, SourceView};
use crate::domain::{
    AnnouncementId, AttachmentId, Day, MemberRole, MembershipId, RecruitmentId, StudioId, Time, TransferId,
    TransferKind, TransferState,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct TransferForm {
    pub kind: TransferKind,
    /// The first day on which it holds.
    pub day: Day,
    /// What the person is from then on; for promotion and demotion.
    #[serde(default)]
    #[ts(optional)]
    pub role: Option<MemberRole>,
    /// Where, when it is another Studio.
    #[serde(default)]
    #[ts(optional)]
    pub studio: Option<StudioId>,
    pub reason: String,
    #[serde(default)]
    #[ts(optional)]
    pub attachment: Option<AttachmentId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct TransferDecisionForm {
    pub granted: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct TransferView {
    pub id: TransferId,
    pub membership: MembershipId,
    pub person: Named,
    pub studio: Named,
    /// What the person was.
    pub was: MemberRole,
    pub kind: TransferKind,
    pub day: Day,
    pub role: Option<MemberRole>,
    pub to_studio: Option<Named>,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
    pub asked_by: String,
    pub asked_at: Time,
    pub state: TransferState,
    pub decision: Option<TransferWordView>,
    pub may_decide: bool,
    /// Whoever asks asked for it, and it waits.
    pub may_withdraw: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct TransferWordView {
    pub granted: bool,
    pub reason: String,
    pub by: String,
    pub at: Time,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CapacitySearch {
    /// Key of the Policy; the one that most Studios of the Region are under where none is given.
    pub policy: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapacityState {
    Met,
    Under,
    Over,
    /// Nobody counts it here.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CapacityRow {
    pub id: String,
    pub title: String,
    pub have: Option<u32>,
    pub unit: String,
    /// ≥600
    pub wanted: String,
    pub state: CapacityState,
    pub sources: Vec<SourceView>,
    /// It counts 名师工作站.
    pub of_stations: bool,
    /// What the number is of, by name.
    pub behind: Vec<CapacityPart>,
}

/// A Studio, or the Region of an office, that a number of a Region is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CapacityPart {
    /// None of an office.
    pub studio: Option<StudioId>,
    pub name: String,
    /// Itself, or its people. Who is in two Studios is one of the Region's.
    pub count: u32,
}

/// How many of one role a Studio has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct StudioCapacity {
    pub studio: Named,
    pub counts: Vec<RoleCount>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RoleCount {
    pub role: MemberRole,
    pub title: String,
    pub have: u32,
    /// 10–15; empty where the Policy says nothing.
    pub wanted: String,
    pub state: CapacityState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CapacityPage {
    pub region: Named,
    pub policy: Option<Named>,
    /// Those that Studios of the Region are under, with how many.
    pub policies: Vec<Named>,
    pub rows: Vec<CapacityRow>,
    pub studios: Vec<StudioCapacity>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AnnouncementForm {
    pub title: String,
    pub content: String,
    /// Whose accepted people it names.
    #[serde(default)]
    #[ts(optional)]
    pub recruitment: Option<RecruitmentId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AnnouncementWithdrawalForm {
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct AnnouncementView {
    pub id: AnnouncementId,
    /// Whose office says it.
    pub region: Named,
    pub title: String,
    pub content: String,
    pub recruitment: Option<RecruitmentId>,
    pub by: String,
    pub at: Time,
    /// Why it was taken back; told only to offices.
    pub withdrawn: Option<String>,
    pub may_withdraw: bool,
}
