//! The test broadcast: three layers of the scene, and the tone.

use super::encoder::LayerEncoder;
use super::scene::Scene;
use super::tone::Tone;
use super::{Frame, Lane, Source, SourceError};
use crate::clock::Moment;
use std::time::Duration;

/// Enough for a slide, cheap enough to run beside a server on a small machine.
const FRAMES_PER_SECOND: u32 = 15;
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / FRAMES_PER_SECOND as u64);
/// Scale and bits per second of the layers `l`, `m`, `h`.
const LAYERS: [(usize, u32); 3] = [(4, 120_000), (2, 350_000), (1, 1_000_000)];

pub(crate) struct Lesson {
    layers: Vec<(Scene, LayerEncoder)>,
    tone: Tone,
    next_picture: Duration,
}

impl Lesson {
    pub(crate) fn new() -> Result<Self, SourceError> {
        let layers = LAYERS
            .into_iter()
            .map(|(scale, bits)| Ok((Scene::new(scale), LayerEncoder::new(bits, FRAMES_PER_SECOND as f32)?)))
            .collect::<Result<_, SourceError>>()?;
        Ok(Self { layers, tone: Tone::new()?, next_picture: Duration::ZERO })
    }

    fn picture(&mut self, now: Moment, frames: &mut Vec<Frame>) -> Result<(), SourceError> {
        for (layer, (scene, encoder)) in self.layers.iter_mut().enumerate() {
            let payloads = encoder.encode(scene.draw(self.next_picture, now.unix_us))?;
            if !payloads.is_empty() {
                frames.push(Frame { lane: Lane::Video(layer), time: self.next_picture, payloads, level: None });
            }
        }
        Ok(())
    }
}

impl Source for Lesson {
    fn due(&self) -> Duration {
        self.next_picture.min(self.tone.time())
    }

    fn produce(&mut self, elapsed: Duration, now: Moment, frames: &mut Vec<Frame>) -> Result<(), SourceError> {
        while self.tone.time() <= elapsed {
            let time = self.tone.time();
            let sound = self.tone.next()?;
            frames.push(Frame { lane: Lane::Audio, time, payloads: vec![sound.payload], level: Some(sound.level) });
        }
        if self.next_picture <= elapsed {
            self.picture(now, frames)?;
            // A machine that can't keep up shows fewer pictures, never late ones.
            while self.next_picture <= elapsed {
                self.next_picture += FRAME;
            }
        }
        Ok(())
    }

    fn want_key_frame(&mut self, layer: usize) {
        if let Some((_, encoder)) = self.layers.get_mut(layer) {
            encoder.want_key_frame();
        }
    }
}
