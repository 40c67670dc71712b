//! The rosters of a frozen year: who was in each Studio on its last day.

use super::super::row::{Columns as _, rows_in};
use super::super::{Store, StoreError, membership, studio};
use super::YearEnd;
use crate::domain::participation::Assessed;
use crate::domain::policy::Policy;
use crate::domain::{AccountId, Day, MemberRole, StudioId, YearEndId};
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// Everybody once, in the highest role that they had.
pub type FrozenRoster = BTreeMap<AccountId, (String, MemberRole)>;

/// The last day of the year, or the day of the freeze, if that was before.
fn last_day(rules: &Policy, year: i32, frozen_on: Day) -> Day {
    Assessed::of(rules, rules.effective_from, year).span.to.min(frozen_on)
}

/// As it is known now.
pub(super) async fn on_last_day(
    store: &Store,
    id: StudioId,
    (rules, year): (&Policy, i32),
    today: Day,
) -> Result<FrozenRoster, StoreError> {
    let last = studio::get(store, id).await?.last_working_day(last_day(rules, year, today));
    let roster = membership::roster_on(store, id, last).await?;
    let mut people = FrozenRoster::new();
    for member in roster {
        // Ordered by role: the highest comes first.
        people.entry(member.account.id).or_insert((member.account.name, member.membership.role));
    }
    Ok(people)
}

pub(super) async fn write(
    connection: &mut AnyConnection,
    id: YearEndId,
    studio: StudioId,
    people: &FrozenRoster,
) -> Result<(), StoreError> {
    for (account, (name, role)) in people {
        sqlx::query("insert into year_end_member (year_end, studio, account, name, role) values ($1, $2, $3, $4, $5)")
            .bind(id.as_str())
            .bind(studio.as_str())
            .bind(account.as_str())
            .bind(name.as_str())
            .bind(role.code())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// As it was frozen. What was frozen before rosters were is read as it is known now.
pub async fn roster(
    store: &Store,
    year_end: &YearEnd,
    rules: &Policy,
    studio: StudioId,
) -> Result<FrozenRoster, StoreError> {
    let head = "select studio, account, name, role from year_end_member where year_end in";
    let rows = rows_in(&mut *store.read().await?, head, &[year_end.id], "").await?;
    if rows.is_empty() {
        return on_last_day(store, studio, (rules, year_end.year), year_end.on).await;
    }
    let mut people = FrozenRoster::new();
    for row in rows {
        if row.id::<StudioId>("studio")? == studio {
            people.insert(row.id("account")?, (row.text("name")?, row.coded("role")?));
        }
    }
    Ok(people)
}
