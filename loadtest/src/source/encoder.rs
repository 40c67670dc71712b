//! One H.264 layer: constrained baseline, level 3.1 at most, parameter sets with each key frame.

use super::SourceError;
use crate::h264;
use bytes::Bytes;
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, Level, Profile, RateControlMode, UsageType,
};
use openh264::formats::YUVSource;

pub(crate) struct LayerEncoder {
    encoder: Encoder,
    key_frame_wanted: bool,
}

impl LayerEncoder {
    pub(crate) fn new(bits_per_second: u32, frames_per_second: f32) -> Result<Self, SourceError> {
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(bits_per_second))
            .max_frame_rate(FrameRate::from_hz(frames_per_second))
            .rate_control_mode(RateControlMode::Bitrate)
            // Without leave to skip a picture the encoder can't keep to its rate.
            .skip_frames(true)
            .usage_type(UsageType::CameraVideoRealTime)
            .profile(Profile::Baseline)
            .level(Level::Level_3_1)
            .complexity(Complexity::Low)
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .num_threads(1);
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
        Ok(Self { encoder, key_frame_wanted: false })
    }

    pub(crate) fn want_key_frame(&mut self) {
        self.key_frame_wanted = true;
    }

    /// RTP payloads of one picture; none when the encoder skipped it.
    pub(crate) fn encode(&mut self, picture: &impl YUVSource) -> Result<Vec<Bytes>, SourceError> {
        Ok(h264::packetize(h264::nal_units(&self.encode_stream(picture)?)))
    }

    fn encode_stream(&mut self, picture: &impl YUVSource) -> Result<Vec<u8>, SourceError> {
        if std::mem::take(&mut self.key_frame_wanted) {
            self.encoder.force_intra_frame();
        }
        Ok(self.encoder.encode(picture)?.to_vec())
    }

    /// Parameter sets as this encoder writes them for pictures of this size.
    pub(crate) fn parameter_sets(picture: &impl YUVSource) -> Result<Vec<Vec<u8>>, SourceError> {
        let stream = Self::new(500_000, 30.0)?.encode_stream(picture)?;
        Ok(h264::nal_units(&stream)
            .into_iter()
            .filter(|nal| matches!(nal[0] & 0x1f, 7 | 8))
            .map(<[u8]>::to_vec)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::scene::Scene;
    use openh264::decoder::Decoder;
    use std::time::Duration;

    fn frame(scene: &mut Scene, encoder: &mut LayerEncoder, number: u64) -> Vec<u8> {
        let time = Duration::from_millis(number * 66);
        encoder.encode_stream(scene.draw(time, 1_700_000_000_000_000 + number * 66_000)).unwrap()
    }

    #[test]
    fn three_layers_decode_to_three_sizes_and_move() {
        for (scale, size) in [(4, (320, 180)), (2, (640, 360)), (1, (1280, 720))] {
            let (mut scene, mut encoder) = (Scene::new(scale), LayerEncoder::new(1_000_000, 15.0).unwrap());
            let mut decoder = Decoder::new().unwrap();
            let mut lumas = Vec::new();
            for number in 0..4 {
                let stream = frame(&mut scene, &mut encoder, number * 4);
                let decoded = decoder.decode(&stream).unwrap().expect("each picture comes out at once");
                assert_eq!(decoded.dimensions(), size);
                lumas.push(decoded.y().to_vec());
            }
            assert_ne!(lumas[0], lumas[3]);
        }
    }

    #[test]
    fn a_key_frame_comes_when_asked_for_and_only_then() {
        let (mut scene, mut encoder) = (Scene::new(4), LayerEncoder::new(150_000, 15.0).unwrap());
        let mut key_frames = Vec::new();
        for number in 0..40 {
            if number == 23 {
                encoder.want_key_frame();
            }
            let stream = frame(&mut scene, &mut encoder, number);
            let types: Vec<u8> = h264::nal_units(&stream).iter().map(|nal| nal[0] & 0x1f).collect();
            if types.contains(&5) {
                assert!(types.contains(&7) && types.contains(&8), "parameter sets come with each key frame");
                key_frames.push(number);
            }
        }
        assert_eq!(key_frames, [0, 23]);
    }

    #[test]
    fn the_stream_is_what_the_offer_says() {
        let sets = LayerEncoder::parameter_sets(Scene::new(1).draw(Duration::ZERO, 0)).unwrap();
        let [profile, constraints, level] = [sets[0][1], sets[0][2], sets[0][3]];
        assert_eq!(profile, 0x42, "baseline");
        assert_eq!(constraints & 0xc0, 0xc0, "constrained");
        assert!(level <= 0x1f, "level 3.1 at most");
    }
}
