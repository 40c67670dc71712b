//! Stays on a seat while the lines are read: from when to when a person sat where.

use super::super::Time;
use super::super::presence::{CLASSROOM, PresenceEvent, PresenceInterval, PresenceKind};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// One stay, until the person left or the Session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeatStay {
    pub(super) place: String,
    pub(super) from: Time,
    pub(super) to: Time,
    /// The person said so when leaving, or somebody else did.
    pub(super) checked_out: bool,
    /// Annulled by a host, for this reason.
    pub(super) struck: Option<String>,
    /// The last moment at which the person showed to be there: the coming, or an answer to a check-in.
    pub(super) last_sign: Time,
    /// The Session goes on, and the person sits.
    pub(super) open: bool,
}

impl SeatStay {
    pub(super) fn whole(&self) -> PresenceInterval {
        PresenceInterval { from: self.from, to: self.to }
    }

    /// On site one is seen by being there; in a Classroom by what its device proves.
    pub(super) fn on_site(&self) -> bool {
        !self.place.starts_with(CLASSROOM)
    }
}

/// Part of the details of `seated` and `unseated`.
#[derive(Deserialize)]
struct AtPlace {
    place: String,
    cause: Option<String>,
    reason: Option<String>,
}

impl AtPlace {
    fn of(detail: &str) -> Option<Self> {
        serde_json::from_str(detail).ok()
    }

    fn is_struck(&self) -> bool {
        self.cause.as_deref() == Some("struck")
    }
}

/// Reads the lines of seats in their order.
#[derive(Default)]
pub(super) struct Seats {
    open: BTreeMap<(String, String), SeatStay>,
    stays: BTreeMap<String, Vec<SeatStay>>,
}

impl Seats {
    pub(super) fn read(&mut self, event: &PresenceEvent, at: Time) {
        match event.kind {
            PresenceKind::Seated => self.sit(event, at),
            PresenceKind::Unseated => self.leave(event, at),
            PresenceKind::CheckInAnswered => {
                let own = |((person, _), stay): (&(String, String), _)| {
                    (Some(person) == event.person.as_ref()).then_some(stay)
                };
                for stay in self.open.iter_mut().filter_map(own) {
                    let stay: &mut SeatStay = stay;
                    stay.last_sign = stay.last_sign.max(at);
                }
            }
            _ => {}
        }
    }

    /// Whoever sits there already goes on sitting.
    fn sit(&mut self, event: &PresenceEvent, at: Time) {
        let (Some(person), Some(AtPlace { place, .. })) = (&event.person, at_place(event)) else { return };
        let stay = SeatStay {
            place: place.clone(),
            from: at,
            to: at,
            checked_out: false,
            struck: None,
            last_sign: at,
            open: false,
        };
        self.open.entry((person.clone(), place)).or_insert(stay);
    }

    fn leave(&mut self, event: &PresenceEvent, at: Time) {
        let (Some(person), Some(left)) = (&event.person, at_place(event)) else { return };
        let Some(mut stay) = self.open.remove(&(person.clone(), left.place.clone())) else { return };
        stay.to = at.max(stay.from);
        stay.checked_out = left.cause.as_deref() != Some("session_ended");
        if left.is_struck() {
            stay.struck = Some(left.reason.unwrap_or_default());
        }
        self.stays.entry(person.clone()).or_default().push(stay);
    }

    /// Every person's stays in order. Who still sits when the lines end sits until the end of the Session, or goes on sitting.
    pub(super) fn close(mut self, end: Time, ongoing: bool) -> BTreeMap<String, Vec<SeatStay>> {
        for ((person, _), mut stay) in self.open {
            stay.to = end.max(stay.from);
            stay.open = ongoing;
            self.stays.entry(person).or_default().push(stay);
        }
        self.stays.values_mut().for_each(|stays| stays.sort_by_key(|stay| stay.from));
        self.stays
    }
}

fn at_place(event: &PresenceEvent) -> Option<AtPlace> {
    AtPlace::of(&event.detail)
}

/// Has the person come, by kind and detail of its lines in their order? Not who was seated only to be struck each time.
#[must_use]
pub fn has_come<'a>(lines: impl IntoIterator<Item = (PresenceKind, &'a str)>) -> bool {
    let mut sits: BTreeSet<String> = BTreeSet::new();
    for (kind, detail) in lines {
        match (kind, AtPlace::of(detail)) {
            (PresenceKind::Joined, _) => return true,
            (PresenceKind::Seated, Some(seat)) => {
                sits.insert(seat.place);
            }
            (PresenceKind::Unseated, Some(seat)) => {
                let sat = sits.remove(&seat.place);
                if sat && !seat.is_struck() {
                    return true;
                }
            }
            _ => {}
        }
    }
    !sits.is_empty()
}
