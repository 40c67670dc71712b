//! Taking somebody in: the Membership, and for a host the Studio, within the quotas of the Recruitment and the Policy.

use super::super::fact::{roster, studio_fact};
use super::super::row::Columns as _;
use super::super::{Noun, StoreError, account, capacity, fact, membership, random, studio};
use super::{hosts_under, open_membership};
use crate::domain::application::{Quota, Sending, chosen, places_for};
use crate::domain::participation::{Home, MemberFact};
use crate::domain::policy::Policy;
use crate::domain::{
    AccountId, Application, ApplicationRefusal, Day, DaysNote, MemberRole, Membership, MembershipId, NewStudio,
    Recruitment, RegionTree, StudioId, StudioKind, Tier, Time,
};
use sqlx::AnyConnection;
use std::sync::Arc;

pub(super) async fn admit(
    connection: &mut AnyConnection,
    (application, sending): (&Application, &Sending),
    recruitment: &Recruitment,
    policy: Option<Arc<Policy>>,
    tree: &RegionTree,
    (from, note): (Day, &DaysNote),
) -> Result<MembershipId, StoreError> {
    let policy = policy.ok_or(StoreError::NotFound(Noun::Policy))?;
    let account = application.account.id;
    let joins = match chosen(&sending.reviews) {
        Some(studio) => {
            check_places(connection, recruitment, Some(studio)).await?;
            make_room(connection, (studio, account), recruitment.role, &policy, tree, (from, note)).await?;
            studio
        }
        None => {
            check_places(connection, recruitment, None).await?;
            if hosts_under(connection, &recruitment.policy, account, from).await? {
                return Err(ApplicationRefusal::Roster("这位老师已经在主持一个工作室。".to_owned()).into());
            }
            found(connection, sending, recruitment, &policy, (from, note.at)).await?
        }
    };
    let id: MembershipId = random::id()?;
    let new = Membership { id, studio: joins, account, role: recruitment.role, from, to: None };
    membership::begin(connection, &new, note).await?;
    Ok(id)
}

/// Places of the Recruitment: for each Studio, or for new Studios in all.
async fn check_places(
    connection: &mut AnyConnection,
    recruitment: &Recruitment,
    studio: Option<StudioId>,
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "select count(*) as taken from application p join application_reviewed d on d.application = p.id
             join membership m on m.id = d.membership
         where p.recruitment = $1 and ($2 = '' or m.studio = $2)",
    )
    .bind(recruitment.id.as_str())
    .bind(studio.as_ref().map_or("", StudioId::as_str))
    .fetch_one(connection)
    .await?;
    let taken = u32::try_from(row.number("taken")?).unwrap_or(u32::MAX);
    places_for(recruitment.places, taken).map_or(Ok(()), |full| Err(ApplicationRefusal::Full(full).into()))
}

/// The Policy's quota lets this person in; what they were in the Studio until then ends the day before.
pub(in crate::store) async fn make_room(
    connection: &mut AnyConnection,
    (joins, account): (StudioId, AccountId),
    role: MemberRole,
    policy: &Policy,
    tree: &RegionTree,
    (from, note): (Day, &DaysNote),
) -> Result<(), StoreError> {
    let found = studio::of_ids(connection, &[joins]).await?.remove(&joins).ok_or(StoreError::NotFound(Noun::Studio))?;
    let members = roster::of_studios(connection, tree, &[joins]).await?.remove(&joins).unwrap_or_default();
    // Whoever comes later has a place, too.
    let there =
        members.iter().filter(|one| one.role == role && one.to.is_none_or(|to| from <= to) && one.account != account);
    let there: Vec<MemberFact> = there.cloned().collect();
    let newcomer = newcomer(connection, tree, account, role, from).await?;
    let home = Home::on(from, &studio_fact(&found, tree), &members);
    let quota = Quota { policy, role, home, there: &there };
    if let Some(full) = quota.refuses(&newcomer) {
        return Err(ApplicationRefusal::Full(full).into());
    }
    if let Some(row) = open_membership(connection, joins, account).await? {
        let (id, was): (MembershipId, MemberRole) = (row.id("id")?, row.coded("role")?);
        if was == role || was == MemberRole::Host {
            return Err(ApplicationRefusal::Roster(format!("这位老师已经是{}。", was.word())).into());
        }
        if row.day("from_day")? >= from {
            let sentence = format!("这位老师 {} 才作为{}加入，新的日期要更晚。", row.day("from_day")?, was.word());
            return Err(ApplicationRefusal::Roster(sentence).into());
        }
        membership::end(connection, id, from.plus(-1), note).await?;
    }
    Ok(())
}

async fn newcomer(
    connection: &mut AnyConnection,
    tree: &RegionTree,
    id: AccountId,
    role: MemberRole,
    from: Day,
) -> Result<MemberFact, StoreError> {
    let profile = account::of_ids(connection, [id]).await?.remove(&id).ok_or(StoreError::NotFound(Noun::Account))?;
    let school = profile.school;
    Ok(MemberFact {
        account: id,
        name: profile.account.name,
        role,
        from,
        to: None,
        rural: school.as_ref().is_some_and(|school| school.rural),
        city: school.as_ref().and_then(|school| fact::city(tree, school.region)),
        school: school.map(|school| school.id),
        new_teacher: false,
        backbone: false,
    })
}

/// The Studio of a new host, where they teach.
async fn found(
    connection: &mut AnyConnection,
    sending: &Sending,
    recruitment: &Recruitment,
    policy: &Policy,
    (from, now): (Day, Time),
) -> Result<StudioId, StoreError> {
    let form = &sending.draft.form;
    let there = capacity::count(connection, recruitment.region, &recruitment.policy, from).await?;
    if let Some(full) = there.refuses(policy, &form.subject) {
        return Err(ApplicationRefusal::Full(full).into());
    }
    let row = sqlx::query("select region from school where id = $1")
        .bind(sending.school.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let new = NewStudio {
        name: form.studio_name.clone(),
        tier: recruitment.tier.unwrap_or(Tier::County),
        kind: recruitment.kind.unwrap_or(StudioKind::Studio),
        subject: form.subject.clone(),
        region: row.id("region")?,
        cycle_start: from,
        policy: Some(recruitment.policy.clone()),
        introduction: form.plan.clone(),
    };
    new.check()?;
    let made = studio::from(random::id()?, new, now);
    studio::insert(connection, &made).await?;
    Ok(made.id)
}
