//! Publishers of the world: what their encoders send, and how they answer.

use super::{LEVEL_EXT, MID_EXT, RID_EXT, RRID_EXT, Stamp, TWCC_EXT};
use crate::ids::{Mid, PeerId};
use crate::rtp::compound;
use crate::rtp::header::{HeaderFields, MAX_HEADER, RtpPacket};
use crate::rtp::ntp::NtpTime;
use crate::sdp::Codec;
use std::collections::HashMap;
use std::time::{Duration, Instant};

pub(in crate::router::tests) const NO_PICTURE: u64 = u64::MAX;

/// One encoding of a camera or a microphone.
pub(in crate::router::tests) struct Encoder {
    pub(in crate::router::tests) codec: Codec,
    pub(in crate::router::tests) rid: Option<&'static str>,
    pub(in crate::router::tests) ssrc: u32,
    pub(in crate::router::tests) payload_type: u8,
    pub(in crate::router::tests) sequence: u16,
    pub(in crate::router::tests) repair_sequence: u16,
    /// RTP time at the world's beginning.
    pub(in crate::router::tests) epoch: u32,
    pub(in crate::router::tests) picture: u16,
    pub(in crate::router::tests) tl0: u8,
    /// VP8 with three temporal layers, as browsers send it: 0 2 1 2.
    pub(in crate::router::tests) temporal: bool,
    pub(super) since_key: usize,
    /// When the last picture of each was taken.
    pub(super) last_of: [u64; 3],
    pub(in crate::router::tests) on: bool,
    pub(in crate::router::tests) key_wanted: bool,
    pub(in crate::router::tests) keyframes: u32,
    pub(in crate::router::tests) plis: u32,
    pub(in crate::router::tests) packets_per_frame: usize,
    pub(in crate::router::tests) history: HashMap<u16, Vec<u8>>,
    pub(in crate::router::tests) repairs: u32,
}

pub(in crate::router::tests) struct Publisher {
    pub(in crate::router::tests) peer: PeerId,
    pub(in crate::router::tests) mid: Mid,
    pub(in crate::router::tests) encoders: Vec<Encoder>,
    pub(in crate::router::tests) interval: Duration,
    pub(in crate::router::tests) next: Instant,
    /// The publisher's clock is ahead of the world's by this.
    pub(in crate::router::tests) clock_ahead: Duration,
    pub(in crate::router::tests) reports: bool,
    pub(in crate::router::tests) next_report: Instant,
    pub(in crate::router::tests) transport_seq: u16,
}

impl Publisher {
    pub(super) fn frame(&mut self, since: Duration, out: &mut Vec<(PeerId, Vec<u8>)>) {
        let (peer, mid) = (self.peer, self.mid);
        for encoder in self.encoders.iter_mut().filter(|encoder| encoder.on) {
            for packet in encoder.frame(mid, since, &mut self.transport_seq) {
                out.push((peer, packet));
            }
        }
    }

    pub(super) fn report(&self, since: Duration, out: &mut Vec<(PeerId, Vec<u8>)>) {
        for encoder in self.encoders.iter().filter(|encoder| encoder.on) {
            let ntp = NtpTime::from_unix(Duration::from_secs(1_700_000_000) + self.clock_ahead + since);
            let mut compound = Vec::new();
            let sender = compound::SenderInfo { ntp, rtp: encoder.rtp_time(since), packets: 0, octets: 0 };
            compound::sender_report(&mut compound, encoder.ssrc, &sender);
            compound::description(&mut compound, encoder.ssrc, b"presenter");
            out.push((self.peer, compound));
        }
    }

    pub(super) fn repair(&mut self, media: u32, lost: &mut dyn Iterator<Item = u16>, out: &mut Vec<Vec<u8>>) {
        let mid = self.mid;
        for encoder in self.encoders.iter_mut().filter(|encoder| encoder.ssrc == media) {
            for sequence in &mut *lost {
                out.extend(encoder.repair(mid, sequence));
            }
        }
    }
}

impl Encoder {
    pub(in crate::router::tests) fn rtp_time(&self, since: Duration) -> u32 {
        let ticks = since.as_micros() * u128::from(self.codec.clock_rate()) / 1_000_000;
        self.epoch.wrapping_add(ticks as u32)
    }

    pub(in crate::router::tests) fn repair_ssrc(&self) -> u32 {
        self.ssrc ^ 0x5555_5555
    }

    pub(in crate::router::tests) fn frame(
        &mut self,
        mid: Mid,
        since: Duration,
        transport_seq: &mut u16,
    ) -> Vec<Vec<u8>> {
        let key = std::mem::take(&mut self.key_wanted) && self.codec != Codec::Opus;
        self.keyframes += u32::from(key);
        self.picture = self.picture.wrapping_add(1);
        self.since_key = if key { 0 } else { self.since_key + 1 };
        let tid = self.tid();
        self.tl0 = self.tl0.wrapping_add(u8::from(tid == 0));
        let parts = if self.codec == Codec::Opus { 1 } else { self.packets_per_frame };
        let captured_us = since.as_micros() as u64;
        let mut packets = Vec::new();
        for part in 0..parts {
            let mut payload = self.payload_start(key, part);
            let own = payload.len();
            payload.extend(self.needs(key).iter().flat_map(|picture| picture.to_be_bytes()));
            payload.resize(own + 200, 0xaa);
            Stamp { encoder: self.ssrc, captured_us, key, part: part as u8 }.write(&mut payload);
            let marker = part + 1 == parts && self.codec != Codec::Opus;
            let packet = self.packet(mid, (self.ssrc, self.payload_type, self.sequence), (since, marker), &payload);
            // One count for a peer: the microphone leaves it to the camera.
            let packet = if self.codec == Codec::Opus { packet } else { with_transport_seq(packet, transport_seq) };
            self.history.insert(self.sequence, packet.clone());
            self.sequence = self.sequence.wrapping_add(1);
            packets.push(packet);
        }
        self.last_of[tid] = captured_us;
        packets
    }

    fn tid(&self) -> usize {
        if self.temporal { [0, 2, 1, 2][self.since_key % 4] } else { 0 }
    }

    /// When the pictures were taken that the next is made from.
    fn needs(&self, key: bool) -> [u64; 2] {
        let [base, middle, top] = self.last_of;
        match self.since_key % 4 {
            _ if key => [NO_PICTURE; 2],
            3 if self.temporal => [middle, top],
            _ => [base, NO_PICTURE],
        }
    }

    fn payload_start(&self, key: bool, part: usize) -> Vec<u8> {
        match (self.codec, part) {
            (Codec::Opus, _) => vec![0xfc],
            (Codec::H264, 0) if key => vec![24, 0, 3, 0x67, 0x42, 0xe0, 0, 219],
            (Codec::H264, 1) if key => vec![28 | 0x60, 0x85],
            (Codec::H264, _) => vec![28 | 0x60, 0x01],
            (Codec::Vp8, _) => {
                let mut start = vec![
                    0x80 | if part == 0 { 0x10 } else { 0 },
                    if self.temporal { 0xe0 } else { 0xc0 },
                    0x80 | (self.picture >> 8) as u8 & 0x7f,
                    self.picture as u8,
                    self.tl0,
                ];
                let sync = self.tid() > 0 && self.since_key % 4 < 3;
                start.extend(self.temporal.then_some((self.tid() as u8) << 6 | u8::from(sync) << 5));
                start.push(u8::from(!key));
                start
            }
        }
    }

    pub(in crate::router::tests) fn packet(
        &self,
        mid: Mid,
        (ssrc, payload_type, sequence): (u32, u8, u16),
        (since, marker): (Duration, bool),
        payload: &[u8],
    ) -> Vec<u8> {
        let timestamp = self.rtp_time(since);
        let fields = HeaderFields {
            marker,
            payload_type,
            sequence,
            timestamp,
            ssrc,
            mid: Some((MID_EXT, mid)),
            transport_seq: None,
            audio_level: (self.codec == Codec::Opus).then_some((LEVEL_EXT, 0x80 | 30)),
        };
        let mut header = [0; MAX_HEADER];
        let length = fields.write(&mut header);
        let mut packet = header[..length].to_vec();
        let id = if ssrc == self.ssrc { RID_EXT } else { RRID_EXT };
        if let Some(rid) = self.rid {
            insert_extension(&mut packet, id, rid.as_bytes());
        }
        packet.extend_from_slice(payload);
        packet
    }

    pub(in crate::router::tests) fn repair(&mut self, mid: Mid, sequence: u16) -> Option<Vec<u8>> {
        let original = self.history.get(&sequence)?.clone();
        let original = RtpPacket::parse(&original).unwrap();
        self.repairs += 1;
        self.repair_sequence = self.repair_sequence.wrapping_add(1);
        let payload = [&sequence.to_be_bytes()[..], original.payload].concat();
        let numbers = (self.repair_ssrc(), self.payload_type + 1, self.repair_sequence);
        let mut packet = self.packet(mid, numbers, (Duration::ZERO, original.marker), &payload);
        packet[4..8].copy_from_slice(&original.timestamp.to_be_bytes());
        Some(packet)
    }
}

/// Adds an element in front of a one-byte extension block that exists.
pub(in crate::router::tests) fn insert_extension(packet: &mut Vec<u8>, id: u8, value: &[u8]) {
    let mut element = vec![(id << 4) | (value.len() as u8 - 1)];
    element.extend_from_slice(value);
    element.resize(element.len().next_multiple_of(4), 0);
    let words = u16::from_be_bytes([packet[14], packet[15]]) + element.len() as u16 / 4;
    packet[14..16].copy_from_slice(&words.to_be_bytes());
    packet.splice(16..16, element);
}

fn with_transport_seq(mut packet: Vec<u8>, next: &mut u16) -> Vec<u8> {
    insert_extension(&mut packet, TWCC_EXT, &next.to_be_bytes());
    *next = next.wrapping_add(1);
    packet
}
