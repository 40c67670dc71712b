//! Captures: what was captured of a Recording goes once the archive has had its film for so many days, and was looked at to have it whole.

use super::storage::Stored;
use super::{Storage, SweepError, key_of};
use crate::domain::recording::CapturesKept;
use crate::domain::{RecordingId, Time};
use crate::store::{Store, recording, resource};
use std::error::Error;
use std::path::Path;
use tokio::fs;

/// How many captures went from `folder`, which has one of each Recording. One whose film does not lie whole in the storage stays, and
/// keeps no other's here.
pub async fn let_captures_go(
    store: &Store,
    storage: &Storage,
    (folder, kept): (&Path, CapturesKept),
    now: Time,
) -> Result<u32, SweepError> {
    let long_enough = kept.long_enough(now);
    let mut last = None;
    loop {
        let found = recording::captures_over(store, long_enough, last).await?;
        let Some(end) = found.last() else { break };
        last = Some(*end);
        for id in found {
            match is_whole(store, storage, id).await {
                Ok(true) => {
                    recording::let_capture_go(store, id, long_enough, now).await?;
                }
                Ok(false) => {
                    tracing::error!(recording = %id, "its film is damaged in the archive: what was captured stays")
                }
                Err(error) => {
                    tracing::warn!(recording = %id, error = &error as &dyn Error, "what was captured stays for now");
                }
            }
        }
    }
    take_away(store, folder).await
}

/// Does every file that came of it lie there, byte by byte?
async fn is_whole(store: &Store, storage: &Storage, id: RecordingId) -> Result<bool, SweepError> {
    let Some(resource) = resource::of_recording(store, id).await? else { return Ok(true) };
    // Its own days are over, and its files go one by one.
    if resource::get(store, resource).await?.emptied {
        return Ok(true);
    }
    for file in resource::files(store, resource).await? {
        let wanted = Stored { bytes: file.bytes, sha256: file.sha256 };
        if !storage.has(&key_of(resource, &file.name), &wanted).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Folders of Recordings that are marked; also what a kill, or another server with the same database, left.
async fn take_away(store: &Store, folder: &Path) -> Result<u32, SweepError> {
    let mut gone = 0;
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<RecordingId>() else { continue };
        let Ok(found) = recording::get(store, id).await else { continue };
        if found.capture_gone_at.is_none() {
            continue;
        }
        match fs::remove_dir_all(entry.path()).await {
            Ok(()) => gone += 1,
            Err(error) => tracing::warn!(recording = %id, %error, "what was captured was not taken away"),
        }
    }
    Ok(gone)
}
