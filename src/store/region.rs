//! Regions and their tree.

use super::row::Columns as _;
use super::{Noun, Store, StoreError, random};
use crate::domain::{NewRegion, Region, RegionId, RegionTree};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// All Regions. A province has about a hundred, the country about three thousand.
pub async fn tree(store: &Store) -> Result<RegionTree, StoreError> {
    let rows = sqlx::query("select id, name, kind, parent from region").fetch_all(&mut *store.read().await?).await?;
    Ok(RegionTree::new(rows.iter().map(read).collect::<Result<Vec<_>, _>>()?))
}

pub async fn get(store: &Store, id: RegionId) -> Result<Region, StoreError> {
    find(&mut *store.read().await?, id).await
}

pub async fn create(store: &Store, new: NewRegion) -> Result<Region, StoreError> {
    let id: RegionId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let parent = match new.parent {
                    Some(parent) => Some(find(connection, parent).await?),
                    None => None,
                };
                new.check(parent.as_ref())?;
                sqlx::query("insert into region (id, name, kind, parent) values ($1, $2, $3, $4)")
                    .bind(id.as_str())
                    .bind(new.name.trim())
                    .bind(new.kind.code())
                    .bind(new.parent.as_ref().map(RegionId::as_str))
                    .execute(connection)
                    .await?;
                Ok(Region { id, name: new.name.trim().to_owned(), kind: new.kind, parent: new.parent })
            })
        })
        .await
}

/// Only the name may change: kind and place in the tree are what everything below was checked against.
pub async fn rename(store: &Store, id: RegionId, name: String) -> Result<Region, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let mut region = find(connection, id).await?;
                let parent = match region.parent {
                    Some(parent) => Some(find(connection, parent).await?),
                    None => None,
                };
                NewRegion { name: name.clone(), kind: region.kind, parent: region.parent }.check(parent.as_ref())?;
                region.name = name.trim().to_owned();
                sqlx::query("update region set name = $2 where id = $1")
                    .bind(id.as_str())
                    .bind(region.name.as_str())
                    .execute(connection)
                    .await?;
                Ok(region)
            })
        })
        .await
}

async fn find(connection: &mut AnyConnection, id: RegionId) -> Result<Region, StoreError> {
    let row = sqlx::query("select id, name, kind, parent from region where id = $1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Region))?)
}

fn read(row: &AnyRow) -> Result<Region, StoreError> {
    Ok(Region {
        id: row.id("id")?,
        name: row.text("name")?,
        kind: row.coded("kind")?,
        parent: row.optional_id("parent")?,
    })
}
