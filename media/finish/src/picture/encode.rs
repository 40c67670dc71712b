//! H.264 of composed pictures, as samples of an MP4.

use crate::boxes::avcc;
use crate::error::{FinishError, OfCodec, Result};
use ffmpeg_next as ff;

/// What a line has to carry, in kilobits a second.
pub(crate) const MOST_KBIT: u32 = 2500;
pub(crate) const MOST_KBIT_SMALL: u32 = 600;
/// Whole pictures are asked for; this many pictures without one never come.
const NEVER: u32 = 600;

pub(crate) struct Encoder {
    encoder: ff::encoder::video::Encoder,
    /// The body of `avcC`, known with the first picture.
    pub config: Option<Vec<u8>>,
}

/// A sample with NAL lengths of 4 bytes.
pub(crate) struct Encoded {
    pub bytes: Vec<u8>,
    pub at: i64,
    pub sync: bool,
}

impl Encoder {
    /// Times are in 1/90000 s.
    pub(crate) fn new(width: u32, height: u32, most_kbit: u32) -> Result<Self> {
        let codec = ff::encoder::find_by_name("libx264").ok_or(FinishError::NoCodec("libx264"))?;
        let mut encoder = ff::codec::Context::new_with_codec(codec).encoder().video().of("setting up H.264")?;
        encoder.set_width(width);
        encoder.set_height(height);
        encoder.set_format(ff::format::Pixel::YUV420P);
        encoder.set_time_base((1, 90_000));
        encoder.set_frame_rate(Some((30, 1)));
        encoder.set_gop(NEVER);
        encoder.set_max_b_frames(0);
        let mut options = ff::Dictionary::new();
        options.set("preset", "veryfast");
        options.set("crf", "23");
        options.set("maxrate", &format!("{most_kbit}k"));
        options.set("bufsize", &format!("{}k", 2 * most_kbit));
        options.set("profile", "high");
        // The level is fixed, so that parts that were encoded apart are decoded alike.
        options.set("level", "4.0");
        options.set("threads", "2");
        options.set("forced-idr", "1");
        let encoder = encoder.open_with(options).of("opening libx264")?;
        Ok(Self { encoder, config: None })
    }

    pub(crate) fn push(&mut self, frame: &mut ff::frame::Video, at: i64, whole: bool) -> Result<Vec<Encoded>> {
        frame.set_pts(Some(at));
        frame.set_kind(if whole { ff::picture::Type::I } else { ff::picture::Type::None });
        self.encoder.send_frame(frame).of("encoding H.264")?;
        Ok(self.drain())
    }

    pub(crate) fn finish(&mut self) -> Result<Vec<Encoded>> {
        self.encoder.send_eof().of("ending H.264")?;
        Ok(self.drain())
    }

    fn drain(&mut self) -> Vec<Encoded> {
        let mut ready = Vec::new();
        let mut packet = ff::Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            let (mut sps, mut pps, mut bytes) = (None, None, Vec::new());
            for nal in nals(packet.data().unwrap_or_default()) {
                match nal.first().map_or(0, |head| head & 0x1F) {
                    7 => sps = Some(nal),
                    8 => pps = Some(nal),
                    // Access unit delimiters and the encoder's own name.
                    0 | 6 | 9 => {}
                    _ => {
                        bytes.extend_from_slice(&(nal.len() as u32).to_be_bytes());
                        bytes.extend_from_slice(nal);
                    }
                }
            }
            if self.config.is_none() {
                self.config = sps.zip(pps).and_then(|(sps, pps)| avcc(sps, pps));
            }
            ready.push(Encoded { bytes, at: packet.pts().unwrap_or(0), sync: packet.is_key() });
        }
        ready
    }
}

/// NAL units between start codes (ITU-T H.264 annex B).
fn nals(bytes: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> =
        (0..bytes.len().saturating_sub(2)).filter(|at| bytes[*at..*at + 3] == [0, 0, 1]).map(|at| at + 3).collect();
    let ends = starts.iter().skip(1).map(|start| start - 3).chain([bytes.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| {
            let nal = &bytes[*from..to];
            // A start code of four bytes leaves its zero here; a NAL unit never ends with one.
            let end = nal.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
            &nal[..end]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_codes_of_three_and_four_bytes_are_found() {
        let bytes = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 9];
        assert_eq!(nals(&bytes), [&[0x67, 1, 2][..], &[0x68, 3], &[0x65, 9]]);
        assert!(nals(&[0, 0]).is_empty());
    }
}
