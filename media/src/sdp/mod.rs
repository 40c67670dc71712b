//! What a client offered and what we answered (RFC 8866, RFC 8829, RFC 8853), as plain data.

mod answer;
mod candidates;
mod offer;
mod parameter_sets;
#[cfg(test)]
mod tests;

pub use answer::{AnswerParams, answer};
pub use offer::{MAX_LINES, MAX_OFFER_BYTES, Offer, OfferError};

use crate::ids::{Layer, Mid};
use std::net::SocketAddr;
use std::sync::Arc;

/// A direction from the *server's* point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// The client sends on this m-line.
    Uplink,
    /// The server sends on this m-line: a slot.
    Downlink,
    /// Refused or inactive.
    Idle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Audio,
    Video,
}

/// Codecs that we forward. Two peers speak the same codec when these are equal; payload types may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    Opus,
    /// H.264 with packetization-mode 1 and a constrained-baseline-compatible profile.
    H264,
    Vp8,
}

impl Codec {
    #[must_use]
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::H264 | Self::Vp8 => 90_000,
        }
    }
}

/// One codec that both sides accepted on an m-line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodecSlot {
    pub codec: Codec,
    pub payload_type: u8,
    /// Payload type of RFC 4588 retransmissions of this codec, where accepted.
    pub rtx_payload_type: Option<u8>,
}

/// Of H.264: NAL units as `sprop-parameter-sets` names them (RFC 6184 §8.1). Encoders may say them here and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterSets {
    pub sps: Vec<u8>,
    pub pps: Vec<u8>,
}

/// Ids of the RTP header extensions (RFC 8285) accepted on an m-line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExtensionIds {
    pub mid: Option<u8>,
    pub rid: Option<u8>,
    pub repaired_rid: Option<u8>,
    pub transport_cc: Option<u8>,
    /// RFC 6464.
    pub audio_level: Option<u8>,
}

/// One simulcast encoding announced by the client (RFC 8851).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RidLayer {
    pub rid: String,
    pub layer: Layer,
}

/// One m-line as it stands after the answer, in the order of the offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaLine {
    pub mid: Mid,
    pub kind: Kind,
    pub flow: Flow,
    /// Accepted codecs, best first. Not empty unless `flow` is `Idle`.
    pub codecs: Vec<CodecSlot>,
    pub extensions: ExtensionIds,
    /// Accepted simulcast layers of an uplink; empty when the client sends one encoding.
    pub rids: Vec<RidLayer>,
    /// What a decoder has to know of the client's H.264, where the offer says so.
    pub parameter_sets: Option<Arc<ParameterSets>>,
    /// SSRCs that the client announced with a=ssrc, as (primary, rtx).
    pub announced_ssrcs: Vec<(u32, Option<u32>)>,
    /// SSRCs that the server announced for its own sending on a downlink, as (primary, rtx).
    pub own_ssrcs: Option<(u32, Option<u32>)>,
    /// NACK, PLI and transport-cc are in force on this m-line.
    pub feedback: Feedback,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Feedback {
    pub nack: bool,
    pub pli: bool,
    pub transport_cc: bool,
}

/// The transport part of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteTransport {
    pub ice_ufrag: String,
    pub ice_pwd: String,
    /// SHA-256 of the client's DTLS certificate.
    pub fingerprint_sha256: [u8; 32],
}

/// The transport part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTransport {
    pub ice_ufrag: String,
    pub ice_pwd: String,
    pub fingerprint_sha256: [u8; 32],
    /// Host candidates: every address that clients may reach the shard's UDP socket by.
    pub candidates: Vec<SocketAddr>,
    /// Passive TCP host candidates (RFC 6544), for clients that UDP does not reach.
    pub tcp_candidates: Vec<SocketAddr>,
}

/// What both sides agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    pub lines: Vec<MediaLine>,
    pub remote: RemoteTransport,
}
