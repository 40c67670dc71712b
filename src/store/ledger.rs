//! The presence ledger: lines are only ever added, each tied to the one before by its hash.

use super::row::{Columns as _, sql};
use super::scribe::Ask;
use super::{Noun, Store, StoreError};
use crate::domain::SessionId;
use crate::domain::poll::PollEntry;
use crate::domain::presence::{
    Broken, Fault, Hash, Head, NewEvent, PresenceEvent, PresenceKind, verify as verify_chain,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// Lines read at once where a whole chain is gone through.
const PAGE: i64 = 1000;

/// The columns of a line, in the order in which they are written.
pub(super) const EVENT: &str =
    "session, sequence, id, kind, participant, person, detail, monotonic_us, wall_us, previous_hash, hash";

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
    append_with(store, session, events, Vec::new()).await
}

/// The same, and what was decided about polls along with these events: all of it is written, or none.
pub async fn append_with(
    store: &Store,
    session: SessionId,
    events: Vec<NewEvent>,
    polls: Vec<PollEntry>,
) -> Result<Appended, StoreError> {
    store.0.scribes.append(Ask { session, events, polls }).await
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
    events_on(&mut *store.read().await?, session).await
}

pub(super) async fn events_on(
    connection: &mut AnyConnection,
    session: SessionId,
) -> Result<Vec<PresenceEvent>, StoreError> {
    events_to(connection, session, i64::MAX).await
}

/// The lines of the Session up to this one. Page by page: rows of the database take four times the memory of the lines, and a Session of
/// a thousand people has 360,000.
pub(super) async fn events_to(
    connection: &mut AnyConnection,
    session: SessionId,
    up_to: i64,
) -> Result<Vec<PresenceEvent>, StoreError> {
    let mut events: Vec<PresenceEvent> = Vec::new();
    loop {
        let last = events.last().map_or(0, |event| event.sequence);
        let rows = rows_after(connection, session, last).await?;
        if rows.is_empty() {
            return Ok(events);
        }
        for row in &rows {
            let event = read(row)?;
            if event.sequence > up_to {
                return Ok(events);
            }
            events.push(event);
        }
    }
}

/// All lines of the Session up to this one but its checkpoints, in their order: a few for each person.
pub(super) async fn told(
    connection: &mut AnyConnection,
    session: SessionId,
    up_to: i64,
) -> Result<Vec<PresenceEvent>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {EVENT} from presence_event
         where session = $1 and sequence <= $2 and kind <> 'checkpoint' order by sequence"
    ))
    .bind(session.as_str())
    .bind(up_to)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// The lines that tell where one person was seated in the Session.
pub async fn seat_lines(store: &Store, session: SessionId, person: &str) -> Result<Vec<PresenceEvent>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {EVENT} from presence_event
         where person = $2 and session = $1 and kind <> 'checkpoint' and kind in ('seated', 'unseated')
         order by sequence"
    ))
    .bind(session.as_str())
    .bind(person)
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

/// The next lines behind this sequence, some of them; none when there are no more.
pub async fn events_after(store: &Store, session: SessionId, after: i64) -> Result<Vec<PresenceEvent>, StoreError> {
    rows_after(&mut *store.read().await?, session, after).await?.iter().map(read).collect()
}

/// Every Session that is known, and every one that has lines.
pub async fn sessions(store: &Store) -> Result<Vec<SessionId>, StoreError> {
    let rows = sqlx::query("select id from session union select session as id from presence_event order by id")
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(|row| row.id("id")).collect()
}

/// Checks every line of the Session. The inner result names the first line that does not fit; an intact chain gives
/// its end, which whoever keeps it elsewhere can compare.
pub async fn verify(store: &Store, session: SessionId) -> Result<Result<Head, Broken>, StoreError> {
    let mut connection = store.read().await?;
    let mut head = Head::START;
    loop {
        let rows = rows_after(&mut connection, session, head.sequence).await?;
        if rows.is_empty() {
            return Ok(Ok(head));
        }
        let events: Vec<PresenceEvent> = rows.iter().map_while(|row| read(row).ok()).collect();
        head = match verify_chain(head, &events) {
            Ok(head) => head,
            Err(broken) => return Ok(Err(broken)),
        };
        if events.len() < rows.len() {
            return Ok(Err(Broken { sequence: head.sequence + 1, fault: Fault::Unreadable }));
        }
    }
}

/// Does the Session's chain still go through a head that was kept elsewhere? Together with `verify` this shows a chain
/// that was cut off at its end or sealed anew.
pub async fn goes_through(store: &Store, session: SessionId, kept: Head) -> Result<Result<(), Broken>, StoreError> {
    let Head { sequence, hash: kept_hash } = kept;
    if sequence == 0 {
        return Ok(Ok(()));
    }
    let row = sqlx::query("select hash from presence_event where session = $1 and sequence = $2")
        .bind(session.as_str())
        .bind(sequence)
        .fetch_optional(&mut *store.read().await?)
        .await?;
    let fault = match row.as_ref().map(|row| hash(row, "hash")) {
        None => Fault::Missing,
        Some(Ok(found)) if found == kept_hash => return Ok(Ok(())),
        Some(_) => Fault::Replaced,
    };
    Ok(Err(Broken { sequence, fault }))
}

/// Has the Session ended although its last line does not say so? The end of its chain may have been cut off, or its Room
/// had died before it ended.
pub async fn lacks_its_end(store: &Store, session: SessionId) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "select s.ended_at, (select e.kind from presence_event e where e.session = s.id and e.kind <> 'corrected'
            order by e.sequence desc limit 1) as last_kind
         from session s where s.id = $1",
    )
    .bind(session.as_str())
    .fetch_optional(&mut *store.read().await?)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let said = row.optional_text("last_kind")?.is_some_and(|kind| kind == PresenceKind::SessionEnded.code());
    Ok(row.optional_time("ended_at")?.is_some() && !said)
}

async fn rows_after(connection: &mut AnyConnection, session: SessionId, after: i64) -> Result<Vec<AnyRow>, StoreError> {
    let statement =
        sql!("select {EVENT} from presence_event where session = $1 and sequence > $2 order by sequence limit $3");
    let query = sqlx::query(statement).bind(session.as_str()).bind(after).bind(PAGE);
    Ok(query.fetch_all(connection).await?)
}

pub(super) async fn read_head(connection: &mut AnyConnection, session: SessionId) -> Result<Head, StoreError> {
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

/// The line of this sequence as an end of its chain; one that is not there has a hash of zeros.
pub(super) async fn head_at(
    connection: &mut AnyConnection,
    session: SessionId,
    sequence: i64,
) -> Result<Head, StoreError> {
    let row = sqlx::query("select hash from presence_event where session = $1 and sequence = $2")
        .bind(session.as_str())
        .bind(sequence)
        .fetch_optional(connection)
        .await?;
    let hash = row.map(|row| hash(&row, "hash")).transpose()?.unwrap_or(Head::START.hash);
    Ok(Head { sequence, hash })
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
