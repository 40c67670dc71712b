//! Activities, and the home page that is made of them.

use super::{ActivityCases, Named, StudioCard};
use crate::domain::{
    AccountId, ActivityId, ActivityKind, ActivityRole, ActivityState, Level, Mode, SeriesId, SessionId, Time,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// An Activity as lists and cards show it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ActivityCard {
    pub id: ActivityId,
    pub title: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    pub studio: StudioCard,
    /// That it belongs to.
    pub series: Option<SeriesId>,
    pub planned_start: Time,
    pub planned_end: Time,
    pub presenters: Vec<Named>,
    pub state: ActivityState,
    /// The live occurrence, once the host has gone live.
    pub session: Option<SessionCard>,
    /// What the person who asks is in this Activity.
    pub my_role: Option<ActivityRole>,
    pub guests_allowed: bool,
}

/// Where a person's calendar program finds their Activities.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CalendarView {
    /// A path on this server; null until one is asked for.
    pub link: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SessionCard {
    pub id: SessionId,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    /// How many different people have come so far, or came.
    #[ts(type = "number")]
    pub people: u64,
}

/// Everything the page of an Activity shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ActivityPage {
    pub activity: ActivityCard,
    /// For whom, in words.
    pub audience: String,
    pub series: Option<Named>,
    pub summary: String,
    /// Where it takes place, when people meet.
    pub place: String,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    pub may_manage: bool,
    pub cases: ActivityCases,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ActivityForm {
    pub title: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    /// For whom, in words.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub audience: String,
    pub planned_start: Time,
    pub planned_end: Time,
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub presenters: Vec<AccountId>,
    #[serde(default)]
    #[ts(optional)]
    pub series: Option<SeriesId>,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub guests_allowed: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub summary: String,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub place: String,
}

/// Fields that are absent stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct ActivityChange {
    pub title: Option<String>,
    pub kind: Option<ActivityKind>,
    pub mode: Option<Mode>,
    pub level: Option<Level>,
    pub audience: Option<String>,
    pub planned_start: Option<Time>,
    pub planned_end: Option<Time>,
    pub presenters: Option<Vec<AccountId>>,
    /// `null` takes the Activity out of its Series.
    #[serde(default, deserialize_with = "super::present", skip_serializing_if = "Option::is_none")]
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>)]
    pub series: Option<Option<SeriesId>>,
    pub guests_allowed: Option<bool>,
    pub summary: Option<String>,
    pub place: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CancelForm {
    /// For the people who meant to come.
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct Home {
    /// Live now.
    pub live: Vec<ActivityCard>,
    /// Later today.
    pub today: Vec<ActivityCard>,
    /// In the coming days, next first.
    pub next: Vec<ActivityCard>,
    /// Ended, latest first.
    pub recent: Vec<ActivityCard>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActivitySearch {
    /// Only Activities whose title contains this.
    pub q: Option<String>,
    pub state: Option<ActivityState>,
}

/// What was corrected about who presented, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PresentersView {
    /// By the asker, now.
    pub may_correct: bool,
    pub corrections: Vec<PresenterCorrectionView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PresenterCorrectionView {
    /// Names.
    pub before: Vec<String>,
    pub after: Vec<String>,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

/// Everybody who presented, in order.
#[derive(Debug, Clone, Deserialize, TS, ToSchema)]
pub struct PresentersForm {
    pub presenters: Vec<AccountId>,
    pub reason: String,
}
