//! Packets on their way to other shards: written once, read by all of them.

use crate::ids::{Layer, ShardNumber, TrackId};
use crate::router::ring::{Entry, Facts};
use crate::router::stream::Stream;
use crate::sdp::CodecSlot;
use std::collections::VecDeque;
use std::sync::Arc;

/// Batches kept to be filled again; a far shard that is behind holds on to more, which are made anew.
const MOST_KEPT: usize = 64;
/// What a batch that held a burst gives back.
const KEPT_BYTES: usize = 256 << 10;

#[derive(Debug, Default)]
pub(super) struct Batch {
    packets: Vec<Crossed>,
    bytes: Vec<u8>,
    to: u64,
}

/// One packet of a layer; without a payload, a number that carried nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossed {
    pub(super) to: u64,
    pub(super) track: TrackId,
    pub(super) layer: Layer,
    pub(super) generation: u64,
    pub(super) codec: CodecSlot,
    pub(super) facts: Facts,
    start: usize,
    length: usize,
}

impl Batch {
    /// The packets for the shards of `to`.
    pub(super) fn packets(&self, to: u64) -> impl Iterator<Item = (&Crossed, &[u8])> {
        let for_them = self.packets.iter().filter(move |packet| packet.to & to != 0);
        for_them.map(|packet| (packet, &self.bytes[packet.start..packet.start + packet.length]))
    }

    /// How many packets there are for the shards of `to`.
    pub(super) fn count(&self, to: u64) -> u64 {
        self.packets.iter().filter(|packet| packet.to & to != 0).count() as u64
    }

    fn clear(&mut self) {
        self.packets.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.to = 0;
    }
}

/// The batch that is being filled, and those that were given away and may have come back.
#[derive(Debug, Default)]
pub(super) struct Filling {
    batch: Arc<Batch>,
    given: VecDeque<Arc<Batch>>,
}

impl Filling {
    /// A packet that is in the ring, or a number that carried nothing.
    pub(super) fn put(
        &mut self,
        to: u64,
        (track, layer, stream): (TrackId, Layer, &Stream),
        index: u64,
        packet: Option<(&Entry, &[u8])>,
    ) {
        let Some(batch) = Arc::get_mut(&mut self.batch) else {
            debug_assert!(false, "the batch that is being filled was not given away");
            return;
        };
        let nothing = Facts { index, timestamp: 0, marker: false, keyframe: false, level: None, temporal: None };
        let (facts, payload) = packet.map_or((nothing, &[][..]), |(entry, payload)| (entry.facts(), payload));
        let (start, length) = (batch.bytes.len(), payload.len());
        batch.bytes.extend_from_slice(payload);
        let (generation, codec) = (stream.generation, stream.codec);
        batch.packets.push(Crossed { to, track, layer, generation, codec, facts, start, length });
        batch.to |= to;
    }

    /// The filled batch and the shards that it is for; from now on another one is filled.
    pub(super) fn take(&mut self) -> Option<(Arc<Batch>, u64)> {
        let to = self.batch.to;
        if to == 0 {
            return None;
        }
        let next = self.next();
        let batch = std::mem::replace(&mut self.batch, next);
        if self.given.len() < MOST_KEPT {
            self.given.push_back(batch.clone());
        }
        Some((batch, to))
    }

    fn next(&mut self) -> Arc<Batch> {
        // Given away in order, so the first is the likeliest to have come back.
        if let Some(mut first) = self.given.pop_front() {
            if let Some(batch) = Arc::get_mut(&mut first) {
                batch.clear();
                return first;
            }
            self.given.push_front(first);
        }
        Arc::default()
    }
}

/// The shards of a set, and the tap.
pub(super) fn shards(set: u64) -> impl Iterator<Item = ShardNumber> {
    let all = (0..ShardNumber::MOST).filter_map(ShardNumber::new).chain([ShardNumber::TAP]);
    all.filter(move |shard| set & shard.bit() != 0)
}
