//! Captures: what was captured of a Recording goes once the archive has had its film for so many days, and was looked at to have it whole.

use super::storage::Stored;
use super::{Storage, SweepError, key_of};
use crate::domain::recording::CapturesKept;
use crate::domain::{RecordingId, Time};
use crate::store::{Store, recording, resource};
use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use tokio::fs;

/// Films that are damaged are read again after so many sweeps, a day of them.
const PATIENCE: u32 = 24;

/// What was captured, in a folder with one of each Recording.
pub struct Captures {
    folder: PathBuf,
    kept: CapturesKept,
    /// Those whose film is not whole, and the sweeps until it is looked at again.
    damaged: HashMap<RecordingId, u32>,
}

impl Captures {
    #[must_use]
    pub fn new(folder: PathBuf, kept: CapturesKept) -> Self {
        Self { folder, kept, damaged: HashMap::new() }
    }

    /// How many went. One whose film does not lie whole in the storage stays, and keeps no other's here.
    pub async fn let_go(&mut self, store: &Store, storage: &Storage, now: Time) -> Result<u32, SweepError> {
        let mut gone = self.take_away_what_is_marked(store).await?;
        let long_enough = self.kept.long_enough(now);
        self.damaged.retain(|_, sweeps| {
            *sweeps = sweeps.saturating_sub(1);
            *sweeps > 0
        });
        let mut last = None;
        loop {
            let found = recording::captures_over(store, long_enough, last).await?;
            let Some(end) = found.last() else { return Ok(gone) };
            last = Some(*end);
            for id in found.into_iter().filter(|id| !self.damaged.contains_key(id)).collect::<Vec<_>>() {
                match is_whole(store, storage, id).await {
                    Ok(true) => {
                        if recording::let_capture_go(store, id, long_enough, now).await? {
                            gone += u32::from(take_away(id, &self.folder.join(id.as_str())).await);
                        }
                    }
                    Ok(false) => {
                        tracing::error!(recording = %id, "its film is damaged in the archive: what was captured stays");
                        self.damaged.insert(id, PATIENCE);
                    }
                    Err(error) => {
                        tracing::warn!(recording = %id, error = &error as &dyn Error, "what was captured stays for now");
                    }
                }
            }
        }
    }

    /// What a kill, or another server with the same database, left.
    async fn take_away_what_is_marked(&self, store: &Store) -> Result<u32, SweepError> {
        let mut gone = 0;
        let mut entries = fs::read_dir(&self.folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let Ok(id) = entry.file_name().to_string_lossy().parse::<RecordingId>() else { continue };
            let Ok(found) = recording::get(store, id).await else { continue };
            if found.capture_gone_at.is_some() {
                gone += u32::from(take_away(id, &entry.path()).await);
            }
        }
        Ok(gone)
    }
}

/// Whether it lay here, and does not any more.
async fn take_away(id: RecordingId, folder: &Path) -> bool {
    match fs::remove_dir_all(folder).await {
        Ok(()) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(recording = %id, %error, "what was captured was not taken away");
            false
        }
    }
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
