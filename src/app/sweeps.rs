//! What is over goes: rows and files that nobody asks for any more, looked for once an hour.

use crate::archive::{self, Blobs, Captures, Storage};
use crate::http::clock::Clock;
use crate::store::{self, Store};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Expired logins are refused at once; only their rows wait for this.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

pub(super) fn what_is_over(store: Store, blobs: Blobs, storage: Storage, clock: Clock) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut due = tokio::time::interval(SWEEP_EVERY);
        loop {
            due.tick().await;
            if let Err(error) = store::login::sweep(&store, clock.now()).await {
                tracing::warn!(%error, "expired logins were not swept");
            }
            match archive::sweep(&store, &blobs, clock.now()).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "attachments that nothing refers to were swept"),
                Err(error) => tracing::warn!(%error, "attachments were not swept"),
            }
            match archive::let_go(&store, &storage, clock.now()).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "withdrawn Resources lost their files after their last day"),
                Err(error) => tracing::warn!(%error, "files of withdrawn Resources were not taken away"),
            }
        }
    })
}

/// By itself, for films are read back for it: some take minutes.
pub(super) fn captures(mut captures: Captures, store: Store, storage: Storage, clock: Clock) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut due = tokio::time::interval(SWEEP_EVERY);
        due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            due.tick().await;
            match captures.let_go(&store, &storage, clock.now()).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "captures of Recordings that the archive has were taken away"),
                Err(error) => tracing::warn!(%error, "captures of Recordings were not taken away"),
            }
        }
    })
}
