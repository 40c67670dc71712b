//! Schools.

use super::row::{Columns as _, below, rows_in, sql};
use super::{Noun, Page, Paged, Store, StoreError, page, random, school_history};
use crate::domain::{NewSchool, RegionId, School, SchoolId, Since};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// Which schools; the default is all.
#[derive(Debug, Clone, Default)]
pub struct SchoolFilter {
    /// Part of the name.
    pub search: String,
    /// This Region and everything below it.
    pub within: Option<RegionId>,
}

pub async fn list(store: &Store, filter: &SchoolFilter, page: Page) -> Result<Paged<School>, StoreError> {
    let within = filter.within.as_ref().map_or("", RegionId::as_str);
    let pattern = page::pattern(&filter.search);
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!(
        "select id, name, region, rural from school
         where ($1 = '' or region in {})
           and ($2 = '' or lower(name) like $2 escape '\\')
         order by name, id limit $3 offset $4",
        below!("$1")
    ))
    .bind(within)
    .bind(pattern.as_str())
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    let total = sqlx::query(sql!(
        "select count(*) as total from school
         where ($1 = '' or region in {})
           and ($2 = '' or lower(name) like $2 escape '\\')",
        below!("$1")
    ))
    .bind(within)
    .bind(pattern.as_str())
    .fetch_one(&mut *connection)
    .await?
    .number("total")?;
    Ok(page.of(total, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Every School there is, by name: a province has some thousands.
pub async fn all(store: &Store) -> Result<Vec<School>, StoreError> {
    let rows = sqlx::query("select id, name, region, rural from school order by name, id")
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

pub async fn by_ids(store: &Store, ids: &[SchoolId]) -> Result<HashMap<SchoolId, School>, StoreError> {
    of_ids(&mut *store.read().await?, ids).await
}

pub(super) async fn of_ids(
    connection: &mut AnyConnection,
    ids: &[SchoolId],
) -> Result<HashMap<SchoolId, School>, StoreError> {
    let rows = rows_in(connection, "select id, name, region, rural from school where id in", ids, "").await?;
    rows.iter().map(|row| read(row).map(|school| (school.id, school))).collect()
}

pub async fn get(store: &Store, id: SchoolId) -> Result<School, StoreError> {
    find(&mut *store.read().await?, id).await
}

async fn find(connection: &mut AnyConnection, id: SchoolId) -> Result<School, StoreError> {
    let row = sqlx::query("select id, name, region, rural from school where id = $1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::School))?)
}

pub async fn create(store: &Store, new: NewSchool) -> Result<School, StoreError> {
    new.check()?;
    let id: SchoolId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("insert into school (id, name, region, rural) values ($1, $2, $3, $4)")
                    .bind(id.as_str())
                    .bind(new.name.trim())
                    .bind(new.region.as_str())
                    .bind(i64::from(new.rural))
                    .execute(connection)
                    .await?;
                Ok(School { id, name: new.name.trim().to_owned(), region: new.region, rural: new.rural })
            })
        })
        .await
}

/// Makes of the School, as it is when this is written, what `edit` says. It is rural, or no more so, from the day that `since` says;
/// also where it stays what it is and a day is named.
pub async fn update(
    store: &Store,
    id: SchoolId,
    edit: impl FnOnce(School) -> NewSchool + Send + 'static,
    since: Since,
) -> Result<School, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let old = find(connection, id).await?;
                let was = old.rural;
                let new = edit(old);
                new.check()?;
                if new.rural != was || since.day.is_some() {
                    school_history::write_rural(connection, id, (was, new.rural), since).await?;
                }
                sqlx::query("update school set name = $2, region = $3, rural = $4 where id = $1")
                    .bind(id.as_str())
                    .bind(new.name.trim())
                    .bind(new.region.as_str())
                    .bind(i64::from(new.rural))
                    .execute(connection)
                    .await?;
                Ok(School { id, name: new.name.trim().to_owned(), region: new.region, rural: new.rural })
            })
        })
        .await
}

fn read(row: &AnyRow) -> Result<School, StoreError> {
    Ok(School { id: row.id("id")?, name: row.text("name")?, region: row.id("region")?, rural: row.flag("rural")? })
}
