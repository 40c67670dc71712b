//! JPEG files.

use super::stage::scaled;
use crate::error::{FinishError, OfCodec, OfFile, Result};
use crate::track::write_whole;
use ff::format::Pixel;
use ff::software::scaling;
use ffmpeg_next as ff;
use std::io::Write;
use std::path::Path;

/// FFmpeg's scale of 2 to 31; 4 shows nothing on text.
const QUALITY: usize = 4;
/// `FF_QP2LAMBDA`.
const STEP: usize = 118;

/// Writes a picture with this size.
pub(crate) fn write(
    path: &Path,
    picture: &ff::frame::Video,
    width: u32,
    height: u32,
    scalers: &mut Vec<scaling::Context>,
) -> Result<()> {
    let mut picture = scaled(scalers, picture, width & !1, height & !1, Pixel::YUVJ420P)?;
    picture.set_color_range(ff::color::Range::JPEG);
    let bytes = encoded(&mut picture)?;
    write_whole(path, |file| file.write_all(&bytes).of("writing", path))
}

fn encoded(picture: &mut ff::frame::Video) -> Result<Vec<u8>> {
    let codec = ff::encoder::find(ff::codec::Id::MJPEG).ok_or(FinishError::NoCodec("MJPEG"))?;
    let mut encoder = ff::codec::Context::new_with_codec(codec).encoder().video().of("setting up JPEG")?;
    encoder.set_width(picture.width());
    encoder.set_height(picture.height());
    encoder.set_format(Pixel::YUVJ420P);
    encoder.set_color_range(ff::color::Range::JPEG);
    encoder.set_time_base((1, 25));
    encoder.set_flags(ff::codec::Flags::QSCALE);
    encoder.set_quality(QUALITY * STEP);
    let mut encoder = encoder.open().of("opening JPEG")?;
    picture.set_pts(Some(0));
    encoder.send_frame(picture).of("encoding JPEG")?;
    encoder.send_eof().of("ending JPEG")?;
    let mut packet = ff::Packet::empty();
    encoder.receive_packet(&mut packet).of("encoding JPEG")?;
    Ok(packet.data().unwrap_or_default().to_vec())
}
