//! Scorecards: made from Facts when they are asked for, and the last one of each year kept for tables over many Studios.

use super::fact::{self, Gathered};
use super::row::{Columns as _, number_of, rows_in, sql, works};
use super::{Store, StoreError, policy};
use crate::domain::participation::{Facts, ends_cycle, first_day, year_of};
use crate::domain::policy::{Covered, Policy};
use crate::domain::scorecard::{CycleYear, Outlook, ScoreState, Scorecard, ranks, score_of};
use crate::domain::year_end::YearEndRefusal;
use crate::domain::{Day, Studio, StudioId, Tier, Time};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Studios whose Facts are in memory at once: some 36 Activities with 60 people each.
pub const AT_ONCE: usize = 50;

/// A Scorecard with what it was made from.
#[derive(Debug, Clone)]
pub struct Assessed {
    pub studio: Studio,
    pub policy: Arc<Policy>,
    pub facts: Facts,
    pub card: Scorecard,
}

/// What a table over many Studios shows of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub outlook: Outlook,
    pub grade: Option<String>,
    pub missing: u32,
    /// One for each Criterion of the Policy, in its order.
    pub cells: Vec<Cell>,
    /// The last day with an Activity.
    pub last_activity: Option<Day>,
    /// Of a cycle what its years came to.
    #[serde(default)]
    pub years: Vec<CycleYear>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub criterion: String,
    pub state: ScoreState,
    pub at_risk: bool,
    pub required: bool,
    pub done: u32,
    pub of: u32,
}

/// A kept Scorecard, as tables need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub studio: StudioId,
    pub version: u32,
    pub points: u32,
    pub summary: Summary,
    /// The digest of all that it followed from.
    pub basis: String,
    pub on: Day,
    pub made_at: Time,
}

/// Where a Studio stands among all of its programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    pub studio: StudioId,
    pub tier: Tier,
    pub points: u32,
    /// Those with as many points share it.
    pub rank: u32,
}

/// The state at the end of the day, from what is known now; none where the Studio is not assessed.
pub async fn of_studio(
    store: &Store,
    studio: Studio,
    covered: impl Into<Covered>,
    on: Day,
) -> Result<Option<Assessed>, StoreError> {
    let covered = covered.into();
    let Some(policy) = studio.policy.as_deref().and_then(|key| policy::of_year(store, key, covered.year, on)) else {
        return Ok(None);
    };
    let Gathered { studio, facts, .. } = fact::of_studio(store, studio).await?;
    let scoring = tokio::task::spawn_blocking(move || {
        let card = score_of(&policy, &facts, covered, on).ok_or(YearEndRefusal::NoCycle)?;
        Ok(Some(Assessed { studio, policy, facts, card }))
    });
    // It does not panic, and nobody cancels it: only a runtime that stops lets it fall.
    scoring.await.map_err(|_| StoreError::Busy)?
}

/// Of a whole Scorecard, as its paper is verified by.
#[must_use]
pub fn digest(card: &Scorecard) -> String {
    fact::fingerprint(card)
}

/// One to make: the Studio's Facts, its Policy and the year or the cycle.
struct Stale {
    gathered: Gathered,
    policy: Arc<Policy>,
    covered: Covered,
}

/// Which Scorecards are to be made.
#[derive(Debug, Clone, Copy)]
enum Which {
    /// Those of the year that each Studio is in.
    Current,
    Of(Covered),
    /// As it is once it is frozen.
    Closing(Covered),
}

/// Makes the kept Scorecards of these Studios anew where anything has changed since; how many did. Without a year it is the
/// one that each is in; of a cycle those whose last year it is.
pub async fn refresh(
    store: &Store,
    studios: Vec<Studio>,
    covered: Option<Covered>,
    now: Time,
) -> Result<usize, StoreError> {
    make_anew(store, studios, covered.map_or(Which::Current, Which::Of), now).await
}

/// The same, of a year or a cycle that is about to be frozen: nothing is handed in for it any more.
pub(super) async fn close(
    store: &Store,
    studios: Vec<Studio>,
    covered: Covered,
    now: Time,
) -> Result<usize, StoreError> {
    make_anew(store, studios, Which::Closing(covered), now).await
}

async fn make_anew(store: &Store, studios: Vec<Studio>, which: Which, now: Time) -> Result<usize, StoreError> {
    let today = now.day();
    let stale = stale(store, studios, which, today).await?;
    if stale.is_empty() {
        return Ok(0);
    }
    let (mut gathered, rules): (Vec<Gathered>, Vec<_>) =
        stale.into_iter().map(|one| (one.gathered, (one.policy, one.covered))).unzip();
    fact::fill(store, &mut gathered).await?;
    let scoring = tokio::task::spawn_blocking(move || {
        let all = gathered.iter().zip(&rules);
        all.filter_map(|(one, (policy, covered))| made(policy, one, *covered, today)).collect()
    });
    let made: Vec<Made> = scoring.await.map_err(|_| StoreError::Busy)?;
    let count = made.len();
    keep(store, made, now).await?;
    Ok(count)
}

/// Has the Studio such a Scorecard as it stands now?
#[must_use]
pub fn is_made(policy: &Policy, studio: &Studio, covered: Covered) -> bool {
    studio.policy.as_ref() == Some(&policy.key)
        && studio.is_assessed_in(policy.year, covered.year)
        && (covered.scope.is_year() || ends_cycle(policy, studio.cycle_start, covered.year))
}

async fn stale(store: &Store, studios: Vec<Studio>, which: Which, today: Day) -> Result<Vec<Stale>, StoreError> {
    let mut gathered = fact::gather(store, studios).await?;
    if let Which::Closing(covered) = which {
        gathered.iter_mut().for_each(|one| one.close(covered, today));
    }
    let ids: Vec<StudioId> = gathered.iter().map(|one| one.studio.id).collect();
    let bases = bases(&mut *store.read().await?, &ids).await?;
    let stale = gathered.into_iter().filter_map(|gathered| {
        let key = gathered.studio.policy.clone()?;
        let covered = match which {
            Which::Of(covered) | Which::Closing(covered) => covered,
            Which::Current => year_of(policy::in_force(store, &key, today)?.year, today).into(),
        };
        let policy = policy::of_year(store, &key, covered.year, today)?;
        if !is_made(&policy, &gathered.studio, covered) {
            return None;
        }
        let known = bases.get(&(gathered.studio.id, covered));
        (known != Some(&basis(&policy, &gathered, covered, today))).then_some(Stale { gathered, policy, covered })
    });
    Ok(stale.collect())
}

/// The digest of all that the Scorecard follows from.
fn basis(policy: &Policy, gathered: &Gathered, covered: Covered, today: Day) -> String {
    fact::fingerprint(&(&policy.key, policy.version, covered, today, &gathered.digest))
}

async fn bases(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<(StudioId, Covered), String>, StoreError> {
    let head = "select studio, scope, year, basis from scorecard where studio in";
    let rows = rows_in(connection, head, studios, "").await?;
    rows.iter().map(|row| Ok(((row.id("studio")?, covered(row)?), row.text("basis")?))).collect()
}

fn covered(row: &AnyRow) -> Result<Covered, StoreError> {
    let year = i32::try_from(row.number("year")?).map_err(|_| StoreError::Unreadable { column: "year" })?;
    Ok(Covered { scope: row.coded("scope")?, year })
}

/// A Scorecard as it is written down.
struct Made {
    card: Scorecard,
    basis: String,
    summary: String,
    content: String,
}

fn made(policy: &Policy, gathered: &Gathered, covered: Covered, today: Day) -> Option<Made> {
    let basis = basis(policy, gathered, covered, today);
    let card = score_of(policy, &gathered.facts, covered, today)?;
    let summary = serde_json::to_string(&summary(&card, &gathered.facts)).expect("plain data");
    let content = serde_json::to_string(&card).expect("plain data");
    Some(Made { card, basis, summary, content })
}

pub(super) fn summary(card: &Scorecard, facts: &Facts) -> Summary {
    let cells = card.criteria.iter().map(|score| {
        let (done, of) = score.progress();
        let (state, at_risk, required) = (score.state, score.at_risk, score.required);
        Cell { criterion: score.criterion.clone(), state, at_risk, required, done, of }
    });
    Summary {
        outlook: card.outlook(),
        grade: card.result.grade.clone(),
        missing: card.result.missing,
        cells: cells.collect(),
        last_activity: facts.activities.iter().filter(|one| one.took_place(card.on)).map(|one| one.day).max(),
        years: card.years.clone(),
    }
}

async fn keep(store: &Store, made: Vec<Made>, now: Time) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                for Made { card, basis, summary, content } in made {
                    sqlx::query(
                        "insert into scorecard (studio, year, policy, version, on_day, basis, points, summary, content, made_at,
                             scope)
                         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                         on conflict (studio, scope, year) do update set policy = excluded.policy, version = excluded.version,
                             on_day = excluded.on_day, basis = excluded.basis, points = excluded.points,
                             summary = excluded.summary, content = excluded.content, made_at = excluded.made_at",
                    )
                    .bind(card.studio.as_str())
                    .bind(i64::from(card.year))
                    .bind(card.policy.as_str())
                    .bind(i64::from(card.version))
                    .bind(number_of(card.on))
                    .bind(basis)
                    .bind(i64::from(card.points))
                    .bind(summary)
                    .bind(content)
                    .bind(now.micros())
                    .bind(card.scope.code())
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
}

/// The kept Scorecards of these Studios under this Policy; some may be missing.
pub async fn kept(
    store: &Store,
    studios: &[StudioId],
    policy: &str,
    asked: impl Into<Covered>,
) -> Result<HashMap<StudioId, Kept>, StoreError> {
    let asked = asked.into();
    let head = "select studio, scope, year, policy, version, points, summary, basis, on_day, made_at
        from scorecard where studio in";
    let mut found = HashMap::with_capacity(studios.len());
    for row in rows_in(&mut *store.read().await?, head, studios, "").await? {
        if covered(&row)? != asked || row.text("policy")? != policy {
            continue;
        }
        // What another version wrote is made anew.
        let Ok(summary) = serde_json::from_str(&row.text("summary")?) else { continue };
        let studio = row.id("studio")?;
        let kept = Kept {
            studio,
            version: u32::try_from(row.number("version")?).unwrap_or(0),
            points: u32::try_from(row.number("points")?).unwrap_or(0),
            summary,
            basis: row.text("basis")?,
            on: row.day("on_day")?,
            made_at: row.time("made_at")?,
        };
        found.insert(studio, kept);
    }
    Ok(found)
}

/// Everybody's place in the programme's year, among those of the same tier that are assessed in it, by the kept points.
pub async fn standings(store: &Store, policy: &Policy, year: i32) -> Result<Vec<Standing>, StoreError> {
    let rows = sqlx::query(sql!(
        "select c.studio, s.tier, c.points from scorecard c join studio s on s.id = c.studio
         where c.policy = $1 and c.scope = 'year' and c.year = $2 and s.policy = $1 and {} order by s.tier, c.points desc, s.name, c.studio",
        works!("$3")
    ))
    .bind(policy.key.as_str())
    .bind(i64::from(year))
    .bind(number_of(first_day(policy.year, year)))
    .fetch_all(&mut *store.read().await?)
    .await?;
    let points = rows.iter().map(|row| Ok((row.coded("tier")?, u32::try_from(row.number("points")?).unwrap_or(0))));
    let points: Vec<(Tier, u32)> = points.collect::<Result<_, StoreError>>()?;
    let standing = |((row, rank), &(tier, points)): ((&AnyRow, u32), &(Tier, u32))| {
        Ok(Standing { studio: row.id("studio")?, tier, points, rank })
    };
    rows.iter().zip(ranks(&points)).zip(&points).map(standing).collect()
}

/// Which years and cycles somebody wants kept besides the current years, and how far the one who makes them is.
#[derive(Default)]
pub(super) struct Demand {
    wanted: Mutex<BTreeSet<Covered>>,
    progress: Mutex<Progress>,
    asked: Notify,
}

/// Of a round through all Studios.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub of: usize,
}

impl Progress {
    #[must_use]
    pub fn running(self) -> bool {
        self.done < self.of
    }
}

/// Asks whoever keeps the Scorecards to look at this year, or at this cycle, soon.
pub fn ask(store: &Store, covered: impl Into<Covered>) {
    let demand = &store.0.demand;
    demand.wanted.lock().unwrap_or_else(PoisonError::into_inner).insert(covered.into());
    demand.asked.notify_one();
}

/// Waits until somebody asks, at most so long; what was asked for, which counts as asked for no more.
pub async fn asked(store: &Store, patience: Duration) -> BTreeSet<Covered> {
    let demand = &store.0.demand;
    let _nobody_asked = tokio::time::timeout(patience, demand.asked.notified()).await;
    std::mem::take(&mut *demand.wanted.lock().unwrap_or_else(PoisonError::into_inner))
}

#[must_use]
pub fn progress(store: &Store) -> Progress {
    *store.0.demand.progress.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn set_progress(store: &Store, progress: Progress) {
    *store.0.demand.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
}
