//! Token buckets: how fast one Participant may speak to the server.

use crate::Moment;
use std::time::Duration;

/// A burst of `burst` and then one every `every`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) burst: u32,
    pub(super) every: Duration,
}

/// Sixty at once and twenty a second: joining sends about ten frames, paging through slots a few a second; a script
/// that sends more gains nothing.
pub(super) const FRAME_RATE: Rate = Rate { burst: 60, every: Duration::from_millis(50) };
/// Five lines at once and then one every two seconds: faster than a person types, slower than a flood.
pub(super) const CHAT_RATE: Rate = Rate { burst: 5, every: Duration::from_secs(2) };

/// Ten at once and then one a second: more often nobody changes their mind, and each change is written to disk.
pub(super) const ANSWER_RATE: Rate = Rate { burst: 10, every: Duration::from_secs(1) };

#[derive(Debug, Clone)]
pub(super) struct Bucket {
    rate: Rate,
    /// When the bucket will be full again; each token taken moves it on by `every`.
    full_at: Moment,
}

impl Bucket {
    pub(super) fn full(now: Moment, rate: Rate) -> Self {
        Self { rate, full_at: now }
    }

    /// Takes one token; false when there is none.
    pub(super) fn take(&mut self, now: Moment) -> bool {
        let full_at = self.full_at.max(now).plus(self.rate.every);
        if full_at.since(now) > self.rate.every * self.rate.burst {
            return false;
        }
        self.full_at = full_at;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_per_interval() {
        let rate = Rate { burst: 3, every: Duration::from_secs(2) };
        let mut bucket = Bucket::full(Moment(0), rate);
        let taken: Vec<bool> = [0, 0, 0, 0, 1999, 2000, 2001, 8000].map(|t| bucket.take(Moment(t))).to_vec();
        assert_eq!(taken, [true, true, true, false, false, true, false, true]);
    }
}
