//! Members that cost next to nothing, so that hundreds of them fit beside the server that they load.
//!
//! They speak the whole protocol — ICE, DTLS, SRTP, reports, NACK and RTX — but never look deeper into a picture than its
//! first bytes. The assembled peer connection costs 10 µs a packet; this costs below one.

mod crowd;
mod dtls;
mod header;
mod ice;
mod meters;
mod peer;
mod publishers;
mod reception;
mod srtp;
mod transport_cc;
mod uplink;

pub(crate) use crowd::{Crowd, CrowdReport, SeenResult, StreamResult, ViewerResult};
pub(crate) use dtls::Identity;
pub(crate) use meters::Meters;
#[cfg(test)]
pub(crate) use meters::Milestones;
pub(crate) use peer::LightPeer;
pub(crate) use publishers::{Published, Publishers};

#[cfg(test)]
mod tests;
