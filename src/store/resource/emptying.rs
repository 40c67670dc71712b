//! Emptying: the files of a withdrawn Resource go after the last day of their keeping. It is marked first, by which nobody publishes it
//! any more; its files are forgotten last, so that what was cut off in between goes on.

use super::find;
use crate::domain::{Day, ResourceId};
use crate::store::row::{Columns as _, number_of, sql};
use crate::store::{Store, StoreError};

const AT_ONCE: u32 = 100;

/// Those whose files may go today, and those of which only some went; after `last`.
pub async fn to_empty(store: &Store, today: Day, last: Option<ResourceId>) -> Result<Vec<ResourceId>, StoreError> {
    let rows = sqlx::query(sql!(
        "select r.id from resource r where r.id > $2 and r.legal_hold = 0
             and ((r.state = 'withdrawn' and r.emptied = 0 and r.keep_until < $1)
                 or (r.emptied = 1 and exists (select 1 from resource_file f where f.resource = r.id)))
         order by r.id limit {AT_ONCE}"
    ))
    .bind(number_of(today))
    .bind(last.as_ref().map_or("", ResourceId::as_str))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(|row| row.id("id")).collect()
}

/// Marks it, as it is now: held or published meanwhile, it keeps its files.
pub async fn begin_emptying(store: &Store, id: ResourceId, today: Day) -> Result<bool, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                if !find(connection, id).await?.lets_go(today) {
                    return Ok(false);
                }
                sqlx::query("update resource set emptied = 1 where id = $1")
                    .bind(id.as_str())
                    .execute(connection)
                    .await?;
                Ok(true)
            })
        })
        .await
}

/// Its files are gone from the storage; the row, its words and what was done with it stay.
pub async fn end_emptying(store: &Store, id: ResourceId) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                for statement in
                    ["delete from resource_file where resource = $1", "delete from resource_line where resource = $1"]
                {
                    sqlx::query(statement).bind(id.as_str()).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
        .await
}
