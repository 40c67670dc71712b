//! Seen: what was watched, as spans made one where they meet; the order of reports and their repetition change nothing.

use super::Part;
use std::time::Duration;

/// 点击: shorter looks are no click.
pub const CLICK_MS: u64 = 10_000;
/// How long one may sit before a document or picture, which has no duration of its own.
pub const LONGEST_READING_MS: u64 = 4 * 3_600_000;
/// Spans in one report: somebody who jumps about makes some in 15 s.
pub const MOST_PARTS: usize = 200;
/// Spans kept of one person: those that lie nearest are made one beyond that.
const MOST_KEPT: usize = 500;

/// In order, apart from each other, none of them empty.
#[must_use]
pub fn united(parts: impl IntoIterator<Item = Part>) -> Vec<Part> {
    let mut parts: Vec<Part> = parts.into_iter().filter(|one| one.from_ms < one.to_ms).collect();
    parts.sort_unstable();
    let mut united: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match united.last_mut() {
            Some(last) if part.from_ms <= last.to_ms => last.to_ms = last.to_ms.max(part.to_ms),
            _ => united.push(part),
        }
    }
    united
}

/// What was reported beside what was known, within the duration.
#[must_use]
pub fn added(known: &[Part], reported: &[Part], duration_ms: Option<u64>) -> Vec<Part> {
    let whole = duration_ms.unwrap_or(LONGEST_READING_MS);
    let within = reported.iter().take(MOST_PARTS).map(|one| Part { to_ms: one.to_ms.min(whole), ..*one });
    let mut united = united(known.iter().copied().chain(within));
    while united.len() > MOST_KEPT {
        // The shortest hole is closed: it says the least.
        let holes = united.windows(2).enumerate().map(|(at, pair)| (pair[1].from_ms - pair[0].to_ms, at));
        let Some((_, at)) = holes.min() else { break };
        united[at].to_ms = united.remove(at + 1).to_ms;
    }
    united
}

/// No player goes faster.
const FASTEST: u64 = 4;
/// What the first report of a day may tell of, and what clocks and slow lines may add: once a day, however many reports there are.
const SLACK: Duration = Duration::from_secs(60);

/// Can anybody have watched so much of it on a day, so long after the first report of that day?
#[must_use]
pub fn is_possible(watched_ms: u64, since: Duration) -> bool {
    let most = (since.saturating_add(SLACK)).as_millis().saturating_mul(FASTEST.into());
    u128::from(watched_ms) <= most
}

#[must_use]
pub fn length(united: &[Part]) -> u64 {
    united.iter().map(|one| one.to_ms.saturating_sub(one.from_ms)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(from_ms: u64, to_ms: u64) -> Part {
        Part { from_ms, to_ms }
    }

    fn parts() -> impl Strategy<Value = Vec<Part>> {
        prop::collection::vec((0..2000_u64, 0..300_u64).prop_map(|(from, long)| part(from, from + long)), 0..40)
    }

    #[test]
    fn spans_that_touch_are_one_and_empty_ones_are_none() {
        let told = [part(5, 9), part(0, 5), part(20, 20), part(12, 15), part(13, 14)];
        assert_eq!(united(told), [part(0, 9), part(12, 15)]);
    }

    #[test]
    fn what_is_told_beyond_the_end_is_not_watched() {
        assert_eq!(added(&[], &[part(50, 500), part(700, 900)], Some(100)), [part(50, 100)]);
        assert_eq!(length(&added(&[], &[part(0, u64::MAX)], None)), LONGEST_READING_MS);
    }

    #[test]
    fn somebody_who_jumps_all_day_fills_no_table() {
        let jumps: Vec<Part> = (0..20_000).map(|n| part(n * 10, n * 10 + 5)).collect();
        let mut known = Vec::new();
        for report in jumps.chunks(100) {
            known = added(&known, report, None);
        }
        assert_eq!(known.len(), MOST_KEPT);
    }

    proptest! {
        #[test]
        fn the_order_of_reports_does_not_matter(mut told in parts(), cut in 0..40_usize) {
            let all = added(&[], &told, Some(1800));
            let (one, other) = told.split_at(cut.min(told.len()));
            let first = added(&added(&[], one, Some(1800)), other, Some(1800));
            let second = added(&added(&[], other, Some(1800)), one, Some(1800));
            prop_assert_eq!(&first, &all);
            prop_assert_eq!(&second, &all);
            told.reverse();
            prop_assert_eq!(&added(&all, &told, Some(1800)), &all, "twice is once");
        }

        #[test]
        fn nobody_watches_more_than_there_is(told in parts(), duration in 1..1500_u64) {
            prop_assert!(length(&added(&[], &told, Some(duration))) <= duration);
        }

        #[test]
        fn every_millisecond_that_was_told_is_in_it_and_no_other(told in parts()) {
            let united = united(told.clone());
            for ms in 0..2300 {
                let within = |one: &Part| one.from_ms <= ms && ms < one.to_ms;
                prop_assert_eq!(told.iter().any(within), united.iter().any(within));
            }
            prop_assert!(united.windows(2).all(|pair| pair[0].to_ms < pair[1].from_ms));
        }
    }
}
