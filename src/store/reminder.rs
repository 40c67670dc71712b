//! What Reminders are made from besides what the desks show: read for one person, nothing of it kept.

use super::row::{Columns as _, rows_in};
use super::{Store, StoreError};
use crate::domain::reminder::{ReminderKind, Waiting};
use crate::domain::scorecard::Scorecard;
use crate::domain::{AccountId, SessionId, StudioId};
use std::collections::{HashMap, HashSet};

/// The last notices of Activities of these Studios that have not ended, where an office returned them.
pub async fn returned_notices(store: &Store, studios: &[StudioId]) -> Result<Vec<Waiting>, StoreError> {
    let head = "select n.activity, a.title, st.name as studio_name, d.decided_at from notice n
            join notice_decided d on d.notice = n.id
            join activity a on a.id = n.activity join studio st on st.id = a.studio
        where d.number is null and a.state = 'planned'
            and n.ordinal = (select max(l.ordinal) from notice l where l.activity = n.activity) and a.studio in";
    let rows = rows_in(&mut *store.read().await?, head, studios, "order by d.decided_at, n.id").await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                kind: ReminderKind::MendNotice,
                about: row.text("activity")?,
                title: row.text("title")?,
                who: row.text("studio_name")?,
                since: row.time("decided_at")?.day(),
            })
        })
        .collect()
}

/// The Sessions whose records this person has appealed.
pub async fn appealed(store: &Store, account: AccountId) -> Result<HashSet<SessionId>, StoreError> {
    let head = "select session from appeal where account in";
    let rows = rows_in(&mut *store.read().await?, head, &[account], "").await?;
    rows.iter().map(|row| row.id("session")).collect()
}

/// The last Scorecards of the years of these Studios as they are kept, each with its year; some may be missing.
pub async fn kept_cards(
    store: &Store,
    studios: &[StudioId],
) -> Result<HashMap<(StudioId, i32), Scorecard>, StoreError> {
    let head = "select content from scorecard where scope = 'year' and studio in";
    let rows = rows_in(&mut *store.read().await?, head, studios, "").await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        // What another version wrote is made anew.
        let Ok(card) = serde_json::from_str::<Scorecard>(&row.text("content")?) else { continue };
        found.insert((card.studio, card.year), card);
    }
    Ok(found)
}
