//! Policies: every version that was ever registered, word by word; read once, then kept at hand.

use super::row::{Columns as _, number_of};
use super::{Store, StoreError};
use crate::domain::attendance::{AttendanceParameters, hex};
use crate::domain::policy::Policy;
use crate::domain::{Day, Studio, Time};
use ring::digest::{SHA256, digest};
use std::sync::{Arc, PoisonError, RwLock};

/// All versions by key, then by number.
pub type Policies = Vec<Arc<Policy>>;

/// What this process knows of the table: a registered version never changes.
#[derive(Default)]
pub(super) struct Shelf(RwLock<Arc<Policies>>);

/// A Policy with the file that it was read from.
#[derive(Debug, Clone)]
pub struct PolicyFile {
    pub policy: Policy,
    pub text: String,
}

/// Makes these known. A version that is known already has to be the same, letter by letter.
pub async fn register(store: &Store, files: Vec<PolicyFile>, now: Time) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                for PolicyFile { policy, text } in files {
                    let fingerprint = hex(digest(&SHA256, text.as_bytes()).as_ref());
                    let known = sqlx::query("select digest from policy_version where key = $1 and version = $2")
                        .bind(policy.key.as_str())
                        .bind(i64::from(policy.version))
                        .fetch_optional(&mut *connection)
                        .await?;
                    match known.map(|row| row.text("digest")).transpose()? {
                        Some(known) if known == fingerprint => continue,
                        Some(_) => {
                            return Err(StoreError::PolicyChanged { key: policy.key, version: policy.version });
                        }
                        None => {}
                    }
                    sqlx::query(
                        "insert into policy_version (key, version, digest, content, effective_from, registered_at)
                         values ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(policy.key.as_str())
                    .bind(i64::from(policy.version))
                    .bind(fingerprint)
                    .bind(text)
                    .bind(number_of(policy.effective_from))
                    .bind(now.micros())
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await?;
    read(store).await
}

/// All that are known.
#[must_use]
pub fn all(store: &Store) -> Arc<Policies> {
    Arc::clone(&store.0.policies.0.read().unwrap_or_else(PoisonError::into_inner))
}

/// The version of this programme that holds on the day; where none does, the nearest one.
#[must_use]
pub fn in_force(store: &Store, key: &str, day: Day) -> Option<Arc<Policy>> {
    let known = all(store);
    let versions = || known.iter().filter(|policy| policy.key == key);
    let begun = || versions().filter(|policy| policy.effective_from <= day);
    let holds = begun().rfind(|policy| policy.effective_to.is_none_or(|to| day <= to));
    holds.or_else(|| begun().next_back()).or_else(|| versions().next()).cloned()
}

/// What "attended" means in this Studio on the day.
#[must_use]
pub fn parameters(store: &Store, studio: &Studio, day: Day) -> AttendanceParameters {
    let policy = studio.policy.as_deref().and_then(|key| in_force(store, key, day));
    policy.map_or_else(AttendanceParameters::default, |policy| policy.attendance.clone())
}

/// Fills the shelf from the table.
pub(super) async fn read(store: &Store) -> Result<(), StoreError> {
    let rows = sqlx::query("select content from policy_version order by key, version")
        .fetch_all(&mut *store.read().await?)
        .await?;
    let mut known = Policies::with_capacity(rows.len());
    for row in rows {
        let policy = toml::from_str(&row.text("content")?);
        known.push(Arc::new(policy.map_err(|_| StoreError::Unreadable { column: "content" })?));
    }
    *store.0.policies.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    Ok(())
}
