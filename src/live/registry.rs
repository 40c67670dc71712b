//! The live Sessions of this server, and the tasks that serve all of them.

use super::capture::CaptureLine;
use super::events::{MediaIndex, route};
use super::figures::{self, LineTally};
use super::ledger::Recorder;
use super::media::{MediaEvents, MediaPlane, MediaTotals};
use super::session::{Actor, ActorParts, INBOX, SessionHandle};
use super::{Casts, LiveClock, LiveShelf, PresenceLedger, Recordings, Recovered};
use crate::domain::presence::NewEvent;
use crate::domain::{SessionId, Time};
use lectern_media::ids::{PeerId, TrackId};
use lectern_signaling::protocol::server::SessionView;
use lectern_signaling::protocol::{RecordingSwitch, Refusal};
use lectern_signaling::room::{Opening, Room, RoomLimits};
use lectern_signaling::{Effect, Moment};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What a Session is taken for before its media flows, in thousandths of a core: a small one.
const EMPTY_SESSION: u64 = 10;
/// A client that does not read its last message within this time misses it.
const LAST_WORDS: Duration = Duration::from_secs(3);

pub struct RegistryParts {
    pub clock: LiveClock,
    pub ledger: Arc<dyn PresenceLedger>,
    pub recordings: Arc<dyn Recordings>,
    pub casts: Arc<dyn Casts>,
    pub limits: RoomLimits,
    /// Most Sessions live at once.
    pub sessions: usize,
}

/// A Session that goes live, or goes on.
#[derive(Debug, Clone)]
pub struct Going {
    pub id: SessionId,
    pub title: String,
    pub started_at: Time,
    pub recording: RecordingSwitch,
}

/// A place for a Session that is about to go live, which nobody else can take. Given back when dropped.
pub struct Reservation {
    registry: Registry,
}

/// Counters for metrics; those of events since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiveTotals {
    pub sessions: usize,
    pub people: usize,
    pub connections: usize,
    pub slow_consumers: u64,
    /// Layer changes and the like that a Session was too busy to hear of.
    pub media_events_lost: u64,
    /// Pictures that stood still, as pages say, and for how long together.
    pub freezes: u64,
    pub freeze_ms: u64,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    parts: RegistryParts,
    pub(super) planes: Vec<Arc<dyn MediaPlane>>,
    numbers: Arc<Numbers>,
    pub(super) index: MediaIndex,
    house: Mutex<House>,
    lines: Mutex<LineTally>,
}

#[derive(Default)]
struct House {
    sessions: HashMap<SessionId, Placed>,
    /// Places of Sessions that are about to go live.
    reserved: usize,
    actors: JoinSet<()>,
    /// Event routers, and the one that asks for figures.
    servants: JoinSet<()>,
    stopping: bool,
    /// Given to Connections; when all are dropped, the receiver hears it.
    standing: Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>,
}

struct Placed {
    handle: SessionHandle,
    plane: usize,
}

/// Numbers that are never used again while the process lives, and counters.
#[derive(Default)]
pub(super) struct Numbers {
    peers: AtomicU64,
    tracks: AtomicU64,
    slow_consumers: AtomicU64,
    events_lost: AtomicU64,
    freezes: AtomicU64,
    freeze_ms: AtomicU64,
}

impl Numbers {
    pub(super) fn peer(&self) -> PeerId {
        PeerId(self.peers.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(super) fn track(&self) -> TrackId {
        TrackId(self.tracks.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(super) fn slow_consumer(&self) {
        self.slow_consumers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn event_lost(&self) {
        self.events_lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn froze(&self, times: u32, ms: u32) {
        self.freezes.fetch_add(u64::from(times), Ordering::Relaxed);
        self.freeze_ms.fetch_add(u64::from(ms), Ordering::Relaxed);
    }
}

impl Registry {
    /// Starts with no Session. There is one plane per shard, each with its events. Must be called inside a tokio runtime.
    pub fn start<E: MediaEvents>(parts: RegistryParts, planes: Vec<(Arc<dyn MediaPlane>, E)>) -> Self {
        let (planes, events): (Vec<_>, Vec<_>) = planes.into_iter().unzip();
        let inner = Arc::new(Inner {
            parts,
            planes,
            numbers: Arc::default(),
            index: MediaIndex::default(),
            house: Mutex::default(),
            lines: Mutex::default(),
        });
        {
            let mut house = inner.house();
            house.standing = Some(mpsc::channel(1));
            for events in events {
                let (index, numbers) = (inner.index.clone(), inner.numbers.clone());
                house.servants.spawn(route(events, index, numbers));
            }
            house.servants.spawn(figures::watch(Arc::downgrade(&inner)));
        }
        Self { inner }
    }

    /// A shard and a number for a Peer that belongs to no Session; none when the server stops.
    pub(super) fn place_outside(&self) -> Option<(Arc<dyn MediaPlane>, PeerId)> {
        let house = self.inner.house();
        let plane = self.inner.quietest_plane(&house).filter(|_| !house.stopping)?;
        Some((self.inner.planes[plane].clone(), self.inner.numbers.peer()))
    }

    /// Keeps a place for one more Session, so that it is not stored as live in vain.
    pub fn reserve(&self) -> Result<Reservation, Refusal> {
        self.reserve_among(self.inner.parts.sessions)
    }

    fn reserve_among(&self, most: usize) -> Result<Reservation, Refusal> {
        let mut house = self.inner.house();
        if house.stopping {
            return Err(Refusal::ServerStopping);
        }
        if house.sessions.len() + house.reserved >= most {
            return Err(Refusal::Full);
        }
        house.reserved += 1;
        Ok(Reservation { registry: self.clone() })
    }

    /// Opens the Room of a Session whose row is stored.
    pub fn go_live(&self, going: Going) -> Result<SessionHandle, Refusal> {
        self.reserve()?.go_live(going)
    }

    /// Opens the Room of a Session that was live before the server started, however many there are: a limit that was
    /// lowered meanwhile must not keep the server from starting. Its open intervals are closed before anyone comes in.
    /// `recovered` is absent when the server stopped before the Room wrote its first line.
    pub fn go_on(&self, going: Going, recovered: Option<Recovered>) -> Result<SessionHandle, Refusal> {
        let place = self.reserve_among(usize::MAX)?;
        let Some(mut recovered) = recovered else {
            return place.go_live(going);
        };
        let before = std::mem::take(&mut recovered.before);
        let at = self.inner.parts.clock.reading();
        let room = Room::continued(at.moment, self.inner.opening(&going), before);
        place.open(going.id, room, Vec::new(), recovered.lines(at))
    }

    fn open(
        &self,
        id: SessionId,
        room: Room,
        first: Vec<Effect>,
        lines: Vec<NewEvent>,
    ) -> Result<SessionHandle, Refusal> {
        let mut house = self.inner.house();
        if house.stopping {
            return Err(Refusal::ServerStopping);
        }
        if let Some(placed) = house.sessions.get(&id) {
            return Ok(placed.handle.clone());
        }
        let plane = self.inner.quietest_plane(&house).ok_or(Refusal::ServerStopping)?;
        let (sender, inbox) = mpsc::channel(INBOX);
        let standing = house.standing.as_ref().map(|(standing, _)| standing.downgrade());
        let handle = SessionHandle::new(id, sender, standing.ok_or(Refusal::ServerStopping)?);
        let mut recorder = Recorder::new(self.inner.parts.ledger.clone(), id);
        recorder.fall_behind(lines.into());
        let actor = Actor::new(ActorParts {
            handle: handle.clone(),
            inbox,
            room,
            first,
            clock: self.inner.parts.clock.clone(),
            recorder,
            capture: CaptureLine::open(self.inner.parts.recordings.clone(), id),
            casts: self.inner.parts.casts.clone(),
            media: self.inner.planes[plane].clone(),
            numbers: self.inner.numbers.clone(),
            index: self.inner.index.clone(),
        });
        house.sessions.insert(id, Placed { handle: handle.clone(), plane });
        while house.actors.try_join_next().is_some() {}
        let place = Place { inner: Arc::downgrade(&self.inner), session: id };
        house.actors.spawn(async move {
            let _given_back_even_by_a_panic = place;
            actor.run().await;
        });
        Ok(handle)
    }

    /// What lines of the ledger that are written now carry beside the wall time.
    #[must_use]
    pub fn monotonic_us(&self) -> i64 {
        self.inner.parts.clock.reading().monotonic_us
    }

    #[must_use]
    pub fn get(&self, id: SessionId) -> Option<SessionHandle> {
        self.inner.house().sessions.get(&id).map(|placed| placed.handle.clone())
    }

    /// Where the segments of a Session's live stream are; none when there is no such Session here, or when no stream can be made.
    #[must_use]
    pub fn shelf(&self, id: SessionId) -> Option<LiveShelf> {
        self.inner.parts.casts.shelf(id)
    }

    #[must_use]
    pub fn sessions(&self) -> Vec<SessionHandle> {
        self.inner.house().sessions.values().map(|placed| placed.handle.clone()).collect()
    }

    #[must_use]
    pub fn totals(&self) -> LiveTotals {
        let sessions = self.sessions();
        LiveTotals {
            sessions: sessions.len(),
            people: sessions.iter().map(SessionHandle::people).sum(),
            connections: sessions.iter().map(SessionHandle::connections).sum(),
            slow_consumers: self.inner.numbers.slow_consumers.load(Ordering::Relaxed),
            media_events_lost: self.inner.numbers.events_lost.load(Ordering::Relaxed),
            freezes: self.inner.numbers.freezes.load(Ordering::Relaxed),
            freeze_ms: self.inner.numbers.freeze_ms.load(Ordering::Relaxed),
        }
    }

    /// How the lines of all Peers fare.
    #[must_use]
    pub fn lines(&self) -> LineTally {
        self.inner.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What each shard of the media plane counted; none where a shard did not say so in time.
    pub async fn media_totals(&self) -> Vec<Option<MediaTotals>> {
        let mut all = Vec::with_capacity(self.inner.planes.len());
        for plane in &self.inner.planes {
            let told = tokio::time::timeout(figures::PATIENCE, plane.totals()).await;
            all.push(told.ok().and_then(Result::ok));
        }
        all
    }

    /// The server stops: everybody is told, the ledger gets its lines, and every task has ended when this returns. The
    /// Sessions themselves are not over.
    pub async fn stop(&self) {
        let (sessions, mut actors, mut servants, standing) = {
            let mut house = self.inner.house();
            house.stopping = true;
            let sessions: Vec<SessionHandle> = house.sessions.values().map(|p| p.handle.clone()).collect();
            let standing = house.standing.take();
            (sessions, std::mem::take(&mut house.actors), std::mem::take(&mut house.servants), standing)
        };
        let mut stops = JoinSet::new();
        for session in sessions {
            stops.spawn(async move { session.stop().await });
        }
        while stops.join_next().await.is_some() {}
        while let Some(ended) = actors.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a Session's actor ended badly");
            }
        }
        servants.shutdown().await;
        if let Some((ours, mut last_gone)) = standing {
            drop(ours);
            // Nothing is ever sent: this ends when the last Connection has written its last word.
            let _ = tokio::time::timeout(LAST_WORDS, last_gone.recv()).await;
        }
    }
}

impl Reservation {
    /// Opens the Room of a Session whose row was just stored. Refused only by a server that is stopping.
    pub fn go_live(self, going: Going) -> Result<SessionHandle, Refusal> {
        let (room, first) = Room::open(self.registry.inner.now(), self.registry.inner.opening(&going));
        self.open(going.id, room, first, Vec::new())
    }

    fn open(
        self,
        id: SessionId,
        room: Room,
        first: Vec<Effect>,
        lines: Vec<NewEvent>,
    ) -> Result<SessionHandle, Refusal> {
        // Given back after the Session has its place: between the two it counts twice, never not at all.
        self.registry.open(id, room, first, lines)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.registry.inner.house().reserved -= 1;
    }
}

/// An actor's place among the live Sessions, given back when it is dropped.
struct Place {
    inner: Weak<Inner>,
    session: SessionId,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            inner.house().sessions.remove(&self.session);
        }
    }
}

impl Inner {
    fn house(&self) -> MutexGuard<'_, House> {
        self.house.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        self.parts.clock.reading().moment
    }

    fn opening(&self, going: &Going) -> Opening {
        let started_ms = going.started_at.millis();
        let session = SessionView {
            id: going.id.to_string(),
            title: going.title.clone(),
            started_ms,
            spotlight: None,
            recording: going.recording,
        };
        Opening { session, limits: self.parts.limits, seed: rand::random() }
    }

    /// Every live Session, with its shard.
    pub(super) fn placed(&self) -> Vec<(SessionHandle, usize)> {
        self.house().sessions.values().map(|placed| (placed.handle.clone(), placed.plane)).collect()
    }

    pub(super) fn add_lines(&self, round: LineTally) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).add(round);
    }

    /// The shard that does the least. A Session counts even before anyone is in it.
    fn quietest_plane(&self, house: &House) -> Option<usize> {
        (0..self.planes.len()).min_by_key(|&plane| {
            let sessions = house.sessions.values().filter(|placed| placed.plane == plane).count() as u64;
            u64::from(self.planes[plane].load()) + sessions * EMPTY_SESSION
        })
    }
}
