//! The way of an RTP packet: whose it is, where it stands, and to whom it goes.

use super::line::stream_of;
use super::peer::{Claim, Peer, Tags};
use super::pending::{self, Arrived, Visit};
use super::slot::{Origin, Slot, Way};
use super::stats::DropReason;
use super::stream::Stream;
use super::table::Table;
use super::uplink::{Accepted, Fate, Part};
use super::{Router, RouterEvent, TICK};
use crate::egress::{Ahead, Egress};
use crate::ids::{Layer, PeerId};
use crate::rtp::header::RtpPacket;
use crate::sdp::Kind;
use std::time::{Duration, Instant};

use super::rewrite::Source;

/// Older sound tells a newcomer nothing.
const GREETED_WITH: Duration = Duration::from_millis(500);

impl Router {
    /// One decrypted RTP packet, whole. Receivers get it by [`Self::forward_next`].
    pub fn handle_rtp(&mut self, now: Instant, from: PeerId, packet: &[u8], out: &mut impl Egress) {
        if let Err(reason) = self.route(now, from, packet, out) {
            self.totals.drop(reason);
        }
    }

    fn route(&mut self, now: Instant, from: PeerId, bytes: &[u8], out: &mut impl Egress) -> Result<(), DropReason> {
        let key = *self.ids.get(&from).ok_or(DropReason::UnknownPeer)?;
        self.totals.packets_received += 1;
        self.totals.bytes_received += bytes.len() as u64;
        let peer = &mut self.peers[key];
        peer.outgoing.stats.packets_received += 1;
        peer.outgoing.stats.bytes_received += bytes.len() as u64;
        let packet = RtpPacket::parse(bytes).map_err(|_| DropReason::Malformed)?;
        self.wake(now);
        let peer = &mut self.peers[key];
        let tags = Tags::read(&packet, &peer.extensions);
        if let Some(number) = tags.transport_seq {
            let arrivals = peer.arrivals.get_or_insert_with(|| Box::new(super::arrivals::Arrivals::new(now)));
            arrivals.record(now, number, packet.ssrc);
        }
        let claim = match peer.claim_of(packet.ssrc) {
            Some(claim) => claim,
            None => self.claim(now, key, &packet, &tags)?,
        };
        let uplink = &mut self.uplinks[claim.uplink];
        let accepted = uplink.accept(now, claim.part, &packet, tags.level, &mut self.next_generation)?;
        if let Some(level) = tags.level {
            self.heard_level(now, claim.uplink, level);
        }
        self.follow(now, key, claim, accepted, out)
    }

    fn follow(
        &mut self,
        now: Instant,
        publisher: usize,
        claim: Claim,
        accepted: Accepted,
        out: &mut impl Egress,
    ) -> Result<(), DropReason> {
        let Claim { uplink: key, part, .. } = claim;
        if part.repair {
            self.totals.repaired += 1;
            self.peers[publisher].outgoing.stats.repaired += 1;
        }
        let uplink = &mut self.uplinks[key];
        if let (false, Some(track)) = (uplink.told_active, uplink.track) {
            uplink.told_active = true;
            self.events.push_back(RouterEvent::TrackActive { track });
            self.bound_events();
        }
        if accepted.changed {
            self.retarget(key);
        }
        match accepted.fate {
            Fate::Withheld(reason) => return Err(reason),
            Fate::Empty => {
                self.forward(now, key, (part, accepted.index), out);
                return Err(DropReason::PaddingOnly);
            }
            Fate::Forward => self.forward(now, key, (part, accepted.index), out),
        }
        self.flush_keyframe_requests(now, key, out);
        Ok(())
    }

    /// RFC 8843 §9.2: by mid, then by what was announced, at last by a payload type that fits only one line.
    fn claim(
        &mut self,
        now: Instant,
        peer: usize,
        packet: &RtpPacket<'_>,
        tags: &Tags<'_>,
    ) -> Result<Claim, DropReason> {
        let key = self.line_of(peer, packet, tags)?;
        let uplink = &mut self.uplinks[key];
        let repair = uplink.is_repair(packet.payload_type).ok_or(DropReason::WrongPayloadType)?;
        let rid = if repair { tags.repaired_rid.or(tags.rid) } else { tags.rid };
        let part = Part { layer: uplink.layer_of(rid).ok_or(DropReason::UnknownRid)?, repair };
        uplink.yield_part(now, part, packet.ssrc)?;
        self.peers[peer].drop_rivals(key, part, packet.ssrc);
        Ok(self.peers[peer].add_claim(packet.ssrc, key, part))
    }

    fn line_of(&self, peer: usize, packet: &RtpPacket<'_>, tags: &Tags<'_>) -> Result<usize, DropReason> {
        let lines = &self.peers[peer].uplinks;
        if let Some(mid) = tags.mid {
            let named = lines.iter().find(|(known, _)| known.as_str().as_bytes() == mid);
            return named.map(|(_, key)| *key).ok_or(DropReason::UnknownSsrc);
        }
        let announced = |key: usize| {
            let pairs = &self.uplinks[key].line.announced_ssrcs;
            pairs.iter().any(|(primary, repair)| *primary == packet.ssrc || *repair == Some(packet.ssrc))
        };
        if let Some((_, key)) = lines.iter().find(|(_, key)| announced(*key)) {
            return Ok(*key);
        }
        let fits = |key: usize| self.uplinks[key].is_repair(packet.payload_type).is_some();
        let mut fitting = lines.iter().map(|(_, key)| *key).filter(|key| fits(*key));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(DropReason::UnknownSsrc),
        }
    }

    /// Keeps a packet for the receivers; one without payload is a number that carried nothing.
    pub(super) fn forward(&mut self, now: Instant, key: usize, (part, index): (Part, u64), out: &mut impl Egress) {
        self.export(key, part.layer, index);
        if self.pending.is_full() {
            // Nobody fetched what came before: it goes out now, or its ring would lose it.
            while self.forward_next(now, out) {}
        }
        let uplink = &self.uplinks[key];
        let Some(stream) = uplink.stream(part.layer).filter(|_| !uplink.slots.is_empty()) else { return };
        let found = stream.ring.get(index);
        let means = match found {
            Some(_) if uplink.line.kind == Kind::Audio => pending::Part::Sound,
            Some((entry, _)) if !part.repair && entry.marker => pending::Part::PictureEnd,
            Some(_) if !part.repair => pending::Part::Picture,
            _ => pending::Part::Other,
        };
        let arrived = Arrived {
            source: Source { uplink: key, layer: part.layer, generation: stream.generation },
            index,
            empty: found.is_none(),
            clock_offset: uplink.publisher.clock_offset(&self.peers),
        };
        self.pending.push(now, arrived, means, found.map_or(0, |(_, payload)| payload.len()));
    }

    /// Other shards have it at once: they keep it for receivers of their own.
    fn export(&mut self, key: usize, layer: Layer, index: u64) {
        let uplink = &self.uplinks[key];
        if uplink.crosses[layer as usize] == 0 {
            return;
        }
        if let Some(stream) = uplink.stream(layer) {
            self.relays.export(uplink, layer, index, stream.ring.get(index));
        }
    }

    /// Offers what came to the next receiver that has not had it, when the picture is whole or a moment has passed. `false`
    /// when there is nothing to do for now.
    pub fn forward_next(&mut self, now: Instant, out: &mut impl Egress) -> bool {
        if !self.pending.has_receivers() && !self.begin_round(now) {
            return false;
        }
        let at = now.saturating_duration_since(self.config.started).as_micros() as u64;
        let mut waits = None;
        let Some(turn) = self.pending.next_receiver() else { return true };
        for (turns, ahead) in [(3, Ahead::Three), (2, Ahead::Two), (1, Ahead::One)] {
            for visit in turn.ahead(turns) {
                expect(&self.slots, &self.peers, visit, ahead, out);
            }
        }
        let packets = turn.packets;
        for visit in turn.visits {
            let (Some(slot), Some(peer)) = (self.slots.get_mut(visit.slot), self.peers.get_mut(visit.peer)) else {
                continue;
            };
            // What was decided since the round began holds: a slot that shows something else is not offered the old.
            let Some(key) = slot.uplink.filter(|_| slot.peer == visit.peer) else { continue };
            let Some(uplink) = self.uplinks.get(key).filter(|uplink| !uplink.muted) else { continue };
            for packet in packets.iter().filter(|packet| packet.source.uplink == key) {
                let source = packet.source;
                let same = |stream: &&Stream| stream.generation == source.generation;
                let Some(stream) = uplink.stream(source.layer).filter(same) else { continue };
                if packet.empty {
                    slot.skip(source.generation, packet.index);
                    continue;
                }
                let Some((entry, payload)) = stream.ring.get(packet.index) else { continue };
                let mut way = Way {
                    now,
                    at,
                    slot: visit.slot,
                    receiver: &mut peer.outgoing,
                    events: &mut self.events,
                    totals: &mut self.totals,
                    out: &mut *out,
                };
                let origin = Origin { source, stream, clock_offset: packet.clock_offset };
                slot.offer(&mut way, &origin, entry, payload);
            }
            if peer.outgoing.pace.has_waiting() {
                waits = Some(visit.peer);
            }
        }
        if let Some(peer) = waits {
            self.attend(now, peer);
        }
        self.bound_events();
        true
    }

    /// Who has just come is given the newest sound at once: the next may be 20 ms away, or 400 where nobody speaks.
    pub(super) fn greet(&mut self, now: Instant, out: &mut impl Egress) {
        // What waits to be offered goes to the newcomers too.
        let waits = !self.pending.is_empty();
        while let Some(key) = self.newcomers.pop() {
            let slot = self.slots.get(key).filter(|slot| !waits && slot.current().is_none());
            let Some(heard) = slot.and_then(|slot| slot.uplink) else { continue };
            let Some(uplink) = self.uplinks.get(heard).filter(|uplink| !uplink.muted) else { continue };
            let layer = Layer::High;
            let fresh = |stream: &&Stream| now < stream.last_arrival + GREETED_WITH;
            let Some(stream) = uplink.stream(layer).filter(fresh) else { continue };
            let source = Source { uplink: heard, layer, generation: stream.generation };
            let clock_offset = uplink.publisher.clock_offset(&self.peers);
            self.on_way(now, key, out, |slot, way, uplinks| {
                let Some(stream) = stream_of(uplinks, source) else { return };
                let Some((entry, payload)) = stream.ring.get(stream.highest()) else { return };
                slot.offer(way, &Origin { source, stream, clock_offset }, entry, payload);
            });
        }
    }

    fn begin_round(&mut self, now: Instant) -> bool {
        let Self { pending, uplinks, slots, .. } = self;
        pending.begin_round(now, |uplink, visits| {
            let watching = uplinks.get(uplink).map_or(&[][..], |uplink| &uplink.slots);
            visits.extend(watching.iter().map(|&slot| Visit { peer: slots[slot].peer, slot }));
        })
    }

    /// Whether [`Self::forward_next`] should have its turn before more packets are handled.
    #[must_use]
    pub fn has_enough(&self) -> bool {
        self.pending.is_enough()
    }

    /// Media flows: lost packets have to be looked at soon.
    pub(super) fn wake(&mut self, now: Instant) {
        self.last_packet = Some(now);
        self.next_tick = self.next_tick.map(|at| at.min(now + TICK));
    }
}

/// Has fetched what a visit needs.
fn expect(slots: &Table<Slot>, peers: &Table<Peer>, visit: &Visit, ahead: Ahead, out: &mut impl Egress) {
    if ahead == Ahead::Three {
        slots.soon(visit.slot);
        peers.soon(visit.peer);
        return;
    }
    let (Some(slot), Some(peer)) = (slots.get(visit.slot), peers.get(visit.peer)) else { return };
    if ahead == Ahead::Two {
        slot.soon();
        peer.outgoing.soon();
    }
    out.expect(peer.outgoing.id, ahead);
}
