//! Resources: what a Studio publishes, how it is watched, and what people say of it.

use super::{Named, present};
use crate::domain::resource::{Part, ResourceKind, ResourceState, ResourceStep, Selection, Visibility};
use crate::domain::{
    AccountId, ActivityId, AttachmentId, CommentId, Day, LessonPlanId, OfficeTier, RecordingDoubt, RecordingId,
    RecordingState, ResourceId, SchoolStage, SeriesId, StudioId, Time,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// A Resource as lists, cards and its own page show it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceView {
    pub id: ResourceId,
    pub studio: Named,
    pub kind: ResourceKind,
    pub title: String,
    pub summary: String,
    pub subject: Option<String>,
    pub stage: Option<SchoolStage>,
    pub activity: Option<ResourceActivity>,
    pub series: Option<ResourceSeries>,
    pub presenters: Vec<ResourcePresenter>,
    pub state: ResourceState,
    pub visibility: Visibility,
    /// 精品
    pub selection: Selection,
    pub selection_reason: Option<String>,
    pub downloadable: bool,
    /// Of what is shown; null of documents.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    #[ts(type = "number")]
    pub bytes: u64,
    pub created_at: Time,
    pub published_at: Option<Time>,
    pub withdrawn_reason: Option<String>,
    pub legal_hold: bool,
    pub keep_until: Option<Day>,
    pub poster_url: Option<String>,
    pub figures: ResourceFigures,
    /// What the person who asks may do.
    pub may: ResourceMay,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceActivity {
    pub id: ActivityId,
    pub title: String,
    pub starts_at: Time,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceSeries {
    pub id: SeriesId,
    pub title: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourcePresenter {
    pub id: Option<AccountId>,
    pub name: String,
}

/// What docs/resources.md defines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceFigures {
    /// 点击: one for each person and day that watched 10 s or more.
    #[ts(type = "number")]
    pub clicks: u64,
    #[ts(type = "number")]
    pub viewers: u64,
    #[ts(type = "number")]
    pub watched_ms: u64,
    /// 使用: teachers of other Studios who have it in a lesson plan.
    #[ts(type = "number")]
    pub used: u64,
    /// 满意度: ten times the average of 1 to 5 stars; null before the first.
    pub rating_average: Option<u32>,
    #[ts(type = "number")]
    pub ratings: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceMay {
    pub edit: bool,
    pub submit: bool,
    /// Also: return what is in review.
    pub publish: bool,
    pub withdraw: bool,
    pub nominate: bool,
    pub select: bool,
    pub hold: bool,
    pub download: bool,
}

/// A Resource that was found, with the line of a chapter or of what was said that matched.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceHit {
    #[serde(flatten)]
    pub resource: ResourceView,
    pub hit: Option<String>,
    #[ts(type = "number | null")]
    pub hit_ms: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResourceSearch {
    /// Words, all of which are in it.
    pub search: Option<String>,
    #[param(value_type = Option<String>)]
    pub studio: Option<StudioId>,
    pub subject: Option<String>,
    pub stage: Option<SchoolStage>,
    pub kind: Option<ResourceKind>,
    pub selection: Option<Selection>,
    #[param(value_type = Option<String>)]
    pub series: Option<SeriesId>,
    pub page: Option<u32>,
    pub size: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StudioResourceSearch {
    /// Only of this Activity.
    #[param(value_type = Option<String>)]
    pub activity: Option<ActivityId>,
}

/// From a millisecond to another one that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PartView {
    #[ts(type = "number")]
    pub from_ms: u64,
    #[ts(type = "number")]
    pub to_ms: u64,
}

impl From<PartView> for Part {
    fn from(PartView { from_ms, to_ms }: PartView) -> Self {
        Self { from_ms, to_ms }
    }
}

impl From<Part> for PartView {
    fn from(Part { from_ms, to_ms }: Part) -> Self {
        Self { from_ms, to_ms }
    }
}

/// Fields that are absent stay as they are; `null` empties one that may be empty. `from_ms`, `to_ms` and `hidden` are times of the whole
/// recording, and go together: one of them that is named replaces all three.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct ResourceChange {
    pub title: Option<String>,
    pub summary: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[ts(type = "string | null")]
    pub subject: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[ts(type = "SchoolStage | null")]
    pub stage: Option<Option<SchoolStage>>,
    #[serde(default, deserialize_with = "present")]
    #[ts(type = "string | null")]
    pub series: Option<Option<SeriesId>>,
    pub presenters: Option<Vec<ResourcePresenter>>,
    pub visibility: Option<Visibility>,
    pub downloadable: Option<bool>,
    /// Where the replay begins.
    #[ts(type = "number")]
    pub from_ms: Option<u64>,
    /// Where it ends.
    #[ts(type = "number")]
    pub to_ms: Option<u64>,
    pub hidden: Option<Vec<PartView>>,
    #[serde(default, deserialize_with = "present")]
    #[ts(type = "string | null")]
    pub keep_until: Option<Option<Day>>,
}

/// A step with its reason, where it needs one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceStepForm {
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

/// Who publishes may say for whom.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct PublishForm {
    pub visibility: Option<Visibility>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SelectForm {
    pub selected: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

/// What was done with a Resource, once.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceStepView {
    pub step: ResourceStep,
    /// Empty where none is asked for.
    pub reason: String,
    pub by: Named,
    pub at: Time,
    /// Of the office for which it was done.
    pub tier: Option<OfficeTier>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct HoldForm {
    pub held: bool,
    pub reason: String,
}

/// Everything the replay page needs. All times are of what is shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ReplayView {
    pub resource: ResourceView,
    pub hls_url: Option<String>,
    pub mp4_url: Option<String>,
    pub download_url: Option<String>,
    /// A document or picture.
    pub file_url: Option<String>,
    /// What `file_url` is, such as `application/pdf`.
    pub file_type: Option<String>,
    pub subtitles_url: Option<String>,
    pub sprites_url: Option<String>,
    /// All of these URLs end then.
    pub expires_at: Time,
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    pub chapters: Vec<ReplayChapter>,
    pub chat: Vec<ReplayChatLine>,
    /// Where the person who asks stopped.
    #[ts(type = "number | null")]
    pub resume_ms: Option<u64>,
    pub seen: Vec<PartView>,
    pub my_rating: Option<RatingView>,
    pub attachments: Vec<ResourceAttachment>,
    pub related: Vec<ResourceView>,
    /// For keepers: what is hidden, in times of the whole recording; and how long that is.
    pub hidden: Vec<PartView>,
    #[ts(type = "number | null")]
    pub whole_ms: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReplayQuery {
    /// For keepers: all of it, hidden parts too, in times of the whole recording.
    pub whole: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReplayChapter {
    #[ts(type = "number")]
    pub ms: u64,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ReplayChatLine {
    #[ts(type = "number")]
    pub ms: u64,
    pub name: String,
    pub text: String,
}

/// 课件, 教案 beside a Resource.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceAttachment {
    pub id: AttachmentId,
    pub name: String,
    #[ts(type = "number")]
    pub size: u64,
    pub url: String,
}

/// A file that the one who adds it has uploaded.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ResourceAttachmentForm {
    pub attachment: AttachmentId,
}

/// What was watched since the last report. Sent every 15 s and when the page goes.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ViewForm {
    /// Made up by the page; one watching.
    pub view: String,
    pub intervals: Vec<PartView>,
    #[ts(type = "number")]
    pub position_ms: u64,
    /// 1 as recorded.
    #[serde(default = "one")]
    #[ts(optional, as = "Option<f64>")]
    pub speed: f64,
    /// The CSRF token, where no header can carry it (sendBeacon).
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub csrf: String,
}

const fn one() -> f64 {
    1.0
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ViewAnswer {
    /// All that the person has watched by now.
    pub seen: Vec<PartView>,
    #[ts(type = "number")]
    pub watched_ms: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CommentForm {
    /// Where it belongs; none of one about all of it.
    #[serde(default)]
    #[ts(optional, type = "number | null")]
    pub ms: Option<u64>,
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CommentView {
    pub id: CommentId,
    #[ts(type = "number | null")]
    pub ms: Option<u64>,
    pub text: String,
    pub by: Named,
    pub at: Time,
    pub may_delete: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RatingForm {
    /// 1 to 5.
    pub stars: u32,
    #[serde(default)]
    #[ts(optional, type = "string | null")]
    pub text: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RatingView {
    pub stars: u32,
    pub text: Option<String>,
}

/// 备课单
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LessonPlanView {
    pub id: LessonPlanId,
    pub title: String,
    pub created_at: Time,
    pub resources: Vec<ResourceView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LessonPlanForm {
    pub title: String,
}

/// The order in which a plan is taught.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LessonPlanOrder {
    pub resources: Vec<ResourceId>,
}

/// A Resource that the one who asks has begun to watch.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct MyReplayView {
    pub resource: ResourceView,
    /// Of what is shown, each moment once.
    #[ts(type = "number")]
    pub seen_ms: u64,
    /// Where they stopped; null where that is not shown any more.
    #[ts(type = "number | null")]
    pub resume_ms: Option<u64>,
    pub at: Time,
}

/// A Series as the library shows it: its Resources in the order of their Activities.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CourseView {
    pub id: SeriesId,
    pub title: String,
    pub theme: String,
    pub studio: Named,
    /// Four or more on one theme (同一主题).
    pub course: bool,
    pub resources: Vec<ResourceView>,
}

/// Bytes of a Studio in the library. Recordings are taken in beyond the quota.
#[derive(Debug, Clone, Copy, Serialize, TS, ToSchema)]
pub struct StudioStorage {
    #[ts(type = "number")]
    pub used: u64,
    #[ts(type = "number")]
    pub quota: u64,
}

/// What a file of subtitles became.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SubtitlesAnswer {
    #[ts(type = "number")]
    pub cues: u64,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordingSearch {
    #[param(value_type = String)]
    pub activity: ActivityId,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RecordingView {
    pub id: RecordingId,
    pub state: RecordingState,
    /// What is being done with it.
    pub step: Option<String>,
    /// Of all steps.
    pub permille: u32,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    #[ts(type = "number")]
    pub bytes: u64,
    pub failure: Option<String>,
    pub resource: Option<ResourceId>,
    /// Does it wait until the server's disk has room for what finishing makes?
    pub waits_for_room: bool,
    /// Did finishing look at all of it, and keep what it found?
    pub checked: bool,
    /// What of that somebody should look at.
    pub doubts: Vec<RecordingDoubt>,
    /// Of picture or sound, all gaps together.
    #[ts(type = "number")]
    pub lost_ms: u64,
    /// The last day on which what was captured lies on the server; none while nobody has set an end to it.
    pub capture_until: Option<Day>,
    pub capture_gone_at: Option<Time>,
}
