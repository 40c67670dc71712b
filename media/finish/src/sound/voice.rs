//! The sound of one track, asked for by server time.

use super::Frame;
use crate::error::{FinishError, OfCodec, OfFile, Result};
use crate::index::Sample;
use crate::recording::{Piece, Stream};
use ffmpeg_next as ff;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Opus is always decoded at this rate.
const RATE: f64 = 48_000.0;
/// What is left of the window behind the moment that is read, in samples.
const BEHIND: i64 = 4;

/// One track; its files follow each other.
pub(crate) struct Voice<'a> {
    pieces: Vec<PieceVoice<'a>>,
    /// Of what was decoded: how many samples there were, and how many touched the ceiling.
    pub decoded: u64,
    pub clipped: u64,
}

struct PieceVoice<'a> {
    piece: &'a Piece,
    /// Server time, µs.
    from: f64,
    to: f64,
    open: Option<Window>,
}

/// Decoded samples of a piece, from sample number `first` on.
struct Window {
    file: File,
    at: u64,
    decoder: ff::decoder::Audio,
    next: usize,
    first: i64,
    frames: VecDeque<Frame>,
}

impl<'a> Voice<'a> {
    pub(crate) fn new(stream: &'a Stream) -> Self {
        let pieces = stream
            .pieces
            .iter()
            .map(|piece| {
                let samples = &piece.index.samples;
                let end = samples.last().map_or(0, |last| last.ticks + i64::from(last.duration));
                let start = samples.first().map_or(0, |first| first.ticks);
                // A packet may be longer than it says.
                let (from, to) = (piece.clock.server(start), piece.clock.server(end) + 120_000.0);
                PieceVoice { piece, from, to, open: None }
            })
            .collect();
        Self { pieces, decoded: 0, clipped: 0 }
    }

    /// Adds the sound from server time `from` (µs) on, at 48 kHz of the server's clock.
    pub(crate) fn add(&mut self, from: f64, into: &mut [Frame]) -> Result<()> {
        let to = from + into.len() as f64 / RATE * 1e6;
        for voice in &mut self.pieces {
            if to < voice.from {
                continue;
            }
            if from > voice.to {
                voice.open = None;
                continue;
            }
            let scale = RATE / f64::from(voice.piece.index.timescale);
            // Within a block the clock is a line.
            let start = voice.piece.clock.ticks(from) * scale;
            let end = voice.piece.clock.ticks(to) * scale;
            if voice.open.is_none() {
                voice.open = Some(Window::open(voice.piece, start as i64)?);
            }
            let Some(window) = &mut voice.open else { continue };
            let found = window.reach(voice.piece, end as i64 + 3, scale)?;
            self.decoded += found.0;
            self.clipped += found.1;
            let step = (end - start) / into.len() as f64;
            let mut position = start;
            for frame in into.iter_mut() {
                let here = window.between(position);
                frame[0] += here[0];
                frame[1] += here[1];
                position += step;
            }
            window.forget(end as i64 - BEHIND);
        }
        Ok(())
    }
}

impl Window {
    fn open(piece: &Piece, start: i64) -> Result<Self> {
        let decoder = decoder()?;
        let file = File::open(&piece.path).of("opening", &piece.path)?;
        Ok(Self { file, at: 0, decoder, next: 0, first: start - BEHIND, frames: VecDeque::new() })
    }

    /// Decodes until `to` is there. How many samples, and how many of them touched the ceiling.
    fn reach(&mut self, piece: &Piece, to: i64, scale: f64) -> Result<(u64, u64)> {
        let (mut decoded, mut clipped) = (0, 0);
        while self.first + (self.frames.len() as i64) < to {
            let Some(sample) = piece.index.samples.get(self.next) else {
                self.place(to, &[]);
                break;
            };
            let start = (sample.ticks as f64 * scale).round() as i64;
            if start > to {
                self.place(start.min(to), &[]);
                break;
            }
            self.next += 1;
            let frames = self.decode(piece, sample)?;
            decoded += frames.len() as u64;
            clipped += frames.iter().filter(|frame| frame[0].abs().max(frame[1].abs()) > 0.999).count() as u64;
            self.place(start, &frames);
        }
        Ok((decoded, clipped))
    }

    fn decode(&mut self, piece: &Piece, sample: &Sample) -> Result<Vec<Frame>> {
        let mut bytes = vec![0; sample.size as usize];
        if self.at != sample.offset {
            self.file.seek(SeekFrom::Start(sample.offset)).of("reading", &piece.path)?;
        }
        self.file.read_exact(&mut bytes).of("reading", &piece.path)?;
        self.at = sample.offset + u64::from(sample.size);
        let mut frames = Vec::new();
        // A damaged packet is silence.
        if bytes.is_empty() || self.decoder.send_packet(&ff::Packet::copy(&bytes)).is_err() {
            return Ok(frames);
        }
        let mut decoded = ff::frame::Audio::empty();
        while self.decoder.receive_frame(&mut decoded).is_ok() {
            take(&decoded, &mut frames);
        }
        Ok(frames)
    }

    /// Silence up to `start`, then the frames; what is there already is kept.
    fn place(&mut self, start: i64, frames: &[Frame]) {
        let end = self.first + self.frames.len() as i64;
        if self.frames.is_empty() && start > self.first + 10 * RATE as i64 {
            self.first = start;
        } else if start > end {
            self.frames.resize(self.frames.len() + (start - end) as usize, [0.0; 2]);
        }
        let known = (self.first + self.frames.len() as i64 - start).max(0) as usize;
        self.frames.extend(frames.iter().skip(known));
    }

    fn get(&self, at: i64) -> Frame {
        usize::try_from(at - self.first).ok().and_then(|at| self.frames.get(at)).copied().unwrap_or([0.0; 2])
    }

    /// Catmull-Rom between four samples.
    fn between(&self, position: f64) -> Frame {
        let whole = position.floor();
        let (t, at) = ((position - whole) as f32, whole as i64);
        let (a, b, c, d) = (self.get(at - 1), self.get(at), self.get(at + 1), self.get(at + 2));
        std::array::from_fn(|n| {
            let slope = (c[n] - a[n]) * 0.5;
            let bend = a[n] - 2.5 * b[n] + 2.0 * c[n] - 0.5 * d[n];
            let twist = 1.5 * (b[n] - c[n]) + 0.5 * (d[n] - a[n]);
            ((twist * t + bend) * t + slope) * t + b[n]
        })
    }

    fn forget(&mut self, before: i64) {
        let gone = (before - self.first).clamp(0, self.frames.len() as i64);
        self.frames.drain(..gone as usize);
        self.first += gone;
    }
}

/// Interleaved or planar, 16 bits or float: as the decoder likes.
pub(crate) fn take(decoded: &ff::frame::Audio, frames: &mut Vec<Frame>) {
    use ff::format::Sample;
    use ff::format::sample::Type;
    let (count, two) = (decoded.samples(), decoded.channels() >= 2);
    let small = |value: i16| f32::from(value) / 32_768.0;
    match decoded.format() {
        Sample::I16(Type::Packed) if two => {
            frames.extend(decoded.plane::<(i16, i16)>(0).iter().map(|(left, right)| [small(*left), small(*right)]));
        }
        Sample::I16(_) => frames.extend(decoded.plane::<i16>(0).iter().map(|one| [small(*one); 2])),
        Sample::F32(Type::Packed) if two => {
            frames.extend(decoded.plane::<(f32, f32)>(0).iter().map(|(left, right)| [*left, *right]));
        }
        Sample::F32(Type::Planar) if two => {
            let (left, right) = (decoded.plane::<f32>(0), decoded.plane::<f32>(1));
            frames.extend(left.iter().zip(right).map(|(left, right)| [*left, *right]));
        }
        Sample::F32(_) => frames.extend(decoded.plane::<f32>(0).iter().map(|one| [*one; 2])),
        _ => frames.resize(frames.len() + count, [0.0; 2]),
    }
}

/// libopus answers each packet with its sound at once; FFmpeg's own decoder holds some back.
pub(crate) fn decoder() -> Result<ff::decoder::Audio> {
    let codec = ff::decoder::find_by_name("libopus").or_else(|| ff::decoder::find(ff::codec::Id::OPUS));
    let codec = codec.ok_or(FinishError::NoCodec("Opus"))?;
    ff::codec::Context::new_with_codec(codec).decoder().audio().of("opening Opus")
}
