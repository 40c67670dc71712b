//! Membership: an Account in a Studio with a role, from a day to a day.

use super::case::Decider;
use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{AccountId, Day, MembershipId, StudioId, Time};
use serde::{Deserialize, Serialize};

/// For so many days a host may still set the first or the last day of a Membership; earlier days decide results that others
/// have read already, and are for the office.
pub const HOST_DAYS: i32 = 7;
const LONGEST_REASON: usize = 300;

words! {
    pub enum MemberRole {
        Host = "host" / "主持人",
        Core = "core" / "学科带头人",
        Trainee = "trainee" / "骨干学员",
        Follower = "follower" / "网络学员",
        Adviser = "adviser" / "导师",
    }
}

words! {
    /// What a Studio's keepers say of somebody whom it takes in, where its programme keeps places for such people.
    pub enum MemberMark {
        NewTeacher = "new_teacher" / "新入职教师",
        Backbone = "backbone" / "县级骨干教师或学科带头人",
    }
}

/// Which of them somebody has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemberMarks {
    pub new_teacher: bool,
    pub backbone: bool,
}

impl MemberMarks {
    /// Those of either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { new_teacher: self.new_teacher || other.new_teacher, backbone: self.backbone || other.backbone }
    }
}

/// May whoever keeps the roster begin, change or end a Membership of this role? Who hosts is for the office to say.
#[must_use]
pub fn may_keep(keeper: Decider, role: MemberRole) -> bool {
    keeper == Decider::Office || role != MemberRole::Host
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub id: MembershipId,
    pub studio: StudioId,
    pub account: AccountId,
    pub role: MemberRole,
    /// The first day.
    pub from: Day,
    /// The last day, which still counts; none while the Membership goes on.
    pub to: Option<Day>,
}

impl Membership {
    #[must_use]
    pub fn on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    #[must_use]
    pub fn days(&self) -> MembershipDays {
        MembershipDays { from: self.from, to: self.to }
    }

    /// Does it hold a place that a Policy counts? Who hosts is for an office to say, also while two do for some days.
    #[must_use]
    pub fn takes_place(&self) -> bool {
        self.role != MemberRole::Host
    }
}

/// From when to when a Membership lasts; both days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipDays {
    pub from: Day,
    pub to: Option<Day>,
}

/// Who sets the days of a Membership, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysNote {
    pub by: AccountId,
    pub reason: String,
    pub at: Time,
}

impl MembershipDays {
    #[must_use]
    pub fn on(self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Do they reach over a day that the other days do not?
    #[must_use]
    pub fn reaches_beyond(self, other: Self) -> bool {
        let later = match (self.to, other.to) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(to), Some(other)) => other < to,
        };
        self.from < other.from || later
    }

    /// May they be set instead of those before, or of none?
    pub fn check(self, before: Option<Self>, keeper: Decider, note: &DaysNote) -> Result<(), Invalid> {
        let today = note.at.day();
        let past = |set: Option<Day>| set.is_some_and(|day| day < today);
        let late = |set: Option<Day>| set.is_some_and(|day| is_late(day, keeper, today));
        let (from, to) = (self.first_set(before), self.last_set(before));
        let unsaid = before.is_some() && (past(from) || past(to)) && note.reason.trim().is_empty();
        Checks::new()
            .that(self.to.is_none_or(|to| self.from <= to), "to", "结束日期不能早于开始日期。")
            .that(!late(from), "from", late_sentence())
            .that(!late(to), "to", late_sentence())
            .that(!unsaid, "reason", "改动过去的日期请写明原因。")
            .optional_text(&note.reason, "reason", "原因", LONGEST_REASON)
            .done()
    }

    /// The earlier of the first days, where they differ.
    fn first_set(self, before: Option<Self>) -> Option<Day> {
        match before {
            None => Some(self.from),
            Some(before) => (before.from != self.from).then(|| before.from.min(self.from)),
        }
    }

    /// The earlier of the last days, where they differ.
    fn last_set(self, before: Option<Self>) -> Option<Day> {
        let before = before.and_then(|before| before.to);
        let ends = [before, self.to].into_iter().flatten();
        if before == self.to { None } else { ends.min() }
    }
}

/// May whoever keeps the roster let somebody come or go on this day?
pub fn check_day(day: Day, keeper: Decider, today: Day, field: &'static str) -> Result<(), Invalid> {
    Checks::new().that(!is_late(day, keeper, today), field, late_sentence()).done()
}

fn is_late(day: Day, keeper: Decider, today: Day) -> bool {
    earliest_of(keeper, today).is_some_and(|earliest| day < earliest)
}

fn late_sentence() -> String {
    format!("主持人只能填写和改动最近 {HOST_DAYS} 天以内的日期，更早的请工作站处理。")
}

/// The earliest day that whoever keeps the roster may set; none where any may be.
#[must_use]
pub fn earliest_of(keeper: Decider, today: Day) -> Option<Day> {
    (keeper == Decider::Host).then(|| today.plus(-HOST_DAYS))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMembership {
    pub studio: StudioId,
    pub account: AccountId,
    pub role: MemberRole,
    pub from: Day,
    #[serde(default)]
    pub to: Option<Day>,
}

impl NewMembership {
    #[must_use]
    pub fn days(&self) -> MembershipDays {
        MembershipDays { from: self.from, to: self.to }
    }
}

/// Who was in the Studio on `day`.
pub fn roster_on(memberships: &[Membership], day: Day) -> impl Iterator<Item = &Membership> {
    memberships.iter().filter(move |membership| membership.on(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(from: &str, to: Option<&str>) -> Membership {
        Membership {
            id: MembershipId::from_random([1; 10]),
            studio: StudioId::from_random([2; 10]),
            account: AccountId::from_random([3; 10]),
            role: MemberRole::Core,
            from: Day::parse(from).unwrap(),
            to: to.map(|to| Day::parse(to).unwrap()),
        }
    }

    #[test]
    fn first_and_last_day_both_count() {
        let roster = [member("2026-06-01", Some("2026-08-31")), member("2026-08-31", None)];
        let on = |day| roster_on(&roster, Day::parse(day).unwrap()).count();
        assert_eq!([on("2026-05-31"), on("2026-06-01"), on("2026-08-31"), on("2026-09-01")], [0, 1, 2, 1]);
    }

    fn days(from: &str, to: Option<&str>) -> MembershipDays {
        member(from, to).days()
    }

    /// On 22 November 2026.
    fn set(before: Option<MembershipDays>, after: MembershipDays, keeper: Decider, reason: &str) -> Vec<&'static str> {
        let at = Day::parse("2026-11-22").unwrap().start();
        let note = DaysNote { by: AccountId::from_random([3; 10]), reason: reason.into(), at };
        let wrong = after.check(before, keeper, &note).err();
        wrong.map(|invalid| invalid.fields.into_keys().collect()).unwrap_or_default()
    }

    #[test]
    fn a_membership_can_not_end_before_it_begins() {
        let open = days("2026-06-01", None);
        assert_eq!(set(Some(open), days("2026-06-01", Some("2026-05-31")), Decider::Office, "写错"), ["to"]);
        assert!(set(Some(open), days("2026-06-01", Some("2026-06-01")), Decider::Office, "写错").is_empty());
    }

    #[test]
    fn a_host_sets_days_of_the_last_week_and_to_come() {
        let open = days("2026-06-01", None);
        let end = |to, keeper| set(Some(open), days("2026-06-01", Some(to)), keeper, "调离");
        assert!(end("2026-12-31", Decider::Host).is_empty());
        assert!(end("2026-11-15", Decider::Host).is_empty());
        assert_eq!(end("2026-11-14", Decider::Host), ["to"]);
        assert!(end("2026-11-14", Decider::Office).is_empty());
        assert!(set(None, days("2026-11-15", None), Decider::Host, "").is_empty());
        assert_eq!(set(None, days("2026-11-14", None), Decider::Host, ""), ["from"]);
        assert!(set(None, days("2026-01-01", None), Decider::Office, "").is_empty());
    }

    #[test]
    fn what_ended_long_ago_is_opened_and_moved_by_the_office_with_a_reason() {
        let ended = days("2026-06-01", Some("2026-08-31"));
        let opened = days("2026-06-01", None);
        assert_eq!(set(Some(ended), opened, Decider::Host, "没有离开"), ["to"]);
        assert_eq!(set(Some(ended), opened, Decider::Office, " "), ["reason"]);
        assert!(set(Some(ended), opened, Decider::Office, "没有离开").is_empty());
        let earlier = days("2026-03-01", Some("2026-08-31"));
        assert_eq!(set(Some(ended), earlier, Decider::Host, "早就来了"), ["from"]);
        assert!(set(Some(ended), earlier, Decider::Office, "早就来了").is_empty());
        assert!(set(Some(ended), ended, Decider::Host, "").is_empty(), "nothing is set");
    }
}
