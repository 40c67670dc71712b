//! The scribes: they gather appends to the ledger that wait, seal them into their chains, and write them at once.
//!
//! While one batch commits, the next gathers; so the cost of the statements and of the fsync is shared by as many
//! appends as came meanwhile. When a batch is refused, its appends are written one by one, so that the one at fault is
//! refused alone.

use super::ledger::{self, Appended, EVENT};
use super::row::{Columns as _, sql};
use super::writer::{Lane, Writers};
use super::{StoreError, constraint, page, poll};
use crate::domain::poll::PollEntry;
use crate::domain::presence::{Head, NewEvent, PresenceEvent};
use crate::domain::{EventId, SessionId};
use sqlx::AnyConnection;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Appends waiting for one scribe. When it is full, the one who appends waits, and after `PATIENCE` is refused.
const QUEUE: usize = 4096;
const PATIENCE: Duration = Duration::from_secs(10);
/// Appends in one batch: enough for 500 people who come at once, small enough to keep a commit short.
const LARGEST_BATCH: usize = 512;
/// Lines per statement, largest first: few different statements, so that all stay prepared. 64 lines of 11 columns stay
/// far below the 32766 values that SQLite binds.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];
const COLUMNS: usize = 11;
/// Heads kept in memory, far more than Sessions are live at once; when it is reached all are read again.
const MOST_HEADS: usize = 10_000;

/// One call of `ledger::append`.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) session: SessionId,
    pub(super) events: Vec<NewEvent>,
    pub(super) polls: Vec<PollEntry>,
}

type Answer = oneshot::Sender<Result<Appended, StoreError>>;
type Queue = mpsc::Sender<(Ask, Answer)>;

pub(super) struct Scribes {
    /// None once closed.
    queues: Mutex<Option<Vec<Queue>>>,
    tasks: tokio::sync::Mutex<Vec<JoinHandle<()>>>,
}

impl Scribes {
    pub(super) fn start(writers: &Arc<Writers>) -> Self {
        let (queues, tasks): (Vec<_>, Vec<_>) = (0..writers.ledger_lanes())
            .map(|lane| {
                let (sender, receiver) = mpsc::channel(QUEUE);
                let scribe = Scribe { lane, writers: Arc::clone(writers), heads: HashMap::new() };
                (sender, tokio::spawn(scribe.run(receiver)))
            })
            .unzip();
        Self { queues: Mutex::new(Some(queues)), tasks: tokio::sync::Mutex::new(tasks) }
    }

    pub(super) async fn append(&self, ask: Ask) -> Result<Appended, StoreError> {
        let queue = self.queue(ask.session).ok_or(StoreError::Busy)?;
        let (answer, answered) = oneshot::channel();
        queue.send_timeout((ask, answer), PATIENCE).await.map_err(|_| StoreError::Busy)?;
        answered.await.unwrap_or(Err(StoreError::Busy))
    }

    /// All appends of one Session go to one scribe, so that they stay in order.
    fn queue(&self, session: SessionId) -> Option<Queue> {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.as_ref().map(|queues| queues[lane_of(session, queues.len())].clone())
    }

    /// Takes no more appends, writes what waits.
    pub(super) async fn close(&self) {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).take();
        for task in self.tasks.lock().await.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a scribe of the ledger ended badly");
            }
        }
    }
}

/// Where the lines of this Session are written, one group after the other.
pub(super) fn lane_of(session: SessionId, lanes: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    session.hash(&mut hasher);
    usize::try_from(hasher.finish() >> 32).unwrap_or(0) % lanes
}

struct Scribe {
    lane: usize,
    writers: Arc<Writers>,
    /// The end of each Session's chain, as far as this scribe committed or read it. A guess: when another server has
    /// written since, the key of the table refuses the line, and the guesses are thrown away.
    heads: HashMap<SessionId, Head>,
}

impl Scribe {
    async fn run(mut self, mut queue: mpsc::Receiver<(Ask, Answer)>) {
        let mut waiting = Vec::with_capacity(LARGEST_BATCH);
        while queue.recv_many(&mut waiting, LARGEST_BATCH).await > 0 {
            let (asks, answers): (Vec<Ask>, Vec<Answer>) = waiting.drain(..).unzip();
            let asks = Arc::new(asks);
            match self.write(Arc::clone(&asks)).await {
                Ok(appended) => {
                    for (answer, appended) in answers.into_iter().zip(appended) {
                        tell(answer, Ok(appended));
                    }
                }
                // Whatever stood in the way of all of them: one by one it hits only those it concerns. Also a line of
                // another server, which made the heads in memory old; they are read again now.
                Err(StoreError::Conflict(_) | StoreError::NotFound(_)) => {
                    for (ask, answer) in asks.iter().zip(answers) {
                        tell(answer, self.write_one(ask).await);
                    }
                }
                Err(error) => {
                    let cause = error.to_string();
                    answers
                        .into_iter()
                        .for_each(|one| tell(one, Err(StoreError::NotCommitted { cause: cause.clone() })));
                }
            }
        }
    }

    async fn write_one(&mut self, ask: &Ask) -> Result<Appended, StoreError> {
        let appended = self.write(Arc::new(vec![ask.clone()])).await?;
        appended.first().copied().ok_or(StoreError::Busy)
    }

    async fn write(&mut self, asks: Arc<Vec<Ask>>) -> Result<Vec<Appended>, StoreError> {
        let heads = asks.iter().filter_map(|ask| Some((ask.session, *self.heads.get(&ask.session)?))).collect();
        let lane = Lane::Ledger(self.lane);
        let work = self.writers.write(lane, move |connection| Box::pin(write_all(connection, heads, asks)));
        match work.await {
            Ok((appended, ends)) => {
                if self.heads.len() >= MOST_HEADS {
                    self.heads.clear();
                }
                self.heads.extend(ends);
                Ok(appended)
            }
            Err(error) => {
                self.heads.clear();
                Err(error)
            }
        }
    }
}

fn tell(answer: Answer, result: Result<Appended, StoreError>) {
    // Nobody waits any more when the request was dropped; the lines stand either way.
    let _ = answer.send(result);
}

type Ends = HashMap<SessionId, Head>;

/// Writes all, starting from the heads that are known; gives what came of each, and the new ends of their chains.
pub(super) async fn write_all(
    connection: &mut AnyConnection,
    mut ends: Ends,
    asks: Arc<Vec<Ask>>,
) -> Result<(Vec<Appended>, Ends), StoreError> {
    let mut known = known(connection, &asks).await?;
    let mut lines = Vec::new();
    let mut appended = Vec::with_capacity(asks.len());
    for Ask { session, events, .. } in asks.iter() {
        let mut head = match ends.get(session).copied() {
            Some(head) => head,
            None => ledger::read_head(connection, *session).await?,
        };
        let before = lines.len();
        for event in events {
            match known.insert(event.id, *session) {
                None => {
                    let line = PresenceEvent::seal(*session, head, event.clone());
                    head = line.head();
                    lines.push(line);
                }
                Some(same) if same == *session => {}
                Some(_) => return Err(StoreError::Conflict(constraint::named("presence_event_id_taken"))),
            }
        }
        ends.insert(*session, head);
        let written = lines.len() - before;
        appended.push(Appended { written, repeated: events.len() - written, head });
    }
    insert(connection, &lines).await?;
    for Ask { session, polls, .. } in asks.iter() {
        poll::write(connection, *session, polls).await?;
    }
    Ok((appended, ends))
}

/// Which of these event ids the ledger holds already, and for which Session.
async fn known(connection: &mut AnyConnection, asks: &[Ask]) -> Result<HashMap<EventId, SessionId>, StoreError> {
    let ids: Vec<EventId> = asks.iter().flat_map(|ask| ask.events.iter().map(|event| event.id)).collect();
    let mut known = HashMap::with_capacity(ids.len());
    for chunk in in_chunks(&ids) {
        let places = page::placeholders(1, chunk.len());
        let statement = sql!("select id, session from presence_event where id in ({places})");
        let query = chunk.iter().fold(sqlx::query(statement), |query, id| query.bind(id.as_str()));
        for row in query.fetch_all(&mut *connection).await? {
            known.insert(row.id("id")?, row.id("session")?);
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
