//! Activity: something planned by a Studio, and what may become of it.

use super::case::Decider;
use super::invalid::{Checks, Invalid};
use super::membership::check_day;
use super::words::words;
use super::{AccountId, ActivityId, Day, PersonName, SeriesId, StudioId, Time};
use serde::{Deserialize, Serialize};
use std::time::Duration;

words! {
    pub enum ActivityKind {
        Broadcast = "broadcast" / "直播",
        Seminar = "seminar" / "研修",
        Lecture = "lecture" / "讲座",
        OpenLesson = "open_lesson" / "公开课",
        LessonReview = "lesson_review" / "评课",
        Outreach = "outreach" / "送教",
        Report = "report" / "汇报",
        Showcase = "showcase" / "展示",
    }
}

words! {
    pub enum Mode {
        Online = "online" / "线上",
        Onsite = "onsite" / "线下",
        Mixed = "mixed" / "线上+线下",
    }
}

words! {
    /// For how wide a circle the Activity is held.
    pub enum Level {
        School = "school" / "校级",
        County = "county" / "县级",
        City = "city" / "市级",
        Province = "province" / "省级",
        National = "national" / "国家级",
    }
}

words! {
    pub enum ActivityState {
        Planned = "planned" / "未开始",
        Live = "live" / "直播中",
        Ended = "ended" / "已结束",
        Cancelled = "cancelled" / "已取消",
    }
}

/// Why an Activity can't change as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActivityRefusal {
    #[error("直播已经开始了，请直接进入课堂。")]
    AlreadyLive,
    #[error("活动已经结束，不能再改动。")]
    Ended,
    #[error("活动已经取消，不能再改动。")]
    Cancelled,
    #[error("直播还没有开始。")]
    NotLive,
    #[error("直播正在进行，请先结束直播。")]
    EndItFirst,
    #[error("活动还没有结束，请直接修改活动。")]
    NotOver,
    #[error("这个活动的教室或签到码太多了，不能再加。")]
    TooMany,
}

impl ActivityRefusal {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AlreadyLive => "already_live",
            Self::Ended => "activity_ended",
            Self::Cancelled => "activity_cancelled",
            Self::NotLive => "not_live",
            Self::EndItFirst => "end_it_first",
            Self::NotOver => "activity_not_over",
            Self::TooMany => "too_many_places",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub id: ActivityId,
    pub studio: StudioId,
    pub series: Option<SeriesId>,
    pub title: String,
    pub summary: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    /// For whom, in words: 全县小学语文教师.
    pub audience: String,
    /// Where, when it is onsite or mixed.
    pub place: String,
    pub planned_start: Time,
    pub planned_end: Time,
    pub state: ActivityState,
    pub guests_allowed: bool,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    pub created_at: Time,
}

impl Activity {
    pub fn go_live(&self) -> Result<ActivityState, ActivityRefusal> {
        match self.state {
            ActivityState::Live => Err(ActivityRefusal::AlreadyLive),
            ActivityState::Ended => Err(ActivityRefusal::Ended),
            ActivityState::Cancelled => Err(ActivityRefusal::Cancelled),
            ActivityState::Planned => Ok(ActivityState::Live),
        }
    }

    pub fn end(&self) -> Result<ActivityState, ActivityRefusal> {
        match self.state {
            ActivityState::Live => Ok(ActivityState::Ended),
            ActivityState::Ended => Err(ActivityRefusal::Ended),
            ActivityState::Cancelled => Err(ActivityRefusal::Cancelled),
            ActivityState::Planned => Err(ActivityRefusal::NotLive),
        }
    }

    pub fn cancel(&self) -> Result<ActivityState, ActivityRefusal> {
        match self.state {
            ActivityState::Planned => Ok(ActivityState::Cancelled),
            ActivityState::Live => Err(ActivityRefusal::EndItFirst),
            ActivityState::Ended => Err(ActivityRefusal::Ended),
            ActivityState::Cancelled => Err(ActivityRefusal::Cancelled),
        }
    }

    /// May title, times and the rest still be edited?
    pub fn edit(&self) -> Result<(), ActivityRefusal> {
        match self.state {
            ActivityState::Planned => Ok(()),
            ActivityState::Live => Err(ActivityRefusal::EndItFirst),
            ActivityState::Ended => Err(ActivityRefusal::Ended),
            ActivityState::Cancelled => Err(ActivityRefusal::Cancelled),
        }
    }
}

impl Activity {
    /// May it be corrected who presented?
    pub const fn correct(&self) -> Result<(), ActivityRefusal> {
        match self.state {
            ActivityState::Ended => Ok(()),
            ActivityState::Planned | ActivityState::Live => Err(ActivityRefusal::NotOver),
            ActivityState::Cancelled => Err(ActivityRefusal::Cancelled),
        }
    }
}

/// A planned Activity as a form gives it; also the whole new content when one is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewActivity {
    pub studio: StudioId,
    #[serde(default)]
    pub series: Option<SeriesId>,
    pub title: String,
    #[serde(default)]
    pub summary: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    #[serde(default)]
    pub audience: String,
    #[serde(default)]
    pub place: String,
    pub planned_start: Time,
    pub planned_end: Time,
    #[serde(default)]
    pub presenters: Vec<AccountId>,
    #[serde(default)]
    pub guests_allowed: bool,
}

/// Longer than any seminar in the programmes; catches a wrong date in the end time.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
const MOST_PRESENTERS: usize = 20;

impl NewActivity {
    pub fn check(&self) -> Result<(), Invalid> {
        let span = self.planned_end.since(self.planned_start);
        Checks::new()
            .text(&self.title, "title", "活动名称", 60)
            .optional_text(&self.summary, "summary", "活动说明", 2000)
            .optional_text(&self.audience, "audience", "面向对象", 60)
            .optional_text(&self.place, "place", "地点", 60)
            .that(self.mode == Mode::Online || !self.place.trim().is_empty(), "place", "线下活动请填写地点。")
            .that(!span.is_zero(), "planned_end", "结束时间应晚于开始时间。")
            .that(span <= LONGEST, "planned_end", "一次活动最长 24 小时，请检查结束日期。")
            .presenters(&self.presenters)
            .done()
    }
}

impl Checks {
    fn presenters(&mut self, presenters: &[AccountId]) -> &mut Self {
        let unlike = presenters.iter().enumerate().all(|(at, one)| !presenters[..at].contains(one));
        self.that(presenters.len() <= MOST_PRESENTERS, "presenters", format!("主讲人最多 {MOST_PRESENTERS} 位。")).that(
            unlike,
            "presenters",
            "同一位主讲人只需选一次。",
        )
    }
}

/// 更正主讲人: who presented an Activity that is over, where it was not whom the plan named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPresenters {
    pub presenters: Vec<AccountId>,
    pub reason: String,
    pub keeper: Decider,
    pub by: AccountId,
    pub at: Time,
}

impl NewPresenters {
    /// Weeks after the Activity an office does.
    pub fn check(&self, day: Day, known: &[AccountId]) -> Result<(), Invalid> {
        Checks::new()
            .presenters(&self.presenters)
            .that(self.presenters != known, "presenters", "主讲人没有变化。")
            .text(&self.reason, "reason", "理由", 300)
            .done()?;
        check_day(day, self.keeper, self.at.day(), "presenters")
    }
}

/// That whoever presented was corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenterCorrection {
    /// Names.
    pub before: Vec<String>,
    pub after: Vec<String>,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

/// Activities on one theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    pub id: SeriesId,
    pub studio: StudioId,
    pub title: String,
    pub theme: String,
    pub created_at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSeries {
    pub studio: StudioId,
    pub title: String,
    #[serde(default)]
    pub theme: String,
}

impl NewSeries {
    pub fn check(&self) -> Result<(), Invalid> {
        Checks::new()
            .text(&self.title, "title", "系列名称", 60)
            .optional_text(&self.theme, "theme", "主题说明", 500)
            .done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(state: ActivityState, mode: Mode) -> Activity {
        Activity {
            id: ActivityId::from_random([1; 10]),
            studio: StudioId::from_random([2; 10]),
            series: None,
            title: "整本书阅读".into(),
            summary: String::new(),
            kind: ActivityKind::Seminar,
            mode,
            level: Level::County,
            audience: String::new(),
            place: String::new(),
            planned_start: Time::from_seconds(0),
            planned_end: Time::from_seconds(3600),
            state,
            guests_allowed: false,
            cancel_reason: None,
            created_at: Time::from_seconds(0),
        }
    }

    #[test]
    fn every_state_allows_exactly_its_own_changes() {
        use ActivityState::{Cancelled, Ended, Live, Planned};
        let allowed = |state| {
            let one = activity(state, Mode::Online);
            [one.go_live().is_ok(), one.end().is_ok(), one.cancel().is_ok(), one.edit().is_ok()]
        };
        assert_eq!(allowed(Planned), [true, false, true, true]);
        assert_eq!(allowed(Live), [false, true, false, false]);
        assert_eq!(allowed(Ended), [false; 4]);
        assert_eq!(allowed(Cancelled), [false; 4]);
    }

    #[test]
    fn who_presented_is_corrected_once_it_is_over_and_weeks_later_by_an_office() {
        let allowed = ActivityState::ALL.iter().filter(|state| activity(**state, Mode::Online).correct().is_ok());
        assert_eq!(allowed.collect::<Vec<_>>(), [&ActivityState::Ended]);
        let [by, other] = [1, 2].map(|number| AccountId::from_random([number; 10]));
        let day = |text: &str| Day::parse(text).unwrap();
        let fields = |keeper, presenters: &[AccountId], reason: &str, on: &str| {
            let at = day("2026-11-23").start();
            let new = NewPresenters { presenters: presenters.to_vec(), reason: reason.into(), keeper, by, at };
            new.check(day(on), &[by]).err().map(|invalid| invalid.fields.into_keys().collect::<Vec<_>>())
        };
        assert_eq!(fields(Decider::Host, &[other], "临时换人", "2026-11-16"), None);
        assert_eq!(fields(Decider::Host, &[other], "临时换人", "2026-11-15").unwrap(), ["presenters"]);
        assert_eq!(fields(Decider::Office, &[other], "临时换人", "2026-03-15"), None);
        assert_eq!(fields(Decider::Office, &[by], " ", "2026-03-15").unwrap(), ["presenters", "reason"]);
        assert_eq!(fields(Decider::Office, &[other, other], "临时换人", "2026-03-15").unwrap(), ["presenters"]);
    }

    #[test]
    fn an_onsite_activity_is_held_like_any_other() {
        assert_eq!(activity(ActivityState::Planned, Mode::Onsite).go_live(), Ok(ActivityState::Live));
    }

    #[test]
    fn a_form_names_every_field_that_is_wrong() {
        let twice = AccountId::from_random([3; 10]);
        let form = NewActivity {
            studio: StudioId::from_random([2; 10]),
            series: None,
            title: "  ".into(),
            summary: "字".repeat(2001),
            kind: ActivityKind::Outreach,
            mode: Mode::Mixed,
            level: Level::City,
            audience: String::new(),
            place: String::new(),
            planned_start: Time::from_seconds(3600),
            planned_end: Time::from_seconds(3600),
            presenters: vec![twice, twice],
            guests_allowed: false,
        };
        let invalid = form.check().unwrap_err();
        let fields: Vec<_> = invalid.fields.keys().copied().collect();
        assert_eq!(fields, ["place", "planned_end", "presenters", "summary", "title"]);
        assert_eq!(invalid.fields["title"], "请填写活动名称。");
    }
}
