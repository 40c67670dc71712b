//! Opus packets of a live Session in, one AAC track out: a child that reads stdin and writes stdout as long as there is something
//! to read (docs/recording.md tells the framing).
//!
//! Voices are added up on one line of 48 kHz ticks. What is 200 ms old is final: a packet that comes later is left out, and a
//! voice that says nothing is silence.

use crate::error::{FinishError, Result};
use crate::sound::Frame;
use crate::sound::encode::{Encoder, PACKET};
use crate::sound::level::Limiter;
use crate::sound::voice::{decoder, take};
use ffmpeg_next as ff;
use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};

const BITS_PER_SECOND: usize = 80_000;
/// Voices wait so long for each other, in ticks.
const WAIT: i64 = 9600;
/// A clock that is this little off its last packet goes on where that ended, in ticks: 5 ms.
const NEAR: i64 = 240;
/// After a hole this long the line begins anew, in ticks: 10 s.
const LONGEST_HOLE: i64 = 480_000;
/// Ticks since 1970 are less for some thousand years.
const LATEST: i64 = 1 << 53;
/// A packet of 120 ms at the highest rate is less.
const LARGEST: usize = 16 << 10;
/// Decoders of voices that fell silent are let go above this.
const MOST_VOICES: usize = 64;

struct Voice {
    decoder: ff::decoder::Audio,
    /// Where its last packet ended.
    end: i64,
}

struct Line {
    voices: HashMap<u16, Voice>,
    /// What is not final yet, from tick `from` on.
    sum: VecDeque<Frame>,
    from: i64,
    newest: i64,
    limiter: Limiter,
    encoder: Encoder,
    /// When the next AAC frame is.
    at: i64,
}

/// Until stdin ends; then everything that was heard is written.
pub(crate) fn aac(input: &mut impl Read, output: &mut impl Write) -> Result<()> {
    let mut line: Option<Line> = None;
    while let Some((voice, at, packet)) = packet(input)? {
        if line.as_ref().is_some_and(|line| at - line.newest > LONGEST_HOLE)
            && let Some(mut line) = line.take()
        {
            line.finish(output)?;
        }
        let line = match &mut line {
            Some(line) => line,
            none => none.insert(Line::new(at)?),
        };
        line.hear(voice, at, &packet)?;
        line.write(line.newest - WAIT, output)?;
        output.flush().map_err(|_| FinishError::Unreadable("nobody listens"))?;
    }
    match line {
        Some(mut line) => line.finish(output),
        None => Ok(()),
    }
}

/// Length of what follows (u32), voice (u16), ticks (i64), Opus; big-endian. None at the end, also of a torn one.
fn packet(input: &mut impl Read) -> Result<Option<(u16, i64, Vec<u8>)>> {
    let mut head = [0; 14];
    if input.read_exact(&mut head).is_err() {
        return Ok(None);
    }
    let [a, b, c, d, e, f, rest @ ..] = head;
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    let Some(length) = length.checked_sub(10).filter(|length| *length <= LARGEST) else {
        return Err(FinishError::Unreadable("a packet of no sensible length"));
    };
    let mut packet = vec![0; length];
    if input.read_exact(&mut packet).is_err() {
        return Ok(None);
    }
    let at = i64::from_be_bytes(rest);
    if !(0..LATEST).contains(&at) {
        return Err(FinishError::Unreadable("a packet of no sensible time"));
    }
    Ok(Some((u16::from_be_bytes([e, f]), at, packet)))
}

impl Line {
    fn new(at: i64) -> Result<Self> {
        Ok(Self {
            voices: HashMap::new(),
            sum: VecDeque::new(),
            from: at,
            newest: at,
            limiter: Limiter::new(1.0),
            encoder: Encoder::new(BITS_PER_SECOND)?,
            at,
        })
    }

    /// An empty packet only tells how late it is.
    fn hear(&mut self, number: u16, at: i64, packet: &[u8]) -> Result<()> {
        self.newest = self.newest.max(at);
        if packet.is_empty() {
            return Ok(());
        }
        if self.voices.len() >= MOST_VOICES && !self.voices.contains_key(&number) {
            let from = self.from;
            self.voices.retain(|_, voice| voice.end >= from);
        }
        let voice = match self.voices.entry(number) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(Voice { decoder: decoder()?, end: i64::MIN / 2 })
            }
        };
        let start = if (at - voice.end).abs() <= NEAR { voice.end } else { at };
        let mut frames = Vec::new();
        if voice.decoder.send_packet(&ff::Packet::copy(packet)).is_ok() {
            let mut decoded = ff::frame::Audio::empty();
            while voice.decoder.receive_frame(&mut decoded).is_ok() {
                take(&decoded, &mut frames);
            }
        }
        voice.end = start + frames.len() as i64;
        self.newest = self.newest.max(voice.end);
        for (tick, frame) in (start..).zip(frames) {
            let Ok(at) = usize::try_from(tick - self.from) else { continue };
            if at >= self.sum.len() {
                self.sum.resize(at + 1, [0.0; 2]);
            }
            self.sum[at][0] += frame[0];
            self.sum[at][1] += frame[1];
        }
        Ok(())
    }

    /// Encodes what is before `until`.
    fn write(&mut self, until: i64, output: &mut impl Write) -> Result<()> {
        let count = usize::try_from(until - self.from).unwrap_or(0) / PACKET * PACKET;
        if count == 0 {
            return Ok(());
        }
        if self.sum.len() < count {
            self.sum.resize(count, [0.0; 2]);
        }
        let block: Vec<Frame> = self.sum.drain(..count).collect();
        self.from += count as i64;
        let (limited, at) = (self.limiter.run(&block), &mut self.at);
        self.encoder.push(&limited, |frame| put(at, frame, output))
    }

    fn finish(&mut self, output: &mut impl Write) -> Result<()> {
        let left = self.newest - self.from;
        self.write(self.from + (left + PACKET as i64 - 1) / PACKET as i64 * PACKET as i64, output)?;
        let at = &mut self.at;
        self.encoder.push(&self.limiter.flush(), |frame| put(at, frame, output))?;
        self.encoder.finish(|frame| put(at, frame, output))
    }
}

/// Length of what follows (u32), ticks (i64), AAC-LC; big-endian.
fn put(at: &mut i64, frame: &[u8], output: &mut impl Write) -> Result<()> {
    let head = [&(frame.len() as u32 + 8).to_be_bytes()[..], &at.to_be_bytes()].concat();
    *at += PACKET as i64;
    output
        .write_all(&head)
        .and_then(|()| output.write_all(frame))
        .map_err(|_| FinishError::Unreadable("nobody listens"))
}
