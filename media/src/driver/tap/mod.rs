//! The tap: a thread that is fed what crosses to it as to one more shard, for Recordings and for live streams.
//!
//! The packet path never waits for it: a shard that finds its box full loses those packets for the tap, as on a line.
#![expect(clippy::disallowed_methods, reason = "the driver is where the clock is read")]

mod caster;
mod disk;
mod recorder;
mod shelf;
mod voices;
mod wants;

pub use caster::Caster;
pub use recorder::{Recorder, RecordingFigures, Trouble};
pub use shelf::LiveShelf;

use super::ShardError;
use super::links::Link;
use crate::record::At;
use crate::router::Crossing;
use caster::Casts;
use recorder::Recordings;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;
use wants::{Wanted, Wants};

/// Batches of packets that may wait for the tap: some seconds of a busy shard.
const CAPACITY: usize = 8192;
/// Commands have a way of their own: none is lost because many packets wait.
const COMMANDS: usize = 1024;
const LOOK_AROUND: Duration = Duration::from_millis(50);
const FRAGMENT_EVERY: Duration = Duration::from_secs(1);

/// What the tap is for.
#[derive(Debug, Clone)]
pub struct TapConfig {
    /// Where each Recording has a folder of its name.
    pub recordings: PathBuf,
    /// The program that turns voices into AAC; without it there are no live streams.
    pub voices: Option<PathBuf>,
}

enum Inbound {
    Crossing(Crossing),
    /// There is a command.
    Wake,
}

type Command = Box<dyn FnOnce(&mut Worker, At) + Send>;

/// A handle to the running tap. Cheap to clone.
#[derive(Clone)]
pub struct Tap {
    inbox: SyncSender<Inbound>,
    commands: SyncSender<Command>,
    stopping: Arc<AtomicBool>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

/// The tap, and what it does.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) tap: Tap,
    pub(super) recorder: Recorder,
    pub(super) caster: Caster,
}

/// What shards put crossings into.
#[derive(Clone)]
pub(super) struct TapLink(SyncSender<Inbound>);

impl TapLink {
    pub(super) fn send(&self, crossing: Crossing) -> bool {
        !matches!(self.0.try_send(Inbound::Crossing(crossing)), Err(TrySendError::Full(_)))
    }
}

/// A tap before the shards are there.
pub(super) struct Prepared {
    inbox: SyncSender<Inbound>,
    receiver: Receiver<Inbound>,
}

impl Prepared {
    pub(super) fn new() -> Self {
        let (inbox, receiver) = sync_channel(CAPACITY);
        Self { inbox, receiver }
    }

    pub(super) fn link(&self) -> TapLink {
        TapLink(self.inbox.clone())
    }

    /// Starts the threads.
    pub(super) fn start(self, config: TapConfig, shards: Arc<[Link]>) -> io::Result<Running> {
        let (commands, orders) = sync_channel(COMMANDS);
        let tap = Tap { inbox: self.inbox, commands, stopping: Arc::default(), threads: Arc::default() };
        let (recordings, disk) = Recordings::start(config.recordings)?;
        let casts = Casts::new(config.voices, tap.clone());
        let recorder = recordings.handle_of(tap.clone());
        let caster = casts.handle_of(tap.clone());
        let worker = Worker { recordings, casts, wants: Wants::new(shards), stopping: tap.stopping.clone() };
        let receiver = self.receiver;
        let worker = std::thread::Builder::new().name("tap".into()).spawn(move || worker.run(&receiver, &orders))?;
        tap.threads.lock().unwrap_or_else(PoisonError::into_inner).extend([worker, disk]);
        Ok(Running { tap, recorder, caster })
    }
}

impl Tap {
    /// Closes every file as it stands and ends the threads. The Recordings themselves are not over.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.wake();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("a thread of the tap ended with a panic");
            }
        }
    }

    /// Has something done by the thread, whenever that is.
    fn tell(&self, work: impl FnOnce(&mut Worker, At) + Send + 'static) -> Result<(), ShardError> {
        self.commands.try_send(Box::new(work)).map_err(|error| match error {
            TrySendError::Full(_) => ShardError::Busy,
            TrySendError::Disconnected(_) => ShardError::Stopped,
        })?;
        self.wake();
        Ok(())
    }

    /// Where the box is full nobody sleeps.
    fn wake(&self) {
        let _ = self.inbox.try_send(Inbound::Wake);
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Worker, At) -> T + Send + 'static,
    ) -> Result<T, ShardError> {
        let (reply, answer) = oneshot::channel();
        self.tell(move |worker, at| drop(reply.send(work(worker, at))))?;
        answer.await.map_err(|_| ShardError::Stopped)
    }
}

struct Worker {
    recordings: Recordings,
    casts: Casts,
    wants: Wants,
    stopping: Arc<AtomicBool>,
}

fn at() -> At {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    At { now: Instant::now(), wall_us: i64::try_from(wall.as_micros()).unwrap_or(i64::MAX) }
}

impl Worker {
    fn run(mut self, inbox: &Receiver<Inbound>, commands: &Receiver<Command>) {
        let mut look_at = Instant::now() + LOOK_AROUND;
        let mut fragment_at = Instant::now() + FRAGMENT_EVERY;
        while !self.stopping.load(Ordering::Acquire) {
            let wait = look_at.saturating_duration_since(Instant::now());
            match inbox.recv_timeout(wait) {
                Ok(inbound) => self.handle(&inbound),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while let Ok(command) = commands.try_recv() {
                // What came before it is heard before it.
                self.handle_all(inbox);
                command(&mut self, at());
            }
            let at = at();
            if at.now < look_at {
                continue;
            }
            look_at = at.now + LOOK_AROUND;
            let fragments = at.now >= fragment_at;
            if fragments {
                fragment_at = at.now + FRAGMENT_EVERY;
            }
            self.recordings.look_around(at, fragments, &mut self.wants);
            self.casts.look_around(at, &mut self.wants);
        }
        self.handle_all(inbox);
        self.recordings.stop(at());
    }

    /// What waits now, and not what comes meanwhile.
    fn handle_all(&mut self, inbox: &Receiver<Inbound>) {
        for inbound in inbox.try_iter().take(CAPACITY) {
            self.handle(&inbound);
        }
    }

    fn handle(&mut self, inbound: &Inbound) {
        let Inbound::Crossing(crossing) = inbound else { return };
        let at = at();
        let Self { recordings, casts, .. } = self;
        crossing.tapped(|tapped| {
            recordings.handle(at, &tapped);
            casts.handle(at, &tapped);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_is_obeyed_and_the_tap_stops_however_many_packets_wait() {
        let dir = tempfile::tempdir().unwrap();
        let prepared = Prepared::new();
        let config = TapConfig { recordings: dir.path().to_owned(), voices: None };
        let Running { tap, .. } = prepared.start(config, Vec::new().into()).unwrap();
        let (go, gate) = sync_channel::<()>(0);
        tap.tell(move |_, _| gate.recv().unwrap()).unwrap();
        while tap.inbox.try_send(Inbound::Wake).is_ok() {}
        let asked = tap.clone();
        let answer = tokio::spawn(async move { asked.ask(|_, _| 7).await });
        let full = tap.clone();
        let filled = tokio::task::spawn_blocking(move || {
            go.send(()).unwrap();
            while full.inbox.try_send(Inbound::Wake).is_ok() {}
        });
        assert_eq!(answer.await.unwrap().ok(), Some(7));
        filled.await.unwrap();
        tap.stop().await;
        assert!(matches!(tap.ask(|_, _| ()).await, Err(ShardError::Stopped)));
    }
}
