//! The router's way out: packets are sealed at once, behind those before them.

use super::outgoing::Outgoing;
use super::{Counters, Peer};
use crate::by_number::ByNumber;
use crate::egress::{Ahead, Egress};
use crate::ids::PeerId;
use crate::transport::{DropReason, Transport};
use std::time::Instant;

pub(super) struct Sealing<'a> {
    pub(super) now: Instant,
    pub(super) peers: &'a mut ByNumber<PeerId, Peer>,
    pub(super) outgoing: &'a mut Outgoing,
    pub(super) counters: &'a mut Counters,
}

impl Sealing<'_> {
    fn seal(
        &mut self,
        to: PeerId,
        media: bool,
        how: impl FnOnce(&mut Transport, &mut Vec<u8>) -> Result<usize, DropReason>,
    ) {
        let sealed = self.try_seal(to, media, how);
        if let Err(reason) = sealed {
            self.counters.drops.count(reason);
        }
    }

    fn try_seal(
        &mut self,
        to: PeerId,
        media: bool,
        how: impl FnOnce(&mut Transport, &mut Vec<u8>) -> Result<usize, DropReason>,
    ) -> Result<(), DropReason> {
        let peer = self.peers.get_mut(&to).ok_or(DropReason::SealNotConnected)?;
        if !peer.transport.is_connected() {
            return Err(DropReason::SealNotConnected);
        }
        let path = peer.transport.path().ok_or(DropReason::SealNoConsent)?;
        let len = self.outgoing.seal(to, path, |arena| how(&mut peer.transport, arena))?;
        self.counters.packets_sealed += 1;
        self.counters.bytes_sealed += len as u64;
        if media {
            peer.media_sent_at = Some(self.now);
        }
        Ok(())
    }
}

impl Egress for Sealing<'_> {
    fn send_rtp(&mut self, to: PeerId, head: &[u8], shared: &[u8]) {
        self.seal(to, true, |transport, arena| transport.seal_rtp(head, shared, arena));
    }

    fn expect(&mut self, to: PeerId, ahead: Ahead) {
        if let Some(peer) = self.peers.get(&to) {
            peer.transport.soon(ahead);
        }
    }

    fn send_rtcp(&mut self, to: PeerId, compound: &[u8]) {
        self.seal(to, false, |transport, arena| transport.seal_rtcp(compound, arena));
    }
}
