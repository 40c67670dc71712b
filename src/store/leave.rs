//! Leaves: asked for, decided and withdrawn, each a row of its own.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, activity, attachment, decision, page, random};
use crate::domain::attendance::Excuse;
use crate::domain::case::{CaseState, check_asking, check_deciding};
use crate::domain::{AccountId, ActivityId, AttachmentId, Leave, LeaveId, StudioId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// What `read` needs.
const LEAVE: &str = "select l.id, l.activity, l.account, l.reason, l.attachment, l.asked_at, d.granted,
        d.reason as decision_reason, d.decided_by, d.decided_at, b.name as decided_by_name, w.withdrawn_at
    from leave_asked l
        left join leave_decided d on d.leave = l.id
        left join account b on b.id = d.decided_by
        left join leave_withdrawn w on w.leave = l.id";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLeave {
    pub activity: ActivityId,
    pub account: AccountId,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
}

pub async fn ask(store: &Store, new: NewLeave, now: Time) -> Result<Leave, StoreError> {
    check_asking(&new.reason)?;
    let id: LeaveId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let activity = activity::find(connection, new.activity).await?;
                let before = of_person(connection, new.activity, new.account).await?;
                Leave::may_ask(&activity, &before, now)?;
                if let Some(proof) = new.attachment {
                    attachment::use_for(connection, proof, new.activity, new.account).await?;
                }
                sqlx::query(
                    "insert into leave_asked (id, activity, account, ordinal, reason, attachment, asked_at)
                     values ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(id.as_str())
                .bind(new.activity.as_str())
                .bind(new.account.as_str())
                .bind(i64::try_from(before.len()).unwrap_or(i64::MAX) + 1)
                .bind(new.reason.trim())
                .bind(new.attachment.as_ref().map(AttachmentId::as_str))
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: LeaveId) -> Result<Leave, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// The consent or the refusal of `by`.
pub async fn decide(
    store: &Store,
    id: LeaveId,
    (granted, reason): (bool, String),
    by: AccountId,
    now: Time,
) -> Result<Leave, StoreError> {
    check_deciding(granted, &reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                find(connection, id).await?.may_decide()?;
                sqlx::query(
                    "insert into leave_decided (leave, granted, reason, decided_by, decided_at)
                     values ($1, $2, $3, $4, $5)",
                )
                .bind(id.as_str())
                .bind(i64::from(granted))
                .bind(reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn withdraw(store: &Store, id: LeaveId, now: Time) -> Result<Leave, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let leave = find(connection, id).await?;
                let activity = activity::find(connection, leave.activity).await?;
                leave.may_withdraw(&activity, now)?;
                sqlx::query("insert into leave_withdrawn (leave, withdrawn_at) values ($1, $2)")
                    .bind(id.as_str())
                    .bind(now.micros())
                    .execute(&mut *connection)
                    .await?;
                find(connection, id).await
            })
        })
        .await
}

/// All for one Activity, in the order in which they were asked for.
pub async fn of_activity(store: &Store, activity: ActivityId) -> Result<Vec<Leave>, StoreError> {
    all_of(&mut *store.read().await?, activity).await
}

/// What records must know of leaves: those that were granted and not given back.
pub async fn excuses(connection: &mut AnyConnection, activity: ActivityId) -> Result<Vec<Excuse>, StoreError> {
    let leaves = all_of(connection, activity).await?;
    let excuse = |leave: Leave| Excuse {
        granted: leave.state() == CaseState::Granted,
        person: leave.account.to_string(),
        reason: leave.reason,
    };
    Ok(leaves.into_iter().map(excuse).collect())
}

pub(super) async fn find(connection: &mut AnyConnection, id: LeaveId) -> Result<Leave, StoreError> {
    let row = sqlx::query(sql!("{LEAVE} where l.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Leave))?)
}

/// Those of these Studios, or of all, that nobody has decided or withdrawn, the oldest first.
pub(super) async fn open(
    connection: &mut AnyConnection,
    studios: Option<&[StudioId]>,
) -> Result<Vec<Leave>, StoreError> {
    let statement = |within: &str| {
        sql!(
            "{LEAVE} join activity a on a.id = l.activity where d.leave is null and w.leave is null {within}
             order by l.asked_at, l.ordinal, l.id"
        )
    };
    page::of_studios(connection, studios, statement).await?.iter().map(read).collect()
}

/// What one person asked for, the newest first.
pub(super) async fn of_account(
    connection: &mut AnyConnection,
    account: AccountId,
    most: i64,
) -> Result<Vec<Leave>, StoreError> {
    let rows = sqlx::query(sql!("{LEAVE} where l.account = $1 order by l.asked_at desc, l.ordinal desc limit $2"))
        .bind(account.as_str())
        .bind(most)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

async fn of_person(
    connection: &mut AnyConnection,
    activity: ActivityId,
    account: AccountId,
) -> Result<Vec<Leave>, StoreError> {
    let rows = sqlx::query(sql!("{LEAVE} where l.activity = $1 and l.account = $2 order by l.ordinal"))
        .bind(activity.as_str())
        .bind(account.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn all_of(connection: &mut AnyConnection, activity: ActivityId) -> Result<Vec<Leave>, StoreError> {
    let rows = sqlx::query(sql!("{LEAVE} where l.activity = $1 order by l.asked_at, l.ordinal, l.id"))
        .bind(activity.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Leave, StoreError> {
    Ok(Leave {
        id: row.id("id")?,
        activity: row.id("activity")?,
        account: row.id("account")?,
        reason: row.text("reason")?,
        attachment: row.optional_id("attachment")?,
        asked_at: row.time("asked_at")?,
        decision: decision::read(row, None)?,
        withdrawn_at: row.optional_time("withdrawn_at")?,
    })
}
