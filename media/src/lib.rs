//! The SFU: a sans-IO core that is told the time, and a driver that owns the sockets, threads and clock.
//!
//! This crate knows numbers ([`PeerId`], [`TrackId`]), never people.

mod by_number;
pub mod driver;
pub mod egress;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod hls;
pub mod ids;
mod prefetch;
pub mod record;
pub mod router;
pub mod rtp;
mod samples;
pub mod sdp;
pub mod sfu;
#[cfg(any(test, fuzzing))]
#[expect(clippy::unwrap_used, reason = "what cannot be set up has to fail")]
#[cfg_attr(fuzzing, allow(dead_code, unused_imports, reason = "fuzzers use only some of what tests use"))]
mod testing;
pub mod transport;

pub use ids::{Layer, LineStep, Mid, PeerId, Rank, ShardNumber, TrackId, Want};
