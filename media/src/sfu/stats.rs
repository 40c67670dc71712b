//! What the Sfu counts and tells.

use crate::ids::{Layer, LineStep, Mid, PeerId, TrackId};
use crate::router;
use crate::sdp::OfferError;
use crate::transport::{CloseReason, DropCounts};
use std::time::Instant;

/// What happened to a peer or a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SfuEvent {
    /// ICE and DTLS are done: media can flow.
    Connected { peer: PeerId },
    /// The peer is gone; its tracks and slots with it. Comes once for every opened peer.
    Closed { peer: PeerId, reason: CloseReason },
    /// What a slot shows changed.
    SlotLayer { peer: PeerId, mid: Mid, layer: Option<Layer> },
    /// The first packet of a track came, or one after silence.
    TrackActive { track: TrackId },
    /// A track sends nothing.
    TrackSilent { track: TrackId },
    /// A receiver cannot decode what is published to its slot.
    CodecMismatch { peer: PeerId, mid: Mid, track: TrackId },
    /// The line of a receiver carries more or less of what is wished than before.
    LineStep { peer: PeerId, step: LineStep, estimate_bps: u64 },
    /// How loud a track is (RFC 6464: 0 loudest, 127 silence), while it is heard, and once when it falls silent.
    Loudness { track: TrackId, level: u8 },
}

impl SfuEvent {
    /// Whether someone waits for this event; the others only say how things stand and may be thinned out.
    pub(crate) const fn must_arrive(&self) -> bool {
        matches!(self, Self::Connected { .. } | Self::Closed { .. })
    }
}

impl From<router::RouterEvent> for SfuEvent {
    fn from(event: router::RouterEvent) -> Self {
        match event {
            router::RouterEvent::SlotLayer { peer, mid, layer } => Self::SlotLayer { peer, mid, layer },
            router::RouterEvent::TrackActive { track } => Self::TrackActive { track },
            router::RouterEvent::TrackSilent { track } => Self::TrackSilent { track },
            router::RouterEvent::CodecMismatch { peer, mid, track } => Self::CodecMismatch { peer, mid, track },
            router::RouterEvent::LineStep { peer, step, estimate_bps } => Self::LineStep { peer, step, estimate_bps },
            router::RouterEvent::Loudness { track, level } => Self::Loudness { track, level },
        }
    }
}

/// How one peer fares.
#[derive(Debug, Clone, Copy)]
pub struct PeerStats {
    pub connected: bool,
    /// The way the client chose is a TCP connection.
    pub over_tcp: bool,
    /// When media was last sent to the peer, and last came from it.
    pub media_sent_at: Option<Instant>,
    pub media_received_at: Option<Instant>,
    /// Counters of the media itself, with what the peer confirmed to have received.
    pub media: router::PeerStats,
}

/// Counters of the whole Sfu since it was made.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    pub peers: u64,
    pub peers_connected: u64,
    pub peers_over_tcp: u64,
    pub datagrams_received: u64,
    pub bytes_received: u64,
    pub packets_sealed: u64,
    pub bytes_sealed: u64,
    /// Events thrown away because nobody fetched them.
    pub events_lost: u64,
    pub drops: DropCounts,
    pub media: router::Totals,
}

/// Why the Sfu refuses a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SfuError {
    #[error("the offer cannot be answered")]
    Offer(#[from] OfferError),
    #[error("the media plane refused")]
    Router(#[from] router::RouterError),
    #[error("no such peer")]
    NoSuchPeer,
    #[error("the peer exists already")]
    PeerExists,
    #[error("the system gives no random bytes")]
    NoRandomness,
}
