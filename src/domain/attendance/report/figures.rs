//! Figures: the numbers that programmes ask for, of one Session.

use super::super::{AttendanceStatus, GapKind};
use super::{ClassroomCount, ReportRow, Way};
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// 人数: who was present. Hosts are people too.
    pub people: u32,
    /// All who have a record: who came, and who was expected.
    pub listed: u32,
    /// Members with the role core on that day, and how many of them were present.
    pub core_roster: u32,
    pub core_present: u32,
    /// Different rural schools of those present, and how many of them teach there.
    pub rural_schools: u32,
    pub rural_people: u32,
    /// Of those present, whole minutes, rounded down.
    pub mean_minutes: u32,
    /// Classrooms in which somebody sat.
    pub classrooms: u32,
    /// Present, and seated in a Classroom.
    pub classroom_people: u32,
    pub absent: u32,
    pub excused: u32,
    pub unknown: u32,
    /// Marks of those present; both may stand on one.
    pub late: u32,
    pub left_early: u32,
    /// Of the unknown: those whose line broke off.
    pub unknown_by_line: u32,
}

impl Figures {
    pub(super) fn of(rows: &[ReportRow], classrooms: &[ClassroomCount]) -> Self {
        let count = |fits: &dyn Fn(&ReportRow) -> bool| number(rows.iter().filter(|row| fits(row)).count());
        let status = |status| count(&|row| row.record.status == status);
        let people = status(AttendanceStatus::Present);
        let seen: Duration = rows.iter().filter(|row| row.is_present()).map(|row| row.record.seen).sum();
        Self {
            people,
            listed: number(rows.len()),
            core_roster: count(&ReportRow::is_core),
            core_present: count(&|row| row.is_core() && row.is_present()),
            rural_schools: number(rural_schools(rows).len()),
            rural_people: count(&|row| row.is_rural() && row.is_present()),
            mean_minutes: seen
                .checked_div(people)
                .map_or(0, |mean| number(usize::try_from(mean.as_secs() / 60).unwrap_or(usize::MAX))),
            classrooms: number(classrooms.iter().filter(|one| one.seated > 0).count()),
            classroom_people: count(&|row| row.is_present() && row.ways.contains(&Way::Classroom)),
            absent: status(AttendanceStatus::Absent),
            excused: status(AttendanceStatus::Excused),
            unknown: status(AttendanceStatus::Unknown),
            late: count(&|row| row.record.late),
            left_early: count(&|row| row.record.left_early),
            unknown_by_line: count(&|row| {
                row.record.status == AttendanceStatus::Unknown
                    && row.record.gaps.iter().any(|gap| gap.kind == GapKind::Lost)
            }),
        }
    }

    /// In tenths of a percent, rounded to the nearest; none without a core roster.
    #[must_use]
    pub fn core_permille(&self) -> Option<u32> {
        (self.core_roster > 0).then(|| (self.core_present * 2000 + self.core_roster) / (self.core_roster * 2))
    }

    /// `54.5%`, as reports print it.
    #[must_use]
    pub fn core_percent_text(&self) -> Option<String> {
        self.core_permille().map(|permille| match permille % 10 {
            0 => format!("{}%", permille / 10),
            tenth => format!("{}.{tenth}%", permille / 10),
        })
    }
}

/// The rural schools of those present. Schools of one name in different Regions are two; a school that a guest has named is
/// the one of that name, where it is known.
pub(super) fn rural_schools<'a>(rows: impl IntoIterator<Item = &'a ReportRow>) -> BTreeSet<(Option<String>, String)> {
    let present = rows.into_iter().filter(|row| row.is_present());
    let rural = present.filter_map(|row| row.known.school.as_ref()).filter(|school| school.rural);
    let mut schools: BTreeSet<_> = rural.map(|school| (school.region.clone(), school.name.clone())).collect();
    let known: BTreeSet<String> =
        schools.iter().filter(|(region, _)| region.is_some()).map(|(_, name)| name.clone()).collect();
    schools.retain(|(region, name)| region.is_some() || !known.contains(name));
    schools
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
