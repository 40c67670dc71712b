//! The way of an RTP packet: whose it is, where it stands, and to whom it goes.

use super::peer::{Claim, Tags};
use super::slot::{Origin, Way};
use super::stats::DropReason;
use super::uplink::{Accepted, Fate, Part};
use super::{Router, RouterEvent, TICK};
use crate::egress::Egress;
use crate::ids::{Layer, PeerId};
use crate::rtp::header::RtpPacket;
use std::time::Instant;

use super::rewrite::Source;

impl Router {
    /// One decrypted RTP packet, whole.
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
                self.skip(key, part.layer, accepted.index);
                return Err(DropReason::PaddingOnly);
            }
            Fate::Forward => self.forward(now, key, part.layer, accepted.index, out),
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

    pub(super) fn forward(&mut self, now: Instant, key: usize, layer: Layer, index: u64, out: &mut impl Egress) {
        let uplink = &self.uplinks[key];
        let Some(stream) = uplink.stream(layer) else { return };
        let Some((entry, payload)) = stream.ring.get(index) else { return };
        let source = Source { uplink: key, layer, generation: stream.generation };
        let origin = Origin { source, stream, clock_offset: uplink.publisher.clock_offset(&self.peers) };
        for &slot in &uplink.slots {
            let slot = &mut self.slots[slot];
            let mut way = Way {
                now,
                receiver: &mut self.peers[slot.peer].outgoing,
                scratch: &mut self.payload,
                events: &mut self.events,
                totals: &mut self.totals,
                out,
            };
            slot.offer(&mut way, &origin, entry, payload);
        }
        if uplink.crosses[layer as usize] != 0 {
            self.relays.export(uplink, layer, index, Some((entry, payload)));
        }
        self.bound_events();
    }

    pub(super) fn skip(&mut self, key: usize, layer: Layer, index: u64) {
        let uplink = &self.uplinks[key];
        let Some(generation) = uplink.stream(layer).map(|stream| stream.generation) else { return };
        for &slot in &uplink.slots {
            self.slots[slot].skip(generation, index);
        }
        if uplink.crosses[layer as usize] != 0 {
            self.relays.export(uplink, layer, index, None);
        }
    }

    /// Media flows: lost packets have to be looked at soon.
    pub(super) fn wake(&mut self, now: Instant) {
        self.last_packet = Some(now);
        self.next_tick = self.next_tick.map(|at| at.min(now + TICK));
    }
}
