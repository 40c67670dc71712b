//! The SFU: a sans-IO core that is told the time, and a driver that owns the sockets, threads and clock.
//!
//! This crate knows numbers ([`PeerId`], [`TrackId`]), never people.

mod by_number;
pub mod driver;
pub mod egress;
pub mod ids;
pub mod router;
pub mod rtp;
pub mod sdp;
pub mod sfu;
#[cfg(test)]
mod testing;
pub mod transport;

pub use ids::{Layer, LineStep, Mid, PeerId, Rank, TrackId, Want};
