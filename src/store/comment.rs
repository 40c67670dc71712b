//! Comments and ratings of Resources.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, random};
use crate::domain::resource::LONGEST_COMMENT;
use crate::domain::{AccountId, Checks, CommentId, PersonName, ResourceId, Time};
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub resource: ResourceId,
    /// Where in the whole recording it belongs; none of one about all of it.
    pub ms: Option<u64>,
    pub text: String,
    pub by: PersonName,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    pub stars: u32,
    pub text: Option<String>,
}

const COMMENT: &str = "select c.id, c.resource, c.ms, c.text, c.account, a.name, c.made_at
    from resource_comment c join account a on a.id = c.account where c.deleted_at is null";

/// Those that were not taken away, by their place, then by their time.
pub async fn of_resource(store: &Store, resource: ResourceId) -> Result<Vec<Comment>, StoreError> {
    let rows =
        sqlx::query(sql!("{COMMENT} and c.resource = $1 order by coalesce(c.ms, -1), c.made_at, c.id limit 1000"))
            .bind(resource.as_str())
            .fetch_all(&mut *store.read().await?)
            .await?;
    rows.iter().map(read).collect()
}

pub async fn get(store: &Store, id: CommentId) -> Result<Comment, StoreError> {
    let row = sqlx::query(sql!("{COMMENT} and c.id = $1"))
        .bind(id.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Comment))?)
}

pub async fn create(
    store: &Store,
    resource: ResourceId,
    ms: Option<u64>,
    text: String,
    by: AccountId,
    now: Time,
) -> Result<Comment, StoreError> {
    let mut checks = Checks::new();
    checks.optional_text(&text, "text", "评论", LONGEST_COMMENT);
    checks.that(!text.trim().is_empty(), "text", "请先写几句话。").done()?;
    let id: CommentId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into resource_comment (id, resource, account, ms, text, made_at) values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(id.as_str())
                .bind(resource.as_str())
                .bind(by.as_str())
                .bind(ms.map(super::resource::signed))
                .bind(text.trim())
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await?;
    get(store, id).await
}

pub async fn delete(store: &Store, id: CommentId, by: AccountId, now: Time) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "update resource_comment set deleted_by = $2, deleted_at = $3 where id = $1 and deleted_at is null",
                )
                .bind(id.as_str())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

/// The last one of a person takes the place of the earlier.
pub async fn rate(
    store: &Store,
    resource: ResourceId,
    by: AccountId,
    rating: Rating,
    now: Time,
) -> Result<(), StoreError> {
    let mut checks = Checks::new();
    checks.that((1..=5).contains(&rating.stars), "stars", "请选一到五颗星。");
    checks.optional_text(rating.text.as_deref().unwrap_or_default(), "text", "评语", LONGEST_COMMENT).done()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into resource_rating (resource, account, stars, text, rated_at) values ($1, $2, $3, $4, $5)
                     on conflict (resource, account) do update set stars = excluded.stars, text = excluded.text,
                         rated_at = excluded.rated_at",
                )
                .bind(resource.as_str())
                .bind(by.as_str())
                .bind(i64::from(rating.stars))
                .bind(rating.text.as_deref().map(str::trim).filter(|text| !text.is_empty()))
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

pub async fn rating_of(store: &Store, resource: ResourceId, account: AccountId) -> Result<Option<Rating>, StoreError> {
    let row = sqlx::query("select stars, text from resource_rating where resource = $1 and account = $2")
        .bind(resource.as_str())
        .bind(account.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?;
    row.map(|row| {
        let stars = u32::try_from(row.number("stars")?).unwrap_or(0);
        Ok(Rating { stars, text: row.optional_text("text")? })
    })
    .transpose()
}

fn read(row: &AnyRow) -> Result<Comment, StoreError> {
    Ok(Comment {
        id: row.id("id")?,
        resource: row.id("resource")?,
        ms: row.optional_number("ms")?.map(super::resource::number),
        text: row.text("text")?,
        by: PersonName { id: row.id("account")?, name: row.text("name")? },
        at: row.time("made_at")?,
    })
}
