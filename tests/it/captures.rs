//! What was captured goes once the archive has had its film for so many days, and never before it is known to be whole there.

use crate::app::TestApp;
use crate::http_resources::{DAY, account, body, recorded};
use lectern::archive::{Captures, key_of};
use lectern::domain::recording::{CapturesKept, Checks};
use lectern::domain::resource::ResourceStep;
use lectern::domain::{RecordingId, ResourceId};
use lectern::store;
use lectern::store::recording::Outcome;
use lectern::store::resource::NewStep;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

struct Scene {
    app: TestApp,
    recording: RecordingId,
    resource: ResourceId,
}

/// A Recording of a minute that was finished today.
async fn scene() -> Scene {
    let scene = closed().await;
    let outcome = Outcome::Finished { duration_ms: 60_000, checks: Checks::default() };
    store::recording::finished(&scene.app.store, scene.recording, outcome).await.unwrap();
    scene
}

/// One whose finishing goes on.
async fn closed() -> Scene {
    let app = TestApp::start().await;
    let (resource, _) = recorded(&app).await;
    let recording = store::resource::get(&app.store, resource).await.unwrap().recording.unwrap();
    store::recording::close(&app.store, recording, 6000, app.now()).await.unwrap();
    Scene { app, recording, resource }
}

impl Scene {
    fn folder(&self) -> PathBuf {
        self.app.folder().join("recordings").join(self.recording.as_str())
    }

    async fn sweep(&self, kept: CapturesKept) -> u32 {
        let mut captures = Captures::new(self.app.folder().join("recordings"), kept);
        captures.let_go(&self.app.store, &self.app.storage, self.app.now()).await.unwrap()
    }

    async fn step(&self, step: ResourceStep) {
        let by = account(&self.app, "host").await;
        let new = NewStep { step, reason: "调查".into(), by, tier: None, visibility: None };
        store::resource::step(&self.app.store, self.resource, new, self.app.now()).await.unwrap();
    }

    /// What the host is told of it.
    async fn told(&self) -> (Value, Value) {
        let host = self.app.person("host").await;
        let path = format!("/api/recordings?activity={}", self.app.world.activity);
        let mut rows = body(host.get(&path).await).await;
        let row = rows["rows"][0].take();
        (row["capture_until"].clone(), row["capture_gone_at"].clone())
    }
}

const KEPT: CapturesKept = CapturesKept::Days(30);

#[tokio::test]
async fn what_was_captured_goes_after_its_last_day_and_the_film_stays() {
    let scene = scene().await;
    let last_day = (scene.app.now() + DAY * 30).day();
    assert_eq!(scene.told().await, (json!(last_day), Value::Null));
    let left = last_day.end().since(scene.app.now());
    scene.app.turn_clock(left.checked_sub(Duration::from_secs(1)).unwrap());
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (0, true), "all of its last day");
    scene.app.turn_clock(Duration::from_secs(1));
    assert_eq!(scene.sweep(CapturesKept::ForGood).await, 0);
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (1, false));
    assert_eq!(scene.told().await, (Value::Null, json!(scene.app.now())));
    assert!(!store::resource::files(&scene.app.store, scene.resource).await.unwrap().is_empty());
    assert_eq!(scene.sweep(KEPT).await, 0);
}

#[tokio::test]
async fn what_is_held_stays_until_it_is_released() {
    let scene = scene().await;
    scene.step(ResourceStep::Held).await;
    assert_eq!(scene.told().await, (Value::Null, Value::Null));
    scene.app.turn_clock(DAY * 400);
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (0, true));
    scene.step(ResourceStep::Released).await;
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (1, false));
}

#[tokio::test]
async fn it_stays_while_the_archive_has_not_all_of_the_film() {
    let scene = scene().await;
    let file = scene.app.folder().join("objects").join(key_of(scene.resource, "hls/v0/00003.m4s"));
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, vec![b'x'; whole.len()]).unwrap();
    scene.app.turn_clock(DAY * 31);
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (0, true), "damaged");
    std::fs::remove_file(&file).unwrap();
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (0, true), "lost");
    std::fs::write(&file, whole).unwrap();
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (1, false));
}

#[tokio::test]
async fn what_was_not_finished_stays_and_what_a_kill_left_goes() {
    let scene = closed().await;
    let (store, recording) = (&scene.app.store, scene.recording);
    store::recording::failed(store, recording, "no space left", 1).await.unwrap();
    scene.app.turn_clock(DAY * 400);
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (0, true), "it is still to be finished");
    store::recording::finished(store, recording, Outcome::Empty).await.unwrap();
    let long_enough = KEPT.long_enough(scene.app.now());
    assert!(store::recording::let_capture_go(store, recording, long_enough, scene.app.now()).await.unwrap());
    // Killed here: the next sweep takes the folder away.
    assert_eq!((scene.sweep(KEPT).await, scene.folder().exists()), (1, false));
}

#[tokio::test]
async fn it_goes_with_the_files_of_a_resource_whose_own_days_are_over() {
    let scene = scene().await;
    scene.step(ResourceStep::Published).await;
    scene.step(ResourceStep::Withdrawn).await;
    let host = scene.app.person("host").await;
    let today = scene.app.now().day();
    body(host.patch(&format!("/api/resources/{}", scene.resource), &json!({ "keep_until": today })).await).await;
    scene.app.turn_clock(DAY);
    assert_eq!(scene.sweep(CapturesKept::ForGood).await, 0, "its files are still there");
    lectern::archive::let_go(&scene.app.store, &scene.app.storage, scene.app.now()).await.unwrap();
    assert_eq!((scene.sweep(CapturesKept::ForGood).await, scene.folder().exists()), (1, false));
}
