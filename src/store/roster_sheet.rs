//! Roster sheets: whom their rows may mean, and what good rows change, all of it or nothing.

use super::account::{self, Profile};
use super::application::rows_over_quota;
use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, constraint, membership, page, random, region};
use crate::domain::roster::{AccountFill, NewPerson, RosterPlan, Step, Who};
use crate::domain::{
    Account, AccountId, AccountRole, Day, DaysNote, MemberMarks, MemberRole, Membership, MembershipId, SchoolId, Since,
    StudioId, Time,
};
use sqlx::AnyConnection;

/// Values bound by one statement.
const AT_ONCE: usize = 500;
/// Accounts whose login name is the same phone with another ending.
const MOST_OF_ONE_PHONE: u32 = 9;

/// Everybody with one of these names or phones.
pub async fn people(store: &Store, names: &[String], phones: &[String]) -> Result<Vec<Profile>, StoreError> {
    let mut connection = store.read().await?;
    let mut ids = Vec::new();
    for (column, values) in [("name", names), ("phone", phones)] {
        for some in values.chunks(AT_ONCE) {
            let statement = sql!("select id from account where {column} in ({})", page::placeholders(1, some.len()));
            let query = some.iter().fold(sqlx::query(statement), |query, value| query.bind(value.as_str()));
            for row in query.fetch_all(&mut *connection).await? {
                ids.push(row.id("id")?);
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let mut people: Vec<Profile> = account::of_ids(&mut connection, ids).await?.into_values().collect();
    people.sort_unstable_by_key(|profile| profile.account.id);
    Ok(people)
}

/// Who was in the Studio on `day`, with their accounts, as a roster is written.
pub async fn roster_on(store: &Store, studio: StudioId, day: Day) -> Result<Vec<RosterLine>, StoreError> {
    let members = membership::roster_on(store, studio, day).await?;
    let ids = members.iter().map(|member| member.account.id);
    let profiles = account::of_ids(&mut *store.read().await?, ids).await?;
    // Somebody with two Memberships has two rows.
    let row = |member: membership::Member| {
        let profile = profiles.get(&member.account.id)?.clone();
        Some(RosterLine { membership: member.membership, marks: member.marks, profile })
    };
    Ok(members.into_iter().filter_map(row).collect())
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    pub membership: Membership,
    pub marks: MemberMarks,
    pub profile: Profile,
}

/// A plan that is to be written, with the hash of the first password where it brings an Account.
#[derive(Debug, Clone)]
pub struct Planned {
    pub plan: RosterPlan,
    pub password_hash: Option<String>,
}

/// An Account that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub row: u32,
    pub name: String,
    pub login_name: String,
    pub school: SchoolId,
}

/// What came of the plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    Written(Vec<Made>),
    /// The Studio's Policy has no place for the people of these rows: nothing was written.
    OverQuota(Vec<(u32, String)>),
}

/// The rows that the Studio's Policy has no place for, with why.
pub async fn over_quota(
    store: &Store,
    studio: StudioId,
    plans: &[RosterPlan],
    today: Day,
) -> Result<Vec<(u32, String)>, StoreError> {
    let tree = region::tree(store).await?;
    rows_over_quota(&mut *store.read().await?, store, studio, plans, (&tree, today)).await
}

/// Writes all plans in one transaction; where one does not fit any more, none.
pub async fn apply(
    store: &Store,
    studio: StudioId,
    planned: Vec<Planned>,
    note: DaysNote,
) -> Result<Applied, StoreError> {
    let now = note.at;
    let (store_of, tree) = (store.clone(), region::tree(store).await?);
    store
        .write(move |connection| {
            Box::pin(async move {
                let plans: Vec<RosterPlan> = planned.iter().map(|one| one.plan.clone()).collect();
                let over = rows_over_quota(connection, &store_of, studio, &plans, (&tree, now.day())).await?;
                if !over.is_empty() {
                    return Ok(Applied::OverQuota(over));
                }
                let mut made = Vec::new();
                for Planned { plan, password_hash } in planned {
                    let account = match plan.who {
                        Who::Known(id, fill) => {
                            fill_account(connection, id, &fill, &note).await?;
                            id
                        }
                        Who::New(person) => {
                            let hash = password_hash.unwrap_or_default();
                            let account = add(connection, person, &hash, now).await?;
                            let (name, login_name) = (account.name, account.login_name);
                            let school = account.school.ok_or(StoreError::Unreadable { column: "school" })?;
                            made.push(Made { row: plan.row, name, login_name, school });
                            account.id
                        }
                    };
                    let stepped = Stepped { role: plan.role, from: plan.from, step: plan.step, marks: plan.marks };
                    take_step(connection, studio, account, &stepped, &note).await?;
                }
                Ok(Applied::Written(made))
            })
        })
        .await
}

async fn add(
    connection: &mut AnyConnection,
    person: NewPerson,
    password_hash: &str,
    now: Time,
) -> Result<Account, StoreError> {
    let account = Account {
        id: random::id()?,
        login_name: free_login_name(connection, &person.phone).await?,
        name: person.name,
        role: AccountRole::Teacher,
        scope: None,
        school: Some(person.school),
        title: person.title,
        subject: person.subject,
        phone: Some(person.phone),
        disabled: false,
        created_at: now,
    };
    account.check()?;
    account::insert(connection, &account, password_hash).await?;
    Ok(account)
}

/// The phone itself; somebody else may sign in by it who had it before.
async fn free_login_name(connection: &mut AnyConnection, phone: &str) -> Result<String, StoreError> {
    for number in 1..=MOST_OF_ONE_PHONE {
        let name = if number == 1 { phone.to_owned() } else { format!("{phone}-{number}") };
        let taken = sqlx::query("select id from account where login_name = $1").bind(name.as_str());
        if taken.fetch_optional(&mut *connection).await?.is_none() {
            return Ok(name);
        }
    }
    Err(StoreError::Conflict(constraint::named("account_login_name_taken")))
}

async fn fill_account(
    connection: &mut AnyConnection,
    id: AccountId,
    fill: &AccountFill,
    note: &DaysNote,
) -> Result<(), StoreError> {
    if *fill == AccountFill::default() {
        return Ok(());
    }
    if fill.school.is_some() {
        let known = account::find(connection, id).await?.ok_or(StoreError::NotFound(Noun::Account))?;
        let since = Since { day: None, by: note.by, at: note.at };
        account::moved(connection, id, (known.account.school, fill.school), since).await?;
    }
    sqlx::query(
        "update account set phone = coalesce($2, phone), school = coalesce($3, school), title = coalesce($4, title),
             subject = coalesce($5, subject)
         where id = $1",
    )
    .bind(id.as_str())
    .bind(fill.phone.as_deref())
    .bind(fill.school.as_ref().map(SchoolId::as_str))
    .bind(fill.title.as_deref())
    .bind(fill.subject.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

/// What becomes of a person's Membership.
struct Stepped {
    role: MemberRole,
    from: Day,
    step: Step,
    marks: MemberMarks,
}

async fn take_step(
    connection: &mut AnyConnection,
    studio: StudioId,
    account: AccountId,
    plan: &Stepped,
    note: &DaysNote,
) -> Result<(), StoreError> {
    let Stepped { role, from, step, marks } = *plan;
    match step {
        Step::Keep => return Ok(()),
        Step::Mark { of } => return membership::write_marks(connection, of, marks).await,
        Step::Begin => {}
        Step::Change { ends } => membership::end(connection, ends, from.plus(-1), note).await?,
    }
    let id: MembershipId = random::id()?;
    membership::begin(connection, &Membership { id, studio, account, role, from, to: None }, note).await?;
    membership::write_marks(connection, id, marks).await
}
