//! Drafts of notices: one for each Activity, which all its hosts go on writing. Whoever saves names the revision that they saw.

use super::row::Columns as _;
use super::{Store, StoreError, constraint};
use crate::domain::notice::{NoticeDraft, check_draft};
use crate::domain::{AccountId, ActivityId, Time};
use sqlx::AnyConnection;

/// None where nobody has ever begun one; empty since the last was sent.
pub async fn of(store: &Store, activity: ActivityId) -> Result<Option<NoticeDraft>, StoreError> {
    find(&mut *store.read().await?, activity).await
}

/// `revision` is the one that was seen, 0 where there was none. One that has changed since is not written over.
pub async fn save(
    store: &Store,
    activity: ActivityId,
    (content, revision): (String, u32),
    by: AccountId,
    now: Time,
) -> Result<NoticeDraft, StoreError> {
    check_draft(&content)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let changed = || StoreError::Conflict(constraint::named("notice_draft_changed"));
                if find(connection, activity).await?.map_or(0, |draft| draft.revision) != revision {
                    return Err(changed());
                }
                sqlx::query(
                    "insert into notice_draft (activity, content, revision, saved_by, saved_at) values ($1, $2, $3, $4, $5)
                     on conflict (activity) do update set content = excluded.content, revision = excluded.revision,
                         saved_by = excluded.saved_by, saved_at = excluded.saved_at",
                )
                .bind(activity.as_str())
                .bind(content)
                .bind(i64::from(revision) + 1)
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, activity).await?.ok_or_else(changed)
            })
        })
        .await
}

/// It was sent. Revisions go on counting, so that who still sees the one that was sent writes nothing over the next.
pub(super) async fn empty(
    connection: &mut AnyConnection,
    activity: ActivityId,
    by: AccountId,
    now: Time,
) -> Result<(), StoreError> {
    sqlx::query(
        "update notice_draft set content = '', revision = revision + 1, saved_by = $2, saved_at = $3 where activity = $1",
    )
    .bind(activity.as_str())
    .bind(by.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

async fn find(connection: &mut AnyConnection, activity: ActivityId) -> Result<Option<NoticeDraft>, StoreError> {
    let row = sqlx::query(
        "select d.content, d.revision, d.saved_at, b.name as by_name
         from notice_draft d join account b on b.id = d.saved_by where d.activity = $1",
    )
    .bind(activity.as_str())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let revision = u32::try_from(row.number("revision")?).map_err(|_| StoreError::Unreadable { column: "revision" })?;
    let (content, by_name) = (row.text("content")?, row.text("by_name")?);
    Ok(Some(NoticeDraft { content, revision, by_name, at: row.time("saved_at")? }))
}
