//! Activities: what studios plan, with their presenters.

use super::row::{Columns as _, rows_in, sql};
use super::{Noun, Store, StoreError, notice, random, studio};
use crate::domain::{
    AccountId, Activity, ActivityId, ActivityRefusal, ActivityState, Checks, Day, Invalid, NewActivity, SeriesId,
    StudioId, Time,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// The columns that `read` needs, of a table called `a`.
pub(super) const ACTIVITY: &str = "a.id, a.studio, a.series, a.title, a.summary, a.kind, a.mode, a.level, a.audience,
    a.place, a.planned_start, a.planned_end, a.state, a.guests_allowed, a.cancel_reason, a.created_at";

pub async fn get(store: &Store, id: ActivityId) -> Result<Activity, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Those of these that there are, by their ids.
pub async fn by_ids(store: &Store, ids: &[ActivityId]) -> Result<HashMap<ActivityId, Activity>, StoreError> {
    let head = format!("select {ACTIVITY} from activity a where a.id in");
    let rows = rows_in(&mut *store.read().await?, &head, ids, "").await?;
    rows.iter().map(|row| read(row).map(|activity| (activity.id, activity))).collect()
}

pub async fn create(store: &Store, new: NewActivity, now: Time) -> Result<Activity, StoreError> {
    new.check()?;
    let id: ActivityId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                studio::must_work(connection, new.studio, Some(new.planned_start.day())).await?;
                check_series(connection, &new).await?;
                let (activity, presenters) = from(id, new, now);
                insert(connection, &activity).await?;
                set_presenters(connection, id, &presenters).await?;
                Ok(activity)
            })
        })
        .await
}

/// Makes of a planned Activity and its presenters, as they are when this is written, what `edit` says. It stays with its
/// Studio.
pub async fn update(
    store: &Store,
    id: ActivityId,
    edit: impl FnOnce(Activity, Vec<AccountId>) -> NewActivity + Send + 'static,
) -> Result<Activity, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let old = find(connection, id).await?;
                old.edit()?;
                let (studio, created_at) = (old.studio, old.created_at);
                let presenters = presenters(connection, id).await?;
                let new = NewActivity { studio, ..edit(old, presenters) };
                new.check()?;
                studio::must_work(connection, studio, Some(new.planned_start.day())).await?;
                check_series(connection, &new).await?;
                let (activity, presenters) = from(id, new, created_at);
                sqlx::query(
                    "update activity set series = $2, title = $3, summary = $4, kind = $5, mode = $6, level = $7,
                         audience = $8, place = $9, planned_start = $10, planned_end = $11, guests_allowed = $12
                     where id = $1",
                )
                .bind(id.as_str())
                .bind(activity.series.as_ref().map(SeriesId::as_str))
                .bind(activity.title.as_str())
                .bind(activity.summary.as_str())
                .bind(activity.kind.code())
                .bind(activity.mode.code())
                .bind(activity.level.code())
                .bind(activity.audience.as_str())
                .bind(activity.place.as_str())
                .bind(activity.planned_start.micros())
                .bind(activity.planned_end.micros())
                .bind(i64::from(activity.guests_allowed))
                .execute(&mut *connection)
                .await?;
                set_presenters(connection, id, &presenters).await?;
                Ok(activity)
            })
        })
        .await
}

/// Calls a planned one off; notices of it that wait or hold are withdrawn with it.
pub async fn cancel(
    store: &Store,
    id: ActivityId,
    reason: String,
    (by, now): (AccountId, Time),
) -> Result<Activity, StoreError> {
    Checks::new().text(&reason, "reason", "取消原因", 200).done()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let activity = find(connection, id).await?;
                call_off(connection, activity, reason.trim(), (by, now)).await
            })
        })
        .await
}

async fn call_off(
    connection: &mut AnyConnection,
    mut activity: Activity,
    reason: &str,
    by: (AccountId, Time),
) -> Result<Activity, StoreError> {
    activity.state = activity.cancel()?;
    activity.cancel_reason = Some(reason.to_owned());
    sqlx::query("update activity set state = $2, cancel_reason = $3 where id = $1")
        .bind(activity.id.as_str())
        .bind(activity.state.code())
        .bind(reason)
        .execute(&mut *connection)
        .await?;
    let why = format!("活动已取消：{reason}");
    notice::withdraw_of_activity(connection, activity.id, &why, by).await?;
    Ok(activity)
}

/// Calls off what a Studio plans for days after this one.
pub(super) async fn call_off_after(
    connection: &mut AnyConnection,
    studio: StudioId,
    last_day: Day,
    reason: &str,
    by: (AccountId, Time),
) -> Result<(), StoreError> {
    let rows = sqlx::query(sql!(
        "select {ACTIVITY} from activity a where a.studio = $1 and a.state = 'planned' and a.planned_start >= $2"
    ))
    .bind(studio.as_str())
    .bind(last_day.plus(1).start().micros())
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        call_off(connection, read(row)?, reason, by).await?;
    }
    Ok(())
}

pub(super) async fn set_state(
    connection: &mut AnyConnection,
    id: ActivityId,
    state: ActivityState,
) -> Result<(), StoreError> {
    sqlx::query("update activity set state = $2 where id = $1")
        .bind(id.as_str())
        .bind(state.code())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn find(connection: &mut AnyConnection, id: ActivityId) -> Result<Activity, StoreError> {
    let row = sqlx::query(sql!("select {ACTIVITY} from activity a where a.id = $1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Activity))?)
}

/// A Series holds Activities of its own Studio only.
async fn check_series(connection: &mut AnyConnection, new: &NewActivity) -> Result<(), StoreError> {
    let Some(series) = new.series else { return Ok(()) };
    let row = sqlx::query("select id from series where id = $1 and studio = $2")
        .bind(series.as_str())
        .bind(new.studio.as_str())
        .fetch_optional(connection)
        .await?;
    match row {
        Some(_) => Ok(()),
        None => Err(Invalid::one("series", "请选择本工作室的系列。").into()),
    }
}

async fn insert(connection: &mut AnyConnection, activity: &Activity) -> Result<(), StoreError> {
    sqlx::query(
        "insert into activity (id, studio, series, title, summary, kind, mode, level, audience, place, planned_start,
             planned_end, state, guests_allowed, cancel_reason, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, null, $15)",
    )
    .bind(activity.id.as_str())
    .bind(activity.studio.as_str())
    .bind(activity.series.as_ref().map(SeriesId::as_str))
    .bind(activity.title.as_str())
    .bind(activity.summary.as_str())
    .bind(activity.kind.code())
    .bind(activity.mode.code())
    .bind(activity.level.code())
    .bind(activity.audience.as_str())
    .bind(activity.place.as_str())
    .bind(activity.planned_start.micros())
    .bind(activity.planned_end.micros())
    .bind(activity.state.code())
    .bind(i64::from(activity.guests_allowed))
    .bind(activity.created_at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn presenters(connection: &mut AnyConnection, id: ActivityId) -> Result<Vec<AccountId>, StoreError> {
    let query = sqlx::query("select account from presenter where activity = $1 order by position").bind(id.as_str());
    query.fetch_all(connection).await?.iter().map(|row| row.id("account")).collect()
}

/// These and nobody else.
pub(super) async fn set_presenters(
    connection: &mut AnyConnection,
    activity: ActivityId,
    presenters: &[AccountId],
) -> Result<(), StoreError> {
    let clear = sqlx::query("delete from presenter where activity = $1").bind(activity.as_str());
    clear.execute(&mut *connection).await?;
    for (position, account) in (0_i64..).zip(presenters) {
        sqlx::query("insert into presenter (activity, account, position) values ($1, $2, $3)")
            .bind(activity.as_str())
            .bind(account.as_str())
            .bind(position)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn from(id: ActivityId, new: NewActivity, created_at: Time) -> (Activity, Vec<AccountId>) {
    let activity = Activity {
        id,
        studio: new.studio,
        series: new.series,
        title: new.title.trim().to_owned(),
        summary: new.summary.trim().to_owned(),
        kind: new.kind,
        mode: new.mode,
        level: new.level,
        audience: new.audience.trim().to_owned(),
        place: new.place.trim().to_owned(),
        planned_start: new.planned_start,
        planned_end: new.planned_end,
        state: ActivityState::Planned,
        guests_allowed: new.guests_allowed,
        cancel_reason: None,
        created_at,
    };
    (activity, new.presenters)
}

/// Refuses another place to check in to: when the Activity is over, or has `most` of them by the count in `others`.
pub(super) async fn takes_one_more(
    connection: &mut AnyConnection,
    id: ActivityId,
    others: &'static str,
    most: i64,
) -> Result<(), StoreError> {
    match find(connection, id).await?.state {
        ActivityState::Planned | ActivityState::Live => {}
        ActivityState::Ended => return Err(ActivityRefusal::Ended.into()),
        ActivityState::Cancelled => return Err(ActivityRefusal::Cancelled.into()),
    }
    let total = sqlx::query(others).bind(id.as_str()).fetch_one(connection).await?.number("total")?;
    if total < most { Ok(()) } else { Err(ActivityRefusal::TooMany.into()) }
}

pub(super) fn read(row: &AnyRow) -> Result<Activity, StoreError> {
    Ok(Activity {
        id: row.id("id")?,
        studio: row.id("studio")?,
        series: row.optional_id("series")?,
        title: row.text("title")?,
        summary: row.text("summary")?,
        kind: row.coded("kind")?,
        mode: row.coded("mode")?,
        level: row.coded("level")?,
        audience: row.text("audience")?,
        place: row.text("place")?,
        planned_start: row.time("planned_start")?,
        planned_end: row.time("planned_end")?,
        state: row.coded("state")?,
        guests_allowed: row.flag("guests_allowed")?,
        cancel_reason: row.optional_text("cancel_reason")?,
        created_at: row.time("created_at")?,
    })
}
