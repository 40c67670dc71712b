//! Regions and Schools.

use super::RegionName;
use crate::domain::{Day, RegionId, RegionKind, SchoolId, StationId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RegionView {
    pub id: RegionId,
    pub name: String,
    pub kind: RegionKind,
    pub parent: Option<RegionId>,
    /// From the top down to this one: `浙江省 / 杭州市 / 淳安县`.
    pub path: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RegionForm {
    pub name: String,
    pub kind: RegionKind,
    /// The Region above; none for a province.
    pub parent: Option<RegionId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RegionChange {
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SchoolView {
    pub id: SchoolId,
    pub name: String,
    pub region: RegionId,
    /// Names of the Regions above, from the top down.
    pub region_path: String,
    pub rural: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SchoolForm {
    pub name: String,
    pub region: RegionId,
    #[serde(default)]
    pub rural: bool,
}

/// Fields that are absent stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct SchoolChange {
    pub name: Option<String>,
    /// Moves the School, with its people; the person who asks must supervise both Regions.
    pub region: Option<RegionId>,
    pub rural: Option<bool>,
    /// The first day on which it is rural, or no more so; today where it is absent.
    pub since: Option<Day>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SchoolSearch {
    /// Only Schools whose name contains this.
    pub q: Option<String>,
    /// Only Schools in this Region or below it.
    #[param(value_type = Option<String>)]
    pub region: Option<RegionId>,
}

/// A 名师工作站 that an office has set up.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct StationView {
    pub id: StationId,
    /// Whose office set it up.
    pub region: Option<RegionName>,
    pub name: String,
    /// The institution that it is at (依托单位).
    pub seat: String,
    pub from: Day,
    pub reason: String,
    pub by_name: String,
    pub closing: Option<StationClosingView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct StationClosingView {
    pub last_day: Day,
    pub reason: String,
    pub by_name: String,
}

#[derive(Debug, Clone, Deserialize, TS, ToSchema)]
pub struct StationForm {
    pub name: String,
    pub seat: String,
    /// Today where it is absent.
    #[serde(default)]
    #[ts(optional)]
    pub from: Option<Day>,
    /// How it was chosen.
    pub reason: String,
}

#[derive(Debug, Clone, Deserialize, TS, ToSchema)]
pub struct StationClosingForm {
    /// Today where it is absent.
    #[serde(default)]
    #[ts(optional)]
    pub last_day: Option<Day>,
    pub reason: String,
}
