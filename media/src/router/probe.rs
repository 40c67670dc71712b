//! Trying whether the line carries more: for a moment so much is sent as the next step of the ladder would need.
//!
//! A try lasts long enough to see queues grow, and ends at the first sign of it. Short bursts are cheaper, but token
//! buckets and radio links let them pass far above what they carry: so a short taste comes first, which on a full line makes a
//! queue that sound can wait in, and only when that arrived as it was sent the try itself.

use super::estimate::{Arrived, Estimate};
use super::ladder::{NARROW_BPS, Tries, Try};
use std::time::Duration;

/// Some feedback messages and frames long.
const LENGTH_US: u64 = 400_000;
/// The taste lasts no longer than a full line would take to have such a queue.
const TASTE_QUEUE_US: f64 = 70_000.0;
const TASTE_US: (f64, f64) = (50_000.0, 160_000.0);
/// Less than this of the taste must not arrive in the same time: jitter weighs more in it.
const TASTED: f64 = 0.75;
/// A queue that grew by this ends the try; on a narrow line it empties slowly.
const QUEUE_US: f64 = 50_000.0;
const NARROW_QUEUE_US: f64 = 30_000.0;
/// Loss above the line's own that ends it.
const LOSS: f64 = 0.08;
const FEWEST_LOST: u32 = 4;
/// Less than this of what was sent must not arrive in the same time.
const CARRIED: f64 = 0.85;
/// What arrived over a full line is believed after this.
const BELIEVED_US: i64 = 100_000;
/// So much of the measured rate of a full line is used.
const OF_FULL: f64 = 0.85;
/// Wait after a failed try; the last again and again. A line that got well is found within the last.
const PAUSES_US: [u64; 4] = [1_000_000, 2_000_000, 4_000_000, 6_000_000];
/// Feedback may take so long beyond the round trip.
const PATIENCE_US: u64 = 300_000;
/// Between tries that repeat a success.
const CONFIRM_US: u64 = 1_500_000;
const MOST_CREDIT: f64 = 12_000.0;

#[derive(Debug, Default)]
pub(crate) struct Probe {
    run: Option<Run>,
    failures: usize,
    not_before: u64,
    /// Successful tries in a row with about the same rate or more, the lowest of those rates, and when the last was.
    passed: u32,
    passed_bps: u64,
    passed_at: u64,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    target: f64,
    /// The try comes after it.
    is_taste: bool,
    until: u64,
    /// Bytes that may still go out, and when that was reckoned up.
    credit: f64,
    at: u64,
    /// Everything that had been sent to the receiver by then.
    sent: u64,
    /// Transport-wide numbers: of the first packet, and after the last.
    first: u64,
    end: Option<u64>,
    queue_us: f64,
    bytes: u64,
    first_bytes: u64,
    packets: u32,
    lost: u32,
    arrived: Option<(i64, i64)>,
    told: u64,
}

/// The numbers of the transport at the moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stand {
    pub(crate) now: u64,
    /// Bytes sent so far, padding included.
    pub(crate) sent: u64,
    pub(crate) next: u64,
}

impl Probe {
    pub(crate) fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.end.is_none())
    }

    pub(crate) fn may_start(&self, now: u64, wanted: Try) -> bool {
        let pause = if wanted.confirms { CONFIRM_US } else { 0 };
        self.run.is_none() && now >= self.not_before && now >= self.passed_at + pause
    }

    pub(crate) fn tries(&self) -> Tries {
        Tries { failed: self.failures > 0, passed: self.passed, bps: self.passed_bps }
    }

    pub(crate) fn start(&mut self, stand: Stand, bps: u64, estimate: &Estimate) {
        self.run = Some(Run::new(stand, bps as f64, true, estimate));
    }

    /// Bytes of padding that should go out now.
    pub(crate) fn due(&mut self, stand: Stand) -> u64 {
        let Some(run) = self.run.as_mut().filter(|run| run.end.is_none()) else { return 0 };
        if stand.now >= run.until {
            run.end = Some(stand.next);
            return 0;
        }
        let earned = run.target * (stand.now - run.at) as f64 / 8e6;
        let spent = (stand.sent - run.sent) as f64;
        (run.at, run.sent) = (stand.now, stand.sent);
        run.credit = (run.credit + earned - spent).clamp(-MOST_CREDIT, MOST_CREDIT);
        run.credit.max(0.0) as u64
    }

    pub(crate) fn arrived(&mut self, index: u64, packet: Arrived) {
        let Some(run) = self.run.as_mut().filter(|run| run.covers(index)) else { return };
        (run.packets, run.bytes) = (run.packets + 1, run.bytes + packet.bytes as u64);
        run.told = run.told.max(index + 1);
        run.arrived = Some(match run.arrived {
            None => {
                run.first_bytes = packet.bytes as u64;
                (packet.at, packet.at)
            }
            Some((first, last)) => (first.min(packet.at), last.max(packet.at)),
        });
    }

    pub(crate) fn lost(&mut self, index: u64) {
        if let Some(run) = self.run.as_mut().filter(|run| run.covers(index)) {
            (run.packets, run.lost) = (run.packets + 1, run.lost + 1);
            run.told = run.told.max(index + 1);
        }
    }

    /// After each feedback message, and when none comes.
    pub(crate) fn conclude(&mut self, stand: Stand, round_trip: Duration, estimate: &mut Estimate) {
        let Some(run) = &self.run else { return };
        let patience = round_trip.as_micros() as u64 + PATIENCE_US;
        let passed = if run.is_hurting(estimate) {
            run.measured().filter(|_| run.span() >= BELIEVED_US).inspect(|bps| estimate.lift(OF_FULL * bps));
            false
        } else if run.end.is_some_and(|end| run.told >= end) {
            run.measured().is_some_and(|bps| bps >= run.carried() * run.target)
        } else if stand.now >= run.until + patience {
            false
        } else {
            return;
        };
        let (is_taste, target, measured) = (run.is_taste, run.target, run.measured());
        self.run = None;
        if !passed {
            self.fail(stand.now);
        } else if is_taste {
            self.run = Some(Run::new(stand, target, false, estimate));
        } else {
            // What the media and the padding made up together, where that was less than wished.
            measured.inspect(|bps| estimate.lift(bps.min(target)));
            self.pass(stand.now, target as u64);
        }
    }

    fn pass(&mut self, now: u64, target: u64) {
        let further = self.passed == 0 || target > self.passed_bps + self.passed_bps / 8;
        (self.passed, self.passed_bps) =
            if further { (1, target) } else { (self.passed + 1, self.passed_bps.min(target)) };
        (self.failures, self.passed_at) = (0, now);
    }

    /// The line gave way by itself: nothing that was shown before counts any more.
    pub(crate) fn forget(&mut self, now: u64) {
        self.run = None;
        (self.passed, self.failures) = (0, 0);
        self.not_before = now + PAUSES_US[1];
    }

    fn fail(&mut self, now: u64) {
        self.not_before = now + PAUSES_US[self.failures.min(PAUSES_US.len() - 1)];
        (self.failures, self.passed) = (self.failures + 1, 0);
    }
}

impl Run {
    fn new(stand: Stand, target: f64, is_taste: bool, estimate: &Estimate) -> Self {
        let length = if is_taste {
            let (known, most) = (estimate.bps() as f64, TASTE_US.1);
            (TASTE_QUEUE_US * known / (target - known).max(1.0)).clamp(TASTE_US.0, most) as u64
        } else {
            LENGTH_US
        };
        Self {
            target,
            is_taste,
            until: stand.now + length,
            credit: 0.0,
            at: stand.now,
            sent: stand.sent,
            first: stand.next,
            end: None,
            queue_us: estimate.queue_us(),
            bytes: 0,
            first_bytes: 0,
            packets: 0,
            lost: 0,
            arrived: None,
            told: stand.next,
        }
    }

    fn carried(&self) -> f64 {
        if self.is_taste { TASTED } else { CARRIED }
    }

    fn covers(&self, index: u64) -> bool {
        index >= self.first && self.end.is_none_or(|end| index < end)
    }

    fn is_hurting(&self, estimate: &Estimate) -> bool {
        let lost = f64::from(self.lost) / f64::from(self.packets.max(1));
        estimate.is_over()
            || estimate.queue_us()
                > self.queue_us + if self.target < 2.0 * NARROW_BPS as f64 { NARROW_QUEUE_US } else { QUEUE_US }
            || (self.lost >= FEWEST_LOST && lost > estimate.own_loss() + LOSS)
    }

    fn span(&self) -> i64 {
        self.arrived.map_or(0, |(first, last)| last - first)
    }

    fn measured(&self) -> Option<f64> {
        let span = self.span();
        (span > 0).then(|| (self.bytes - self.first_bytes) as f64 * 8e6 / span as f64)
    }
}
