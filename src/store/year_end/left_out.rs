//! Which Studios a YearEnd takes in, and which it leaves out, and why.

use super::super::row::{Columns as _, rows_in};
use super::super::{Store, StoreError, region, studio};
use super::read::settled_years;
use crate::domain::participation::{Assessed, ends_cycle};
use crate::domain::policy::{AssessmentScope, Covered, Policy};
use crate::domain::year_end::{LeftOut, YearEndRefusal, settles};
use crate::domain::{RegionId, Studio, StudioId, YearEndId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{HashMap, HashSet};

/// The Studios of a Region that are assessed under a Policy in a year, or whose cycle ends with it.
#[derive(Debug, Clone, Default)]
pub struct Sorted {
    /// Those that may be settled now.
    pub taken_in: Vec<Studio>,
    pub left_out: Vec<(Studio, LeftOut)>,
    /// Of those whose cycle is not settled in all its years: which ones are not.
    pub unsettled: HashMap<StudioId, Vec<i32>>,
}

/// A Studio that a YearEnd left out, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSettled {
    pub studio: StudioId,
    pub name: String,
    pub reason: LeftOut,
    /// The years of its cycle that had no final result, where that is the reason.
    pub years: Vec<i32>,
}

/// As they would be frozen now. A cycle is that of the Studios whose last year it is.
pub async fn sorted(
    store: &Store,
    within: RegionId,
    rules: &Policy,
    covered: impl Into<Covered>,
) -> Result<Sorted, StoreError> {
    let covered = covered.into();
    let kind = region::get(store, within).await?.kind;
    let mut studios = studio::assessed(store, Some(within)).await?;
    studios.retain(|one| one.policy.as_deref() == Some(&rules.key) && asked(rules, one, covered));
    let ids: Vec<StudioId> = studios.iter().map(|studio| studio.id).collect();
    let connection = &mut *store.read().await?;
    let taken = taken(connection, &rules.key, covered, &ids).await?;
    let mut sorted = Sorted::default();
    if covered.scope == AssessmentScope::Cycle {
        sorted.unsettled = unsettled(connection, rules, covered, &ids).await?;
    }
    for studio in studios {
        let reason = if !settles(kind, studio.tier) {
            Some(LeftOut::Above)
        } else if taken.contains(&studio.id) {
            Some(LeftOut::Taken)
        } else {
            sorted.unsettled.contains_key(&studio.id).then_some(LeftOut::Unsettled)
        };
        match reason {
            Some(reason) => sorted.left_out.push((studio, reason)),
            None => sorted.taken_in.push(studio),
        }
    }
    Ok(sorted)
}

fn asked(rules: &Policy, studio: &Studio, covered: Covered) -> bool {
    let asked = match covered.scope {
        AssessmentScope::Year => !Assessed::of(rules, studio.cycle_start, covered.year).span.is_empty(),
        AssessmentScope::Cycle => ends_cycle(rules, studio.cycle_start, covered.year),
    };
    asked && studio.is_assessed_in(rules.year, covered.year)
}

/// The years of the cycle without a final result, of the Studios that have any.
async fn unsettled(
    connection: &mut AnyConnection,
    rules: &Policy,
    covered: Covered,
    ids: &[StudioId],
) -> Result<HashMap<StudioId, Vec<i32>>, StoreError> {
    let settled = settled_years(connection, ids).await?.into_iter().filter(|one| one.policy == rules.key);
    let settled: HashSet<(StudioId, i32)> = settled.map(|one| (one.studio, one.fact.year)).collect();
    let missing = |id: &StudioId| -> Vec<i32> {
        rules.years_of(covered).filter(|year| !settled.contains(&(*id, *year))).collect()
    };
    Ok(ids.iter().map(|id| (*id, missing(id))).filter(|(_, years)| !years.is_empty()).collect())
}

impl Sorted {
    /// Those that are left out, as they are written down.
    #[must_use]
    pub fn not_settled(&self) -> Vec<NotSettled> {
        let one = |(studio, reason): &(Studio, LeftOut)| {
            let years = self.unsettled.get(&studio.id).filter(|_| *reason == LeftOut::Unsettled);
            let (name, years) = (studio.name.clone(), years.cloned().unwrap_or_default());
            NotSettled { studio: studio.id, name, reason: *reason, years }
        };
        self.left_out.iter().map(one).collect()
    }

    /// The years for whose final results a cycle of this office waits.
    pub fn missing_years(&self) -> impl Iterator<Item = i32> {
        let waiting = self.left_out.iter().filter(|(_, reason)| *reason == LeftOut::Unsettled);
        waiting.filter_map(|(studio, _)| self.unsettled.get(&studio.id)).flatten().copied()
    }

    /// Why there is nobody to settle, where there is nobody.
    pub(super) fn check(&self) -> Result<(), YearEndRefusal> {
        if !self.taken_in.is_empty() {
            return Ok(());
        }
        // Those that are taken could have been this office's.
        let of = |reason| self.left_out.iter().filter(move |(_, why)| *why == reason);
        let named = |reason| of(reason).next().map(|(studio, _)| (studio.name.clone(), of(reason).count()));
        match (named(LeftOut::Unsettled), named(LeftOut::Taken), named(LeftOut::Above)) {
            (Some((studio, studios)), ..) => Err(YearEndRefusal::Unsettled { studio, studios }),
            (None, Some((studio, studios)), _) => Err(YearEndRefusal::Taken { studio, studios }),
            (None, None, Some((studio, studios))) => Err(YearEndRefusal::Above { studio, studios }),
            (None, None, None) => Err(YearEndRefusal::Nobody),
        }
    }

    /// Those that another YearEnd has taken meanwhile are left out, too.
    pub(super) async fn again(
        &mut self,
        connection: &mut AnyConnection,
        key: &str,
        covered: Covered,
    ) -> Result<(), StoreError> {
        let ids: Vec<StudioId> = self.taken_in.iter().map(|studio| studio.id).collect();
        let taken = taken(connection, key, covered, &ids).await?;
        let (gone, stays) = std::mem::take(&mut self.taken_in).into_iter().partition(|one| taken.contains(&one.id));
        self.taken_in = stays;
        let gone: Vec<Studio> = gone;
        self.left_out.extend(gone.into_iter().map(|studio| (studio, LeftOut::Taken)));
        Ok(self.check()?)
    }
}

/// Those of these Studios that are in a YearEnd which holds.
async fn taken(
    connection: &mut AnyConnection,
    key: &str,
    covered: Covered,
    ids: &[StudioId],
) -> Result<HashSet<StudioId>, StoreError> {
    let head = "select e.studio, y.policy, y.scope, y.year from year_end_entry e join year_end y on y.id = e.year_end
        left join year_end_closed c on c.year_end = y.id and c.stage = 'withdrawn' where c.year_end is null and e.studio in";
    let mut taken = HashSet::new();
    for row in rows_in(connection, head, ids, "").await? {
        if row.text("policy")? == key
            && row.number("year")? == i64::from(covered.year)
            && row.text("scope")? == covered.scope.code()
        {
            taken.insert(row.id("studio")?);
        }
    }
    Ok(taken)
}

pub(super) async fn write(connection: &mut AnyConnection, id: YearEndId, sorted: &Sorted) -> Result<(), StoreError> {
    for one in sorted.not_settled() {
        let years = serde_json::to_string(&one.years).expect("a list of numbers");
        sqlx::query(
            "insert into year_end_left_out (year_end, studio, name, reason, years) values ($1, $2, $3, $4, $5)",
        )
        .bind(id.as_str())
        .bind(one.studio.as_str())
        .bind(one.name.as_str())
        .bind(one.reason.code())
        .bind(years)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// By reason, then by name, as they were called then.
pub async fn left_out(store: &Store, id: YearEndId) -> Result<Vec<NotSettled>, StoreError> {
    let head = "select studio, name, reason, years from year_end_left_out where year_end in";
    let rows = rows_in(&mut *store.read().await?, head, &[id], "order by reason, name, studio").await?;
    let read = |row: &AnyRow| {
        let years =
            serde_json::from_str(&row.text("years")?).map_err(|_| StoreError::Unreadable { column: "years" })?;
        Ok(NotSettled { studio: row.id("studio")?, name: row.text("name")?, reason: row.coded("reason")?, years })
    };
    rows.iter().map(read).collect()
}
