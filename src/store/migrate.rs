//! Migrations, built into the program: numbered, and never edited once released.

use super::{Database, StoreError};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr as _};
use std::borrow::Cow;

/// Version, description, SQL for SQLite, SQL for PostgreSQL.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "foundations",
        include_str!("../../migrations/sqlite/0001_foundations.sql"),
        include_str!("../../migrations/postgres/0001_foundations.sql"),
    ),
    (
        2,
        "presence_kinds",
        include_str!("../../migrations/sqlite/0002_presence_kinds.sql"),
        include_str!("../../migrations/postgres/0002_presence_kinds.sql"),
    ),
    (
        3,
        "seats",
        include_str!("../../migrations/sqlite/0003_seats.sql"),
        include_str!("../../migrations/postgres/0003_seats.sql"),
    ),
    (
        4,
        "cases",
        include_str!("../../migrations/sqlite/0004_cases.sql"),
        include_str!("../../migrations/postgres/0004_cases.sql"),
    ),
    (
        5,
        "report",
        include_str!("../../migrations/sqlite/0005_report.sql"),
        include_str!("../../migrations/postgres/0005_report.sql"),
    ),
    (
        6,
        "ledger_index",
        include_str!("../../migrations/sqlite/0006_ledger_index.sql"),
        include_str!("../../migrations/postgres/0006_ledger_index.sql"),
    ),
    (
        7,
        "assessment",
        include_str!("../../migrations/sqlite/0007_assessment.sql"),
        include_str!("../../migrations/postgres/0007_assessment.sql"),
    ),
    (
        8,
        "programme",
        include_str!("../../migrations/sqlite/0008_programme.sql"),
        include_str!("../../migrations/postgres/0008_programme.sql"),
    ),
    (
        9,
        "notice",
        include_str!("../../migrations/sqlite/0009_notice.sql"),
        include_str!("../../migrations/postgres/0009_notice.sql"),
    ),
    (
        10,
        "year_end",
        include_str!("../../migrations/sqlite/0010_year_end.sql"),
        include_str!("../../migrations/postgres/0010_year_end.sql"),
    ),
    (
        11,
        "applications",
        include_str!("../../migrations/sqlite/0011_applications.sql"),
        include_str!("../../migrations/postgres/0011_applications.sql"),
    ),
    (
        12,
        "traces",
        include_str!("../../migrations/sqlite/0012_traces.sql"),
        include_str!("../../migrations/postgres/0012_traces.sql"),
    ),
    (
        13,
        "calendar",
        include_str!("../../migrations/sqlite/0013_calendar.sql"),
        include_str!("../../migrations/postgres/0013_calendar.sql"),
    ),
    (
        14,
        "recording",
        include_str!("../../migrations/sqlite/0014_recording.sql"),
        include_str!("../../migrations/postgres/0014_recording.sql"),
    ),
    (
        15,
        "resource",
        include_str!("../../migrations/sqlite/0015_resource.sql"),
        include_str!("../../migrations/postgres/0015_resource.sql"),
    ),
    (
        16,
        "replay",
        include_str!("../../migrations/sqlite/0016_replay.sql"),
        include_str!("../../migrations/postgres/0016_replay.sql"),
    ),
    (
        17,
        "library",
        include_str!("../../migrations/sqlite/0017_library.sql"),
        include_str!("../../migrations/postgres/0017_library.sql"),
    ),
    (
        18,
        "year_end_left_out",
        include_str!("../../migrations/sqlite/0018_year_end_left_out.sql"),
        include_str!("../../migrations/postgres/0018_year_end_left_out.sql"),
    ),
    (
        19,
        "year_end_member",
        include_str!("../../migrations/sqlite/0019_year_end_member.sql"),
        include_str!("../../migrations/postgres/0019_year_end_member.sql"),
    ),
    (
        20,
        "poll",
        include_str!("../../migrations/sqlite/0020_poll.sql"),
        include_str!("../../migrations/postgres/0020_poll.sql"),
    ),
    (
        21,
        "view_began",
        include_str!("../../migrations/sqlite/0021_view_began.sql"),
        include_str!("../../migrations/postgres/0021_view_began.sql"),
    ),
    (
        22,
        "capture_gone",
        include_str!("../../migrations/sqlite/0022_capture_gone.sql"),
        include_str!("../../migrations/postgres/0022_capture_gone.sql"),
    ),
    (
        23,
        "recording_checks",
        include_str!("../../migrations/sqlite/0023_recording_checks.sql"),
        include_str!("../../migrations/postgres/0023_recording_checks.sql"),
    ),
    (
        24,
        "studio_tier",
        include_str!("../../migrations/sqlite/0024_studio_tier.sql"),
        include_str!("../../migrations/postgres/0024_studio_tier.sql"),
    ),
    (
        25,
        "answer_content",
        include_str!("../../migrations/sqlite/0025_answer_content.sql"),
        include_str!("../../migrations/postgres/0025_answer_content.sql"),
    ),
    (
        28,
        "taken_back",
        include_str!("../../migrations/sqlite/0028_taken_back.sql"),
        include_str!("../../migrations/postgres/0028_taken_back.sql"),
    ),
];

pub(super) async fn run(database: Database, pool: &AnyPool) -> Result<(), StoreError> {
    let migrations = MIGRATIONS.iter().map(|&(version, description, sqlite, postgres)| {
        let sql = match database {
            Database::Sqlite => sqlite,
            Database::Postgres => postgres,
        };
        Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator { migrations: migrations.collect(), ..Migrator::DEFAULT };
    migrator.run(pool).await.map_err(|source| StoreError::Migrate { source })
}
