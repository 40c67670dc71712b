//! Sessions: an Activity goes live, and ends.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, activity, random, studio};
use crate::domain::{AccountId, ActivityId, Day, Session, SessionId, StudioId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// The columns that `read` needs, of a table called `s`.
pub(super) const SESSION: &str = "s.id, s.activity, s.started_at, s.ended_at, s.started_by";

/// The Activity goes live now.
pub async fn go_live(
    store: &Store,
    activity: ActivityId,
    by: Option<AccountId>,
    now: Time,
) -> Result<Session, StoreError> {
    let id: SessionId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let found = activity::find(connection, activity).await?;
                let state = found.go_live()?;
                studio::must_work(connection, found.studio, Some(now.day())).await?;
                activity::set_state(connection, activity, state).await?;
                let session = Session { id, activity, started_at: now, ended_at: None, started_by: by };
                sqlx::query("insert into session (id, activity, started_at, ended_at, started_by) values ($1, $2, $3, null, $4)")
                    .bind(id.as_str())
                    .bind(activity.as_str())
                    .bind(now.micros())
                    .bind(by.as_ref().map(AccountId::as_str))
                    .execute(connection)
                    .await?;
                Ok(session)
            })
        })
        .await
}

/// The Session and its Activity end. Ending twice is no error: the first end stays.
pub async fn end(store: &Store, id: SessionId, now: Time) -> Result<Session, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let mut session = find(connection, id).await?;
                if !session.live() {
                    return Ok(session);
                }
                let ended_at = now.max(session.started_at);
                let state = activity::find(connection, session.activity).await?.end()?;
                activity::set_state(connection, session.activity, state).await?;
                sqlx::query("update session set ended_at = $2 where id = $1 and ended_at is null")
                    .bind(id.as_str())
                    .bind(ended_at.micros())
                    .execute(connection)
                    .await?;
                session.ended_at = Some(ended_at);
                Ok(session)
            })
        })
        .await
}

pub async fn get(store: &Store, id: SessionId) -> Result<Session, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// The Sessions without an end: what a starting server has to go on with.
pub async fn live(store: &Store) -> Result<Vec<Session>, StoreError> {
    let rows =
        sqlx::query(sql!("select {SESSION} from session s where s.ended_at is null order by s.started_at, s.id"))
            .fetch_all(&mut *store.read().await?)
            .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn find(connection: &mut AnyConnection, id: SessionId) -> Result<Session, StoreError> {
    let row = sqlx::query(sql!("select {SESSION} from session s where s.id = $1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Session))?)
}

/// The day of the Studio's last Session, live or over.
pub(super) async fn last_of_studio(
    connection: &mut AnyConnection,
    studio: StudioId,
) -> Result<Option<Day>, StoreError> {
    let row = sqlx::query(
        "select max(s.started_at) as last from session s join activity a on a.id = s.activity where a.studio = $1",
    )
    .bind(studio.as_str())
    .fetch_one(connection)
    .await?;
    Ok(row.optional_time("last")?.map(Time::day))
}

pub(super) fn read(row: &AnyRow) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.id("id")?,
        activity: row.id("activity")?,
        started_at: row.time("started_at")?,
        ended_at: row.optional_time("ended_at")?,
        started_by: row.optional_id("started_by")?,
    })
}
