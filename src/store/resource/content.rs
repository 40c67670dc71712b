//! What is in a Resource beside its files: chapters, chat, subtitles, and the attachments that lie beside it.

use super::library::index_shown;
use super::{find, json};
use crate::domain::resource::subtitles::Cue;
use crate::domain::resource::{Chapter, ChatLine, ResourceRefusal};
use crate::domain::{AccountId, Attachment, AttachmentId, CaseRefusal, ResourceId};
use crate::store::row::{Columns as _, sql};
use crate::store::{Noun, Store, StoreError, attachment};
use serde::de::DeserializeOwned;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// In times of the whole recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    pub chapters: Vec<Chapter>,
    pub chat: Vec<ChatLine>,
    pub subtitles: Vec<Cue>,
}

pub async fn content(store: &Store, id: ResourceId) -> Result<Content, StoreError> {
    read(&mut *store.read().await?, id).await
}

pub(super) async fn read(connection: &mut AnyConnection, id: ResourceId) -> Result<Content, StoreError> {
    let row = sqlx::query("select chapters, chat, subtitles from resource_content where resource = $1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    let row = row.ok_or(StoreError::NotFound(Noun::Resource))?;
    Ok(Content { chapters: list(&row, "chapters")?, chat: list(&row, "chat")?, subtitles: list(&row, "subtitles")? })
}

/// Takes the place of those that there were.
pub async fn put_subtitles(store: &Store, id: ResourceId, cues: Vec<Cue>) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("update resource_content set subtitles = $2 where resource = $1")
                    .bind(id.as_str())
                    .bind(json(&cues))
                    .execute(&mut *connection)
                    .await?;
                let one = find(connection, id).await?;
                index_shown(connection, &one).await
            })
        })
        .await
}

/// Lays a file beside it that this person has uploaded.
pub async fn attach(store: &Store, id: ResourceId, file: AttachmentId, by: AccountId) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                // Others' files are not made readable by naming them.
                if attachment::find(connection, file).await?.author != by {
                    return Err(CaseRefusal::ForeignAttachment.into());
                }
                sqlx::query(
                    "insert into resource_attachment (resource, attachment, position)
                     select $1, $2, coalesce(max(position), 0) + 1 from resource_attachment where resource = $1",
                )
                .bind(id.as_str())
                .bind(file.as_str())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

pub async fn detach(store: &Store, id: ResourceId, file: AttachmentId) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                if find(connection, id).await?.legal_hold {
                    return Err(ResourceRefusal::Held.into());
                }
                let gone = sqlx::query("delete from resource_attachment where resource = $1 and attachment = $2")
                    .bind(id.as_str())
                    .bind(file.as_str())
                    .execute(connection)
                    .await?;
                if gone.rows_affected() == 0 { Err(StoreError::NotFound(Noun::Attachment)) } else { Ok(()) }
            })
        })
        .await
}

/// In the order in which they were laid there.
pub async fn attachments(store: &Store, id: ResourceId) -> Result<Vec<Attachment>, StoreError> {
    let fields = attachment::ATTACHMENT;
    let rows = sqlx::query(sql!(
        "select {fields} from resource_attachment u join attachment t on t.id = u.attachment where u.resource = $1
         order by u.position, t.id"
    ))
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(attachment::read).collect()
}

fn list<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|_| StoreError::Unreadable { column })
}
