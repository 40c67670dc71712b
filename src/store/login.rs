//! Logins: signed-in browsers, known by the SHA-256 of their token; and the lock after too many wrong passwords.

use super::row::{Columns as _, sql};
use super::{Store, StoreError, account, random};
use crate::domain::account::Account;
use crate::domain::login::{ABSOLUTE_LIMIT, Failures, IDLE_LIMIT, Login};
use crate::domain::{AccountId, LoginId, Time};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::time::Duration;

/// `last_seen_at` is written again when it is older than this: a write per hour, not per request.
const TOUCH_AFTER: Duration = Duration::from_secs(3600);
const TOKEN_BYTES: usize = 32;
const CSRF_BYTES: usize = 18;

/// What signing in needs to know about an Account.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub account: Account,
    pub password_hash: String,
    pub failures: Failures,
}

/// A new Login. The token exists here and in the browser only.
#[derive(Debug, Clone)]
pub struct IssuedLogin {
    pub token: String,
    pub login: Login,
}

/// By login name, in any case of letters. None also for a disabled Account.
pub async fn credentials(store: &Store, login_name: &str) -> Result<Option<Credentials>, StoreError> {
    let row = sqlx::query(
        "select id, login_name, name, role, scope, school, title, subject, phone, disabled, created_at,
             password_hash, failures, locked_until
         from account where login_name = $1 and disabled = 0",
    )
    .bind(login_name.trim().to_ascii_lowercase())
    .fetch_optional(&mut *store.read().await?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Credentials {
        account: account::read(&row)?,
        password_hash: row.text("password_hash")?,
        failures: read_failures(&row)?,
    }))
}

/// Counts one wrong password, and gives the count with it.
pub async fn failed(store: &Store, id: AccountId, now: Time) -> Result<Failures, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let failures = failures(connection, id).await?.after_failure(now);
                write_failures(connection, id, failures).await?;
                Ok(failures)
            })
        })
        .await
}

/// The password was right: forgets the failures and begins a Login. Refused while the Account is locked, so that
/// guesses sent all at once find no gap.
pub async fn begin(store: &Store, id: AccountId, now: Time) -> Result<IssuedLogin, StoreError> {
    let token = URL_SAFE_NO_PAD.encode(random::bytes::<TOKEN_BYTES>()?);
    let login = Login {
        id: random::id()?,
        account: id,
        created_at: now,
        last_seen_at: now,
        csrf: URL_SAFE_NO_PAD.encode(random::bytes::<CSRF_BYTES>()?),
    };
    let token_hash = digest(&token);
    store
        .write(move |connection| {
            Box::pin(async move {
                if let Some(until) = failures(connection, id).await?.locked(now) {
                    return Err(StoreError::Locked { until });
                }
                write_failures(connection, id, Failures::default()).await?;
                sqlx::query(
                    "insert into login (id, account, token_hash, csrf, created_at, last_seen_at)
                     values ($1, $2, $3, $4, $5, $6)",
                )
                .bind(login.id.as_str())
                .bind(id.as_str())
                .bind(token_hash)
                .bind(login.csrf.as_str())
                .bind(login.created_at.micros())
                .bind(login.last_seen_at.micros())
                .execute(connection)
                .await?;
                Ok(IssuedLogin { token, login })
            })
        })
        .await
}

/// Who this token belongs to; none when it is unknown, expired, or the Account is disabled. Being seen prolongs the Login.
pub async fn find(store: &Store, token: &str, now: Time) -> Result<Option<(Login, account::Profile)>, StoreError> {
    let mut connection = store.read().await?;
    let row = sqlx::query("select id, account, csrf, created_at, last_seen_at from login where token_hash = $1")
        .bind(digest(token))
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut login = Login {
        id: row.id("id")?,
        account: row.id("account")?,
        created_at: row.time("created_at")?,
        last_seen_at: row.time("last_seen_at")?,
        csrf: row.text("csrf")?,
    };
    if login.expired(now) {
        return Ok(None);
    }
    let Some(profile) = account::find(&mut connection, login.account).await? else { return Ok(None) };
    drop(connection);
    if profile.account.disabled {
        return Ok(None);
    }
    if now.since(login.last_seen_at) > TOUCH_AFTER {
        touch(store, login.id, now).await?;
        login.last_seen_at = now;
    }
    Ok(Some((login, profile)))
}

/// Signs one browser out. Ending it twice is no error.
pub async fn end(store: &Store, id: LoginId) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("delete from login where id = $1").bind(id.as_str()).execute(connection).await?;
                Ok(())
            })
        })
        .await
}

/// Removes what has expired; gives how many.
pub async fn sweep(store: &Store, now: Time) -> Result<u64, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("delete from login where last_seen_at <= $1 or created_at <= $2")
                    .bind((now - IDLE_LIMIT).micros())
                    .bind((now - ABSOLUTE_LIMIT).micros())
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected())
            })
        })
        .await
}

async fn touch(store: &Store, id: LoginId, now: Time) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("update login set last_seen_at = $2 where id = $1 and last_seen_at < $2")
                    .bind(id.as_str())
                    .bind(now.micros())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
}

async fn failures(connection: &mut AnyConnection, id: AccountId) -> Result<Failures, StoreError> {
    // PostgreSQL has other writers besides this one: the row stays theirs to wait for until COMMIT.
    let lock = if connection.backend_name() == "PostgreSQL" { "for update" } else { "" };
    let row = sqlx::query(sql!("select failures, locked_until from account where id = $1 and disabled = 0 {lock}"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read_failures(&row.ok_or(StoreError::NotFound(super::Noun::Account))?)
}

async fn write_failures(connection: &mut AnyConnection, id: AccountId, failures: Failures) -> Result<(), StoreError> {
    sqlx::query("update account set failures = $2, locked_until = $3 where id = $1")
        .bind(id.as_str())
        .bind(i64::from(failures.count))
        .bind(failures.locked_until.map(Time::micros))
        .execute(connection)
        .await?;
    Ok(())
}

fn read_failures(row: &AnyRow) -> Result<Failures, StoreError> {
    let count = u32::try_from(row.number("failures")?).map_err(|_| StoreError::Unreadable { column: "failures" })?;
    Ok(Failures { count, locked_until: row.optional_time("locked_until")? })
}

/// A token has 256 random bits, so one round of SHA-256 without salt is enough to keep it.
fn digest(token: &str) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, token.as_bytes()).as_ref().to_vec()
}
