//! Corrections: lines that somebody with the right to do so adds to the ledger of a Session that is over.

use super::row::{Columns as _, sql};
use super::scribe::{self, Ask};
use super::{Store, StoreError, account, attachment, page, random, session};
use crate::domain::attendance::{CorrectedDetail, check_reason};
use crate::domain::presence::{NewEvent, Person, PresenceKind};
use crate::domain::{CaseRefusal, EventId, Session, SessionId, Time};
use sqlx::AnyConnection;
use std::collections::{BTreeSet, HashMap};

/// People in one call: after a power cut a host corrects a whole school, not a whole province.
pub const MOST_PEOPLE: usize = 200;

/// The same decision about several people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCorrection {
    pub session: SessionId,
    pub people: Vec<Person>,
    pub detail: CorrectedDetail,
    /// The server's monotonic clock.
    pub monotonic_us: i64,
}

/// Writes one line for each of the people, or none.
pub async fn correct(store: &Store, new: NewCorrection, now: Time) -> Result<(), StoreError> {
    new.detail.verdict.check()?;
    check_reason(&new.detail.reason)?;
    let people: BTreeSet<Person> = new.people.iter().cloned().collect();
    if people.is_empty() || people.len() > MOST_PEOPLE {
        return Err(CaseRefusal::NoSuchPerson.into());
    }
    let mut lines = Vec::with_capacity(people.len());
    for person in people {
        lines.push(line(random::id()?, person, &new.detail, new.monotonic_us, now));
    }
    store
        .write_beside_lines(new.session, move |connection| {
            Box::pin(async move {
                let session = session::find(connection, new.session).await?;
                for &proof in &new.detail.attachments {
                    attachment::use_for(connection, proof, session.activity, new.detail.by).await?;
                }
                for event in &lines {
                    known(connection, &session, event).await?;
                }
                write(connection, &session, lines).await
            })
        })
        .await
}

pub(super) fn line(id: EventId, person: Person, detail: &CorrectedDetail, monotonic_us: i64, now: Time) -> NewEvent {
    let mut detail = detail.clone();
    detail.reason = detail.reason.trim().to_owned();
    NewEvent {
        id,
        kind: PresenceKind::Corrected,
        participant: None,
        person: Some(person),
        detail: serde_json::to_string(&detail).unwrap_or_default(),
        monotonic_us,
        wall: now,
    }
}

/// Within the caller's transaction, so that a decision and its line stand or fall together.
pub(super) async fn write(
    connection: &mut AnyConnection,
    session: &Session,
    events: Vec<NewEvent>,
) -> Result<(), StoreError> {
    if session.live() {
        return Err(CaseRefusal::CorrectionTooEarly.into());
    }
    scribe::write_all(connection, HashMap::new(), vec![Ask { session: session.id, events, polls: Vec::new() }].into())
        .await?;
    Ok(())
}

/// A guest has to be in the ledger of this Session; an Account may have missed it altogether.
async fn known(connection: &mut AnyConnection, session: &Session, event: &NewEvent) -> Result<(), StoreError> {
    let known = match &event.person {
        Some(Person::Account(id)) => account::find(connection, *id).await?.is_some(),
        Some(person @ Person::Guest { .. }) => came(connection, session.id, &[person.key()]).await?,
        // A Classroom has no record of its own.
        Some(Person::Classroom(_)) | None => false,
    };
    if known { Ok(()) } else { Err(CaseRefusal::NoSuchPerson.into()) }
}

/// Has any of these left a line in the Session?
pub(super) async fn came(
    connection: &mut AnyConnection,
    session: SessionId,
    keys: &[String],
) -> Result<bool, StoreError> {
    let places = page::placeholders(2, keys.len());
    let statement = sql!(
        "select count(*) as lines from presence_event where session = $1 and person in ({places}) and kind <> 'checkpoint'"
    );
    let query = keys.iter().fold(sqlx::query(statement).bind(session.as_str()), |query, key| query.bind(key.as_str()));
    Ok(query.fetch_one(connection).await?.number("lines")? > 0)
}
