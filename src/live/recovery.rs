//! Going on with a Session after the server stopped in the middle of it.

use super::clock::Reading;
use super::ledger::new_event;
use crate::domain::Time;
use crate::domain::presence::{NewEvent, Person, PresenceEvent, PresenceKind};
use lectern_signaling::Moment;
use lectern_signaling::effect::{SeatedDetail, UnseatedDetail};
use lectern_signaling::protocol::ParticipantId;
use lectern_signaling::room::Seat;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the ledger tells about a Session that was live when the server stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Lines that close what is still open, each at the last moment at which the ledger saw the Participant. To be
    /// appended before anybody comes in.
    pub closing: Vec<NewEvent>,
    /// The last moment that the ledger knows, on the monotonic clock of the run of the server that is over.
    pub known_us: i64,
    /// No Participant may get this number or a lower one.
    pub last_participant: ParticipantId,
    /// Those whom a host put out.
    pub removed_keys: BTreeSet<String>,
    /// Who was seated: seats go on, as nobody should have to scan again because a server was restarted.
    pub seats: Vec<Seat>,
    /// The last number of each place.
    pub seat_numbers: BTreeMap<String, u32>,
    /// The end is in the ledger; only the Session's own row does not know it yet.
    pub ended: bool,
}

/// Reads a Session's lines, in their order.
#[must_use]
pub fn recover(events: &[PresenceEvent]) -> Recovered {
    let mut open: BTreeMap<u32, (Option<String>, Time, i64)> = BTreeMap::new();
    let mut recovered = Recovered {
        closing: Vec::new(),
        known_us: i64::MIN,
        last_participant: ParticipantId(0),
        removed_keys: BTreeSet::new(),
        seats: Vec::new(),
        seat_numbers: BTreeMap::new(),
        ended: false,
    };
    let mut seated: BTreeMap<String, Seat> = BTreeMap::new();
    for event in events {
        match event.kind {
            // Each run of the server begins with one, on a clock of its own.
            PresenceKind::SessionStarted => recovered.known_us = i64::MIN,
            PresenceKind::SessionEnded => {
                recovered.ended = true;
                open.clear();
                seated.clear();
            }
            PresenceKind::Seated => {
                if let Some(seat) = seat_of(event) {
                    let last = recovered.seat_numbers.entry(seat.place.clone()).or_default();
                    *last = seat.number.max(*last);
                    seated.entry(seat.who.key.clone()).or_insert(seat);
                }
            }
            PresenceKind::Unseated => {
                let left = serde_json::from_str::<UnseatedDetail>(&event.detail).map(|detail| detail.place);
                let person = event.person.as_ref().filter(|key| {
                    seated.get(*key).is_some_and(|seat| left.as_ref().is_ok_and(|place| *place == seat.place))
                });
                if let Some(person) = person {
                    seated.remove(person);
                }
            }
            _ => {}
        }
        recovered.known_us = recovered.known_us.max(event.monotonic_us);
        let Some(number) = event.participant else { continue };
        recovered.last_participant = recovered.last_participant.max(ParticipantId(number));
        match event.kind {
            PresenceKind::Joined | PresenceKind::Resumed => {
                open.insert(number, (event.person.clone(), event.wall, event.monotonic_us));
            }
            PresenceKind::Checkpoint => {
                if let Some((_, wall, monotonic)) = open.get_mut(&number) {
                    (*wall, *monotonic) = (event.wall, event.monotonic_us);
                }
            }
            PresenceKind::Left => {
                open.remove(&number);
                if let Some(person) = event.person.as_ref().filter(|_| cause(event) == "removed") {
                    recovered.removed_keys.insert(person.clone());
                }
            }
            PresenceKind::Lost => {
                open.remove(&number);
            }
            _ => {}
        }
    }
    let closing = open.into_iter().map(|(number, (person, wall, monotonic_us))| {
        let at = Reading { moment: Moment(wall.millis()), wall, monotonic_us };
        let person = person.as_deref().and_then(Person::from_key);
        let detail = json!({ "cause": "server_stopped", "at": "last_checkpoint" });
        new_event(at, PresenceKind::Left, Some(ParticipantId(number)), person, &detail)
    });
    recovered.closing = closing.collect();
    recovered.seats = seated.into_values().collect();
    recovered
}

impl Recovered {
    /// What a Session that goes on writes first: those who were in it left, and the time until now is none of its own.
    pub(super) fn lines(self, at: Reading) -> Vec<NewEvent> {
        let mut lines = self.closing;
        lines.push(new_event(at, PresenceKind::SessionStarted, None, None, &json!({ "known_us": self.known_us })));
        lines
    }
}

/// The seat that a line tells of. Lines of a sign-in sheet have no number, and no seat in the Room.
fn seat_of(event: &PresenceEvent) -> Option<Seat> {
    let detail: SeatedDetail = serde_json::from_str(&event.detail).ok()?;
    Some(Seat::from_detail(event.person.clone()?, detail, Moment(event.wall.millis())))
}

fn cause(event: &PresenceEvent) -> String {
    let detail: Value = serde_json::from_str(&event.detail).unwrap_or_default();
    detail["cause"].as_str().unwrap_or_default().to_owned()
}
