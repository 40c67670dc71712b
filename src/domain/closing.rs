//! Closing (停办): the last day on which a Studio works, said by its office, and the word that takes it back.

use super::invalid::{Checks, Invalid};
use super::participation::first_day;
use super::policy::YearKind;
use super::words::words;
use super::{Day, PersonName, Studio, Time};

/// Nobody means a day farther away: it is a wrong year.
const FARTHEST: i32 = 366;
const LONGEST_REASON: usize = 300;

words! {
    pub enum ClosingKind {
        /// 设而不建、建而不用
        Shut = "shut" / "关停",
        /// 考核不合格，一票否决
        Revoked = "revoked" / "取消资格",
        Expired = "expired" / "周期届满不再命名",
        Quit = "quit" / "自行退出",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClosing {
    pub kind: ClosingKind,
    pub last_day: Day,
    pub reason: String,
}

/// A word about it; the last one holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingWord {
    /// None: the closing before it is taken back.
    pub closes: Option<(ClosingKind, Day)>,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

/// Why something about a Studio that is closed, or is not, can't be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClosingRefusal {
    #[error("这个工作室停办，最后一天是 {last_day}，之后的事项不再办理。")]
    Closed { last_day: Day },
    #[error("这个工作室已经定为停办，最后一天是 {last_day}；要改请先恢复。")]
    AlreadyClosed { last_day: Day },
    #[error("这个工作室没有停办，不用恢复。")]
    NotClosed,
}

impl ClosingRefusal {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Closed { .. } => "studio_closed",
            Self::AlreadyClosed { .. } => "studio_already_closed",
            Self::NotClosed => "studio_not_closed",
        }
    }
}

/// What a Studio did that no closing may come before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stands {
    /// The day of its last Session, live or over.
    pub held: Option<Day>,
    /// The last of its days that an office has frozen.
    pub frozen: Option<Day>,
}

/// The last day that a frozen year tells of: its own last one, or that of the freeze, if that came before.
#[must_use]
pub fn last_frozen(kind: YearKind, year: i32, frozen_on: Day) -> Day {
    first_day(kind, year + 1).plus(-1).min(frozen_on)
}

impl NewClosing {
    pub fn check(&self, stands: Stands, today: Day) -> Result<(), Invalid> {
        let near = today.plus(-FARTHEST) <= self.last_day && self.last_day <= today.plus(FARTHEST);
        let before = |stood: Option<Day>| stood.filter(|day| self.last_day < *day);
        let mut checks = Checks::new();
        checks.that(near, "last_day", "最后一天只能在前后一年以内。");
        if let Some(day) = before(stands.held) {
            checks.that(false, "last_day", format!("{day} 还办过活动，最后一天不能早于这一天。"));
        }
        if let Some(day) = before(stands.frozen) {
            checks.that(false, "last_day", format!("到 {day} 为止的考核已经冻结，最后一天不能早于这一天。"));
        }
        checks.text(&self.reason, "reason", "理由", LONGEST_REASON).done()
    }
}

/// The last day up to this one on which a Studio works that has this last day, or none.
#[must_use]
pub fn last_working_day(last_day: Option<Day>, day: Day) -> Day {
    last_day.map_or(day, |last| last.min(day))
}

/// Why it goes on after all.
pub fn check_reopening(reason: &str) -> Result<(), Invalid> {
    Checks::new().text(reason, "reason", "理由", LONGEST_REASON).done()
}

impl Studio {
    /// Does it work until that day, or, for none, without an end?
    pub fn must_work_until(&self, until: Option<Day>) -> Result<(), ClosingRefusal> {
        match (self.last_day, until) {
            (Some(last_day), None) => Err(ClosingRefusal::Closed { last_day }),
            (Some(last_day), Some(until)) if last_day < until => Err(ClosingRefusal::Closed { last_day }),
            _ => Ok(()),
        }
    }

    #[must_use]
    pub fn works_on(&self, day: Day) -> bool {
        self.must_work_until(Some(day)).is_ok()
    }

    /// The last day up to this one on which it works.
    #[must_use]
    pub fn last_working_day(&self, day: Day) -> Day {
        last_working_day(self.last_day, day)
    }

    /// Is it assessed in the year that begins in `year`? In the one in which it closes it still is.
    #[must_use]
    pub fn is_assessed_in(&self, kind: YearKind, year: i32) -> bool {
        self.works_on(first_day(kind, year))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RegionId, StudioId, StudioKind, Tier};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn studio(last_day: Option<&str>) -> Studio {
        Studio {
            id: StudioId::from_random([1; 10]),
            name: "王老师名师工作室".into(),
            tier: Tier::County,
            kind: StudioKind::Studio,
            subject: "小学语文".into(),
            region: RegionId::from_random([2; 10]),
            cycle_start: day("2024-01-01"),
            policy: None,
            introduction: String::new(),
            created_at: Time::from_seconds(0),
            last_day: last_day.map(day),
        }
    }

    /// The fields that are wrong on 23 November 2026.
    fn wrong(last_day: &str, reason: &str, stands: Stands) -> Vec<&'static str> {
        let new = NewClosing { kind: ClosingKind::Shut, last_day: day(last_day), reason: reason.into() };
        let wrong = new.check(stands, day("2026-11-23")).err();
        wrong.map(|invalid| invalid.fields.into_keys().collect()).unwrap_or_default()
    }

    #[test]
    fn a_studio_works_on_its_last_day_and_on_none_after_it() {
        let closed = studio(Some("2026-11-30"));
        assert!(closed.works_on(day("2026-11-30")) && !closed.works_on(day("2026-12-01")));
        assert_eq!(closed.must_work_until(None), Err(ClosingRefusal::Closed { last_day: day("2026-11-30") }));
        assert_eq!(closed.last_working_day(day("2027-03-01")), day("2026-11-30"));
        assert_eq!(closed.last_working_day(day("2026-03-01")), day("2026-03-01"));
        let open = studio(None);
        assert!(open.works_on(day("2099-01-01")) && open.must_work_until(None).is_ok());
        assert_eq!(open.last_working_day(day("2027-03-01")), day("2027-03-01"));
    }

    #[test]
    fn the_year_in_which_it_closes_is_the_last_that_is_assessed() {
        let closed = studio(Some("2026-08-31"));
        let years = |kind| [2025, 2026, 2027].map(|year| closed.is_assessed_in(kind, year));
        assert_eq!(years(YearKind::Calendar), [true, true, false]);
        assert_eq!(years(YearKind::School), [true, false, false]);
        assert!(studio(None).is_assessed_in(YearKind::School, 2099));
    }

    #[test]
    fn the_last_day_lies_within_a_year_and_says_why() {
        let free = |last_day, reason| wrong(last_day, reason, Stands::default());
        assert!(free("2026-11-23", "一年没有活动").is_empty());
        assert!(free("2027-11-24", "届满").is_empty() && free("2025-11-22", "一年没有活动").is_empty());
        assert_eq!(free("2027-11-25", "届满"), ["last_day"]);
        assert_eq!(free("2025-11-21", "一年没有活动"), ["last_day"]);
        assert_eq!(free("2026-11-23", " "), ["reason"]);
    }

    #[test]
    fn no_closing_comes_before_what_was_held_or_frozen() {
        let held = Stands { held: Some(day("2026-11-20")), frozen: None };
        assert_eq!(wrong("2026-11-19", "关停", held), ["last_day"]);
        assert!(wrong("2026-11-20", "关停", held).is_empty());
        let frozen = Stands { held: None, frozen: Some(day("2026-08-31")) };
        assert_eq!(wrong("2026-08-30", "关停", frozen), ["last_day"]);
        assert!(wrong("2026-08-31", "关停", frozen).is_empty());
    }

    #[test]
    fn a_frozen_year_stands_until_its_last_day_or_that_of_the_freeze() {
        let until = |kind, on| last_frozen(kind, 2026, day(on));
        assert_eq!(until(YearKind::Calendar, "2027-01-10"), day("2026-12-31"));
        assert_eq!(until(YearKind::Calendar, "2026-12-20"), day("2026-12-20"));
        assert_eq!(until(YearKind::School, "2027-09-10"), day("2027-08-31"));
    }
}
