//! All shards of a server, and where in them each Peer and Track lives.
//!
//! A Session is at *home* on one shard, chosen when it goes live. When the home's thread has too much to do, receivers are
//! opened on the shard that has the least; their slots get what is published elsewhere by relay. A Track lives where its
//! publisher does.

use super::shard::{self, Spawned};
use super::tap::Running;
use super::{Caster, Recorder, Shard, ShardConfig, ShardError, SpawnError, Tap, TapConfig};
use crate::hls::CastView;
use crate::ids::{Mid, PeerId, ShardNumber, TrackId, Want};
use crate::record::TrackFacts;
use crate::router::{CheckedLine, RouterError};
use crate::sdp::{Flow, LocalTransport};
use crate::sfu::{PeerStats, SfuError, SfuEvent, Totals};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// All shards of a server.
pub struct Shards {
    all: Vec<Shard>,
    /// Thousandths of a core.
    spread_above: u32,
    register: Mutex<Register>,
    tap: Option<Running>,
}

/// The shard where a Session is at home; through it, all others. Cheap to clone.
#[derive(Clone)]
pub struct Home {
    shards: Arc<Shards>,
    number: ShardNumber,
}

/// What one shard tells by itself, about whichever Session.
pub struct HomeEvents {
    shards: Arc<Shards>,
    events: mpsc::Receiver<SfuEvent>,
}

#[derive(Default)]
struct Register {
    peers: HashMap<PeerId, Place>,
    tracks: HashMap<TrackId, (ShardNumber, PeerId)>,
}

struct Place {
    shard: ShardNumber,
    home: ShardNumber,
    tracks: Vec<TrackId>,
}

impl Register {
    fn forget_peer(&mut self, peer: PeerId) {
        for track in self.peers.remove(&peer).into_iter().flat_map(|place| place.tracks) {
            self.tracks.remove(&track);
        }
    }

    /// Gives false when it is there already.
    fn publish(&mut self, peer: PeerId, track: TrackId, shard: ShardNumber) -> bool {
        let fresh = !self.tracks.contains_key(&track);
        if let (true, Some(place)) = (fresh, self.peers.get_mut(&peer)) {
            place.tracks.push(track);
            self.tracks.insert(track, (shard, peer));
        }
        fresh
    }

    fn forget_track(&mut self, track: TrackId) {
        let Some((_, peer)) = self.tracks.remove(&track) else { return };
        if let Some(place) = self.peers.get_mut(&peer) {
            place.tracks.retain(|known| *known != track);
        }
    }
}

impl Shards {
    /// Starts a shard for each of `configs`. `spread_above`: when the thread of a Session's home uses more of its core than
    /// this, in thousandths, receivers are opened elsewhere. Without a `tap` nothing is recorded or
    /// streamed.
    ///
    /// # Errors
    /// When an address is taken, or the system gives no socket, thread or randomness.
    pub fn spawn(
        configs: Vec<ShardConfig>,
        spread_above: u32,
        tap: Option<TapConfig>,
    ) -> Result<Vec<(Home, HomeEvents)>, SpawnError> {
        let Spawned { shards, tap } = shard::spawn(configs, tap)?;
        let (all, events): (Vec<_>, Vec<_>) = shards.into_iter().unzip();
        let shards = Arc::new(Self { all, spread_above, register: Mutex::default(), tap });
        let homes = events.into_iter().enumerate().filter_map(|(number, events)| {
            let home = Home { shards: shards.clone(), number: ShardNumber::new(number)? };
            Some((home, HomeEvents { shards: shards.clone(), events }))
        });
        Ok(homes.collect())
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, number: ShardNumber) -> &Shard {
        &self.all[number.index()]
    }
}

impl Home {
    /// The shard itself.
    #[must_use]
    pub fn shard(&self) -> &Shard {
        self.shards.of(self.number)
    }

    /// Opens a peer and answers its offer. See [`Shard::open_peer`].
    ///
    /// # Errors
    /// Refusals of the Sfu; busy; stopped.
    pub async fn open_peer(&self, peer: PeerId, offer: String, sendrecv_means: Flow) -> Result<String, ShardError> {
        let shard = self.place(sendrecv_means);
        self.shards.of(shard).gauge.expect_one();
        self.shards.register().peers.insert(peer, Place { shard, home: self.number, tracks: Vec::new() });
        let answered = self.shards.of(shard).open_peer(peer, offer, sendrecv_means).await;
        if answered.is_err() {
            self.shards.register().forget_peer(peer);
        }
        answered
    }

    /// Answers a later offer of the same peer.
    ///
    /// # Errors
    /// Refusals of the Sfu (the peer then goes on as before); busy; stopped.
    pub async fn reoffer(&self, peer: PeerId, offer: String) -> Result<String, ShardError> {
        self.shard_of(peer).reoffer(peer, offer).await
    }

    /// Restarts ICE for a client that sends only its credentials.
    ///
    /// # Errors
    /// No such peer; busy; stopped.
    pub async fn restart_ice(&self, peer: PeerId, ufrag: String, pwd: String) -> Result<LocalTransport, ShardError> {
        self.shard_of(peer).restart_ice(peer, ufrag, pwd).await
    }

    /// Fills the line of a peer that gets nothing else with padding for some seconds, once it is connected.
    ///
    /// # Errors
    /// No such peer; busy; stopped.
    pub async fn check_line(&self, peer: PeerId, most_bps: u64) -> Result<(), ShardError> {
        self.shard_of(peer).check_line(peer, most_bps).await
    }

    /// What that has found so far; `None` before it begins, and where the client takes no part in it.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn checked_line(&self, peer: PeerId) -> Result<Option<CheckedLine>, ShardError> {
        self.shard_of(peer).checked_line(peer).await
    }

    /// Says goodbye to the client and forgets the peer. An unknown peer is no error.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn close_peer(&self, peer: PeerId) -> Result<(), ShardError> {
        self.shard_of(peer).close_peer(peer).await
    }

    /// Forwards what arrives on `mid` of this peer as `track`, to receivers on all shards.
    ///
    /// # Errors
    /// Refusals of the Sfu; busy; stopped.
    pub async fn publish(&self, peer: PeerId, mid: Mid, track: TrackId) -> Result<(), ShardError> {
        let shard = self.number_of(peer);
        let fresh = self.shards.register().publish(peer, track, shard);
        let published = self.shards.of(shard).publish(peer, mid, track).await;
        if fresh && published.is_err() {
            self.shards.register().forget_track(track);
        }
        published
    }

    /// Ends a track. An unknown track is no error.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn unpublish(&self, track: TrackId) -> Result<(), ShardError> {
        self.shards.of(self.home_of(track)).unpublish(track).await?;
        self.shards.register().forget_track(track);
        Ok(())
    }

    /// Stops or resumes forwarding a track.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn set_muted(&self, track: TrackId, muted: bool) -> Result<(), ShardError> {
        self.shards.of(self.home_of(track)).set_muted(track, muted).await
    }

    /// Shows a track, as far as it is wanted and the line carries it, or nothing in a slot.
    ///
    /// # Errors
    /// Refusals of the Sfu; busy; stopped.
    pub async fn assign_slot(
        &self,
        peer: PeerId,
        mid: Mid,
        track: Option<TrackId>,
        want: Want,
    ) -> Result<(), ShardError> {
        let shard = self.number_of(peer);
        if track.is_some_and(|track| !self.shards.register().tracks.contains_key(&track)) {
            // A shard that has not heard yet that the track is over would still take it.
            return Err(ShardError::Sfu(SfuError::Router(RouterError::NoSuchTrack)));
        }
        match track.map(|track| (self.home_of(track), track)) {
            Some(far) if far.0 != shard => self.shards.of(shard).assign_far_slot(peer, mid, far, want).await,
            _ => self.shards.of(shard).assign_slot(peer, mid, track, want).await,
        }
    }

    /// How the peers of all Sessions fare that are at home here, wherever they were placed.
    ///
    /// # Errors
    /// When a shard with some of them is busy or has stopped.
    pub async fn all_stats(&self) -> Result<Vec<(PeerId, PeerStats)>, ShardError> {
        let mut by_shard: HashMap<ShardNumber, Vec<PeerId>> = HashMap::new();
        for (peer, place) in self.shards.register().peers.iter().filter(|(_, place)| place.home == self.number) {
            by_shard.entry(place.shard).or_default().push(*peer);
        }
        let mut all = Vec::new();
        for (shard, peers) in by_shard {
            all.extend(self.shards.of(shard).stats_of(peers).await?);
        }
        Ok(all)
    }

    /// The tap of all shards, where there is one.
    #[must_use]
    pub fn tap(&self) -> Option<&Tap> {
        self.shards.tap.as_ref().map(|running| &running.tap)
    }

    #[must_use]
    pub fn recorder(&self) -> Option<&Recorder> {
        self.shards.tap.as_ref().map(|running| &running.recorder)
    }

    #[must_use]
    pub fn caster(&self) -> Option<&Caster> {
        self.shards.tap.as_ref().map(|running| &running.caster)
    }

    /// Captures a Track in a Recording that was begun. Nothing happens where there is no recorder.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn capture(&self, recording: String, track: TrackId, facts: TrackFacts) -> Result<(), ShardError> {
        match self.recorder() {
            Some(recorder) => recorder.add(recording, (self.home_of(track), track), facts).await,
            None => Ok(()),
        }
    }

    /// What those see and hear who watch this Session by HTTP. Nothing happens where there is no tap. See [`Caster::show`].
    ///
    /// # Errors
    /// Busy; stopped.
    pub fn cast(&self, session: String, epoch_us: i64, view: CastView) -> Result<(), ShardError> {
        let Some(caster) = self.caster() else { return Ok(()) };
        let tracks = view.picture.iter().chain(&view.voices).map(|one| (self.home_of(one.track), one.track)).collect();
        caster.show(session, epoch_us, view, tracks)
    }

    /// Counters of this shard for metrics.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn totals(&self) -> Result<Totals, ShardError> {
        self.shard().totals().await
    }

    /// Where the next peer is opened: at home, except for a receiver when the home has enough to do.
    fn place(&self, sendrecv_means: Flow) -> ShardNumber {
        let expected = |number: ShardNumber| self.shards.of(number).load().expected();
        if sendrecv_means == Flow::Uplink || expected(self.number) < self.shards.spread_above {
            return self.number;
        }
        let all = (0..self.shards.all.len()).filter_map(ShardNumber::new);
        all.min_by_key(|number| (expected(*number), *number != self.number)).unwrap_or(self.number)
    }

    fn number_of(&self, peer: PeerId) -> ShardNumber {
        self.shards.register().peers.get(&peer).map_or(self.number, |place| place.shard)
    }

    fn shard_of(&self, peer: PeerId) -> &Shard {
        self.shards.of(self.number_of(peer))
    }

    fn home_of(&self, track: TrackId) -> ShardNumber {
        self.shards.register().tracks.get(&track).map_or(self.number, |(shard, _)| *shard)
    }
}

impl HomeEvents {
    /// `None` when the shard has stopped.
    pub async fn recv(&mut self) -> Option<SfuEvent> {
        let event = self.events.recv().await?;
        if let SfuEvent::Closed { peer, .. } = event {
            self.shards.register().forget_peer(peer);
        }
        Some(event)
    }
}
