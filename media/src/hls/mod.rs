//! Live HLS: what is on the stage of a Session becomes CMAF segments of 2 s that any HTTP cache can hand on (RFC 8216).
//!
//! All of this is told the time and touches nothing: [`Cast`] is fed what crosses to the tap and the AAC that a child makes of
//! the voices, and makes pieces; [`Shelf`] keeps the last of them and writes the playlists. `driver::tap` owns threads and
//! the child. docs/live-hls.md tells the format.

mod card;
mod cast;
mod clock;
mod feed;
mod lane;
mod shelf;
mod sound;
#[cfg(test)]
mod tests;

pub use cast::{Cast, CastTrack, CastView, Segments};
pub use shelf::{Beginning, Piece, Proven, Rendition, Shelf};
pub use sound::VoicePacket;

/// How long a segment is.
pub const SEGMENT_MS: u64 = 2000;
/// What a playlist holds: enough for a player that is 6 s behind and loses two requests.
const WINDOW: usize = 6;
/// Segments that have left the playlist and can still be fetched: players are slow, caches too.
const KEPT: usize = 18;
