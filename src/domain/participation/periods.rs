//! Spans of the calendar that a Policy counts over.

use crate::domain::Day;
use crate::domain::policy::{PeriodKind, Policy, YearKind};
use serde::{Deserialize, Serialize};

/// Both days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub from: Day,
    pub to: Day,
}

impl Span {
    #[must_use]
    pub fn has(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.to < self.from
    }

    /// How many days it has; 0 for an empty one.
    #[must_use]
    pub fn days(self) -> u32 {
        let days = i64::from(self.to.number()) - i64::from(self.from.number()) + 1;
        u32::try_from(days).unwrap_or(0)
    }

    /// The part that has passed at the end of `on`; the rest is still to come.
    #[must_use]
    pub fn until(self, on: Day) -> Self {
        Self { from: self.from, to: self.to.min(on) }
    }
}

/// One assessed year of a Studio under its Policy, in its cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assessed {
    /// The year in which it begins.
    pub year: i32,
    /// Its twelve months, from the beginning of the cycle on; empty for a year before that.
    pub span: Span,
    /// The cycle that the year lies in. When one is over the next one begins.
    pub cycle: Span,
    /// The last year of the cycle.
    pub final_year: bool,
    kind: YearKind,
    /// Nothing before this day is asked of the Studio.
    cycle_start: Day,
}

impl Assessed {
    #[must_use]
    pub fn of(policy: &Policy, cycle_start: Day, year: i32) -> Self {
        let kind = policy.year;
        let years = i32::try_from(policy.cycle.years.clamp(1, 100)).unwrap_or(1);
        let first = year_of(kind, cycle_start);
        let ordinal = year.saturating_sub(first).rem_euclid(years);
        let cycle_first = year.saturating_sub(ordinal);
        let (begins, ends) = (first_month(kind, cycle_first), first_month(kind, cycle_first.saturating_add(years)));
        let cycle = Span { from: Day::first_of(begins).max(cycle_start), to: Day::first_of(ends).plus(-1) };
        let month = first_month(kind, year);
        let span = Span { from: Day::first_of(month).max(cycle_start), to: Day::first_of(month + 12).plus(-1) };
        Self { year, span, cycle, final_year: ordinal + 1 == years, kind, cycle_start }
    }

    /// The periods of a kind over which something is asked in this year, in order. Shorter ones than the year are those
    /// that end within it and began when the Studio was already assessed.
    #[must_use]
    pub fn periods(&self, kind: PeriodKind) -> Vec<Span> {
        let whole = |span: Span| if self.span.is_empty() { vec![] } else { vec![span] };
        match (kind, self.kind) {
            // 每年 is the year that is assessed, be it a school year; its first one may be short.
            (PeriodKind::Year | PeriodKind::Now, _) | (PeriodKind::SchoolYear, YearKind::School) => whole(self.span),
            (PeriodKind::Cycle, _) => whole(self.cycle),
            (PeriodKind::Month, _) => self.ending_within(|_| true),
            (PeriodKind::Semester, _) => self.ending_within(|month| month == SEPTEMBER || month == FEBRUARY),
            (PeriodKind::SchoolYear, YearKind::Calendar) => self.ending_within(|month| month == SEPTEMBER),
        }
    }

    /// Something is asked for over such periods this year; over the cycle in its last year only.
    #[must_use]
    pub fn asks(&self, kind: PeriodKind) -> bool {
        (kind != PeriodKind::Cycle || self.final_year) && !self.periods(kind).is_empty()
    }

    /// A period of the kind runs on this day, which lies before the year.
    #[must_use]
    pub fn runs_ahead(&self, kind: PeriodKind, on: Day) -> bool {
        let shorter = matches!(kind, PeriodKind::Month | PeriodKind::Semester | PeriodKind::SchoolYear);
        shorter && on < self.span.from && self.periods(kind).iter().any(|span| span.has(on))
    }

    /// Spans that begin with a month which `begins` says and last until the next such month.
    fn ending_within(&self, begins: impl Fn(i32) -> bool) -> Vec<Span> {
        if self.span.is_empty() {
            return vec![];
        }
        let (first, last) = (self.span.from.month() - 12, self.span.to.month());
        let starts = (first..=last).filter(|month| begins(month.rem_euclid(12)));
        let spans = starts.map(|month| {
            let next = (month + 1..=month + 12).find(|later| begins(later.rem_euclid(12))).unwrap_or(month + 12);
            Span { from: Day::first_of(month), to: Day::first_of(next).plus(-1) }
        });
        spans.filter(|span| self.span.has(span.to) && self.cycle_start <= span.from).collect()
    }
}

/// Months are counted from January as 0.
const FEBRUARY: i32 = 1;
const SEPTEMBER: i32 = 8;
/// Years of four digits, with room for a cycle on both sides: a number from outside can't overflow the months.
const FAR: i32 = 9_800;

fn first_month(kind: YearKind, year: i32) -> i32 {
    let january = year.clamp(0, FAR + 150) * 12;
    match kind {
        YearKind::Calendar => january,
        YearKind::School => january + SEPTEMBER,
    }
}

/// The assessed year that a day lies in, by the year in which it begins.
#[must_use]
pub fn year_of(kind: YearKind, day: Day) -> i32 {
    let month = day.month();
    match kind {
        YearKind::Calendar => month.div_euclid(12),
        YearKind::School => (month - SEPTEMBER).div_euclid(12),
    }
}

/// Is the whole cycle of a Studio settled with this year: does the programme say so, and is it the last one?
#[must_use]
pub fn ends_cycle(policy: &Policy, cycle_start: Day, year: i32) -> bool {
    let assessed = Assessed::of(policy, cycle_start, year);
    policy.cycle.final_assessment.is_some() && assessed.final_year && !assessed.span.is_empty()
}

/// The last year of the cycle that the day lies in, where the cycle is settled as a whole.
#[must_use]
pub fn cycle_of(policy: &Policy, cycle_start: Day, day: Day) -> Option<i32> {
    let own = year_of(policy.year, day);
    let years = i32::try_from(policy.cycle.years).unwrap_or(1);
    (own..own.saturating_add(years)).find(|year| ends_cycle(policy, cycle_start, *year))
}

/// The last years of the cycles that may still be settled in this year: of the one that ends with it, and of the one that ended last.
#[must_use]
pub fn cycles_to_settle(policy: &Policy, cycle_start: Day, year: i32) -> Vec<i32> {
    let years = i32::try_from(policy.cycle.years).unwrap_or(1);
    let ended = (1..=years).map(|back| year.saturating_sub(back)).find(|year| ends_cycle(policy, cycle_start, *year));
    let ends = ends_cycle(policy, cycle_start, year).then_some(year);
    ended.into_iter().chain(ends).collect()
}

/// The next assessed year, where something is asked for in it over a period that runs on this day: 本学期 may end after the year.
#[must_use]
pub fn year_ahead(policy: &Policy, cycle_start: Day, on: Day) -> Option<i32> {
    let next = year_of(policy.year, on) + 1;
    let assessed = Assessed::of(policy, cycle_start, next);
    policy.criteria.iter().any(|one| assessed.runs_ahead(one.period, on)).then_some(next)
}

/// The assessed years for which something counts that happened on this day, over periods of these kinds; the one that the day lies
/// in where there is none. What counts over a cycle or as it stands now is of no year.
#[must_use]
pub fn years_counting(policy: &Policy, cycle_start: Day, kinds: &[PeriodKind], day: Day) -> Vec<i32> {
    let own = year_of(policy.year, day);
    let counts = |year: &i32| {
        let assessed = Assessed::of(policy, cycle_start, *year);
        kinds.iter().any(|kind| assessed.periods(*kind).iter().any(|span| span.has(day)))
    };
    let years: Vec<i32> = [own, own + 1].into_iter().filter(counts).collect();
    if years.is_empty() { vec![own] } else { years }
}

/// The first day of an assessed year.
#[must_use]
pub fn first_day(kind: YearKind, year: i32) -> Day {
    Day::first_of(first_month(kind, year))
}

/// A day that lies in this year however the year is counted.
#[must_use]
pub fn day_within(year: i32) -> Day {
    Day::first_of(first_month(YearKind::Calendar, year) + 12).plus(-1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::built_in;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn assessed(key: &str, cycle_start: &str, year: i32) -> Assessed {
        let policy = built_in().iter().find(|policy| policy.key == key).unwrap();
        Assessed::of(policy, day(cycle_start), year)
    }

    fn told(spans: &[Span]) -> Vec<String> {
        spans.iter().map(|span| format!("{} {}", span.from, span.to)).collect()
    }

    #[test]
    fn a_school_year_begins_in_september_and_five_years_are_a_cycle() {
        let year = assessed("county-4", "2024-09-01", 2026);
        assert_eq!(told(&[year.span, year.cycle]), ["2026-09-01 2027-08-31", "2024-09-01 2027-08-31"]);
        assert!(year.final_year);
        assert_eq!(year.periods(PeriodKind::Month).len(), 12);
        assert_eq!(year.periods(PeriodKind::Year), [year.span]);
        assert_eq!(year.periods(PeriodKind::SchoolYear), [year.span]);
        assert_eq!(told(&year.periods(PeriodKind::Semester)), ["2026-09-01 2027-01-31", "2027-02-01 2027-08-31"]);
        let last = |year| assessed("city-3", "2024-03-01", year).final_year;
        assert_eq!([2024, 2025, 2026, 2027, 2028, 2029].map(last), [false, false, false, false, true, false]);
        assert_eq!(told(&[assessed("city-3", "2024-03-01", 2028).cycle]), ["2024-03-01 2028-12-31"]);
        assert_eq!(told(&[assessed("city-3", "2024-03-01", 2029).cycle]), ["2029-01-01 2033-12-31"]);
    }

    #[test]
    fn in_a_calendar_year_count_the_semesters_and_the_school_year_that_end_in_it() {
        let year = assessed("hangjin-2024", "2024-09-01", 2025);
        assert_eq!(told(&year.periods(PeriodKind::Semester)), ["2024-09-01 2025-01-31", "2025-02-01 2025-08-31"]);
        assert_eq!(told(&year.periods(PeriodKind::SchoolYear)), ["2024-09-01 2025-08-31"]);
        // The first year is short: nothing that it asks for ends in it, and what began before the cycle is not asked.
        let first = assessed("hangjin-2024", "2024-09-01", 2024);
        assert_eq!(told(&[first.span]), ["2024-09-01 2024-12-31"]);
        assert_eq!(first.periods(PeriodKind::Semester), []);
        let later = assessed("hangjin-2024", "2024-09-02", 2025);
        assert_eq!(told(&later.periods(PeriodKind::Semester)), ["2025-02-01 2025-08-31"]);
        assert_eq!(later.periods(PeriodKind::SchoolYear), []);
    }

    #[test]
    fn what_runs_in_autumn_counts_for_the_year_in_which_it_ends() {
        let policy = |key: &str| built_in().iter().find(|policy| policy.key == key).unwrap();
        let ahead = |key, cycle_start, on| year_ahead(policy(key), day(cycle_start), day(on));
        assert_eq!(ahead("hangjin-2024", "2024-09-01", "2024-09-01"), Some(2025));
        assert_eq!(ahead("hangjin-2024", "2024-09-01", "2024-12-31"), Some(2025));
        assert_eq!(ahead("hangjin-2024", "2024-09-01", "2025-01-01"), None, "it ends in the year that has come");
        assert_eq!(ahead("hangjin-2024", "2024-09-01", "2025-08-31"), None);
        // What began before the cycle is not asked for.
        assert_eq!(ahead("hangjin-2024", "2024-09-02", "2024-10-01"), None);
        assert_eq!(ahead("zhejiang-2019", "2024-01-01", "2024-10-01"), None);
        assert_eq!(ahead("county-1", "2024-09-01", "2024-10-01"), None, "a school year has its own autumn");
    }

    #[test]
    fn a_day_of_autumn_may_count_for_two_years() {
        let policy = built_in().iter().find(|policy| policy.key == "district-2").unwrap();
        let years = |kinds: &[PeriodKind], on| years_counting(policy, day("2024-01-01"), kinds, day(on));
        assert_eq!(years(&[PeriodKind::SchoolYear], "2024-10-15"), [2025]);
        assert_eq!(years(&[PeriodKind::SchoolYear, PeriodKind::Year], "2024-10-15"), [2024, 2025]);
        assert_eq!(years(&[PeriodKind::Semester], "2025-01-31"), [2025]);
        assert_eq!(years(&[PeriodKind::Year], "2024-10-15"), [2024]);
        // The school year 2023 began before the cycle, and counts for none.
        assert_eq!(years(&[PeriodKind::SchoolYear], "2024-05-15"), [2024]);
    }

    #[test]
    fn a_cycle_may_be_settled_until_the_next_one_has_ended() {
        let policy = |key: &str| built_in().iter().find(|policy| policy.key == key).unwrap();
        let cycles = |key, year| cycles_to_settle(policy(key), day("2024-01-01"), year);
        let told = [2025, 2026, 2027, 2029, 2030].map(|year| cycles("hangjin-2024", year));
        assert_eq!(told, [vec![], vec![2026], vec![2026], vec![2026, 2029], vec![2029]]);
        assert_eq!(cycles("zhejiang-2019", 2027), [0; 0], "its years alone are settled");
    }

    #[test]
    fn a_year_before_the_first_has_no_periods() {
        let year = assessed("zhejiang-2019", "2026-01-01", 2025);
        assert!(year.span.is_empty());
        assert!(PeriodKind::ALL.iter().all(|kind| year.periods(*kind).is_empty()));
    }
}
