//! Polls on their way into the store, and over a stop of the server.

use super::super::testing::Fault;
use super::*;
use crate::domain::poll::{KeptPoll, KeptPolls, PollCounts, PollEntry};
use lectern_signaling::protocol::poll::{OpenPoll, Poll};
use std::collections::BTreeMap;

fn open() -> ClientMessage {
    let options = ["是", "否"].map(String::from).into();
    ClientMessage::OpenPoll(OpenPoll { question: "听清楚了吗".into(), options, several: false })
}

fn choose(number: u32, place: u8) -> ClientMessage {
    ClientMessage::AnswerPoll { number, choices: vec![place] }
}

fn key(n: u8) -> String {
    AccountId::from_random([n; 10]).to_string()
}

fn entries(house: &FakeHouse) -> Vec<PollEntry> {
    house.ledger.0.lock().unwrap().polls.clone()
}

async fn told(guest: &mut Guest) -> Option<Poll> {
    let told = guest.hears(|heard| match heard {
        ServerMessage::Poll { poll } => Some(poll.clone()),
        _ => None,
    });
    told.await
}

async fn counts(guest: &mut Guest) -> Vec<u32> {
    let told = guest.hears(|heard| match heard {
        ServerMessage::PollCounts { counts, .. } => Some(counts.votes.clone()),
        _ => None,
    });
    told.await
}

#[tokio::test(start_paused = true)]
async fn a_poll_is_written_and_no_line_of_the_ledger_tells_who_chose_what() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    host.asks(open()).await.unwrap();
    assert_eq!(told(&mut viewer).await.unwrap().number, 1);
    viewer.asks(choose(1, 1)).await.unwrap();
    host.asks(ClientMessage::ClosePoll { number: 1 }).await.unwrap();
    let result = told(&mut viewer).await.unwrap().result.unwrap();
    assert_eq!((result.counts.votes, result.counts.answered, result.counts.present), (vec![0, 1], 1, 1));
    let entries = entries(&house);
    let [PollEntry::Opened(card), PollEntry::Answered { person, choices, .. }, PollEntry::Closed { counts, .. }] =
        &entries[..]
    else {
        panic!("{entries:?}");
    };
    assert_eq!((card.question.as_str(), person, choices), ("听清楚了吗", &key(2), &vec![1]));
    assert_eq!(*counts, PollCounts { votes: vec![0, 1], answered: 1, present: 1 });
    assert_eq!(house.ledger.story(), [(SessionStarted, None), (Joined, Some(1)), (Joined, Some(2))]);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_written_is_refused_and_can_be_repeated() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    host.asks(open()).await.unwrap();
    house.ledger.fail([Fault::NotWritten]);
    assert_eq!(viewer.asks(choose(1, 0)).await, Err(Refusal::NotRecorded));
    viewer.asks(choose(1, 0)).await.unwrap();
    assert_eq!(counts(&mut host).await, [0, 0]);
    assert_eq!(counts(&mut host).await, [1, 0]);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_and_may_have_been_written_is_taken_back() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    house.ledger.fail([Fault::WrittenButUnknown, Fault::NotWritten]);
    assert_eq!(host.asks(open()).await, Err(Refusal::NotRecorded));
    house.ledger.fail([Fault::WrittenButUnknown, Fault::WrittenButUnknown]);
    assert_eq!(host.asks(open()).await, Err(Refusal::NotRecorded));
    host.asks(open()).await.unwrap();
    let number = told(&mut viewer).await.unwrap().number;
    assert_eq!(number, 3, "a number that may have been written is not given again");
    let withdrawn = entries(&house).contains(&PollEntry::Withdrawn { number: 2 });
    assert!(withdrawn, "{:?}", entries(&house));
    viewer.asks(choose(3, 1)).await.unwrap();
    house.ledger.fail([Fault::WrittenButUnknown, Fault::WrittenButUnknown]);
    assert_eq!(viewer.asks(choose(3, 0)).await, Err(Refusal::NotRecorded));
    host.asks(ClientMessage::ClosePoll { number }).await.unwrap();
    let again = PollEntry::Answered { number: 3, person: key(2), choices: vec![1] };
    let entries = entries(&house);
    assert_eq!(entries[entries.len() - 2], again, "the answer that holds is written again before the result");
    let PollEntry::Closed { counts, .. } = &entries[entries.len() - 1] else { panic!("{entries:?}") };
    assert_eq!(counts.votes, [0, 1]);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_by_itself_closes_its_poll() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    host.asks(open()).await.unwrap();
    viewer.asks(choose(1, 0)).await.unwrap();
    viewer.asks(ClientMessage::Leave).await.unwrap();
    host.asks(ClientMessage::Leave).await.unwrap();
    house.ledger.set_broken(true);
    tokio::time::sleep(Duration::from_secs(6 * 3600 + 1)).await;
    house.ledger.set_broken(false);
    tokio::time::sleep(Duration::from_secs(30)).await;
    let entries = entries(&house);
    let Some(PollEntry::Closed { counts, .. }) = entries.last() else { panic!("{entries:?}") };
    assert_eq!(*counts, PollCounts { votes: vec![1, 0], answered: 1, present: 1 });
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_poll_goes_on_after_a_crash_and_a_phone_answers_without_a_connection() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(open()).await.unwrap();
    settle().await;
    let [PollEntry::Opened(card)] = &entries(&house)[..] else { panic!("{:?}", entries(&house)) };
    let answers = BTreeMap::from([(key(2), vec![1]), (key(3), vec![0])]);
    let current = KeptPoll { card: card.clone(), answers, result: None };
    let kept = KeptPolls { last: 1, count: 1, current: Some(current) };
    let recovered = recover(&house.ledger.sealed(house.session)).with_polls(kept);

    let after = FakeHouse::empty();
    after.registry.go_on(after.going(), Some(recovered)).unwrap();
    let mut host = join(&after, 1, SessionRole::Host).await;
    assert_eq!(counts(&mut host).await, [1, 1]);
    let (poll, chosen) = after.handle().poll(key(2)).await.unwrap().unwrap();
    assert_eq!((poll.opened_ms, chosen), (card.opened_at.millis(), vec![1]));
    after.ledger.fail([Fault::NotWritten]);
    assert_eq!(after.handle().choose(key(2), 1, vec![0]).await, Err(Refusal::NotRecorded));
    after.handle().choose(key(2), 1, vec![0]).await.unwrap();
    assert_eq!(counts(&mut host).await, [2, 0]);
    after.registry.stop().await;
    house.registry.stop().await;
}
