//! The Sfu: transports, router and answers composed; the only thing that a driver drives.
//!
//! Datagrams go in by [`Sfu::handle_datagram`], come out by [`Sfu::poll_transmits`]; calls name peers and tracks by number.
//! A batch of datagrams should be handled before transmits are polled: packets to one receiver are then sent together.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod line_checks;
mod negotiation;
mod outgoing;
mod sealing;
mod stats;
mod tcp;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod weak_lines;

use crate::by_number::ByNumber;
use crate::ids::{Mid, PeerId, ShardNumber, TrackId, Want};
use crate::router::{CheckedLine, Crossing, Router, RouterConfig};
use crate::sdp::{Flow, Offer};
use crate::transport::stun::{BindingRequest, Credentials};
use crate::transport::{
    CloseReason, DropCounts, DropReason, Identity, Input, Origin, Path, Protocol, Transport, TransportEvent,
};
use outgoing::Outgoing;
pub use outgoing::{Transmit, Transmits};
use sealing::Sealing;
pub use stats::{PeerStats, SfuError, SfuEvent, Totals};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub use tcp::{MAX_SHARDS, TcpDoor, shard_named_in};

/// Events that wait to be fetched. Above this, those that only say how things stand are dropped and counted.
const MAX_EVENTS: usize = 4096;

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
    peers: ByNumber<PeerId, Peer>,
    by_ufrag: HashMap<String, PeerId>,
    by_origin: HashMap<Origin, PeerId>,
    tcp: Option<TcpDoor>,
    /// TCP connections that no peer uses any more, until the driver fetches them.
    abandoned: Vec<u32>,
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
    transport: Transport,
    offer: Offer,
    local: Credentials,
    sendrecv_means: Flow,
    /// RFC 8829 §5.3.1: rises with every answer.
    answers: u64,
    own_ssrcs: HashMap<Mid, (u32, u32)>,
    /// What the slots are to show once the peer is connected.
    waiting_slots: Vec<WaitingSlot>,
    /// A check of its line that begins then, up to so many bits per second.
    waiting_check: Option<u64>,
    media_sent_at: Option<Instant>,
    media_received_at: Option<Instant>,
}

struct WaitingSlot {
    mid: Mid,
    track: TrackId,
    /// Where the track is published, when that is another shard.
    home: Option<ShardNumber>,
    want: Want,
}

impl Sfu {
    #[must_use]
    pub fn new(config: SfuConfig) -> Self {
        let SfuConfig { identity, candidates, seed, started, started_unix } = config;
        Self {
            identity,
            candidates,
            peers: ByNumber::default(),
            by_ufrag: HashMap::new(),
            by_origin: HashMap::new(),
            tcp: None,
            abandoned: Vec::new(),
            router: Router::new(RouterConfig { seed, started, started_unix }),
            outgoing: Outgoing::default(),
            events: VecDeque::new(),
            transports_due: None,
            counters: Counters::default(),
        }
    }

    /// Says goodbye to the client and forgets the peer, its tracks and its slots. An unknown peer is no error.
    pub fn close(&mut self, now: Instant, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.transport.close(now);
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

    /// Shows a track, as far as it is wanted, or nothing in a slot.
    ///
    /// # Errors
    /// When peer, slot or track do not exist, or do not fit.
    pub fn assign_slot(
        &mut self,
        now: Instant,
        peer: PeerId,
        mid: Mid,
        track: Option<TrackId>,
        want: Want,
    ) -> Result<(), SfuError> {
        self.router.check_slot(peer, mid, track)?;
        self.assign(now, peer, mid, track.map(|track| WaitingSlot { mid, track, home: None, want }), want)
    }

    /// As [`Self::assign_slot`] for a track that is published on another shard. It may come later than this.
    ///
    /// # Errors
    /// When peer or slot do not exist.
    pub fn assign_far_slot(
        &mut self,
        now: Instant,
        peer: PeerId,
        mid: Mid,
        (home, track): (ShardNumber, TrackId),
        want: Want,
    ) -> Result<(), SfuError> {
        self.router.expect_track(now, (home, track), peer, mid)?;
        self.assign(now, peer, mid, Some(WaitingSlot { mid, track, home: Some(home), want }), want)
    }

    fn assign(
        &mut self,
        now: Instant,
        peer: PeerId,
        mid: Mid,
        slot: Option<WaitingSlot>,
        want: Want,
    ) -> Result<(), SfuError> {
        match self.peers.get_mut(&peer) {
            // A slot that begins before its peer is connected would send its keyframe to nobody.
            Some(waiting) if !waiting.transport.is_connected() => {
                waiting.waiting_slots.retain(|slot| slot.mid != mid);
                waiting.waiting_slots.extend(slot);
                Ok(())
            }
            _ => Ok(self.router.assign_slot(now, peer, mid, slot.map(|slot| slot.track), want)?),
        }
    }

    /// Fills the line of a peer that gets nothing else with padding for some seconds, once it is connected.
    ///
    /// # Errors
    /// When there is no such peer.
    pub fn check_line(&mut self, now: Instant, id: PeerId, most_bps: u64) -> Result<(), SfuError> {
        let peer = self.peers.get_mut(&id).ok_or(SfuError::NoSuchPeer)?;
        if peer.transport.is_connected() {
            return Ok(self.router.check_line(now, id, most_bps)?);
        }
        peer.waiting_check = Some(most_bps);
        Ok(())
    }

    /// What [`Self::check_line`] has found; `None` before it begins, and where the client takes no part in it.
    #[must_use]
    pub fn checked_line(&self, now: Instant, id: PeerId) -> Option<CheckedLine> {
        self.router.checked_line(id, now)
    }

    /// How many peers there are.
    #[must_use]
    pub fn peers(&self) -> usize {
        self.peers.len()
    }

    /// Hands what other shards have to hear to `send`; see [`Router::cross`].
    pub fn cross(&mut self, send: impl FnMut(ShardNumber, Crossing) -> bool) {
        self.router.cross(send);
    }

    /// What another shard's [`Self::cross`] made for this one.
    pub fn handle_crossing(&mut self, now: Instant, from: ShardNumber, crossing: &Crossing) {
        let Self { peers, router, outgoing, counters, .. } = self;
        router.handle_crossing(now, from, crossing, &mut Sealing { now, peers, outgoing, counters });
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

    /// What to send next; to be asked until there is nothing more. Packets of a picture wait until it is whole, at most half
    /// a millisecond.
    pub fn poll_transmits(&mut self, now: Instant) -> Option<Transmits<'_>> {
        let Self { peers, router, outgoing, counters, .. } = self;
        while !outgoing.has_enough() && router.forward_next(now, &mut Sealing { now, peers, outgoing, counters }) {}
        self.outgoing.take()
    }

    /// Whether [`Self::poll_transmits`] should have its turn before more datagrams are handled. What waits is bounded in any
    /// case; in turn it needs less memory.
    #[must_use]
    pub fn has_enough(&self) -> bool {
        self.router.has_enough()
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
            connected: peer.transport.is_connected(),
            over_tcp: peer.transport.is_over_tcp(),
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
        let transports = || self.peers.values().map(|peer| &peer.transport);
        let connected = || transports().filter(|transport| transport.is_connected());
        Totals {
            peers: self.peers.len() as u64,
            peers_connected: connected().count() as u64,
            peers_over_tcp: connected().filter(|transport| transport.is_over_tcp()).count() as u64,
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
        let before = peer.transport.path();
        let retired = peer.transport.handle_binding(now, path, request)?;
        if before.is_some() && peer.transport.path() != before {
            self.router.moved(now, id);
        }
        self.by_origin.insert(path.origin(), id);
        if let Some(retired) = retired {
            self.by_ufrag.remove(&retired);
        }
        self.settle(now, id);
        Ok(())
    }

    fn handle_from_peer(&mut self, now: Instant, path: Path, datagram: &mut [u8]) -> Result<(), DropReason> {
        let id = *self.by_origin.get(&path.origin()).ok_or(DropReason::UnknownSource)?;
        let peer = self.peers.get_mut(&id).ok_or(DropReason::UnknownSource)?;
        let input = peer.transport.handle_datagram(now, path, datagram);
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
        let transport = &mut peer.transport;
        while let Some((path, datagram)) = transport.poll_transmit() {
            self.outgoing.push_control(path, &datagram);
        }
        while let Some(origin) = transport.poll_forgotten() {
            if self.by_origin.get(&origin) == Some(&id) {
                self.by_origin.remove(&origin);
                self.abandoned.extend(origin.connection());
            }
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
            let (waiting, check) = (std::mem::take(&mut peer.waiting_slots), peer.waiting_check.take());
            for WaitingSlot { mid, track, home, want } in waiting {
                // The track may have ended meanwhile; then the slot stays empty.
                if let Some(home) = home {
                    let _ = self.router.expect_track(now, (home, track), id, mid);
                }
                let _ = self.router.assign_slot(now, id, mid, Some(track), want);
            }
            if let Some(most_bps) = check {
                let _ = self.router.check_line(now, id, most_bps);
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
        let abandoned = &mut self.abandoned;
        self.by_origin.retain(|origin, owner| {
            if *owner == id {
                abandoned.extend(origin.connection());
            }
            *owner != id
        });
        self.collect_router_events();
        self.tell(SfuEvent::Closed { peer: id, reason });
    }

    fn handle_transport_timeouts(&mut self, now: Instant) {
        self.transports_due = None;
        let is_due = |peer: &Peer| peer.transport.next_timeout().is_some_and(|at| now >= at);
        let (due, waiting): (Vec<_>, Vec<_>) = self.peers.iter().partition(|(_, peer)| is_due(peer));
        let next = waiting.iter().filter_map(|(_, peer)| peer.transport.next_timeout()).min();
        let due: Vec<PeerId> = due.into_iter().map(|(id, _)| *id).collect();
        self.due_at(next);
        for id in due {
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.transport.handle_timeout(now);
                self.settle(now, id);
            }
        }
    }

    fn due_at(&mut self, at: Option<Instant>) {
        self.transports_due = [self.transports_due, at].into_iter().flatten().min();
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
