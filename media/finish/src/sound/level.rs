//! How loud a replay is (ITU-R BS.1770-4, gated), and the gain and limiter that make it as loud as others.

use super::{Frame, PEAK};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A tenth of a second; four of them are a gating block.
const TENTH: usize = 4800;
const ABSOLUTE_GATE: f64 = -70.0;
const RELATIVE_GATE: f64 = -10.0;
/// Quieter than this for a tenth of a second is silence.
const SILENCE: f64 = -60.0;

/// What the first pass found out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// LUFS; `None` when all is silence.
    pub loudness: Option<f64>,
    pub peak: f32,
    pub silence_ms: u64,
    /// Of decoded samples, how many touched the ceiling.
    pub clipped_permille: u64,
}

impl Measured {
    /// The factor that brings it to the loudness of all replays.
    pub(crate) fn gain(&self) -> f32 {
        self.loudness
            .map_or(1.0, |loudness| 10_f64.powf((super::LOUDNESS - loudness).min(super::MOST_GAIN) / 20.0) as f32)
    }
}

/// Two filters in a row: the head, then the ear (BS.1770-4 tables 1 and 2, 48 kHz).
#[derive(Default, Clone, Copy)]
struct Weighting([[f64; 2]; 2]);

const FILTERS: [([f64; 3], [f64; 2]); 2] = [
    (
        [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
        [-1.690_659_293_182_41, 0.732_480_774_215_85],
    ),
    ([1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21]),
];

impl Weighting {
    fn run(&mut self, value: f64) -> f64 {
        let mut value = value;
        for ((b, a), state) in FILTERS.iter().zip(&mut self.0) {
            let out = b[0] * value + state[0];
            state[0] = b[1] * value - a[0] * out + state[1];
            state[1] = b[2] * value - a[1] * out;
            value = out;
        }
        value
    }
}

#[derive(Default)]
pub(crate) struct Meter {
    filters: [Weighting; 2],
    /// Energy of each tenth of a second.
    tenths: Vec<f64>,
    sum: f64,
    loud: f64,
    count: usize,
    peak: f32,
    silent: u64,
}

impl Meter {
    pub(crate) fn take(&mut self, frames: &[Frame]) {
        for frame in frames {
            for (value, filter) in frame.iter().zip(&mut self.filters) {
                let weighted = filter.run(f64::from(*value));
                self.sum += weighted * weighted;
                self.loud = self.loud.max(f64::from(value.abs()));
            }
            self.count += 1;
            if self.count == TENTH {
                self.tenths.push(self.sum / TENTH as f64);
                self.silent += u64::from(20.0 * self.loud.max(1e-9).log10() < SILENCE);
                self.peak = self.peak.max(self.loud as f32);
                (self.sum, self.loud, self.count) = (0.0, 0.0, 0);
            }
        }
    }

    pub(crate) fn finish(&self, decoded: u64, clipped: u64) -> Measured {
        let blocks: Vec<f64> = self.tenths.windows(4).map(|four| four.iter().sum::<f64>() / 4.0).collect();
        let level = |energy: f64| -0.691 + 10.0 * energy.max(1e-12).log10();
        let mean = |above: f64| {
            let (sum, count) = blocks
                .iter()
                .filter(|energy| level(**energy) > above)
                .fold((0.0, 0_u32), |(sum, count), energy| (sum + energy, count + 1));
            (count > 0).then(|| level(sum / f64::from(count)))
        };
        let loudness = mean(ABSOLUTE_GATE).and_then(|rough| mean((rough + RELATIVE_GATE).max(ABSOLUTE_GATE)));
        Measured {
            loudness,
            peak: self.peak.max(self.loud as f32),
            silence_ms: self.silent * 100,
            clipped_permille: (clipped * 1000).checked_div(decoded).unwrap_or(0),
        }
    }
}

/// Holds peaks below the ceiling: it looks 5 ms ahead, and lets go within 100 ms.
pub(crate) struct Limiter {
    gain: f32,
    now: f32,
    ahead: VecDeque<Frame>,
    /// Number of the frame that comes in next, and peaks ahead, falling: (number, peak).
    number: u64,
    peaks: VecDeque<(u64, f32)>,
}

const AHEAD: usize = 256;
/// The attack is through (e⁻⁸) when the peak comes out.
const ATTACK: f32 = 8.0 / AHEAD as f32;
const RELEASE: f32 = 1.0 / 4800.0;

impl Limiter {
    pub(crate) fn new(gain: f32) -> Self {
        Self { gain, now: 1.0, ahead: VecDeque::new(), number: 0, peaks: VecDeque::new() }
    }

    /// Frames come out `AHEAD` later than they go in; `flush` brings the rest.
    pub(crate) fn run(&mut self, frames: &[Frame]) -> Vec<Frame> {
        let mut out = Vec::with_capacity(frames.len());
        for frame in frames {
            let frame = frame.map(|value| value * self.gain);
            let peak = frame[0].abs().max(frame[1].abs());
            while self.peaks.pop_back_if(|(_, last)| *last <= peak).is_some() {}
            self.peaks.push_back((self.number, peak));
            self.number += 1;
            self.ahead.push_back(frame);
            if self.ahead.len() > AHEAD {
                out.extend(self.one());
            }
        }
        out
    }

    pub(crate) fn flush(&mut self) -> Vec<Frame> {
        std::iter::from_fn(|| self.one()).collect()
    }

    fn one(&mut self) -> Option<Frame> {
        let frame = self.ahead.pop_front()?;
        let peak = self.peaks.front().map_or(0.0, |(_, peak)| *peak);
        let wanted = (PEAK / peak.max(1e-9)).min(1.0);
        self.now =
            if wanted < self.now { self.now + (wanted - self.now) * ATTACK } else { (self.now + RELEASE).min(wanted) };
        let oldest = self.number - self.ahead.len() as u64;
        while self.peaks.pop_front_if(|(number, _)| *number < oldest).is_some() {}
        Some(frame.map(|value| (value * self.now).clamp(-0.98, 0.98)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hertz: f64, level: f32, seconds: usize) -> Vec<Frame> {
        (0..seconds * 48_000)
            .map(|n| [(n as f64 / 48_000.0 * hertz * std::f64::consts::TAU).sin() as f32 * level; 2])
            .collect()
    }

    #[test]
    fn a_tone_is_as_loud_as_the_standard_says() {
        // BS.1770-4: 997 Hz at 0 dBFS in one channel is -3.01 LUFS; in both 0.0, so at -23 dBFS it is -23.
        let mut meter = Meter::default();
        meter.take(&tone(997.0, 10_f32.powf(-23.0 / 20.0), 5));
        let found = meter.finish(1, 0).loudness.unwrap_or(0.0);
        assert!((found + 23.0).abs() < 0.1, "{found}");
    }

    #[test]
    fn silence_between_words_does_not_make_it_quieter() {
        let mut meter = Meter::default();
        meter.take(&tone(997.0, 0.1, 5));
        let alone = meter.finish(1, 0).loudness.unwrap_or(0.0);
        meter.take(&vec![[0.0; 2]; 48_000 * 20]);
        let among = meter.finish(1, 0);
        assert!((among.loudness.unwrap_or(0.0) - alone).abs() < 0.3);
        assert_eq!(among.silence_ms, 20_000);
    }

    #[test]
    fn silence_has_no_loudness_and_is_not_lifted() {
        let mut meter = Meter::default();
        meter.take(&vec![[0.0; 2]; 48_000]);
        assert_eq!(meter.finish(0, 0).gain(), 1.0);
    }

    #[test]
    fn peaks_stay_below_the_ceiling_and_nothing_is_lost() {
        let mut limiter = Limiter::new(4.0);
        let mut sound = tone(300.0, 0.1, 1);
        sound.extend(tone(300.0, 0.9, 1));
        let mut out = Vec::new();
        for block in sound.chunks(960) {
            out.extend(limiter.run(block));
        }
        out.extend(limiter.flush());
        assert_eq!(out.len(), sound.len());
        assert!(out.iter().all(|frame| frame[0].abs() < 0.9));
        assert!((out[24_000 + 40][0] - sound[24_000 + 40][0] * 4.0).abs() < 0.01);
    }
}
