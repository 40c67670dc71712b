//! A network of virtual lines with delay, jitter and seeded loss.

use super::Seeded;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Headers around each datagram.
const IP_UDP: usize = 28;

/// How the line of one client treats datagrams in both directions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) delay: Duration,
    pub(crate) jitter: Duration,
    pub(crate) loss_up: f64,
    pub(crate) loss_down: f64,
    /// The narrowest place on the way down, and how long its queue may get. What passes it stays in order.
    pub(crate) rate_down: Option<u64>,
    pub(crate) queue: Duration,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            delay: Duration::from_millis(20),
            jitter: Duration::ZERO,
            loss_up: 0.0,
            loss_down: 0.0,
            rate_down: None,
            queue: Duration::from_millis(300),
        }
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
    narrows: HashMap<SocketAddr, Narrow>,
}

/// A bottleneck: when it is free again, when its last datagram arrives, and what was sent towards it.
#[derive(Default)]
pub(crate) struct Narrow {
    free_at: Option<Instant>,
    arrives_at: Option<Instant>,
    pub(crate) offered: Vec<(Instant, usize)>,
}

impl Narrow {
    fn pass(&mut self, now: Instant, bytes: usize, (rate, queue): (u64, Duration), rest: Duration) -> Option<Instant> {
        self.offered.push((now, bytes));
        let free_at = self.free_at.unwrap_or(now).max(now);
        if free_at - now > queue {
            return None;
        }
        let through = free_at + Duration::from_secs_f64(bytes as f64 * 8.0 / rate as f64);
        self.free_at = Some(through);
        let arrival = self.arrives_at.map_or(through + rest, |before| before.max(through + rest));
        self.arrives_at = Some(arrival);
        Some(arrival)
    }
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Seeded(seed),
            lines: HashMap::new(),
            flying: BTreeMap::new(),
            sent: 0,
            lost: 0,
            narrows: HashMap::new(),
        }
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
        let arrival = match line.rate_down.filter(|_| !datagram.up) {
            None => Some(now + line.delay + jitter),
            Some(rate) => {
                let narrow = self.narrows.entry(datagram.client).or_default();
                narrow.pass(now, datagram.bytes.len() + IP_UDP, (rate, line.queue), line.delay + jitter)
            }
        };
        let Some(arrival) = arrival else {
            self.lost += 1;
            return;
        };
        self.sent += 1;
        self.flying.insert((arrival, self.sent), datagram);
    }

    /// Bits per second that were sent towards a bottleneck between two moments.
    pub(crate) fn offered_bps(&self, client: SocketAddr, from: Instant, to: Instant) -> u64 {
        let Some(narrow) = self.narrows.get(&client) else { return 0 };
        let inside = narrow.offered.iter().filter(|(at, _)| *at >= from && *at < to);
        let bytes: usize = inside.map(|(_, bytes)| bytes).sum();
        (bytes as f64 * 8.0 / (to - from).as_secs_f64()) as u64
    }

    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.flying.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn receive(&mut self, now: Instant) -> Option<Datagram> {
        let first = self.flying.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(first.remove())
    }
}
