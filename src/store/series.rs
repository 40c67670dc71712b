//! Series: Activities on one theme.

use super::row::{Columns as _, rows_in};
use super::{Store, StoreError, random, studio};
use crate::domain::{NewSeries, Series, SeriesId, StudioId, Time};
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// A Series with how many Activities it has that are not cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRow {
    pub series: Series,
    pub activities: u64,
}

/// The Studio's Series, the newest first.
pub async fn of_studio(store: &Store, studio: StudioId) -> Result<Vec<SeriesRow>, StoreError> {
    let rows = sqlx::query(
        "select s.id, s.studio, s.title, s.theme, s.created_at,
             (select count(*) from activity a where a.series = s.id and a.state <> 'cancelled') as activities
         from series s where s.studio = $1 order by s.created_at desc, s.id",
    )
    .bind(studio.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SeriesRow { series: read(row)?, activities: u64::try_from(row.number("activities")?).unwrap_or(0) })
        })
        .collect()
}

/// Those of these ids that are known.
pub async fn by_ids(store: &Store, ids: &[SeriesId]) -> Result<HashMap<SeriesId, Series>, StoreError> {
    let head = "select id, studio, title, theme, created_at from series where id in";
    let rows = rows_in(&mut *store.read().await?, head, ids, "").await?;
    rows.iter().map(|row| read(row).map(|one| (one.id, one))).collect()
}

pub async fn create(store: &Store, new: NewSeries, now: Time) -> Result<Series, StoreError> {
    new.check()?;
    let series = Series {
        id: random::id()?,
        studio: new.studio,
        title: new.title.trim().to_owned(),
        theme: new.theme.trim().to_owned(),
        created_at: now,
    };
    store
        .write(move |connection| {
            Box::pin(async move {
                studio::must_work(connection, series.studio, Some(now.day())).await?;
                sqlx::query("insert into series (id, studio, title, theme, created_at) values ($1, $2, $3, $4, $5)")
                    .bind(series.id.as_str())
                    .bind(series.studio.as_str())
                    .bind(series.title.as_str())
                    .bind(series.theme.as_str())
                    .bind(series.created_at.micros())
                    .execute(&mut *connection)
                    .await?;
                Ok(series)
            })
        })
        .await
}

fn read(row: &AnyRow) -> Result<Series, StoreError> {
    Ok(Series {
        id: row.id("id")?,
        studio: row.id("studio")?,
        title: row.text("title")?,
        theme: row.text("theme")?,
        created_at: row.time("created_at")?,
    })
}
