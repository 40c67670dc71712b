//! The places of an Activity, as a Room has to know them before anybody is seated.

use crate::domain::presence::Person;
use crate::domain::{Activity, MemberRole, Mode, Time};
use crate::store::{self, Store, StoreError};
use lectern_signaling::protocol::SITE;
use lectern_signaling::room::{PlaceCard, RosterPerson};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Default)]
pub struct Places {
    pub(super) cards: Vec<PlaceCard>,
    /// Whom a host can seat by hand: the Studio's roster of that day.
    pub(super) roster: Vec<RosterPerson>,
    /// Classrooms that take nobody in any more.
    pub(super) closed: Vec<String>,
}

/// The places of a Session of this Activity.
pub async fn places(store: &Store, activity: &Activity, started_at: Time) -> Result<Places, StoreError> {
    let mut places = Places::default();
    if activity.mode != Mode::Online {
        places.cards.push(PlaceCard { id: SITE.into(), name: activity.place.clone(), school: None, expected: None });
    }
    for room in store::classroom::of_activity(store, activity.id).await? {
        let id = Person::Classroom(room.classroom.id).key();
        if room.classroom.closed_at.is_some() {
            places.closed.push(id);
            continue;
        }
        let (name, expected) = (room.classroom.name, room.classroom.expected);
        places.cards.push(PlaceCard { id, name, school: Some(room.school.name), expected });
    }
    let mut known = BTreeSet::new();
    for member in store::membership::roster_on(store, activity.studio, started_at.day()).await? {
        if known.insert(member.account.id) {
            places.roster.push(RosterPerson {
                account: member.account.id.to_string(),
                key: Person::Account(member.account.id).key(),
                core: member.membership.role == MemberRole::Core,
                name: member.account.name,
                rural: member.school.as_ref().is_some_and(|school| school.rural),
                school: member.school.map(|school| school.name),
            });
        }
    }
    Ok(places)
}
