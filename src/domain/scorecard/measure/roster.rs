//! Who is on the roster, whom they guide and which schools are helped.

use super::super::assessment::{Asked, Assessment, count};
use super::super::compare::{Count, compared};
use super::super::{Ground, SubjectScore};
use crate::domain::Day;
use crate::domain::participation::{MentorFact, from_where};
use crate::domain::policy::{Origin, Part, PeriodKind};
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
        people.retain(|member| from_where(member, origin, &assessment.facts.studio));
        let ground = |member: &&crate::domain::participation::MemberFact| Ground::Person {
            person: member.account.to_string(),
            name: Some(member.name.clone()),
        };
        let grounds: Vec<Ground> = people.iter().map(ground).collect();
        compared(assessment, part, asked, Count { measured: count(people.iter()), waiting: 0, grounds })
    };
    asked.iter().map(count).collect()
}

pub(super) fn mentees(assessment: &Assessment<'_>, part: &Part, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    let count = |asked: &Asked<'_>| {
        let of = |row: &&MentorFact| asked.member.is_none_or(|member| member.account == row.mentor);
        let rows = assessment.facts.mentors.iter().filter(of);
        let rows = rows.filter(|row| counts(assessment, asked, row.from, row.to));
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

pub(super) fn helped(assessment: &Assessment<'_>, part: &Part, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    let count = |asked: &Asked<'_>| {
        let rows = assessment.facts.helped.iter().filter(|row| counts(assessment, asked, row.from, row.to));
        let schools: BTreeSet<_> = rows.map(|row| row.school).collect();
        let grounds = schools.iter().map(|school| Ground::School { school: school.to_string() }).collect();
        compared(assessment, part, asked, Count { measured: count(schools.iter()), waiting: 0, grounds })
    };
    asked.iter().map(count).collect()
}

/// 现有: it goes on today. Over a period: some day of it that has come was among its days.
fn counts(assessment: &Assessment<'_>, asked: &Asked<'_>, from: Day, to: Option<Day>) -> bool {
    let passed = asked.span.until(assessment.on);
    let begins = if asked.period == PeriodKind::Now { assessment.on } else { passed.from };
    from <= passed.to && to.is_none_or(|to| begins <= to)
}
