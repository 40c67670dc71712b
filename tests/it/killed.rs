//! The real program is killed and asked to stop in the middle of a lesson, and the lesson goes on.

use crate::app::Person;
use crate::program::{DRAIN, Program};
use crate::socket::Socket;
use lectern::domain::presence::PresenceEvent;
use lectern::domain::presence::PresenceKind::{self, Checkpoint, Joined, Left, Seated, SessionStarted, Unseated};
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

async fn post(program: &Program, path: &str, body: Value) -> Value {
    let answer = program.host.post(path, &body).await;
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap()
}

#[tokio::test]
async fn nobody_has_to_scan_again_because_the_server_was_killed() {
    let mut program = Program::start().await;
    let session = program.live_session().await;
    let rooms = program.host.get(&format!("/api/activities/{}/classrooms", program.world.activity)).await;
    let rooms: Value = rooms.json().await.unwrap();
    let link = rooms["rows"][0]["link"].as_str().unwrap().replace("/classroom/", "/api/classroom-links/");
    let ticket = async |program: &Program| {
        let ticket = post(program, &format!("{link}/tickets"), json!({})).await;
        ticket["ticket"].as_str().unwrap().to_owned()
    };
    let (mut device, _) = Socket::join(&program.url, &session, &ticket(&program).await).await;
    let code = post(&program, &format!("{link}/codes"), json!({})).await;
    let mut seats = Vec::new();
    for (phone, name) in ["王芳", "李强"].into_iter().enumerate() {
        let person = Person::nobody(&program.url);
        let scan = json!({ "code": code["code"], "device": format!("phone-{phone}") });
        let scanned: Value = person.post("/api/scans", &scan).await.json().await.unwrap();
        let guest = json!({ "pass": scanned["pass"], "guest": { "name": name, "school": "石桥小学" } });
        let seat: Value = person.post("/api/seats", &guest).await.json().await.unwrap();
        seats.push(format!("/api/seats/{}", seat["seat"].as_str().expect("a seat")));
        device.hears("seat_taken").await;
    }
    post(&program, &format!("{}/leaving", seats[1]), json!({})).await;

    program.kill().await;
    device.ends().await;
    let before = program.lines(&session).await;
    let recovered = recover(&before);
    assert_eq!(recovered.before.seats.iter().map(|seat| seat.who.name.as_str()).collect::<Vec<_>>(), ["王芳"]);
    assert!(program.verify(&session).await.contains("完整"));

    program.go_on().await;
    let state = async |program: &Program, seat: &str| {
        let page: Value = program.host.get(seat).await.json().await.unwrap();
        page["state"].clone()
    };
    assert_eq!(state(&program, &seats[0]).await, "seated", "before the device is back");
    assert_eq!(state(&program, &seats[1]).await, "left");
    let (mut device, _) = Socket::join(&program.url, &session, &ticket(&program).await).await;
    assert_eq!(device.hears("place").await["place"]["expected"], 12);
    let taken = device.hears("seats").await;
    assert_eq!((&taken["seats"][0]["name"], &taken["seats"][0]["number"]), (&json!("王芳"), &json!(1)));
    post(&program, &format!("/api/sessions/{session}/end"), json!({})).await;
    assert_eq!(state(&program, &seats[0]).await, "ended");
    program.terminate().await;
    program.ended().await;
    let lines = program.lines(&session).await;
    let of_seats = lines.iter().filter(|line| matches!(line.kind, Seated | Unseated));
    let of_seats: Vec<PresenceKind> = of_seats.map(|line| line.kind).collect();
    assert_eq!(of_seats, [Seated, Seated, Unseated, Unseated], "no line twice, each seat closed once");
}
