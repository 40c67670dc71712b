//! Course: which stages a YearEnd has reached, and which one may come next.

use super::super::Day;
use super::super::participation::{Assessed, Span};
use super::super::policy::Policy;
use super::{LEAST_DAYS, MOST_DAYS, YearEndRefusal, YearEndStage};

/// What has been said about a YearEnd so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Course {
    pub published: Option<Span>,
    /// Objections that nobody has answered.
    pub open: u32,
    pub settled: bool,
    pub withdrawn: bool,
}

/// The first day on which the year, or the cycle that ends with it, may be frozen: its last month, in which the programmes hold their assessment (每年12月).
#[must_use]
pub fn first_freeze(policy: &Policy, year: i32) -> Day {
    let last = Assessed::of(policy, policy.effective_from, year).span.to;
    Day::first_of(last.month())
}

impl Course {
    #[must_use]
    pub const fn stage(&self) -> YearEndStage {
        match self {
            Self { withdrawn: true, .. } => YearEndStage::Withdrawn,
            Self { settled: true, .. } => YearEndStage::Final,
            Self { published: Some(_), .. } => YearEndStage::Published,
            _ => YearEndStage::Frozen,
        }
    }

    /// Published from this day to that one; what the publication lasts.
    pub fn may_publish(&self, from: Day, until: Day) -> Result<Span, YearEndRefusal> {
        self.goes_on()?;
        if self.published.is_some() {
            return Err(YearEndRefusal::Published);
        }
        let span = Span { from, to: until };
        if (LEAST_DAYS..=MOST_DAYS).contains(&span.days()) { Ok(span) } else { Err(YearEndRefusal::Length) }
    }

    /// While the publication lasts; its last day counts to its end.
    pub fn may_object(&self, today: Day) -> Result<(), YearEndRefusal> {
        self.goes_on()?;
        let span = self.published.ok_or(YearEndRefusal::NotPublished)?;
        if span.has(today) { Ok(()) } else { Err(YearEndRefusal::ObjectionTooLate) }
    }

    /// An objection is answered at any time before the result is final.
    pub fn may_answer(&self) -> Result<(), YearEndRefusal> {
        self.goes_on()
    }

    pub fn may_settle(&self, today: Day) -> Result<(), YearEndRefusal> {
        self.goes_on()?;
        let span = self.published.ok_or(YearEndRefusal::NotPublished)?;
        if today <= span.to {
            return Err(YearEndRefusal::StillPublished { until: span.to });
        }
        if self.open > 0 { Err(YearEndRefusal::OpenObjections { open: self.open }) } else { Ok(()) }
    }

    pub fn may_withdraw(&self) -> Result<(), YearEndRefusal> {
        self.goes_on()
    }

    /// Corrections and certificates follow a final result.
    pub const fn is_final(&self) -> Result<(), YearEndRefusal> {
        match self.stage() {
            YearEndStage::Final => Ok(()),
            YearEndStage::Withdrawn => Err(YearEndRefusal::Withdrawn),
            _ => Err(YearEndRefusal::NotFinal),
        }
    }

    fn goes_on(&self) -> Result<(), YearEndRefusal> {
        match self.stage() {
            YearEndStage::Withdrawn => Err(YearEndRefusal::Withdrawn),
            YearEndStage::Final => Err(YearEndRefusal::Final),
            YearEndStage::Frozen | YearEndStage::Published => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::built_in;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn published() -> Course {
        let span = Span { from: day("2027-01-05"), to: day("2027-01-11") };
        Course { published: Some(span), ..Course::default() }
    }

    #[test]
    fn a_calendar_year_is_frozen_from_december_on_and_a_school_year_from_august_on() {
        let calendar = built_in().iter().find(|one| one.key == "zhejiang-2019").unwrap();
        assert_eq!(first_freeze(calendar, 2026), day("2026-12-01"));
        let school = built_in().iter().find(|one| one.year == crate::domain::policy::YearKind::School).unwrap();
        assert_eq!(first_freeze(school, 2025), day("2026-08-01"));
    }

    #[test]
    fn a_publication_lasts_a_week_at_least_and_comes_once() {
        let frozen = Course::default();
        let from = day("2027-01-05");
        assert_eq!(frozen.may_publish(from, day("2027-01-10")), Err(YearEndRefusal::Length));
        assert_eq!(frozen.may_publish(from, day("2027-01-11")).map(Span::days), Ok(7));
        assert_eq!(frozen.may_publish(from, day("2027-05-05")), Err(YearEndRefusal::Length));
        assert_eq!(frozen.may_publish(from, day("2027-01-04")), Err(YearEndRefusal::Length));
        assert_eq!(published().may_publish(from, day("2027-01-20")), Err(YearEndRefusal::Published));
    }

    #[test]
    fn objections_are_taken_to_the_end_of_the_last_day() {
        let course = published();
        assert_eq!(course.may_object(day("2027-01-05")), Ok(()));
        assert_eq!(course.may_object(day("2027-01-11")), Ok(()));
        assert_eq!(course.may_object(day("2027-01-12")), Err(YearEndRefusal::ObjectionTooLate));
        assert_eq!(Course::default().may_object(day("2027-01-05")), Err(YearEndRefusal::NotPublished));
    }

    #[test]
    fn it_is_final_after_the_end_when_nothing_is_open() {
        let until = day("2027-01-11");
        assert_eq!(Course::default().may_settle(until), Err(YearEndRefusal::NotPublished));
        assert_eq!(published().may_settle(until), Err(YearEndRefusal::StillPublished { until }));
        let waiting = Course { open: 2, ..published() };
        assert_eq!(waiting.may_settle(until.plus(1)), Err(YearEndRefusal::OpenObjections { open: 2 }));
        assert_eq!(published().may_settle(until.plus(1)), Ok(()));
    }

    #[test]
    fn nothing_follows_a_final_or_a_withdrawn_one_but_corrections_the_former() {
        let today = day("2027-01-20");
        for (course, refusal) in [
            (Course { settled: true, ..published() }, YearEndRefusal::Final),
            (Course { withdrawn: true, ..published() }, YearEndRefusal::Withdrawn),
        ] {
            assert_eq!(course.may_publish(today, today.plus(9)).unwrap_err(), refusal);
            assert_eq!(course.may_object(today).unwrap_err(), refusal);
            assert_eq!(course.may_answer().unwrap_err(), refusal);
            assert_eq!(course.may_settle(today).unwrap_err(), refusal);
            assert_eq!(course.may_withdraw().unwrap_err(), refusal);
        }
        assert_eq!(Course { settled: true, ..published() }.is_final(), Ok(()));
        assert_eq!(Course { withdrawn: true, ..published() }.is_final(), Err(YearEndRefusal::Withdrawn));
        assert_eq!(published().is_final(), Err(YearEndRefusal::NotFinal));
    }
}
