//! Two shards: publishers on one, receivers on the other.

use super::world::*;
use crate::ids::{Layer, PeerId, TrackId, Want};
use crate::router::{DropReason, Router, RouterEvent};
use crate::rtp::compound;
use crate::sdp::{Codec, CodecSlot};
use proptest::prelude::*;

fn h264() -> Vec<CodecSlot> {
    vec![codec_slot(Codec::H264, 102)]
}

/// A presenter at home, and a viewer on the far shard that sees and hears it.
fn watched_from_afar(seed: u64) -> (World, PeerId, PeerId) {
    let mut world = World::new(seed);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.far_viewer(2, &h264());
    world.run(500);
    world.look(viewer, "a", 10, Layer::High);
    world.look(viewer, "v", 11, Layer::High);
    (world, host, viewer)
}

fn newest(world: &World, viewer: PeerId, slot: &str) -> Got {
    world.view(viewer, slot).got.last_key_value().unwrap().1.clone()
}

#[test]
fn a_far_viewer_gets_every_packet_as_a_near_one_does() {
    let (mut world, host, viewer) = watched_from_afar(80);
    let near = world.viewer(3, &h264());
    world.look(near, "v", 11, Layer::High);
    world.run(5000);
    for who in [viewer, near] {
        let picture = world.view(who, "v");
        assert!(picture.got.len() > 400, "{}", picture.got.len());
        assert!(picture.missing().is_empty());
        picture.assert_time_goes_on();
        let first = picture.got.first_key_value().unwrap().1.stamp();
        assert!(first.key && first.part == 0);
    }
    let sound = world.view(viewer, "a");
    assert!(sound.got.len() > 220 && sound.missing().is_empty());
    assert!(world.events.contains(&RouterEvent::SlotLayer { peer: viewer, mid: mid("v"), layer: Some(Layer::High) }));
    assert_eq!(world.far.audio_level(TrackId(10)), Some(30));
    let of_track = |event: &&RouterEvent| matches!(event, RouterEvent::TrackActive { track: TrackId(11) });
    assert_eq!(world.events.iter().filter(of_track).count(), 1, "only its home tells of a track");
    assert!(world.camera(host).encoders[2].plis <= 2);
}

#[test]
fn only_the_wanted_layers_cross_and_once_for_all() {
    let (mut world, ..) = watched_from_afar(81);
    for id in 100..120 {
        let viewer = world.far_viewer(id, &h264());
        world.look(viewer, "v", 11, Layer::High);
    }
    world.run(3000);
    let before = world.far.totals();
    world.run(3000);
    let now = world.far.totals();
    // Of a picture 30 × 3 packets a second, of the sound 50.
    let crossed = now.relayed_in - before.relayed_in;
    assert!((400..440).contains(&crossed), "{crossed}");
    assert!(now.packets_sent - before.packets_sent > 21 * 260);
    assert_eq!(world.router.totals().packets_sent, 0, "nobody looks at home");
    assert_eq!(world.router.totals().relayed_out, now.relayed_in);
}

#[test]
fn a_far_shard_knows_what_the_layers_take_that_do_not_cross() {
    let (mut world, host, _) = watched_from_afar(95);
    world.camera(host).encoders[0].packets_per_frame = 1;
    let bps = |router: &Router, layer: Layer, now| {
        let uplink = &router.uplinks[router.tracks[&TrackId(11)]];
        uplink.stream(layer).and_then(|stream| stream.takes(now)).map_or(0, |takes| takes.whole)
    };
    let compare = |world: &World| {
        for layer in [Layer::Low, Layer::Mid, Layer::High] {
            let (here, there) = (bps(&world.router, layer, world.now), bps(&world.far, layer, world.now));
            assert!(here > 0 && here.abs_diff(there) <= here / 7, "{layer:?}: {here} at home, {there} there");
        }
    };
    world.run(6000);
    compare(&world);
    let told = world.crossed;
    world.run(1000);
    assert!(world.crossed - told < 200, "a steady rate is not told again");
    for (encoder, packets) in world.camera(host).encoders.iter_mut().zip([3, 1, 9]) {
        encoder.packets_per_frame = packets;
    }
    world.run(5000);
    compare(&world);
}

#[test]
fn a_far_keyframe_request_reaches_the_publisher_and_many_are_one() {
    let (mut world, host, viewer) = watched_from_afar(82);
    let others: Vec<_> = (100..150).map(|id| world.far_viewer(id, &h264())).collect();
    world.run(2000);
    let before = world.camera(host).encoders[2].plis;
    let mut all = vec![viewer];
    for other in others {
        world.look(other, "v", 11, Layer::High);
        all.push(other);
    }
    world.run(1000);
    assert_eq!(world.camera(host).encoders[2].plis, before + 1);
    world.run(1000);
    for viewer in all {
        let mut request = Vec::new();
        compound::pli(&mut request, 1, world.ssrc(viewer, "v"));
        let out = world.up_rtcp(viewer, &request);
        world.send(out);
        assert!(!world.view(viewer, "v").got.is_empty());
    }
    world.run(1000);
    assert_eq!(world.camera(host).encoders[2].plis, before + 2);
}

#[test]
fn loss_to_a_far_viewer_is_repaired_from_the_far_ring() {
    let (mut world, ..) = watched_from_afar(83);
    world.run(1000);
    let (out, sent) = (world.router.totals().relayed_out, world.far.totals());
    world.loss_down = 10;
    world.run(5000);
    world.loss_down = 0;
    world.run(1000);
    let viewer = PeerId(2);
    let picture = world.view(viewer, "v");
    assert!(picture.missing().is_empty());
    assert!(picture.got.values().filter(|got| got.repaired).count() > 30);
    assert!(world.far.totals().repairs_sent > sent.repairs_sent + 30);
    let crossed = world.router.totals().relayed_out - out;
    assert!((800..880).contains(&crossed), "nothing crosses twice: {crossed}");
    assert_eq!(world.router.totals().repairs_sent, 0);
}

#[test]
fn loss_on_the_way_up_is_repaired_for_far_viewers_too() {
    let (mut world, _, viewer) = watched_from_afar(84);
    world.run(1000);
    world.loss_up = 5;
    world.run(5000);
    world.loss_up = 0;
    world.run(1000);
    let picture = world.view(viewer, "v");
    assert!(picture.missing().is_empty());
    picture.assert_time_goes_on();
}

#[test]
fn what_a_busy_shard_did_not_take_is_asked_for_again() {
    for seed in 1..=5 {
        let (mut world, _, viewer) = watched_from_afar(seed);
        world.run(1000);
        world.busy = 10;
        world.run(5000);
        world.busy = 0;
        world.run(1000);
        assert!(world.router.totals().relay_lost > 50, "{}", world.router.totals().relay_lost);
        let picture = world.view(viewer, "v");
        assert!(picture.got.len() > 500, "{}", picture.got.len());
        assert!(picture.missing().is_empty(), "seed {seed}: {:?}", picture.missing());
        picture.assert_time_goes_on();
        assert!(world.view(viewer, "a").missing().is_empty());
    }
}

#[test]
fn a_shard_that_takes_nothing_for_a_while_goes_on_with_a_keyframe() {
    let (mut world, _, viewer) = watched_from_afar(85);
    world.run(1000);
    world.busy = 100;
    world.run(3000);
    world.busy = 0;
    let well = world.now;
    world.run(1500);
    let picture = world.view(viewer, "v");
    let back = picture.got.values().find(|got| got.at > well && got.stamp().key).expect("a keyframe came");
    assert!(back.at - well < std::time::Duration::from_millis(900), "{:?}", back.at - well);
    picture.assert_time_goes_on();
}

#[test]
fn a_layer_switch_of_a_far_viewer_waits_for_its_keyframe() {
    let mut world = World::new(86);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.far_viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::Low);
    world.run(4000);
    for (layer, encoder) in [(Layer::High, 2), (Layer::Mid, 1), (Layer::High, 2)] {
        world.look(viewer, "v", 11, layer);
        world.run(1000);
        let expected = world.camera(host).encoders[encoder].ssrc;
        assert_eq!(newest(&world, viewer, "v").stamp().encoder, expected);
        world.run(4000);
    }
    let picture = world.view(viewer, "v");
    assert!(picture.missing().is_empty(), "{:?}", picture.missing());
    picture.assert_time_goes_on();
    assert_eq!(picture.assert_switches_at_keyframes(), 4);
}

#[test]
fn a_layer_that_falls_silent_at_home_is_left_by_far_viewers() {
    let (mut world, host, viewer) = watched_from_afar(87);
    world.run(2000);
    world.camera(host).encoders[2].on = false;
    world.run(2000);
    let middle = world.camera(host).encoders[1].ssrc;
    assert_eq!(newest(&world, viewer, "v").stamp().encoder, middle);
    world.camera(host).encoders[2].on = true;
    world.run(1500);
    let high = world.camera(host).encoders[2].ssrc;
    assert_eq!(newest(&world, viewer, "v").stamp().encoder, high);
    world.view(viewer, "v").assert_time_goes_on();
}

#[test]
fn a_publisher_that_starts_anew_is_a_new_run() {
    let (mut world, host, viewer) = watched_from_afar(88);
    world.run(2000);
    for encoder in &mut world.camera(host).encoders {
        encoder.ssrc ^= 0xffff;
        encoder.sequence = encoder.sequence.wrapping_add(20_000);
        encoder.epoch = encoder.epoch.wrapping_add(1_000_000);
        encoder.key_wanted = true;
    }
    world.run(3000);
    let high = world.camera(host).encoders[2].ssrc;
    let picture = world.view(viewer, "v");
    assert_eq!(newest(&world, viewer, "v").stamp().encoder, high);
    assert!(picture.missing().is_empty());
    picture.assert_time_goes_on();
}

#[test]
fn muting_and_unpublishing_reach_far_viewers() {
    let (mut world, _, viewer) = watched_from_afar(89);
    world.run(2000);
    world.router.set_muted(world.now, TrackId(11), true);
    world.run(100);
    let last = world.events.iter().rfind(|event| !matches!(event, RouterEvent::Loudness { .. }));
    assert_eq!(last, Some(&RouterEvent::SlotLayer { peer: viewer, mid: mid("v"), layer: None }));
    let seen = world.view(viewer, "v").got.len();
    world.run(1000);
    assert_eq!(world.view(viewer, "v").got.len(), seen);
    world.router.set_muted(world.now, TrackId(11), false);
    world.run(1000);
    assert!(world.view(viewer, "v").got.len() > seen + 60);
    world.router.unpublish(world.now, TrackId(11));
    world.run(100);
    let last = world.events.iter().rfind(|event| !matches!(event, RouterEvent::Loudness { .. }));
    assert_eq!(last, Some(&RouterEvent::SlotLayer { peer: viewer, mid: mid("v"), layer: None }));
    assert!(world.far.check_slot(viewer, mid("v"), Some(TrackId(11))).is_err());
    world.view(viewer, "v").assert_time_goes_on();
}

#[test]
fn a_relay_ends_with_its_last_slot() {
    let (mut world, ..) = watched_from_afar(90);
    let viewer = PeerId(2);
    world.run(2000);
    world.far.assign_slot(world.now, viewer, mid("v"), None, Want::main(Layer::High)).unwrap();
    world.run(2500);
    let before = world.router.totals().relayed_out;
    world.run(2000);
    let sound_only = world.router.totals().relayed_out - before;
    assert!((95..=105).contains(&sound_only), "{sound_only}");
    world.far.remove_peer(world.now, viewer);
    world.run(1000);
    let before = (world.router.totals().relayed_out, world.crossed);
    world.run(2000);
    assert_eq!((world.router.totals().relayed_out, world.crossed), before);
    let of_relays = format!("{:?}", world.router);
    assert!(of_relays.contains("wanted: {}") && format!("{:?}", world.far).contains("far: []"));
    let viewer = world.far_viewer(3, &h264());
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    assert!(world.view(viewer, "v").missing().is_empty() && world.view(viewer, "v").got.len() > 60);
}

#[test]
fn who_looks_before_it_is_published_sees_it_afterwards() {
    let mut world = World::new(91);
    let viewer = world.far_viewer(2, &h264());
    world.look(viewer, "v", 11, Layer::High);
    world.run(3000);
    world.presenter(1, Codec::H264);
    world.run(1000);
    assert!(world.view(viewer, "v").got.len() > 60);
}

#[test]
fn both_shards_may_publish() {
    let (mut world, _, viewer) = watched_from_afar(92);
    world.over_there.insert(PeerId(5));
    world.presenter(5, Codec::Vp8);
    let near = world.viewer(6, &[codec_slot(Codec::Vp8, 120)]);
    world.look(near, "v", 51, Layer::Mid);
    world.look(near, "a", 50, Layer::High);
    world.run(3000);
    for (viewer, slot) in [(viewer, "v"), (viewer, "a"), (near, "v"), (near, "a")] {
        let seen = world.view(viewer, slot);
        assert!(seen.got.len() > 120 && seen.missing().is_empty());
        seen.assert_time_goes_on();
    }
}

#[test]
fn a_sound_is_not_shown_in_a_picture_slot() {
    let mut world = World::new(93);
    world.presenter(1, Codec::H264);
    let viewer = world.far_viewer(2, &h264());
    world.look(viewer, "v", 10, Layer::High);
    world.run(1000);
    assert!(world.view(viewer, "v").got.is_empty());
    assert_eq!(world.far.totals().dropped(DropReason::UnknownSsrc), 0);
    world.look(viewer, "v", 11, Layer::High);
    world.run(1000);
    assert!(world.view(viewer, "v").got.len() > 60);
}

#[test]
fn sampling_time_crosses_so_that_sound_and_picture_stay_together() {
    let (mut world, ..) = watched_from_afar(94);
    world.run(6000);
    let moment = |slot: &str| {
        let view = world.view(PeerId(2), slot);
        let (clock, _) = view.reports.last().expect("sender reports come");
        let got = newest(&world, PeerId(2), slot);
        let ticks = f64::from(got.timestamp.wrapping_sub(clock.rtp) as i32);
        let seconds = clock.ntp.0 as f64 / f64::from(u32::MAX) + ticks / f64::from(clock.rate);
        seconds - got.stamp().captured_us as f64 / 1e6
    };
    let apart = (moment("a") - moment("v")).abs();
    assert!(apart < 0.002, "{apart} s");
}

#[derive(Debug, Clone)]
enum Act {
    Look(u64, Layer),
    Nothing,
    Mute(u64, bool),
    Layer(usize, bool),
    Loss(u64),
    Busy(u64),
    Republish,
}

fn act() -> impl Strategy<Value = Act> {
    let layer = prop_oneof![Just(Layer::Low), Just(Layer::Mid), Just(Layer::High)];
    prop_oneof![
        4 => (prop_oneof![Just(11u64), Just(31)], layer).prop_map(|(track, layer)| Act::Look(track, layer)),
        1 => Just(Act::Nothing),
        1 => (prop_oneof![Just(11u64), Just(31)], any::<bool>()).prop_map(|(track, on)| Act::Mute(track, on)),
        1 => (0..3usize, any::<bool>()).prop_map(|(layer, on)| Act::Layer(layer, on)),
        1 => (0..15u64).prop_map(Act::Loss),
        1 => (0..60u64).prop_map(Act::Busy),
        1 => Just(Act::Republish),
    ]
}

fn unbroken(seed: u64, vp8: bool, acts: &[(Act, u64)]) {
    let codec = if vp8 { Codec::Vp8 } else { Codec::H264 };
    let mut world = World::new(seed);
    let first = world.presenter(1, codec);
    world.over_there.insert(PeerId(3));
    world.presenter(3, codec);
    let viewer = world.far_viewer(2, &[codec_slot(Codec::Vp8, 120), codec_slot(Codec::H264, 102)]);
    for &(ref act, ms) in acts {
        let now = world.now;
        match *act {
            Act::Look(track, layer) => world.look(viewer, "v", track, layer),
            Act::Nothing => world.far.assign_slot(now, viewer, mid("v"), None, Want::main(Layer::High)).unwrap(),
            Act::Mute(track, on) => world.router_of(PeerId(track / 10)).set_muted(now, TrackId(track), on),
            Act::Layer(layer, on) => world.camera(first).encoders[layer].on = on,
            Act::Loss(percent) => (world.loss_up, world.loss_down) = (percent, percent),
            Act::Busy(percent) => world.busy = percent,
            Act::Republish => {
                for encoder in &mut world.camera(first).encoders {
                    (encoder.ssrc, encoder.sequence) = (encoder.ssrc ^ 0xffff, encoder.sequence ^ 0x5555);
                }
            }
        }
        world.run(ms);
    }
    let picture = world.view(viewer, "v");
    picture.assert_time_goes_on();
    if world.loss_up == 0 && picture.missing().is_empty() {
        picture.assert_switches_at_keyframes();
    }
    // Well again, whatever it was.
    (world.busy, world.loss_up, world.loss_down) = (0, 0, 0);
    world.camera(first).encoders[2].on = true;
    world.router.set_muted(world.now, TrackId(11), false);
    world.look(viewer, "v", 11, Layer::High);
    world.run(3000);
    let high = world.camera(first).encoders[2].ssrc;
    assert_eq!(newest(&world, viewer, "v").stamp().encoder, high);
}

/// The home tells of a layer that went; the last slot looked elsewhere long enough ago for the far uplink to go with it.
#[test]
fn what_nobody_looks_at_any_more_may_go_while_its_home_is_heard() {
    let acts = [
        (Act::Loss(0), 756),
        (Act::Look(11, Layer::Low), 1206),
        (Act::Loss(9), 1211),
        (Act::Look(31, Layer::Low), 906),
        (Act::Layer(0, false), 488),
        (Act::Mute(11, true), 1667),
    ];
    unbroken(3_964_136_377_556_437_420, false, &acts);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Track 11 is far from the viewer and 31 near. Whatever is switched, muted, lost and not taken: one packet per number
    /// (the viewer's own check), time goes on, pictures change at keyframes only.
    #[test]
    fn the_far_receiver_sees_one_unbroken_stream(
        seed in 1..u64::MAX,
        vp8 in any::<bool>(),
        acts in prop::collection::vec((act(), 50..2500u64), 1..14),
    ) {
        unbroken(seed, vp8, &acts);
    }
}
