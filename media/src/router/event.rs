//! What the router tells its owner, and why it refuses a call.

use crate::ids::{Layer, LineStep, Mid, PeerId, TrackId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouterEvent {
    /// The picture (or sound) in a slot changed: reported when its first packet went out, not when it was asked for.
    SlotLayer { peer: PeerId, mid: Mid, layer: Option<Layer> },
    /// The first packet of a published track arrived, or it came back after silence.
    TrackActive { track: TrackId },
    /// No packet of any layer for a while ([`crate::router::TRACK_SILENCE`]).
    TrackSilent { track: TrackId },
    /// The receiver cannot decode what the publisher sends; its slot stays empty.
    CodecMismatch { peer: PeerId, mid: Mid, track: TrackId },
    /// The line of a receiver carries more or less of what is wished than before.
    LineStep { peer: PeerId, step: LineStep, estimate_bps: u64 },
    /// How loud a track is (RFC 6464: 0 loudest, 127 silence), while it is heard, and once when it falls silent.
    Loudness { track: TrackId, level: u8 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RouterError {
    #[error("no such peer")]
    NoSuchPeer,
    #[error("the peer exists already")]
    PeerExists,
    #[error("the peer has no m-line {0} in this direction")]
    NoSuchLine(Mid),
    #[error("no such track")]
    NoSuchTrack,
    #[error("the track or the m-line is published already")]
    AlreadyPublished,
    #[error("the track is of another kind than the slot")]
    WrongKind,
    #[error("too many m-lines")]
    TooManyLines,
}
