//! Notices: sent, decided and withdrawn, each a row of its own.

use super::row::{Columns as _, below, sql};
use super::{Noun, Store, StoreError, activity, constraint, fact, notice_draft, random, studio};
use crate::domain::notice::{NoticeAbout, NoticeDecision, NoticeNumber, NoticeWithdrawal, check_content, check_reason};
use crate::domain::{
    AccountId, ActivityId, ActivityState, Notice, NoticeId, NoticeState, OfficeTier, Officer, RegionId, Time,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// What `read` needs.
const NOTICE: &str =
    "select n.id, n.activity, n.content, n.sent_by, s.name as sent_by_name, n.sent_at, d.reason, d.region,
        d.year, d.number, d.decided_at, d.decided_by, d.tier, b.name as decided_by_name, w.reason as withdrawal_reason, w.withdrawn_at,
        wb.name as withdrawn_by_name,
        o.planned_start as about_start, o.planned_end as about_end, o.place as about_place, o.presenters as about_presenters,
        ac.planned_start, ac.planned_end, ac.place,
        (select string_agg(account, ' ' order by position) from presenter where activity = n.activity) as presenters,
        (select ld.tier from notice ln join notice_decided ld on ld.notice = ln.id
            where ln.activity = n.activity order by ln.ordinal desc limit 1) as last_tier
    from notice n join account s on s.id = n.sent_by join activity ac on ac.id = n.activity
        left join notice_about o on o.notice = n.id
        left join notice_decided d on d.notice = n.id left join account b on b.id = d.decided_by
        left join notice_withdrawn w on w.notice = n.id left join account wb on wb.id = w.withdrawn_by";

/// Sends a notice for review; while one waits or holds there is no other.
pub async fn send(
    store: &Store,
    activity: ActivityId,
    content: String,
    by: AccountId,
    now: Time,
) -> Result<Notice, StoreError> {
    check_content(&content)?;
    let id: NoticeId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let about = activity::find(connection, activity).await?;
                if about.state == ActivityState::Cancelled {
                    return Err(StoreError::Conflict(constraint::named("notice_of_cancelled")));
                }
                studio::must_work(connection, about.studio, Some(now.day())).await?;
                let before = all_of(connection, activity).await?;
                if before.iter().any(Notice::is_open) {
                    return Err(StoreError::Conflict(constraint::named("notice_ordinal_taken")));
                }
                sqlx::query(
                    "insert into notice (id, activity, ordinal, content, sent_by, sent_at)
                     values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(id.as_str())
                .bind(activity.as_str())
                .bind(i64::try_from(before.len()).unwrap_or(i64::MAX) + 1)
                .bind(content.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                notice_draft::empty(connection, activity, by, now).await?;
                find(connection, id).await
            })
        })
        .await
}

/// What an office says: `region` approves it, and gives it the next number of its year; none returns it.
pub async fn decide(
    store: &Store,
    id: NoticeId,
    (region, reason): (Option<RegionId>, String),
    by: Officer,
    now: Time,
) -> Result<Notice, StoreError> {
    check_reason(&reason, region.is_none())?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let notice = find(connection, id).await?;
                if notice.state() != NoticeState::Sent {
                    return Err(StoreError::Conflict(constraint::named("notice_decided_key")));
                }
                // Another notice of the same Activity is no way past a higher office.
                by.tier.decides_after(notice.last_tier)?;
                if region.is_some()
                    && activity::find(connection, notice.activity).await?.state == ActivityState::Cancelled
                {
                    return Err(StoreError::Conflict(constraint::named("notice_of_cancelled")));
                }
                let year = i64::from(now.day().year());
                let number = match region {
                    Some(region) => Some(next_number(connection, region, year).await?),
                    None => None,
                };
                sqlx::query(
                    "insert into notice_decided (notice, reason, region, year, number, decided_by, decided_at, tier)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(id.as_str())
                .bind(reason.trim())
                .bind(region.as_ref().map(RegionId::as_str))
                .bind(number.map(|_| year))
                .bind(number)
                .bind(by.account.as_str())
                .bind(now.micros())
                .bind(by.tier.code())
                .execute(&mut *connection)
                .await?;
                if region.is_some() {
                    keep_about(connection, id, &notice.now).await?;
                }
                find(connection, id).await
            })
        })
        .await
}

/// What the Activity is while the notice is approved.
async fn keep_about(connection: &mut AnyConnection, id: NoticeId, now: &NoticeAbout) -> Result<(), StoreError> {
    let presenters: Vec<&str> = now.presenters.iter().map(AccountId::as_str).collect();
    sqlx::query(
        "insert into notice_about (notice, planned_start, planned_end, place, presenters) values ($1, $2, $3, $4, $5)",
    )
    .bind(id.as_str())
    .bind(now.planned_start.micros())
    .bind(now.planned_end.micros())
    .bind(now.place.as_str())
    .bind(presenters.join(" "))
    .execute(connection)
    .await?;
    Ok(())
}

async fn next_number(connection: &mut AnyConnection, region: RegionId, year: i64) -> Result<i64, StoreError> {
    let last =
        sqlx::query("select coalesce(max(number), 0) as last from notice_decided where region = $1 and year = $2")
            .bind(region.as_str())
            .bind(year)
            .fetch_one(connection)
            .await?;
    Ok(last.number("last")? + 1)
}

/// Takes one back: its Studio does, also before anybody decided, or an office of this tier that may decide after the one that
/// approved it.
pub async fn withdraw(
    store: &Store,
    id: NoticeId,
    reason: String,
    (by, tier): (AccountId, Option<OfficeTier>),
    now: Time,
) -> Result<Notice, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let notice = find(connection, id).await?;
                let undecided = notice.state() == NoticeState::Sent && tier.is_none();
                if !undecided && notice.state() != NoticeState::Approved {
                    return Err(StoreError::Conflict(constraint::named("notice_withdrawn_key")));
                }
                // Nobody has read what nobody approved.
                check_reason(&reason, !undecided)?;
                if let Some(tier) = tier {
                    tier.decides_after(notice.last_tier)?;
                }
                insert_withdrawal(connection, id, reason.trim(), (by, now)).await?;
                find(connection, id).await
            })
        })
        .await
}

/// Takes back what is open or holds of an Activity, in the transaction that calls it off.
pub(super) async fn withdraw_of_activity(
    connection: &mut AnyConnection,
    activity: ActivityId,
    reason: &str,
    by: (AccountId, Time),
) -> Result<(), StoreError> {
    for notice in all_of(connection, activity).await?.into_iter().filter(Notice::is_open) {
        insert_withdrawal(connection, notice.id, reason, by).await?;
    }
    Ok(())
}

async fn insert_withdrawal(
    connection: &mut AnyConnection,
    id: NoticeId,
    reason: &str,
    (by, now): (AccountId, Time),
) -> Result<(), StoreError> {
    sqlx::query("insert into notice_withdrawn (notice, reason, withdrawn_by, withdrawn_at) values ($1, $2, $3, $4)")
        .bind(id.as_str())
        .bind(reason)
        .bind(by.as_str())
        .bind(now.micros())
        .execute(connection)
        .await?;
    Ok(())
}

/// Of what was approved, and under which number.
#[must_use]
pub fn digest(notice: &Notice) -> String {
    let number = notice.decision.as_ref().and_then(|decision| decision.number);
    let number = number.map(|one| (one.region, one.year, one.number));
    fact::fingerprint(&(notice.activity, &notice.content, number))
}

pub async fn get(store: &Store, id: NoticeId) -> Result<Notice, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// All of one Activity, the newest last.
pub async fn of_activity(store: &Store, activity: ActivityId) -> Result<Vec<Notice>, StoreError> {
    all_of(&mut *store.read().await?, activity).await
}

/// Those that wait for an office: of Studios in this Region or below it, or of all.
pub async fn waiting(store: &Store, within: Option<RegionId>) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query(sql!(
        "{NOTICE} join activity a on a.id = n.activity join studio st on st.id = a.studio
         where d.notice is null and w.notice is null and ($1 = '' or st.region in {})
         order by n.sent_at, n.id limit 200",
        below!("$1")
    ))
    .bind(within.as_ref().map_or("", RegionId::as_str))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

async fn all_of(connection: &mut AnyConnection, activity: ActivityId) -> Result<Vec<Notice>, StoreError> {
    let query = sqlx::query(sql!("{NOTICE} where n.activity = $1 order by n.ordinal")).bind(activity.as_str());
    query.fetch_all(connection).await?.iter().map(read).collect()
}

async fn find(connection: &mut AnyConnection, id: NoticeId) -> Result<Notice, StoreError> {
    let row = sqlx::query(sql!("{NOTICE} where n.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Notice))?)
}

fn read(row: &AnyRow) -> Result<Notice, StoreError> {
    let decision = match row.optional_time("decided_at")? {
        Some(at) => Some(NoticeDecision {
            number: number(row)?,
            reason: row.text("reason")?,
            by: row.id("decided_by")?,
            by_name: row.text("decided_by_name")?,
            at,
            tier: row.coded("tier")?,
        }),
        None => None,
    };
    let withdrawal = match row.optional_time("withdrawn_at")? {
        Some(at) => {
            let (reason, by_name) = (row.text("withdrawal_reason")?, row.text("withdrawn_by_name")?);
            Some(NoticeWithdrawal { reason, by_name, at })
        }
        None => None,
    };
    Ok(Notice {
        id: row.id("id")?,
        activity: row.id("activity")?,
        content: row.text("content")?,
        sent_by: row.id("sent_by")?,
        sent_by_name: row.text("sent_by_name")?,
        sent_at: row.time("sent_at")?,
        decision,
        last_tier: row.optional_coded("last_tier")?,
        withdrawal,
        about: match row.optional_time("about_start")? {
            Some(planned_start) => Some(NoticeAbout {
                planned_start,
                planned_end: row.time("about_end")?,
                place: row.text("about_place")?,
                presenters: presenters(&row.text("about_presenters")?)?,
            }),
            None => None,
        },
        now: NoticeAbout {
            planned_start: row.time("planned_start")?,
            planned_end: row.time("planned_end")?,
            place: row.text("place")?,
            presenters: presenters(&row.optional_text("presenters")?.unwrap_or_default())?,
        },
    })
}

fn presenters(ids: &str) -> Result<Vec<AccountId>, StoreError> {
    let read = |id: &str| AccountId::parse(id).map_err(|_| StoreError::Unreadable { column: "presenters" });
    ids.split_whitespace().map(read).collect()
}

fn number(row: &AnyRow) -> Result<Option<NoticeNumber>, StoreError> {
    let (Some(region), Some(year), Some(number)) =
        (row.optional_id("region")?, row.optional_number("year")?, row.optional_number("number")?)
    else {
        return Ok(None);
    };
    let year = i32::try_from(year).map_err(|_| StoreError::Unreadable { column: "year" })?;
    let number = u32::try_from(number).map_err(|_| StoreError::Unreadable { column: "number" })?;
    Ok(Some(NoticeNumber { region, year, number }))
}
