//! The one place of this program that reads a clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The same moment on the monotonic clock, which timers use, and on the wall clock, which sender reports and payload
/// stamps carry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) unix_us: u64,
}

#[expect(clippy::disallowed_methods, reason = "this program's only clock reads; everything else is told the time")]
pub(crate) fn now() -> Moment {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Moment { at: Instant::now(), unix_us: unix.as_micros() as u64 }
}

impl Moment {
    /// Seconds since 1900 in the high word, the fraction in the low word (RFC 3550 §4).
    pub(crate) fn ntp(self) -> u64 {
        const UNIX_TO_NTP_SECONDS: u64 = 2_208_988_800;
        let seconds = self.unix_us / 1_000_000 + UNIX_TO_NTP_SECONDS;
        let fraction = ((self.unix_us % 1_000_000) << 32) / 1_000_000;
        seconds << 32 | fraction
    }
}

impl std::ops::Add<Duration> for Moment {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self { at: self.at + rhs, unix_us: self.unix_us + rhs.as_micros() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_second_is_the_top_bit_of_the_fraction() {
        let moment = Moment { unix_us: 1_500_000, ..now() };
        assert_eq!(moment.ntp(), (2_208_988_801 << 32) | 1 << 31);
    }
}
