//! Check-ins in a record: how often a person was asked to answer, and how often the person did.

use super::super::presence::{PresenceEvent, PresenceKind};
use super::AttendanceParameters;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// 签到, calls and prompts alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckIns {
    pub asked: u32,
    pub answered: u32,
}

impl CheckIns {
    /// Is the share answered that the parameters ask for? Who was never asked owes no answer.
    pub(super) fn suffice(self, parameters: &AttendanceParameters) -> bool {
        u64::from(self.answered) * 100 >= u64::from(self.asked) * u64::from(parameters.check_in_percent)
    }
}

#[derive(Deserialize)]
struct Opened {
    number: u32,
    expected: Vec<String>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u32,
    cause: Option<String>,
}

/// What the lines tell of one check-in.
#[derive(Default)]
struct CheckIn {
    expected: BTreeSet<String>,
    answered: BTreeSet<String>,
    /// Everybody had the time to answer that the host gave.
    ran_out: bool,
}

/// Of each person who was asked, by key. A check-in that is still open, or that the server's stop cut short, counts for those
/// who answered it and is held against nobody.
pub(super) fn check_ins(events: &[PresenceEvent]) -> BTreeMap<String, CheckIns> {
    let mut all: BTreeMap<u32, CheckIn> = BTreeMap::new();
    for event in events {
        match event.kind {
            PresenceKind::CheckInOpened => {
                if let Ok(opened) = serde_json::from_str::<Opened>(&event.detail) {
                    all.entry(opened.number).or_default().expected.extend(opened.expected);
                }
            }
            PresenceKind::CheckInAnswered => {
                if let (Some(number), Some(person)) = (number(event), &event.person) {
                    all.entry(number.number).or_default().answered.insert(person.clone());
                }
            }
            PresenceKind::CheckInClosed => {
                if let Some(closed) = number(event).filter(|closed| closed.cause.as_deref() != Some("server_stopped")) {
                    all.entry(closed.number).or_default().ran_out = true;
                }
            }
            _ => {}
        }
    }
    let mut people: BTreeMap<String, CheckIns> = BTreeMap::new();
    for CheckIn { mut expected, answered, ran_out } in all.into_values() {
        for person in answered {
            expected.remove(&person);
            let count = people.entry(person).or_default();
            count.asked += 1;
            count.answered += 1;
        }
        for person in expected.into_iter().filter(|_| ran_out) {
            people.entry(person).or_default().asked += 1;
        }
    }
    people
}

/// A line that cannot be read tells nothing.
fn number(event: &PresenceEvent) -> Option<Numbered> {
    serde_json::from_str(&event.detail).ok()
}
