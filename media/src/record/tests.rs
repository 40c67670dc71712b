//! A Recording under a clock that tests turn: packets go in, boxes and lines come out.

use super::*;
use crate::ids::{Layer, TrackId};
use crate::router::{Tapped, TappedLayer, TappedPacket, TappedTrack};
use crate::rtp::ntp::{MediaClock, NtpTime};
use crate::sdp::{Codec, ParameterSets};
use mp4_atom::{Any, ReadFrom as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const SPS: [u8; 25] = [
    0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0x50, 0x05, 0xbb, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03,
    0x03, 0x20, 0xf1, 0x83, 0x24, 0x80,
];
const PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];
const CAMERA: TrackId = TrackId(7);
const SOUND: TrackId = TrackId(8);

struct Scene {
    capture: Capture,
    at: At,
    files: BTreeMap<String, Vec<u8>>,
    lines: Vec<Event>,
    layers: [Option<TappedLayer>; 3],
    sets: Option<Arc<ParameterSets>>,
}

impl Scene {
    fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        let at = At { now: Instant::now(), wall_us: 1_795_000_000_000_000 };
        let mut capture = Capture::begin(at, "recording", "session", None);
        for (track, source) in [(CAMERA, Source::Camera), (SOUND, Source::Microphone)] {
            capture.add(at, track, TrackFacts { source, participant: 3, name: "周文澜".into() });
        }
        Self { capture, at, files: BTreeMap::new(), lines: Vec::new(), layers: [None; 3], sets: None }
    }

    fn pass(&mut self, ms: u64) {
        self.at.now += Duration::from_millis(ms);
        self.at.wall_us += ms as i64 * 1000;
        self.capture.handle_timeout(self.at);
        self.collect();
    }

    fn collect(&mut self) {
        for write in self.capture.take_writes() {
            match write {
                Write::Begin { file, bytes } => assert!(self.files.insert(file, bytes).is_none(), "begun once"),
                Write::Append { file, bytes } => self.files.entry(file).or_default().extend(bytes),
                Write::Close { .. } => {}
                Write::Line(line) => self.lines.push(serde_json::from_str::<Line>(&line).unwrap().event),
            }
        }
    }

    fn flows(&mut self, layer: Layer, generation: u64) {
        let clock = Some(MediaClock { ntp: NtpTime::from_unix(self.unix()), rtp: 9000, rate: 90_000 });
        self.layers[layer as usize] = Some(TappedLayer { generation, codec: Codec::H264, flowing: true, clock });
        self.tell();
    }

    fn stops(&mut self, layer: Layer) {
        self.layers[layer as usize].as_mut().unwrap().flowing = false;
        self.tell();
    }

    fn unix(&self) -> Duration {
        Duration::from_micros(self.at.wall_us as u64)
    }

    fn tell(&mut self) {
        let parameter_sets = self.sets.clone();
        let state = TappedTrack { track: CAMERA, kind: Kind::Video, muted: false, parameter_sets, layers: self.layers };
        self.capture.handle(self.at, &Tapped::State(state));
    }

    fn packet(&mut self, packet: TappedPacket<'_>) {
        self.capture.handle(self.at, &Tapped::Packet(packet));
        self.collect();
    }

    /// A picture in one packet, 40 ms after the one before; a keyframe with its parameter sets before it.
    fn picture(&mut self, layer: Layer, generation: u64, number: u64, keyframe: bool) {
        let mut stap = vec![24];
        for nal in [&SPS[..], &PPS, &[0x65, number as u8, 2]] {
            stap.extend((nal.len() as u16).to_be_bytes());
            stap.extend(nal);
        }
        let plain = [0x41, number as u8, 2];
        self.payload(layer, generation, number, keyframe, if keyframe { &stap } else { &plain });
    }

    fn payload(&mut self, layer: Layer, generation: u64, number: u64, keyframe: bool, payload: &[u8]) {
        let timestamp = 9000 + number as u32 * 3600;
        self.packet(TappedPacket {
            track: CAMERA,
            layer,
            generation,
            codec: Codec::H264,
            index: 70_000 + number,
            timestamp,
            marker: true,
            keyframe,
            level: None,
            payload,
        });
    }

    fn sound(&mut self, number: u64) {
        let state = TappedLayer { generation: 1, codec: Codec::Opus, flowing: true, clock: None };
        if number == 0 {
            let layers = [None, None, Some(state)];
            let state = TappedTrack { track: SOUND, kind: Kind::Audio, muted: false, parameter_sets: None, layers };
            self.capture.handle(self.at, &Tapped::State(state));
        }
        self.packet(TappedPacket {
            track: SOUND,
            layer: Layer::High,
            generation: 1,
            codec: Codec::Opus,
            index: 70_000 + number,
            timestamp: (u32::MAX - 1920).wrapping_add(number as u32 * 960),
            marker: false,
            keyframe: false,
            level: Some(30),
            payload: &[0x78, number as u8],
        });
    }

    fn end(mut self) -> Self {
        self.capture.end(self.at);
        self.collect();
        self
    }

    /// When each sample of a file is shown, in ticks, and how many fragments there are.
    fn samples(&self, file: &str) -> (Vec<u64>, usize) {
        let mut bytes = &self.files[file][..];
        let (mut times, mut fragments) = (Vec::new(), 0);
        while !bytes.is_empty() {
            if let Any::Moof(moof) = Any::read_from(&mut bytes).unwrap() {
                fragments += 1;
                let traf = &moof.traf[0];
                let mut at = traf.tfdt.as_ref().unwrap().base_media_decode_time;
                for entry in traf.trun[0].samples.iter() {
                    times.push(at);
                    at += u64::from(entry.duration.unwrap());
                }
            }
        }
        (times, fragments)
    }

    /// Of the camera's best layer.
    fn segments(&self) -> Vec<(&str, u16, &str)> {
        self.segments_of(1)
    }

    fn segments_of(&self, number: u32) -> Vec<(&str, u16, &str)> {
        self.lines
            .iter()
            .filter_map(|line| match line {
                Event::Segment { track, file, width, layer, .. } if *track == number => {
                    Some((file.as_str(), *width, layer.as_str()))
                }
                _ => None,
            })
            .collect()
    }
}

#[test]
fn pictures_become_samples_at_their_times_in_a_fragment_a_second() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    for number in 0..50 {
        scene.picture(Layer::High, 1, number, number == 0);
        if number == 25 {
            scene.capture.flush();
        }
        scene.pass(40);
    }
    let scene = scene.end();
    assert_eq!(scene.segments(), [("1-1.mp4", 1280, "high")]);
    let (times, fragments) = scene.samples("1-1.mp4");
    assert_eq!(times, (0..50).map(|n| n * 3600).collect::<Vec<_>>());
    assert_eq!(fragments, 2);
    assert_eq!(scene.lines.last(), Some(&Event::Ended));
}

#[test]
fn what_was_lost_leaves_a_gap_until_the_next_keyframe_which_is_asked_for() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    scene.capture.take_demands(scene.at.now);
    for number in (0..5).chain(7..60) {
        scene.picture(Layer::High, 1, number, number == 0 || number == 50);
        scene.pass(40);
    }
    let demands = scene.capture.take_demands(scene.at.now);
    let scene = scene.end();
    let (times, _) = scene.samples("1-1.mp4");
    let kept: Vec<u64> = times.iter().map(|at| at / 3600).collect();
    assert_eq!(kept, (0..5).chain(50..60).collect::<Vec<_>>());
    let gap = Event::Gap { track: 1, segment: 1, from: 4 * 3600, to: 50 * 3600, cause: Cause::Lost };
    assert!(scene.lines.contains(&gap), "{:?}", scene.lines);
    assert!(demands.iter().all(|demand| demand.keyframes == [false; 3]), "it came: {demands:?}");
}

#[test]
fn a_keyframe_that_does_not_come_is_asked_for_again() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    let mut asked = 0;
    for _ in 0..100 {
        asked += scene.capture.take_demands(scene.at.now).iter().filter(|one| one.keyframes[2]).count();
        scene.pass(50);
    }
    assert_eq!(asked, 3, "at 0, 2 and 4 s");
}

#[test]
fn what_a_decoder_has_to_know_may_stand_in_the_offer_alone() {
    let mut scene = Scene::new();
    scene.sets = Some(Arc::new(ParameterSets { sps: SPS.to_vec(), pps: PPS.to_vec() }));
    scene.flows(Layer::High, 1);
    for number in 0..50 {
        scene.pass(40);
        let idr = [0x65, number as u8, 2];
        let plain = [0x41, number as u8, 2];
        scene.payload(Layer::High, 1, number, number == 0, if number == 0 { &idr } else { &plain });
    }
    scene.capture.flush();
    scene.collect();
    let sizes = scene.lines.iter().filter_map(|line| match line {
        Event::Segment { width, height, .. } => Some((*width, *height)),
        _ => None,
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [(1280, 720)]);
    assert!(scene.files["1-1.mp4"].len() > 500);
}

#[test]
fn a_late_packet_takes_its_place() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    for number in [0, 1, 3, 4, 2, 5] {
        scene.picture(Layer::High, 1, number, number == 0);
        scene.pass(40);
    }
    let scene = scene.end();
    assert_eq!(scene.samples("1-1.mp4").0.len(), 6);
}

#[test]
fn sound_goes_on_over_the_end_of_its_timestamps() {
    let mut scene = Scene::new();
    for number in 0..100 {
        if !(40..50).contains(&number) {
            scene.sound(number);
        }
        scene.pass(20);
    }
    scene.pass(1500);
    let scene = scene.end();
    let (times, _) = scene.samples("2-1.mp4");
    let wanted: Vec<u64> = (0..40).chain(50..100).map(|n| n * 960).collect();
    assert_eq!(times, wanted);
}

#[test]
fn a_larger_layer_is_captured_once_it_is_steady_and_from_its_keyframe_on() {
    let mut scene = Scene::new();
    scene.flows(Layer::Mid, 1);
    scene.picture(Layer::Mid, 1, 0, true);
    scene.flows(Layer::High, 2);
    for number in 1..200 {
        scene.picture(Layer::Mid, 1, number, false);
        let wanted = scene.capture.take_demands(scene.at.now);
        let keyframe = wanted.iter().any(|demand| demand.keyframes[2]);
        if number > 130 {
            scene.picture(Layer::High, 2, number, keyframe);
        }
        scene.pass(40);
    }
    let scene = scene.end();
    assert_eq!(scene.segments(), [("1-1.mp4", 1280, "mid"), ("1-2.mp4", 1280, "high")]);
    let (mid, high) = (scene.samples("1-1.mp4").0.len(), scene.samples("1-2.mp4").0.len());
    assert_eq!(mid + high, 201, "{mid} and {high}: the picture of the change is in both, and nothing is missing");
}

#[test]
fn a_picture_in_several_layers_has_a_smaller_one_beside_it() {
    let mut scene = Scene::new();
    for (layer, generation) in [(Layer::Low, 1), (Layer::Mid, 2), (Layer::High, 3)] {
        scene.flows(layer, generation);
    }
    let mut asked = [true; 3];
    for number in 0..200 {
        for layer in [Layer::Low, Layer::Mid, Layer::High] {
            scene.picture(layer, layer as u64 + 1, number, std::mem::take(&mut asked[layer as usize]));
        }
        let demands = scene.capture.take_demands(scene.at.now);
        let camera = demands.iter().filter(|demand| demand.track == CAMERA);
        camera.for_each(|demand| (0..3).for_each(|at| asked[at] |= demand.keyframes[at]));
        scene.pass(40);
    }
    assert_eq!(scene.capture.demanded[&CAMERA], [false, true, true], "the low layer is of no use");
    let scene = scene.end();
    let small_of = scene.lines.iter().find_map(|line| match line {
        Event::Track { track: 3, small_of, .. } => *small_of,
        _ => None,
    });
    assert_eq!(small_of, Some(1));
    let of = |number| scene.segments_of(number).iter().map(|(file, _, layer)| (*file, *layer)).collect::<Vec<_>>();
    assert_eq!(of(1), [("1-1.mp4", "low"), ("1-2.mp4", "high")], "publishers begin small");
    assert_eq!(of(3), [("3-1.mp4", "mid")]);
    assert_eq!(scene.samples("3-1.mp4").0.len(), 200);
}

#[test]
fn a_picture_in_one_layer_is_written_once() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    (0..50).for_each(|number| scene.picture(Layer::High, 1, number, number == 0));
    let scene = scene.end();
    assert_eq!(scene.files.keys().collect::<Vec<_>>(), ["1-1.mp4"]);
}

#[test]
fn a_larger_layer_without_a_keyframe_costs_nothing() {
    let mut scene = Scene::new();
    scene.flows(Layer::Mid, 1);
    scene.picture(Layer::Mid, 1, 0, true);
    scene.flows(Layer::High, 2);
    for number in 1..400 {
        scene.picture(Layer::Mid, 1, number, false);
        scene.picture(Layer::High, 2, number, false);
        scene.pass(40);
    }
    assert!(scene.capture.waiting() < 10, "{}", scene.capture.waiting());
    assert_eq!(scene.end().segments().len(), 1);
}

#[test]
fn when_the_larger_layer_stops_the_smaller_one_is_captured() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    scene.flows(Layer::Low, 2);
    scene.picture(Layer::High, 1, 0, true);
    scene.stops(Layer::High);
    scene.pass(100);
    scene.picture(Layer::Low, 2, 3, true);
    scene.picture(Layer::Low, 2, 4, false);
    let scene = scene.end();
    let layers: Vec<&str> = scene.segments().iter().map(|(_, _, layer)| *layer).collect();
    assert_eq!(layers, ["high", "low"]);
}

#[test]
fn nothing_of_a_pause_is_in_the_files() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    for number in 0..30 {
        match number {
            10 => scene.capture.pause(scene.at, "周文澜"),
            20 => scene.capture.resume(scene.at, "周文澜"),
            _ => {}
        }
        scene.picture(Layer::High, 1, number, number % 10 == 0);
        scene.pass(40);
    }
    let scene = scene.end();
    assert_eq!(scene.samples("1-1.mp4").0.len(), 10);
    assert_eq!(scene.samples("1-2.mp4").0.len(), 10);
    let told: Vec<&Event> =
        scene.lines.iter().filter(|line| matches!(line, Event::Paused { .. } | Event::Resumed { .. })).collect();
    assert_eq!(told.len(), 2);
}

#[test]
fn numbers_that_begin_anew_open_a_new_file() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    scene.picture(Layer::High, 1, 0, true);
    scene.flows(Layer::High, 5);
    scene.picture(Layer::High, 5, 900, true);
    let scene = scene.end();
    assert_eq!(scene.segments().len(), 2);
}

#[test]
fn every_sender_report_is_written_down_in_the_time_of_the_file() {
    let mut scene = Scene::new();
    scene.flows(Layer::High, 1);
    scene.picture(Layer::High, 1, 0, true);
    for number in 1..100 {
        scene.pass(40);
        scene.picture(Layer::High, 1, number, false);
        if number % 25 == 0 {
            let rtp = 9000 + number as u32 * 3600;
            let clock = MediaClock { ntp: NtpTime::from_unix(scene.unix()), rtp, rate: 90_000 };
            scene.layers[2].as_mut().unwrap().clock = Some(clock);
            scene.tell();
        }
    }
    let began = scene.at.wall_us - 99 * 40_000;
    let scene = scene.end();
    let clocks: Vec<(i64, i64)> = scene
        .lines
        .iter()
        .filter_map(|line| match line {
            Event::Clock { media, server, .. } => Some((*media, (*server - began) / 1000)),
            _ => None,
        })
        .collect();
    assert_eq!(clocks, [(0, 0), (90_000, 1000), (180_000, 2000), (270_000, 3000)]);
}

#[test]
fn what_was_cut_by_a_kill_tells_how_it_stood() {
    let mut scene = Scene::new();
    let mut text = String::new();
    scene.capture.pause(scene.at, "周文澜");
    for write in scene.capture.take_writes() {
        if let Write::Line(line) = write {
            text.push_str(&line);
        }
    }
    text.push_str("{\"at\":179500000000");
    assert_eq!(Capture::read(text.as_bytes()), Stood { tracks: 2, paused: true });
    let mut again = Capture::begin(scene.at, "recording", "session", Some(2));
    again.add(scene.at, TrackId(1), TrackFacts { source: Source::Camera, participant: 9, name: "周文澜".into() });
    let lines: Vec<Event> = again
        .take_writes()
        .into_iter()
        .filter_map(|write| match write {
            Write::Line(line) => Some(serde_json::from_str::<Line>(&line).unwrap().event),
            _ => None,
        })
        .collect();
    assert!(matches!(lines[..], [Event::WentOn, Event::Track { track: 3, .. }]), "{lines:?}");
}
