//! A Cast: the live HLS stream of one Session, while somebody watches it.

use super::SEGMENT_MS;
use super::lane::{LATE_US, Lane};
use super::shelf::{Beginning, Piece};
use super::sound::{Sound, VoicePacket};
use crate::ids::{Layer, TrackId};
use crate::record::{At, Demand};
use crate::router::Tapped;
use crate::samples::{Layers, ServerClock};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const SEGMENT_US: i64 = SEGMENT_MS as i64 * 1000;
/// Keyframes are asked for so much before their moment: a request and its picture take about as long.
const ASK_EARLY_US: i64 = 200_000;
/// Who has not answered by then is asked again.
const ASK_AGAIN_US: i64 = 40_000;
/// A segment is closed so much after its end: pictures are repaired, voices mixed and encoded meanwhile.
const CLOSE_US: i64 = LATE_US + 700_000;
/// The first segment begins so late that a keyframe can be there.
const FIRST_IN_US: i64 = 500_000;
/// A larger layer has to flow for this long before it is shown.
const RISES_AFTER: Duration = Duration::from_secs(3);
/// Segments that are not made while the very first keyframe is waited for.
const WAITS: u64 = 3;

/// Further behind than this a stream goes on at once: the machine slept, or its clock was set.
const MOST_BEHIND: u64 = 15;

/// What those see and hear who watch the stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CastView {
    pub picture: Option<CastTrack>,
    pub voices: Vec<CastTrack>,
}

/// A Track, and whose clock it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CastTrack {
    pub track: TrackId,
    pub participant: u64,
}

/// The segments of one number.
#[derive(Debug)]
pub struct Segments {
    pub number: u64,
    pub beginnings: [Beginning; 3],
    pub pieces: [Piece; 3],
}

#[derive(Debug)]
struct Source {
    participant: u64,
    layers: Layers,
    muted: bool,
}

#[derive(Debug)]
pub struct Cast {
    epoch_us: i64,
    view: CastView,
    sources: HashMap<TrackId, Source>,
    clocks: HashMap<u64, ServerClock>,
    lanes: [Lane; 2],
    sound: Sound,
    /// The segment that is closed next.
    number: u64,
    /// How many boundaries were let pass before the first; `None` when it has begun.
    waited: Option<u64>,
    /// The last boundary for which keyframes were asked, and how often.
    asked: (u64, u32),
    demanded: HashMap<TrackId, [bool; 3]>,
}

impl Cast {
    /// `epoch_us`: where its time is 0, the same for all streams of a Session, so that numbers go on.
    #[must_use]
    pub fn begin(at: At, epoch_us: i64) -> Self {
        let epoch_us = epoch_us.min(at.wall_us);
        let number = ((at.wall_us + FIRST_IN_US - epoch_us) / SEGMENT_US + 1).unsigned_abs();
        Self {
            epoch_us,
            view: CastView::default(),
            sources: HashMap::new(),
            clocks: HashMap::new(),
            lanes: [Lane::new(0), Lane::new(0)],
            sound: Sound::new(epoch_us),
            number,
            waited: Some(0),
            asked: (0, 0),
            demanded: HashMap::new(),
        }
    }

    /// Where the segment of this number begins, about.
    fn boundary(&self, number: u64) -> i64 {
        self.epoch_us + number.cast_signed() * SEGMENT_US
    }

    /// What is to be seen and heard from now on.
    pub fn show(&mut self, view: CastView) {
        for one in view.picture.iter().chain(&view.voices) {
            let fresh = || Source { participant: one.participant, layers: Layers::default(), muted: false };
            self.sources.entry(one.track).or_insert_with(fresh);
        }
        for gone in self.view.voices.iter().filter(|one| !view.voices.contains(one)) {
            self.sound.forget(gone.track);
        }
        self.view = view;
        self.choose(None);
    }

    pub fn handle(&mut self, at: At, tapped: &Tapped<'_>) {
        match tapped {
            Tapped::Packet(packet) => {
                let Some(source) = self.sources.get(&packet.track) else { return };
                if source.muted {
                    return;
                }
                if self.view.voices.iter().any(|one| one.track == packet.track) {
                    self.sound.hear(at.wall_us, &source.layers, packet);
                }
                for lane in &mut self.lanes {
                    lane.hear(at.now, at.wall_us, &source.layers, packet);
                }
            }
            Tapped::State(state) => {
                let Some(source) = self.sources.get_mut(&state.track) else { return };
                let clock = self.clocks.entry(source.participant).or_default();
                source.layers.hear(at.now, state, |said| clock.hear(said.unix_us(), at.wall_us));
                source.muted = state.muted;
                self.choose(Some(at.now));
            }
            Tapped::Ended(track) => {
                self.sources.remove(track);
                self.sound.forget(*track);
                self.lanes.iter_mut().for_each(|lane| lane.forget(*track));
            }
        }
    }

    /// An AAC frame of the voices.
    pub fn heard(&mut self, tick: i64, aac: Vec<u8>) {
        self.sound.frame(tick, aac);
    }

    /// What is to be mixed and encoded.
    pub fn take_voices(&mut self) -> Vec<VoicePacket> {
        self.sound.take_voices()
    }

    /// To be called some times a second. Gives the segments that are whole.
    pub fn handle_timeout(&mut self, at: At, mut proof: impl FnMut() -> [u8; 8]) -> Vec<Segments> {
        self.choose(Some(at.now));
        self.sound.handle_timeout(at.wall_us);
        for lane in &mut self.lanes {
            for feed in lane.feeds_mut() {
                if let Some(source) = self.sources.get(&feed.track) {
                    feed.work(at.now, &source.layers);
                }
            }
        }
        let mut all = Vec::new();
        if let Some(waited) = self.waited {
            self.wait_for_the_first(at, waited);
        }
        self.skip_what_was_slept_through(at);
        while self.waited.is_none() && at.wall_us >= self.boundary(self.number + 1) + CLOSE_US {
            all.extend(self.close(&mut proof));
            self.number += 1;
        }
        self.forget_what_is_over();
        all
    }

    /// The first segment waits for a picture, for a while.
    fn wait_for_the_first(&mut self, at: At, waited: u64) {
        let boundary = self.boundary(self.number);
        if at.wall_us < boundary + CLOSE_US {
            return;
        }
        let ready = self.view.picture.is_none() || self.lanes.iter().any(|lane| lane.has_keyframe_at(boundary));
        if ready || waited >= WAITS {
            self.waited = None;
            self.lanes.iter_mut().for_each(|lane| lane.begin(boundary));
        } else {
            self.waited = Some(waited + 1);
            self.number += 1;
        }
    }

    fn skip_what_was_slept_through(&mut self, at: At) {
        let due = ((at.wall_us - CLOSE_US - self.epoch_us) / SEGMENT_US).max(0).unsigned_abs();
        if self.waited.is_none() && due > self.number + MOST_BEHIND {
            self.number = due;
            let boundary = self.boundary(due);
            self.lanes.iter_mut().for_each(|lane| lane.begin(boundary));
        }
    }

    fn close(&mut self, proof: &mut impl FnMut() -> [u8; 8]) -> Option<Segments> {
        let (number, epoch, end) = (self.number, self.epoch_us, self.boundary(self.number + 1));
        let [high, low] = [0, 1].map(|at| self.lanes[at].close(number, epoch, end));
        let (high, low) = (high?, low?);
        let (media, starts_us, duration_us, heard) = self.sound.segment(number, (self.boundary(number), end))?;
        let sound = Piece { starts_us, duration_us, media, proof: proof(), live: heard };
        let beginnings = [high.beginning.clone(), low.beginning.clone(), Sound::beginning()];
        let [high, low] = [high, low].map(|closed| Piece {
            starts_us: closed.from_us,
            duration_us: closed.to_us - closed.from_us,
            media: closed.media,
            proof: proof(),
            live: closed.live,
        });
        Some(Segments { number, beginnings, pieces: [high, low, sound] })
    }

    /// Which Track and layer each lane shows.
    fn choose(&mut self, now: Option<Instant>) {
        const HIGH: [Layer; 3] = [Layer::High, Layer::Mid, Layer::Low];
        const LOW: [Layer; 3] = [Layer::Mid, Layer::Low, Layer::High];
        for (lane, order) in self.lanes.iter_mut().zip([HIGH, LOW]) {
            let wanted = self.view.picture.and_then(|one| {
                let source = self.sources.get(&one.track).filter(|source| !source.muted)?;
                let flows = |layer: Layer| source.layers.flows_since(layer);
                let best = order.into_iter().find(|layer| flows(*layer).is_some())?;
                // Publishers begin small, and try.
                let steady =
                    |since: Instant| now.is_some_and(|now| now.saturating_duration_since(since) >= RISES_AFTER);
                let kept = lane.layer_of(one.track).filter(|layer| flows(*layer).is_some());
                let layer = match kept {
                    Some(kept) if !flows(best).is_some_and(steady) => kept,
                    _ => best,
                };
                Some((one.track, layer))
            });
            lane.want(wanted);
        }
    }

    /// Tracks that are neither wanted nor shown any more.
    fn forget_what_is_over(&mut self) {
        let Self { sources, lanes, view, .. } = self;
        sources.retain(|track, _| {
            let viewed = view.picture.iter().chain(&view.voices).any(|one| one.track == *track);
            viewed || lanes.iter().any(|lane| lane.feeds().any(|feed| feed.track == *track))
        });
    }

    /// What has changed of what is wanted of the shards.
    pub fn take_demands(&mut self, at: At) -> Vec<Demand> {
        let mut demands = Vec::new();
        let ask = self.asks_for_keyframes(at);
        for track in self.sources.keys() {
            let (mut layers, mut keyframes) = ([false; 3], [false; 3]);
            if self.view.voices.iter().any(|one| one.track == *track) {
                layers[Layer::High as usize] = true;
            }
            for lane in &self.lanes {
                for feed in lane.feeds().filter(|feed| feed.track == *track) {
                    layers[feed.layer as usize] = true;
                    keyframes[feed.layer as usize] |= ask.is_some_and(|boundary| !lane.has_keyframe_at(boundary));
                }
            }
            if self.demanded.insert(*track, layers) != Some(layers) || keyframes != [false; 3] {
                demands.push(Demand { track: *track, layers: Some(layers), keyframes });
            }
        }
        let sources = &self.sources;
        self.demanded.retain(|track, _| {
            let stays = sources.contains_key(track);
            if !stays {
                demands.push(Demand { track: *track, layers: None, keyframes: [false; 3] });
            }
            stays
        });
        demands
    }

    /// The Tracks that were wanted.
    #[must_use]
    pub fn into_tracks(self) -> Vec<TrackId> {
        self.sources.into_keys().chain(self.demanded.into_keys()).collect()
    }

    /// The boundary for which keyframes are wanted now.
    fn asks_for_keyframes(&mut self, at: At) -> Option<i64> {
        let next = ((at.wall_us + ASK_EARLY_US - self.epoch_us) / SEGMENT_US).unsigned_abs();
        let boundary = self.boundary(next);
        let times = if self.asked.0 == next { self.asked.1 } else { 0 };
        let due = match times {
            0 => at.wall_us >= boundary - ASK_EARLY_US && at.wall_us < boundary + LATE_US,
            1 => at.wall_us >= boundary + ASK_AGAIN_US && at.wall_us < boundary + LATE_US,
            _ => false,
        };
        if due {
            self.asked = (next, times + 1);
        }
        due.then_some(boundary)
    }
}
