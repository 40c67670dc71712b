//! The check-ins that were, as far as the next one depends on them.

use crate::protocol::check_in::CheckInPurpose;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Told to a Room that goes on after the server was stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastCheckIns {
    last: u32,
    rolls: u32,
    calls: u32,
    still_here: u32,
    /// Who was called since everybody had a turn. Shared by the clones of a Room.
    called: Arc<BTreeSet<String>>,
}

impl PastCheckIns {
    /// A check-in was opened. `expected` are the keys of those who were asked, of a call in the order of drawing.
    pub fn opened<'a>(&mut self, number: u32, purpose: CheckInPurpose, expected: impl Iterator<Item = &'a str>) {
        self.last = self.last.max(number);
        match purpose {
            CheckInPurpose::Roll => self.rolls += 1,
            CheckInPurpose::StillHere => self.still_here += 1,
            CheckInPurpose::Call => {
                self.calls += 1;
                let called = Arc::make_mut(&mut self.called);
                for key in expected {
                    // Nobody is drawn twice before all had a turn: here a new round begins.
                    if called.contains(key) {
                        called.clear();
                    }
                    called.insert(key.to_owned());
                }
            }
        }
    }

    /// How many there were of this purpose.
    pub(super) fn count(&self, purpose: CheckInPurpose) -> u32 {
        match purpose {
            CheckInPurpose::Roll => self.rolls,
            CheckInPurpose::Call => self.calls,
            CheckInPurpose::StillHere => self.still_here,
        }
    }

    pub(super) fn last(&self) -> u32 {
        self.last
    }

    pub(super) fn was_called(&self, key: &str) -> bool {
        self.called.contains(key)
    }

    /// Never gives a number again that another state of the same Room has given.
    pub(in crate::room) fn skip_numbers_of(&mut self, other: &Self) {
        self.last = self.last.max(other.last);
    }
}
