//! Resource: the published thing that a Recording, a 微课 or a case becomes; its states, who sees it, and who may do what with it.

pub mod cuts;
pub mod files;
mod may;
pub mod playlist;
pub mod search;
pub mod seen;
pub mod subtitles;

pub use may::{Sees, Standing};

use super::words::words;
use super::{
    AccountId, ActivityId, Checks, Day, Invalid, PersonName, RecordingId, ResourceId, SchoolStage, SeriesId, StudioId,
    Time,
};
use serde::{Deserialize, Serialize};

words! {
    pub enum ResourceKind {
        Recording = "recording" / "课堂实录",
        MicroLesson = "micro_lesson" / "微课",
        CaseStudy = "case_study" / "案例",
        Courseware = "courseware" / "课件",
        Other = "other" / "其他",
    }
}

words! {
    pub enum ResourceState {
        Draft = "draft" / "草稿",
        InReview = "in_review" / "审核中",
        Published = "published" / "已发布",
        Withdrawn = "withdrawn" / "已撤回",
    }
}

words! {
    pub enum Visibility {
        /// Who is in the Studio, and its office.
        Studio = "studio" / "工作室",
        /// Everybody of the Studio's Region.
        Region = "region" / "本区域",
        Public = "public" / "公开",
    }
}

words! {
    pub enum Selection {
        None = "none" / "未推荐",
        Nominated = "nominated" / "已推荐",
        Selected = "selected" / "精品",
    }
}

words! {
    /// What was done with a Resource, each with its day and its reason.
    pub enum ResourceStep {
        Submitted = "submitted" / "送审",
        Returned = "returned" / "退回",
        Published = "published" / "发布",
        Withdrawn = "withdrawn" / "撤回",
        Nominated = "nominated" / "推荐为精品",
        Selected = "selected" / "选为精品",
        NotSelected = "not_selected" / "没有选为精品",
        Held = "held" / "封存",
        Released = "released" / "解除封存",
    }
}

const LONGEST_TITLE: usize = 80;
const LONGEST_SUMMARY: usize = 2000;
const LONGEST_SUBJECT: usize = 20;
const LONGEST_REASON: usize = 500;
pub const LONGEST_COMMENT: usize = 500;
/// People who are named beside a Resource: a lesson with its whole team.
const MOST_PRESENTERS: usize = 12;
/// Spans that are left out: a lesson with more is made anew.
const MOST_HIDDEN: usize = 50;

/// From a millisecond of the recording to another one that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    pub from_ms: u64,
    pub to_ms: u64,
}

impl Part {
    #[must_use]
    pub const fn holds(&self, ms: u64) -> bool {
        self.from_ms <= ms && ms < self.to_ms
    }

    /// Is any moment in both?
    #[must_use]
    pub const fn touches(&self, other: &Self) -> bool {
        self.from_ms < other.to_ms && other.from_ms < self.to_ms
    }

    #[must_use]
    pub fn touches_any(&self, parts: &[Self]) -> bool {
        parts.iter().any(|one| one.touches(self))
    }
}

/// Who is named beside it; an account where they have one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presenter {
    pub account: Option<AccountId>,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    pub ms: u64,
    pub title: String,
}

/// A line of the Session's chat, in replay time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatLine {
    pub ms: u64,
    pub name: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub id: ResourceId,
    pub studio: StudioId,
    pub kind: ResourceKind,
    pub title: String,
    pub summary: String,
    pub subject: Option<String>,
    pub stage: Option<SchoolStage>,
    pub activity: Option<ActivityId>,
    pub series: Option<SeriesId>,
    pub recording: Option<RecordingId>,
    pub presenters: Vec<Presenter>,
    pub state: ResourceState,
    pub visibility: Visibility,
    pub selection: Selection,
    pub downloadable: bool,
    /// Of all that was recorded, also of what is left out.
    pub duration_ms: Option<u64>,
    pub bytes: u64,
    /// The parts that nobody but its keepers sees, in order and apart from each other.
    pub hidden: Vec<Part>,
    /// What is left out of the replay: whole segments that a hidden part touches.
    pub cut: Vec<Part>,
    pub created_by: Option<PersonName>,
    pub created_at: Time,
    pub published_at: Option<Time>,
    pub withdrawn_reason: Option<String>,
    pub selection_reason: Option<String>,
    /// When it was nominated: the day that the year's assessment counts it on.
    pub nominated_at: Option<Time>,
    pub legal_hold: bool,
    /// The last day of a file that was withdrawn; none keeps it for ever.
    pub keep_until: Option<Day>,
    /// Were its files taken away after that day?
    pub emptied: bool,
}

/// What its keepers say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub title: String,
    pub summary: String,
    pub subject: Option<String>,
    pub stage: Option<SchoolStage>,
    pub series: Option<SeriesId>,
    pub presenters: Vec<Presenter>,
}

impl Words {
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::new();
        checks
            .text(&self.title, "title", "标题", LONGEST_TITLE)
            .optional_text(&self.summary, "summary", "简介", LONGEST_SUMMARY)
            .optional_text(self.subject.as_deref().unwrap_or_default(), "subject", "学科", LONGEST_SUBJECT)
            .that(self.presenters.len() <= MOST_PRESENTERS, "presenters", format!("最多写 {MOST_PRESENTERS} 位。"));
        for one in &self.presenters {
            checks.text(&one.name, "presenters", "姓名", 30);
        }
        checks.done()
    }
}

/// A reason where one is needed.
pub fn check_reason(reason: &str, needed: bool) -> Result<(), Invalid> {
    let mut checks = Checks::new();
    checks.optional_text(reason, "reason", "理由", LONGEST_REASON);
    checks.that(!needed || !reason.trim().is_empty(), "reason", "请写明理由。");
    checks.done()
}

/// Why a step can't be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourceRefusal {
    #[error("这份资源现在是“{}”，不能这样做。请刷新后再看。", .0.word())]
    State(ResourceState),
    #[error("向本区域或所有人公开，要由工作站发布；请先送审。")]
    OfficeConsents,
    #[error("只有草稿和已撤回的资源可以剪辑；请先撤回。")]
    CutWhilePublished,
    #[error("有隐藏的片段，不能提供下载。请先取消隐藏，或关闭下载。")]
    HiddenAndDownloadable,
    #[error("这份资源没有可以按片段播放的视频，不能剪辑。")]
    NoSegments,
    #[error("这样剪辑以后什么也不剩了。")]
    NothingLeft,
    #[error("资源已封存，不能删除或改动文件；请联系工作站。")]
    Held,
    #[error("这份资源是您推荐的，请由别人决定。")]
    OwnNomination,
    #[error("资源的文件已过保存期，已经删除。")]
    Emptied,
    #[error("一份备课单最多收 {0} 个资源，请另建一份。")]
    LessonPlanFull(i64),
    #[error("工作室的资源空间已经用完。请先撤回不再需要的资源并设置保存期限，或请管理员扩大空间。")]
    QuotaUsed,
}

impl ResourceRefusal {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::State(_) => "resource_state",
            Self::OfficeConsents => "office_consents",
            Self::CutWhilePublished => "cut_while_published",
            Self::HiddenAndDownloadable => "hidden_and_downloadable",
            Self::NoSegments => "no_segments",
            Self::NothingLeft => "nothing_left",
            Self::Held => "legal_hold",
            Self::Emptied => "files_gone",
            Self::LessonPlanFull(_) => "lesson_plan_full",
            Self::QuotaUsed => "quota_used",
            Self::OwnNomination => "own_nomination",
        }
    }
}

impl Resource {
    /// Is all of it shown?
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.hidden.is_empty()
    }

    /// Is this moment kept from those who see what is published?
    #[must_use]
    pub fn hides(&self, ms: u64) -> bool {
        self.hidden.iter().any(|one| one.holds(ms))
    }

    /// As long as the replay is for those who see what was published.
    #[must_use]
    pub fn shown_ms(&self) -> Option<u64> {
        self.duration_ms.map(|all| cuts::shown_length(all, &self.cut))
    }

    /// May the step be taken in this state? Who may is another question: [`Standing`].
    pub fn may_step(&self, step: ResourceStep) -> Result<(), ResourceRefusal> {
        use ResourceState::{Draft, InReview, Published, Withdrawn};
        let allowed: &[ResourceState] = match step {
            ResourceStep::Submitted => &[Draft, Withdrawn],
            ResourceStep::Returned => &[InReview],
            ResourceStep::Published => &[Draft, InReview, Withdrawn],
            ResourceStep::Withdrawn => &[InReview, Published],
            ResourceStep::Nominated | ResourceStep::Selected | ResourceStep::NotSelected => &[Published],
            ResourceStep::Held | ResourceStep::Released => ResourceState::ALL,
        };
        if !allowed.contains(&self.state) {
            return Err(ResourceRefusal::State(self.state));
        }
        let chosen = match step {
            ResourceStep::Nominated => self.selection == Selection::None,
            ResourceStep::Selected | ResourceStep::NotSelected => self.selection != Selection::None,
            ResourceStep::Held => !self.legal_hold,
            ResourceStep::Released => self.legal_hold,
            ResourceStep::Published | ResourceStep::Submitted if self.emptied => return Err(ResourceRefusal::Emptied),
            _ => true,
        };
        if chosen { Ok(()) } else { Err(ResourceRefusal::State(self.state)) }
    }

    /// May it be for these people, by the word of somebody who publishes as far as `widest`? What is not published yet may be meant
    /// for whomever: who publishes it is asked then.
    pub fn check_visibility(&self, to: Visibility, widest: Option<Visibility>) -> Result<(), ResourceRefusal> {
        let wider = self.state == ResourceState::Published && to > self.visibility;
        let consented = widest.is_some_and(|widest| to <= widest);
        if wider && !consented { Err(ResourceRefusal::OfficeConsents) } else { Ok(()) }
    }

    /// May its files go, today? Once they began to go they are not kept half, unless it is held.
    #[must_use]
    pub fn lets_go(&self, today: Day) -> bool {
        let over = self.state == ResourceState::Withdrawn && self.keep_until.is_some_and(|last| last < today);
        !self.legal_hold && (self.emptied || over)
    }

    /// May these parts be hidden now, when `cut` is what is left out of the replay?
    pub fn check_cut(&self, hidden: &[Part], cut: &[Part]) -> Result<(), ResourceRefusal> {
        let all_gone = self.duration_ms.is_some_and(|all| cuts::shown_length(all, cut) == 0);
        match () {
            () if !matches!(self.state, ResourceState::Draft | ResourceState::Withdrawn) => {
                Err(ResourceRefusal::CutWhilePublished)
            }
            () if self.legal_hold => Err(ResourceRefusal::Held),
            () if self.emptied => Err(ResourceRefusal::Emptied),
            () if self.downloadable && !hidden.is_empty() => Err(ResourceRefusal::HiddenAndDownloadable),
            () if all_gone => Err(ResourceRefusal::NothingLeft),
            () => Ok(()),
        }
    }

    /// The parts that may be hidden: within the whole, in order, made one where they touch.
    pub fn check_hidden(&self, hidden: &[Part]) -> Result<Vec<Part>, Invalid> {
        let Some(whole) = self.duration_ms else {
            return Err(Invalid::one("hidden", "没有时长的资源不能剪辑。"));
        };
        let mut checks = Checks::new();
        checks.that(hidden.len() <= MOST_HIDDEN, "hidden", format!("最多隐藏 {MOST_HIDDEN} 段。"));
        checks.that(hidden.iter().all(|one| one.from_ms < one.to_ms), "hidden", "片段的结束应晚于开始。");
        checks.that(hidden.iter().all(|one| one.from_ms < whole), "hidden", "片段超出了视频的时长。");
        checks.done()?;
        Ok(seen::united(hidden.iter().map(|one| Part { from_ms: one.from_ms, to_ms: one.to_ms.min(whole) })))
    }
}
