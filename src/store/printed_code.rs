//! Printed codes, with which people check in at the site of an Activity.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, activity, random};
use crate::domain::classroom::{NewPrintedCode, PrintedCode};
use crate::domain::{ActivityId, PrintedCodeId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

const CODE: &str = "p.id, p.activity, p.from_at, p.to_at, p.created_at, p.closed_at";

/// More would be a code for every chair.
const MOST_CODES: i64 = 50;

pub async fn create(store: &Store, new: NewPrintedCode, now: Time) -> Result<PrintedCode, StoreError> {
    new.check()?;
    let id: PrintedCodeId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let others = "select count(*) as total from printed_code where activity = $1";
                activity::takes_one_more(connection, new.activity, others, MOST_CODES).await?;
                sqlx::query(
                    "insert into printed_code (id, activity, from_at, to_at, created_at, closed_at)
                     values ($1, $2, $3, $4, $5, null)",
                )
                .bind(id.as_str())
                .bind(new.activity.as_str())
                .bind(new.from.micros())
                .bind(new.to.micros())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: PrintedCodeId) -> Result<PrintedCode, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Of one Activity, the closed ones too, in the order in which they count.
pub async fn of_activity(store: &Store, activity: ActivityId) -> Result<Vec<PrintedCode>, StoreError> {
    let rows = sqlx::query(sql!("select {CODE} from printed_code p where p.activity = $1 order by p.from_at, p.id"))
        .bind(activity.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

/// Nobody checks in with it any more. Closing it twice is no error.
pub async fn close(store: &Store, id: PrintedCodeId, now: Time) -> Result<PrintedCode, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("update printed_code set closed_at = $2 where id = $1 and closed_at is null")
                    .bind(id.as_str())
                    .bind(now.micros())
                    .execute(&mut *connection)
                    .await?;
                find(connection, id).await
            })
        })
        .await
}

async fn find(connection: &mut AnyConnection, id: PrintedCodeId) -> Result<PrintedCode, StoreError> {
    let row = sqlx::query(sql!("select {CODE} from printed_code p where p.id = $1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::PrintedCode))?)
}

fn read(row: &AnyRow) -> Result<PrintedCode, StoreError> {
    Ok(PrintedCode {
        id: row.id("id")?,
        activity: row.id("activity")?,
        from: row.time("from_at")?,
        to: row.time("to_at")?,
        created_at: row.time("created_at")?,
        closed_at: row.optional_time("closed_at")?,
    })
}
