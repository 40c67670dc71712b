//! RTCP of both sides, and what is due with time: feedback to publishers, reports to receivers, silences.

use super::keyframes::Wish;
use super::layer::LAYERS;
use super::line::stream_of;
use super::peer::REPORT_INTERVAL;
use super::rewrite::Source;
use super::slot::Origin;
use super::stats::DropReason;
use super::stream::Came;
use super::uplink::Publisher;
use super::{IDLE_TICK, Router, RouterEvent, TICK, TRACK_SILENCE};
use crate::egress::Egress;
use crate::ids::PeerId;
use crate::rtp::compound;
use crate::rtp::ntp::{MediaClock, NtpTime};
use crate::rtp::rtcp::{self, ReportBlock, Rtcp, Words};
use std::time::{Duration, Instant};

/// Lost numbers answered per compound; a receiver that lost more needs a keyframe.
const MOST_REPAIRS: usize = 256;
/// Reports, keyframe waits and silences do not need the pace of repairs.
const SLOT_TICK: Duration = Duration::from_millis(50);
/// Media younger than this keeps the fast pace.
const FLOWING: Duration = Duration::from_secs(1);
/// A publisher's clock that is off by more than this from what it was has been set.
const CLOCK_STEP: i64 = 2 << 32;

impl Router {
    /// One decrypted RTCP packet, compound or reduced-size (RFC 5506).
    pub fn handle_rtcp(&mut self, now: Instant, from: PeerId, compound: &[u8], out: &mut impl Egress) {
        let Some(&peer) = self.ids.get(&from) else {
            self.totals.drop(DropReason::UnknownPeer);
            return;
        };
        let Ok(packets) = rtcp::parse(compound) else {
            self.totals.drop(DropReason::MalformedRtcp);
            return;
        };
        let mut repairs = MOST_REPAIRS;
        for packet in packets {
            match packet {
                Rtcp::SenderReport { ssrc, ntp, rtp, blocks } => {
                    self.heard_sender_report(now, peer, ssrc, (ntp, rtp));
                    self.heard_reports(now, peer, blocks);
                }
                Rtcp::ReceiverReport { blocks } => self.heard_reports(now, peer, blocks),
                Rtcp::Bye { ssrcs } => self.heard_bye(peer, ssrcs),
                Rtcp::Nack { media, pairs } => self.heard_nack(now, peer, (media, pairs), &mut repairs, out),
                Rtcp::Pli { media } => self.heard_keyframe_request(now, peer, media, out),
                Rtcp::Fir { entries } => {
                    entries.requested().for_each(|media| self.heard_keyframe_request(now, peer, media, out));
                }
                Rtcp::TransportCc { body } => {
                    if self.peers[peer].outgoing.heard_transport_cc(now, body).is_none() {
                        self.totals.drop(DropReason::MalformedRtcp);
                    }
                    self.judge_line(now, peer);
                }
                Rtcp::Other => {}
            }
        }
    }

    pub fn handle_timeout(&mut self, now: Instant, out: &mut impl Egress) {
        self.attend_all(now, out);
        self.greet(now, out);
        if self.next_tick.is_none_or(|at| at > now) {
            return;
        }
        let flowing = self.last_packet.is_some_and(|at| now.saturating_duration_since(at) < FLOWING);
        self.next_tick = Some(now + if flowing { TICK } else { IDLE_TICK });
        // What waits to be offered may be the keyframe that slots would ask for.
        let slots_too = self.pending.is_empty() && self.slots_at.is_none_or(|at| at <= now);
        if slots_too {
            self.slots_at = Some(now + SLOT_TICK);
            self.expire_layers(now);
            self.tend_rates(now);
            self.remind_of_keyframes();
        }
        for key in self.peers.keys() {
            if self.peers.get(key).is_some() {
                self.feed_back(now, key, out);
                if slots_too {
                    self.report_to(now, key, out);
                    self.tend_line(now, key);
                }
            }
        }
        self.tend_relays(now, slots_too, out);
    }

    /// Sends the keyframe requests of one uplink that are due.
    pub(super) fn flush_keyframe_requests(&mut self, now: Instant, key: usize, out: &mut impl Egress) {
        let uplink = &mut self.uplinks[key];
        if !uplink.line.feedback.pli || !uplink.is_watched() {
            return;
        }
        let Publisher::Here(peer) = uplink.publisher else { return self.pass_on_keyframe_requests(now, key) };
        let peer = &mut self.peers[peer];
        let mut open = false;
        for stream in uplink.layers.iter_mut().flatten().filter(|stream| stream.flowing) {
            if stream.keyframes.take_due(now).is_none() {
                let later = stream.keyframes.due();
                self.next_tick = self.next_tick.map(|at| later.map_or(at, |due| at.min(due)));
                continue;
            }
            if !std::mem::replace(&mut open, true) {
                peer.begin_compound(&mut self.compound, &[]);
            }
            compound::pli(&mut self.compound, peer.own_ssrc, stream.ssrc);
            peer.outgoing.stats.plis_sent += 1;
            self.totals.plis_sent += 1;
        }
        if open {
            out.send_rtcp(peer.id, &self.compound);
        }
    }

    fn heard_sender_report(&mut self, now: Instant, peer: usize, ssrc: u32, (ntp, rtp): (NtpTime, u32)) {
        // RFC 3550 §6.4.1: zero says that the sender has no clock.
        let Some(claim) = self.peers[peer].claim_of(ssrc).filter(|claim| !claim.part.repair && ntp.0 != 0) else {
            return;
        };
        let offset = self.ntp(now).since(ntp);
        let known = &mut self.peers[peer].clock_offset;
        // One offset for all tracks of a peer, or its sound and picture would drift apart.
        if known.is_none_or(|known| known.wrapping_sub(offset).unsigned_abs() > CLOCK_STEP.unsigned_abs()) {
            *known = Some(offset);
        }
        if let Some(stream) = &mut self.uplinks[claim.uplink].layers[claim.part.layer as usize] {
            let rate = stream.codec.codec.clock_rate();
            stream.heard_sender_report(now, MediaClock { ntp, rtp, rate });
        }
        self.relays.changed(self.uplinks[claim.uplink].track);
    }

    fn heard_reports(&mut self, now: Instant, peer: usize, blocks: Words<'_>) {
        let ntp = self.ntp(now);
        for block in blocks.report_blocks() {
            let Some(slot) = self.slot_of(peer, block.ssrc) else { continue };
            let outgoing = &mut self.peers[peer].outgoing;
            outgoing.heard_report(ntp, &block);
            self.slots[slot].reported(now, outgoing, &block);
        }
        if !self.peers[peer].outgoing.downlink.has_heard_transport() {
            self.judge_line(now, peer);
        }
    }

    fn heard_bye(&mut self, peer: usize, ssrcs: Words<'_>) {
        for ssrc in ssrcs.words() {
            let Some(claim) = self.peers[peer].claim_of(ssrc) else { continue };
            self.peers[peer].drop_claim(ssrc);
            self.uplinks[claim.uplink].end(claim.part);
            self.retarget(claim.uplink);
        }
    }

    fn heard_nack(
        &mut self,
        now: Instant,
        peer: usize,
        (media, pairs): (u32, Words<'_>),
        most: &mut usize,
        out: &mut impl Egress,
    ) {
        let Some(key) = self.slot_of(peer, media) else { return };
        for lost in pairs.lost() {
            if *most == 0 {
                return;
            }
            *most -= 1;
            self.totals.nacks_received += 1;
            self.peers[peer].outgoing.stats.nacks_received += 1;
            let answered = self.on_way(now, key, out, |slot, way, uplinks| {
                slot.repair(way, lost, |source| stream_of(uplinks, source))
            });
            if let Err(reason) = answered {
                self.totals.drop(reason);
            }
        }
    }

    fn heard_keyframe_request(&mut self, now: Instant, peer: usize, media: u32, out: &mut impl Egress) {
        let Some(key) = self.slot_of(peer, media) else { return };
        self.totals.plis_received += 1;
        self.peers[peer].outgoing.stats.plis_received += 1;
        let slot = &self.slots[key];
        let Some(uplink) = slot.uplink else { return };
        if let Some(layer) = slot.refresh_layer(&self.uplinks[uplink]) {
            self.uplinks[uplink].ask_keyframe(layer, Wish::Again);
            self.flush_keyframe_requests(now, uplink, out);
        }
    }

    fn slot_of(&self, peer: usize, ssrc: u32) -> Option<usize> {
        self.peers[peer].slots.iter().map(|(_, key)| *key).find(|key| self.slots[*key].ssrc == ssrc)
    }

    fn expire_layers(&mut self, now: Instant) {
        for key in self.uplinks.keys() {
            if self.uplinks.get(key).is_none() {
                continue;
            }
            if self.uplinks[key].expire(now) {
                self.retarget(key);
            }
            let uplink = &mut self.uplinks[key];
            if let Some((track, level)) = uplink.track.zip(uplink.loudness.tick(now)) {
                self.events.push_back(RouterEvent::Loudness { track, level });
            }
            let silent = uplink.last_arrival.is_some_and(|at| now.saturating_duration_since(at) >= TRACK_SILENCE);
            if let (true, true, Some(track)) = (silent, uplink.told_active, uplink.track) {
                uplink.told_active = false;
                self.events.push_back(RouterEvent::TrackSilent { track });
                self.bound_events();
            }
        }
    }

    /// Slots that still wait ask again; the throttle of each layer makes one request of it.
    fn remind_of_keyframes(&mut self) {
        for key in self.slots.keys() {
            let Some(slot) = self.slots.get(key) else { continue };
            let Some(uplink) = slot.uplink else { continue };
            if let Some(layer) = slot.waits_for(&self.uplinks[uplink]) {
                self.uplinks[uplink].ask_keyframe(layer, Wish::Again);
            }
        }
    }

    /// Reports, NACKs, keyframe requests and transport feedback to one publisher.
    fn feed_back(&mut self, now: Instant, key: usize, out: &mut impl Egress) {
        let report = self.peers[key].report_at <= now;
        if report {
            self.report_reception(now, key, out);
        }
        for i in 0..self.peers[key].uplinks.len() {
            let (_, uplink) = self.peers[key].uplinks[i];
            if !self.uplinks[uplink].wants_nothing() {
                self.ask_again(now, uplink, out);
                self.flush_keyframe_requests(now, uplink, out);
            }
        }
        self.tell_arrivals(now, key, out);
    }

    fn report_reception(&mut self, now: Instant, key: usize, out: &mut impl Egress) {
        let peer = &mut self.peers[key];
        peer.report_at = now + REPORT_INTERVAL;
        let nothing = ReportBlock {
            ssrc: 0,
            fraction_lost: 0,
            cumulative_lost: 0,
            highest_sequence: 0,
            jitter: 0,
            last_report: 0,
            delay: 0,
        };
        let (mut blocks, mut many, mut came) = ([nothing; 31], 0, Came::default());
        for (_, uplink) in &peer.uplinks {
            for stream in self.uplinks[*uplink].layers.iter_mut().flatten().filter(|stream| stream.flowing) {
                let (block, news) = stream.report_block(now);
                (came.expected, came.received) = (came.expected + news.expected, came.received + news.received);
                if let Some(place) = blocks.get_mut(many) {
                    *place = block;
                    many += 1;
                }
            }
        }
        peer.take_came(came);
        if many > 0 {
            peer.begin_compound(&mut self.compound, &blocks[..many]);
            out.send_rtcp(peer.id, &self.compound);
        }
    }

    fn ask_again(&mut self, now: Instant, key: usize, out: &mut impl Egress) {
        let uplink = &mut self.uplinks[key];
        let Publisher::Here(peer) = uplink.publisher else { return };
        let peer = &mut self.peers[peer];
        for layer in LAYERS {
            self.ask.clear();
            let Some(ssrc) = uplink.due_losses(now, layer, &mut self.ask) else { continue };
            peer.begin_compound(&mut self.compound, &[]);
            compound::nack(&mut self.compound, peer.own_ssrc, ssrc, self.ask.iter().copied());
            peer.outgoing.stats.nacks_sent += self.ask.len() as u64;
            self.totals.nacks_sent += self.ask.len() as u64;
            out.send_rtcp(peer.id, &self.compound);
        }
    }

    fn tell_arrivals(&mut self, now: Instant, key: usize, out: &mut impl Egress) {
        while self.peers[key].arrivals.as_ref().is_some_and(|arrivals| arrivals.is_due(now)) {
            let peer = &mut self.peers[key];
            peer.begin_compound(&mut self.compound, &[]);
            if let Some(arrivals) = &mut peer.arrivals {
                arrivals.tell(now, peer.own_ssrc, &mut self.compound);
            }
            out.send_rtcp(peer.id, &self.compound);
        }
    }

    /// Sender reports of all slots of one receiver.
    fn report_to(&mut self, now: Instant, key: usize, out: &mut impl Egress) {
        let ntp = self.ntp(now);
        let peer = &self.peers[key];
        for (_, slot) in &peer.slots {
            let slot = &mut self.slots[*slot];
            if !slot.report_due(now) {
                continue;
            }
            let origin = slot.uplink.zip(slot.current()).and_then(|(uplink, layer)| {
                let from = &self.uplinks[uplink];
                let stream = from.stream(layer)?;
                let source = Source { uplink, layer, generation: stream.generation };
                Some(Origin { source, stream, clock_offset: from.publisher.clock_offset(&self.peers) })
            });
            self.compound.clear();
            if slot.report(now, ntp, origin.as_ref(), &mut self.compound) {
                peer.describe(&mut self.compound, slot.ssrc);
                out.send_rtcp(peer.id, &self.compound);
            }
        }
    }
}
