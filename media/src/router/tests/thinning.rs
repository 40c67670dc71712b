//! Pictures of the highest temporal layer that stay out: what comes can be decoded, and nothing seems to be missing.

use super::world::*;
use crate::ids::{Layer, PeerId};
use crate::rtp::vp8::Descriptor;
use crate::sdp::{Codec, CodecSlot};
use std::collections::BTreeSet;

fn vp8() -> Vec<CodecSlot> {
    vec![codec_slot(Codec::Vp8, 120)]
}

fn watched(seed: u64) -> (World, PeerId, PeerId) {
    let mut world = World::new(seed);
    let host = world.presenter(1, Codec::Vp8);
    world.camera(host).encoders.iter_mut().for_each(|encoder| encoder.temporal = true);
    let viewer = world.viewer(2, &vp8());
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    (world, host, viewer)
}

fn thin(world: &mut World, viewer: PeerId, thin: bool) {
    let router = world.router_of(viewer);
    let key = router.slot_key(viewer, mid("v")).unwrap();
    router.slots[key].thinning.want(thin);
}

/// A picture as its receiver finds it.
struct Picture {
    encoder: u32,
    captured_us: u64,
    parts: Vec<u8>,
    id: u16,
    tl0: u8,
    tid: u8,
    key: bool,
    needs: [u64; 2],
}

fn pictures(view: &View) -> Vec<Picture> {
    let mut found: Vec<Picture> = Vec::new();
    for got in view.got.values().filter(|got| !got.payload.is_empty()) {
        let (stamp, descriptor) = (got.stamp(), Descriptor::parse(&got.payload).unwrap());
        if found.last().is_none_or(|last| (last.encoder, last.captured_us) != (stamp.encoder, stamp.captured_us)) {
            let need = |at: usize| {
                let at = descriptor.length + 1 + 8 * at;
                u64::from_be_bytes(got.payload[at..at + 8].try_into().unwrap())
            };
            found.push(Picture {
                encoder: stamp.encoder,
                captured_us: stamp.captured_us,
                parts: Vec::new(),
                id: descriptor.picture_id.unwrap().value,
                tl0: descriptor.tl0.unwrap().1,
                tid: descriptor.temporal.unwrap().layer,
                key: stamp.key,
                needs: [need(0), need(1)],
            });
        }
        found.last_mut().unwrap().parts.push(stamp.part);
    }
    found
}

/// Every picture is whole, what it is made from came before it, and the counts go on without a gap.
fn assert_decodable(pictures: &[Picture]) {
    let mut decoded = BTreeSet::new();
    for picture in pictures {
        let Picture { captured_us, parts, needs, key, .. } = picture;
        assert_eq!(*parts, [0, 1, 2], "at {captured_us}");
        if *key {
            decoded.clear();
        }
        let there = |need: &u64| *need == NO_PICTURE || decoded.contains(need);
        assert!(needs.iter().all(there), "at {captured_us}: made from what did not come");
        decoded.insert(*captured_us);
    }
    for pair in pictures.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        assert_eq!(after.id, before.id.wrapping_add(1) & 0x7fff, "at {}", after.captured_us);
        assert_eq!(after.tl0, before.tl0.wrapping_add(u8::from(after.tid == 0)), "at {}", after.captured_us);
    }
}

#[test]
fn half_the_pictures_stay_out_and_come_back_without_a_gap() {
    for seed in 1..=20 {
        let (mut world, _, viewer) = watched(seed);
        for round in 0..8 {
            thin(&mut world, viewer, round % 2 == 0);
            let from = world.now;
            let pause = 500 + world.chance.below(700);
            world.run(pause);
            let view = world.view(viewer, "v");
            let settled = from + std::time::Duration::from_millis(300);
            let tops = view.got.values().filter(|got| got.at > settled && got.payload[5] >> 6 == 2).count();
            assert_eq!(tops == 0, round % 2 == 0, "seed {seed}, round {round}");
        }
        let view = world.view(viewer, "v");
        assert!(view.missing().is_empty(), "{:?}", view.missing());
        view.assert_time_goes_on();
        assert_decodable(&pictures(view));
    }
}

#[test]
fn what_is_lost_and_repaired_meanwhile_leaves_no_gap_either() {
    let mut filled = 0;
    for seed in 1..=30 {
        let (mut world, _, viewer) = watched(seed);
        (world.loss_up, world.loss_down) = (4, 4);
        for round in 0..8 {
            thin(&mut world, viewer, round % 2 == 0);
            let pause = 300 + world.chance.below(900);
            world.run(pause);
        }
        (world.loss_up, world.loss_down) = (0, 0);
        world.run(1500);
        let view = world.view(viewer, "v");
        // A number filled with padding that is lost again cannot be repaired; no picture is in it.
        let whole = pictures(view);
        filled += view.got.values().filter(|got| got.payload.is_empty()).count();
        assert!(view.missing().len() <= 3, "seed {seed}: {:?}", view.missing());
        assert_decodable(&whole);
    }
    assert!(filled > 20, "{filled}");
}

#[test]
fn layers_may_be_switched_meanwhile() {
    for seed in 1..=20 {
        let (mut world, _, viewer) = watched(seed);
        for _ in 0..12 {
            let (on, layer) = (world.chance.percent(50), world.chance.below(3) as usize);
            thin(&mut world, viewer, on);
            world.look(viewer, "v", 11, [Layer::Low, Layer::Mid, Layer::High][layer]);
            thin(&mut world, viewer, on);
            let pause = 100 + world.chance.below(900);
            world.run(pause);
        }
        let view = world.view(viewer, "v");
        assert!(view.missing().is_empty());
        view.assert_time_goes_on();
        view.assert_switches_at_keyframes();
    }
}

#[test]
fn far_receivers_get_half_the_pictures_too() {
    let mut world = World::new(7);
    let host = world.presenter(1, Codec::Vp8);
    world.camera(host).encoders.iter_mut().for_each(|encoder| encoder.temporal = true);
    let viewer = world.far_viewer(2, &vp8());
    world.run(500);
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    thin(&mut world, viewer, true);
    world.run(3000);
    let view = world.view(viewer, "v");
    assert!(view.missing().is_empty());
    let seen = pictures(view);
    assert_decodable(&seen);
    assert!(seen.iter().rev().take(30).all(|picture| picture.tid < 2));
}
