//! The live stream, and those who watch it instead of WebRTC.

use super::*;
use crate::effect::CastSource;
use crate::protocol::LineTransport;
use crate::protocol::client::FetchedPiece;
use std::collections::BTreeMap;

/// What the stream was told to show by the last effects, if it was told anything.
fn told(talk: &Talk) -> Option<CastView> {
    talk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Cast(view) => Some(view.clone()),
        _ => None,
    })
}

fn host_on_air(talk: &mut Talk) -> ParticipantId {
    let host = talk.join(person("陈老师", SessionRole::Host));
    talk.negotiated(host, 1);
    host
}

fn offer() -> ClientMessage {
    ClientMessage::Offer { sdp: "v=0".into(), continues: false }
}

fn pieces(count: u64) -> ClientMessage {
    let piece = |number| FetchedPiece { number, proof: "0123456789abcdef".into() };
    ClientMessage::Fetched { pieces: (0..count).map(piece).collect() }
}

#[test]
fn the_stream_shows_the_screen_before_the_light_before_the_host_and_lets_hear_all() {
    let mut talk = Talk::new();
    let host = host_on_air(&mut talk);
    let microphone = talk.publishes(host, Source::Microphone);
    let voices = vec![CastSource { publication: microphone, participant: host }];
    assert_eq!(told(&talk), Some(CastView { picture: None, voices: voices.clone() }));
    let camera = talk.publishes(host, Source::Camera);
    let picture = |publication, participant| Some(CastSource { publication, participant });
    assert_eq!(told(&talk).unwrap().picture, picture(camera, host));
    let guest = talk.join(person("刘老师", SessionRole::Presenter));
    talk.negotiated(guest, 1);
    let theirs = talk.publishes(guest, Source::Camera);
    assert_eq!(told(&talk), None, "nothing changed");
    talk.says(host, ClientMessage::Spotlight { participant: Some(guest) }).unwrap();
    assert_eq!(told(&talk).unwrap().picture, picture(theirs, guest));
    let screen = talk.publishes(host, Source::Screen);
    assert_eq!(told(&talk).unwrap().picture, picture(screen, host));
    talk.says(host, ClientMessage::Unpublish { source: Source::Screen }).unwrap();
    assert_eq!(told(&talk).unwrap().picture, picture(theirs, guest));
}

#[test]
fn a_muted_camera_is_not_on_the_stream() {
    let mut talk = Talk::new();
    let host = host_on_air(&mut talk);
    talk.publishes(host, Source::Camera);
    talk.says(host, ClientMessage::Mute { source: Source::Camera, muted: true }).unwrap();
    assert_eq!(told(&talk).unwrap().picture, None);
}

#[test]
fn who_goes_over_to_the_stream_gives_up_the_peer_and_stays_who_it_was() {
    let mut talk = Talk::new();
    let viewer = talk.join(viewer("李强"));
    talk.says(viewer, offer()).unwrap();
    talk.negotiated(viewer, 1);
    talk.says(viewer, ClientMessage::Hls).unwrap();
    assert!(talk.effects.contains(&Effect::Media(MediaEffect::ClosePeer { participant: viewer })));
    assert!(matches!(talk.effects.last(), Some(Effect::StreamLink { to, .. }) if *to == viewer));
    let facts = talk.effects.iter().filter(|effect| matches!(effect, Effect::Ledger(_))).count();
    assert_eq!(facts, 0, "for attendance nothing has happened");
    talk.says(viewer, ClientMessage::Hls).unwrap();
    assert_eq!(talk.effects.len(), 1, "asking again gives the link again");
}

#[test]
fn a_viewer_without_a_place_is_sent_to_the_stream_and_who_may_speak_is_not() {
    let mut talk = Talk::new();
    talk.room.limits.webrtc_viewers = 1;
    let host = host_on_air(&mut talk);
    let first = talk.join(viewer("王芳"));
    talk.says(first, offer()).unwrap();
    let second = talk.join(viewer("李强"));
    assert_eq!(talk.refused(second, offer()), Refusal::WebrtcFull);
    talk.says(first, offer()).unwrap();
    talk.says(host, offer()).unwrap();
    talk.says(host, ClientMessage::Admit { participant: second }).unwrap();
    talk.says(second, offer()).unwrap();
    // The place is free again when its holder goes over to the stream, or when the Peer is gone.
    let third = talk.join(viewer("赵敏"));
    assert_eq!(talk.refused(third, offer()), Refusal::WebrtcFull);
    talk.says(first, ClientMessage::Hls).unwrap();
    talk.says(third, offer()).unwrap();
    talk.room.media_closed(third);
    talk.says(first, offer()).unwrap();
}

#[test]
fn a_player_without_a_place_does_not_come_in() {
    let mut talk = Talk::new();
    talk.room.limits.webrtc_viewers = 1;
    let mut player = |key: &str| {
        let identity = Identity { kind: ParticipantKind::Player, key: key.into(), ..viewer("教室屏幕") };
        talk.room.join_without_connection(talk.now, identity).map(drop)
    };
    assert_eq!((player("a"), player("b")), (Ok(()), Err(Refusal::WebrtcFull)));
}

#[test]
fn hosts_see_that_a_line_is_the_stream_while_segments_are_fetched() {
    let mut talk = Talk::new();
    let host = host_on_air(&mut talk);
    let viewer = talk.join(viewer("李强"));
    talk.says(viewer, ClientMessage::Hls).unwrap();
    talk.says(viewer, pieces(2)).unwrap();
    let transport = |talk: &mut Talk| {
        talk.room.media_lines(talk.now, &BTreeMap::new());
        talk.says(host, ClientMessage::LineDetails { participant: viewer }).unwrap();
        match talk.sent_to(host)[..] {
            [ServerMessage::LineDetails { details, .. }] => details.transport,
            _ => panic!("details"),
        }
    };
    assert_eq!(transport(&mut talk), LineTransport::Hls);
    talk.wait(20);
    assert_eq!(transport(&mut talk), LineTransport::None);
}

#[test]
fn so_many_segments_are_told_at_once_and_no_more() {
    let mut talk = Talk::new();
    let viewer = talk.join(viewer("李强"));
    talk.says(viewer, pieces(16)).unwrap();
    assert_eq!(talk.refused(viewer, pieces(17)), Refusal::Malformed);
}
