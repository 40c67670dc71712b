//! The line towards one receiver: what it is believed to carry, what is tried, and which step of the ladder it is on.

use super::check::LineCheck;
use super::estimate::{Arrived, Estimate, View};
use super::ladder::Ladder;
use super::probe::{Probe, Stand};
use std::time::Duration;

/// A receiver that agreed to transport feedback and sends none within this time of media will not.
const FEEDBACK_PATIENCE_US: u64 = 2_000_000;
/// Receivers of a full line still get something, and tell it no later than this after two round trips.
const OUTAGE_US: u64 = 700_000;
/// How far the estimate may grow beyond what arrives: little where a try can show more, further where nothing else can.
const REACH: f64 = 1.2;
const REACH_WITHOUT_TRIES: f64 = 1.5;

#[derive(Debug)]
pub(crate) struct Downlink {
    pub(crate) estimate: Estimate,
    pub(crate) probe: Probe,
    pub(crate) ladder: Ladder,
    /// Somebody tries the line before coming in.
    pub(crate) check: Option<Box<LineCheck>>,
    /// Transport feedback was agreed on.
    pub(crate) promised: bool,
    /// Padding can be sent: the receiver takes repairs on an SSRC of their own.
    pub(crate) can_try: bool,
    /// Something is held back, or about to be told: it has to be looked at often.
    pub(crate) restless: bool,
    heard: Heard,
    began: Option<u64>,
    /// First packet that went out after the last feedback.
    unanswered_since: Option<u64>,
    told_loss: u16,
    reported_at: Option<u64>,
}

/// What the receiver tells about its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    Transport,
    Reports,
}

impl Downlink {
    pub(crate) fn new(now: u64) -> Self {
        Self {
            estimate: Estimate::new(now),
            probe: Probe::default(),
            ladder: Ladder::default(),
            check: None,
            promised: false,
            can_try: false,
            restless: false,
            heard: Heard::Nothing,
            began: None,
            unanswered_since: None,
            told_loss: 0,
            reported_at: None,
        }
    }

    /// `None`: nothing limits it as far as is known.
    pub(crate) fn view(&self, now: u64) -> Option<View> {
        let waits = self.began.is_none_or(|began| now < began + FEEDBACK_PATIENCE_US);
        match self.heard {
            Heard::Transport => Some(self.estimate.view(now)),
            _ if self.promised && waits => Some(View::START),
            _ => self.estimate.view_by_loss(now),
        }
    }

    pub(crate) fn measured_bps(&self, now: u64) -> Option<u64> {
        self.view(now).filter(|_| self.heard != Heard::Nothing).map(|view| view.bps)
    }

    pub(crate) fn has_heard_transport(&self) -> bool {
        self.heard == Heard::Transport
    }

    pub(crate) fn loss_permille(&self) -> u16 {
        match self.heard {
            Heard::Transport => (self.estimate.loss_share() * 1000.0) as u16,
            _ => self.told_loss,
        }
    }

    pub(crate) fn tries(&self) -> bool {
        self.can_try && self.heard == Heard::Transport
    }

    pub(crate) fn sent(&mut self, now: u64) {
        if self.unanswered_since.is_none() {
            self.unanswered_since = Some(now);
            self.began.get_or_insert(now);
        }
    }

    /// A feedback message begins; gives the moment that its times count from.
    pub(crate) fn begin_feedback(&mut self, now: u64, round_trip: Duration, reference: u32) -> i64 {
        let outage = OUTAGE_US + 2 * round_trip.as_micros() as u64;
        if self.unanswered_since.is_some_and(|since| now >= since + outage) {
            self.estimate.begin_after_outage(now);
            self.probe.forget(now);
        }
        (self.heard, self.unanswered_since) = (Heard::Transport, None);
        self.estimate.unwrap(reference)
    }

    pub(crate) fn arrived(&mut self, now: u64, index: u64, packet: Arrived) {
        self.estimate.arrived(now, packet);
        self.probe.arrived(index, packet);
        if let Some(check) = &mut self.check {
            check.arrived(packet);
        }
    }

    pub(crate) fn lost(&mut self, index: u64, sent: u64, bytes: usize) {
        self.estimate.lost(sent, bytes);
        self.probe.lost(index);
        if let Some(check) = &mut self.check {
            check.lost(sent);
        }
    }

    pub(crate) fn end_feedback(&mut self, stand: Stand, round_trip: Duration) {
        let reach = if self.can_try { REACH } else { REACH_WITHOUT_TRIES };
        if let Some(check) = &mut self.check {
            check.heard(stand.now);
        }
        self.estimate.conclude(stand.now, round_trip, reach);
        self.probe.conclude(stand, round_trip, &mut self.estimate);
    }

    pub(crate) fn start_try(&mut self, stand: Stand, bps: u64) {
        self.probe.start(stand, bps, &self.estimate);
    }

    /// Whether reports are all there is. Who tells what was lost and nothing of when it came is no dead line: it has ceased
    /// to send the better feedback.
    fn falls_back(&mut self, now: u64, round_trip: Duration) -> bool {
        if self.heard != Heard::Transport {
            return true;
        }
        let patience = FEEDBACK_PATIENCE_US + 2 * round_trip.as_micros() as u64;
        if self.unanswered_since.is_none_or(|since| now < since + patience) {
            return false;
        }
        // This first report may be of the time before.
        (self.heard, self.reported_at) = (Heard::Reports, Some(now));
        self.estimate.fall_back();
        self.probe.forget(now);
        false
    }

    /// Bytes of padding that should go out now.
    pub(crate) fn padding_due(&mut self, stand: Stand) -> u64 {
        let tried = self.probe.due(stand);
        let view = self.view(stand.now);
        let checked = self.check.as_mut().map_or(0, |check| check.due(stand, view, self.unanswered_since));
        tried.max(checked)
    }

    pub(crate) fn is_padded(&self) -> bool {
        self.probe.is_running() || self.check.as_ref().is_some_and(|check| check.is_running())
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, stand: Stand, round_trip: Duration) {
        if let (Heard::Transport, Some(since)) = (self.heard, self.unanswered_since) {
            self.estimate.silence(stand.now, since, round_trip);
        }
        self.probe.conclude(stand, round_trip, &mut self.estimate);
    }

    /// Losses told by a receiver report, of so many packets; only where there is nothing better.
    pub(crate) fn reported(&mut self, now: u64, round_trip: Duration, bytes: usize, (packets, lost): (u32, u32)) {
        if packets == 0 || !self.falls_back(now, round_trip) {
            return;
        }
        self.heard = Heard::Reports;
        let since = self.reported_at.replace(now).unwrap_or(now.saturating_sub(1_000_000));
        self.estimate.reported(now, (since, now), bytes, (packets, lost));
        let share = (u64::from(lost) * 1000 / u64::from(packets)).min(1000) as u16;
        self.told_loss = (self.told_loss + share).div_ceil(2);
    }
}
