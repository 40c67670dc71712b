//! The driver: a thread per shard that owns a UDP socket, the clock and an [`Sfu`], and a handle to talk to it.
//!
//! Nothing on the packet path waits for anyone. Commands come over a bounded channel: when it is full the caller gets
//! [`ShardError::Busy`] at once. Events leave over a bounded channel: when nobody fetches them they wait in the Sfu, where
//! those that only say how things stand are dropped and counted once there are too many; `Connected` and `Closed` are kept.

mod gauge;
mod links;
mod several;
mod shard;
mod shards;
mod socket;
mod tap;
pub(crate) mod tcp;
#[cfg(test)]
mod tests;

pub use gauge::Load;
pub use shards::{Home, HomeEvents, Shards};
pub use tap::{Caster, LiveShelf, Recorder, RecordingFigures, Tap, TapConfig, Trouble};
pub use tcp::AcceptedTcp;

use crate::ids::{Mid, PeerId, ShardNumber, TrackId, Want};
use crate::router::CheckedLine;
use crate::sdp::{Flow, LocalTransport};
use crate::sfu::{PeerStats, Sfu, SfuError, SfuEvent, TcpDoor, Totals};
use crate::transport::Identity;
use gauge::Gauge;
use mio::Waker;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

#[derive(Clone)]
pub struct ShardConfig {
    /// `0.0.0.0:port` hears every IPv4 address, `[::]:port` every address of both kinds. Port 0 takes a free one.
    pub bind: SocketAddr,
    /// The addresses that clients are told to reach the socket by; the port is the bound one.
    pub advertise: Vec<IpAddr>,
    /// The certificate, shared by all shards.
    pub identity: Arc<Identity>,
    /// Commands that may wait. A classroom that joins at once sends some hundred.
    pub command_capacity: usize,
    /// Events that may wait for the receiver.
    pub event_capacity: usize,
}

impl ShardConfig {
    /// A shard with usual capacities.
    #[must_use]
    pub fn new(bind: SocketAddr, advertise: Vec<IpAddr>, identity: Arc<Identity>) -> Self {
        Self { bind, advertise, identity, command_capacity: 1024, event_capacity: 4096 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    #[error("could not open the media socket on {0}")]
    Socket(SocketAddr, #[source] io::Error),
    #[error("could not start the media thread")]
    Thread(#[source] io::Error),
    #[error("the system gives no random bytes")]
    Randomness,
}

#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// Too many commands wait; try again later.
    #[error("the media shard is busy")]
    Busy,
    #[error("the media shard has stopped")]
    Stopped,
    #[error(transparent)]
    Sfu(#[from] SfuError),
}

/// What the shard's thread is asked to do between two batches of packets.
type Command = Box<dyn FnOnce(&mut Sfu, Instant) + Send>;

/// A handle to a running shard. The shard stops when it is told to, or when all handles are gone. A command is handed over
/// when its future is first polled; commands take effect in that order.
#[derive(Clone)]
pub struct Shard {
    commands: SyncSender<Command>,
    newcomers: SyncSender<AcceptedTcp>,
    stopping: Arc<AtomicBool>,
    waker: Arc<Waker>,
    local_addr: SocketAddr,
    gauge: Arc<Gauge>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Shard {
    /// Binds the sockets and starts the threads, called `media-<number>` in the order of `configs`. Tracks cross between
    /// these shards. Of more than [`ShardNumber::MOST`], the rest is left out.
    ///
    /// # Errors
    /// When an address is taken, or the system gives no socket, thread or randomness.
    pub fn spawn(configs: Vec<ShardConfig>) -> Result<Vec<(Self, mpsc::Receiver<SfuEvent>)>, SpawnError> {
        Ok(shard::spawn(configs, None)?.shards)
    }

    /// What the thread does, as far as it was measured.
    #[must_use]
    pub fn load(&self) -> Load {
        self.gauge.load()
    }

    /// Where the socket is bound.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Opens a peer and answers its offer. `sendrecv_means`: see [`Sfu::open`].
    ///
    /// # Errors
    /// Refusals of the Sfu; busy; stopped.
    pub async fn open_peer(&self, peer: PeerId, offer: String, sendrecv_means: Flow) -> Result<String, ShardError> {
        self.ask(move |sfu, now| sfu.open(now, peer, &offer, sendrecv_means)).await?.map_err(Into::into)
    }

    /// Answers a later offer of the same peer.
    ///
    /// # Errors
    /// Refusals of the Sfu (the peer then goes on as before); busy; stopped.
    pub async fn reoffer(&self, peer: PeerId, offer: String) -> Result<String, ShardError> {
        self.ask(move |sfu, now| sfu.reoffer(now, peer, &offer)).await?.map_err(Into::into)
    }

    /// Restarts ICE for a client that sends only its credentials.
    ///
    /// # Errors
    /// No such peer; busy; stopped.
    pub async fn restart_ice(&self, peer: PeerId, ufrag: String, pwd: String) -> Result<LocalTransport, ShardError> {
        self.ask(move |sfu, _| sfu.restart_ice(peer, &ufrag, &pwd)).await?.map_err(Into::into)
    }

    /// Says goodbye to the client and forgets the peer. An unknown peer is no error.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn close_peer(&self, peer: PeerId) -> Result<(), ShardError> {
        self.ask(move |sfu, now| sfu.close(now, peer)).await
    }

    /// Forwards what arrives on `mid` of this peer as `track`.
    ///
    /// # Errors
    /// Refusals of the Sfu; busy; stopped.
    pub async fn publish(&self, peer: PeerId, mid: Mid, track: TrackId) -> Result<(), ShardError> {
        self.ask(move |sfu, now| sfu.publish(now, peer, mid, track)).await?.map_err(Into::into)
    }

    /// Ends a track. An unknown track is no error.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn unpublish(&self, track: TrackId) -> Result<(), ShardError> {
        self.ask(move |sfu, now| sfu.unpublish(now, track)).await
    }

    /// Stops or resumes forwarding a track.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn set_muted(&self, track: TrackId, muted: bool) -> Result<(), ShardError> {
        self.ask(move |sfu, now| sfu.set_muted(now, track, muted)).await
    }

    /// Shows a track, as far as it is wanted, or nothing in a slot.
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
        self.ask(move |sfu, now| sfu.assign_slot(now, peer, mid, track, want)).await?.map_err(Into::into)
    }

    /// As [`Self::assign_slot`] for a track that is published on another shard.
    ///
    /// # Errors
    /// Refusals of the Sfu; busy; stopped.
    pub async fn assign_far_slot(
        &self,
        peer: PeerId,
        mid: Mid,
        far: (ShardNumber, TrackId),
        want: Want,
    ) -> Result<(), ShardError> {
        self.ask(move |sfu, now| sfu.assign_far_slot(now, peer, mid, far, want)).await?.map_err(Into::into)
    }

    /// Names TCP candidates in the answers to come; a listener brings the connections by [`Self::adopt`].
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn offer_tcp(&self, door: TcpDoor) -> Result<(), ShardError> {
        self.ask(move |sfu, _| sfu.offer_tcp(door)).await
    }

    /// Hands over a connection whose first frame names this shard. It is closed when the frame proves nothing.
    ///
    /// # Errors
    /// Busy; stopped. The connection is closed then.
    pub fn adopt(&self, accepted: AcceptedTcp) -> Result<(), ShardError> {
        self.newcomers.try_send(accepted).map_err(|error| match error {
            TrySendError::Full(_) => ShardError::Busy,
            TrySendError::Disconnected(_) => ShardError::Stopped,
        })?;
        self.waker.wake().map_err(|_| ShardError::Stopped)
    }

    /// How one peer fares; `None` when it is gone.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn stats(&self, peer: PeerId) -> Result<Option<PeerStats>, ShardError> {
        self.ask(move |sfu, _| sfu.stats(peer)).await
    }

    /// How these peers fare, for attendance checkpoints; those that are gone are left out.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn stats_of(&self, peers: Vec<PeerId>) -> Result<Vec<(PeerId, PeerStats)>, ShardError> {
        self.ask(|sfu, _| peers.into_iter().filter_map(|peer| Some((peer, sfu.stats(peer)?))).collect()).await
    }

    /// Fills the line of a peer that gets nothing else with padding for some seconds, once it is connected.
    ///
    /// # Errors
    /// No such peer; busy; stopped.
    pub async fn check_line(&self, peer: PeerId, most_bps: u64) -> Result<(), ShardError> {
        self.ask(move |sfu, now| sfu.check_line(now, peer, most_bps)).await?.map_err(Into::into)
    }

    /// What that has found so far; `None` before it begins, and where the client takes no part in it.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn checked_line(&self, peer: PeerId) -> Result<Option<CheckedLine>, ShardError> {
        self.ask(move |sfu, now| sfu.checked_line(now, peer)).await
    }

    /// Counters for metrics.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn totals(&self) -> Result<Totals, ShardError> {
        self.ask(|sfu, _| sfu.totals()).await
    }

    /// Closes every peer with a goodbye and ends the thread; returns when it has ended. Commands that wait are answered
    /// with [`ShardError::Stopped`].
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        // When the thread cannot be woken it looks around by itself within a second.
        let _ = self.waker.wake();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the media thread ended with a panic");
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Sfu, Instant) -> T + Send + 'static,
    ) -> Result<T, ShardError> {
        let (reply, answer) = oneshot::channel();
        // A caller that went away does not want its answer.
        let command: Command = Box::new(move |sfu, now| drop(reply.send(work(sfu, now))));
        self.send(command)?;
        answer.await.map_err(|_| ShardError::Stopped)
    }

    fn send(&self, command: Command) -> Result<(), ShardError> {
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => ShardError::Busy,
            TrySendError::Disconnected(_) => ShardError::Stopped,
        })?;
        self.waker.wake().map_err(|_| ShardError::Stopped)
    }
}
