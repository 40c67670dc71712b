//! What was sent to one receiver lately, by transport-wide number, until feedback about it comes.

use crate::prefetch;
use crate::rtp::sequence;
use crate::sdp::Kind;

/// Enough where feedback comes soon. It grows when a packet would be forgotten to which feedback has not come yet, as over a slow
/// line: delivery is proven by it.
const FIRST: usize = 128;
const MOST: usize = 1024;
/// To what was sent so long ago feedback will not come any more.
const SPAN_US: u32 = 3_000_000;

const VIDEO: u8 = 1;
const REPAIR: u8 = 2;
const ARRIVED: u8 = 4;
const LOST: u8 = 8;
/// Its time says nothing: the same packet was sent again later.
const RESENT: u8 = 16;

#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    /// In µs, wrapping every 71 minutes.
    at: u32,
    /// On the wire; 0 for a number that was never used.
    bytes: u16,
    marks: u8,
}

/// Empty until something is sent.
#[derive(Debug)]
pub(crate) struct History {
    next: u64,
    /// How far feedback has come.
    told_to: u64,
    ring: Vec<Sent>,
}

/// What is about to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending {
    pub(crate) kind: Kind,
    /// On the wire.
    pub(crate) bytes: usize,
    pub(crate) repair: bool,
}

/// What feedback says of a packet, with what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    Arrived {
        sent_at: u64,
        bytes: usize,
        kind: Kind,
        repair: bool,
        /// When it arrived says something of the line.
        timely: bool,
        /// It had been told lost.
        late: bool,
    },
    Lost {
        sent_at: u64,
        bytes: usize,
    },
}

impl History {
    pub(crate) fn new(first: u16) -> Self {
        let next = u64::from(first) + (1 << 16);
        Self { next, told_to: next - 1, ring: Vec::new() }
    }

    /// Has fetched where the next packet is written.
    pub(crate) fn soon(&self) {
        if let Some(sent) = self.ring.get(self.next as usize % self.ring.len().max(1)) {
            prefetch::soon(sent);
        }
    }

    /// Number of the next packet.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The number of a packet that goes out now.
    pub(crate) fn stamp(&mut self, now: u64, sending: Sending) -> u16 {
        if self.ring.is_empty() {
            self.ring = vec![Sent::default(); FIRST];
        }
        let forgets = self.next - self.ring.len() as u64;
        if forgets > self.told_to && self.ring.len() < MOST && self.is_young(now, forgets) {
            self.grow();
        }
        let marks = if sending.kind == Kind::Video { VIDEO } else { 0 } | if sending.repair { REPAIR } else { 0 };
        let place = self.place(self.next);
        self.ring[place] = Sent { at: now as u32, bytes: sending.bytes.min(usize::from(u16::MAX)) as u16, marks };
        self.next += 1;
        (self.next - 1) as u16
    }

    /// A packet goes out again under the number that it had.
    pub(crate) fn resent(&mut self, number: u16) {
        if let Some(index) = self.known(number) {
            let place = self.place(index);
            self.ring[place].marks |= RESENT;
        }
    }

    /// Feedback about one number; `None` when there is nothing new in it.
    pub(crate) fn heard(&mut self, now: u64, number: u16, arrived: bool) -> Option<(u64, News)> {
        let index = self.known(number)?;
        self.told_to = self.told_to.max(index);
        let place = self.place(index);
        let sent = &mut self.ring[place];
        if sent.bytes == 0 || sent.marks & ARRIVED != 0 || (!arrived && sent.marks & LOST != 0) {
            return None;
        }
        let (before, bytes) = (sent.marks, usize::from(sent.bytes));
        let sent_at = now.saturating_sub(u64::from((now as u32).wrapping_sub(sent.at)));
        if !arrived {
            sent.marks |= LOST;
            return Some((index, News::Lost { sent_at, bytes }));
        }
        sent.marks |= ARRIVED;
        let news = News::Arrived {
            sent_at,
            bytes,
            kind: if before & VIDEO != 0 { Kind::Video } else { Kind::Audio },
            repair: before & REPAIR != 0,
            timely: before & (LOST | RESENT) == 0,
            late: before & LOST != 0,
        };
        Some((index, news))
    }

    fn known(&self, number: u16) -> Option<u64> {
        let index = sequence::extend(self.next, number);
        (index < self.next && self.next - index <= self.ring.len() as u64).then_some(index)
    }

    fn is_young(&self, now: u64, index: u64) -> bool {
        (now as u32).wrapping_sub(self.ring[self.place(index)].at) < SPAN_US
    }

    fn grow(&mut self) {
        let old = self.ring.len();
        let mut larger = vec![Sent::default(); 2 * old];
        for index in self.next - old as u64..self.next {
            larger[(index % (2 * old) as u64) as usize] = self.ring[self.place(index)];
        }
        self.ring = larger;
    }

    fn place(&self, index: u64) -> usize {
        (index % self.ring.len() as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(bytes: usize) -> Sending {
        Sending { kind: Kind::Video, bytes, repair: false }
    }

    #[test]
    fn three_seconds_of_packets_are_remembered_whatever_the_pace() {
        for (pace_us, held) in [(20_000u64, 150u64), (4_000, 750), (500, 1024)] {
            let mut history = History::new(65_000);
            let mut now = 5_000_000;
            for _ in 0..5000 {
                now += pace_us;
                history.stamp(now, picture(1000));
            }
            for back in 1..=held {
                let heard = history.heard(now, (history.next() - back) as u16, true);
                let Some((_, News::Arrived { sent_at, timely, .. })) = heard else { panic!("{back} is forgotten") };
                assert_eq!((sent_at, timely), (now - (back - 1) * pace_us, true));
            }
            assert!(history.ring.len() <= MOST && history.ring.len() >= FIRST);
        }
        assert_eq!(size_of::<Sent>(), 8);
    }

    #[test]
    fn where_feedback_comes_soon_little_is_kept() {
        let mut history = History::new(65_000);
        let mut now = 5_000_000;
        for _ in 0..5000 {
            now += 4_000;
            let number = history.stamp(now, picture(1000));
            // A hundred packets are under way; every tenth is told lost.
            history.heard(now, number.wrapping_sub(100), !number.is_multiple_of(10));
        }
        assert_eq!(history.ring.len(), FIRST);
        for _ in 0..200 {
            now += 4_000;
            history.stamp(now, picture(1000));
        }
        for back in 1..=300 {
            let heard = history.heard(now, (history.next() - back) as u16, true).is_some();
            assert!(heard, "{back} is forgotten although it was never told of");
        }
    }

    #[test]
    fn news_is_told_once() {
        let mut history = History::new(7);
        assert_eq!(history.heard(0, 7, true), None, "nothing was sent");
        let number = history.stamp(1000, picture(700));
        assert!(matches!(history.heard(9000, number, false), Some((_, News::Lost { sent_at: 1000, bytes: 700 }))));
        assert_eq!(history.heard(9100, number, false), None);
        assert!(matches!(
            history.heard(9900, number, true),
            Some((_, News::Arrived { late: true, timely: false, .. }))
        ));
        assert_eq!(history.heard(9900, number, true), None);
        let again = history.stamp(10_000, picture(700));
        history.resent(again);
        assert!(matches!(
            history.heard(19_000, again, true),
            Some((_, News::Arrived { timely: false, late: false, .. }))
        ));
        assert_eq!(history.heard(19_000, again.wrapping_add(1), true), None, "a number of the future");
    }
}
