//! Making and changing Resources.

use super::content::Content;
use super::library::{index_shown, index_words};
use super::{bytes_of, file, find, json, signed};
use crate::domain::resource::{
    Part, Presenter, Resource, ResourceKind, ResourceRefusal, ResourceState, ResourceStep, Selection, Visibility,
    Words, check_reason,
};
use crate::domain::{AccountId, ActivityId, Day, OfficeTier, Officer, RecordingId, ResourceId, StudioId, Time};
use crate::store::row::{Columns as _, number_of, sql};
use crate::store::{Store, StoreError, ruling};
use sqlx::AnyConnection;

/// An object that lies in the storage already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Below the Resource's own folder: `video.mp4`, `hls/v0/00001.m4s`.
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    pub sha256: [u8; 32],
}

#[derive(Debug, Clone)]
pub struct NewResource {
    pub id: ResourceId,
    pub studio: StudioId,
    pub kind: ResourceKind,
    pub words: Words,
    pub activity: Option<ActivityId>,
    pub recording: Option<RecordingId>,
    pub duration_ms: Option<u64>,
    pub files: Vec<NewFile>,
    pub content: Content,
    pub created_by: Option<AccountId>,
    /// What its Studio may have in all; a Recording is taken in beyond it.
    pub quota: Option<u64>,
}

/// What its keepers change; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub words: Option<Words>,
    pub visibility: Option<Visibility>,
    /// As far as the one who asks may publish: nobody makes wider what is published who may not.
    pub widest: Option<Visibility>,
    pub downloadable: Option<bool>,
    pub keep_until: Option<Option<Day>>,
    pub hiding: Option<Hiding>,
}

/// What is hidden of it from now on.
#[derive(Debug, Clone, Default)]
pub struct Hiding {
    pub hidden: Vec<Part>,
    /// What of the replay goes with it.
    pub cut: Vec<Part>,
    /// The files that show any of it, beside those that show all of it.
    pub withheld: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct NewStep {
    pub step: ResourceStep,
    pub reason: String,
    pub by: AccountId,
    pub tier: Option<OfficeTier>,
    /// For whom, when it is published.
    pub visibility: Option<Visibility>,
}

/// All of it in one transaction. A Recording that became one already gives that one.
pub async fn create(store: &Store, new: NewResource, now: Time) -> Result<Resource, StoreError> {
    new.words.check()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                if let Some(recording) = &new.recording {
                    let known = sqlx::query("select id from resource where recording = $1").bind(recording.as_str());
                    if let Some(row) = known.fetch_optional(&mut *connection).await? {
                        return find(connection, row.id("id")?).await;
                    }
                }
                within_quota(connection, &new).await?;
                insert(connection, &new, now).await?;
                write_presenters(connection, new.id, &new.words.presenters).await?;
                file::insert(connection, new.id, &new.files).await?;
                sqlx::query(
                    "insert into resource_content (resource, chapters, chat, subtitles) values ($1, $2, $3, $4)",
                )
                .bind(new.id.as_str())
                .bind(json(&new.content.chapters))
                .bind(json(&new.content.chat))
                .bind(json(&new.content.subtitles))
                .execute(&mut *connection)
                .await?;
                let made = find(connection, new.id).await?;
                index_words(connection, &made).await?;
                index_shown(connection, &made).await?;
                Ok(made)
            })
        })
        .await
}

/// Uploads that came in at the same time may have used it up.
async fn within_quota(connection: &mut AnyConnection, new: &NewResource) -> Result<(), StoreError> {
    let Some(quota) = new.quota else { return Ok(()) };
    // One after the other, for PostgreSQL writes at once.
    sqlx::query("update studio set name = name where id = $1")
        .bind(new.studio.as_str())
        .execute(&mut *connection)
        .await?;
    let coming: u64 = new.files.iter().map(|file| file.bytes).sum();
    let used = bytes_of(connection, new.studio).await?;
    if used.saturating_add(coming) > quota { Err(ResourceRefusal::QuotaUsed.into()) } else { Ok(()) }
}

async fn insert(connection: &mut AnyConnection, new: &NewResource, now: Time) -> Result<(), StoreError> {
    sqlx::query(
        "insert into resource (id, studio, kind, title, summary, subject, stage, activity, series, recording, state,
             visibility, selection, downloadable, duration_ms, bytes, hidden, cut, created_by, created_at, legal_hold, emptied)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', 'studio', 'none', 0, $11, $12, '[]', '[]', $13, $14, 0, 0)",
    )
    .bind(new.id.as_str())
    .bind(new.studio.as_str())
    .bind(new.kind.code())
    .bind(new.words.title.trim())
    .bind(new.words.summary.trim())
    .bind(new.words.subject.as_deref().map(str::trim).filter(|text| !text.is_empty()))
    .bind(new.words.stage.map(|stage| stage.code()))
    .bind(new.activity.as_ref().map(ActivityId::as_str))
    .bind(new.words.series.as_ref().map(|series| series.as_str()))
    .bind(new.recording.as_ref().map(RecordingId::as_str))
    .bind(new.duration_ms.map(signed))
    .bind(signed(new.files.iter().map(|file| file.bytes).sum()))
    .bind(new.created_by.as_ref().map(AccountId::as_str))
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_presenters(
    connection: &mut AnyConnection,
    id: ResourceId,
    presenters: &[Presenter],
) -> Result<(), StoreError> {
    sqlx::query("delete from resource_presenter where resource = $1")
        .bind(id.as_str())
        .execute(&mut *connection)
        .await?;
    for (position, one) in (0_i64..).zip(presenters) {
        sqlx::query("insert into resource_presenter (resource, position, account, name) values ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(position)
            .bind(one.account.as_ref().map(AccountId::as_str))
            .bind(one.name.trim())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// All of it or nothing, by what it is when this is written.
pub async fn change(store: &Store, id: ResourceId, change: Change) -> Result<Resource, StoreError> {
    if let Some(words) = &change.words {
        words.check()?;
    }
    store
        .write(move |connection| {
            Box::pin(async move {
                let mut one = find(connection, id).await?;
                let Change { words, visibility, widest, downloadable, keep_until, hiding } = change;
                if one.emptied {
                    return Err(ResourceRefusal::Emptied.into());
                }
                if let Some(to) = visibility {
                    one.check_visibility(to, widest)?;
                    one.visibility = to;
                }
                one.downloadable = downloadable.unwrap_or(one.downloadable);
                one.keep_until = keep_until.unwrap_or(one.keep_until);
                let hides = hiding.is_some();
                if let Some(Hiding { hidden, cut, withheld }) = hiding {
                    one.check_cut(&hidden, &cut)?;
                    file::withhold(connection, id, &withheld, !hidden.is_empty()).await?;
                    (one.hidden, one.cut) = (hidden, cut);
                }
                if one.downloadable && !one.is_whole() {
                    return Err(ResourceRefusal::HiddenAndDownloadable.into());
                }
                if let Some(words) = &words {
                    write_words(connection, id, words).await?;
                }
                write(connection, &one).await?;
                let changed = find(connection, id).await?;
                if words.is_some() {
                    index_words(connection, &changed).await?;
                }
                if hides {
                    index_shown(connection, &changed).await?;
                }
                Ok(changed)
            })
        })
        .await
}

async fn write_words(connection: &mut AnyConnection, id: ResourceId, words: &Words) -> Result<(), StoreError> {
    sqlx::query("update resource set title = $2, summary = $3, subject = $4, stage = $5, series = $6 where id = $1")
        .bind(id.as_str())
        .bind(words.title.trim())
        .bind(words.summary.trim())
        .bind(words.subject.as_deref().map(str::trim).filter(|text| !text.is_empty()))
        .bind(words.stage.map(|stage| stage.code()))
        .bind(words.series.as_ref().map(|series| series.as_str()))
        .execute(&mut *connection)
        .await?;
    write_presenters(connection, id, &words.presenters).await
}

/// Takes a step that may be taken in the state as it is when this is written.
pub async fn step(store: &Store, id: ResourceId, new: NewStep, now: Time) -> Result<Resource, StoreError> {
    let needs_reason = matches!(
        new.step,
        ResourceStep::Returned
            | ResourceStep::Withdrawn
            | ResourceStep::Selected
            | ResourceStep::NotSelected
            | ResourceStep::Held
            | ResourceStep::Released
    );
    check_reason(&new.reason, needs_reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let one = find(connection, id).await?;
                one.may_step(new.step)?;
                match new.step {
                    ResourceStep::Selected | ResourceStep::NotSelected => selects_after(connection, id, &new).await?,
                    ResourceStep::Released => decides_after(connection, id, &new, "'held'").await?,
                    _ => {}
                }
                let reason = new.reason.trim().to_owned();
                sqlx::query(
                    "insert into resource_step (resource, ordinal, step, reason, taken_by, taken_at, tier)
                     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 from resource_step where resource = $1",
                )
                .bind(id.as_str())
                .bind(new.step.code())
                .bind(reason.as_str())
                .bind(new.by.as_str())
                .bind(now.micros())
                .bind(new.tier.map(OfficeTier::code))
                .execute(&mut *connection)
                .await?;
                write(connection, &after(one, &new, reason, now)).await?;
                find(connection, id).await
            })
        })
        .await
}

/// Nobody selects what they nominated themself, and no office after a higher one.
async fn selects_after(connection: &mut AnyConnection, id: ResourceId, new: &NewStep) -> Result<(), StoreError> {
    let nominated = sqlx::query(
        "select taken_by from resource_step where resource = $1 and step = 'nominated' order by ordinal desc limit 1",
    );
    let nominated = nominated.bind(id.as_str()).fetch_optional(&mut *connection).await?;
    let by = nominated.map(|row| row.id::<AccountId>("taken_by")).transpose()?;
    if by == Some(new.by) {
        return Err(ResourceRefusal::OwnNomination.into());
    }
    decides_after(connection, id, new, "'selected', 'not_selected'").await
}

/// No office decides after a higher one that took the last of these steps.
async fn decides_after(
    connection: &mut AnyConnection,
    id: ResourceId,
    new: &NewStep,
    steps: &'static str,
) -> Result<(), StoreError> {
    let Some(tier) = new.tier else { return Ok(()) };
    let last = sqlx::query(sql!(
        "select tier from resource_step where resource = $1 and step in ({steps}) and tier is not null
         order by ordinal desc limit 1"
    ));
    let last = last.bind(id.as_str()).fetch_optional(connection).await?;
    ruling::decides_after(Officer { account: new.by, tier }, last)
}

fn after(one: Resource, new: &NewStep, reason: String, now: Time) -> Resource {
    let given = Some(reason).filter(|reason| !reason.is_empty());
    match new.step {
        ResourceStep::Submitted => Resource { state: ResourceState::InReview, ..one },
        ResourceStep::Returned => Resource { state: ResourceState::Draft, ..one },
        ResourceStep::Published => Resource {
            state: ResourceState::Published,
            visibility: new.visibility.unwrap_or(one.visibility),
            published_at: Some(now),
            withdrawn_reason: None,
            ..one
        },
        // What is not shown any more is no 精品 any more.
        ResourceStep::Withdrawn => Resource {
            state: ResourceState::Withdrawn,
            withdrawn_reason: given,
            selection: Selection::None,
            selection_reason: None,
            ..one
        },
        ResourceStep::Nominated => {
            Resource { selection: Selection::Nominated, selection_reason: given, nominated_at: Some(now), ..one }
        }
        ResourceStep::Selected => Resource { selection: Selection::Selected, selection_reason: given, ..one },
        ResourceStep::NotSelected => Resource { selection: Selection::None, selection_reason: given, ..one },
        ResourceStep::Held => Resource { legal_hold: true, ..one },
        ResourceStep::Released => Resource { legal_hold: false, ..one },
    }
}

async fn write(connection: &mut AnyConnection, one: &Resource) -> Result<(), StoreError> {
    sqlx::query(
        "update resource set state = $2, visibility = $3, selection = $4, downloadable = $5, published_at = $6,
             withdrawn_reason = $7, selection_reason = $8, nominated_at = $9, legal_hold = $10, keep_until = $11,
             hidden = $12, cut = $13
         where id = $1",
    )
    .bind(one.id.as_str())
    .bind(one.state.code())
    .bind(one.visibility.code())
    .bind(one.selection.code())
    .bind(i64::from(one.downloadable))
    .bind(one.published_at.map(Time::micros))
    .bind(one.withdrawn_reason.as_deref())
    .bind(one.selection_reason.as_deref())
    .bind(one.nominated_at.map(Time::micros))
    .bind(i64::from(one.legal_hold))
    .bind(one.keep_until.map(number_of))
    .bind(json(&one.hidden))
    .bind(json(&one.cut))
    .execute(connection)
    .await?;
    Ok(())
}
