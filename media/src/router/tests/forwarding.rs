//! What is forwarded, and how it is numbered.

use super::world::*;
use crate::ids::{Layer, TrackId, Want};
use crate::router::{DropReason, RouterError, RouterEvent};
use crate::rtp::header::RtpPacket;
use crate::rtp::vp8::Descriptor;
use crate::sdp::Codec;
use std::time::Duration;

fn h264() -> Vec<crate::sdp::CodecSlot> {
    vec![codec_slot(Codec::H264, 102)]
}

#[test]
fn a_viewer_gets_every_packet_of_sound_and_picture() {
    let mut world = World::new(1);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "a", 10, Layer::High);
    world.look(viewer, "v", 11, Layer::High);
    world.run(5000);
    let picture = world.view(viewer, "v");
    assert!(picture.got.len() > 400, "{}", picture.got.len());
    assert!(picture.missing().is_empty());
    picture.assert_time_goes_on();
    let first = picture.got.first_key_value().unwrap().1.stamp();
    assert!(first.key && first.part == 0);
    let sound = world.view(viewer, "a");
    assert!(sound.got.len() > 240);
    assert!(sound.missing().is_empty());
    assert!(sound.got.first_key_value().unwrap().1.marker);
    assert!(world.events.contains(&RouterEvent::SlotLayer { peer: viewer, mid: mid("v"), layer: Some(Layer::High) }));
    assert!(world.events.contains(&RouterEvent::TrackActive { track: TrackId(11) }));
    assert_eq!(world.router.audio_level(TrackId(10)), Some(30));
    let encoder = world.camera(host).encoders[2].ssrc;
    assert_eq!(world.view(viewer, "v").got.last_key_value().unwrap().1.stamp().encoder, encoder);
}

#[test]
fn a_newcomer_hears_the_newest_sound_at_once_and_the_next_in_its_turn() {
    let mut world = World::new(12);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.run(1000);
    world.look(viewer, "a", 10, Layer::High);
    let mut out = Sent::default();
    world.router.handle_timeout(world.now, &mut out);
    assert_eq!(out.rtp.iter().filter(|(to, _)| *to == viewer).count(), 1);
    world.send(out);
    world.run(1000);
    let sound = world.view(viewer, "a");
    assert!(sound.missing().is_empty() && sound.got.len() >= 50, "{}", sound.got.len());
    sound.assert_time_goes_on();
    world.router.set_muted(world.now, TrackId(10), true);
    let late = world.viewer(3, &h264());
    world.look(late, "a", 10, Layer::High);
    let mut out = Sent::default();
    world.router.handle_timeout(world.now, &mut out);
    assert!(out.rtp.iter().all(|(to, _)| *to != late), "what is muted greets nobody");
    assert_ne!(host, late);
}

#[test]
fn headers_say_what_the_receiver_negotiated() {
    let mut world = World::new(2);
    world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "a", 10, Layer::High);
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    let mut numbers = Vec::new();
    for (slot, payload_type) in [("a", 96), ("v", 102)] {
        for got in world.view(viewer, slot).got.values() {
            let packet = RtpPacket::parse(&got.bytes).unwrap();
            assert_eq!(packet.payload_type, payload_type);
            let element = |wanted| packet.extensions().find(|(id, _)| *id == wanted).map(|(_, value)| value);
            assert_eq!(element(MID_EXT), Some(slot.as_bytes()));
            assert_eq!(element(LEVEL_EXT).is_some(), slot == "a");
            let number = element(TWCC_EXT).unwrap();
            numbers.push(u16::from_be_bytes([number[0], number[1]]));
        }
    }
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "a transport-wide number was used twice");
}

#[test]
fn numbers_wrap_without_a_gap() {
    let mut world = World::new(3);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    for encoder in &mut world.camera(host).encoders {
        encoder.sequence = 65_500;
        encoder.epoch = u32::MAX - 90_000;
        encoder.packets_per_frame = 80;
    }
    world.look(viewer, "v", 11, Layer::High);
    // 80 × 30 packets a second for 30 s: more than the number space of our own SSRC, whatever its first number.
    world.run(31_000);
    let picture = world.view(viewer, "v");
    assert!(picture.got.len() > 70_000);
    assert!(picture.missing().is_empty());
    picture.assert_time_goes_on();
}

#[test]
fn duplicates_are_not_forwarded() {
    let mut world = World::new(4);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::High);
    world.run(2000);
    let old: Vec<_> = world.camera(host).encoders[2].history.values().cloned().collect();
    for packet in &old {
        assert!(world.up_rtp(host, packet).rtp.is_empty());
    }
    assert!(world.router.totals().dropped(DropReason::Duplicate) >= old.len() as u64 - 3);
}

#[test]
fn rtx_probes_are_not_forwarded() {
    let mut world = World::new(5);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::High);
    world.run(2000);
    let before = world.router.totals().packets_sent;
    let encoder = &mut world.camera(host).encoders[2];
    let sequences: Vec<u16> = encoder.history.keys().copied().collect();
    // Repeats of old packets, and padding without content, as bandwidth probes send them.
    let mut probes: Vec<_> = sequences.iter().filter_map(|s| encoder.repair(mid("1"), *s)).collect();
    let mut padding = encoder.packet(mid("1"), (encoder.repair_ssrc(), 101, 7), (Duration::ZERO, false), &[]);
    padding[0] |= 0x20;
    padding.extend_from_slice(&[0; 99]);
    padding.push(100);
    probes.push(padding);
    for probe in &probes {
        assert!(world.up_rtp(host, probe).rtp.is_empty());
    }
    assert_eq!(world.router.totals().packets_sent, before);
    assert_eq!(world.router.totals().dropped(DropReason::PaddingOnly), 1);
}

#[test]
fn padding_on_the_media_ssrc_leaves_no_gap() {
    let mut world = World::new(6);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::High);
    for round in 0..20 {
        world.run(100);
        for _ in 0..round % 4 {
            let encoder = &mut world.camera(host).encoders[2];
            let numbers = (encoder.ssrc, 100, encoder.sequence);
            let mut padding = encoder.packet(mid("1"), numbers, (Duration::from_millis(100 * round), false), &[]);
            encoder.sequence = encoder.sequence.wrapping_add(1);
            padding[0] |= 0x20;
            padding.extend_from_slice(&[0, 0, 0, 4]);
            // On the same wire as everything else, so that it stays in order.
            let delay = world.delay;
            world.inject(delay, host, padding);
        }
    }
    world.run(500);
    let picture = world.view(viewer, "v");
    assert!(picture.got.len() > 180);
    assert_eq!(picture.missing(), Vec::<u64>::new());
    picture.assert_time_goes_on();
}

#[test]
fn mute_stops_and_time_goes_on_afterwards() {
    let mut world = World::new(7);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "a", 10, Layer::High);
    world.look(viewer, "v", 11, Layer::High);
    world.run(2000);
    for track in [10, 11] {
        world.router.set_muted(world.now, TrackId(track), true);
    }
    world.run(100);
    let counts = (world.view(viewer, "a").got.len(), world.view(viewer, "v").got.len());
    world.run(2900);
    assert_eq!(counts, (world.view(viewer, "a").got.len(), world.view(viewer, "v").got.len()));
    for track in [10, 11] {
        world.router.set_muted(world.now, TrackId(track), false);
    }
    world.run(2000);
    for (slot, rate) in [("a", 48), ("v", 90)] {
        let view = world.view(viewer, slot);
        assert!(view.missing().is_empty());
        view.assert_time_goes_on();
        let (first, last) = (view.got.first_key_value().unwrap().1, view.got.last_key_value().unwrap().1);
        let captured = last.stamp().captured_us - first.stamp().captured_us;
        let told = last.timestamp.wrapping_sub(first.timestamp);
        assert!(u64::from(told).abs_diff(captured * rate / 1000) <= rate, "time is off after a mute");
    }
    let restart = world.view(viewer, "v").got.values().find(|got| got.stamp().captured_us > 4_900_000).unwrap();
    assert!(restart.stamp().key);
    assert_eq!(world.camera(host).encoders[2].plis, 1 + 1);
}

#[test]
fn a_receiver_without_the_codec_is_told_and_gets_nothing() {
    let mut world = World::new(8);
    world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &[codec_slot(Codec::Vp8, 120)]);
    world.look(viewer, "v", 11, Layer::High);
    world.run(3000);
    assert!(world.view(viewer, "v").got.is_empty());
    let told = RouterEvent::CodecMismatch { peer: viewer, mid: mid("v"), track: TrackId(11) };
    assert_eq!(world.events.iter().filter(|event| **event == told).count(), 1);
}

#[test]
fn vp8_pictures_count_on_across_layers() {
    let mut world = World::new(9);
    world.presenter(1, Codec::Vp8);
    let viewer = world.viewer(2, &[codec_slot(Codec::Vp8, 120)]);
    for round in 0..6 {
        let max = [Layer::High, Layer::Low, Layer::Mid][round % 3];
        world.look(viewer, "v", 11, max);
        world.run(700);
    }
    let picture = world.view(viewer, "v");
    assert!(picture.assert_switches_at_keyframes() >= 6);
    let mut before: Option<(u16, u8, u32)> = None;
    for got in picture.got.values() {
        let found = Descriptor::parse(&got.payload).unwrap();
        let (id, tl0) = (found.picture_id.unwrap().value, found.tl0.unwrap().1);
        if let Some((last_id, last_tl0, timestamp)) = before {
            let step = u16::from(timestamp != got.timestamp);
            assert_eq!(id, last_id.wrapping_add(step) & 0x7fff);
            assert_eq!(tl0, last_tl0.wrapping_add(step as u8));
        }
        before = Some((id, tl0, got.timestamp));
    }
}

#[test]
fn unpublishing_empties_slots() {
    let mut world = World::new(10);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    world.router.unpublish(world.now, TrackId(11));
    world.run(100);
    let count = world.view(viewer, "v").got.len();
    world.run(1000);
    assert_eq!(world.view(viewer, "v").got.len(), count);
    let last = world.events.iter().rfind(|event| !matches!(event, RouterEvent::Loudness { .. }));
    assert_eq!(last, Some(&RouterEvent::SlotLayer { peer: viewer, mid: mid("v"), layer: None }));
    let gone = world.router.assign_slot(world.now, viewer, mid("v"), Some(TrackId(11)), Want::main(Layer::High));
    assert_eq!(gone, Err(RouterError::NoSuchTrack));
    world.router.remove_peer(world.now, host);
    world.run(1000);
    assert!(world.router.totals().dropped(DropReason::UnknownPeer) > 0);
    world.router.remove_peer(world.now, viewer);
    assert_eq!(world.router.next_timeout(), None);
}

#[test]
fn a_slot_takes_only_its_own_kind() {
    let mut world = World::new(11);
    world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    let refused = world.router.assign_slot(world.now, viewer, mid("v"), Some(TrackId(10)), Want::main(Layer::High));
    assert_eq!(refused, Err(RouterError::WrongKind));
    let refused = world.router.publish(world.now, viewer, mid("v"), TrackId(99));
    assert_eq!(refused, Err(RouterError::NoSuchLine(mid("v"))));
}
