//! A Region's Studios beside the criteria of their Policy: read from what is kept, so that six hundred of them cost no more than
//! a page.

use super::super::auth::OfficeOf;
use super::super::body::{PageQuery, Query};
use super::super::error::{ApiError, Refused};
use super::super::shapes::{
    HeatCell, HeatColumn, HeatRow, Named, OutlookCounts, PolicyCount, ProgressView, RankRow, RankingView,
    RegionScorecardSearch, RegionScorecards, ScorecardSort,
};
use super::super::state::AppState;
use super::super::{cards, policies, regions};
use super::YEARS;
use super::view::{days_left, points_word};
use crate::domain::participation::{Assessed, year_of};
use crate::domain::policy::Policy;
use crate::domain::scorecard::Outlook;
use crate::domain::{Day, Region, RegionTree, Studio, StudioId};
use crate::store::scorecard::{self, Cell, Kept, Standing};
use crate::store::{self, Page};
use axum::extract::State;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How many of the ranking are shown at its top, and on each side of its cut-off.
const SHOWN: u32 = 3;

/// The heat table of a Region and of everything below it, for its office.
#[utoipa::path(get, path = "/api/regions/{id}/scorecards", tag = "assessment",
    params(("id" = String, Path), RegionScorecardSearch, PageQuery),
    responses((status = 200, body = RegionScorecards), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(in super::super) async fn of_region(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    Query(search): Query<RegionScorecardSearch>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<RegionScorecards>, ApiError> {
    Ok(axum::Json(heat_table(&app, office.noun, search, page.page()).await?))
}

/// All rows of it, for a file.
pub(in super::super) async fn whole_heat_table(
    app: &AppState,
    region: Region,
    search: RegionScorecardSearch,
) -> Result<RegionScorecards, ApiError> {
    heat_table(app, region, search, Page { number: 1, size: u32::MAX }).await
}

async fn heat_table(
    app: &AppState,
    region: Region,
    search: RegionScorecardSearch,
    page: Page,
) -> Result<RegionScorecards, ApiError> {
    let today = app.clock.now().day();
    let tree = store::region::tree(&app.store).await?;
    let all = store::studio::assessed(&app.store, Some(region.id)).await?;
    let policies = counted(app, &all, today);
    let policy = chosen(app, &policies, search.policy.as_deref(), today)?;
    let kind = policy.as_ref().map_or(crate::domain::policy::YearKind::Calendar, |policy| policy.year);
    let year = search.year.unwrap_or_else(|| year_of(kind, today));
    if !YEARS.contains(&year) {
        return Err(ApiError::field("year", "请选择年份。"));
    }
    let policy = policy.and_then(|policy| store::policy::of_year(&app.store, &policy.key, year, today));
    let mut table = Table::of(app, all, policy.as_deref(), year, &search).await?;
    table.sort(search.sort.unwrap_or_default());
    let progress = scorecard::progress(&app.store);
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let last = policy.as_deref().map_or(today, |policy| last_day(policy, year));
    let from = (page.number as usize - 1).saturating_mul(page.size as usize);
    let rows = table.rows.iter().skip(from).take(page.size as usize);
    Ok(RegionScorecards {
        region: region.id,
        region_name: region.name,
        year,
        year_word: kind.named(year),
        on: today.min(last),
        days_left: days_left(last, today),
        as_of: table.as_of,
        progress: ProgressView { running: progress.running(), done: number(progress.done), of: number(progress.of) },
        counts: table.counts,
        columns: policy.as_deref().map(columns).unwrap_or_default(),
        rows: rows.map(|row| heat_row(policy.as_deref(), &tree, &table, row)).collect(),
        ranking: policy.as_deref().and_then(|policy| ranking(policy, &table)),
        total: table.rows.len() as u64,
        policy: policy.as_deref().map(policies::name),
        policies,
        page: page.number,
        size: page.size,
    })
}

/// What the rows of the table are made of.
struct Table {
    rows: Vec<Studio>,
    kept: HashMap<StudioId, Kept>,
    hosts: HashMap<StudioId, Vec<String>>,
    standings: HashMap<StudioId, Standing>,
    /// The names of all Studios of the Region that are under the Policy.
    names: HashMap<StudioId, String>,
    counts: OutlookCounts,
    as_of: Option<crate::domain::Time>,
}

impl Table {
    async fn of(
        app: &AppState,
        mut all: Vec<Studio>,
        policy: Option<&Policy>,
        year: i32,
        search: &RegionScorecardSearch,
    ) -> Result<Self, ApiError> {
        let key = policy.map_or("", |policy| policy.key.as_str());
        all.retain(|studio| {
            let assessed = policy.is_none_or(|policy| studio.is_assessed_in(policy.year, year));
            studio.policy.as_deref() == Some(key) && assessed && search.tier.is_none_or(|tier| studio.tier == tier)
        });
        let ids: Vec<StudioId> = all.iter().map(|studio| studio.id).collect();
        let kept = scorecard::kept(&app.store, &ids, key, year).await?;
        if kept.len() < ids.len() || kept.values().any(|one| one.on != app.clock.now().day()) {
            scorecard::ask(&app.store, year);
        }
        let hosts = store::membership::hosts_of(&app.store, &ids, app.clock.now().day()).await?;
        let standings = match policy {
            Some(policy) => scorecard::standings(&app.store, policy, year).await?,
            None => Vec::new(),
        };
        let names = all.iter().map(|studio| (studio.id, studio.name.clone())).collect();
        let (counts, as_of) = (counts(&all, &kept), kept.values().map(|one| one.made_at).min());
        let mut table = Self {
            rows: all,
            kept,
            hosts,
            standings: standings.into_iter().map(|one| (one.studio, one)).collect(),
            names,
            counts,
            as_of,
        };
        table.search(search);
        Ok(table)
    }

    fn outlook(&self, studio: StudioId) -> Option<Outlook> {
        self.kept.get(&studio).map(|one| one.summary.outlook)
    }

    fn search(&mut self, search: &RegionScorecardSearch) {
        let wanted = search.q.as_deref().unwrap_or_default().trim().to_lowercase();
        let mut rows = std::mem::take(&mut self.rows);
        rows.retain(|studio| {
            let hosts = self.hosts.get(&studio.id).map_or(&[][..], Vec::as_slice);
            let named = std::iter::once(&studio.name).chain(hosts).any(|name| name.to_lowercase().contains(&wanted));
            named && search.outlook.is_none_or(|outlook| self.outlook(studio.id) == outlook.looked_for())
        });
        self.rows = rows;
    }

    fn sort(&mut self, by: ScorecardSort) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        let kept = |studio: &Studio| self.kept.get(&studio.id);
        match by {
            ScorecardSort::Name => {}
            ScorecardSort::Recent => {
                rows.sort_by_key(|studio| Reverse(kept(studio).and_then(|one| one.summary.last_activity)));
            }
            ScorecardSort::Points => rows.sort_by_key(|studio| Reverse(kept(studio).map(|one| one.points))),
            ScorecardSort::Risk => rows.sort_by_key(|studio| Reverse(kept(studio).map(urgency))),
        }
        self.rows = rows;
    }
}

/// What is lost is told first, but what is at risk can be helped; among equals those that miss most.
fn urgency(one: &Kept) -> (u8, u32) {
    let outlook = match one.summary.outlook {
        Outlook::Lost => 3,
        Outlook::AtRisk => 2,
        Outlook::OnTrack => 1,
        Outlook::Passing => 0,
    };
    (outlook, one.summary.missing)
}

fn counts(all: &[Studio], kept: &HashMap<StudioId, Kept>) -> OutlookCounts {
    let mut counts = OutlookCounts::default();
    for studio in all {
        counts.studios += 1;
        match kept.get(&studio.id).map(|one| one.summary.outlook) {
            Some(Outlook::Passing) => counts.passing += 1,
            Some(Outlook::OnTrack) => counts.on_track += 1,
            Some(Outlook::AtRisk) => counts.at_risk += 1,
            Some(Outlook::Lost) => counts.lost += 1,
            None => counts.not_made += 1,
        }
    }
    counts
}

/// The programmes of the Region, the one with the most Studios that still work first.
fn counted(app: &AppState, all: &[Studio], today: Day) -> Vec<PolicyCount> {
    let mut studios: BTreeMap<&str, u32> = BTreeMap::new();
    for studio in all {
        if let Some(key) = studio.policy.as_deref() {
            *studios.entry(key).or_default() += u32::from(studio.works_on(today));
        }
    }
    let mut counted: Vec<PolicyCount> = studios
        .into_iter()
        .filter_map(|(key, studios)| {
            let policy = store::policy::in_force(&app.store, key, today)?;
            Some(PolicyCount { policy: policies::name(&policy), studios })
        })
        .collect();
    counted.sort_by_key(|one| Reverse(one.studios));
    counted
}

fn chosen(
    app: &AppState,
    policies: &[PolicyCount],
    asked: Option<&str>,
    today: Day,
) -> Result<Option<Arc<Policy>>, ApiError> {
    let key = asked.or_else(|| policies.first().map(|one| one.policy.key.as_str()));
    let Some(key) = key else { return Ok(None) };
    let found = store::policy::in_force(&app.store, key, today);
    found.map(Some).ok_or(ApiError::Missing(store::Noun::Policy))
}

fn last_day(policy: &Policy, year: i32) -> Day {
    // Every Studio's year ends on the same day, whenever its cycle began.
    Assessed::of(policy, policy.effective_from, year).span.to
}

fn columns(policy: &Policy) -> Vec<HeatColumn> {
    let column = |one: &crate::domain::policy::Criterion| {
        let rule = match one.parts.as_slice() {
            [part] => format!("{} {}", policies::short(part.is), part.unit),
            parts => format!("{} 项", parts.len()),
        };
        HeatColumn { id: one.id.clone(), title: one.title.clone(), rule, class: one.class }
    };
    policy.criteria.iter().map(column).collect()
}

fn heat_row(policy: Option<&Policy>, tree: &RegionTree, table: &Table, studio: &Studio) -> HeatRow {
    let kept = table.kept.get(&studio.id);
    let summary = kept.map(|one| &one.summary);
    let grade = summary.and_then(|one| one.grade.as_ref());
    let grade = grade.and_then(|id| policy?.grades.iter().find(|one| one.id == *id));
    let points = kept.map_or(0, |one| one.points);
    let cells: HashMap<&str, &Cell> =
        summary.map(|one| one.cells.iter().map(|cell| (cell.criterion.as_str(), cell)).collect()).unwrap_or_default();
    let criteria = policy.map_or(&[][..], |policy| policy.criteria.as_slice());
    HeatRow {
        studio: cards::studio(studio),
        region: regions::name(studio.region, tree),
        hosts: table.hosts.get(&studio.id).cloned().unwrap_or_default(),
        outlook: summary.map(|one| one.outlook),
        grade_title: grade.map(|one| one.title.clone()),
        missing: summary.map_or(0, |one| one.missing),
        points,
        points_word: points_word(points),
        rank: table.standings.get(&studio.id).map(|one| one.rank),
        last_activity: summary.and_then(|one| one.last_activity),
        cells: criteria.iter().map(|one| cells.get(one.id.as_str()).map(|cell| heat_cell(cell))).collect(),
    }
}

fn heat_cell(cell: &Cell) -> HeatCell {
    HeatCell { state: cell.state, at_risk: cell.at_risk, required: cell.required, done: cell.done, of: cell.of }
}

/// Ranks are those of the whole programme; names are those of the Region's tree.
fn ranking(policy: &Policy, table: &Table) -> Option<RankingView> {
    let rule = policy.ranking.as_ref()?;
    let own = table.standings.values().filter(|one| one.tier == rule.tier);
    let mut rows: Vec<(u32, &String, &Standing)> =
        own.filter_map(|one| Some((one.rank, table.names.get(&one.studio)?, one))).collect();
    rows.sort();
    let row = |(rank, name, one): &(u32, &String, &Standing)| RankRow {
        rank: *rank,
        studio: Named::new(one.studio, name.as_str()),
        points_word: points_word(one.points),
    };
    let beside = (rule.cut_off.saturating_sub(SHOWN - 1)..=rule.cut_off.saturating_add(SHOWN)).collect::<Vec<_>>();
    let first = rows.iter().filter(|(rank, ..)| *rank <= SHOWN).map(row).collect();
    let around = rows.iter().filter(|(rank, ..)| *rank > SHOWN && beside.contains(rank)).map(row).collect();
    Some(RankingView { tier: rule.tier, cut_off: rule.cut_off, first, around })
}
