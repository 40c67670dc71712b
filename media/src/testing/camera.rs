//! A camera of three layers, as a browser sends it.

use super::media::{VideoPacket, packets};
use super::offer::{MID_EXTENSION, RID_EXTENSION, RIDS, VP8};
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
}

struct Encoding {
    ssrc: u32,
    sequence: u16,
    wants_key: bool,
}

impl Camera {
    pub(crate) fn new(mid: &str, first_ssrc: u32) -> Self {
        let layer = |n| Encoding { ssrc: first_ssrc + n, sequence: 65_000, wants_key: true };
        Self { mid: mid.to_owned(), layers: [layer(0), layer(1), layer(2)], next_at: None, frame: 0 }
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
        let bytes = LAYER_BPS[layer] / 25 / 8 * if key { KEYFRAME } else { 1 };
        let count = bytes.div_ceil(LARGEST + OVERHEAD);
        for number in 0..count {
            let picture =
                VideoPacket { frame: self.frame, piece: number as u16, count: count as u16, key, layer: layer as u8 };
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
