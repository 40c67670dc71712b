//! Lesson plans (备课单): what a teacher collects for their own lessons.

use super::row::{Columns as _, rows_in};
use super::{Noun, Store, StoreError, random};
use crate::domain::{AccountId, Checks, LessonPlanId, ResourceId, ResourceRefusal, Time};
use sqlx::AnyConnection;
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonPlan {
    pub id: LessonPlanId,
    pub account: AccountId,
    pub title: String,
    pub created_at: Time,
    /// In the order in which they were collected.
    pub resources: Vec<ResourceId>,
}

/// Of one person, the latest first.
pub async fn of_account(store: &Store, account: AccountId) -> Result<Vec<LessonPlan>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query(
        "select id, account, title, created_at from lesson_plan where account = $1 order by created_at desc, id limit 200",
    )
    .bind(account.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let mut plans = Vec::with_capacity(rows.len());
    for row in &rows {
        let (id, account, title) = (row.id("id")?, row.id("account")?, row.text("title")?);
        let created_at = row.time("created_at")?;
        plans.push(LessonPlan { id, account, title, created_at, resources: Vec::new() });
    }
    let ids: Vec<LessonPlanId> = plans.iter().map(|plan| plan.id).collect();
    let head = "select plan, resource from lesson_plan_resource where plan in";
    let mut collected: HashMap<LessonPlanId, Vec<ResourceId>> = HashMap::new();
    for row in rows_in(&mut connection, head, &ids, "order by plan, collected_at, resource").await? {
        collected.entry(row.id("plan")?).or_default().push(row.id("resource")?);
    }
    for plan in &mut plans {
        plan.resources = collected.remove(&plan.id).unwrap_or_default();
    }
    Ok(plans)
}

pub async fn create(store: &Store, account: AccountId, title: String, now: Time) -> Result<LessonPlan, StoreError> {
    Checks::new().text(&title, "title", "备课单的名称", 40).done()?;
    let title = title.trim().to_owned();
    let made = LessonPlan { id: random::id()?, account, title, created_at: now, resources: Vec::new() };
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("insert into lesson_plan (id, account, title, created_at) values ($1, $2, $3, $4)")
                    .bind(made.id.as_str())
                    .bind(made.account.as_str())
                    .bind(made.title.as_str())
                    .bind(made.created_at.micros())
                    .execute(connection)
                    .await?;
                Ok(made)
            })
        })
        .await
}

/// A term of lessons; all of them are read for the list of plans.
pub const MOST_COLLECTED: i64 = 100;

/// Somebody else's is none. Collecting twice is once.
pub async fn collect(
    store: &Store,
    account: AccountId,
    plan: LessonPlanId,
    resource: ResourceId,
    now: Time,
) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                require_own(connection, account, plan).await?;
                let others = "select count(*) as others from lesson_plan_resource where plan = $1 and resource <> $2";
                let others = sqlx::query(others).bind(plan.as_str()).bind(resource.as_str());
                if others.fetch_one(&mut *connection).await?.number("others")? >= MOST_COLLECTED {
                    return Err(ResourceRefusal::LessonPlanFull(MOST_COLLECTED).into());
                }
                sqlx::query(
                    "insert into lesson_plan_resource (plan, resource, collected_at) values ($1, $2, $3) on conflict do nothing",
                )
                .bind(plan.as_str())
                .bind(resource.as_str())
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

pub async fn put_back(
    store: &Store,
    account: AccountId,
    plan: LessonPlanId,
    resource: ResourceId,
) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                require_own(connection, account, plan).await?;
                sqlx::query("delete from lesson_plan_resource where plan = $1 and resource = $2")
                    .bind(plan.as_str())
                    .bind(resource.as_str())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
}

/// Puts what is in the plan into this order. What is not named comes after it, as it stood.
pub async fn order(
    store: &Store,
    account: AccountId,
    plan: LessonPlanId,
    resources: Vec<ResourceId>,
    now: Time,
) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                require_own(connection, account, plan).await?;
                let held = sqlx::query(
                    "select resource from lesson_plan_resource where plan = $1 order by collected_at, resource",
                );
                let held = held.bind(plan.as_str()).fetch_all(&mut *connection).await?;
                let held: Vec<ResourceId> = held.iter().map(|row| row.id("resource")).collect::<Result<_, _>>()?;
                let rank = |id: &ResourceId| resources.iter().position(|one| one == id).unwrap_or(resources.len());
                let mut wanted = held.clone();
                wanted.sort_by_key(rank);
                // The last stands at this moment, so that what is collected next comes after it.
                let first = now.micros() - i64::try_from(wanted.len()).unwrap_or(i64::MAX);
                for (at, resource) in (first..).zip(&wanted) {
                    sqlx::query("update lesson_plan_resource set collected_at = $1 where plan = $2 and resource = $3")
                        .bind(at)
                        .bind(plan.as_str())
                        .bind(resource.as_str())
                        .execute(&mut *connection)
                        .await?;
                }
                Ok(())
            })
        })
        .await
}

/// Somebody else's plan is none.
async fn require_own(connection: &mut AnyConnection, account: AccountId, plan: LessonPlanId) -> Result<(), StoreError> {
    let own = sqlx::query("select id from lesson_plan where id = $1 and account = $2");
    let own = own.bind(plan.as_str()).bind(account.as_str()).fetch_optional(connection).await?;
    own.map(drop).ok_or(StoreError::NotFound(Noun::LessonPlan))
}
