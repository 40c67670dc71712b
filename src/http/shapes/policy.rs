//! Policies: the rules of a programme with the sentences that they come from.

use super::ClauseView;
use crate::domain::Day;
use crate::domain::policy::{Class, YearKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// A Policy as lists and headers show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PolicyName {
    pub key: String,
    pub version: u32,
    pub title: String,
    pub issuer: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PolicyCard {
    pub policy: PolicyName,
    pub effective_from: Day,
    pub effective_to: Option<Day>,
    pub year: YearKind,
    pub cycle_years: u32,
    pub criteria: u32,
}

/// Where a rule stands in the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SourceView {
    pub id: String,
    pub quote: String,
    /// As the document's headings count: 三(1)3.
    pub part: String,
    pub line: u32,
}

/// One number of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PartRuleView {
    pub title: Option<String>,
    /// 不少于 5 次
    pub rule: String,
    /// ≥5
    pub short: String,
    pub unit: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CriterionRuleView {
    pub id: String,
    pub title: String,
    pub class: Class,
    /// 自动统计, 佐证材料 …
    pub class_word: String,
    pub required: bool,
    pub weight: u32,
    /// For whom it is counted: 工作室, or what the programme calls those of whom each is asked.
    pub scope: String,
    /// 每年, 每学期 …
    pub period: String,
    pub parts: Vec<PartRuleView>,
    /// Slots of Evidence that it counts.
    pub slots: Vec<SlotView>,
    pub sources: Vec<SourceView>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SlotView {
    pub key: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SectionRulesView {
    pub id: String,
    pub title: String,
    pub part: String,
    pub criteria: Vec<CriterionRuleView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChoiceRuleView {
    pub id: String,
    pub section: String,
    pub title: String,
    pub choose: u32,
    pub of: Vec<String>,
    pub sources: Vec<SourceView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct GradeRuleView {
    pub id: String,
    pub title: String,
    pub when: String,
    /// A person's word is needed besides.
    pub reviewed: bool,
    pub passes: bool,
    pub sources: Vec<SourceView>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct VetoRuleView {
    pub id: String,
    pub title: String,
    pub quote: String,
    pub line: u32,
}

/// A rule of the programme that no number of a Studio answers: ranking, credits, money, deadlines, what the server keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct TermView {
    /// 排名, 学分, 经费, 时间, 规定 …
    pub kind: String,
    pub title: String,
    pub text: String,
    pub sources: Vec<SourceView>,
}

/// A Policy as people read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PolicyPage {
    pub card: PolicyCard,
    /// What the document leaves open and the Policy decides.
    pub notes: Vec<String>,
    pub class_hour_minutes: u32,
    pub slots: Vec<SlotView>,
    pub sections: Vec<SectionRulesView>,
    pub choices: Vec<ChoiceRuleView>,
    pub grades: Vec<GradeRuleView>,
    pub vetoes: Vec<VetoRuleView>,
    pub terms: Vec<TermView>,
    pub attendance: Vec<ClauseView>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PolicySearch {
    pub version: Option<u32>,
}
