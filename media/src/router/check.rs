//! A line check: padding fills the line of a receiver that gets no lesson, as far as the line carries it, and what became of
//! it is counted.
//!
//! What the line carries is the estimate that would share it out in a lesson: no figure here is better than those.

use super::Router;
use super::estimate::{Arrived, View};
use super::event::RouterError;
use super::probe::Stand;
use crate::ids::PeerId;
use std::time::{Duration, Instant};

/// Doubling from the first rate to 2 Mbit/s takes a third of it; the rest shows whether it stays.
const LASTS_US: u64 = 6_000_000;
/// Sound and the smallest picture are a little more.
const FIRST_BPS: f64 = 100_000.0;
const DOUBLES_US: f64 = 500_000.0;
/// What goes on while the line has a queue or the receiver says nothing: without it nothing would tell when that is over.
const LEAST_BPS: f64 = 30_000.0;
/// Below the estimate, so that losses are the line's own and not those of a queue that is full.
const OF_ESTIMATE: f64 = 0.95;
/// After the line was first seen full its queue empties.
const SETTLES_US: u64 = 1_000_000;
/// Receivers send feedback at least four times a second.
const SILENCE_US: u64 = 700_000;
const MOST_CREDIT: f64 = 12_000.0;
/// Fewer packets say nothing about losses.
const ENOUGH_PACKETS: u64 = 50;
/// RFC 3550 §6.4.1: the jitter is a mean over about so many packets.
const JITTER_OVER: f64 = 16.0;
const ROUND_TRIP_OVER: f64 = 8.0;

/// What a check has found so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedLine {
    /// All was sent that was to be.
    pub over: bool,
    /// What the line is believed to carry; `None` while the receiver has said nothing.
    pub estimate_bps: Option<u64>,
    /// The line was seen to be full: it carries no more than this.
    pub limited: bool,
    /// Of what was sent while the rate was steady.
    pub loss_permille: Option<u16>,
    /// RFC 3550 §6.4.1, from the receiver's times of arrival.
    pub jitter: Option<Duration>,
    /// From sending to the feedback about it, the queue of a filled line included.
    pub round_trip: Option<Duration>,
}

#[derive(Debug)]
pub(crate) struct LineCheck {
    most: f64,
    began: u64,
    over: bool,
    /// Bytes that may go out, and when that and what had been sent were reckoned up.
    credit: f64,
    at: u64,
    sent: u64,
    /// From when on losses and delays are those of the line and not of the way up.
    steady_since: Option<u64>,
    /// Sum and number of the estimates of a line that was seen full: by itself an estimate swings around what there is.
    limits: (f64, u32),
    packets: u64,
    lost: u64,
    before: Option<Arrived>,
    jitter_us: Option<f64>,
    /// The newest packet of the feedback that is being read.
    newest: Option<u64>,
    round_trip_us: Option<f64>,
}

impl LineCheck {
    pub(crate) fn new(stand: Stand, most_bps: u64) -> Self {
        Self {
            most: most_bps as f64,
            began: stand.now,
            over: false,
            credit: 0.0,
            at: stand.now,
            sent: stand.sent,
            steady_since: None,
            limits: (0.0, 0),
            packets: 0,
            lost: 0,
            before: None,
            jitter_us: None,
            newest: None,
            round_trip_us: None,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.over
    }

    /// Bytes of padding that should go out now. Feedback was last missed at `unanswered_since`.
    pub(crate) fn due(&mut self, stand: Stand, view: Option<View>, unanswered_since: Option<u64>) -> u64 {
        self.over |= stand.now >= self.began + LASTS_US;
        if self.over {
            return 0;
        }
        let silent = unanswered_since.is_some_and(|since| stand.now >= since + SILENCE_US);
        let earned = self.rate(stand.now, view, silent) * (stand.now - self.at) as f64 / 8e6;
        let spent = (stand.sent - self.sent) as f64;
        (self.at, self.sent) = (stand.now, stand.sent);
        self.credit = (self.credit + earned - spent).clamp(-MOST_CREDIT, MOST_CREDIT);
        self.credit.max(0.0) as u64
    }

    fn rate(&mut self, now: u64, view: Option<View>, silent: bool) -> f64 {
        let view = view.unwrap_or(View::START);
        if view.limited && now >= *self.steady_since.get_or_insert(now + SETTLES_US) {
            self.limits = (self.limits.0 + view.bps as f64, self.limits.1 + 1);
        }
        if silent || view.queued {
            return LEAST_BPS;
        }
        if view.limited {
            return (OF_ESTIMATE * view.bps as f64).min(self.most);
        }
        let risen = FIRST_BPS * ((now - self.began) as f64 / DOUBLES_US).exp2();
        if risen >= self.most {
            self.steady_since.get_or_insert(now);
        }
        risen.min(self.most)
    }

    pub(crate) fn arrived(&mut self, packet: Arrived) {
        self.newest = self.newest.max(Some(packet.sent));
        if !self.is_steady(packet.sent) {
            return;
        }
        self.packets += 1;
        if let Some(before) = self.before.replace(packet) {
            let longer = (packet.at - before.at) - (packet.sent as i64 - before.sent as i64);
            blend(&mut self.jitter_us, longer.unsigned_abs() as f64, JITTER_OVER);
        }
    }

    pub(crate) fn lost(&mut self, sent: u64) {
        if self.is_steady(sent) {
            (self.packets, self.lost) = (self.packets + 1, self.lost + 1);
        }
    }

    /// A feedback message was read whole.
    pub(crate) fn heard(&mut self, now: u64) {
        if let Some(sent) = self.newest.take().filter(|sent| self.is_steady(*sent)) {
            blend(&mut self.round_trip_us, now.saturating_sub(sent) as f64, ROUND_TRIP_OVER);
        }
    }

    fn is_steady(&self, sent: u64) -> bool {
        self.steady_since.is_some_and(|since| sent >= since)
    }

    pub(crate) fn found(&self, view: Option<View>) -> CheckedLine {
        let enough = self.packets >= ENOUGH_PACKETS;
        let micros = |us: f64| Duration::from_micros(us as u64);
        let limits = self.limits;
        let mean = (limits.1 > 0).then(|| (limits.0 / f64::from(limits.1)) as u64);
        CheckedLine {
            over: self.over,
            estimate_bps: view.map(|view| mean.unwrap_or(view.bps).min(self.most as u64)),
            limited: view.is_some_and(|view| view.limited && (view.bps as f64) < self.most),
            loss_permille: enough.then(|| (self.lost * 1000 / self.packets.max(1)) as u16),
            jitter: self.jitter_us.filter(|_| enough).map(micros),
            round_trip: self.round_trip_us.map(micros),
        }
    }
}

fn blend(mean: &mut Option<f64>, sample: f64, over: f64) {
    *mean = Some(mean.map_or(sample, |mean| mean + (sample - mean) / over));
}

impl Router {
    /// Begins to fill the line of a peer that gets nothing else, up to `most_bps`, for 6 s. Nothing begins for a peer that
    /// takes no padding or tells nothing of what arrives.
    ///
    /// # Errors
    /// When there is no such peer.
    pub fn check_line(&mut self, now: Instant, id: PeerId, most_bps: u64) -> Result<(), RouterError> {
        let key = *self.ids.get(&id).ok_or(RouterError::NoSuchPeer)?;
        let outgoing = &mut self.peers[key].outgoing;
        if outgoing.downlink.can_try {
            let stand = outgoing.stand(outgoing.micros(now));
            outgoing.downlink.check = Some(Box::new(LineCheck::new(stand, most_bps)));
            self.attend(now, key);
        }
        Ok(())
    }

    /// What the check of a peer's line has found; `None` where none was begun.
    #[must_use]
    pub fn checked_line(&self, id: PeerId, now: Instant) -> Option<CheckedLine> {
        let outgoing = &self.peers[*self.ids.get(&id)?].outgoing;
        let downlink = &outgoing.downlink;
        let view = downlink.view(outgoing.micros(now)).filter(|_| downlink.has_heard_transport());
        Some(downlink.check.as_ref()?.found(view))
    }
}
