//! What is shown and heard where nobody shows or says anything: a card, and silence. A player must never run out of either.
//!
//! The card was made by
//! `ffmpeg -f lavfi -i "color=c=0x15201C:s=640x360,drawtext=font=Noto Sans CJK SC:text=现在没有画面:fontcolor=0xB3C2BA:fontsize=26:x=(w-tw)/2:y=(h-th)/2"
//! -frames:v 1 -pix_fmt yuv420p -c:v libx264 -profile:v baseline -level 3.0 -crf 26 card.h264`.

use crate::samples::Configuration;

const CARD: &[u8] = include_bytes!("card.h264");
/// A frame of 1024 ticks of AAC-LC, 48 kHz, stereo, that holds nothing.
pub(super) const SILENCE: [u8; 6] = [0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c];

/// One whole picture.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) configuration: Configuration,
    /// As a sample: NAL units with their lengths.
    pub(super) picture: Vec<u8>,
}

impl Card {
    pub(super) fn new() -> Self {
        let (mut sps, mut pps, mut picture) = (Vec::new(), Vec::new(), Vec::new());
        for nal in nal_units(CARD) {
            match nal.first().map(|first| first & 0x1f) {
                Some(7) => sps = nal.to_vec(),
                Some(8) => pps = nal.to_vec(),
                Some(5) => {
                    picture.extend((nal.len() as u32).to_be_bytes());
                    picture.extend(nal);
                }
                _ => {}
            }
        }
        Self { configuration: Configuration::H264 { sps, pps }, picture }
    }
}

/// ITU-T H.264 Annex B.
fn nal_units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts: Vec<usize> =
        (0..stream.len()).filter(|&at| stream[at..].starts_with(&[0, 0, 1])).map(|at| at + 3).collect();
    let ends: Vec<usize> = starts.iter().skip(1).map(|at| at - 3).chain([stream.len()]).collect();
    starts.into_iter().zip(ends).map(|(from, to)| {
        let nal = &stream[from..to];
        let length = nal.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        &nal[..length]
    })
}
