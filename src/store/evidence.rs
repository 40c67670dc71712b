//! Evidence: handed in by a Studio's keepers, decided by its office; every word is a row of its own.

use super::row::{Columns as _, below, number_of, rows_in, sql};
use super::{Noun, Store, StoreError, attachment, constraint, policy, random, ruling, studio};
use crate::domain::evidence::largest_count;
use crate::domain::{
    AccountId, Attachment, CaseRefusal, Day, EvidenceId, EvidenceVerdict, NewEvidence, OfficeTier, Officer, PersonName,
    RegionId, StudioId, Time,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub id: EvidenceId,
    pub studio: StudioId,
    pub policy: String,
    pub slot: String,
    pub account: Option<PersonName>,
    pub title: String,
    pub day: Day,
    pub attachments: Vec<Attachment>,
    pub given_by: PersonName,
    pub given_at: Time,
    /// The last one; none while it waits.
    pub decision: Option<EvidenceDecision>,
    /// Whoever handed it in took it back before anybody decided.
    pub withdrawn_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceDecision {
    pub accepted: bool,
    pub count: u32,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
    /// Of the office that decided.
    pub tier: OfficeTier,
}

/// More of it is decided about when this is.
const MOST_WAITING: u32 = 200;

const EVIDENCE: &str = "select v.id, v.studio, v.policy, v.slot, v.account, c.name as account_name, v.title, v.day,
        v.given_by, g.name as giver_name, v.given_at, d.accepted, d.count as decided_count, d.reason, d.decided_by,
        b.name as decider_name, d.decided_at, d.tier, x.withdrawn_at
    from evidence v
        join account g on g.id = v.given_by
        left join account c on c.id = v.account
        left join evidence_decided d on d.evidence = v.id
            and d.ordinal = (select max(l.ordinal) from evidence_decided l where l.evidence = v.id)
        left join account b on b.id = d.decided_by
        left join evidence_withdrawn x on x.evidence = v.id";

pub async fn create(store: &Store, new: NewEvidence, by: AccountId, now: Time) -> Result<Evidence, StoreError> {
    new.check(now.day())?;
    let id: EvidenceId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                studio::must_work(connection, new.studio, Some(new.day)).await?;
                sqlx::query(
                    "insert into evidence (id, studio, policy, slot, account, title, day, given_by, given_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                )
                .bind(id.as_str())
                .bind(new.studio.as_str())
                .bind(new.policy.as_str())
                .bind(new.slot.as_str())
                .bind(new.account.as_ref().map(AccountId::as_str))
                .bind(new.title.trim())
                .bind(number_of(new.day))
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                for (position, file) in (0_i64..).zip(&new.attachments) {
                    // Others' files are not made readable by naming them.
                    if attachment::find(connection, *file).await?.author != by {
                        return Err(CaseRefusal::ForeignAttachment.into());
                    }
                    sqlx::query("insert into evidence_attachment (evidence, attachment, position) values ($1, $2, $3)")
                        .bind(id.as_str())
                        .bind(file.as_str())
                        .bind(position)
                        .execute(&mut *connection)
                        .await?;
                }
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: EvidenceId) -> Result<Evidence, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// All of a Studio, the latest first; what was withdrawn, too.
pub async fn of_studio(store: &Store, studio: StudioId) -> Result<Vec<Evidence>, StoreError> {
    handed_in(&mut *store.read().await?, &[studio]).await
}

/// What these Studios handed in and nobody withdrew, the latest first.
pub(super) async fn of_studios(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<Evidence>, StoreError> {
    let mut found = handed_in(connection, studios).await?;
    found.retain(|one| one.withdrawn_at.is_none());
    Ok(found)
}

async fn handed_in(connection: &mut AnyConnection, studios: &[StudioId]) -> Result<Vec<Evidence>, StoreError> {
    let head = format!("{EVIDENCE} where v.studio in");
    let rows = rows_in(connection, &head, studios, "order by v.given_at desc, v.id").await?;
    let mut found: Vec<Evidence> = rows.iter().map(read).collect::<Result<_, _>>()?;
    with_attachments(connection, &mut found).await?;
    Ok(found)
}

/// What waits for a decision in this Region and below it, the oldest first.
pub async fn waiting(store: &Store, region: RegionId) -> Result<Vec<Evidence>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!(
        "{EVIDENCE} join studio s on s.id = v.studio where d.evidence is null and x.evidence is null and s.region in {} order by v.given_at, v.id limit {MOST_WAITING}",
        below!("$1")
    ))
    .bind(region.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let mut found: Vec<Evidence> = rows.iter().map(read).collect::<Result<_, _>>()?;
    with_attachments(&mut connection, &mut found).await?;
    Ok(found)
}

/// Whoever handed it in takes it back, while nobody has decided.
pub async fn withdraw(store: &Store, id: EvidenceId, by: AccountId, now: Time) -> Result<Evidence, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                if find(connection, id).await?.decision.is_some() {
                    return Err(StoreError::Conflict(constraint::named("evidence_decided_already")));
                }
                sqlx::query(
                    "insert into evidence_withdrawn (evidence, withdrawn_by, withdrawn_at) values ($1, $2, $3)",
                )
                .bind(id.as_str())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

/// A decision may be replaced by a later one; all of them stay.
pub async fn decide(
    store: &Store,
    id: EvidenceId,
    verdict: EvidenceVerdict,
    by: Officer,
    now: Time,
) -> Result<Evidence, StoreError> {
    let given = get(store, id).await?;
    let policy = policy::in_force(store, &given.policy, now.day());
    verdict.check(largest_count(policy.as_deref(), &given.slot))?;
    store
        .write(move |connection| {
            Box::pin(async move {
                if find(connection, id).await?.withdrawn_at.is_some() {
                    return Err(StoreError::Conflict(constraint::named("evidence_withdrawn_key")));
                }
                let last = "select tier from evidence_decided where evidence = $1 order by ordinal desc limit 1";
                let last = sqlx::query(last).bind(id.as_str()).fetch_optional(&mut *connection).await?;
                ruling::decides_after(by, last)?;
                let count = if verdict.accepted { i64::from(verdict.count) } else { 0 };
                sqlx::query(
                    "insert into evidence_decided (evidence, ordinal, accepted, count, reason, decided_by, decided_at, tier)
                     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6, $7 from evidence_decided where evidence = $1",
                )
                .bind(id.as_str())
                .bind(i64::from(verdict.accepted))
                .bind(count)
                .bind(verdict.reason.trim())
                .bind(by.account.as_str())
                .bind(now.micros())
                .bind(by.tier.code())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

async fn find(connection: &mut AnyConnection, id: EvidenceId) -> Result<Evidence, StoreError> {
    let row =
        sqlx::query(sql!("{EVIDENCE} where v.id = $1")).bind(id.as_str()).fetch_optional(&mut *connection).await?;
    let mut found = [read(&row.ok_or(StoreError::NotFound(Noun::Evidence))?)?];
    with_attachments(connection, &mut found).await?;
    let [found] = found;
    Ok(found)
}

async fn with_attachments(connection: &mut AnyConnection, found: &mut [Evidence]) -> Result<(), StoreError> {
    let ids: Vec<EvidenceId> = found.iter().map(|one| one.id).collect();
    let head = format!(
        "select u.evidence, {} from evidence_attachment u join attachment t on t.id = u.attachment where u.evidence in",
        attachment::ATTACHMENT
    );
    let mut files: HashMap<EvidenceId, Vec<Attachment>> = HashMap::new();
    for row in rows_in(connection, &head, &ids, "order by u.evidence, u.position").await? {
        files.entry(row.id("evidence")?).or_default().push(attachment::read(&row)?);
    }
    for one in found {
        one.attachments = files.remove(&one.id).unwrap_or_default();
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Evidence, StoreError> {
    let decision = match row.optional_id("decided_by")? {
        Some(by) => Some(EvidenceDecision {
            accepted: row.flag("accepted")?,
            count: u32::try_from(row.number("decided_count")?).unwrap_or(0),
            reason: row.text("reason")?,
            by: PersonName { id: by, name: row.text("decider_name")? },
            at: row.time("decided_at")?,
            tier: row.coded("tier")?,
        }),
        None => None,
    };
    let account = match row.optional_id::<AccountId>("account")? {
        Some(id) => Some(PersonName { id, name: row.text("account_name")? }),
        None => None,
    };
    Ok(Evidence {
        id: row.id("id")?,
        studio: row.id("studio")?,
        policy: row.text("policy")?,
        slot: row.text("slot")?,
        account,
        title: row.text("title")?,
        day: row.day("day")?,
        attachments: Vec::new(),
        given_by: PersonName { id: row.id("given_by")?, name: row.text("giver_name")? },
        given_at: row.time("given_at")?,
        decision,
        withdrawn_at: row.optional_time("withdrawn_at")?,
    })
}

/// The Studios for which this file is Evidence.
pub(super) const STUDIOS_OF_ATTACHMENT: &str =
    "select v.studio from evidence_attachment u join evidence v on v.id = u.evidence where u.attachment = $1";
