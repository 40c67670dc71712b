//! Hands, admission, mutes by the host, removal, chat.

use super::*;

fn lesson() -> (Talk, ParticipantId, ParticipantId) {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 1);
    (talk, host, viewer)
}

#[test]
fn a_raised_hand_is_admitted_and_may_speak() {
    let (mut talk, host, viewer) = lesson();
    let speak = ClientMessage::Publish { source: Source::Microphone, mid: "0".into() };
    assert_eq!(talk.refused(viewer, speak.clone()), Refusal::NotAdmitted);

    talk.says(viewer, ClientMessage::RaiseHand).unwrap();
    let raised_at = talk.now.0;
    assert!(matches!(talk.broadcasts()[..], [ServerMessage::ParticipantChanged { participant }]
        if participant.hand_raised_ms == Some(raised_at)));
    assert_eq!(talk.refused(viewer, ClientMessage::RaiseHand), Refusal::HandAlreadyRaised);

    talk.says(host, ClientMessage::Admit { participant: viewer }).unwrap();
    assert_eq!(talk.sent_to(viewer), [&ServerMessage::Admitted]);
    assert!(matches!(talk.broadcasts()[..], [ServerMessage::ParticipantChanged { participant }]
        if participant.may_publish && participant.hand_raised_ms.is_none()));
    talk.says(viewer, speak).unwrap();
}

#[test]
fn a_dismissed_speaker_is_off_the_air() {
    let (mut talk, host, viewer) = lesson();
    talk.says(host, ClientMessage::Admit { participant: viewer }).unwrap();
    let microphone = talk.publishes(viewer, Source::Microphone);
    assert_eq!(talk.shown(host), shows([("a0", microphone)]));

    talk.says(host, ClientMessage::Dismiss { participant: viewer }).unwrap();
    assert!(talk.media().contains(&&MediaEffect::Unpublish { publication: microphone }));
    assert_eq!(talk.sent_to(viewer)[0], &ServerMessage::Dismissed);
    assert!(talk.broadcasts().contains(&&ServerMessage::PublicationRemoved { publication: microphone }));
    assert!(talk.shown(host).is_empty());
    let speak = ClientMessage::Publish { source: Source::Microphone, mid: "0".into() };
    assert_eq!(talk.refused(viewer, speak), Refusal::NotAdmitted);
}

#[test]
fn dismissing_a_hand_only_lowers_it() {
    let (mut talk, host, viewer) = lesson();
    talk.says(viewer, ClientMessage::RaiseHand).unwrap();
    talk.says(host, ClientMessage::Dismiss { participant: viewer }).unwrap();
    assert!(talk.sent_to(viewer).is_empty());
    assert!(matches!(talk.broadcasts()[..], [ServerMessage::ParticipantChanged { participant }]
        if participant.hand_raised_ms.is_none()));
}

#[test]
fn lowering_a_hand_twice_is_fine_and_said_once() {
    let (mut talk, _, viewer) = lesson();
    talk.says(viewer, ClientMessage::RaiseHand).unwrap();
    talk.says(viewer, ClientMessage::LowerHand).unwrap();
    assert_eq!(talk.broadcasts().len(), 1);
    talk.says(viewer, ClientMessage::LowerHand).unwrap();
    assert!(talk.broadcasts().is_empty());
}

#[test]
fn only_a_host_controls_and_only_those_present() {
    let (mut talk, host, viewer) = lesson();
    let second = talk.join(person("张老师", SessionRole::Host));
    let presenter = talk.join(person("刘老师", SessionRole::Presenter));
    let nobody = ParticipantId(99);
    let microphone = Source::Microphone;
    let (player, _) = talk.room.join_without_connection(talk.now, machine(ParticipantKind::Player)).unwrap();
    let table = [
        (viewer, ClientMessage::Admit { participant: viewer }, Refusal::NotTheHost),
        (presenter, ClientMessage::Dismiss { participant: viewer }, Refusal::NotTheHost),
        (viewer, ClientMessage::MuteParticipant { participant: host, source: microphone }, Refusal::NotTheHost),
        (presenter, ClientMessage::MuteAll, Refusal::NotTheHost),
        (viewer, ClientMessage::Remove { participant: host }, Refusal::NotTheHost),
        (presenter, ClientMessage::End, Refusal::NotTheHost),
        (host, ClientMessage::Admit { participant: nobody }, Refusal::NoSuchParticipant),
        (host, ClientMessage::Admit { participant: player }, Refusal::NoSuchParticipant),
        (host, ClientMessage::Dismiss { participant: nobody }, Refusal::NoSuchParticipant),
        (host, ClientMessage::Remove { participant: nobody }, Refusal::NoSuchParticipant),
        (host, ClientMessage::MuteParticipant { participant: nobody, source: microphone }, Refusal::NoSuchParticipant),
        (host, ClientMessage::MuteParticipant { participant: viewer, source: microphone }, Refusal::NoSuchPublication),
        (host, ClientMessage::Remove { participant: host }, Refusal::NotYourself),
        (host, ClientMessage::Remove { participant: second }, Refusal::TargetIsHost),
        (host, ClientMessage::Dismiss { participant: second }, Refusal::TargetIsHost),
    ];
    for (from, message, refusal) in table {
        assert_eq!(talk.refused(from, message.clone()), refusal, "{message:?}");
    }
}

#[test]
fn a_host_mutes_and_only_the_owner_unmutes() {
    let (mut talk, host, viewer) = lesson();
    talk.says(host, ClientMessage::Admit { participant: viewer }).unwrap();
    let microphone = talk.publishes(viewer, Source::Microphone);
    let mute = ClientMessage::MuteParticipant { participant: viewer, source: Source::Microphone };
    talk.says(host, mute.clone()).unwrap();
    assert_eq!(talk.media(), [&MediaEffect::Mute { publication: microphone, muted: true }]);
    assert_eq!(talk.sent_to(viewer), [&ServerMessage::MutedByHost { source: Source::Microphone }]);
    assert!(matches!(talk.broadcasts()[..], [ServerMessage::PublicationChanged { publication }] if publication.muted));
    talk.says(host, mute).unwrap();
    assert!(talk.media().is_empty() && talk.broadcasts().is_empty(), "what is muted stays muted without a word");

    assert_eq!(
        talk.refused(host, ClientMessage::Mute { source: Source::Microphone, muted: false }),
        Refusal::NoSuchPublication
    );
    talk.says(viewer, ClientMessage::Mute { source: Source::Microphone, muted: false }).unwrap();
    assert_eq!(talk.media(), [&MediaEffect::Mute { publication: microphone, muted: false }]);
}

#[test]
fn mute_all_spares_the_hosts() {
    let (mut talk, host, viewer) = lesson();
    let hosts = talk.publishes(host, Source::Microphone);
    talk.says(host, ClientMessage::Admit { participant: viewer }).unwrap();
    let viewers = talk.publishes(viewer, Source::Microphone);
    let camera = talk.publishes(viewer, Source::Camera);
    talk.says(host, ClientMessage::MuteAll).unwrap();
    assert_eq!(talk.media(), [&MediaEffect::Mute { publication: viewers, muted: true }]);
    assert!(!talk.room.publications[&hosts].muted && !talk.room.publications[&camera].muted);
}

#[test]
fn mute_all_spares_an_encoder_which_could_not_unmute() {
    let (mut talk, host, _) = lesson();
    let (encoder, _) = talk.room.join_without_connection(talk.now, machine(ParticipantKind::Encoder)).unwrap();
    let line = MediaLine { mid: "0".into(), kind: MediaKind::Audio, sends: true };
    talk.room.media_negotiated(encoder, vec![line]);
    let sound = talk.room.find_publication(encoder, Source::Microphone).unwrap();
    talk.says(host, ClientMessage::MuteAll).unwrap();
    assert_eq!(talk.media(), Vec::<&MediaEffect>::new());
    assert!(!talk.room.publications[&sound].muted);
}

#[test]
fn who_is_removed_is_out_in_every_tab_and_may_not_come_back() {
    let (mut talk, host, tab) = lesson();
    let other_tab = talk.join(viewer("王芳"));
    talk.lose(tab);
    talk.says(host, ClientMessage::Remove { participant: other_tab }).unwrap();
    talk.assert_ledger_first();
    assert_eq!(talk.facts().len(), 2);
    assert_eq!(talk.sent_to(other_tab), [&ServerMessage::Removed]);
    assert!(talk.effects.contains(&Effect::Disconnect { participant: other_tab, code: CloseCode::Removed }));
    assert_eq!(talk.try_join(viewer("王芳")), Err(Refusal::RemovedByHost));
    assert_eq!(talk.resume(tab, &viewer("王芳")), Err(Refusal::RemovedByHost));
    talk.join(viewer("李强"));
}

#[test]
fn chat_is_kept_bounded_and_paced() {
    let (mut talk, host, viewer) = lesson();
    assert_eq!(talk.refused(viewer, ClientMessage::Chat { text: " \n".into() }), Refusal::EmptyChat);
    assert_eq!(talk.refused(viewer, ClientMessage::Chat { text: "讲".repeat(501) }), Refusal::ChatTooLong);
    for _ in 0..5 {
        talk.says_at_once(viewer, ClientMessage::Chat { text: "好".into() }).unwrap();
    }
    assert_eq!(talk.says_at_once(viewer, ClientMessage::Chat { text: "好".into() }), Err(Refusal::TooFast));
    talk.says(host, ClientMessage::Chat { text: "主持人不受别人影响".into() }).unwrap();

    for n in 0..200 {
        talk.wait(2);
        talk.says_at_once(host, ClientMessage::Chat { text: format!("第 {n} 句") }).unwrap();
    }
    let late = talk.join(super::viewer("李强"));
    let (_, chat) = talk.state_told(late);
    assert_eq!(chat.len(), 200);
    assert_eq!((chat[0].seq, chat[0].text.as_str()), (7, "第 0 句"));
    assert!(chat.is_sorted_by(|a, b| a.seq < b.seq));
}
