//! Attachments: what is known of the files that people gave as proofs, and where each is one.

use super::evidence::STUDIOS_OF_ATTACHMENT;
use super::row::{Columns as _, rows_in, sql};
use super::{Noun, Store, StoreError, random};
use crate::domain::attachment::MOST_A_DAY;
use crate::domain::{AccountId, ActivityId, Attachment, AttachmentId, CaseRefusal, MediaType, StudioId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;
use std::time::Duration;

pub(super) const ATTACHMENT: &str = "t.id, t.digest, t.name, t.media_type, t.size, t.author, t.created_at";
/// The tables with a column `attachment` that refers to one. What is missing here is kept by its foreign key all the same, but
/// tried again by each sweep.
pub const REFERRING: &[&str] = &[
    "attachment_use",
    "leave_asked",
    "appeal",
    "photo",
    "evidence_attachment",
    "application_attachment",
    "application_reviewed",
    "application_objection",
    "transfer",
    "year_end_objection",
    "resource_attachment",
];
const UNUSED_AT_ONCE: u32 = 100;
const DAY: Duration = Duration::from_secs(86_400);

/// A file that lies in the archive already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    pub digest: [u8; 32],
    pub name: String,
    pub media_type: MediaType,
    pub size: u64,
    pub author: AccountId,
}

pub async fn create(store: &Store, new: NewAttachment, now: Time) -> Result<Attachment, StoreError> {
    let NewAttachment { digest, name, media_type, size, author } = new;
    let made = Attachment { id: random::id()?, digest, name, media_type, size, author, created_at: now };
    store
        .write(move |connection| {
            Box::pin(async move {
                if given_since(connection, author, now - DAY).await? >= MOST_A_DAY {
                    return Err(CaseRefusal::TooManyAttachments.into());
                }
                sqlx::query(
                    "insert into attachment (id, digest, name, media_type, size, author, created_at)
                     values ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(made.id.as_str())
                .bind(made.digest.as_slice())
                .bind(made.name.as_str())
                .bind(made.media_type.code())
                .bind(i64::try_from(made.size).unwrap_or(i64::MAX))
                .bind(made.author.as_str())
                .bind(made.created_at.micros())
                .execute(connection)
                .await?;
                Ok(made)
            })
        })
        .await
}

/// May this person add another one today? Asked before a file is taken in; `create` holds it.
pub async fn may_create(store: &Store, author: AccountId, now: Time) -> Result<(), StoreError> {
    let given = given_since(&mut *store.read().await?, author, now - DAY).await?;
    if given >= MOST_A_DAY { Err(CaseRefusal::TooManyAttachments.into()) } else { Ok(()) }
}

pub async fn get(store: &Store, id: AttachmentId) -> Result<Attachment, StoreError> {
    find(&mut *store.read().await?, id).await
}

pub async fn by_ids(store: &Store, ids: &[AttachmentId]) -> Result<HashMap<AttachmentId, Attachment>, StoreError> {
    let head = format!("select {ATTACHMENT} from attachment t where t.id in");
    let rows = rows_in(&mut *store.read().await?, &head, ids, "").await?;
    rows.iter().map(|row| read(row).map(|one| (one.id, one))).collect()
}

/// The Studios whose keepers may read it: those of the Activities for which it is a proof, those whose Evidence it is,
/// and those that object by it.
pub async fn studios(store: &Store, id: AttachmentId) -> Result<Vec<StudioId>, StoreError> {
    let rows = sqlx::query(sql!(
        "select a.studio from attachment_use u join activity a on a.id = u.activity where u.attachment = $1
         union {STUDIOS_OF_ATTACHMENT} union {}",
        super::year_end::STUDIOS_OF_ATTACHMENT
    ))
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(|row| row.id("studio")).collect()
}

/// An attachment that nothing refers to, and the SHA-256 of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unused {
    pub id: AttachmentId,
    pub digest: [u8; 32],
}

/// Some of those that were given before this time and prove nothing, after this one in the order of ids.
pub async fn unused(store: &Store, before: Time, after: Option<AttachmentId>) -> Result<Vec<Unused>, StoreError> {
    let used: Vec<String> =
        REFERRING.iter().map(|table| format!("select attachment from {table} where attachment is not null")).collect();
    let rows = sqlx::query(sql!(
        "select t.id, t.digest from attachment t where t.created_at < $1 and t.id > $2 and t.id not in ({})
         order by t.id limit {UNUSED_AT_ONCE}",
        used.join(" union all ")
    ))
    .bind(before.micros())
    .bind(after.as_ref().map_or("", AttachmentId::as_str))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(|row| Ok(Unused { id: row.id("id")?, digest: digest(row)? })).collect()
}

/// Forgets an attachment; not where something has come to refer to it meanwhile.
pub async fn remove(store: &Store, id: AttachmentId) -> Result<bool, StoreError> {
    let removed = store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("delete from attachment where id = $1").bind(id.as_str()).execute(connection).await?;
                Ok(())
            })
        })
        .await;
    match removed {
        Ok(()) => Ok(true),
        // A reference of any table, or the trigger.
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Has any attachment these bytes?
pub async fn has_bytes(store: &Store, digest: &[u8; 32]) -> Result<bool, StoreError> {
    let query = sqlx::query("select id from attachment where digest = $1 limit 1").bind(digest.as_slice());
    Ok(query.fetch_optional(&mut *store.read().await?).await?.is_some())
}

pub(super) async fn find(connection: &mut AnyConnection, id: AttachmentId) -> Result<Attachment, StoreError> {
    let row = sqlx::query(sql!("select {ATTACHMENT} from attachment t where t.id = $1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Attachment))?)
}

/// It becomes a proof for this Activity, if it is the author's own: others' files are not made readable by naming them.
pub(super) async fn use_for(
    connection: &mut AnyConnection,
    id: AttachmentId,
    activity: ActivityId,
    author: AccountId,
) -> Result<Attachment, StoreError> {
    let found = find(connection, id).await?;
    if found.author != author {
        return Err(CaseRefusal::ForeignAttachment.into());
    }
    sqlx::query("insert into attachment_use (attachment, activity) values ($1, $2) on conflict do nothing")
        .bind(id.as_str())
        .bind(activity.as_str())
        .execute(connection)
        .await?;
    Ok(found)
}

async fn given_since(connection: &mut AnyConnection, author: AccountId, since: Time) -> Result<u64, StoreError> {
    let row = sqlx::query("select count(*) as given from attachment where author = $1 and created_at > $2")
        .bind(author.as_str())
        .bind(since.micros())
        .fetch_one(connection)
        .await?;
    Ok(u64::try_from(row.number("given")?).unwrap_or(0))
}

pub(super) fn read(row: &AnyRow) -> Result<Attachment, StoreError> {
    Ok(Attachment {
        id: row.id("id")?,
        digest: digest(row)?,
        name: row.text("name")?,
        media_type: row.coded("media_type")?,
        size: u64::try_from(row.number("size")?).unwrap_or(0),
        author: row.id("author")?,
        created_at: row.time("created_at")?,
    })
}

fn digest(row: &AnyRow) -> Result<[u8; 32], StoreError> {
    row.bytes("digest")?.try_into().map_err(|_| StoreError::Unreadable { column: "digest" })
}
