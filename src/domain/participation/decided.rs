//! What people decided about facts, and when: a day knows nothing of what was decided after it.

use super::super::Day;
use serde::{Deserialize, Serialize};

/// One word of an office or a reviewer. A later one takes the place of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided<T> {
    pub day: Day,
    pub what: T,
}

/// Adds the next word. None counts as said before the one that it follows, also where a clock was set back between them.
pub fn say<T>(words: &mut Vec<Decided<T>>, next: Decided<T>) {
    let day = words.last().map_or(next.day, |last| last.day.max(next.day));
    words.push(Decided { day, what: next.what });
}

/// What stands at the end of a day: the last word of the latest day up to it. Only words of one day need be in order.
#[must_use]
pub fn standing<T>(decisions: &[Decided<T>], on: Day) -> Option<&T> {
    decisions.iter().filter(|one| one.day <= on).max_by_key(|one| one.day).map(|one| &one.what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_knows_only_what_was_decided_up_to_it() {
        let day = |text| Day::parse(text).unwrap();
        let made = |text, what| Decided { day: day(text), what };
        let decisions = [made("2026-03-05", 'a'), made("2026-03-05", 'b'), made("2026-04-01", 'c')];
        let known = |text| standing(&decisions, day(text)).copied();
        assert_eq!(known("2026-03-04"), None);
        assert_eq!((known("2026-03-05"), known("2026-03-31")), (Some('b'), Some('b')));
        assert_eq!(known("2026-04-01"), Some('c'));
        let mut turned = decisions;
        turned.rotate_right(1);
        assert_eq!(standing(&turned, day("2026-04-01")), Some(&'c'));
        assert_eq!(standing(&turned, day("2026-03-31")), Some(&'b'));
    }

    #[test]
    fn the_last_word_counts_also_where_the_clock_was_set_back() {
        let day = |text| Day::parse(text).unwrap();
        let mut words = Vec::new();
        for (text, what) in [("2026-03-05", 'a'), ("2026-03-04", 'b')] {
            say(&mut words, Decided { day: day(text), what });
        }
        assert_eq!(standing(&words, day("2026-03-04")), None);
        assert_eq!(standing(&words, day("2026-03-05")), Some(&'b'));
    }
}
