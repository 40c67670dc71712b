//! What each slot shows.

use super::*;
use crate::effect::Rank;
use crate::protocol::LayerName;
use crate::protocol::client::{SlotTarget, SlotWish};

fn wish(mid: &str, show: Option<(ParticipantId, Source)>) -> SlotWish {
    let show = show.map(|(participant, source)| SlotTarget { participant, source });
    SlotWish { mid: mid.into(), show, max_layer: LayerName::High }
}

fn wishes<const N: usize>(slots: [SlotWish; N]) -> ClientMessage {
    ClientMessage::Slots { slots: slots.into() }
}

fn speaker(talk: &mut Talk, name: &str, role: SessionRole) -> ParticipantId {
    let id = talk.join(person(name, role));
    talk.negotiated(id, 1);
    id
}

#[test]
fn left_to_the_server_screens_come_first_then_hosts_presenters_and_the_admitted() {
    let mut talk = Talk::new();
    let admitted = speaker(&mut talk, "王芳", SessionRole::Viewer);
    let presenter = speaker(&mut talk, "刘老师", SessionRole::Presenter);
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    talk.says(host, ClientMessage::Admit { participant: admitted }).unwrap();
    let d = talk.publishes(admitted, Source::Camera);
    let c = talk.publishes(presenter, Source::Camera);
    let b = talk.publishes(host, Source::Camera);
    let a = talk.publishes(presenter, Source::Screen);
    for (places, expected) in [(1, vec![a]), (2, vec![a, b]), (3, vec![a, b, c]), (5, vec![a, b, c, d])] {
        let viewer = talk.join(viewer("李强"));
        talk.negotiated(viewer, places);
        assert_eq!(talk.shown(viewer).into_values().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn nobody_sees_or_hears_oneself() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    talk.publishes(host, Source::Camera);
    talk.publishes(host, Source::Microphone);
    assert!(talk.shown(host).is_empty());
    talk.says(host, wishes([wish("v0", Some((host, Source::Camera)))])).unwrap();
    assert!(talk.shown(host).is_empty());
}

#[test]
fn a_wish_is_kept_until_what_it_names_is_published() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    let camera = talk.publishes(host, Source::Camera);
    let viewer = speaker(&mut talk, "王芳", SessionRole::Viewer);
    assert_eq!(talk.shown(viewer), shows([("v0", camera)]));
    talk.says(viewer, wishes([wish("v0", Some((host, Source::Screen)))])).unwrap();
    assert!(talk.shown(viewer).is_empty());
    let screen = talk.publishes(host, Source::Screen);
    assert_eq!(talk.shown(viewer), shows([("v0", screen)]));
    assert_eq!(talk.slots_told(viewer).unwrap()[3].source, Some(Source::Screen));
    talk.says(host, ClientMessage::Unpublish { source: Source::Screen }).unwrap();
    assert!(talk.shown(viewer).is_empty(), "a wish is not replaced by something else");
}

#[test]
fn wishes_come_before_the_servers_choice_and_nothing_is_shown_twice() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    let camera = talk.publishes(host, Source::Camera);
    let screen = talk.publishes(host, Source::Screen);
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 2);
    assert_eq!(talk.shown(viewer), shows([("v0", screen), ("v1", camera)]));
    talk.says(viewer, wishes([wish("v0", Some((host, Source::Camera))), wish("v1", None)])).unwrap();
    assert_eq!(talk.shown(viewer), shows([("v0", camera), ("v1", screen)]));
    let same = wish("v1", Some((host, Source::Camera)));
    talk.says(viewer, wishes([wish("v0", Some((host, Source::Camera))), same])).unwrap();
    assert_eq!(talk.shown(viewer), shows([("v0", camera)]));
    talk.says(viewer, wishes([wish("v1", None)])).unwrap();
    assert_eq!(talk.shown(viewer), shows([("v1", screen)]), "a slot that is not named shows nothing");
}

#[test]
fn pictures_do_not_jump_when_another_comes() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    let camera = talk.publishes(host, Source::Camera);
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 2);
    assert_eq!(talk.shown(viewer), shows([("v0", camera)]));
    let screen = talk.publishes(host, Source::Screen);
    assert_eq!(talk.shown(viewer), shows([("v0", camera), ("v1", screen)]));
}

#[test]
fn a_muted_publication_keeps_its_slot() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    let camera = talk.publishes(host, Source::Camera);
    let microphone = talk.publishes(host, Source::Microphone);
    let viewer = speaker(&mut talk, "王芳", SessionRole::Viewer);
    let before = shows([("a0", microphone), ("v0", camera)]);
    assert_eq!(talk.shown(viewer), before);
    for source in [Source::Camera, Source::Microphone] {
        talk.says(host, ClientMessage::Mute { source, muted: true }).unwrap();
        assert_eq!(talk.shown(viewer), before);
        assert_eq!(talk.slots_told(viewer), None, "the map did not change");
    }
}

#[test]
fn more_microphones_than_slots_leave_the_muted_out() {
    let mut talk = Talk::new();
    let speakers: Vec<ParticipantId> =
        ["甲", "乙", "丙", "丁"].map(|name| speaker(&mut talk, name, SessionRole::Presenter)).to_vec();
    let microphones: Vec<PublicationId> = speakers.iter().map(|&s| talk.publishes(s, Source::Microphone)).collect();
    let viewer = speaker(&mut talk, "王芳", SessionRole::Viewer);
    assert_eq!(talk.shown(viewer).into_values().collect::<Vec<_>>(), microphones[..3]);
    talk.says(speakers[1], ClientMessage::Mute { source: Source::Microphone, muted: true }).unwrap();
    assert_eq!(talk.shown(viewer), shows([("a0", microphones[0]), ("a1", microphones[3]), ("a2", microphones[2])]));
    let screen_audio = talk.publishes(speakers[3], Source::ScreenAudio);
    assert!(talk.shown(viewer).into_values().any(|p| p == screen_audio));
}

#[test]
fn a_bad_wish_changes_nothing() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    talk.publishes(host, Source::Camera);
    let viewer = speaker(&mut talk, "王芳", SessionRole::Viewer);
    for (message, refusal) in [
        (wishes([wish("v0", None), wish("v7", None)]), Refusal::NoSuchMid),
        (wishes([wish("a0", None)]), Refusal::NoSuchMid),
        (wishes([wish("v0", None), wish("v0", None)]), Refusal::Malformed),
        (wishes([wish("v0", Some((host, Source::Microphone)))]), Refusal::NoSuchPublication),
    ] {
        assert_eq!(talk.refused(viewer, message), refusal);
    }
}

#[test]
fn a_lower_ceiling_reaches_the_media_plane_without_a_new_map() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    let camera = talk.publishes(host, Source::Camera);
    let viewer = speaker(&mut talk, "王芳", SessionRole::Viewer);
    let low = SlotWish { max_layer: LayerName::Low, ..wish("v0", None) };
    talk.says(viewer, wishes([low.clone()])).unwrap();
    let assignment = MediaEffect::AssignSlot {
        participant: viewer,
        mid: "v0".into(),
        publication: Some(camera),
        max_layer: LayerName::Low,
        rank: Rank::Main,
    };
    assert_eq!(talk.media(), [&assignment]);
    assert_eq!(talk.slots_told(viewer), None);
    talk.says(viewer, wishes([low])).unwrap();
    assert!(talk.media().is_empty());
}

#[test]
fn the_flowing_layer_is_told_when_it_changes() {
    let mut talk = Talk::new();
    let host = speaker(&mut talk, "陈老师", SessionRole::Host);
    talk.publishes(host, Source::Camera);
    talk.publishes(host, Source::Microphone);
    let viewer = speaker(&mut talk, "王芳", SessionRole::Viewer);
    talk.effects = talk.room.media_layer(viewer, "v0", Some(LayerName::Mid));
    assert_eq!(talk.slots_told(viewer).unwrap()[3].layer, Some(LayerName::Mid));
    assert!(talk.room.media_layer(viewer, "v0", Some(LayerName::Mid)).is_empty());
    assert!(talk.room.media_layer(viewer, "a0", Some(LayerName::High)).is_empty(), "audio has no layers");
    talk.says(host, ClientMessage::Unpublish { source: Source::Camera }).unwrap();
    assert!(talk.room.media_layer(viewer, "v0", Some(LayerName::High)).is_empty(), "nothing is shown there");
}

#[test]
fn a_new_receiver_hears_its_map_once_even_when_it_is_empty() {
    let mut talk = Talk::new();
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 1);
    assert_eq!(talk.slots_told(viewer).unwrap().iter().filter(|s| s.publication.is_none()).count(), 4);
    talk.negotiated(viewer, 1);
    assert_eq!(talk.slots_told(viewer), None, "an ICE restart changes no slot");
}
