//! Places: whom the Policy's quotas let into a Studio, whoever brings them in and however many at once.

use super::super::account::Profile;
use super::super::fact::{RuralSchools, roster, studio_fact};
use super::super::{Noun, Store, StoreError, account, fact, policy, school, studio};
use crate::domain::application::Quota;
use crate::domain::participation::{History, Home, MemberFact, Workplace};
use crate::domain::policy::Policy;
use crate::domain::roster::{RosterPlan, Step, Who};
use crate::domain::{
    AccountId, ApplicationRefusal, Day, MemberMarks, MemberRole, Membership, MembershipDays, RegionTree, School,
    SchoolId, Studio, StudioId,
};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The Policy's quota has a place for this Membership, which is to begin or to last longer.
pub(in crate::store) async fn within_quota(
    connection: &mut AnyConnection,
    new: &Membership,
    marks: MemberMarks,
    policy: &Policy,
    tree: &RegionTree,
) -> Result<(), StoreError> {
    within_quota_beside(connection, new, marks, &[], policy, tree).await
}

/// Somebody who is to be a member from that day on.
pub(super) struct Held {
    pub(super) account: AccountId,
    pub(super) role: MemberRole,
    pub(super) from: Day,
    pub(super) marks: MemberMarks,
}

/// The same with the places of those who are to be members counted as taken.
pub(super) async fn within_quota_beside(
    connection: &mut AnyConnection,
    new: &Membership,
    marks: MemberMarks,
    held: &[Held],
    policy: &Policy,
    tree: &RegionTree,
) -> Result<(), StoreError> {
    if !new.takes_place() {
        return Ok(());
    }
    let (found, mut members) = studio_with_members(connection, new.studio, tree).await?;
    let profiles = account::of_ids(connection, held.iter().map(|one| one.account).chain([new.account])).await?;
    members.extend(held.iter().filter_map(|one| {
        let profile = profiles.get(&one.account)?;
        let days = MembershipDays { from: one.from, to: None };
        Some(fact_of(profile, profile.school.as_ref(), (one.role, days, one.marks), tree))
    }));
    // Whom nobody knows the database refuses when the Membership is written.
    let Some(profile) = profiles.get(&new.account) else { return Ok(()) };
    let newcomer = fact_of(profile, profile.school.as_ref(), (new.role, new.days(), marks), tree);
    refused(&found, &members, &newcomer, policy, tree).map_or(Ok(()), |full| Err(ApplicationRefusal::Full(full).into()))
}

/// The same for whoever keeps the roster by hand, where the Studio has a Policy.
pub(in crate::store) async fn within_own_quota(
    connection: &mut AnyConnection,
    store: &Store,
    new: &Membership,
    marks: MemberMarks,
    (tree, today): (&RegionTree, Day),
) -> Result<(), StoreError> {
    let found = studio::of_ids(connection, &[new.studio]).await?.remove(&new.studio);
    match found.and_then(|found| in_force(store, &found, new.days(), today)) {
        Some(policy) => within_quota(connection, new, marks, &policy, tree).await,
        None => Ok(()),
    }
}

/// The rows of a roster sheet that its Studio's Policy has no place for, one after the other, with why.
pub(in crate::store) async fn rows_over_quota(
    connection: &mut AnyConnection,
    store: &Store,
    studio: StudioId,
    plans: &[RosterPlan],
    (tree, today): (&RegionTree, Day),
) -> Result<Vec<(u32, String)>, StoreError> {
    let (found, mut members) = studio_with_members(connection, studio, tree).await?;
    if found.policy.is_none() {
        return Ok(Vec::new());
    }
    let known = plans.iter().filter_map(|plan| match plan.who {
        Who::Known(id, _) => Some(id),
        Who::New(_) => None,
    });
    let profiles = account::of_ids(connection, known).await?;
    let schools: Vec<SchoolId> = plans.iter().filter_map(|plan| school_of(&plan.who)).collect();
    let schools = school::of_ids(connection, &schools).await?;
    let mut over = Vec::new();
    // Whoever goes on in another role leaves their place to the others, also to those of rows before theirs.
    for plan in plans {
        if let (Step::Change { .. }, Who::Known(account, _)) = (&plan.step, &plan.who) {
            for one in members.iter_mut().filter(|one| one.account == *account && one.to.is_none()) {
                one.to = Some(plan.from.plus(-1));
            }
        }
    }
    for plan in plans.iter().filter(|plan| plan.step != Step::Keep) {
        let newcomer = planned(plan, &profiles, &schools, tree)?;
        let days = MembershipDays { from: plan.from, to: None };
        let takes = plan.role != MemberRole::Host;
        let rules = in_force(store, &found, days, today).filter(|_| takes && !matches!(plan.step, Step::Mark { .. }));
        if let Some(full) = rules.and_then(|rules| refused(&found, &members, &newcomer, &rules, tree)) {
            over.push((plan.row, full));
            continue;
        }
        for one in members.iter_mut().filter(|one| one.account == newcomer.account && one.to.is_none()) {
            match plan.step {
                Step::Mark { .. } => {
                    (one.new_teacher, one.backbone) = (newcomer.new_teacher, newcomer.backbone);
                }
                _ => one.to = Some(plan.from.plus(-1)),
            }
        }
        if !matches!(plan.step, Step::Mark { .. }) {
            members.push(newcomer);
        }
    }
    Ok(over)
}

async fn studio_with_members(
    connection: &mut AnyConnection,
    id: StudioId,
    tree: &RegionTree,
) -> Result<(Studio, Vec<MemberFact>), StoreError> {
    let found = studio::of_ids(connection, &[id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Studio))?;
    let rural = RuralSchools::read(connection).await?;
    let members = roster::of_studios(connection, (tree, &rural), &[id]).await?.remove(&id).unwrap_or_default();
    Ok((found, members))
}

/// The rules of today; of days to come, and of days that are over, those of then.
fn in_force(store: &Store, studio: &Studio, days: MembershipDays, today: Day) -> Option<Arc<Policy>> {
    let day = days.from.max(days.to.map_or(today, |to| to.min(today)));
    studio.policy.as_deref().and_then(|key| policy::in_force(store, key, day))
}

fn refused(
    studio: &Studio,
    members: &[MemberFact],
    newcomer: &MemberFact,
    policy: &Policy,
    tree: &RegionTree,
) -> Option<String> {
    let same = |one: &&MemberFact| one.role == newcomer.role;
    let beside: Vec<&MemberFact> = members.iter().filter(same).filter(|one| one.account != newcomer.account).collect();
    // Who is to stay longer holds a place already, whoever the others are kept for.
    let at_once =
        |one: &MemberFact| one.to.is_none_or(|to| newcomer.from <= to) && newcomer.to.is_none_or(|to| one.from <= to);
    let stays = members.iter().filter(same).any(|one| one.account == newcomer.account && at_once(one));
    // Nobody is to be refused a place later on: the fullest days are those on which somebody begins.
    let begins = beside.iter().map(|one| one.from).filter(|day| newcomer.on(*day));
    let days: BTreeSet<Day> = begins.chain([newcomer.from]).collect();
    let home = Home::on(newcomer.from, &studio_fact(studio, tree), members);
    days.into_iter().find_map(|day| {
        let there: BTreeMap<AccountId, &MemberFact> =
            beside.iter().filter(|one| one.on(day)).map(|one| (one.account, *one)).collect();
        let there: Vec<MemberFact> = there.into_values().cloned().collect();
        let quota = Quota { policy, role: newcomer.role, day, home, there: &there };
        if stays { quota.full() } else { quota.refuses(newcomer) }
    })
}

fn school_of(who: &Who) -> Option<SchoolId> {
    match who {
        Who::Known(_, fill) => fill.school,
        Who::New(person) => Some(person.school),
    }
}

fn planned(
    plan: &RosterPlan,
    profiles: &HashMap<AccountId, Profile>,
    schools: &HashMap<SchoolId, School>,
    tree: &RegionTree,
) -> Result<MemberFact, StoreError> {
    let days = MembershipDays { from: plan.from, to: None };
    let will = (plan.role, days, plan.marks);
    let moved = school_of(&plan.who).and_then(|id| schools.get(&id));
    match &plan.who {
        Who::Known(id, _) => {
            let profile = profiles.get(id).ok_or(StoreError::NotFound(Noun::Account))?;
            Ok(fact_of(profile, moved.or(profile.school.as_ref()), will, tree))
        }
        Who::New(person) => {
            // Nobody has this id: it tells the row's person from the others.
            let mut bytes = [0; 10];
            bytes[..4].copy_from_slice(&plan.row.to_be_bytes());
            Ok(fact(AccountId::from_random(bytes), &person.name, moved, will, tree))
        }
    }
}

fn fact_of(
    profile: &Profile,
    school: Option<&School>,
    will: (MemberRole, MembershipDays, MemberMarks),
    tree: &RegionTree,
) -> MemberFact {
    fact(profile.account.id, &profile.account.name, school, will, tree)
}

fn fact(
    account: AccountId,
    name: &str,
    school: Option<&School>,
    (role, days, marks): (MemberRole, MembershipDays, MemberMarks),
    tree: &RegionTree,
) -> MemberFact {
    MemberFact {
        account,
        name: name.to_owned(),
        role,
        from: days.from,
        to: days.to,
        // Quotas look at days to come.
        workplaces: History::always(Workplace {
            school: school.map(|school| school.id),
            rural: school.is_some_and(|school| school.rural),
            city: school.and_then(|school| fact::city(tree, school.region)),
        }),
        new_teacher: marks.new_teacher,
        backbone: marks.backbone,
    }
}
