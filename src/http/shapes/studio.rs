//! Studios and their Series.

use super::{ActivityCard, MemberView};
use crate::domain::{ClosingKind, Day, MemberMark, RegionId, SeriesId, StudioId, StudioKind, Tier, Time};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// A Studio as lists and cards show it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct StudioCard {
    pub id: StudioId,
    pub name: String,
    pub tier: Tier,
    pub kind: StudioKind,
    pub subject: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct StudioView {
    pub id: StudioId,
    pub name: String,
    pub tier: Tier,
    pub kind: StudioKind,
    pub subject: String,
    pub region: RegionId,
    pub region_path: String,
    pub cycle_start: Day,
    /// Key of the Policy that the Studio is assessed under, such as `zhejiang-2019`.
    pub policy: Option<String>,
    pub introduction: String,
    /// On which it works, where it is closed, or is to be.
    pub last_day: Option<Day>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct StudioForm {
    pub name: String,
    pub tier: Tier,
    pub kind: StudioKind,
    pub subject: String,
    pub region: RegionId,
    /// First day of the cycle in which the Studio is assessed.
    pub cycle_start: Day,
    #[serde(default)]
    #[ts(optional)]
    pub policy: Option<String>,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub introduction: String,
}

/// Fields that are absent stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct StudioChange {
    pub name: Option<String>,
    pub subject: Option<String>,
    pub introduction: Option<String>,
}

/// Everything the page of a Studio shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct StudioPage {
    pub studio: StudioView,
    /// Present and former members, hosts first.
    pub members: Vec<MemberView>,
    /// Latest first.
    pub activities: Vec<ActivityCard>,
    pub series: Vec<SeriesView>,
    /// May the person who asks change the Studio, its members and its activities?
    pub may_manage: bool,
    /// May they also say who hosts it?
    pub may_set_hosts: bool,
    /// The marks of members that the Policy keeps places for.
    pub marks_asked: Vec<MemberMark>,
    /// The tiers that the person who asks may move it to.
    pub may_move_to: Vec<Tier>,
    /// Promotions and demotions, the latest first.
    pub tier_moves: Vec<TierMoveView>,
    /// May the person who asks put it under another Policy or into another cycle?
    pub may_change_programme: bool,
    pub policy_title: Option<String>,
    /// The latest first.
    pub programme_changes: Vec<ProgrammeChangeView>,
    /// May the person who asks close it, or take that back?
    pub may_close: bool,
    /// The latest first; that one holds.
    pub closings: Vec<ClosingWordView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ClosingForm {
    pub kind: ClosingKind,
    /// On which it still works.
    pub last_day: Day,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ClosingWordView {
    /// None where it takes the closing before it back.
    pub kind: Option<ClosingKind>,
    pub last_day: Option<Day>,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ProgrammeForm {
    /// Key of a Policy, such as `zhejiang-2019`.
    pub policy: String,
    /// First day of the cycle; without it that stays.
    #[serde(default)]
    #[ts(optional)]
    pub cycle_start: Option<Day>,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ProgrammeChangeView {
    /// Titles of Policies.
    pub from: Option<String>,
    pub to: String,
    pub from_cycle_start: Day,
    pub to_cycle_start: Day,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct TierMoveView {
    pub from: Tier,
    pub to: Tier,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

#[derive(Debug, Clone, Deserialize, TS, ToSchema)]
pub struct TierMoveForm {
    pub tier: Tier,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeriesView {
    pub id: SeriesId,
    pub studio: StudioId,
    pub title: String,
    pub theme: String,
    /// How many Activities it has.
    #[ts(type = "number")]
    pub activities: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SeriesForm {
    pub title: String,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub theme: String,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StudioSearch {
    /// Only Studios whose name or subject contains this.
    pub q: Option<String>,
    pub tier: Option<Tier>,
    /// Only Studios in this Region or below it.
    #[param(value_type = Option<String>)]
    pub region: Option<RegionId>,
    /// Only the Studios of the person who asks.
    pub mine: Option<bool>,
    /// Those that are closed, too.
    pub closed: Option<bool>,
}
