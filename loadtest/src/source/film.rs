//! A film from files, over and over: H.264 pictures of an Annex B byte stream and Opus packets of an Ogg file.

use super::tone::FRAME as SOUND;
use super::{Frame, Lane, Source, SourceError};
use crate::clock::Moment;
use crate::h264;
use bytes::Bytes;
use std::path::Path;
use std::time::Duration;

/// Head and tags come first (RFC 7845 §3).
const HEADER_PACKETS: usize = 2;

pub(crate) struct Film {
    /// RTP payloads of each picture.
    pictures: Vec<Vec<Bytes>>,
    /// Each 20 ms; together exactly as long as the pictures, so that a new round keeps both together.
    sounds: Vec<Bytes>,
    rate: u32,
    next_picture: u64,
    next_sound: u64,
}

impl Film {
    /// `rate`: pictures a second.
    pub(crate) fn open(picture: &Path, sound: &Path, rate: u32) -> Result<Self, SourceError> {
        let read = |path: &Path| std::fs::read(path).map_err(|error| SourceError::File(path.to_owned(), error));
        Self::new(&read(picture)?, &read(sound)?, rate)
    }

    fn new(stream: &[u8], ogg: &[u8], rate: u32) -> Result<Self, SourceError> {
        let pictures: Vec<Vec<Bytes>> = pictures(stream).into_iter().map(h264::packetize).collect();
        let mut sounds = opus_packets(ogg).ok_or(SourceError::Film("the sound is not Opus in Ogg"))?;
        if pictures.is_empty() || rate == 0 {
            return Err(SourceError::Film("there is no picture in it"));
        }
        if !sounds.iter().all(|packet| lasts_20_ms(packet)) {
            return Err(SourceError::Film("its sound is not in packets of 20 ms"));
        }
        let (length, rest) = (pictures.len() * 50 / rate as usize, pictures.len() * 50 % rate as usize);
        if rest != 0 || sounds.len() < length {
            return Err(SourceError::Film("the sound is shorter than the pictures, or they end within 20 ms"));
        }
        sounds.truncate(length);
        Ok(Self { pictures, sounds, rate, next_picture: 0, next_sound: 0 })
    }

    fn picture_due(&self) -> Duration {
        Duration::from_nanos(self.next_picture * 1_000_000_000 / u64::from(self.rate))
    }

    fn sound_due(&self) -> Duration {
        SOUND * self.next_sound as u32
    }
}

impl Source for Film {
    fn due(&self) -> Duration {
        self.picture_due().min(self.sound_due())
    }

    fn produce(&mut self, elapsed: Duration, _now: Moment, frames: &mut Vec<Frame>) -> Result<(), SourceError> {
        while self.sound_due() <= elapsed {
            let packet = &self.sounds[self.next_sound as usize % self.sounds.len()];
            let payloads = vec![packet.clone()];
            frames.push(Frame { lane: Lane::Audio, time: self.sound_due(), payloads, level: None });
            self.next_sound += 1;
        }
        while self.picture_due() <= elapsed {
            let payloads = self.pictures[self.next_picture as usize % self.pictures.len()].clone();
            frames.push(Frame { lane: Lane::Video(0), time: self.picture_due(), payloads, level: None });
            self.next_picture += 1;
        }
        Ok(())
    }

    /// The next one comes when the film has it.
    fn want_key_frame(&mut self, _layer: usize) {}
}

/// NAL units of each picture: its slices and the parameter sets before them (H.264 §7.4.1.2.3), nothing else.
fn pictures(stream: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut pictures: Vec<Vec<&[u8]>> = Vec::new();
    let mut whole = true;
    for nal in h264::nal_units(stream) {
        let slice = match nal.first().map(|header| header & h264::TYPE_MASK) {
            Some(h264::TYPE_SLICE | h264::TYPE_IDR) => true,
            Some(h264::TYPE_SPS | h264::TYPE_PPS) => false,
            _ => continue,
        };
        // `first_mb_in_slice` is 0: its Exp-Golomb code is a single one.
        let begins = !slice || nal.get(1).is_some_and(|byte| byte & 0x80 != 0);
        if whole && begins {
            pictures.push(Vec::new());
        }
        if let Some(picture) = pictures.last_mut() {
            picture.push(nal);
        }
        whole = slice;
    }
    pictures
}

/// Packets behind the headers, put together from the lacing of all pages (RFC 3533 §6).
fn opus_packets(ogg: &[u8]) -> Option<Vec<Bytes>> {
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let (mut rest, mut packet) = (ogg, Vec::new());
    while !rest.is_empty() {
        let (header, behind) = rest.split_at_checked(27)?;
        if !header.starts_with(b"OggS") {
            return None;
        }
        let (lacing, mut body) = behind.split_at_checked(usize::from(header[26]))?;
        for &lace in lacing {
            let (piece, behind) = body.split_at_checked(usize::from(lace))?;
            packet.extend_from_slice(piece);
            body = behind;
            if lace < u8::MAX {
                packets.push(std::mem::take(&mut packet));
            }
        }
        rest = body;
    }
    let is_opus = packets.first().is_some_and(|head| head.starts_with(b"OpusHead"));
    is_opus.then(|| packets.into_iter().skip(HEADER_PACKETS).map(Bytes::from).collect())
}

/// RFC 6716 §3.1: one frame, of a configuration of 20 ms.
fn lasts_20_ms(packet: &[u8]) -> bool {
    let Some(toc) = packet.first() else { return false };
    let configuration = toc >> 3;
    let long = match configuration {
        0..=11 => configuration % 4 == 1,
        12..=15 => configuration % 2 == 1,
        _ => configuration % 4 == 3,
    };
    long && toc & 3 == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::source::tone::Tone;

    const CODE: [u8; 4] = [0, 0, 0, 1];

    /// A key picture of two slices and one that follows it, with what an encoder writes around them.
    fn stream() -> Vec<u8> {
        let nals: [&[u8]; 7] =
            [&[9, 0xf0], &[0x67, 66, 1], &[0x68, 3], &[6, 5, 1], &[0x65, 0x88, 1], &[0x65, 0x40, 2], &[0x41, 0x9a, 3]];
        nals.iter().flat_map(|nal| [&CODE[..], nal].concat()).collect()
    }

    /// Packets of 20 ms behind their headers, the second page beginning in the middle of one.
    fn ogg(count: usize) -> Vec<u8> {
        let mut tone = Tone::new().unwrap();
        let sounds = (0..count).map(|_| tone.next().unwrap().payload.to_vec());
        let long = [vec![b'O'; 1], b"pusTags".to_vec(), vec![0; 300]].concat();
        let packets: Vec<Vec<u8>> = [b"OpusHead\x01\x01".to_vec(), long].into_iter().chain(sounds).collect();
        let mut pieces: Vec<&[u8]> = Vec::new();
        for packet in &packets {
            pieces.extend(packet.chunks(255));
            if packet.len() % 255 == 0 {
                pieces.push(&[]);
            }
        }
        let page = |pieces: &[&[u8]]| {
            let mut page = vec![0; 27];
            page[..4].copy_from_slice(b"OggS");
            page[26] = pieces.len() as u8;
            page.extend(pieces.iter().map(|piece| piece.len() as u8));
            [page, pieces.concat()].concat()
        };
        pieces.chunks(2).flat_map(page).collect()
    }

    #[test]
    fn a_picture_is_its_slices_and_the_parameter_sets_before_them() {
        let stream = stream();
        let found = pictures(&stream);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [4, 1]);
        assert_eq!(found[0][0][0], 0x67);
        assert_eq!(found[1], [&[0x41, 0x9a, 3][..]]);
    }

    #[test]
    fn packets_are_put_together_across_pages() {
        assert_eq!(opus_packets(&ogg(5)).unwrap().len(), 5);
        assert!(opus_packets(&ogg(5)).unwrap().iter().all(|packet| lasts_20_ms(packet)));
        assert!(opus_packets(&ogg(5)[..200]).is_none(), "cut off");
        assert!(opus_packets(b"RIFF").is_none());
        assert!(!lasts_20_ms(&[(30 << 3) | 1]) && !lasts_20_ms(&[0]) && !lasts_20_ms(&[]));
    }

    #[test]
    fn a_new_round_goes_on_where_the_last_one_ended() {
        // Two pictures at 25 a second are 80 ms: four packets.
        let mut film = Film::new(&stream(), &ogg(6), 25).unwrap();
        let (mut frames, now) = (Vec::new(), clock::now());
        film.produce(Duration::from_millis(239), now, &mut frames).unwrap();
        let of = |lane| frames.iter().filter(move |frame| frame.lane == lane);
        let times: Vec<u128> = of(Lane::Video(0)).map(|frame| frame.time.as_millis()).collect();
        assert_eq!(times, [0, 40, 80, 120, 160, 200]);
        let sounds: Vec<&Frame> = of(Lane::Audio).collect();
        assert_eq!(sounds.len(), 12);
        assert_eq!((sounds[4].time.as_millis(), &sounds[4].payloads), (80, &sounds[0].payloads));
        assert_eq!(film.due(), Duration::from_millis(240));
    }

    #[test]
    fn a_film_whose_sound_is_too_short_is_refused() {
        assert!(Film::new(&stream(), &ogg(3), 25).is_err());
        assert!(Film::new(&[], &ogg(3), 25).is_err());
    }
}
