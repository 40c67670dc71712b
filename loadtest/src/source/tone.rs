//! The sound of the test broadcast: one soft note a second, in Opus.

use super::SourceError;
use bytes::Bytes;
use std::f32::consts::TAU;
use std::time::Duration;

pub(crate) const SAMPLE_RATE: u32 = 48_000;
pub(crate) const FRAME: Duration = Duration::from_millis(20);
const FRAME_SAMPLES: usize = (SAMPLE_RATE / 50) as usize;
/// A sine of this amplitude is -20 dBFS.
const LOUD: f32 = 0.1414;
/// Between the notes the sound never stops altogether, so that a meter always shows life.
const SOFT: f32 = 0.02;
/// Hz; a pentatonic scale, up and down.
const NOTES: [f32; 8] = [261.63, 293.66, 329.63, 392.0, 440.0, 392.0, 329.63, 293.66];
const NOTE: Duration = Duration::from_millis(500);
/// Notes begin and end over this long, or they would click.
const EDGE_SECONDS: f32 = 0.04;

/// Is a note sounding at this media time?
pub(crate) fn sounds_at(time: Duration) -> bool {
    u128::from(time.subsec_nanos()) < NOTE.as_nanos()
}

pub(crate) struct Tone {
    encoder: opus::Encoder,
    sample: u64,
    phase: f32,
}

/// 20 ms of sound and its RFC 6464 level.
pub(crate) struct Sound {
    pub(crate) payload: Bytes,
    pub(crate) level: u8,
}

impl Tone {
    pub(crate) fn new() -> Result<Self, SourceError> {
        let mut encoder = opus::Encoder::new(SAMPLE_RATE, opus::Channels::Mono, opus::Application::Audio)?;
        encoder.set_bitrate(opus::Bitrate::Bits(32_000))?;
        encoder.set_complexity(2)?;
        encoder.set_inband_fec(true)?;
        encoder.set_packet_loss_perc(3)?;
        Ok(Self { encoder, sample: 0, phase: 0.0 })
    }

    /// Media time of the next 20 ms.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_nanos(self.sample * 1_000_000_000 / u64::from(SAMPLE_RATE))
    }

    pub(crate) fn next(&mut self) -> Result<Sound, SourceError> {
        let mut samples = [0f32; FRAME_SAMPLES];
        for sample in &mut samples {
            *sample = self.next_sample();
        }
        let level = level(&samples);
        let mut packet = [0u8; 400];
        let len = self.encoder.encode_float(&samples, &mut packet)?;
        Ok(Sound { payload: Bytes::copy_from_slice(&packet[..len]), level })
    }

    fn next_sample(&mut self) -> f32 {
        let second = self.sample / u64::from(SAMPLE_RATE);
        let into = (self.sample % u64::from(SAMPLE_RATE)) as f32 / SAMPLE_RATE as f32;
        let edge = (into / EDGE_SECONDS).min((NOTE.as_secs_f32() - into) / EDGE_SECONDS).clamp(0.0, 1.0);
        let amplitude = SOFT + (LOUD - SOFT) * edge;
        self.phase = (self.phase + TAU * NOTES[second as usize % NOTES.len()] / SAMPLE_RATE as f32) % TAU;
        self.sample += 1;
        self.phase.sin() * amplitude
    }
}

/// -dBov, from 0 (full scale) to 127 (silence), of the mean square (RFC 6464 §3, RFC 6465 §4).
fn level(samples: &[f32]) -> u8 {
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
    (-10.0 * power.max(1e-13).log10()).round().clamp(0.0, 127.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_minus_20_dbfs_and_the_pause_is_softer() {
        let mut tone = Tone::new().unwrap();
        let levels: Vec<(Duration, u8)> = (0..100).map(|_| (tone.time(), tone.next().unwrap().level)).collect();
        let at = |ms| levels.iter().find(|(time, _)| *time == Duration::from_millis(ms)).unwrap().1;
        assert!((19..=21).contains(&at(200)) && (19..=21).contains(&at(1_200)), "about -20 dBFS plus 3 dB of a sine");
        assert!((35..=39).contains(&at(700)));
        assert!(sounds_at(Duration::from_millis(1_200)) && !sounds_at(Duration::from_millis(1_700)));
    }

    #[test]
    fn what_is_encoded_decodes_to_sound() {
        let (mut tone, mut decoder) =
            (Tone::new().unwrap(), opus::Decoder::new(SAMPLE_RATE, opus::Channels::Mono).unwrap());
        let mut pcm = [0f32; FRAME_SAMPLES];
        for _ in 0..10 {
            assert_eq!(decoder.decode_float(&tone.next().unwrap().payload, &mut pcm, false).unwrap(), FRAME_SAMPLES);
        }
        assert!((15..=25).contains(&level(&pcm)));
    }

    #[test]
    fn silence_is_127() {
        assert_eq!(level(&[0.0; 10]), 127);
    }
}
