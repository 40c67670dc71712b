//! The only SQL: what Lectern remembers, on SQLite or PostgreSQL, a file per noun.
//!
//! Functions take a [`Store`] and, where it matters, `now`. Reading uses a pool. Every write goes to a writer that puts
//! what waits into one transaction and answers after COMMIT: an `Ok` from a writing function is on disk.

pub mod account;
pub mod activity;
pub mod announcement;
pub mod appeal;
pub mod application;
pub mod attachment;
pub mod attendance;
pub mod calendar_feed;
pub mod capacity;
pub mod card;
pub mod case;
pub mod certificate;
pub mod classroom;
pub mod comment;
mod constraint;
pub mod correction;
pub mod counting;
mod decision;
mod error;
pub mod evidence;
pub mod fact;
pub mod helped_school;
pub mod leave;
pub mod ledger;
pub mod lesson_plan;
pub mod lesson_review;
pub mod login;
pub mod membership;
pub mod mentor;
mod migrate;
pub mod notice;
pub mod notice_draft;
pub mod pack;
mod page;
pub mod photo;
pub mod policy;
pub mod poll;
pub mod presenter;
pub mod printed_code;
pub mod proof;
mod random;
pub mod recording;
pub mod recruitment;
pub mod region;
pub mod reminder;
pub mod replay;
pub mod report;
pub mod report_issue;
pub mod resource;
pub mod roster_sheet;
mod row;
pub mod ruling;
pub mod school;
pub mod school_history;
pub mod scorecard;
mod scribe;
pub mod series;
pub mod session;
mod session_record;
pub mod setting;
pub mod sign_in_sheet;
pub mod station;
pub mod studio;
pub mod studio_closing;
pub mod studio_programme;
pub mod studio_tier;
pub mod transfer;
pub mod verification;
mod writer;
pub mod year_end;

pub use constraint::Constraint;
pub use error::{Noun, StoreError};
pub use page::{LARGEST_PAGE, Page, Paged};
pub use random::{bytes as random_bytes, id as random_id};

use crate::domain::SessionId;
use scribe::Scribes;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Executor as _, Row as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use writer::{Lane, Work, Writers};

pub use writer::WriteTotals;

/// How long a reader waits for a connection before the request is refused.
const READER_PATIENCE: Duration = Duration::from_secs(5);
/// Readers on SQLite: pages are short queries, and each connection keeps up to 2 MB of cache.
const SQLITE_READERS: u32 = 4;
const POSTGRES_READERS: u32 = 8;

/// FULL, not NORMAL: with NORMAL a power cut loses commits that were acknowledged. The WAL is copied into the database at
/// 16 MB: at SQLite's 4 MB commits wait for a copy too often, at 64 MB one of them waits too long (docs/benchmarks.md). 16 MB of
/// cache hold what several hundred people's lines change; with 2 MB each line read four pages again.
const SQLITE_WRITER_PRAGMAS: &str = "pragma busy_timeout = 5000; pragma journal_mode = wal; \
    pragma synchronous = full; pragma wal_autocheckpoint = 4000; pragma cache_size = -16384; pragma foreign_keys = on";
const SQLITE_READER_PRAGMAS: &str = "pragma busy_timeout = 5000; pragma foreign_keys = on; pragma query_only = on";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// An open database. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: Database,
    readers: AnyPool,
    writers: Arc<Writers>,
    scribes: Scribes,
    policies: policy::Shelf,
    demand: scorecard::Demand,
}

impl Store {
    /// Opens `sqlite://path/to/file` (made with its folder when missing) or `postgres://…`, and brings its tables up to
    /// date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let opening = |source| StoreError::Open { source };
        let (database, url) = match sqlite_file(url) {
            Some(file) => (Database::Sqlite, sqlite_url(&file)?),
            None => (Database::Postgres, url.to_owned()),
        };
        let options = AnyConnectOptions::from_str(&url).map_err(opening)?;
        let (lanes, readers) = match database {
            Database::Sqlite => (1, SQLITE_READERS),
            Database::Postgres => (writer::POSTGRES_LANES, POSTGRES_READERS),
        };
        let writing =
            pool(lanes, database, SQLITE_WRITER_PRAGMAS).connect_with(options.clone()).await.map_err(opening)?;
        migrate::run(database, &writing).await?;
        let readers = pool(readers, database, SQLITE_READER_PRAGMAS).connect_lazy_with(options);
        let writers = Arc::new(Writers::start(database, writing));
        let scribes = Scribes::start(&writers);
        let (policies, demand) = Default::default();
        let store = Self(Arc::new(Inner { database, readers, writers, scribes, policies, demand }));
        policy::open(&store).await?;
        Ok(store)
    }

    #[must_use]
    pub fn database(&self) -> Database {
        self.0.database
    }

    /// Can it read, and can it commit? For the readiness check; costs one small commit.
    pub async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").fetch_one(&mut *self.read().await?).await?;
        // A new value each time, so that there is something to write.
        let proof: crate::domain::EventId = random::id()?;
        setting::put(self, "ready", proof.to_string()).await
    }

    /// How the database keeps what it has committed, in words for the log: `journal_mode=wal synchronous=2` is as it
    /// should be on SQLite, `fsync=on synchronous_commit=on` on PostgreSQL.
    pub async fn durability(&self) -> Result<String, StoreError> {
        const SQLITE: &[(&str, &str)] =
            &[("journal_mode", "pragma journal_mode"), ("synchronous", "pragma synchronous")];
        const POSTGRES: &[(&str, &str)] = &[("fsync", "show fsync"), ("synchronous_commit", "show synchronous_commit")];
        let questions = match self.0.database {
            Database::Sqlite => SQLITE,
            Database::Postgres => POSTGRES,
        };
        let mut words = Vec::with_capacity(questions.len());
        for (name, question) in questions {
            // Asked where the writing is done: these are settings of a connection.
            let row = sqlx::query(*question).fetch_one(self.0.writers.pool()).await?;
            let value = row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|n| n.to_string()))?;
            words.push(format!("{name}={value}"));
        }
        Ok(words.join(" "))
    }

    /// What was written since the start.
    #[must_use]
    pub fn write_totals(&self) -> WriteTotals {
        self.0.writers.totals()
    }

    /// Lets the writers finish what waits, then closes every connection. Writing afterwards is refused.
    pub async fn close(&self) {
        self.0.scribes.close().await;
        self.0.writers.close().await;
        self.0.readers.close().await;
    }

    async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.0.readers.acquire().await?)
    }

    /// Runs `work` in a transaction of its own or beside others, and gives its result after COMMIT.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> Work<'c, T> + Send + 'static,
    {
        self.0.writers.write(Lane::General, work).await
    }

    /// As `write`, in the lane in which the lines of this Session are written: nobody else adds to its chain meanwhile.
    async fn write_beside_lines<T, F>(&self, session: SessionId, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut AnyConnection) -> Work<'c, T> + Send + 'static,
    {
        let lane = scribe::lane_of(session, self.0.writers.ledger_lanes());
        self.0.writers.write(Lane::Ledger(lane), work).await
    }
}

fn pool(size: u32, database: Database, pragmas: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(size).acquire_timeout(READER_PATIENCE).after_connect(move |connection, _| {
        Box::pin(async move {
            if database == Database::Sqlite {
                connection.execute(pragmas).await?;
            }
            Ok(())
        })
    })
}

/// The file of an SQLite database; none for another one.
#[must_use]
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// Makes the folder of the database file, and lets SQLite make the file.
fn sqlite_url(file: &Path) -> Result<String, StoreError> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Open { source: sqlx::Error::Io(source) })?;
    }
    Ok(format!("sqlite://{}?mode=rwc", file.display()))
}
