//! Which moment of the replay a server time is: pauses and long emptiness are cut out, everything else stays in real time.

use crate::manifest::ServerTime;

/// Nobody waits through a minute in which nothing came from anybody.
pub(crate) const LONGEST_EMPTINESS: i64 = 60_000_000;
/// Less than a picture or two is no span.
const SHORTEST: i64 = 40_000;

/// Server times, microseconds, `from` included.
pub(crate) type Interval = (ServerTime, ServerTime);

/// A stretch of the Session that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub at: ServerTime,
    /// Microseconds of the replay at which it begins.
    pub media: i64,
    pub length: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Timeline {
    pub spans: Vec<Span>,
}

impl Timeline {
    /// From when there was media of any track, and when recording was paused.
    pub(crate) fn new(media: Vec<Interval>, pauses: &[Interval]) -> Self {
        let mut spans = Vec::new();
        let mut length = 0;
        for (from, to) in without(united(media, LONGEST_EMPTINESS), pauses) {
            if to - from >= SHORTEST {
                spans.push(Span { at: from, media: length, length: to - from });
                length += to - from;
            }
        }
        Self { spans }
    }

    /// Microseconds of the replay.
    pub(crate) fn length(&self) -> i64 {
        self.spans.last().map_or(0, |span| span.media + span.length)
    }

    /// Microseconds of the replay at a server time, unless that is cut out.
    pub(crate) fn place(&self, server: f64) -> Option<f64> {
        let at = self.spans.partition_point(|span| span.at as f64 <= server).checked_sub(1)?;
        let into = server - self.spans[at].at as f64;
        (into < self.spans[at].length as f64).then(|| self.spans[at].media as f64 + into)
    }

    /// As `place`, and what is cut out falls on the cut.
    pub(crate) fn place_or_cut(&self, server: f64) -> f64 {
        let Some(at) = self.spans.partition_point(|span| span.at as f64 <= server).checked_sub(1) else { return 0.0 };
        let span = self.spans[at];
        span.media as f64 + (server - span.at as f64).min(span.length as f64)
    }
}

/// Sorted, with overlaps and holes of up to `bridged` closed.
pub(crate) fn united(mut intervals: Vec<Interval>, bridged: i64) -> Vec<Interval> {
    intervals.retain(|(from, to)| from < to);
    intervals.sort_unstable();
    let mut united: Vec<Interval> = Vec::new();
    for (from, to) in intervals {
        match united.last_mut() {
            Some(last) if from <= last.1.saturating_add(bridged) => last.1 = last.1.max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

pub(crate) fn without(intervals: Vec<Interval>, holes: &[Interval]) -> Vec<Interval> {
    let mut left = intervals;
    for &(from, to) in holes {
        left = left.into_iter().flat_map(|(a, b)| [(a, b.min(from)), (a.max(to), b)]).filter(|(a, b)| a < b).collect();
    }
    left.sort_unstable();
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    #[test]
    fn a_pause_is_cut_out_and_a_short_hole_is_not() {
        let timeline = Timeline::new(vec![(100 * S, 110 * S), (140 * S, 200 * S)], &[(150 * S, 170 * S)]);
        assert_eq!(timeline.length(), 80 * S);
        assert_eq!(timeline.place(120e6), Some(20e6));
        assert_eq!(timeline.place(160e6), None);
        assert_eq!(timeline.place_or_cut(160e6), 50e6);
        assert_eq!(timeline.place(171e6), Some(51e6));
        assert_eq!(timeline.spans[1].media, 50 * S);
    }

    #[test]
    fn more_than_a_minute_of_nothing_is_cut_out() {
        let timeline = Timeline::new(vec![(0, 10 * S), (5 * S, 12 * S), (80 * S, 90 * S)], &[]);
        assert_eq!(timeline.length(), 22 * S);
        assert_eq!(timeline.place(80e6), Some(12e6));
    }

    #[test]
    fn a_pause_without_an_end_cuts_to_the_end() {
        let timeline = Timeline::new(vec![(0, 10 * S)], &[(4 * S, ServerTime::MAX)]);
        assert_eq!(timeline.length(), 4 * S);
        assert_eq!(Timeline::new(vec![(0, 10 * S)], &[(-1, ServerTime::MAX)]).length(), 0);
    }

    #[test]
    fn nothing_has_no_length() {
        assert_eq!(Timeline::new(Vec::new(), &[]).length(), 0);
        assert_eq!(Timeline::new(Vec::new(), &[]).place(5.0), None);
    }
}
