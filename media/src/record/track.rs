//! One Track of a Recording: which of its layers is captured, and into which files.

use super::capture::{Book, Write};
use super::manifest::{Cause, Event, layer_word};
use super::segment::Segment;
use super::{At, TrackFacts};
use crate::ids::Layer;
use crate::router::{TappedPacket, TappedTrack};
use crate::samples::{Assembled, Configuration, Layers, Report, Run, Sample, Step};
use crate::sdp::Kind;
use std::time::{Duration, Instant};

/// A better layer has to flow for this long before it is captured: publishers begin small, and try.
const RISES_AFTER: Duration = Duration::from_secs(5);
/// A keyframe that was asked for and did not come is asked for again.
const KEYFRAME_AGAIN: Duration = Duration::from_secs(2);

/// Replays can be cut, and entered, at keyframes only; publishers make one when they are asked, or never.
const KEYFRAME_EVERY: Duration = Duration::from_secs(8);

/// Which of the layers that flow is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    Large,
    /// For a replay on a weak line: the one in the middle, else the smallest.
    Small,
}

impl Aim {
    fn order(self) -> [Layer; 3] {
        match self {
            Self::Large => [Layer::High, Layer::Mid, Layer::Low],
            Self::Small => [Layer::Mid, Layer::Low, Layer::High],
        }
    }
}

#[derive(Debug)]
pub(super) struct Track {
    pub(super) number: u32,
    pub(super) facts: TrackFacts,
    aim: Aim,
    muted: bool,
    paused: bool,
    layers: Layers,
    /// What is written.
    writing: Option<Writing>,
    /// What is to be written from its first keyframe on.
    next: Option<Writing>,
    segments: u32,
    keyframe_asked: Option<Instant>,
    /// When the last one came.
    keyframe_at: Option<Instant>,
    /// Of the newest packet with one, and when.
    pub(super) level: Option<(u8, Instant)>,
}

/// One run, and the file that it goes into.
#[derive(Debug)]
struct Writing {
    run: Run,
    configuration: Option<Configuration>,
    segment: Option<Segment>,
    /// Since when samples are missing, in ticks of the segment.
    gap_from: Option<i64>,
    wants_keyframe: bool,
}

impl Writing {
    fn new(layer: Layer) -> Self {
        Self { run: Run::new(layer), configuration: None, segment: None, gap_from: None, wants_keyframe: true }
    }

    fn layer(&self) -> Layer {
        self.run.layer
    }

    /// Samples are missing after the newest.
    fn misses(&mut self) {
        self.gap_from = self.gap_from.or(self.segment.as_ref().map(Segment::newest_time));
    }
}

impl Track {
    pub(super) fn new(number: u32, facts: TrackFacts, aim: Aim, paused: bool) -> Self {
        Self {
            number,
            facts,
            aim,
            muted: false,
            paused,
            layers: Layers::default(),
            writing: None,
            next: None,
            segments: 0,
            keyframe_asked: None,
            keyframe_at: None,
            level: None,
        }
    }

    fn is_video(&self) -> bool {
        self.facts.source.kind() == Kind::Video
    }

    /// Whether samples should come in.
    pub(super) fn should_flow(&self) -> bool {
        !self.paused && !self.muted && self.layers.any_flows()
    }

    /// Packets that are kept until their turn.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.writing.iter().chain(&self.next).map(|one| one.run.waiting()).sum()
    }

    /// The layers that are to cross, and those of which a keyframe is wanted.
    pub(super) fn wants(&mut self, now: Instant) -> ([bool; 3], [bool; 3]) {
        let (mut layers, mut keyframes) = ([false; 3], [false; 3]);
        for one in self.writing.iter().chain(&self.next) {
            layers[one.layer() as usize] = true;
        }
        let due = self.keyframe_asked.is_none_or(|at| now.saturating_duration_since(at) >= KEYFRAME_AGAIN);
        if self.is_video() && due {
            let old = self.keyframe_at.is_some_and(|at| now.saturating_duration_since(at) >= KEYFRAME_EVERY);
            for one in self.writing.iter().chain(&self.next).filter(|one| one.wants_keyframe || old) {
                keyframes[one.layer() as usize] = true;
                self.keyframe_asked = Some(now);
            }
        }
        (layers, keyframes)
    }

    pub(super) fn heard_state(&mut self, at: At, state: &TappedTrack, book: &mut Book) {
        if state.muted != std::mem::replace(&mut self.muted, state.muted) {
            book.line(at, Event::Muted { track: self.number, muted: state.muted });
        }
        let participant = self.facts.participant;
        let news = self.layers.hear(at.now, state, |said| book.server_time(at, participant, said));
        for (layer, generation, report) in news {
            if let Some(writing) = self.writing.as_ref().filter(|one| one.layer() == layer)
                && writing.run.generation().is_none_or(|known| known == generation)
            {
                write_clock(self.number, writing, report, at, book);
            }
        }
        self.choose(at, book);
    }

    /// Which layer is the best of those that flow.
    pub(super) fn choose(&mut self, at: At, book: &mut Book) {
        if self.paused {
            return;
        }
        let flows = |layer: Layer| self.layers.flows_since(layer);
        let Some(best) = self.aim.order().into_iter().find(|layer| flows(*layer).is_some()) else { return };
        let Some(writing) = &self.writing else {
            self.writing = Some(Writing::new(best));
            return;
        };
        if writing.layer() == best {
            self.next = None;
            return;
        }
        let steady = flows(best).is_some_and(|since| at.now.saturating_duration_since(since) >= RISES_AFTER);
        let stands = flows(writing.layer()).is_some();
        let began = writing.segment.is_some();
        if stands && !steady {
            return;
        }
        if !stands && !began {
            self.close_run(at, book);
            self.writing = Some(Writing::new(best));
        } else if self.next.as_ref().is_none_or(|next| next.layer() != best) {
            self.next = Some(Writing::new(best));
            self.keyframe_asked = None;
        }
    }

    pub(super) fn heard_packet(&mut self, at: At, packet: &TappedPacket<'_>, book: &mut Book) {
        if self.paused || self.muted {
            return;
        }
        if let Some(level) = packet.level {
            self.level = Some((level & 0x7f, at.now));
        }
        if self.writing.as_ref().is_some_and(|one| one.run.is_over(packet)) {
            self.close_run(at, book);
            self.writing = Some(Writing::new(packet.layer));
        }
        if self.next.as_ref().is_some_and(|next| next.run.takes(packet)) {
            // What comes before its keyframe is of no use, and a keyframe may never come.
            if !packet.keyframe {
                return;
            }
            let next = self.next.take();
            self.close_run(at, book);
            self.writing = next;
        }
        let Some(writing) = self.writing.as_mut().filter(|one| one.run.takes(packet)) else { return };
        writing.run.feed(packet, self.layers.parameter_sets());
        self.work(at, book);
    }

    /// What waits too long is given up.
    pub(super) fn handle_timeout(&mut self, at: At, book: &mut Book) {
        self.choose(at, book);
        self.work(at, book);
    }

    /// A fragment of what is ready.
    pub(super) fn flush(&mut self, book: &mut Book) {
        if let Some(segment) = self.writing.as_mut().and_then(|one| one.segment.as_mut())
            && let Some(bytes) = segment.fragment()
        {
            book.write(Write::Append { file: segment.file.clone(), bytes });
        }
    }

    pub(super) fn pause(&mut self, at: At, book: &mut Book) {
        self.paused = true;
        self.close_run(at, book);
    }

    pub(super) fn resume(&mut self, at: At, book: &mut Book) {
        self.paused = false;
        self.keyframe_asked = None;
        self.choose(at, book);
    }

    pub(super) fn end(&mut self, at: At, book: &mut Book) {
        self.close_run(at, book);
        book.line(at, Event::TrackEnded { track: self.number });
    }

    fn close_run(&mut self, at: At, book: &mut Book) {
        self.next = None;
        let Some(mut writing) = self.writing.take() else { return };
        while let Some(step) = writing.run.drain() {
            self.take_step(at, &mut writing, step, book);
        }
        close_segment(&mut writing, book);
    }

    fn work(&mut self, at: At, book: &mut Book) {
        let Some(mut writing) = self.writing.take() else { return };
        while let Some(step) = writing.run.step(at.now) {
            self.take_step(at, &mut writing, step, book);
        }
        self.writing = Some(writing);
    }

    fn take_step(&mut self, at: At, writing: &mut Writing, step: Step, book: &mut Book) {
        for assembled in step.assembled {
            match assembled {
                Assembled::Configuration(configuration) => writing.configuration = Some(configuration),
                Assembled::Broken => {
                    writing.wants_keyframe = true;
                    writing.misses();
                }
                Assembled::Sample(sample) => self.keep(at, writing, sample, book),
            }
        }
        if step.missing && !self.is_video() {
            writing.misses();
        }
    }

    fn keep(&mut self, at: At, writing: &mut Writing, sample: Sample, book: &mut Book) {
        writing.wants_keyframe &= !sample.keyframe;
        if sample.keyframe {
            self.keyframe_at = Some(at.now);
        }
        let fits = |segment: &Segment| {
            Some(&segment.configuration) == writing.configuration.as_ref() && segment.follows(&sample)
        };
        if !writing.segment.as_ref().is_some_and(fits) {
            close_segment(writing, book);
            if !sample.keyframe {
                writing.wants_keyframe = true;
                return;
            }
            self.open_segment(at, writing, &sample, book);
        }
        let Some(segment) = &mut writing.segment else { return };
        if let Some(from) = writing.gap_from.take() {
            let to = segment.media_time(sample.timestamp);
            let (track, number) = (self.number, segment.number);
            book.line(at, Event::Gap { track, segment: number, from, to, cause: Cause::Lost });
        }
        segment.push(sample);
    }

    fn open_segment(&mut self, at: At, writing: &mut Writing, first: &Sample, book: &mut Book) {
        let Some(configuration) = writing.configuration.clone() else { return };
        let number = self.segments + 1;
        let Some((segment, bytes)) = Segment::open((self.number, number), configuration, first) else { return };
        self.segments = number;
        writing.gap_from = None;
        let (width, height) = segment.configuration.size();
        book.line(
            at,
            Event::Segment {
                track: self.number,
                segment: number,
                file: segment.file.clone(),
                codec: segment.configuration.codec().to_owned(),
                timescale: segment.configuration.timescale(),
                width,
                height,
                layer: layer_word(writing.layer()).to_owned(),
            },
        );
        book.write(Write::Begin { file: segment.file.clone(), bytes });
        writing.segment = Some(segment);
        if let Some(report) = self.layers.report(writing.layer()) {
            write_clock(self.number, writing, report, at, book);
        }
    }
}

fn write_clock(track: u32, writing: &Writing, report: Report, at: At, book: &mut Book) {
    if let Some(segment) = &writing.segment {
        let media = segment.media_time(report.rtp);
        book.line(at, Event::Clock { track, segment: segment.number, media, server: report.server_us });
    }
}

fn close_segment(writing: &mut Writing, book: &mut Book) {
    let Some(segment) = writing.segment.take() else { return };
    let file = segment.file.clone();
    if let Some(bytes) = segment.close() {
        book.write(Write::Append { file: file.clone(), bytes });
    }
    book.write(Write::Close { file });
}
