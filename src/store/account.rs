//! Accounts.

use super::row::{Columns as _, below, sql};
use super::{Noun, Page, Paged, Store, StoreError, fact, page, random, school_history};
use crate::domain::{Account, AccountId, AccountRole, NewAccount, RegionId, School, SchoolId, Since, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// Which accounts; the default is all.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Part of the name or of the login name.
    pub search: String,
    pub role: Option<AccountRole>,
    pub school: Option<SchoolId>,
    /// Whose school is in this Region or below it.
    pub within: Option<RegionId>,
}

/// An Account with the school it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub account: Account,
    pub school: Option<School>,
}

const PROFILE: &str =
    "select a.id, a.login_name, a.name, a.role, a.scope, a.school, a.title, a.subject, a.phone, a.disabled,
        a.created_at, s.name as school_name, s.region as school_region, s.rural as school_rural
    from account a left join school s on s.id = a.school";

/// Values bound by one statement; the databases take far more.
const IDS_AT_ONCE: usize = 500;

const FILTER: &str = concat!(
    "where ($1 = '' or lower(a.name) like $1 escape '\\' or a.login_name like $1 escape '\\')
    and ($2 = '' or a.role = $2)
    and ($3 = '' or a.school = $3)
    and ($4 = '' or s.region in ",
    below!("$4"),
    ")"
);

pub async fn list(store: &Store, filter: &AccountFilter, page: Page) -> Result<Paged<Profile>, StoreError> {
    let pattern = page::pattern(&filter.search);
    let role = filter.role.map_or("", AccountRole::code);
    let school = filter.school.as_ref().map_or("", SchoolId::as_str);
    let within = filter.within.as_ref().map_or("", RegionId::as_str);
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!("{PROFILE} {FILTER} order by a.name, a.id limit $5 offset $6"))
        .bind(pattern.as_str())
        .bind(role)
        .bind(school)
        .bind(within)
        .bind(page.limit())
        .bind(page.offset())
        .fetch_all(&mut *connection)
        .await?;
    let total =
        sqlx::query(sql!("select count(*) as total from account a left join school s on s.id = a.school {FILTER}"))
            .bind(pattern.as_str())
            .bind(role)
            .bind(school)
            .bind(within)
            .fetch_one(&mut *connection)
            .await?
            .number("total")?;
    Ok(page.of(total, rows.iter().map(read_profile).collect::<Result<_, _>>()?))
}

/// People who can sign in, by part of their real name only: what is found must not tell login names.
pub async fn people(store: &Store, name: &str, page: Page) -> Result<Paged<Profile>, StoreError> {
    const NAMED: &str = "where a.disabled = 0 and ($1 = '' or lower(a.name) like $1 escape '\\')";
    let pattern = page::pattern(name);
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!("{PROFILE} {NAMED} order by a.name, a.id limit $2 offset $3"))
        .bind(pattern.as_str())
        .bind(page.limit())
        .bind(page.offset())
        .fetch_all(&mut *connection)
        .await?;
    let total = sqlx::query(sql!("select count(*) as total from account a {NAMED}"))
        .bind(pattern.as_str())
        .fetch_one(&mut *connection)
        .await?
        .number("total")?;
    Ok(page.of(total, rows.iter().map(read_profile).collect::<Result<_, _>>()?))
}

pub async fn get(store: &Store, id: AccountId) -> Result<Profile, StoreError> {
    find(&mut *store.read().await?, id).await?.ok_or(StoreError::NotFound(Noun::Account))
}

pub async fn create(store: &Store, new: NewAccount, now: Time) -> Result<Account, StoreError> {
    new.check()?;
    let account = Account {
        id: random::id()?,
        login_name: new.login_name,
        name: new.name.trim().to_owned(),
        role: new.role,
        scope: new.scope,
        school: new.school,
        title: new.title.trim().to_owned(),
        subject: new.subject.trim().to_owned(),
        phone: new.phone,
        disabled: false,
        created_at: now,
    };
    let password_hash = new.password_hash;
    store
        .write(move |connection| {
            Box::pin(async move {
                insert(connection, &account, &password_hash).await?;
                Ok(account)
            })
        })
        .await
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    account: &Account,
    password_hash: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into account (id, login_name, name, role, scope, school, title, subject, phone, password_hash, disabled,
             failures, locked_until, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, null, $12)",
    )
    .bind(account.id.as_str())
    .bind(account.login_name.as_str())
    .bind(account.name.as_str())
    .bind(account.role.code())
    .bind(account.scope.as_ref().map(RegionId::as_str))
    .bind(account.school.as_ref().map(SchoolId::as_str))
    .bind(account.title.as_str())
    .bind(account.subject.as_str())
    .bind(account.phone.as_deref())
    .bind(password_hash)
    .bind(i64::from(account.disabled))
    .bind(account.created_at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes of the Account, as it is when this is written, what `edit` says, except for what never changes: its login name and
/// when it was made. Another School is theirs from the day that `since` says; the same one, too, where a day is named. A new
/// password, or being disabled, signs it out everywhere at once.
pub async fn update(
    store: &Store,
    id: AccountId,
    edit: impl FnOnce(Account) -> Result<Account, StoreError> + Send + 'static,
    password_hash: Option<String>,
    since: Since,
) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let old = find(connection, id).await?.ok_or(StoreError::NotFound(Noun::Account))?;
                let school = old.account.school;
                let account = edit(old.account)?;
                account.check()?;
                if account.school != school || since.day.is_some() {
                    moved(connection, id, (school, account.school), since).await?;
                }
                sqlx::query(
                    "update account set name = $2, role = $3, scope = $4, school = $5, title = $6, subject = $7,
                         disabled = $8, phone = $9
                     where id = $1",
                )
                .bind(account.id.as_str())
                .bind(account.name.trim())
                .bind(account.role.code())
                .bind(account.scope.as_ref().map(RegionId::as_str))
                .bind(account.school.as_ref().map(SchoolId::as_str))
                .bind(account.title.trim())
                .bind(account.subject.trim())
                .bind(i64::from(account.disabled))
                .bind(account.phone.as_deref())
                .execute(&mut *connection)
                .await?;
                if account.disabled || password_hash.is_some() {
                    sign_out_everywhere(connection, account.id).await?;
                }
                match password_hash {
                    Some(hash) => set_password(connection, account.id, &hash).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

/// Whoever teaches at another School did so in no Activity before that day.
pub(super) async fn moved(
    connection: &mut AnyConnection,
    id: AccountId,
    schools: (Option<SchoolId>, Option<SchoolId>),
    since: Since,
) -> Result<(), StoreError> {
    fact::forget(connection, id).await?;
    school_history::write_move(connection, id, schools, since).await
}

async fn set_password(connection: &mut AnyConnection, id: AccountId, hash: &str) -> Result<(), StoreError> {
    sqlx::query("update account set password_hash = $2, failures = 0, locked_until = null where id = $1")
        .bind(id.as_str())
        .bind(hash)
        .execute(connection)
        .await?;
    Ok(())
}

async fn sign_out_everywhere(connection: &mut AnyConnection, id: AccountId) -> Result<(), StoreError> {
    sqlx::query("delete from login where account = $1").bind(id.as_str()).execute(connection).await?;
    Ok(())
}

/// Has anybody an Account yet? An empty installation is set up or seeded.
pub async fn any(store: &Store) -> Result<bool, StoreError> {
    let row = sqlx::query("select id from account limit 1").fetch_optional(&mut *store.read().await?).await?;
    Ok(row.is_some())
}

pub(super) async fn find(connection: &mut AnyConnection, id: AccountId) -> Result<Option<Profile>, StoreError> {
    let row = sqlx::query(sql!("{PROFILE} where a.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(read_profile).transpose()
}

/// Those of these ids that there are.
pub(super) async fn of_ids(
    connection: &mut AnyConnection,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Profile>, StoreError> {
    let ids: Vec<AccountId> = ids.into_iter().collect();
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(IDS_AT_ONCE) {
        let statement = sql!("{PROFILE} where a.id in ({})", page::placeholders(1, some.len()));
        let query = some.iter().fold(sqlx::query(statement), |query, id| query.bind(id.as_str()));
        for row in query.fetch_all(&mut *connection).await? {
            let profile = read_profile(&row)?;
            found.insert(profile.account.id, profile);
        }
    }
    Ok(found)
}

pub(super) fn read(row: &AnyRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.id("id")?,
        login_name: row.text("login_name")?,
        name: row.text("name")?,
        role: row.coded("role")?,
        scope: row.optional_id("scope")?,
        school: row.optional_id("school")?,
        title: row.text("title")?,
        subject: row.text("subject")?,
        phone: row.optional_text("phone")?,
        disabled: row.flag("disabled")?,
        created_at: row.time("created_at")?,
    })
}

fn read_profile(row: &AnyRow) -> Result<Profile, StoreError> {
    let account = read(row)?;
    let school = match account.school {
        Some(id) => Some(School {
            id,
            name: row.text("school_name")?,
            region: row.id("school_region")?,
            rural: row.flag("school_rural")?,
        }),
        None => None,
    };
    Ok(Profile { account, school })
}
