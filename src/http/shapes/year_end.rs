//! YearEnds: what an office settles, what hosts object to, and what everybody may read.

use super::{AttachmentView, GradeRuleView, Named, PolicyName, ScorecardView, SpanView, WordView};
use crate::domain::policy::AssessmentScope;
use crate::domain::year_end::{CertificateKind, ObjectionState, YearEndStage};
use crate::domain::{AttachmentId, Day, IssueId, ObjectionId, RegionId, StudioId, Tier, Time, YearEndId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct YearEndForm {
    /// The programme's key.
    pub policy: String,
    /// A year when it is left out.
    #[serde(default)]
    #[ts(optional, as = "Option<AssessmentScope>")]
    pub scope: AssessmentScope,
    /// Of a cycle its last one.
    pub year: i32,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct PublicationForm {
    /// The last day; today is the first.
    pub until: Day,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RemarkForm {
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ReasonForm {
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ObjectionForm {
    pub studio: StudioId,
    pub reason: String,
    #[serde(default)]
    #[ts(optional)]
    pub attachment: Option<AttachmentId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct AnswerForm {
    /// Not `open`.
    pub state: ObjectionState,
    /// Where the grade is set.
    #[serde(default)]
    #[ts(optional)]
    pub grade: Option<String>,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResultCorrectionForm {
    pub studio: StudioId,
    pub grade: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearEndCard {
    pub id: YearEndId,
    pub region: RegionId,
    pub region_name: String,
    pub policy: PolicyName,
    pub scope: AssessmentScope,
    /// Of a cycle its last one.
    pub year: i32,
    /// 2026 年度; of a cycle 2024-09—2027-08
    pub year_word: String,
    /// 2026 年度考核, 2024-09—2027-08 终结性考核
    pub assessment: String,
    pub stage: YearEndStage,
    /// The Scorecards are those of the end of this day.
    pub on: Day,
    pub studios: u32,
    /// Objections that nobody has answered.
    pub open: u32,
    pub published: Option<SpanView>,
    /// The publication is over.
    pub over: bool,
    /// Whoever asks settles it.
    pub may_decide: bool,
}

/// A year or a cycle that may be frozen, or will be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearEndCandidate {
    pub policy: PolicyName,
    pub scope: AssessmentScope,
    pub year: i32,
    pub year_word: String,
    pub assessment: String,
    /// None of a cycle whose years are not all final yet.
    pub studios: u32,
    /// Studios of the Region that would be left out, and why.
    pub left_out: Vec<LeftOutView>,
    /// The first day on which it may be frozen.
    pub from: Day,
    pub ready: bool,
}

/// Studios that are not settled with the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeftOutView {
    /// 由上级工作站评定; 周期内还有年度没有最终结果：2025 年度
    pub reason: String,
    pub studios: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearEndsView {
    pub region: RegionId,
    pub region_name: String,
    pub rows: Vec<YearEndCard>,
    pub candidates: Vec<YearEndCandidate>,
    /// How many days a publication has to last, and may.
    pub least_days: u32,
    pub most_days: u32,
    pub today: Day,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct OutcomeView {
    pub grade: Option<String>,
    pub grade_title: Option<String>,
    pub passes: bool,
    /// 71.5
    pub points_word: String,
}

/// Stands beside a final result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ResultCorrectionView {
    pub grade_title: String,
    pub passes: bool,
    pub word: WordView,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CriterionChangeView {
    pub criterion: Named,
    /// 已达标，5 / 5
    pub before: String,
    pub now: String,
}

/// A year of a cycle whose result is another one today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearChangeView {
    /// 2026 年度
    pub word: String,
    /// None where it had no final result.
    pub before: Option<OutcomeView>,
    pub now: Option<OutcomeView>,
}

/// Where the Scorecard of today is not what was frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct DifferenceView {
    /// None where grade and points are the same.
    pub now: Option<OutcomeView>,
    pub changes: Vec<CriterionChangeView>,
    pub years: Vec<YearChangeView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearEndRow {
    pub studio: Named,
    pub hosts: Vec<String>,
    pub region: String,
    pub tier: Tier,
    pub outcome: OutcomeView,
    /// Among those of its tier.
    pub rank: u32,
    pub tied: bool,
    /// Within the cut-off; none where there is none for its tier.
    pub within: Option<bool>,
    /// As it was frozen, where an answer changed it.
    pub frozen: Option<OutcomeView>,
    /// The latest last.
    pub corrections: Vec<ResultCorrectionView>,
    /// What follows from the final result of a cycle, corrections included: 可进入下一周期（继续命名）
    pub follows: Option<String>,
    /// Told to the office only.
    pub difference: Option<DifferenceView>,
    /// Whoever asks hosts it.
    pub own: bool,
    /// SHA-256 of all that the Scorecard followed from.
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CutOffView {
    pub tier: Tier,
    pub cut_off: u32,
    /// Who shares the last rank is within, so there may be more.
    pub within: u32,
    /// How many share the last rank.
    pub sharing: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct GradeCountView {
    pub title: String,
    pub passes: bool,
    pub studios: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ObjectionView {
    pub id: ObjectionId,
    pub studio: Named,
    pub given: WordView,
    pub attachment: Option<AttachmentView>,
    pub state: ObjectionState,
    pub answer: Option<WordView>,
    /// What stands since, where it was upheld.
    pub outcome: Option<OutcomeView>,
    pub may_answer: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CertificateView {
    pub id: IssueId,
    pub kind: CertificateKind,
    pub title: String,
    /// 青禾县评证〔2027〕第1号
    pub number: String,
    pub studio: Named,
    /// Whose credits they are.
    pub person: Option<Named>,
    pub given: WordView,
    pub revoked: Option<WordView>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CertificatesSearch {
    pub kind: CertificateKind,
    /// Which 500 of them, from 1.
    pub part: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct YearEndView {
    pub card: YearEndCard,
    pub frozen: WordView,
    pub published: Option<WordView>,
    pub settled: Option<WordView>,
    pub withdrawn: Option<WordView>,
    /// By tier and rank.
    pub rows: Vec<YearEndRow>,
    /// Told to the office alone.
    pub left_out: Vec<LeftOutView>,
    pub counts: Vec<GradeCountView>,
    pub cut_off: Option<CutOffView>,
    pub grades: Vec<GradeRuleView>,
    /// Of a host those about their own Studios.
    pub objections: Vec<ObjectionView>,
    pub certificates: Vec<CertificateView>,
    /// The Studios about which whoever asks may object now.
    pub may_object: Vec<Named>,
    /// Since when the Scorecards that it is compared with are known.
    pub compared_at: Option<Time>,
    pub least_days: u32,
    pub most_days: u32,
    pub today: Day,
}

/// What a year came to for one Studio, for its own people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct StudioYearEndView {
    pub card: YearEndCard,
    pub row: YearEndRow,
    pub objections: Vec<ObjectionView>,
    pub certificates: Vec<CertificateView>,
    pub may_object: bool,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FrozenScorecardSearch {
    /// As it was frozen, also where an answer counted it anew.
    #[serde(default)]
    pub before: bool,
}

/// A Studio's Scorecard as it stands for a year that was frozen, beside what the year came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct FrozenScorecardView {
    pub card: YearEndCard,
    pub row: YearEndRow,
    pub frozen: WordView,
    /// The answer to an objection whose count this is; none where it is as frozen.
    pub counted_anew: Option<WordView>,
    /// Nothing is managed or decided on it, and nothing is left to do.
    pub scorecard: ScorecardView,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PublicRow {
    pub studio: String,
    pub hosts: Vec<String>,
    pub region: String,
    pub tier: Tier,
    pub grade_title: Option<String>,
    pub rank: u32,
    pub tied: bool,
    pub within: Option<bool>,
    /// What follows from the final result of a cycle, corrections included.
    pub follows: Option<String>,
    /// What the last correction says, and its day.
    pub corrected: Option<CorrectedView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CorrectedView {
    pub grade_title: String,
    pub on: Day,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PublicationCard {
    pub id: YearEndId,
    /// 青禾县 2026 年度考核, 青禾县 2024-09—2027-08 终结性考核
    pub title: String,
    pub policy_title: String,
    pub region_name: String,
    pub scope: AssessmentScope,
    pub year_word: String,
    pub stage: YearEndStage,
    pub span: SpanView,
    pub over: bool,
    pub settled_on: Option<Day>,
    pub studios: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PublicationView {
    pub card: PublicationCard,
    /// None of one that was withdrawn.
    pub rows: Vec<PublicRow>,
    pub counts: Vec<GradeCountView>,
    pub cut_off: Option<CutOffView>,
}
