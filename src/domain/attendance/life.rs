//! Everything known of one person: devices and seats, united.

use super::super::Time;
use super::super::presence::{CLASSROOM, PresenceEvent, PresenceInterval, PresenceKind};
use super::AttendanceParameters;
use super::checkpoint::CheckpointDetail;
use super::course::Course;
use super::device::{Device, Going};
use super::seat::{SeatStay, Seats};
use super::shared::device_of;
use super::spans::{united, within};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Life {
    pub(super) connected: Vec<PresenceInterval>,
    pub(super) proven: Vec<PresenceInterval>,
    pub(super) hidden: Vec<PresenceInterval>,
    pub(super) lost: BTreeSet<Time>,
    pub(super) devices: u32,
    pub(super) open: bool,
    /// In order, the struck ones too.
    pub(super) seats: Vec<SeatStay>,
}

/// The lives of all people in the lines, by key. A Classroom is none: what its devices prove goes to those who sit there.
pub(super) fn people(
    events: &[PresenceEvent],
    places: &[Time],
    course: &Course,
    parameters: &AttendanceParameters,
) -> BTreeMap<String, Life> {
    let mut devices: BTreeMap<u32, (String, Device)> = BTreeMap::new();
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut seats = Seats::default();
    for (event, &at) in events.iter().zip(places) {
        seats.read(event, at);
        if event.kind == PresenceKind::SessionEnded {
            devices.values_mut().for_each(|(_, device)| device.leave(at, Going::Told));
        }
        let (Some(number), Some(person)) = (event.participant, &event.person) else { continue };
        let (_, device) = devices.entry(number).or_insert_with(|| (person.clone(), Device::default()));
        match event.kind {
            PresenceKind::Joined => {
                device.come(at);
                let key = device_of(event).unwrap_or_else(|| number.to_string());
                keys.entry(person.clone()).or_default().insert(key);
            }
            PresenceKind::Resumed => device.come(at),
            PresenceKind::Checkpoint => device.checkpoint(at, CheckpointDetail::of(&event.detail)),
            PresenceKind::Lost => device.leave(at, Going::Lost),
            PresenceKind::Left => device.leave(at, Going::Told),
            _ => {}
        }
    }
    let mut people: BTreeMap<String, Life> = BTreeMap::new();
    for (_, (person, mut device)) in devices {
        device.close_at_last_sight();
        let life = people.entry(person).or_default();
        life.connected.append(&mut device.connected);
        life.proven.append(&mut device.proven);
        life.hidden.append(&mut device.hidden);
        life.lost.extend(device.lost);
        life.open |= device.open;
    }
    for (person, life) in &mut people {
        life.devices = keys.get(person).map_or(0, |keys| u32::try_from(keys.len()).unwrap_or(u32::MAX));
    }
    let classrooms = people.extract_if(.., |key, _| key.starts_with(CLASSROOM)).map(|(key, life)| (key, life.tidy()));
    let classrooms: BTreeMap<String, Life> = classrooms.collect();
    for (person, stays) in seats.close(course.to, course.ended.is_none()) {
        let life = people.entry(person).or_default();
        for stay in stays {
            life.sit(stay, &classrooms, parameters);
        }
    }
    people
}

impl Life {
    fn tidy(self) -> Self {
        Self { connected: united(self.connected), proven: united(self.proven), hidden: united(self.hidden), ..self }
    }

    /// What a stay on a seat adds. An annulled one adds nothing.
    fn sit(&mut self, stay: SeatStay, classrooms: &BTreeMap<String, Self>, parameters: &AttendanceParameters) {
        let whole = stay.whole();
        if stay.struck.is_none() && stay.on_site() {
            self.connected.push(whole);
            let until = if stay.checked_out || !parameters.check_out_required { stay.to } else { stay.last_sign };
            self.proven.push(PresenceInterval { from: stay.from, to: until.min(stay.to) });
            self.open |= stay.open;
        } else if let Some(room) = classrooms.get(&stay.place).filter(|_| stay.struck.is_none()) {
            self.connected.extend(within(&room.connected, whole));
            self.proven.extend(within(&room.proven, whole));
            self.hidden.extend(within(&room.hidden, whole));
            self.lost.extend(room.lost.range(whole.from..whole.to.max(whole.from)));
            self.open |= stay.open && room.open;
        }
        self.seats.push(stay);
    }
}
