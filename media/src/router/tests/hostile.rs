//! Peers that lie: nothing breaks, nothing grows, nobody else is touched.

use super::world::*;
use crate::ids::{Layer, PeerId, TrackId, Want};
use crate::router::{DropReason, Router};
use crate::rtp::compound;
use crate::sdp::{Codec, Flow};
use std::time::Duration;

fn watched(seed: u64) -> (World, PeerId, PeerId) {
    let mut world = World::new(seed);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &[codec_slot(Codec::H264, 102)]);
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    (world, host, viewer)
}

/// Memory that an attack could grow.
fn size(router: &Router) -> usize {
    format!("{router:?}").len()
}

fn forged(world: &mut World, host: PeerId, ssrc: u32, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let since = world.now - world.start;
    let encoder = &world.camera(host).encoders[2];
    let mut packet = encoder.packet(mid("1"), (encoder.ssrc, 100, 1), (since, false), &[0x41; 50]);
    packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
    change(&mut packet);
    packet
}

#[test]
fn forged_ssrcs_take_nothing_over() {
    let (mut world, host, viewer) = watched(70);
    let before = size(&world.router);
    for ssrc in 0..5000 {
        let packet = forged(&mut world, host, ssrc, |_| {});
        assert!(world.up_rtp(host, &packet).rtp.is_empty());
    }
    assert_eq!(world.router.totals().dropped(DropReason::Contended), 5000);
    assert!(size(&world.router) < before + 2000);
    world.run(1000);
    assert!(world.view(viewer, "v").missing().is_empty());
}

#[test]
fn lies_about_mid_rid_and_payload_type_are_dropped() {
    let (mut world, host, _) = watched(71);
    let at = |packet: &[u8], id: u8| packet.windows(2).position(|w| w[0] == id << 4).unwrap() + 1;
    let mid_lie = forged(&mut world, host, 1, |packet| {
        let at = at(packet, MID_EXT);
        packet[at] = b'9';
    });
    let rid_lie = forged(&mut world, host, 2, |packet| {
        let at = at(packet, RID_EXT);
        packet[at] = b'x';
    });
    let type_lie = forged(&mut world, host, 3, |packet| packet[1] = 77);
    for packet in [mid_lie, rid_lie, type_lie] {
        world.up_rtp(host, &packet);
    }
    let totals = world.router.totals();
    assert_eq!(totals.dropped(DropReason::UnknownSsrc), 1);
    assert_eq!(totals.dropped(DropReason::UnknownRid), 1);
    assert_eq!(totals.dropped(DropReason::WrongPayloadType), 1);
}

#[test]
fn one_odd_sequence_number_is_not_believed() {
    let (mut world, host, viewer) = watched(72);
    let since = world.now - world.start;
    let encoder = &world.camera(host).encoders[2];
    let far = encoder.sequence.wrapping_add(20_000);
    let odd = encoder.packet(mid("1"), (encoder.ssrc, 100, far), (since, false), &[0x41; 50]);
    assert!(world.up_rtp(host, &odd).rtp.is_empty());
    world.run(1000);
    assert!(world.view(viewer, "v").missing().is_empty());
    assert_eq!(world.router.totals().dropped(DropReason::SequenceJump), 1);
}

#[test]
fn a_sender_that_restarts_its_numbers_is_followed() {
    let (mut world, host, viewer) = watched(73);
    let encoder = &mut world.camera(host).encoders[2];
    encoder.sequence = encoder.sequence.wrapping_add(30_000);
    encoder.key_wanted = true;
    world.run(2000);
    let picture = world.view(viewer, "v");
    picture.assert_time_goes_on();
    assert!(picture.missing().is_empty(), "a restart is not a gap of thirty thousand");
    let last = picture.got.last_key_value().unwrap().1.stamp().captured_us;
    assert!(last > 2_800_000);
}

#[test]
fn a_sender_that_changes_its_ssrc_is_followed() {
    let (mut world, host, viewer) = watched(74);
    for encoder in &mut world.camera(host).encoders {
        encoder.ssrc ^= 0x0101_0101;
        encoder.sequence ^= 0x4444;
        encoder.epoch ^= 0x3333_3333;
        encoder.on = false;
    }
    world.run(600);
    for encoder in &mut world.camera(host).encoders {
        encoder.on = true;
        encoder.key_wanted = true;
    }
    world.run(2000);
    let picture = world.view(viewer, "v");
    picture.assert_time_goes_on();
    assert!(picture.missing().is_empty());
    assert!(picture.got.last_key_value().unwrap().1.stamp().captured_us > 3_300_000);
}

#[test]
fn giant_nacks_cost_a_bounded_number_of_repairs() {
    let (mut world, _, viewer) = watched(75);
    let ssrc = world.ssrc(viewer, "v");
    let mut ask = Vec::new();
    compound::nack(&mut ask, 1, ssrc, 0..=u16::MAX);
    let out = world.up_rtcp(viewer, &ask);
    assert!(out.rtp.len() <= 256);
    assert_eq!(world.router.totals().nacks_received, 256);
    let before = size(&world.router);
    for _ in 0..200 {
        world.up_rtcp(viewer, &ask);
    }
    assert!(size(&world.router) < before + 4000);
}

#[test]
fn rtcp_that_lies_is_dropped_whole() {
    let (mut world, host, viewer) = watched(76);
    let mut good = Vec::new();
    compound::pli(&mut good, 1, world.ssrc(viewer, "v"));
    let plis = world.router.totals().plis_received;
    let lies: [&[u8]; 8] = [
        &[],
        &[0x80],
        &[0x80, 200, 0, 200, 1, 2, 3, 4],
        &[0x9f, 201, 0, 1, 0, 0, 0, 1],
        &[0xa0, 201, 0, 1, 0, 0, 0, 0],
        &[0xa0, 201, 0, 1, 0, 0, 0, 9],
        &[0x40, 201, 0, 1, 0, 0, 0, 1],
        &[0x8f, 205, 0, 1, 0, 0, 0, 1],
    ];
    for lie in lies {
        let compound = [&good[..], lie].concat();
        if lie.is_empty() {
            world.up_rtcp(viewer, lie);
        } else {
            world.up_rtcp(viewer, &compound);
        }
    }
    assert_eq!(world.router.totals().dropped(DropReason::MalformedRtcp), 8);
    assert_eq!(world.router.totals().plis_received, plis);
    // Feedback whose inside lies: about too many packets, chunks missing, numbers never sent.
    for body in [[0, 0, 0xff, 0xff, 0, 0, 0, 0], [0, 0, 0, 9, 0, 0, 0, 0]] {
        let packet = [&[0x8f, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2][..], &body].concat();
        world.up_rtcp(viewer, &packet);
        world.up_rtcp(host, &packet);
    }
    assert_eq!(world.router.totals().dropped(DropReason::MalformedRtcp), 12);
    assert_eq!(world.router.peer_stats(viewer).unwrap().packets_confirmed, 0);
}

#[test]
fn noise_never_panics() {
    let (mut world, host, viewer) = watched(77);
    let real: Vec<Vec<u8>> = world.camera(host).encoders[2].history.values().take(20).cloned().collect();
    for round in 0..20_000u64 {
        let mut packet = real[(round % 20) as usize].clone();
        for _ in 0..1 + world.chance.below(6) {
            let at = world.chance.below(packet.len().min(48) as u64) as usize;
            packet[at] = world.chance.below(256) as u8;
        }
        packet.truncate(world.chance.below(packet.len() as u64 + 1) as usize);
        let from = if round % 3 == 0 { viewer } else { host };
        world.up_rtp(from, &packet);
        world.up_rtcp(from, &packet);
        let mut compound = vec![0x80 | world.chance.below(32) as u8, 200 + world.chance.below(8) as u8, 0, 0];
        let words = world.chance.below(20) as u8;
        compound[3] = words;
        compound.extend((0..4 * words).map(|_| world.chance.below(256) as u8));
        world.up_rtcp(from, &compound);
    }
    world.run(3000);
}

#[test]
fn events_that_nobody_fetches_are_bounded() {
    let (mut world, _, viewer) = watched(78);
    for round in 0..5000 {
        let mut out = Sent::default();
        let track = (round % 2 == 0).then_some(TrackId(11));
        world.router.assign_slot(world.now, viewer, mid("v"), track, Want::main(Layer::High)).unwrap();
        world.now += Duration::from_millis(20);
        let since = world.now - world.start;
        let mut number = 0;
        let encoder = &mut world.camera(PeerId(1)).encoders[2];
        encoder.key_wanted = true;
        for packet in encoder.frame(mid("1"), since, &mut number) {
            world.router.handle_rtp(world.now, PeerId(1), &packet, &mut out);
            while world.router.forward_next(world.now, &mut out) {}
        }
    }
    assert!(world.router.totals().events_lost > 0);
    assert!(std::iter::from_fn(|| world.router.poll_event()).count() <= 4096);
}

#[test]
fn encoders_without_header_extensions_are_found_by_payload_type() {
    let mut world = World::new(79);
    let peer = PeerId(9);
    let lines = vec![
        line("0", Flow::Uplink, vec![codec_slot(Codec::Opus, 111)]),
        line("1", Flow::Uplink, vec![codec_slot(Codec::H264, 96)]),
    ];
    world.router.add_peer(world.now, peer, &negotiated(lines)).unwrap();
    world.router.publish(world.now, peer, mid("1"), TrackId(91)).unwrap();
    let viewer = world.viewer(2, &[codec_slot(Codec::H264, 102)]);
    world.look(viewer, "v", 91, Layer::Low);
    let mut packet = vec![0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 77];
    packet.extend_from_slice(&[0x67, 1, 2, 3]);
    assert_eq!(world.up_rtp(peer, &packet).rtp.len(), 1);
}

#[test]
fn two_lines_with_one_payload_type_are_not_guessed() {
    let mut world = World::new(80);
    let peer = PeerId(9);
    let mut camera = line("1", Flow::Uplink, vec![codec_slot(Codec::H264, 96)]);
    let screen = line("2", Flow::Uplink, vec![codec_slot(Codec::H264, 96)]);
    camera.announced_ssrcs = vec![(77, None)];
    world.router.add_peer(world.now, peer, &negotiated(vec![camera, screen])).unwrap();
    let unknown = [0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 78, 0x67];
    world.up_rtp(peer, &unknown);
    assert_eq!(world.router.totals().dropped(DropReason::UnknownSsrc), 1);
    let announced = [0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 77, 0x67];
    world.up_rtp(peer, &announced);
    assert_eq!(world.router.totals().dropped(DropReason::Unpublished), 1);
}
