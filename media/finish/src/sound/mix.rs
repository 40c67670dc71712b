//! All voices together along the replay, block by block.

use super::Frame;
use super::voice::Voice;
use crate::error::Result;
use crate::manifest::Kind;
use crate::recording::Recording;
use crate::timeline::Span;

/// 20 ms: clocks bend less within it than anyone hears.
const BLOCK: usize = 960;

pub(crate) struct Mix<'a> {
    pub voices: Vec<Voice<'a>>,
    spans: &'a [Span],
    /// Frames of the replay that were made, and all there are.
    done: u64,
    pub length: u64,
}

impl<'a> Mix<'a> {
    pub(crate) fn new(recording: &'a Recording) -> Self {
        let voices = recording.of_kind(Kind::Audio).map(Voice::new).collect();
        Self { voices, spans: &recording.timeline.spans, done: 0, length: frames(recording.timeline.length()) }
    }

    pub(crate) fn done(&self) -> u64 {
        self.done
    }

    /// The next block; empty at the end.
    pub(crate) fn next(&mut self) -> Result<Vec<Frame>> {
        while self.spans.first().is_some_and(|span| frames(span.media + span.length) <= self.done) {
            self.spans = &self.spans[1..];
        }
        let Some(span) = self.spans.first() else { return Ok(Vec::new()) };
        let left = frames(span.media + span.length) - self.done;
        let mut block = vec![[0.0; 2]; (left as usize).min(BLOCK)];
        let server = span.at as f64 + self.done as f64 / 48_000.0 * 1e6 - span.media as f64;
        for voice in &mut self.voices {
            voice.add(server, &mut block)?;
        }
        self.done += block.len() as u64;
        Ok(block)
    }
}

/// Frames in microseconds.
pub(crate) fn frames(micros: i64) -> u64 {
    (micros.max(0) as u128 * 48_000 / 1_000_000) as u64
}
