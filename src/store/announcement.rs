//! Announcements: published with their first row, withdrawn with their second.

use super::page::placeholders;
use super::row::{Columns as _, below, sql};
use super::{Noun, Page, Paged, Store, StoreError, constraint, random};
use crate::domain::announcement::{AnnouncementWithdrawal, check_announcement, check_withdrawal};
use crate::domain::{AccountId, Announcement, AnnouncementId, PersonName, RecruitmentId, RegionId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

const ANNOUNCEMENT: &str = "select n.id, n.region, n.title, n.content, n.recruitment, n.announced_by, n.announced_at,
        a.name as author_name, w.reason, w.withdrawn_by, w.withdrawn_at, b.name as withdrawer_name
    from announcement n join account a on a.id = n.announced_by
        left join announcement_withdrawn w on w.announcement = n.id left join account b on b.id = w.withdrawn_by";

/// What is to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnnouncement {
    pub region: RegionId,
    pub title: String,
    pub content: String,
    pub recruitment: Option<RecruitmentId>,
}

pub async fn publish(
    store: &Store,
    new: NewAnnouncement,
    by: AccountId,
    now: Time,
) -> Result<Announcement, StoreError> {
    check_announcement(&new.title, &new.content)?;
    let id: AnnouncementId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into announcement (id, region, title, content, recruitment, announced_by, announced_at)
                     values ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(id.as_str())
                .bind(new.region.as_str())
                .bind(new.title.trim())
                .bind(new.content.trim())
                .bind(new.recruitment.as_ref().map(RecruitmentId::as_str))
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn withdraw(
    store: &Store,
    id: AnnouncementId,
    reason: String,
    by: AccountId,
    now: Time,
) -> Result<Announcement, StoreError> {
    check_withdrawal(&reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                if find(connection, id).await?.withdrawal.is_some() {
                    return Err(StoreError::Conflict(constraint::named("announcement_withdrawn_key")));
                }
                sqlx::query(
                    "insert into announcement_withdrawn (announcement, reason, withdrawn_by, withdrawn_at)
                     values ($1, $2, $3, $4)",
                )
                .bind(id.as_str())
                .bind(reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: AnnouncementId) -> Result<Announcement, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Whom a list of announcements is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// All there are, withdrawn ones too.
    pub admin: bool,
    /// What their office supervises: withdrawn ones of it, too.
    pub scope: Option<RegionId>,
    /// The Regions that they belong to, and all above these: what holds there.
    pub regions: Vec<RegionId>,
}

/// What concerns the reader, the latest first.
pub async fn list(store: &Store, reader: &Reader, page: Page) -> Result<Paged<Announcement>, StoreError> {
    let concerns = format!(
        "($1 = 1 or n.region in {} or (w.announcement is null and n.region in ({})))",
        below!("$2"),
        placeholders(5, reader.regions.len().max(1))
    );
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!(
        "select found.*, count(*) over () as total from ({ANNOUNCEMENT} where {concerns}) found
         order by found.announced_at desc, found.id limit $3 offset $4"
    ))
    .bind(i64::from(reader.admin))
    .bind(reader.scope.as_ref().map_or("", RegionId::as_str))
    .bind(page.limit())
    .bind(page.offset());
    let rows = match reader.regions.as_slice() {
        [] => rows.bind(""),
        regions => regions.iter().fold(rows, |query, region| query.bind(region.as_str())),
    };
    let rows = rows.fetch_all(&mut *connection).await?;
    let total = rows.first().map_or(Ok(page.offset()), |row| row.number("total"))?;
    Ok(page.of(total, rows.iter().map(read).collect::<Result<_, _>>()?))
}

async fn find(connection: &mut AnyConnection, id: AnnouncementId) -> Result<Announcement, StoreError> {
    let row = sqlx::query(sql!("{ANNOUNCEMENT} where n.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Announcement))?)
}

fn read(row: &AnyRow) -> Result<Announcement, StoreError> {
    let withdrawal = match row.optional_id::<AccountId>("withdrawn_by")? {
        Some(id) => Some(AnnouncementWithdrawal {
            reason: row.text("reason")?,
            by: PersonName { id, name: row.text("withdrawer_name")? },
            at: row.time("withdrawn_at")?,
        }),
        None => None,
    };
    Ok(Announcement {
        id: row.id("id")?,
        region: row.id("region")?,
        title: row.text("title")?,
        content: row.text("content")?,
        recruitment: row.optional_id("recruitment")?,
        by: PersonName { id: row.id("announced_by")?, name: row.text("author_name")? },
        at: row.time("announced_at")?,
        withdrawal,
    })
}
