//! What viewers measure.

use crate::stats::Histogram;
use std::net::SocketAddr;
use std::time::Instant;

/// What all viewers of a thread measure together.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    /// Only what arrives while this is set counts below.
    pub(crate) measuring: bool,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) retransmitted: u64,
    /// Padding alone, with which a server tries how much more the line takes.
    pub(crate) probes: u64,
    /// Stamped at the publisher to arrival here; repaired packets left out.
    pub(crate) latency: Histogram,
    pub(crate) refused: u64,
}

/// When this viewer reached what; `None` if never.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Milestones {
    pub(crate) offered: Instant,
    pub(crate) connected: Option<Instant>,
    pub(crate) first_media: Option<Instant>,
    pub(crate) first_key_frame: Option<Instant>,
}

/// Datagrams to one address: all of `segment` bytes, but for the last one, which may be shorter.
#[derive(Debug)]
pub(crate) struct Datagrams {
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
    pub(crate) segment: usize,
}
