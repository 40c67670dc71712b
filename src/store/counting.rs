//! Whether an Activity counts for its Studio's year: an office takes out what was begun by mistake or broke off, and takes it in again.

use super::row::rows_in;
use super::ruling::{Ruled, decides_after, ruled};
use super::{Store, StoreError};
use crate::domain::ruling::check_ruling;
use crate::domain::{ActivityId, Officer, Time};

/// The last word about this Activity; none where nobody has said any, and it counts.
pub async fn of(store: &Store, activity: ActivityId) -> Result<Option<Ruled>, StoreError> {
    let head = "select c.granted, c.reason, b.name as by_name, c.decided_at, c.tier
        from activity_counting c join account b on b.id = c.decided_by where c.activity in";
    let rows = rows_in(&mut *store.read().await?, head, &[activity], "order by c.ordinal").await?;
    rows.last().map(ruled).transpose()
}

pub async fn rule(
    store: &Store,
    activity: ActivityId,
    (granted, reason): (bool, String),
    by: Officer,
    now: Time,
) -> Result<(), StoreError> {
    check_ruling(granted, &reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let last = "select tier from activity_counting where activity = $1 order by ordinal desc limit 1";
                let last = sqlx::query(last).bind(activity.as_str()).fetch_optional(&mut *connection).await?;
                decides_after(by, last)?;
                sqlx::query(
                    "insert into activity_counting (activity, ordinal, granted, reason, decided_by, decided_at, tier)
                     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 from activity_counting where activity = $1",
                )
                .bind(activity.as_str())
                .bind(i64::from(granted))
                .bind(reason.trim())
                .bind(by.account.as_str())
                .bind(now.micros())
                .bind(by.tier.code())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}
