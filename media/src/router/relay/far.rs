//! An uplink whose publisher is on another shard: what is wanted of it, and how what crosses becomes a stream.

use super::batch::Crossed;
use super::{Demand, LayerState, Lost, MOST_LOST};
use crate::ids::{Layer, Mid, ShardNumber, TrackId};
use crate::router::keyframes::Wish;
use crate::router::layer::LAYERS;
use crate::router::stream::{Stream, StreamNeeds};
use crate::router::uplink::{Publisher, Uplink};
use crate::sdp::{CodecSlot, ExtensionIds, Feedback, Flow, Kind, MediaLine};
use std::time::{Duration, Instant};

/// How long a layer goes on crossing that nobody wants any more, and a Track that nobody looks at: people look here and
/// there, and each time costs a keyframe.
const LINGER: Duration = Duration::from_secs(2);

/// What only an uplink of another shard has.
#[derive(Debug)]
pub(crate) struct Far {
    pub(super) home: ShardNumber,
    pub(super) clock_offset: Option<i64>,
    /// The home has said how the Track stands.
    pub(super) known: bool,
    /// Something was not said to the home.
    pub(super) unsaid: bool,
    seen_at: Instant,
    layers: [FarLayer; 3],
}

#[derive(Debug, Default)]
struct FarLayer {
    /// The home's number of the newest run.
    generation: Option<u64>,
    wanted_at: Option<Instant>,
    crosses: bool,
    wish: Option<Wish>,
    lost: Vec<u16>,
}

/// What to do with a packet that crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    No,
    Yes,
    /// And layers changed.
    Anew,
}

impl Far {
    pub(super) fn new(now: Instant, home: ShardNumber) -> Self {
        Self { home, clock_offset: None, known: false, unsaid: true, seen_at: now, layers: Default::default() }
    }

    pub(in crate::router) fn clock_offset(&self) -> Option<i64> {
        self.clock_offset
    }

    fn crosses(&self) -> [bool; 3] {
        LAYERS.map(|layer| self.layers[layer as usize].crosses)
    }

    pub(super) fn demand(&self, track: TrackId) -> Demand {
        let keyframes = LAYERS.map(|layer| self.layers[layer as usize].wish);
        Demand { track, layers: Some(self.crosses()), fresh: !self.known, keyframes }
    }

    /// What did not cross, as far as it is still of use.
    pub(super) fn lost(&mut self, track: TrackId) -> Option<Lost> {
        let layer = LAYERS.into_iter().find(|layer| !self.layers[*layer as usize].lost.is_empty())?;
        let FarLayer { lost, generation, .. } = &mut self.layers[layer as usize];
        let (mut numbers, many) = ([0; MOST_LOST], lost.len().min(MOST_LOST));
        for (place, number) in numbers.iter_mut().zip(lost.drain(..many)) {
            *place = number;
        }
        Some(Lost { track, layer, generation: (*generation)?, numbers, many })
    }

    /// The home has heard the demand.
    pub(super) fn said(&mut self) {
        self.unsaid = false;
        self.layers.iter_mut().for_each(|layer| layer.wish = None);
    }

    pub(in crate::router) fn wish_keyframe(&mut self, layer: Layer, wish: Wish) {
        let place = &mut self.layers[layer as usize].wish;
        *place = (*place).max(Some(wish));
        self.unsaid = true;
    }

    pub(super) fn note_lost(&mut self, layer: Layer, numbers: &[u16]) {
        self.layers[layer as usize].lost.extend_from_slice(numbers);
        self.unsaid = true;
    }
}

impl Uplink {
    pub(super) fn far(now: Instant, home: ShardNumber, kind: Kind, track: TrackId) -> Self {
        let line = MediaLine {
            mid: Mid::new("far").expect("a word is a tag"),
            kind,
            flow: Flow::Uplink,
            codecs: Vec::new(),
            extensions: ExtensionIds::default(),
            rids: Vec::new(),
            parameter_sets: None,
            announced_ssrcs: Vec::new(),
            own_ssrcs: None,
            feedback: Feedback { nack: true, pli: kind == Kind::Video, transport_cc: false },
        };
        let mut uplink = Self::new(Publisher::Far(Box::new(Far::new(now, home))), line);
        uplink.track = Some(track);
        uplink
    }

    pub(in crate::router) fn far_side(&mut self) -> Option<&mut Far> {
        match &mut self.publisher {
            Publisher::Far(far) => Some(far),
            Publisher::Here(_) => None,
        }
    }

    /// One packet from the home. It is in the ring when it was taken and is not empty.
    pub(super) fn take_crossed(
        &mut self,
        now: Instant,
        packet: &Crossed,
        payload: &[u8],
        next_generation: &mut u64,
    ) -> Taken {
        let layer = packet.layer;
        let known = self.far_side().and_then(|far| far.layers[layer as usize].generation);
        let anew = known.is_none_or(|known| packet.generation > known);
        if anew {
            self.begin_layer(now, layer, (packet.generation, packet.codec), next_generation);
        } else if known != Some(packet.generation) {
            return Taken::No;
        }
        // None when the layer is over and this comes after it.
        let Some(stream) = &mut self.layers[layer as usize] else { return Taken::No };
        if !stream.take_crossed(now, packet.facts.index) || self.muted {
            return Taken::No;
        }
        if !payload.is_empty() {
            stream.keep(now, packet.facts, payload);
        }
        self.last_arrival = Some(now);
        self.level = packet.facts.level.or(self.level);
        if anew { Taken::Anew } else { Taken::Yes }
    }

    /// How a layer stands at home; whether that is news.
    pub(super) fn take_state(
        &mut self,
        now: Instant,
        layer: Layer,
        state: Option<LayerState>,
        next_generation: &mut u64,
    ) -> bool {
        let Some(state) = state else { return self.layers[layer as usize].take().is_some() };
        let known = self.far_side().and_then(|far| far.layers[layer as usize].generation);
        let anew = known.is_none_or(|known| state.generation > known);
        if anew {
            self.begin_layer(now, layer, (state.generation, state.codec), next_generation);
        }
        let Some(stream) = &mut self.layers[layer as usize] else { return anew };
        (stream.clock, stream.told) = (state.clock, state.takes);
        std::mem::replace(&mut stream.flowing, state.flowing) != state.flowing || anew
    }

    /// A new run of numbers: an empty ring, for the numbers may be near those of the run before.
    fn begin_layer(
        &mut self,
        now: Instant,
        layer: Layer,
        (generation, codec): (u64, CodecSlot),
        next_generation: &mut u64,
    ) {
        if let Some(far) = self.far_side() {
            far.layers[layer as usize].generation = Some(generation);
            far.layers[layer as usize].lost.clear();
        }
        let needs = StreamNeeds::of(self.line.kind, *next_generation, true).crossing();
        *next_generation += 1;
        let mut stream = Stream::crossing(now, codec, &needs);
        if let Some(before) = self.layers[layer as usize].take() {
            stream.keyframes = before.keyframes;
        }
        stream.flowing = true;
        self.layers[layer as usize] = Some(Box::new(stream));
    }

    /// Brings up to date what is to cross; `looks` are the layers that slots want now. Gives false when the relay is over.
    pub(super) fn tend_demand(&mut self, now: Instant, looks: [bool; 3], next_generation: &mut u64) -> bool {
        let looked_at = !self.slots.is_empty();
        let Some(far) = self.far_side() else { return true };
        if looked_at {
            far.seen_at = now;
        }
        let recent = |at: Instant| now.saturating_duration_since(at) < LINGER;
        let (known, lives) = (far.known, recent(far.seen_at));
        let mut begun = [false; 3];
        for (place, look) in LAYERS.map(|layer| layer as usize).into_iter().zip(looks) {
            let layer = &mut far.layers[place];
            if look {
                layer.wanted_at = Some(now);
            }
            // Until it is known which layers there are, any is welcome.
            let crosses = !known || layer.wanted_at.is_some_and(recent);
            begun[place] = crosses && !layer.crosses;
            far.unsaid |= crosses != layer.crosses;
            layer.crosses = crosses;
        }
        for (place, begun) in begun.into_iter().enumerate() {
            if let (true, Some(stream)) = (begun, &mut self.layers[place]) {
                stream.begin_anew(next_generation);
            }
        }
        lives
    }
}
