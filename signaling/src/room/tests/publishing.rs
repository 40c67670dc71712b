//! Offers, Publications, encoders and players.

use super::*;

#[test]
fn publish_needs_an_offer_a_fitting_mid_and_a_free_source() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let publish = |source, mid: &str| ClientMessage::Publish { source, mid: mid.into() };
    assert_eq!(talk.refused(host, publish(Source::Camera, "1")), Refusal::OfferFirst);
    assert_eq!(talk.refused(host, ClientMessage::Slots { slots: Vec::new() }), Refusal::OfferFirst);
    assert_eq!(talk.refused(host, ClientMessage::Offer { sdp: String::new(), continues: false }), Refusal::BadOffer);
    talk.says(host, ClientMessage::Offer { sdp: "v=0".into(), continues: false }).unwrap();
    assert!(matches!(talk.media()[..], [MediaEffect::Offer { participant, .. }] if *participant == host));
    talk.negotiated(host, 1);

    assert_eq!(talk.refused(host, publish(Source::Camera, "9")), Refusal::NoSuchMid);
    assert_eq!(talk.refused(host, publish(Source::Camera, "0")), Refusal::NoSuchMid, "a camera is not audio");
    assert_eq!(talk.refused(host, publish(Source::Camera, "v0")), Refusal::NoSuchMid, "a slot does not send");
    let camera = talk.publishes(host, Source::Camera);
    assert_eq!(talk.media()[0], &MediaEffect::Publish { participant: host, publication: camera, mid: "1".into() });
    assert_eq!(talk.refused(host, publish(Source::Camera, "2")), Refusal::AlreadyPublished);
    assert_eq!(talk.refused(host, publish(Source::Screen, "1")), Refusal::AlreadyPublished);
    assert_eq!(talk.refused(host, ClientMessage::Unpublish { source: Source::Screen }), Refusal::NoSuchPublication);
    let mute = ClientMessage::Mute { source: Source::Screen, muted: true };
    assert_eq!(talk.refused(host, mute), Refusal::NoSuchPublication);

    talk.says(host, ClientMessage::Unpublish { source: Source::Camera }).unwrap();
    assert_eq!(talk.media(), [&MediaEffect::Unpublish { publication: camera }]);
    let again = talk.publishes(host, Source::Camera);
    assert!(again > camera);
}

#[test]
fn an_m_line_that_a_later_offer_drops_ends_its_publication() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    let camera = talk.publishes(host, Source::Camera);
    let microphone = talk.publishes(host, Source::Microphone);
    let lines = browser_lines(2).into_iter().filter(|l| l.mid != "1").collect();
    talk.effects = talk.room.media_negotiated(host, lines);
    assert_eq!(talk.media(), [&MediaEffect::Unpublish { publication: camera }]);
    assert!(talk.room.publications.contains_key(&microphone));
    assert_eq!(talk.slots_told(host).unwrap().len(), 5);
}

#[test]
fn a_closed_peer_ends_what_it_sent_and_its_owner_may_offer_again() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    let camera = talk.publishes(host, Source::Camera);
    talk.effects = talk.room.media_closed(host);
    assert_eq!(talk.broadcasts(), [&ServerMessage::PublicationRemoved { publication: camera }]);
    assert!(talk.facts().is_empty(), "the person is still here");
    let publish = ClientMessage::Publish { source: Source::Camera, mid: "1".into() };
    assert_eq!(talk.refused(host, publish), Refusal::OfferFirst);
    talk.negotiated(host, 1);
    talk.publishes(host, Source::Camera);
}

#[test]
fn a_publication_that_the_media_plane_refuses_is_taken_back() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    let camera = talk.publishes(host, Source::Camera);
    talk.effects = talk.room.media_refused(camera);
    assert_eq!(talk.broadcasts(), [&ServerMessage::PublicationRemoved { publication: camera }]);
}

#[test]
fn an_encoder_publishes_by_itself_and_leaves_with_its_peer() {
    let mut talk = Talk::new();
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 1);
    let (encoder, effects) = talk.room.join_without_connection(talk.now, machine(ParticipantKind::Encoder)).unwrap();
    talk.effects = effects;
    assert_eq!(talk.facts(), [&PresenceFact::Joined { participant: encoder }]);
    assert!(talk.sent_to(encoder).is_empty());
    assert_eq!(talk.room.people(), 1, "an encoder is nobody");

    let line = |mid: &str, kind| MediaLine { mid: mid.into(), kind, sends: true };
    let lines = vec![line("video0", MediaKind::Video), line("audio1", MediaKind::Audio), line("x", MediaKind::Video)];
    talk.effects = talk.room.media_negotiated(encoder, lines);
    let microphone = talk.room.find_publication(encoder, Source::Microphone).unwrap();
    let camera = talk.room.find_publication(encoder, Source::Camera).unwrap();
    assert_eq!(talk.room.publications[&camera].mid, "video0");
    assert_eq!(talk.room.publications.len(), 2);
    assert_eq!(talk.shown(viewer), shows([("a0", microphone), ("v0", camera)]));

    talk.effects = talk.room.media_closed(encoder);
    talk.assert_ledger_first();
    assert_eq!(talk.facts(), [&PresenceFact::Left { participant: encoder, cause: LeaveCause::PeerClosed }]);
    assert!(talk.shown(viewer).is_empty());
}

#[test]
fn a_player_sees_by_itself_and_its_resource_can_be_deleted() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    let camera = talk.publishes(host, Source::Camera);
    let (player, _) = talk.room.join_without_connection(talk.now, machine(ParticipantKind::Player)).unwrap();
    let line = |mid: &str, kind| MediaLine { mid: mid.into(), kind, sends: false };
    let lines = vec![line("0", MediaKind::Audio), line("1", MediaKind::Video)];
    talk.effects = talk.room.media_negotiated(player, lines);
    assert_eq!(talk.shown(player), shows([("1", camera)]));
    talk.effects = talk.room.leave(player, None).unwrap();
    assert_eq!(talk.facts(), [&PresenceFact::Left { participant: player, cause: LeaveCause::Asked }]);
    assert_eq!(talk.room.leave(player, None), Err(Refusal::NoSuchParticipant));
}
