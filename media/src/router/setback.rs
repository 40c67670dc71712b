//! Steps up the ladder that did not last: each makes the next wait longer, until the line is seen to have become better.
//!
//! A line that swings by a fifth around the need of a layer carries it in one second and not in the next. What tells such a
//! line from one that really became better is only how far beyond that need it carries, or time.

use super::ladder::{TRY_MARGIN, Tries};

/// A step that held for so long was no mistake, whatever comes then.
pub(crate) const LASTED_US: u64 = 300_000_000;
/// After the first setback, and so many times longer after each that follows.
const WAIT_US: u64 = 30_000_000;
const LONGER: u64 = 20;
const MOST_WAIT_US: u64 = 1_800_000_000;
/// The same for a line that was seen to be far better than it was then, for so many tries in a row.
const BETTER_WAIT_US: u64 = 10_000_000;
const BETTER_LONGER: u64 = 4;
const MOST_TRIES: u32 = 4;
/// Far better: this much above the need, and above what was left when the step failed. A line that swings by a fifth
/// and fails at its least reaches neither at its best.
const ABOVE_NEED: f64 = 1.45;
const ABOVE_THEN: f64 = 1.9;
/// A line that fell further below the need says nothing about that step.
const NEAR_MISS: f64 = 0.5;
/// Needs that differ by less are of the same step: a keyframe is felt for two seconds.
const SAME: f64 = 0.75;
/// As many as there are steps worth telling apart.
const MOST: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Setbacks {
    known: [Option<Setback>; MOST],
}

#[derive(Debug, Clone, Copy)]
struct Setback {
    need: u64,
    /// What was left of the line.
    left: u64,
    at: u64,
    /// In a row.
    times: u32,
}

/// What stands before a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bar {
    None,
    /// So many tries in a row have to show that the line carries so much.
    Proof {
        bps: u64,
        tries: u32,
    },
    /// Nothing helps but time.
    Wait,
}

impl Setbacks {
    /// What needed `need` had to be given up, on a line that carries `left`.
    pub(crate) fn add(&mut self, now: u64, need: u64, left: u64) {
        if (left as f64) < NEAR_MISS * need as f64 {
            return;
        }
        let same = |known: &Setback| {
            let (less, more) = (known.need.min(need) as f64, known.need.max(need) as f64);
            less >= SAME * more
        };
        let times = self.known.iter().flatten().find(|known| same(known)).map_or(0, |known| known.times) + 1;
        let oldest = self.known.iter_mut().min_by_key(|place| match place {
            Some(known) if same(known) => (0, 0),
            None => (1, 0),
            Some(known) => (2, known.at),
        });
        if let Some(place) = oldest {
            *place = Some(Setback { need, left, at: now, times });
        }
    }

    /// What needs this much has lasted.
    pub(crate) fn overcome(&mut self, need: u64) {
        for place in &mut self.known {
            *place = place.filter(|known| known.need > need);
        }
    }

    /// What stands before a step that needs this much: the highest bar of the setbacks at it or below it.
    pub(crate) fn bar(&self, now: u64, need: u64) -> Bar {
        let mut highest = Bar::None;
        for known in self.known.iter().flatten().filter(|known| known.need as f64 * SAME <= need as f64) {
            highest = match (highest, known.bar(now, need)) {
                (Bar::Wait, _) | (_, Bar::Wait) => Bar::Wait,
                (Bar::None, bar) | (bar, Bar::None) => bar,
                (Bar::Proof { bps: a, tries: m }, Bar::Proof { bps: b, tries: n }) => {
                    Bar::Proof { bps: a.max(b), tries: m.max(n) }
                }
            };
        }
        highest
    }
}

impl Setback {
    fn bar(&self, now: u64, need: u64) -> Bar {
        let grown = |first: u64, by: u64| first.saturating_mul(by.saturating_pow(self.times - 1)).min(MOST_WAIT_US);
        if now < self.at + grown(BETTER_WAIT_US, BETTER_LONGER) {
            return Bar::Wait;
        }
        let need = need as f64;
        if now < self.at + grown(WAIT_US, LONGER) {
            let bps = (ABOVE_NEED * need).max(ABOVE_THEN * self.left as f64) as u64;
            return Bar::Proof { bps, tries: self.times.min(MOST_TRIES) + 1 };
        }
        Bar::Proof { bps: (TRY_MARGIN * need) as u64, tries: 1 }
    }
}

impl Bar {
    /// Where no tries can be made, time has to do.
    pub(crate) fn is_passed(self, tries: Option<Tries>) -> bool {
        match self {
            Self::None => true,
            Self::Proof { bps, tries: many } => tries.is_none_or(|tries| tries.passed >= many && tries.bps >= bps),
            Self::Wait => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;
    const NEED: u64 = 500_000;

    fn after(times: u64) -> Setbacks {
        let mut setbacks = Setbacks::default();
        (0..times).for_each(|_| setbacks.add(0, NEED, 400_000));
        setbacks
    }

    /// Seconds until nothing but the usual try is asked for.
    fn wait(setbacks: &Setbacks) -> Option<u64> {
        let usual = |bar: Bar| matches!(bar, Bar::Proof { bps, tries: 1 } if bps < NEED * 5 / 4);
        (0..2000).find(|second| usual(setbacks.bar(second * SECOND, NEED)))
    }

    #[test]
    fn each_setback_makes_the_wait_longer() {
        assert_eq!([1, 2, 3, 9].map(|times| wait(&after(times))), [Some(30), Some(600), Some(1800), Some(1800)]);
    }

    #[test]
    fn a_line_that_became_far_better_waits_less() {
        let setbacks = after(2);
        let Bar::Proof { bps, tries } = setbacks.bar(40 * SECOND, NEED) else { panic!("tries should help") };
        assert_eq!((setbacks.bar(39 * SECOND, NEED), bps, tries), (Bar::Wait, 760_000, 3));
        let passed =
            |passed, bps| Bar::Proof { bps: 760_000, tries: 3 }.is_passed(Some(Tries { failed: false, passed, bps }));
        assert!(passed(3, 760_000) && !passed(2, 760_000) && !passed(3, 750_000));
    }

    #[test]
    fn a_smaller_step_is_not_barred_and_a_larger_one_is() {
        let setbacks = after(1);
        assert_eq!(setbacks.bar(SECOND, 300_000), Bar::None);
        assert_eq!(setbacks.bar(SECOND, 1_500_000), Bar::Wait);
    }

    #[test]
    fn what_lasted_is_overcome_with_all_below_it() {
        let mut setbacks = after(3);
        setbacks.overcome(400_000);
        assert_eq!(setbacks.bar(SECOND, NEED), Bar::Wait);
        setbacks.overcome(NEED);
        assert_eq!(setbacks.bar(SECOND, NEED), Bar::None);
    }

    #[test]
    fn a_line_that_all_but_ended_says_nothing_of_the_step() {
        let mut setbacks = Setbacks::default();
        setbacks.add(0, NEED, 80_000);
        assert_eq!(setbacks.bar(SECOND, NEED), Bar::None);
    }

    #[test]
    fn more_setbacks_than_are_kept_push_out_the_oldest() {
        let mut setbacks = Setbacks::default();
        let needs = [100_000, 200_000, 400_000, 800_000, 1_600_000];
        needs.into_iter().zip(1..).for_each(|(need, second)| setbacks.add(second * SECOND, need, need));
        assert_eq!(setbacks.bar(6 * SECOND, 100_000), Bar::None);
        assert_eq!(setbacks.bar(6 * SECOND, 200_000), Bar::Wait);
    }
}
