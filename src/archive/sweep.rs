//! Sweep: attachments that nothing refers to go after a week, and their bytes when no other attachment has the same; the files of a
//! Resource that was withdrawn go after the last day of their keeping.

use super::{BlobError, Blobs, Storage, StorageError, key_of};
use crate::domain::resource::Resource;
use crate::domain::{Day, ResourceId, Time};
use crate::store::attachment::{self, Unused};
use crate::store::{Store, StoreError, resource};
use std::error::Error;
use std::time::Duration;

/// Whoever uploads a file names it within the hour, or comes back to the form some days later.
pub const UNUSED_STAY: Duration = Duration::from_secs(7 * 86_400);

#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error("the attachments that nothing refers to can't be read or forgotten")]
    Store(#[from] StoreError),
    #[error("the bytes of a forgotten attachment can't be taken away")]
    Blob(#[from] BlobError),
    #[error("the files of a Resource can't be taken away")]
    Storage(#[from] StorageError),
    #[error("the folder of the Recordings can't be read")]
    Captures(#[from] std::io::Error),
}

/// How many Resources lost their files. One whose files can't be taken away keeps no other's here, and is tried again by the next sweep.
pub async fn let_go(store: &Store, storage: &Storage, now: Time) -> Result<u32, SweepError> {
    let (mut last, mut gone) = (None, 0);
    loop {
        let found = resource::to_empty(store, now.day(), last).await?;
        let Some(end) = found.last() else { return Ok(gone) };
        last = Some(*end);
        for id in found {
            match empty(store, storage, id, now.day()).await {
                Ok(went) => gone += u32::from(went),
                Err(error) => {
                    tracing::warn!(resource = %id, error = &error as &dyn Error, "its files were not taken away");
                }
            }
        }
    }
}

/// Marked before the first file goes, forgotten after the last went.
async fn empty(store: &Store, storage: &Storage, id: ResourceId, today: Day) -> Result<bool, SweepError> {
    if !resource::begin_emptying(store, id, today).await? {
        return Ok(false);
    }
    for file in resource::files(store, id).await? {
        storage.remove(&key_of(id, &file.name)).await?;
    }
    resource::end_emptying(store, id).await?;
    Ok(true)
}

/// After a write that failed as it seems: what no Resource names would lie in the storage for ever. The answer of a write can be lost,
/// too, and then the Resource stands and keeps its file.
pub async fn take_back(
    store: &Store,
    storage: &Storage,
    id: ResourceId,
    key: &str,
) -> Result<Option<Resource>, SweepError> {
    match resource::get(store, id).await {
        Ok(stands) => Ok(Some(stands)),
        Err(StoreError::NotFound(_)) => {
            storage.remove(key).await?;
            Ok(None)
        }
        Err(unknown) => Err(unknown.into()),
    }
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
