//! Packets in order become samples: whole pictures, and pieces of sound.

use super::order::Packet;
use crate::rtp::vp8::{self, Descriptor};
use crate::sdp::{Codec, ParameterSets};

const NAL: u8 = 0x1f;
const IDR: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
const DELIMITER: u8 = 9;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
/// A picture that is larger is none.
const LARGEST_PICTURE: usize = 4 << 20;

/// What a decoder has to know before the first sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Configuration {
    Opus,
    /// AAC-LC, 48 kHz, stereo: nobody sends it, live HLS is made of it.
    Aac,
    H264 {
        sps: Vec<u8>,
        pps: Vec<u8>,
    },
    Vp8 {
        width: u16,
        height: u16,
    },
}

/// One sample as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    /// RTP timestamp.
    pub(crate) timestamp: u32,
    pub(crate) keyframe: bool,
    pub(crate) data: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Assembled {
    /// From here on; before the keyframe that it belongs to.
    Configuration(Configuration),
    Sample(Sample),
    /// Pictures are missing until the next keyframe, which has to be asked for.
    Broken,
}

/// Of one run of packets.
#[derive(Debug)]
pub(crate) struct Assembler {
    codec: Codec,
    picture: Option<Picture>,
    /// No picture can be made until a keyframe comes.
    broken: bool,
    sps: Vec<u8>,
    pps: Vec<u8>,
    told: Option<Configuration>,
    out: Vec<Assembled>,
}

#[derive(Debug)]
struct Picture {
    timestamp: u32,
    keyframe: bool,
    data: Vec<u8>,
    /// A NAL unit that comes in fragments: where its length stands.
    open: Option<usize>,
    whole: bool,
}

impl Assembler {
    /// `sets`: what the offer told; what comes with the pictures takes their place.
    pub(crate) fn new(codec: Codec, sets: Option<&ParameterSets>) -> Self {
        let video = codec != Codec::Opus;
        let (sps, pps) = sets.map(|sets| (sets.sps.clone(), sets.pps.clone())).unwrap_or_default();
        Self { codec, picture: None, broken: video, sps, pps, told: None, out: Vec::new() }
    }

    /// The next packet. What comes of it is fetched by [`Self::take`].
    pub(crate) fn push(&mut self, packet: &Packet) {
        if packet.payload.is_empty() {
            return;
        }
        if self.codec == Codec::Opus {
            self.configure(Configuration::Opus);
            let sample = Sample { timestamp: packet.timestamp, keyframe: true, data: packet.payload.clone() };
            self.out.push(Assembled::Sample(sample));
            return;
        }
        if self.picture.as_ref().is_some_and(|picture| picture.timestamp != packet.timestamp) {
            self.finish_picture();
        }
        let timestamp = packet.timestamp;
        let fresh = Picture { timestamp, keyframe: false, data: Vec::new(), open: None, whole: true };
        let mut picture = self.picture.take().unwrap_or(fresh);
        match self.codec {
            Codec::H264 => self.add_h264(&mut picture, &packet.payload),
            _ => self.add_vp8(&mut picture, packet),
        }
        picture.whole &= picture.data.len() <= LARGEST_PICTURE;
        self.picture = Some(picture);
        if packet.marker {
            self.finish_picture();
        }
    }

    /// Packets are missing here.
    pub(crate) fn miss(&mut self) {
        if self.codec == Codec::Opus {
            return;
        }
        self.picture = None;
        self.break_off();
    }

    pub(crate) fn take(&mut self) -> std::vec::Drain<'_, Assembled> {
        self.out.drain(..)
    }

    fn break_off(&mut self) {
        self.broken = true;
        self.out.push(Assembled::Broken);
    }

    fn configure(&mut self, configuration: Configuration) {
        if self.told.as_ref() != Some(&configuration) {
            self.told = Some(configuration.clone());
            self.out.push(Assembled::Configuration(configuration));
        }
    }

    fn finish_picture(&mut self) {
        let Some(picture) = self.picture.take() else { return };
        if !picture.whole || picture.open.is_some() {
            if !self.broken {
                self.break_off();
            }
            return;
        }
        if picture.data.is_empty() || (self.broken && !picture.keyframe) {
            return;
        }
        if picture.keyframe {
            match self.configuration(&picture.data) {
                Some(configuration) => self.configure(configuration),
                None => return self.break_off(),
            }
            self.broken = false;
        }
        let Picture { timestamp, keyframe, data, .. } = picture;
        self.out.push(Assembled::Sample(Sample { timestamp, keyframe, data }));
    }

    /// That of a keyframe; none when it is not known.
    fn configuration(&self, picture: &[u8]) -> Option<Configuration> {
        match self.codec {
            Codec::Opus => Some(Configuration::Opus),
            Codec::H264 => {
                let known = self.sps.len() >= 4 && !self.pps.is_empty();
                known.then(|| Configuration::H264 { sps: self.sps.clone(), pps: self.pps.clone() })
            }
            // RFC 6386 §9.1: three bytes of frame tag, a start code, then 14 bits each of width and height.
            Codec::Vp8 => {
                let [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = *picture else { return None };
                let size = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
                Some(Configuration::Vp8 { width: size(w0, w1), height: size(h0, h1) })
            }
        }
    }

    fn add_vp8(&mut self, picture: &mut Picture, packet: &Packet) {
        let Some(found) = Descriptor::parse(&packet.payload) else {
            picture.whole = false;
            return;
        };
        if picture.data.is_empty() {
            picture.whole &= found.starts_frame;
            picture.keyframe = vp8::begins_keyframe(&packet.payload);
        }
        picture.data.extend_from_slice(&packet.payload[found.length..]);
    }

    /// RFC 6184 §5.6–5.8.
    fn add_h264(&mut self, picture: &mut Picture, payload: &[u8]) {
        let Some((&first, rest)) = payload.split_first() else { return };
        match first & NAL {
            STAP_A => {
                let mut rest = rest;
                while let [high, low, tail @ ..] = rest {
                    let length = usize::from(u16::from_be_bytes([*high, *low]));
                    let Some((nal, next)) = tail.split_at_checked(length) else {
                        picture.whole = false;
                        return;
                    };
                    self.add_nal(picture, nal);
                    rest = next;
                }
            }
            FU_A => self.add_fragment(picture, first, rest),
            1..=23 => {
                picture.whole &= picture.open.is_none();
                self.add_nal(picture, payload);
            }
            // Interleaved modes are not negotiated.
            _ => picture.whole = false,
        }
    }

    fn add_nal(&mut self, picture: &mut Picture, nal: &[u8]) {
        let Some(&first) = nal.first() else { return };
        match first & NAL {
            SPS => self.sps = nal.to_vec(),
            PPS => self.pps = nal.to_vec(),
            DELIMITER => {}
            kind => {
                picture.keyframe |= kind == IDR;
                picture.data.extend_from_slice(&(nal.len() as u32).to_be_bytes());
                picture.data.extend_from_slice(nal);
            }
        }
    }

    fn add_fragment(&mut self, picture: &mut Picture, indicator: u8, rest: &[u8]) {
        let Some((&header, body)) = rest.split_first() else {
            picture.whole = false;
            return;
        };
        let (begins, ends) = (header & 0x80 != 0, header & 0x40 != 0);
        if begins {
            picture.whole &= picture.open.is_none();
            picture.keyframe |= header & NAL == IDR;
            picture.open = Some(picture.data.len());
            picture.data.extend_from_slice(&[0; 4]);
            picture.data.push((indicator & 0xe0) | (header & NAL));
        }
        let Some(at) = picture.open else {
            picture.whole = false;
            return;
        };
        picture.data.extend_from_slice(body);
        if ends {
            picture.open = None;
            let length = (picture.data.len() - at - 4) as u32;
            picture.data[at..at + 4].copy_from_slice(&length.to_be_bytes());
            if matches!(picture.data[at + 4] & NAL, SPS | PPS) {
                // Nobody cuts these into pieces; whoever does, sends them where samples stand.
                picture.whole = false;
            }
        }
    }
}
