//! Scorecards: how far a Studio's year is, beside the sentences that ask for it and what each number comes from.

use super::{Named, PolicyName, RegionName, SlotView, SourceView, StudioCard, VetoRuleView};
use crate::domain::policy::{AssessmentScope, Class};
use crate::domain::scorecard::{Outlook, ScoreState};
use crate::domain::{
    AccountId, ActivityId, ActivityKind, ChoiceId, Day, Level, Mode, RegionId, SchoolId, SeriesId, SessionId, Tier,
    Time, YearEndId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScorecardSearch {
    /// In which the assessed year begins; the one that today lies in when it is left out.
    pub year: Option<i32>,
    /// At the end of this day; today when it is left out.
    pub on: Option<Day>,
    /// `cycle`: the whole cycle that ends with the year.
    #[serde(default)]
    pub scope: AssessmentScope,
}

/// Both days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SpanView {
    pub from: Day,
    pub to: Day,
}

/// A Studio's year under its Policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ScorecardView {
    pub studio: Named,
    pub policy: PolicyName,
    pub scope: AssessmentScope,
    /// Of a cycle its last one.
    pub year: i32,
    /// 2026 年度, 2026—2027 学年; of a cycle 2024-09—2027-08
    pub year_word: String,
    pub span: SpanView,
    /// The state at the end of this day, or now when it is today.
    pub on: Day,
    pub as_of: Time,
    /// Until the year is closed; 0 when it is over.
    pub days_left: u32,
    /// On which the Studio works, where it is closed, or is to be.
    pub last_day: Option<Day>,
    /// In the last year of a cycle what is asked of the cycle is part of the result.
    pub final_year: bool,
    /// What the programme calls the assessment of the whole cycle (终结性考核), where the cycle ends with this year.
    pub final_assessment: Option<String>,
    /// Of a cycle its years, from the first.
    pub cycle_years: Vec<CycleYearView>,
    /// Years of the Studio that can be asked for, the latest first.
    pub years: Vec<YearName>,
    /// Of this year: the next one, for which counts what is done now.
    pub ahead: Option<YearAheadView>,
    pub result: ResultView,
    pub counts: StateCountsView,
    pub sections: Vec<ScoreSectionView>,
    pub choices: Vec<ChoiceScoreView>,
    /// What is missing, the most urgent first.
    pub todo: Vec<TodoView>,
    /// What an office may find, and what it found.
    pub veto_rules: Vec<VetoRuleView>,
    /// May the person who asks hand in Evidence and choose? Decide about it?
    pub may_manage: bool,
    pub may_decide: bool,
}

/// A year of a cycle, with its result once that is final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CycleYearView {
    pub year: i32,
    pub word: String,
    pub result: Option<CycleResultView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CycleResultView {
    /// In which the Scorecard of the year is frozen.
    pub year_end: YearEndId,
    pub grade_title: Option<String>,
    pub passes: bool,
    /// 71.5
    pub points_word: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearName {
    pub year: i32,
    pub word: String,
}

/// A year that has not begun, over periods that have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearAheadView {
    pub year: i32,
    pub word: String,
    /// What is counted for it already.
    pub criteria: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ResultView {
    /// Id of the grade by what is known now.
    pub grade: Option<String>,
    pub grade_title: Option<String>,
    pub passes: bool,
    pub missing: u32,
    pub lost: bool,
    pub outlook: Outlook,
    /// 按现在的记录：还不合格，差 7 项
    pub sentence: String,
    pub vetoes: Vec<VetoScoreView>,
    /// Hundredths of points, up to 10 000.
    pub points: u32,
    /// 71.5
    pub points_word: String,
    /// What the points are made of; none where that can't be told any more.
    pub shares: Vec<ShareView>,
    /// 学分 for each person when the year is passed.
    pub credits: Option<u32>,
}

/// What one Criterion or Choice adds to the points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ShareView {
    /// Of the Criterion or of the Choice.
    pub id: String,
    pub title: String,
    pub weight: u32,
    /// Hundredths of a percent of it that are done.
    pub done: u32,
    /// Hundredths of a point that it adds, and that it can add at most.
    pub points: u32,
    pub of: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct VetoScoreView {
    pub veto: String,
    pub title: String,
    pub day: Day,
    pub reason: String,
}

/// Of what counts for the result of this year; each Choice is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct StateCountsView {
    pub total: u32,
    pub met: u32,
    pub not_yet: u32,
    /// Not met, and apart from `not_yet`.
    pub at_risk: u32,
    pub waiting: u32,
    pub impossible: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ScoreSectionView {
    pub id: String,
    pub title: String,
    /// 办法第三部分第 3 条
    pub part: String,
    pub criteria: Vec<CriterionView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CriterionView {
    pub id: String,
    pub title: String,
    /// The sentences that it comes from, put together.
    pub quote: String,
    pub sources: Vec<SourceView>,
    pub class: Class,
    pub class_word: String,
    pub scope: String,
    pub period: String,
    pub state: ScoreState,
    pub at_risk: bool,
    /// It counts for the result of this year.
    pub required: bool,
    /// The Choice that it may be taken on for, and whether it was.
    pub choice: Option<String>,
    pub taken: bool,
    pub note: Option<String>,
    pub sentence: String,
    /// Of the one number, otherwise of the numbers.
    pub done: u32,
    pub of: u32,
    pub unit: String,
    pub weight: u32,
    pub slots: Vec<SlotView>,
    pub parts: Vec<PartScoreView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PartScoreView {
    pub title: Option<String>,
    /// 不少于 5 次
    pub rule: String,
    pub state: ScoreState,
    pub done: u32,
    pub of: u32,
    pub unit: String,
    pub subjects: Vec<SubjectView>,
}

/// One number: of the Studio or of a person, over a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SubjectView {
    pub account: Option<AccountId>,
    pub name: Option<String>,
    pub from: Day,
    pub to: Day,
    pub measured: u32,
    pub of: u32,
    /// Would be added by what still waits for a person's decision.
    pub waiting: u32,
    pub state: ScoreState,
    pub grounds: Vec<GroundView>,
}

/// One thing that a number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GroundView {
    Activity {
        activity: ActivityId,
        /// Of those that are over, in their order: whose reports tell the people. None for those who may not read them.
        sessions: Vec<SessionId>,
        title: String,
        day: Day,
        counts: bool,
        present: Option<u32>,
        of: Option<u32>,
        note: Option<String>,
    },
    Series {
        series: SeriesId,
        title: String,
        activities: u32,
    },
    Person {
        account: Option<AccountId>,
        name: String,
    },
    Evidence {
        evidence: String,
        title: String,
        counts: bool,
        note: Option<String>,
    },
    Resource {
        resource: String,
        title: String,
        counts: bool,
        note: Option<String>,
    },
    School {
        school: String,
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChoiceScoreView {
    pub id: String,
    pub section: String,
    pub title: String,
    pub quote: String,
    pub choose: u32,
    pub of: Vec<Named>,
    pub taken: Vec<String>,
    pub state: ScoreState,
    pub confirmed: bool,
    pub sentence: String,
    /// The last choice, for whoever decides about it.
    pub made: Option<ChoiceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct TodoView {
    pub criterion: String,
    pub title: String,
    pub sentence: String,
    pub people: Vec<Named>,
    /// Percent by which the work lags behind time, 100 more when it is at risk; 0 when somebody else decides next.
    pub urgency: u32,
}

/// An Activity that might be held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PlannedForm {
    pub day: Day,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    #[serde(default)]
    #[ts(optional)]
    pub series: Option<SeriesId>,
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub presenters: Vec<AccountId>,
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub hosts: Vec<AccountId>,
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub reviewers: Vec<AccountId>,
    /// For which school that the Studio helps.
    #[serde(default)]
    #[ts(optional)]
    pub helped: Option<SchoolId>,
    /// Who would come.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub present: Vec<AccountId>,
    /// How many more, and how many of them from rural schools.
    #[serde(default)]
    #[ts(optional, as = "Option<u32>")]
    pub guests: u32,
    #[serde(default)]
    #[ts(optional, as = "Option<u32>")]
    pub rural_guests: u32,
    #[serde(default)]
    #[ts(optional, as = "Option<u32>")]
    pub minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct WhatIfForm {
    #[serde(default)]
    #[ts(optional)]
    pub year: Option<i32>,
    /// At most 60.
    pub planned: Vec<PlannedForm>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct StepView {
    pub state: ScoreState,
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ChangeView {
    /// Of the Criterion or of the Choice.
    pub id: String,
    pub title: String,
    pub before: StepView,
    pub after: StepView,
}

/// The last planned day twice: without the plan and with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct WhatIfView {
    pub before: ScorecardView,
    pub after: ScorecardView,
    pub changes: Vec<ChangeView>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegionScorecardSearch {
    pub year: Option<i32>,
    /// Key of the Policy; the one that most Studios of the Region are under when it is left out.
    pub policy: Option<String>,
    pub tier: Option<Tier>,
    pub outlook: Option<OutlookSearch>,
    /// Part of a Studio's or a host's name.
    pub q: Option<String>,
    pub sort: Option<ScorecardSort>,
}

/// Studios by how their year looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutlookSearch {
    Passing,
    OnTrack,
    AtRisk,
    Lost,
    /// Their scorecards are being made.
    NotMade,
}

impl OutlookSearch {
    pub const fn looked_for(self) -> Option<Outlook> {
        match self {
            Self::Passing => Some(Outlook::Passing),
            Self::OnTrack => Some(Outlook::OnTrack),
            Self::AtRisk => Some(Outlook::AtRisk),
            Self::Lost => Some(Outlook::Lost),
            Self::NotMade => None,
        }
    }
}

/// How the rows of the heat table lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScorecardSort {
    /// Those with an Activity last are first.
    #[default]
    Recent,
    /// The most points first.
    Points,
    /// The lost and those at risk first.
    Risk,
    Name,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PolicyCount {
    pub policy: PolicyName,
    pub studios: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct OutlookCounts {
    pub studios: u32,
    pub passing: u32,
    pub on_track: u32,
    pub at_risk: u32,
    pub lost: u32,
    /// Their scorecards are being made.
    pub not_made: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct HeatColumn {
    pub id: String,
    pub title: String,
    /// ≥5 次
    pub rule: String,
    pub class: Class,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct HeatCell {
    pub state: ScoreState,
    pub at_risk: bool,
    pub required: bool,
    pub done: u32,
    pub of: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct HeatRow {
    pub studio: StudioCard,
    pub region: Option<RegionName>,
    pub hosts: Vec<String>,
    /// None while its scorecard is being made, like all that follows.
    pub outlook: Option<Outlook>,
    pub grade_title: Option<String>,
    pub missing: u32,
    pub points: u32,
    pub points_word: String,
    /// Among all of the programme and of its tier.
    pub rank: Option<u32>,
    pub last_activity: Option<Day>,
    /// One for each column.
    pub cells: Vec<Option<HeatCell>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RankRow {
    pub rank: u32,
    pub studio: Named,
    pub points_word: String,
}

/// The first ones of the Region's tree, and those beside the cut-off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RankingView {
    pub tier: Tier,
    /// The last rank that is chosen.
    pub cut_off: u32,
    pub first: Vec<RankRow>,
    pub around: Vec<RankRow>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ProgressView {
    pub running: bool,
    pub done: u32,
    pub of: u32,
}

/// A Region's Studios under one Policy beside its criteria.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RegionScorecards {
    pub region: RegionId,
    pub region_name: String,
    /// None where no Studio of the Region is assessed.
    pub policy: Option<PolicyName>,
    pub policies: Vec<PolicyCount>,
    pub year: i32,
    pub year_word: String,
    pub on: Day,
    pub days_left: u32,
    /// When the oldest of the scorecards was made.
    pub as_of: Option<Time>,
    pub progress: ProgressView,
    pub counts: OutlookCounts,
    pub columns: Vec<HeatColumn>,
    pub rows: Vec<HeatRow>,
    pub ranking: Option<RankingView>,
    /// How many rows there are on all pages.
    #[ts(type = "number")]
    pub total: u64,
    /// Counts from 1.
    pub page: u32,
    pub size: u32,
}
