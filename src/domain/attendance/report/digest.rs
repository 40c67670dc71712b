//! The fingerprint of a report: what has to come out again when somebody makes it anew from the ledger.

use super::super::super::presence::{Head, hex};
use super::AttendanceReport;
use serde::{Serialize, Serializer};

/// Names the layout of the hashed bytes; a new layout gets a new name, and reports that were issued before keep theirs.
const LAYOUT: &str = "lectern report 1";

impl AttendanceReport {
    /// SHA-256 of the verdicts with all that they were judged by. What only helps to read them (the curve, reasons, the
    /// ways of taking part) is left out, so that better words do not disprove a report on paper.
    #[must_use]
    pub fn digest(&self) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                let (known, record) = (&row.known, &row.record);
                let school = known.school.as_ref();
                let spans: Vec<_> = record.intervals.iter().map(|one| (one.from.micros(), one.to.micros())).collect();
                (
                    (&record.person, &known.name, school.map(|school| (&school.name, school.rural))),
                    (known.role, known.presenter, record.status, record.late, record.left_early),
                    (record.minutes(), spans),
                )
            })
            .collect();
        let figures = &self.figures;
        let numbers = (
            (figures.people, figures.core_present, figures.core_roster, figures.rural_schools, figures.rural_people),
            (figures.mean_minutes, figures.absent, figures.excused, figures.unknown),
        );
        digest_of(&(
            LAYOUT,
            (&self.occasion.session, &self.occasion.title, &self.occasion.studio),
            (self.held.from.micros(), self.held.to.micros(), self.head.sequence, hex(&self.head.hash)),
            &self.parameters,
            numbers,
            rows,
        ))
    }
}

/// Of the value as JSON, whose fields have their order.
pub(super) fn digest_of(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).expect("plain data without maps of odd keys");
    hex(ring::digest::digest(&ring::digest::SHA256, &json).as_ref())
}

pub(super) fn head<S: Serializer>(head: &Head, to: S) -> Result<S::Ok, S::Error> {
    (head.sequence, hex(&head.hash)).serialize(to)
}
