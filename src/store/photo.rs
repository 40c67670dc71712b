//! Photos of an Activity, as evidence beside the ledger.

use super::row::Columns as _;
use super::{Store, StoreError, attachment, random, session};
use crate::domain::case::check_note;
use crate::domain::{AccountId, Attachment, AttachmentId, CaseRefusal, Photo, PhotoId, SessionId, Time};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhoto {
    pub session: SessionId,
    pub attachment: AttachmentId,
    pub note: String,
    pub by: AccountId,
}

/// Adds a picture that `by` uploaded.
pub async fn add(store: &Store, new: NewPhoto, now: Time) -> Result<(), StoreError> {
    check_note(&new.note)?;
    let id: PhotoId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let session = session::find(connection, new.session).await?;
                let picture = attachment::use_for(connection, new.attachment, session.activity, new.by).await?;
                if !picture.media_type.is_image() {
                    return Err(CaseRefusal::NotAPicture.into());
                }
                sqlx::query(
                    "insert into photo (id, session, attachment, note, author, created_at)
                     values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(id.as_str())
                .bind(new.session.as_str())
                .bind(new.attachment.as_str())
                .bind(new.note.trim())
                .bind(new.by.as_str())
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

/// In the order in which they were added.
pub async fn of_session(store: &Store, session: SessionId) -> Result<Vec<(Photo, Attachment)>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query(
        "select p.id, p.session, p.attachment, p.note, p.author, p.created_at, a.name as author_name
         from photo p join account a on a.id = p.author where p.session = $1 order by p.created_at, p.id",
    )
    .bind(session.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let mut photos = Vec::with_capacity(rows.len());
    for row in &rows {
        let photo = Photo {
            id: row.id("id")?,
            session: row.id("session")?,
            attachment: row.id("attachment")?,
            note: row.text("note")?,
            by: row.id("author")?,
            by_name: row.text("author_name")?,
            at: row.time("created_at")?,
        };
        let picture = attachment::find(&mut connection, photo.attachment).await?;
        photos.push((photo, picture));
    }
    Ok(photos)
}
