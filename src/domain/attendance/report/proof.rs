//! Proof: one person's attendance of a year, to be shown to somebody who does not take their word for it.

use super::super::super::presence::{Head, hex};
use super::super::{AttendanceParameters, AttendanceRecord, AttendanceStatus};
use super::YearCell;
use super::digest::digest_of;
use super::year::YearTotals;
use crate::domain::{AccountId, SessionId, Time};
use serde::Serialize;

/// Names the layout of the hashed bytes.
const LAYOUT: &str = "lectern proof 1";

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proof {
    pub account: AccountId,
    pub name: String,
    pub school: Option<String>,
    pub year: i32,
    pub parameters: AttendanceParameters,
    /// By their beginning.
    pub rows: Vec<ProofRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProofRow {
    pub session: SessionId,
    pub title: String,
    pub studio_name: String,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    pub record: AttendanceRecord,
    /// Of the whole Session's chain.
    #[serde(serialize_with = "super::digest::head")]
    pub head: Head,
}

impl Proof {
    #[must_use]
    pub fn totals(&self) -> YearTotals {
        let cells: Vec<_> = self.rows.iter().map(|row| Some(YearCell::of(&row.record))).collect();
        YearTotals::of(&cells)
    }

    /// SHA-256 of all verdicts with what they were judged by.
    #[must_use]
    pub fn digest(&self) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                let record = &row.record;
                let verdict: (AttendanceStatus, bool, bool) = (record.status, record.late, record.left_early);
                (&row.session, &row.title, row.head.sequence, hex(&row.head.hash), verdict, record.minutes())
            })
            .collect();
        digest_of(&(LAYOUT, &self.account, &self.name, self.year, &self.parameters, rows))
    }
}
