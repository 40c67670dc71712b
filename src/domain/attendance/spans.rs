//! Sets of half-open spans of time.

use super::super::Time;
use super::super::presence::PresenceInterval;

/// Sorted, and united where they touch or overlap; empty ones are dropped.
pub(super) fn united(mut spans: Vec<PresenceInterval>) -> Vec<PresenceInterval> {
    spans.sort_by_key(|span| (span.from, span.to));
    let mut out: Vec<PresenceInterval> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| span.from < span.to) {
        match out.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => out.push(span),
        }
    }
    out
}

/// What lies within `whole`, of spans in order.
pub(super) fn within(spans: &[PresenceInterval], whole: PresenceInterval) -> Vec<PresenceInterval> {
    let clipped =
        spans.iter().map(|span| PresenceInterval { from: span.from.max(whole.from), to: span.to.min(whole.to) });
    clipped.filter(|span| span.from < span.to).collect()
}

/// `spans` without `holes`; both are united.
pub(super) fn without(spans: &[PresenceInterval], holes: &[PresenceInterval]) -> Vec<PresenceInterval> {
    let mut out = Vec::with_capacity(spans.len());
    for span in spans {
        let mut from = span.from;
        for hole in holes.iter().filter(|hole| hole.to > span.from && hole.from < span.to) {
            if hole.from > from {
                out.push(PresenceInterval { from, to: hole.from });
            }
            from = from.max(hole.to);
        }
        if from < span.to {
            out.push(PresenceInterval { from, to: span.to });
        }
    }
    out
}

/// Between the first and the last of united spans.
pub(super) fn holes(spans: &[PresenceInterval]) -> impl Iterator<Item = PresenceInterval> {
    spans.windows(2).map(|pair| PresenceInterval { from: pair[0].to, to: pair[1].from })
}

pub(super) fn ends(spans: &[PresenceInterval]) -> Option<(Time, Time)> {
    Some((spans.first()?.from, spans.last()?.to))
}
