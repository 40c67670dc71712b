//! The presence ledger: lines are only ever added, each tied to the one before by its hash.

use super::row::{Columns as _, sql};
use super::writer::Lane;
use super::{Noun, Store, StoreError, constraint, page};
use crate::domain::presence::{Broken, Hash, Head, NewEvent, PresenceEvent, verify as verify_chain};
use crate::domain::{AccountId, EventId, SessionId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Lines per statement, largest first: few different statements, so that all stay prepared. 64 lines of 11 columns stay
/// far below the 32766 values that SQLite binds.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];
/// Lines read at once when a whole chain is checked.
const VERIFY_PAGE: i64 = 1000;

/// Heads kept in memory, far more than Sessions are live at once; when it is reached all are read again.
const MOST_HEADS: usize = 10_000;

const EVENT: &str =
    "session, sequence, id, kind, participant, person, detail, monotonic_us, wall_us, previous_hash, hash";
const COLUMNS: usize = 11;

/// The end of each Session's chain, as far as this server wrote or read it. A guess: when another server has written
/// since, the key of the table refuses the line, and the guess is thrown away.
#[derive(Clone, Default)]
pub(super) struct Heads(Arc<Mutex<HashMap<SessionId, Head>>>);

impl Heads {
    fn get(&self, session: SessionId) -> Option<Head> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&session).copied()
    }

    fn set(&self, session: SessionId, head: Head) {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.len() >= MOST_HEADS {
            heads.clear();
        }
        heads.insert(session, head);
    }

    fn forget(&self, session: SessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
    }
}

/// What came of an `append`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub written: usize,
    /// Events whose id the ledger already held: acknowledged again, not written again.
    pub repeated: usize,
    /// The end of the chain afterwards.
    pub head: Head,
}

/// Writes these events in this order. `Ok` means committed. Appends to one Session follow each other in the order of
/// the calls; all of one call is written, or none.
pub async fn append(store: &Store, session: SessionId, events: Vec<NewEvent>) -> Result<Appended, StoreError> {
    let events = Arc::new(events);
    let first = attempt(store, session, Arc::clone(&events)).await;
    match first {
        // Another server wrote to this chain: read its end again, and try once more.
        Err(error) if error.conflicts_with("presence_event_key") => attempt(store, session, events).await,
        other => other,
    }
}

async fn attempt(store: &Store, session: SessionId, events: Arc<Vec<NewEvent>>) -> Result<Appended, StoreError> {
    let heads = store.0.heads.clone();
    let uncommitted = store.0.heads.clone();
    store
        .0
        .writers
        .write(
            Lane::Ledger(session.as_str()),
            move |connection| {
                Box::pin(async move {
                    let written = write(connection, session, heads.get(session), &events).await;
                    match &written {
                        // Known before COMMIT, because the next append in this group builds on it; `undo` takes it back.
                        Ok(appended) => heads.set(session, appended.head),
                        Err(_) => heads.forget(session),
                    }
                    written
                })
            },
            move || uncommitted.forget(session),
        )
        .await
}

async fn write(
    connection: &mut AnyConnection,
    session: SessionId,
    head: Option<Head>,
    events: &[NewEvent],
) -> Result<Appended, StoreError> {
    let head = match head {
        Some(head) => head,
        None => read_head(connection, session).await?,
    };
    let known = known(connection, session, events).await?;
    let (lines, head) = chain(session, head, events, known);
    insert(connection, &lines).await?;
    Ok(Appended { written: lines.len(), repeated: events.len() - lines.len(), head })
}

/// The end of the Session's chain in the database.
pub async fn head(store: &Store, session: SessionId) -> Result<Head, StoreError> {
    read_head(&mut *store.read().await?, session).await
}

/// The highest Participant number that the ledger knows, 0 when nobody has come: a Room that goes on after a restart
/// counts from here.
pub async fn last_participant(store: &Store, session: SessionId) -> Result<u32, StoreError> {
    let row = sqlx::query("select max(participant) as last from presence_event where session = $1 and kind = 'joined'")
        .bind(session.as_str())
        .fetch_one(&mut *store.read().await?)
        .await?;
    Ok(row.optional_number("last")?.and_then(|last| u32::try_from(last).ok()).unwrap_or(0))
}

/// All lines of the Session, in their order.
pub async fn events(store: &Store, session: SessionId) -> Result<Vec<PresenceEvent>, StoreError> {
    let rows = sqlx::query(sql!("select {EVENT} from presence_event where session = $1 order by sequence"))
        .bind(session.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

/// The lines of one person and those of the whole Session, in their order.
pub(super) async fn events_of(
    connection: &mut AnyConnection,
    session: SessionId,
    account: &AccountId,
) -> Result<Vec<PresenceEvent>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {EVENT} from presence_event where person = $2 and session = $1
         union all
         select {EVENT} from presence_event where person is null and participant is null and session = $1
         order by sequence"
    ))
    .bind(session.as_str())
    .bind(account.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Checks every line of the Session. The inner result names the first line that does not fit; an intact chain gives
/// its end, which whoever keeps it elsewhere can compare.
pub async fn verify(store: &Store, session: SessionId) -> Result<Result<Head, Broken>, StoreError> {
    let mut connection = store.read().await?;
    let mut head = Head::START;
    loop {
        let rows = sqlx::query(sql!(
            "select {EVENT} from presence_event where session = $1 and sequence > $2 order by sequence limit $3"
        ))
        .bind(session.as_str())
        .bind(head.sequence)
        .bind(VERIFY_PAGE)
        .fetch_all(&mut *connection)
        .await?;
        if rows.is_empty() {
            return Ok(Ok(head));
        }
        let events = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        head = match verify_chain(head, &events) {
            Ok(head) => head,
            Err(broken) => return Ok(Err(broken)),
        };
    }
}

/// Seals those of `events` that are new.
fn chain(
    session: SessionId,
    mut head: Head,
    events: &[NewEvent],
    mut known: HashSet<EventId>,
) -> (Vec<PresenceEvent>, Head) {
    let mut lines = Vec::with_capacity(events.len());
    for event in events {
        if known.insert(event.id) {
            let line = PresenceEvent::seal(session, head, event.clone());
            head = line.head();
            lines.push(line);
        }
    }
    (lines, head)
}

/// Which of these ids the ledger holds already.
async fn known(
    connection: &mut AnyConnection,
    session: SessionId,
    events: &[NewEvent],
) -> Result<HashSet<EventId>, StoreError> {
    let mut known = HashSet::new();
    for chunk in in_chunks(events) {
        let places = page::placeholders(1, chunk.len());
        let statement = sql!("select id, session from presence_event where id in ({places})");
        let query = chunk.iter().fold(sqlx::query(statement), |query, event| query.bind(event.id.as_str()));
        for row in query.fetch_all(&mut *connection).await? {
            if row.id::<SessionId>("session")? != session {
                return Err(StoreError::Conflict(constraint::named("presence_event_id_taken")));
            }
            known.insert(row.id("id")?);
        }
    }
    Ok(known)
}

async fn insert(connection: &mut AnyConnection, lines: &[PresenceEvent]) -> Result<(), StoreError> {
    for chunk in in_chunks(lines) {
        let rows = (0..chunk.len()).map(|n| format!("({})", page::placeholders(1 + n * COLUMNS, COLUMNS)));
        let rows = rows.collect::<Vec<_>>().join(", ");
        let mut query = sqlx::query(sql!("insert into presence_event ({EVENT}) values {rows}"));
        for line in chunk {
            query = query
                .bind(line.session.as_str())
                .bind(line.sequence)
                .bind(line.id.as_str())
                .bind(line.kind.code())
                .bind(line.participant.map(i64::from))
                .bind(line.person.as_deref())
                .bind(line.detail.as_str())
                .bind(line.monotonic_us)
                .bind(line.wall.micros())
                .bind(line.previous_hash.as_slice())
                .bind(line.hash.as_slice());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Cuts into pieces of the sizes in `CHUNKS`.
fn in_chunks<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = CHUNKS.into_iter().find(|size| *size <= rest.len())?;
        let (chunk, after) = rest.split_at(size);
        rest = after;
        Some(chunk)
    })
}

async fn read_head(connection: &mut AnyConnection, session: SessionId) -> Result<Head, StoreError> {
    let row =
        sqlx::query("select sequence, hash from presence_event where session = $1 order by sequence desc limit 1")
            .bind(session.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(row) = row {
        return Ok(Head { sequence: row.number("sequence")?, hash: hash(&row, "hash")? });
    }
    let row =
        sqlx::query("select id from session where id = $1").bind(session.as_str()).fetch_optional(connection).await?;
    row.map(|_| Head::START).ok_or(StoreError::NotFound(Noun::Session))
}

fn read(row: &AnyRow) -> Result<PresenceEvent, StoreError> {
    let participant = row.optional_number("participant")?;
    Ok(PresenceEvent {
        session: row.id("session")?,
        sequence: row.number("sequence")?,
        id: row.id("id")?,
        kind: row.coded("kind")?,
        participant: participant
            .map(|number| u32::try_from(number).map_err(|_| StoreError::Unreadable { column: "participant" }))
            .transpose()?,
        person: row.optional_text("person")?,
        detail: row.text("detail")?,
        monotonic_us: row.number("monotonic_us")?,
        wall: row.time("wall_us")?,
        previous_hash: hash(row, "previous_hash")?,
        hash: hash(row, "hash")?,
    })
}

fn hash(row: &AnyRow, column: &'static str) -> Result<Hash, StoreError> {
    row.bytes(column)?.try_into().map_err(|_| StoreError::Unreadable { column })
}
