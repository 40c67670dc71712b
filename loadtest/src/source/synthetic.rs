//! Packets of a chosen rate that look like H.264 and Opus to a server, each with a stamp that tells who made it and when.

use super::canvas::{Canvas, Colour};
use super::encoder::LayerEncoder;
use super::tone::FRAME as SOUND;
use super::{Frame, Lane, Source, SourceError};
use crate::clock::Moment;
use crate::h264;
use bytes::{BufMut, Bytes, BytesMut};
use std::time::Duration;

const PICTURES_PER_SECOND: u32 = 30;
/// A key frame that nobody asked for, as encoders send.
const KEY_FRAME_EVERY: u64 = 10 * PICTURES_PER_SECOND as u64;
/// Opus at about 32 kbit/s.
const SOUND_LEN: usize = 80;
/// Opus TOC: CELT, fullband, 20 ms, mono, one frame (RFC 6716 §3.1).
const OPUS_TOC: u8 = 31 << 3;
/// Fills pictures; not a start code, whatever follows.
const FILLER: u8 = 0xa5;

/// The largest RTP packet, as browsers send: 2 Mbit/s are 30 × 7 of them a second.
const PACKET: usize = 1_200;
/// Of which an RTP header with the extensions for `mid` and transport-wide numbers takes this much (RFC 8285 §4.2).
pub(crate) const HEADER: usize = 12 + 4 + 8;

/// What a stamped payload tells: who made it and when, and the how-many-th of its lane it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Number of the publisher among all of this run.
    pub(crate) publisher: u16,
    pub(crate) counter: u32,
    pub(crate) unix_us: u64,
}

impl Stamp {
    const MAGIC: u16 = 0x4c43;
    pub(crate) const LEN: usize = 16;
    /// Behind the FU-A headers of a picture.
    const IN_PICTURE: usize = 2;
    /// Behind the TOC byte of a sound.
    const IN_SOUND: usize = 1;

    fn put(self, payload: &mut BytesMut) {
        payload.put_u16(Self::MAGIC);
        payload.put_u16(self.publisher);
        payload.put_u32(self.counter);
        payload.put_u64(self.unix_us);
    }

    fn read(payload: &[u8], at: usize) -> Option<Self> {
        let stamp: &[u8; Self::LEN] = payload.get(at..at + Self::LEN)?.try_into().ok()?;
        let (magic, rest) = stamp.split_first_chunk::<2>()?;
        let (publisher, rest) = rest.split_first_chunk::<2>()?;
        let (counter, unix_us) = rest.split_first_chunk::<4>()?;
        (u16::from_be_bytes(*magic) == Self::MAGIC).then(|| Self {
            publisher: u16::from_be_bytes(*publisher),
            counter: u32::from_be_bytes(*counter),
            unix_us: u64::from_be_bytes(unix_us.try_into().unwrap_or_default()),
        })
    }

    pub(crate) fn of_picture(payload: &[u8]) -> Option<Self> {
        Self::read(payload, Self::IN_PICTURE)
    }

    pub(crate) fn of_sound(payload: &[u8]) -> Option<Self> {
        Self::read(payload, Self::IN_SOUND)
    }
}

pub(crate) struct Synthetic {
    publisher: u16,
    parameter_sets: Bytes,
    /// Payload bytes of each packet of a picture.
    pieces: Vec<usize>,
    key_frame_wanted: bool,
    pictures: u64,
    picture_counter: u32,
    sounds: u64,
}

impl Synthetic {
    pub(crate) fn new(publisher: u16, bits_per_second: u64) -> Result<Self, SourceError> {
        let sets = LayerEncoder::parameter_sets(&Canvas::new(1, Colour::rgb(0)))?;
        let parameter_sets = h264::packetize(sets.iter().map(Vec::as_slice)).swap_remove(0);
        let bytes = (bits_per_second / 8 / u64::from(PICTURES_PER_SECOND)) as usize;
        // A fragmented unit has two pieces at least (RFC 6184 §5.8).
        let count = bytes.div_ceil(PACKET).max(2);
        let piece = (bytes / count).saturating_sub(HEADER).max(Stamp::LEN + 8);
        Ok(Self {
            publisher,
            parameter_sets,
            pieces: vec![piece; count],
            key_frame_wanted: true,
            pictures: 0,
            picture_counter: 0,
            sounds: 0,
        })
    }

    /// Stamps so far: of pictures' packets, and of sounds.
    pub(crate) fn stamped(&self) -> (u32, u32) {
        (self.picture_counter, self.sounds as u32)
    }

    /// Video packets a second, without parameter sets.
    #[cfg(test)]
    pub(crate) fn packets_per_second(&self) -> usize {
        self.pieces.len() * PICTURES_PER_SECOND as usize
    }

    fn picture(&mut self, time: Duration, unix_us: u64) -> Frame {
        let key = std::mem::take(&mut self.key_frame_wanted) || self.pictures.is_multiple_of(KEY_FRAME_EVERY);
        let header = if key { h264::IDR_HEADER } else { h264::SLICE_HEADER };
        let mut payloads = Vec::with_capacity(self.pieces.len() + 1);
        if key {
            payloads.push(self.parameter_sets.clone());
        }
        let last = self.pieces.len() - 1;
        for (index, len) in self.pieces.iter().enumerate() {
            let mut piece = BytesMut::with_capacity(*len);
            Stamp { publisher: self.publisher, counter: self.picture_counter, unix_us }.put(&mut piece);
            piece.resize(len - 2, FILLER);
            payloads.push(h264::fu_a(header, index == 0, index == last, &piece));
            self.picture_counter = self.picture_counter.wrapping_add(1);
        }
        Frame { lane: Lane::Video(0), time, payloads, level: None }
    }

    fn sound(&self, time: Duration, unix_us: u64) -> Frame {
        let mut payload = BytesMut::with_capacity(SOUND_LEN);
        payload.put_u8(OPUS_TOC);
        Stamp { publisher: self.publisher, counter: self.sounds as u32, unix_us }.put(&mut payload);
        payload.resize(SOUND_LEN, FILLER);
        Frame { lane: Lane::Audio, time, payloads: vec![payload.freeze()], level: Some(self.level()) }
    }

    /// One publisher is clearly louder than the next, so that it does not change who is heard.
    fn level(&self) -> u8 {
        (20 + 3 * self.publisher.min(30)) as u8
    }

    fn next_picture(&self) -> Duration {
        Duration::from_nanos(self.pictures * 1_000_000_000 / u64::from(PICTURES_PER_SECOND))
    }

    fn next_sound(&self) -> Duration {
        SOUND * self.sounds as u32
    }
}

impl Source for Synthetic {
    fn due(&self) -> Duration {
        self.next_picture().min(self.next_sound())
    }

    fn produce(&mut self, elapsed: Duration, now: Moment, frames: &mut Vec<Frame>) -> Result<(), SourceError> {
        while self.next_sound() <= elapsed {
            frames.push(self.sound(self.next_sound(), now.unix_us));
            self.sounds += 1;
        }
        while self.next_picture() <= elapsed {
            let frame = self.picture(self.next_picture(), now.unix_us);
            frames.push(frame);
            self.pictures += 1;
        }
        Ok(())
    }

    fn want_key_frame(&mut self, _layer: usize) {
        self.key_frame_wanted = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn frames_of(source: &mut Synthetic, seconds: u64) -> Vec<Frame> {
        let (mut frames, now) = (Vec::new(), clock::now());
        let mut elapsed = Duration::ZERO;
        while elapsed < Duration::from_secs(seconds) {
            source.produce(elapsed, now, &mut frames).unwrap();
            elapsed = source.due();
        }
        frames
    }

    #[test]
    fn the_rate_is_what_was_asked_for() {
        for bits in [64_000u64, 500_000, 1_500_000, 2_016_000, 4_000_000] {
            let frames = frames_of(&mut Synthetic::new(0, bits).unwrap(), 4);
            let pictures = || frames.iter().filter(|f| f.lane == Lane::Video(0)).flat_map(|f| &f.payloads);
            assert!(pictures().all(|payload| payload.len() + HEADER <= PACKET));
            let video: usize = pictures().map(|payload| payload.len() + HEADER).sum();
            let rate = video as f64 * 8.0 / 4.0;
            assert!((rate / bits as f64 - 1.0).abs() < 0.03, "{rate} for {bits}");
            assert_eq!(frames.iter().filter(|f| f.lane == Lane::Audio).count(), 200);
        }
    }

    #[test]
    fn two_megabits_are_seven_full_packets_a_picture() {
        let source = Synthetic::new(0, 2_016_000).unwrap();
        assert_eq!(source.pieces, [PACKET - HEADER; 7]);
    }

    #[test]
    fn every_packet_but_the_parameter_sets_carries_its_place_and_time() {
        let mut source = Synthetic::new(0, 1_500_000).unwrap();
        let frames = frames_of(&mut source, 1);
        let pictures = frames.iter().filter(|f| f.lane == Lane::Video(0)).flat_map(|f| &f.payloads);
        let stamps: Vec<u32> = pictures.filter_map(|p| Stamp::of_picture(p)).map(|s| s.counter).collect();
        assert_eq!(stamps, (0..source.packets_per_second() as u32).collect::<Vec<_>>());
        let sounds = frames.iter().filter(|f| f.lane == Lane::Audio).flat_map(|f| &f.payloads);
        assert_eq!(sounds.filter_map(|p| Stamp::of_sound(p)).count(), 50);
        assert_eq!(Stamp::of_picture(&source.parameter_sets), None);
        assert_eq!(Stamp::of_picture(&[1, 2, 3]), None);
    }

    #[test]
    fn a_key_frame_comes_first_and_when_asked_for() {
        let mut source = Synthetic::new(0, 1_500_000).unwrap();
        let keys = |frames: &[Frame]| {
            frames
                .iter()
                .filter(|f| f.lane == Lane::Video(0))
                .map(|f| h264::starts_key_frame(&f.payloads[0]))
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&frames_of(&mut source, 1)).iter().filter(|k| **k).count(), 1);
        source.want_key_frame(0);
        assert!(keys(&[source.picture(Duration::ZERO, 0)])[0]);
        assert!(!keys(&[source.picture(Duration::ZERO, 0)])[0]);
    }
}
