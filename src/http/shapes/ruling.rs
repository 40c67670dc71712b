//! Rulings: levels, choices, vetoes and grades that an office decides.

use super::{Named, RulingView};
use crate::domain::policy::AssessmentScope;
use crate::domain::{ChoiceId, Day, Level, Time, VetoId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LevelForm {
    /// The level that the Activity has, when it is confirmed.
    pub level: Level,
    pub confirmed: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LevelView {
    /// As the host said.
    pub said: Level,
    /// As an office confirmed it.
    pub confirmed: Option<Level>,
    pub ruling: Option<RulingView>,
    /// May the person who asks decide about it?
    pub may_decide: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CountingView {
    /// None where nobody has said anything, and the Activity counts.
    pub ruling: Option<RulingView>,
    /// May the person who asks decide about it?
    pub may_decide: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChoiceForm {
    #[serde(default)]
    #[ts(optional)]
    pub year: Option<i32>,
    pub choice: String,
    /// As many of its criteria as the Policy asks for.
    pub criteria: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChoiceView {
    pub id: ChoiceId,
    pub year: i32,
    pub choice: Named,
    pub criteria: Vec<Named>,
    pub by_name: String,
    pub at: Time,
    pub ruling: Option<RulingView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RulingForm {
    pub granted: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct VetoForm {
    /// Of the Policy.
    pub veto: String,
    pub day: Day,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct VetoView {
    pub id: VetoId,
    pub veto: Named,
    pub day: Day,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
    /// Found wrongly, and taken back.
    pub lifted: Option<RulingView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct GradeView {
    pub scope: AssessmentScope,
    pub year: i32,
    /// 2026 年度考核, 2024-09—2027-08 终结性考核
    pub assessment: String,
    pub grade: Named,
    pub ruling: RulingView,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LiftingForm {
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct GradeForm {
    /// A year when it is left out.
    #[serde(default)]
    #[ts(optional, as = "Option<AssessmentScope>")]
    pub scope: AssessmentScope,
    #[serde(default)]
    #[ts(optional)]
    pub year: Option<i32>,
    /// A grade of the Policy that a person gives.
    pub grade: String,
    pub granted: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}
