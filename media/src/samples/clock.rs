//! The server's time of what a publisher's clock says.
//!
//! What a sender report says arrives later than it was said, by the line's delay, which changes. The least difference of the
//! last minutes is nearest to the truth; the offset moves towards it slowly, so that no jitter of the line is written into
//! the Recording, and a clock that runs too fast is followed all the same.

use std::collections::VecDeque;

/// Reports that are compared: about two minutes of one Track, less of several.
const REPORTS: usize = 60;
/// The first offsets are taken as they come.
const SETTLES: usize = 4;
/// Crystals are wrong by up to 100 in a million; twice that is followed.
const FASTEST_PPM: i64 = 200;
/// A publisher whose clock was set anew.
const STEP_US: i64 = 500_000;

/// Of one Participant: all its Tracks share a clock.
#[derive(Debug, Default)]
pub(crate) struct ServerClock {
    differences: VecDeque<i64>,
    offset: Option<i64>,
    heard: usize,
    last_us: i64,
}

impl ServerClock {
    /// A report that says `said_us` (microseconds since 1970 of the publisher's clock) arrived at `arrived_us`. Gives the
    /// server's time of `said_us`.
    pub(crate) fn hear(&mut self, said_us: i64, arrived_us: i64) -> i64 {
        let difference = arrived_us - said_us;
        if self.offset.is_some_and(|offset| (difference - offset).abs() > STEP_US) {
            *self = Self::default();
        }
        if self.differences.len() == REPORTS {
            self.differences.pop_front();
        }
        self.differences.push_back(difference);
        let least = self.differences.iter().copied().min().unwrap_or(difference);
        let elapsed = (arrived_us - self.last_us).max(0);
        let most = (elapsed * FASTEST_PPM / 1_000_000).max(1);
        let offset = match self.offset {
            Some(offset) if self.heard >= SETTLES => offset + (least - offset).clamp(-most, most),
            _ => least,
        };
        (self.offset, self.last_us) = (Some(offset), arrived_us);
        self.heard += 1;
        said_us + offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_jitters_and_a_clock_that_drifts_are_off_by_milliseconds() {
        let mut clock = ServerClock::default();
        // 80 ppm fast, reports each second and a half, between 20 and 120 ms on the way.
        let mut worst = 0;
        for n in 0..4000_i64 {
            let server = n * 1_500_000;
            let said = server + server * 80 / 1_000_000 + 7_000_000_000;
            let delay = 20_000 + (n * 7919 % 100) * 1000;
            let error = clock.hear(said, server + delay) - server - 20_000;
            if n > 60 {
                worst = worst.max(error.abs());
            }
        }
        assert!(worst < 15_000, "{worst} us");
    }

    #[test]
    fn a_clock_that_was_set_anew_is_believed_at_once() {
        let mut clock = ServerClock::default();
        for n in 0..20_i64 {
            clock.hear(n * 1_000_000, n * 1_000_000 + 5_000);
        }
        assert_eq!(clock.hear(20_000_000 + 3_600_000_000, 20_005_000), 20_005_000);
    }
}
