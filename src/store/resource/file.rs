//! What lies in the storage for a Resource.

use super::number;
use crate::domain::ResourceId;
use crate::store::row::{Columns as _, rows_in};
use crate::store::{Store, StoreError};
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
