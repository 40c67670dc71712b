//! Where the router puts what must go out: plaintext packets, sealed and batched by whoever implements this.

use crate::ids::PeerId;

/// How many receivers come before one. What lies behind a pointer can be fetched only when the pointer has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    Three,
    Two,
    One,
}

/// The way out of the router. Implementations seal in place and group by receiver; a call must not block or allocate in
/// steady state. `head` and `shared` are one plaintext RTP packet in two pieces, so that what many receivers share is
/// written once per receiver and nowhere else: `head` is the whole header and what of the payload is this receiver's own.
pub trait Egress {
    fn send_rtp(&mut self, to: PeerId, head: &[u8], shared: &[u8]);
    /// One plaintext compound RTCP packet (RFC 3550 §6.1).
    fn send_rtcp(&mut self, to: PeerId, compound: &[u8]);
    /// Packets to this receiver follow soon: what they need may be fetched into the cache.
    fn expect(&mut self, _to: PeerId, _ahead: Ahead) {}
}
