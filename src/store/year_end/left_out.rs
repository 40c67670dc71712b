//! Which Studios a YearEnd takes in, and which it leaves out, and why.

use super::super::row::{Columns as _, rows_in};
use super::super::{Store, StoreError, region, studio};
use crate::domain::participation::Assessed;
use crate::domain::policy::Policy;
use crate::domain::year_end::{LeftOut, YearEndRefusal, settles};
use crate::domain::{RegionId, Studio, StudioId, YearEndId};
use sqlx::AnyConnection;
use std::collections::HashSet;

/// The Studios of a Region that are assessed under a Policy in a year.
#[derive(Debug, Clone, Default)]
pub struct Sorted {
    /// Those that may be settled now.
    pub taken_in: Vec<Studio>,
    pub left_out: Vec<(Studio, LeftOut)>,
}

/// As they would be frozen now.
pub async fn sorted(store: &Store, within: RegionId, rules: &Policy, year: i32) -> Result<Sorted, StoreError> {
    let kind = region::get(store, within).await?.kind;
    let mut studios = studio::assessed(store, Some(within)).await?;
    studios.retain(|one| {
        let asked = || !Assessed::of(rules, one.cycle_start, year).span.is_empty();
        one.policy.as_deref() == Some(&rules.key) && one.is_assessed_in(rules.year, year) && asked()
    });
    let ids: Vec<StudioId> = studios.iter().map(|studio| studio.id).collect();
    let taken = taken(&mut *store.read().await?, &rules.key, year, &ids).await?;
    let mut sorted = Sorted::default();
    for studio in studios {
        let reason = if !settles(kind, studio.tier) {
            Some(LeftOut::Above)
        } else {
            taken.contains(&studio.id).then_some(LeftOut::Taken)
        };
        match reason {
            Some(reason) => sorted.left_out.push((studio, reason)),
            None => sorted.taken_in.push(studio),
        }
    }
    Ok(sorted)
}

impl Sorted {
    /// Why there is nobody to settle, where there is nobody.
    pub(super) fn check(&self) -> Result<(), YearEndRefusal> {
        if !self.taken_in.is_empty() {
            return Ok(());
        }
        // Those that are taken could have been this office's.
        let of = |reason| self.left_out.iter().filter(move |(_, why)| *why == reason);
        let named = |reason| of(reason).next().map(|(studio, _)| (studio.name.clone(), of(reason).count()));
        match (named(LeftOut::Taken), named(LeftOut::Above)) {
            (Some((studio, studios)), _) => Err(YearEndRefusal::Taken { studio, studios }),
            (None, Some((studio, studios))) => Err(YearEndRefusal::Above { studio, studios }),
            (None, None) => Err(YearEndRefusal::Nobody),
        }
    }

    /// Those that another YearEnd has taken meanwhile are left out, too.
    pub(super) async fn again(
        &mut self,
        connection: &mut AnyConnection,
        key: &str,
        year: i32,
    ) -> Result<(), StoreError> {
        let ids: Vec<StudioId> = self.taken_in.iter().map(|studio| studio.id).collect();
        let taken = taken(connection, key, year, &ids).await?;
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
    year: i32,
    ids: &[StudioId],
) -> Result<HashSet<StudioId>, StoreError> {
    let head = "select e.studio, y.policy, y.year from year_end_entry e join year_end y on y.id = e.year_end
        left join year_end_closed c on c.year_end = y.id and c.stage = 'withdrawn' where c.year_end is null and e.studio in";
    let mut taken = HashSet::new();
    for row in rows_in(connection, head, ids, "").await? {
        if row.text("policy")? == key && row.number("year")? == i64::from(year) {
            taken.insert(row.id("studio")?);
        }
    }
    Ok(taken)
}

pub(super) async fn write(
    connection: &mut AnyConnection,
    id: YearEndId,
    left_out: &[(Studio, LeftOut)],
) -> Result<(), StoreError> {
    for (studio, reason) in left_out {
        sqlx::query("insert into year_end_left_out (year_end, studio, name, reason) values ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(studio.id.as_str())
            .bind(studio.name.as_str())
            .bind(reason.code())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// By reason, then by name, as they were called then.
pub async fn left_out(store: &Store, id: YearEndId) -> Result<Vec<(StudioId, String, LeftOut)>, StoreError> {
    let head = "select studio, name, reason from year_end_left_out where year_end in";
    let rows = rows_in(&mut *store.read().await?, head, &[id], "order by reason, name, studio").await?;
    rows.iter().map(|row| Ok((row.id("studio")?, row.text("name")?, row.coded("reason")?))).collect()
}
