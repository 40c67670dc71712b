//! The tap: what the recorder takes of a Track. It stands where another shard would stand, so a recorded Track costs its
//! publisher's shard what one more shard with viewers costs: a copy of each packet, and nothing that waits.

use super::{Crossing, Demand, Said};
use crate::ids::{Layer, ShardNumber, TrackId};
use crate::router::keyframes::Wish;
use crate::router::layer::LAYERS;
use crate::rtp::ntp::MediaClock;
use crate::sdp::{Codec, Kind, ParameterSets};
use std::sync::Arc;

/// One thing that crossed to the tap.
#[derive(Debug)]
pub enum Tapped<'a> {
    Packet(TappedPacket<'a>),
    State(TappedTrack),
    /// The Track is over and does not come again.
    Ended(TrackId),
}

impl Tapped<'_> {
    #[must_use]
    pub fn track(&self) -> TrackId {
        match self {
            Self::Packet(packet) => packet.track,
            Self::State(state) => state.track,
            Self::Ended(track) => *track,
        }
    }
}

/// One packet in the publisher's own numbers, retransmission undone. Without a payload it is a number that carried nothing.
#[derive(Debug, Clone, Copy)]
pub struct TappedPacket<'a> {
    pub track: TrackId,
    pub layer: Layer,
    /// Of this unbroken run of sequence numbers; later ones are larger.
    pub generation: u64,
    pub codec: Codec,
    /// The sequence number, extended to 64 bits.
    pub index: u64,
    pub timestamp: u32,
    pub marker: bool,
    /// A keyframe begins in this packet.
    pub keyframe: bool,
    /// RFC 6464: the level of a sound in -dBov, with the voice bit.
    pub level: Option<u8>,
    pub payload: &'a [u8],
}

/// How a Track stands at home.
#[derive(Debug, Clone)]
pub struct TappedTrack {
    pub track: TrackId,
    pub kind: Kind,
    pub muted: bool,
    /// Of its H.264, where the offer told.
    pub parameter_sets: Option<Arc<ParameterSets>>,
    pub layers: [Option<TappedLayer>; 3],
}

#[derive(Debug, Clone, Copy)]
pub struct TappedLayer {
    pub generation: u64,
    pub codec: Codec,
    pub flowing: bool,
    /// From the last sender report, in the publisher's NTP time.
    pub clock: Option<MediaClock>,
}

impl Crossing {
    /// What the tap tells the shard of a Track: which layers are to cross (`None`: nothing any more), and of which a keyframe
    /// is wanted. A `fresh` one is answered with how the Track stands.
    #[must_use]
    pub fn demand(track: TrackId, layers: Option<[bool; 3]>, fresh: bool, keyframes: [bool; 3]) -> Self {
        let keyframes = keyframes.map(|wanted| wanted.then_some(Wish::Again));
        Self(Said::Demand(Demand { track, layers, fresh, keyframes }))
    }

    /// What of it is for the tap, in order.
    pub fn tapped(&self, mut take: impl FnMut(Tapped<'_>)) {
        match &self.0 {
            Said::Packets(batch, to) => {
                for (packet, payload) in batch.packets(to & ShardNumber::TAP.bit()) {
                    let facts = packet.facts;
                    take(Tapped::Packet(TappedPacket {
                        track: packet.track,
                        layer: packet.layer,
                        generation: packet.generation,
                        codec: packet.codec.codec,
                        index: facts.index,
                        timestamp: facts.timestamp,
                        marker: facts.marker,
                        keyframe: facts.keyframe,
                        level: facts.level,
                        payload,
                    }));
                }
            }
            Said::State(state) => {
                let layers = LAYERS.map(|layer| {
                    state.layers[layer as usize].map(|layer| TappedLayer {
                        generation: layer.generation,
                        codec: layer.codec.codec,
                        flowing: layer.flowing,
                        clock: layer.clock,
                    })
                });
                let (track, kind, muted) = (state.track, state.kind, state.muted);
                let parameter_sets = state.parameter_sets.clone();
                take(Tapped::State(TappedTrack { track, kind, muted, parameter_sets, layers }));
            }
            Said::Ended(track) => take(Tapped::Ended(*track)),
            Said::Demand(_) | Said::Again(_) => {}
        }
    }
}
