//! Decisions as Facts: every word about a level and about Evidence with its day, in the order in which they were made.

use crate::domain::participation::{Decided, say};
use crate::domain::{ActivityId, EvidenceId, Level, StudioId};
use crate::store::StoreError;
use crate::store::row::{Columns as _, rows_in};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;
use std::hash::Hash;

/// What offices confirmed of an Activity's level; none where they did not.
pub(super) async fn levels(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<ActivityId, Vec<Decided<Option<Level>>>>, StoreError> {
    let head = "select c.activity, c.level, c.confirmed, c.decided_at
        from level_confirmation c join activity a on a.id = c.activity where a.studio in";
    let rows = rows_in(connection, head, studios, "order by c.activity, c.ordinal").await?;
    let read = |row: &AnyRow| {
        let level = if row.flag("confirmed")? { Some(row.coded("level")?) } else { None };
        Ok((row.id("activity")?, Decided { day: row.time("decided_at")?.day(), what: level }))
    };
    collect(&rows, read)
}

/// Whether offices let an Activity count.
pub(super) async fn countings(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<ActivityId, Vec<Decided<bool>>>, StoreError> {
    let head = "select c.activity, c.granted, c.decided_at
        from activity_counting c join activity a on a.id = c.activity where a.studio in";
    let rows = rows_in(connection, head, studios, "order by c.activity, c.ordinal").await?;
    let read = |row: &AnyRow| {
        Ok((row.id("activity")?, Decided { day: row.time("decided_at")?.day(), what: row.flag("granted")? }))
    };
    collect(&rows, read)
}

/// How many reviewers counted Evidence for; none where they refused it.
pub(super) async fn evidence(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<EvidenceId, Vec<Decided<Option<u32>>>>, StoreError> {
    let head = "select d.evidence, d.accepted, d.count, d.decided_at
        from evidence_decided d join evidence v on v.id = d.evidence where v.studio in";
    let rows = rows_in(connection, head, studios, "order by d.evidence, d.ordinal").await?;
    let read = |row: &AnyRow| {
        let count = if row.flag("accepted")? { Some(u32::try_from(row.number("count")?).unwrap_or(0)) } else { None };
        Ok((row.id("evidence")?, Decided { day: row.time("decided_at")?.day(), what: count }))
    };
    collect(&rows, read)
}

fn collect<K: Eq + Hash, T>(
    rows: &[AnyRow],
    read: impl Fn(&AnyRow) -> Result<(K, Decided<T>), StoreError>,
) -> Result<HashMap<K, Vec<Decided<T>>>, StoreError> {
    let mut found: HashMap<K, Vec<Decided<T>>> = HashMap::new();
    for row in rows {
        let (of, decision) = read(row)?;
        say(found.entry(of).or_default(), decision);
    }
    Ok(found)
}
