//! The Sfu: transports, router and answers composed; the only thing that a driver drives.
//!
//! Datagrams go in by [`Sfu::handle_datagram`], come out by [`Sfu::poll_transmit`]; calls name peers and tracks by number.
//! A batch of datagrams should be handled before transmits are polled: packets to one receiver are then sent together.

mod outgoing;
mod stats;
#[cfg(test)]
mod tests;

use crate::egress::Egress;
use crate::ids::{Layer, Mid, PeerId, TrackId};
use crate::router::{Router, RouterConfig};
use crate::sdp::{AnswerParams, Flow, LocalTransport, Negotiated, Offer, RemoteTransport, answer};
use crate::transport::stun::{BindingRequest, Credentials};
use crate::transport::{
    CloseReason, DropCounts, DropReason, Identity, Input, Path, Protocol, Transport, TransportEvent,
};
pub use outgoing::Transmit;
use outgoing::{Outgoing, Sender};
pub use stats::{PeerStats, SfuError, SfuEvent, Totals};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events that wait to be fetched. Above this, those that only say how things stand are dropped and counted.
const MAX_EVENTS: usize = 4096;
/// 144 random bits in a password, 48 in a name (RFC 8445 §5.3 asks for 128 and 24), base64 as ICE allows it.
const UFRAG_BYTES: usize = 6;
const PWD_BYTES: usize = 18;

pub struct SfuConfig {
    pub identity: Arc<Identity>,
    /// Host candidates: every address that clients may reach the socket by.
    pub candidates: Vec<SocketAddr>,
    /// For SSRCs and first sequence numbers; never for secrets.
    pub seed: u64,
    /// The moment at which the wall clock showed `started_unix`.
    pub started: Instant,
    pub started_unix: Duration,
}

pub struct Sfu {
    identity: Arc<Identity>,
    candidates: Vec<SocketAddr>,
    peers: HashMap<PeerId, Peer>,
    by_ufrag: HashMap<String, PeerId>,
    by_addr: HashMap<SocketAddr, PeerId>,
    router: Router,
    outgoing: Outgoing,
    events: VecDeque<SfuEvent>,
    /// The earliest moment at which a transport may have something to do.
    transports_due: Option<Instant>,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    datagrams_received: u64,
    bytes_received: u64,
    packets_sealed: u64,
    bytes_sealed: u64,
    events_lost: u64,
    drops: DropCounts,
}

struct Peer {
    sender: Sender,
    offer: Offer,
    local: Credentials,
    sendrecv_means: Flow,
    /// RFC 8829 §5.3.1: rises with every answer.
    answers: u64,
    own_ssrcs: HashMap<Mid, (u32, u32)>,
    /// What the slots are to show once the peer is connected.
    waiting_slots: Vec<(Mid, TrackId, Layer)>,
    media_sent_at: Option<Instant>,
    media_received_at: Option<Instant>,
}

impl Sfu {
    #[must_use]
    pub fn new(config: SfuConfig) -> Self {
        let SfuConfig { identity, candidates, seed, started, started_unix } = config;
        Self {
            identity,
            candidates,
            peers: HashMap::new(),
            by_ufrag: HashMap::new(),
            by_addr: HashMap::new(),
            router: Router::new(RouterConfig { seed, started, started_unix }),
            outgoing: Outgoing::default(),
            events: VecDeque::new(),
            transports_due: None,
            counters: Counters::default(),
        }
    }

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
        let sender = Sender { transport, outbox: None };
        let peer = Peer {
            sender,
            offer,
            local,
            sendrecv_means,
            answers: 1,
            own_ssrcs,
            waiting_slots: Vec::new(),
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
            return Err(SfuError::Offer(crate::sdp::OfferError::Changed));
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

    /// Says goodbye to the client and forgets the peer, its tracks and its slots. An unknown peer is no error.
    pub fn close(&mut self, now: Instant, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.sender.transport.close(now);
            self.settle(now, id);
        }
    }

    /// Forwards what arrives on `mid` of this peer as `track`.
    ///
    /// # Errors
    /// When the peer has no such uplink, or it is published already.
    pub fn publish(&mut self, now: Instant, peer: PeerId, mid: Mid, track: TrackId) -> Result<(), SfuError> {
        Ok(self.router.publish(now, peer, mid, track)?)
    }

    /// Ends a track; the slots that show it become empty. An unknown track is no error.
    pub fn unpublish(&mut self, now: Instant, track: TrackId) {
        self.router.unpublish(now, track);
    }

    pub fn set_muted(&mut self, now: Instant, track: TrackId, muted: bool) {
        self.router.set_muted(now, track, muted);
    }

    /// Shows a track, up to layer `max`, or nothing in a slot.
    ///
    /// # Errors
    /// When peer, slot or track do not exist, or do not fit.
    pub fn assign_slot(
        &mut self,
        now: Instant,
        peer: PeerId,
        mid: Mid,
        track: Option<TrackId>,
        max: Layer,
    ) -> Result<(), SfuError> {
        self.router.check_slot(peer, mid, track)?;
        match self.peers.get_mut(&peer) {
            // A slot that begins before its peer is connected would send its keyframe to nobody.
            Some(waiting) if !waiting.sender.transport.is_connected() => {
                waiting.waiting_slots.retain(|slot| slot.0 != mid);
                waiting.waiting_slots.extend(track.map(|track| (mid, track, max)));
                Ok(())
            }
            _ => Ok(self.router.assign_slot(now, peer, mid, track, max)?),
        }
    }

    /// One datagram as it came; media is decrypted in place.
    pub fn handle_datagram(&mut self, now: Instant, path: Path, datagram: &mut [u8]) {
        self.counters.datagrams_received += 1;
        self.counters.bytes_received += datagram.len() as u64;
        let handled = match Protocol::of(datagram) {
            None => Err(DropReason::NotOurs),
            Some(Protocol::Stun) => self.handle_stun(now, path, datagram),
            Some(_) => self.handle_from_peer(now, path, datagram),
        };
        if let Err(reason) = handled {
            self.counters.drops.count(reason);
        }
    }

    /// What to send next. Control comes first; media is grouped by receiver.
    pub fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        if !self.outgoing.has_ready() {
            self.close_boxes();
        }
        self.outgoing.poll()
    }

    pub fn poll_event(&mut self) -> Option<SfuEvent> {
        self.collect_router_events();
        self.events.pop_front()
    }

    /// When [`Self::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.transports_due, self.router.next_timeout()].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if self.transports_due.is_some_and(|due| now >= due) {
            self.handle_transport_timeouts(now);
        }
        let Self { peers, router, outgoing, counters, .. } = self;
        router.handle_timeout(now, &mut Sealing { now, peers, outgoing, counters });
    }

    #[must_use]
    pub fn stats(&self, id: PeerId) -> Option<PeerStats> {
        let peer = self.peers.get(&id)?;
        Some(PeerStats {
            connected: peer.sender.transport.is_connected(),
            media_sent_at: peer.media_sent_at,
            media_received_at: peer.media_received_at,
            media: self.router.peer_stats(id).unwrap_or_default(),
        })
    }

    /// [`Self::stats`] of every peer.
    #[must_use]
    pub fn all_stats(&self) -> Vec<(PeerId, PeerStats)> {
        self.peers.keys().filter_map(|id| Some((*id, self.stats(*id)?))).collect()
    }

    #[must_use]
    pub fn totals(&self) -> Totals {
        let counters = &self.counters;
        Totals {
            peers: self.peers.len() as u64,
            peers_connected: self.peers.values().filter(|peer| peer.sender.transport.is_connected()).count() as u64,
            datagrams_received: counters.datagrams_received,
            bytes_received: counters.bytes_received,
            packets_sealed: counters.packets_sealed,
            bytes_sealed: counters.bytes_sealed,
            events_lost: counters.events_lost,
            drops: counters.drops.clone(),
            media: self.router.totals(),
        }
    }

    /// The last level of an audio track as RFC 6464 has it: 0 is loudest, 127 silence.
    #[must_use]
    pub fn audio_level(&self, track: TrackId) -> Option<u8> {
        self.router.audio_level(track)
    }

    /// For a driver whose socket refused something.
    pub fn count_drops(&mut self, refused: &DropCounts) {
        refused.iter().for_each(|(reason, times)| self.counters.drops.count_many(reason, times));
    }

    fn handle_stun(&mut self, now: Instant, path: Path, datagram: &[u8]) -> Result<(), DropReason> {
        let request = BindingRequest::parse(datagram)?;
        let id = *self.by_ufrag.get(request.local_ufrag()).ok_or(DropReason::StunUnknownUser)?;
        let peer = self.peers.get_mut(&id).ok_or(DropReason::StunUnknownUser)?;
        let checked = peer.sender.transport.handle_binding(now, path, request)?;
        self.by_addr.insert(path.remote, id);
        if let Some(forgotten) = checked.forgotten.filter(|addr| self.by_addr.get(addr) == Some(&id)) {
            self.by_addr.remove(&forgotten);
        }
        if let Some(retired) = checked.retired {
            self.by_ufrag.remove(&retired);
        }
        self.settle(now, id);
        Ok(())
    }

    fn handle_from_peer(&mut self, now: Instant, path: Path, datagram: &mut [u8]) -> Result<(), DropReason> {
        let id = *self.by_addr.get(&path.remote).ok_or(DropReason::UnknownSource)?;
        let peer = self.peers.get_mut(&id).ok_or(DropReason::UnknownSource)?;
        let input = peer.sender.transport.handle_datagram(now, path, datagram);
        if matches!(input, Input::Rtp(_)) {
            peer.media_received_at = Some(now);
        }
        let Self { peers, router, outgoing, counters, .. } = self;
        let mut out = Sealing { now, peers, outgoing, counters };
        match input {
            Input::Rtp(len) => router.handle_rtp(now, id, &datagram[..len], &mut out),
            Input::Rtcp(len) => router.handle_rtcp(now, id, &datagram[..len], &mut out),
            Input::Consumed => self.settle(now, id),
            Input::Dropped(reason) => {
                // A datagram may be no use and still have had an effect: a repeated flight is answered.
                if Protocol::of(datagram) == Some(Protocol::Dtls) {
                    self.settle(now, id);
                }
                return Err(reason);
            }
        }
        Ok(())
    }

    /// Carries on what a transport has to send and to tell.
    fn settle(&mut self, now: Instant, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let transport = &mut peer.sender.transport;
        while let Some((path, datagram)) = transport.poll_transmit() {
            self.outgoing.push_control(path, datagram);
        }
        let due = transport.next_timeout();
        let mut ended = None;
        let mut connected = false;
        while let Some(event) = transport.poll_event() {
            match event {
                TransportEvent::Connected => connected = true,
                TransportEvent::Closed(reason) => ended = Some(reason),
            }
        }
        if connected {
            let waiting = std::mem::take(&mut peer.waiting_slots);
            for (mid, track, max) in waiting {
                // The track may have ended meanwhile; then the slot stays empty.
                let _ = self.router.assign_slot(now, id, mid, Some(track), max);
            }
            self.tell(SfuEvent::Connected { peer: id });
        }
        match ended {
            Some(reason) => self.forget(now, id, reason),
            None => self.due_at(due),
        }
    }

    fn forget(&mut self, now: Instant, id: PeerId, reason: CloseReason) {
        self.router.remove_peer(now, id);
        self.peers.remove(&id);
        self.by_ufrag.retain(|_, owner| *owner != id);
        self.by_addr.retain(|_, owner| *owner != id);
        self.collect_router_events();
        self.tell(SfuEvent::Closed { peer: id, reason });
    }

    fn handle_transport_timeouts(&mut self, now: Instant) {
        self.transports_due = None;
        let is_due = |peer: &Peer| peer.sender.transport.next_timeout().is_some_and(|at| now >= at);
        let (due, waiting): (Vec<_>, Vec<_>) = self.peers.iter().partition(|(_, peer)| is_due(peer));
        let next = waiting.iter().filter_map(|(_, peer)| peer.sender.transport.next_timeout()).min();
        let due: Vec<PeerId> = due.into_iter().map(|(id, _)| *id).collect();
        self.due_at(next);
        for id in due {
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.sender.transport.handle_timeout(now);
                self.settle(now, id);
            }
        }
    }

    fn due_at(&mut self, at: Option<Instant>) {
        self.transports_due = [self.transports_due, at].into_iter().flatten().min();
    }

    fn close_boxes(&mut self) {
        let peers = &mut self.peers;
        self.outgoing.close_boxes(|id| {
            let sender = &mut peers.get_mut(&id)?.sender;
            Some((sender.transport.path()?, sender.outbox.take()?))
        });
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
        }
    }

    /// Gives the peer new credentials beside those that it may still use.
    fn adopt(&mut self, id: PeerId, local: Credentials) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.sender.transport.restart_ice(local.clone(), &peer.offer.remote);
        peer.local = local;
        self.by_ufrag.retain(|_, owner| *owner != id);
        self.by_ufrag.extend(peer.sender.transport.local_ufrags().map(|ufrag| (ufrag.to_owned(), id)));
    }

    fn new_credentials(&self) -> Result<Credentials, SfuError> {
        let mut bytes = [0; UFRAG_BYTES + PWD_BYTES];
        self.identity.fill_random(&mut bytes).map_err(|_| SfuError::NoRandomness)?;
        let (ufrag, pwd) = bytes.split_at(UFRAG_BYTES);
        Ok(Credentials { ufrag: ice_chars(ufrag), pwd: ice_chars(pwd) })
    }

    fn collect_router_events(&mut self) {
        while let Some(event) = self.router.poll_event() {
            self.tell(event.into());
        }
    }

    fn tell(&mut self, event: SfuEvent) {
        if self.events.len() < MAX_EVENTS || event.must_arrive() {
            self.events.push_back(event);
        } else {
            self.counters.events_lost += 1;
        }
    }
}

fn is_restart(before: &RemoteTransport, after: &RemoteTransport) -> bool {
    before.ice_ufrag != after.ice_ufrag || before.ice_pwd != after.ice_pwd
}

/// Six bits a character, as ICE allows them (RFC 8839 §5.4).
fn ice_chars(bytes: &[u8]) -> String {
    const CHARS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| three.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
    bytes
        .chunks_exact(3)
        .flat_map(|three| (0..4).rev().map(move |at| char::from(CHARS[(group(three) >> (6 * at)) as usize & 63])))
        .collect()
}

/// The router's way out: packets are sealed into the receiver's box at once.
struct Sealing<'a> {
    now: Instant,
    peers: &'a mut HashMap<PeerId, Peer>,
    outgoing: &'a mut Outgoing,
    counters: &'a mut Counters,
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
