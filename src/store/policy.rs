//! Policies: every version that was ever registered, word by word; read once, then kept at hand.

use super::row::{Columns as _, number_of};
use super::{Store, StoreError};
use crate::domain::attendance::AttendanceParameters;
use crate::domain::policy::{Policy, built_in, built_in_files};
use crate::domain::presence::hex;
use crate::domain::{Day, Invalid, Studio};
use ring::digest::{SHA256, digest};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// All versions by key, then by number.
pub type Policies = BTreeMap<(String, u32), Arc<Policy>>;

/// What this process knows of the table: a registered version never changes.
#[derive(Default)]
pub(super) struct Shelf(RwLock<Arc<Policies>>);

/// A Policy with the file that it was read from.
#[derive(Debug, Clone)]
pub struct PolicyFile {
    pub policy: Policy,
    pub text: String,
}

/// The programmes that come with the server.
pub(super) fn files() -> Vec<PolicyFile> {
    let files = built_in().iter().zip(built_in_files());
    files.map(|(policy, (_, text))| PolicyFile { policy: policy.clone(), text: (*text).to_owned() }).collect()
}

/// Makes these known. A version that is known already has to be the same, letter by letter.
pub async fn register(store: &Store, files: Vec<PolicyFile>) -> Result<(), StoreError> {
    let known: Vec<Arc<Policy>> = files.iter().map(|file| Arc::new(file.policy.clone())).collect();
    store.write(move |connection| Box::pin(async move { write(connection, files).await })).await?;
    shelve(store, known);
    Ok(())
}

async fn write(connection: &mut sqlx::AnyConnection, files: Vec<PolicyFile>) -> Result<(), StoreError> {
    for PolicyFile { policy, text } in files {
        let fingerprint = hex(digest(&SHA256, text.as_bytes()).as_ref());
        let known = sqlx::query("select digest from policy_version where key = $1 and version = $2")
            .bind(policy.key.as_str())
            .bind(i64::from(policy.version))
            .fetch_optional(&mut *connection)
            .await?;
        match known.map(|row| row.text("digest")).transpose()? {
            Some(known) if known == fingerprint => continue,
            Some(_) => return Err(StoreError::PolicyChanged { key: policy.key, version: policy.version }),
            None => {}
        }
        sqlx::query(
            "insert into policy_version (key, version, digest, content, effective_from) values ($1, $2, $3, $4, $5)",
        )
        .bind(policy.key.as_str())
        .bind(i64::from(policy.version))
        .bind(fingerprint)
        .bind(text)
        .bind(number_of(policy.effective_from))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// All that are known.
#[must_use]
pub fn all(store: &Store) -> Arc<Policies> {
    Arc::clone(&store.0.policies.0.read().unwrap_or_else(PoisonError::into_inner))
}

/// The newest version of each programme.
#[must_use]
pub fn newest(store: &Store) -> Vec<Arc<Policy>> {
    let known = all(store);
    let newest: BTreeMap<&str, &Arc<Policy>> = known.values().map(|policy| (policy.key.as_str(), policy)).collect();
    newest.into_values().cloned().collect()
}

/// The version of this programme that holds on the day; where none does, the nearest one.
#[must_use]
pub fn in_force(store: &Store, key: &str, day: Day) -> Option<Arc<Policy>> {
    shelved(&all(store), key, day)
}

/// The same among Policies that were looked up before.
#[must_use]
pub(super) fn shelved(known: &Policies, key: &str, day: Day) -> Option<Arc<Policy>> {
    let versions = || known.range((key.to_owned(), 0)..=(key.to_owned(), u32::MAX)).map(|(_, policy)| policy);
    let begun = || versions().filter(|policy| policy.effective_from <= day);
    let holds = begun().rfind(|policy| policy.effective_to.is_none_or(|to| day <= to));
    holds.or_else(|| begun().next_back()).or_else(|| versions().next()).cloned()
}

/// The version by which a year is assessed: the one that holds on its 31 December, or today when that is still to come.
#[must_use]
pub fn of_year(store: &Store, key: &str, year: i32, today: Day) -> Option<Arc<Policy>> {
    let december = Day::parse(&format!("{year:04}-12-31")).unwrap_or(today);
    in_force(store, key, december.min(today))
}

/// What "attended" means in this Studio on the day.
#[must_use]
pub fn parameters(store: &Store, studio: &Studio, day: Day) -> AttendanceParameters {
    let policy = studio.policy.as_deref().and_then(|key| in_force(store, key, day));
    policy.map_or_else(AttendanceParameters::default, |policy| policy.attendance.clone())
}

/// Refuses a key that names no programme.
pub(super) fn check(store: &Store, key: Option<&str>) -> Result<(), Invalid> {
    let known = |key: &str| all(store).keys().any(|(known, _)| known == key);
    match key.filter(|key| !key.is_empty()) {
        Some(key) if !known(key) => Err(Invalid::one("policy", "没有这个考核办法，请从列表中选择。")),
        _ => Ok(()),
    }
}

/// Fills the shelf from the table, and registers what comes with the server.
pub(super) async fn open(store: &Store) -> Result<(), StoreError> {
    register(store, files()).await?;
    let shelved = all(store);
    let rows = sqlx::query("select key, version, content from policy_version order by key, version")
        .fetch_all(&mut *store.read().await?)
        .await?;
    let mut others = Vec::new();
    for row in rows {
        let version =
            u32::try_from(row.number("version")?).map_err(|_| StoreError::Unreadable { column: "version" })?;
        if !shelved.contains_key(&(row.text("key")?, version)) {
            let policy = toml::from_str(&row.text("content")?);
            others.push(Arc::new(policy.map_err(|_| StoreError::Unreadable { column: "content" })?));
        }
    }
    shelve(store, others);
    Ok(())
}

fn shelve(store: &Store, policies: Vec<Arc<Policy>>) {
    let mut shelf = store.0.policies.0.write().unwrap_or_else(PoisonError::into_inner);
    let mut known = Policies::clone(&shelf);
    known.extend(policies.into_iter().map(|policy| ((policy.key.clone(), policy.version), policy)));
    *shelf = Arc::new(known);
}
