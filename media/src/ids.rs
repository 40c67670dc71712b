//! The numbers by which the media plane knows peers, tracks, m-lines and layers.

use std::fmt;

/// One WebRTC transport. Chosen by the caller, never used again while the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// One published stream. Chosen by the caller, never used again while the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u64);

/// A shard among those of one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardNumber(u8);

impl ShardNumber {
    /// Shards of one server: a set of them is one machine word, with one bit left for the tap.
    pub const MOST: usize = 63;
    /// Not a shard: the recorder, to which Tracks cross as they cross to shards.
    pub const TAP: Self = Self(Self::MOST as u8);

    /// `None` from [`Self::MOST`] on.
    #[must_use]
    pub fn new(number: usize) -> Option<Self> {
        (number < Self::MOST).then_some(Self(number as u8))
    }

    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The set of this shard alone.
    pub(crate) fn bit(self) -> u64 {
        1 << self.0
    }
}

/// The identification tag of an m-line (RFC 5888); at most 16 bytes, as RFC 8843 clients send it in a header extension.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mid {
    bytes: [u8; 16],
    len: u8,
}

impl Mid {
    /// `None` when empty, longer than 16 bytes, or not an RFC 4566 token.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let ok = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&b);
        if text.is_empty() || text.len() > 16 || !text.bytes().all(ok) {
            return None;
        }
        let mut bytes = [0; 16];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(Self { bytes, len: text.len() as u8 })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).expect("a Mid is made of ASCII only")
    }
}

impl fmt::Debug for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mid({})", self.as_str())
    }
}

impl fmt::Display for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A simulcast layer, smallest first. A Track without simulcast has only `High`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Low = 0,
    Mid = 1,
    High = 2,
}

/// What a slot is wished to show of its track, and how dear it is when the receiver's line cannot carry everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Want {
    /// The largest layer to send.
    pub max: Layer,
    pub rank: Rank,
}

impl Want {
    /// A picture that is looked at.
    #[must_use]
    pub const fn main(max: Layer) -> Self {
        Self { max, rank: Rank::Main }
    }
}

/// In which order pictures are kept on a weak line, dearest first. Sound comes before all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    Screen,
    Main,
    Other,
}

/// What the line of a receiver carries of what is wished, from everything to the least.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineStep {
    /// Everything.
    #[default]
    Full,
    /// Some picture is smaller than wished or missing, but a camera flows (or, where none is wished, the screen).
    Reduced,
    /// The screen without any camera that is wished.
    ScreenOnly,
    SoundOnly,
}
