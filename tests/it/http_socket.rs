//! A lesson over real websockets: tickets, chat, hands, the end, and what the ledger kept of it.

use crate::app::TestApp;
use crate::socket::Socket;
use lectern::domain::SessionId;
use lectern::domain::presence::PresenceKind;
use lectern::store;
use serde_json::{Value, json};

async fn ticket(app: &TestApp, person: &str, session: &str) -> String {
    let answer = app.person(person).await.post(&format!("/api/sessions/{session}/tickets"), &json!({})).await;
    let answer: Value = answer.json().await.unwrap();
    answer["ticket"].as_str().expect("a ticket").to_owned()
}

#[tokio::test]
async fn a_lesson_from_hello_to_end_is_on_record() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    let host_ticket = ticket(&app, "host", &session).await;
    let guest = json!({ "guest": { "name": "王芳", "school": "石桥小学", "rural": true } });
    let guest = app.nobody().post(&format!("/api/sessions/{session}/tickets"), &guest).await;
    let guest: Value = guest.json().await.unwrap();

    let (mut host, welcome) = Socket::join(&app.url, &session, &host_ticket).await;
    assert_eq!(welcome["people"], 1);
    assert_eq!(host.hears("roster").await["participants"][0]["role"], "host");
    let (mut viewer, welcome) = Socket::join(&app.url, &session, guest["ticket"].as_str().unwrap()).await;
    let (me, token) = (welcome["you"].clone(), welcome["resume"].clone());
    assert_eq!(host.hears("participant_joined").await["participant"]["rural"], true);

    viewer.says(json!({ "id": 2, "type": "chat", "text": "老师好" })).await;
    assert_eq!(host.hears("chat").await["line"]["text"], "老师好");
    viewer.says(json!({ "id": 3, "type": "raise_hand" })).await;
    host.hears("participant_changed").await;
    host.says(json!({ "id": 2, "type": "admit", "participant": me })).await;
    viewer.hears("admitted").await;

    // The line breaks without a goodbye, and the person comes back.
    drop(viewer);
    while host.hears("participant_changed").await["participant"]["connected"] == true {}
    let mut viewer = Socket::open(&app.url, &session).await;
    viewer.says(json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": guest["ticket"], "resume": token })).await;
    let welcome = viewer.hears("welcome").await;
    assert_eq!((&welcome["resumed"], &welcome["you"]), (&json!(true), &me));

    host.says(json!({ "id": 3, "type": "end" })).await;
    viewer.hears("session_ended").await;
    assert_eq!(viewer.close_code().await, 4010);
    assert_eq!(host.close_code().await, 4010);

    let id = SessionId::parse(&session).unwrap();
    let events = store::ledger::events(&app.store, id).await.unwrap();
    let kinds: Vec<PresenceKind> = events.iter().map(|event| event.kind).collect();
    use PresenceKind::{Joined, Left, Lost, Resumed, SessionEnded, SessionStarted};
    let story = [SessionStarted, Joined, Joined, Lost, Resumed, Left, Left, SessionEnded];
    assert_eq!(kinds, story);
    assert!(store::ledger::verify(&app.store, id).await.unwrap().is_ok(), "the chain holds");
}

#[tokio::test]
async fn a_bad_ticket_and_an_oversize_frame_are_told_why() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    let mut socket = Socket::open(&app.url, &session).await;
    socket.says(json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": "lct1.e30.AAAA" })).await;
    assert_eq!(socket.hears("refused").await["code"], "ticket_invalid");
    assert_eq!(socket.close_code().await, 4003);

    let host_ticket = ticket(&app, "host", &session).await;
    let (mut host, _) = Socket::join(&app.url, &session, &host_ticket).await;
    host.says(json!({ "id": 2, "type": "chat", "text": "讲".repeat(30_000) })).await;
    assert_eq!(host.hears("refused").await["code"], "too_large");
    assert_eq!(host.close_code().await, 4001);
}
