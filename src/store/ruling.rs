//! Rulings of offices: levels of Activities, choices, vetoes and grades. Nothing is changed; the last word counts.

use super::row::{Columns as _, below, number_of, rows_in, sql};
use super::{Noun, Store, StoreError, random};
use crate::domain::policy::AssessmentScope;
use crate::domain::ruling::check_ruling;
use crate::domain::{
    AccountId, Activity, ActivityId, ActivityKind, ChoiceId, Day, GradeRuling, Level, LevelRuling, NewChoice, NewVeto,
    OfficeTier, Officer, RegionId, StudioId, Time, VetoId,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// What somebody decided, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    pub granted: bool,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
    /// Of the office that decided.
    pub tier: OfficeTier,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelRuled {
    pub activity: ActivityId,
    pub level: Level,
    pub ruled: Ruled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceMade {
    pub id: ChoiceId,
    pub studio: StudioId,
    pub policy: String,
    pub year: i32,
    pub choice: String,
    pub criteria: Vec<String>,
    pub by: AccountId,
    pub by_name: String,
    pub at: Time,
    pub ruled: Option<Ruled>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VetoFound {
    pub id: VetoId,
    pub studio: StudioId,
    pub policy: String,
    pub veto: String,
    pub day: Day,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
    /// Of the office that found it.
    pub tier: OfficeTier,
    pub lifted: Option<Ruled>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeRuled {
    pub studio: StudioId,
    pub policy: String,
    pub scope: AssessmentScope,
    pub year: i32,
    pub grade: String,
    pub ruled: Ruled,
}

pub async fn level(
    store: &Store,
    activity: ActivityId,
    ruling: LevelRuling,
    by: Officer,
    now: Time,
) -> Result<(), StoreError> {
    ruling.check()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let last = "select tier from level_confirmation where activity = $1 order by ordinal desc limit 1";
                let last = sqlx::query(last).bind(activity.as_str()).fetch_optional(&mut *connection).await?;
                decides_after(by, last)?;
                sqlx::query(
                    "insert into level_confirmation (activity, ordinal, level, confirmed, reason, decided_by, decided_at, tier)
                     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6, $7 from level_confirmation where activity = $1",
                )
                .bind(activity.as_str())
                .bind(ruling.level.code())
                .bind(i64::from(ruling.confirmed))
                .bind(ruling.reason.trim())
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

/// The last word about the level of each Activity of these Studios that has one.
pub(super) async fn levels(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<ActivityId, LevelRuled>, StoreError> {
    let head = "select c.activity, c.level, c.confirmed as granted, c.reason, b.name as by_name, c.decided_at, c.tier
        from level_confirmation c join activity a on a.id = c.activity join account b on b.id = c.decided_by
        where a.studio in";
    let rows = rows_in(connection, head, studios, "order by c.activity, c.ordinal").await?;
    rows.iter()
        .map(|row| {
            let activity = row.id("activity")?;
            Ok((activity, LevelRuled { activity, level: row.coded("level")?, ruled: ruled(row)? }))
        })
        .collect()
}

/// What was last said about the level of this Activity.
pub async fn level_of(store: &Store, activity: &Activity) -> Result<Option<LevelRuled>, StoreError> {
    let mut ruled = levels(&mut *store.read().await?, &[activity.studio]).await?;
    Ok(ruled.remove(&activity.id))
}

pub async fn choose(store: &Store, new: NewChoice, by: AccountId, now: Time) -> Result<ChoiceMade, StoreError> {
    let id: ChoiceId = random::id()?;
    let criteria = serde_json::to_string(&new.criteria).expect("a list of texts");
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into choice_made (id, studio, policy, year, choice, ordinal, criteria, made_by, made_at)
                     select $1, $2, $3, $4, $5, coalesce(max(ordinal), 0) + 1, $6, $7, $8 from choice_made
                     where studio = $2 and policy = $3 and year = $4 and choice = $5",
                )
                .bind(id.as_str())
                .bind(new.studio.as_str())
                .bind(new.policy.as_str())
                .bind(i64::from(new.year))
                .bind(new.choice.as_str())
                .bind(criteria)
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find_choice(connection, id).await
            })
        })
        .await
}

pub async fn choice(store: &Store, id: ChoiceId) -> Result<ChoiceMade, StoreError> {
    find_choice(&mut *store.read().await?, id).await
}

pub async fn decide_choice(
    store: &Store,
    id: ChoiceId,
    (granted, reason): (bool, String),
    by: Officer,
    now: Time,
) -> Result<ChoiceMade, StoreError> {
    check_ruling(granted, &reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                // Also what was decided before the Studio chose anew.
                let last = "select d.tier from choice_made m
                    join choice_made c on c.studio = m.studio and c.policy = m.policy and c.year = m.year and c.choice = m.choice
                    join choice_decided d on d.choice = c.id where m.id = $1 order by c.ordinal desc limit 1";
                let last = sqlx::query(last).bind(id.as_str()).fetch_optional(&mut *connection).await?;
                decides_after(by, last)?;
                sqlx::query(
                    "insert into choice_decided (choice, confirmed, reason, decided_by, decided_at, tier)
                     values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(id.as_str())
                .bind(i64::from(granted))
                .bind(reason.trim())
                .bind(by.account.as_str())
                .bind(now.micros())
                .bind(by.tier.code())
                .execute(&mut *connection)
                .await?;
                find_choice(connection, id).await
            })
        })
        .await
}

/// Choices that a list holds: what is above it waits until these are decided.
const MOST_WAITING: u32 = 300;
const CHOICE: &str =
    "select c.id, c.studio, c.policy, c.year, c.choice, c.criteria, c.made_by, m.name as maker_name, c.made_at,
        d.confirmed as granted, d.reason, b.name as by_name, d.decided_at, d.tier
    from choice_made c join account m on m.id = c.made_by
        left join choice_decided d on d.choice = c.id left join account b on b.id = d.decided_by";
const LAST: &str = "c.ordinal = (select max(l.ordinal) from choice_made l where l.studio = c.studio
    and l.policy = c.policy and l.year = c.year and l.choice = c.choice)";

/// The last of each Choice and year, of these Studios.
pub(super) async fn choices(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<ChoiceMade>, StoreError> {
    let head = format!("{CHOICE} where {LAST} and c.studio in");
    let rows = rows_in(connection, &head, studios, "order by c.studio, c.year, c.choice").await?;
    rows.iter().map(read_choice).collect()
}

/// The last ones that no office has decided about, of the Studios of a Region and of everything below it; the oldest first.
pub async fn choices_waiting(store: &Store, region: RegionId) -> Result<Vec<ChoiceMade>, StoreError> {
    let rows = sqlx::query(sql!(
        "{CHOICE} join studio s on s.id = c.studio
         where {LAST} and d.choice is null and s.policy = c.policy and s.region in {}
         order by c.made_at, c.id limit {MOST_WAITING}",
        below!("$1")
    ))
    .bind(region.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read_choice).collect()
}

/// An Activity that is over and of whose level no office has said anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelWaiting {
    pub activity: ActivityId,
    pub studio: StudioId,
    pub title: String,
    pub kind: ActivityKind,
    pub level: Level,
    pub day: Day,
    pub ended_at: Time,
}

/// Those of a Region and of everything below it since that day, the oldest first. Whether the level matters says the Policy.
pub async fn levels_waiting(store: &Store, region: RegionId, since: Day) -> Result<Vec<LevelWaiting>, StoreError> {
    let rows = sqlx::query(sql!(
        "select a.id, a.studio, a.title, a.kind, a.level, a.planned_start, max(o.ended_at) as over_at
         from activity a join studio s on s.id = a.studio join session o on o.activity = a.id
         where a.state = 'ended' and a.level <> 'school' and a.planned_start >= $2 and s.policy is not null
             and s.region in {} and o.ended_at is not null
             and not exists (select 1 from level_confirmation l where l.activity = a.id)
         group by a.id, a.studio, a.title, a.kind, a.level, a.planned_start order by over_at, a.id",
        below!("$1")
    ))
    .bind(region.as_str())
    .bind(since.start().micros())
    .fetch_all(&mut *store.read().await?)
    .await?;
    let read = |row: &AnyRow| {
        Ok(LevelWaiting {
            activity: row.id("id")?,
            studio: row.id("studio")?,
            title: row.text("title")?,
            kind: row.coded("kind")?,
            level: row.coded("level")?,
            day: row.time("planned_start")?.day(),
            ended_at: row.time("over_at")?,
        })
    };
    rows.iter().map(read).collect()
}

pub async fn choices_of(store: &Store, studio: StudioId) -> Result<Vec<ChoiceMade>, StoreError> {
    choices(&mut *store.read().await?, &[studio]).await
}

async fn find_choice(connection: &mut AnyConnection, id: ChoiceId) -> Result<ChoiceMade, StoreError> {
    let row = sqlx::query(sql!("{CHOICE} where c.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read_choice(&row.ok_or(StoreError::NotFound(Noun::Choice))?)
}

fn read_choice(row: &AnyRow) -> Result<ChoiceMade, StoreError> {
    let criteria = serde_json::from_str(&row.text("criteria")?);
    Ok(ChoiceMade {
        id: row.id("id")?,
        studio: row.id("studio")?,
        policy: row.text("policy")?,
        year: year(row)?,
        choice: row.text("choice")?,
        criteria: criteria.map_err(|_| StoreError::Unreadable { column: "criteria" })?,
        by: row.id("made_by")?,
        by_name: row.text("maker_name")?,
        at: row.time("made_at")?,
        ruled: row.optional_number("granted")?.map(|_| ruled(row)).transpose()?,
    })
}

pub async fn find_veto(store: &Store, new: NewVeto, by: Officer, now: Time) -> Result<VetoFound, StoreError> {
    new.check(now.day())?;
    let id: VetoId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                // What a higher office took back is not found again by a lower one.
                let last = "select l.tier from veto_found v join veto_lifted l on l.veto = v.id
                    where v.studio = $1 and v.policy = $2 and v.veto = $3 and v.day = $4 order by l.lifted_at desc limit 1";
                let last = sqlx::query(last)
                    .bind(new.studio.as_str())
                    .bind(new.policy.as_str())
                    .bind(new.veto.as_str())
                    .bind(number_of(new.day))
                    .fetch_optional(&mut *connection)
                    .await?;
                decides_after(by, last)?;
                sqlx::query(
                    "insert into veto_found (id, studio, policy, veto, day, reason, found_by, found_at, tier)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                )
                .bind(id.as_str())
                .bind(new.studio.as_str())
                .bind(new.policy.as_str())
                .bind(new.veto.as_str())
                .bind(number_of(new.day))
                .bind(new.reason.trim())
                .bind(by.account.as_str())
                .bind(now.micros())
                .bind(by.tier.code())
                .execute(&mut *connection)
                .await?;
                veto_on(connection, id).await
            })
        })
        .await
}

pub async fn veto(store: &Store, id: VetoId) -> Result<VetoFound, StoreError> {
    veto_on(&mut *store.read().await?, id).await
}

/// What was found wrongly is taken back; both stay.
pub async fn lift_veto(
    store: &Store,
    id: VetoId,
    reason: String,
    by: Officer,
    now: Time,
) -> Result<VetoFound, StoreError> {
    check_ruling(false, &reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let found = sqlx::query("select tier from veto_found where id = $1").bind(id.as_str());
                decides_after(by, found.fetch_optional(&mut *connection).await?)?;
                sqlx::query(
                    "insert into veto_lifted (veto, reason, lifted_by, lifted_at, tier) values ($1, $2, $3, $4, $5)",
                )
                .bind(id.as_str())
                .bind(reason.trim())
                .bind(by.account.as_str())
                .bind(now.micros())
                .bind(by.tier.code())
                .execute(&mut *connection)
                .await?;
                veto_on(connection, id).await
            })
        })
        .await
}

const VETO: &str = "select v.id, v.studio, v.policy, v.veto, v.day, v.reason as found_reason, f.name as finder_name,
        v.found_at, v.tier as found_tier, 0 as granted, l.reason, b.name as by_name, l.lifted_at as decided_at, l.tier
    from veto_found v join account f on f.id = v.found_by
        left join veto_lifted l on l.veto = v.id left join account b on b.id = l.lifted_by";

/// All of these Studios, the lifted ones too.
pub(super) async fn vetoes(connection: &mut AnyConnection, studios: &[StudioId]) -> Result<Vec<VetoFound>, StoreError> {
    let head = format!("{VETO} where v.studio in");
    rows_in(connection, &head, studios, "order by v.studio, v.day, v.id").await?.iter().map(read_veto).collect()
}

pub async fn vetoes_of(store: &Store, studio: StudioId) -> Result<Vec<VetoFound>, StoreError> {
    vetoes(&mut *store.read().await?, &[studio]).await
}

async fn veto_on(connection: &mut AnyConnection, id: VetoId) -> Result<VetoFound, StoreError> {
    let row = sqlx::query(sql!("{VETO} where v.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read_veto(&row.ok_or(StoreError::NotFound(Noun::Veto))?)
}

fn read_veto(row: &AnyRow) -> Result<VetoFound, StoreError> {
    Ok(VetoFound {
        id: row.id("id")?,
        studio: row.id("studio")?,
        policy: row.text("policy")?,
        veto: row.text("veto")?,
        day: row.day("day")?,
        reason: row.text("found_reason")?,
        by_name: row.text("finder_name")?,
        at: row.time("found_at")?,
        tier: row.coded("found_tier")?,
        lifted: row.optional_number("decided_at")?.map(|_| ruled(row)).transpose()?,
    })
}

pub async fn grade(store: &Store, new: GradeRuling, by: Officer, now: Time) -> Result<(), StoreError> {
    new.check()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let last = "select tier from grade_decided where studio = $1 and policy = $2 and year = $3
                    and scope = $4 order by ordinal desc limit 1";
                let last = sqlx::query(last)
                    .bind(new.studio.as_str())
                    .bind(new.policy.as_str())
                    .bind(i64::from(new.year))
                    .bind(new.scope.code())
                    .fetch_optional(&mut *connection)
                    .await?;
                decides_after(by, last)?;
                // Words about the year and about the cycle are counted together, so that each has an ordinal of its own.
                sqlx::query(
                    "insert into grade_decided (studio, policy, year, ordinal, grade, granted, reason, decided_by, decided_at, tier, scope)
                     select $1, $2, $3, coalesce(max(ordinal), 0) + 1, $4, $5, $6, $7, $8, $9, $10 from grade_decided
                     where studio = $1 and policy = $2 and year = $3",
                )
                .bind(new.studio.as_str())
                .bind(new.policy.as_str())
                .bind(i64::from(new.year))
                .bind(new.grade.as_str())
                .bind(i64::from(new.granted))
                .bind(new.reason.trim())
                .bind(by.account.as_str())
                .bind(now.micros())
                .bind(by.tier.code())
                .bind(new.scope.code())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

const GRADE: &str =
    "select g.studio, g.policy, g.scope, g.year, g.grade, g.granted, g.reason, b.name as by_name, g.decided_at, g.tier
    from grade_decided g join account b on b.id = g.decided_by";

/// The last word about each year and each cycle of these Studios that has one.
pub(super) async fn grades(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<GradeRuled>, StoreError> {
    let head = format!(
        "{GRADE} where g.ordinal = (select max(l.ordinal) from grade_decided l
            where l.studio = g.studio and l.policy = g.policy and l.scope = g.scope and l.year = g.year) and g.studio in"
    );
    let rows = rows_in(connection, &head, studios, "order by g.studio, g.year").await?;
    rows.iter().map(read_grade).collect()
}

/// Every word about every year and every cycle of this Studio, the latest first.
pub async fn grades_of(store: &Store, studio: StudioId) -> Result<Vec<GradeRuled>, StoreError> {
    let rows = sqlx::query(sql!("{GRADE} where g.studio = $1 order by g.year desc, g.policy, g.ordinal desc"))
        .bind(studio.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read_grade).collect()
}

fn read_grade(row: &AnyRow) -> Result<GradeRuled, StoreError> {
    Ok(GradeRuled {
        studio: row.id("studio")?,
        policy: row.text("policy")?,
        scope: row.coded("scope")?,
        year: year(row)?,
        grade: row.text("grade")?,
        ruled: ruled(row)?,
    })
}

pub(super) fn ruled(row: &AnyRow) -> Result<Ruled, StoreError> {
    Ok(Ruled {
        granted: row.flag("granted")?,
        reason: row.text("reason")?,
        by_name: row.text("by_name")?,
        at: row.time("decided_at")?,
        tier: row.coded("tier")?,
    })
}

/// May they decide, when `last` tells the `tier` of the last decision about the same?
pub(super) fn decides_after(by: Officer, last: Option<AnyRow>) -> Result<(), StoreError> {
    let earlier: Option<OfficeTier> = last.map(|row| row.coded("tier")).transpose()?;
    Ok(by.tier.decides_after(earlier)?)
}

fn year(row: &AnyRow) -> Result<i32, StoreError> {
    i32::try_from(row.number("year")?).map_err(|_| StoreError::Unreadable { column: "year" })
}
