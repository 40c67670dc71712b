//! What is on record, and what happens while the ledger cannot be written.

use super::*;
use crate::domain::Time;
use crate::domain::attendance::CheckpointDetail;
use crate::domain::presence::Person;
use crate::live::testing::{Command, Fault, START};
use lectern_signaling::effect::SeatedDetail;
use lectern_signaling::protocol::{SITE, SeatHow};
use lectern_signaling::room::{PlaceCard, Sitter, Taking};

#[tokio::test(start_paused = true)]
async fn nobody_hears_of_a_join_before_it_is_on_record() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    assert_eq!(house.ledger.story(), [(SessionStarted, None), (Joined, Some(1))]);
    house.ledger.fail([Fault::NotWritten]);
    assert_eq!(enter(&house, person(2, SessionRole::Viewer), None).await.err(), Some(Refusal::NotRecorded));
    let third = join(&house, 3, SessionRole::Viewer).await;
    let joined = host.hears(|m| match m {
        ServerMessage::ParticipantJoined { participant } => Some(participant.id),
        _ => None,
    });
    assert_eq!(joined.await, third.id(), "the refused one was never seen");
    assert_eq!(third.welcome.people, 2);
    assert_ne!(third.id(), ParticipantId(2), "a number that may have been written is not given again");
    assert_eq!(house.handle().people(), 2);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_class_that_joins_at_once_shares_commits() {
    let house = FakeHouse::live();
    settle().await;
    let before = house.ledger.0.lock().unwrap().appends;
    let handle = house.handle();
    let mut joins = tokio::task::JoinSet::new();
    for n in 0..100 {
        let handle = handle.clone();
        joins.spawn(async move {
            handle.enter(Arrival { identity: person(n, SessionRole::Viewer), re: 1, resume: None }).await.map(drop)
        });
    }
    for result in joins.join_all().await {
        result.unwrap();
    }
    let commits = house.ledger.0.lock().unwrap().appends - before;
    assert!(commits <= 6, "{commits} commits for 100 joins");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_end_leaves_the_session_live() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    house.ledger.fail([Fault::NotWritten]);
    assert_eq!(host.asks(ClientMessage::End).await, Err(Refusal::NotRecorded));
    assert_eq!(host.asks(ClientMessage::RaiseHand).await, Ok(()));
    assert_eq!(house.handle().people(), 1);
    assert_eq!(host.asks(ClientMessage::End).await, Ok(()));
    assert_eq!(host.closed().await, CloseCode::SessionEnded);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_end_whose_commit_is_unknown_is_set_right_in_the_ledger() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    // Written, and the answer lost, twice: nobody can know.
    house.ledger.fail([Fault::WrittenButUnknown, Fault::WrittenButUnknown]);
    assert_eq!(host.asks(ClientMessage::End).await, Err(Refusal::NotRecorded));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let story = house.ledger.story();
    assert!(story.iter().any(|(kind, _)| *kind == SessionEnded), "the end may have been written: {story:?}");
    assert_eq!(story.last(), Some(&(Resumed, Some(1))), "the host is still there");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_commit_is_asked_again_with_the_same_lines() {
    let house = FakeHouse::live();
    settle().await;
    house.ledger.fail([Fault::WrittenButUnknown]);
    join(&house, 1, SessionRole::Host).await;
    assert_eq!(house.ledger.story(), [(SessionStarted, None), (Joined, Some(1))], "written once");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_happens_while_the_ledger_fails_is_shown_and_recorded_later_with_its_own_time() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let viewer = join(&house, 2, SessionRole::Viewer).await;
    house.ledger.set_broken(true);
    let lost_at = Time::from_micros(START.micros() + 20_000);
    viewer.member.lost().await;
    let away = host.hears(|m| match m {
        ServerMessage::ParticipantChanged { participant } => Some(participant.connected),
        _ => None,
    });
    assert!(!away.await);
    tokio::time::sleep(Duration::from_secs(30)).await;
    house.ledger.set_broken(false);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let lost = house.ledger.of_kind(Lost);
    assert_eq!(lost.len(), 1);
    assert!(lost[0].wall.since(lost_at) < Duration::from_secs(1), "{:?}", lost[0].wall);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn hosts_hear_when_the_ledger_fails_and_when_it_works_again() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    let told = |m: &ServerMessage| match m {
        ServerMessage::Ledger { written, since_ms } => Some((*written, *since_ms)),
        _ => None,
    };
    house.ledger.set_broken(true);
    // Nobody asks for anything: the checkpoint notices.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let (written, failed_at) = host.hears(told).await;
    assert!(!written);
    house.ledger.set_broken(false);
    let (written, worked_at) = host.hears(told).await;
    assert!(written && worked_at - failed_at >= 40_000, "told once each: {failed_at} {worked_at}");
    house.ledger.fail([Fault::NotWritten]);
    assert_eq!(enter(&house, person(3, SessionRole::Viewer), None).await.err(), Some(Refusal::NotRecorded));
    assert!(!host.hears(told).await.0, "also by a refused join");
    enter(&house, person(3, SessionRole::Viewer), None).await.unwrap();
    assert!(host.hears(told).await.0);
    house.registry.stop().await;
    while let Outgoing::Text(text) = viewer.reader.next().await {
        assert_eq!(told(&serde_json::from_slice(&text).unwrap()), None, "viewers are spared");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_hangs_does_not_hang_the_session() {
    let house = FakeHouse::live();
    settle().await;
    house.ledger.fail([Fault::Hangs, Fault::Hangs]);
    let refused = tokio::time::timeout(Duration::from_secs(10), enter(&house, person(1, SessionRole::Host), None));
    assert_eq!(refused.await.unwrap().err(), Some(Refusal::NotRecorded));
    join(&house, 1, SessionRole::Host).await;
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn checkpoints_tell_what_was_delivered_since_the_last_one() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    let Command::Open(peer, _) = house.plane.commands()[0] else { panic!("opened first") };
    let figures = |media_ms| PeerFigures {
        delivered: Delivered { media_ms, audio_ms: media_ms, video_ms: 0 },
        ..PeerFigures::default()
    };
    for media_ms in [14_000, 29_000] {
        house.plane.0.lock().unwrap().figures.insert(peer, figures(media_ms));
        viewer.asks(ClientMessage::Watching { visible: true, sound: false }).await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        viewer.asks(ClientMessage::Watching { visible: false, sound: false }).await.unwrap();
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    house.plane.0.lock().unwrap().no_figures = true;
    tokio::time::sleep(Duration::from_secs(15)).await;
    let details: Vec<serde_json::Value> = house
        .ledger
        .of_kind(PresenceKind::Checkpoint)
        .iter()
        .map(|line| serde_json::from_str(&line.detail).unwrap())
        .collect();
    let media: Vec<Option<u64>> = details.iter().map(|d| d["media_ms"].as_u64()).collect();
    assert_eq!(media, [Some(14_000), Some(15_000), None], "unknown is not zero");
    let visible: Vec<Option<u64>> = details.iter().map(|d| d["visible_ms"].as_u64()).collect();
    assert!(visible.iter().all(Option::is_some) && details.iter().all(|d| d["sound_ms"] == 0), "{details:?}");
    assert!((4_900..=5_100).contains(&visible[1].unwrap()) && visible[2] == Some(0), "{visible:?}");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_heard_is_on_record_as_sending_until_muted() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    let Command::Open(peer, _) = house.plane.commands()[0] else { panic!("opened first") };
    host.asks(ClientMessage::Publish { source: Source::Microphone, mid: "0".into() }).await.unwrap();
    let figures = PeerFigures { received_bps: 40_000, ..PeerFigures::default() };
    house.plane.0.lock().unwrap().figures.insert(peer, figures);
    tokio::time::sleep(Duration::from_secs(16)).await;
    host.asks(ClientMessage::Mute { source: Source::Microphone, muted: true }).await.unwrap();
    tokio::time::sleep(Duration::from_secs(15)).await;
    let lines = house.ledger.of_kind(PresenceKind::Checkpoint);
    let sent = lines.iter().map(|line| serde_json::from_str::<CheckpointDetail>(&line.detail).unwrap().sent_ms);
    let sent: Vec<Option<u64>> = sent.collect();
    assert!(matches!(sent[..], [Some(12_000..=15_500), Some(0)]), "{sent:?}");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_away_has_no_checkpoints() {
    let house = FakeHouse::live();
    let viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.member.lost().await;
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert!(house.ledger.of_kind(PresenceKind::Checkpoint).is_empty());
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_flows_while_somebody_is_away_is_not_counted_afterwards() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    let token = viewer.welcome.resume.clone();
    let Command::Open(peer, _) = house.plane.commands()[0] else { panic!("opened first") };
    let received = |media_ms| {
        let figures =
            PeerFigures { delivered: Delivered { media_ms, ..Delivered::default() }, ..PeerFigures::default() };
        house.plane.0.lock().unwrap().figures.insert(peer, figures);
    };
    received(14_000);
    tokio::time::sleep(Duration::from_secs(16)).await;
    viewer.member.lost().await;
    received(44_000);
    tokio::time::sleep(Duration::from_secs(30)).await;
    let _back = enter(&house, person(1, SessionRole::Viewer), Some(token)).await.unwrap();
    received(58_000);
    tokio::time::sleep(Duration::from_secs(15)).await;
    let details = house.ledger.of_kind(PresenceKind::Checkpoint);
    let details = details.iter().map(|line| serde_json::from_str::<serde_json::Value>(&line.detail).unwrap());
    assert_eq!(details.map(|d| d["media_ms"].as_u64()).collect::<Vec<_>>(), [Some(14_000), Some(14_000)]);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_vanished_without_a_word_is_lost_at_the_next_checkpoint() {
    let house = FakeHouse::live();
    let _host = join(&house, 1, SessionRole::Host).await;
    // Its task was cancelled between the answer and the first message: `Member::lost` was never called.
    drop(join(&house, 2, SessionRole::Viewer).await);
    tokio::time::sleep(Duration::from_secs(16)).await;
    let story = house.ledger.story();
    assert_eq!(story[2..], [(Joined, Some(2)), (Lost, Some(2))]);
    let seen: Vec<_> = house.ledger.of_kind(PresenceKind::Checkpoint).iter().map(|line| line.participant).collect();
    assert_eq!(seen, [Some(1)]);
    assert_eq!(house.handle().connections(), 1);
}

/// A place of the Session's, and somebody who takes a seat there.
async fn with_site(house: &FakeHouse) -> impl Fn(u8) -> Taking + use<> {
    let site = PlaceCard { id: SITE.into(), name: "报告厅".into(), school: None, expected: None };
    house.handle().know_places(Places { cards: vec![site], ..Places::default() }).await;
    |n| {
        let Identity { key, name, school, rural, .. } = person(n, SessionRole::Viewer);
        let who = Sitter { key, name, school, rural, signed_in: true };
        Taking { place: SITE.into(), who, how: SeatHow::Scan, by: None, device: None }
    }
}

#[tokio::test(start_paused = true)]
async fn a_seat_is_on_record_before_anybody_hears_of_it() {
    let house = FakeHouse::live();
    let taking = with_site(&house).await;
    let mut host = join(&house, 1, SessionRole::Host).await;
    house.ledger.fail([Fault::NotWritten]);
    assert_eq!(house.handle().seat(taking(2)).await.err(), Some(Refusal::NotRecorded));
    let seat = house.handle().seat(taking(3)).await.unwrap();
    let name = host.hears(|m| match m {
        ServerMessage::SeatTaken { seat, .. } => Some(seat.name.clone()),
        _ => None,
    });
    assert_eq!(name.await, "老师3", "the refused one was never seen");
    let lines = house.ledger.of_kind(PresenceKind::Seated);
    let detail: SeatedDetail = serde_json::from_str(&lines[0].detail).unwrap();
    assert_eq!((lines.len(), detail.number, lines[0].participant), (1, seat.number, None));
    assert_eq!(lines[0].person.as_ref().map(Person::key), Some(taking(3).who.key));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_seat_whose_commit_is_unknown_is_set_right_in_the_ledger() {
    let house = FakeHouse::live();
    let taking = with_site(&house).await;
    settle().await;
    house.ledger.fail([Fault::WrittenButUnknown, Fault::WrittenButUnknown]);
    assert_eq!(house.handle().seat(taking(1)).await.err(), Some(Refusal::NotRecorded));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(house.ledger.of_kind(PresenceKind::Seated).len(), 1);
    assert!(house.ledger.of_kind(PresenceKind::Unseated)[0].detail.contains("struck"), "it counts nothing");
    let seat = house.handle().seat(taking(1)).await.unwrap();
    assert_eq!(seat.number, 2, "a number that may have been written is not given again");

    house.ledger.fail([Fault::WrittenButUnknown, Fault::WrittenButUnknown]);
    let left = house.handle().unseat(taking(1).who.key, SITE.into()).await;
    assert_eq!(left.err(), Some(Refusal::NotRecorded));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let seats = recover(&house.ledger.sealed(house.session)).before.seats;
    assert_eq!((seats.len(), seats[0].number), (1, seat.number), "the person still sits there");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_brings_seats_back_under_their_numbers() {
    let house = FakeHouse::live();
    let taking = with_site(&house).await;
    for n in 1..=3 {
        house.handle().seat(taking(n)).await.unwrap();
    }
    house.handle().unseat(taking(3).who.key, SITE.into()).await.unwrap();
    let mut host = join(&house, 9, SessionRole::Host).await;
    host.asks(ClientMessage::Strike { place: SITE.into(), seat: 1, reason: "不在现场".into() }).await.unwrap();
    house.registry.stop().await;

    let next = FakeHouse::empty();
    next.registry.go_on(next.going(), Some(recover(&house.ledger.sealed(house.session)))).unwrap();
    let seated = |house: &FakeHouse| {
        let handle = house.handle();
        async move { handle.look(|room| room.seated().map(|s| s.number).collect::<Vec<_>>()).await.unwrap() }
    };
    assert_eq!(seated(&next).await, [2]);
    let taking = with_site(&next).await;
    assert_eq!(next.handle().seat(taking(3)).await.unwrap().number, 4);
    next.handle().end().await.unwrap();
    settle().await;
    let left = next.ledger.of_kind(PresenceKind::Unseated);
    assert_eq!(left.iter().filter(|line| line.detail.contains("session_ended")).count(), 2);
    next.registry.stop().await;
}
