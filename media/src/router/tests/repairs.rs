//! Loss on both sides and its repair.

use super::world::*;
use crate::ids::{Layer, PeerId};
use crate::router::DropReason;
use crate::rtp::compound;
use crate::rtp::header::RtpPacket;
use crate::sdp::{Codec, CodecSlot};

fn h264() -> Vec<CodecSlot> {
    vec![codec_slot(Codec::H264, 102)]
}

fn watched(seed: u64) -> (World, PeerId, PeerId) {
    let mut world = World::new(seed);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    (world, host, viewer)
}

/// Share of packets missing at the end, in thousandths, leaving out the last half second.
fn unrepaired(world: &World, viewer: PeerId) -> usize {
    let picture = world.view(viewer, "v");
    let last = *picture.got.last_key_value().unwrap().0;
    picture.missing().iter().filter(|index| **index + 50 < last).count() * 1000 / picture.got.len()
}

#[test]
fn loss_towards_the_viewer_is_repaired() {
    for (loss, most) in [(5, 0), (20, 2)] {
        let (mut world, _, viewer) = watched(30 + loss);
        world.loss_down = loss;
        world.run(10_000);
        world.loss_down = 0;
        world.run(1000);
        assert!(unrepaired(&world, viewer) <= most, "{loss} %: {} ‰ missing", unrepaired(&world, viewer));
        assert!(world.view(viewer, "v").got.values().any(|got| got.repaired));
        world.view(viewer, "v").assert_time_goes_on();
    }
}

#[test]
fn loss_from_the_publisher_is_repaired() {
    for (loss, most) in [(5, 0), (20, 2)] {
        let (mut world, host, viewer) = watched(40 + loss);
        world.loss_up = loss;
        world.run(10_000);
        world.loss_up = 0;
        world.run(1000);
        assert!(unrepaired(&world, viewer) <= most, "{loss} %: {} ‰ missing", unrepaired(&world, viewer));
        assert!(world.camera(host).encoders[2].repairs > 20);
        assert!(world.router.totals().repaired > 20);
    }
}

#[test]
fn repairs_use_the_rtx_stream_once_each() {
    let (mut world, _, viewer) = watched(50);
    let ssrc = world.ssrc(viewer, "v");
    let picture = world.view(viewer, "v");
    let (&index, got) = picture.got.iter().next_back().unwrap();
    let (payload, number) = (got.payload.clone(), index as u16);
    let mut ask = Vec::new();
    compound::nack(&mut ask, 1, ssrc, [number].into_iter());
    let out = world.up_rtcp(viewer, &ask);
    let repair = RtpPacket::parse(&out.rtp[0].1).unwrap();
    assert_eq!(repair.payload_type, 103);
    assert_ne!(repair.ssrc, ssrc);
    assert_eq!(repair.payload, [&number.to_be_bytes()[..], &payload].concat());
    assert!(world.up_rtcp(viewer, &ask).rtp.is_empty(), "asked again within the round trip");
    assert_eq!(world.router.totals().dropped(DropReason::RepairRepeated), 1);
    world.run(200);
    let again = world.up_rtcp(viewer, &ask);
    let again = RtpPacket::parse(&again.rtp[0].1).unwrap();
    assert_eq!(again.sequence, repair.sequence.wrapping_add(1));
}

#[test]
fn without_rtx_the_very_same_bytes_are_sent_again() {
    let mut world = World::new(51);
    world.presenter(1, Codec::Vp8);
    let bare = CodecSlot { codec: Codec::Vp8, payload_type: 120, rtx_payload_type: None };
    let viewer = world.viewer(2, &[bare]);
    world.look(viewer, "v", 11, Layer::Low);
    world.run(1000);
    world.look(viewer, "v", 11, Layer::High);
    world.loss_down = 10;
    world.run(5000);
    world.loss_down = 0;
    world.run(500);
    // The view itself checks that equal numbers have equal bytes.
    assert!(world.view(viewer, "v").missing().is_empty());
    let picture = world.view(viewer, "v");
    let (&index, got) = picture.got.iter().next_back().unwrap();
    let bytes = got.bytes.clone();
    let mut ask = Vec::new();
    compound::nack(&mut ask, 1, world.ssrc(viewer, "v"), [index as u16].into_iter());
    assert_eq!(world.up_rtcp(viewer, &ask).rtp[0].1, bytes);
}

#[test]
fn repairs_stay_within_their_budget() {
    let (mut world, _, viewer) = watched(52);
    world.viewers.get_mut(&viewer).unwrap().asks = false;
    let ssrc = world.ssrc(viewer, "v");
    world.run(1000);
    let (mut bytes, before) = (0, world.router.totals().bytes_sent);
    for _ in 0..100 {
        world.run(100);
        let last = *world.view(viewer, "v").got.last_key_value().unwrap().0 as u16;
        let mut ask = Vec::new();
        compound::nack(&mut ask, 1, ssrc, (0..200).map(|back| last.wrapping_sub(200 - back)));
        bytes += world.up_rtcp(viewer, &ask).rtp.iter().map(|(_, packet)| packet.len()).sum::<usize>();
    }
    let sent = (world.router.totals().bytes_sent - before) as usize;
    assert!(bytes > sent / 4, "{bytes} of {sent}");
    assert!(bytes < sent / 3 + (64 << 10), "{bytes} of {sent}");
    assert!(world.router.totals().dropped(DropReason::RepairBudget) > 0);
}

#[test]
fn hopeless_loss_is_answered_by_a_keyframe_request() {
    let (mut world, host, viewer) = watched(53);
    let before = world.camera(host).encoders[2].plis;
    world.camera(host).encoders[2].history.clear();
    let encoder = &mut world.camera(host).encoders[2];
    encoder.sequence = encoder.sequence.wrapping_add(10);
    world.run(2500);
    assert_eq!(world.camera(host).encoders[2].plis, before + 1);
    assert!(world.camera(host).encoders[2].keyframes >= 2);
    assert_eq!(world.view(viewer, "v").missing().len(), 10, "gaps stay gaps");
}

#[test]
fn a_burst_too_long_to_repair_costs_one_keyframe() {
    let (mut world, host, viewer) = watched(54);
    let encoder = &mut world.camera(host).encoders[2];
    encoder.sequence = encoder.sequence.wrapping_add(900);
    let before = encoder.plis;
    let nacks = world.router.totals().nacks_sent;
    world.run(2000);
    assert_eq!(world.camera(host).encoders[2].plis, before + 1);
    assert_eq!(world.router.totals().nacks_sent, nacks);
    world.view(viewer, "v").assert_time_goes_on();
}
