//! The piece of a packet that is one receiver's own: its header, and the first bytes of a payload that says numbers of ours.

use super::rewrite::Placed;
use super::slot::Way;
use crate::egress::Egress;
use crate::rtp::header::{HeaderFields, MAX_HEADER};
use crate::sdp::Codec;

/// The original number of a repair (RFC 4588 §4) and the longest VP8 descriptor (RFC 7741 §4.2).
const MOST_OWN: usize = 2 + 6;

pub(crate) struct Head {
    bytes: [u8; MAX_HEADER + MOST_OWN],
    length: usize,
}

impl Head {
    pub(crate) fn new(fields: &HeaderFields) -> Self {
        let mut head = Self { bytes: [0; MAX_HEADER + MOST_OWN], length: 0 };
        if let Some(header) = head.bytes.first_chunk_mut() {
            head.length = fields.write(header);
        }
        head
    }

    /// RFC 3550 §5.1: what follows ends with padding.
    pub(crate) fn say_padded(&mut self) {
        self.bytes[0] |= 0x20;
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> &mut [u8] {
        let start = self.length;
        self.length += bytes.len();
        let pushed = &mut self.bytes[start..self.length];
        pushed.copy_from_slice(bytes);
        pushed
    }

    /// Takes over what of a payload has to be changed. Gives what it now says of the picture, and the rest.
    pub(crate) fn take_own<'p>(&mut self, placed: &Placed, payload: &'p [u8]) -> ((Option<u16>, Option<u8>), &'p [u8]) {
        if placed.codec.codec != Codec::Vp8 {
            return ((None, None), payload);
        }
        let (own, shared) = payload.split_at(payload.len().min(6));
        (placed.vp8.apply(self.push(own)), shared)
    }

    /// Gives the length of the whole packet.
    pub(crate) fn emit<E: Egress>(&self, way: &mut Way<'_, E>, shared: &[u8]) -> usize {
        way.out.send_rtp(way.receiver.id, &self.bytes[..self.length], shared);
        self.length + shared.len()
    }
}
