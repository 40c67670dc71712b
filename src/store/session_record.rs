//! Records of a Session that is over, kept beside the ledger so that a year's report need not read a million checkpoints.
//!
//! What is kept counts only as long as everything that it was made from is the same, by SHA-256; the table may be emptied at
//! any time.

use super::report::Subject;
use super::row::{Columns as _, sql};
use super::{Store, StoreError, ledger};
use crate::domain::SessionId;
use crate::domain::attendance::{AttendanceRecord, records};
use crate::domain::presence::{Head, PresenceEvent, PresenceKind, hex};
use ring::digest::{SHA256, digest};
use sqlx::AnyConnection;

/// Counts up when the same lines give other records than before.
const FORMAT: u32 = 1;

/// The records of a Session, and the lines that a report needs besides them.
pub(super) struct Found {
    /// All lines but the checkpoints.
    pub(super) events: Vec<PresenceEvent>,
    pub(super) records: Vec<AttendanceRecord>,
    /// The end of the chain that the records go back to.
    pub(super) head: Head,
}

pub(super) async fn of(store: &Store, connection: &mut AnyConnection, subject: &Subject) -> Result<Found, StoreError> {
    let session = subject.session.id;
    if subject.session.live() {
        return made(subject, ledger::events_on(connection, session).await?).await;
    }
    let head = ledger::read_head(connection, session).await?;
    if let Some(records) = kept(connection, session, &basis(subject, head)).await? {
        let events = ledger::told(connection, session, head.sequence).await?;
        return Ok(Found { events, records, head });
    }
    let found = made(subject, ledger::events_on(connection, session).await?).await?;
    keep(store, session, basis(subject, found.head), &found.records).await;
    Ok(found)
}

/// The same as the lines up to this one give it.
pub(super) async fn up_to(
    store: &Store,
    connection: &mut AnyConnection,
    subject: &Subject,
    sequence: i64,
) -> Result<Found, StoreError> {
    if ledger::read_head(connection, subject.session.id).await?.sequence <= sequence {
        return of(store, connection, subject).await;
    }
    let events = ledger::events_to(connection, subject.session.id, sequence).await?;
    made(subject, events).await
}

/// From the lines, on a thread of its own: a thousand people for two hours take a while.
pub(super) async fn made(subject: &Subject, mut events: Vec<PresenceEvent>) -> Result<Found, StoreError> {
    let (timetable, excuses, expected) = (subject.timetable, subject.excuses.clone(), subject.expected.clone());
    let parameters = subject.parameters.clone();
    let making = tokio::task::spawn_blocking(move || {
        let head = events.last().map_or(Head::START, PresenceEvent::head);
        let records = records(&events, &timetable, &parameters, &excuses, &expected);
        events.retain(|event| event.kind != PresenceKind::Checkpoint);
        Found { events, records, head }
    });
    // It does not panic, and nobody cancels it: only a runtime that stops lets it fall.
    making.await.map_err(|_| StoreError::Busy)
}

/// The SHA-256 of all that the records follow from.
fn basis(subject: &Subject, head: Head) -> String {
    let timetable = &subject.timetable;
    let times =
        [Some(timetable.started_at), timetable.ended_at, Some(timetable.planned_start), Some(timetable.planned_end)];
    let excuses: Vec<_> = subject.excuses.iter().map(|one| (&one.person, one.granted, &one.reason)).collect();
    let all = (
        (FORMAT, env!("CARGO_PKG_VERSION"), head.sequence, hex(&head.hash)),
        (times.map(|at| at.map(|at| at.micros())), &subject.parameters, excuses, &subject.expected),
    );
    let json = serde_json::to_vec(&all).expect("plain data");
    hex(digest(&SHA256, &json).as_ref())
}

async fn kept(
    connection: &mut AnyConnection,
    session: SessionId,
    basis: &str,
) -> Result<Option<Vec<AttendanceRecord>>, StoreError> {
    let row = sqlx::query("select content from session_record where session = $1 and basis = $2")
        .bind(session.as_str())
        .bind(basis)
        .fetch_optional(connection)
        .await?;
    // What another version wrote is made anew.
    row.map(|row| row.text("content")).transpose().map(|text| text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// A full disk keeps nobody from the report.
async fn keep(store: &Store, session: SessionId, basis: String, records: &[AttendanceRecord]) {
    let content = serde_json::to_string(records).expect("plain data");
    let written = store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(sql!(
                    "insert into session_record (session, basis, content) values ($1, $2, $3)
                     on conflict (session) do update set basis = excluded.basis, content = excluded.content"
                ))
                .bind(session.as_str())
                .bind(basis)
                .bind(content)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await;
    if let Err(error) = written {
        tracing::warn!(%session, %error, "records not kept");
    }
}
