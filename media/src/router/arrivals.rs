//! When each packet of a publisher arrived, in its transport-wide count, until it has been told.

use crate::rtp::sequence;
use crate::rtp::transport_cc::{self, About};
use std::time::{Duration, Instant};

/// Packets remembered between two tellings; more than 100 ms of 100 Mbit/s.
const REMEMBERED: u64 = 2048;
/// A jump by more than this is a new count, not a loss.
const MOST_JUMP: u64 = REMEMBERED / 2;
/// Senders' estimators want to hear at least every 100 ms; the draft recommends 50 to 250.
const INTERVAL: Duration = Duration::from_millis(80);

#[derive(Debug)]
pub(crate) struct Arrivals {
    started: Instant,
    /// µs since `started`, plus one; 0 is missing.
    at: Box<[u64]>,
    /// First number not told of, and the one after the highest.
    base: u64,
    end: u64,
    media: u32,
    count: u8,
    due: Option<Instant>,
}

impl Arrivals {
    pub(crate) fn new(started: Instant) -> Self {
        let at = vec![0; REMEMBERED as usize].into_boxed_slice();
        Self { started, at, base: 0, end: 0, media: 0, count: 0, due: None }
    }

    pub(crate) fn record(&mut self, now: Instant, sequence: u16, media: u32) {
        self.media = media;
        if self.end == 0 {
            self.restart(u64::from(sequence) + (1 << 16));
        }
        let mut index = sequence::extend(self.end, sequence);
        if index.abs_diff(self.end) > MOST_JUMP || index.saturating_sub(self.base) >= REMEMBERED {
            index += 1 << 16;
            self.restart(index);
        } else if index < self.base {
            return;
        }
        while self.end <= index {
            let place = self.place(self.end);
            self.at[place] = 0;
            self.end += 1;
        }
        let place = self.place(index);
        if self.at[place] == 0 {
            self.at[place] = now.saturating_duration_since(self.started).as_micros() as u64 + 1;
        }
        self.due.get_or_insert(now + INTERVAL);
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// Appends one feedback packet. What does not fit stays due; a packet may be padded, so another needs its own compound.
    pub(crate) fn tell(&mut self, now: Instant, sender: u32, into: &mut Vec<u8>) {
        let about = About { sender, media: self.media, base: self.base as u16, count: self.count };
        let before = into.len();
        let covered = transport_cc::write(into, &about, (self.end - self.base) as usize, |i| {
            let at = self.at[self.place(self.base + i as u64)];
            (at != 0).then(|| at as i64 - 1)
        });
        self.count = self.count.wrapping_add(u8::from(into.len() > before));
        self.base = (self.base + covered.max(1) as u64).min(self.end);
        self.due = (self.base < self.end).then_some(now);
    }

    fn restart(&mut self, index: u64) {
        (self.base, self.end) = (index, index);
    }

    fn place(&self, index: u64) -> usize {
        (index % REMEMBERED) as usize
    }
}
