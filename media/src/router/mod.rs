//! The plaintext RTP plane: takes packets of publishers, and says which packet goes to whom.

mod event;
mod stats;

pub use event::{RouterError, RouterEvent};
pub use stats::{DropReason, PeerStats, Totals};

use crate::egress::Egress;
use crate::ids::{Layer, Mid, PeerId, TrackId};
use crate::sdp::Negotiated;
use std::time::{Duration, Instant};

/// A track without packets for this long is reported silent. Opus DTX sends every 400 ms.
pub const TRACK_SILENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy)]
pub struct RouterConfig {
    /// Where SSRCs, first sequence numbers and first timestamps come from.
    pub seed: u64,
    /// The moment at which the wall clock showed `started_unix`; sender reports carry wall-clock NTP time.
    pub started: Instant,
    /// Time since the Unix epoch at `started`.
    pub started_unix: Duration,
}

pub struct Router {
    config: RouterConfig,
}

impl Router {
    #[must_use]
    pub fn new(config: RouterConfig) -> Self {
        Self { config }
    }

    /// Own SSRCs (primary, RTX) for a downlink m-line; never the same twice. To be asked for before the answer is made.
    pub fn allocate_ssrcs(&mut self) -> (u32, u32) {
        let _ = self.config;
        (0, 0)
    }

    pub fn add_peer(&mut self, _now: Instant, _id: PeerId, _agreed: &Negotiated) -> Result<(), RouterError> {
        Ok(())
    }

    /// After a new offer: m-lines that stay (same mid, flow and own SSRCs) keep their tracks and assignments.
    pub fn update_peer(&mut self, _now: Instant, _id: PeerId, _agreed: &Negotiated) -> Result<(), RouterError> {
        Ok(())
    }

    /// Unpublishes its tracks and forgets its slots. An unknown peer is no error.
    pub fn remove_peer(&mut self, _now: Instant, _id: PeerId) {}

    pub fn publish(&mut self, _now: Instant, _peer: PeerId, _mid: Mid, _track: TrackId) -> Result<(), RouterError> {
        Ok(())
    }

    /// Empties the slots that show the track. An unknown track is no error.
    pub fn unpublish(&mut self, _now: Instant, _track: TrackId) {}

    pub fn set_muted(&mut self, _now: Instant, _track: TrackId, _muted: bool) {}

    /// `max` is the largest layer to send; a smaller one flows while `max` does not.
    pub fn assign_slot(
        &mut self,
        _now: Instant,
        _peer: PeerId,
        _mid: Mid,
        _track: Option<TrackId>,
        _max: Layer,
    ) -> Result<(), RouterError> {
        Ok(())
    }

    /// One decrypted RTP packet, whole.
    pub fn handle_rtp(&mut self, _now: Instant, _from: PeerId, _packet: &[u8], _out: &mut impl Egress) {}

    /// One decrypted RTCP packet, compound or reduced-size (RFC 5506).
    pub fn handle_rtcp(&mut self, _now: Instant, _from: PeerId, _compound: &[u8], _out: &mut impl Egress) {}

    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        None
    }

    pub fn handle_timeout(&mut self, _now: Instant, _out: &mut impl Egress) {}

    pub fn poll_event(&mut self) -> Option<RouterEvent> {
        None
    }

    #[must_use]
    pub fn peer_stats(&self, _id: PeerId) -> Option<PeerStats> {
        None
    }

    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals::default()
    }

    /// The last RFC 6464 level of an audio track: 0 is loudest, 127 silence.
    #[must_use]
    pub fn audio_level(&self, _track: TrackId) -> Option<u8> {
        None
    }
}
