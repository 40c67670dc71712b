//! Different people who came, and the time that one of them gave.

use super::super::SubjectScore;
use super::super::assessment::{Asked, Assessment, count};
use super::super::compare::{Count, compared};
use super::fit::{Fit, Fitted, fitted};
use crate::domain::participation::Attended;
use crate::domain::policy::{Filter, Part};
use std::collections::BTreeSet;

pub(super) fn people(
    assessment: &Assessment<'_>,
    part: &Part,
    filter: &Filter,
    asked: &[Asked<'_>],
) -> Vec<SubjectScore> {
    let fitted = fitted(assessment, filter);
    let count = |asked: &Asked<'_>| compared(assessment, part, asked, different(&fitted, filter, asked));
    asked.iter().map(count).collect()
}

fn different(fitted: &[Fitted<'_>], filter: &Filter, asked: &Asked<'_>) -> Count {
    let (mut came, mut maybe) = (BTreeSet::new(), BTreeSet::new());
    let mut grounds = Vec::new();
    for one in fitted {
        let Some(fit) = one.for_subject(asked, filter.taking) else { continue };
        grounds.push(one.ground(&fit));
        if matches!(fit, Fit::No(_)) {
            continue;
        }
        for person in one.held.people() {
            match person.attended {
                Attended::Present if fit == Fit::Yes => came.insert(person.person.as_str()),
                Attended::Present | Attended::Unknown => maybe.insert(person.person.as_str()),
                Attended::Excused | Attended::Absent => false,
            };
        }
    }
    Count { measured: count(came.iter()), waiting: count(maybe.difference(&came)), grounds }
}

pub(super) fn class_hours(
    assessment: &Assessment<'_>,
    part: &Part,
    filter: &Filter,
    asked: &[Asked<'_>],
) -> Vec<SubjectScore> {
    let fitted = fitted(assessment, filter);
    let hour = assessment.policy.class_hour_minutes.max(1);
    let count = |asked: &Asked<'_>| {
        let (mut sure, mut open) = (0_u32, 0_u32);
        let mut grounds = Vec::new();
        for one in &fitted {
            let Some(fit) = one.for_subject(asked, filter.taking) else { continue };
            let minutes = minutes(one, asked);
            match fit {
                Fit::Yes => sure = sure.saturating_add(minutes),
                Fit::Maybe(_) => open = open.saturating_add(minutes),
                Fit::No(_) => {}
            }
            let mut ground = one.ground(&fit);
            if let super::super::Ground::Activity { note: note @ None, .. } = &mut ground {
                *note = Some(format!("{minutes} 分钟"));
            }
            grounds.push(ground);
        }
        // 课时 are rounded down once, at the end: two halves are a whole one.
        let measured = sure / hour;
        let waiting = sure.saturating_add(open) / hour - measured;
        compared(assessment, part, asked, Count { measured, waiting, grounds })
    };
    asked.iter().map(count).collect()
}

/// The subject's verified time in it; for the Studio that of everybody present.
fn minutes(one: &Fitted<'_>, asked: &Asked<'_>) -> u32 {
    let Some(member) = asked.member else {
        let present = one.held.people().filter(|person| person.attended == Attended::Present);
        return present.fold(0, |sum, person| sum.saturating_add(person.minutes));
    };
    let record = one.held.person(member.account.as_str());
    record.filter(|record| matches!(record.attended, Attended::Present | Attended::Unknown)).map_or(0, |r| r.minutes)
}
