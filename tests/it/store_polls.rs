//! Polls on both databases: written with the lines of their Session, and forgotten where they promise it.

use crate::store_database::*;
use lectern::domain::poll::{KeptPoll, PollCard, PollCounts, PollEntry};
use lectern::domain::presence::{NewEvent, PresenceKind};
use lectern::domain::*;
use lectern::store::{self, Store};
use std::collections::BTreeMap;

on_both! {
    an_open_poll_is_kept_with_who_chose_what_and_a_closed_one_without,
    writing_it_again_changes_nothing,
    a_poll_is_written_with_the_lines_or_not_at_all,
    what_was_taken_back_was_never_there,
}

fn card(number: u32) -> PollCard {
    let options = ["很好", "还可以", "再想想"].map(String::from).into();
    PollCard { number, question: "导入怎么样？".into(), options, several: number == 2, opened_at: at("20T14:40") }
}

fn answered(number: u32, person: &str, choices: &[u8]) -> PollEntry {
    PollEntry::Answered { number, person: person.into(), choices: choices.into() }
}

fn closed(number: u32) -> PollEntry {
    let counts = PollCounts { votes: vec![1, 0, 2], answered: 2, present: 5 };
    PollEntry::Closed { number, closed_at: at("20T14:45"), counts }
}

async fn write(store: &Store, session: SessionId, entries: &[PollEntry]) {
    store::ledger::append_with(store, session, Vec::new(), entries.into()).await.unwrap();
}

async fn answers(store: &Store, session: SessionId) -> BTreeMap<String, Vec<u8>> {
    store::poll::kept(store, session).await.unwrap().current.unwrap().answers
}

async fn an_open_poll_is_kept_with_who_chose_what_and_a_closed_one_without(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    assert_eq!(store::poll::kept(store, session).await.unwrap(), Default::default());
    write(store, session, &[PollEntry::Opened(card(1)), answered(1, "王芳", &[0]), closed(1)]).await;
    let guest = "guest:王芳@石桥小学";
    write(store, session, &[PollEntry::PutAway { number: 1 }, PollEntry::Opened(card(2)), answered(2, guest, &[0])])
        .await;
    write(store, session, &[answered(2, guest, &[0, 2]), answered(2, "李强", &[1]), answered(2, "李强", &[])]).await;
    let kept = store::poll::kept(store, session).await.unwrap();
    assert_eq!((kept.last, kept.count), (2, 2));
    let answers = BTreeMap::from([(guest.to_owned(), vec![0, 2])]);
    assert_eq!(kept.current, Some(KeptPoll { card: card(2), answers, result: None }));
    let over = store::poll::of_session(store, session).await.unwrap();
    assert_eq!(over.len(), 1, "the open one has no result yet");
    assert_eq!(
        (&over[0].card, over[0].closed_at, over[0].counts.votes.as_slice()),
        (&card(1), at("20T14:45"), [1, 0, 2].as_slice())
    );
    write(store, session, &[closed(2)]).await;
    let kept = store::poll::kept(store, session).await.unwrap().current.unwrap();
    assert!(kept.answers.is_empty() && kept.result.is_some());
    write(store, session, &[PollEntry::Opened(card(2))]).await;
    assert!(self::answers(store, session).await.is_empty(), "they are gone, not only out of sight");
}

async fn writing_it_again_changes_nothing(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let entries = [PollEntry::Opened(card(1)), answered(1, "王芳", &[0]), answered(1, "王芳", &[1])];
    for _ in 0..2 {
        write(store, session, &entries).await;
        assert_eq!(answers(store, session).await, BTreeMap::from([("王芳".to_owned(), vec![1])]));
    }
    let entries = [closed(1), PollEntry::PutAway { number: 1 }];
    for _ in 0..2 {
        write(store, session, &entries).await;
        assert_eq!(store::poll::kept(store, session).await.unwrap().current, None);
    }
    assert_eq!(store::poll::of_session(store, session).await.unwrap().len(), 1);
}

async fn a_poll_is_written_with_the_lines_or_not_at_all(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let event = NewEvent {
        id: next_id(),
        kind: PresenceKind::SessionStarted,
        participant: None,
        person: None,
        detail: "{}".into(),
        monotonic_us: 1,
        wall: now(),
    };
    // Nobody opened the second one.
    let entries = vec![PollEntry::Opened(card(1)), answered(2, "王芳", &[0])];
    store::ledger::append_with(store, session, vec![event], entries).await.unwrap_err();
    assert_eq!(store::poll::kept(store, session).await.unwrap().count, 0);
    assert_eq!(store::ledger::events(store, session).await.unwrap(), []);
}

async fn what_was_taken_back_was_never_there(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    write(store, session, &[PollEntry::Opened(card(1)), closed(1), PollEntry::Opened(card(2))]).await;
    write(
        store,
        session,
        &[answered(2, "王芳", &[0]), PollEntry::Withdrawn { number: 2 }, PollEntry::Withdrawn { number: 3 }],
    )
    .await;
    let kept = store::poll::kept(store, session).await.unwrap();
    assert_eq!((kept.last, kept.count, kept.current.map(|poll| poll.card.number)), (1, 1, Some(1)));
}
