//! The real program on a disk that is full or whose syncs fail: nothing is acknowledged that is not on it, the host is
//! told, the lesson goes on, and what waited is written when the disk is well again.

use crate::faulty_disk::{FaultyDisk, Health};
use crate::program::Program;
use crate::socket::Socket;
use lectern::domain::presence::PresenceEvent;
use lectern::domain::presence::PresenceKind::{Joined, Left, Lost};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::Path;

/// A host and a guest, welcomed while the disk was well.
struct Lesson {
    program: Program,
    session: String,
    host: Socket,
    guest: Socket,
    acknowledged: Vec<u64>,
}

impl Lesson {
    async fn on(disk: &FaultyDisk) -> Self {
        Self::held_by(Program::start_on(disk).await).await
    }

    async fn held_by(program: Program) -> Self {
        let session = program.live_session().await;
        let ticket = program.host_ticket(&session).await;
        let (host, first) = Socket::join(&program.url, &session, &ticket).await;
        let ticket = program.guest_ticket(&session, "王芳").await;
        let (guest, second) = Socket::join(&program.url, &session, &ticket).await;
        let acknowledged = [first, second].iter().map(|welcome| welcome["you"].as_u64().unwrap()).collect();
        Self { program, session, host, guest, acknowledged }
    }

    async fn readiness(&self) -> StatusCode {
        reqwest::get(format!("{}/readyz", self.program.url)).await.unwrap().status()
    }

    /// Somebody wants to come in and is told no.
    async fn is_refused(&self, ticket: &str) -> Value {
        let mut socket = Socket::open(&self.program.url, &self.session).await;
        socket.says(json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": ticket })).await;
        socket.hears("refused").await["code"].clone()
    }
}

fn joined(lines: &[PresenceEvent]) -> Vec<u64> {
    let joins = lines.iter().filter(|line| line.kind == Joined);
    joins.filter_map(|line| line.participant.map(u64::from)).collect()
}

async fn refuses_tells_the_host_and_resumes(disk: FaultyDisk, mut lesson: Lesson, health: Health) {
    let late = lesson.program.guest_ticket(&lesson.session, "李强").await;
    assert_eq!(lesson.readiness().await, StatusCode::OK);

    disk.becomes(health);
    assert_eq!(lesson.is_refused(&late).await, "not_recorded");
    assert_eq!(lesson.host.hears("ledger").await["written"], false);
    assert_eq!(lesson.readiness().await, StatusCode::SERVICE_UNAVAILABLE);
    lesson.guest.says(json!({ "id": 2, "type": "chat", "text": "还听得见" })).await;
    assert_eq!(lesson.host.hears("chat").await["line"]["text"], "还听得见", "the lesson goes on");
    // This happens whether it can be written or not.
    drop(lesson.guest);
    let away = lesson.host.hears("participant_changed").await;
    assert_eq!(away["participant"]["connected"], false);

    disk.becomes(Health::Well);
    assert_eq!(lesson.host.hears("ledger").await["written"], true);
    let (_socket, welcome) = Socket::join(&lesson.program.url, &lesson.session, &late).await;
    lesson.acknowledged.push(welcome["you"].as_u64().unwrap());
    let Lesson { mut program, session, acknowledged, .. } = lesson;
    assert_eq!(reqwest::get(format!("{}/readyz", program.url)).await.unwrap().status(), StatusCode::OK);
    program.kill().await;
    let lines = program.lines(&session).await;
    assert_eq!(joined(&lines), acknowledged, "who was refused is not on record, who was welcomed is, once");
    let lost: Vec<_> = lines.iter().filter(|line| line.kind == Lost).map(|line| line.participant).collect();
    assert!(lost.contains(&Some(2)), "what happened meanwhile is written later: {lost:?}");
    assert!(program.verify(&session).await.contains("完整"));
}

#[tokio::test]
async fn a_full_disk_refuses_and_is_told_and_service_resumes() {
    let disk = FaultyDisk::new();
    let lesson = Lesson::on(&disk).await;
    refuses_tells_the_host_and_resumes(disk, lesson, Health::Full).await;
}

/// A log usually lies on the disk that is full.
#[tokio::test]
async fn a_full_disk_that_takes_no_log_either_is_told_and_service_resumes() {
    let disk = FaultyDisk::new();
    let lesson = Lesson::held_by(Program::start_without_log(&disk).await).await;
    refuses_tells_the_host_and_resumes(disk, lesson, Health::Full).await;
}

#[tokio::test]
async fn failing_syncs_refuse_and_are_told_and_service_resumes() {
    let disk = FaultyDisk::new();
    let lesson = Lesson::on(&disk).await;
    refuses_tells_the_host_and_resumes(disk, lesson, Health::SyncFails).await;
}

#[tokio::test]
async fn a_server_killed_while_syncs_fail_keeps_its_word() {
    let disk = FaultyDisk::new();
    let lesson = Lesson::on(&disk).await;
    let late = lesson.program.guest_ticket(&lesson.session, "李强").await;
    disk.becomes(Health::SyncFails);
    assert_eq!(lesson.is_refused(&late).await, "not_recorded");
    let Lesson { mut program, session, acknowledged, .. } = lesson;
    program.kill().await;
    disk.becomes(Health::Well);
    program.go_on().await;
    let (_socket, welcome) = Socket::join(&program.url, &session, &late).await;
    program.kill().await;
    // The lines of the refused join may have reached the disk all the same; then they were closed at once.
    let lines = program.lines(&session).await;
    let joins = joined(&lines);
    assert!(joins.starts_with(&acknowledged) && joins.last() == Some(&welcome["you"].as_u64().unwrap()), "{joins:?}");
    for &number in &joins[..joins.len() - 1] {
        let left = lines.iter().filter(|line| line.kind == Left && line.participant.map(u64::from) == Some(number));
        assert!(left.count() >= 1, "nobody is open from before the kill: {number}");
    }
    assert!(program.verify(&session).await.contains("完整"));
}

impl Socket {
    /// The first light that is so.
    async fn sees_light(&mut self, so: impl Fn(&Value) -> bool) -> u64 {
        loop {
            let light = &self.hears("recording_light").await["light"];
            if so(light) {
                return light["bytes"].as_u64().unwrap();
            }
        }
    }
}

/// What every line of the manifest says; none is cut off.
fn manifest(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("manifest.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

#[tokio::test]
async fn a_full_disk_stops_the_recording_and_not_the_lesson_and_it_goes_on_with_room() {
    let disk = FaultyDisk::new();
    let Lesson { mut program, session, mut host, mut guest, .. } = Lesson::on(&disk).await;
    let mut first = program.encoder(&session, "一号机");
    let before = host.sees_light(|light| light["bytes"].as_u64() > Some(50_000) && light["trouble"].is_null()).await;

    disk.becomes(Health::RecordingsFull);
    host.sees_light(|light| light["trouble"] == "no_room").await;
    guest.says(json!({ "id": 2, "type": "chat", "text": "还看得见" })).await;
    assert_eq!(host.hears("chat").await["line"]["text"], "还看得见", "the lesson goes on");
    // Somebody begins to publish while there is no room: their files are begun now.
    first.kill().await.unwrap();
    let _second = program.encoder(&session, "二号机");
    loop {
        let comes = host.hears("publication_added").await;
        if comes["publication"]["source"] == "camera" {
            break;
        }
    }
    let full = host.sees_light(|light| light["trouble"] == "no_room").await;
    assert!(full < before + 2_000_000, "{before} → {full}");

    disk.becomes(Health::Well);
    let after = host.sees_light(|light| light["trouble"].is_null()).await;
    host.sees_light(|light| light["bytes"].as_u64() > Some(after + 100_000)).await;
    let ended = program.host.post(&format!("/api/sessions/{session}/end"), &Value::Null).await;
    assert!(ended.status().is_success());
    host.ends().await;
    program.kill().await;

    let recordings = program.folder().join("recordings");
    let folder = std::fs::read_dir(&recordings).unwrap().next().unwrap().unwrap().path();
    let lines = manifest(&folder);
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).cloned().collect::<Vec<_>>();
    let (smaller, best): (Vec<Value>, Vec<Value>) =
        of("track").into_iter().partition(|line| line["small_of"].is_number());
    assert_eq!((best.len(), smaller.len()), (4, 2), "sound and picture of both, and each picture smaller too");
    let segments = of("segment");
    assert!(segments.iter().any(|line| line["track"].as_u64() > Some(2)), "{segments:?}");
    for segment in segments {
        let file = std::fs::read(folder.join(segment["file"].as_str().unwrap())).unwrap();
        assert!(file.is_empty() || &file[4..8] == b"ftyp", "{segment} begins in the middle");
    }
}
