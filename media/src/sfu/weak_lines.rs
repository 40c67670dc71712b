//! Receivers on lines that are narrow, lossy and slow, with a teacher who sends a camera of three layers and sound.

use super::*;
use crate::ids::{Layer, LineStep};
use crate::testing::camera::Camera;
use crate::testing::house::House;
use crate::testing::media::Source;
use crate::testing::offer::{OfferLine, mid};
use crate::testing::{Line, MS, Seeded};

const SOUND: u32 = 1001;
const PICTURE: u32 = 2001;
const SECOND: Duration = Duration::from_secs(1);

struct Lesson {
    house: House,
    viewer: PeerId,
}

impl Lesson {
    fn new(seed: u64, line: Line) -> Self {
        let mut house = House::new(seed);
        let host = house.join(1, &[OfferLine::AudioUp(SOUND), OfferLine::LayersUp]);
        house.run(SECOND);
        house.sfu.publish(house.now, host, mid(0), TrackId(1)).unwrap();
        house.sfu.publish(house.now, host, mid(1), TrackId(2)).unwrap();
        house.member(host).sources = vec![Source::new(SOUND, false, 100)];
        house.member(host).cameras = vec![Camera::new("1", PICTURE)];
        house.run(SECOND);
        let viewer = house.join(2, &[OfferLine::AudioDown, OfferLine::VideoDown]);
        house.set_line(viewer, line);
        house.sfu.assign_slot(house.now, viewer, mid(0), Some(TrackId(1)), Want::main(Layer::High)).unwrap();
        house.sfu.assign_slot(house.now, viewer, mid(1), Some(TrackId(2)), Want::main(Layer::High)).unwrap();
        Self { house, viewer }
    }

    fn narrow(&mut self, bps: u64) {
        self.house.set_line(self.viewer, Line { rate_down: Some(bps), ..Line::default() });
    }

    fn layers(&mut self) -> Vec<(Instant, u8)> {
        self.house.member(self.viewer).sink.layers.clone()
    }

    fn offered(&mut self, from: Instant, to: Instant) -> u64 {
        let client = self.house.member(self.viewer).client.addr;
        self.house.network.offered_bps(client, from, to)
    }

    fn steps(&self) -> Vec<LineStep> {
        let step = |event: &SfuEvent| match event {
            SfuEvent::LineStep { step, .. } => Some(*step),
            _ => None,
        };
        self.house.events.iter().filter_map(step).collect()
    }
}

#[test]
fn a_line_that_shrinks_is_obeyed_within_seconds_and_one_that_grows_is_used_again() {
    for seed in 1..=3 {
        let mut lesson = Lesson::new(seed, Line { rate_down: Some(3_000_000), ..Line::default() });
        let began = lesson.house.now;
        lesson.house.run(20 * SECOND);
        eprintln!("top {:?}", lesson.layers().iter().map(|(at, l)| (*at - began, *l)).collect::<Vec<_>>());
        for bps in [400_000, 80_000] {
            lesson.narrow(bps);
            let at = lesson.house.now;
            for _ in 0..24 {
                lesson.house.run(50 * MS);
                let e = lesson.house.sfu.router.line_debug(lesson.viewer);
                eprintln!("  {:?} {e}", lesson.house.now - at);
            }
            for s in 0..25 {
                lesson.house.run(SECOND);
                let now = lesson.house.now;
                let est = lesson.house.sfu.stats(lesson.viewer).unwrap().media.estimate_bps;
                eprintln!(
                    "{bps} {s}: offered {} est {est:?} holes {}",
                    lesson.offered(now - SECOND, now),
                    lesson.house.member(lesson.viewer).sink.concealed(at, now)
                );
            }
        }
        lesson.narrow(3_000_000);
        let at = lesson.house.now;
        for s in 0..20 {
            lesson.house.run(SECOND);
            let now = lesson.house.now;
            let est = lesson.house.sfu.stats(lesson.viewer).unwrap().media.estimate_bps;
            eprintln!("3M {s}: offered {} est {est:?}", lesson.offered(now - SECOND, now));
        }
        let now = lesson.house.now;
        let sink = &lesson.house.member(lesson.viewer).sink;
        eprintln!("holes {} gaps {}", sink.concealed(began, now), sink.sound_gaps());
        eprintln!("{:?}", lesson.layers().iter().map(|(t, l)| (*t - began, *l)).collect::<Vec<_>>());
        eprintln!("{:?} {:?}", lesson.steps(), at - began);
        if seed == 1 {
            break;
        }
    }
    let _ = (MS, Seeded(1));
}
