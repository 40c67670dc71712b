//! What test clients send: a picture of numbered frames and a sound of numbered packets.
//!
//! Every payload says what it is, so that a receiver can judge it without trusting sequence numbers that a router rewrote.

use super::offer::{OPUS, VP8, VP8_RTX};
use super::wire::{be16, be32, lost_numbers, packets};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const FRAME_EVERY: Duration = Duration::from_millis(40);
const SOUND_EVERY: Duration = Duration::from_millis(20);
const PACKETS_PER_FRAME: u16 = 4;
const PACKETS_PER_KEYFRAME: u16 = 12;
const PACKET: usize = 1000;
/// 32 kbit/s.
const SOUND: usize = 80;

/// A sending client's stream of one kind.
pub(crate) struct Source {
    ssrc: u32,
    video: bool,
    next_at: Option<Instant>,
    sequence: u16,
    repair_sequence: u16,
    frame: u32,
    wants_key: bool,
    sent: HashMap<u16, Vec<u8>>,
    pub(crate) keyframes: u32,
    pub(crate) repaired: u32,
}

impl Source {
    pub(crate) fn new(ssrc: u32, video: bool, sequence: u16) -> Self {
        Self {
            ssrc,
            video,
            next_at: None,
            sequence,
            repair_sequence: 100,
            frame: 0,
            wants_key: true,
            sent: HashMap::new(),
            keyframes: 0,
            repaired: 0,
        }
    }

    /// The packets that are due.
    pub(crate) fn tick(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = *self.next_at.get_or_insert(now);
        while at <= now {
            self.frame += 1;
            if self.video {
                self.picture(&mut out);
                at += FRAME_EVERY;
            } else {
                let mut payload = [&b"sound"[..], &self.frame.to_be_bytes()].concat();
                payload.resize(SOUND, 0xcd);
                let packet = self.packet(OPUS, true, self.frame * 960, &payload);
                out.push(packet);
                at += SOUND_EVERY;
            }
        }
        self.next_at = Some(at);
        out
    }

    fn picture(&mut self, out: &mut Vec<Vec<u8>>) {
        let key = std::mem::take(&mut self.wants_key);
        self.keyframes += u32::from(key);
        let count = if key { PACKETS_PER_KEYFRAME } else { PACKETS_PER_FRAME };
        for number in 0..count {
            let picture =
                VideoPacket { frame: self.frame, piece: number, count, key, layer: 2, before: 1, temporal: None };
            let payload = picture.payload(PACKET);
            let packet = self.packet(VP8, number + 1 == count, self.frame * 3600, &payload);
            out.push(packet);
        }
    }

    fn packet(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]) -> Vec<u8> {
        let header = Header { payload_type, marker, sequence: self.sequence, timestamp, ssrc: self.ssrc };
        let packet = header.packet(payload);
        self.sent.insert(self.sequence, packet.clone());
        self.sent.remove(&self.sequence.wrapping_sub(1000));
        self.sequence = self.sequence.wrapping_add(1);
        packet
    }

    /// Answers feedback: what was lost goes again, and a keyframe comes when asked for.
    pub(crate) fn hear(&mut self, compound: &[u8]) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let ssrc = self.ssrc;
        for report in packets(compound).filter(|report| report.len() >= 12 && be32(report, 8) == ssrc) {
            match (report[1], report[0] & 31) {
                (206, 1) => self.wants_key = true,
                (205, 1) => lost_numbers(report).for_each(|lost| out.extend(self.repair(lost))),
                _ => {}
            }
        }
        out
    }

    fn repair(&mut self, lost: u16) -> Option<Vec<u8>> {
        let packet = self.sent.get(&lost)?.clone();
        self.repaired += 1;
        if !self.video {
            return Some(packet);
        }
        self.repair_sequence = self.repair_sequence.wrapping_add(1);
        let header = Header {
            payload_type: VP8_RTX,
            marker: packet[1] & 0x80 != 0,
            sequence: self.repair_sequence,
            timestamp: be32(&packet, 4),
            ssrc: self.ssrc + 1,
        };
        Some(header.packet(&[&lost.to_be_bytes(), &packet[12..]].concat()))
    }
}

/// What a packet of a picture says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VideoPacket {
    pub(crate) frame: u32,
    pub(crate) piece: u16,
    pub(crate) count: u16,
    pub(crate) key: bool,
    pub(crate) layer: u8,
    /// So many frames back is the newest that it is made from.
    pub(crate) before: u8,
    pub(crate) temporal: Option<Temporal>,
}

/// What a VP8 descriptor says of temporal layers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Temporal {
    pub(crate) tid: u8,
    pub(crate) sync: bool,
    pub(crate) tl0: u8,
}

impl VideoPacket {
    pub(crate) fn payload(self, bytes: usize) -> Vec<u8> {
        // RFC 7741: a descriptor of one byte, S on the first packet; then the frame, whose P bit is 0 in keyframes.
        let mut payload = vec![if self.piece == 0 { 0x10 } else { 0 }];
        if let Some(Temporal { tid, sync, tl0 }) = self.temporal {
            payload[0] |= 0x80;
            let id = self.frame as u16 | 0x8000;
            payload.extend([0xe0, (id >> 8) as u8, id as u8, tl0, tid << 6 | u8::from(sync) << 5]);
        }
        if self.piece == 0 {
            let tag = [u8::from(!self.key), 0, 0];
            payload.extend(tag);
            if self.key {
                payload.extend([0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
            }
        }
        payload.resize(16, 0xee);
        payload.extend(self.frame.to_be_bytes());
        payload.extend(self.piece.to_be_bytes());
        payload.extend(self.count.to_be_bytes());
        payload.extend([u8::from(self.key), self.layer, self.before]);
        payload.resize(bytes, 0xab);
        payload
    }

    pub(super) fn read(payload: &[u8]) -> Self {
        Self {
            frame: be32(payload, 16),
            piece: be16(payload, 20),
            count: be16(payload, 22),
            key: payload[24] == 1,
            layer: payload[25],
            before: payload[26],
            temporal: None,
        }
    }
}

#[derive(Clone, Copy)]
struct Header {
    payload_type: u8,
    marker: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
}

impl Header {
    fn packet(self, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0x80, self.payload_type | if self.marker { 0x80 } else { 0 }];
        out.extend(self.sequence.to_be_bytes());
        out.extend(self.timestamp.to_be_bytes());
        out.extend(self.ssrc.to_be_bytes());
        out.extend(payload);
        out
    }
}
