//! The sound of a stream: voices go out to be mixed and encoded, and come back as AAC frames, which become segments without
//! holes.

use super::card::SILENCE;
use super::clock::{moment, ticks};
use super::shelf::Beginning;
use crate::ids::{Layer, TrackId};
use crate::router::TappedPacket;
use crate::samples::{Configuration, Layers, Report, Timed, beginning, fragment};
use std::collections::{BTreeMap, HashMap};

pub(super) const RATE: i64 = 48_000;
const FRAME: i64 = 1024;
/// What was not fetched by a segment in so many frames never will be: ten seconds.
const MOST_FRAMES: usize = 470;
/// Who mixes waits for a voice as long as for the moment that is told; packets on a usual line take less.
const LINE_US: i64 = 150_000;
/// How often it is told how late it is.
const TOLD_EVERY_US: i64 = 100_000;

/// One Opus packet for whoever mixes; empty ones only tell how late it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoicePacket {
    pub voice: u16,
    /// Of 48 kHz, since the stream's epoch.
    pub tick: i64,
    pub opus: Vec<u8>,
}

#[derive(Debug)]
struct Voice {
    number: u16,
    generation: u64,
    newest: u64,
    anchor: Option<Report>,
}

#[derive(Debug)]
pub(super) struct Sound {
    epoch_us: i64,
    voices: HashMap<TrackId, Voice>,
    numbers: u16,
    told_us: i64,
    out: Vec<VoicePacket>,
    /// AAC, by its number since the epoch.
    frames: BTreeMap<i64, Vec<u8>>,
}

impl Sound {
    pub(super) fn new(epoch_us: i64) -> Self {
        Self { epoch_us, voices: HashMap::new(), numbers: 0, told_us: 0, out: Vec::new(), frames: BTreeMap::new() }
    }

    pub(super) fn forget(&mut self, track: TrackId) {
        self.voices.remove(&track);
    }

    pub(super) fn hear(&mut self, wall_us: i64, layers: &Layers, packet: &TappedPacket<'_>) {
        let voice = self.voices.entry(packet.track).or_insert_with(|| {
            self.numbers = self.numbers.wrapping_add(1);
            Voice { number: self.numbers, generation: packet.generation, newest: 0, anchor: None }
        });
        if packet.generation > voice.generation {
            *voice = Voice { number: voice.number, generation: packet.generation, newest: 0, anchor: None };
        }
        // A decoder hears what comes in order; who is late is not waited for.
        if packet.generation < voice.generation || packet.index <= voice.newest || packet.payload.is_empty() {
            return;
        }
        voice.newest = packet.index;
        let anchor = *voice.anchor.get_or_insert(Report { rtp: packet.timestamp, server_us: wall_us });
        let report = layers.report(Layer::High).unwrap_or(anchor);
        let tick = ticks(moment(report, packet.timestamp, RATE as u32) - self.epoch_us, RATE);
        if tick >= 0 {
            self.out.push(VoicePacket { voice: voice.number, tick, opus: packet.payload.to_vec() });
        }
    }

    /// Tells how late it is, also when nobody speaks.
    pub(super) fn handle_timeout(&mut self, wall_us: i64) {
        if wall_us - self.told_us >= TOLD_EVERY_US {
            self.told_us = wall_us;
            let tick = ticks(wall_us - LINE_US - self.epoch_us, RATE);
            self.out.push(VoicePacket { voice: 0, tick: tick.max(0), opus: Vec::new() });
        }
    }

    pub(super) fn take_voices(&mut self) -> Vec<VoicePacket> {
        std::mem::take(&mut self.out)
    }

    /// A frame of 1024 ticks. A line that began anew is brought onto the grid of the one before: 11 ms at most.
    pub(super) fn frame(&mut self, tick: i64, aac: Vec<u8>) {
        self.frames.insert((tick + FRAME / 2).div_euclid(FRAME), aac);
        while self.frames.len() > MOST_FRAMES {
            self.frames.pop_first();
        }
    }

    pub(super) fn beginning() -> Beginning {
        let bytes = beginning(&Configuration::Aac).unwrap_or_default();
        Beginning { bytes, codec: "mp4a.40.2".to_owned(), size: None }
    }

    /// What lies between two moments, on the grid of frames: media, when it begins, how long it is, and whether anything of it was
    /// really heard.
    pub(super) fn segment(&mut self, number: u64, (from_us, to_us): (i64, i64)) -> Option<(Vec<u8>, i64, i64, bool)> {
        let frame_at = |us: i64| (ticks(us - self.epoch_us, RATE) + FRAME - 1).div_euclid(FRAME);
        let (from, to) = (frame_at(from_us), frame_at(to_us));
        let mut heard = false;
        let samples: Vec<Timed> = (from..to)
            .map(|at| {
                let known = self.frames.remove(&at);
                heard |= known.is_some();
                let data = known.unwrap_or_else(|| SILENCE.to_vec());
                Timed { at: (at * FRAME).unsigned_abs(), duration: FRAME as u32, keyframe: true, data }
            })
            .collect();
        while self.frames.first_key_value().is_some_and(|(at, _)| *at < to) {
            self.frames.pop_first();
        }
        let media = fragment(number as u32, &samples)?;
        let us = |frames: i64| (i128::from(frames * FRAME) * 1_000_000 / i128::from(RATE)) as i64;
        Some((media, self.epoch_us + us(from), us(to - from), heard))
    }
}
