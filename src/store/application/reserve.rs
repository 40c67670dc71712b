//! Places of those who are public: counted as taken when the next one is consented to, so that no list is longer than the places.

use super::super::row::{Columns as _, below, sql};
use super::super::{StoreError, capacity, constraint, random, studio};
use super::admit::{new_studio, refuse_hosts, refuse_same};
use super::place::{Held, within_quota_beside};
use super::publicity::STANDS;
use super::{of_ids, open_membership};
use crate::domain::application::{Publicity, Sending, places_for};
use crate::domain::policy::Policy;
use crate::domain::{
    Application, ApplicationId, ApplicationRefusal, MemberMarks, Membership, Recruitment, RegionTree, Studio, StudioId,
    Time,
};
use sqlx::AnyConnection;

/// Refuses whom nothing could be named for after these days, as things stand.
pub(super) async fn reserve(
    connection: &mut AnyConnection,
    (application, sending): (&Application, &Sending),
    recruitment: &Recruitment,
    (policy, tree): (&Policy, &RegionTree),
    publicity: &Publicity,
    now: Time,
) -> Result<(), StoreError> {
    let (account, role) = (application.account.id, recruitment.role);
    check_places(connection, recruitment, (publicity.studio, application.id)).await?;
    let from = publicity.span.to.plus(1);
    let Some(studio) = publicity.studio else {
        refuse_hosts(connection, &recruitment.policy, account, from).await?;
        return found_later(connection, (application, sending), recruitment, policy, (publicity, now)).await;
    };
    if let Some(row) = open_membership(connection, studio, account).await? {
        refuse_same(row.coded("role")?, role)?;
    }
    let held = held(connection, studio, application.id).await?;
    let new = Membership { id: random::id()?, studio, account, role, from, to: None };
    within_quota_beside(connection, &new, publicity.marks, &held, policy, tree).await
}

/// Places of the Recruitment: for each Studio, or for new Studios in all. Those of others who are public are taken.
pub(super) async fn check_places(
    connection: &mut AnyConnection,
    recruitment: &Recruitment,
    (studio, applicant): (Option<StudioId>, ApplicationId),
) -> Result<(), StoreError> {
    let studio = studio.as_ref().map_or("", StudioId::as_str);
    let row = sqlx::query(sql!(
        "select (select count(*) from application p join {TAKEN} d on d.application = p.id
                 join membership m on m.id = d.membership
             where p.recruitment = $1 and ($2 = '' or m.studio = $2))
             + (select count(*) from application_publicised b join application p on p.id = b.application
             where p.recruitment = $1 and ($2 = '' or b.studio = $2) and p.id <> $3 and {STANDS}) as taken"
    ))
    .bind(recruitment.id.as_str())
    .bind(studio)
    .bind(applicant.as_str())
    .fetch_one(connection)
    .await?;
    let taken = u32::try_from(row.number("taken")?).unwrap_or(u32::MAX);
    places_for(recruitment.places, taken).map_or(Ok(()), |full| Err(ApplicationRefusal::Full(full).into()))
}

/// What consents and namings began.
pub(super) const TAKEN: &str = "(select application, membership from application_reviewed where membership is not null
    union all select application, membership from application_named)";

/// Those who are public for the Studio, but for this Application.
async fn held(
    connection: &mut AnyConnection,
    studio: StudioId,
    applicant: ApplicationId,
) -> Result<Vec<Held>, StoreError> {
    let rows = sqlx::query(sql!(
        "select p.account, r.role, b.to_day, b.new_teacher, b.backbone from application_publicised b
             join application p on p.id = b.application join recruitment r on r.id = p.recruitment
         where b.studio = $1 and p.id <> $2 and {STANDS}"
    ))
    .bind(studio.as_str())
    .bind(applicant.as_str())
    .fetch_all(connection)
    .await?;
    let held = rows.iter().map(|row| {
        Ok(Held {
            account: row.id("account")?,
            role: row.coded("role")?,
            from: row.day("to_day")?.plus(1),
            marks: MemberMarks { new_teacher: row.flag("new_teacher")?, backbone: row.flag("backbone")? },
        })
    });
    held.collect()
}

/// There is a place in the Region and a name for the Studio of a new host, beside those of others who are public.
async fn found_later(
    connection: &mut AnyConnection,
    (application, sending): (&Application, &Sending),
    recruitment: &Recruitment,
    policy: &Policy,
    (publicity, now): (&Publicity, Time),
) -> Result<(), StoreError> {
    let from = publicity.span.to.plus(1);
    let new = new_studio(connection, sending, recruitment, from).await?;
    new.check()?;
    let rows = sqlx::query(sql!(
        "select p.id from application_publicised b join application p on p.id = b.application
             join recruitment r on r.id = p.recruitment
             join application_sent s on s.application = b.application and s.ordinal = b.sending
             join school sc on sc.id = s.school
         where b.studio is null and r.policy = $1 and sc.region in {} and p.id <> $3 and {STANDS}",
        below!("$2")
    ))
    .bind(recruitment.policy.as_str())
    .bind(recruitment.region.as_str())
    .bind(application.id.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let ids = rows.iter().map(|row| row.id("id")).collect::<Result<Vec<ApplicationId>, _>>()?;
    let mut there = capacity::count(connection, recruitment.region, &recruitment.policy, from).await?;
    for other in of_ids(connection, &ids).await?.into_values() {
        let Some(sent) = other.last() else { continue };
        if other.account.id == application.account.id {
            return Err(ApplicationRefusal::Roster("这位老师主持另一个新工作室，正在公示。".to_owned()).into());
        }
        let planned = new_studio(connection, sent, recruitment, from).await?;
        there.studios.push(studio::from(random::id()?, planned, now));
    }
    if let Some(full) = there.refuses(policy, &new.subject) {
        return Err(ApplicationRefusal::Full(full).into());
    }
    let named = sqlx::query("select id from studio where region = $1 and name = $2")
        .bind(new.region.as_str())
        .bind(new.name.trim())
        .fetch_optional(&mut *connection)
        .await?;
    let same = |one: &Studio| one.region == new.region && one.name == new.name.trim();
    if named.is_some() || there.studios.iter().any(same) {
        return Err(StoreError::Conflict(constraint::named("studio_name_taken")));
    }
    Ok(())
}
