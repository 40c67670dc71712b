//! Sets of half-open spans of time.

use super::super::Time;
use super::super::presence::Interval;

/// Sorted, and united where they touch or overlap; empty ones are dropped.
pub(super) fn united(mut spans: Vec<Interval>) -> Vec<Interval> {
    spans.sort_by_key(|span| (span.from, span.to));
    let mut out: Vec<Interval> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| span.from < span.to) {
        match out.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => out.push(span),
        }
    }
    out
}

/// What lies within `whole`, of spans in order.
pub(super) fn within(spans: &[Interval], whole: Interval) -> Vec<Interval> {
    let clipped = spans.iter().map(|span| Interval { from: span.from.max(whole.from), to: span.to.min(whole.to) });
    clipped.filter(|span| span.from < span.to).collect()
}

/// `spans` without `holes`; both are united.
pub(super) fn without(spans: &[Interval], holes: &[Interval]) -> Vec<Interval> {
    let mut out = Vec::with_capacity(spans.len());
    for span in spans {
        let mut from = span.from;
        for hole in holes.iter().filter(|hole| hole.to > span.from && hole.from < span.to) {
            if hole.from > from {
                out.push(Interval { from, to: hole.from });
            }
            from = from.max(hole.to);
        }
        if from < span.to {
            out.push(Interval { from, to: span.to });
        }
    }
    out
}

/// Between the first and the last of united spans.
pub(super) fn holes(spans: &[Interval]) -> impl Iterator<Item = Interval> {
    spans.windows(2).map(|pair| Interval { from: pair[0].to, to: pair[1].from })
}

pub(super) fn overlap(spans: &[Interval], with: Interval) -> bool {
    spans.iter().any(|span| span.from < with.to && with.from < span.to)
}

pub(super) fn ends(spans: &[Interval]) -> Option<(Time, Time)> {
    Some((spans.first()?.from, spans.last()?.to))
}
