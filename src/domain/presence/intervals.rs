//! Raw presence: for each person the half-open spans [from, to) in which at least one of their devices was there.

use super::{PresenceEvent, PresenceKind};
use crate::domain::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Half-open: `from` belongs to it, `to` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub from: Time,
    pub to: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonIntervals {
    /// `Person::key`.
    pub person: String,
    /// In order, apart from each other.
    pub intervals: Vec<Interval>,
    /// The last interval has no end in the ledger: the Session goes on, or the server stopped in it. It is closed at
    /// the last moment that the ledger knows of the person.
    pub open: bool,
}

impl PersonIntervals {
    /// Whole minutes seen, rounded down.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        self.intervals.iter().map(|i| i.to.since(i.from).as_secs()).sum::<u64>() / 60
    }
}

/// One Participant (one device of a person) while the lines are read.
struct Device {
    person: String,
    /// Since when it is there, and when the ledger last heard of it.
    there: Option<(Time, Time)>,
    spans: Vec<Interval>,
    open: bool,
}

/// The intervals of every person in `events`, which are one Session's lines (all, or those of one person and of the
/// whole Session) in the order of their sequence.
///
/// Devices of one person are united, never added. A line that repeats what is known (a second `joined`, a `left` after
/// `left`) changes nothing. What is open at the end is closed at the last line of that device.
#[must_use]
pub fn intervals(events: &[PresenceEvent]) -> Vec<PersonIntervals> {
    let mut devices: BTreeMap<u32, Device> = BTreeMap::new();
    for event in events {
        if event.kind == PresenceKind::SessionEnded {
            devices.values_mut().for_each(|device| device.leave(event.wall));
        }
        let (Some(number), Some(person)) = (event.participant, &event.person) else { continue };
        let device = devices.entry(number).or_insert_with(|| Device {
            person: person.clone(),
            there: None,
            spans: Vec::new(),
            open: false,
        });
        match event.kind {
            PresenceKind::Joined | PresenceKind::Resumed => device.come(event.wall),
            PresenceKind::Checkpoint => device.seen(event.wall),
            PresenceKind::Lost | PresenceKind::Left => device.leave(event.wall),
            PresenceKind::SessionStarted | PresenceKind::SessionEnded => {}
        }
    }
    let mut people: BTreeMap<String, PersonIntervals> = BTreeMap::new();
    for mut device in devices.into_values() {
        device.close_at_last_sight();
        let person = device.person.clone();
        let entry = people.entry(person.clone()).or_insert_with(|| PersonIntervals {
            person,
            intervals: Vec::new(),
            open: false,
        });
        entry.intervals.append(&mut device.spans);
        entry.open |= device.open;
    }
    people
        .into_values()
        .map(|mut person| {
            person.intervals = united(person.intervals);
            person
        })
        .collect()
}

impl Device {
    fn come(&mut self, at: Time) {
        match &mut self.there {
            Some((_, last)) => *last = at.max(*last),
            None => self.there = Some((at, at)),
        }
    }

    /// A checkpoint proves presence only of a device that is there.
    fn seen(&mut self, at: Time) {
        if let Some((_, last)) = &mut self.there {
            *last = at.max(*last);
        }
    }

    fn leave(&mut self, at: Time) {
        if let Some((from, last)) = self.there.take() {
            // The wall clock may have been set back in between; an interval never ends before what was seen.
            self.spans.push(Interval { from, to: at.max(last) });
        }
    }

    fn close_at_last_sight(&mut self) {
        if let Some((from, last)) = self.there.take() {
            self.open = true;
            self.spans.push(Interval { from, to: last });
        }
    }
}

/// Sorted, and united where they touch or overlap; empty ones are dropped.
fn united(mut spans: Vec<Interval>) -> Vec<Interval> {
    spans.sort_by_key(|span| (span.from, span.to));
    let mut out: Vec<Interval> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| span.from < span.to) {
        match out.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => out.push(span),
        }
    }
    out
}

#[cfg(test)]
mod tests;
