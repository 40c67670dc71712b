//! Studios.

use super::row::{Columns as _, below, number_of, rows_in, sql, works};
use super::{Noun, Page, Paged, Store, StoreError, page, policy, random};
use crate::domain::{AccountId, Day, NewStudio, RegionId, Studio, StudioId, Tier, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// Which studios; the default is all.
#[derive(Debug, Clone, Default)]
pub struct StudioFilter {
    /// Part of the name or of the subject.
    pub search: String,
    pub tier: Option<Tier>,
    /// In this Region or below it.
    pub within: Option<RegionId>,
    /// In which this person has ever had a Membership.
    pub member: Option<AccountId>,
    /// Those that work on this day.
    pub works_on: Option<Day>,
}

const STUDIO: &str =
    "select id, name, tier, kind, subject, region, cycle_start, policy, introduction, created_at, last_day from studio";

const FILTER: &str = concat!(
    "where ($1 = '' or lower(name) like $1 escape '\\' or lower(subject) like $1 escape '\\')
    and ($2 = '' or tier = $2)
    and ($3 = '' or region in ",
    below!("$3"),
    ")
    and ($4 = '' or id in (select studio from membership where account = $4))
    and ",
    works!("$5")
);

pub async fn list(store: &Store, filter: &StudioFilter, page: Page) -> Result<Paged<Studio>, StoreError> {
    let pattern = page::pattern(&filter.search);
    let tier = filter.tier.map_or("", Tier::code);
    let within = filter.within.as_ref().map_or("", RegionId::as_str);
    let member = filter.member.as_ref().map_or("", AccountId::as_str);
    // On days long gone every Studio works.
    let day = filter.works_on.map_or(i64::MIN, number_of);
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!("{STUDIO} {FILTER} order by name, id limit $6 offset $7"))
        .bind(pattern.as_str())
        .bind(tier)
        .bind(within)
        .bind(member)
        .bind(day)
        .bind(page.limit())
        .bind(page.offset())
        .fetch_all(&mut *connection)
        .await?;
    let total = sqlx::query(sql!("select count(*) as total from studio {FILTER}"))
        .bind(pattern.as_str())
        .bind(tier)
        .bind(within)
        .bind(member)
        .bind(day)
        .fetch_one(&mut *connection)
        .await?
        .number("total")?;
    Ok(page.of(total, rows.iter().map(read).collect::<Result<_, _>>()?))
}

pub async fn get(store: &Store, id: StudioId) -> Result<Studio, StoreError> {
    let row =
        sqlx::query(sql!("{STUDIO} where id = $1")).bind(id.as_str()).fetch_optional(&mut *store.read().await?).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Studio))?)
}

/// Those that are assessed, in this Region or below it where one is given.
pub async fn assessed(store: &Store, within: Option<RegionId>) -> Result<Vec<Studio>, StoreError> {
    let within = within.as_ref().map_or("", RegionId::as_str);
    let rows =
        sqlx::query(sql!("{STUDIO} where policy is not null and ($1 = '' or region in {}) order by id", below!("$1")))
            .bind(within)
            .fetch_all(&mut *store.read().await?)
            .await?;
    rows.iter().map(read).collect()
}

/// Those of these that there are, by their ids.
pub async fn by_ids(store: &Store, ids: &[StudioId]) -> Result<HashMap<StudioId, Studio>, StoreError> {
    of_ids(&mut *store.read().await?, ids).await
}

pub(super) async fn of_ids(
    connection: &mut AnyConnection,
    ids: &[StudioId],
) -> Result<HashMap<StudioId, Studio>, StoreError> {
    let rows = rows_in(connection, &format!("{STUDIO} where id in"), ids, "").await?;
    rows.iter().map(|row| read(row).map(|studio| (studio.id, studio))).collect()
}

/// Refuses what is to last until that day, or for none without an end, in a Studio that is closed before. Asked in the transaction
/// that writes it.
pub(super) async fn must_work(
    connection: &mut AnyConnection,
    id: StudioId,
    until: Option<Day>,
) -> Result<(), StoreError> {
    let found = of_ids(connection, &[id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Studio))?;
    Ok(found.must_work_until(until)?)
}

pub async fn create(store: &Store, new: NewStudio, now: Time) -> Result<Studio, StoreError> {
    new.check()?;
    policy::check(store, new.policy.as_deref())?;
    let studio = from(random::id()?, new, now);
    store
        .write(move |connection| {
            Box::pin(async move {
                insert(connection, &studio).await?;
                Ok(studio)
            })
        })
        .await
}

pub(super) async fn insert(connection: &mut AnyConnection, studio: &Studio) -> Result<(), StoreError> {
    sqlx::query(
        "insert into studio (id, name, tier, kind, subject, region, cycle_start, policy, introduction, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(studio.id.as_str())
    .bind(studio.name.as_str())
    .bind(studio.tier.code())
    .bind(studio.kind.code())
    .bind(studio.subject.as_str())
    .bind(studio.region.as_str())
    .bind(number_of(studio.cycle_start))
    .bind(studio.policy.as_deref())
    .bind(studio.introduction.as_str())
    .bind(studio.created_at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes of the Studio, as it is when this is written, what `edit` says: two who edit different things lose nothing.
pub async fn update(
    store: &Store,
    id: StudioId,
    edit: impl FnOnce(Studio) -> NewStudio + Send + 'static,
) -> Result<Studio, StoreError> {
    let policies = store.clone();
    store
        .write(move |connection| {
            Box::pin(async move {
                let old = of_ids(connection, &[id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Studio))?;
                let (created_at, last_day) = (old.created_at, old.last_day);
                let new = edit(old);
                new.check()?;
                policy::check(&policies, new.policy.as_deref())?;
                let studio = Studio { last_day, ..from(id, new, created_at) };
                sqlx::query(
                    "update studio set name = $2, tier = $3, kind = $4, subject = $5, region = $6, cycle_start = $7,
                         policy = $8, introduction = $9
                     where id = $1",
                )
                .bind(studio.id.as_str())
                .bind(studio.name.as_str())
                .bind(studio.tier.code())
                .bind(studio.kind.code())
                .bind(studio.subject.as_str())
                .bind(studio.region.as_str())
                .bind(number_of(studio.cycle_start))
                .bind(studio.policy.as_deref())
                .bind(studio.introduction.as_str())
                .execute(connection)
                .await?;
                Ok(studio)
            })
        })
        .await
}

pub(super) fn from(id: StudioId, new: NewStudio, created_at: Time) -> Studio {
    Studio {
        id,
        name: new.name.trim().to_owned(),
        tier: new.tier,
        kind: new.kind,
        subject: new.subject.trim().to_owned(),
        region: new.region,
        cycle_start: new.cycle_start,
        policy: new.policy.filter(|key| !key.is_empty()),
        introduction: new.introduction.trim().to_owned(),
        created_at,
        last_day: None,
    }
}

fn read(row: &AnyRow) -> Result<Studio, StoreError> {
    Ok(Studio {
        id: row.id("id")?,
        name: row.text("name")?,
        tier: row.coded("tier")?,
        kind: row.coded("kind")?,
        subject: row.text("subject")?,
        region: row.id("region")?,
        cycle_start: row.day("cycle_start")?,
        policy: row.optional_text("policy")?,
        introduction: row.text("introduction")?,
        created_at: row.time("created_at")?,
        last_day: row.optional_day("last_day")?,
    })
}
