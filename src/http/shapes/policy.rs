//! Policies: the rules of a programme with the sentences that they come from.

use super::ClauseView;
use crate::domain::Day;
use crate::domain::policy::YearKind;
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SlotView {
    pub key: String,
    pub title: String,
}

/// A grade that needs a person's word besides the numbers is `reviewed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct GradeRuleView {
    pub id: String,
    pub title: String,
    pub reviewed: bool,
    pub passes: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct VetoRuleView {
    pub id: String,
    pub title: String,
    pub quote: String,
    pub line: u32,
}

/// One rule in words, beside the sentences that it was taken from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ArticleView {
    /// Of a Criterion or a Choice; empty for everything else.
    pub id: String,
    pub title: String,
    pub text: String,
    /// 自动统计, 佐证材料 … of a Criterion.
    pub class_word: Option<String>,
    pub sources: Vec<SourceView>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChapterView {
    pub title: String,
    /// 办法第三部分第 3 条; empty where the document has no such part.
    pub part: String,
    pub articles: Vec<ArticleView>,
}

/// A Policy as people read it, and what forms choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PolicyPage {
    pub card: PolicyCard,
    /// What it says of itself: who issued it, since when it is in force …
    pub head: Vec<ClauseView>,
    pub chapters: Vec<ChapterView>,
    pub slots: Vec<SlotView>,
    pub grades: Vec<GradeRuleView>,
    pub vetoes: Vec<VetoRuleView>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PolicySearch {
    pub version: Option<u32>,
}
