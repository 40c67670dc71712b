//! The last packets of one layer, stored once for all receivers: forwarding and repairs both read from here.

use crate::rtp::vp8::Temporal;
use std::time::{Duration, Instant};

/// How much of the past a repair may need: a receiver asks again for about a second.
const SPAN: Duration = Duration::from_secs(1);

/// How large a ring may get; all are powers of two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RingSize {
    pub(crate) entries: usize,
    pub(crate) first_bytes: usize,
    pub(crate) most_bytes: usize,
}

impl RingSize {
    /// 50 packets a second, some hundred bytes each.
    pub(crate) const AUDIO: Self = Self { entries: 128, first_bytes: 16 << 10, most_bytes: 64 << 10 };
    /// A second of 8 Mbit/s fits into the most; most layers stay at the first size or one doubling above.
    pub(crate) const VIDEO: Self = Self { entries: 1024, first_bytes: 64 << 10, most_bytes: 1 << 20 };
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Sequence number in the publisher's space, extended to 64 bits.
    pub(crate) index: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    /// A keyframe begins in this packet.
    pub(crate) keyframe: bool,
    /// RFC 6464 byte.
    pub(crate) level: Option<u8>,
    pub(crate) temporal: Option<Temporal>,
    start: u64,
    length: u16,
}

impl Entry {
    pub(crate) fn facts(&self) -> Facts {
        let Self { index, timestamp, marker, keyframe, level, temporal, .. } = *self;
        Facts { index, timestamp, marker, keyframe, level, temporal }
    }

    /// Whether this packet of the same ring arrived after `other`.
    pub(crate) fn came_after(&self, other: &Self) -> bool {
        self.start > other.start
    }
}

/// What is known of a packet besides its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) index: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) keyframe: bool,
    pub(crate) level: Option<u8>,
    /// Of VP8 with temporal layers.
    pub(crate) temporal: Option<Temporal>,
}

#[derive(Debug)]
pub(crate) struct Ring {
    entries: Box<[Option<Entry>]>,
    bytes: Vec<u8>,
    /// Bytes ever written; a packet lives while it is within `bytes.len()` of this.
    head: u64,
    most_bytes: usize,
    lap_began: Option<Instant>,
}

impl Ring {
    pub(crate) fn new(size: RingSize) -> Self {
        Self {
            entries: vec![None; size.entries].into_boxed_slice(),
            bytes: vec![0; size.first_bytes],
            head: 0,
            most_bytes: size.most_bytes,
            lap_began: None,
        }
    }

    pub(crate) fn push(&mut self, now: Instant, facts: Facts, payload: &[u8]) {
        let Ok(length) = u16::try_from(payload.len()) else { return };
        if payload.len() > self.bytes.len() {
            return;
        }
        let mut at = self.position(self.head);
        if at + payload.len() > self.bytes.len() {
            self.head += (self.bytes.len() - at) as u64;
            self.finish_lap(now);
            at = self.position(self.head);
        }
        if at == 0 {
            self.lap_began.get_or_insert(now);
        }
        self.bytes[at..at + payload.len()].copy_from_slice(payload);
        let slot = self.slot(facts.index);
        self.entries[slot] = Some(Entry {
            index: facts.index,
            timestamp: facts.timestamp,
            marker: facts.marker,
            keyframe: facts.keyframe,
            level: facts.level,
            temporal: facts.temporal,
            start: self.head,
            length,
        });
        self.head += u64::from(length);
    }

    pub(crate) fn get(&self, index: u64) -> Option<(&Entry, &[u8])> {
        let entry = self.entries[self.slot(index)].as_ref().filter(|entry| entry.index == index)?;
        self.is_whole(entry).then(|| {
            let at = self.position(entry.start);
            (entry, &self.bytes[at..at + usize::from(entry.length)])
        })
    }

    /// Whether nothing that follows this packet had arrived before it.
    pub(crate) fn was_newest(&self, entry: &Entry, highest: u64) -> bool {
        let followers = entry.index + 1..=highest;
        highest - entry.index < self.entries.len() as u64
            && followers.filter_map(|index| self.get(index)).all(|(follower, _)| follower.came_after(entry))
    }

    fn is_whole(&self, entry: &Entry) -> bool {
        self.head - entry.start <= self.bytes.len() as u64
    }

    fn slot(&self, index: u64) -> usize {
        // A power of two, as all sizes here.
        index as usize & (self.entries.len() - 1)
    }

    fn position(&self, offset: u64) -> usize {
        offset as usize & (self.bytes.len() - 1)
    }

    /// The writer is back at the beginning: when that took less than the span, the ring is too small.
    fn finish_lap(&mut self, now: Instant) {
        let short = self.lap_began.replace(now).is_some_and(|began| now.saturating_duration_since(began) < SPAN);
        if !short || self.bytes.len() * 2 > self.most_bytes {
            return;
        }
        let mut larger = vec![0; self.bytes.len() * 2];
        let (head, old) = (self.head, self.bytes.len() as u64);
        for place in &mut self.entries {
            let Some(entry) = place.as_ref().filter(|entry| head - entry.start <= old) else {
                // Overwritten already; by the new size it would look whole.
                *place = None;
                continue;
            };
            // No packet crosses a multiple of the old size, so none crosses a multiple of the new one.
            let (from, to) = ((entry.start % old) as usize, (entry.start % (2 * old)) as usize);
            let length = usize::from(entry.length);
            larger[to..to + length].copy_from_slice(&self.bytes[from..from + length]);
        }
        self.bytes = larger;
        // The writer may stand in the middle now: only a whole lap is measured.
        self.lap_began = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(index: u64) -> Facts {
        Facts { index, timestamp: index as u32, marker: false, keyframe: false, level: None, temporal: None }
    }

    /// A payload that only this number has.
    fn payload(index: u64) -> Vec<u8> {
        vec![index as u8; 40 + (index * 7 % 1100) as usize]
    }

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        Instant::now()
    }

    #[test]
    fn what_is_found_is_what_was_put_in() {
        let start = start();
        let mut ring = Ring::new(RingSize::VIDEO);
        let pace = Duration::from_millis(1);
        for index in 1..20_000u64 {
            ring.push(start + pace * index as u32, facts(index), &payload(index));
            for back in [0, 1, 200, 700, 1023, 1024, 5000] {
                let Some((entry, found)) = index.checked_sub(back).and_then(|i| ring.get(i)) else { continue };
                assert_eq!((entry.index, found), (index - back, &payload(index - back)[..]));
            }
        }
    }

    #[test]
    fn a_busy_ring_grows_until_it_holds_a_second_and_not_beyond_its_most() {
        let start = start();
        for (per_second, size) in [(50u32, 64 << 10), (400, 512 << 10), (4000, 1 << 20)] {
            let mut ring = Ring::new(RingSize::VIDEO);
            let pace = Duration::from_secs(1) / per_second;
            for index in 1..20_000u32 {
                ring.push(start + pace * index, facts(u64::from(index)), &[0; 1000]);
            }
            assert_eq!(ring.bytes.len(), size, "{per_second} packets a second");
            let kept = (1..20_000).filter(|index| ring.get(*index).is_some()).count();
            assert!(kept >= per_second.min(1000) as usize, "{kept} kept");
        }
    }

    #[test]
    fn the_order_of_arrival_is_known() {
        let start = start();
        let mut ring = Ring::new(RingSize::AUDIO);
        [5, 6, 9, 7, 10].into_iter().for_each(|index| ring.push(start, facts(index), &payload(index)));
        let newest = [5, 6, 9, 7, 10].map(|index| ring.was_newest(ring.get(index).unwrap().0, 10));
        assert_eq!(newest, [true, true, true, false, true]);
    }

    #[test]
    fn a_late_packet_takes_its_own_place() {
        let start = start();
        let mut ring = Ring::new(RingSize::AUDIO);
        for index in [5, 6, 8, 9, 7] {
            ring.push(start, facts(index), &payload(index));
        }
        assert!((5..10).all(|index| ring.get(index).is_some_and(|(_, found)| found == payload(index))));
        assert!(ring.get(10).is_none() && ring.get(5 + 128).is_none());
    }
}
