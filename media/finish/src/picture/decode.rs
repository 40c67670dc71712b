//! Decodes a video track along the replay.

use crate::error::{FinishError, OfCodec, OfFile, Result};
use crate::index::{Codec, Sample};
use crate::recording::{Piece, Stream};
use crate::timeline::Timeline;
use ffmpeg_next as ff;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// One decoder for samples of one configuration.
pub(crate) struct Decoder {
    decoder: ff::decoder::Video,
    /// NAL units have lengths of this many bytes; 0 where the samples are as the decoder wants them.
    lengths: usize,
    /// SPS and PPS with start codes, put before whole pictures.
    head: Vec<u8>,
}

impl Decoder {
    pub(crate) fn new(codec: &Codec) -> Result<Self> {
        let (id, name, lengths, head) = match codec {
            Codec::H264(config) => {
                let (lengths, head) =
                    parameter_sets(config).ok_or(FinishError::Unreadable("an H.264 configuration"))?;
                (ff::codec::Id::H264, "H.264", lengths, head)
            }
            Codec::Vp8 => (ff::codec::Id::VP8, "VP8", 0, Vec::new()),
            Codec::Opus | Codec::Unknown => return Err(FinishError::NoCodec("codec of this track")),
        };
        let codec = ff::decoder::find(id).ok_or(FinishError::NoCodec(name))?;
        let mut context = ff::codec::Context::new_with_codec(codec);
        // Nothing is reordered, so a picture comes out with its own packet; more threads would only delay it.
        context.set_flags(ff::codec::Flags::LOW_DELAY);
        context.set_threading(ff::codec::threading::Config::count(1));
        Ok(Self { decoder: context.decoder().video().of("opening a decoder")?, lengths, head })
    }

    /// Damaged samples are passed over.
    pub(crate) fn decode(&mut self, bytes: &[u8], sync: bool, at: i64) -> Option<ff::frame::Video> {
        let mut packet = if self.lengths == 0 {
            ff::Packet::copy(bytes)
        } else {
            let mut stream = if sync { self.head.clone() } else { Vec::new() };
            start_codes(bytes, self.lengths, &mut stream);
            ff::Packet::copy(&stream)
        };
        packet.set_pts(Some(at));
        self.decoder.send_packet(&packet).ok()?;
        self.receive()
    }

    pub(crate) fn receive(&mut self) -> Option<ff::frame::Video> {
        let mut frame = ff::frame::Video::empty();
        self.decoder.receive_frame(&mut frame).ok()?;
        (frame.width() > 0 && frame.height() > 0).then_some(frame)
    }

    /// What the decoder still held.
    pub(crate) fn rest(&mut self) -> Option<ff::frame::Video> {
        let _ = self.decoder.send_eof();
        self.receive()
    }
}

/// Length of NAL lengths, and all parameter sets with start codes (ISO/IEC 14496-15 §5.3.3.1).
fn parameter_sets(config: &[u8]) -> Option<(usize, Vec<u8>)> {
    let lengths = usize::from(config.get(4)? & 3) + 1;
    let mut head = Vec::new();
    let mut at = 5;
    for mask in [0x1F, 0xFF] {
        let count = config.get(at)? & mask;
        at += 1;
        for _ in 0..count {
            let length = usize::from(u16::from_be_bytes(config.get(at..at + 2)?.try_into().ok()?));
            head.extend_from_slice(&[0, 0, 0, 1]);
            head.extend_from_slice(config.get(at + 2..at + 2 + length)?);
            at += 2 + length;
        }
    }
    Some((lengths, head))
}

fn start_codes(mut bytes: &[u8], lengths: usize, into: &mut Vec<u8>) {
    while let Some((length, rest)) = bytes.split_at_checked(lengths) {
        let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)).min(rest.len());
        into.extend_from_slice(&[0, 0, 0, 1]);
        into.extend_from_slice(&rest[..length]);
        bytes = &rest[length..];
    }
}

/// A video track along the replay: the picture that stands at a moment.
pub(crate) struct Feed<'a> {
    stream: &'a Stream,
    timeline: &'a Timeline,
    piece: usize,
    sample: usize,
    open: Option<(File, Decoder)>,
    ready: VecDeque<(f64, ff::frame::Video)>,
    current: Option<ff::frame::Video>,
}

impl<'a> Feed<'a> {
    /// Begins with the whole picture before `from` (µs of the replay).
    pub(crate) fn new(stream: &'a Stream, timeline: &'a Timeline, from: f64) -> Self {
        let (mut piece, mut sample) = (0, 0);
        'search: for (at, found) in stream.pieces.iter().enumerate() {
            for (number, shot) in found.index.samples.iter().enumerate() {
                if timeline.place_or_cut(found.clock.server(shot.ticks)) > from {
                    break 'search;
                }
                if shot.sync {
                    (piece, sample) = (at, number);
                }
            }
        }
        Self { stream, timeline, piece, sample, open: None, ready: VecDeque::new(), current: None }
    }

    /// The picture at a moment, and whether it is another one than the last time.
    pub(crate) fn at(&mut self, moment: f64) -> Result<(Option<&ff::frame::Video>, bool)> {
        while let Some((piece, sample)) = self.next() {
            if self.timeline.place_or_cut(piece.clock.server(sample.ticks)) > moment {
                break;
            }
            self.decode(piece, sample)?;
        }
        let mut changed = false;
        while self.ready.front().is_some_and(|(at, _)| *at <= moment) {
            self.current = self.ready.pop_front().map(|(_, frame)| frame);
            changed = true;
        }
        Ok((self.current.as_ref(), changed))
    }

    fn next(&self) -> Option<(&'a Piece, Sample)> {
        let piece = self.stream.pieces.get(self.piece)?;
        piece.index.samples.get(self.sample).map(|sample| (piece, *sample))
    }

    fn decode(&mut self, piece: &Piece, sample: Sample) -> Result<()> {
        if self.open.is_none() {
            let file = File::open(&piece.path).of("opening", &piece.path)?;
            self.open = Some((file, Decoder::new(&piece.index.codec)?));
        }
        let Some((file, decoder)) = &mut self.open else { return Ok(()) };
        let mut bytes = vec![0; sample.size as usize];
        file.seek(SeekFrom::Start(sample.offset)).of("reading", &piece.path)?;
        file.read_exact(&mut bytes).of("reading", &piece.path)?;
        let mut decoded: Vec<_> = decoder.decode(&bytes, sample.sync, sample.ticks).into_iter().collect();
        decoded.extend(std::iter::from_fn(|| decoder.receive()));
        self.sample += 1;
        if self.sample == piece.index.samples.len() {
            decoded.extend(std::iter::from_fn(|| decoder.rest()));
            (self.piece, self.sample, self.open) = (self.piece + 1, 0, None);
        }
        for frame in decoded {
            // What was filmed in a pause is never shown.
            if let Some(at) = self.timeline.place(piece.clock.server(frame.pts().unwrap_or(sample.ticks))) {
                self.ready.push_back((at, frame));
            }
        }
        Ok(())
    }
}
