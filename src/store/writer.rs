//! The writers: each takes what waits in its bounded queue, puts it into one transaction, and answers after COMMIT.
//!
//! SQLite has one writer, because it has one write lock. On PostgreSQL the first one takes everything but the ledgers (so
//! that two groups never wait for each other's rows), and the ledgers share the others. Every piece of work runs behind its own
//! savepoint, so that one that fails takes nothing else with it.

use super::{Database, StoreError};
use sqlx::{AnyConnection, AnyPool, Connection as _};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Enough that commits of ledgers overlap on a server database; each takes a connection.
pub(super) const POSTGRES_LANES: u32 = 4;
/// Work waiting for one writer. When it is full, the one who writes waits, and after `PATIENCE` is refused.
const QUEUE: usize = 1024;
/// One transaction holds at most this many pieces of work: a group of 200 already divides the cost of the fsync away.
const LARGEST_GROUP: usize = 256;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

/// Which writer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lane {
    General,
    /// The ledgers' lane of this number, below `ledger_lanes`.
    Ledger(usize),
}

/// What is left to do when the group's fate is known: tell the one who waits.
type Acknowledge = Box<dyn FnOnce(Result<(), String>) + Send>;
/// A piece of work whose result type is hidden behind its answer.
type Attempt = Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> Attempted<'c> + Send>;
type Attempted<'c> = Pin<Box<dyn Future<Output = (Transaction, Acknowledge)> + Send + 'c>>;

/// What a piece of work left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transaction {
    Sound,
    /// Its savepoint is gone: the database gave up the whole transaction, as SQLite does when the disk is full.
    Lost,
}

/// What the writers have done since the start, for the metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteTotals {
    /// Pieces of work that were committed or refused by a rule.
    pub writes: u64,
    pub commits: u64,
    /// Groups that did not commit, or could not begin.
    pub lost_groups: u64,
}

#[derive(Default)]
struct Counters {
    writes: AtomicU64,
    commits: AtomicU64,
    lost_groups: AtomicU64,
}

pub(super) struct Writers {
    /// None once closed.
    lanes: Mutex<Option<Vec<mpsc::Sender<Attempt>>>>,
    tasks: tokio::sync::Mutex<Vec<JoinHandle<()>>>,
    ledger_lanes: usize,
    pool: AnyPool,
    counters: Arc<Counters>,
}

impl Writers {
    pub(super) fn start(database: Database, pool: AnyPool) -> Self {
        let count = match database {
            Database::Sqlite => 1,
            Database::Postgres => POSTGRES_LANES,
        };
        let counters = Arc::<Counters>::default();
        let (lanes, tasks): (Vec<_>, Vec<_>) = (0..count)
            .map(|_| {
                let (sender, receiver) = mpsc::channel(QUEUE);
                (sender, tokio::spawn(run(database, pool.clone(), receiver, Arc::clone(&counters))))
            })
            .unzip();
        let ledger_lanes = (lanes.len() - 1).max(1);
        let (lanes, tasks) = (Mutex::new(Some(lanes)), tokio::sync::Mutex::new(tasks));
        Self { lanes, tasks, ledger_lanes, pool, counters }
    }

    /// Runs `work` in the next group of this lane, and gives its result after COMMIT.
    pub(super) async fn write<T, F>(&self, lane: Lane, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> Work<'c, T> + Send + 'static,
    {
        let sender = self.lane(lane).ok_or(StoreError::Busy)?;
        let (answer, answered) = oneshot::channel();
        let attempt: Attempt = Box::new(move |connection| {
            Box::pin(async move {
                let (transaction, result) = behind_savepoint(connection, work).await;
                let acknowledge: Acknowledge = Box::new(move |commit| {
                    let result = match (result, commit) {
                        (Ok(value), Ok(())) => Ok(value),
                        (Ok(_), Err(cause)) => Err(StoreError::NotCommitted { cause }),
                        (Err(error), _) => Err(error),
                    };
                    // Nobody waits any more when the request was dropped; the work stands either way.
                    let _ = answer.send(result);
                });
                (transaction, acknowledge)
            })
        });
        sender.send_timeout(attempt, PATIENCE).await.map_err(|_| StoreError::Busy)?;
        // The writer answers or drops the work unanswered when it could not begin.
        answered.await.unwrap_or_else(|_| Err(StoreError::NotCommitted { cause: "no transaction".to_owned() }))
    }

    pub(super) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub(super) fn totals(&self) -> WriteTotals {
        WriteTotals {
            writes: self.counters.writes.load(Ordering::Relaxed),
            commits: self.counters.commits.load(Ordering::Relaxed),
            lost_groups: self.counters.lost_groups.load(Ordering::Relaxed),
        }
    }

    /// How many lanes the ledgers share; on SQLite it is the one that takes everything.
    pub(super) fn ledger_lanes(&self) -> usize {
        self.ledger_lanes
    }

    fn lane(&self, lane: Lane) -> Option<mpsc::Sender<Attempt>> {
        let lanes = self.lanes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lanes = lanes.as_ref()?;
        let number = match lane {
            Lane::General => 0,
            // The ledgers have the last lanes.
            Lane::Ledger(number) => lanes.len() - self.ledger_lanes + number % self.ledger_lanes,
        };
        Some(lanes[number].clone())
    }

    /// Takes no more work, finishes what waits.
    pub(super) async fn close(&self) {
        self.lanes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        for task in self.tasks.lock().await.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a writer ended badly");
            }
        }
        self.pool.close().await;
    }
}

async fn run(database: Database, pool: AnyPool, mut queue: mpsc::Receiver<Attempt>, counters: Arc<Counters>) {
    let mut group = Vec::with_capacity(LARGEST_GROUP);
    while queue.recv_many(&mut group, LARGEST_GROUP).await > 0 {
        if let Err(error) = commit_group(database, &pool, &mut group, &counters).await {
            counters.lost_groups.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, "no transaction could begin; the writes that waited are refused");
        }
        // Work that found no transaction is dropped here, which tells those who wait.
        group.clear();
    }
}

async fn commit_group(
    database: Database,
    pool: &AnyPool,
    group: &mut Vec<Attempt>,
    counters: &Counters,
) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let committed = in_one_transaction(database, &mut connection, group, counters).await;
    // SQLite ends a transaction whose commit fails, but `sqlx` goes on counting it as open and would begin no other on this
    // connection.
    if !matches!(committed, Ok(true))
        && let Err(error) = connection.close().await
    {
        tracing::debug!(%error, "a connection to the database closed badly");
    }
    committed.map(drop)
}

/// Tells all who wait, and whether it committed.
async fn in_one_transaction(
    database: Database,
    connection: &mut AnyConnection,
    group: &mut Vec<Attempt>,
    counters: &Counters,
) -> Result<bool, sqlx::Error> {
    let mut transaction = match database {
        // Takes the write lock at once, instead of failing halfway when another process holds it.
        Database::Sqlite => connection.begin_with("begin immediate").await?,
        Database::Postgres => connection.begin().await?,
    };
    let mut acknowledgements = Vec::with_capacity(group.len());
    let mut state = Transaction::Sound;
    for attempt in group.drain(..) {
        let (left, acknowledge) = attempt(&mut transaction).await;
        acknowledgements.push(acknowledge);
        state = left;
        if state == Transaction::Lost {
            // The rest of the group is dropped untried, which tells those who wait.
            break;
        }
    }
    let commit = match state {
        Transaction::Sound => transaction.commit().await.map_err(|error| error.to_string()),
        Transaction::Lost => Err("the database gave up the transaction".to_owned()),
    };
    match &commit {
        Ok(()) => {
            counters.commits.fetch_add(1, Ordering::Relaxed);
            counters.writes.fetch_add(acknowledgements.len() as u64, Ordering::Relaxed);
        }
        Err(cause) => {
            counters.lost_groups.fetch_add(1, Ordering::Relaxed);
            tracing::error!(cause, writes = acknowledgements.len(), "a group of writes did not commit");
        }
    }
    for acknowledge in acknowledgements {
        acknowledge(commit.clone());
    }
    Ok(commit.is_ok())
}

async fn behind_savepoint<T, F>(connection: &mut AnyConnection, work: F) -> (Transaction, Result<T, StoreError>)
where
    F: for<'c> FnOnce(&'c mut AnyConnection) -> Work<'c, T> + Send,
{
    let mut savepoint = match connection.begin().await {
        Ok(savepoint) => savepoint,
        Err(error) => return (Transaction::Lost, Err(error.into())),
    };
    let result = work(&mut savepoint).await;
    let ended = if result.is_ok() { savepoint.commit().await } else { savepoint.rollback().await };
    match (ended, result) {
        (Ok(()), result) => (Transaction::Sound, result),
        (Err(error), Ok(_)) => (Transaction::Lost, Err(error.into())),
        (Err(_), Err(error)) => (Transaction::Lost, Err(error)),
    }
}
