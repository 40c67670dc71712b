//! Who is on the roster, whom they guide and which schools are helped.

use super::super::assessment::{Asked, Assessment, count};
use super::super::compare::{Count, compared};
use super::super::{Ground, SubjectScore};
use crate::domain::Day;
use crate::domain::participation::{HelpedFact, Home, MemberFact, MentorFact, Span, from_where};
use crate::domain::policy::{Origin, Part, PeriodKind, Population};
use std::collections::BTreeSet;

pub(super) fn members(
    assessment: &Assessment<'_>,
    part: &Part,
    population: &str,
    origin: Origin,
    asked: &[Asked<'_>],
) -> Vec<SubjectScore> {
    let count = |asked: &Asked<'_>| {
        let mut people = assessment.people(population, asked.span);
        let day = asked.span.to.min(assessment.on);
        let home = Home::on(day, &assessment.facts.studio, &assessment.facts.members);
        people.retain(|member| from_where(member, origin, home, day));
        let ground = |member: &&MemberFact| Ground::Person {
            person: member.account.to_string(),
            name: Some(member.name.clone()),
        };
        let grounds: Vec<Ground> = people.iter().map(ground).collect();
        compared(assessment, part, asked, Count { measured: count(people.iter()), waiting: 0, grounds })
    };
    asked.iter().map(count).collect()
}

/// Where a population is named, those of its roster: a mentee counts while they are on it.
pub(super) fn mentees(
    assessment: &Assessment<'_>,
    part: &Part,
    population: Option<&str>,
    asked: &[Asked<'_>],
) -> Vec<SubjectScore> {
    let of = population.and_then(|key| assessment.policy.populations.get(key));
    let count = |asked: &Asked<'_>| {
        let days = days(assessment, asked);
        let rows = assessment.facts.mentors.iter();
        let rows = rows.filter(|row| asked.member.is_none_or(|member| member.account == row.mentor));
        let rows = rows.filter(|row| of.is_none_or(|of| is_guided_on_roster(assessment, row, of, days)));
        let rows = rows.filter(|row| overlap(days, row.from, row.to).is_some());
        let people: BTreeSet<&str> = rows.map(|row| row.mentee.as_str()).collect();
        let name = |key: &str| {
            let mut rows = assessment.facts.members.iter().filter(|member| member.account.as_str() == key);
            rows.next().map(|member| member.name.clone())
        };
        let ground = |key: &&str| Ground::Person { person: (*key).to_owned(), name: name(key) };
        let grounds = people.iter().map(ground).collect();
        compared(assessment, part, asked, Count { measured: count(people.iter()), waiting: 0, grounds })
    };
    asked.iter().map(count).collect()
}

/// On some of these days the mentee was both guided and on the roster.
fn is_guided_on_roster(assessment: &Assessment<'_>, row: &MentorFact, of: &Population, days: Span) -> bool {
    let Some(guided) = overlap(days, row.from, row.to) else { return false };
    let mut rows = assessment.facts.members.iter().filter(|member| member.account.as_str() == row.mentee);
    rows.any(|member| of.roles.contains(&member.role) && overlap(guided, member.from, member.to).is_some())
}

pub(super) fn helped(assessment: &Assessment<'_>, part: &Part, rural: bool, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    let count = |asked: &Asked<'_>| {
        let days = days(assessment, asked);
        // A School counts as rural where it was so on the last day on which it was helped.
        let is_asked = |row: &&HelpedFact| {
            overlap(days, row.from, row.to).is_some_and(|helped| !rural || *row.rural.on(helped.to))
        };
        let rows = assessment.facts.helped.iter().filter(is_asked);
        let schools: BTreeSet<_> = rows.map(|row| row.school).collect();
        let grounds = schools.iter().map(|school| Ground::School { school: school.to_string() }).collect();
        compared(assessment, part, asked, Count { measured: count(schools.iter()), waiting: 0, grounds })
    };
    asked.iter().map(count).collect()
}

/// 现有: today, or the last day. Over a period: its days that have come.
fn days(assessment: &Assessment<'_>, asked: &Asked<'_>) -> Span {
    let passed = asked.span.until(assessment.on);
    let from = if asked.period == PeriodKind::Now { passed.to } else { passed.from };
    Span { from, to: passed.to }
}

/// The days of both.
fn overlap(days: Span, from: Day, to: Option<Day>) -> Option<Span> {
    let both = Span { from: days.from.max(from), to: to.map_or(days.to, |to| days.to.min(to)) };
    (!both.is_empty()).then_some(both)
}
