//! Capacities: how many Studios and people a Region has, beside how many its programme means it to have.

use super::auth::OfficeOf;
use super::body::Query;
use super::error::{ApiError, Refused};
use super::policies;
use super::shapes::{
    CapacityPage, CapacityPart, CapacityRow, CapacitySearch, CapacityState, Named, RoleCount, StudioCapacity,
};
use super::state::AppState;
use crate::domain::application::{RegionCount, bounds, capacity_bounds, role_title};
use crate::domain::policy::{Capacity, CapacityOf, Policy};
use crate::domain::{MemberRole, Region, Station, Studio, StudioId};
use crate::store;
use axum::extract::State;
use std::collections::{BTreeMap, HashMap};

/// What a Region and everything below it has under a Policy, each number with its rule.
#[utoipa::path(get, path = "/api/regions/{id}/capacities", tag = "applications",
    params(("id" = String, Path), CapacitySearch),
    responses((status = 200, body = CapacityPage), (status = 403, body = Refused)))]
pub(super) async fn of_region(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    Query(search): Query<CapacitySearch>,
) -> Result<axum::Json<CapacityPage>, ApiError> {
    let region = office.noun;
    let today = app.clock.now().day();
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    let assessed = store::studio::assessed(&app.store, Some(region.id)).await?;
    for studio in assessed.into_iter().filter(|studio| studio.works_on(today)) {
        *used.entry(studio.policy.unwrap_or_default()).or_default() += 1;
    }
    let most = used.iter().max_by_key(|(_, studios)| **studios).map(|(key, _)| key.clone());
    let policy = search.policy.or(most).and_then(|key| store::policy::in_force(&app.store, &key, today));
    let title = |key: &String| {
        let policy = store::policy::in_force(&app.store, key, today);
        Named::new(key, policy.map_or_else(|| key.clone(), |policy| policy.title.clone()))
    };
    let (mut rows, mut studios) = (Vec::new(), Vec::new());
    if let Some(policy) = &policy {
        let count = store::capacity::of_region(&app.store, region.id, policy, today).await?;
        let rosters = store::capacity::rosters(&app.store, region.id, &policy.key, today).await?;
        let told = |one: &Capacity| row(policy, one, &count, behind(one, &count, &rosters));
        rows = policy.capacities.iter().map(told).collect();
        studios = of_studios(policy, count, &rosters);
    }
    Ok(axum::Json(CapacityPage {
        region: Named::new(region.id, region.name),
        policy: policy.map(|policy| Named::new(&policy.key, &policy.title)),
        policies: used.keys().map(title).collect(),
        rows,
        studios,
    }))
}

type Rosters = HashMap<StudioId, HashMap<MemberRole, u32>>;

/// What the number is of: Studios, the people of Studios, or 名师工作站.
fn behind(one: &Capacity, count: &RegionCount, rosters: &Rosters) -> Vec<CapacityPart> {
    let role = match one.count {
        CapacityOf::Core => Some(MemberRole::Core),
        CapacityOf::Trainees => Some(MemberRole::Trainee),
        CapacityOf::Stations => {
            let part = |one: &Station| CapacityPart { studio: None, name: one.name.clone(), count: 1 };
            return count.stations.iter().map(part).collect();
        }
        _ => None,
    };
    let people = |id, role| rosters.get(&id).and_then(|roster| roster.get(&role)).copied().unwrap_or(0);
    let part = |studio: &Studio| CapacityPart {
        studio: Some(studio.id),
        name: studio.name.clone(),
        count: match (role, one.count, &count.reached) {
            (Some(role), ..) => people(studio.id, role),
            (None, CapacityOf::People, Some(reached)) => reached.by_studio.get(&studio.id).copied().unwrap_or(0),
            _ => 1,
        },
    };
    let mut parts: Vec<CapacityPart> = count.behind(one.count).map(part).filter(|part| 0 < part.count).collect();
    parts.sort_by(|a, b| (&a.name, a.studio).cmp(&(&b.name, b.studio)));
    parts
}

fn row(policy: &Policy, one: &Capacity, count: &RegionCount, behind: Vec<CapacityPart>) -> CapacityRow {
    let have = count.of(one.count);
    CapacityRow {
        id: one.id.clone(),
        title: one.title.clone(),
        have,
        of_stations: one.count == CapacityOf::Stations,
        unit: one.unit.clone(),
        wanted: policies::short(one.is),
        state: have.map_or(CapacityState::Unknown, |have| state(have, capacity_bounds(policy, one))),
        sources: policies::sources(&one.sources),
        behind,
    }
}

fn of_studios(policy: &Policy, count: RegionCount, rosters: &Rosters) -> Vec<StudioCapacity> {
    let roles = [MemberRole::Host, MemberRole::Core, MemberRole::Trainee];
    let asked: Vec<MemberRole> = roles.into_iter().filter(|role| bounds(policy, *role).is_some()).collect();
    let mut studios = count.studios;
    studios.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let told = studios.into_iter().map(|studio| {
        let roster = rosters.get(&studio.id);
        let counts = asked.iter().map(|role| {
            let have = roster.and_then(|roster| roster.get(role)).copied().unwrap_or(0);
            let (least, most) = bounds(policy, *role).unwrap_or((0, u32::MAX));
            RoleCount {
                role: *role,
                title: role_title(policy, *role).to_owned(),
                have,
                wanted: wanted(least, most),
                state: state(have, (least, most)),
            }
        });
        StudioCapacity { studio: Named::new(studio.id, &studio.name), counts: counts.collect() }
    });
    told.collect()
}

fn state(have: u32, (least, most): (u32, u32)) -> CapacityState {
    if have < least {
        CapacityState::Under
    } else if have > most {
        CapacityState::Over
    } else {
        CapacityState::Met
    }
}

fn wanted(least: u32, most: u32) -> String {
    match (least, most) {
        (least, u32::MAX) => format!("≥{least}"),
        (0, most) => format!("≤{most}"),
        (least, most) if least == most => format!("{least}"),
        (least, most) => format!("{least}–{most}"),
    }
}
