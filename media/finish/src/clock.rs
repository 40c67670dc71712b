//! Which server time a media time is: a curve through all sender reports of a segment.
//!
//! A publisher's media clock drifts against its wall clock, by 100 ppm as a rule and by percents where a sound card and the
//! encoder disagree, and the drift changes. So no line through one pair is good enough: each pair becomes a knot, smoothed by
//! a local regression over its neighbours, and between knots the time is interpolated.

use crate::manifest::{Pair, ServerTime};

/// Neighbours within this many seconds have a say in a knot: a few reports (one each 1 to 5 s), so that a jitter of some
/// milliseconds is smoothed and a drift that changes within a minute is followed.
const NEIGHBOURS: f64 = 15.0;
/// A line through less than this is steeper by jitter than by drift.
const SHORTEST_SLOPE: f64 = 4.0;
/// A report this far from its neighbours is wrong.
pub(crate) const STRAY: f64 = 1e6;
/// A clock that says a segment began this long before or after its first packet came is wrong as a whole.
const UNBELIEVABLE: f64 = 30e6;

/// Seconds of media ↔ microseconds after `origin`.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    timescale: f64,
    origin: ServerTime,
    /// (media s, server µs after origin, µs per s to the right of it), rising in both.
    knots: Vec<Knot>,
    /// µs per s before the first knot.
    before: f64,
    /// None of the reports could be believed.
    pub unbelievable: bool,
}

#[derive(Debug, Clone, Copy)]
struct Knot {
    media: f64,
    server: f64,
    slope: f64,
}

impl Clock {
    /// `late` is by how many microseconds first packets of this publisher come after their own time; without any report it is
    /// all that is known.
    pub(crate) fn fit(pairs: &[Pair], timescale: u32, at: ServerTime, late: f64) -> Self {
        let timescale = f64::from(timescale.max(1));
        let mut points: Vec<(f64, f64)> =
            pairs.iter().map(|pair| (pair.media as f64 / timescale, pair.server.saturating_sub(at) as f64)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by(|a, b| a.0 == b.0);
        let points = without_strays(&points);
        let mut clock = Self { timescale, origin: at, knots: knots(&points), before: 1e6, unbelievable: false };
        if let (Some(first), Some(last)) = (clock.knots.first().copied(), clock.knots.len().checked_sub(1)) {
            clock.before = end_slope(&points, first.media);
            clock.knots[last].slope = end_slope(&points, clock.knots[last].media);
        }
        if !clock.knots.is_empty() && clock.after_origin(0.0).abs() > UNBELIEVABLE {
            clock.knots.clear();
            clock.unbelievable = true;
        }
        if clock.knots.is_empty() {
            clock.knots.push(Knot { media: 0.0, server: -late, slope: 1e6 });
            clock.before = 1e6;
        }
        clock
    }

    /// By how much the first packet came later than the clock says, when there were reports.
    pub(crate) fn late(&self) -> f64 {
        -self.after_origin(0.0)
    }

    pub(crate) fn server(&self, ticks: i64) -> f64 {
        self.origin as f64 + self.after_origin(ticks as f64 / self.timescale)
    }

    /// The media time, in ticks, of a server time.
    pub(crate) fn ticks(&self, server: f64) -> f64 {
        let server = server - self.origin as f64;
        let at = self.knots.partition_point(|knot| knot.server <= server);
        let media = match at.checked_sub(1) {
            None => self.knots[0].media + (server - self.knots[0].server) / self.before,
            Some(at) => self.knots[at].media + (server - self.knots[at].server) / self.knots[at].slope,
        };
        media * self.timescale
    }

    fn after_origin(&self, media: f64) -> f64 {
        let at = self.knots.partition_point(|knot| knot.media <= media);
        match at.checked_sub(1) {
            None => self.knots[0].server + (media - self.knots[0].media) * self.before,
            Some(at) => self.knots[at].server + (media - self.knots[at].media) * self.knots[at].slope,
        }
    }
}

/// Reports whose offset is far from the median of five neighbours are left out.
fn without_strays(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let offset = |point: &(f64, f64)| point.1 - point.0 * 1e6;
    let fits = |at: usize| {
        let from = at.saturating_sub(2).min(points.len().saturating_sub(5));
        let mut near: Vec<f64> = points[from..points.len().min(from + 5)].iter().map(offset).collect();
        near.sort_by(f64::total_cmp);
        (offset(&points[at]) - near[near.len() / 2]).abs() <= STRAY
    };
    (0..points.len()).filter(|at| fits(*at)).map(|at| points[at]).collect()
}

fn knots(points: &[(f64, f64)]) -> Vec<Knot> {
    let mut knots: Vec<Knot> = Vec::with_capacity(points.len());
    for at in points {
        let (level, _) = line_at(points, at.0);
        let knot = Knot { media: at.0, server: level, slope: 1e6 };
        match knots.last_mut() {
            None => knots.push(knot),
            Some(last) => {
                let slope = (knot.server - last.server) / (knot.media - last.media);
                // A clock may run wrong, not backwards.
                if (0.5e6..2e6).contains(&slope) {
                    last.slope = slope;
                    knots.push(knot);
                }
            }
        }
    }
    knots
}

/// Weighted regression around `x`: the level there, and the slope.
fn line_at(points: &[(f64, f64)], x: f64) -> (f64, f64) {
    let from = points.partition_point(|point| point.0 < x - NEIGHBOURS);
    let to = points.partition_point(|point| point.0 <= x + NEIGHBOURS);
    let near = &points[from..to];
    let (mut w, mut wx, mut wy, mut wxx, mut wxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (px, py) in near {
        // Offsets from a clock without drift stay small numbers.
        let (dx, dy) = (px - x, py - px * 1e6);
        let weight = (1.0 - (dx.abs() / (NEIGHBOURS * 1.01)).powi(3)).powi(3);
        w += weight;
        wx += weight * dx;
        wy += weight * dy;
        wxx += weight * dx * dx;
        wxy += weight * dx * dy;
    }
    let spread = near.last().zip(near.first()).map_or(0.0, |(last, first)| last.0 - first.0);
    let below = w * wxx - wx * wx;
    if spread < SHORTEST_SLOPE || below <= f64::EPSILON {
        return (x * 1e6 + wy / w, 1e6);
    }
    let slope = (w * wxy - wx * wy) / below;
    (x * 1e6 + (wy - slope * wx) / w, (1e6 + slope).clamp(0.5e6, 2e6))
}

fn end_slope(points: &[(f64, f64)], x: f64) -> f64 {
    line_at(points, x).1
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: ServerTime = 1_790_000_000_000_000;

    /// Reports of a clock that runs `ppm` wrong, each `every` seconds, with some milliseconds of jitter.
    fn pairs(seconds: u32, every: u32, truth: impl Fn(f64) -> f64) -> Vec<Pair> {
        let mut noise: u32 = 1;
        (0..seconds / every)
            .map(|n| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let jitter = f64::from(noise >> 16) / 65_536.0 * 6000.0 - 3000.0;
                let media = f64::from(n * every) + 0.7;
                Pair { media: (media * 90_000.0) as i64, server: AT + (truth(media) + jitter) as i64 }
            })
            .collect()
    }

    fn worst(clock: &Clock, seconds: u32, truth: impl Fn(f64) -> f64) -> f64 {
        (0..seconds * 2)
            .map(|half| {
                let media = f64::from(half) / 2.0;
                (clock.server((media * 90_000.0) as i64) - AT as f64 - truth(media)).abs()
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn three_hours_of_drift_are_followed_to_some_milliseconds() {
        let truth = |media: f64| media * 1e6 * (1.0 + 100e-6) - 40_000.0;
        let clock = Clock::fit(&pairs(10_800, 5, truth), 90_000, AT, 0.0);
        assert!(worst(&clock, 10_800, truth) < 6000.0);
    }

    #[test]
    fn a_drift_that_changes_is_followed() {
        // 1.85 s in 28 s, as was measured once, then a good clock.
        let truth = |media: f64| media * 1e6 + 66_000.0 * media.min(28.0);
        let clock = Clock::fit(&pairs(120, 2, truth), 90_000, AT, 0.0);
        assert!(worst(&clock, 120, truth) < 200_000.0);
        let far = |media: f64| (clock.server((media * 90_000.0) as i64) - AT as f64 - truth(media)).abs();
        assert!(far(5.0) < 10_000.0 && far(60.0) < 10_000.0 && far(110.0) < 10_000.0);
    }

    #[test]
    fn there_and_back_is_the_same() {
        let truth = |media: f64| media * 1e6 * 0.9999 + 5000.0;
        let clock = Clock::fit(&pairs(60, 3, truth), 90_000, AT, 0.0);
        for ticks in [-90_000, 0, 1, 12_345, 900_000, 5_400_000, 9_000_000] {
            assert!((clock.ticks(clock.server(ticks)) - ticks as f64).abs() < 0.1);
        }
    }

    #[test]
    fn one_wrong_report_bends_nothing() {
        let truth = |media: f64| media * 1e6;
        let mut pairs = pairs(60, 5, truth);
        pairs[6].server += 40_000_000;
        let clock = Clock::fit(&pairs, 90_000, AT, 0.0);
        assert!(worst(&clock, 60, truth) < 6000.0);
    }

    #[test]
    fn without_reports_the_arrival_counts_less_the_usual_lateness() {
        let clock = Clock::fit(&[], 48_000, AT, 30_000.0);
        assert_eq!(clock.server(48_000), AT as f64 + 970_000.0);
    }

    #[test]
    fn a_clock_of_another_year_is_not_believed() {
        let clock = Clock::fit(&[Pair { media: 0, server: 0 }], 48_000, AT, 0.0);
        assert!(clock.unbelievable);
        assert_eq!(clock.server(0), AT as f64);
    }
}
