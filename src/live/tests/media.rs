//! What passes between people and the media plane.

use super::*;
use crate::live::testing::Command;
use lectern_media::ids::LineStep;
use lectern_media::sdp::Flow;
use lectern_signaling::protocol::client::LineReport;

#[tokio::test(start_paused = true)]
async fn lines_are_measured_for_hosts_only() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    let Command::Open(peer, _) = house.plane.commands()[0] else { panic!("opened first") };
    let figures = PeerFigures {
        connected: true,
        estimate_bps: Some(740_000),
        sent_bps: 655_400,
        loss_permille: 60,
        round_trip: Some(Duration::from_millis(84)),
        line_step: LineStep::Reduced,
        ..PeerFigures::default()
    };
    house.plane.0.lock().unwrap().figures.insert(peer, figures);
    tokio::time::sleep(Duration::from_secs(14)).await;
    assert_eq!(house.plane.0.lock().unwrap().asked_figures, 0, "nobody looks");

    let mut host = join(&house, 2, SessionRole::Host).await;
    let lines = host.hears(|m| match m {
        ServerMessage::Lines { lines } => Some(lines.iter().map(|l| (l.participant, l.bars)).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(lines.await, [(viewer.id(), 2)]);
    let report = LineReport { freezes: 2, freeze_ms: 900, concealed_permille: 4, decoded_fps: 12 };
    viewer.asks(ClientMessage::LineReport(report)).await.unwrap();
    host.says(ClientMessage::LineDetails { participant: viewer.id() }).await;
    let details = host.hears(|m| match m {
        ServerMessage::LineDetails { details, .. } => Some(details.clone()),
        _ => None,
    });
    let details = details.await;
    assert_eq!((details.estimate_kbps, details.sent_kbps, details.loss_percent), (Some(740), 655, 6.0));
    assert_eq!((details.round_trip_ms, details.freezes, details.freeze_ms), (Some(84), 2, 900));
    let totals = house.registry.totals();
    assert_eq!((totals.freezes, totals.freeze_ms), (2, 900));

    tokio::time::sleep(Duration::from_secs(15)).await;
    let tally = house.registry.lines();
    assert!(tally.loss_permille.count >= 1 && tally.steps == [0, 1, 0, 0], "{tally:?}");
    host.asks(ClientMessage::Leave).await.unwrap();
    settle().await;
    let asked = house.plane.0.lock().unwrap().asked_figures;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(house.plane.0.lock().unwrap().asked_figures <= asked + 2, "only checkpoints are left");
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_media_plane_hears_reaches_the_people() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Microphone, "0").await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    let commands = house.plane.commands();
    let track = commands.iter().find_map(|c| match c {
        Command::Publish(_, _, track) => Some(*track),
        _ => None,
    });
    let track = track.expect("published");
    let peer = commands.iter().rev().find_map(|c| match c {
        Command::Open(peer, _) => Some(*peer),
        _ => None,
    });
    house.events.send(MediaEvent::Loudness { track, level: 30 }).await.unwrap();
    let speaking = |m: &ServerMessage| match m {
        ServerMessage::Speakers { speakers } => Some(speakers.clone()),
        _ => None,
    };
    assert_eq!(viewer.hears(speaking).await, [host.id()]);
    assert_eq!(viewer.hears(speaking).await, [], "who is heard no more has stopped");
    let event = MediaEvent::LineStep { peer: peer.expect("opened"), step: LineStep::SoundOnly, estimate_bps: 74_300 };
    house.events.send(event).await.unwrap();
    let line = viewer.hears(|m| match m {
        ServerMessage::YourLine { step, estimate_kbps, .. } => Some((*step, *estimate_kbps)),
        _ => None,
    });
    assert_eq!(line.await, (lectern_signaling::protocol::LineStep::SoundOnly, Some(74)));
    host.asks(ClientMessage::Unpublish { source: Source::Microphone }).await.unwrap();
    house.events.send(MediaEvent::Loudness { track, level: 30 }).await.unwrap();
    settle().await;
    assert_eq!(house.registry.totals().media_events_lost, 0);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_rank_reaches_the_media_plane() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Camera, "1").await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    let rank = house.plane.commands().into_iter().rev().find_map(|c| match c {
        Command::Assign(_, _, Some(_), rank) => Some(rank),
        _ => None,
    });
    assert_eq!(rank, Some(lectern_media::ids::Rank::Main));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_offer_is_answered_before_its_slots_are_told() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Camera, "1").await;
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    viewer.says(offer()).await;
    assert!(matches!(next(&mut viewer.reader).await, ServerMessage::Answer { re: 2, .. }));
    let ServerMessage::Slots { slots } = next(&mut viewer.reader).await else { panic!("slots follow") };
    assert_eq!((slots.len(), slots[1].participant), (2, Some(host.id())));
    let commands = house.plane.commands();
    let track = commands.iter().find_map(|c| match c {
        Command::Publish(_, _, track) => Some(*track),
        _ => None,
    });
    assert!(matches!(commands.last(), Some(Command::Assign(_, mid, shown, _)) if mid == "3" && *shown == track));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_peer_of_the_same_page_takes_the_place_of_the_old() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Camera, "1").await;
    house.plane.0.lock().unwrap().changed = true;
    host.asks(offer()).await.unwrap();
    settle().await;
    let peers: Vec<Command> =
        house.plane.commands().into_iter().filter(|c| matches!(c, Command::Open(..) | Command::Close(_))).collect();
    assert!(matches!(peers[..], [Command::Open(a, _), Command::Close(b), Command::Open(c, _)] if a == b && a != c));
    host.publishes(Source::Camera, "1").await;
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_offer_that_continues_a_peer_never_opens_another() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    assert_eq!(viewer.asks(restart()).await, Err(Refusal::PeerGone));
    viewer.asks(offer()).await.unwrap();
    viewer.asks(restart()).await.unwrap();
    // As of a page whose Peer was replaced by another tab's.
    house.plane.0.lock().unwrap().changed = true;
    assert_eq!(viewer.asks(restart()).await, Err(Refusal::PeerGone));
    let Command::Open(peer, _) = house.plane.commands()[0] else { panic!("opened first") };
    house.events.send(MediaEvent::Closed(peer)).await.unwrap();
    settle().await;
    assert_eq!(viewer.asks(restart()).await, Err(Refusal::PeerGone));
    let opened = |c: &Command| matches!(c, Command::Open(..) | Command::Close(_));
    assert_eq!(house.plane.commands().into_iter().filter(opened).count(), 1);
    viewer.asks(offer()).await.unwrap();
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_offer_is_refused_in_words_and_a_good_one_may_follow() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    assert_eq!(
        viewer.asks(ClientMessage::Offer { sdp: "rubbish".into(), continues: false }).await,
        Err(Refusal::BadOffer)
    );
    assert_eq!(
        viewer.asks(ClientMessage::Offer { sdp: "no codec".into(), continues: false }).await,
        Err(Refusal::NoCommonCodec)
    );
    assert_eq!(viewer.asks(offer()).await, Ok(()));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_media_plane_gets_everything_in_the_end() {
    let house = FakeHouse::live();
    let mut host = join(&house, 1, SessionRole::Host).await;
    host.asks(offer()).await.unwrap();
    let mut viewer = join(&house, 2, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    house.plane.0.lock().unwrap().busy = 3;
    host.publishes(Source::Camera, "1").await;
    settle().await;
    let commands = house.plane.commands();
    let publish = commands.iter().position(|c| matches!(c, Command::Publish(..))).expect("published");
    let shown = commands.iter().rposition(|c| matches!(c, Command::Assign(_, _, Some(_), _))).expect("assigned");
    assert!(publish < shown, "{commands:?}");
    house.plane.0.lock().unwrap().busy = 2;
    host.asks(ClientMessage::Unpublish { source: Source::Camera }).await.unwrap();
    settle().await;
    assert!(house.plane.commands().iter().any(|c| matches!(c, Command::Unpublish(_))));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_encoder_is_seen_and_leaves_when_its_peer_closes() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    let offer = "audio a send\nvideo v send".to_owned();
    let (id, _) = house.handle().enter_with_offer(encoder(), offer).await.unwrap();
    let shown = viewer.hears(|m| match m {
        ServerMessage::Slots { slots } => slots.iter().all(|s| s.participant == Some(id)).then_some(()),
        _ => None,
    });
    shown.await;
    let opened = house.plane.commands().into_iter().find_map(|c| match c {
        Command::Open(peer, Flow::Uplink) => Some(peer),
        _ => None,
    });
    house.events.send(MediaEvent::Closed(opened.unwrap())).await.unwrap();
    let left = viewer.hears(|m| matches!(m, ServerMessage::ParticipantLeft { .. }).then_some(()));
    left.await;
    assert_eq!(house.ledger.of_kind(Left)[0].detail, r#"{"cause":"peer_closed"}"#);
    assert_eq!(house.ledger.of_kind(Left)[0].person, None, "an encoder is nobody");
    let refused = house.handle().enter_with_offer(encoder(), "no codec".into()).await;
    assert_eq!(refused.err(), Some(Refusal::NoCommonCodec));
    settle().await;
    assert_eq!(house.handle().leave_with_offer(id).await, Err(Refusal::NoSuchParticipant));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_leaves_while_an_offer_is_open_leaves_no_peer_behind() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.says(offer()).await;
    viewer.says(ClientMessage::Leave).await;
    assert_eq!(viewer.closed().await, CloseCode::Normal);
    settle().await;
    let commands = house.plane.commands();
    let opened = commands.iter().filter(|c| matches!(c, Command::Open(..))).count();
    let closed = commands.iter().filter(|c| matches!(c, Command::Close(_))).count();
    assert!(opened == 1 && closed >= 1, "{commands:?}");
    house.registry.stop().await;
}
