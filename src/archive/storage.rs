//! Storage: objects by their key, in a local folder or in an S3-compatible bucket.
//!
//! An object counts as kept only when it was read back and has the SHA-256 of what was sent: a bucket's own word for it (an ETag)
//! means something else with each of them.

use super::Digest;
use super::client::HouseConnector;
use super::room::{Disk, NoRoom};
use crate::domain::ResourceId;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig};
use ring::digest::{Context, SHA256};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// S3 takes parts of 5 MiB and more; this is what is held in memory, and what is sent anew when a line breaks.
const PART: usize = 8 * 1024 * 1024;
/// Each of them from the beginning, with a wait in between that doubles.
const ATTEMPTS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(200);

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("the storage has no room")]
    NoRoom,
    #[error("a file could not be read")]
    Io {
        #[source]
        source: io::Error,
    },
    #[error("the storage did not do as asked")]
    Object {
        #[source]
        source: Box<object_store::Error>,
    },
    /// What was read back is not what was sent.
    #[error("the storage keeps {key} otherwise than it was sent")]
    NotWhole { key: String },
    #[error("no object {key}")]
    Missing { key: String },
}

impl From<io::Error> for StorageError {
    fn from(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom,
            _ => Self::Io { source },
        }
    }
}

impl From<object_store::Error> for StorageError {
    fn from(source: object_store::Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&source);
        while let Some(one) = cause {
            if one.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::StorageFull) {
                return Self::NoRoom;
            }
            cause = one.source();
        }
        match source {
            object_store::Error::NotFound { path, .. } => Self::Missing { key: path },
            source => Self::Object { source: Box::new(source) },
        }
    }
}

/// A bucket that speaks S3.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub endpoint: String,
    pub name: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
}

/// Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
    /// Of the folder, when it is one.
    disk: Option<Disk>,
}

/// What lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    pub bytes: u64,
    pub sha256: Digest,
}

/// Where a file of a Resource lies.
#[must_use]
pub fn key_of(resource: ResourceId, name: &str) -> String {
    format!("resources/{resource}/{name}")
}

impl Storage {
    /// Makes the folder when it is missing. A file and its name are on disk when it counts as kept.
    pub fn folder(folder: PathBuf) -> Result<Self, StorageError> {
        std::fs::create_dir_all(&folder)?;
        clear_staged(&folder.join("resources"))?;
        let objects = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self { objects: Arc::new(objects), disk: Some(Disk::of(&folder)) })
    }

    pub fn bucket(bucket: Bucket) -> Result<Self, StorageError> {
        let Bucket { endpoint, name, region, access_key, secret_key } = bucket;
        // A plain endpoint stands beside the server or behind a tunnel; what is sent there is signed all the same.
        let plain = endpoint.starts_with("http://");
        let client = ClientOptions::new().with_allow_http(plain);
        let retry = RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(120), ..RetryConfig::default() };
        let objects = AmazonS3Builder::new()
            .with_endpoint(endpoint)
            .with_bucket_name(name)
            .with_region(region)
            .with_access_key_id(access_key)
            .with_secret_access_key(secret_key)
            .with_client_options(client)
            .with_http_connector(HouseConnector)
            .with_retry(retry)
            .build()?;
        Ok(Self { objects: Arc::new(objects), disk: None })
    }

    /// Sends a file, and reads it back. One that lies there whole already is not sent again.
    pub async fn put_file(&self, key: &str, path: &Path) -> Result<Stored, StorageError> {
        let wanted = digest_of_file(path).await?;
        if self.has(key, &wanted).await? {
            return Ok(wanted);
        }
        let mut wait = FIRST_WAIT;
        for attempt in 1..=ATTEMPTS {
            let sent = self.send(key, path, wanted.bytes).await;
            let failed = match sent {
                Ok(()) if self.has(key, &wanted).await.unwrap_or(false) => return Ok(wanted),
                Ok(()) => StorageError::NotWhole { key: key.to_owned() },
                Err(StorageError::NoRoom) => return Err(StorageError::NoRoom),
                Err(error) => error,
            };
            tracing::warn!(key, attempt, error = %failed, "an upload to the storage is tried again");
            if attempt == ATTEMPTS {
                return Err(failed);
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(StorageError::NotWhole { key: key.to_owned() })
    }

    async fn send(&self, key: &str, path: &Path, bytes: u64) -> Result<(), StorageError> {
        let mut file = File::open(path).await?;
        let key = Key::from(key);
        let mut growing = self.disk.as_ref().map(Disk::growing);
        let mut grow = |part: &Bytes| match &mut growing {
            Some(growing) => growing.by(part.len() as u64).map_err(|NoRoom| StorageError::NoRoom),
            None => Ok(()),
        };
        if bytes <= PART as u64 {
            let part = next_part(&mut file).await?;
            grow(&part)?;
            self.objects.put(&key, PutPayload::from_bytes(part)).await?;
            return Ok(());
        }
        let mut upload = self.objects.put_multipart(&key).await?;
        let sent = async {
            loop {
                let part = next_part(&mut file).await?;
                if part.is_empty() {
                    break;
                }
                grow(&part)?;
                upload.put_part(PutPayload::from_bytes(part)).await?;
            }
            upload.complete().await?;
            Ok(())
        };
        let sent: Result<(), StorageError> = sent.await;
        if sent.is_err() {
            // Parts that were sent would lie there unseen, and be paid for.
            let _ = upload.abort().await;
        }
        sent
    }

    /// Does it lie there, with these bytes?
    pub async fn has(&self, key: &str, wanted: &Stored) -> Result<bool, StorageError> {
        let found = match self.objects.get(&Key::from(key)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if found.meta.size != wanted.bytes {
            return Ok(false);
        }
        let mut context = Context::new(&SHA256);
        let mut pieces = found.into_stream();
        while let Some(piece) = pieces.next().await {
            context.update(&piece?);
        }
        Ok(context.finish().as_ref() == wanted.sha256)
    }

    /// A part of it, piece by piece.
    pub async fn read(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, StorageError> {
        if range.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.objects.get_opts(&Key::from(key), options).await?.into_stream())
    }

    /// All of it; for what is small.
    pub async fn read_all(&self, key: &str) -> Result<Bytes, StorageError> {
        Ok(self.objects.get(&Key::from(key)).await?.bytes().await?)
    }

    /// One that is not there is gone already.
    pub async fn remove(&self, key: &str) -> Result<(), StorageError> {
        match self.objects.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A file on its way in lies beside its place as `name#1`; of one that a kill cut off nobody asks again. Looked at where films lie:
/// in the folder of each Resource.
fn clear_staged(resources: &Path) -> io::Result<()> {
    let Ok(entries) = std::fs::read_dir(resources) else { return Ok(()) };
    let folders = entries.flatten().filter_map(|resource| std::fs::read_dir(resource.path()).ok());
    for file in folders.flat_map(Iterator::flatten) {
        let name = file.file_name();
        let staged = name.to_str().and_then(|name| name.rsplit_once('#'));
        if staged.is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())) {
            std::fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

async fn digest_of_file(path: &Path) -> Result<Stored, StorageError> {
    let mut file = File::open(path).await?;
    let (mut context, mut bytes) = (Context::new(&SHA256), 0);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        context.update(&buffer[..read]);
        bytes += read as u64;
    }
    let mut sha256 = Digest::default();
    sha256.copy_from_slice(context.finish().as_ref());
    Ok(Stored { bytes, sha256 })
}

async fn next_part(file: &mut File) -> Result<Bytes, StorageError> {
    let mut part = Vec::new();
    file.take(PART as u64).read_to_end(&mut part).await?;
    Ok(part.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kill_left_of_a_film_is_gone_with_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let resource = folder.path().join("resources/r1");
        std::fs::create_dir_all(resource.join("hls")).unwrap();
        for name in ["video.mp4", "video.mp4#1", "video.mp4#27", "notes#a.pdf", "hls/master.m3u8"] {
            std::fs::write(resource.join(name), b"x").unwrap();
        }
        Storage::folder(folder.path().to_owned()).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(&resource).unwrap().map(|one| one.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["hls", "notes#a.pdf", "video.mp4"]);
    }

    #[tokio::test]
    async fn a_film_is_not_taken_in_where_the_database_needs_the_room() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = Storage::folder(folder.path().join("objects")).unwrap();
        storage.disk = Some(Disk::full(folder.path()));
        let film = folder.path().join("video.mp4");
        for bytes in [10, PART + 10] {
            std::fs::write(&film, vec![7; bytes]).unwrap();
            let refused = storage.put_file("resources/x/video.mp4", &film).await;
            assert!(matches!(refused, Err(StorageError::NoRoom)));
            let resource = std::fs::read_dir(folder.path().join("objects/resources/x"));
            let left: Vec<_> = resource.map(|entries| entries.flatten().collect()).unwrap_or_default();
            assert!(left.is_empty(), "{left:?}");
        }
    }
}
