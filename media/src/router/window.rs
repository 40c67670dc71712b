//! Which of the last sequence numbers have been seen, so that nothing is forwarded twice.

/// RTX probes repeat packets that are up to a second old; 2048 numbers are more than a second of any layer we forward.
pub(crate) const WINDOW: u64 = 2048;
const WORDS: usize = (WINDOW / 64) as usize;

#[derive(Debug, Clone)]
pub(crate) struct Window {
    bits: [u64; WORDS],
    highest: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    New,
    Before,
    TooOld,
}

impl Window {
    /// A window in which only `highest` has been seen.
    pub(crate) fn starting_at(highest: u64) -> Self {
        let mut fresh = Self { bits: [0; WORDS], highest };
        fresh.set(highest);
        fresh
    }

    pub(crate) fn highest(&self) -> u64 {
        self.highest
    }

    pub(crate) fn mark(&mut self, index: u64) -> Seen {
        if index > self.highest {
            if index - self.highest >= WINDOW {
                self.bits = [0; WORDS];
            } else {
                for skipped in self.highest + 1..index {
                    self.bits[word(skipped)] &= !bit(skipped);
                }
            }
            self.highest = index;
            self.set(index);
            return Seen::New;
        }
        if self.highest - index >= WINDOW {
            return Seen::TooOld;
        }
        if self.bits[word(index)] & bit(index) != 0 {
            return Seen::Before;
        }
        self.set(index);
        Seen::New
    }

    fn set(&mut self, index: u64) {
        self.bits[word(index)] |= bit(index);
    }
}

fn word(index: u64) -> usize {
    (index / 64) as usize % WORDS
}

fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_number_is_new_once(steps in prop::collection::vec(-3000..3000i64, 1..400)) {
            let mut window = Window::starting_at(100_000);
            let mut seen = BTreeSet::from([100_000]);
            for step in steps {
                let index = window.highest().saturating_add_signed(step);
                let expected = if index + WINDOW <= window.highest() {
                    Seen::TooOld
                } else if seen.insert(index) {
                    Seen::New
                } else {
                    Seen::Before
                };
                prop_assert_eq!(window.mark(index), expected);
            }
        }
    }
}
