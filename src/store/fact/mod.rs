//! Facts: all that Scorecards follow from, read for many Studios at once, with a digest by which it shows whether anything changed.

mod activity;
mod decided;
mod people;
pub(super) mod roster;

use super::resource::Nominated;
use super::row::{Columns as _, rows_in};
use super::ruling::{ChoiceMade, GradeRuled, VetoFound};
use super::year_end::{FrozenYear, SettledYear};
use super::{Store, StoreError, evidence, helped_school, mentor, region, resource as published, ruling, year_end};
use crate::domain::participation::{
    ChosenFact, Decided, EvidenceFact, Facts, FrozenFact, GradeFact, HelpedFact, MentorFact, ResourceFact, SettledFact,
    StudioFact, VetoFact,
};
use crate::domain::policy::Covered;
use crate::domain::presence::hex;
use crate::domain::{ActivityId, Day, EvidenceId, RegionId, RegionKind, RegionTree, SchoolId, Studio, StudioId};
use activity::Held;
pub(super) use people::RuralSchools;
pub(super) use people::forget;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

/// Counts up when the same rows give other Facts than before.
const FORMAT: u32 = 3;

/// The slot in which a Studio hands in that a resource of its was selected as 精品.
pub const RESOURCE_SLOT: &str = "selected_resource";

/// What is known of one Studio. The people of its Activities come by [`fill`].
#[derive(Debug, Clone)]
pub struct Gathered {
    pub studio: Studio,
    pub facts: Facts,
    held: Vec<Held>,
    /// The names of the Schools that it helps or has helped: guests say theirs in words.
    helped_names: BTreeMap<SchoolId, String>,
    rural: Arc<RuralSchools>,
    /// SHA-256 of the rows that all but the people follows from.
    rows: String,
    /// SHA-256 of all that the Facts follow from, people too. Where people are not kept it is whole only after [`fill`], and until
    /// then equals no whole one.
    pub digest: String,
}

impl Gathered {
    /// As it is once the year or the cycle is frozen, today.
    pub(super) fn close(&mut self, covered: Covered, today: Day) {
        let Covered { scope, year } = covered;
        if self.facts.frozen.iter().all(|one| (one.scope, one.year) != (scope, year)) {
            self.facts.frozen.push(FrozenFact { scope, year, day: today });
            self.seal();
        }
    }

    /// Says what all follows from, before its people are in it.
    fn seal(&mut self) {
        let bases: Vec<_> = self.held.iter().map(|one| (&one.basis, &one.classrooms)).collect();
        let version = (FORMAT, env!("CARGO_PKG_VERSION"));
        self.rows =
            fingerprint(&(version, &self.studio.policy, &self.facts, bases, &self.helped_names, &self.rural.digest));
        self.digest = self.digest();
    }

    fn digest(&self) -> String {
        let people: Vec<_> = self.held.iter().map(|one| &one.people).collect();
        fingerprint(&(&self.rows, people))
    }
}

/// All of these Studios, in this order: some fifteen queries, however many Studios there are.
pub async fn gather(store: &Store, studios: Vec<Studio>) -> Result<Vec<Gathered>, StoreError> {
    let tree = region::tree(store).await?;
    let mut connection = store.read().await?;
    let connection = &mut *connection;
    let ids: Vec<StudioId> = studios.iter().map(|studio| studio.id).collect();
    let rural = Arc::new(RuralSchools::read(connection).await?);
    let mut members = roster::of_studios(connection, (&tree, &rural), &ids).await?;
    let mut mentors = by(mentor::of_studios(connection, &ids).await?, |one| one.studio);
    let mut helped = by(helped_school::of_studios(connection, &ids).await?, |one| one.studio);
    let mut evidence = by(evidence::of_studios(connection, &ids).await?, |one| one.studio);
    let mut decisions = decided::evidence(connection, &ids).await?;
    let mut choices = by(ruling::choices(connection, &ids).await?, |one| one.studio);
    let mut vetoes = by(ruling::vetoes(connection, &ids).await?, |one| one.studio);
    let mut grades = by(ruling::grades(connection, &ids).await?, |one| one.studio);
    let mut nominated = by(published::nominated(connection, &ids).await?, |one| one.studio);
    let mut frozen = by(year_end::frozen_years(connection, &ids).await?, |one| one.studio);
    let mut settled = by(year_end::settled_years(connection, &ids).await?, |one| one.studio);
    let mut activities = activity::of_studios(connection, &ids).await?;
    let kept = people::digests(connection, &ids).await?;
    let gathered = studios.into_iter().map(|studio| {
        let id = studio.id;
        let members = members.remove(&id).unwrap_or_default();
        let (activities, mut held) =
            activity::facts(store, &studio, &members, activities.remove(&id).unwrap_or_default());
        for one in &mut held {
            let same = kept.get(&one.activity).filter(|(basis, _)| *basis == one.basis);
            one.people = same.map(|(_, people)| people.clone());
        }
        let helped = helped.remove(&id).unwrap_or_default();
        let helped_names: BTreeMap<_, _> =
            helped.iter().map(|one| (one.school.id, one.school.name.trim().to_owned())).collect();
        let policy = studio.policy.clone().unwrap_or_default();
        let handed_in = evidence.remove(&id).unwrap_or_default();
        let handed_in = handed_in.into_iter().filter(|one| one.policy == policy);
        let handed_in: Vec<_> = handed_in.map(|one| evidence_fact(&one, &mut decisions)).collect();
        let facts = Facts {
            studio: studio_fact(&studio, &tree),
            members,
            activities,
            mentors: mentors.remove(&id).unwrap_or_default().into_iter().map(mentor_fact).collect(),
            helped: helped.into_iter().map(|one| helped_fact(&one, &rural)).collect(),
            resources: resources(&handed_in, nominated.remove(&id).unwrap_or_default()),
            evidence: handed_in,
            chosen: choices.remove(&id).unwrap_or_default().into_iter().flat_map(|one| chosen(one, &policy)).collect(),
            vetoes: vetoes.remove(&id).unwrap_or_default().into_iter().filter_map(|one| veto(one, &policy)).collect(),
            grades: grades.remove(&id).unwrap_or_default().into_iter().filter_map(|one| grade(one, &policy)).collect(),
            frozen: frozen_years(frozen.remove(&id).unwrap_or_default(), &policy),
            settled: settled_years(settled.remove(&id).unwrap_or_default(), &policy),
        };
        let (rural, rows, digest) = (Arc::clone(&rural), String::new(), String::new());
        let mut gathered = Gathered { studio, facts, held, helped_names, rural, rows, digest };
        gathered.seal();
        gathered
    });
    Ok(gathered.collect())
}

/// Adds the people of all Activities that took place, from what is kept of them; what is not, or has changed, is made anew
/// from the records.
pub async fn fill(store: &Store, gathered: &mut [Gathered]) -> Result<(), StoreError> {
    people::fill(store, gathered).await
}

/// One Studio, whole.
pub async fn of_studio(store: &Store, studio: Studio) -> Result<Gathered, StoreError> {
    let mut gathered = gather(store, vec![studio]).await?;
    fill(store, &mut gathered).await?;
    gathered.pop().ok_or(StoreError::NotFound(super::Noun::Studio))
}

/// The names of these Schools, by id.
pub async fn school_names(store: &Store, ids: &[SchoolId]) -> Result<BTreeMap<String, String>, StoreError> {
    let head = "select id, name from school where id in";
    let rows = rows_in(&mut *store.read().await?, head, ids, "").await?;
    rows.iter().map(|row| Ok((row.text("id")?, row.text("name")?))).collect()
}

pub(super) fn fingerprint(of: &impl Serialize) -> String {
    let json = serde_json::to_vec(of).expect("plain data");
    hex(digest(&SHA256, &json).as_ref())
}

pub(super) fn studio_fact(studio: &Studio, tree: &RegionTree) -> StudioFact {
    StudioFact {
        id: studio.id,
        name: studio.name.clone(),
        tier: studio.tier,
        kind: studio.kind,
        cycle_start: studio.cycle_start,
        city: city(tree, studio.region),
        last_day: studio.last_day,
    }
}

/// The city that a Region is or lies in.
pub(super) fn city(tree: &RegionTree, region: RegionId) -> Option<RegionId> {
    tree.path(region).into_iter().find(|one| one.kind == RegionKind::City).map(|one| one.id)
}

fn by<T, K: Eq + Hash>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut found: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        found.entry(key(&row)).or_default().push(row);
    }
    found
}

fn mentor_fact(one: mentor::Mentor) -> MentorFact {
    let mentee = one.mentee_account.map_or(one.mentee, |account| account.to_string());
    MentorFact { mentor: one.mentor.id, mentee, from: one.from, to: one.to }
}

fn helped_fact(one: &helped_school::HelpedSchool, rural: &RuralSchools) -> HelpedFact {
    HelpedFact { school: one.school.id, rural: rural.of(one.school.id), from: one.from, to: one.to }
}

type Counts = Vec<Decided<Option<u32>>>;

fn evidence_fact(one: &evidence::Evidence, decisions: &mut HashMap<EvidenceId, Counts>) -> EvidenceFact {
    EvidenceFact {
        id: one.id.to_string(),
        slot: one.slot.clone(),
        account: one.account.as_ref().map(|account| account.id),
        title: one.title.clone(),
        day: one.day,
        decisions: decisions.remove(&one.id).unwrap_or_default(),
    }
}

/// What was handed in as Evidence, and what lies in the library.
fn resources(handed_in: &[EvidenceFact], nominated: Vec<Nominated>) -> Vec<ResourceFact> {
    let in_library = nominated.into_iter().map(|one| {
        let Nominated { id, title, day, decisions, .. } = one;
        ResourceFact { id: id.to_string(), title, day, decisions }
    });
    handed_in.iter().filter(|one| one.slot == RESOURCE_SLOT).map(resource).chain(in_library).collect()
}

fn resource(one: &EvidenceFact) -> ResourceFact {
    ResourceFact { id: one.id.clone(), title: one.title.clone(), day: one.day, decisions: one.decisions.clone() }
}

fn chosen(one: ChoiceMade, policy: &str) -> Vec<ChosenFact> {
    let refused = one.ruled.as_ref().is_some_and(|ruled| !ruled.granted);
    if one.policy != policy || refused {
        return Vec::new();
    }
    let confirmed = one.ruled.map(|ruled| ruled.at.day());
    let (choice, year, day) = (one.choice, one.year, one.at.day());
    let fact = |criterion| ChosenFact { choice: choice.clone(), criterion, year, day, confirmed };
    one.criteria.into_iter().map(fact).collect()
}

fn veto(one: VetoFound, policy: &str) -> Option<VetoFact> {
    let counts = one.policy == policy && one.lifted.is_none();
    counts.then_some(VetoFact { veto: one.veto, day: one.day, found: one.at.day(), reason: one.reason })
}

fn grade(one: GradeRuled, policy: &str) -> Option<GradeFact> {
    let GradeRuled { grade, scope, year, ruled, .. } = one;
    let counts = one.policy == policy && ruled.granted;
    counts.then(|| GradeFact { grade, scope, year, day: ruled.at.day() })
}

fn frozen_years(all: Vec<FrozenYear>, policy: &str) -> Vec<FrozenFact> {
    let of_policy = all.into_iter().filter(|one| one.policy == policy);
    of_policy.map(|one| FrozenFact { scope: one.scope, year: one.year, day: one.day }).collect()
}

fn settled_years(all: Vec<SettledYear>, policy: &str) -> Vec<SettledFact> {
    all.into_iter().filter(|one| one.policy == policy).map(|one| one.fact).collect()
}

/// Which Activity of which of the Studios a held one is.
type Place = (usize, usize);

/// Where the Activities stand in `gathered`, by id.
fn places(gathered: &[Gathered]) -> HashMap<ActivityId, Place> {
    let places = gathered.iter().enumerate().flat_map(|(studio, one)| {
        let activities = one.facts.activities.iter().enumerate();
        activities.map(move |(activity, fact)| (fact.id, (studio, activity)))
    });
    places.collect()
}
