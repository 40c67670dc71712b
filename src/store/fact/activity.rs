//! Activities as Facts, without their people; and of each that took place a digest of what its people follow from.

use super::{decided, fingerprint};
use crate::domain::attendance::AttendanceParameters;
use crate::domain::participation::{ActivityFact, Decided, MemberFact};
use crate::domain::{
    AccountId, ActivityId, ActivityKind, ActivityState, Level, MemberRole, Mode, SchoolId, SeriesId, SessionId, Studio,
    StudioId, Time,
};
use crate::store::row::{Columns as _, rows_in};
use crate::store::{Store, StoreError, lesson_review, policy};
use sqlx::AnyConnection;
use std::collections::{BTreeSet, HashMap};

/// An Activity as its rows tell it.
pub(super) struct Told {
    id: ActivityId,
    series: Option<SeriesId>,
    title: String,
    kind: ActivityKind,
    mode: Mode,
    level: Level,
    planned_start: Time,
    planned_end: Time,
    state: ActivityState,
    presenters: Vec<AccountId>,
    reviewers: Vec<AccountId>,
    excused: Vec<AccountId>,
    classrooms: Vec<SchoolId>,
    levels: Vec<Decided<Option<Level>>>,
    counting: Vec<Decided<bool>>,
    sessions: Vec<Occurrence>,
}

struct Occurrence {
    id: SessionId,
    started_at: Time,
    ended_at: Option<Time>,
    started_by: Option<AccountId>,
    /// How many lines the ledger has of it.
    lines: i64,
}

/// An Activity that took place: where its people come from.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) activity: ActivityId,
    /// SHA-256 of all that its people follow from.
    pub(super) basis: String,
    /// Schools that had a Classroom in it.
    pub(super) classrooms: Vec<SchoolId>,
    /// SHA-256 of its people as they are kept, or were made; none where neither is so.
    pub(super) people: Option<String>,
}

/// Without the cancelled ones, by the day on which they were planned to begin.
pub(super) async fn of_studios(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<StudioId, Vec<Told>>, StoreError> {
    let head =
        "select a.id, a.studio, a.series, a.title, a.kind, a.mode, a.level, a.planned_start, a.planned_end, a.state
        from activity a where a.state <> 'cancelled' and a.studio in";
    let rows = rows_in(connection, head, studios, "order by a.studio, a.planned_start, a.id").await?;
    let mut presenters = pairs(
        connection,
        "select p.activity, p.account as other from presenter p join activity a on a.id = p.activity where a.studio in",
        studios,
        "order by p.activity, p.position",
    )
    .await?;
    let mut excused = pairs(
        connection,
        "select l.activity, l.account as other from leave_asked l join leave_decided d on d.leave = l.id
             join activity a on a.id = l.activity left join leave_withdrawn w on w.leave = l.id
         where d.granted = 1 and w.leave is null and a.studio in",
        studios,
        "order by l.activity, l.account",
    )
    .await?;
    let mut classrooms = pairs(
        connection,
        "select c.activity, c.school as other from classroom c join activity a on a.id = c.activity where a.studio in",
        studios,
        "order by c.activity, c.created_at, c.id",
    )
    .await?;
    let mut reviewers: HashMap<ActivityId, Vec<AccountId>> = HashMap::new();
    for (activity, reviewer) in lesson_review::reviewers(connection, studios).await? {
        reviewers.entry(activity).or_default().push(reviewer);
    }
    let mut levels = decided::levels(connection, studios).await?;
    let mut countings = decided::countings(connection, studios).await?;
    let mut sessions = sessions(connection, studios).await?;
    let mut found: HashMap<StudioId, Vec<Told>> = HashMap::new();
    for row in rows {
        let id = row.id("id")?;
        let told = Told {
            id,
            series: row.optional_id("series")?,
            title: row.text("title")?,
            kind: row.coded("kind")?,
            mode: row.coded("mode")?,
            level: row.coded("level")?,
            planned_start: row.time("planned_start")?,
            planned_end: row.time("planned_end")?,
            state: row.coded("state")?,
            presenters: presenters.remove(&id).unwrap_or_default(),
            reviewers: reviewers.remove(&id).unwrap_or_default(),
            excused: excused.remove(&id).unwrap_or_default(),
            classrooms: classrooms.remove(&id).unwrap_or_default(),
            levels: levels.remove(&id).unwrap_or_default(),
            counting: countings.remove(&id).unwrap_or_default(),
            sessions: sessions.remove(&id).unwrap_or_default(),
        };
        found.entry(row.id("studio")?).or_default().push(told);
    }
    Ok(found)
}

/// Rows of an Activity and something else.
async fn pairs<I: crate::domain::id::Id>(
    connection: &mut AnyConnection,
    head: &str,
    studios: &[StudioId],
    tail: &str,
) -> Result<HashMap<ActivityId, Vec<I>>, StoreError> {
    let mut found: HashMap<ActivityId, Vec<I>> = HashMap::new();
    for row in rows_in(connection, head, studios, tail).await? {
        found.entry(row.id("activity")?).or_default().push(row.id("other")?);
    }
    Ok(found)
}

async fn sessions(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<ActivityId, Vec<Occurrence>>, StoreError> {
    let head = "select s.id, s.activity, s.started_at, s.ended_at, s.started_by,
            (select max(e.sequence) from presence_event e where e.session = s.id) as lines
        from session s join activity a on a.id = s.activity where a.studio in";
    let mut found: HashMap<ActivityId, Vec<Occurrence>> = HashMap::new();
    for row in rows_in(connection, head, studios, "order by s.activity, s.started_at, s.id").await? {
        let one = Occurrence {
            id: row.id("id")?,
            started_at: row.time("started_at")?,
            ended_at: row.optional_time("ended_at")?,
            started_by: row.optional_id("started_by")?,
            lines: row.optional_number("lines")?.unwrap_or(0),
        };
        found.entry(row.id("activity")?).or_default().push(one);
    }
    Ok(found)
}

/// By their day.
pub(super) fn facts(
    store: &Store,
    studio: &Studio,
    members: &[MemberFact],
    told: Vec<Told>,
) -> (Vec<ActivityFact>, Vec<Held>) {
    let mut facts = Vec::with_capacity(told.len());
    let mut held = Vec::new();
    for one in told {
        // One that is live is neither planned nor over.
        let over = one.state == ActivityState::Ended && one.sessions.iter().any(|session| session.ended_at.is_some());
        if over {
            let basis = basis(store, studio, members, &one);
            held.push(Held { activity: one.id, basis, classrooms: one.classrooms.clone(), people: None });
        }
        facts.push(fact(one, over));
    }
    facts.sort_by_key(|fact: &ActivityFact| (fact.day, fact.id));
    (facts, held)
}

fn fact(one: Told, held: bool) -> ActivityFact {
    let begun = one.sessions.first().filter(|_| held).map_or(one.planned_start, |session| session.started_at);
    let hosts: BTreeSet<AccountId> = one.sessions.iter().filter_map(|session| session.started_by).collect();
    ActivityFact {
        id: one.id,
        title: one.title,
        kind: one.kind,
        mode: one.mode,
        level: one.level,
        levels: one.levels,
        counting: one.counting,
        series: one.series,
        day: begun.day(),
        held,
        sessions: one.sessions.iter().filter(|session| session.ended_at.is_some()).map(|session| session.id).collect(),
        presenters: one.presenters,
        hosts: hosts.into_iter().collect(),
        reviewers: one.reviewers,
        helped: None,
        people: Vec::new(),
    }
}

/// The same as what `session_record` looks at, from rows that are read for many at once.
fn basis(store: &Store, studio: &Studio, members: &[MemberFact], one: &Told) -> String {
    let over = one.sessions.iter().filter(|session| session.ended_at.is_some());
    let sessions: Vec<_> = over
        .map(|session| {
            let day = session.started_at.day();
            let here = members.iter().filter(|member| member.on(day));
            // Whoever is expected has a record without a line.
            let expected =
                here.filter(|member| matches!(member.role, MemberRole::Host | MemberRole::Core | MemberRole::Trainee));
            let expected: BTreeSet<AccountId> = expected.map(|member| member.account).collect();
            let parameters: AttendanceParameters = policy::parameters(store, studio, day);
            let ended = session.ended_at.map(Time::micros);
            (session.id, session.started_at.micros(), ended, session.lines, expected, parameters)
        })
        .collect();
    let planned = (one.planned_start.micros(), one.planned_end.micros());
    fingerprint(&(super::FORMAT, env!("CARGO_PKG_VERSION"), planned, sessions, &one.presenters, &one.excused))
}
