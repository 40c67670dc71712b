//! How many people were there, minute by minute.

use super::PresenceInterval;
use super::ReportRow;
use super::figures::number;
use crate::domain::Time;
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CurvePoint {
    pub at: Time,
    pub people: u32,
}

/// A point for each minute; a Session that was forgotten gets coarser ones instead of more.
const MOST_POINTS: u64 = 720;

pub(super) fn curve(rows: &[ReportRow], held: PresenceInterval) -> Vec<CurvePoint> {
    let length = held.to.since(held.from);
    if length.is_zero() {
        return Vec::new();
    }
    let minutes = length.as_secs().div_ceil(60).div_ceil(MOST_POINTS).max(1);
    let step = Duration::from_secs(60 * minutes);
    let mut begins: Vec<Time> = Vec::new();
    let mut ends: Vec<Time> = Vec::new();
    for one in rows.iter().flat_map(|row| &row.record.intervals) {
        begins.push(one.from);
        ends.push(one.to);
    }
    begins.sort_unstable();
    ends.sort_unstable();
    // Half-open: at the end itself nobody is there any more, so the last point looks at the moment before it.
    let there = |at: Time| {
        let came = begins.partition_point(|begin| *begin <= at);
        let went = ends.partition_point(|end| *end <= at);
        number(came - went)
    };
    let mut points = Vec::new();
    let mut at = held.from;
    while at < held.to {
        points.push(CurvePoint { at, people: there(at) });
        at = at + step;
    }
    points.push(CurvePoint { at: held.to, people: there(held.to - Duration::from_micros(1)) });
    points
}
