//! Dropping, coming back, the end of a Session and of the server.

use super::*;
use crate::live::testing::Command;

#[tokio::test(start_paused = true)]
async fn a_host_who_reloads_goes_on_as_the_same_participant() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Camera, "1").await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    let (id, token) = (host.id(), host.welcome.resume.clone());
    host.member.lost().await;
    tokio::time::sleep(Duration::from_secs(60)).await;

    let mut host = enter(&house, person(1, SessionRole::Host), Some(token)).await.unwrap();
    assert!(host.welcome.resumed && host.id() == id);
    // The new page's Peer takes the place of the old one, and what that one sent has ended.
    house.plane.0.lock().unwrap().changed = true;
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Camera, "1").await;
    let told = async {
        let mut told = Vec::new();
        while told.len() < 2 {
            told.push(
                viewer
                    .hears(|m| match m {
                        ServerMessage::PublicationRemoved { publication } => Some((publication.0, None)),
                        ServerMessage::PublicationAdded { publication } => {
                            Some((publication.id.0, Some(publication.participant)))
                        }
                        _ => None,
                    })
                    .await,
            );
        }
        told
    };
    assert_eq!(told.await, [(1, None), (2, Some(id))]);
    let story = [(SessionStarted, None), (Joined, Some(1)), (Joined, Some(2)), (Lost, Some(1)), (Resumed, Some(1))];
    assert_eq!(house.ledger.story(), story);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_on_another_network_keeps_the_peer() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Camera, "1").await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    let before = house.plane.commands();
    for guest in [&mut host, &mut viewer] {
        let n = u8::try_from(guest.id().0).unwrap();
        let role = if n == 1 { SessionRole::Host } else { SessionRole::Viewer };
        *guest = enter(&house, person(n, role), Some(guest.welcome.resume.clone())).await.unwrap();
        assert_eq!(guest.welcome.publications.len(), 1, "nothing has ended");
    }
    let ServerMessage::Slots { slots } = next(&mut viewer.reader).await else { panic!("the slots are told again") };
    assert_eq!(slots[1].participant, Some(host.id()));
    host.asks(restart()).await.unwrap();
    viewer.asks(restart()).await.unwrap();
    settle().await;
    let since = house.plane.commands().split_off(before.len());
    assert!(matches!(since[..], [Command::Reoffer(_), Command::Reoffer(_)]), "{since:?}");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_resume_replaces_the_old_connection_whose_loss_then_means_nothing() {
    let house = FakeHouse::live();
    let mut old = join(&house, 1, SessionRole::Host).await;
    let mut new = enter(&house, person(1, SessionRole::Host), Some(old.welcome.resume.clone())).await.unwrap();
    assert_eq!(old.closed().await, CloseCode::Replaced);
    old.says(ClientMessage::Chat { text: "从旧页面".into() }).await;
    old.member.lost().await;
    settle().await;
    assert!(house.ledger.of_kind(Lost).is_empty());
    assert_eq!(new.asks(ClientMessage::RaiseHand).await, Ok(()));
    assert!(house.handle().connections() == 1);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_does_not_come_back_within_two_minutes_has_left() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let viewer = join(&house, 2, SessionRole::Viewer).await;
    let token = viewer.welcome.resume.clone();
    viewer.member.lost().await;
    tokio::time::sleep(Duration::from_secs(119)).await;
    assert!(house.ledger.of_kind(Left).is_empty());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let left = host.hears(|m| match m {
        ServerMessage::ParticipantLeft { participant } => Some(*participant),
        _ => None,
    });
    assert_eq!(left.await, ParticipantId(2));
    assert_eq!(house.ledger.of_kind(Left)[0].detail, r#"{"cause":"expired"}"#);
    let late = enter(&house, person(2, SessionRole::Viewer), Some(token)).await;
    assert_eq!(late.err(), Some(Refusal::ResumeExpired));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_is_dropped_alone_and_resumes() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut slow = join(&house, 2, SessionRole::Viewer).await;
    for n in 0..600 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        host.asks(ClientMessage::Chat { text: format!("第 {n} 句") }).await.unwrap();
    }
    assert_eq!(slow.closed().await, CloseCode::SlowConsumer);
    assert_eq!(house.registry.totals().slow_consumers, 1);
    // It was gone for long by now; another that comes back at once finds its place.
    let mut slow = join(&house, 3, SessionRole::Viewer).await;
    let token = slow.welcome.resume.clone();
    let gone = house.ledger.of_kind(Lost).len();
    for n in 0..520 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let hand = if n % 2 == 0 { ClientMessage::RaiseHand } else { ClientMessage::LowerHand };
        host.asks(hand).await.unwrap();
    }
    assert_eq!(slow.closed().await, CloseCode::SlowConsumer);
    assert_eq!(house.ledger.of_kind(Lost).len(), gone + 1);
    let back = enter(&house, person(3, SessionRole::Viewer), Some(token)).await.unwrap();
    assert!(back.welcome.resumed && back.id() == slow.id());
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_closes_everyone_and_the_sessions_row() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    host.asks(offer()).await.unwrap();
    let handle = house.handle();
    host.says(ClientMessage::End).await;
    viewer.hears(|m| matches!(m, ServerMessage::SessionEnded).then_some(())).await;
    assert_eq!(viewer.closed().await, CloseCode::SessionEnded);
    assert_eq!(host.closed().await, CloseCode::SessionEnded);
    settle().await;
    assert_eq!(&house.ledger.story()[3..], [(Left, Some(1)), (Left, Some(2)), (SessionEnded, None)]);
    assert_eq!(house.ledger.0.lock().unwrap().ended.len(), 1);
    assert!(house.registry.get(house.session).is_none());
    assert!(house.plane.commands().iter().any(|c| matches!(c, Command::Close(_))));
    let late = handle.enter(Arrival { identity: person(3, SessionRole::Viewer), re: 1, resume: None }).await;
    assert_eq!(late.err(), Some(Refusal::SessionEnded));
    assert_eq!(handle.end().await, Err(Refusal::SessionEnded));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopping_server_tells_everyone_records_it_and_goes_on_later() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    house.registry.stop().await;
    viewer.hears(|m| matches!(m, ServerMessage::ServerStopping).then_some(())).await;
    assert_eq!(viewer.closed().await, CloseCode::ServiceRestart);
    assert_eq!(house.ledger.story(), [(SessionStarted, None), (Joined, Some(1)), (Left, Some(1))]);
    assert!(house.ledger.0.lock().unwrap().ended.is_empty(), "the Session is not over");
    assert_eq!(house.registry.go_live(house.going()).err(), Some(Refusal::ServerStopping));
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_the_session_goes_on_and_open_intervals_end_at_the_last_checkpoint() {
    let before = FakeHouse::live();
    let mut host = join(&before, 1, SessionRole::Host).await;
    let _viewer = join(&before, 2, SessionRole::Viewer).await;
    let removed = join(&before, 3, SessionRole::Viewer).await;
    host.asks(ClientMessage::Remove { participant: removed.id() }).await.unwrap();
    tokio::time::sleep(Duration::from_secs(50)).await;
    // Killed here: nothing more is written.
    let lines = before.ledger.sealed(before.session);
    let recovered = recover(&lines);
    assert!(!recovered.ended);
    let ends: Vec<_> = recovered.closing.iter().map(|l| (l.participant, l.wall)).collect();
    let last = lines.iter().rfind(|l| l.kind == PresenceKind::Checkpoint).unwrap().wall;
    assert_eq!(ends, [(Some(1), last), (Some(2), last)]);

    let after = FakeHouse::empty();
    after.registry.go_on(after.going(), Some(recovered)).unwrap();
    let again = join(&after, 2, SessionRole::Viewer).await;
    assert_eq!(again.id(), ParticipantId(4));
    let story = [(Left, Some(1)), (Left, Some(2)), (SessionStarted, None), (Joined, Some(4))];
    assert_eq!(after.ledger.story(), story);
    let known = lines.iter().map(|line| line.monotonic_us).max().unwrap();
    assert_eq!(after.ledger.of_kind(SessionStarted)[0].detail, format!("{{\"known_us\":{known}}}"));
    let put_out = enter(&after, person(3, SessionRole::Viewer), None).await;
    assert_eq!(put_out.err(), Some(Refusal::RemovedByHost));
    after.registry.stop().await;
    before.registry.stop().await;
}
