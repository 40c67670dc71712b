//! Recordings: a capture each, and a thread that writes to the disk.
//!
//! Between the two stand at most [`MOST_WAITING`] bytes; what a disk is too slow for is left out, and told by the figures.

use super::disk::{Disk, Job};
use super::{Tap, Wanted, Wants};
use crate::driver::ShardError;
use crate::ids::{ShardNumber, TrackId};
use crate::record::{At, Capture, Demand, Event, MANIFEST, TrackFacts, Write};
use crate::router::Tapped;
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// What may wait for the disk: ten seconds of fifty Recordings of 1 Mbit/s.
const MOST_WAITING: u64 = 64 << 20;
/// Boxes of writes that may wait; the bytes are what counts.
const DISK_CAPACITY: usize = 65_536;

/// Why nothing is written, or soon will not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The disk is full, or nearly.
    NoRoom,
    /// The disk refuses.
    Disk,
    /// The disk does not keep up.
    TooSlow,
    /// Everything is written, but not for long any more.
    LowRoom,
}

/// How a Recording fares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordingFigures {
    /// On disk, synced.
    pub bytes: u64,
    /// Since something was written and synced last; none before the first time.
    pub written_ago: Option<Duration>,
    /// Something should be coming in.
    pub should_flow: bool,
    pub trouble: Option<Trouble>,
}

#[derive(Debug, Default)]
pub(super) struct Status {
    pub(super) bytes: u64,
    pub(super) written_at: Option<Instant>,
    should_flow: bool,
    pub(super) trouble: Option<Trouble>,
}

pub(super) type Statuses = Arc<Mutex<HashMap<String, Status>>>;

pub(super) fn lock(statuses: &Statuses) -> MutexGuard<'_, HashMap<String, Status>> {
    statuses.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handle to the running recorder. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    tap: Tap,
    statuses: Statuses,
}

impl Recorder {
    /// Begins a Recording, or goes on with it when its folder is there.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn begin(&self, recording: String, session: String) -> Result<(), ShardError> {
        self.tap.ask(move |worker, at| worker.recordings.begin(at, recording, &session)).await
    }

    /// Captures a Track that is published on this shard.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn add(
        &self,
        recording: String,
        (home, track): (ShardNumber, TrackId),
        facts: TrackFacts,
    ) -> Result<(), ShardError> {
        self.tap
            .ask(move |worker, at| {
                if worker.recordings.add(at, recording, track, facts) {
                    worker.wants.begin((home, track), Wanted::Recording);
                }
            })
            .await
    }

    /// Writes a line into the manifest. Pausing and resuming are lines too.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn note(&self, recording: String, event: Event) -> Result<(), ShardError> {
        self.tap.ask(move |worker, at| worker.recordings.note(at, &recording, event)).await
    }

    /// Nothing more comes. Gives how many bytes are on disk, when all of them are; of one that is not being made none, after what waits
    /// for the disk.
    ///
    /// # Errors
    /// Busy; stopped.
    pub async fn end(&self, recording: String) -> Result<u64, ShardError> {
        let (done, synced) = oneshot::channel();
        let name = recording.clone();
        self.tap.ask(move |worker, at| worker.recordings.end(at, &name, done, &mut worker.wants)).await?;
        synced.await.map_err(|_| ShardError::Stopped)
    }

    /// How it fares; `None` when it is not being made.
    #[must_use]
    pub fn figures(&self, recording: &str) -> Option<RecordingFigures> {
        let statuses = lock(&self.statuses);
        let status = statuses.get(recording)?;
        Some(RecordingFigures {
            bytes: status.bytes,
            written_ago: status.written_at.map(|at| at.elapsed()),
            should_flow: status.should_flow,
            trouble: status.trouble,
        })
    }
}

/// The Recordings that are being made.
pub(super) struct Recordings {
    folder: PathBuf,
    captures: HashMap<String, Capture>,
    /// Into which Recording each captured Track goes.
    owners: HashMap<TrackId, String>,
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicU64>,
    statuses: Statuses,
}

impl Recordings {
    /// Starts the thread that writes. `folder`: where each Recording has a folder of its name.
    pub(super) fn start(folder: PathBuf) -> io::Result<(Self, JoinHandle<()>)> {
        let (statuses, waiting) = (Statuses::default(), Arc::new(AtomicU64::new(0)));
        let (jobs, inbox) = sync_channel(DISK_CAPACITY);
        let disk = Disk::new(folder.clone(), statuses.clone(), waiting.clone());
        let thread = std::thread::Builder::new().name("recorder-disk".into()).spawn(move || disk.run(&inbox))?;
        let (captures, owners) = (HashMap::new(), HashMap::new());
        Ok((Self { folder, captures, owners, jobs, waiting, statuses }, thread))
    }

    pub(super) fn handle_of(&self, tap: Tap) -> Recorder {
        Recorder { tap, statuses: self.statuses.clone() }
    }

    pub(super) fn handle(&mut self, at: At, tapped: &Tapped<'_>) {
        let owner = self.owners.get(&tapped.track());
        if let Some(capture) = owner.and_then(|recording| self.captures.get_mut(recording)) {
            capture.handle(at, tapped);
        }
    }

    /// To be called some times a second, and with `fragments` about once.
    pub(super) fn look_around(&mut self, at: At, fragments: bool, wants: &mut Wants) {
        let names: Vec<String> = self.captures.keys().cloned().collect();
        for name in names {
            let Some(capture) = self.captures.get_mut(&name) else { continue };
            capture.handle_timeout(at);
            if fragments {
                capture.flush();
            }
            let demands = capture.take_demands(at.now);
            if let Some(status) = lock(&self.statuses).get_mut(&name) {
                status.should_flow = capture.should_flow();
            }
            self.demand(demands, wants);
            self.pass_on(&name);
            if fragments {
                let _ = self.jobs.try_send(Job::Sync { recording: name });
            }
        }
    }

    fn demand(&mut self, demands: Vec<Demand>, wants: &mut Wants) {
        for demand in demands {
            if demand.layers.is_none() {
                self.owners.remove(&demand.track);
            }
            wants.hear(Wanted::Recording, demand);
        }
    }

    /// What is here is written; the manifests stay open, for the Recordings may go on.
    pub(super) fn stop(&mut self, at: At) {
        let names: Vec<String> = self.captures.keys().cloned().collect();
        for name in names {
            if let Some(capture) = self.captures.get_mut(&name) {
                capture.stop(at);
            }
            self.pass_on(&name);
            let _ = self.jobs.try_send(Job::Sync { recording: name });
        }
    }

    /// Gives the disk what is to be written, as far as it keeps up.
    fn pass_on(&mut self, name: &str) {
        let Some(capture) = self.captures.get_mut(name) else { return };
        for write in capture.take_writes() {
            let size = match &write {
                Write::Begin { bytes, .. } | Write::Append { bytes, .. } => bytes.len() as u64,
                Write::Line(line) => line.len() as u64,
                Write::Close { .. } => 0,
            };
            let full = self.waiting.load(Ordering::Acquire) + size > MOST_WAITING;
            // Lines and beginnings are small, and without them the rest is worth little.
            if full && matches!(write, Write::Append { .. }) {
                too_slow(&self.statuses, name);
                continue;
            }
            self.waiting.fetch_add(size, Ordering::AcqRel);
            if self.jobs.try_send(Job::Write { recording: name.to_owned(), write, size }).is_err() {
                self.waiting.fetch_sub(size, Ordering::AcqRel);
                too_slow(&self.statuses, name);
            }
        }
    }

    fn begin(&mut self, at: At, recording: String, session: &str) {
        if self.captures.contains_key(&recording) {
            return;
        }
        let manifest = self.folder.join(&recording).join(MANIFEST);
        let before = std::fs::read(&manifest).ok().map(|lines| Capture::read(&lines).tracks);
        lock(&self.statuses).insert(recording.clone(), Status::default());
        let _ = self.jobs.try_send(Job::Begin { recording: recording.clone() });
        self.captures.insert(recording.clone(), Capture::begin(at, &recording, session, before));
        self.pass_on(&recording);
    }

    /// Whether there is such a Recording.
    fn add(&mut self, at: At, recording: String, track: TrackId, facts: TrackFacts) -> bool {
        let Some(capture) = self.captures.get_mut(&recording) else { return false };
        capture.add(at, track, facts);
        self.owners.insert(track, recording);
        true
    }

    fn note(&mut self, at: At, recording: &str, event: Event) {
        let Some(capture) = self.captures.get_mut(recording) else { return };
        match event {
            Event::Paused { by } => capture.pause(at, &by),
            Event::Resumed { by } => capture.resume(at, &by),
            event => capture.note(at, event),
        }
    }

    fn end(&mut self, at: At, recording: &str, done: oneshot::Sender<u64>, wants: &mut Wants) {
        if let Some(capture) = self.captures.get_mut(recording) {
            capture.end(at);
            let demands = capture.take_demands(at.now);
            self.demand(demands, wants);
            self.pass_on(recording);
            self.captures.remove(recording);
        }
        let job = Job::End { recording: recording.to_owned(), done: Some(done) };
        if self.jobs.try_send(job).is_err() {
            tracing::error!(recording, "the disk is too far behind to close a Recording");
        }
    }
}

fn too_slow(statuses: &Statuses, name: &str) {
    if let Some(status) = lock(statuses).get_mut(name)
        && matches!(status.trouble, None | Some(Trouble::LowRoom))
    {
        status.trouble = Some(Trouble::TooSlow);
    }
}
