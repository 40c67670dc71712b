//! All sound of a Recording as one track: decoded, put on the time line of the server, mixed, levelled and encoded.

pub(crate) mod encode;
pub(crate) mod level;
pub(crate) mod mix;
pub(crate) mod voice;

/// Two channels at 48 kHz.
pub(crate) type Frame = [f32; 2];

/// The loudness that speech of a replay has, and the highest peak (EBU R 128 for the net: -16 LUFS, -1.5 dB).
pub(crate) const LOUDNESS: f64 = -16.0;
pub(crate) const PEAK: f32 = 0.84;
/// Whispering is lifted, a hum of the room is not made thunder.
pub(crate) const MOST_GAIN: f64 = 20.0;
