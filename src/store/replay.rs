//! Replay: who watched which parts of a Resource on which day, and what that makes of it: clicks, use, and satisfaction.

use super::resource::{json, number, parts, signed};
use super::row::{Columns as _, number_of, rows_in};
use super::{Store, StoreError};
use crate::domain::resource::Part;
use crate::domain::resource::seen::{self, CLICK_MS};
use crate::domain::{AccountId, ResourceId, Time};
use sqlx::AnyConnection;
use std::collections::HashMap;

/// What a page says was watched, in times of the whole recording.
#[derive(Debug, Clone)]
pub struct Report {
    pub parts: Vec<Part>,
    pub position_ms: u64,
    /// 1000 as recorded.
    pub speed_permille: u32,
    /// Of the whole recording; none of documents.
    pub duration_ms: Option<u64>,
}

/// What somebody has watched by now, over all days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub parts: Vec<Part>,
    pub position_ms: Option<u64>,
}

/// What docs/resources.md defines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub clicks: u64,
    pub viewers: u64,
    pub watched_ms: u64,
    pub used: u64,
    pub ratings: u64,
    pub stars: u64,
}

/// Joins what is reported with what is known of this day. A report that makes it more than anybody can have watched since the first
/// one of the day says only where they are.
pub async fn report(
    store: &Store,
    resource: ResourceId,
    account: AccountId,
    report: Report,
    now: Time,
) -> Result<Seen, StoreError> {
    let day = now.day();
    store
        .write(move |connection| {
            Box::pin(async move {
                let known = sqlx::query(
                    "select seen, began_at from resource_view where resource = $1 and account = $2 and day = $3",
                );
                let known = known.bind(resource.as_str()).bind(account.as_str()).bind(number_of(day));
                let (known, began) = match known.fetch_optional(&mut *connection).await? {
                    Some(row) => (parts(&row, "seen")?, row.time("began_at")?),
                    None => (Vec::new(), now),
                };
                let joined = seen::added(&known, &report.parts, report.duration_ms);
                let joined = if seen::is_possible(seen::length(&joined), now.since(began)) { joined } else { known };
                sqlx::query(
                    "insert into resource_view (resource, account, day, seen, watched_ms, position_ms, speed_permille, reported_at,
                         began_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                     on conflict (resource, account, day) do update set seen = excluded.seen, watched_ms = excluded.watched_ms,
                         position_ms = excluded.position_ms, speed_permille = excluded.speed_permille,
                         reported_at = excluded.reported_at",
                )
                .bind(resource.as_str())
                .bind(account.as_str())
                .bind(number_of(day))
                .bind(json(&joined))
                .bind(signed(seen::length(&joined)))
                .bind(signed(report.position_ms))
                .bind(i64::from(report.speed_permille))
                .bind(now.micros())
                .bind(began.micros())
                .execute(&mut *connection)
                .await?;
                read(connection, resource, account).await
            })
        })
        .await
}

pub async fn of_person(store: &Store, resource: ResourceId, account: AccountId) -> Result<Seen, StoreError> {
    read(&mut *store.read().await?, resource, account).await
}

async fn read(connection: &mut AnyConnection, resource: ResourceId, account: AccountId) -> Result<Seen, StoreError> {
    let rows = sqlx::query(
        "select seen, position_ms from resource_view where resource = $1 and account = $2 order by day desc limit 400",
    )
    .bind(resource.as_str())
    .bind(account.as_str())
    .fetch_all(connection)
    .await?;
    let position_ms = rows.first().map(|row| row.number("position_ms").map(number)).transpose()?;
    let mut all = Vec::new();
    for row in &rows {
        all.extend(parts(row, "seen")?);
    }
    Ok(Seen { parts: seen::united(all), position_ms })
}

/// A Resource that somebody has begun to watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    pub resource: ResourceId,
    pub seen: Seen,
    pub at: Time,
}

/// What somebody has begun, the latest first.
pub async fn begun(store: &Store, account: AccountId, most: usize) -> Result<Vec<Begun>, StoreError> {
    let rows = sqlx::query(
        "select resource, seen, position_ms, reported_at from resource_view where account = $1
         order by reported_at desc, resource limit 1000",
    )
    .bind(account.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    let mut all: Vec<Begun> = Vec::new();
    for row in &rows {
        let (resource, day) = (row.id("resource")?, parts(row, "seen")?);
        if let Some(known) = all.iter_mut().find(|one| one.resource == resource) {
            known.seen.parts = seen::united(known.seen.parts.drain(..).chain(day));
        } else if all.len() < most {
            let position_ms = Some(number(row.number("position_ms")?));
            let seen = Seen { parts: seen::united(day), position_ms };
            all.push(Begun { resource, seen, at: row.time("reported_at")? });
        }
    }
    Ok(all)
}

/// A Studio's own people neither use nor rate what it publishes.
const NOT_OF_THE_STUDIO: &str = "not exists (select 1 from membership m join resource r on r.studio = m.studio
    where r.id = u.resource and m.account = u.account and m.from_day <= u.day and (m.to_day is null or u.day <= m.to_day))";

pub async fn figures(store: &Store, ids: &[ResourceId]) -> Result<HashMap<ResourceId, Figures>, StoreError> {
    let mut connection = store.read().await?;
    let connection = &mut *connection;
    let mut found: HashMap<ResourceId, Figures> = HashMap::new();
    let head = format!(
        "select resource, count(distinct account) as viewers, cast(sum(watched_ms) as bigint) as watched,
             cast(sum(case when watched_ms >= {CLICK_MS} then 1 else 0 end) as bigint) as clicks
         from resource_view where watched_ms > 0 and resource in"
    );
    for row in rows_in(connection, &head, ids, "group by resource").await? {
        let one = found.entry(row.id("resource")?).or_default();
        one.viewers = number(row.number("viewers")?);
        one.watched_ms = number(row.number("watched")?);
        one.clicks = number(row.number("clicks")?);
    }
    let (collected, rated) = (super::row::day_of("c.collected_at"), super::row::day_of("t.rated_at"));
    let head = format!(
        "select u.resource, count(distinct u.account) as used from (
             select c.resource, p.account, {collected} as day from lesson_plan_resource c join lesson_plan p on p.id = c.plan) u
         where {NOT_OF_THE_STUDIO} and u.resource in"
    );
    for row in rows_in(connection, &head, ids, "group by u.resource").await? {
        found.entry(row.id("resource")?).or_default().used = number(row.number("used")?);
    }
    let head = format!(
        "select u.resource, count(*) as ratings, cast(sum(u.stars) as bigint) as stars from (
             select t.resource, t.account, t.stars, {rated} as day from resource_rating t) u
         where {NOT_OF_THE_STUDIO} and u.resource in"
    );
    for row in rows_in(connection, &head, ids, "group by u.resource").await? {
        let one = found.entry(row.id("resource")?).or_default();
        one.ratings = number(row.number("ratings")?);
        one.stars = number(row.number("stars")?);
    }
    Ok(found)
}

impl Figures {
    /// Ten times the average of 1 to 5 stars, rounded.
    #[must_use]
    pub fn rating_average(&self) -> Option<u32> {
        let tenfold = (self.stars * 20 + self.ratings).checked_div(self.ratings * 2)?;
        u32::try_from(tenfold).ok()
    }
}
