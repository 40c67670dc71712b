//! The first two stages: the Scorecards of all Studios are written down as they are, then published.

use super::super::row::number_of;
use super::super::{Store, StoreError, membership, policy, random, region, scorecard, studio};
use super::read::find;
use super::roster::{self, FrozenRoster};
use super::{YearEnd, broken, left_out};
use crate::domain::participation::Assessed;
use crate::domain::policy::{AssessmentScope, Covered, Policy};
use crate::domain::year_end::{YearEndRefusal, check_remark, first_freeze};
use crate::domain::{AccountId, Day, RegionId, Studio, StudioId, Time, YearEndId};
use sqlx::AnyConnection;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct NewYearEnd {
    pub region: RegionId,
    /// The programme's key.
    pub policy: String,
    pub scope: AssessmentScope,
    /// Of a cycle its last one.
    pub year: i32,
    pub reason: String,
}

impl NewYearEnd {
    const fn covered(&self) -> Covered {
        Covered { scope: self.scope, year: self.year }
    }
}

/// What is written down of one Studio, besides what is copied from its kept Scorecard.
struct Written {
    studio: Studio,
    hosts: String,
    region_name: String,
    basis: String,
    grade: Option<String>,
    passes: bool,
    people: FrozenRoster,
}

/// Writes down the Scorecards of the Region's Studios that are under the Policy, as they are now. Those whose tier is for a higher
/// office, and those that are in another YearEnd, are left out, and which they were is written down.
pub async fn freeze(store: &Store, new: NewYearEnd, by: AccountId, now: Time) -> Result<YearEnd, StoreError> {
    check_remark(&new.reason)?;
    let today = now.day();
    let rules = policy::of_year(store, &new.policy, new.year, today).ok_or(YearEndRefusal::Nobody)?;
    if new.scope == AssessmentScope::Cycle && rules.cycle.final_assessment.is_none() {
        return Err(YearEndRefusal::NoCycle.into());
    }
    let from = first_freeze(&rules, new.year);
    if today < from {
        return Err(YearEndRefusal::TooEarly { from }.into());
    }
    let mut sorted = left_out::sorted(store, new.region, &rules, new.covered()).await?;
    sorted.check()?;
    let studios = sorted.taken_in.clone();
    for chunk in studios.chunks(scorecard::AT_ONCE) {
        scorecard::close(store, chunk.to_vec(), new.covered(), now).await?;
    }
    let written = written(store, studios, &new, &rules, today).await?;
    let id: YearEndId = random::id()?;
    let version = i64::from(rules.version);
    store
        .write(move |connection| {
            Box::pin(async move {
                // Asked again where it counts.
                sorted.again(connection, &new.policy, new.covered()).await?;
                still_as_counted(connection, &sorted.taken_in).await?;
                sqlx::query(
                    "insert into year_end (id, region, policy, version, year, ordinal, on_day, reason, frozen_by, frozen_at,
                         scope)
                     select $1, $2, $3, $4, $5, coalesce(max(ordinal), 0) + 1, $6, $7, $8, $9, $10 from year_end
                     where policy = $3 and year = $5",
                )
                .bind(id.as_str())
                .bind(new.region.as_str())
                .bind(new.policy.as_str())
                .bind(version)
                .bind(i64::from(new.year))
                .bind(number_of(today))
                .bind(new.reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .bind(new.scope.code())
                .execute(&mut *connection)
                .await?;
                let stays: HashSet<StudioId> = sorted.taken_in.iter().map(|studio| studio.id).collect();
                for one in written.iter().filter(|one| stays.contains(&one.studio.id)) {
                    write_entry(connection, id, one, new.covered()).await?;
                }
                left_out::write(connection, id, &sorted).await?;
                find(connection, id).await
            })
        })
        .await
}

/// Refuses where a Studio was closed, moved or put under another programme while it was counted.
async fn still_as_counted(connection: &mut AnyConnection, studios: &[Studio]) -> Result<(), StoreError> {
    let ids: Vec<StudioId> = studios.iter().map(|studio| studio.id).collect();
    let mut now = HashMap::with_capacity(ids.len());
    for some in ids.chunks(500) {
        now.extend(studio::of_ids(connection, some).await?);
    }
    let same = |was: &Studio, is: &Studio| {
        (was.last_day, was.tier, &was.policy, was.cycle_start) == (is.last_day, is.tier, &is.policy, is.cycle_start)
    };
    let changed = studios.iter().any(|was| now.get(&was.id).is_none_or(|is| !same(was, is)));
    if changed { Err(YearEndRefusal::NotCounted.into()) } else { Ok(()) }
}

async fn written(
    store: &Store,
    studios: Vec<Studio>,
    new: &NewYearEnd,
    rules: &Arc<Policy>,
    today: Day,
) -> Result<Vec<Written>, StoreError> {
    let ids: Vec<StudioId> = studios.iter().map(|studio| studio.id).collect();
    let mut kept = scorecard::kept(store, &ids, &new.policy, new.covered()).await?;
    let last = Assessed::of(rules, rules.effective_from, new.year).span.to;
    let mut hosts = membership::hosts_of(store, &ids, last.min(today)).await?;
    let tree = region::tree(store).await?;
    let mut rosters = HashMap::with_capacity(ids.len());
    for id in ids {
        rosters.insert(id, roster::on_last_day(store, id, (rules, new.year), today).await?);
    }
    let written = studios.into_iter().map(|studio| {
        let kept = kept.remove(&studio.id).filter(|kept| kept.on == today && kept.version == rules.version);
        let kept = kept.ok_or(YearEndRefusal::NotCounted)?;
        let grade = kept.summary.grade;
        Ok(Written {
            hosts: serde_json::to_string(&hosts.remove(&studio.id).unwrap_or_default()).expect("a list of texts"),
            region_name: tree.get(studio.region).map(|region| region.name.clone()).unwrap_or_default(),
            passes: rules.grades.iter().any(|rule| grade.as_ref() == Some(&rule.id) && rule.passes),
            basis: kept.basis,
            grade,
            people: rosters.remove(&studio.id).unwrap_or_default(),
            studio,
        })
    });
    written.collect()
}

/// The content is copied within the database, and only if it still is what was looked at.
async fn write_entry(
    connection: &mut AnyConnection,
    id: YearEndId,
    one: &Written,
    covered: Covered,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "insert into year_end_entry (year_end, studio, name, hosts, region_name, tier, basis, grade, passes, points,
             summary, content)
         select $1, studio, $2, $3, $4, $5, basis, $6, $7, points, summary, content from scorecard
         where studio = $8 and scope = $9 and year = $10 and basis = $11",
    )
    .bind(id.as_str())
    .bind(one.studio.name.as_str())
    .bind(one.hosts.as_str())
    .bind(one.region_name.as_str())
    .bind(one.studio.tier.code())
    .bind(one.grade.as_deref())
    .bind(i64::from(one.passes))
    .bind(one.studio.id.as_str())
    .bind(covered.scope.code())
    .bind(i64::from(covered.year))
    .bind(one.basis.as_str())
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() != 1 {
        return Err(YearEndRefusal::NotCounted.into());
    }
    roster::write(connection, id, one.studio.id, &one.people).await
}

/// From today until the end of that day.
pub async fn publish(
    store: &Store,
    id: YearEndId,
    (until, reason): (Day, String),
    by: AccountId,
    now: Time,
) -> Result<YearEnd, StoreError> {
    check_remark(&reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let span = find(connection, id).await?.course().may_publish(now.day(), until)?;
                sqlx::query(
                    "insert into year_end_published (year_end, from_day, until_day, reason, published_by, published_at)
                     values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(id.as_str())
                .bind(number_of(span.from))
                .bind(number_of(span.to))
                .bind(reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await
                .map_err(|error| match StoreError::from(error) {
                    StoreError::Conflict(_) => broken("year_end_published_key"),
                    other => other,
                })?;
                find(connection, id).await
            })
        })
        .await
}
