//! Which sequence numbers of one stream arrived, through reordering, repeats and wrap-around.

use std::ops::Range;

/// How far back a late packet is still recognised. At 1 000 packets a second this is four seconds, more than any
/// retransmission takes.
const WINDOW: u64 = 4096;
/// Extended numbers start here, so that packets that overtook the first one still get a positive number.
const ORIGIN: u64 = 1 << 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Newer than anything before; the extended numbers that it jumped over are missing for now.
    Advanced { missing: Range<u64> },
    /// It fills a hole.
    Filled(u64),
    /// Seen before, or too old to tell.
    Repeated,
}

/// Counts after RFC 3550 §A.3, with one bit per number of the last `WINDOW`, so that repeats never count twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct LossCount {
    span: Option<Span>,
    received: u64,
    repeated: u64,
}

#[derive(Debug, Clone)]
struct Span {
    first: u64,
    highest: u64,
    seen: Vec<u64>,
}

impl LossCount {
    pub(crate) fn record(&mut self, sequence: u16) -> Arrival {
        let Some(span) = &mut self.span else {
            let number = ORIGIN + u64::from(sequence);
            let mut span = Span { first: number, highest: number, seen: vec![0; (WINDOW / 64) as usize] };
            span.set(number);
            self.span = Some(span);
            self.received = 1;
            return Arrival::Advanced { missing: number..number };
        };
        let arrival = span.place(sequence);
        match arrival {
            Arrival::Repeated => self.repeated += 1,
            Arrival::Advanced { .. } | Arrival::Filled(_) => self.received += 1,
        }
        arrival
    }

    /// Packets between the first and the highest number, both included.
    pub(crate) fn expected(&self) -> u64 {
        self.span.as_ref().map_or(0, |span| span.highest - span.first + 1)
    }

    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    pub(crate) fn lost(&self) -> u64 {
        self.expected() - self.received
    }

    pub(crate) fn repeated(&self) -> u64 {
        self.repeated
    }

    /// The highest number with its count of wraps, as a receiver report wants it (RFC 3550 §6.4.1).
    pub(crate) fn highest_extended(&self) -> u32 {
        self.span.as_ref().map_or(0, |span| (span.highest - ORIGIN) as u32)
    }
}

impl Span {
    fn place(&mut self, sequence: u16) -> Arrival {
        let step = sequence.wrapping_sub(self.highest as u16);
        if step == 0 {
            return Arrival::Repeated;
        }
        if step < 0x8000 {
            let missing = self.highest + 1..self.highest + u64::from(step);
            // Bits of numbers that fall out of the window are used again: clear them first.
            for number in missing.clone().take(WINDOW as usize) {
                self.clear(number);
            }
            self.highest = missing.end;
            self.set(self.highest);
            return Arrival::Advanced { missing };
        }
        let back = u64::from((self.highest as u16).wrapping_sub(sequence));
        let number = self.highest - back;
        if back >= WINDOW || self.is_set(number) {
            return Arrival::Repeated;
        }
        self.set(number);
        if number < self.first {
            // What lies between was expected too.
            self.first = number;
        }
        Arrival::Filled(number)
    }

    fn bit(number: u64) -> (usize, u64) {
        let index = number % WINDOW;
        ((index / 64) as usize, 1 << (index % 64))
    }

    fn set(&mut self, number: u64) {
        let (word, mask) = Self::bit(number);
        self.seen[word] |= mask;
    }

    fn clear(&mut self, number: u64) {
        let (word, mask) = Self::bit(number);
        self.seen[word] &= !mask;
    }

    fn is_set(&self, number: u64) -> bool {
        let (word, mask) = Self::bit(number);
        self.seen[word] & mask != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};
    use std::collections::BTreeSet;

    /// Lose, repeat and reorder a stream that wraps; the naive model keeps every number in a set.
    #[test]
    fn counts_agree_with_a_set_through_loss_reordering_and_wrap() {
        for seed in 0..5 {
            let mut rng = StdRng::seed_from_u64(seed);
            let start = rng.random_range(0..0x1_0000u64);
            let mut wire: Vec<(u64, u64)> = Vec::new();
            for number in start..start + 90_000 {
                for _ in 0..[0, 1, 1, 1, 1, 1, 1, 1, 1, 2][rng.random_range(0..10)] {
                    wire.push((number + rng.random_range(0..40), number));
                }
            }
            wire.sort_unstable();
            let mut count = LossCount::default();
            let mut model = BTreeSet::new();
            let mut missing = BTreeSet::new();
            for (_, number) in &wire {
                match count.record(*number as u16) {
                    Arrival::Advanced { missing: gap } => missing.extend(gap),
                    Arrival::Filled(extended) => {
                        missing.remove(&extended);
                    }
                    Arrival::Repeated => assert!(model.contains(number)),
                }
                model.insert(*number);
            }
            let expected = model.last().unwrap() - model.first().unwrap() + 1;
            assert_eq!(count.received(), model.len() as u64);
            assert_eq!(count.expected(), expected);
            assert_eq!(count.lost(), expected - model.len() as u64);
            assert_eq!(count.repeated(), wire.len() as u64 - model.len() as u64);
            assert!(count.lost() >= missing.len() as u64);
        }
    }

    #[test]
    fn a_packet_that_overtook_the_first_is_counted_once() {
        let mut count = LossCount::default();
        for sequence in [3, 1, 2, 4, 2] {
            count.record(sequence);
        }
        assert_eq!((count.expected(), count.received(), count.repeated()), (4, 4, 1));
    }

    #[test]
    fn a_gap_over_the_wrap_is_named_and_filled() {
        let mut count = LossCount::default();
        count.record(0xfffe);
        let Arrival::Advanced { missing } = count.record(1) else { panic!("1 follows 0xfffe") };
        assert_eq!(missing.clone().map(|n| n as u16).collect::<Vec<_>>(), [0xffff, 0]);
        assert_eq!(count.record(0xffff), Arrival::Filled(missing.start));
        assert_eq!(count.lost(), 1);
    }

    #[test]
    fn a_packet_older_than_the_window_does_not_count() {
        let mut count = LossCount::default();
        count.record(0);
        count.record(WINDOW as u16 + 1);
        assert_eq!(count.record(1), Arrival::Repeated);
        assert_eq!(count.received(), 2);
    }

    #[test]
    fn the_extended_number_counts_wraps() {
        let mut count = LossCount::default();
        for sequence in [0xfff0u16, 0x0010, 0x7000, 0xe000, 0x0001] {
            count.record(sequence);
        }
        assert_eq!(count.highest_extended(), 0x2_0001);
    }
}
