//! Reading YearEnds, and what stands in them.

use super::super::row::{Columns as _, below, number_of, rows_in, sql};
use super::super::scorecard::Summary;
use super::super::{Noun, Page, Paged, Store, StoreError, fact, studio, studio_programme};
use super::{Word, YearEnd};
use crate::domain::participation::{Decided, SettledFact, Span, YearResult, say};
use crate::domain::policy::{AssessmentScope, Covered, Policy, Ranking};
use crate::domain::scorecard::Scorecard;
use crate::domain::year_end::{self, Frozen, Outcome, Ranked, Settled, YearEndRefusal};
use crate::domain::{Day, RegionId, Studio, StudioId, YearEndId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

const YEAR_END: &str = "select y.id, y.region, r.name as region_name, y.policy, y.version, y.scope, y.year, y.on_day,
        y.reason, f.name as by_name, y.frozen_at,
        p.from_day, p.until_day, p.reason as p_reason, pb.name as p_by_name, p.published_at,
        c.stage, c.reason as c_reason, cb.name as c_by_name, c.closed_at,
        (select count(*) from year_end_entry e where e.year_end = y.id) as studios,
        (select count(*) from year_end_objection o left join year_end_answer a on a.objection = o.id
            where o.year_end = y.id and a.objection is null) as open
    from year_end y join region r on r.id = y.region join account f on f.id = y.frozen_by
        left join year_end_published p on p.year_end = y.id left join account pb on pb.id = p.published_by
        left join year_end_closed c on c.year_end = y.id left join account cb on cb.id = c.closed_by";

/// What was frozen of a Studio, and what an answer put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub frozen: Frozen,
    pub name: String,
    pub hosts: Vec<String>,
    pub region_name: String,
    /// Of the Studio, as is known now.
    pub last_day: Option<Day>,
    /// Of the last recount, otherwise as frozen: SHA-256 of all that the Scorecard followed from, what the numbers alone came to, and
    /// how the criteria stood.
    pub basis: String,
    pub counted: Outcome,
    pub summary: Summary,
}

/// Stands beside a final result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub grade: String,
    pub passes: bool,
    pub word: Word,
}

/// What stands for a Studio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub entry: Entry,
    pub settled: Settled,
    /// The latest last.
    pub corrections: Vec<Correction>,
}

impl Row {
    /// After the last correction.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.corrections.last().map_or(self.settled.outcome.passes, |one| one.passes)
    }

    /// What follows from the final result of a cycle; nothing before it is final.
    #[must_use]
    pub fn follows(&self, year_end: &YearEnd, rules: &Policy) -> Option<&'static str> {
        year_end.settled.as_ref()?;
        rules.follows(year_end.covered(), self.passes(), self.entry.last_day)
    }

    /// After the last correction.
    #[must_use]
    pub fn grade(&self) -> Option<&str> {
        self.corrections.last().map(|one| one.grade.as_str()).or(self.settled.outcome.grade.as_deref())
    }
}

pub async fn get(store: &Store, id: YearEndId) -> Result<YearEnd, StoreError> {
    find(&mut *store.read().await?, id).await
}

pub(super) async fn find(connection: &mut AnyConnection, id: YearEndId) -> Result<YearEnd, StoreError> {
    let row = sqlx::query(sql!("{YEAR_END} where y.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::YearEnd))?)
}

/// Those of this Region, of what is below it and of what it lies in, the latest first.
pub async fn of_region(store: &Store, region: RegionId) -> Result<Vec<YearEnd>, StoreError> {
    let rows = sqlx::query(sql!(
        "{YEAR_END} where y.region in {}
         or y.region in (
             with recursive above (id, parent) as (
                 select id, parent from region where id = $1
                 union all select r.id, r.parent from region r join above a on a.parent = r.id
             ) select id from above)
         order by y.frozen_at desc, y.id limit 200",
        below!("$1")
    ))
    .bind(region.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

/// Those that were published with this Studio in them, the latest first.
pub async fn of_studio(store: &Store, studio: StudioId) -> Result<Vec<YearEnd>, StoreError> {
    let rows = sqlx::query(sql!(
        "{YEAR_END} where p.year_end is not null and y.id in (select year_end from year_end_entry where studio = $1)
         order by y.frozen_at desc, y.id"
    ))
    .bind(studio.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

/// Is what this Studio did in this year, or in this cycle, frozen under this Policy, and not given up since?
pub async fn is_frozen(
    store: &Store,
    studio: StudioId,
    policy: &str,
    covered: impl Into<Covered>,
) -> Result<bool, StoreError> {
    let Covered { scope, year } = covered.into();
    let found = sqlx::query(
        "select 1 as one from year_end y join year_end_entry e on e.year_end = y.id
             left join year_end_closed c on c.year_end = y.id
         where e.studio = $1 and y.policy = $2 and y.year = $3 and y.scope = $4 and coalesce(c.stage, '') <> 'withdrawn' limit 1",
    )
    .bind(studio.as_str())
    .bind(policy)
    .bind(i64::from(year))
    .bind(scope.code())
    .fetch_optional(&mut *store.read().await?)
    .await?;
    Ok(found.is_some())
}

/// A year or a cycle of a Studio under a Policy that is frozen, and not given up since.
pub(in crate::store) struct FrozenYear {
    pub(in crate::store) studio: StudioId,
    pub(in crate::store) policy: String,
    pub(in crate::store) scope: AssessmentScope,
    pub(in crate::store) year: i32,
    pub(in crate::store) day: Day,
}

pub(in crate::store) async fn frozen_years(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<FrozenYear>, StoreError> {
    let head = "select e.studio, y.policy, y.scope, y.year, y.on_day from year_end_entry e join year_end y on y.id = e.year_end
            left join year_end_closed c on c.year_end = y.id
        where coalesce(c.stage, '') <> 'withdrawn' and e.studio in";
    let rows = rows_in(connection, head, studios, "order by e.studio, y.year, y.id").await?;
    let read = |row: &AnyRow| {
        Ok(FrozenYear {
            studio: row.id("studio")?,
            policy: row.text("policy")?,
            scope: row.coded("scope")?,
            year: year(row)?,
            day: row.day("on_day")?,
        })
    };
    rows.iter().map(read).collect()
}

/// A year of a Studio under a Policy whose result is final.
pub(in crate::store) struct SettledYear {
    pub(in crate::store) studio: StudioId,
    pub(in crate::store) policy: String,
    pub(in crate::store) fact: SettledFact,
}

pub(in crate::store) async fn settled_years(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<SettledYear>, StoreError> {
    let head = "select r.studio, y.id, y.policy, y.year, r.grade, r.passes, r.points, c.closed_at
        from year_end_result r join year_end y on y.id = r.year_end join year_end_closed c on c.year_end = y.id
        where y.scope = 'year' and r.studio in";
    let mut settled = Vec::new();
    for row in rows_in(connection, head, studios, "order by r.studio, y.year, y.id").await? {
        let Outcome { grade, passes, points } = outcome(&row)?;
        let results = vec![Decided { day: row.time("closed_at")?.day(), what: YearResult { grade, passes, points } }];
        let fact = SettledFact { year: year(&row)?, year_end: row.id("id")?, results };
        settled.push(SettledYear { studio: row.id("studio")?, policy: row.text("policy")?, fact });
    }
    let head = "select studio, year_end, grade, passes, corrected_at from year_end_correction where studio in";
    for row in rows_in(connection, head, studios, "order by studio, year_end, ordinal").await? {
        let (studio, year_end) = (row.id("studio")?, row.id("year_end")?);
        let mut years = settled.iter_mut().filter(|one| one.studio == studio);
        let Some(corrected) = years.find(|one| one.fact.year_end == year_end) else { continue };
        let Some(points) = corrected.fact.results.first().map(|one| one.what.points) else { continue };
        let what = YearResult { grade: Some(row.text("grade")?), passes: row.flag("passes")?, points };
        say(&mut corrected.fact.results, Decided { day: row.time("corrected_at")?.day(), what });
    }
    Ok(settled)
}

fn year(row: &AnyRow) -> Result<i32, StoreError> {
    i32::try_from(row.number("year")?).map_err(|_| StoreError::Unreadable { column: "year" })
}

/// Those that were published and not given up: before all others those that are still open to objections, then the latest first.
pub async fn public(store: &Store, today: Day, page: Page) -> Result<Paged<YearEnd>, StoreError> {
    let holds = "p.year_end is not null and coalesce(c.stage, '') <> 'withdrawn'";
    let mut connection = store.read().await?;
    let total = sqlx::query(sql!("select count(*) as total from ({YEAR_END} where {holds}) found"))
        .fetch_one(&mut *connection)
        .await?
        .number("total")?;
    let rows = sqlx::query(sql!(
        "{YEAR_END} where {holds}
         order by case when c.year_end is null and p.until_day >= $1 then 0 else 1 end, p.published_at desc, y.id
         limit $2 offset $3"
    ))
    .bind(number_of(today))
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    Ok(page.of(total, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// What stands for each Studio, by tier and rank: of a final one what was written down, otherwise what would be.
pub async fn rows(store: &Store, year_end: &YearEnd) -> Result<Vec<Row>, StoreError> {
    let rules = year_end.rules(store)?;
    let connection = &mut *store.read().await?;
    let entries = entries(connection, year_end.id).await?;
    let settled = match year_end.settled {
        Some(_) => results(connection, year_end.id).await?,
        None => settled(&entries, year_end.ranking(&rules)),
    };
    let mut corrections = corrections(connection, year_end.id).await?;
    let mut settled: HashMap<StudioId, Settled> = settled.into_iter().map(|one| (one.studio, one)).collect();
    let rows = entries.into_iter().map(|entry| {
        let studio = entry.frozen.studio;
        let settled = settled.remove(&studio).ok_or(StoreError::Unreadable { column: "studio" })?;
        Ok(Row { entry, settled, corrections: corrections.remove(&studio).unwrap_or_default() })
    });
    let mut rows: Vec<Row> = rows.collect::<Result<_, StoreError>>()?;
    rows.sort_by(|a, b| {
        let key = |one: &Row| (one.entry.frozen.tier, one.settled.ranked.rank);
        key(a).cmp(&key(b)).then_with(|| a.entry.name.cmp(&b.entry.name))
    });
    Ok(rows)
}

/// The Studios in its list.
pub async fn studios_of(store: &Store, id: YearEndId) -> Result<Vec<StudioId>, StoreError> {
    let head = "select studio from year_end_entry where year_end in";
    let rows = rows_in(&mut *store.read().await?, head, &[id], "").await?;
    rows.iter().map(|row| row.id("studio")).collect()
}

/// A Studio in its list as it was assessed, whatever its name, tier or programme became since.
pub async fn studio_as_frozen(store: &Store, year_end: &YearEnd, id: StudioId) -> Result<Studio, StoreError> {
    let studio = studio::get(store, id).await?;
    let row = sqlx::query("select name, tier from year_end_entry where year_end = $1 and studio = $2")
        .bind(year_end.id.as_str())
        .bind(id.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?
        .ok_or(YearEndRefusal::NotInList)?;
    let changes = studio_programme::changes(store, id).await?;
    // The latest comes first.
    let next = changes.into_iter().rfind(|one| one.at > year_end.frozen.at);
    Ok(Studio {
        name: row.text("name")?,
        tier: row.coded("tier")?,
        policy: Some(year_end.policy.clone()),
        cycle_start: next.map_or(studio.cycle_start, |change| change.from.1),
        ..studio
    })
}

/// The whole Scorecard of one Studio in its list, as it was frozen.
pub async fn frozen_scorecard(store: &Store, id: YearEndId, studio: StudioId) -> Result<Scorecard, StoreError> {
    let row = sqlx::query("select content from year_end_entry where year_end = $1 and studio = $2")
        .bind(id.as_str())
        .bind(studio.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?;
    json(&row.ok_or(YearEndRefusal::NotInList)?, "content")
}

/// The last that an answer counted anew, with its word.
pub async fn scorecard_counted_anew(
    store: &Store,
    id: YearEndId,
    studio: StudioId,
) -> Result<Option<(Scorecard, Word)>, StoreError> {
    let row = sqlx::query(
        "select a.content, a.reason, b.name as by_name, a.answered_at
         from year_end_objection o join year_end_answer a on a.objection = o.id join account b on b.id = a.answered_by
         where o.year_end = $1 and o.studio = $2 and a.content is not null order by o.ordinal desc limit 1",
    )
    .bind(id.as_str())
    .bind(studio.as_str())
    .fetch_optional(&mut *store.read().await?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let word = Word { reason: row.text("reason")?, by_name: row.text("by_name")?, at: row.time("answered_at")? };
    Ok(Some((json(&row, "content")?, word)))
}

/// Of what stands for all Studios; corrections, which stand beside it, are no part of it.
#[must_use]
pub fn digest(rows: &[Row]) -> String {
    let told =
        rows.iter().map(|row| (row.settled.studio, &row.entry.name, &row.settled.outcome, row.settled.ranked.rank));
    fact::fingerprint(&told.collect::<Vec<_>>())
}

pub(super) fn settled(entries: &[Entry], ranking: Option<&Ranking>) -> Vec<Settled> {
    let frozen: Vec<Frozen> = entries.iter().map(|entry| entry.frozen.clone()).collect();
    year_end::settle(&frozen, ranking)
}

pub(super) async fn entries(connection: &mut AnyConnection, id: YearEndId) -> Result<Vec<Entry>, StoreError> {
    let head =
        "select e.studio, e.name, e.hosts, e.region_name, e.tier, e.basis, e.grade, e.passes, e.points, e.summary, s.last_day
        from year_end_entry e join studio s on s.id = e.studio where e.year_end in";
    let mut entries = Vec::new();
    for row in rows_in(connection, head, &[id], "order by e.studio").await? {
        entries.push(Entry {
            frozen: Frozen {
                studio: row.id("studio")?,
                tier: row.coded("tier")?,
                outcome: outcome(&row)?,
                answered: None,
            },
            name: row.text("name")?,
            hosts: json(&row, "hosts")?,
            region_name: row.text("region_name")?,
            last_day: row.optional_day("last_day")?,
            basis: row.text("basis")?,
            counted: outcome(&row)?,
            summary: json(&row, "summary")?,
        });
    }
    let head = "select o.studio, a.grade, a.passes, a.points, a.basis, a.summary
        from year_end_objection o join year_end_answer a on a.objection = o.id
        where a.points is not null and o.year_end in";
    for row in rows_in(connection, head, &[id], "order by o.studio, o.ordinal").await? {
        let studio: StudioId = row.id("studio")?;
        if let Some(entry) = entries.iter_mut().find(|entry| entry.frozen.studio == studio) {
            entry.frozen.answered = Some(outcome(&row)?);
            if row.optional_text("summary")?.is_some() {
                entry.basis = row.text("basis")?;
                entry.counted = outcome(&row)?;
                entry.summary = json(&row, "summary")?;
            }
        }
    }
    Ok(entries)
}

async fn results(connection: &mut AnyConnection, id: YearEndId) -> Result<Vec<Settled>, StoreError> {
    let head = "select studio, grade, passes, points, rank, tied, in_cut_off from year_end_result where year_end in";
    let rows = rows_in(connection, head, &[id], "").await?;
    rows.iter()
        .map(|row| {
            let ranked = Ranked {
                rank: u32::try_from(row.number("rank")?).unwrap_or(u32::MAX),
                tied: row.flag("tied")?,
                within: row.optional_number("in_cut_off")?.map(|within| within != 0),
            };
            Ok(Settled { studio: row.id("studio")?, outcome: outcome(row)?, ranked })
        })
        .collect()
}

pub(super) async fn corrections(
    connection: &mut AnyConnection,
    id: YearEndId,
) -> Result<HashMap<StudioId, Vec<Correction>>, StoreError> {
    let head = "select c.studio, c.grade, c.passes, c.reason, b.name as by_name, c.corrected_at
        from year_end_correction c join account b on b.id = c.corrected_by where c.year_end in";
    let mut found: HashMap<StudioId, Vec<Correction>> = HashMap::new();
    for row in rows_in(connection, head, &[id], "order by c.studio, c.ordinal").await? {
        let word = Word { reason: row.text("reason")?, by_name: row.text("by_name")?, at: row.time("corrected_at")? };
        let correction = Correction { grade: row.text("grade")?, passes: row.flag("passes")?, word };
        found.entry(row.id("studio")?).or_default().push(correction);
    }
    Ok(found)
}

pub(super) fn outcome(row: &AnyRow) -> Result<Outcome, StoreError> {
    Ok(Outcome {
        grade: row.optional_text("grade")?,
        passes: row.flag("passes")?,
        points: u32::try_from(row.number("points")?).unwrap_or(0),
    })
}

fn json<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|_| StoreError::Unreadable { column })
}

fn read(row: &AnyRow) -> Result<YearEnd, StoreError> {
    let published = match (row.optional_day("from_day")?, row.optional_day("until_day")?) {
        (Some(from), Some(to)) => {
            let word =
                Word { reason: row.text("p_reason")?, by_name: row.text("p_by_name")?, at: row.time("published_at")? };
            Some((Span { from, to }, word))
        }
        _ => None,
    };
    let closed = match row.optional_text("stage")? {
        Some(stage) => {
            let word =
                Word { reason: row.text("c_reason")?, by_name: row.text("c_by_name")?, at: row.time("closed_at")? };
            Some((stage, word))
        }
        None => None,
    };
    let (settled, withdrawn) = match closed {
        Some((stage, word)) if stage == "final" => (Some(word), None),
        Some((_, word)) => (None, Some(word)),
        None => (None, None),
    };
    Ok(YearEnd {
        id: row.id("id")?,
        region: row.id("region")?,
        region_name: row.text("region_name")?,
        policy: row.text("policy")?,
        version: u32::try_from(row.number("version")?).unwrap_or(0),
        scope: row.coded("scope")?,
        year: year(row)?,
        on: row.day("on_day")?,
        studios: u32::try_from(row.number("studios")?).unwrap_or(u32::MAX),
        open: u32::try_from(row.number("open")?).unwrap_or(u32::MAX),
        frozen: Word { reason: row.text("reason")?, by_name: row.text("by_name")?, at: row.time("frozen_at")? },
        published,
        settled,
        withdrawn,
    })
}
