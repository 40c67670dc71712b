//! Closed Recordings are finished by a child, one at a time, whatever becomes of the child or the server.

use crate::store_database::{activity, at, live_session, now};
use lectern::domain::RecordingId;
use lectern::domain::recording::{RecordingDoubt, RecordingState};
use lectern::jobs::finish::{Finishing, next};
use lectern::store::{self, Store};
use std::convert::Infallible;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

struct Scene {
    _dir: tempfile::TempDir,
    store: Store,
    recording: RecordingId,
    finishing: Finishing,
}

/// A closed Recording, and a child made of this shell script; `$2` is the folder.
async fn scene(script: &str) -> Scene {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite://{}/lectern.db", dir.path().display())).await.unwrap();
    let session = live_session(&store).await;
    let recording = store::recording::begin(&store, session, now()).await.unwrap().id;
    store::recording::close(&store, recording, 5000, now()).await.unwrap();
    let (program, recordings) = (dir.path().join("finish"), dir.path().join("recordings"));
    let mut finishing = Finishing::new(program, recordings, |_| Some(u64::MAX), 1 << 29);
    finishing.pause = Duration::from_millis(1);
    std::fs::create_dir_all(finishing.recordings.join(recording.as_str()).join("out")).unwrap();
    std::fs::write(&finishing.program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&finishing.program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Scene { _dir: dir, store, recording, finishing }
}

impl Scene {
    async fn finish(&self) -> bool {
        next(&self.store, &self.finishing, async |_, _: PathBuf| Ok::<(), Infallible>(())).await.unwrap()
    }

    /// One more that is closed.
    async fn another(&self, bytes: u64) -> RecordingId {
        let first = store::recording::get(&self.store, self.recording).await.unwrap();
        let activity = activity(&self.store, first.studio, "评课", at("21T14:30"), at("21T16:00")).await;
        let session = store::session::go_live(&self.store, activity, None, now()).await.unwrap().id;
        let recording = store::recording::begin(&self.store, session, now()).await.unwrap().id;
        store::recording::close(&self.store, recording, bytes, now()).await.unwrap();
        std::fs::create_dir_all(self.finishing.recordings.join(recording.as_str())).unwrap();
        recording
    }

    async fn state(&self) -> RecordingState {
        store::recording::get(&self.store, self.recording).await.unwrap().state
    }
}

const MAKES: &str = r#"
echo '{"step":"check","permille":40}'
echo '{"step":"compose","permille":500}'
echo '{"duration_ms":61500,"checks":{"gaps":[{"track":2,"ms":4400,"length_ms":800},{"track":1,"ms":100,"length_ms":200},{"track":1,"ms":4000,"length_ms":900}],
  "skew_ms_max":7,"silence_ms":3000,"clipped_permille":11,"loudness_lufs":null,"warnings":[]}}' > "$2/out/result.json""#;

#[tokio::test]
async fn what_a_child_made_goes_to_the_archive_until_it_is_taken() {
    let scene = scene(MAKES).await;
    let offers = AtomicU32::new(0);
    let out = scene.finishing.recordings.join(scene.recording.as_str()).join("out");
    let take_in = async |recording: lectern::domain::recording::Recording, folder: PathBuf| {
        assert_eq!((recording.id, folder), (scene.recording, out.clone()));
        // A read on the way shows what the page is told.
        let told = store::recording::get(&scene.store, scene.recording).await.unwrap();
        assert_eq!((told.step.as_deref(), told.permille), (Some("archive"), 1000));
        if offers.fetch_add(1, Ordering::Relaxed) < 2 { Err("away") } else { Ok(()) }
    };
    assert!(next(&scene.store, &scene.finishing, take_in).await.unwrap());
    let finished = store::recording::get(&scene.store, scene.recording).await.unwrap();
    assert_eq!((finished.state, finished.duration_ms), (RecordingState::Finished, Some(61_500)));
    let checks = finished.checks.unwrap();
    assert_eq!((checks.gaps, checks.lost_ms, checks.skew_ms_max, checks.silence_ms), (3, 1400, 7, 3000));
    assert_eq!(checks.doubts(), [RecordingDoubt::Gaps, RecordingDoubt::Clipped]);
    assert_eq!(offers.load(Ordering::Relaxed), 3);
    assert!(!scene.finish().await, "nothing more to do");
    assert!(!out.exists(), "the archive has all of it");
}

#[tokio::test]
async fn it_waits_for_room_and_costs_no_attempt() {
    let mut scene = scene("echo tick >> \"$2/tries\"; exit 1").await;
    scene.finishing.free = |_| Some((1 << 30) + 4 * 5000 - 1);
    assert!(!scene.finish().await);
    let smaller = scene.another(1000).await;
    scene.finishing.free = |_| Some((1 << 30) + 4 * 1000);
    assert!(scene.finish().await, "one that fits does not wait behind it");
    let [waits, tried] = [scene.recording, smaller].map(|id| store::recording::get(&scene.store, id));
    let (waits, tried) = (waits.await.unwrap(), tried.await.unwrap());
    assert_eq!((waits.state, waits.attempts, tried.attempts), (RecordingState::Closed, 0, 1));
    for _ in 0..2 {
        assert!(scene.finish().await);
    }
    scene.finishing.free = |_| Some((1 << 30) + 4 * 5000);
    assert!(scene.finish().await);
    assert_eq!(store::recording::get(&scene.store, scene.recording).await.unwrap().attempts, 1);
}

#[tokio::test]
async fn a_child_is_stopped_while_the_disk_has_hardly_any_room_and_goes_on_from_there() {
    let mut scene = scene(&format!(
        "test -e \"$2/again\" || {{ echo $$ > \"$2/pid\"; touch \"$2/again\" \"$2/../full\"; exec sleep 600; }}{MAKES}"
    ))
    .await;
    // Somebody else takes all of it while the child writes.
    scene.finishing.free = |recordings| Some(if recordings.join("full").exists() { (1 << 29) - 1 } else { u64::MAX });
    assert!(scene.finish().await);
    gone(pid_in(scene.finishing.recordings.join(scene.recording.as_str()).join("pid")).await).await;
    assert!(!scene.finish().await, "it waits");
    assert_eq!(scene.state().await, RecordingState::Finishing);
    std::fs::remove_file(scene.finishing.recordings.join("full")).unwrap();
    assert!(scene.finish().await);
    let finished = store::recording::get(&scene.store, scene.recording).await.unwrap();
    assert_eq!((finished.state, finished.attempts), (RecordingState::Finished, 0));
}

#[tokio::test]
async fn nothing_in_it_is_no_failure() {
    let scene = scene("echo 'the Recording holds no media' >&2; exit 3").await;
    assert!(scene.finish().await);
    assert_eq!(scene.state().await, RecordingState::Empty);
}

#[tokio::test]
async fn much_that_nobody_can_read_is_a_failure_and_not_nothing() {
    let scene = scene("exit 3").await;
    assert!(scene.finish().await);
    let unreadable = scene.another(1_000_001).await;
    assert!(scene.finish().await);
    let unreadable = store::recording::get(&scene.store, unreadable).await.unwrap();
    assert_eq!((scene.state().await, unreadable.state), (RecordingState::Empty, RecordingState::Failed));
}

#[tokio::test]
async fn a_child_that_fails_is_tried_three_times_and_says_why() {
    let scene = scene("echo tick >> \"$2/tries\"; echo noise >&2; echo 'no space left' >&2; exit 1").await;
    for _ in 0..3 {
        assert_ne!(scene.state().await, RecordingState::Failed);
        assert!(scene.finish().await);
    }
    let failed = store::recording::get(&scene.store, scene.recording).await.unwrap();
    assert_eq!((failed.state, failed.failure.as_deref()), (RecordingState::Failed, Some("no space left")));
    assert!(!scene.finish().await);

    assert_eq!(store::recording::retry_failed(&scene.store).await.unwrap(), 1);
    for _ in 0..3 {
        assert_ne!(scene.state().await, RecordingState::Failed, "as often as before");
        assert!(scene.finish().await);
    }
    assert_eq!(scene.state().await, RecordingState::Failed);
}

#[tokio::test]
async fn a_child_goes_with_the_server_and_another_one_goes_on() {
    let scene = scene(&format!(
        "test -e \"$2/again\" || {{ touch \"$2/again\"; echo $$ > \"$2/pid\"; exec sleep 600; }}{MAKES}"
    ))
    .await;
    let folder = scene.finishing.recordings.join(scene.recording.as_str());
    let pid = tokio::select! {
        _ = scene.finish() => unreachable!("it sleeps"),
        pid = pid_in(folder.join("pid")) => pid,
    };
    // Dropped: as when the server stops.
    gone(pid).await;
    assert_eq!(scene.state().await, RecordingState::Finishing);
    assert!(scene.finish().await);
    assert_eq!(store::recording::get(&scene.store, scene.recording).await.unwrap().attempts, 0);
    assert_eq!(scene.state().await, RecordingState::Finished);
}

async fn pid_in(file: PathBuf) -> u32 {
    loop {
        if let Some(pid) = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok()) {
            return pid;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn gone(pid: u32) {
    let running = || {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !state.is_empty() && !state.contains(") Z ")
    };
    while running() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
