//! Applications: drafts that change, and what was sent, withdrawn and said about it, each a row that stands.

mod admit;
mod pass_over;
mod place;
mod publicity;
mod reserve;
mod review;
mod write;

pub(super) use admit::make_room;
pub(super) use pass_over::pass_over_waiting;
pub(super) use place::{rows_over_quota, within_own_quota};
pub use publicity::{answer, deny, name, object, objected_by, objected_with, of_objection, public, publicised};
pub use review::review;
pub use write::{save, save_all, send, withdraw};

use reserve::TAKEN;

use super::row::{Columns as _, WITHOUT_END, below, number_of, rows_in, sql, works};
use super::{Noun, Store, StoreError, studio};
use crate::domain::application::{Applicant, Finding, Sending};
use crate::domain::participation::Span;
use crate::domain::{
    AccountId, Application, ApplicationDraft, ApplicationId, AttachmentId, Day, Level, PersonName, Recruitment,
    RecruitmentId, RegionId, Review, StudioId,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Applications that are looked through at once.
pub const WAITING_AT_ONCE: usize = 300;
/// Open lessons count for so long.
const LESSON_YEARS: i32 = 5;

/// What has been sent and has no last word yet; refused by one host is not yet refused.
const WAITS: &str = "from application p
        join application_sent s on s.application = p.id
            and s.ordinal = (select max(l.ordinal) from application_sent l where l.application = p.id)
        join recruitment r on r.id = p.recruitment
        join school sc on sc.id = s.school
    where not exists (select 1 from application_withdrawn w where w.application = p.id and w.sending = s.ordinal)
        and not exists (select 1 from application_reviewed d where d.application = p.id and d.sending = s.ordinal
            and (d.membership is not null or d.verdict = 'returned' or (d.verdict = 'refused' and d.step <> 'host')))
        and not exists (select 1 from application_named n where n.application = p.id and n.sending = s.ordinal)
        and not exists (select 1 from application_denied y where y.application = p.id and y.sending = s.ordinal)
        and not exists (select 1 from application_objection o join application_answer a on a.objection = o.id
            where o.application = p.id and o.sending = s.ordinal and a.upheld = 1)";

pub async fn get(store: &Store, id: ApplicationId) -> Result<Application, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// This person's, the latest first.
pub async fn of_account(store: &Store, account: AccountId) -> Result<Vec<Application>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query("select id from application where account = $1 order by saved_at desc, id limit 200")
        .bind(account.as_str())
        .fetch_all(&mut *connection)
        .await?;
    in_order(&mut connection, &rows).await
}

/// All that were ever sent to it, the earliest first.
pub async fn of_recruitment(store: &Store, recruitment: RecruitmentId) -> Result<Vec<Application>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query(
        "select p.id, min(s.sent_at) as first_at from application p join application_sent s on s.application = p.id
         where p.recruitment = $1 group by p.id order by first_at, p.id limit 2000",
    )
    .bind(recruitment.as_str())
    .fetch_all(&mut *connection)
    .await?;
    in_order(&mut connection, &rows).await
}

/// What a person has written for a Recruitment.
pub async fn of_person(
    store: &Store,
    recruitment: RecruitmentId,
    account: AccountId,
) -> Result<Option<Application>, StoreError> {
    own(&mut *store.read().await?, recruitment, account).await
}

/// Everybody who has written something for a Recruitment.
pub async fn writers(store: &Store, recruitment: RecruitmentId) -> Result<HashSet<AccountId>, StoreError> {
    let rows = sqlx::query("select account from application where recruitment = $1")
        .bind(recruitment.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(|row| row.id("account")).collect()
}

/// What may wait for an office: where the School, the Recruitment or a wished Studio lies in its Region; all for none. The earliest
/// first, so many at once, of those after `after`.
pub async fn waiting_in(
    store: &Store,
    within: Option<RegionId>,
    after: Option<&Application>,
) -> Result<Vec<Application>, StoreError> {
    let mut connection = store.read().await?;
    let after = after.and_then(|one| Some((one.last()?.sent_at.micros(), one.id)));
    let rows = sqlx::query(sql!(
        "with under (id) as {} select p.id {WAITS} and ($1 = '' or r.region in (select id from under) or sc.region in (select id from under)
             or exists (select 1 from application_choice c join studio st on st.id = c.studio
                 where c.application = p.id and c.sending = s.ordinal and st.region in (select id from under)))
             and (s.sent_at > $2 or (s.sent_at = $2 and p.id > $3))
         order by s.sent_at, p.id limit {WAITING_AT_ONCE}",
        below!("$1")
    ))
    .bind(within.as_ref().map_or("", RegionId::as_str))
    .bind(after.as_ref().map_or(i64::MIN, |(sent_at, _)| *sent_at))
    .bind(after.as_ref().map_or("", |(_, id)| id.as_str()))
    .fetch_all(&mut *connection)
    .await?;
    in_order(&mut connection, &rows).await
}

/// What may wait for the hosts of these Studios.
pub async fn waiting_for(store: &Store, studios: &[StudioId]) -> Result<Vec<Application>, StoreError> {
    let mut connection = store.read().await?;
    let ids = ids_waiting_for(&mut connection, studios).await?;
    let mut found = of_ids(&mut connection, &ids).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Those in which one of these Studios is chosen, the earliest first.
async fn ids_waiting_for(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<ApplicationId>, StoreError> {
    let mut ids = Vec::new();
    let head = format!(
        "select p.id {WAITS} and p.id in (select c.application from application_choice c where c.sending = s.ordinal
             and c.studio in"
    );
    for row in rows_in(connection, &head, studios, ") order by s.sent_at, p.id").await? {
        let id: ApplicationId = row.id("id")?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The Applications that this file was put beside.
pub async fn of_attachment(store: &Store, attachment: AttachmentId) -> Result<Vec<Application>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query("select application as id from application_attachment where attachment = $1")
        .bind(attachment.as_str())
        .fetch_all(&mut *connection)
        .await?;
    in_order(&mut connection, &rows).await
}

/// How many a Recruitment has taken in: all together, and by Studio.
pub async fn taken(store: &Store, recruitments: &[RecruitmentId]) -> Result<HashMap<RecruitmentId, u32>, StoreError> {
    let head = format!(
        "select p.recruitment, count(*) as taken from application p join {TAKEN} d on d.application = p.id
        where p.recruitment in"
    );
    let rows = rows_in(&mut *store.read().await?, &head, recruitments, "group by p.recruitment").await?;
    rows.iter()
        .map(|row| Ok((row.id("recruitment")?, u32::try_from(row.number("taken")?).unwrap_or(u32::MAX))))
        .collect()
}

/// What the conditions are held against besides the form.
pub async fn applicant(
    store: &Store,
    recruitment: &Recruitment,
    choices: &[StudioId],
    account: AccountId,
    today: Day,
) -> Result<Applicant, StoreError> {
    applicant_of(&mut *store.read().await?, recruitment, choices, account, today).await
}

async fn applicant_of(
    connection: &mut AnyConnection,
    recruitment: &Recruitment,
    choices: &[StudioId],
    account: AccountId,
    today: Day,
) -> Result<Applicant, StoreError> {
    let tiers = match recruitment.tier {
        Some(tier) => vec![tier],
        None => studio::of_ids(connection, choices).await?.into_values().map(|studio| studio.tier).collect(),
    };
    let lessons = lessons_of(connection, account, today).await?;
    let row = sqlx::query(
        "select coalesce(max(s.rural), 0) as rural from account a join school s on s.id = a.school where a.id = $1",
    )
    .bind(account.as_str())
    .fetch_one(connection)
    .await?;
    Ok(Applicant { tiers, rural: row.number("rural")? != 0, lessons })
}

/// The confirmed levels of the open lessons and lectures that this person presented in the last five years.
async fn lessons_of(connection: &mut AnyConnection, account: AccountId, today: Day) -> Result<Vec<Level>, StoreError> {
    let since = today.plus(-LESSON_YEARS * 365 - 1).start();
    let rows = sqlx::query(
        "select c.level from presenter p join activity a on a.id = p.activity
             join level_confirmation c on c.activity = a.id and c.ordinal =
                 (select max(l.ordinal) from level_confirmation l where l.activity = a.id)
         where p.account = $1 and a.state = 'ended' and a.kind in ('open_lesson', 'lecture') and c.confirmed = 1
             and a.planned_start >= $2",
    )
    .bind(account.as_str())
    .bind(since.micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| row.coded("level")).collect()
}

async fn own(
    connection: &mut AnyConnection,
    recruitment: RecruitmentId,
    account: AccountId,
) -> Result<Option<Application>, StoreError> {
    let row = sqlx::query("select id from application where recruitment = $1 and account = $2")
        .bind(recruitment.as_str())
        .bind(account.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    match row {
        Some(row) => find(connection, row.id("id")?).await.map(Some),
        None => Ok(None),
    }
}

async fn find(connection: &mut AnyConnection, id: ApplicationId) -> Result<Application, StoreError> {
    of_ids(connection, &[id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Application))
}

async fn in_order(connection: &mut AnyConnection, rows: &[AnyRow]) -> Result<Vec<Application>, StoreError> {
    let ids = rows.iter().map(|row| row.id("id")).collect::<Result<Vec<ApplicationId>, _>>()?;
    let mut found = of_ids(connection, &ids).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

async fn of_ids(
    connection: &mut AnyConnection,
    ids: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Application>, StoreError> {
    let head = "select p.id, p.recruitment, p.account, p.draft, p.saved_at, a.name from application p
        join account a on a.id = p.account where p.id in";
    let rows = rows_in(connection, head, ids, "").await?;
    let mut sendings = sendings(connection, ids).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = row.id("id")?;
        let application = Application {
            id,
            recruitment: row.id("recruitment")?,
            account: PersonName { id: row.id("account")?, name: row.text("name")? },
            draft: json(&row, "draft")?,
            saved_at: row.time("saved_at")?,
            sendings: sendings.remove(&id).unwrap_or_default(),
        };
        found.insert(id, application);
    }
    Ok(found)
}

async fn sendings(
    connection: &mut AnyConnection,
    ids: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<Sending>>, StoreError> {
    let head = "select s.application, s.ordinal, s.school, s.content, s.findings, s.sent_at, w.withdrawn_at
        from application_sent s
            left join application_withdrawn w on w.application = s.application and w.sending = s.ordinal
        where s.application in";
    let rows = rows_in(connection, head, ids, "order by s.application, s.ordinal").await?;
    let mut reviews = reviews(connection, ids).await?;
    let mut publicities = publicity::of_applications(connection, ids).await?;
    let mut found: HashMap<ApplicationId, Vec<Sending>> = HashMap::new();
    for row in rows {
        let (id, ordinal) = (row.id("application")?, row.number("ordinal")?);
        let findings: Vec<Finding> = json(&row, "findings")?;
        found.entry(id).or_default().push(Sending {
            ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
            school: row.id("school")?,
            draft: json::<ApplicationDraft>(&row, "content")?,
            findings,
            sent_at: row.time("sent_at")?,
            withdrawn_at: row.optional_time("withdrawn_at")?,
            reviews: reviews.remove(&(id, ordinal)).unwrap_or_default(),
            publicity: publicities.remove(&(id, ordinal)),
        });
    }
    Ok(found)
}

async fn reviews(
    connection: &mut AnyConnection,
    ids: &[ApplicationId],
) -> Result<BTreeMap<(ApplicationId, i64), Vec<Review>>, StoreError> {
    let head = "select d.application, d.sending, d.step, d.studio, d.verdict, d.reason, d.attachment, d.membership,
            d.in_place, d.notice_from, d.notice_to, d.reviewed_by, d.reviewed_at, a.name as reviewer_name
        from application_reviewed d join account a on a.id = d.reviewed_by where d.application in";
    let mut found: BTreeMap<(ApplicationId, i64), Vec<Review>> = BTreeMap::new();
    for row in rows_in(connection, head, ids, "order by d.application, d.sending, d.ordinal").await? {
        found.entry((row.id("application")?, row.number("sending")?)).or_default().push(Review {
            step: row.coded("step")?,
            studio: row.optional_id("studio")?,
            verdict: row.coded("verdict")?,
            reason: row.text("reason")?,
            attachment: row.optional_id("attachment")?,
            membership: row.optional_id("membership")?,
            in_place: row.flag("in_place")?,
            notice: row
                .optional_day("notice_from")?
                .zip(row.optional_day("notice_to")?)
                .map(|(from, to)| Span { from, to }),
            by: PersonName { id: row.id("reviewed_by")?, name: row.text("reviewer_name")? },
            at: row.time("reviewed_at")?,
        });
    }
    Ok(found)
}

fn json<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|_| StoreError::Unreadable { column })
}

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

/// The Studios that may be wished for in a Recruitment: none that is closed, or is to be.
pub async fn studios_of(store: &Store, recruitment: &Recruitment) -> Result<Vec<(StudioId, String)>, StoreError> {
    let rows = wishable(&mut *store.read().await?, recruitment).await?;
    rows.iter().map(|row| Ok((row.id("id")?, row.text("name")?))).collect()
}

async fn wishable(connection: &mut AnyConnection, recruitment: &Recruitment) -> Result<Vec<AnyRow>, StoreError> {
    let rows = sqlx::query(sql!(
        "select id, name from studio where policy = $1 and ($2 = '' or id = $2) and region in {} and {} order by name, id",
        below!("$3"),
        works!("$4")
    ))
    .bind(recruitment.policy.as_str())
    .bind(recruitment.studio.as_ref().map_or("", StudioId::as_str))
    .bind(recruitment.region.as_str())
    .bind(WITHOUT_END)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The person's Membership in the Studio that has no last day.
async fn open_membership(
    connection: &mut AnyConnection,
    studio: StudioId,
    account: AccountId,
) -> Result<Option<AnyRow>, StoreError> {
    let row =
        sqlx::query("select id, role, from_day from membership where studio = $1 and account = $2 and to_day is null")
            .bind(studio.as_str())
            .bind(account.as_str())
            .fetch_optional(connection)
            .await?;
    Ok(row)
}

/// Does this person host a Studio under the Policy on that day or later?
async fn hosts_under(
    connection: &mut AnyConnection,
    policy: &str,
    account: AccountId,
    day: Day,
) -> Result<bool, StoreError> {
    let row = sqlx::query(sql!(
        "select m.id from membership m join studio s on s.id = m.studio
         where m.account = $1 and m.role = 'host' and s.policy = $2 and (m.to_day is null or m.to_day >= $3) and {}",
        works!("$3")
    ))
    .bind(account.as_str())
    .bind(policy)
    .bind(number_of(day))
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}
