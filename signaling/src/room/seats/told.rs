//! What hosts, and a Classroom's own device, are told of its seats.

use super::super::Room;
use super::super::arrival::pages;
use super::super::participant::Participant;
use super::{Seat, Vacated, count};
use crate::effect::Effects;
use crate::protocol::ParticipantId;
use crate::protocol::server::{PlaceView, SeatView, ServerMessage};

fn seat_bytes(seat: &SeatView) -> usize {
    120 + seat.name.len() + seat.school.as_ref().map_or(0, String::len)
}

impl Room {
    /// The place as hosts see it.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<PlaceView> {
        let place = self.seats.places.get(id)?;
        Some(PlaceView {
            id: place.card.id.clone(),
            name: place.card.name.clone(),
            school: place.card.school.clone(),
            participant: self.device_at(id).map(|device| device.id),
            expected: place.card.expected,
            headcount: place.headcount,
            seated: count(place.seats.len()),
        })
    }

    pub(in super::super) fn tell_place(&self, id: &str, out: &mut Effects) {
        if let Some(place) = self.place(id) {
            self.tell_watchers(id, &ServerMessage::Place { place }, out);
        }
    }

    /// After `welcome`: a host hears of all places, a Classroom of its own.
    pub(in super::super) fn tell_all_places(&self, to: ParticipantId, out: &mut Effects) {
        let own = self.place_of(to);
        let host = self.participants.get(&to).is_some_and(Participant::is_host);
        for (id, place) in &self.seats.places {
            if !host && own.as_ref() != Some(id) {
                continue;
            }
            if let Some(place) = self.place(id) {
                out.send(to, ServerMessage::Place { place });
            }
            let seats = place.seats.values().map(Seat::view).collect();
            for (seats, last) in pages(seats, seat_bytes) {
                out.send(to, ServerMessage::Seats { place: id.clone(), seats, last });
            }
        }
    }

    pub(super) fn tell_taken(&mut self, seat: &Seat, out: &mut Effects) {
        let taken = ServerMessage::SeatTaken { place: seat.place.clone(), seat: seat.view() };
        self.tell_watchers(&seat.place, &taken, out);
        self.tell_seated(&seat.place, out);
    }

    pub(in super::super) fn tell_vacated(&mut self, vacated: impl IntoIterator<Item = Vacated>, out: &mut Effects) {
        for Vacated { place, numbers, cause } in vacated {
            for number in numbers {
                self.tell_watchers(&place, &ServerMessage::SeatLeft { place: place.clone(), number, cause }, out);
            }
            self.tell_seated(&place, out);
        }
    }

    /// How many sit there: to hosts with the place, to everybody with the device.
    fn tell_seated(&mut self, place: &str, out: &mut Effects) {
        self.tell_place(place, out);
        let seated = self.seats.places.get(place).map_or(0, |place| count(place.seats.len()));
        let Some(device) = self.device_at(place).map(|device| device.id) else { return };
        if let Some(device) = self.participants.get_mut(&device) {
            device.seated = seated;
        }
        self.tell_changed(device, out);
    }

    fn tell_watchers(&self, place: &str, message: &ServerMessage, out: &mut Effects) {
        let own = self.device_at(place).map(|device| device.id);
        let watches = |p: &&Participant| p.away_since.is_none() && (p.is_host() || Some(p.id) == own);
        for watcher in self.participants.values().filter(watches) {
            out.send(watcher.id, message.clone());
        }
    }
}
