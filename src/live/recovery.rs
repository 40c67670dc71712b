//! Going on with a Session after the server stopped in the middle of it.

use super::clock::Reading;
use super::ledger::{described, new_event};
use super::polls;
use crate::domain::Time;
use crate::domain::poll::KeptPolls;
use crate::domain::presence::{NewEvent, Person, PresenceEvent, PresenceKind};
use lectern_signaling::Moment;
use lectern_signaling::effect::{CheckInCause, CheckInOpened, PresenceFact, SeatedDetail, UnseatedDetail};
use lectern_signaling::protocol::ParticipantId;
use lectern_signaling::room::{Before, Seat};
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
    /// What the Room must know of it.
    pub before: Before,
    /// The end is in the ledger; only the Session's own row does not know it yet.
    pub ended: bool,
}

/// Reads a Session's lines, in their order.
#[must_use]
pub fn recover(events: &[PresenceEvent]) -> Recovered {
    let mut open: BTreeMap<u32, (Option<String>, Time, i64)> = BTreeMap::new();
    let mut seated: BTreeMap<String, Seat> = BTreeMap::new();
    let mut check_in: Option<OpenCheckIn> = None;
    let mut recovered = Recovered { closing: Vec::new(), known_us: i64::MIN, before: Before::default(), ended: false };
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
                    let last = recovered.before.seat_numbers.entry(seat.place.clone()).or_default();
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
            PresenceKind::CheckInOpened => {
                check_in = serde_json::from_str(&event.detail).ok().map(|opened: CheckInOpened| {
                    let expected = opened.expected.iter().map(String::as_str);
                    recovered.before.check_ins.opened(opened.number, opened.purpose, expected);
                    OpenCheckIn { opened, answered: BTreeSet::new() }
                });
            }
            PresenceKind::CheckInAnswered => {
                let answered = check_in.as_mut().map(|check_in| &mut check_in.answered);
                answered.into_iter().for_each(|answered| answered.extend(event.person.clone()));
            }
            PresenceKind::CheckInClosed => check_in = None,
            _ => {}
        }
        recovered.known_us = recovered.known_us.max(event.monotonic_us);
        let Some(number) = event.participant else { continue };
        let last = &mut recovered.before.last_participant;
        *last = (*last).max(ParticipantId(number));
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
                    recovered.before.removed_keys.insert(person.clone());
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
    recovered.before.seats = seated.into_values().collect();
    let last = events.last().filter(|_| !recovered.ended);
    recovered.closing.extend(check_in.zip(last).map(|(check_in, last)| check_in.cut_short(last)));
    recovered
}

/// A check-in that the server's end cut short. It is over: who was asked may not even be there any more.
struct OpenCheckIn {
    opened: CheckInOpened,
    /// The keys of those who did.
    answered: BTreeSet<String>,
}

impl OpenCheckIn {
    fn cut_short(self, last: &PresenceEvent) -> NewEvent {
        let moment = Moment(last.wall.millis());
        let at = Reading { moment, wall: last.wall, monotonic_us: last.monotonic_us };
        let fact = PresenceFact::CheckInClosed {
            number: self.opened.number,
            cause: CheckInCause::ServerStopped,
            answered: u32::try_from(self.answered.len()).unwrap_or(u32::MAX),
            expected: u32::try_from(self.opened.expected.len()).unwrap_or(u32::MAX),
        };
        let (kind, detail) = described(&fact, None);
        new_event(at, kind, None, None, &detail)
    }
}

impl Recovered {
    /// Polls are not in the ledger; they go on, as nobody should have to answer again because a server was restarted.
    #[must_use]
    pub fn with_polls(mut self, kept: KeptPolls) -> Self {
        self.before.polls = polls::past(kept);
        self
    }

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
