//! Offers and answers: how a peer comes to be, and how it changes.

use super::tcp::{ICE_CHARS, TcpDoor};
use super::{Peer, Sfu, SfuError};
use crate::ids::{Mid, PeerId};
use crate::sdp::{AnswerParams, Flow, LocalTransport, Negotiated, Offer, OfferError, RemoteTransport, answer};
use crate::transport::Transport;
use crate::transport::stun::Credentials;
use std::collections::HashMap;
use std::time::Instant;

/// 144 random bits in a password, 48 in a name, behind the mark of the shard (RFC 8445 §5.3 asks for 128 and 24).
const UFRAG_BYTES: usize = 6;
const PWD_BYTES: usize = 18;

impl Sfu {
    /// Opens a peer and answers its offer. `sendrecv_means` says what an m-line is that the client offers in both
    /// directions: an uplink for an encoder, a slot for a player.
    ///
    /// # Errors
    /// Nothing is left behind when the offer is refused.
    pub fn open(&mut self, now: Instant, id: PeerId, offer: &str, sendrecv_means: Flow) -> Result<String, SfuError> {
        if self.peers.contains_key(&id) {
            return Err(SfuError::PeerExists);
        }
        let offer = Offer::parse(offer)?;
        let local = self.new_credentials()?;
        let mut own_ssrcs = HashMap::new();
        let (text, agreed) = self.answer(id, &offer, &local, (sendrecv_means, 1), &mut own_ssrcs)?;
        self.router.add_peer(now, id, &agreed)?;
        let transport = Transport::new(now, self.identity.clone(), local.clone(), &offer.remote);
        self.due_at(transport.next_timeout());
        self.by_ufrag.insert(local.ufrag.clone(), id);
        let peer = Peer {
            transport,
            offer,
            local,
            sendrecv_means,
            answers: 1,
            own_ssrcs,
            waiting_slots: Vec::new(),
            waiting_check: None,
            media_sent_at: None,
            media_received_at: None,
        };
        self.peers.insert(id, peer);
        Ok(text)
    }

    /// Answers a later offer of the same client: new m-lines, changed directions, or an ICE restart.
    ///
    /// # Errors
    /// The peer goes on as before.
    pub fn reoffer(&mut self, now: Instant, id: PeerId, offer: &str) -> Result<String, SfuError> {
        let offer = Offer::parse(offer)?;
        let peer = self.peers.get(&id).ok_or(SfuError::NoSuchPeer)?;
        if !peer.offer.is_continued_by(&offer) {
            return Err(SfuError::Offer(OfferError::Changed));
        }
        let restarts = is_restart(&peer.offer.remote, &offer.remote);
        let local = if restarts { self.new_credentials()? } else { peer.local.clone() };
        let peer = self.peers.get(&id).ok_or(SfuError::NoSuchPeer)?;
        let (means, answers, mut own_ssrcs) = (peer.sendrecv_means, peer.answers + 1, peer.own_ssrcs.clone());
        let (text, agreed) = self.answer(id, &offer, &local, (means, answers), &mut own_ssrcs)?;
        self.router.update_peer(now, id, &agreed)?;
        let peer = self.peers.get_mut(&id).ok_or(SfuError::NoSuchPeer)?;
        (peer.answers, peer.own_ssrcs, peer.offer) = (answers, own_ssrcs, offer);
        if restarts {
            self.adopt(id, local);
        }
        Ok(text)
    }

    /// Restarts ICE for a client that sends only new credentials (RFC 9725 §4.3.2); gives ours.
    ///
    /// # Errors
    /// When there is no such peer.
    pub fn restart_ice(&mut self, id: PeerId, ufrag: &str, pwd: &str) -> Result<LocalTransport, SfuError> {
        let local = self.new_credentials()?;
        let peer = self.peers.get_mut(&id).ok_or(SfuError::NoSuchPeer)?;
        ufrag.clone_into(&mut peer.offer.remote.ice_ufrag);
        pwd.clone_into(&mut peer.offer.remote.ice_pwd);
        self.adopt(id, local.clone());
        Ok(self.local_transport(&local))
    }

    fn answer(
        &mut self,
        id: PeerId,
        offer: &Offer,
        local: &Credentials,
        (sendrecv_means, version): (Flow, u64),
        own_ssrcs: &mut HashMap<Mid, (u32, u32)>,
    ) -> Result<(String, Negotiated), SfuError> {
        let local = self.local_transport(local);
        let router = &mut self.router;
        Ok(answer(
            offer,
            &mut AnswerParams {
                local: &local,
                // RFC 8866 §5.2 wants a number below 2^63.
                session: id.0 & (u64::MAX >> 1),
                version,
                sendrecv_means,
                own_ssrcs: &mut |mid| *own_ssrcs.entry(mid).or_insert_with(|| router.allocate_ssrcs()),
            },
        )?)
    }

    fn local_transport(&self, local: &Credentials) -> LocalTransport {
        LocalTransport {
            ice_ufrag: local.ufrag.clone(),
            ice_pwd: local.pwd.clone(),
            fingerprint_sha256: self.identity.fingerprint_sha256(),
            candidates: self.candidates.clone(),
            tcp_candidates: self.tcp.as_ref().map(|door| door.addresses.clone()).unwrap_or_default(),
        }
    }

    /// Gives the peer new credentials beside those that it may still use.
    fn adopt(&mut self, id: PeerId, local: Credentials) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.transport.restart_ice(local.clone(), &peer.offer.remote);
        peer.local = local;
        self.by_ufrag.retain(|_, owner| *owner != id);
        self.by_ufrag.extend(peer.transport.local_ufrags().map(|ufrag| (ufrag.to_owned(), id)));
    }

    pub(super) fn new_credentials(&self) -> Result<Credentials, SfuError> {
        let mut bytes = [0; UFRAG_BYTES + PWD_BYTES];
        self.identity.fill_random(&mut bytes).map_err(|_| SfuError::NoRandomness)?;
        let (ufrag, pwd) = bytes.split_at(UFRAG_BYTES);
        let mark = self.tcp.as_ref().map(TcpDoor::mark);
        Ok(Credentials { ufrag: mark.into_iter().chain(ice_chars(ufrag)).collect(), pwd: ice_chars(pwd).collect() })
    }
}

fn is_restart(before: &RemoteTransport, after: &RemoteTransport) -> bool {
    before.ice_ufrag != after.ice_ufrag || before.ice_pwd != after.ice_pwd
}

/// Six bits a character.
fn ice_chars(bytes: &[u8]) -> impl Iterator<Item = char> + '_ {
    let group = |three: &[u8]| three.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
    bytes.chunks_exact(3).flat_map(move |three| {
        (0..4).rev().map(move |at| char::from(ICE_CHARS[(group(three) >> (6 * at)) as usize & 63]))
    })
}
