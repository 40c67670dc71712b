//! The router's way out: packets are sealed into the receiver's box at once.

use super::outgoing::{Outgoing, Sender};
use super::{Counters, Peer};
use crate::egress::Egress;
use crate::ids::PeerId;
use crate::transport::{DropReason, Transport};
use std::collections::HashMap;
use std::time::Instant;

pub(super) struct Sealing<'a> {
    pub(super) now: Instant,
    pub(super) peers: &'a mut HashMap<PeerId, Peer>,
    pub(super) outgoing: &'a mut Outgoing,
    pub(super) counters: &'a mut Counters,
}

impl Sealing<'_> {
    fn seal(
        &mut self,
        to: PeerId,
        media: bool,
        how: impl FnOnce(&mut Transport, &mut Vec<u8>) -> Result<usize, DropReason>,
    ) -> Result<(), DropReason> {
        let peer = self.peers.get_mut(&to).ok_or(DropReason::SealNotConnected)?;
        let Sender { transport, outbox } = &mut peer.sender;
        if !transport.is_connected() {
            return Err(DropReason::SealNotConnected);
        }
        let len = self.outgoing.seal(to, outbox, |arena| how(transport, arena))?;
        self.counters.packets_sealed += 1;
        self.counters.bytes_sealed += len as u64;
        if media {
            peer.media_sent_at = Some(self.now);
        }
        Ok(())
    }

    fn count(&mut self, sealed: Result<(), DropReason>) {
        if let Err(reason) = sealed {
            self.counters.drops.count(reason);
        }
    }
}

impl Egress for Sealing<'_> {
    fn send_rtp(&mut self, to: PeerId, header: &[u8], payload: &[u8]) {
        let sealed = self.seal(to, true, |transport, arena| transport.seal_rtp(header, payload, arena));
        self.count(sealed);
    }

    fn send_rtcp(&mut self, to: PeerId, compound: &[u8]) {
        let sealed = self.seal(to, false, |transport, arena| transport.seal_rtcp(compound, arena));
        self.count(sealed);
    }
}
