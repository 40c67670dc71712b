//! What the line towards one receiver carries, from what the receiver tells about each packet.
//!
//! Google congestion control (Carlucci et al. 2017, draft-ietf-rmcat-gcc-02) with a loss bound of our own. Everything is done
//! once for a feedback message; a packet costs a few additions.

mod aimd;
mod arrival;
mod loss;
mod queue;
mod rate;
#[cfg(test)]
mod tests;
mod trend;

pub(crate) use rate::Rate;

use aimd::{Aimd, Seen};
use arrival::Groups;
use loss::LossBound;
use queue::Queue;
use std::time::Duration;
use trend::{Trend, Usage};

/// Believed of a line that nothing is known of: sound and a picture of middle size.
pub(crate) const START_BPS: u64 = 1_000_000;
/// Sound goes out whatever the line; a lower estimate would say nothing.
const LEAST_BPS: f64 = 30_000.0;
/// Half a second: shorter, and a frame more or less would show.
const ACKED_WINDOW: Duration = Duration::from_millis(512);
const ACKED_LATELY: Duration = Duration::from_millis(200);
/// A queue shorter than this is none, when it stays so for a while.
const CLEAR_QUEUE_US: f64 = 40_000.0;
const CLEAR_AFTER_US: u64 = 250_000;
/// A queue that sound cannot wait in.
const LONG_QUEUE_US: f64 = 150_000.0;
const BORNE_LOSS: f64 = 0.05;
/// Sound is in danger for so long after much was lost at once.
const COLLAPSE_US: u64 = 500_000;
/// Without feedback for so long the rate is halved, and again every second. A way that changed is found by the client's
/// next check, which is 2.5 s away in browsers.
const SILENCE_US: u64 = 4_000_000;
const HALVED_EVERY_US: u64 = 1_000_000;
/// Feedback counts time in 64 ms, with 24 bits.
const REFERENCE_US: i64 = 64_000;

#[derive(Debug)]
pub(crate) struct Estimate {
    groups: Groups,
    trend: Trend,
    aimd: Aimd,
    loss: LossBound,
    /// By the receiver's clock.
    acked: Rate,
    /// The same over a shorter time: what a line carries that has just become full.
    acked_lately: Rate,
    clock: Option<(u32, i64)>,
    newest_arrival: i64,
    queue: Queue,
    over: bool,
    clear_since: Option<u64>,
    heard_at: u64,
    halved_at: u64,
}

/// How the line is, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub(crate) bps: u64,
    /// The line has been seen to be full: `bps` is a limit, not only what was tried so far.
    pub(crate) limited: bool,
    /// No queue and no more loss than the line has by itself.
    pub(crate) clear: bool,
    /// More would only make a queue longer in which sound comes late.
    pub(crate) queued: bool,
    /// Sound is in danger.
    pub(crate) severe: bool,
}

impl View {
    /// Before anything was heard.
    pub(crate) const START: Self = Self { bps: START_BPS, limited: false, clear: true, queued: false, severe: false };
}

/// A packet that arrived; sent by our clock, arrived by the receiver's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrived {
    pub(crate) sent: u64,
    pub(crate) at: i64,
    pub(crate) bytes: usize,
}

impl Estimate {
    pub(crate) fn new(now: u64) -> Self {
        Self {
            groups: Groups::default(),
            trend: Trend::new(),
            aimd: Aimd::new(now, START_BPS as f64),
            loss: LossBound::default(),
            acked: Rate::over(ACKED_WINDOW),
            acked_lately: Rate::over(ACKED_LATELY),
            clock: None,
            newest_arrival: 0,
            queue: Queue::default(),
            over: false,
            clear_since: None,
            heard_at: now,
            halved_at: now,
        }
    }

    /// The reference time of a feedback message on a clock that does not wrap.
    pub(crate) fn unwrap(&mut self, reference: u32) -> i64 {
        let at = match self.clock {
            None => i64::from(reference) * REFERENCE_US,
            // The difference has 24 bits too; moved up, its sign is where it belongs.
            Some((before, at)) => at + i64::from((reference.wrapping_sub(before) << 8) as i32 >> 8) * REFERENCE_US,
        };
        self.clock = Some((reference, at));
        at
    }

    pub(crate) fn arrived(&mut self, now: u64, packet: Arrived) {
        self.acked.add(packet.at.max(0) as u64, packet.bytes);
        self.acked_lately.add(packet.at.max(0) as u64, packet.bytes);
        self.newest_arrival = self.newest_arrival.max(packet.at);
        self.loss.take((packet.sent, packet.sent), packet.bytes, 1, 0);
        if let Some(step) = self.groups.take(packet.sent as i64, packet.at) {
            self.trend.take(step);
            self.queue.take(now, step.transit, step.whole);
        }
    }

    pub(crate) fn lost(&mut self, sent: u64, bytes: usize) {
        self.loss.take((sent, sent), bytes, 1, 1);
    }

    /// A packet that had been told lost came after all.
    pub(crate) fn came_late(&mut self, bytes: usize) {
        self.loss.came_late(bytes);
    }

    /// A feedback message was read whole. `reach` is how far the rate may grow beyond what is seen to arrive.
    pub(crate) fn conclude(&mut self, now: u64, round_trip: Duration, reach: f64) {
        self.heard_at = now;
        let acked = self.acked_bps().map(|bps| bps as f64);
        let usage = match self.trend.usage() {
            _ if self.queue.grew() => Usage::Over,
            Usage::Over if !self.queue.shows() => Usage::Normal,
            usage => usage,
        };
        self.over = usage == Usage::Over;
        let lately = self.acked_lately.bps(self.newest_arrival.max(0) as u64).map(|bps| bps as f64);
        let acked = if self.over { lately.or(acked) } else { acked };
        let round_trip_us = round_trip.as_micros() as u64;
        self.aimd.update(now, &Seen { usage, acked, round_trip_us, reach });
        if self.aimd.fell_at() == Some(now) {
            self.loss.begin_anew(now);
        }
        self.loss.conclude(now, self.aimd.bps());
        if self.loss.collapsed_at() == Some(now)
            && let Some(bound) = self.loss.bound()
        {
            self.aimd.limit(now, bound);
        }
        let calm = usage != Usage::Over && self.queue.us() < CLEAR_QUEUE_US && self.loss.excess() < BORNE_LOSS;
        if calm {
            let since = *self.clear_since.get_or_insert(now);
            if let Some(acked) = acked.filter(|_| now >= since + CLEAR_AFTER_US) {
                self.lift(acked);
            }
        } else {
            self.clear_since = None;
        }
        if self.aimd.bps() < LEAST_BPS {
            self.aimd.lift(LEAST_BPS);
        }
    }

    /// Nothing was heard for longer than a full line would explain: what was lost says nothing of the rate.
    pub(crate) fn begin_after_outage(&mut self, now: u64) {
        self.loss.begin_anew(now);
        (self.groups, self.trend, self.queue) = (Groups::default(), Trend::new(), Queue::default());
    }

    /// Loss told by receiver reports, of what was sent between two moments.
    pub(crate) fn reported(&mut self, now: u64, span: (u64, u64), bytes: usize, (packets, lost): (u32, u32)) {
        self.heard_at = now;
        self.loss.take(span, bytes, packets, lost);
        self.loss.conclude(now, self.aimd.bps());
    }

    /// From now on only losses are told: what is known of a full line is kept.
    pub(crate) fn fall_back(&mut self) {
        if self.aimd.fell_at().is_some() {
            self.loss.limit(self.aimd.bps());
        }
    }

    /// Packets are on their way and nobody says what became of them.
    pub(crate) fn silence(&mut self, now: u64, waiting_since: u64, round_trip: Duration) {
        let patience = SILENCE_US + 2 * round_trip.as_micros() as u64;
        if now >= waiting_since + patience && now >= self.halved_at + HALVED_EVERY_US {
            self.halved_at = now;
            self.clear_since = None;
            let half = (self.bps() as f64 / 2.0).max(LEAST_BPS);
            self.aimd.limit(now, half);
        }
    }

    /// The line was seen to carry this.
    pub(crate) fn lift(&mut self, bps: f64) {
        self.aimd.lift(bps);
        self.loss.lift(bps);
    }

    pub(crate) fn bps(&self) -> u64 {
        self.loss.bound().map_or(self.aimd.bps(), |bound| bound.min(self.aimd.bps())).max(LEAST_BPS) as u64
    }

    /// What the losses alone say, of receivers that tell nothing else.
    pub(crate) fn view_by_loss(&self, now: u64) -> Option<View> {
        let bps = self.loss.bound()?.max(LEAST_BPS) as u64;
        let clear = self.loss.excess() < BORNE_LOSS;
        Some(View { bps, limited: true, clear, queued: false, severe: self.has_collapsed(now) })
    }

    pub(crate) fn view(&self, now: u64) -> View {
        View {
            bps: self.bps(),
            limited: self.aimd.fell_at().is_some() || self.loss.bound().is_some(),
            clear: self.clear_since.is_some_and(|since| now >= since + CLEAR_AFTER_US),
            queued: self.queue.us() > LONG_QUEUE_US,
            severe: self.queue.us() > LONG_QUEUE_US || self.has_collapsed(now),
        }
    }

    fn has_collapsed(&self, now: u64) -> bool {
        self.loss.collapsed_at().is_some_and(|at| now < at + COLLAPSE_US)
    }

    pub(crate) fn acked_bps(&self) -> Option<u64> {
        self.acked.bps(self.newest_arrival.max(0) as u64)
    }

    pub(crate) fn loss_share(&self) -> f64 {
        self.loss.share()
    }

    /// What the line loses whatever is sent.
    pub(crate) fn own_loss(&self) -> f64 {
        self.loss.own()
    }

    pub(crate) fn queue_us(&self) -> f64 {
        self.queue.us()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over
    }
}
