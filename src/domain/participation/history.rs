//! Histories: what was so from a day on, such as the School that somebody teaches at.

use super::super::Day;
use serde::{Deserialize, Serialize};

/// What was so at first, and what from which day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History<T> {
    first: T,
    /// By day, each once.
    later: Vec<(Day, T)>,
}

impl<T> History<T> {
    #[must_use]
    pub const fn always(what: T) -> Self {
        Self { first: what, later: Vec::new() }
    }

    /// From that day on it is this, whatever was said of those days before.
    #[must_use]
    pub fn then(mut self, from: Day, what: T) -> Self {
        self.later.retain(|(day, _)| *day < from);
        self.later.push((from, what));
        self
    }

    /// It is this from that day on, and was not before, where that was said of an earlier day.
    #[must_use]
    pub fn only_since(mut self, from: Day, what: T) -> Self
    where
        T: PartialEq,
    {
        while self.later.last().is_some_and(|(_, last)| *last == what) {
            self.later.pop();
        }
        self.then(from, what)
    }

    /// All that it ever was, by day.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(self.later.iter().map(|(_, what)| what))
    }

    #[must_use]
    pub fn on(&self, day: Day) -> &T {
        self.later.iter().rev().find(|(from, _)| *from <= day).map_or(&self.first, |(_, what)| what)
    }

    /// What each of it has been on its own days.
    #[must_use]
    pub fn refine<U: Clone>(&self, of: impl Fn(&T) -> History<U>) -> History<U> {
        let mut refined = of(&self.first);
        for (from, what) in &self.later {
            let next = of(what);
            refined = refined.then(*from, next.on(*from).clone());
            refined.later.extend(next.later.into_iter().filter(|(day, _)| from < day));
        }
        refined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn each_day_has_what_was_so_on_it() {
        let history = History::always('a').then(day("2026-03-01"), 'b').then(day("2026-06-01"), 'c');
        let on = |text| *history.on(day(text));
        assert_eq!((on("2000-01-01"), on("2026-02-28")), ('a', 'a'));
        assert_eq!((on("2026-03-01"), on("2026-05-31")), ('b', 'b'));
        assert_eq!((on("2026-06-01"), on("2030-01-01")), ('c', 'c'));
    }

    #[test]
    fn a_later_word_about_an_earlier_day_is_about_all_that_follow() {
        let history = History::always('a').then(day("2026-06-01"), 'b').then(day("2026-03-01"), 'c');
        let on = |text| *history.on(day(text));
        assert_eq!((on("2026-02-28"), on("2026-03-01"), on("2026-06-01")), ('a', 'c', 'c'));
    }

    #[test]
    fn a_day_is_put_right_in_both_directions() {
        let moved = || History::always('a').then(day("2026-03-01"), 'b');
        let on = |history: &History<char>, text| *history.on(day(text));
        let later = moved().only_since(day("2026-09-01"), 'b');
        assert_eq!((on(&later, "2026-08-31"), on(&later, "2026-09-01")), ('a', 'b'));
        let earlier = moved().only_since(day("2026-02-01"), 'b');
        assert_eq!((on(&earlier, "2026-01-31"), on(&earlier, "2026-02-01")), ('a', 'b'));
    }

    #[test]
    fn what_changes_by_itself_does_so_only_on_its_own_days() {
        // A School becomes rural in May; somebody is there from March to August, somewhere else before and after.
        let school = |name: &char| match name {
            'b' => History::always("town").then(day("2026-05-01"), "rural").then(day("2026-09-01"), "town again"),
            _ => History::always("elsewhere"),
        };
        let moves = History::always('a').then(day("2026-03-01"), 'b').then(day("2026-08-01"), 'c');
        let places = moves.refine(school);
        let on = |text| *places.on(day(text));
        assert_eq!((on("2026-02-28"), on("2026-03-01"), on("2026-04-30")), ("elsewhere", "town", "town"));
        assert_eq!((on("2026-05-01"), on("2026-07-31")), ("rural", "rural"));
        assert_eq!((on("2026-08-01"), on("2026-09-02")), ("elsewhere", "elsewhere"));
        // Who comes after the change finds it as it is.
        let late = History::always('a').then(day("2026-06-01"), 'b').refine(school);
        assert_eq!((*late.on(day("2026-05-31")), *late.on(day("2026-06-01"))), ("elsewhere", "rural"));
    }
}
