//! A camera of three layers, as a browser sends it.

use super::offer::{MID_EXTENSION, RID_EXTENSION, RIDS, VP8};
use super::source::{Temporal, VideoPacket};
use super::wire::packets;
use std::time::{Duration, Instant};

const FRAME_EVERY: Duration = Duration::from_millis(40);
/// Of each layer, on the wire of a receiver.
pub(crate) const LAYER_BPS: [usize; 3] = [150_000, 500_000, 1_500_000];
const OVERHEAD: usize = 68;
const LARGEST: usize = 1_000;
/// A keyframe is so many times as large as another frame.
const KEYFRAME: usize = 5;

pub(crate) struct Camera {
    mid: String,
    layers: [Encoding; 3],
    next_at: Option<Instant>,
    frame: u32,
    /// Three temporal layers, as browsers have them in VP8: 0 2 1 2.
    temporal: bool,
}

struct Encoding {
    ssrc: u32,
    sequence: u16,
    wants_key: bool,
    since_key: u32,
    tl0: u8,
}

impl Camera {
    pub(crate) fn new(mid: &str, first_ssrc: u32) -> Self {
        let layer = |n| Encoding { ssrc: first_ssrc + n, sequence: 65_000, wants_key: true, since_key: 0, tl0: 0 };
        Self { mid: mid.to_owned(), layers: [layer(0), layer(1), layer(2)], next_at: None, frame: 0, temporal: false }
    }

    pub(crate) fn with_temporal_layers(self) -> Self {
        Self { temporal: true, ..self }
    }

    /// The packets that are due.
    pub(crate) fn tick(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = *self.next_at.get_or_insert(now);
        while at <= now {
            self.frame += 1;
            for layer in 0..3 {
                self.picture(layer, &mut out);
            }
            at += FRAME_EVERY;
        }
        self.next_at = Some(at);
        out
    }

    fn picture(&mut self, layer: usize, out: &mut Vec<Vec<u8>>) {
        let encoding = &mut self.layers[layer];
        let key = std::mem::take(&mut encoding.wants_key);
        encoding.since_key = if key { 0 } else { encoding.since_key + 1 };
        // Pictures of the base are twice as large as the others.
        let (tid, before, share) = match encoding.since_key % 4 {
            _ if !self.temporal => (0, 1, 1.0),
            0 => (0, 4, 1.6),
            1 => (2, 1, 0.8),
            2 => (1, 2, 0.8),
            _ => (2, 1, 0.8),
        };
        encoding.tl0 = encoding.tl0.wrapping_add(u8::from(tid == 0));
        let temporal = self.temporal.then_some(Temporal { tid, sync: encoding.since_key % 4 < 3, tl0: encoding.tl0 });
        let mean = LAYER_BPS[layer] / 25 / 8;
        let bytes = if key { mean * KEYFRAME } else { (mean as f64 * share) as usize };
        let count = bytes.div_ceil(LARGEST + OVERHEAD);
        for number in 0..count {
            let picture = VideoPacket {
                frame: self.frame,
                piece: number as u16,
                count: count as u16,
                key,
                layer: layer as u8,
                before,
                temporal,
            };
            let payload = picture.payload(bytes / count - OVERHEAD);
            let marker = if number + 1 == count { 0x80 } else { 0 };
            let mut packet = vec![0x90, VP8 | marker];
            packet.extend(encoding.sequence.to_be_bytes());
            packet.extend((self.frame * 3600).to_be_bytes());
            packet.extend(encoding.ssrc.to_be_bytes());
            let rid = RIDS[layer].as_bytes()[0];
            let mid = self.mid.as_bytes()[0];
            packet.extend([0xbe, 0xde, 0, 1, MID_EXTENSION << 4, mid, RID_EXTENSION << 4, rid]);
            packet.extend(payload);
            encoding.sequence = encoding.sequence.wrapping_add(1);
            out.push(packet);
        }
    }

    /// Keyframes come when asked for.
    pub(crate) fn hear(&mut self, compound: &[u8]) {
        for report in packets(compound).filter(|report| report.len() >= 12 && (report[1], report[0] & 31) == (206, 1)) {
            let about = u32::from_be_bytes([report[8], report[9], report[10], report[11]]);
            self.layers.iter_mut().filter(|layer| layer.ssrc == about).for_each(|layer| layer.wants_key = true);
        }
    }
}
