//! Packets that a publisher sent and we miss: when to ask for each again, and when to give up.

use std::time::{Duration, Instant};

/// More missing at once than this and repairing is hopeless: a keyframe is cheaper.
const MOST_MISSING: usize = 256;
const MOST_TRIES: u8 = 8;
/// No answer takes longer.
const LONGEST_TRIP: Duration = Duration::from_secs(1);
/// Reordering on the way is mostly shorter than this.
const PATIENCE: Duration = Duration::from_millis(8);
const SOONEST_RETRY: Duration = Duration::from_millis(20);

#[derive(Debug, Clone, Copy)]
struct Missing {
    index: u64,
    since: Instant,
    asked: Option<Instant>,
    tries: u8,
}

#[derive(Debug)]
pub(crate) struct Losses {
    /// Rising by index.
    missing: Vec<Missing>,
    round_trip: Duration,
    /// Older packets have no use.
    useful_for: Duration,
}

/// What went wrong for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outlook {
    Fine,
    /// At least one packet will never come.
    GaveUp,
}

impl Losses {
    pub(crate) fn new(useful_for: Duration) -> Self {
        Self { missing: Vec::with_capacity(MOST_MISSING), round_trip: Duration::from_millis(100), useful_for }
    }

    pub(crate) fn clear(&mut self) {
        self.missing.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.missing.is_empty()
    }

    /// Everything in `from..to` was skipped.
    pub(crate) fn skipped(&mut self, now: Instant, from: u64, to: u64) -> Outlook {
        if (to - from) as usize + self.missing.len() > MOST_MISSING {
            self.missing.clear();
            return Outlook::GaveUp;
        }
        self.missing.extend((from..to).map(|index| Missing { index, since: now, asked: None, tries: 0 }));
        Outlook::Fine
    }

    pub(crate) fn arrived(&mut self, now: Instant, index: u64) {
        let Ok(at) = self.missing.binary_search_by_key(&index, |m| m.index) else { return };
        let missing = self.missing.remove(at);
        // With one question the answer is unambiguous (Karn's rule).
        if let (1, Some(asked)) = (missing.tries, missing.asked) {
            let sample = now.saturating_duration_since(asked).clamp(Duration::from_millis(1), LONGEST_TRIP);
            self.round_trip = (self.round_trip * 7 + sample) / 8;
        }
    }

    /// Drops what is hopeless, and puts what has to be asked for now into `ask`, rising.
    pub(crate) fn due(&mut self, now: Instant, ask: &mut Vec<u16>) -> Outlook {
        let before = self.missing.len();
        let useful_for = self.useful_for;
        let hopeless = |m: &Missing| m.tries >= MOST_TRIES || now.saturating_duration_since(m.since) >= useful_for;
        self.missing.retain(|m| !hopeless(m));
        let retry = (self.round_trip * 5 / 4).max(SOONEST_RETRY);
        for missing in &mut self.missing {
            let due = match missing.asked {
                None => now.saturating_duration_since(missing.since) >= PATIENCE,
                // Each retry waits half a round trip longer, so that a slow line is not asked over and over.
                Some(asked) => now.saturating_duration_since(asked) >= retry + retry / 2 * u32::from(missing.tries - 1),
            };
            if due {
                missing.asked = Some(now);
                missing.tries += 1;
                ask.push(missing.index as u16);
            }
        }
        if self.missing.len() < before { Outlook::GaveUp } else { Outlook::Fine }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        Instant::now()
    }

    fn asked(losses: &mut Losses, now: Instant) -> (Vec<u16>, Outlook) {
        let mut ask = Vec::new();
        let outlook = losses.due(now, &mut ask);
        (ask, outlook)
    }

    #[test]
    fn reordering_is_not_asked_for() {
        let (start, mut losses) = (start(), Losses::new(1000 * MS));
        losses.skipped(start, 10, 12);
        losses.arrived(start + MS, 10);
        assert_eq!(asked(&mut losses, start + 4 * MS).0, [0u16; 0]);
        assert_eq!(asked(&mut losses, start + 10 * MS).0, [11]);
    }

    #[test]
    fn retries_follow_the_measured_round_trip() {
        let (start, mut losses) = (start(), Losses::new(1000 * MS));
        let mut now = start;
        for index in 0..60 {
            losses.skipped(now, index, index + 1);
            asked(&mut losses, now + 10 * MS);
            losses.arrived(now + 30 * MS, index);
            now += 40 * MS;
        }
        losses.skipped(now, 100, 101);
        assert_eq!(asked(&mut losses, now + 10 * MS).0, [100]);
        assert_eq!(asked(&mut losses, now + 30 * MS).0, [0u16; 0], "the answer is still on its way");
        assert_eq!(asked(&mut losses, now + 36 * MS).0, [100]);
    }

    #[test]
    fn a_packet_that_never_comes_is_given_up() {
        let (start, mut losses) = (start(), Losses::new(1000 * MS));
        losses.skipped(start, 7, 8);
        let mut tries = 0;
        for step in 1..200 {
            let (ask, outlook) = asked(&mut losses, start + 10 * step * MS);
            tries += ask.len();
            if outlook == Outlook::GaveUp {
                assert!(step <= 101);
                assert!((4..=usize::from(MOST_TRIES)).contains(&tries), "{tries}");
                assert!(losses.is_empty());
                return;
            }
        }
        panic!("never given up");
    }

    #[test]
    fn too_many_at_once_are_given_up_at_once() {
        let (start, mut losses) = (start(), Losses::new(1000 * MS));
        assert_eq!(losses.skipped(start, 0, 200), Outlook::Fine);
        assert_eq!(losses.skipped(start, 300, 400), Outlook::GaveUp);
        assert!(losses.is_empty());
    }
}
