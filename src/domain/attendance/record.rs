//! From the lines of one Session to everybody's record.

use super::super::presence::{PresenceEvent, PresenceInterval};
use super::check_ins::check_ins;
use super::correction::corrections;
use super::course::Course;
use super::life::{Life, people};
use super::reason::{Judged, reason};
use super::spans::{ends, holes, united, within, without};
use super::{AttendanceParameters, AttendanceRecord, AttendanceStatus, CheckIns, Excuse, Gap, GapKind, Timetable};
use std::time::Duration;

/// The record of every person in `events`, of those who were `expected` and of those who were excused, by their keys. The
/// lines are one Session's (all, or those of one person and of the whole Session) in the order of their sequence.
///
/// Devices and seats of one person are united, never added. A line that repeats what is known changes nothing.
#[must_use]
pub fn records(
    events: &[PresenceEvent],
    timetable: &Timetable,
    parameters: &AttendanceParameters,
    excuses: &[Excuse],
    expected: &[String],
) -> Vec<AttendanceRecord> {
    let (course, places) = Course::read(events, timetable);
    let mut people = people(events, &places, &course, parameters);
    let excused = excuses.iter().filter(|excuse| excuse.granted).map(|excuse| &excuse.person);
    for person in expected.iter().chain(excused) {
        people.entry(person.clone()).or_default();
    }
    let corrections = corrections(events);
    for person in corrections.keys() {
        people.entry((*person).to_owned()).or_default();
    }
    let asked = check_ins(events);
    let judge = Judge { course: &course, timetable, parameters };
    let judged = people.into_iter().map(|(person, life)| {
        let excuse = excuses.iter().rev().find(|excuse| excuse.person == person && excuse.granted);
        let correction = corrections.get(person.as_str());
        let check_ins = asked.get(&person).copied().unwrap_or_default();
        let measured = judge.record(person, life, check_ins, excuse);
        match correction {
            Some((detail, at)) => measured.corrected(detail, *at),
            None => measured,
        }
    });
    judged.collect()
}

/// A page that comes back counts as hidden until it says that it is not; this much of it keeps no break open.
const FIRST_WORD: Duration = Duration::from_secs(5);

struct Judge<'a> {
    course: &'a Course,
    timetable: &'a Timetable,
    parameters: &'a AttendanceParameters,
}

impl Judge<'_> {
    fn record(&self, person: String, life: Life, check_ins: CheckIns, excuse: Option<&Excuse>) -> AttendanceRecord {
        let Self { course, parameters, .. } = self;
        let open = life.open;
        let devices = life.devices;
        let seats = life.seats.clone();
        let stay = self.stay(life);
        let seen = course.total(&stay.seen);
        let ongoing = course.ended.is_none();
        let whole = course.passed(course.whole());
        let planned = self.timetable.planned_end.since(self.timetable.planned_start);
        // Of a Session that goes on nobody knows how long it will be.
        let length = if ongoing { whole.max(planned) } else { whole };
        let required = parameters.required(length);
        let unverified = course.total(&stay.unverified);
        let enough = seen >= required && seen > Duration::ZERO;
        let status = if enough && check_ins.suffice(parameters) {
            AttendanceStatus::Present
        } else if excuse.is_some() {
            AttendanceStatus::Excused
        } else if ongoing || enough || (unverified > Duration::ZERO && seen + unverified >= required) {
            AttendanceStatus::Unknown
        } else {
            AttendanceStatus::Absent
        };
        let due = self.due();
        let present = status == AttendanceStatus::Present;
        let ends = ends(&stay.seen);
        let late_by = ends.map_or(Duration::ZERO, |(first, _)| first.since(due.from));
        let early_by = ends.filter(|_| !ongoing).map_or(Duration::ZERO, |(_, last)| due.to.since(last));
        let judged = Judged { parameters, excuse, late_by, early_by, gaps: &stay.gaps, seats: &seats };
        let mut record = AttendanceRecord {
            person,
            status,
            late: present && late_by > parameters.late(),
            left_early: present && early_by > parameters.early(),
            ongoing,
            open,
            seen,
            unverified,
            required,
            whole,
            first: ends.map(|(first, _)| first),
            last: ends.map(|(_, last)| last),
            intervals: without(&stay.seen, &course.interruptions),
            gaps: stay.gaps.clone(),
            devices,
            check_ins,
            late_after: due.from + parameters.late(),
            early_before: (!ongoing).then(|| due.to - parameters.early()),
            reason: String::new(),
            correction: None,
        };
        record.reason = reason(&record, &judged);
        record
    }

    /// What of the Session was planned: who comes to the planned beginning is not late when a host tried things out
    /// before it, and who goes at the planned end does not leave early.
    fn due(&self) -> PresenceInterval {
        let whole = self.course.whole();
        let from = whole.from.max(self.timetable.planned_start);
        let to = whole.to.min(self.timetable.planned_end);
        if from < to { PresenceInterval { from, to } } else { whole }
    }

    fn stay(&self, life: Life) -> Stay {
        let course = self.course;
        let clipped = |spans| within(&united(spans), course.whole());
        let proven = clipped(life.proven);
        let connected = clipped(life.connected);
        let hidden = without(&clipped(life.hidden), &proven);
        let short = |hole: &PresenceInterval| {
            let behind = course.total(&within(&hidden, *hole));
            course.passed(*hole) <= self.parameters.bridged() && behind <= FIRST_WORD
        };
        let bridged: Vec<PresenceInterval> = holes(&proven).filter(short).collect();
        let seen = united(proven.iter().chain(&bridged).copied().collect());
        let hidden = without(&hidden, &seen);
        let unproven = without(&without(&connected, &hidden), &seen);
        let gone: Vec<PresenceInterval> = holes(&connected).collect();
        let (lost, away): (Vec<_>, Vec<_>) = gone.into_iter().partition(|gap| life.lost.contains(&gap.from));
        let (lost, away) = (without(&lost, &seen), without(&away, &seen));
        let unverified = united(hidden.iter().chain(&unproven).chain(&lost).copied().collect());
        let kinds = [
            (GapKind::Bridged, bridged),
            (GapKind::Hidden, hidden),
            (GapKind::Unproven, unproven),
            (GapKind::Lost, lost),
            (GapKind::Away, away),
        ];
        let mut gaps: Vec<Gap> = Vec::new();
        for (kind, spans) in kinds {
            let running = without(&spans, &course.interruptions);
            gaps.extend(running.into_iter().map(|PresenceInterval { from, to }| Gap { kind, from, to }));
        }
        gaps.sort_by_key(|gap| gap.from);
        Stay { seen, unverified, gaps }
    }
}

/// What a life comes to within the Session.
struct Stay {
    seen: Vec<PresenceInterval>,
    unverified: Vec<PresenceInterval>,
    gaps: Vec<Gap>,
}
