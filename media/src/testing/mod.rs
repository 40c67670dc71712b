//! Clients and a network made of code, for tests: a virtual clock, seeded randomness, no sockets.

pub(crate) mod camera;
pub(crate) mod client;
#[cfg(test)]
pub(crate) mod heap;
pub(crate) mod house;
pub(crate) mod network;
pub(crate) mod offer;
pub(crate) mod sink;
pub(crate) mod source;
mod wire;

pub(crate) use client::{ClientConfig, TestClient};
pub(crate) use network::{Line, Network};

use crate::transport::{Identity, Path};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

pub(crate) const MS: Duration = Duration::from_millis(1);

/// Some moment to count from; tests add durations to it.
#[expect(clippy::disallowed_methods, reason = "an Instant can be had no other way; no test looks at it twice")]
pub(crate) fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// The way by which datagrams from an address come.
pub(crate) fn path(remote: SocketAddr) -> Path {
    Path::udp(remote)
}

/// One server certificate for all tests.
pub(crate) fn identity() -> Arc<Identity> {
    static IDENTITY: OnceLock<Arc<Identity>> = OnceLock::new();
    IDENTITY.get_or_init(|| Arc::new(Identity::generate().unwrap())).clone()
}

/// A small generator whose numbers depend on its seed only (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// True in `percent` of 100 calls.
    pub(crate) fn chance(&mut self, percent: f64) -> bool {
        ((self.next() >> 11) as f64 / (1_u64 << 53) as f64) * 100.0 < percent
    }
}
