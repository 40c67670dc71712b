//! How the lines fare: the shards are asked every few seconds, for the hosts, the ledger and the metrics.

use super::media::PeerFigures;
use super::registry::Inner;
use super::session::SessionHandle;
use crate::domain::SessionId;
use lectern_media::ids::{LineStep, PeerId};
use std::collections::HashMap;
use std::sync::Weak;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// A host sees a line go bad within this time.
const LINES: Duration = Duration::from_secs(3);
/// How often it is recorded who is there and what was delivered: every 15 s.
const ROUNDS_TO_CHECKPOINT: u32 = 5;
/// A shard that takes longer for its figures has none this time.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for as long as the registry lives.
pub(super) async fn watch(inner: Weak<Inner>) {
    let mut ticks = tokio::time::interval(LINES);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once.
    ticks.tick().await;
    for round in 1_u32.. {
        ticks.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let checkpoint = round.is_multiple_of(ROUNDS_TO_CHECKPOINT);
        let sessions = inner.placed();
        if checkpoint || sessions.iter().any(|(session, _)| session.has_host()) {
            take(&inner, sessions, checkpoint).await;
        }
    }
}

async fn take(inner: &Inner, sessions: Vec<(SessionHandle, usize)>, checkpoint: bool) {
    let mut by_session: HashMap<SessionId, HashMap<PeerId, PeerFigures>> = HashMap::new();
    let mut silent = vec![false; inner.planes.len()];
    let mut tally = LineTally::default();
    for (number, plane) in inner.planes.iter().enumerate() {
        let Ok(Ok(figures)) = tokio::time::timeout(PATIENCE, plane.figures()).await else {
            tracing::warn!(shard = number, "the media plane gave no figures");
            silent[number] = true;
            continue;
        };
        figures.values().for_each(|peer| tally.observe(peer));
        inner.index.by_session(figures, |session, peer, figures| {
            by_session.entry(session.id()).or_default().insert(peer, figures);
        });
    }
    if checkpoint {
        inner.add_lines(tally);
    }
    for (session, plane) in sessions {
        if checkpoint || session.has_host() {
            let figures = (!silent[plane]).then(|| by_session.remove(&session.id()).unwrap_or_default());
            session.figures(figures, checkpoint);
        }
    }
}

/// How the lines of all Peers fared, for metrics: distributions since the start, one observation per connected Peer and
/// 15 s, and the steps of the last round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineTally {
    /// Packets lost towards the client and from it, in thousandths.
    pub loss_permille: Distribution,
    pub uplink_loss_permille: Distribution,
    pub round_trip_ms: Distribution,
    pub estimate_kbps: Distribution,
    pub sent_kbps: Distribution,
    pub received_kbps: Distribution,
    /// Receivers on each step of the ladder, from everything to sound only.
    pub steps: [u64; 4],
    /// Of all Peers together, now.
    pub sent_bps: u64,
    pub received_bps: u64,
}

impl Default for LineTally {
    fn default() -> Self {
        const LOSS: &[u64] = &[0, 5, 10, 20, 50, 100, 200, 500];
        const KBPS: &[u64] = &[30, 60, 120, 250, 500, 1000, 2000, 4000, 8000, 16000];
        Self {
            loss_permille: Distribution::new(LOSS),
            uplink_loss_permille: Distribution::new(LOSS),
            round_trip_ms: Distribution::new(&[5, 10, 20, 50, 100, 200, 400, 800, 1600]),
            estimate_kbps: Distribution::new(KBPS),
            sent_kbps: Distribution::new(KBPS),
            received_kbps: Distribution::new(KBPS),
            steps: [0; 4],
            sent_bps: 0,
            received_bps: 0,
        }
    }
}

impl LineTally {
    fn observe(&mut self, peer: &PeerFigures) {
        if !peer.connected {
            return;
        }
        self.sent_bps += peer.sent_bps;
        self.received_bps += peer.received_bps;
        if peer.sent_bps > 0 {
            self.loss_permille.observe(u64::from(peer.loss_permille));
            self.sent_kbps.observe(peer.sent_bps / 1000);
            self.steps[match peer.line_step {
                LineStep::Full => 0,
                LineStep::Reduced => 1,
                LineStep::ScreenOnly => 2,
                LineStep::SoundOnly => 3,
            }] += 1;
        }
        if peer.received_bps > 0 {
            self.uplink_loss_permille.observe(u64::from(peer.uplink_loss_permille));
            self.received_kbps.observe(peer.received_bps / 1000);
        }
        if let Some(estimate) = peer.estimate_bps {
            self.estimate_kbps.observe(estimate / 1000);
        }
        if let Some(round_trip) = peer.round_trip {
            self.round_trip_ms.observe(u64::try_from(round_trip.as_millis()).unwrap_or(u64::MAX));
        }
    }

    /// Takes a later round in.
    pub(super) fn add(&mut self, round: Self) {
        self.loss_permille.add(&round.loss_permille);
        self.uplink_loss_permille.add(&round.uplink_loss_permille);
        self.round_trip_ms.add(&round.round_trip_ms);
        self.estimate_kbps.add(&round.estimate_kbps);
        self.sent_kbps.add(&round.sent_kbps);
        self.received_kbps.add(&round.received_kbps);
        self.steps = round.steps;
        self.sent_bps = round.sent_bps;
        self.received_bps = round.received_bps;
    }
}

/// How often values fell below marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// The highest value of each part, and how many fell into it.
    pub parts: Vec<(u64, u64)>,
    /// All values, those above the last mark too.
    pub count: u64,
    pub sum: u64,
}

impl Distribution {
    fn new(marks: &[u64]) -> Self {
        Self { parts: marks.iter().map(|&mark| (mark, 0)).collect(), count: 0, sum: 0 }
    }

    fn observe(&mut self, value: u64) {
        if let Some((_, count)) = self.parts.iter_mut().find(|(mark, _)| value <= *mark) {
            *count += 1;
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
    }

    fn add(&mut self, other: &Self) {
        for ((_, count), (_, more)) in self.parts.iter_mut().zip(&other.parts) {
            *count += more;
        }
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(loss_permille: u16, line_step: LineStep) -> PeerFigures {
        PeerFigures { connected: true, sent_bps: 900_000, loss_permille, line_step, ..PeerFigures::default() }
    }

    #[test]
    fn distributions_add_up_and_steps_are_those_of_now() {
        let round = |peers: &[PeerFigures]| {
            let mut round = LineTally::default();
            peers.iter().for_each(|peer| round.observe(peer));
            round
        };
        let mut all = LineTally::default();
        all.add(round(&[peer(0, LineStep::Full), peer(60, LineStep::SoundOnly)]));
        all.add(round(&[peer(900, LineStep::Reduced), PeerFigures::default()]));
        assert_eq!(all.steps, [0, 1, 0, 0]);
        let lost = &all.loss_permille;
        assert_eq!((lost.count, lost.sum), (3, 960), "who is not connected has no line");
        assert_eq!(lost.parts.iter().filter(|part| part.1 > 0).collect::<Vec<_>>(), [&(0, 1), &(100, 1)]);
        assert_eq!(all.sent_bps, 900_000);
        assert_eq!(all.estimate_kbps.count, 0, "what is unknown is not zero");
    }
}
