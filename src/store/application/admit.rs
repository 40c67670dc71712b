//! Taking somebody in: the Membership, and for a host the Studio, within the quotas of the Recruitment and the Policy.

use super::super::row::Columns as _;
use super::super::{Noun, StoreError, capacity, membership, random, studio};
use super::place::within_quota;
use super::reserve::check_places;
use super::{hosts_under, open_membership};
use crate::domain::application::{Sending, chosen};
use crate::domain::policy::Policy;
use crate::domain::{
    AccountId, Application, ApplicationRefusal, Day, DaysNote, MemberMarks, MemberRole, Membership, MembershipId,
    NewStudio, Recruitment, RegionTree, StudioId, StudioKind, Tier, Time,
};
use sqlx::AnyConnection;
use std::sync::Arc;

pub(super) async fn admit(
    connection: &mut AnyConnection,
    (application, sending): (&Application, &Sending),
    recruitment: &Recruitment,
    policy: Option<Arc<Policy>>,
    tree: &RegionTree,
    (from, said, note): (Day, MemberMarks, &DaysNote),
) -> Result<MembershipId, StoreError> {
    let policy = policy.ok_or(StoreError::NotFound(Noun::Policy))?;
    let account = application.account.id;
    let id: MembershipId = random::id()?;
    let role = recruitment.role;
    let mut marks = said;
    let new = match chosen(&sending.reviews) {
        Some(studio) => {
            check_places(connection, recruitment, (Some(studio), application.id)).await?;
            if let Some(row) = open_membership(connection, studio, account).await? {
                marks = said.or(membership::marks_of(connection, row.id("id")?).await?);
            }
            let new = Membership { id, studio, account, role, from, to: None };
            make_room(connection, &new, marks, (&policy, tree), note).await?;
            new
        }
        None => {
            check_places(connection, recruitment, (None, application.id)).await?;
            refuse_hosts(connection, &recruitment.policy, account, from).await?;
            let studio = found(connection, sending, recruitment, &policy, (from, note.at)).await?;
            Membership { id, studio, account, role, from, to: None }
        }
    };
    membership::begin(connection, &new, note).await?;
    membership::write_marks(connection, id, marks).await?;
    Ok(id)
}

/// The Policy's quota lets this person in; what they were in the Studio until then ends the day before.
pub(in crate::store) async fn make_room(
    connection: &mut AnyConnection,
    new: &Membership,
    marks: MemberMarks,
    (policy, tree): (&Policy, &RegionTree),
    note: &DaysNote,
) -> Result<(), StoreError> {
    let Membership { studio, account, role, from, .. } = *new;
    within_quota(connection, new, marks, policy, tree).await?;
    if let Some(row) = open_membership(connection, studio, account).await? {
        let (id, was): (MembershipId, MemberRole) = (row.id("id")?, row.coded("role")?);
        refuse_same(was, role)?;
        if row.day("from_day")? >= from {
            let sentence = format!("这位老师 {} 才作为{}加入，新的日期要更晚。", row.day("from_day")?, was.word());
            return Err(ApplicationRefusal::Roster(sentence).into());
        }
        membership::end(connection, id, from.plus(-1), note).await?;
    }
    Ok(())
}

/// Whoever is in the Studio gets another role than they have, and a host none.
pub(super) fn refuse_same(was: MemberRole, role: MemberRole) -> Result<(), ApplicationRefusal> {
    if was == role || was == MemberRole::Host {
        return Err(ApplicationRefusal::Roster(format!("这位老师已经是{}。", was.word())));
    }
    Ok(())
}

pub(super) async fn refuse_hosts(
    connection: &mut AnyConnection,
    policy: &str,
    account: AccountId,
    from: Day,
) -> Result<(), StoreError> {
    if hosts_under(connection, policy, account, from).await? {
        return Err(ApplicationRefusal::Roster("这位老师已经在主持一个工作室。".to_owned()).into());
    }
    Ok(())
}

/// The Studio of a new host, where they teach.
async fn found(
    connection: &mut AnyConnection,
    sending: &Sending,
    recruitment: &Recruitment,
    policy: &Policy,
    (from, now): (Day, Time),
) -> Result<StudioId, StoreError> {
    let there = capacity::count(connection, recruitment.region, &recruitment.policy, from).await?;
    if let Some(full) = there.refuses(policy, &sending.draft.form.subject) {
        return Err(ApplicationRefusal::Full(full).into());
    }
    let new = new_studio(connection, sending, recruitment, from).await?;
    new.check()?;
    let made = studio::from(random::id()?, new, now);
    studio::insert(connection, &made).await?;
    Ok(made.id)
}

/// As the applicant described it, where they teach.
pub(super) async fn new_studio(
    connection: &mut AnyConnection,
    sending: &Sending,
    recruitment: &Recruitment,
    from: Day,
) -> Result<NewStudio, StoreError> {
    let form = &sending.draft.form;
    let row = sqlx::query("select region from school where id = $1")
        .bind(sending.school.as_str())
        .fetch_one(connection)
        .await?;
    Ok(NewStudio {
        name: form.studio_name.clone(),
        tier: recruitment.tier.unwrap_or(Tier::County),
        kind: recruitment.kind.unwrap_or(StudioKind::Studio),
        subject: form.subject.clone(),
        region: row.id("region")?,
        cycle_start: from,
        policy: Some(recruitment.policy.clone()),
        introduction: form.plan.clone(),
    })
}
