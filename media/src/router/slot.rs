//! An m-line on which a peer receives: what it shows, and how packets are made to fit it.

use super::event::RouterEvent;
use super::head::Head;
use super::keyframes::Wish;
use super::layer;
use super::outgoing::{Outgoing, Sending};
use super::resend::{Resend, Verdict};
use super::rewrite::{Begin, Placed, Rewrite, Source};
use super::ring::Entry;
use super::stats::{DropReason, Totals};
use super::stream::Stream;
use super::uplink::Uplink;
use crate::egress::Egress;
use crate::ids::{Layer, TrackId, Want};
use crate::rtp::compound::{self, SenderInfo};
use crate::rtp::header::HeaderFields;
use crate::rtp::ntp::{MediaClock, NtpTime};
use crate::rtp::rtcp::ReportBlock;
use crate::rtp::{sequence, vp8};
use crate::sdp::{Codec, CodecSlot, Kind, MediaLine};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// A publisher that has not sent a sender report by now (RFC 3550 §6.2: 5 s apart) will not: arrival time has to do.
const REPORT_PATIENCE: Duration = Duration::from_secs(6);
/// Transport-wide numbers kept for verbatim repairs.
const STAMPS: u64 = 1024;

#[derive(Debug)]
pub(crate) struct Slot {
    /// Key of the receiving peer.
    pub(crate) peer: usize,
    pub(crate) line: MediaLine,
    /// Key of the uplink whose track is wanted.
    pub(crate) uplink: Option<usize>,
    pub(crate) track: Option<TrackId>,
    pub(crate) want: Want,
    pub(crate) ssrc: u32,
    repair_ssrc: Option<u32>,
    target: Option<Layer>,
    current: Option<(Layer, u64)>,
    shown: Option<Layer>,
    told_mismatch: bool,
    rewrite: Rewrite,
    resend: Resend,
    /// Transport-wide numbers by our own number, only where repairs have to be byte for byte the same.
    stamps: Vec<u16>,
    first_index: u64,
    packets: u32,
    octets: u32,
    confirmed: u64,
    lost: u64,
    report_at: Instant,
}

/// What sending needs, for one receiver.
pub(crate) struct Way<'a, E: Egress> {
    pub(crate) now: Instant,
    pub(crate) receiver: &'a mut Outgoing,
    pub(crate) events: &'a mut VecDeque<RouterEvent>,
    pub(crate) totals: &'a mut Totals,
    pub(crate) out: &'a mut E,
}

/// The layer a packet is of.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) source: Source,
    pub(crate) stream: &'a Stream,
    /// Server time minus the publisher's, in 32.32 NTP seconds.
    pub(crate) clock_offset: Option<i64>,
}

impl Origin<'_> {
    /// The layer's sampling clock on the server's time.
    fn clock(&self) -> Option<MediaClock> {
        let clock = self.stream.clock?;
        Some(MediaClock { ntp: clock.ntp.shifted(self.clock_offset?), ..clock })
    }
}

/// First numbers of a slot, from the router's randomness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Firsts {
    pub(crate) sequence: u16,
    pub(crate) repair_sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) report_at: Instant,
}

impl Slot {
    pub(crate) fn new(peer: usize, line: MediaLine, own: (u32, Option<u32>), firsts: Firsts) -> Self {
        let rewrite = Rewrite::new(firsts.sequence, firsts.timestamp);
        Self {
            peer,
            line,
            uplink: None,
            track: None,
            want: Want::main(Layer::High),
            ssrc: own.0,
            repair_ssrc: own.1,
            target: None,
            current: None,
            shown: None,
            told_mismatch: false,
            first_index: rewrite.next(),
            rewrite,
            resend: Resend::new(firsts.repair_sequence),
            stamps: Vec::new(),
            packets: 0,
            octets: 0,
            confirmed: 0,
            lost: 0,
            report_at: firsts.report_at,
        }
    }

    /// Takes over what a new answer says of a line that stays.
    pub(crate) fn renegotiate(&mut self, line: MediaLine) {
        let same = line.codecs == self.line.codecs
            && line.extensions == self.line.extensions
            && line.feedback == self.line.feedback;
        if !same {
            self.pause();
            self.rewrite.forget();
            self.told_mismatch = false;
        }
        self.line = line;
    }

    /// Shows something else from now on, or nothing.
    pub(crate) fn assign(&mut self, track: Option<(TrackId, usize)>) {
        self.pause();
        self.track = track.map(|(track, _)| track);
        self.uplink = track.map(|(_, uplink)| uplink);
        self.target = None;
        self.told_mismatch = false;
    }

    /// Stops until the next keyframe.
    pub(crate) fn pause(&mut self) {
        self.current = None;
        self.rewrite.close();
    }

    /// Nothing is shown any more; `true` if something was.
    pub(crate) fn blank(&mut self) -> bool {
        self.shown.take().is_some()
    }

    pub(crate) fn retarget(&mut self, uplink: &Uplink) {
        self.target = layer::choose(uplink.flowing(), self.want.max);
    }

    /// The layer of which this slot waits for a keyframe.
    pub(crate) fn waits_for(&self, uplink: &Uplink) -> Option<Layer> {
        if self.line.kind != Kind::Video || uplink.muted || self.told_mismatch {
            return None;
        }
        let target = self.target?;
        let generation = uplink.stream(target)?.generation;
        (self.current != Some((target, generation))).then_some(target)
    }

    /// How soon that keyframe is wanted.
    pub(crate) fn wish(&self) -> Wish {
        if self.current.is_none() { Wish::First } else { Wish::Again }
    }

    /// The layer to ask when the receiver asks for a keyframe.
    pub(crate) fn refresh_layer(&self, uplink: &Uplink) -> Option<Layer> {
        self.waits_for(uplink).or(self.current.map(|(layer, _)| layer)).filter(|_| self.line.kind == Kind::Video)
    }

    /// One new packet of the wanted track, already in the ring.
    pub(crate) fn offer<E: Egress>(
        &mut self,
        way: &mut Way<'_, E>,
        origin: &Origin<'_>,
        entry: &Entry,
        payload: &[u8],
    ) {
        if let Some(placed) = self.rewrite.place(way.now, origin.source.generation, entry.index, entry.timestamp) {
            self.send(way, &placed, entry, payload);
        } else if self.may_begin(origin, entry) {
            self.begin(way, origin, entry.index);
        }
    }

    /// A number that carried nothing.
    pub(crate) fn skip(&mut self, generation: u64, index: u64) {
        self.rewrite.skip(generation, index);
    }

    fn may_begin(&self, origin: &Origin<'_>, entry: &Entry) -> bool {
        let Source { layer, generation, .. } = origin.source;
        if self.current == Some((layer, generation)) {
            // Older than what the segment began with.
            return false;
        }
        match self.line.kind {
            Kind::Audio => origin.stream.ring.was_newest(entry, origin.stream.highest()),
            // Whatever comes first is better than nothing; after that only what is wanted.
            Kind::Video => {
                entry.keyframe && (self.target == Some(layer) || (self.current.is_none() && layer <= self.want.max))
            }
        }
    }

    fn begin<E: Egress>(&mut self, way: &mut Way<'_, E>, origin: &Origin<'_>, index: u64) {
        let stream = origin.stream;
        let Some(codec) = self.codec_for(stream.codec.codec) else {
            self.mismatch(way);
            return;
        };
        let first = if self.line.kind == Kind::Video { stream.frame_start(index) } else { index };
        let Some((entry, payload)) = stream.ring.get(index) else { return };
        let descriptor = (codec.codec == Codec::Vp8).then(|| vp8::Descriptor::parse(payload)).flatten();
        let sampled = origin.clock().map(|clock| clock.ntp_at(entry.timestamp));
        let begin = Begin {
            source: origin.source,
            first,
            shown: index,
            timestamp: entry.timestamp,
            codec,
            sampled,
            descriptor,
        };
        self.rewrite.begin(way.now, &begin);
        let layer = origin.source.layer;
        self.current = Some((layer, origin.source.generation));
        self.told_mismatch = false;
        // The keyframe's beginning may have come late, by a repair: what followed it has been waiting in the ring. What
        // came after this packet will be offered in its turn.
        for index in first..=stream.highest() {
            let Some((entry, payload)) = stream.ring.get(index).filter(|(e, _)| !e.came_after(entry)) else { continue };
            if let Some(placed) = self.rewrite.place(way.now, origin.source.generation, index, entry.timestamp) {
                self.send(way, &placed, entry, payload);
            }
        }
        // Receivers learn the new clock at the next report, not a second later.
        self.report_at = way.now;
        if self.shown.replace(layer) != Some(layer) {
            way.events.push_back(RouterEvent::SlotLayer {
                peer: way.receiver.id,
                mid: self.line.mid,
                layer: Some(layer),
            });
        }
    }

    fn codec_for(&self, codec: Codec) -> Option<CodecSlot> {
        self.line.codecs.iter().find(|known| known.codec == codec).copied()
    }

    fn mismatch<E: Egress>(&mut self, way: &mut Way<'_, E>) {
        if let (false, Some(track)) = (self.told_mismatch, self.track) {
            self.told_mismatch = true;
            way.events.push_back(RouterEvent::CodecMismatch { peer: way.receiver.id, mid: self.line.mid, track });
        }
    }

    fn send<E: Egress>(&mut self, way: &mut Way<'_, E>, placed: &Placed, entry: &Entry, payload: &[u8]) {
        let newest = placed.index + 1 == self.rewrite.next();
        let sending = Sending { kind: self.line.kind, size: payload.len(), repair: false };
        let stamp = self.line.extensions.transport_cc.map(|id| (id, way.receiver.stamp(way.now, sending)));
        self.keep_stamp(placed, stamp);
        let mut head = Head::new(&self.fields(placed, entry, stamp));
        let (said, shared) = head.take_own(placed, payload);
        if newest {
            self.rewrite.sent_picture(said);
        }
        let size = head.emit(way, shared);
        way.receiver.count(way.now, Sending { size, ..sending });
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload.len() as u32);
        self.resend.sent(size);
        way.totals.packets_sent += 1;
        way.totals.bytes_sent += size as u64;
    }

    fn fields(&self, placed: &Placed, entry: &Entry, transport_seq: Option<(u8, u16)>) -> HeaderFields {
        let ids = &self.line.extensions;
        HeaderFields {
            marker: entry.marker || (placed.begins && self.line.kind == Kind::Audio),
            payload_type: placed.codec.payload_type,
            sequence: placed.index as u16,
            timestamp: placed.timestamp,
            ssrc: self.ssrc,
            mid: ids.mid.map(|id| (id, self.line.mid)),
            transport_seq,
            audio_level: ids.audio_level.zip(entry.level),
        }
    }

    /// A receiver without RTX gets lost packets byte for byte again: another byte under the same number would break AES-GCM.
    fn keep_stamp(&mut self, placed: &Placed, stamp: Option<(u8, u16)>) {
        let verbatim = self.line.feedback.nack && self.repair_way(placed).is_none();
        let Some((_, stamp)) = stamp.filter(|_| verbatim) else { return };
        if self.stamps.is_empty() {
            self.stamps = vec![0; STAMPS as usize];
        }
        self.stamps[(placed.index % STAMPS) as usize] = stamp;
    }

    /// SSRC and payload type of RTX, where the receiver took both.
    fn repair_way(&self, placed: &Placed) -> Option<(u32, u8)> {
        self.repair_ssrc.zip(placed.codec.rtx_payload_type)
    }

    /// Answers one lost number that the receiver named.
    pub(crate) fn repair<'a, E: Egress>(
        &mut self,
        way: &mut Way<'_, E>,
        lost: u16,
        stream_of: impl Fn(Source) -> Option<&'a Stream>,
    ) -> Result<(), DropReason> {
        if !self.line.feedback.nack {
            return Err(DropReason::RepairGone);
        }
        let next = self.rewrite.next();
        let index = sequence::extend(next, lost);
        if index >= next || next - index > STAMPS {
            return Err(DropReason::RepairGone);
        }
        let (source, from) = self.rewrite.find(index).ok_or(DropReason::RepairGone)?;
        let (entry, payload) = stream_of(source).and_then(|s| s.ring.get(from)).ok_or(DropReason::RepairGone)?;
        let placed = self.rewrite.again(index, entry.timestamp).ok_or(DropReason::RepairGone)?;
        match self.resend.judge(way.now, index, payload.len(), way.receiver.round_trip()) {
            Verdict::Send => {}
            Verdict::Repeated => return Err(DropReason::RepairRepeated),
            Verdict::NoBudget => return Err(DropReason::RepairBudget),
        }
        let size = match self.repair_way(&placed) {
            Some(rtx) => self.send_repair(way, &placed, entry, payload, rtx),
            None => self.send_verbatim(way, &placed, entry, payload),
        };
        way.receiver.count(way.now, Sending { kind: self.line.kind, size, repair: true });
        way.totals.repairs_sent += 1;
        Ok(())
    }

    /// RFC 4588 §4.
    fn send_repair<E: Egress>(
        &mut self,
        way: &mut Way<'_, E>,
        placed: &Placed,
        entry: &Entry,
        payload: &[u8],
        (ssrc, payload_type): (u32, u8),
    ) -> usize {
        let sending = Sending { kind: self.line.kind, size: payload.len() + 2, repair: true };
        let stamp = self.line.extensions.transport_cc.map(|id| (id, way.receiver.stamp(way.now, sending)));
        let sequence = self.resend.number();
        let fields = HeaderFields { ssrc, payload_type, sequence, ..self.fields(placed, entry, stamp) };
        let mut head = Head::new(&fields);
        head.push(&(placed.index as u16).to_be_bytes());
        let (_, shared) = head.take_own(placed, payload);
        head.emit(way, shared)
    }

    fn send_verbatim<E: Egress>(
        &mut self,
        way: &mut Way<'_, E>,
        placed: &Placed,
        entry: &Entry,
        payload: &[u8],
    ) -> usize {
        let stamp = self.stamps.get((placed.index % STAMPS) as usize).copied();
        let mut head = Head::new(&self.fields(placed, entry, self.line.extensions.transport_cc.zip(stamp)));
        let (_, shared) = head.take_own(placed, payload);
        head.emit(way, shared)
    }

    /// A receiver's report about this slot.
    pub(crate) fn reported(&mut self, outgoing: &mut Outgoing, block: &ReportBlock) {
        let lost = u64::try_from(block.cumulative_lost).unwrap_or(0);
        outgoing.stats.packets_lost += lost.saturating_sub(self.lost);
        self.lost = self.lost.max(lost);
        let next = self.rewrite.next();
        let highest = sequence::extend(next, block.highest_sequence as u16);
        if !self.rewrite.has_sent() || highest >= next || highest < self.first_index {
            return;
        }
        let confirmed = (highest - self.first_index + 1).saturating_sub(lost).min(u64::from(self.packets));
        outgoing.confirmed_by_report(self.line.kind, confirmed.saturating_sub(self.confirmed));
        self.confirmed = self.confirmed.max(confirmed);
    }

    /// Appends a sender report when one is due and the slot has a clock.
    pub(crate) fn report(
        &mut self,
        now: Instant,
        ntp: NtpTime,
        origin: Option<&Origin<'_>>,
        into: &mut Vec<u8>,
    ) -> bool {
        if now < self.report_at {
            return false;
        }
        let Some((clock, (timestamp, at))) = self.report_clock(now, origin).zip(self.rewrite.last()) else {
            return false;
        };
        self.report_at = now + REPORT_INTERVAL;
        let rtp = clock.unwrap_or_else(|| {
            let elapsed = now.saturating_duration_since(at).as_micros();
            let rate = u128::from(self.line.codecs.first().map_or(90_000, |codec| codec.codec.clock_rate()));
            MediaClock { ntp, rtp: timestamp.wrapping_add((elapsed * rate / 1_000_000) as u32), rate: rate as u32 }
        });
        let sender = SenderInfo { ntp, rtp: rtp.rtp_at(ntp), packets: self.packets, octets: self.octets };
        compound::sender_report(into, self.ssrc, &sender);
        true
    }

    /// `None`: no report yet. `Some(None)`: by arrival time.
    fn report_clock(&mut self, now: Instant, origin: Option<&Origin<'_>>) -> Option<Option<MediaClock>> {
        let origin = origin?;
        if self.current.map(|(_, generation)| generation) != Some(origin.source.generation) {
            return None;
        }
        if let Some(clock) = origin.clock() {
            return self.rewrite.refit(clock).map(Some);
        }
        (now.saturating_duration_since(origin.stream.began) >= REPORT_PATIENCE).then_some(None)
    }

    pub(crate) fn own_ssrcs(&self) -> (u32, Option<u32>) {
        (self.ssrc, self.repair_ssrc)
    }

    /// The layers that it has a use for: the one it shows, and the one it wants.
    pub(crate) fn looks_at(&self) -> [Option<Layer>; 2] {
        [self.current(), self.target]
    }

    pub(crate) fn current(&self) -> Option<Layer> {
        self.current.map(|(layer, _)| layer)
    }

    pub(crate) fn report_due(&self, now: Instant) -> bool {
        now >= self.report_at && self.rewrite.has_sent()
    }
}
