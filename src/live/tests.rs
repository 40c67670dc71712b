//! Stories of live Sessions over a ledger and a media plane that can fail.

use super::testing::{Command, FakeHouse, Fault, MEMBER_OFFER};
use super::*;
use crate::domain::presence::{PresenceKind, intervals};
use crate::domain::{AccountId, Time};
use lectern_media::ids::LineStep;
use lectern_media::sdp::Flow;
use lectern_signaling::protocol::client::{ClientFrame, ClientMessage, LineReport};
use lectern_signaling::protocol::server::{ServerMessage, Welcome};
use lectern_signaling::protocol::{CloseCode, ParticipantId, ParticipantKind, Refusal, SessionRole, Source};
use lectern_signaling::room::Identity;
use std::time::Duration;

fn person(n: u8, role: SessionRole) -> Identity {
    let account = AccountId::from_random([n; 10]).to_string();
    Identity {
        kind: ParticipantKind::Account,
        role,
        account: Some(account.clone()),
        key: account,
        name: format!("老师{n}"),
        school: Some("石桥小学".into()),
        rural: true,
    }
}

fn encoder() -> Identity {
    Identity {
        kind: ParticipantKind::Encoder,
        account: None,
        key: "encoder:1".into(),
        ..person(9, SessionRole::Presenter)
    }
}

/// Somebody in the Session.
struct Guest {
    member: Member,
    reader: OutboxReader,
    welcome: Welcome,
    frames: u64,
}

async fn enter(house: &FakeHouse, identity: Identity, resume: Option<String>) -> Result<Guest, Refusal> {
    let (member, mut reader) = house.handle().enter(Arrival { identity, re: 1, resume }).await?;
    let ServerMessage::Welcome(welcome) = next(&mut reader).await else { panic!("the welcome comes first") };
    while !matches!(next(&mut reader).await, ServerMessage::ChatHistory { last: true, .. }) {}
    Ok(Guest { member, reader, welcome: *welcome, frames: 1 })
}

async fn join(house: &FakeHouse, n: u8, role: SessionRole) -> Guest {
    enter(house, person(n, role), None).await.unwrap()
}

async fn next(reader: &mut OutboxReader) -> ServerMessage {
    match tokio::time::timeout(Duration::from_secs(5), reader.next()).await.expect("something comes") {
        Outgoing::Text(text) => serde_json::from_slice(&text).unwrap(),
        Outgoing::Close(code) => panic!("closed with {code:?}"),
    }
}

impl Guest {
    fn id(&self) -> ParticipantId {
        self.welcome.you
    }

    async fn says(&mut self, message: ClientMessage) -> u64 {
        self.frames += 1;
        assert!(self.member.say(ClientFrame { id: self.frames, message }).await);
        self.frames
    }

    /// Reads until something that fits.
    async fn hears<T>(&mut self, fits: impl Fn(&ServerMessage) -> Option<T>) -> T {
        loop {
            if let Some(found) = fits(&next(&mut self.reader).await) {
                return found;
            }
        }
    }

    /// The answer to what is said.
    async fn asks(&mut self, message: ClientMessage) -> Result<(), Refusal> {
        let id = self.says(message).await;
        self.hears(|heard| match heard {
            ServerMessage::Ok { re } | ServerMessage::Answer { re, .. } if *re == id => Some(Ok(())),
            ServerMessage::Refused(refused) if refused.re == Some(id) => Some(Err(refused.code)),
            _ => None,
        })
        .await
    }

    async fn closed(&mut self) -> CloseCode {
        loop {
            if let Outgoing::Close(code) = self.reader.next().await {
                return code;
            }
        }
    }

    async fn publishes(&mut self, source: Source, mid: &str) {
        self.asks(ClientMessage::Publish { source, mid: mid.into() }).await.unwrap();
    }
}

fn offer() -> ClientMessage {
    ClientMessage::Offer { sdp: MEMBER_OFFER.into() }
}

/// Lets everything that is due happen.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

use PresenceKind::{Joined, Left, Lost, Resumed, SessionEnded, SessionStarted};

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
    let all = intervals(&house.ledger.sealed(house.session));
    assert!(all[0].open, "the host is still there: {all:?}");
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
    let lost_at = Time::from_micros(testing::START.micros() + 20_000);
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
    assert!(host.welcome.resumed && host.id() == id && host.welcome.publications.is_empty());
    host.asks(offer()).await.unwrap();
    host.publishes(Source::Camera, "1").await;
    let added = viewer.hears(|m| match m {
        ServerMessage::PublicationAdded { publication } => Some(publication.participant),
        _ => None,
    });
    assert_eq!(added.await, id);
    let story = [(SessionStarted, None), (Joined, Some(1)), (Joined, Some(2)), (Lost, Some(1)), (Resumed, Some(1))];
    assert_eq!(house.ledger.story(), story);
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
    assert_eq!(after.ledger.story(), [(Left, Some(1)), (Left, Some(2)), (Joined, Some(4))]);
    let put_out = enter(&after, person(3, SessionRole::Viewer), None).await;
    assert_eq!(put_out.err(), Some(Refusal::RemovedByHost));
    after.registry.stop().await;
    before.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn checkpoints_tell_what_was_delivered_since_the_last_one() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.asks(offer()).await.unwrap();
    viewer.asks(ClientMessage::Watching { visible: true, sound: false }).await.unwrap();
    let Command::Open(peer, _) = house.plane.commands()[0] else { panic!("opened first") };
    let figures = |media_ms| PeerFigures {
        delivered: Delivered { media_ms, audio_ms: media_ms, video_ms: 0 },
        ..PeerFigures::default()
    };
    for media_ms in [14_000, 29_000] {
        house.plane.0.lock().unwrap().figures.insert(peer, figures(media_ms));
        tokio::time::sleep(Duration::from_secs(15)).await;
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
    assert_eq!((&details[0]["visible"], &details[0]["sound"]), (&true.into(), &false.into()));
    house.registry.stop().await;
}

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
async fn who_is_away_has_no_checkpoints() {
    let house = FakeHouse::live();
    let viewer = join(&house, 1, SessionRole::Viewer).await;
    viewer.member.lost().await;
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert!(house.ledger.of_kind(PresenceKind::Checkpoint).is_empty());
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
async fn a_bad_offer_is_refused_in_words_and_a_good_one_may_follow() {
    let house = FakeHouse::live();
    let mut viewer = join(&house, 1, SessionRole::Viewer).await;
    assert_eq!(viewer.asks(ClientMessage::Offer { sdp: "rubbish".into() }).await, Err(Refusal::BadOffer));
    assert_eq!(viewer.asks(ClientMessage::Offer { sdp: "no codec".into() }).await, Err(Refusal::NoCommonCodec));
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

#[tokio::test(start_paused = true)]
async fn a_reserved_place_is_nobody_elses_until_it_is_given_back() {
    let house = FakeHouse::live();
    let going = |n| Going { id: crate::domain::SessionId::from_random([n; 10]), ..house.going() };
    let place = house.registry.reserve().unwrap();
    assert_eq!(house.registry.go_live(going(2)).err(), Some(Refusal::Full));
    drop(place);
    let place = house.registry.reserve().unwrap();
    place.go_live(going(3)).unwrap();
    assert_eq!(house.registry.reserve().err(), Some(Refusal::Full));
    house.registry.stop().await;
    assert_eq!(house.registry.reserve().err(), Some(Refusal::ServerStopping));
}

#[tokio::test(start_paused = true)]
async fn a_server_takes_no_more_sessions_than_it_was_told() {
    let house = FakeHouse::live();
    let going = |n| Going { id: crate::domain::SessionId::from_random([n; 10]), ..house.going() };
    house.registry.go_live(going(2)).unwrap();
    assert_eq!(house.registry.go_live(going(3)).err(), Some(Refusal::Full));
    assert_eq!(house.registry.totals().sessions, 2);
    house.registry.go_on(going(3), None).expect("what was live before the start goes on beyond the limit");
    assert_eq!(house.registry.totals().sessions, 3);
    house.registry.stop().await;
}
