//! Packets of one run in the order of their numbers: late ones are waited for, as long as a repair may still come.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A repair that comes later than this was asked for in vain: publishers keep a second.
const PATIENCE: Duration = Duration::from_millis(1200);
/// More than a second of 8 Mbit/s.
const MOST_WAITING: usize = 1500;

/// One packet, kept until its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) keyframe: bool,
    /// None in a number that carried nothing.
    pub(crate) payload: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Packet(Packet),
    /// Numbers that did not come and are not waited for any more.
    Missing,
}

#[derive(Debug, Default)]
pub(crate) struct Order {
    next: Option<u64>,
    waiting: BTreeMap<u64, Packet>,
    /// Since when the next one is missing.
    missing_since: Option<Instant>,
}

impl Order {
    /// The first one sets where the numbers begin.
    pub(crate) fn push(&mut self, index: u64, packet: Packet) {
        if index >= *self.next.get_or_insert(index) {
            self.waiting.insert(index, packet);
        }
    }

    pub(crate) fn pop(&mut self, now: Instant) -> Option<Next> {
        let next = self.next?;
        let (&first, _) = self.waiting.first_key_value()?;
        if first == next {
            self.missing_since = None;
            self.next = Some(next + 1);
            return self.waiting.pop_first().map(|(_, packet)| Next::Packet(packet));
        }
        let since = *self.missing_since.get_or_insert(now);
        if now.saturating_duration_since(since) < PATIENCE && self.waiting.len() < MOST_WAITING {
            return None;
        }
        self.missing_since = None;
        self.next = Some(first);
        Some(Next::Missing)
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Nothing more comes: what is here is all there is.
    pub(crate) fn drain(&mut self) -> Option<Next> {
        let next = self.next?;
        let (&first, _) = self.waiting.first_key_value()?;
        if first == next {
            self.next = Some(next + 1);
            return self.waiting.pop_first().map(|(_, packet)| Next::Packet(packet));
        }
        self.next = Some(first);
        Some(Next::Missing)
    }
}
