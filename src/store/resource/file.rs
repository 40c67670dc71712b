//! What lies in the storage for a Resource.

use super::write::NewFile;
use super::{ROWS_AT_ONCE, number, signed, tuples};
use crate::domain::ResourceId;
use crate::domain::resource::files::{SHOW_ALL, SPRITE};
use crate::store::page::placeholders;
use crate::store::row::{Columns as _, rows_in, sql};
use crate::store::{Store, StoreError};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashSet;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    pub sha256: [u8; 32],
    /// Shown to keepers only: some of it is hidden.
    pub withheld: bool,
}

pub async fn file(store: &Store, id: ResourceId, name: &str) -> Result<Option<File>, StoreError> {
    let row = sqlx::query(
        "select name, media_type, bytes, sha256, withheld from resource_file where resource = $1 and name = $2",
    )
    .bind(id.as_str())
    .bind(name)
    .fetch_optional(&mut *store.read().await?)
    .await?;
    row.as_ref().map(read).transpose()
}

pub async fn files(store: &Store, id: ResourceId) -> Result<Vec<File>, StoreError> {
    let rows = sqlx::query(
        "select name, media_type, bytes, sha256, withheld from resource_file where resource = $1 order by name",
    )
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

/// Which of these have this file, and show it to everybody who sees them.
pub async fn having(store: &Store, ids: &[ResourceId], name: &'static str) -> Result<HashSet<ResourceId>, StoreError> {
    let head = format!("select resource from resource_file where withheld = 0 and name = '{name}' and resource in");
    let rows = rows_in(&mut *store.read().await?, &head, ids, "").await?;
    rows.iter().map(|row| row.id("resource")).collect()
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    id: ResourceId,
    files: &[NewFile],
) -> Result<(), StoreError> {
    for files in files.chunks(ROWS_AT_ONCE) {
        let rows = tuples(files.len(), 6);
        let statement =
            sql!("insert into resource_file (resource, name, media_type, bytes, sha256, withheld) values {rows}");
        let query = files.iter().fold(sqlx::query(statement), |query, file| {
            let query = query.bind(id.as_str()).bind(file.name.as_str()).bind(file.media_type.as_str());
            query.bind(signed(file.bytes)).bind(file.sha256.as_slice()).bind(0_i64)
        });
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// From now on keepers alone see these, and all that show the whole of it, when anything is hidden.
pub(super) async fn withhold(
    connection: &mut AnyConnection,
    id: ResourceId,
    names: &[String],
    hides: bool,
) -> Result<(), StoreError> {
    sqlx::query("update resource_file set withheld = 0 where resource = $1 and withheld = 1")
        .bind(id.as_str())
        .execute(&mut *connection)
        .await?;
    if !hides {
        return Ok(());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).chain(SHOW_ALL.iter().copied()).collect();
    for names in names.chunks(ROWS_AT_ONCE) {
        let places = placeholders(2, names.len());
        let statement = sql!("update resource_file set withheld = 1 where resource = $1 and name in ({places})");
        let query = names.iter().fold(sqlx::query(statement).bind(id.as_str()), |query, name| query.bind(*name));
        query.execute(&mut *connection).await?;
    }
    sqlx::query(sql!("update resource_file set withheld = 1 where resource = $1 and name like '{SPRITE}%'"))
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<File, StoreError> {
    let sha256 = row.bytes("sha256")?.try_into().map_err(|_| StoreError::Unreadable { column: "sha256" })?;
    Ok(File {
        name: row.text("name")?,
        media_type: row.text("media_type")?,
        bytes: number(row.number("bytes")?),
        sha256,
        withheld: row.flag("withheld")?,
    })
}
