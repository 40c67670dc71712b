//! AttendanceReport: everything that the host of one Session is asked for afterwards, from its records and its lines.
//!
//! Pure and exactly reproducible: whoever has the same lines, names and parameters gets the same report to the byte, and
//! so the same [`AttendanceReport::digest`].

mod curve;
mod digest;
mod figures;
mod lines;
mod proof;
mod year;

pub use curve::CurvePoint;
pub use figures::Figures;
pub use lines::{CheckInMark, ClassroomCount, Way};
pub use proof::{Proof, ProofRow};
pub use year::{YearCell, YearFigures, YearPerson, YearReport, YearSession, YearTotals};

use super::super::presence::{Head, PresenceEvent, PresenceInterval};
use super::super::{ActivityId, ActivityKind, Level, MemberRole, Mode, SessionId, StudioId};
use super::course::Course;
use super::{AttendanceParameters, AttendanceRecord, AttendanceStatus, Timetable};
use lines::LinesRead;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the Session was: told by the rows of the Activity and the Studio, not by the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Occasion {
    pub session: SessionId,
    pub activity: ActivityId,
    pub title: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    pub level: Level,
    pub studio: StudioId,
    pub studio_name: String,
    /// In the order in which the Activity names them.
    pub presenters: Vec<String>,
}

/// Who somebody was on that day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Known {
    pub name: String,
    pub school: Option<KnownSchool>,
    /// In the Studio, on the day of the Session.
    pub role: Option<MemberRole>,
    pub presenter: bool,
    /// Came by name and school, without an account.
    pub guest: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownSchool {
    pub name: String,
    pub rural: bool,
    /// City and county, as `临江市 / 青禾县`; none for a school that only a guest has named.
    pub region: Option<String>,
}

/// What a report is made from.
pub struct ReportSource<'a> {
    pub occasion: Occasion,
    /// By `Person::key`.
    pub people: &'a BTreeMap<String, Known>,
    /// The lines of the Session in the order of their sequence; checkpoints, which only make records, may be missing.
    pub events: &'a [PresenceEvent],
    pub timetable: &'a Timetable,
    pub parameters: &'a AttendanceParameters,
    /// From the same lines, timetable and parameters.
    pub records: Vec<AttendanceRecord>,
    /// The end of the chain that the records go back to.
    pub head: Head,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttendanceReport {
    pub occasion: Occasion,
    pub planned: PresenceInterval,
    /// From the beginning to the end, or to the last moment known.
    pub held: PresenceInterval,
    /// The Session goes on: nothing of this is final.
    pub ongoing: bool,
    pub parameters: AttendanceParameters,
    pub figures: Figures,
    pub curve: Vec<CurvePoint>,
    pub check_ins: Vec<CheckInMark>,
    pub classrooms: Vec<ClassroomCount>,
    /// By role, then by name.
    pub rows: Vec<ReportRow>,
    /// Records that somebody corrected by hand.
    pub corrections: u32,
    #[serde(serialize_with = "digest::head")]
    pub head: Head,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportRow {
    pub known: Known,
    /// How the person took part, as far as the lines tell.
    pub ways: Vec<Way>,
    /// Where somebody who was seated sat.
    pub places: Vec<String>,
    pub record: AttendanceRecord,
}

impl ReportRow {
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.record.status == AttendanceStatus::Present
    }

    #[must_use]
    pub fn is_rural(&self) -> bool {
        self.known.school.as_ref().is_some_and(|school| school.rural)
    }

    #[must_use]
    pub fn is_core(&self) -> bool {
        self.known.role == Some(MemberRole::Core)
    }

    #[must_use]
    pub fn role_word(&self) -> &'static str {
        self.known.role_word()
    }
}

impl Known {
    /// What the person was, in one word.
    #[must_use]
    pub fn role_word(&self) -> &'static str {
        match self.role {
            Some(role) => role.word(),
            None if self.presenter => "主讲人",
            None if self.guest => "访客",
            None => "非成员",
        }
    }
}

/// The report on one Session.
#[must_use]
pub fn report(source: ReportSource<'_>) -> AttendanceReport {
    let ReportSource { occasion, people, events, timetable, parameters, records, head } = source;
    let (course, places) = Course::read(events, timetable);
    let lines = LinesRead::of(events, &places);
    let mut rows: Vec<ReportRow> = records
        .into_iter()
        .map(|record| {
            let known = people.get(&record.person).cloned().unwrap_or_else(|| lines.guest(&record.person));
            let (ways, places) = (lines.ways_of(&record.person), lines.places_of(&record.person));
            ReportRow { known, ways, places, record }
        })
        .collect();
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    let classrooms = lines.classrooms();
    AttendanceReport {
        figures: Figures::of(&rows, &classrooms),
        curve: curve::curve(&rows, course.whole()),
        check_ins: lines.check_ins,
        corrections: figures::number(rows.iter().filter(|row| row.record.correction.is_some()).count()),
        classrooms,
        occasion,
        planned: PresenceInterval { from: timetable.planned_start, to: timetable.planned_end },
        held: course.whole(),
        ongoing: course.ended.is_none(),
        parameters: parameters.clone(),
        rows,
        head,
    }
}

/// By rank in the Studio, then by name; the key decides between namesakes.
fn key(row: &ReportRow) -> (usize, &str, &str) {
    let rank = match row.known.role {
        Some(MemberRole::Host) => 0,
        _ if row.known.presenter => 1,
        Some(MemberRole::Core) => 2,
        Some(MemberRole::Trainee) => 3,
        Some(MemberRole::Adviser) => 4,
        Some(MemberRole::Follower) => 5,
        None if !row.known.guest => 6,
        None => 7,
    };
    (rank, &row.known.name, &row.record.person)
}
