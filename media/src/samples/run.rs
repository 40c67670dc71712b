//! One unbroken run of numbers of one layer, on its way to samples.

use super::assemble::{Assembled, Assembler};
use super::order::{Next, Order, Packet};
use crate::ids::Layer;
use crate::router::TappedPacket;
use crate::sdp::ParameterSets;
use std::time::Instant;

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) layer: Layer,
    generation: Option<u64>,
    order: Order,
    assembler: Option<Assembler>,
}

/// What the next packet came to.
#[derive(Debug)]
pub(crate) struct Step {
    /// Numbers did not come and are not waited for any more.
    pub(crate) missing: bool,
    pub(crate) assembled: Vec<Assembled>,
}

impl Run {
    pub(crate) fn new(layer: Layer) -> Self {
        Self { layer, generation: None, order: Order::default(), assembler: None }
    }

    /// Whether the packet belongs to this run.
    pub(crate) fn takes(&self, packet: &TappedPacket<'_>) -> bool {
        packet.layer == self.layer && self.generation.is_none_or(|known| packet.generation == known)
    }

    /// The run that this is, once something of it has come.
    pub(crate) fn generation(&self) -> Option<u64> {
        self.generation
    }

    /// The numbers of this layer have begun anew.
    pub(crate) fn is_over(&self, packet: &TappedPacket<'_>) -> bool {
        packet.layer == self.layer && self.generation.is_some_and(|known| packet.generation > known)
    }

    pub(crate) fn feed(&mut self, packet: &TappedPacket<'_>, sets: Option<&ParameterSets>) {
        self.generation = Some(packet.generation);
        self.assembler.get_or_insert_with(|| Assembler::new(packet.codec, sets));
        let (timestamp, marker, keyframe) = (packet.timestamp, packet.marker, packet.keyframe);
        self.order.push(packet.index, Packet { timestamp, marker, keyframe, payload: packet.payload.to_vec() });
    }

    /// The next of what is in order, or was waited for too long.
    pub(crate) fn step(&mut self, now: Instant) -> Option<Step> {
        let next = self.order.pop(now)?;
        self.digest(&next)
    }

    /// Nothing more comes: the next of what is left.
    pub(crate) fn drain(&mut self) -> Option<Step> {
        let next = self.order.drain()?;
        self.digest(&next)
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.order.waiting()
    }

    fn digest(&mut self, next: &Next) -> Option<Step> {
        let assembler = self.assembler.as_mut()?;
        match next {
            Next::Packet(packet) => assembler.push(packet),
            Next::Missing => assembler.miss(),
        }
        Some(Step { missing: matches!(next, Next::Missing), assembled: assembler.take().collect() })
    }
}
