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
        if order(member, day) < order(known, day) {
            *known = member;
        }
    }
    let mut people: Vec<&MemberFact> = found.into_values().collect();
    people.sort_by(|a, b| (&a.name, a.account).cmp(&(&b.name, b.account)));
    people
}

/// Which of two Memberships of one person is told of, whatever the order in which they come.
fn order(member: &MemberFact, day: Day) -> impl Ord + '_ {
    let origin = (member.workplace(day), member.new_teacher, member.backbone);
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
        // Where somebody went who has left is not the Studio's home.
        let at = |host: &MemberFact| host.workplace(host.to.map_or(day, |to| to.min(day)));
        let host = there.or_else(before).map(at).unwrap_or_default();
        Self { city: host.city.or(studio.city), school: host.school }
    }
}

/// Does the member come from there, on that day? What is not known of them does not count for it.
#[must_use]
pub fn from_where(member: &MemberFact, origin: Origin, home: Home, day: Day) -> bool {
    let at = member.workplace(day);
    let other_city = matches!((at.city, home.city), (Some(city), Some(own)) if city != own);
    let school = match (at.school, home.school) {
        (Some(school), Some(own)) => Some(school == own),
        _ => None,
    };
    match origin {
        Origin::Any => true,
        Origin::Rural => at.rural,
        Origin::RuralOrOtherCity => at.rural || other_city,
        Origin::OtherSchool => school == Some(false),
        Origin::HostSchool => school == Some(true),
        Origin::NewTeacher => member.new_teacher,
        Origin::Backbone => member.backbone,
    }
}
