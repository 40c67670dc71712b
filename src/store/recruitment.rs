//! Recruitments: opened once; only the closing day moves, by a row that says why.

use super::row::{Columns as _, below, number_of, rows_in, sql};
use super::{Noun, Page, Paged, Store, StoreError, policy, random, studio};
use crate::domain::application::RecruitmentChange;
use crate::domain::{
    AccountId, Day, Invalid, NewRecruitment, PersonName, Recruitment, RecruitmentId, RegionId, StudioId, Time,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

const RECRUITMENT: &str =
    "select r.id, r.policy, r.role, r.studio, r.region, r.tier, r.kind, r.title, r.content, r.places,
        r.most_choices, r.school_consents, r.office_approves, r.opens, r.closes, r.opened_by, r.opened_at,
        a.name as opener_name
    from recruitment r join account a on a.id = r.opened_by";

/// How long one that has ended is still told of.
const TOLD_DAYS: i32 = 60;

pub async fn open(store: &Store, new: NewRecruitment, by: AccountId, now: Time) -> Result<Recruitment, StoreError> {
    let today = now.day();
    let rules = policy::in_force(store, &new.policy, new.opens.max(today));
    let rules = rules.ok_or_else(|| Invalid::one("policy", "没有这个考核办法，请从列表中选择。"))?;
    new.check(&rules, today)?;
    let id: RecruitmentId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                if let Some(studio) = new.studio {
                    studio::must_work(connection, studio, None).await?;
                }
                sqlx::query(
                    "insert into recruitment (id, policy, role, studio, region, tier, kind, title, content, places,
                         most_choices, school_consents, office_approves, opens, closes, opened_by, opened_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
                )
                .bind(id.as_str())
                .bind(new.policy.as_str())
                .bind(new.role.code())
                .bind(new.studio.as_ref().map(StudioId::as_str))
                .bind(new.region.as_str())
                .bind(new.tier.map(|tier| tier.code()))
                .bind(new.kind.map(|kind| kind.code()))
                .bind(new.title.trim())
                .bind(new.content.trim())
                .bind(i64::from(new.places))
                .bind(i64::from(new.most_choices))
                .bind(i64::from(new.school_consents))
                .bind(i64::from(new.office_approves))
                .bind(number_of(new.opens))
                .bind(number_of(new.closes))
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

/// Moves the closing day.
pub async fn change(
    store: &Store,
    id: RecruitmentId,
    (closes, reason): (Day, String),
    by: AccountId,
    now: Time,
) -> Result<Recruitment, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let before = find(connection, id).await?;
                before.check_change(closes, &reason, now.day())?;
                if let Some(studio) = before.studio.filter(|_| before.closes < closes) {
                    studio::must_work(connection, studio, None).await?;
                }
                move_closing_day(connection, &before, (closes, reason.trim()), (by, now)).await?;
                find(connection, id).await
            })
        })
        .await
}

async fn move_closing_day(
    connection: &mut AnyConnection,
    of: &Recruitment,
    (closes, reason): (Day, &str),
    (by, now): (AccountId, Time),
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into recruitment_changed (recruitment, ordinal, closes, reason, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(of.id.as_str())
    .bind(i64::try_from(of.changes.len()).unwrap_or(i64::MAX) + 1)
    .bind(number_of(closes))
    .bind(reason)
    .bind(by.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Those of the Studio that are open, or are to open, ended yesterday.
pub(super) async fn end_of_studio(
    connection: &mut AnyConnection,
    studio: StudioId,
    reason: &str,
    (by, now): (AccountId, Time),
) -> Result<(), StoreError> {
    let rows = sqlx::query("select id from recruitment where studio = $1")
        .bind(studio.as_str())
        .fetch_all(&mut *connection)
        .await?;
    let ids = rows.iter().map(|row| row.id("id")).collect::<Result<Vec<RecruitmentId>, _>>()?;
    let today = now.day();
    for one in of_ids(connection, &ids).await?.into_values().filter(|one| today <= one.closes) {
        move_closing_day(connection, &one, (today.plus(-1), reason), (by, now)).await?;
    }
    Ok(())
}

pub async fn get(store: &Store, id: RecruitmentId) -> Result<Recruitment, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Whom a list of Recruitments is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub account: AccountId,
    /// All there are.
    pub admin: bool,
    /// The province in which they teach, or whose offices theirs belongs to.
    pub province: Option<RegionId>,
    /// What their office supervises.
    pub scope: Option<RegionId>,
}

/// As it was changed last.
const CLOSES: &str = "coalesce((select c.closes from recruitment_changed c where c.recruitment = r.id
    order by c.ordinal desc limit 1), r.closes)";
/// Of a Studio that this person hosts today.
const HOSTED: &str = "r.studio in (select m.studio from membership m where m.account = $1 and m.role = 'host'
    and m.from_day <= $2 and (m.to_day is null or m.to_day >= $2))";

/// Those that concern the reader: of their province, and those that they keep. Open ones and those to come before those that
/// ended not long ago, each the nearest closing day first.
pub async fn list(store: &Store, reader: &Reader, today: Day, page: Page) -> Result<Paged<Recruitment>, StoreError> {
    let mut connection = store.read().await?;
    let concerns = format!(
        "{CLOSES} >= $2 - {TOLD_DAYS} and ($3 = 1 or {HOSTED} or r.region in {} or r.region in {})",
        below!("$4"),
        below!("$5")
    );
    let id = |region: &Option<RegionId>| region.as_ref().map_or(String::new(), ToString::to_string);
    let (province, scope) = (id(&reader.province), id(&reader.scope));
    let total = sqlx::query(sql!("select count(*) as total from recruitment r where {concerns}"))
        .bind(reader.account.as_str())
        .bind(number_of(today))
        .bind(i64::from(reader.admin))
        .bind(province.as_str())
        .bind(scope.as_str())
        .fetch_one(&mut *connection)
        .await?
        .number("total")?;
    let rows = sqlx::query(sql!(
        "{RECRUITMENT} where {concerns}
         order by case when {CLOSES} >= $2 then 0 else 1 end, abs({CLOSES} - $2), r.id limit $6 offset $7"
    ))
    .bind(reader.account.as_str())
    .bind(number_of(today))
    .bind(i64::from(reader.admin))
    .bind(province.as_str())
    .bind(scope.as_str())
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    let mut found: Vec<Recruitment> = rows.iter().map(read).collect::<Result<_, _>>()?;
    with_changes(&mut connection, &mut found).await?;
    Ok(page.of(total, found))
}

/// Those that have not ended, of the Studios that this person hosts and of this very Region; by closing day.
pub async fn kept(
    store: &Store,
    account: AccountId,
    region: Option<RegionId>,
    today: Day,
) -> Result<Vec<Recruitment>, StoreError> {
    let mut connection = store.read().await?;
    let rows =
        sqlx::query(sql!("{RECRUITMENT} where {CLOSES} >= $2 and ({HOSTED} or r.region = $3) order by {CLOSES}, r.id"))
            .bind(account.as_str())
            .bind(number_of(today))
            .bind(region.as_ref().map_or("", RegionId::as_str))
            .fetch_all(&mut *connection)
            .await?;
    let mut found: Vec<Recruitment> = rows.iter().map(read).collect::<Result<_, _>>()?;
    with_changes(&mut connection, &mut found).await?;
    Ok(found)
}

pub(super) async fn find(connection: &mut AnyConnection, id: RecruitmentId) -> Result<Recruitment, StoreError> {
    let found = of_ids(connection, &[id]).await?.remove(&id);
    found.ok_or(StoreError::NotFound(Noun::Recruitment))
}

pub async fn by_ids(store: &Store, ids: &[RecruitmentId]) -> Result<HashMap<RecruitmentId, Recruitment>, StoreError> {
    of_ids(&mut *store.read().await?, ids).await
}

pub(super) async fn of_ids(
    connection: &mut AnyConnection,
    ids: &[RecruitmentId],
) -> Result<HashMap<RecruitmentId, Recruitment>, StoreError> {
    let rows = rows_in(connection, &format!("{RECRUITMENT} where r.id in"), ids, "").await?;
    let mut found: Vec<Recruitment> = rows.iter().map(read).collect::<Result<_, _>>()?;
    with_changes(connection, &mut found).await?;
    Ok(found.into_iter().map(|one| (one.id, one)).collect())
}

async fn with_changes(connection: &mut AnyConnection, found: &mut [Recruitment]) -> Result<(), StoreError> {
    let ids: Vec<RecruitmentId> = found.iter().map(|one| one.id).collect();
    let head = "select c.recruitment, c.closes, c.reason, c.changed_by, c.changed_at, a.name as changer_name
        from recruitment_changed c join account a on a.id = c.changed_by where c.recruitment in";
    let mut changes: HashMap<RecruitmentId, Vec<RecruitmentChange>> = HashMap::new();
    for row in rows_in(connection, head, &ids, "order by c.recruitment, c.ordinal").await? {
        changes.entry(row.id("recruitment")?).or_default().push(RecruitmentChange {
            closes: row.day("closes")?,
            reason: row.text("reason")?,
            by: PersonName { id: row.id("changed_by")?, name: row.text("changer_name")? },
            at: row.time("changed_at")?,
        });
    }
    for one in found {
        one.changes = changes.remove(&one.id).unwrap_or_default();
        one.closes = one.changes.last().map_or(one.closes, |change| change.closes);
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Recruitment, StoreError> {
    let count = |column| row.number(column).map(|number| u32::try_from(number).unwrap_or(0));
    let region: RegionId = row.id("region")?;
    Ok(Recruitment {
        id: row.id("id")?,
        policy: row.text("policy")?,
        role: row.coded("role")?,
        studio: row.optional_id("studio")?,
        region,
        tier: row.optional_coded("tier")?,
        kind: row.optional_coded("kind")?,
        title: row.text("title")?,
        content: row.text("content")?,
        places: count("places")?,
        most_choices: count("most_choices")?,
        school_consents: row.flag("school_consents")?,
        office_approves: row.flag("office_approves")?,
        opens: row.day("opens")?,
        closes: row.day("closes")?,
        opened_by: PersonName { id: row.id("opened_by")?, name: row.text("opener_name")? },
        opened_at: row.time("opened_at")?,
        changes: Vec::new(),
    })
}
