//! Record: Tracks as they arrive become files that lose nothing when the machine stops, and a manifest that says what they
//! are.
//!
//! All of this is told the time and touches no file: [`Capture`] is fed what crosses to the tap, and says what is to be
//! written ([`Write`]) and which layers it wants of the shards. `driver::recorder` owns the files. docs/recording.md tells
//! the format.

mod capture;
mod manifest;
mod segment;
#[cfg(test)]
mod tests;
mod track;

pub use capture::{Capture, Demand, Stood, Write};
pub use manifest::{Cause, Event, Line};

use crate::sdp::Kind;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// The manifest of a Recording, in its folder.
pub const MANIFEST: &str = "manifest.jsonl";

/// A moment: for what waits, and for what is written down.
#[derive(Debug, Clone, Copy)]
pub struct At {
    pub now: Instant,
    /// Microseconds since 1970, UTC.
    pub wall_us: i64,
}

/// What a Track shows or lets hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Microphone,
    Camera,
    Screen,
    ScreenAudio,
}

impl Source {
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Microphone | Self::ScreenAudio => Kind::Audio,
            Self::Camera | Self::Screen => Kind::Video,
        }
    }
}

/// Whose a Track is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackFacts {
    pub source: Source,
    pub participant: u64,
    pub name: String,
}
