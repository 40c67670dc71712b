//! Repairs of one slot: which may go out again now, and under which number.

use std::time::{Duration, Instant};

/// Repairs may take a third of what the slot sends: enough for a fifth of packets lost, repairs included.
const SHARE: u64 = 3;
/// What may be repaired at once; a keyframe that was lost whole.
const MOST_SAVED: u64 = 48 << 10;
const REMEMBERED: usize = 256;

#[derive(Debug)]
pub(crate) struct Resend {
    /// Bytes that may still be repaired, times [`SHARE`].
    budget: u64,
    /// When each number was repaired last; made at the first repair.
    repaired: Vec<Option<(u64, Instant)>>,
    next: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Send,
    Repeated,
    NoBudget,
}

impl Resend {
    pub(crate) fn new(first: u16) -> Self {
        Self { budget: MOST_SAVED * SHARE, repaired: Vec::new(), next: u64::from(first) + (1 << 16) }
    }

    pub(crate) fn sent(&mut self, bytes: usize) {
        self.budget = (self.budget + bytes as u64).min(MOST_SAVED * SHARE);
    }

    pub(crate) fn judge(&mut self, now: Instant, index: u64, bytes: usize, round_trip: Duration) -> Verdict {
        if self.repaired.is_empty() {
            self.repaired = vec![None; REMEMBERED];
        }
        let place = &mut self.repaired[(index % REMEMBERED as u64) as usize];
        // A receiver that asks again sooner has not had time to see our answer.
        let recent = |(known, at): (u64, Instant)| {
            known == index && now.saturating_duration_since(at) < round_trip.max(Duration::from_millis(10))
        };
        if place.is_some_and(recent) {
            return Verdict::Repeated;
        }
        let cost = bytes as u64 * SHARE;
        if cost > self.budget {
            return Verdict::NoBudget;
        }
        self.budget -= cost;
        *place = Some((index, now));
        Verdict::Send
    }

    /// Numbers below `most` take turns.
    pub(crate) fn turn(&self, most: u64) -> u64 {
        self.next % most
    }

    /// A number of the repair stream, used once.
    pub(crate) fn number(&mut self) -> u16 {
        self.next += 1;
        self.next as u16
    }
}
