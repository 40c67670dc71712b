//! Schools that a Studio helps (结对帮扶), from a day to a day.

use super::row::{Columns as _, number_of, rows_in, sql};
use super::{Noun, Store, StoreError, random, studio};
use crate::domain::{AccountId, Day, HelpedSchoolId, Invalid, NewHelpedSchool, School, StudioId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpedSchool {
    pub id: HelpedSchoolId,
    pub studio: StudioId,
    pub school: School,
    pub from: Day,
    pub to: Option<Day>,
}

const HELPED: &str = "select h.id, h.studio, h.school, h.from_day, h.to_day, s.name as school_name,
        s.region as school_region, s.rural as school_rural
    from helped_school h join school s on s.id = h.school";

pub async fn create(store: &Store, new: NewHelpedSchool, by: AccountId, now: Time) -> Result<HelpedSchool, StoreError> {
    new.check()?;
    let id: HelpedSchoolId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                studio::must_work(connection, new.studio, Some(new.from)).await?;
                sqlx::query(
                    "insert into helped_school (id, studio, school, from_day, to_day, made_by, made_at)
                     values ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(id.as_str())
                .bind(new.studio.as_str())
                .bind(new.school.as_str())
                .bind(number_of(new.from))
                .bind(new.to.map(number_of))
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: HelpedSchoolId) -> Result<HelpedSchool, StoreError> {
    find(&mut *store.read().await?, id).await
}

pub async fn of_studio(store: &Store, studio: StudioId) -> Result<Vec<HelpedSchool>, StoreError> {
    of_studios(&mut *store.read().await?, &[studio]).await
}

pub(super) async fn of_studios(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<HelpedSchool>, StoreError> {
    let head = format!("{HELPED} where h.studio in");
    rows_in(connection, &head, studios, "order by h.from_day, h.id").await?.iter().map(read).collect()
}

/// Sets the last day, or takes it away again.
pub async fn set_end(store: &Store, id: HelpedSchoolId, to: Option<Day>) -> Result<HelpedSchool, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let mut found = find(connection, id).await?;
                if to.is_some_and(|to| to < found.from) {
                    return Err(Invalid::one("to", "结束日期不能早于开始日期。").into());
                }
                found.to = to;
                sqlx::query("update helped_school set to_day = $2 where id = $1")
                    .bind(id.as_str())
                    .bind(to.map(number_of))
                    .execute(connection)
                    .await?;
                Ok(found)
            })
        })
        .await
}

async fn find(connection: &mut AnyConnection, id: HelpedSchoolId) -> Result<HelpedSchool, StoreError> {
    let row = sqlx::query(sql!("{HELPED} where h.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::HelpedSchool))?)
}

fn read(row: &AnyRow) -> Result<HelpedSchool, StoreError> {
    Ok(HelpedSchool {
        id: row.id("id")?,
        studio: row.id("studio")?,
        school: School {
            id: row.id("school")?,
            name: row.text("school_name")?,
            region: row.id("school_region")?,
            rural: row.flag("school_rural")?,
        },
        from: row.day("from_day")?,
        to: row.optional_day("to_day")?,
    })
}
