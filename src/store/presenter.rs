//! Who presented: corrected once an Activity is over, with what stood before and why.

use super::row::Columns as _;
use super::{Store, StoreError, account, activity};
use crate::domain::{AccountId, ActivityId, NewPresenters, PersonName, PresenterCorrection, Time};
use sqlx::AnyConnection;
use std::collections::HashSet;

pub async fn correct(store: &Store, id: ActivityId, new: NewPresenters) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let found = activity::find(connection, id).await?;
                let was = activity::presenters(connection, id).await?;
                found.correct()?;
                new.check(found.planned_start.day(), &was)?;
                sqlx::query(
                    "insert into presenter_corrected (activity, ordinal, was, now, reason, decided_by, decided_at)
                     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 from presenter_corrected where activity = $1",
                )
                .bind(id.as_str())
                .bind(json(&was))
                .bind(json(&new.presenters))
                .bind(new.reason.trim())
                .bind(new.by.as_str())
                .bind(new.at.micros())
                .execute(&mut *connection)
                .await?;
                activity::set_presenters(connection, id, &new.presenters).await
            })
        })
        .await
}

fn json(accounts: &[AccountId]) -> String {
    serde_json::to_string(accounts).expect("a list of ids")
}

struct Row {
    was: Vec<AccountId>,
    now: Vec<AccountId>,
    reason: String,
    by: AccountId,
    at: Time,
}

/// The latest first.
pub async fn corrections(store: &Store, id: ActivityId) -> Result<Vec<PresenterCorrection>, StoreError> {
    let mut connection = store.read().await?;
    let rows = rows(&mut connection, id).await?;
    let everybody = rows.iter().flat_map(|row| row.was.iter().chain(&row.now).chain([&row.by]));
    let everybody: HashSet<AccountId> = everybody.copied().collect();
    let profiles = account::of_ids(&mut connection, everybody).await?;
    let name = |id: &AccountId| profiles.get(id).map(|profile| profile.account.name.clone()).unwrap_or_default();
    let told = rows.into_iter().map(|row| PresenterCorrection {
        before: row.was.iter().map(name).collect(),
        after: row.now.iter().map(name).collect(),
        reason: row.reason,
        by: PersonName { id: row.by, name: name(&row.by) },
        at: row.at,
    });
    Ok(told.collect())
}

async fn rows(connection: &mut AnyConnection, id: ActivityId) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query(
        "select was, now, reason, decided_by, decided_at from presenter_corrected where activity = $1 order by ordinal desc",
    )
    .bind(id.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let list = |column: &'static str| {
                serde_json::from_str(&row.text(column)?).map_err(|_| StoreError::Unreadable { column })
            };
            Ok(Row {
                was: list("was")?,
                now: list("now")?,
                reason: row.text("reason")?,
                by: row.id("decided_by")?,
                at: row.time("decided_at")?,
            })
        })
        .collect()
}
