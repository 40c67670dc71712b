//! Calendar feeds: under which secret name a person's calendar program fetches their Activities, and which those are.

use super::activity::{self, ACTIVITY};
use super::row::{Columns as _, number_of, sql};
use super::{Store, StoreError, random};
use crate::domain::{AccountId, Activity, CalendarFeedId, Time};
use std::time::Duration;

/// How far back a calendar reaches.
const BACK: Duration = Duration::from_secs(180 * 24 * 3600);
/// The most Activities of one calendar; more than somebody in ten Studios could go to.
const MOST: i64 = 1000;

pub async fn of_account(store: &Store, account: AccountId) -> Result<Option<CalendarFeedId>, StoreError> {
    let row = sqlx::query("select feed from calendar_feed where account = $1")
        .bind(account.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?;
    row.map(|row| row.id("feed")).transpose()
}

/// A fresh feed; the one before finds nobody any more.
pub async fn renew(store: &Store, account: AccountId, now: Time) -> Result<CalendarFeedId, StoreError> {
    let feed: CalendarFeedId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into calendar_feed (account, feed, made_at) values ($1, $2, $3)
                     on conflict (account) do update set feed = excluded.feed, made_at = excluded.made_at",
                )
                .bind(account.as_str())
                .bind(feed.as_str())
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(feed)
            })
        })
        .await
}

pub async fn end(store: &Store, account: AccountId) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("delete from calendar_feed where account = $1")
                    .bind(account.as_str())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
}

/// Whose feed it is; nobody's when it was made anew, or its person may not sign in any more.
pub async fn owner(store: &Store, feed: CalendarFeedId) -> Result<Option<AccountId>, StoreError> {
    let row = sqlx::query(
        "select f.account from calendar_feed f join account a on a.id = f.account where f.feed = $1 and a.disabled = 0",
    )
    .bind(feed.as_str())
    .fetch_optional(&mut *store.read().await?)
    .await?;
    row.map(|row| row.id("account")).transpose()
}

/// The Activities of the Studios that this person is in today, and those that they present, with the name of the Studio.
pub async fn activities(store: &Store, account: AccountId, now: Time) -> Result<Vec<(Activity, String)>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {ACTIVITY}, s.name as studio_name from activity a join studio s on s.id = a.studio
         where a.planned_end >= $3 and (
             a.studio in (select m.studio from membership m
                 where m.account = $1 and m.from_day <= $2 and (m.to_day is null or m.to_day >= $2))
             or a.id in (select p.activity from presenter p where p.account = $1))
         order by a.planned_start desc, a.id limit $4"
    ))
    .bind(account.as_str())
    .bind(number_of(now.day()))
    .bind((now - BACK).micros())
    .bind(MOST)
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(|row| Ok((activity::read(row)?, row.text("studio_name")?))).collect()
}
