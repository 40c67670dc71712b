//! The library: what somebody may see of what is published, searched by words and ranked by where they stand.

use super::content::read as read_content;
use super::{RESOURCE, ROWS_AT_ONCE, in_order, number, tuples, with_presenters};
use crate::domain::resource::search::{self, Term};
use crate::domain::resource::{Resource, ResourceKind, Selection, cuts};
use crate::domain::{RegionId, ResourceId, SchoolStage, SeriesId, StudioId};
use crate::store::page::placeholders;
use crate::store::row::{Columns as _, sql};
use crate::store::{Database, Page, Paged, Store, StoreError};
use sqlx::AnyConnection;
use std::collections::HashMap;

/// Whose library it is.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// Sees all that is published.
    pub all: bool,
    /// In which this person is.
    pub studios: Vec<StudioId>,
    /// Their own Region and those above it.
    pub regions: Vec<RegionId>,
    /// What their office supervises, with all below.
    pub supervised: Vec<RegionId>,
}

#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub search: String,
    pub studio: Option<StudioId>,
    pub subject: Option<String>,
    pub stage: Option<SchoolStage>,
    pub kind: Option<ResourceKind>,
    pub selection: Option<Selection>,
    pub series: Option<SeriesId>,
}

/// A line of a chapter or of what was said, where the search stands in it, and when in the replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub text: String,
    pub ms: u64,
}

#[derive(Debug, Clone)]
pub struct Found {
    pub resource: Resource,
    pub hit: Option<Hit>,
}

/// What finding a word in a place is worth: one in the title more than all that is said together.
const TITLE: i64 = 64;
const PERSON: i64 = 32;
const CONTEXT: i64 = 16;
const SUMMARY: i64 = 8;
const CHAPTER: i64 = 4;
const SAID: i64 = 1;
/// Lines looked at for those to show; each found Resource needs one.
const MOST_HITS: u32 = 2000;

/// Whose views are counted to find what is related: of all that is published on a subject that would be too many.
const MOST_CANDIDATES: u32 = 50;

/// A condition with its values, put together piece by piece.
#[derive(Default)]
struct Wanted {
    conditions: Vec<String>,
    values: Vec<String>,
}

impl Wanted {
    fn value(&mut self, value: impl Into<String>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn that(&mut self, column: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            let place = self.value(value);
            self.conditions.push(format!("{column} = {place}"));
        }
    }

    fn one_of(&mut self, column: &str, ids: impl IntoIterator<Item = String>) -> Option<String> {
        let ids: Vec<String> = ids.into_iter().collect();
        let places = placeholders(self.values.len() + 1, ids.len());
        let any = (!ids.is_empty()).then(|| format!("{column} in ({places})"));
        self.values.extend(ids);
        any
    }

    fn seen_by(&mut self, reader: &Reader) {
        self.conditions.push("r.state = 'published'".to_owned());
        if reader.all {
            return;
        }
        let ids = |ids: &[RegionId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut any = vec!["r.visibility = 'public'".to_owned()];
        any.extend(self.one_of("r.studio", reader.studios.iter().map(ToString::to_string)));
        any.extend(self.one_of("s.region", ids(&reader.supervised)));
        any.extend(self.one_of("r.visibility = 'region' and s.region", ids(&reader.regions)));
        self.conditions.push(format!("({})", any.join(" or ")));
    }

    fn filtered(&mut self, filter: &Filter) {
        self.that("r.studio", filter.studio.map(|id| id.to_string()));
        self.that("r.subject", filter.subject.as_deref().map(str::trim).filter(|text| !text.is_empty()));
        self.that("r.stage", filter.stage.map(SchoolStage::code));
        self.that("r.kind", filter.kind.map(ResourceKind::code));
        self.that("r.selection", filter.selection.map(Selection::code));
        self.that("r.series", filter.series.map(|id| id.to_string()));
    }
}

/// What is found, best first; without words, the latest first.
pub async fn search(store: &Store, reader: &Reader, filter: &Filter, page: Page) -> Result<Paged<Found>, StoreError> {
    let terms = search::terms(&filter.search);
    if terms.is_empty() && !filter.search.trim().is_empty() {
        return Ok(page.of(0, Vec::new()));
    }
    let mut wanted = Wanted::default();
    wanted.seen_by(reader);
    wanted.filtered(filter);
    let database = store.database();
    let mut matches = Vec::new();
    for term in &terms {
        let place = wanted.value(phrase(database, term));
        let line = matching(database, &place);
        wanted.conditions.push(format!("r.id in (select l.resource from resource_line l where {line})"));
        matches.push(line);
    }
    let any = matches.join(" or ");
    let found = match matches.is_empty() {
        true => String::new(),
        false => format!(
            "join (select l.resource, max(l.weight) as best, sum(l.weight) as total from resource_line l
                 where {any} group by l.resource) f on f.resource = r.id"
        ),
    };
    let order = if matches.is_empty() { "" } else { "f.best desc, f.total desc," };
    let from =
        format!("from resource r join studio s on s.id = r.studio {found} where {}", wanted.conditions.join(" and "));
    let mut connection = store.read().await?;
    let statement = sql!("select count(*) as total {from}");
    let query = wanted.values.iter().fold(sqlx::query(statement), |query, value| query.bind(value.as_str()));
    let total = query.fetch_one(&mut *connection).await?.number("total")?;
    let (limit, offset) = (page.limit(), page.offset());
    let statement = sql!("select r.id {from} order by {order} r.published_at desc, r.id limit {limit} offset {offset}");
    let query = wanted.values.iter().fold(sqlx::query(statement), |query, value| query.bind(value.as_str()));
    let rows = query.fetch_all(&mut *connection).await?;
    let ids: Vec<ResourceId> = rows.iter().map(|row| row.id("id")).collect::<Result<_, _>>()?;
    let mut hits = hits(&mut connection, database, &terms, &ids).await?;
    let resources = in_order(&mut connection, &ids).await?.into_iter();
    Ok(page.of(total, resources.map(|resource| Found { hit: hits.remove(&resource.id), resource }).collect()))
}

/// Published ones of the same Series or subject and stage, the most watched of the latest first.
pub async fn related(store: &Store, reader: &Reader, of: &Resource, most: u32) -> Result<Vec<Resource>, StoreError> {
    let mut wanted = Wanted::default();
    wanted.seen_by(reader);
    let own = wanted.value(of.id.to_string());
    let (series, subject, stage) = (
        wanted.value(of.series.map_or_else(String::new, |id| id.to_string())),
        wanted.value(of.subject.clone().unwrap_or_default()),
        wanted.value(of.stage.map_or("", SchoolStage::code)),
    );
    wanted.conditions.push(format!("r.id <> {own} and (r.series = {series} or r.subject = {subject})"));
    let nearest =
        format!("case when r.series = {series} then 0 else 1 end, case when r.stage = {stage} then 0 else 1 end");
    let statement = sql!(
        "{RESOURCE} where r.id in (select r.id from resource r join studio s on s.id = r.studio where {}
             order by {nearest}, r.published_at desc, r.id limit {MOST_CANDIDATES})
         order by {nearest}, (select count(*) from resource_view v where v.resource = r.id) desc, r.published_at desc, r.id
         limit {most}",
        wanted.conditions.join(" and ")
    );
    let mut connection = store.read().await?;
    let query = wanted.values.iter().fold(sqlx::query(statement), |query, value| query.bind(value.as_str()));
    let rows = query.fetch_all(&mut *connection).await?;
    with_presenters(&mut connection, &rows).await
}

/// The best line of each to show beside it.
async fn hits(
    connection: &mut AnyConnection,
    database: Database,
    terms: &[Term],
    ids: &[ResourceId],
) -> Result<HashMap<ResourceId, Hit>, StoreError> {
    let mut hits = HashMap::new();
    if terms.is_empty() || ids.is_empty() {
        return Ok(hits);
    }
    let mut wanted = Wanted::default();
    let any: Vec<String> = terms
        .iter()
        .map(|term| {
            let place = wanted.value(phrase(database, term));
            matching(database, &place)
        })
        .collect();
    let any = any.join(" or ");
    let among = wanted.one_of("l.resource", ids.iter().map(ToString::to_string)).unwrap_or_default();
    let statement = sql!(
        "select l.resource, l.text, l.ms from resource_line l
         where {among} and l.place in ('chapter', 'said') and l.ms is not null and ({any})
         order by l.weight desc, l.ms limit {MOST_HITS}"
    );
    let query = wanted.values.iter().fold(sqlx::query(statement), |query, value| query.bind(value.as_str()));
    for row in query.fetch_all(&mut *connection).await? {
        let hit = Hit { text: row.text("text")?, ms: number(row.number("ms")?) };
        hits.entry(row.id("resource")?).or_insert(hit);
    }
    Ok(hits)
}

/// Lines in which the phrase stands. Each database has an index of its own over the same tokens.
fn matching(database: Database, place: &str) -> String {
    match database {
        Database::Sqlite => {
            format!("l.line in (select i.rowid from resource_line_index i where i.resource_line_index match {place})")
        }
        Database::Postgres => {
            format!("to_tsvector('simple'::regconfig, l.tokens) @@ to_tsquery('simple'::regconfig, {place})")
        }
    }
}

/// The tokens are letters and digits, so that nothing in them is an operator.
fn phrase(database: Database, term: &Term) -> String {
    match database {
        Database::Sqlite => format!("\"{}\"{}", term.tokens.join(" "), if term.open { " *" } else { "" }),
        Database::Postgres => format!("{}{}", term.tokens.join(" <-> "), if term.open { ":*" } else { "" }),
    }
}

/// What searches find of it.
struct Line {
    place: &'static str,
    weight: i64,
    /// When in the replay.
    ms: Option<u64>,
    text: String,
}

impl Line {
    fn new(place: &'static str, weight: i64, text: impl Into<String>) -> Self {
        Self { place, weight, ms: None, text: text.into() }
    }
}

/// Writes anew what searches find of its words.
pub(super) async fn index_words(connection: &mut AnyConnection, one: &Resource) -> Result<(), StoreError> {
    let context = sqlx::query(
        "select s.name as studio, e.title as series from resource r join studio s on s.id = r.studio
         left join series e on e.id = r.series where r.id = $1",
    );
    let context = context.bind(one.id.as_str()).fetch_one(&mut *connection).await?;
    let mut lines = vec![Line::new("title", TITLE, &one.title), Line::new("summary", SUMMARY, &one.summary)];
    lines.extend(one.subject.iter().map(|subject| Line::new("subject", CONTEXT, subject)));
    lines.extend(one.stage.iter().map(|stage| Line::new("stage", CONTEXT, stage.word())));
    lines.extend(one.presenters.iter().map(|person| Line::new("presenter", PERSON, &person.name)));
    lines.push(Line::new("studio", CONTEXT, context.text("studio")?));
    lines.extend(context.optional_text("series")?.map(|series| Line::new("series", CONTEXT, series)));
    sqlx::query("delete from resource_line where resource = $1 and place not in ('chapter', 'said')")
        .bind(one.id.as_str())
        .execute(&mut *connection)
        .await?;
    insert(connection, one.id, lines).await
}

/// Writes anew what searches find of its chapters and of what is said: what is shown, and nothing of what is hidden. A lesson with
/// subtitles has thousands of these lines, and while they are written nobody else writes.
pub(super) async fn index_shown(connection: &mut AnyConnection, one: &Resource) -> Result<(), StoreError> {
    let content = read_content(connection, one.id).await?;
    let mut lines = Vec::new();
    for chapter in content.chapters {
        let ms = cuts::shown_at(chapter.ms, &one.cut).filter(|_| !one.hides(chapter.ms));
        lines.extend(ms.map(|ms| Line { ms: Some(ms), ..Line::new("chapter", CHAPTER, chapter.title) }));
    }
    for cue in content.subtitles {
        let ms = cuts::shown_at(cue.part.from_ms, &one.cut).filter(|_| !cue.part.touches_any(&one.hidden));
        lines.extend(ms.map(|ms| Line { ms: Some(ms), ..Line::new("said", SAID, cue.text) }));
    }
    sqlx::query("delete from resource_line where resource = $1 and place in ('chapter', 'said')")
        .bind(one.id.as_str())
        .execute(&mut *connection)
        .await?;
    insert(connection, one.id, lines).await
}

async fn insert(connection: &mut AnyConnection, id: ResourceId, lines: Vec<Line>) -> Result<(), StoreError> {
    let lines = lines.into_iter().map(|line| (search::index(&line.text), line));
    let lines: Vec<(String, Line)> = lines.filter(|(tokens, _)| !tokens.is_empty()).collect();
    for lines in lines.chunks(ROWS_AT_ONCE) {
        let rows = tuples(lines.len(), 6);
        let statement = sql!("insert into resource_line (resource, place, weight, ms, text, tokens) values {rows}");
        let query = lines.iter().fold(sqlx::query(statement), |query, (tokens, line)| {
            let Line { place, weight, ms, text } = line;
            let query = query.bind(id.as_str()).bind(*place).bind(*weight).bind(ms.map(super::signed));
            query.bind(text.as_str()).bind(tokens.as_str())
        });
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
