//! What a report takes from the lines themselves: check-ins, how people took part, where they sat.

use super::figures::number;
use super::{Known, KnownSchool};
use crate::domain::Time;
use crate::domain::presence::{Person, PresenceEvent, PresenceKind};
use crate::domain::words::words;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// How somebody took part.
    pub enum Way {
        Online = "online" / "在线",
        Classroom = "classroom" / "集体观看",
        Site = "site" / "现场",
    }
}

/// One check-in of the Session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckInMark {
    pub at: Time,
    /// `roll`, `call` or `still_here`.
    pub purpose: String,
    /// Which of its purpose it was, from 1.
    pub ordinal: u32,
    pub expected: u32,
    pub answered: u32,
}

impl CheckInMark {
    /// 第 2 次签到.
    #[must_use]
    pub fn title(&self) -> String {
        let what = match self.purpose.as_str() {
            "call" => "点名",
            "still_here" => "在场确认",
            _ => "签到",
        };
        format!("第 {} 次{what}", self.ordinal)
    }
}

/// A Classroom, or the site, and who sat there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassroomCount {
    /// `site`, or `classroom:` and its id.
    pub place: String,
    pub name: String,
    pub school: Option<String>,
    /// People with a seat that was not struck out.
    pub seated: u32,
    /// The last count by the person in charge.
    pub headcount: Option<u32>,
}

const SITE: &str = "site";
const CLASSROOM: &str = "classroom:";

#[derive(Deserialize)]
struct Opened {
    number: u32,
    purpose: String,
    #[serde(default)]
    expected: Vec<String>,
}

#[derive(Deserialize)]
struct Answered {
    number: u32,
}

#[derive(Deserialize)]
struct Seat {
    place: String,
    cause: Option<String>,
    #[serde(default)]
    rural: bool,
}

#[derive(Deserialize)]
struct Count {
    place: String,
    count: u32,
}

#[derive(Deserialize)]
struct Came {
    name: Option<String>,
    school: Option<String>,
    #[serde(default)]
    rural: bool,
}

#[derive(Default)]
struct Place {
    name: Option<String>,
    school: Option<String>,
    people: BTreeSet<String>,
    headcount: Option<u32>,
}

#[derive(Default)]
pub(super) struct LinesRead {
    pub(super) check_ins: Vec<CheckInMark>,
    answered: BTreeSet<(u32, String)>,
    online: BTreeSet<String>,
    /// Who said, or of whom the host said, that their school is a rural one.
    rural: BTreeSet<String>,
    places: BTreeMap<String, Place>,
}

/// A line that cannot be read tells nothing.
fn detail<'a, T: Deserialize<'a>>(event: &'a PresenceEvent) -> Option<T> {
    serde_json::from_str(&event.detail).ok()
}

impl LinesRead {
    pub(super) fn of(events: &[PresenceEvent], places: &[Time]) -> Self {
        let mut read = Self::default();
        let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
        for (event, &at) in events.iter().zip(places) {
            match event.kind {
                PresenceKind::CheckInOpened => read.opened(event, at, &mut numbers),
                PresenceKind::CheckInAnswered => read.answer(event, &numbers),
                PresenceKind::Joined => read.joined(event),
                PresenceKind::Seated | PresenceKind::Unseated => read.seat(event),
                PresenceKind::Headcount => read.headcount(event),
                _ => {}
            }
        }
        read
    }

    fn opened(&mut self, event: &PresenceEvent, at: Time, numbers: &mut BTreeMap<u32, usize>) {
        let Some(opened) = detail::<Opened>(event) else { return };
        // A line that repeats what is known changes nothing.
        if numbers.contains_key(&opened.number) {
            return;
        }
        let before = self.check_ins.iter().filter(|one| one.purpose == opened.purpose).count();
        numbers.insert(opened.number, self.check_ins.len());
        let expected: BTreeSet<String> = opened.expected.into_iter().collect();
        self.check_ins.push(CheckInMark {
            at,
            purpose: opened.purpose,
            ordinal: number(before + 1),
            expected: number(expected.len()),
            answered: 0,
        });
    }

    fn answer(&mut self, event: &PresenceEvent, numbers: &BTreeMap<u32, usize>) {
        let (Some(answered), Some(person)) = (detail::<Answered>(event), &event.person) else { return };
        let Some(&at) = numbers.get(&answered.number) else { return };
        if self.answered.insert((answered.number, person.clone())) {
            self.check_ins[at].answered += 1;
        }
    }

    fn joined(&mut self, event: &PresenceEvent) {
        let Some(person) = &event.person else { return };
        let came = detail::<Came>(event);
        if person.starts_with(CLASSROOM) {
            let place = self.places.entry(person.clone()).or_default();
            if let Some(came) = came {
                place.name = came.name.or(place.name.take());
                place.school = came.school.or(place.school.take());
            }
            return;
        }
        self.online.insert(person.clone());
        if came.is_some_and(|came| came.rural) {
            self.rural.insert(person.clone());
        }
    }

    fn seat(&mut self, event: &PresenceEvent) {
        let (Some(seat), Some(person)) = (detail::<Seat>(event), &event.person) else { return };
        let place = self.places.entry(seat.place).or_default();
        if event.kind == PresenceKind::Seated {
            place.people.insert(person.clone());
            if seat.rural {
                self.rural.insert(person.clone());
            }
        } else if seat.cause.as_deref() == Some("struck") {
            place.people.remove(person);
        }
    }

    fn headcount(&mut self, event: &PresenceEvent) {
        if let Some(count) = detail::<Count>(event) {
            self.places.entry(count.place).or_default().headcount = Some(count.count);
        }
    }

    /// Who came by name and school alone.
    pub(super) fn guest(&self, key: &str) -> Known {
        let Some(Person::Guest { name, school }) = Person::from_key(key) else { return Known::default() };
        let school = KnownSchool { name: school, rural: self.rural.contains(key), region: None };
        Known { name, school: Some(school), guest: true, ..Known::default() }
    }

    pub(super) fn ways_of(&self, person: &str) -> Vec<Way> {
        let sits = |fits: &dyn Fn(&str) -> bool| {
            self.places.iter().any(|(key, place)| fits(key) && place.people.contains(person))
        };
        let ways = [
            (Way::Online, self.online.contains(person)),
            (Way::Classroom, sits(&|key| key.starts_with(CLASSROOM))),
            (Way::Site, sits(&|key| key == SITE)),
        ];
        ways.into_iter().filter_map(|(way, so)| so.then_some(way)).collect()
    }

    pub(super) fn places_of(&self, person: &str) -> Vec<String> {
        let rooms = self.places.iter().filter(|(key, place)| *key != SITE && place.people.contains(person));
        rooms.map(|(key, place)| place_name(key, place)).collect()
    }

    pub(super) fn classrooms(&self) -> Vec<ClassroomCount> {
        let rooms = self.places.iter().filter(|(key, _)| *key != SITE).map(|(key, place)| ClassroomCount {
            place: key.clone(),
            name: place_name(key, place),
            school: place.school.clone(),
            seated: number(place.people.len()),
            headcount: place.headcount,
        });
        rooms.collect()
    }
}

fn place_name(key: &str, place: &Place) -> String {
    place
        .name
        .clone()
        .or_else(|| place.school.clone())
        .unwrap_or_else(|| key.strip_prefix(CLASSROOM).unwrap_or(key).to_owned())
}
