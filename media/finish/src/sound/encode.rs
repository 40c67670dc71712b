//! AAC-LC, 48 kHz, two channels.

use super::Frame;
use crate::error::{FinishError, OfCodec, Result};
use ff::format::Sample;
use ff::format::sample::Type;
use ffmpeg_next as ff;

/// Frames in a packet.
pub(crate) const PACKET: usize = 1024;

pub(crate) struct Encoder {
    encoder: ff::encoder::audio::Encoder,
    waiting: Vec<Frame>,
    sent: i64,
    /// The first packet is what the encoder says before the first sound. Without it packet n begins at frame n × 1024.
    primed: bool,
}

impl Encoder {
    pub(crate) fn new(bits_per_second: usize) -> Result<Self> {
        let codec = ff::encoder::find(ff::codec::Id::AAC).ok_or(FinishError::NoCodec("AAC"))?;
        let mut encoder = ff::codec::Context::new_with_codec(codec).encoder().audio().of("setting up AAC")?;
        encoder.set_rate(48_000);
        encoder.set_format(Sample::F32(Type::Planar));
        encoder.set_channel_layout(ff::ChannelLayout::STEREO);
        encoder.set_bit_rate(bits_per_second);
        encoder.set_time_base((1, 48_000));
        let encoder = encoder.open().of("opening AAC")?;
        Ok(Self { encoder, waiting: Vec::new(), sent: 0, primed: false })
    }

    /// Packets that are ready, in order.
    pub(crate) fn push(&mut self, frames: &[Frame], mut ready: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.waiting.extend_from_slice(frames);
        let mut from = 0;
        while self.waiting.len() - from >= PACKET {
            self.send(from, PACKET)?;
            from += PACKET;
            self.drain(&mut ready)?;
        }
        self.waiting.drain(..from);
        Ok(())
    }

    pub(crate) fn finish(&mut self, mut ready: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if !self.waiting.is_empty() {
            self.waiting.resize(PACKET, [0.0; 2]);
            self.send(0, PACKET)?;
            self.waiting.clear();
        }
        self.encoder.send_eof().of("ending AAC")?;
        self.drain(&mut ready)
    }

    fn send(&mut self, from: usize, count: usize) -> Result<()> {
        let mut frame = ff::frame::Audio::new(Sample::F32(Type::Planar), count, ff::ChannelLayout::STEREO);
        frame.set_rate(48_000);
        frame.set_pts(Some(self.sent));
        for channel in 0..2 {
            let plane = frame.plane_mut::<f32>(channel);
            for (to, sample) in plane.iter_mut().zip(&self.waiting[from..from + count]) {
                *to = sample[channel];
            }
        }
        self.sent += count as i64;
        self.encoder.send_frame(&frame).of("encoding AAC")
    }

    fn drain(&mut self, ready: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut packet = ff::Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            if !std::mem::replace(&mut self.primed, true) {
                continue;
            }
            ready(packet.data().unwrap_or_default())?;
        }
        Ok(())
    }
}
