//! Tiers of Studios: the Studio has the one of today, and each move stays with who decided it and why.

use super::row::Columns as _;
use super::{Noun, Store, StoreError, studio};
use crate::domain::{AccountId, PersonName, Studio, StudioId, Tier, TierMove, Time};

/// Moves it, from now on.
pub async fn move_to(
    store: &Store,
    id: StudioId,
    (to, reason): (Tier, String),
    by: AccountId,
    now: Time,
) -> Result<Studio, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let old =
                    studio::of_ids(connection, &[id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Studio))?;
                TierMove::check(old.tier, to, &reason)?;
                old.must_work_until(None)?;
                sqlx::query(
                    "insert into studio_tier (studio, ordinal, from_tier, to_tier, reason, decided_by, decided_at)
                     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 from studio_tier where studio = $1",
                )
                .bind(id.as_str())
                .bind(old.tier.code())
                .bind(to.code())
                .bind(reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                sqlx::query("update studio set tier = $2 where id = $1")
                    .bind(id.as_str())
                    .bind(to.code())
                    .execute(connection)
                    .await?;
                Ok(Studio { tier: to, ..old })
            })
        })
        .await
}

/// The latest first.
pub async fn moves(store: &Store, id: StudioId) -> Result<Vec<TierMove>, StoreError> {
    let rows = sqlx::query(
        "select t.from_tier, t.to_tier, t.reason, t.decided_by, a.name, t.decided_at from studio_tier t
             join account a on a.id = t.decided_by where t.studio = $1 order by t.ordinal desc",
    )
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(TierMove {
                from: row.coded("from_tier")?,
                to: row.coded("to_tier")?,
                reason: row.text("reason")?,
                by: PersonName { id: row.id("decided_by")?, name: row.text("name")? },
                at: row.time("decided_at")?,
            })
        })
        .collect()
}
