//! An m-line on which a peer receives: what it shows, and how packets are made to fit it.

mod repairs;
mod reports;

use crate::egress::Egress;
use crate::ids::{Layer, TrackId, Want};
use crate::prefetch;
use crate::router::event::RouterEvent;
use crate::router::head::Head;
use crate::router::keyframes::Wish;
use crate::router::layer;
use crate::router::outgoing::{Outgoing, Sending, WIRE};
use crate::router::pace::Waiting;
use crate::router::resend::Resend;
use crate::router::rewrite::{Begin, Placed, Rewrite, Source};
use crate::router::ring::Entry;
use crate::router::stats::Totals;
use crate::router::stream::Stream;
use crate::router::thinning::{Fate, Thinning};
use crate::router::uplink::Uplink;
use crate::rtp::header::HeaderFields;
use crate::rtp::ntp::MediaClock;
use crate::rtp::vp8;
use crate::sdp::{Codec, CodecSlot, Kind, MediaLine};
use std::collections::VecDeque;
use std::time::Instant;

/// Header and extensions, about: a packet's size is reckoned up before they are written.
const USUAL_HEADER: usize = 12 + 12;

#[derive(Debug)]
pub(crate) struct Slot {
    /// Key of the receiving peer.
    pub(crate) peer: usize,
    pub(crate) line: MediaLine,
    /// Key of the uplink whose track is wanted.
    pub(crate) uplink: Option<usize>,
    pub(crate) track: Option<TrackId>,
    pub(crate) want: Want,
    /// The largest layer that the receiver's line has room for.
    pub(crate) allowed: Option<Layer>,
    /// It shows something else since the line was shared out.
    pub(crate) fresh: bool,
    pub(crate) ssrc: u32,
    repair_ssrc: Option<u32>,
    target: Option<Layer>,
    current: Option<(Layer, u64)>,
    shown: Option<Layer>,
    told_mismatch: bool,
    rewrite: Rewrite,
    /// Half the pictures only, where the line has no room for all.
    pub(crate) thinning: Thinning,
    resend: Resend,
    /// Transport-wide numbers by our own number, only where repairs have to be byte for byte the same.
    stamps: Vec<u16>,
    first_index: u64,
    /// Highest number that went out; higher ones may wait for their turn.
    sent: u64,
    packets: u32,
    octets: u32,
    confirmed: u64,
    lost: u64,
    /// Highest number that a report spoke of.
    told_highest: Option<u64>,
    report_at: Instant,
}

/// What sending needs, for one receiver.
pub(crate) struct Way<'a, E: Egress> {
    pub(crate) now: Instant,
    /// The same in µs since the router's beginning.
    pub(crate) at: u64,
    /// Key of the slot.
    pub(crate) slot: usize,
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
            allowed: Some(Layer::High),
            fresh: false,
            ssrc: own.0,
            repair_ssrc: own.1,
            target: None,
            current: None,
            shown: None,
            told_mismatch: false,
            first_index: rewrite.next(),
            sent: 0,
            rewrite,
            thinning: Thinning::default(),
            resend: Resend::new(firsts.repair_sequence),
            stamps: Vec::new(),
            packets: 0,
            octets: 0,
            confirmed: 0,
            lost: 0,
            told_highest: None,
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
        self.fresh = true;
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
        self.target = self.most().and_then(|most| layer::choose(uplink.flowing(), most));
    }

    /// The largest layer to send; nothing is sent without.
    fn most(&self) -> Option<Layer> {
        self.allowed.map(|allowed| allowed.min(self.want.max))
    }

    /// Until the line is shared out, only the smallest layer flows where there is a limit.
    pub(crate) fn wait_for_share(&mut self, limited: bool) {
        if self.fresh {
            self.allowed = Some(if limited && self.line.kind == Kind::Video { Layer::Low } else { Layer::High });
        }
    }

    /// The receiver cannot decode what is wished.
    pub(crate) fn is_mismatched(&self) -> bool {
        self.told_mismatch
    }

    /// There is no room on the line.
    pub(crate) fn stop(&mut self) {
        self.target = None;
    }

    /// What flows is larger than what is to flow.
    pub(crate) fn is_too_large(&self) -> bool {
        self.current() > self.target
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

    /// Has fetched what lies behind pointers.
    pub(crate) fn soon(&self) {
        self.rewrite.soon();
        if let Some(stamp) = self.stamps.get((self.rewrite.next() % self.stamps.len().max(1) as u64) as usize) {
            prefetch::soon(stamp);
        }
    }

    /// One new packet of the wanted track, already in the ring.
    pub(crate) fn offer<E: Egress>(
        &mut self,
        way: &mut Way<'_, E>,
        origin: &Origin<'_>,
        entry: &Entry,
        payload: &[u8],
    ) {
        let generation = origin.source.generation;
        if self.thinning.is_on() && self.thin_out(way, origin, entry) {
            return;
        }
        if let Some(placed) = self.rewrite.place(way.now, generation, entry.index, entry.timestamp) {
            self.send(way, &placed, entry, payload);
        } else if self.may_begin(origin, entry) {
            self.begin(way, origin, entry.index);
        }
    }

    /// A number that carried nothing.
    pub(crate) fn skip(&mut self, generation: u64, index: u64) {
        self.rewrite.skip(generation, index, 0);
    }

    /// Whether the packet stays out.
    fn thin_out<E: Egress>(&mut self, way: &mut Way<'_, E>, origin: &Origin<'_>, entry: &Entry) -> bool {
        let generation = origin.source.generation;
        let Some(stand) = self.rewrite.stand(generation, entry.index, entry.timestamp) else { return false };
        match self.thinning.judge(generation, entry, origin.stream.top(), stand) {
            Fate::Send => return false,
            Fate::Drop { picture } => self.rewrite.skip(generation, entry.index, u16::from(picture)),
            Fate::Fill => {
                if let Some(placed) = self.rewrite.place(way.now, generation, entry.index, entry.timestamp) {
                    self.fill(way, &placed, entry);
                }
            }
        }
        true
    }

    /// A number that receivers miss and that will never carry a picture goes out with nothing but padding.
    fn fill<E: Egress>(&mut self, way: &mut Way<'_, E>, placed: &Placed, entry: &Entry) {
        let bytes = 1 + USUAL_HEADER + WIRE;
        let sending = Sending { kind: self.line.kind, bytes, repair: true };
        let stamp = self.line.extensions.transport_cc.map(|id| (id, way.receiver.stamp(way.at, sending)));
        let mut head = Head::new(&HeaderFields { marker: false, ..self.fields(placed, entry, stamp) });
        head.say_padded();
        let size = head.emit(way, &[1]);
        way.receiver.count(way.at, Sending { bytes: size + WIRE, ..sending });
        way.totals.padding_sent += 1;
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
                let at_least = self.current.is_none() && self.most().is_some_and(|most| layer <= most);
                entry.keyframe && (self.target == Some(layer) || at_least)
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

    /// Sends a packet on, or puts it behind those that wait.
    fn send<E: Egress>(&mut self, way: &mut Way<'_, E>, placed: &Placed, entry: &Entry, payload: &[u8]) {
        // Without repairs of their own numbers, what waits could be asked for and sent before its turn.
        let paced = self.line.kind == Kind::Video && self.repair_ssrc.is_some();
        let bytes = payload.len() + USUAL_HEADER + WIRE;
        if paced && !way.receiver.pace.admits(way.at, bytes) {
            let waiting = Waiting { slot: way.slot as u32, bytes: bytes as u16, index: placed.index };
            if way.receiver.pace.wait(waiting) {
                if placed.codec.codec == Codec::Vp8 && placed.index + 1 == self.rewrite.next() {
                    self.rewrite.sent_picture(placed.vp8.said(payload));
                }
                return;
            }
        }
        self.emit(way, placed, entry, payload);
    }

    fn emit<E: Egress>(&mut self, way: &mut Way<'_, E>, placed: &Placed, entry: &Entry, payload: &[u8]) {
        let newest = placed.index + 1 == self.rewrite.next();
        self.sent = self.sent.max(placed.index);
        let bytes = payload.len() + USUAL_HEADER + WIRE;
        let mut sending = Sending { kind: self.line.kind, bytes, repair: false };
        let stamp = self.line.extensions.transport_cc.map(|id| (id, way.receiver.stamp(way.at, sending)));
        self.keep_stamp(placed, stamp);
        let mut head = Head::new(&self.fields(placed, entry, stamp));
        let (said, shared) = head.take_own(placed, payload);
        if newest {
            self.rewrite.sent_picture(said);
        }
        let size = head.emit(way, shared);
        sending.bytes = size + WIRE;
        way.receiver.count(way.at, sending);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload.len() as u32);
        self.resend.sent(size);
        way.totals.packets_sent += 1;
        way.totals.bytes_sent += size as u64;
    }

    /// The turn of a packet that waited.
    pub(crate) fn release<'a, E: Egress>(
        &mut self,
        way: &mut Way<'_, E>,
        index: u64,
        stream_of: impl Fn(Source) -> Option<&'a Stream>,
    ) {
        let Some((source, from)) = self.rewrite.find(index) else { return };
        let Some((entry, payload)) = stream_of(source).and_then(|stream| stream.ring.get(from)) else { return };
        if let Some(placed) = self.rewrite.again(index, entry.timestamp) {
            self.emit(way, &placed, entry, payload);
        }
    }

    /// What waited will not be sent: its numbers are given again.
    pub(crate) fn retract(&mut self) {
        self.rewrite.retract((self.sent + 1).max(self.first_index));
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
}
