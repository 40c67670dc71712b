//! Where people taught and which Schools were rural, by day. The rows of Accounts and Schools have what is so today; here stand the
//! changes, each with the day from which it holds and who said it.

use super::account::Profile;
use super::row::{Columns as _, number_of, rows_in};
use super::{Store, StoreError, school};
use crate::domain::participation::History;
use crate::domain::{AccountId, Day, PersonName, SchoolId, SchoolMove, Since};
use sqlx::AnyConnection;
use std::collections::HashMap;

/// Schools of people who have changed theirs.
pub(super) type Moves = HashMap<AccountId, History<Option<SchoolId>>>;

/// Schools that have become rural, or are so no more.
pub(super) type RuralDays = HashMap<SchoolId, History<bool>>;

pub(super) async fn write_move(
    connection: &mut AnyConnection,
    account: AccountId,
    (from, to): (Option<SchoolId>, Option<SchoolId>),
    since: Since,
) -> Result<(), StoreError> {
    since.check()?;
    sqlx::query(
        "insert into school_move (account, ordinal, from_school, to_school, from_day, decided_by, decided_at)
         select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 from school_move where account = $1",
    )
    .bind(account.as_str())
    .bind(from.as_ref().map(SchoolId::as_str))
    .bind(to.as_ref().map(SchoolId::as_str))
    .bind(number_of(since.first_day()))
    .bind(since.by.as_str())
    .bind(since.at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn write_rural(
    connection: &mut AnyConnection,
    school: SchoolId,
    (was, rural): (bool, bool),
    since: Since,
) -> Result<(), StoreError> {
    since.check()?;
    sqlx::query(
        "insert into school_rural (school, ordinal, was, rural, from_day, decided_by, decided_at)
         select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 from school_rural where school = $1",
    )
    .bind(school.as_str())
    .bind(i64::from(was))
    .bind(i64::from(rural))
    .bind(number_of(since.first_day()))
    .bind(since.by.as_str())
    .bind(since.at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Of those of these people who have moved.
pub(super) async fn moves(connection: &mut AnyConnection, accounts: &[AccountId]) -> Result<Moves, StoreError> {
    let head = "select account, from_school, to_school, from_day from school_move where account in";
    let mut found = Moves::new();
    for row in rows_in(connection, head, accounts, "order by account, ordinal").await? {
        let account: AccountId = row.id("account")?;
        let (from, to): (Option<SchoolId>, Option<SchoolId>) =
            (row.optional_id("from_school")?, row.optional_id("to_school")?);
        // Where nothing was known before, the first School that is known was theirs always.
        let before = found.remove(&account).unwrap_or_else(|| History::always(from.or(to)));
        let day = row.day("from_day")?;
        // The same School again puts the day right.
        found.insert(account, if from == to { before.only_since(day, to) } else { before.then(day, to) });
    }
    Ok(found)
}

pub(super) async fn rural_days(connection: &mut AnyConnection) -> Result<RuralDays, StoreError> {
    let rows = sqlx::query("select school, was, rural, from_day from school_rural order by school, ordinal")
        .fetch_all(connection)
        .await?;
    let mut found = RuralDays::new();
    for row in rows {
        let school: SchoolId = row.id("school")?;
        let before = found.remove(&school);
        let before = before.map_or_else(|| row.flag("was").map(History::always), Ok)?;
        let (day, was, rural) = (row.day("from_day")?, row.flag("was")?, row.flag("rural")?);
        found.insert(school, if was == rural { before.only_since(day, rural) } else { before.then(day, rural) });
    }
    Ok(found)
}

/// Gives these people the Schools of that day, as they were then.
pub(super) async fn as_of(
    connection: &mut AnyConnection,
    profiles: &mut HashMap<AccountId, Profile>,
    day: Day,
) -> Result<(), StoreError> {
    let ids: Vec<AccountId> = profiles.keys().copied().collect();
    let moves = moves(connection, &ids).await?;
    if !moves.is_empty() {
        let then: HashMap<AccountId, Option<SchoolId>> = moves.iter().map(|(id, of)| (*id, *of.on(day))).collect();
        let schools: Vec<SchoolId> = then.values().filter_map(|school| *school).collect();
        let schools = school::of_ids(connection, &schools).await?;
        for (id, school) in then {
            if let Some(profile) = profiles.get_mut(&id) {
                profile.school = school.and_then(|school| schools.get(&school).cloned());
            }
        }
    }
    let rural = rural_days(connection).await?;
    for school in profiles.values_mut().filter_map(|profile| profile.school.as_mut()) {
        if let Some(of) = rural.get(&school.id) {
            school.rural = *of.on(day);
        }
    }
    Ok(())
}

/// How many moves there have been: whoever reads twice knows whether there was one between.
pub(super) async fn moves_so_far(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    sqlx::query("select count(*) as moves from school_move").fetch_one(connection).await?.number("moves")
}

/// The latest first.
pub async fn of_account(store: &Store, id: AccountId) -> Result<Vec<SchoolMove>, StoreError> {
    let rows = sqlx::query(
        "select f.name as from_name, t.name as to_name, m.from_day, m.decided_by, a.name, m.decided_at from school_move m
             join account a on a.id = m.decided_by left join school f on f.id = m.from_school
             left join school t on t.id = m.to_school
         where m.account = $1 order by m.ordinal desc",
    )
    .bind(id.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SchoolMove {
                from: row.optional_text("from_name")?,
                to: row.optional_text("to_name")?,
                day: row.day("from_day")?,
                by: PersonName { id: row.id("decided_by")?, name: row.text("name")? },
                at: row.time("decided_at")?,
            })
        })
        .collect()
}
