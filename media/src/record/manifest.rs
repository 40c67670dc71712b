//! The lines of a Recording's manifest, as they are written and read.

use super::Source;
use crate::ids::Layer;
use serde::{Deserialize, Serialize};

/// One line: what happened, and when by the server's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Microseconds since 1970, UTC.
    pub at: i64,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Began {
        format: u32,
        recording: String,
        session: String,
    },
    /// The server was killed and started again; what was open before is over.
    WentOn,
    Track {
        track: u32,
        kind: String,
        source: Source,
        participant: u64,
        name: String,
        /// It is the same picture as this Track, of a smaller layer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        small_of: Option<u32>,
    },
    /// A new file; `at` is when its first sample arrived.
    Segment {
        track: u32,
        segment: u32,
        file: String,
        codec: String,
        timescale: u32,
        width: u16,
        height: u16,
        layer: String,
    },
    /// A sender report: media time in ticks of the file, and the server's clock in microseconds.
    Clock {
        track: u32,
        segment: u32,
        media: i64,
        server: i64,
    },
    /// Ticks without samples.
    Gap {
        track: u32,
        segment: u32,
        from: i64,
        to: i64,
        cause: Cause,
    },
    Muted {
        track: u32,
        muted: bool,
    },
    TrackEnded {
        track: u32,
    },
    /// Somebody is in the Session from here on, or is not any more.
    Joined {
        participant: u64,
        name: String,
    },
    Left {
        participant: u64,
    },
    /// Nothing is recorded from here to `resumed`.
    Paused {
        by: String,
    },
    Resumed {
        by: String,
    },
    Speaker {
        track: u32,
    },
    Marker {
        text: String,
        by: String,
    },
    Chat {
        name: String,
        text: String,
    },
    Ended,
}

/// Why samples are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// They did not arrive.
    Lost,
}

pub(super) fn layer_word(layer: Layer) -> &'static str {
    match layer {
        Layer::Low => "low",
        Layer::Mid => "mid",
        Layer::High => "high",
    }
}
