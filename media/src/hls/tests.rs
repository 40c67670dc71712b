//! A Cast under a clock that tests turn: packets go in, segments come out.

use super::*;
use crate::ids::{Layer, TrackId};
use crate::record::{At, Demand};
use crate::router::{Tapped, TappedLayer, TappedPacket, TappedTrack};
use crate::rtp::ntp::{MediaClock, NtpTime};
use crate::sdp::{Codec, Kind};
use mp4_atom::{Any, ReadFrom as _};
use std::time::{Duration, Instant};

const SPS: [u8; 25] = [
    0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0x50, 0x05, 0xbb, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03,
    0x03, 0x20, 0xf1, 0x83, 0x24, 0x80,
];
const PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];
const START_US: i64 = 1_795_000_000_000_000;
const VOICE: CastTrack = CastTrack { track: TrackId(90), participant: 3 };
/// 25 pictures a second.
const STEP_MS: u64 = 40;

/// One who publishes: pictures flow every 40 ms, keyframes when they were asked for.
struct Camera {
    track: TrackId,
    layers: Vec<Layer>,
    number: u64,
    keyframes: [bool; 3],
    on: bool,
    /// Loses every keyframe request.
    deaf: bool,
    sps: [u8; 25],
}

struct Scene {
    cast: Cast,
    at: At,
    cameras: Vec<Camera>,
    made: Vec<Segments>,
    demands: Vec<Demand>,
    speaks: bool,
}

impl Scene {
    /// The stream begins so much after the Session.
    fn new(after_ms: i64) -> Self {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        let at = At { now: Instant::now(), wall_us: START_US + after_ms * 1000 };
        let cast = Cast::begin(at, START_US);
        Self { cast, at, cameras: Vec::new(), made: Vec::new(), demands: Vec::new(), speaks: true }
    }

    fn camera(&mut self, track: u64, layers: &[Layer]) {
        let camera = Camera {
            track: TrackId(track),
            layers: layers.to_vec(),
            number: 0,
            keyframes: [true; 3],
            on: true,
            deaf: false,
            sps: SPS,
        };
        self.cameras.push(camera);
    }

    fn show(&mut self, track: Option<u64>) {
        let picture = track.map(|track| CastTrack { track: TrackId(track), participant: track });
        self.cast.show(CastView { picture, voices: vec![VOICE] });
        self.tell();
    }

    fn tell(&mut self) {
        let ntp = NtpTime::from_unix(Duration::from_micros(self.at.wall_us as u64));
        for camera in &self.cameras {
            let rtp = camera.number as u32 * 3600;
            let clock = Some(MediaClock { ntp, rtp, rate: 90_000 });
            let mut layers = [None; 3];
            for layer in &camera.layers {
                layers[*layer as usize] =
                    Some(TappedLayer { generation: 1, codec: Codec::H264, flowing: camera.on, clock });
            }
            let state =
                TappedTrack { track: camera.track, kind: Kind::Video, muted: false, parameter_sets: None, layers };
            self.cast.handle(self.at, &Tapped::State(state));
        }
    }

    fn pass(&mut self, ms: u64) {
        for _ in 0..ms / STEP_MS {
            self.at.now += Duration::from_millis(STEP_MS);
            self.at.wall_us += STEP_MS as i64 * 1000;
            for at in 0..self.cameras.len() {
                if self.cameras[at].on {
                    self.picture(at);
                }
            }
            self.mix();
            let mut proof = 0;
            let made = self.cast.handle_timeout(self.at, || {
                proof += 1;
                [proof; 8]
            });
            self.made.extend(made);
            for demand in self.cast.take_demands(self.at) {
                if let Some(camera) = self.cameras.iter_mut().find(|one| one.track == demand.track && !one.deaf) {
                    for (wanted, asked) in camera.keyframes.iter_mut().zip(demand.keyframes) {
                        *wanted |= asked;
                    }
                }
                self.demands.push(demand);
            }
        }
    }

    /// Stands for the child: a frame for each that the line has passed.
    fn mix(&mut self) {
        for packet in self.cast.take_voices() {
            if self.speaks {
                let grid = packet.tick / 1024 * 1024;
                for tick in [grid - 2048, grid - 1024, grid] {
                    self.cast.heard(tick.max(0), vec![tick as u8, 1, 2]);
                }
            }
        }
    }

    fn picture(&mut self, at: usize) {
        let camera = &mut self.cameras[at];
        let (number, track, sps) = (camera.number, camera.track, camera.sps);
        camera.number += 1;
        for layer in camera.layers.clone() {
            let keyframe = std::mem::take(&mut self.cameras[at].keyframes[layer as usize]);
            let mut stap = vec![24];
            for nal in [&sps[..], &PPS, &[0x65, number as u8, layer as u8]] {
                stap.extend((nal.len() as u16).to_be_bytes());
                stap.extend(nal);
            }
            let plain = [0x41, number as u8, layer as u8];
            let payload: &[u8] = if keyframe { &stap } else { &plain };
            self.cast.handle(
                self.at,
                &Tapped::Packet(TappedPacket {
                    track,
                    layer,
                    generation: 1,
                    codec: Codec::H264,
                    index: 1000 + number,
                    timestamp: number as u32 * 3600,
                    marker: true,
                    keyframe,
                    level: None,
                    payload,
                }),
            );
        }
    }

    /// Begin, end (in 90 kHz) and NAL units of each segment of a lane.
    fn lane(&self, at: usize) -> Vec<Shown> {
        self.made.iter().map(|segments| Shown::of(&segments.pieces[at], &segments.beginnings[at])).collect()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Shown {
    from: u64,
    to: u64,
    samples: usize,
    begins_with_keyframe: bool,
    live: bool,
    /// The last byte of the first picture: the layer that it is of.
    layer: u8,
    beginning: Vec<u8>,
}

impl Shown {
    fn of(piece: &Piece, beginning: &Beginning) -> Self {
        let mut cursor = std::io::Cursor::new(&piece.media);
        let Any::Moof(moof) = Any::read_from(&mut cursor).unwrap() else { panic!("a moof") };
        let Any::Mdat(mdat) = Any::read_from(&mut cursor).unwrap() else { panic!("an mdat") };
        let traf = &moof.traf[0];
        let from = traf.tfdt.as_ref().unwrap().base_media_decode_time;
        let mp4_atom::TrunSamples::Explicit(entries) = &traf.trun[0].samples else { panic!("entries") };
        let length: u64 = entries.iter().map(|entry| u64::from(entry.duration.unwrap())).sum();
        let first = entries[0].size.unwrap() as usize;
        Self {
            from,
            to: from + length,
            samples: entries.len(),
            begins_with_keyframe: entries[0].flags.unwrap() == 0x0200_0000,
            live: piece.live,
            layer: mdat.data[first - 1],
            beginning: beginning.bytes.clone(),
        }
    }
}

fn without_holes(lane: &[Shown]) {
    for pair in lane.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "{pair:#?}");
        let length = pair[0].to - pair[0].from;
        assert!((90_000 * 3 / 2..90_000 * 5 / 2).contains(&length), "{length}");
    }
}

#[test]
fn a_camera_becomes_segments_of_about_two_seconds_that_begin_with_keyframes() {
    let mut scene = Scene::new(61_500);
    scene.camera(7, &[Layer::Low, Layer::Mid, Layer::High]);
    scene.show(Some(7));
    scene.pass(20_000);
    assert!(scene.made.len() >= 8, "{}", scene.made.len());
    let numbers: Vec<u64> = scene.made.iter().map(|one| one.number).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    for (at, layer) in [(0, Layer::High), (1, Layer::Mid)] {
        let lane = scene.lane(at);
        without_holes(&lane);
        assert!(lane.iter().all(|one| one.begins_with_keyframe && one.live && one.layer == layer as u8), "{lane:#?}");
        assert!(lane.iter().all(|one| (38..=63).contains(&one.samples)), "{lane:#?}");
        assert_eq!(lane[0].from / 180_000, numbers[0] - u64::from(lane[0].from % 180_000 > 90_000));
    }
}

#[test]
fn pieces_tell_the_servers_time() {
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::High]);
    scene.show(Some(7));
    scene.pass(10_000);
    for one in &scene.made {
        let at_us = START_US + one.number as i64 * 2_000_000;
        for piece in &one.pieces {
            assert!((piece.starts_us - at_us).abs() < 300_000);
            assert!((piece.duration_us - 2_000_000).abs() < 500_000);
        }
    }
}

#[test]
fn nobody_on_stage_is_a_card_and_silence_without_holes() {
    let mut scene = Scene::new(0);
    scene.speaks = false;
    scene.show(None);
    scene.pass(12_000);
    let lane = scene.lane(0);
    assert!(lane.len() >= 4);
    without_holes(&lane);
    assert!(lane.iter().all(|one| !one.live && one.begins_with_keyframe && one.samples == 1));
    let sound: Vec<Shown> = scene.lane(2);
    assert!(sound.windows(2).all(|pair| pair[0].to == pair[1].from));
    assert!(sound.iter().all(|one| !one.live && (93..=94).contains(&one.samples)), "{sound:#?}");
}

#[test]
fn voices_come_back_as_frames_on_one_grid() {
    let mut scene = Scene::new(0);
    scene.show(None);
    scene.pass(12_000);
    let sound = scene.lane(2);
    assert!(sound.len() >= 4 && sound.iter().skip(1).all(|one| one.live));
    assert!(sound.iter().all(|one| one.from % 1024 == 0 && one.begins_with_keyframe));
}

#[test]
fn a_camera_that_stops_gives_way_to_the_card_and_comes_back_with_a_keyframe() {
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::High]);
    scene.show(Some(7));
    scene.pass(9_000);
    scene.cameras[0].on = false;
    scene.tell();
    scene.pass(7_000);
    scene.cameras[0].on = true;
    scene.tell();
    scene.pass(9_000);
    let lane = scene.lane(0);
    without_holes(&lane);
    let live: Vec<bool> = lane.iter().map(|one| one.live).collect();
    let cards = live.iter().filter(|live| !**live).count();
    assert!((2..=4).contains(&cards), "{live:?}");
    assert!(live[0] && *live.last().unwrap());
    for pair in lane.windows(2).filter(|pair| pair[0].beginning != pair[1].beginning) {
        assert!(pair[1].begins_with_keyframe);
    }
}

#[test]
fn another_track_is_shown_from_its_keyframe_at_the_next_boundary_on() {
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::High]);
    scene.camera(8, &[Layer::Mid]);
    scene.show(Some(7));
    scene.pass(9_000);
    scene.show(Some(8));
    scene.pass(8_000);
    let lane = scene.lane(0);
    without_holes(&lane);
    let layers: Vec<u8> = lane.iter().map(|one| one.layer).collect();
    let turn = layers.iter().position(|layer| *layer == Layer::Mid as u8).unwrap();
    assert!(layers[..turn].iter().all(|layer| *layer == Layer::High as u8));
    assert!(layers[turn..].iter().all(|layer| *layer == Layer::Mid as u8), "{layers:?}");
    assert!(lane.iter().all(|one| one.live && one.begins_with_keyframe), "{lane:#?}");
    let over = scene.demands.iter().any(|one| one.track == TrackId(7) && one.layers.is_none());
    assert!(over, "what is not shown any more is not asked for");
}

#[test]
fn a_publisher_that_is_deaf_to_requests_is_cut_between_keyframes() {
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::High]);
    scene.show(Some(7));
    scene.pass(6_000);
    scene.cameras[0].deaf = true;
    scene.pass(8_000);
    let lane = scene.lane(0);
    without_holes(&lane);
    assert!(lane.iter().all(|one| one.live && one.samples > 30), "{lane:#?}");
    assert!(lane.iter().any(|one| !one.begins_with_keyframe));
}

#[test]
fn another_resolution_begins_with_a_segment() {
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::High]);
    scene.show(Some(7));
    scene.pass(9_000);
    // Level 3.0 instead of 3.1, with a keyframe that nobody asked for, in the middle.
    scene.cameras[0].sps[3] = 30;
    scene.cameras[0].keyframes = [true; 3];
    scene.pass(8_000);
    let lane = scene.lane(0);
    without_holes(&lane);
    assert!(lane.iter().all(|one| one.live && one.begins_with_keyframe), "{lane:#?}");
    let codecs: Vec<&str> = scene.made.iter().map(|one| one.beginnings[0].codec.as_str()).collect();
    assert_eq!((codecs[0], *codecs.last().unwrap()), ("avc1.42c01f", "avc1.42c01e"));
    assert_eq!(codecs.windows(2).filter(|pair| pair[0] != pair[1]).count(), 1);
}

#[test]
fn a_larger_layer_is_shown_once_it_is_steady() {
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::Mid]);
    scene.show(Some(7));
    scene.pass(8_000);
    scene.cameras[0].layers = vec![Layer::Mid, Layer::High];
    scene.tell();
    scene.pass(10_000);
    let (high, low) = (scene.lane(0), scene.lane(1));
    assert_eq!(high.last().unwrap().layer, Layer::High as u8);
    assert!(low.iter().all(|one| one.layer == Layer::Mid as u8));
    without_holes(&high);
}

#[test]
fn a_stream_that_begins_again_goes_on_with_its_numbers() {
    let mut scene = Scene::new(0);
    scene.show(None);
    scene.pass(10_000);
    let last = scene.made.last().unwrap().number;
    let again = Cast::begin(scene.at, START_US);
    let mut scene = Scene { cast: again, made: Vec::new(), ..scene };
    scene.show(None);
    scene.pass(6_000);
    assert!(scene.made[0].number > last);
}

#[test]
fn keyframes_are_asked_for_once_or_twice_a_segment() {
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::High]);
    scene.show(Some(7));
    scene.pass(40_000);
    let asked = scene.demands.iter().filter(|one| one.keyframes != [false; 3]).count();
    assert!((18..=42).contains(&asked), "{asked} in 20 segments");
}

#[test]
fn a_clock_that_was_set_ahead_costs_no_segments_of_the_time_between() {
    const YEARS_S: u64 = 56 * 365 * 86_400;
    let mut scene = Scene::new(0);
    scene.camera(7, &[Layer::High]);
    scene.show(Some(7));
    scene.pass(9_000);
    let before = scene.made.len();
    scene.at.wall_us += YEARS_S as i64 * 1_000_000;
    scene.tell();
    scene.pass(9_000);
    assert!(scene.made.len() - before <= 6, "{}", scene.made.len());
    assert!(scene.made.last().unwrap().number > YEARS_S / 2);
    assert!(scene.lane(0).last().unwrap().live, "and the picture goes on");
}
