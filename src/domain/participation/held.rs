//! Held Activities in order, with everybody in them found fast.

use super::{ActivityFact, Attended, Facts, PersonFact, Span, population};
use crate::domain::policy::Population;
use crate::domain::{AccountId, Day};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The Facts of a Studio up to a day, put in order once for all that is counted from them.
#[derive(Debug)]
pub struct Participation<'a> {
    pub facts: &'a Facts,
    /// Everything after it has not happened yet.
    pub until: Day,
    /// Activities that took place, by day.
    pub held: Vec<Held<'a>>,
}

/// An Activity that took place.
#[derive(Debug)]
pub struct Held<'a> {
    pub activity: &'a ActivityFact,
    pub present: u32,
    /// 待核: may still become present.
    pub unknown: u32,
    /// Each person once, by key.
    people: BTreeMap<&'a str, &'a PersonFact>,
}

impl<'a> Participation<'a> {
    /// Everything that happened up to the end of `until`, by what was decided up to the end of `known`.
    #[must_use]
    pub fn over(facts: &'a Facts, until: Day, known: Day) -> Self {
        let took_place = facts.activities.iter().filter(|activity| activity.took_place(known) && activity.day <= until);
        let mut held: Vec<Held<'a>> = took_place.map(Held::new).collect();
        held.sort_by_key(|held| (held.activity.day, held.activity.id));
        Self { facts, until, held }
    }

    /// How many of the population were present and may have been, and how many it had that day.
    #[must_use]
    pub fn turnout(&self, held: &Held<'_>, of: &Population) -> Turnout {
        let roster = population(self.facts, of, held.activity.day);
        let count = |attended| {
            let them = roster.iter().filter(|member| held.attended(member.account.as_str()) == Some(attended));
            to_u32(them.count())
        };
        Turnout { present: count(Attended::Present), unknown: count(Attended::Unknown), of: to_u32(roster.len()) }
    }
}

/// How a population turned out at one Activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turnout {
    pub present: u32,
    pub unknown: u32,
    pub of: u32,
}

impl<'a> Held<'a> {
    fn new(activity: &'a ActivityFact) -> Self {
        let mut people: BTreeMap<&str, &PersonFact> = BTreeMap::new();
        for one in &activity.people {
            let known = people.entry(one.person.as_str()).or_insert(one);
            // Two records of one person are one person: the better verdict, and the longer time.
            if better(one) < better(known) {
                *known = one;
            }
        }
        let count = |attended| to_u32(people.values().filter(|one| one.attended == attended).count());
        Self { activity, present: count(Attended::Present), unknown: count(Attended::Unknown), people }
    }

    #[must_use]
    pub fn person(&self, person: &str) -> Option<&'a PersonFact> {
        self.people.get(person).copied()
    }

    #[must_use]
    pub fn attended(&self, person: &str) -> Option<Attended> {
        self.person(person).map(|one| one.attended)
    }

    /// The record says that this person was not there, excused or not.
    #[must_use]
    pub fn missed(&self, account: &AccountId) -> bool {
        matches!(self.attended(account.as_str()), Some(Attended::Excused | Attended::Absent))
    }

    /// Everybody with a record, by key.
    pub fn people(&self) -> impl Iterator<Item = &'a PersonFact> {
        self.people.values().copied()
    }

    /// Was it presented by one of these on that day, who did not stay away?
    #[must_use]
    pub fn presented_by(&self, facts: &Facts, of: &Population) -> bool {
        let presents = |account: &AccountId| {
            let mut rows = facts.members.iter().filter(|member| member.account == *account);
            rows.any(|member| member.on(self.activity.day) && of.roles.contains(&member.role))
        };
        self.activity.presenters.iter().any(|account| !self.missed(account) && presents(account))
    }
}

/// Everybody who was present at an Activity of these days, once, by key; by what was decided up to the end of `known`.
#[must_use]
pub fn present_within(facts: &Facts, span: Span, known: Day) -> BTreeSet<&str> {
    let held = facts.activities.iter().filter(|activity| activity.took_place(known) && span.has(activity.day));
    let people = held.flat_map(|activity| &activity.people);
    people.filter(|one| one.attended == Attended::Present).map(|one| one.person.as_str()).collect()
}

/// Of two records of one person the lesser one is told of.
fn better(one: &PersonFact) -> impl Ord {
    (one.attended, Reverse(one.minutes), !one.rural)
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
