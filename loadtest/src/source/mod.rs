//! What a publisher sends: a drawn lesson with a clock and a tone, a film from files, or a synthetic load of a chosen rate.

mod canvas;
mod encoder;
mod film;
mod font;
mod lesson;
mod scene;
mod synthetic;
mod tone;

use crate::clock::Moment;
use bytes::Bytes;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use film::Film;
pub(crate) use lesson::Lesson;
pub(crate) use synthetic::{Stamp, Synthetic};

/// Where a frame belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lane {
    Audio,
    /// The number of a simulcast layer, the smallest picture first; 0 when there is only one.
    Video(usize),
}

/// One encoded picture or 20 ms of sound, cut into RTP payloads.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) lane: Lane,
    /// Media time since the source began; audio and video share its zero.
    pub(crate) time: Duration,
    pub(crate) payloads: Vec<Bytes>,
    /// RFC 6464 level of an audio frame: 0 is the loudest, 127 is silence.
    pub(crate) level: Option<u8>,
}

/// Makes frames when they are due. Time is given, never read.
pub(crate) trait Source: Send {
    /// When the next frame is due, since the source began.
    fn due(&self) -> Duration;
    /// Appends every frame that is due at `elapsed`.
    fn produce(&mut self, elapsed: Duration, now: Moment, frames: &mut Vec<Frame>) -> Result<(), SourceError>;
    /// The next picture of this layer must be a key frame.
    fn want_key_frame(&mut self, layer: usize);
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("encoding a picture")]
    Picture(#[from] openh264::Error),
    #[error("encoding sound")]
    Sound(#[from] opus::Error),
    #[error("reading {}", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    #[error("the film cannot be published: {0}")]
    Film(&'static str),
}
