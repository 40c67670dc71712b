//! YearReport: a Studio's Sessions of one calendar year beside its people, from the reports on each.

use super::super::super::presence::{Head, hex};
use super::super::{AttendanceParameters, AttendanceRecord, AttendanceStatus};
use super::digest::digest_of;
use super::figures::{number, rural_schools};
use super::{AttendanceReport, Figures, Known, Occasion, ReportRow};
use crate::domain::{StudioId, Time};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Names the layout of the hashed bytes.
const LAYOUT: &str = "lectern year 1";

/// What programmes call an Activity with enough people, and one with half of the core members.
const ENOUGH_PEOPLE: u32 = 10;
const HALF: u32 = 500;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearReport {
    pub studio: StudioId,
    pub studio_name: String,
    pub year: i32,
    pub parameters: AttendanceParameters,
    /// By their beginning.
    pub sessions: Vec<YearSession>,
    /// By their rank in the last Session that lists them, then by name.
    pub people: Vec<YearPerson>,
    pub figures: YearFigures,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearSession {
    pub occasion: Occasion,
    pub started_at: Time,
    /// Whole minutes that it lasted.
    pub minutes: u64,
    pub figures: Figures,
    #[serde(serialize_with = "super::digest::head")]
    pub head: Head,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearPerson {
    pub person: String,
    /// As of the last Session that lists the person.
    pub known: Known,
    /// One for each Session; none where the person neither came nor was expected.
    pub cells: Vec<Option<YearCell>>,
    pub totals: YearTotals,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearCell {
    pub status: AttendanceStatus,
    pub late: bool,
    pub left_early: bool,
    pub minutes: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct YearTotals {
    /// Sessions that list the person.
    pub listed: u32,
    pub present: u32,
    pub absent: u32,
    pub excused: u32,
    pub unknown: u32,
    pub late: u32,
    pub left_early: u32,
    pub minutes: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct YearFigures {
    pub sessions: u32,
    /// Different people who were present at least once, and presences in all.
    pub people: u32,
    pub presences: u32,
    pub rural_schools: u32,
    pub rural_people: u32,
    /// Sessions with at least 10 people; with at least half of the core members of that day.
    pub sessions_of_ten: u32,
    pub sessions_of_half_core: u32,
    /// Whole minutes of all Sessions.
    pub minutes: u64,
}

impl YearReport {
    /// `reports` are those of the Sessions that began in the year.
    #[must_use]
    pub fn of(
        studio: (StudioId, String),
        year: i32,
        parameters: &AttendanceParameters,
        mut reports: Vec<AttendanceReport>,
    ) -> Self {
        reports.sort_by_key(|report| (report.held.from, report.occasion.session));
        let figures = figures(&reports);
        let people = people(&reports);
        let sessions = reports.into_iter().map(|report| YearSession {
            started_at: report.held.from,
            minutes: minutes(&report),
            figures: report.figures,
            head: report.head,
            occasion: report.occasion,
        });
        let (studio, studio_name) = studio;
        Self {
            studio,
            studio_name,
            year,
            parameters: parameters.clone(),
            sessions: sessions.collect(),
            people,
            figures,
        }
    }

    /// SHA-256 of all verdicts with what they were judged by.
    #[must_use]
    pub fn digest(&self) -> String {
        let sessions: Vec<_> = self
            .sessions
            .iter()
            .map(|one| {
                (&one.occasion.session, &one.occasion.title, one.minutes, one.head.sequence, hex(&one.head.hash))
            })
            .collect();
        let people: Vec<_> = self
            .people
            .iter()
            .map(|one| {
                let cells: Vec<_> = one
                    .cells
                    .iter()
                    .map(|cell| cell.map(|cell| (cell.status, cell.late, cell.left_early, cell.minutes)))
                    .collect();
                (&one.person, &one.known.name, cells)
            })
            .collect();
        digest_of(&(LAYOUT, &self.studio, self.year, &self.parameters, sessions, people))
    }
}

/// Of the Session without its interruptions, as its records have it.
fn minutes(report: &AttendanceReport) -> u64 {
    let whole = report.rows.first().map(|row| row.record.whole);
    whole.unwrap_or_else(|| report.held.to.since(report.held.from)).as_secs() / 60
}

fn figures(reports: &[AttendanceReport]) -> YearFigures {
    let rows = || reports.iter().flat_map(|report| &report.rows).filter(|row| row.is_present());
    let people: BTreeSet<&str> = rows().map(|row| row.record.person.as_str()).collect();
    let rural: BTreeSet<&str> = rows().filter(|row| row.is_rural()).map(|row| row.record.person.as_str()).collect();
    let schools = rural_schools(reports.iter().flat_map(|report| &report.rows));
    let held = |fits: &dyn Fn(&Figures) -> bool| number(reports.iter().filter(|one| fits(&one.figures)).count());
    YearFigures {
        sessions: number(reports.len()),
        people: number(people.len()),
        presences: number(rows().count()),
        rural_schools: number(schools.len()),
        rural_people: number(rural.len()),
        sessions_of_ten: held(&|figures| figures.people >= ENOUGH_PEOPLE),
        sessions_of_half_core: held(&|figures| figures.core_permille().is_some_and(|part| part >= HALF)),
        minutes: reports.iter().map(minutes).sum(),
    }
}

fn people(reports: &[AttendanceReport]) -> Vec<YearPerson> {
    let mut people: BTreeMap<&str, (&ReportRow, Vec<Option<YearCell>>)> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        for row in &report.rows {
            let (last, cells) = people.entry(&row.record.person).or_insert_with(|| (row, vec![None; reports.len()]));
            *last = row;
            cells[at] = Some(YearCell::of(&row.record));
        }
    }
    let mut people: Vec<(&ReportRow, Vec<Option<YearCell>>)> = people.into_values().collect();
    people.sort_by(|(a, _), (b, _)| super::key(a).cmp(&super::key(b)));
    let person = |(row, cells): (&ReportRow, Vec<Option<YearCell>>)| YearPerson {
        person: row.record.person.clone(),
        known: row.known.clone(),
        totals: YearTotals::of(&cells),
        cells,
    };
    people.into_iter().map(person).collect()
}

impl YearCell {
    pub(super) fn of(record: &AttendanceRecord) -> Self {
        Self { status: record.status, late: record.late, left_early: record.left_early, minutes: record.minutes() }
    }
}

impl YearTotals {
    pub(super) fn of(cells: &[Option<YearCell>]) -> Self {
        let mut totals = Self::default();
        for cell in cells.iter().flatten() {
            totals.listed += 1;
            match cell.status {
                AttendanceStatus::Present => totals.present += 1,
                AttendanceStatus::Absent => totals.absent += 1,
                AttendanceStatus::Excused => totals.excused += 1,
                AttendanceStatus::Unknown => totals.unknown += 1,
            }
            totals.late += u32::from(cell.late);
            totals.left_early += u32::from(cell.left_early);
            totals.minutes += cell.minutes;
        }
        totals
    }
}
