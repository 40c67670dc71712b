//! A network of virtual lines with delay, jitter and seeded loss.

use super::Seeded;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How the line of one client treats datagrams in both directions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) delay: Duration,
    pub(crate) jitter: Duration,
    pub(crate) loss_up: f64,
    pub(crate) loss_down: f64,
}

impl Default for Line {
    fn default() -> Self {
        Self { delay: Duration::from_millis(20), jitter: Duration::ZERO, loss_up: 0.0, loss_down: 0.0 }
    }
}

/// A datagram on its way. `client` names the line; `up` is client to server.
#[derive(Debug, Clone)]
pub(crate) struct Datagram {
    pub(crate) client: SocketAddr,
    pub(crate) up: bool,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Network {
    random: Seeded,
    lines: HashMap<SocketAddr, Line>,
    flying: BTreeMap<(Instant, u64), Datagram>,
    sent: u64,
    pub(crate) lost: u64,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Seeded(seed), lines: HashMap::new(), flying: BTreeMap::new(), sent: 0, lost: 0 }
    }

    pub(crate) fn set_line(&mut self, client: SocketAddr, line: Line) {
        self.lines.insert(client, line);
    }

    pub(crate) fn send(&mut self, now: Instant, datagram: Datagram) {
        let line = self.lines.get(&datagram.client).copied().unwrap_or_default();
        let loss = if datagram.up { line.loss_up } else { line.loss_down };
        if loss > 0.0 && self.random.chance(loss) {
            self.lost += 1;
            return;
        }
        let jitter = line.jitter.mul_f64(self.random.next() as f64 / u64::MAX as f64);
        self.sent += 1;
        self.flying.insert((now + line.delay + jitter, self.sent), datagram);
    }

    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.flying.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn receive(&mut self, now: Instant) -> Option<Datagram> {
        let first = self.flying.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(first.remove())
    }
}
