//! Seats: who is checked in to a Classroom, or to the site of the Activity.
//!
//! A seat belongs to its place, not to the Participant that stands for the place: while a Classroom's device is away its
//! seats stay, and another device with the same link finds them taken.

mod told;

use super::Room;
use super::participant::Participant;
use crate::Moment;
use crate::effect::{Effect, Effects, HeadcountDetail, LeaveCause, PresenceFact, SeatedDetail, UnseatedDetail};
use crate::protocol::server::{SeatView, ServerMessage};
use crate::protocol::{
    CloseCode, MAX_HEADCOUNT, ParticipantId, ParticipantKind, Refusal, SITE, SeatHow, UnseatCause, text,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Seats of one place, and of a Session: a hall, and a county's teachers. Beyond it somebody plays with the codes.
const MOST_AT_PLACE: usize = 500;
const MOST_SEATS: usize = 5000;
/// How long the seats of a Classroom wait for a device after the server was stopped: longer than a school needs to open
/// the page again. Without a device a seat earns nothing.
const HELD_FOR: Duration = Duration::from_secs(15 * 60);

/// A place that the Session knows before anybody comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCard {
    /// `site`, or the key of a Classroom.
    pub id: String,
    pub name: String,
    pub school: Option<String>,
    pub expected: Option<u32>,
}

/// Somebody whom a host can seat by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterPerson {
    pub account: String,
    pub key: String,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    /// On the core roster of the Studio.
    pub core: bool,
}

/// Who sits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitter {
    /// The same for the same person as on a Connection.
    pub key: String,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    /// False where name and school were only typed.
    pub signed_in: bool,
}

/// Somebody takes a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    pub place: String,
    pub who: Sitter,
    pub how: SeatHow,
    /// The Account of the host who does it.
    pub by: Option<String>,
    /// Tells the phone from others within the Session.
    pub device: Option<String>,
}

/// A seat that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub place: String,
    pub number: u32,
    pub who: Sitter,
    pub how: SeatHow,
    pub by: Option<String>,
    pub device: Option<String>,
    pub at: Moment,
}

impl Seat {
    /// What the ledger says of it.
    #[must_use]
    pub fn fact(&self) -> PresenceFact {
        let Sitter { key, name, school, rural, signed_in } = self.who.clone();
        let detail = SeatedDetail {
            place: self.place.clone(),
            number: self.number,
            name,
            school,
            rural,
            signed_in,
            how: self.how,
            by: self.by.clone(),
            device: self.device.clone(),
        };
        PresenceFact::Seated { person: key, detail }
    }

    /// From what the ledger says.
    #[must_use]
    pub fn from_detail(key: String, detail: SeatedDetail, at: Moment) -> Self {
        let SeatedDetail { place, number, name, school, rural, signed_in, how, by, device } = detail;
        let who = Sitter { key, name, school, rural, signed_in };
        Self { place, number, who, how, by, device, at }
    }

    fn view(&self) -> SeatView {
        SeatView {
            number: self.number,
            name: self.who.name.clone(),
            school: self.who.school.clone(),
            rural: self.who.rural,
            signed_in: self.who.signed_in,
            at_ms: self.at.0,
        }
    }
}

/// The places of a Session, shared by the clones of its Room until one changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Seats {
    places: BTreeMap<String, Place>,
    /// Where a person sits: one seat at a time.
    by_key: BTreeMap<String, (String, u32)>,
    roster: Arc<[RosterPerson]>,
}

#[derive(Debug, Clone)]
struct Place {
    card: PlaceCard,
    headcount: Option<u32>,
    seats: BTreeMap<u32, Seat>,
    last_number: u32,
    /// When its seats close if no device comes.
    abandoned_at: Option<Moment>,
}

impl Place {
    fn empty(card: PlaceCard) -> Self {
        Self { card, headcount: None, seats: BTreeMap::new(), last_number: 0, abandoned_at: None }
    }
}

impl Seats {
    fn place(&mut self, card: PlaceCard) -> &mut Place {
        self.places.entry(card.id.clone()).or_insert_with(|| Place::empty(card))
    }

    fn insert(&mut self, seat: Seat) {
        self.by_key.insert(seat.who.key.clone(), (seat.place.clone(), seat.number));
        let card = PlaceCard { id: seat.place.clone(), name: String::new(), school: None, expected: None };
        let place = self.place(card);
        place.last_number = place.last_number.max(seat.number);
        place.seats.insert(seat.number, seat);
    }

    fn remove(&mut self, place: &str, number: u32) -> Option<Seat> {
        let seat = self.places.get_mut(place)?.seats.remove(&number)?;
        self.by_key.remove(&seat.who.key);
        Some(seat)
    }

    fn of(&self, key: &str) -> Option<&Seat> {
        let (place, number) = self.by_key.get(key)?;
        self.places.get(place)?.seats.get(number)
    }

    /// The first moment at which seats close because no device came.
    pub(super) fn abandoned_at(&self) -> Option<Moment> {
        self.places.values().filter_map(|place| place.abandoned_at).min()
    }
}

/// Seats of one place that are empty now, and are still to be told of.
pub(super) struct Vacated {
    place: String,
    numbers: Vec<u32>,
    cause: UnseatCause,
}

impl Room {
    /// The places of the Activity, and who was on the Studio's roster that day. May be said again when there is more.
    pub fn know_places(&mut self, cards: Vec<PlaceCard>, roster: Vec<RosterPerson>) -> Vec<Effect> {
        let mut out = Effects::default();
        let seats = Arc::make_mut(&mut self.seats);
        seats.roster = roster.into();
        let mut changed = Vec::new();
        for card in cards {
            let place = seats.place(card.clone());
            // Also one that was there before, by a device or a recovered seat.
            place.card = card;
            changed.push(place.card.id.clone());
        }
        for place in changed {
            self.tell_place(&place, &mut out);
        }
        out.into_vec()
    }

    /// The seats that were taken when the server stopped. Those of a Classroom wait for its device.
    pub(super) fn restore_seats(&mut self, now: Moment, taken: Vec<Seat>, last_numbers: &BTreeMap<String, u32>) {
        let seats = Arc::make_mut(&mut self.seats);
        for seat in taken {
            let (site, place) = (seat.place == SITE, seat.place.clone());
            seats.insert(seat);
            if let Some(place) = seats.places.get_mut(&place).filter(|_| !site) {
                place.abandoned_at = Some(now.plus(HELD_FOR));
            }
        }
        for (id, &last) in last_numbers {
            let card = PlaceCard { id: id.clone(), name: String::new(), school: None, expected: None };
            let place = seats.place(card);
            place.last_number = place.last_number.max(last);
        }
    }

    /// Is the person, by key, on the core roster?
    pub(super) fn is_core(&self, key: &str) -> bool {
        self.seats.roster.iter().any(|one| one.key == key && one.core)
    }

    /// Somebody takes a seat by a code.
    pub fn seat(&mut self, now: Moment, taking: Taking) -> Result<Vec<Effect>, Refusal> {
        self.require_open()?;
        let mut out = Effects::default();
        self.take_seat(now, taking, &mut out)?;
        Ok(out.into_vec())
    }

    /// The person leaves the seat by its own word. Whoever is not seated there has left already.
    pub fn unseat(&mut self, now: Moment, key: &str, place: &str) -> Result<Vec<Effect>, Refusal> {
        self.require_open()?;
        self.note_life(now);
        let mut out = Effects::default();
        if self.seat_of(key).is_some_and(|seat| seat.place == place) {
            let vacated = self.vacate_seat_of(key, UnseatCause::Asked, &mut out);
            self.tell_vacated(vacated, &mut out);
        }
        Ok(out.into_vec())
    }

    /// A Classroom takes nobody in any more; its device is put out.
    pub fn close_classroom(&mut self, now: Moment, place: &str) -> Result<Vec<Effect>, Refusal> {
        self.require_open()?;
        self.seen = self.seen.max(now);
        let mut out = Effects::default();
        let vacated = self.vacate(place, UnseatCause::ClassroomClosed, &mut out);
        self.removed_keys.insert(place.to_owned());
        if let Some(device) = self.device_at(place).map(|device| device.id) {
            out.record(PresenceFact::Left { participant: device, cause: LeaveCause::Removed });
            out.send(device, ServerMessage::Removed);
            out.disconnect(device, CloseCode::Removed);
            self.depart(device, &mut out);
        }
        self.tell_vacated(vacated, &mut out);
        Ok(out.into_vec())
    }

    /// Where the person sits.
    #[must_use]
    pub fn seat_of(&self, key: &str) -> Option<&Seat> {
        self.seats.of(key)
    }

    /// Everybody who is seated.
    pub fn seated(&self) -> impl Iterator<Item = &Seat> {
        self.seats.places.values().flat_map(|place| place.seats.values())
    }

    /// Everybody who is seated at this place.
    pub fn seated_at(&self, place: &str) -> impl Iterator<Item = &Seat> {
        self.seats.places.get(place).into_iter().flat_map(|place| place.seats.values())
    }

    #[must_use]
    pub fn has_place(&self, place: &str) -> bool {
        self.seats.places.contains_key(place)
    }

    /// The Classroom's device, while its Connection stands.
    #[must_use]
    pub fn connected_device(&self, place: &str) -> Option<ParticipantId> {
        self.device_at(place).filter(|device| device.away_since.is_none()).map(|device| device.id)
    }

    pub(super) fn headcount(
        &mut self,
        from: ParticipantId,
        count: u32,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let place = self.place_of(from).ok_or(Refusal::NotAClassroom)?;
        if count > MAX_HEADCOUNT {
            return Err(Refusal::CountTooLarge);
        }
        if let Some(counted) = Arc::make_mut(&mut self.seats).places.get_mut(&place) {
            counted.headcount = Some(count);
        }
        out.record(PresenceFact::Headcount(HeadcountDetail { place: place.clone(), count }));
        out.ok(from, re);
        self.tell_place(&place, out);
        Ok(())
    }

    pub(super) fn strike(
        &mut self,
        from: ParticipantId,
        (place, number): (&str, u32),
        reason: &str,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_host(from)?;
        let reason = text::reason(reason)?;
        if !self.has_place(place) {
            return Err(Refusal::NoSuchPlace);
        }
        let by = self.participants.get(&from).and_then(|host| host.identity.account.clone());
        let seat = Arc::make_mut(&mut self.seats).remove(place, number).ok_or(Refusal::NoSuchSeat)?;
        let cause = UnseatCause::Struck;
        let detail = UnseatedDetail { place: place.to_owned(), cause, reason: Some(reason), by };
        out.record(PresenceFact::Unseated { person: seat.who.key, detail });
        out.ok(from, re);
        self.tell_vacated([Vacated { place: place.to_owned(), numbers: vec![number], cause }], out);
        Ok(())
    }

    pub(super) fn seat_person(
        &mut self,
        now: Moment,
        from: ParticipantId,
        place: String,
        account: &str,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_host(from)?;
        let by = self.participants.get(&from).and_then(|host| host.identity.account.clone());
        let person = self.seats.roster.iter().find(|one| one.account == account).ok_or(Refusal::NotOnRoster)?;
        let who = Sitter {
            key: person.key.clone(),
            name: person.name.clone(),
            school: person.school.clone(),
            rural: person.rural,
            signed_in: false,
        };
        self.take_seat(now, Taking { place, who, how: SeatHow::Host, by, device: None }, out)?;
        out.ok(from, re);
        Ok(())
    }

    fn take_seat(&mut self, now: Moment, taking: Taking, out: &mut Effects) -> Result<(), Refusal> {
        if self.removed_keys.contains(&taking.who.key) {
            return Err(Refusal::RemovedByHost);
        }
        let place = self.seats.places.get(&taking.place).ok_or(Refusal::NoSuchPlace)?;
        if self.removed_keys.contains(&taking.place) {
            return Err(Refusal::NoSuchPlace);
        }
        if self.seat_of(&taking.who.key).is_some() {
            return Err(Refusal::AlreadySeated);
        }
        // What a seat in a Classroom earns is proven by its device.
        if place.card.id != SITE && place.abandoned_at.is_none() && self.device_at(&taking.place).is_none() {
            return Err(Refusal::ClassroomAway);
        }
        if place.seats.len() >= MOST_AT_PLACE || self.seats.by_key.len() >= MOST_SEATS {
            return Err(Refusal::Full);
        }
        let number = place.last_number + 1;
        self.note_life(now);
        let Taking { place, who, how, by, device } = taking;
        let seat = Seat { place, number, who, how, by, device, at: now };
        out.record(seat.fact());
        Arc::make_mut(&mut self.seats).insert(seat.clone());
        self.tell_taken(&seat, out);
        Ok(())
    }

    /// Somebody is still here, if only on site.
    fn note_life(&mut self, now: Moment) {
        self.seen = self.seen.max(now);
        if self.empty_since.is_some() {
            self.empty_since = Some(self.seen);
        }
    }
}

/// Seats that empty.
impl Room {
    /// Records that a person's seat is empty.
    pub(super) fn vacate_seat_of(&mut self, key: &str, cause: UnseatCause, out: &mut Effects) -> Option<Vacated> {
        let (place, number) = self.seats.by_key.get(key)?.clone();
        let seat = Arc::make_mut(&mut self.seats).remove(&place, number)?;
        out.record(unseated(&seat, cause));
        Some(Vacated { place, numbers: vec![number], cause })
    }

    /// Records that all seats of the place that this Participant stands for are empty.
    pub(super) fn vacate_with(&mut self, id: ParticipantId, cause: UnseatCause, out: &mut Effects) -> Option<Vacated> {
        let place = self.place_of(id)?;
        self.vacate(&place, cause, out)
    }

    fn vacate(&mut self, place: &str, cause: UnseatCause, out: &mut Effects) -> Option<Vacated> {
        if self.seats.places.get(place)?.seats.is_empty() {
            return None;
        }
        let seats = Arc::make_mut(&mut self.seats);
        let emptied = seats.places.get_mut(place)?;
        emptied.abandoned_at = None;
        let gone = std::mem::take(&mut emptied.seats);
        for seat in gone.values() {
            seats.by_key.remove(&seat.who.key);
            out.record(unseated(seat, cause));
        }
        Some(Vacated { place: place.to_owned(), numbers: gone.into_keys().collect(), cause })
    }

    /// Those whose Classroom never came back after the server was stopped.
    pub(super) fn vacate_abandoned(&mut self, now: Moment, out: &mut Effects) -> Vec<Vacated> {
        let due = |place: &&Place| place.abandoned_at.is_some_and(|at| now >= at);
        let due: Vec<String> = self.seats.places.values().filter(due).map(|place| place.card.id.clone()).collect();
        due.iter().filter_map(|place| self.vacate(place, UnseatCause::ClassroomLeft, out)).collect()
    }

    /// The Session ends for those who sit, too.
    pub(super) fn record_all_unseated(&mut self, out: &mut Effects) {
        for seat in self.seats.places.values().flat_map(|place| place.seats.values()) {
            out.record(unseated(seat, UnseatCause::SessionEnded));
        }
        self.seats = Arc::default();
    }

    /// Numbers that another state of the same Room has given.
    pub(super) fn skip_seats_of(&mut self, other: &Self) {
        let seats = Arc::make_mut(&mut self.seats);
        for tried in other.seats.places.values() {
            let place = seats.place(tried.card.clone());
            place.last_number = place.last_number.max(tried.last_number);
        }
    }
}

fn unseated(seat: &Seat, cause: UnseatCause) -> PresenceFact {
    let detail = UnseatedDetail { place: seat.place.clone(), cause, reason: None, by: None };
    PresenceFact::Unseated { person: seat.who.key.clone(), detail }
}

/// Devices and their places.
impl Room {
    /// The place that this Participant stands for.
    pub(super) fn place_of(&self, id: ParticipantId) -> Option<String> {
        let device = self.participants.get(&id).filter(|p| p.identity.kind == ParticipantKind::Classroom)?;
        Some(device.identity.key.clone())
    }

    /// The device that stands for this Classroom already.
    pub(super) fn device_with(&self, identity: &super::Identity) -> Option<ParticipantId> {
        let classroom = identity.kind == ParticipantKind::Classroom;
        self.device_at(&identity.key).filter(|_| classroom).map(|device| device.id)
    }

    /// While one takes over from another there are two; the newer one counts.
    fn device_at(&self, place: &str) -> Option<&Participant> {
        let stands = |p: &&Participant| p.identity.kind == ParticipantKind::Classroom && p.identity.key == place;
        self.participants.values().filter(stands).last()
    }

    /// A Classroom's device came in.
    pub(super) fn stand_for_place(&mut self, id: ParticipantId) {
        let Some(place) = self.place_of(id) else { return };
        let Some(device) = self.participants.get_mut(&id) else { return };
        let card = PlaceCard {
            id: place.clone(),
            name: device.identity.name.clone(),
            school: device.identity.school.clone(),
            expected: None,
        };
        let taken = Arc::make_mut(&mut self.seats).place(card);
        taken.abandoned_at = None;
        device.seated = count(taken.seats.len());
    }
}

fn count(seats: usize) -> u32 {
    u32::try_from(seats).unwrap_or(u32::MAX)
}
