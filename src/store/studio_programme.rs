//! Programmes of Studios: the Studio has the Policy and the cycle of today, and each change stays with who decided it and why.

use super::row::{Columns as _, number_of};
use super::{Noun, Store, StoreError, policy, studio};
use crate::domain::{AccountId, Day, PersonName, ProgrammeChange, Studio, StudioId, Time};

/// Puts it under a Policy, for all years that are not frozen; the cycle stays where no other day is given.
pub async fn change(
    store: &Store,
    id: StudioId,
    (key, cycle_start, reason): (String, Option<Day>, String),
    by: AccountId,
    now: Time,
) -> Result<Studio, StoreError> {
    policy::check(store, Some(&key))?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let old =
                    studio::of_ids(connection, &[id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Studio))?;
                old.must_work_until(None)?;
                let to = (key, cycle_start.unwrap_or(old.cycle_start));
                ProgrammeChange::check(&old, (&to.0, to.1), &reason, now.day())?;
                sqlx::query(
                    "insert into studio_programme (studio, ordinal, from_policy, to_policy, from_cycle_start, to_cycle_start,
                         reason, decided_by, decided_at)
                     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from studio_programme where studio = $1",
                )
                .bind(id.as_str())
                .bind(old.policy.as_deref())
                .bind(to.0.as_str())
                .bind(number_of(old.cycle_start))
                .bind(number_of(to.1))
                .bind(reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                sqlx::query("update studio set policy = $2, cycle_start = $3 where id = $1")
                    .bind(id.as_str())
                    .bind(to.0.as_str())
                    .bind(number_of(to.1))
                    .execute(connection)
                    .await?;
                Ok(Studio { policy: Some(to.0), cycle_start: to.1, ..old })
            })
        })
        .await
}

/// The latest first.
pub async fn changes(store: &Store, id: StudioId) -> Result<Vec<ProgrammeChange>, StoreError> {
    let rows = sqlx::query(
        "select p.from_policy, p.to_policy, p.from_cycle_start, p.to_cycle_start, p.reason, p.decided_by, a.name, p.decided_at
         from studio_programme p join account a on a.id = p.decided_by where p.studio = $1 order by p.ordinal desc",
    )
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ProgrammeChange {
                from: (row.optional_text("from_policy")?, row.day("from_cycle_start")?),
                to: (row.text("to_policy")?, row.day("to_cycle_start")?),
                reason: row.text("reason")?,
                by: PersonName { id: row.id("decided_by")?, name: row.text("name")? },
                at: row.time("decided_at")?,
            })
        })
        .collect()
}
