//! Who belonged to a population of the Policy on a day.

use super::{Facts, MemberFact, StudioFact};
use crate::domain::policy::{Origin, Population};
use crate::domain::{AccountId, Day, MemberRole, RegionId, SchoolId};
use std::collections::BTreeMap;

/// Everybody of the population on that day, each once, by name. Who holds two roles of it counts by the first.
#[must_use]
pub fn population<'a>(facts: &'a Facts, population: &Population, day: Day) -> Vec<&'a MemberFact> {
    let mut found: BTreeMap<AccountId, &MemberFact> = BTreeMap::new();
    for member in facts.members.iter().filter(|member| member.on(day) && population.roles.contains(&member.role)) {
        let known = found.entry(member.account).or_insert(member);
        if order(member) < order(known) {
            *known = member;
        }
    }
    let mut people: Vec<&MemberFact> = found.into_values().collect();
    people.sort_by(|a, b| (&a.name, a.account).cmp(&(&b.name, b.account)));
    people
}

/// Which of two Memberships of one person is told of, whatever the order in which they come.
fn order(member: &MemberFact) -> impl Ord + '_ {
    let origin = (member.school, member.city, member.rural, member.new_teacher, member.backbone);
    (member.role, member.from, member.to, &member.name, origin)
}

/// Where a Studio is at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// The city that its host teaches in (名师所在设区市), otherwise the one that its Region lies in.
    pub city: Option<RegionId>,
    /// Where its host teaches.
    pub school: Option<SchoolId>,
}

impl Home {
    /// That of the host on the day; where there was none, of the last one before it.
    #[must_use]
    pub fn on(day: Day, studio: &StudioFact, members: &[MemberFact]) -> Self {
        let hosts = || members.iter().filter(|one| one.role == MemberRole::Host);
        let there = hosts().filter(|one| one.on(day)).max_by_key(|one| (one.from, one.account));
        let before = || hosts().filter(|one| one.to.is_some_and(|to| to < day)).max_by_key(|one| (one.to, one.account));
        let host = there.or_else(before);
        Self { city: host.and_then(|host| host.city).or(studio.city), school: host.and_then(|host| host.school) }
    }
}

/// Does the member come from there? What is not known of them does not count for it.
#[must_use]
pub fn from_where(member: &MemberFact, origin: Origin, home: Home) -> bool {
    let other_city = matches!((member.city, home.city), (Some(city), Some(own)) if city != own);
    let school = match (member.school, home.school) {
        (Some(school), Some(own)) => Some(school == own),
        _ => None,
    };
    match origin {
        Origin::Any => true,
        Origin::Rural => member.rural,
        Origin::RuralOrOtherCity => member.rural || other_city,
        Origin::OtherSchool => school == Some(false),
        Origin::HostSchool => school == Some(true),
        Origin::NewTeacher => member.new_teacher,
        Origin::Backbone => member.backbone,
    }
}
