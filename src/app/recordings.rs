//! Where Recordings are made: a row in the database, and a folder that the media's recorder fills.

use crate::domain::{RecordingId, RecordingState, SessionId, Time};
use crate::live::{CaptureError, Pending, RecordingSwitch as Captured, Recordings};
use crate::store::{self, Store, StoreError};
use anyhow::Context as _;
use lectern_media::driver::{Home, Recorder, RecordingFigures};
use lectern_media::ids::TrackId;
use lectern_media::record::{Capture, Event, MANIFEST, TrackFacts};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A disk that hangs must not keep the next Recording from being closed.
const CLOSES_WITHIN: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(super) struct StoreRecordings {
    store: Store,
    /// Any: all know where a Track is published.
    home: Home,
    /// With a folder for each Recording.
    folder: PathBuf,
    open: Arc<Mutex<HashMap<SessionId, RecordingId>>>,
}

impl StoreRecordings {
    pub(super) fn new(store: Store, home: Home, folder: PathBuf) -> Self {
        Self { store, home, folder, open: Arc::default() }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<SessionId, RecordingId>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorder, and the name of the Session's Recording.
    fn of(&self, session: SessionId) -> Option<(Recorder, String)> {
        let recording = self.open().get(&session)?.to_string();
        Some((self.home.recorder()?.clone(), recording))
    }
}

fn told(error: &impl std::fmt::Display) -> CaptureError {
    CaptureError(error.to_string())
}

impl Recordings for StoreRecordings {
    fn begin(&self, session: SessionId, at: Time) -> Pending<Result<(), CaptureError>> {
        let this = self.clone();
        Box::pin(async move {
            let Some(recorder) = this.home.recorder().cloned() else { return Ok(()) };
            let recording = store::recording::begin(&this.store, session, at).await.map_err(|e| told(&e))?;
            if recording.state != RecordingState::Recording {
                return Err(CaptureError(format!("it is {} already", recording.state.code())));
            }
            recorder.begin(recording.id.to_string(), session.to_string()).await.map_err(|e| told(&e))?;
            this.open().insert(session, recording.id);
            Ok(())
        })
    }

    fn add(&self, session: SessionId, track: TrackId, facts: TrackFacts) -> Pending<Result<(), CaptureError>> {
        let (home, found) = (self.home.clone(), self.of(session));
        Box::pin(async move {
            match found {
                Some((_, recording)) => home.capture(recording, track, facts).await.map_err(|e| told(&e)),
                None => Ok(()),
            }
        })
    }

    fn note(&self, session: SessionId, event: Event) -> Pending<Result<(), CaptureError>> {
        let found = self.of(session);
        Box::pin(async move {
            match found {
                Some((recorder, recording)) => recorder.note(recording, event).await.map_err(|e| told(&e)),
                None => Ok(()),
            }
        })
    }

    fn close(&self, session: SessionId, at: Time) -> Pending<Result<(), CaptureError>> {
        let (this, found) = (self.clone(), self.of(session));
        Box::pin(async move {
            let Some((recorder, recording)) = found else {
                // Begun before the server was killed, and nothing has come in since.
                let left = store::recording::of_session(&this.store, session).await.map_err(|e| told(&e))?;
                let Some(left) = left else { return Ok(()) };
                return close_as_it_lies(&this.store, &this.folder, left.id, at).await.map_err(|e| told(&e));
            };
            let bytes = recorder.end(recording).await.map_err(|e| told(&e))?;
            let Some(id) = this.open().get(&session).cloned() else { return Ok(()) };
            let closed = match bytes {
                // It was ended before, and not closed.
                0 => close_as_it_lies(&this.store, &this.folder, id, at).await,
                bytes => store::recording::close(&this.store, id, bytes, at).await,
            };
            closed.map_err(|e| told(&e))?;
            this.open().remove(&session);
            Ok(())
        })
    }

    fn figures(&self, session: SessionId) -> Option<RecordingFigures> {
        let (recorder, recording) = self.of(session)?;
        recorder.figures(&recording)
    }
}

/// Recordings of Sessions that ended before this moment, which a kill or a failure left open, wait to be finished.
pub(super) async fn close_what_was_left(
    recordings: &StoreRecordings,
    store: &Store,
    ended_before: Time,
) -> anyhow::Result<()> {
    for left in store::recording::left_open(store, ended_before).await.context("录制记录读不出来")? {
        let session = store::session::get(store, left.session).await.context("直播读不出来")?;
        let closing = recordings.close(left.session, session.ended_at.unwrap_or(left.started_at));
        match tokio::time::timeout(CLOSES_WITHIN, closing).await {
            Ok(Ok(())) => tracing::info!(recording = %left.id, "a Recording that was left open is closed"),
            Ok(Err(error)) => {
                tracing::warn!(recording = %left.id, %error, "a Recording is still open after its Session")
            }
            Err(_) => tracing::warn!(recording = %left.id, "a Recording waits for the disk after its Session"),
        }
    }
    Ok(())
}

/// Closes a Recording that is not being made any more: what is in its folder is all there will be.
async fn close_as_it_lies(store: &Store, folder: &Path, id: RecordingId, at: Time) -> Result<(), StoreError> {
    let folder = folder.join(id.as_str());
    let lies = tokio::task::spawn_blocking(move || {
        std::fs::read_dir(folder).map_or(0, |entries| {
            entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|found| found.len()).sum()
        })
    });
    let bytes = lies.await.unwrap_or(0);
    store::recording::close(store, id, bytes, at).await
}

/// How a Session that goes on was recorded before the server stopped: what a host had paused stays paused.
pub(super) async fn recorded_before(
    store: &Store,
    folder: &Path,
    session: SessionId,
    by_itself: bool,
) -> anyhow::Result<Captured> {
    let found = store::recording::of_session(store, session).await.context("录制记录读不出来")?;
    Ok(match found {
        None if by_itself => Captured::On,
        None => Captured::Off,
        Some(recording) => {
            let manifest = folder.join(recording.id.as_str()).join(MANIFEST);
            let lines = std::fs::read(manifest).unwrap_or_default();
            if Capture::read(&lines).paused { Captured::Paused } else { Captured::On }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ActivityKind, Day, Level, Mode, NewActivity, NewRegion, NewStudio, RegionKind, StudioKind, Tier,
    };
    use lectern_media::driver::{ShardConfig, Shards, TapConfig};
    use lectern_media::transport::Identity;

    fn at(minute: u8) -> Time {
        Time::parse(&format!("2026-11-20T15:{minute:02}:00+08:00")).unwrap()
    }

    async fn live_session(store: &Store) -> SessionId {
        let region = NewRegion { name: "江南省".into(), kind: RegionKind::Province, parent: None };
        let studio = NewStudio {
            name: "周文澜小学语文名师工作室".into(),
            tier: Tier::Province,
            kind: StudioKind::Network,
            subject: "小学语文".into(),
            region: store::region::create(store, region).await.unwrap().id,
            cycle_start: Day::parse("2025-01-01").unwrap(),
            policy: None,
            introduction: String::new(),
        };
        let activity = NewActivity {
            studio: store::studio::create(store, studio, at(0)).await.unwrap().id,
            series: None,
            title: "写人：把一瞬间放慢".into(),
            summary: String::new(),
            kind: ActivityKind::OpenLesson,
            mode: Mode::Online,
            level: Level::County,
            audience: String::new(),
            place: String::new(),
            planned_start: at(0),
            planned_end: at(40),
            presenters: Vec::new(),
            guests_allowed: false,
        };
        let activity = store::activity::create(store, activity, at(0)).await.unwrap().id;
        store::session::go_live(store, activity, None, at(0)).await.unwrap().id
    }

    #[tokio::test]
    async fn a_session_that_ends_before_its_recording_goes_on_closes_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite://{}/lectern.db", dir.path().display())).await.unwrap();
        let session = live_session(&store).await;
        // Before the kill 3000 bytes were written; no media came after the start.
        let recording = store::recording::begin(&store, session, at(1)).await.unwrap().id;
        let folder = dir.path().join("recordings");
        std::fs::create_dir_all(folder.join(recording.as_str())).unwrap();
        std::fs::write(folder.join(recording.as_str()).join("1-1.mp4"), [7; 3000]).unwrap();
        let identity = Arc::new(Identity::generate().unwrap());
        let config = ShardConfig::new("127.0.0.1:0".parse().unwrap(), Vec::new(), identity);
        let tap = TapConfig { recordings: folder.clone(), voices: None };
        let (home, _events) = Shards::spawn(vec![config], 0, Some(tap)).unwrap().remove(0);
        let recordings = StoreRecordings::new(store.clone(), home, folder);

        recordings.close(session, at(2)).await.unwrap();
        let closed = store::recording::get(&store, recording).await.unwrap();
        assert_eq!((closed.state, closed.bytes, closed.ended_at), (RecordingState::Closed, 3000, Some(at(2))));
        recordings.close(session, at(3)).await.unwrap();
        assert_eq!(store::recording::get(&store, recording).await.unwrap(), closed, "once");
    }
}
