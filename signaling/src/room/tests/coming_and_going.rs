//! Joining, dropping, resuming, leaving and the end.

use super::*;

#[test]
fn the_welcome_holds_the_whole_state_and_others_hear_of_the_newcomer() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    let camera = talk.publishes(host, Source::Camera);
    talk.says(host, ClientMessage::Chat { text: "欢迎".into() }).unwrap();

    let viewer = talk.join(viewer("王芳"));
    talk.assert_ledger_first();
    assert_eq!(talk.facts(), [&PresenceFact::Joined { participant: viewer }]);
    let welcome = talk.welcome(viewer);
    assert_eq!((welcome.you, welcome.resumed, welcome.resume.as_str()), (viewer, false, "token of 2"));
    assert_eq!(welcome.people, 2);
    let (roster, chat) = talk.state_told(viewer);
    assert_eq!(roster.iter().map(|p| p.id).collect::<Vec<_>>(), [host, viewer]);
    assert_eq!(welcome.publications.iter().map(|p| p.id).collect::<Vec<_>>(), [camera]);
    assert_eq!(chat[0].text, "欢迎");
    assert!(matches!(talk.effects.last(), Some(Effect::Broadcast {
        except: Some(except), message: ServerMessage::ParticipantJoined { participant }
    }) if *except == viewer && participant.rural && !participant.may_publish));
}

#[test]
fn a_resume_token_is_told_to_its_owner_only() {
    let mut talk = Talk::new();
    talk.join(host());
    let id = talk.join(viewer("王芳"));
    let telling: Vec<&Effect> = talk.effects.iter().filter(|e| format!("{e:?}").contains("token of 2")).collect();
    assert!(
        matches!(telling[..], [Effect::Send { to, message: ServerMessage::Welcome(_) }] if *to == id),
        "{telling:?}"
    );
}

#[test]
fn one_account_in_two_tabs_is_two_participants_and_one_person() {
    let mut talk = Talk::new();
    let first = talk.join(viewer("王芳"));
    let second = talk.join(viewer("王芳"));
    assert_ne!(first, second);
    assert_eq!(talk.room.people(), 1);
}

#[test]
fn a_dropped_connection_resumes_within_two_minutes_as_the_same_participant() {
    let mut talk = Talk::new();
    let id = talk.join(viewer("王芳"));
    talk.lose(id);
    talk.assert_ledger_first();
    assert_eq!(talk.facts(), [&PresenceFact::Lost { participant: id }]);
    talk.now = Moment(talk.now.0 + 119_999);
    assert!(talk.room.handle_timeout(talk.now).is_empty());
    assert_eq!(talk.resume(id, &viewer("王芳")), Ok(id));
    talk.assert_ledger_first();
    assert_eq!(talk.facts(), [&PresenceFact::Resumed { participant: id }]);
    let welcome = talk.welcome(id);
    assert!(welcome.resumed && welcome.you == id && talk.state_told(id).0[0].connected);
    assert_eq!(talk.room.next_timeout(), None);
}

#[test]
fn after_two_minutes_the_participant_has_left_and_cannot_resume() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let id = talk.join(viewer("王芳"));
    talk.lose(id);
    let due = talk.room.next_timeout().unwrap();
    assert_eq!(due.since(talk.now), Duration::from_secs(120));
    talk.now = due;
    // Even where the driver is late with its timer, the window is closed.
    assert_eq!(talk.resume(id, &viewer("王芳")), Err(Refusal::ResumeExpired));
    talk.effects = talk.room.handle_timeout(due);
    talk.assert_ledger_first();
    assert_eq!(talk.facts(), [&PresenceFact::Left { participant: id, cause: LeaveCause::Expired }]);
    assert!(talk.broadcasts().contains(&&ServerMessage::ParticipantLeft { participant: id }));
    assert_eq!(talk.resume(id, &viewer("王芳")), Err(Refusal::ResumeExpired));
    let again = talk.join(viewer("王芳"));
    assert!(again > id && again > host, "numbers are never used again");
}

#[test]
fn a_stolen_resume_token_is_worth_nothing_to_another_person() {
    let mut talk = Talk::new();
    let id = talk.join(viewer("王芳"));
    talk.lose(id);
    assert_eq!(talk.resume(id, &viewer("李强")), Err(Refusal::ResumeExpired));
    assert_eq!(talk.resume(id, &viewer("王芳")), Ok(id));
}

#[test]
fn a_resume_over_a_standing_connection_takes_its_place() {
    let mut talk = Talk::new();
    let id = talk.join(viewer("王芳"));
    assert_eq!(talk.resume(id, &viewer("王芳")), Ok(id));
    assert!(talk.welcome(id).resumed);
}

#[test]
fn a_host_who_drops_does_not_end_the_session_and_reloads_into_it() {
    let mut talk = Talk::new();
    let host_id = talk.join(host());
    talk.negotiated(host_id, 1);
    let camera = talk.publishes(host_id, Source::Camera);
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 1);
    assert_eq!(talk.shown(viewer), shows([("v0", camera)]));

    talk.lose(host_id);
    assert_eq!(talk.shown(viewer), shows([("v0", camera)]), "the picture stays while only the websocket is gone");
    talk.resume(host_id, &host()).unwrap();
    assert_eq!(talk.media(), Vec::<&MediaEffect>::new(), "and when it is back");

    // The page that was loaded anew offers for a Peer of its own.
    talk.effects = talk.room.media_closed(host_id);
    assert!(talk.media().contains(&&MediaEffect::Unpublish { publication: camera }));
    assert!(talk.shown(viewer).is_empty());
    talk.negotiated(host_id, 1);
    let again = talk.publishes(host_id, Source::Camera);
    assert_ne!(again, camera);
    assert_eq!(talk.shown(viewer), shows([("v0", again)]));
}

#[test]
fn who_resumes_is_told_the_slots_that_went_on() {
    let mut talk = Talk::new();
    let host_id = talk.join(host());
    talk.negotiated(host_id, 1);
    let camera = talk.publishes(host_id, Source::Camera);
    let id = talk.join(viewer("王芳"));
    talk.negotiated(id, 1);
    talk.lose(id);
    talk.resume(id, &viewer("王芳")).unwrap();
    let slots = talk.slots_told(id).expect("are told");
    assert_eq!(slots.iter().find_map(|slot| slot.publication), Some(camera));
    let restart = ClientMessage::Offer { sdp: "v=0".into(), continues: true };
    assert!(talk.says(id, restart.clone()).is_ok());

    talk.effects = talk.room.media_closed(id);
    assert_eq!(talk.refused(id, restart), Refusal::PeerGone);
    talk.resume(id, &viewer("王芳")).unwrap();
    assert_eq!(talk.slots_told(id), None, "there are none");
}

#[test]
fn a_host_gone_for_good_leaves_the_session_live_for_a_second_host() {
    let mut talk = Talk::new();
    let first = talk.join(host());
    let second = talk.join(person("张老师", SessionRole::Host));
    talk.lose(first);
    talk.wait(120);
    talk.effects = talk.room.handle_timeout(talk.now);
    assert!(!talk.room.is_closed());
    assert!(talk.says(second, ClientMessage::End).is_ok());
    assert!(talk.room.is_closed());
}

#[test]
fn leave_is_recorded_answered_and_closes_normally() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    let camera = talk.publishes(host, Source::Camera);
    talk.says(host, ClientMessage::Leave).unwrap();
    talk.assert_ledger_first();
    assert_eq!(talk.facts(), [&PresenceFact::Left { participant: host, cause: LeaveCause::Asked }]);
    assert!(matches!(talk.sent_to(host)[..], [ServerMessage::Ok { .. }]));
    assert!(talk.effects.contains(&Effect::Disconnect { participant: host, code: CloseCode::Normal }));
    assert_eq!(
        talk.broadcasts(),
        [
            &ServerMessage::PublicationRemoved { publication: camera },
            &ServerMessage::ParticipantLeft { participant: host }
        ]
    );
    assert_eq!(talk.resume(host, &super::host()), Err(Refusal::ResumeExpired));
    assert_eq!(talk.refused(host, ClientMessage::Ping), Refusal::NoSuchParticipant);
}

#[test]
fn the_end_closes_all_and_is_recorded_before_anyone_hears() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let viewer_id = talk.join(viewer("王芳"));
    talk.says(host, ClientMessage::End).unwrap();
    talk.assert_ledger_first();
    assert_eq!(
        talk.facts(),
        [
            &PresenceFact::Left { participant: host, cause: LeaveCause::SessionEnded },
            &PresenceFact::Left { participant: viewer_id, cause: LeaveCause::SessionEnded },
            &PresenceFact::SessionEnded
        ]
    );
    assert_eq!(talk.broadcasts(), [&ServerMessage::SessionEnded]);
    for participant in [host, viewer_id] {
        assert!(talk.effects.contains(&Effect::Disconnect { participant, code: CloseCode::SessionEnded }));
    }
    assert_eq!(talk.effects.last(), Some(&Effect::EndSession));

    assert_eq!(talk.try_join(viewer("李强")), Err(Refusal::SessionEnded));
    assert_eq!(talk.resume(viewer_id, &viewer("王芳")), Err(Refusal::SessionEnded));
    assert_eq!(talk.refused(host, ClientMessage::Ping), Refusal::SessionEnded);
    assert_eq!(talk.room.end(None), Err(Refusal::SessionEnded));
}

#[test]
fn a_stopping_server_tells_everyone_and_does_not_end_the_session() {
    let mut talk = Talk::new();
    let id = talk.join(viewer("王芳"));
    talk.effects = talk.room.stop();
    talk.assert_ledger_first();
    assert_eq!(talk.facts(), [&PresenceFact::Left { participant: id, cause: LeaveCause::ServerStopped }]);
    assert_eq!(talk.broadcasts(), [&ServerMessage::ServerStopping]);
    assert!(talk.effects.contains(&Effect::Disconnect { participant: id, code: CloseCode::ServiceRestart }));
    assert!(!talk.effects.contains(&Effect::EndSession));
    assert_eq!(talk.try_join(viewer("李强")), Err(Refusal::ServerStopping));
    assert!(talk.room.stop().is_empty());
}

#[test]
fn a_full_room_still_lets_its_host_in() {
    let mut talk = Talk::with_capacity(2);
    talk.join(viewer("王芳"));
    let second = talk.join(viewer("李强"));
    assert_eq!(talk.try_join(viewer("赵敏")), Err(Refusal::Full));
    talk.join(host());
    // Who may still resume keeps the place.
    talk.lose(second);
    assert_eq!(talk.try_join(viewer("赵敏")), Err(Refusal::Full));
}

#[test]
fn a_continued_session_goes_on_counting() {
    let session = SessionView {
        id: "s1".into(),
        title: String::new(),
        started_ms: 0,
        spotlight: None,
        recording: Default::default(),
    };
    let opening = Opening { session, limits: RoomLimits::default(), seed: 1 };
    let removed_keys = BTreeSet::from(["account:李强".to_owned()]);
    let before = Before { last_participant: ParticipantId(41), removed_keys, ..Before::default() };
    let mut room = Room::continued(Moment(0), opening, before);
    let (id, _) = room.join(Moment(0), viewer("王芳"), 1, "t".into()).unwrap();
    assert_eq!(id, ParticipantId(42));
    assert_eq!(room.join(Moment(0), viewer("李强"), 1, "t".into()).unwrap_err(), Refusal::RemovedByHost);
}

#[test]
fn a_second_hello_is_refused() {
    let mut talk = Talk::new();
    let id = talk.join(viewer("王芳"));
    let hello = ClientMessage::Hello { protocol: 1, ticket: String::new(), resume: None, device: None };
    assert_eq!(talk.refused(id, hello), Refusal::AlreadyHere);
}

#[test]
fn a_flood_of_frames_is_refused_and_a_pause_heals_it() {
    let mut talk = Talk::new();
    let id = talk.join(viewer("王芳"));
    for _ in 0..60 {
        talk.says_at_once(id, ClientMessage::Ping).unwrap();
    }
    assert_eq!(talk.says_at_once(id, ClientMessage::Ping), Err(Refusal::TooFast));
    talk.says(id, ClientMessage::Ping).unwrap();
    assert_eq!(talk.sent_to(id), [&ServerMessage::Pong { re: 62, at_ms: 2000 }]);
}

#[test]
fn watching_is_kept_and_a_lost_page_watches_nothing() {
    let mut talk = Talk::new();
    let id = talk.join(viewer("王芳"));
    let watched = |talk: &Talk| talk.room.present(talk.now).next().unwrap().watched;
    talk.wait(5);
    assert_eq!(watched(&talk), Watched::default());
    talk.says(id, ClientMessage::Watching { visible: true, sound: false }).unwrap();
    let before = talk.now;
    talk.wait(5);
    let so_far = watched(&talk);
    assert_eq!(so_far, Watched { visible_ms: talk.now.0 - before.0, sound_ms: 0 });
    talk.lose(id);
    let lost = watched(&talk);
    talk.wait(5);
    assert_eq!(watched(&talk), lost);
}

#[test]
fn the_room_is_told_in_small_frames() {
    let mut talk = Talk::with_capacity(100);
    for n in 0..45 {
        talk.join(viewer(&format!("学校{n}")));
    }
    for n in 0..30 {
        let text = if n < 20 { "好".to_owned() } else { "讲".repeat(500) };
        talk.says(ParticipantId(n + 1), ClientMessage::Chat { text }).unwrap();
    }
    let late = talk.join(viewer("王芳"));
    let (roster, chat) = talk.state_told(late);
    assert_eq!((roster.len(), chat.len()), (46, 30));
    assert_eq!(talk.welcome(late).people, 46);
    assert!(chat.is_sorted_by_key(|line| line.seq));
    let frames = talk.sent_to(late);
    let kinds: Vec<(&str, bool)> = frames
        .iter()
        .map(|message| match message {
            ServerMessage::Welcome(_) => ("welcome", false),
            ServerMessage::Roster { last, .. } => ("roster", *last),
            ServerMessage::ChatHistory { last, .. } => ("chat", *last),
            other => panic!("{other:?}"),
        })
        .collect();
    let rosters = kinds.iter().filter(|(kind, _)| *kind == "roster").count();
    assert_eq!(kinds[0].0, "welcome");
    assert!(kinds[1..=rosters].iter().all(|(kind, _)| *kind == "roster"), "{kinds:?}");
    assert_eq!(kinds.iter().filter(|(_, last)| *last).count(), 2);
    assert!(kinds[rosters].1 && kinds[kinds.len() - 1].1);
    let largest = frames.iter().map(|frame| crate::protocol::encode(frame).len()).max().unwrap();
    assert!(largest < 6 * 1024, "{largest}");
}

#[test]
fn a_session_that_everybody_forgot_ends_by_itself() {
    let mut talk = Talk::new();
    let due = talk.room.next_timeout().expect("nobody has come yet");
    assert_eq!(due.since(talk.now), Duration::from_secs(6 * 3600));
    let id = talk.join(viewer("王芳"));
    assert_eq!(talk.room.next_timeout(), None, "somebody is here");
    talk.wait(7 * 3600);
    talk.says(id, ClientMessage::Leave).unwrap();
    talk.effects = talk.room.handle_timeout(talk.now.plus(Duration::from_secs(6 * 3600 - 1)));
    assert!(talk.effects.is_empty());
    let due = talk.room.next_timeout().expect("everybody left");
    talk.effects = talk.room.handle_timeout(due);
    assert_eq!(talk.facts(), [&PresenceFact::SessionEnded]);
    assert_eq!(talk.effects.last(), Some(&Effect::EndSession));
    assert!(talk.room.is_closed() && talk.room.next_timeout().is_none());
}
