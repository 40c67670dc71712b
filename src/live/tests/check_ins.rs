//! Check-ins on their way into the ledger, and over a stop of the server.

use super::super::testing::Fault;
use super::*;
use PresenceKind::{CheckInAnswered, CheckInClosed, CheckInOpened};
use lectern_signaling::protocol::check_in::{CheckIn, CheckInMethod, CheckInPurpose, CheckInStanding, OpenCheckIn};
use lectern_signaling::room::Given;
use serde_json::{Value, json};

fn roll(method: CheckInMethod) -> ClientMessage {
    ClientMessage::OpenCheckIn(OpenCheckIn {
        purpose: CheckInPurpose::Roll,
        method,
        seconds: 60,
        count: 1,
        place: None,
    })
}

fn key(n: u8) -> String {
    AccountId::from_random([n; 10]).to_string()
}

fn details(house: &FakeHouse, kind: PresenceKind) -> Vec<Value> {
    house.ledger.of_kind(kind).iter().map(|line| serde_json::from_str(&line.detail).unwrap()).collect()
}

async fn told(guest: &mut Guest) -> Option<CheckIn> {
    let told = guest.hears(|heard| match heard {
        ServerMessage::CheckIn { check_in } => Some(check_in.clone()),
        _ => None,
    });
    told.await
}

#[tokio::test(start_paused = true)]
async fn a_check_in_is_three_kinds_of_lines() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut desk = join(&house, 2, SessionRole::Viewer).await;
    let _silent = join(&house, 3, SessionRole::Viewer).await;
    host.asks(roll(CheckInMethod::Tap)).await.unwrap();
    assert_eq!(told(&mut desk).await.unwrap().you, CheckInStanding::Asked);
    desk.asks(ClientMessage::AnswerCheckIn { number: 1, code: None }).await.unwrap();
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(told(&mut desk).await.unwrap().you, CheckInStanding::Answered);
    assert_eq!(told(&mut desk).await, None);
    let opened = json!({ "number": 1, "purpose": "roll", "method": "tap", "seconds": 60, "place": null,
        "expected": [key(2), key(3)] });
    assert_eq!(details(&house, CheckInOpened), [opened]);
    assert_eq!(details(&house, CheckInAnswered), [json!({ "number": 1, "how": "tap" })]);
    let answer = &house.ledger.of_kind(CheckInAnswered)[0];
    let person = answer.person.as_ref().map(crate::domain::presence::Person::key);
    assert_eq!((answer.participant, person), (Some(2), Some(key(2))));
    let closed = json!({ "number": 1, "cause": "time", "answered": 1, "expected": 2 });
    assert_eq!(details(&house, CheckInClosed), [closed]);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_written_is_refused_and_can_be_repeated() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    house.ledger.fail([Fault::NotWritten]);
    assert_eq!(host.asks(roll(CheckInMethod::Tap)).await, Err(Refusal::NotRecorded));
    host.asks(roll(CheckInMethod::Tap)).await.unwrap();
    let number = told(&mut viewer).await.unwrap().number;
    assert_eq!(number, 2, "the first number may have been written");
    house.ledger.fail([Fault::NotWritten]);
    let answer = ClientMessage::AnswerCheckIn { number, code: None };
    assert_eq!(viewer.asks(answer.clone()).await, Err(Refusal::NotRecorded));
    viewer.asks(answer).await.unwrap();
    assert_eq!(details(&house, CheckInAnswered).len(), 1);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_phone_without_a_connection_looks_and_answers() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut desk = join(&house, 2, SessionRole::Viewer).await;
    assert_eq!(house.handle().check_in(key(2)).await, Ok(None));
    host.asks(roll(CheckInMethod::Qr)).await.unwrap();
    let open = house.handle().check_in(key(2)).await.unwrap().unwrap();
    assert_eq!((open.number, open.you), (1, CheckInStanding::Asked));
    let session = house.handle();
    let answer = |given| session.answer(key(2), 1, given);
    assert_eq!(answer(Given::Said { code: None }).await, Err(Refusal::WrongCode));
    house.ledger.fail([Fault::NotWritten]);
    assert_eq!(answer(Given::Scanned).await, Err(Refusal::NotRecorded));
    answer(Given::Scanned).await.unwrap();
    assert_eq!(told(&mut desk).await.unwrap().you, CheckInStanding::Asked);
    assert_eq!(told(&mut desk).await.unwrap().you, CheckInStanding::Answered);
    let line = &house.ledger.of_kind(CheckInAnswered)[0];
    assert_eq!((line.participant, line.detail.as_str()), (None, r#"{"how":"qr","number":1}"#));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_check_in_that_a_crash_cut_short_is_closed_and_numbers_go_on() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    host.asks(roll(CheckInMethod::Tap)).await.unwrap();
    viewer.asks(ClientMessage::AnswerCheckIn { number: 1, code: None }).await.unwrap();
    settle().await;
    let lines = house.ledger.sealed(house.going().id);
    let recovered = recover(&lines);
    let closed = recovered.closing.last().unwrap();
    assert_eq!((closed.kind, closed.wall), (CheckInClosed, lines.last().unwrap().wall));
    assert_eq!(closed.detail, r#"{"answered":1,"cause":"server_stopped","expected":1,"number":1}"#);

    let after = FakeHouse::empty();
    after.registry.go_on(after.going(), Some(recovered)).unwrap();
    let mut host = join(&after, 1, SessionRole::Host).await;
    let mut viewer = join(&after, 2, SessionRole::Viewer).await;
    host.asks(roll(CheckInMethod::Tap)).await.unwrap();
    let open = told(&mut viewer).await.unwrap();
    assert_eq!((open.number, open.ordinal), (2, 2));
    after.registry.stop().await;
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_prompt_that_comes_while_the_ledger_fails_is_recorded_later() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let _viewer = join(&house, 2, SessionRole::Viewer).await;
    host.asks(ClientMessage::Prompts { every_minutes: Some(1) }).await.unwrap();
    house.ledger.set_broken(true);
    tokio::time::sleep(Duration::from_secs(100)).await;
    house.ledger.set_broken(false);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(details(&house, CheckInOpened).len(), 1);
    house.registry.stop().await;
}
