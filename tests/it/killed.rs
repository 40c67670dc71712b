//! The real program is killed and asked to stop in the middle of a lesson, and the lesson goes on.

use crate::program::{DRAIN, Program};
use crate::socket::Socket;
use lectern::domain::presence::PresenceEvent;
use lectern::domain::presence::PresenceKind::{self, Checkpoint, Joined, Left, SessionStarted};
use lectern::live::recover;
use serde_json::{Value, json};
use std::time::Duration;

fn kinds(lines: &[PresenceEvent]) -> Vec<PresenceKind> {
    let lines = lines.iter().filter(|line| line.kind != Checkpoint);
    lines.map(|line| line.kind).collect()
}

/// The last line about the same Participant before `lines[at]`.
fn seen_before(lines: &[PresenceEvent], at: usize) -> &PresenceEvent {
    lines[..at].iter().rfind(|line| line.participant == lines[at].participant).unwrap()
}

#[tokio::test]
async fn a_killed_server_goes_on_with_the_lesson_and_has_lost_nothing() {
    let mut program = Program::start().await;
    let session = program.live_session().await;
    let mut people = Vec::new();
    let mut acknowledged = Vec::new();
    for ticket in [
        program.host_ticket(&session).await,
        program.guest_ticket(&session, "王芳").await,
        program.guest_ticket(&session, "李强").await,
    ] {
        let (socket, welcome) = Socket::join(&program.url, &session, &ticket).await;
        acknowledged.push(welcome["you"].as_u64().unwrap());
        people.push((socket, ticket, welcome["resume"].clone()));
    }
    people[1].0.says(json!({ "id": 2, "type": "chat", "text": "老师好" })).await;
    assert_eq!(people[0].0.hears("chat").await["line"]["text"], "老师好");

    program.kill().await;
    for (socket, _, _) in &mut people {
        socket.ends().await;
    }
    let before = program.lines(&session).await;
    let joined = |lines: &[PresenceEvent]| -> Vec<u64> {
        let joins = lines.iter().filter(|line| line.kind == Joined);
        joins.filter_map(|line| line.participant.map(u64::from)).collect()
    };
    assert_eq!(joined(&before), acknowledged, "who was welcomed is on record");
    assert!(program.verify(&session).await.contains("完整"));

    program.go_on().await;
    let page: Value = program.host.get(&format!("/api/sessions/{session}")).await.json().await.unwrap();
    assert_eq!(page["state"], "live");
    let mut back = Vec::new();
    for (_, ticket, token) in &people {
        let mut socket = Socket::open(&program.url, &session).await;
        socket.says(json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": ticket, "resume": token })).await;
        assert_eq!(socket.hears("refused").await["code"], "resume_expired");
        assert_eq!(socket.close_code().await, 4003);
        let (socket, welcome) = Socket::join(&program.url, &session, ticket).await;
        assert!(welcome["you"].as_u64() > acknowledged.last().copied(), "no number comes twice");
        back.push((socket, welcome));
    }
    assert_eq!(back[2].1["people"], 3, "nobody stands there twice");

    // And now politely, with all of them inside.
    program.terminate().await;
    let began = tokio::time::Instant::now();
    for (socket, _) in &mut back {
        socket.hears("server_stopping").await;
        assert_eq!(socket.close_code().await, 1012);
    }
    assert!(program.ended().await.success(), "{}", program.log());
    assert!(began.elapsed() < DRAIN + Duration::from_secs(1), "it drained for {:?}", began.elapsed());

    let lines = program.lines(&session).await;
    assert_eq!(lines[..before.len()], before, "what was there stays as it was");
    let once = [Joined, Joined, Joined, Left, Left, Left];
    let story = [[SessionStarted].as_slice(), &once, &[SessionStarted], &once].concat();
    assert_eq!(kinds(&lines), story);
    for at in before.len()..before.len() + 3 {
        assert!(lines[at].detail.contains("server_stopped"), "{:?}", lines[at]);
        assert_eq!(lines[at].wall, seen_before(&lines, at).wall, "closed when the ledger last saw them");
    }
    assert!(recover(&lines).closing.is_empty(), "a polite stop leaves nothing open");
    assert!(program.verify(&session).await.contains("完整"));
    program.go_on().await;
    let page: Value = program.host.get(&format!("/api/sessions/{session}")).await.json().await.unwrap();
    assert_eq!(page["state"], "live", "a stop is not an end");
}
