//! Recordings: begun by the first media of a Session, closed with it, finished by a job.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, random};
use crate::domain::recording::{Checks, Recording, RecordingState};
use crate::domain::{ActivityId, RecordingId, SessionId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

const RECORDING: &str = "select r.id, r.session, r.state, r.started_at, r.ended_at, r.bytes, r.duration_ms, r.step,
        r.permille, r.failure, r.attempts, r.checks, r.capture_gone_at, s.activity, a.studio
    from recording r join session s on s.id = r.session join activity a on a.id = s.activity";

/// What was captured may go: there is nothing to watch in it, or the archive has had that for long enough, or for ever lost it by its
/// own days. Whatever is held stays. `$1` is the moment before which it is long enough.
const CAPTURE_OVER: &str =
    "recording.capture_gone_at is null and (recording.state = 'empty' and recording.ended_at < $1
    or recording.state = 'finished' and exists (select 1 from resource x where x.recording = recording.id
        and x.legal_hold = 0 and (x.created_at < $1 or x.emptied = 1)))";

const CAPTURES_AT_ONCE: u32 = 100;

/// Of those that wait so many are looked at for one that the disk has room for.
const MOST_WAITING: u32 = 50;

/// What a finished Recording came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There is something to watch, so long.
    Finished { duration_ms: u64, checks: Checks },
    /// Neither picture nor sound is in it.
    Empty,
}

/// The Recording of this Session, begun when there is none. One that a stop of the server left open goes on.
pub async fn begin(store: &Store, session: SessionId, now: Time) -> Result<Recording, StoreError> {
    let id: RecordingId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into recording (id, session, state, started_at, bytes, permille, attempts)
                     values ($1, $2, 'recording', $3, 0, 0, 0) on conflict (session) do nothing",
                )
                .bind(id.as_str())
                .bind(session.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                let row = sqlx::query(sql!("{RECORDING} where r.session = $1"))
                    .bind(session.as_str())
                    .fetch_optional(&mut *connection)
                    .await?;
                read(&row.ok_or(StoreError::NotFound(Noun::Recording))?)
            })
        })
        .await
}

/// Nothing more is captured; it waits to be finished. Closing twice is no error.
pub async fn close(store: &Store, id: RecordingId, bytes: u64, now: Time) -> Result<(), StoreError> {
    change(store, id, move |recording| {
        (recording.state == RecordingState::Recording).then(|| Recording {
            state: RecordingState::Closed,
            ended_at: Some(now.max(recording.started_at)),
            bytes,
            ..recording
        })
    })
    .await
}

/// The next to be finished: one whose finishing was cut off, then the oldest that wait.
pub async fn to_finish(store: &Store) -> Result<Vec<Recording>, StoreError> {
    let rows = sqlx::query(sql!(
        "{RECORDING} where r.state in ('closed', 'finishing') order by r.state desc, r.started_at, r.id limit {MOST_WAITING}"
    ))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

/// Marks it as being finished. What cut it off before is no attempt.
pub async fn begin_finishing(store: &Store, id: RecordingId) -> Result<Recording, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let found = find(connection, id).await?;
                let found = Recording { state: RecordingState::Finishing, failure: None, ..found };
                write(connection, &found).await?;
                Ok(found)
            })
        })
        .await
}

/// How far finishing is.
pub async fn progress(store: &Store, id: RecordingId, step: &str, permille: u16) -> Result<(), StoreError> {
    let step = step.to_owned();
    change(store, id, move |recording| {
        (recording.state == RecordingState::Finishing).then(|| Recording {
            step: Some(step),
            permille: permille.min(1000),
            ..recording
        })
    })
    .await
}

pub async fn finished(store: &Store, id: RecordingId, outcome: Outcome) -> Result<(), StoreError> {
    change(store, id, move |recording| {
        let (state, duration_ms, checks) = match outcome {
            Outcome::Finished { duration_ms, checks } => (RecordingState::Finished, Some(duration_ms), Some(checks)),
            Outcome::Empty => (RecordingState::Empty, None, None),
        };
        Some(Recording { state, duration_ms, checks, step: None, permille: 1000, failure: None, ..recording })
    })
    .await
}

/// It was not finished: it has failed when that happened so often, and else it is tried again. What was captured stays.
pub async fn failed(store: &Store, id: RecordingId, failure: &str, most_attempts: u32) -> Result<(), StoreError> {
    let failure = failure.to_owned();
    change(store, id, move |recording| {
        if !matches!(recording.state, RecordingState::Closed | RecordingState::Finishing) {
            return None;
        }
        let attempts = recording.attempts + 1;
        let state = if attempts >= most_attempts { RecordingState::Failed } else { recording.state };
        Some(Recording { state, attempts, failure: Some(failure), ..recording })
    })
    .await
}

/// Those whose finishing failed wait again. How many there are.
pub async fn retry_failed(store: &Store) -> Result<u64, StoreError> {
    store
        .write(|connection| {
            Box::pin(async move {
                let retried = "update recording set state = 'closed', attempts = 0 where state = 'failed'";
                Ok(sqlx::query(retried).execute(connection).await?.rows_affected())
            })
        })
        .await
}

/// Those whose captures may go; after `last`. Without `long_enough` only those go whose Resource lost its files.
pub async fn captures_over(
    store: &Store,
    long_enough: Option<Time>,
    last: Option<RecordingId>,
) -> Result<Vec<RecordingId>, StoreError> {
    let rows = sqlx::query(sql!(
        "select id from recording where {CAPTURE_OVER} and id > $2 order by id limit {CAPTURES_AT_ONCE}"
    ))
    .bind(long_enough.map_or(i64::MIN, Time::micros))
    .bind(last.as_ref().map_or("", RecordingId::as_str))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(|row| row.id("id")).collect()
}

/// Marks it, as it is now; held meanwhile, it stays. Its folder is taken away afterwards.
pub async fn let_capture_go(
    store: &Store,
    id: RecordingId,
    long_enough: Option<Time>,
    now: Time,
) -> Result<bool, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let gone = sql!("update recording set capture_gone_at = $3 where {CAPTURE_OVER} and id = $2");
                let gone = sqlx::query(gone)
                    .bind(long_enough.map_or(i64::MIN, Time::micros))
                    .bind(id.as_str())
                    .bind(now.micros())
                    .execute(connection)
                    .await?;
                Ok(gone.rows_affected() == 1)
            })
        })
        .await
}

pub async fn get(store: &Store, id: RecordingId) -> Result<Recording, StoreError> {
    find(&mut *store.read().await?, id).await
}

pub async fn of_session(store: &Store, session: SessionId) -> Result<Option<Recording>, StoreError> {
    let row = sqlx::query(sql!("{RECORDING} where r.session = $1"))
        .bind(session.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Of all Sessions of this Activity, the oldest first.
pub async fn of_activity(store: &Store, activity: ActivityId) -> Result<Vec<Recording>, StoreError> {
    let rows = sqlx::query(sql!("{RECORDING} where s.activity = $1 order by r.started_at, r.id"))
        .bind(activity.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

/// Those of Sessions that ended before this moment, which nobody closed: the server was killed, or something failed.
pub async fn left_open(store: &Store, ended_before: Time) -> Result<Vec<Recording>, StoreError> {
    let rows = sqlx::query(sql!("{RECORDING} where r.state = 'recording' and s.ended_at <= $1"))
        .bind(ended_before.micros())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

async fn change(
    store: &Store,
    id: RecordingId,
    change: impl FnOnce(Recording) -> Option<Recording> + Send + 'static,
) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let found = find(connection, id).await?;
                match change(found) {
                    Some(changed) => write(connection, &changed).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

async fn write(connection: &mut AnyConnection, recording: &Recording) -> Result<(), StoreError> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    sqlx::query(
        "update recording set state = $2, ended_at = $3, bytes = $4, duration_ms = $5, step = $6, permille = $7,
             failure = $8, attempts = $9, checks = $10 where id = $1",
    )
    .bind(recording.id.as_str())
    .bind(recording.state.code())
    .bind(recording.ended_at.map(Time::micros))
    .bind(number(recording.bytes))
    .bind(recording.duration_ms.map(number))
    .bind(recording.step.as_deref())
    .bind(i64::from(recording.permille))
    .bind(recording.failure.as_deref())
    .bind(i64::from(recording.attempts))
    .bind(recording.checks.as_ref().and_then(|checks| serde_json::to_string(checks).ok()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn find(connection: &mut AnyConnection, id: RecordingId) -> Result<Recording, StoreError> {
    let row = sqlx::query(sql!("{RECORDING} where r.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Recording))?)
}

fn read(row: &AnyRow) -> Result<Recording, StoreError> {
    let size = |value: i64| u64::try_from(value).unwrap_or(0);
    Ok(Recording {
        id: row.id("id")?,
        session: row.id("session")?,
        activity: row.id("activity")?,
        studio: row.id("studio")?,
        state: row.coded("state")?,
        started_at: row.time("started_at")?,
        ended_at: row.optional_time("ended_at")?,
        bytes: size(row.number("bytes")?),
        duration_ms: row.optional_number("duration_ms")?.map(size),
        step: row.optional_text("step")?,
        permille: u16::try_from(row.number("permille")?).unwrap_or(0),
        failure: row.optional_text("failure")?,
        attempts: u32::try_from(row.number("attempts")?).unwrap_or(0),
        checks: row.optional_text("checks")?.and_then(|text| serde_json::from_str(&text).ok()),
        capture_gone_at: row.optional_time("capture_gone_at")?,
    })
}
