//! YearEnds: what was frozen, said and settled about a year, or a whole cycle, under one Policy. Insert-only; each stage is one transaction.

mod close;
mod freeze;
mod left_out;
mod objection;
mod read;
mod roster;

pub use close::{NewCorrection, correct, settle, withdraw};
pub use freeze::{NewYearEnd, freeze, publish};
pub use left_out::{NotSettled, Sorted, left_out, sorted};
pub use objection::{Objection, ObjectionAnswer, answer, get as objection, object, of_year_end as objections};
pub use read::{
    Correction, Entry, Row, digest, frozen_scorecard, get, is_frozen, of_region, of_studio, public, rows,
    scorecard_counted_anew, studio_as_frozen, studios_of,
};
pub(super) use read::{FrozenYear, SettledYear, frozen_years, settled_years};
pub use roster::{FrozenRoster, roster};

pub(in crate::store) use objection::STUDIOS_OF_ATTACHMENT;

use super::policy::all;
use super::{Store, StoreError, constraint};
use crate::domain::participation::Span;
use crate::domain::policy::{AssessmentScope, Covered, Policy, Ranking};
use crate::domain::year_end::Course;
use crate::domain::{Day, RegionId, Time, YearEndId};
use std::sync::Arc;

/// What somebody said about a stage, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearEnd {
    pub id: YearEndId,
    pub region: RegionId,
    pub region_name: String,
    pub policy: String,
    pub version: u32,
    pub scope: AssessmentScope,
    /// Of a cycle its last one.
    pub year: i32,
    /// The day at whose end the Scorecards stood so.
    pub on: Day,
    pub studios: u32,
    pub open: u32,
    pub frozen: Word,
    pub published: Option<(Span, Word)>,
    pub settled: Option<Word>,
    pub withdrawn: Option<Word>,
}

impl YearEnd {
    #[must_use]
    pub fn course(&self) -> Course {
        Course {
            published: self.published.as_ref().map(|(span, _)| *span),
            open: self.open,
            settled: self.settled.is_some(),
            withdrawn: self.withdrawn.is_some(),
        }
    }

    #[must_use]
    pub const fn covered(&self) -> Covered {
        Covered { scope: self.scope, year: self.year }
    }

    /// The cut-off; programmes name it for years.
    #[must_use]
    pub fn ranking<'a>(&self, rules: &'a Policy) -> Option<&'a Ranking> {
        rules.ranking.as_ref().filter(|_| self.scope.is_year())
    }

    /// The version by which it was frozen.
    pub fn rules(&self, store: &Store) -> Result<Arc<Policy>, StoreError> {
        let known = all(store).get(&(self.policy.clone(), self.version)).cloned();
        known.ok_or(StoreError::Unreadable { column: "version" })
    }
}

fn broken(name: &str) -> StoreError {
    StoreError::Conflict(constraint::named(name))
}
