//! The Session's course: one axis of time that only goes forward, from its beginning to its end, with its interruptions.

use super::super::Time;
use super::super::presence::{PresenceEvent, PresenceInterval, PresenceKind};
use super::Timetable;
use super::spans::without;
use serde::Deserialize;
use std::time::Duration;

/// Lines are put on an axis that begins at the wall clock of the Session's first line and goes on by the monotonic
/// clock, so that a server clock that is set in the middle changes nobody's minutes.
pub(super) struct Course {
    pub(super) from: Time,
    /// None while it goes on.
    pub(super) ended: Option<Time>,
    /// The end, or the last moment that the lines tell of.
    pub(super) to: Time,
    /// In order: the server was stopped.
    pub(super) interruptions: Vec<PresenceInterval>,
}

/// The monotonic clock of one run of the server, tied to the axis.
#[derive(Clone, Copy)]
struct Anchor {
    axis_us: i64,
    monotonic_us: i64,
}

impl Anchor {
    fn at(self, monotonic_us: i64) -> Time {
        Time::from_micros(self.axis_us.saturating_add(monotonic_us.saturating_sub(self.monotonic_us)))
    }
}

/// When it happened, on a line that was written afterwards: of a sign-in sheet, and of the Session that it is of.
#[derive(Deserialize)]
struct Told {
    at_us: i64,
}

fn told_at(event: &PresenceEvent) -> Option<Time> {
    let told = matches!(event.kind, PresenceKind::SessionStarted | PresenceKind::SessionEnded) || is_of_seat(event);
    let detail = told.then(|| serde_json::from_str::<Told>(&event.detail).ok()).flatten()?;
    Some(Time::from_micros(detail.at_us))
}

fn is_of_seat(event: &PresenceEvent) -> bool {
    matches!(event.kind, PresenceKind::Seated | PresenceKind::Unseated)
}

/// Detail of a `session_started` that is not the first one: the Session goes on after the server was stopped.
#[derive(Deserialize)]
struct GoneOn {
    /// The last moment of the run before that the ledger knew, on that run's monotonic clock.
    known_us: i64,
}

impl Course {
    /// The course, and for each line its place on the axis.
    pub(super) fn read(events: &[PresenceEvent], timetable: &Timetable) -> (Self, Vec<Time>) {
        let mut anchor: Option<Anchor> = None;
        let mut course =
            Self { from: timetable.started_at, ended: None, to: timetable.started_at, interruptions: Vec::new() };
        let mut places = Vec::with_capacity(events.len());
        let mut begun = false;
        for event in events {
            // Written afterwards, by any run of the server: it tells of no moment of the Session.
            if event.kind == PresenceKind::Corrected {
                places.push(course.to);
                continue;
            }
            let wall = event.wall.micros();
            let fresh = Anchor { axis_us: wall, monotonic_us: event.monotonic_us };
            let told = told_at(event);
            if event.kind == PresenceKind::SessionStarted {
                if let Some(before) = anchor.filter(|_| begun) {
                    anchor = Some(course.go_on(before, event));
                } else {
                    begun = true;
                    course.from = told.unwrap_or(event.wall);
                    anchor = Some(Anchor { axis_us: course.from.micros(), ..fresh });
                }
            }
            let at = anchor.get_or_insert(fresh).at(event.monotonic_us);
            if let Some(told) = told.filter(|_| is_of_seat(event)) {
                // Somebody writes down afterwards what happened then; it says nothing of how long the Session goes on.
                places.push(told);
                continue;
            }
            let at = told.unwrap_or(at);
            if event.kind == PresenceKind::SessionEnded {
                course.ended = Some(at.max(course.from));
            }
            course.to = course.to.max(at);
            places.push(at);
        }
        course.ended = course.ended.or(timetable.ended_at);
        course.to = course.ended.unwrap_or(course.to).max(course.from);
        (course, places)
    }

    /// A new run of the server: its monotonic clock says nothing about the one before, so the wall clock tells how long it
    /// was stopped.
    fn go_on(&mut self, before: Anchor, event: &PresenceEvent) -> Anchor {
        let known = serde_json::from_str::<GoneOn>(&event.detail).map_or(self.to, |gone| before.at(gone.known_us));
        let stopped = known.max(self.interruptions.last().map_or(self.from, |last| last.to));
        let axis = event.wall.max(stopped);
        self.interruptions.push(PresenceInterval { from: stopped, to: axis });
        Anchor { axis_us: axis.micros(), monotonic_us: event.monotonic_us }
    }

    pub(super) fn whole(&self) -> PresenceInterval {
        PresenceInterval { from: self.from, to: self.to }
    }

    /// How much of the Session lies in the span.
    pub(super) fn passed(&self, span: PresenceInterval) -> Duration {
        let running = without(&[span], &self.interruptions);
        running.iter().map(|part| part.to.since(part.from)).sum()
    }

    pub(super) fn total(&self, spans: &[PresenceInterval]) -> Duration {
        spans.iter().map(|&span| self.passed(span)).sum()
    }
}
