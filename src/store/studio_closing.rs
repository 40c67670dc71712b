//! Closings of Studios: the Studio has the last day that holds, and each word stays with who said it and why. What follows from one is
//! written with it, in one transaction.

use super::row::{Columns as _, number_of};
use super::{
    Noun, Store, StoreError, activity, application, membership, policy, recruitment, region, ruling, session, studio,
    transfer, year_end,
};
use crate::domain::closing::{Stands, check_reopening, last_frozen};
use crate::domain::{
    AccountId, ClosingRefusal, ClosingWord, Day, DaysNote, MembershipId, NewClosing, OfficeTier, Officer, PersonName,
    Studio, StudioId, Time,
};
use sqlx::AnyConnection;

/// Its Memberships end with its last day, what it plans for later is called off, and whoever waits to get in is told no.
pub async fn close(store: &Store, id: StudioId, new: NewClosing, by: Officer, now: Time) -> Result<Studio, StoreError> {
    let (store_of, tree) = (store.clone(), region::tree(store).await?);
    store
        .write(move |connection| {
            Box::pin(async move {
                let old = found(connection, id).await?;
                decides(connection, id, by).await?;
                if let Some(last_day) = old.last_day {
                    return Err(ClosingRefusal::AlreadyClosed { last_day }.into());
                }
                let today = now.day();
                new.check(stands(connection, &store_of, &old, today).await?, today)?;
                let last_day = new.last_day;
                let reason = new.reason.trim();
                let ordinal = write(connection, id, (Some((new.kind.code(), last_day)), reason), by, now).await?;
                let why = format!("工作室停办：{reason}");
                let note = DaysNote { by: by.account, reason: why.clone(), at: now };
                let said = (by.account, now);
                for ended in membership::end_with_studio(connection, id, last_day, &note).await? {
                    keep_ended(connection, (id, ordinal), ended).await?;
                }
                activity::call_off_after(connection, id, last_day, &why, said).await?;
                recruitment::end_of_studio(connection, id, &why, said).await?;
                transfer::refuse_of_studio(connection, (id, last_day), &why, said).await?;
                application::pass_over_waiting(connection, id, &tree, now).await?;
                Ok(Studio { last_day: Some(last_day), ..old })
            })
        })
        .await
}

/// Takes the closing back: the Memberships that it ended go on as they did. What was called off or refused stays so.
pub async fn reopen(store: &Store, id: StudioId, reason: String, by: Officer, now: Time) -> Result<Studio, StoreError> {
    check_reopening(&reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let old = found(connection, id).await?;
                decides(connection, id, by).await?;
                if old.last_day.is_none() {
                    return Err(ClosingRefusal::NotClosed.into());
                }
                let reason = reason.trim();
                let ordinal = write(connection, id, (None, reason), by, now).await?;
                let note = DaysNote { by: by.account, reason: format!("工作室恢复：{reason}"), at: now };
                for ended in ended_by(connection, id, ordinal - 1).await? {
                    membership::take_back(connection, ended, &note).await?;
                }
                Ok(Studio { last_day: None, ..old })
            })
        })
        .await
}

async fn found(connection: &mut AnyConnection, id: StudioId) -> Result<Studio, StoreError> {
    studio::of_ids(connection, &[id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Studio))
}

/// Refuses an office that is lower than the one that spoke last.
async fn decides(connection: &mut AnyConnection, id: StudioId, by: Officer) -> Result<(), StoreError> {
    let last = sqlx::query("select tier from studio_closing where studio = $1 order by ordinal desc limit 1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    ruling::decides_after(by, last)
}

async fn stands(
    connection: &mut AnyConnection,
    store: &Store,
    studio: &Studio,
    today: Day,
) -> Result<Stands, StoreError> {
    let held = session::last_of_studio(connection, studio.id).await?;
    let years = year_end::frozen_years(connection, &[studio.id]).await?;
    let last = years.into_iter().filter_map(|one| {
        let rules = policy::of_year(store, &one.policy, one.year, today)?;
        Some(last_frozen(rules.year, one.year, one.day))
    });
    Ok(Stands { held, frozen: last.max() })
}

/// The next word; its number.
async fn write(
    connection: &mut AnyConnection,
    id: StudioId,
    (closes, reason): (Option<(&'static str, Day)>, &str),
    by: Officer,
    now: Time,
) -> Result<i64, StoreError> {
    let ordinal = sqlx::query("select coalesce(max(ordinal), 0) + 1 as next from studio_closing where studio = $1")
        .bind(id.as_str())
        .fetch_one(&mut *connection)
        .await?
        .number("next")?;
    let last_day = closes.map(|(_, day)| number_of(day));
    sqlx::query(
        "insert into studio_closing (studio, ordinal, kind, last_day, reason, decided_by, decided_at, tier)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.as_str())
    .bind(ordinal)
    .bind(closes.map(|(kind, _)| kind))
    .bind(last_day)
    .bind(reason)
    .bind(by.account.as_str())
    .bind(now.micros())
    .bind(by.tier.code())
    .execute(&mut *connection)
    .await?;
    sqlx::query("update studio set last_day = $2 where id = $1")
        .bind(id.as_str())
        .bind(last_day)
        .execute(connection)
        .await?;
    Ok(ordinal)
}

async fn keep_ended(
    connection: &mut AnyConnection,
    (id, ordinal): (StudioId, i64),
    (membership, changed): (MembershipId, i64),
) -> Result<(), StoreError> {
    sqlx::query("insert into studio_closing_member (studio, ordinal, membership, changed) values ($1, $2, $3, $4)")
        .bind(id.as_str())
        .bind(ordinal)
        .bind(membership.as_str())
        .bind(changed)
        .execute(connection)
        .await?;
    Ok(())
}

async fn ended_by(
    connection: &mut AnyConnection,
    id: StudioId,
    ordinal: i64,
) -> Result<Vec<(MembershipId, i64)>, StoreError> {
    let rows = sqlx::query(
        "select membership, changed from studio_closing_member where studio = $1 and ordinal = $2 order by membership",
    )
    .bind(id.as_str())
    .bind(ordinal)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.id("membership")?, row.number("changed")?))).collect()
}

/// Who closed it last.
pub(super) async fn closer(connection: &mut AnyConnection, id: StudioId) -> Result<Option<AccountId>, StoreError> {
    let row = sqlx::query(
        "select decided_by from studio_closing where studio = $1 and kind is not null order by ordinal desc limit 1",
    )
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.id("decided_by")).transpose()
}

/// The latest first, and how high the office stands that said it.
pub async fn words(store: &Store, id: StudioId) -> Result<Vec<(ClosingWord, OfficeTier)>, StoreError> {
    let rows = sqlx::query(
        "select c.kind, c.last_day, c.reason, c.decided_by, a.name, c.decided_at, c.tier from studio_closing c
             join account a on a.id = c.decided_by where c.studio = $1 order by c.ordinal desc",
    )
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            let word = ClosingWord {
                closes: row.optional_coded("kind")?.zip(row.optional_day("last_day")?),
                reason: row.text("reason")?,
                by: PersonName { id: row.id("decided_by")?, name: row.text("name")? },
                at: row.time("decided_at")?,
            };
            Ok((word, row.coded("tier")?))
        })
        .collect()
}
