//! The people in the Room, each once on however many devices.

use super::Room;
use super::participant::Participant;
use crate::protocol::ParticipantId;
use std::collections::BTreeMap;

/// Somebody who is here now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentPerson {
    /// `Identity::key`.
    pub key: String,
    pub name: String,
    pub school: Option<String>,
    /// On the core roster of the Studio.
    pub core: bool,
    /// A host, on any device.
    pub host: bool,
    /// The first of the person's own devices that are connected; none for somebody who is only seated.
    pub participant: Option<ParticipantId>,
    /// Where the person is seated, such as `classroom:<id>`.
    pub place: Option<String>,
}

impl Room {
    /// Everybody who could answer now, by key: encoders and players are no people, a Classroom is many, and who is away may
    /// not come back.
    #[must_use]
    pub fn present_people(&self) -> Vec<PresentPerson> {
        let mut people: BTreeMap<&str, PresentPerson> = BTreeMap::new();
        let mut hosts: Vec<&str> = Vec::new();
        for one in self.participants.values().filter(|one| one.identity.kind.is_person()) {
            let identity = &one.identity;
            if one.is_host() {
                hosts.push(&identity.key);
            }
            if one.is_connected() {
                people.entry(&identity.key).or_insert_with(|| PresentPerson {
                    key: identity.key.clone(),
                    name: identity.name.clone(),
                    school: identity.school.clone(),
                    core: identity.core,
                    host: false,
                    participant: Some(one.id),
                    place: None,
                });
            }
        }
        for seat in self.seated() {
            let person = people.entry(&seat.who.key).or_insert_with(|| PresentPerson {
                key: seat.who.key.clone(),
                name: seat.who.name.clone(),
                school: seat.who.school.clone(),
                core: self.is_core(&seat.who.key),
                host: false,
                participant: None,
                place: None,
            });
            person.place = Some(seat.place.clone());
        }
        for key in hosts {
            if let Some(person) = people.get_mut(key) {
                person.host = true;
            }
        }
        people.into_values().collect()
    }

    /// The Connections of a person that stand.
    pub(super) fn devices_of(&self, key: &str) -> impl Iterator<Item = ParticipantId> {
        let devices = self.participants.values().filter(move |one| one.identity.key == key && one.is_connected());
        devices.map(|one| one.id)
    }

    /// The Connections of hosts that stand.
    pub(super) fn hosts(&self) -> impl Iterator<Item = ParticipantId> {
        self.participants.values().filter(|one| one.is_host() && one.is_connected()).map(|one| one.id)
    }
}

impl Participant {
    /// Has a Connection, and it stands.
    pub(super) fn is_connected(&self) -> bool {
        self.resume_token.is_some() && self.away_since.is_none()
    }
}
