//! Cuts: times of the whole recording and times of what is shown of it, where parts are left out.
//!
//! `cut` is always in order and apart, as [`super::seen::united`] gives it.

use super::Part;

/// How long the replay is.
#[must_use]
pub fn shown_length(whole_ms: u64, cut: &[Part]) -> u64 {
    whole_ms.saturating_sub(cut.iter().map(|one| one.to_ms.min(whole_ms).saturating_sub(one.from_ms)).sum())
}

/// Where a moment of the recording is in the replay; none when it is left out.
#[must_use]
pub fn shown_at(whole_ms: u64, cut: &[Part]) -> Option<u64> {
    let mut before = 0;
    for one in cut {
        if whole_ms < one.from_ms {
            break;
        }
        if whole_ms < one.to_ms {
            return None;
        }
        before += one.to_ms - one.from_ms;
    }
    Some(whole_ms - before)
}

/// Which moment of the recording a moment of the replay is.
#[must_use]
pub fn whole_at(shown_ms: u64, cut: &[Part]) -> u64 {
    let mut at = shown_ms;
    for one in cut {
        if at < one.from_ms {
            break;
        }
        at = at.saturating_add(one.to_ms - one.from_ms);
    }
    at
}

/// What of a span of the recording is shown, in times of the replay: one span, as what is left out is no time there.
#[must_use]
pub fn shown(part: Part, cut: &[Part]) -> Option<Part> {
    let before = |ms: u64| {
        let gone = |one: &Part| one.to_ms.min(ms).saturating_sub(one.from_ms);
        ms - cut.iter().map(gone).sum::<u64>()
    };
    let (from_ms, to_ms) = (before(part.from_ms), before(part.to_ms));
    (from_ms < to_ms).then_some(Part { from_ms, to_ms })
}

/// The spans of the recording that a span of the replay is.
#[must_use]
pub fn whole(part: Part, cut: &[Part]) -> Vec<Part> {
    if part.from_ms >= part.to_ms {
        return Vec::new();
    }
    let (mut from, to) = (whole_at(part.from_ms, cut), whole_at(part.to_ms - 1, cut).saturating_add(1));
    let mut found = Vec::new();
    for one in cut {
        if from < one.from_ms && one.to_ms < to {
            found.push(Part { from_ms: from, to_ms: one.from_ms });
            from = one.to_ms;
        }
    }
    found.push(Part { from_ms: from, to_ms: to });
    found
}

#[cfg(test)]
mod tests {
    use super::super::seen::{length, united};
    use super::*;
    use proptest::prelude::*;

    fn part(from_ms: u64, to_ms: u64) -> Part {
        Part { from_ms, to_ms }
    }

    #[test]
    fn a_moment_after_what_is_left_out_comes_earlier() {
        let cut = [part(0, 10), part(30, 40)];
        assert_eq!(shown_length(100, &cut), 80);
        assert_eq!([5, 10, 29, 35, 40].map(|ms| shown_at(ms, &cut)), [None, Some(0), Some(19), None, Some(20)]);
        assert_eq!([0, 19, 20].map(|ms| whole_at(ms, &cut)), [10, 29, 40]);
        assert_eq!(whole(part(10, 30), &cut), [part(20, 30), part(40, 50)]);
        assert_eq!(shown(part(20, 50), &cut), Some(part(10, 30)));
        assert_eq!(shown(part(31, 39), &cut), None);
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_moment(
            told in prop::collection::vec((0..500_u64, 1..60_u64), 0..8), ms in 0..1000_u64, long in 1..300_u64
        ) {
            let cut = united(told.into_iter().map(|(from, long)| part(from, from + long)));
            prop_assert_eq!(shown_at(whole_at(ms, &cut), &cut), Some(ms));
            let told = part(ms, ms + long);
            let parts = whole(told, &cut);
            prop_assert_eq!(length(&parts), long, "no time is lost or won");
            let back = united(parts.into_iter().filter_map(|one| shown(one, &cut)));
            prop_assert_eq!(back, vec![told]);
        }
    }
}
