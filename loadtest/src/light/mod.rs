//! A viewer that costs next to nothing, so that hundreds of them fit beside the server that they load.
//!
//! It speaks the whole protocol — ICE, DTLS, SRTP, receiver reports, NACK and RTX — but never looks deeper into a picture
//! than its first bytes. The assembled peer connection costs 10 µs a packet; this costs below one.

mod crowd;
mod dtls;
mod ice;
mod peer;
mod reception;
mod srtp;
mod transport_cc;

pub(crate) use crowd::{Crowd, CrowdReport, StreamResult, ViewerResult};
pub(crate) use dtls::Identity;
pub(crate) use peer::LightPeer;
#[cfg(test)]
pub(crate) use peer::Milestones;

#[cfg(test)]
pub(crate) use peer::Meters;
#[cfg(test)]
mod tests;
