//! What a light publisher sends: numbers, header extensions and seals, a whole picture in one burst.

use super::srtp::Srtp;
use crate::clock::Moment;
use crate::sdp::{AUDIO_LEVEL_URI, Answer, Kind, MID_URI, Media, TRANSPORT_CC_URI};
use crate::source::{Frame, Lane};
use rtc::rtcp::Packet;
use rtc::rtcp::sender_report::SenderReport;
use std::time::{Duration, Instant};

/// Sealed packets kept to answer NACKs with; a second of pictures.
const KEPT: usize = 256;
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// RFC 6464 §3: the top bit says that it is voice.
const VOICE: u8 = 0x80;

/// Counts since the start, retransmissions apart.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uploaded {
    pub(crate) packets: u64,
    pub(crate) retransmitted: u64,
    pub(crate) key_frames_asked: u64,
}

pub(crate) struct Uplink {
    streams: Vec<Sending>,
    transport_cc: u16,
    next_report: Option<Instant>,
    pub(super) key_frame_wanted: bool,
    pub(super) uploaded: Uploaded,
}

struct Sending {
    kind: Kind,
    ssrc: u32,
    mid: Vec<u8>,
    payload_type: Option<u8>,
    mid_id: Option<u8>,
    level_id: Option<u8>,
    transport_cc_id: Option<u8>,
    sequence: u16,
    timestamp_zero: u32,
    packets: u32,
    octets: u32,
    kept: Vec<(u16, Vec<u8>)>,
}

impl Uplink {
    /// Sound, then picture: the order of the offer's lines.
    pub(super) fn new(ssrcs: [u32; 2]) -> Self {
        let streams = [Kind::Audio, Kind::Video].into_iter().zip(ssrcs).map(|(kind, ssrc)| Sending::new(kind, ssrc));
        Self {
            streams: streams.collect(),
            transport_cc: 0,
            next_report: None,
            key_frame_wanted: false,
            uploaded: Uploaded::default(),
        }
    }

    pub(super) fn accept(&mut self, answer: &Answer) {
        for stream in &mut self.streams {
            if let Some(media) = answer.of_kind(stream.kind).next() {
                stream.accept(media);
            }
        }
    }

    /// The packets of a frame, sealed one after the other in `out`; how long each is, in `lens`.
    pub(super) fn write(&mut self, frame: &Frame, srtp: &mut Srtp, out: &mut Vec<u8>, lens: &mut Vec<usize>) {
        let kind = if frame.lane == Lane::Audio { Kind::Audio } else { Kind::Video };
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.kind == kind) else { return };
        let last = frame.payloads.len().saturating_sub(1);
        for (index, payload) in frame.payloads.iter().enumerate() {
            let start = out.len();
            // RFC 6184 §5.1: the last packet of a picture. Opus marks nothing without DTX.
            let marker = index == last && kind == Kind::Video;
            let Some(header_len) = stream.header(frame, marker, self.transport_cc, out) else { return };
            out.extend_from_slice(payload);
            if srtp.seal_rtp(out, start, header_len).is_none() {
                out.truncate(start);
                return;
            }
            stream.sent(payload.len(), &out[start..]);
            lens.push(out.len() - start);
            self.transport_cc = self.transport_cc.wrapping_add(1);
            self.uploaded.packets += 1;
        }
    }

    /// The same packet again: without RTX its seal does not change.
    pub(super) fn repair(&mut self, ssrc: u32, sequence: u16) -> Option<Vec<u8>> {
        let stream = self.streams.iter().find(|stream| stream.ssrc == ssrc)?;
        let (number, packet) = stream.kept.get(usize::from(sequence) % KEPT)?;
        if *number != sequence || packet.is_empty() {
            return None;
        }
        self.uploaded.retransmitted += 1;
        Some(packet.clone())
    }

    pub(super) fn want_key_frame(&mut self) {
        self.key_frame_wanted = true;
        self.uploaded.key_frames_asked += 1;
    }

    /// Sender reports when they are due; `elapsed` is media time.
    pub(super) fn poll_reports(&mut self, now: Moment, elapsed: Duration) -> Vec<Box<dyn Packet>> {
        if self.next_report.is_some_and(|due| now.at < due) {
            return Vec::new();
        }
        self.next_report = Some(now.at + REPORT_EVERY);
        let sent = self.streams.iter().filter(|stream| stream.packets > 0);
        sent.map(|stream| Box::new(stream.report(now, elapsed)) as Box<dyn Packet>).collect()
    }
}

impl Sending {
    fn new(kind: Kind, ssrc: u32) -> Self {
        Self {
            kind,
            ssrc,
            mid: Vec::new(),
            payload_type: None,
            mid_id: None,
            level_id: None,
            transport_cc_id: None,
            // Low, so that a lost first packet does not look like a wrap (RFC 3711 §3.3.1).
            sequence: rand::random::<u16>() >> 1,
            timestamp_zero: rand::random(),
            packets: 0,
            octets: 0,
            kept: vec![(0, Vec::new()); KEPT],
        }
    }

    fn accept(&mut self, media: &Media) {
        let extension = |uri: &str| media.extensions.get(uri).copied();
        self.payload_type = media.payload_type(if self.kind == Kind::Audio { "opus" } else { "h264" });
        self.mid = media.mid.as_bytes().to_vec();
        self.mid_id = extension(MID_URI);
        self.level_id = extension(AUDIO_LEVEL_URI);
        self.transport_cc_id = extension(TRANSPORT_CC_URI).filter(|_| media.transport_cc);
    }

    fn timestamp(&self, time: Duration) -> u32 {
        let rate = if self.kind == Kind::Audio { 48_000 } else { 90_000 };
        self.timestamp_zero.wrapping_add(((time.as_nanos() * rate + 500_000_000) / 1_000_000_000) as u32)
    }

    /// RFC 3550 §5.1 with one-byte extensions (RFC 8285 §4.2). `None` when the other side does not take this kind.
    fn header(&self, frame: &Frame, marker: bool, transport_cc: u16, out: &mut Vec<u8>) -> Option<usize> {
        let start = out.len();
        out.extend([0x90, self.payload_type? | u8::from(marker) << 7]);
        out.extend(self.sequence.to_be_bytes());
        out.extend(self.timestamp(frame.time).to_be_bytes());
        out.extend(self.ssrc.to_be_bytes());
        out.extend([0xbe, 0xde, 0, 0]);
        let block = out.len();
        let mut extend = |id: Option<u8>, value: &[u8]| {
            if let Some(id) = id.filter(|_| !value.is_empty()) {
                out.push(id << 4 | (value.len() - 1) as u8);
                out.extend(value);
            }
        };
        extend(self.mid_id, &self.mid);
        extend(self.transport_cc_id, &transport_cc.to_be_bytes());
        if let Some(level) = frame.level {
            extend(self.level_id, &[level | VOICE]);
        }
        out.resize(block + (out.len() - block).next_multiple_of(4), 0);
        out[block - 1] = ((out.len() - block) / 4) as u8;
        Some(out.len() - start)
    }

    fn sent(&mut self, payload_len: usize, sealed: &[u8]) {
        let (number, packet) = &mut self.kept[usize::from(self.sequence) % KEPT];
        *number = self.sequence;
        packet.clear();
        packet.extend_from_slice(sealed);
        self.sequence = self.sequence.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload_len as u32);
    }

    /// RFC 3550 §6.4.1.
    fn report(&self, now: Moment, elapsed: Duration) -> SenderReport {
        SenderReport {
            ssrc: self.ssrc,
            ntp_time: now.ntp(),
            rtp_time: self.timestamp(elapsed),
            packet_count: self.packets,
            octet_count: self.octets,
            ..SenderReport::default()
        }
    }
}
