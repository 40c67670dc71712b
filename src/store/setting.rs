//! Settings: the few values that the installation makes for itself and keeps, such as the key of its tickets.

use super::row::Columns as _;
use super::{Store, StoreError, random};
use sqlx::AnyConnection;

/// How long a key is: as long as the SHA-256 it goes into.
pub const SECRET_BYTES: usize = 32;

/// The secret key of this name; random, made when it is first asked for, and the same for ever after.
pub async fn secret(store: &Store, name: &'static str) -> Result<[u8; SECRET_BYTES], StoreError> {
    if let Some(value) = find(&mut *store.read().await?, name).await? {
        return secret_of(&value);
    }
    let fresh = random::bytes::<SECRET_BYTES>()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("insert into setting (name, value) values ($1, $2) on conflict (name) do nothing")
                    .bind(name)
                    .bind(fresh.to_vec())
                    .execute(&mut *connection)
                    .await?;
                // Another server on the same database may have been first; its value is the one that counts.
                let value = find(connection, name).await?.ok_or(StoreError::Unreadable { column: "value" })?;
                secret_of(&value)
            })
        })
        .await
}

/// What is kept under this name, if anything is.
pub async fn get(store: &Store, name: &'static str) -> Result<Option<String>, StoreError> {
    let value = find(&mut *store.read().await?, name).await?;
    value.map(|value| String::from_utf8(value).map_err(|_| StoreError::Unreadable { column: "value" })).transpose()
}

/// Keeps `value` under this name, in place of what was there.
pub async fn put(store: &Store, name: &'static str, value: String) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into setting (name, value) values ($1, $2)
                     on conflict (name) do update set value = excluded.value",
                )
                .bind(name)
                .bind(value.into_bytes())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

async fn find(connection: &mut AnyConnection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("select value from setting where name = $1").bind(name).fetch_optional(connection).await?;
    row.map(|row| row.bytes("value")).transpose()
}

fn secret_of(value: &[u8]) -> Result<[u8; SECRET_BYTES], StoreError> {
    value.try_into().map_err(|_| StoreError::Unreadable { column: "value" })
}
