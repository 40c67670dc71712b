//! Appeals: asked for and decided; a granted one is a line in the ledger, written in the same transaction.

use super::correction;
use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, attachment, decision, page, random, session};
use crate::domain::attendance::{CorrectedDetail, Verdict};
use crate::domain::case::{check_asking, check_deciding};
use crate::domain::presence::Person;
use crate::domain::{AccountId, ActivityId, Appeal, AppealId, AttachmentId, EventId, SessionId, StudioId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// What `read` needs.
const APPEAL: &str = "select p.id, p.session, p.account, p.reason, p.attachment, p.asked_at, d.granted,
        d.reason as decision_reason, d.decided_by, d.decided_at, b.name as decided_by_name, e.detail as corrected
    from appeal p
        left join appeal_decided d on d.appeal = p.id
        left join account b on b.id = d.decided_by
        left join presence_event e on e.id = d.event";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAppeal {
    pub session: SessionId,
    pub account: AccountId,
    pub reason: String,
    pub attachment: Option<AttachmentId>,
}

/// What somebody decides of an appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealDecision {
    /// What the record is corrected to; none when the appeal is refused.
    pub verdict: Option<Verdict>,
    pub reason: String,
    pub by: AccountId,
    pub by_name: String,
    /// The server's monotonic clock, for the line in the ledger.
    pub monotonic_us: i64,
}

pub async fn ask(store: &Store, new: NewAppeal, now: Time) -> Result<Appeal, StoreError> {
    check_asking(&new.reason)?;
    let id: AppealId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let session = session::find(connection, new.session).await?;
                let before = of_person(connection, new.session, new.account).await?;
                Appeal::may_ask(&session, &before, now)?;
                if let Some(proof) = new.attachment {
                    attachment::use_for(connection, proof, session.activity, new.account).await?;
                }
                sqlx::query(
                    "insert into appeal (id, session, account, ordinal, reason, attachment, asked_at)
                     values ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(id.as_str())
                .bind(new.session.as_str())
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

pub async fn get(store: &Store, id: AppealId) -> Result<Appeal, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Grants or refuses; what is granted stands in the ledger when this returns.
pub async fn decide(store: &Store, id: AppealId, said: AppealDecision, now: Time) -> Result<Appeal, StoreError> {
    check_deciding(said.verdict.is_some(), &said.reason)?;
    if let Some(verdict) = said.verdict {
        verdict.check()?;
    }
    let event: EventId = random::id()?;
    let session = get(store, id).await?.session;
    store
        .write_beside_lines(session, move |connection| {
            Box::pin(async move {
                let appeal = find(connection, id).await?;
                appeal.may_decide()?;
                if let Some(verdict) = said.verdict {
                    let session = session::find(connection, appeal.session).await?;
                    let detail = CorrectedDetail {
                        verdict,
                        reason: granted_reason(&said.reason, &appeal.reason),
                        by: said.by,
                        by_name: said.by_name,
                        appeal: Some(id),
                        attachments: appeal.attachment.into_iter().collect(),
                    };
                    let person = Person::Account(appeal.account);
                    let line = correction::line(event, person, &detail, said.monotonic_us, now);
                    correction::write(connection, &session, vec![line]).await?;
                }
                sqlx::query(
                    "insert into appeal_decided (appeal, granted, reason, decided_by, decided_at, event)
                     values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(id.as_str())
                .bind(i64::from(said.verdict.is_some()))
                .bind(said.reason.trim())
                .bind(said.by.as_str())
                .bind(now.micros())
                .bind(said.verdict.map(|_| event).as_ref().map(EventId::as_str))
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

/// A consent without words stands on the words of whoever asked.
fn granted_reason(said: &str, asked: &str) -> String {
    match said.trim() {
        "" => format!("同意本人的说明：{}", asked.trim()),
        said => said.to_owned(),
    }
}

/// All for one Session, in the order in which they were asked for.
pub async fn of_session(store: &Store, session: SessionId) -> Result<Vec<Appeal>, StoreError> {
    let rows = sqlx::query(sql!("{APPEAL} where p.session = $1 order by p.asked_at, p.ordinal, p.id"))
        .bind(session.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn find(connection: &mut AnyConnection, id: AppealId) -> Result<Appeal, StoreError> {
    let row = sqlx::query(sql!("{APPEAL} where p.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Appeal))?)
}

/// Those of these Studios, or of all, that nobody has decided, the oldest first.
pub(super) async fn open(
    connection: &mut AnyConnection,
    studios: Option<&[StudioId]>,
) -> Result<Vec<Appeal>, StoreError> {
    let statement = |within: &str| {
        sql!(
            "{APPEAL} join session s on s.id = p.session join activity a on a.id = s.activity
             where d.appeal is null {within} order by p.asked_at, p.ordinal, p.id"
        )
    };
    page::of_studios(connection, studios, statement).await?.iter().map(read).collect()
}

/// Those of one Activity that nobody has decided.
pub(super) async fn open_of(connection: &mut AnyConnection, activity: ActivityId) -> Result<Vec<Appeal>, StoreError> {
    let statement = sql!("{APPEAL} join session s on s.id = p.session where d.appeal is null and s.activity = $1");
    sqlx::query(statement).bind(activity.as_str()).fetch_all(connection).await?.iter().map(read).collect()
}

/// What one person asked for, the newest first.
pub(super) async fn of_account(
    connection: &mut AnyConnection,
    account: AccountId,
    most: i64,
) -> Result<Vec<Appeal>, StoreError> {
    let rows = sqlx::query(sql!("{APPEAL} where p.account = $1 order by p.asked_at desc, p.ordinal desc limit $2"))
        .bind(account.as_str())
        .bind(most)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

async fn of_person(
    connection: &mut AnyConnection,
    session: SessionId,
    account: AccountId,
) -> Result<Vec<Appeal>, StoreError> {
    let rows = sqlx::query(sql!("{APPEAL} where p.session = $1 and p.account = $2 order by p.ordinal"))
        .bind(session.as_str())
        .bind(account.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Appeal, StoreError> {
    let corrected: Option<CorrectedDetail> =
        row.optional_text("corrected")?.and_then(|detail| serde_json::from_str(&detail).ok());
    Ok(Appeal {
        id: row.id("id")?,
        session: row.id("session")?,
        account: row.id("account")?,
        reason: row.text("reason")?,
        attachment: row.optional_id("attachment")?,
        asked_at: row.time("asked_at")?,
        decision: decision::read(row, corrected.map(|detail| detail.verdict))?,
    })
}
