//! Simulcast layers and changing tracks.

use super::world::*;
use crate::ids::{Layer, Want};
use crate::router::RouterEvent;
use crate::sdp::{Codec, CodecSlot};
use proptest::prelude::*;

fn h264() -> Vec<CodecSlot> {
    vec![codec_slot(Codec::H264, 102)]
}

#[test]
fn a_switch_waits_for_a_keyframe_and_leaves_no_gap() {
    let mut world = World::new(20);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::Low);
    world.run(1000);
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    world.look(viewer, "v", 11, Layer::Mid);
    world.run(1000);
    let picture = world.view(viewer, "v");
    assert!(picture.missing().is_empty());
    picture.assert_time_goes_on();
    assert_eq!(picture.assert_switches_at_keyframes(), 3);
    let last = picture.got.last_key_value().unwrap().1.stamp().encoder;
    assert_eq!(last, world.camera(host).encoders[1].ssrc);
    let shown: Vec<_> = world.events.iter().filter(|e| matches!(e, RouterEvent::SlotLayer { .. })).collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
}

#[test]
fn a_silent_layer_is_left_and_taken_up_again() {
    let mut world = World::new(21);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::High);
    world.run(2000);
    world.camera(host).encoders[2].on = false;
    world.run(2000);
    let middle = world.camera(host).encoders[1].ssrc;
    assert_eq!(world.view(viewer, "v").got.last_key_value().unwrap().1.stamp().encoder, middle);
    world.camera(host).encoders[2].on = true;
    world.run(1000);
    let high = world.camera(host).encoders[2].ssrc;
    let picture = world.view(viewer, "v");
    assert_eq!(picture.got.last_key_value().unwrap().1.stamp().encoder, high);
    assert!(picture.missing().is_empty());
    picture.assert_time_goes_on();
    picture.assert_switches_at_keyframes();
}

#[test]
fn sampling_time_survives_a_layer_switch() {
    let mut world = World::new(22);
    world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::Low);
    world.run(3000);
    world.look(viewer, "v", 11, Layer::High);
    world.run(3000);
    let picture = world.view(viewer, "v");
    let first = picture.got.values().find(|got| got.stamp().captured_us > 2_000_000).unwrap();
    let last = picture.got.last_key_value().unwrap().1;
    let captured = last.stamp().captured_us - first.stamp().captured_us;
    let told = u64::from(last.timestamp.wrapping_sub(first.timestamp));
    assert!(told.abs_diff(captured * 90 / 1000) <= 2, "{told} ticks for {captured} µs");
}

#[test]
fn a_hundred_askers_make_one_request() {
    let mut world = World::new(23);
    let host = world.presenter(1, Codec::H264);
    let viewers: Vec<_> = (100..200).map(|id| world.viewer(id, &h264())).collect();
    for &viewer in &viewers {
        world.look(viewer, "v", 11, Layer::High);
    }
    world.run(2000);
    let before = world.camera(host).encoders[2].plis;
    for &viewer in &viewers {
        let mut compound = Vec::new();
        crate::rtp::compound::pli(&mut compound, 1, world.ssrc(viewer, "v"));
        let out = world.up_rtcp(viewer, &compound);
        world.send(out);
    }
    world.run(1500);
    assert_eq!(world.camera(host).encoders[2].plis, before + 1);
    assert_eq!(world.router.totals().plis_received, 100);
}

/// After how many ms from now each of the next requests leaves for the publisher.
fn requests(world: &mut World, within_ms: u64) -> Vec<u64> {
    let mut sent = world.router.totals().plis_sent;
    let mut at = Vec::new();
    let step = STEP.as_millis() as u64;
    for ms in (step..=within_ms).step_by(step as usize) {
        world.run(step);
        if world.router.totals().plis_sent > std::mem::replace(&mut sent, world.router.totals().plis_sent) {
            at.push(ms);
        }
    }
    at
}

#[test]
fn newcomers_of_a_busy_moment_share_one_request_as_soon_as_it_may_leave() {
    for late in [100, 135, 240] {
        let mut world = World::new(25);
        world.presenter(1, Codec::H264);
        let early = world.viewer(2, &h264());
        let newcomers: Vec<_> = (100..150).map(|id| world.viewer(id, &h264())).collect();
        world.run(2000);
        world.look(early, "v", 11, Layer::High);
        assert_eq!(requests(&mut world, late), [5], "the first is asked for at once");
        for viewer in newcomers {
            world.look(viewer, "v", 11, Layer::High);
        }
        assert_eq!(requests(&mut world, 2000), [255 - late], "exactly then, and once");
    }
}

#[test]
fn who_has_a_picture_waits_longer_for_a_new_one() {
    let mut world = World::new(26);
    world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.run(2000);
    world.look(viewer, "v", 11, Layer::High);
    assert_eq!(requests(&mut world, 200), [5]);
    let mut compound = Vec::new();
    crate::rtp::compound::pli(&mut compound, 1, world.ssrc(viewer, "v"));
    let out = world.up_rtcp(viewer, &compound);
    world.send(out);
    assert_eq!(requests(&mut world, 2000), [305]);
}

#[test]
fn a_keyframe_whose_parameter_sets_were_repaired_is_sent_whole() {
    let mut world = World::new(24);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &h264());
    world.run(500);
    world.look(viewer, "v", 11, Layer::High);
    world.lose_next_keyframe_start(host, 2);
    world.run(1500);
    let picture = world.view(viewer, "v");
    assert!(picture.missing().is_empty());
    let first = picture.got.first_key_value().unwrap().1.stamp();
    let repaired = world.camera(host).encoders[2].repairs;
    assert!(repaired > 0, "the parameter sets were lost on the way up");
    let picture = world.view(viewer, "v");
    let key_parts: Vec<u8> =
        picture.got.values().map(Got::stamp).filter(|s| s.captured_us == first.captured_us).map(|s| s.part).collect();
    assert_eq!(key_parts, [0, 1, 2]);
}

#[derive(Debug, Clone)]
enum Act {
    Look(u64, Layer),
    Nothing,
    Mute(u64, bool),
    Layer(usize, bool),
    Loss(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let layer = prop_oneof![Just(Layer::Low), Just(Layer::Mid), Just(Layer::High)];
    prop_oneof![
        4 => (prop_oneof![Just(11u64), Just(31)], layer).prop_map(|(track, layer)| Act::Look(track, layer)),
        1 => Just(Act::Nothing),
        1 => (prop_oneof![Just(11u64), Just(31)], any::<bool>()).prop_map(|(track, on)| Act::Mute(track, on)),
        1 => (0..3usize, any::<bool>()).prop_map(|(layer, on)| Act::Layer(layer, on)),
        1 => (0..15u64).prop_map(Act::Loss),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is switched, muted and lost: one packet per number, time goes on, pictures change at keyframes only.
    #[test]
    fn the_receiver_sees_one_unbroken_stream(
        seed in 1..u64::MAX,
        vp8 in any::<bool>(),
        acts in prop::collection::vec((act(), 50..900u64), 1..14),
    ) {
        let codec = if vp8 { Codec::Vp8 } else { Codec::H264 };
        let mut world = World::new(seed);
        let first = world.presenter(1, codec);
        world.presenter(3, codec);
        let viewer = world.viewer(2, &[codec_slot(Codec::Vp8, 120), codec_slot(Codec::H264, 102)]);
        for (act, ms) in acts {
            match act {
                Act::Look(track, layer) => world.look(viewer, "v", track, layer),
                Act::Nothing => {
                    world.router.assign_slot(world.now, viewer, mid("v"), None, Want::main(Layer::High)).unwrap();
                }
                Act::Mute(track, on) => world.router.set_muted(world.now, crate::TrackId(track), on),
                Act::Layer(layer, on) => world.camera(first).encoders[layer].on = on,
                Act::Loss(percent) => (world.loss_up, world.loss_down) = (percent, percent),
            }
            world.run(ms);
        }
        let picture = world.view(viewer, "v");
        picture.assert_time_goes_on();
        if world.loss_up == 0 && picture.missing().is_empty() {
            picture.assert_switches_at_keyframes();
        }
    }
}
