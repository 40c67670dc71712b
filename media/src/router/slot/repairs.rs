//! What a slot sends besides new packets: answers to losses, and padding that tries the line.

use super::{Slot, USUAL_HEADER, Way};
use crate::egress::Egress;
use crate::router::head::Head;
use crate::router::outgoing::{Sending, WIRE};
use crate::router::resend::Verdict;
use crate::router::rewrite::{Placed, Source};
use crate::router::ring::Entry;
use crate::router::stats::DropReason;
use crate::router::stream::Stream;
use crate::rtp::header::HeaderFields;
use crate::rtp::sequence;
use crate::sdp::Kind;
use std::time::{Duration, Instant};

/// Transport-wide numbers kept for verbatim repairs: a second of pictures, or of sound.
const STAMPS: u64 = 1024;
const SOUND_STAMPS: u64 = 64;
/// Browsers hold sound back for no longer, even on lines that lose much.
const SOUND_DEADLINE: Duration = Duration::from_millis(200);
/// Packets that take turns as padding.
const PADDED_WITH: u64 = 16;
/// The most that one packet may have.
static PADDING: [u8; 255] = {
    let mut bytes = [0; 255];
    bytes[254] = 255;
    bytes
};

impl Slot {
    /// A receiver without RTX gets lost packets byte for byte again: another byte under the same number would break AES-GCM.
    pub(super) fn keep_stamp(&mut self, placed: &Placed, stamp: Option<(u8, u16)>) {
        let verbatim = self.line.feedback.nack && self.repair_way(placed).is_none();
        let Some((_, stamp)) = stamp.filter(|_| verbatim) else { return };
        if self.stamps.is_empty() {
            self.stamps = vec![0; self.most_stamps() as usize];
        }
        let place = (placed.index % self.most_stamps()) as usize;
        self.stamps[place] = stamp;
    }

    fn most_stamps(&self) -> u64 {
        if self.line.kind == Kind::Audio { SOUND_STAMPS } else { STAMPS }
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
        // Of a picture that does not flow, a repair only takes the place of sound.
        let ended = self.line.kind == Kind::Video && self.current.is_none();
        if ended || index > self.sent || next - index > self.most_stamps() {
            return Err(DropReason::RepairGone);
        }
        let (source, from) = self.rewrite.find(index).ok_or(DropReason::RepairGone)?;
        let (entry, payload) = stream_of(source).and_then(|s| s.ring.get(from)).ok_or(DropReason::RepairGone)?;
        let placed = self.rewrite.again(index, entry.timestamp).ok_or(DropReason::RepairGone)?;
        if self.thinning.has_dropped(source.generation, entry) {
            return Err(DropReason::RepairGone);
        }
        if self.is_past(way.now, &placed) || way.receiver.pace.is_held() {
            return Err(DropReason::RepairGone);
        }
        match self.resend.judge(way.now, index, payload.len(), way.receiver.round_trip()) {
            Verdict::Send => {}
            Verdict::Repeated => return Err(DropReason::RepairRepeated),
            Verdict::NoBudget => return Err(DropReason::RepairBudget),
        }
        let size = match self.repair_way(&placed) {
            Some(rtx) => self.send_repair(way, &placed, entry, payload, rtx),
            None => self.send_verbatim(way, &placed, entry, payload),
        };
        way.receiver.count(way.at, Sending { kind: self.line.kind, bytes: size + WIRE, repair: true });
        way.totals.repairs_sent += 1;
        Ok(())
    }

    /// Sound that would come after it had to be played.
    fn is_past(&self, now: Instant, placed: &Placed) -> bool {
        let Some((newest, at)) = self.rewrite.last().filter(|_| self.line.kind == Kind::Audio) else { return false };
        let behind = newest.wrapping_sub(placed.timestamp).min(1 << 20);
        let age = Duration::from_micros(u64::from(behind) * 1_000_000 / u64::from(placed.codec.codec.clock_rate()));
        age + now.saturating_duration_since(at) > SOUND_DEADLINE
    }

    /// Whether [`Self::pad`] can be of use.
    pub(crate) fn can_pad(&self) -> bool {
        self.line.extensions.transport_cc.is_some() && self.line.feedback.transport_cc && self.padding_way().is_some()
    }

    fn padding_way(&self) -> Option<(u32, u8)> {
        self.repair_ssrc.zip(self.line.codecs.iter().find_map(|codec| codec.rtx_payload_type))
    }

    /// One packet that only fills the line: something that was sent lately, or nothing but padding.
    pub(crate) fn pad<'a, E: Egress>(
        &mut self,
        way: &mut Way<'_, E>,
        stream_of: impl Fn(Source) -> Option<&'a Stream>,
    ) -> usize {
        let Some((ssrc, payload_type)) = self.padding_way() else { return 0 };
        let index = self.sent.saturating_sub(self.resend.turn(PADDED_WITH));
        let recent = self.current.and_then(|_| self.rewrite.find(index)).and_then(|(source, from)| {
            let (entry, payload) = stream_of(source)?.ring.get(from)?;
            let placed = self.rewrite.again(index, entry.timestamp)?;
            Some((placed, entry, payload, self.repair_way(&placed)?))
        });
        let size = match recent {
            Some((placed, entry, payload, rtx)) => self.send_repair(way, &placed, entry, payload, rtx),
            None => self.send_padding(way, ssrc, payload_type),
        };
        way.receiver.count(way.at, Sending { kind: self.line.kind, bytes: size + WIRE, repair: true });
        way.totals.padding_sent += 1;
        size + WIRE
    }

    /// RFC 3550 §5.1: the last byte counts the padding; RFC 4588 packets without a number repair nothing.
    fn send_padding<E: Egress>(&mut self, way: &mut Way<'_, E>, ssrc: u32, payload_type: u8) -> usize {
        let bytes = PADDING.len() + USUAL_HEADER + WIRE;
        let sending = Sending { kind: self.line.kind, bytes, repair: true };
        let ids = &self.line.extensions;
        let fields = HeaderFields {
            marker: false,
            payload_type,
            sequence: self.resend.number(),
            timestamp: self.rewrite.last().map_or(0, |(timestamp, _)| timestamp),
            ssrc,
            mid: ids.mid.map(|id| (id, self.line.mid)),
            transport_seq: ids.transport_cc.map(|id| (id, way.receiver.stamp(way.at, sending))),
            audio_level: None,
        };
        let mut head = Head::new(&fields);
        head.say_padded();
        head.emit(way, &PADDING)
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
        let bytes = payload.len() + 2 + USUAL_HEADER + WIRE;
        let sending = Sending { kind: self.line.kind, bytes, repair: true };
        let stamp = self.line.extensions.transport_cc.map(|id| (id, way.receiver.stamp(way.at, sending)));
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
        let stamp = self.stamps.get((placed.index % self.stamps.len().max(1) as u64) as usize).copied();
        if let Some(stamp) = stamp {
            way.receiver.stamp_again(stamp);
        }
        let mut head = Head::new(&self.fields(placed, entry, self.line.extensions.transport_cc.zip(stamp)));
        let (_, shared) = head.take_own(placed, payload);
        head.emit(way, shared)
    }
}
