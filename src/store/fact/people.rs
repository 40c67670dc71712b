//! Who was in an Activity, over all its Sessions: one kept row for each Activity, so that a year of a Region need not read
//! half a million records.

use super::activity::Held;
use super::{Gathered, Place, fingerprint, places};
use crate::domain::attendance::{AttendanceRecord, AttendanceStatus};
use crate::domain::participation::{ActivityFact, Attended, Facts, HelpedFact, History, MemberFact, PersonFact};
use crate::domain::presence::Person;
use crate::domain::{AccountId, ActivityId, Day, RegionTree, SchoolId, SessionId, StudioId};
use crate::store::report::Subject;
use crate::store::row::{Columns as _, rows_in};
use crate::store::school_history::RuralDays;
use crate::store::{Store, StoreError, account, region, school_history, session};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Activities that are kept by one write: what was made stays when the server stops in the middle.
const KEPT_AT_ONCE: usize = 20;

/// One person as kept: key, verdict, minutes, a guest who said to be from a rural school, the Account's School of that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept(String, Attended, u32, bool, Option<SchoolId>);

/// The Schools that are rural now, and those that have not always been what they are, with the SHA-256 of both.
#[derive(Debug)]
pub(in crate::store) struct RuralSchools {
    ids: HashSet<SchoolId>,
    changed: RuralDays,
    pub(super) digest: String,
}

impl RuralSchools {
    pub(in crate::store) async fn read(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let query = sqlx::query("select id from school where rural = 1 order by id");
        let rows = query.fetch_all(&mut *connection).await?;
        let ids: Vec<SchoolId> = rows.iter().map(|row| row.id("id")).collect::<Result<_, _>>()?;
        let changed = school_history::rural_days(connection).await?;
        let by_id: BTreeMap<_, _> = changed.iter().collect();
        Ok(Self { digest: fingerprint(&(&ids, by_id)), ids: ids.into_iter().collect(), changed })
    }

    pub(super) fn of(&self, school: SchoolId) -> History<bool> {
        self.changed.get(&school).cloned().unwrap_or_else(|| History::always(self.ids.contains(&school)))
    }

    fn on(&self, school: SchoolId, day: Day) -> bool {
        self.changed.get(&school).map_or_else(|| self.ids.contains(&school), |of| *of.on(day))
    }
}

/// Of each Activity of these Studios whose people are kept: what they were made from, and the SHA-256 of them.
pub(super) async fn digests(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<HashMap<ActivityId, (String, String)>, StoreError> {
    let head = "select f.activity, f.basis, f.digest from activity_fact f join activity a on a.id = f.activity
        where a.studio in";
    let rows = rows_in(connection, head, studios, "").await?;
    rows.iter().map(|row| Ok((row.id("activity")?, (row.text("basis")?, row.text("digest")?)))).collect()
}

pub(super) async fn fill(store: &Store, gathered: &mut [Gathered]) -> Result<(), StoreError> {
    let places = places(gathered);
    let held: Vec<Held> = gathered.iter().flat_map(|one| one.held.iter().cloned()).collect();
    let ids: Vec<ActivityId> = held.iter().map(|one| one.activity).collect();
    let mut people = kept(&mut *store.read().await?, &held, &ids).await?;
    let missing: Vec<&Held> = held.iter().filter(|one| !people.contains_key(&one.activity)).collect();
    if !missing.is_empty() {
        let tree = region::tree(store).await?;
        let moves = school_history::moves_so_far(&mut *store.read().await?).await?;
        for some in missing.chunks(KEPT_AT_ONCE) {
            let mut made = Vec::with_capacity(some.len());
            for one in some {
                let (studio, activity) = places[&one.activity];
                let fact = &gathered[studio].facts.activities[activity];
                // There are few readers, and a request waits for one no longer than seconds: each Activity takes its turn.
                let found = make(store, &mut *store.read().await?, &tree, (&fact.sessions, fact.day)).await?;
                made.push((one.activity, one.basis.clone(), found.clone()));
                people.insert(one.activity, found);
            }
            keep(store, made, moves).await;
        }
    }
    for one in gathered {
        one.enter(&mut people, &places);
    }
    Ok(())
}

impl Gathered {
    /// Puts its people into its Activities, and them into its digest.
    fn enter(&mut self, people: &mut HashMap<ActivityId, Vec<Kept>>, places: &HashMap<ActivityId, Place>) {
        let Facts { activities, members, helped, .. } = &mut self.facts;
        for one in &mut self.held {
            let people = people.remove(&one.activity).unwrap_or_default();
            one.people = Some(fingerprint(&people));
            let fact = &mut activities[places[&one.activity].1];
            fact.helped = helped_school(fact, one, &people, (members, helped, &self.helped_names));
            let (rural, day) = (&self.rural, fact.day);
            let person = |Kept(person, attended, minutes, said, school): Kept| PersonFact {
                person,
                attended,
                minutes,
                rural: school.map_or(said, |school| rural.on(school, day)),
            };
            fact.people = people.into_iter().map(person).collect();
            // Begun and ended with nobody in it: nothing took place.
            fact.held = fact.people.iter().any(|one| matches!(one.attended, Attended::Present | Attended::Unknown));
        }
        self.digest = self.digest();
    }
}

/// For which School that the Studio helps it was held. Members are there each time: a School is, where others of it come, or it
/// has a Classroom. A School that a guest has named is the one of that name, as in reports.
fn helped_school(
    fact: &ActivityFact,
    held: &Held,
    people: &[Kept],
    (members, helped, names): (&[MemberFact], &[HelpedFact], &BTreeMap<SchoolId, String>),
) -> Option<SchoolId> {
    let roster: HashSet<&str> = members.iter().filter(|one| one.on(fact.day)).map(|one| one.account.as_str()).collect();
    let others = || people.iter().filter(|one| one.1 == Attended::Present && !roster.contains(one.0.as_str()));
    let came: HashSet<SchoolId> = others().filter_map(|one| one.4).chain(held.classrooms.iter().copied()).collect();
    let named: HashSet<String> = others().filter_map(|one| school_of_guest(&one.0)).collect();
    let is_there = |school| came.contains(school) || names.get(school).is_some_and(|name| named.contains(name));
    let mut now = helped.iter().filter(|one| one.from <= fact.day && one.to.is_none_or(|to| fact.day <= to));
    now.find(|one| is_there(&one.school)).map(|one| one.school)
}

fn school_of_guest(key: &str) -> Option<String> {
    match Person::from_key(key) {
        Some(Person::Guest { school, .. }) => Some(school),
        _ => None,
    }
}

/// Those whose basis is still the same.
async fn kept(
    connection: &mut AnyConnection,
    held: &[Held],
    ids: &[ActivityId],
) -> Result<HashMap<ActivityId, Vec<Kept>>, StoreError> {
    let bases: HashMap<ActivityId, &str> = held.iter().map(|one| (one.activity, one.basis.as_str())).collect();
    let head = "select activity, basis, content from activity_fact where activity in";
    let mut found = HashMap::with_capacity(ids.len());
    for row in rows_in(connection, head, ids, "").await? {
        let activity: ActivityId = row.id("activity")?;
        if bases.get(&activity).copied() != Some(row.text("basis")?.as_str()) {
            continue;
        }
        // What another version wrote is made anew.
        if let Ok(people) = serde_json::from_str(&row.text("content")?) {
            found.insert(activity, people);
        }
    }
    Ok(found)
}

/// From the records of the Sessions: the best verdict of a person, and the minutes of all.
async fn make(
    store: &Store,
    connection: &mut AnyConnection,
    tree: &RegionTree,
    (sessions, day): (&[SessionId], Day),
) -> Result<Vec<Kept>, StoreError> {
    let mut people: BTreeMap<String, Kept> = BTreeMap::new();
    for id in sessions {
        let session = session::find(connection, *id).await?;
        let subject = Subject::of(store, connection, session).await?;
        let report = subject.report(store, connection, tree).await?;
        for row in report.rows {
            let said = row.is_rural();
            let kept = people
                .entry(row.record.person.clone())
                .or_insert_with(|| Kept(row.record.person.clone(), Attended::Absent, 0, said, None));
            kept.1 = kept.1.min(attended(&row.record));
            kept.2 = kept.2.saturating_add(u32::try_from(row.record.minutes()).unwrap_or(u32::MAX));
            kept.3 |= said;
        }
    }
    let accounts: Vec<AccountId> = people.keys().filter_map(|key| AccountId::parse(key).ok()).collect();
    let mut profiles = account::of_ids(connection, accounts).await?;
    school_history::as_of(connection, &mut profiles, day).await?;
    for (id, profile) in profiles {
        if let Some(kept) = people.get_mut(id.as_str()) {
            kept.4 = profile.school.map(|school| school.id);
            // Whether their School is rural is looked up each time.
            kept.3 = false;
        }
    }
    Ok(people.into_values().collect())
}

fn attended(record: &AttendanceRecord) -> Attended {
    match record.status {
        AttendanceStatus::Present => Attended::Present,
        AttendanceStatus::Unknown => Attended::Unknown,
        AttendanceStatus::Excused => Attended::Excused,
        AttendanceStatus::Absent => Attended::Absent,
    }
}

/// Forgets who was in the Activities of this Account, whose School is another now: those that it has lines in, and those that
/// expected it, where it has a record without a line.
pub(in crate::store) async fn forget(connection: &mut AnyConnection, account: AccountId) -> Result<(), StoreError> {
    sqlx::query(
        "delete from activity_fact where activity in (
             select s.activity from session s
             where s.id in (select e.session from presence_event e where e.person = $1)
             union select a.id from activity a join membership m on m.studio = a.studio where m.account = $1
             union select l.activity from leave_asked l where l.account = $1)",
    )
    .bind(account.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// A full disk keeps nobody from the scorecard. Where somebody's School has changed since so many moves were known, nothing is kept:
/// what was made may be of the School before.
async fn keep(store: &Store, made: Vec<(ActivityId, String, Vec<Kept>)>, moves: i64) {
    if made.is_empty() {
        return;
    }
    let written = store
        .write(move |connection| {
            Box::pin(async move {
                if school_history::moves_so_far(connection).await? != moves {
                    return Ok(());
                }
                for (activity, basis, people) in made {
                    sqlx::query(
                        "insert into activity_fact (activity, basis, digest, content) values ($1, $2, $3, $4)
                         on conflict (activity) do update set basis = excluded.basis, digest = excluded.digest,
                             content = excluded.content",
                    )
                    .bind(activity.as_str())
                    .bind(basis)
                    .bind(fingerprint(&people))
                    .bind(serde_json::to_string(&people).expect("plain data"))
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await;
    if let Err(error) = written {
        tracing::warn!(%error, "facts of activities not kept");
    }
}
