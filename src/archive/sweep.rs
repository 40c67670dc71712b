//! Sweep: attachments that nothing refers to go after a week, and their bytes when no other attachment has the same; the files of a
//! Resource that was withdrawn go after the last day of their keeping.

use super::{BlobError, Blobs, Storage, StorageError, key_of};
use crate::domain::Time;
use crate::store::attachment::{self, Unused};
use crate::store::{Store, StoreError, resource};
use std::time::Duration;

/// Whoever uploads a file names it within the hour, or comes back to the form some days later.
pub const UNUSED_STAY: Duration = Duration::from_secs(7 * 86_400);

#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error("the attachments that nothing refers to can't be read or forgotten")]
    Store(#[from] StoreError),
    #[error("the bytes of a forgotten attachment can't be taken away")]
    Blob(#[from] BlobError),
    #[error("the files of a withdrawn Resource can't be taken away")]
    Storage(#[from] StorageError),
}

/// How many Resources lost their files. The row says so last: cut off in between, the next sweep goes on.
pub async fn let_go(store: &Store, storage: &Storage, now: Time) -> Result<u32, SweepError> {
    let mut gone = 0;
    for one in resource::withdrawn_until(store, now.day()).await? {
        for file in resource::files(store, one.id).await? {
            storage.remove(&key_of(one.id, &file.name)).await?;
        }
        resource::empty(store, one.id).await?;
        gone += 1;
    }
    Ok(gone)
}

/// How many attachments went.
pub async fn sweep(store: &Store, blobs: &Blobs, now: Time) -> Result<u32, SweepError> {
    let before = now - UNUSED_STAY;
    let (mut last, mut gone) = (None, 0);
    loop {
        let found = attachment::unused(store, before, last).await?;
        let Some(Unused { id, .. }) = found.last() else { return Ok(gone) };
        last = Some(*id);
        for one in found {
            // An upload of the same bytes has its row before this looks, or its bytes after.
            let taking = blobs.taking().await;
            if attachment::remove(store, one.id).await? {
                gone += 1;
                if !attachment::has_bytes(store, &one.digest).await? {
                    taking.take(&one.digest).await?;
                }
            }
        }
    }
}
