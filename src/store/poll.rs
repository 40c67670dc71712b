//! Polls: written together with the lines of their Session, and read for reports and for a Session that goes on.

use super::row::{Columns as _, sql};
use super::{Store, StoreError};
use crate::domain::poll::{KeptPoll, KeptPolls, Poll, PollCard, PollCounts, PollEntry};
use crate::domain::{SessionId, Time};
use serde::de::DeserializeOwned;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

const POLL: &str = "number, question, options, several, opened_at, closed_at, votes, answered, present, put_away";

/// The polls of the Session that are over, in their order.
pub async fn of_session(store: &Store, session: SessionId) -> Result<Vec<Poll>, StoreError> {
    let rows =
        sqlx::query(sql!("select {POLL} from poll where session = $1 and closed_at is not null order by number"))
            .bind(session.as_str())
            .fetch_all(&mut *store.read().await?)
            .await?;
    let closed = |row: &AnyRow| match result(row)? {
        Some((closed_at, counts)) => Ok(Poll { card: card(row)?, closed_at, counts }),
        None => Err(StoreError::Unreadable { column: "closed_at" }),
    };
    rows.iter().map(closed).collect()
}

/// What a Session that goes on has to know.
pub async fn kept(store: &Store, session: SessionId) -> Result<KeptPolls, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!("select {POLL} from poll where session = $1 order by number"))
        .bind(session.as_str())
        .fetch_all(&mut *connection)
        .await?;
    let Some(last) = rows.last() else { return Ok(KeptPolls::default()) };
    let card = card(last)?;
    let (last_number, result) = (card.number, result(last)?);
    let answers = if result.is_some() { BTreeMap::new() } else { answers(&mut connection, session, &card).await? };
    let current = (!last.flag("put_away")?).then_some(KeptPoll { card, answers, result });
    Ok(KeptPolls { last: last_number, count: u32::try_from(rows.len()).unwrap_or(u32::MAX), current })
}

/// In the transaction of the lines that were decided with them.
pub(super) async fn write(
    connection: &mut AnyConnection,
    session: SessionId,
    entries: &[PollEntry],
) -> Result<(), StoreError> {
    for entry in entries {
        match entry {
            PollEntry::Opened(card) => open(connection, session, card).await?,
            PollEntry::Answered { number, person, choices } => {
                answer(connection, session, *number, person, choices).await?;
            }
            PollEntry::Closed { number, closed_at, counts } => {
                close(connection, session, *number, *closed_at, counts).await?;
            }
            PollEntry::PutAway { number } => {
                sqlx::query("update poll set put_away = 1 where session = $1 and number = $2")
                    .bind(session.as_str())
                    .bind(i64::from(*number))
                    .execute(&mut *connection)
                    .await?;
            }
            PollEntry::Withdrawn { number } => {
                forget_answers(connection, session, *number).await?;
                sqlx::query("delete from poll where session = $1 and number = $2")
                    .bind(session.as_str())
                    .bind(i64::from(*number))
                    .execute(&mut *connection)
                    .await?;
            }
        }
    }
    Ok(())
}

async fn open(connection: &mut AnyConnection, session: SessionId, card: &PollCard) -> Result<(), StoreError> {
    forget_answers(connection, session, card.number).await?;
    sqlx::query(
        "insert into poll (session, number, question, options, several, opened_at, put_away)
         values ($1, $2, $3, $4, $5, $6, 0)
         on conflict (session, number) do update
         set closed_at = null, votes = null, answered = null, present = null, put_away = 0",
    )
    .bind(session.as_str())
    .bind(i64::from(card.number))
    .bind(card.question.as_str())
    .bind(json(&card.options))
    .bind(i64::from(card.several))
    .bind(card.opened_at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

async fn answer(
    connection: &mut AnyConnection,
    session: SessionId,
    number: u32,
    person: &str,
    choices: &[u8],
) -> Result<(), StoreError> {
    let bits = choices.iter().fold(0_i64, |all, place| all | 1 << place.min(&62));
    let statement = if bits == 0 {
        "delete from poll_answer where session = $1 and number = $2 and person = $3"
    } else {
        "insert into poll_answer (session, number, person, choices) values ($1, $2, $3, $4)
         on conflict (session, number, person) do update set choices = excluded.choices"
    };
    let query = sqlx::query(statement).bind(session.as_str()).bind(i64::from(number)).bind(person);
    let query = if bits == 0 { query } else { query.bind(bits) };
    query.execute(connection).await?;
    Ok(())
}

async fn close(
    connection: &mut AnyConnection,
    session: SessionId,
    number: u32,
    closed_at: Time,
    counts: &PollCounts,
) -> Result<(), StoreError> {
    sqlx::query(
        "update poll set closed_at = $3, votes = $4, answered = $5, present = $6, put_away = 0
         where session = $1 and number = $2",
    )
    .bind(session.as_str())
    .bind(i64::from(number))
    .bind(closed_at.micros())
    .bind(json(&counts.votes))
    .bind(i64::from(counts.answered))
    .bind(i64::from(counts.present))
    .execute(&mut *connection)
    .await?;
    forget_answers(connection, session, number).await
}

async fn forget_answers(connection: &mut AnyConnection, session: SessionId, number: u32) -> Result<(), StoreError> {
    sqlx::query("delete from poll_answer where session = $1 and number = $2")
        .bind(session.as_str())
        .bind(i64::from(number))
        .execute(connection)
        .await?;
    Ok(())
}

async fn answers(
    connection: &mut AnyConnection,
    session: SessionId,
    card: &PollCard,
) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let rows = sqlx::query("select person, choices from poll_answer where session = $1 and number = $2")
        .bind(session.as_str())
        .bind(i64::from(card.number))
        .fetch_all(connection)
        .await?;
    let read = |row: &AnyRow| {
        let bits = row.number("choices")?;
        Ok((row.text("person")?, (0..63).filter(|place| bits >> place & 1 == 1).collect()))
    };
    rows.iter().map(read).collect()
}

fn card(row: &AnyRow) -> Result<PollCard, StoreError> {
    Ok(PollCard {
        number: count(row, "number")?,
        question: row.text("question")?,
        options: list(row, "options")?,
        several: row.flag("several")?,
        opened_at: row.time("opened_at")?,
    })
}

fn result(row: &AnyRow) -> Result<Option<(Time, PollCounts)>, StoreError> {
    let Some(closed_at) = row.optional_time("closed_at")? else { return Ok(None) };
    let counts =
        PollCounts { votes: list(row, "votes")?, answered: count(row, "answered")?, present: count(row, "present")? };
    Ok(Some((closed_at, counts)))
}

fn count(row: &AnyRow, column: &'static str) -> Result<u32, StoreError> {
    u32::try_from(row.number(column)?).map_err(|_| StoreError::Unreadable { column })
}

fn list<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|_| StoreError::Unreadable { column })
}

fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::json!(list).to_string()
}
