//! Transfers: asked for, decided, and with the consent the Memberships change, all in one transaction.

use super::application::make_room;
use super::row::{Columns as _, below, number_of, rows_in, sql};
use super::{Noun, Store, StoreError, attachment, membership, policy, random, region, studio};
use crate::domain::application::TransferDecision;
use crate::domain::case::Decider;
use crate::domain::membership::check_day;
use crate::domain::{
    AccountId, ApplicationRefusal, AttachmentId, CaseRefusal, Day, DaysNote, MemberRole, Membership, MembershipId,
    NewTransfer, PersonName, RegionId, StudioId, Time, Transfer, TransferId, TransferState,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

const TRANSFER: &str = "select t.id, t.membership, t.kind, t.day, t.role as to_role, t.studio as to_studio, t.reason,
        t.attachment, t.asked_by, t.asked_at, m.studio, m.account, m.role, m.from_day, m.to_day, p.name as person_name,
        a.name as asker_name, d.granted, d.reason as decision_reason, d.began, d.decided_by, d.decided_at,
        b.name as decider_name, x.withdrawn_at
    from transfer t join membership m on m.id = t.membership join account p on p.id = m.account
        join account a on a.id = t.asked_by
        left join transfer_decided d on d.transfer = t.id left join account b on b.id = d.decided_by
        left join transfer_withdrawn x on x.transfer = t.id";

/// Consent or refusal, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferWord {
    pub granted: bool,
    pub reason: String,
}

/// Asks for it; whoever decides about it themselves grants it at once.
pub async fn ask(
    store: &Store,
    new: NewTransfer,
    by: AccountId,
    decides: Option<Decider>,
    now: Time,
) -> Result<Transfer, StoreError> {
    let id: TransferId = random::id()?;
    let store_of = store.clone();
    let tree = region::tree(store).await?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let ends = membership::find(connection, new.membership).await?;
                new.check(&ends, now.day())?;
                if new.role.is_some() {
                    studio::must_work(connection, new.studio.unwrap_or(ends.studio), None).await?;
                }
                if let Some(file) = new.attachment
                    && attachment::find(connection, file).await?.author != by
                {
                    return Err(CaseRefusal::ForeignAttachment.into());
                }
                let before = of_memberships(connection, &[new.membership]).await?;
                if before.iter().any(|one| one.state() == TransferState::Waiting) {
                    return Err(ApplicationRefusal::TransferTaken.into());
                }
                insert(connection, id, &new, before.len(), by, now).await?;
                if let Some(keeper) = decides {
                    let word = TransferWord { granted: true, reason: String::new() };
                    carry_out(connection, &store_of, &tree, id, word, (by, keeper), now).await?;
                }
                find(connection, id).await
            })
        })
        .await
}

/// Whoever asked takes it back, while it waits.
pub async fn withdraw(store: &Store, id: TransferId, by: AccountId, now: Time) -> Result<Transfer, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                if find(connection, id).await?.state() != TransferState::Waiting {
                    return Err(ApplicationRefusal::TransferSettled.into());
                }
                sqlx::query(
                    "insert into transfer_withdrawn (transfer, withdrawn_by, withdrawn_at) values ($1, $2, $3)",
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

pub async fn decide(
    store: &Store,
    id: TransferId,
    word: TransferWord,
    by: (AccountId, Decider),
    now: Time,
) -> Result<Transfer, StoreError> {
    let store_of = store.clone();
    let tree = region::tree(store).await?;
    store
        .write(move |connection| {
            Box::pin(async move {
                carry_out(connection, &store_of, &tree, id, word, by, now).await?;
                find(connection, id).await
            })
        })
        .await
}

async fn carry_out(
    connection: &mut AnyConnection,
    store: &Store,
    tree: &crate::domain::RegionTree,
    id: TransferId,
    word: TransferWord,
    (by, keeper): (AccountId, Decider),
    now: Time,
) -> Result<(), StoreError> {
    crate::domain::Checks::new()
        .that(word.granted || !word.reason.trim().is_empty(), "reason", "请写明原因。")
        .optional_text(&word.reason, "reason", "原因", 300)
        .done()?;
    let transfer = find(connection, id).await?;
    if transfer.state() != TransferState::Waiting {
        return Err(ApplicationRefusal::TransferSettled.into());
    }
    if word.granted {
        check_day(transfer.day, keeper, now.day(), "day")?;
    }
    let note = DaysNote { by, reason: transfer.reason.clone(), at: now };
    let began = if word.granted { change(connection, store, tree, &transfer, &note).await? } else { None };
    write_decision(connection, id, &word, began, (by, now)).await
}

async fn write_decision(
    connection: &mut AnyConnection,
    id: TransferId,
    word: &TransferWord,
    began: Option<MembershipId>,
    (by, now): (AccountId, Time),
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into transfer_decided (transfer, granted, reason, began, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.as_str())
    .bind(i64::from(word.granted))
    .bind(word.reason.trim())
    .bind(began.as_ref().map(MembershipId::as_str))
    .bind(by.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Refuses what waits about moves into the Studio or within it, and about members who would leave it later than it closes.
pub(super) async fn refuse_of_studio(
    connection: &mut AnyConnection,
    (studio, last_day): (StudioId, Day),
    reason: &str,
    by: (AccountId, Time),
) -> Result<(), StoreError> {
    let rows = sqlx::query(sql!(
        "{TRANSFER} where d.transfer is null and x.transfer is null and (t.studio = $1 or (m.studio = $1 and (t.day > $2 or (t.role is not null and t.studio is null))))"
    ))
    .bind(studio.as_str())
    .bind(number_of(last_day))
    .fetch_all(&mut *connection)
    .await?;
    let word = TransferWord { granted: false, reason: reason.to_owned() };
    for row in &rows {
        write_decision(connection, row.id("id")?, &word, None, by).await?;
    }
    Ok(())
}

/// The Membership ends the day before; where the person goes on, another begins on the day.
async fn change(
    connection: &mut AnyConnection,
    store: &Store,
    tree: &crate::domain::RegionTree,
    transfer: &Transfer,
    note: &DaysNote,
) -> Result<Option<MembershipId>, StoreError> {
    let Membership { id, studio: from, account, .. } = transfer.membership;
    membership::end(connection, id, transfer.day.plus(-1), note).await?;
    let Some(role) = transfer.role else { return Ok(None) };
    let joins = transfer.studio.unwrap_or(from);
    let found = studio::of_ids(connection, &[joins]).await?.remove(&joins).ok_or(StoreError::NotFound(Noun::Studio))?;
    let new = Membership { id: random::id()?, studio: joins, account, role, from: transfer.day, to: None };
    if let Some(rules) = found.policy.as_deref().and_then(|key| policy::in_force(store, key, transfer.day)) {
        let marks = membership::marks_of(connection, id).await?;
        make_room(connection, &new, marks, (&rules, tree), note).await?;
    }
    membership::begin(connection, &new, note).await?;
    membership::carry_marks(connection, id, new.id).await?;
    Ok(Some(new.id))
}

pub async fn get(store: &Store, id: TransferId) -> Result<Transfer, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// All about members of the Studio, the latest first.
pub async fn of_studio(store: &Store, studio: StudioId) -> Result<Vec<Transfer>, StoreError> {
    let rows = sqlx::query(sql!("{TRANSFER} where m.studio = $1 order by t.asked_at desc, t.id limit 300"))
        .bind(studio.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

/// What waits for a decision about Studios in this Region or below it, or anywhere; the oldest first.
pub async fn waiting(store: &Store, within: Option<RegionId>) -> Result<Vec<Transfer>, StoreError> {
    let rows = sqlx::query(sql!(
        "{TRANSFER} join studio st on st.id = m.studio where d.transfer is null and x.transfer is null and ($1 = '' or st.region in {}) order by t.asked_at, t.id limit 200",
        below!("$1")
    ))
    .bind(within.as_ref().map_or("", RegionId::as_str))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

/// What waits for a decision about members of these Studios, the oldest first.
pub async fn waiting_of(store: &Store, studios: &[StudioId]) -> Result<Vec<Transfer>, StoreError> {
    let head = format!("{TRANSFER} where d.transfer is null and x.transfer is null and m.studio in");
    let rows = rows_in(&mut *store.read().await?, &head, studios, "order by t.asked_at, t.id").await?;
    rows.iter().map(read).collect()
}

/// What this person asked for, the latest first.
pub async fn asked_by(store: &Store, account: AccountId) -> Result<Vec<Transfer>, StoreError> {
    let rows = sqlx::query(sql!("{TRANSFER} where t.asked_by = $1 order by t.asked_at desc, t.id limit 100"))
        .bind(account.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

/// The Studios whose keepers decide by this file.
pub async fn studios_of_attachment(store: &Store, attachment: AttachmentId) -> Result<Vec<StudioId>, StoreError> {
    let rows =
        sqlx::query("select m.studio from transfer t join membership m on m.id = t.membership where t.attachment = $1")
            .bind(attachment.as_str())
            .fetch_all(&mut *store.read().await?)
            .await?;
    rows.iter().map(|row| row.id("studio")).collect()
}

async fn insert(
    connection: &mut AnyConnection,
    id: TransferId,
    new: &NewTransfer,
    before: usize,
    by: AccountId,
    now: Time,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into transfer (id, membership, ordinal, kind, day, role, studio, reason, attachment, asked_by, asked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id.as_str())
    .bind(new.membership.as_str())
    .bind(i64::try_from(before).unwrap_or(i64::MAX) + 1)
    .bind(new.kind.code())
    .bind(number_of(new.day))
    .bind(new.role.map(MemberRole::code))
    .bind(new.studio.as_ref().map(StudioId::as_str))
    .bind(new.reason.trim())
    .bind(new.attachment.as_ref().map(AttachmentId::as_str))
    .bind(by.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

async fn of_memberships(connection: &mut AnyConnection, ids: &[MembershipId]) -> Result<Vec<Transfer>, StoreError> {
    let rows = rows_in(connection, &format!("{TRANSFER} where t.membership in"), ids, "order by t.asked_at").await?;
    rows.iter().map(read).collect()
}

async fn find(connection: &mut AnyConnection, id: TransferId) -> Result<Transfer, StoreError> {
    let row = sqlx::query(sql!("{TRANSFER} where t.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Transfer))?)
}

fn read(row: &AnyRow) -> Result<Transfer, StoreError> {
    let account: AccountId = row.id("account")?;
    let decision = match row.optional_id::<AccountId>("decided_by")? {
        Some(id) => Some(TransferDecision {
            granted: row.flag("granted")?,
            reason: row.text("decision_reason")?,
            by: PersonName { id, name: row.text("decider_name")? },
            at: row.time("decided_at")?,
            began: row.optional_id("began")?,
        }),
        None => None,
    };
    Ok(Transfer {
        id: row.id("id")?,
        membership: Membership {
            id: row.id("membership")?,
            studio: row.id("studio")?,
            account,
            role: row.coded("role")?,
            from: row.day("from_day")?,
            to: row.optional_day("to_day")?,
        },
        person: PersonName { id: account, name: row.text("person_name")? },
        kind: row.coded("kind")?,
        day: row.day("day")?,
        role: row.optional_coded("to_role")?,
        studio: row.optional_id("to_studio")?,
        reason: row.text("reason")?,
        attachment: row.optional_id("attachment")?,
        asked_by: PersonName { id: row.id("asked_by")?, name: row.text("asker_name")? },
        asked_at: row.time("asked_at")?,
        decision,
        withdrawn_at: row.optional_time("withdrawn_at")?,
    })
}
