//! The far side: uplinks of other shards' publishers come, are kept up to date, and go with their last slot.

use super::batch::Batch;
use super::far::Taken;
use super::{Crossing, Demand, Said, TrackState};
use crate::egress::Egress;
use crate::ids::{Mid, PeerId, ShardNumber, TrackId};
use crate::router::layer::LAYERS;
use crate::router::uplink::{Part, Publisher, Uplink};
use crate::router::{Router, RouterError};
use std::time::Instant;

impl Router {
    /// A slot is about to show a Track that is published on another shard.
    ///
    /// # Errors
    /// When the slot does not exist.
    pub fn expect_track(
        &mut self,
        now: Instant,
        (home, track): (ShardNumber, TrackId),
        peer: PeerId,
        mid: Mid,
    ) -> Result<(), RouterError> {
        let kind = self.slots[self.slot_key(peer, mid)?].line.kind;
        if !self.tracks.contains_key(&track) {
            let key = self.uplinks.insert(Uplink::far(now, home, kind, track));
            self.tracks.insert(track, key);
            self.relays.far.push(key);
            self.relays.left.retain(|(_, left)| *left != track);
            self.tend_demand(now, key);
        }
        Ok(())
    }

    /// What another shard's [`Self::cross`] made for this one.
    pub fn handle_crossing(&mut self, now: Instant, from: ShardNumber, crossing: &Crossing, out: &mut impl Egress) {
        match &crossing.0 {
            Said::Packets(batch, to) => self.heard_packets(now, from, (batch, *to), out),
            Said::State(state) => self.heard_state(now, from, state, out),
            Said::Ended(track) => {
                if let Some(key) = self.far_uplink(from, *track) {
                    self.unpublish(now, *track);
                    self.leave(key, *track);
                }
            }
            Said::Demand(demand) => self.heard_demand(now, from, demand, out),
            Said::Again(lost) => self.heard_lost(from, lost),
        }
    }

    fn heard_packets(&mut self, now: Instant, from: ShardNumber, (batch, to): (&Batch, u64), out: &mut impl Egress) {
        self.wake(now);
        let mut last = None;
        for (packet, payload) in batch.packets(to) {
            let key = match last {
                Some((track, key)) if track == packet.track => key,
                _ => self.far_uplink(from, packet.track),
            };
            last = Some((packet.track, key));
            let Some(key) = key else { continue };
            self.totals.relayed_in += 1;
            match self.uplinks[key].take_crossed(now, packet, payload, &mut self.next_generation) {
                Taken::No => continue,
                Taken::Yes => {}
                Taken::Anew => self.retarget(key),
            }
            let part = Part { layer: packet.layer, repair: false };
            self.forward(now, key, (part, packet.facts.index), out);
            self.flush_keyframe_requests(now, key, out);
        }
    }

    fn heard_state(&mut self, now: Instant, from: ShardNumber, state: &TrackState, out: &mut impl Egress) {
        let Some(key) = self.far_uplink(from, state.track) else { return };
        if self.uplinks[key].line.kind != state.kind {
            // Whoever wanted this Track in that slot erred: the slots stay empty.
            self.unpublish(now, state.track);
            self.leave(key, state.track);
            return;
        }
        let uplink = &mut self.uplinks[key];
        let mut changed = false;
        for layer in LAYERS {
            changed |= uplink.take_state(now, layer, state.layers[layer as usize], &mut self.next_generation);
        }
        if let Some(far) = uplink.far_side() {
            (far.known, far.clock_offset) = (true, state.clock_offset);
        }
        self.set_muted(now, state.track, state.muted);
        if changed {
            self.retarget(key);
            self.tend_demand(now, key);
            // Nobody may look at it any more; then it is gone.
            if self.uplinks.get(key).is_some() {
                self.flush_keyframe_requests(now, key, out);
            }
        }
    }

    /// What is due with time: losses and keyframes to ask for, and whatever is not wanted any more.
    pub(in crate::router) fn tend_relays(&mut self, now: Instant, demands_too: bool, out: &mut impl Egress) {
        for i in (0..self.relays.far.len()).rev() {
            let key = self.relays.far[i];
            if !self.uplinks[key].wants_nothing() {
                self.note_lost(now, key);
                self.flush_keyframe_requests(now, key, out);
            }
            if demands_too {
                self.tend_demand(now, key);
            }
        }
    }

    /// What a slot wants has changed, and what it wants may be far.
    pub(in crate::router) fn tend_demand(&mut self, now: Instant, key: usize) {
        if !matches!(self.uplinks[key].publisher, Publisher::Far(_)) {
            return;
        }
        let mut looks = [false; 3];
        for slot in &self.uplinks[key].slots {
            for layer in self.slots[*slot].looks_at().into_iter().flatten() {
                looks[layer as usize] = true;
            }
        }
        let uplink = &mut self.uplinks[key];
        let lives = uplink.tend_demand(now, looks, &mut self.next_generation);
        self.relays.unsaid |= uplink.far_side().is_some_and(|far| far.unsaid);
        if let (false, Some(track)) = (lives, uplink.track) {
            self.leave(key, track);
        }
    }

    /// Nobody is left here who could look.
    pub(in crate::router) fn leave_all(&mut self) {
        for key in self.relays.far.clone() {
            if let Some(track) = self.uplinks[key].track {
                self.leave(key, track);
            }
        }
    }

    /// The keyframe requests of a far uplink that are due go to its home.
    pub(in crate::router) fn pass_on_keyframe_requests(&mut self, now: Instant, key: usize) {
        let uplink = &mut self.uplinks[key];
        let Publisher::Far(far) = &mut uplink.publisher else { return };
        for layer in LAYERS {
            let Some(stream) = uplink.layers[layer as usize].as_mut().filter(|stream| stream.flowing) else { continue };
            if let Some(wish) = stream.keyframes.take_due(now) {
                far.wish_keyframe(layer, wish);
                self.relays.unsaid = true;
            } else if let Some(due) = stream.keyframes.due() {
                self.next_tick = self.next_tick.map(|at| at.min(due));
            }
        }
    }

    pub(super) fn tell_homes(&mut self, send: &mut impl FnMut(ShardNumber, Crossing) -> bool) {
        let Self { relays, uplinks, .. } = self;
        relays.left.retain(|&(home, track)| {
            let demand = Demand { track, layers: None, fresh: false, keyframes: [None; 3] };
            !send(home, Crossing(Said::Demand(demand)))
        });
        relays.unsaid = !relays.left.is_empty();
        for key in &relays.far {
            let uplink = &mut uplinks[*key];
            let Some((track, far)) = uplink.track.zip(uplink.far_side()) else { continue };
            if !far.unsaid {
                continue;
            }
            // What is lost is found missing again in a while.
            while let Some(lost) = far.lost(track) {
                send(far.home, Crossing(Said::Again(lost)));
            }
            if send(far.home, Crossing(Said::Demand(far.demand(track)))) {
                far.said();
            } else {
                relays.unsaid = true;
            }
        }
    }

    fn note_lost(&mut self, now: Instant, key: usize) {
        for layer in LAYERS {
            self.ask.clear();
            let uplink = &mut self.uplinks[key];
            if uplink.due_losses(now, layer, &mut self.ask).is_none() {
                continue;
            }
            if let Some(far) = uplink.far_side() {
                far.note_lost(layer, &self.ask);
                self.relays.unsaid = true;
            }
        }
    }

    fn far_uplink(&self, home: ShardNumber, track: TrackId) -> Option<usize> {
        let key = *self.tracks.get(&track)?;
        let of_home = matches!(&self.uplinks[key].publisher, Publisher::Far(far) if far.home == home);
        of_home.then_some(key)
    }

    fn leave(&mut self, key: usize, track: TrackId) {
        if let Some(far) = self.uplinks[key].far_side() {
            self.relays.left.push((far.home, track));
            self.relays.unsaid = true;
        }
        self.tracks.remove(&track);
        self.relays.far.retain(|known| *known != key);
        self.uplinks.remove(key);
    }
}
