//! At risk: less time is left than the part of the work that is left.

use super::assessment::{Assessment, count};
use super::points::{WHOLE, share_of_subject};
use super::{PartScore, ScoreState, Span, SubjectScore};
use crate::domain::policy::Logic;

/// So far, as a share of the whole, work may lag behind time: a quarter.
const LAG: u64 = WHOLE / 4;
/// With nothing done, two months before the end are late. Shorter spans than twice that are judged by their shares alone.
const LATE_DAYS: u32 = 60;

pub(super) fn at_risk(assessment: &Assessment<'_>, logic: Logic, parts: &[PartScore]) -> bool {
    let mut open = parts.iter().map(|part| is_late(assessment, part));
    match logic {
        Logic::All => open.any(|late| late),
        Logic::Any => open.all(|late| late),
    }
}

/// Percent of the whole by which the work of a part lags behind time; 0 when it does not.
pub(super) fn lag_percent(assessment: &Assessment<'_>, part: &PartScore) -> u32 {
    let most = running(assessment, part).into_iter().map(|(span, subjects)| {
        let lag = passed(assessment, span).saturating_sub(done(part, &subjects));
        u32::try_from(lag * 100 / WHOLE).unwrap_or(100)
    });
    most.max().unwrap_or(0)
}

fn is_late(assessment: &Assessment<'_>, part: &PartScore) -> bool {
    running(assessment, part).into_iter().any(|(span, subjects)| {
        let done = done(part, &subjects);
        let left = Span { from: assessment.on.plus(1), to: span.to }.days();
        let nothing_yet = done == 0 && left < LATE_DAYS && 2 * LATE_DAYS < span.days();
        done + LAG < passed(assessment, span) || nothing_yet
    })
}

/// The periods that go on and are not all met, with all their subjects.
fn running<'a>(assessment: &Assessment<'_>, part: &'a PartScore) -> Vec<(Span, Vec<&'a SubjectScore>)> {
    let mut found: Vec<(Span, Vec<&SubjectScore>)> = Vec::new();
    for subject in part.subjects.iter().filter(|subject| assessment.begun(subject.span)) {
        match found.iter_mut().find(|(span, _)| *span == subject.span) {
            Some((_, subjects)) => subjects.push(subject),
            None => found.push((subject.span, vec![subject])),
        }
    }
    found.retain(|(_, subjects)| subjects.iter().any(|subject| subject.state == ScoreState::NotYet));
    found
}

/// The mean of what each has done.
fn done(part: &PartScore, subjects: &[&SubjectScore]) -> u64 {
    let sum: u64 = subjects.iter().map(|subject| share_of_subject(part.is, subject)).sum();
    sum / u64::from(count(subjects.iter()).max(1))
}

/// The share of the span that has passed.
fn passed(assessment: &Assessment<'_>, span: Span) -> u64 {
    let days = u64::from(span.until(assessment.on).days());
    (days * WHOLE).checked_div(u64::from(span.days())).unwrap_or(0)
}
