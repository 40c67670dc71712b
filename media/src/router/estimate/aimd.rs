//! The rate that the delays allow: up a little at a time, down to what arrived when queues grow.

use super::trend::Usage;

/// Of what arrived, so that the queue that gave the alarm empties (draft-ietf-rmcat-gcc-02 §5.5).
const BACK_OFF: f64 = 0.85;
/// Growth in a second while the limit is unknown.
const GROWTH: f64 = 1.08;
/// A packet for each response time while the limit is near.
const PACKET_BITS: f64 = 9_600.0;
const LEAST_STEP: f64 = 4_000.0;
/// Weight of a new sample in the memory of the limit, and the bounds of its relative spread, in kbit/s.
const LEARNING: f64 = 0.05;
const SPREAD: (f64, f64) = (0.4, 2.5);

#[derive(Debug)]
pub(super) struct Aimd {
    bps: f64,
    growing: bool,
    /// Where over-use was seen last: mean and spread in kbit/s.
    near: Option<(f64, f64)>,
    at: u64,
    fell_at: Option<u64>,
}

/// What an update needs to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) usage: Usage,
    /// What arrived lately.
    pub(super) acked: Option<f64>,
    pub(super) round_trip_us: u64,
    /// How far the rate may grow beyond what has been seen to arrive.
    pub(super) reach: f64,
}

impl Aimd {
    pub(super) fn new(now: u64, bps: f64) -> Self {
        Self { bps, growing: false, near: None, at: now, fell_at: None }
    }

    pub(super) fn bps(&self) -> f64 {
        self.bps
    }

    pub(super) fn fell_at(&self) -> Option<u64> {
        self.fell_at
    }

    pub(super) fn update(&mut self, now: u64, seen: &Seen) {
        let elapsed = now.saturating_sub(self.at).min(1_000_000) as f64 / 1e6;
        self.at = now;
        match seen.usage {
            Usage::Under => self.growing = false,
            Usage::Over => self.decrease(now, seen),
            // The first update after an alarm only holds.
            Usage::Normal if !self.growing => self.growing = true,
            Usage::Normal => self.increase(elapsed, seen),
        }
    }

    /// It has been seen that the line carries this.
    pub(super) fn lift(&mut self, bps: f64) {
        self.bps = self.bps.max(bps);
    }

    pub(super) fn limit(&mut self, now: u64, bps: f64) {
        if bps < self.bps {
            (self.bps, self.fell_at, self.growing) = (bps, Some(now), false);
        }
    }

    fn decrease(&mut self, now: u64, seen: &Seen) {
        self.growing = false;
        let arrived = seen.acked.unwrap_or(self.bps);
        // What was changed shows after a round trip, in the feedback after that.
        let response = seen.round_trip_us + 150_000;
        let waits = self.fell_at.is_some_and(|at| now < at + response);
        if waits && arrived > self.bps / 2.0 {
            return;
        }
        let kbps = arrived / 1000.0;
        if self.low().is_some_and(|low| kbps < low) {
            self.near = None;
        }
        self.near = Some(match self.near {
            None => (kbps, SPREAD.0),
            Some((mean, spread)) => {
                let mean_now = mean + LEARNING * (kbps - mean);
                let error = (mean_now - kbps) * (mean_now - kbps) / mean_now.max(1.0);
                (mean_now, (spread + LEARNING * (error - spread)).clamp(SPREAD.0, SPREAD.1))
            }
        });
        self.limit(now, BACK_OFF * arrived);
        self.fell_at = Some(now);
    }

    fn increase(&mut self, elapsed: f64, seen: &Seen) {
        let Some(arrived) = seen.acked else { return };
        if self.high().is_some_and(|high| arrived / 1000.0 > high) {
            self.near = None;
        }
        let grown = if self.near.is_some() {
            let response = (seen.round_trip_us + 100_000) as f64 / 1e6;
            self.bps + (PACKET_BITS / response).max(LEAST_STEP) * elapsed
        } else {
            self.bps * GROWTH.powf(elapsed) + 1000.0 * elapsed
        };
        let most = seen.reach * arrived + 10_000.0;
        self.bps = self.bps.max(grown.min(most));
    }

    fn low(&self) -> Option<f64> {
        self.near.map(|(mean, spread)| mean - 3.0 * (spread * mean).sqrt())
    }

    fn high(&self) -> Option<f64> {
        self.near.map(|(mean, spread)| mean + 3.0 * (spread * mean).sqrt())
    }
}
