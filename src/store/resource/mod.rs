//! Resources: what Studios publish; a row each, what was done with it as rows that are only added, and what lies in the storage for it.

mod content;
mod emptying;
mod file;
mod library;
mod write;

pub use content::{Content, attach, attachments, content, detach, put_subtitles};
pub use emptying::{begin_emptying, end_emptying, to_empty};
pub use file::{File, file, files, having};
pub use library::{Filter, Found, Hit, Reader, related, search};
pub use write::{Change, Hiding, NewFile, NewResource, NewStep, change, create, step};

use super::page::placeholders;
use super::row::{Columns as _, below, rows_in, sql};
use super::{Noun, Store, StoreError};
use crate::domain::participation::{Decided, say};
use crate::domain::resource::{Part, Presenter, Resource, ResourceState, ResourceStep};
use crate::domain::{ActivityId, Day, OfficeTier, PersonName, RecordingId, RegionId, ResourceId, SeriesId, StudioId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

pub(super) const RESOURCE: &str = "select r.id, r.studio, r.kind, r.title, r.summary, r.subject, r.stage, r.activity, r.series,
        r.recording, r.state, r.visibility, r.selection, r.downloadable, r.duration_ms, r.bytes, r.hidden, r.cut, r.created_by,
        c.name as creator_name, r.created_at, r.published_at, r.withdrawn_reason, r.selection_reason, r.nominated_at,
        r.legal_hold, r.keep_until, r.emptied
    from resource r left join account c on c.id = r.created_by";

/// Of those that wait for an office so many are told: further ones follow when these are decided.
const MOST_WAITING: u32 = 300;
/// Written by one statement: many times faster than each by its own, and few enough values for both databases.
const ROWS_AT_ONCE: usize = 100;

/// `($1, $2, …), …` for so many rows of so many values.
fn tuples(rows: usize, values: usize) -> String {
    let tuple = |row: usize| format!("({})", placeholders(row * values + 1, values));
    (0..rows).map(tuple).collect::<Vec<_>>().join(", ")
}

pub async fn get(store: &Store, id: ResourceId) -> Result<Resource, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Those of these ids that are known, in the order in which they are named.
pub async fn by_ids(store: &Store, ids: &[ResourceId]) -> Result<Vec<Resource>, StoreError> {
    in_order(&mut *store.read().await?, ids).await
}

/// What a Recording became.
pub async fn of_recording(store: &Store, recording: RecordingId) -> Result<Option<ResourceId>, StoreError> {
    let row = sqlx::query("select id from resource where recording = $1")
        .bind(recording.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?;
    row.map(|row| row.id("id")).transpose()
}

/// Of a Studio, or of one Activity of it, in whatever state; the latest first.
pub async fn of_studio(
    store: &Store,
    studio: StudioId,
    activity: Option<ActivityId>,
) -> Result<Vec<Resource>, StoreError> {
    let rows = sqlx::query(sql!(
        "{RESOURCE} where r.studio = $1 and ($2 = '' or r.activity = $2) order by r.created_at desc, r.id limit 500"
    ))
    .bind(studio.as_str())
    .bind(activity.as_ref().map_or("", ActivityId::as_str))
    .fetch_all(&mut *store.read().await?)
    .await?;
    with_presenters(&mut *store.read().await?, &rows).await
}

/// Of a Series, in the order of their Activities.
pub async fn of_series(store: &Store, series: SeriesId) -> Result<Vec<Resource>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!(
        "{RESOURCE} left join activity a on a.id = r.activity where r.series = $1
         order by coalesce(a.planned_start, r.created_at), r.id limit 500"
    ))
    .bind(series.as_str())
    .fetch_all(&mut *connection)
    .await?;
    with_presenters(&mut connection, &rows).await
}

/// How much a Studio has in the storage.
pub async fn bytes_of_studio(store: &Store, studio: StudioId) -> Result<u64, StoreError> {
    bytes_of(&mut *store.read().await?, studio).await
}

async fn bytes_of(connection: &mut AnyConnection, studio: StudioId) -> Result<u64, StoreError> {
    let row = sqlx::query(
        "select cast(coalesce(sum(bytes), 0) as bigint) as bytes from resource where studio = $1 and emptied = 0",
    )
    .bind(studio.as_str())
    .fetch_one(connection)
    .await?;
    Ok(number(row.number("bytes")?))
}

/// One that waits for its Studio's office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    pub id: ResourceId,
    pub studio: StudioId,
    pub title: String,
    /// To be chosen as 精品; else to be published.
    pub nominated: bool,
    pub since: Day,
}

/// Of the Studios of a Region and of everything below it, the oldest first: those that were handed in, and those that were nominated.
pub async fn waiting_in(store: &Store, region: RegionId) -> Result<Vec<Waits>, StoreError> {
    let rows = sqlx::query(sql!(
        "select r.id, r.studio, r.title, r.state, max(t.taken_at) as since from resource r
             join studio s on s.id = r.studio
             join resource_step t on t.resource = r.id
                 and t.step = case when r.state = 'in_review' then 'submitted' else 'nominated' end
         where (r.state = 'in_review' or r.state = 'published' and r.selection = 'nominated') and s.region in {}
         group by r.id, r.studio, r.title, r.state order by since, r.id limit {MOST_WAITING}",
        below!("$1")
    ))
    .bind(region.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Waits {
                id: row.id("id")?,
                studio: row.id("studio")?,
                title: row.text("title")?,
                nominated: row.coded::<ResourceState>("state")? == ResourceState::Published,
                since: row.time("since")?.day(),
            })
        })
        .collect()
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub step: ResourceStep,
    pub reason: String,
    pub by: PersonName,
    pub at: crate::domain::Time,
    /// Of the office for which it was taken.
    pub tier: Option<OfficeTier>,
}

/// All that was done with it, the oldest first.
pub async fn steps(store: &Store, id: ResourceId) -> Result<Vec<Taken>, StoreError> {
    let rows = sqlx::query(
        "select s.step, s.reason, s.taken_by, a.name, s.taken_at, s.tier from resource_step s join account a on a.id = s.taken_by
         where s.resource = $1 order by s.ordinal",
    )
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Taken {
                step: row.coded("step")?,
                reason: row.text("reason")?,
                by: PersonName { id: row.id("taken_by")?, name: row.text("name")? },
                at: row.time("taken_at")?,
                tier: row.optional_coded("tier")?,
            })
        })
        .collect()
}

/// What of these Studios was nominated as 精品, with what their offices said of it, each word with its day.
#[derive(Debug, Clone)]
pub(super) struct Nominated {
    pub(super) studio: StudioId,
    pub(super) id: ResourceId,
    pub(super) title: String,
    pub(super) day: Day,
    pub(super) decisions: Vec<Decided<Option<u32>>>,
}

pub(super) async fn nominated(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<Nominated>, StoreError> {
    let head = "select r.studio, r.id, r.title, r.nominated_at, s.step, s.taken_at
        from resource r left join resource_step s on s.resource = r.id and s.step in ('selected', 'not_selected', 'withdrawn')
        where r.nominated_at is not null and r.studio in";
    let mut found: Vec<Nominated> = Vec::new();
    for row in rows_in(connection, head, studios, "order by r.id, s.ordinal").await? {
        let id = row.id("id")?;
        if found.last().is_none_or(|last| last.id != id) {
            let (studio, title, day) = (row.id("studio")?, row.text("title")?, row.time("nominated_at")?.day());
            found.push(Nominated { studio, id, title, day, decisions: Vec::new() });
        }
        let Some(step) = row.optional_coded::<ResourceStep>("step")? else { continue };
        let what = (step == ResourceStep::Selected).then_some(1);
        if let Some(last) = found.last_mut() {
            say(&mut last.decisions, Decided { day: row.time("taken_at")?.day(), what });
        }
    }
    Ok(found)
}

async fn find(connection: &mut AnyConnection, id: ResourceId) -> Result<Resource, StoreError> {
    let found = in_order(connection, &[id]).await?.pop();
    found.ok_or(StoreError::NotFound(Noun::Resource))
}

async fn in_order(connection: &mut AnyConnection, ids: &[ResourceId]) -> Result<Vec<Resource>, StoreError> {
    let rows = rows_in(connection, &format!("{RESOURCE} where r.id in"), ids, "").await?;
    let found = with_presenters(connection, &rows).await?;
    let mut found: HashMap<ResourceId, Resource> = found.into_iter().map(|one| (one.id, one)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

async fn with_presenters(connection: &mut AnyConnection, rows: &[AnyRow]) -> Result<Vec<Resource>, StoreError> {
    let mut found: Vec<Resource> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let ids: Vec<ResourceId> = found.iter().map(|one| one.id).collect();
    let head = "select resource, account, name from resource_presenter where resource in";
    let mut presenters: HashMap<ResourceId, Vec<Presenter>> = HashMap::new();
    for row in rows_in(connection, head, &ids, "order by resource, position").await? {
        let one = Presenter { account: row.optional_id("account")?, name: row.text("name")? };
        presenters.entry(row.id("resource")?).or_default().push(one);
    }
    for one in &mut found {
        one.presenters = presenters.remove(&one.id).unwrap_or_default();
    }
    Ok(found)
}

fn read(row: &AnyRow) -> Result<Resource, StoreError> {
    let created_by = match row.optional_id("created_by")? {
        Some(id) => Some(PersonName { id, name: row.text("creator_name")? }),
        None => None,
    };
    Ok(Resource {
        id: row.id("id")?,
        studio: row.id("studio")?,
        kind: row.coded("kind")?,
        title: row.text("title")?,
        summary: row.text("summary")?,
        subject: row.optional_text("subject")?,
        stage: row.optional_coded("stage")?,
        activity: row.optional_id("activity")?,
        series: row.optional_id("series")?,
        recording: row.optional_id("recording")?,
        presenters: Vec::new(),
        state: row.coded("state")?,
        visibility: row.coded("visibility")?,
        selection: row.coded("selection")?,
        downloadable: row.flag("downloadable")?,
        duration_ms: row.optional_number("duration_ms")?.map(number),
        bytes: number(row.number("bytes")?),
        hidden: parts(row, "hidden")?,
        cut: parts(row, "cut")?,
        created_by,
        created_at: row.time("created_at")?,
        published_at: row.optional_time("published_at")?,
        withdrawn_reason: row.optional_text("withdrawn_reason")?,
        selection_reason: row.optional_text("selection_reason")?,
        nominated_at: row.optional_time("nominated_at")?,
        legal_hold: row.flag("legal_hold")?,
        keep_until: row.optional_day("keep_until")?,
        emptied: row.flag("emptied")?,
    })
}

pub(super) fn parts(row: &AnyRow, column: &'static str) -> Result<Vec<Part>, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|_| StoreError::Unreadable { column })
}

pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

pub(super) fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
