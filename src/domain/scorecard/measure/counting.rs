//! Activities counted one by one, and the longest Series of them.

use super::super::assessment::{Asked, Assessment, count};
use super::super::compare::{Count, compared};
use super::super::{Ground, SubjectScore};
use super::fit::{Fit, Fitted, fitted};
use crate::domain::SeriesId;
use crate::domain::policy::{Filter, Part};
use std::collections::BTreeMap;

pub(super) fn activities(
    assessment: &Assessment<'_>,
    part: &Part,
    filter: &Filter,
    asked: &[Asked<'_>],
) -> Vec<SubjectScore> {
    let fitted = fitted(assessment, filter);
    let count = |asked: &Asked<'_>| {
        let mut count = Count::default();
        for one in &fitted {
            let Some(fit) = one.for_subject(asked, filter.taking) else { continue };
            match fit {
                Fit::Yes => count.measured += 1,
                Fit::Maybe(_) => count.waiting += 1,
                Fit::No(_) => {}
            }
            count.grounds.push(one.ground(&fit));
        }
        compared(assessment, part, asked, count)
    };
    asked.iter().map(count).collect()
}

pub(super) fn series(
    assessment: &Assessment<'_>,
    part: &Part,
    filter: &Filter,
    asked: &[Asked<'_>],
) -> Vec<SubjectScore> {
    let fitted = fitted(assessment, filter);
    let count = |asked: &Asked<'_>| compared(assessment, part, asked, longest(&fitted, filter, asked));
    asked.iter().map(count).collect()
}

/// The Series with the most Activities, and of two as long the one that may become longer.
fn longest(fitted: &[Fitted<'_>], filter: &Filter, asked: &Asked<'_>) -> Count {
    let mut all: BTreeMap<SeriesId, Vec<(&Fitted<'_>, Fit)>> = BTreeMap::new();
    for one in fitted {
        let Some(series) = one.held.activity.series else { continue };
        let Some(fit) = one.for_subject(asked, filter.taking) else { continue };
        all.entry(series).or_default().push((one, fit));
    }
    let sure = |list: &[(&Fitted<'_>, Fit)]| count(list.iter().filter(|(_, fit)| *fit == Fit::Yes));
    let possible = |list: &[(&Fitted<'_>, Fit)]| count(list.iter().filter(|(_, fit)| !matches!(fit, Fit::No(_))));
    let most = all.values().map(|list| possible(list)).max().unwrap_or(0);
    let Some((series, best)) = all.iter().max_by_key(|(_, list)| (sure(list), possible(list))) else {
        return Count::default();
    };
    let measured = sure(best);
    let mut grounds = vec![Ground::Series { series: *series, activities: measured }];
    grounds.extend(best.iter().map(|(one, fit)| one.ground(fit)));
    Count { measured, waiting: most - measured, grounds }
}
