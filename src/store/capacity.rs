//! Capacities: what a Region has under a Policy, held against what the Policy means it to have.

use super::row::{Columns as _, below, number_of, sql, works};
use super::{Store, StoreError, fact, scorecard, station, studio};
use crate::domain::application::{Reached, RegionCount};
use crate::domain::participation::{Assessed, present_within, year_of};
use crate::domain::policy::{CapacityOf, Policy};
use crate::domain::{Day, MemberRole, RegionId, Studio, StudioId};
use sqlx::AnyConnection;
use std::collections::{HashMap, HashSet};

pub async fn of_region(store: &Store, region: RegionId, policy: &Policy, day: Day) -> Result<RegionCount, StoreError> {
    let count = count(&mut *store.read().await?, region, &policy.key, day).await?;
    if policy.capacities.iter().all(|one| one.count != CapacityOf::People) {
        return Ok(count);
    }
    let reached = reached(store, policy, &count.studios, day).await?;
    Ok(RegionCount { reached: Some(reached), ..count })
}

/// Different people who were present at Activities of these Studios, each Studio in the cycle that the day lies in. From the kept
/// Facts, so many Studios at a time: 600 with three years of Activities take 2 s.
async fn reached(store: &Store, policy: &Policy, studios: &[Studio], day: Day) -> Result<Reached, StoreError> {
    let mut by_studio = HashMap::with_capacity(studios.len());
    let mut people: HashSet<String> = HashSet::new();
    for some in studios.chunks(scorecard::AT_ONCE) {
        let mut gathered = fact::gather(store, some.to_vec()).await?;
        fact::fill(store, &mut gathered).await?;
        for one in &gathered {
            let cycle = Assessed::of(policy, one.studio.cycle_start, year_of(policy.year, day)).cycle;
            let present = present_within(&one.facts, cycle.until(day), day);
            by_studio.insert(one.studio.id, u32::try_from(present.len()).unwrap_or(u32::MAX));
            people.extend(present.into_iter().map(str::to_owned));
        }
    }
    Ok(Reached { people: u32::try_from(people.len()).unwrap_or(u32::MAX), by_studio })
}

/// People of each role in each Studio of the Region under the Policy.
pub async fn rosters(
    store: &Store,
    region: RegionId,
    policy: &str,
    day: Day,
) -> Result<HashMap<StudioId, HashMap<MemberRole, u32>>, StoreError> {
    let rows = sqlx::query(sql!(
        "select m.studio, m.role, count(distinct m.account) as people from membership m
             join studio s on s.id = m.studio
         where s.policy = $2 and s.region in {} and m.from_day <= $3
             and (m.to_day is null or m.to_day >= $3) and {}
         group by m.studio, m.role",
        below!("$1"),
        works!("$3")
    ))
    .bind(region.as_str())
    .bind(policy)
    .bind(number_of(day))
    .fetch_all(&mut *store.read().await?)
    .await?;
    let mut found: HashMap<StudioId, HashMap<MemberRole, u32>> = HashMap::new();
    for row in rows {
        let people = u32::try_from(row.number("people")?).unwrap_or(u32::MAX);
        found.entry(row.id("studio")?).or_default().insert(row.coded("role")?, people);
    }
    Ok(found)
}

pub(super) async fn count(
    connection: &mut AnyConnection,
    region: RegionId,
    policy: &str,
    day: Day,
) -> Result<RegionCount, StoreError> {
    let head = "select id from studio where policy = $2 and region in";
    let rows = sqlx::query(sql!("{head} {} and {}", below!("$1"), works!("$3")))
        .bind(region.as_str())
        .bind(policy)
        .bind(number_of(day))
        .fetch_all(&mut *connection)
        .await?;
    let ids = rows.iter().map(|row| row.id("id")).collect::<Result<Vec<StudioId>, _>>()?;
    let mut studios = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        studios.extend(studio::of_ids(connection, some).await?.into_values());
    }
    let people = sqlx::query(sql!(
        "select
             count(distinct case when m.role = 'core' then m.account end) as core,
             count(distinct case when m.role = 'trainee' then m.account end) as trainees
         from membership m join studio s on s.id = m.studio
         where s.policy = $2 and s.region in {} and m.from_day <= $3
             and (m.to_day is null or m.to_day >= $3) and {}",
        below!("$1"),
        works!("$3")
    ))
    .bind(region.as_str())
    .bind(policy)
    .bind(number_of(day))
    .fetch_one(&mut *connection)
    .await?;
    let mut stations = station::set_up_by(connection, region).await?;
    stations.retain(|station| station.on(day));
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(RegionCount {
        studios,
        core: number(people.number("core")?),
        trainees: number(people.number("trainees")?),
        stations,
        // Only a Policy that asks for it has it counted.
        reached: None,
    })
}
