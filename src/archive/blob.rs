//! Blob: the bytes of a file under their SHA-256, in a folder of the data directory.
//!
//! A file is written beside, synced and renamed, so that what has a name is whole and on disk. The same bytes are kept once.

use super::room::{Disk, Growing, NoRoom};
use crate::domain::presence::hex;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use ring::digest::{Context, SHA256};
use std::io::{self, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Of what is read for a browser, at once.
const PIECE: usize = 64 * 1024;

/// SHA-256.
pub type Digest = [u8; 32];

#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("the disk has no room for the file")]
    NoRoom,
    #[error("the file could not be kept or read")]
    Io {
        #[source]
        source: io::Error,
    },
    /// Its bytes are not those that were kept.
    #[error("a kept file is damaged: {path}")]
    Damaged { path: String },
}

impl From<io::Error> for BlobError {
    fn from(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom,
            _ => Self::Io { source },
        }
    }
}

/// Cheap to clone; all clones are one folder.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: Arc<Path>,
    disk: Disk,
    /// Files are taken away by one alone, while nobody keeps any.
    gate: Arc<RwLock<()>>,
}

/// While this lives no file is taken away: from before a file is kept until what names it is written.
pub struct Staying {
    _gate: OwnedRwLockReadGuard<()>,
}

/// While this lives nobody keeps a file.
pub struct Taking {
    blobs: Blobs,
    _gate: OwnedRwLockWriteGuard<()>,
}

/// A file on its way in. Dropped before `keep`, nothing of it is left.
pub struct Incoming {
    blobs: Blobs,
    path: PathBuf,
    file: File,
    context: Context,
    size: u64,
    growing: Growing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub digest: Digest,
    pub size: u64,
}

impl Blobs {
    /// Makes the folder when it is missing, and takes away what a server that was killed left half-written.
    pub fn open(folder: &Path) -> Result<Self, BlobError> {
        let blobs = Self { folder: folder.into(), disk: Disk::of(folder), gate: Arc::default() };
        let incoming = blobs.incoming();
        if incoming.exists() {
            std::fs::remove_dir_all(&incoming)?;
        }
        std::fs::create_dir_all(&incoming)?;
        Ok(blobs)
    }

    /// Begins a file; `name` tells it from others that come in at the same time.
    pub async fn begin(&self, name: &str) -> Result<Incoming, BlobError> {
        let path = self.incoming().join(name);
        let file = File::options().write(true).create_new(true).open(&path).await?;
        let growing = self.disk.growing();
        Ok(Incoming { blobs: self.clone(), path, file, context: Context::new(&SHA256), size: 0, growing })
    }

    /// A file without a name, to put something together in: it is gone with its last handle, also when the server is killed.
    pub fn scratch(&self, name: &str) -> Result<std::fs::File, BlobError> {
        let path = self.incoming().join(name);
        let file = std::fs::File::options().read(true).write(true).create_new(true).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(file)
    }

    /// All of it, proved to be what was kept.
    pub async fn read(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        let path = self.place(digest);
        let bytes = fs::read(&path).await?;
        if ring::digest::digest(&SHA256, &bytes).as_ref() != digest {
            return Err(BlobError::Damaged { path: path.display().to_string() });
        }
        Ok(bytes)
    }

    /// A part of it, piece by piece; it is not proved, for that takes all of it.
    pub async fn part(
        &self,
        digest: &Digest,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static, BlobError> {
        let mut file = File::open(self.place(digest)).await?;
        file.seek(SeekFrom::Start(range.start)).await?;
        let file = file.take(range.end - range.start);
        Ok(futures_util::stream::try_unfold(file, async |mut file| {
            let mut piece = BytesMut::with_capacity(PIECE);
            let read = file.read_buf(&mut piece).await?;
            Ok((read > 0).then(|| (piece.freeze(), file)))
        }))
    }

    /// What is free where uploads come in; none when the system does not say.
    #[must_use]
    pub fn free_bytes(&self) -> Option<u64> {
        self.disk.free()
    }

    pub async fn staying(&self) -> Staying {
        Staying { _gate: Arc::clone(&self.gate).read_owned().await }
    }

    pub async fn taking(&self) -> Taking {
        Taking { blobs: self.clone(), _gate: Arc::clone(&self.gate).write_owned().await }
    }

    fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    /// 256 folders, so that none has too many files.
    fn place(&self, digest: &Digest) -> PathBuf {
        let name = hex(digest);
        self.folder.join(&name[..2]).join(name)
    }
}

impl Taking {
    /// Takes a file away; one that is not there is gone already.
    pub async fn take(&self, digest: &Digest) -> Result<(), BlobError> {
        match fs::remove_file(self.blobs.place(digest)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => Ok(done?),
        }
    }
}

impl Incoming {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.growing.by(bytes.len() as u64).map_err(|NoRoom| BlobError::NoRoom)?;
        self.file.write_all(bytes).await?;
        self.context.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What has come in so far.
    pub async fn content(&mut self) -> Result<Vec<u8>, BlobError> {
        self.file.flush().await?;
        Ok(fs::read(&self.path).await?)
    }

    /// The first bytes of it.
    pub async fn head(&mut self, most: u64) -> Result<Vec<u8>, BlobError> {
        self.file.flush().await?;
        let mut head = Vec::new();
        File::open(&self.path).await?.take(most).read_to_end(&mut head).await?;
        Ok(head)
    }

    /// Where it lies as long as this lives, with all that has come in.
    pub async fn path(&mut self) -> Result<&Path, BlobError> {
        self.file.flush().await?;
        Ok(&self.path)
    }

    /// On disk under its digest when this returns.
    pub async fn keep(mut self) -> Result<Kept, BlobError> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let finished = std::mem::replace(&mut self.context, Context::new(&SHA256)).finish();
        let mut digest = Digest::default();
        digest.copy_from_slice(finished.as_ref());
        let place = self.blobs.place(&digest);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).await?;
            fs::rename(&self.path, &place).await?;
            // The name is on disk only when its folder is; a new folder's own name, when the one above it is.
            File::open(folder).await?.sync_all().await?;
            File::open(&*self.blobs.folder).await?.sync_all().await?;
        }
        Ok(Kept { digest, size: self.size })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After `keep` the name is gone already.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(path) = open.pop() {
            for entry in std::fs::read_dir(path).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { open.push(path) } else { found.push(path) }
            }
        }
        found
    }

    #[tokio::test]
    async fn what_was_kept_reads_back_and_the_same_bytes_are_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let mut kept = Vec::new();
        for name in ["one", "two"] {
            let mut incoming = blobs.begin(name).await.unwrap();
            incoming.write(b"sign-in ").await.unwrap();
            incoming.write(b"sheet").await.unwrap();
            assert_eq!(incoming.content().await.unwrap(), b"sign-in sheet");
            kept.push(incoming.keep().await.unwrap());
        }
        assert_eq!((kept[0], kept[0].size), (kept[1], 13));
        assert_eq!(blobs.read(&kept[0].digest).await.unwrap(), b"sign-in sheet");
        assert_eq!(files(folder.path()).len(), 1);
    }

    #[tokio::test]
    async fn an_upload_that_dies_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let mut incoming = blobs.begin("one").await.unwrap();
        incoming.write(b"half of a pho").await.unwrap();
        drop(incoming);
        assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
        // The server itself died.
        std::fs::write(folder.path().join("incoming/two"), b"half").unwrap();
        Blobs::open(folder.path()).unwrap();
        assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn what_comes_in_stops_where_the_database_needs_the_room() {
        let folder = tempfile::tempdir().unwrap();
        let mut blobs = Blobs::open(folder.path()).unwrap();
        blobs.disk = Disk::full(folder.path());
        let mut incoming = blobs.begin("one").await.unwrap();
        assert!(matches!(incoming.write(b"a photo").await, Err(BlobError::NoRoom)));
        drop(incoming);
        assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn a_part_is_the_bytes_that_were_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let mut incoming = blobs.begin("one").await.unwrap();
        incoming.write(&bytes).await.unwrap();
        let kept = incoming.keep().await.unwrap();
        for range in [0..200_000, 1..2, 65_530..131_080, 199_999..200_000, 5..5] {
            let mut part = std::pin::pin!(blobs.part(&kept.digest, range.clone()).await.unwrap());
            let mut read = Vec::new();
            while let Some(piece) = futures_util::StreamExt::next(&mut part).await {
                read.extend_from_slice(&piece.unwrap());
            }
            assert!(read == bytes[range.start as usize..range.end as usize], "{range:?}");
        }
    }

    #[test]
    fn what_is_put_together_leaves_no_file() {
        use std::io::{Read as _, Seek as _, Write as _};
        let folder = tempfile::tempdir().unwrap();
        let mut file = Blobs::open(folder.path()).unwrap().scratch("pack").unwrap();
        file.write_all(b"whole").unwrap();
        assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
        file.rewind().unwrap();
        let mut read = String::new();
        file.read_to_string(&mut read).unwrap();
        assert_eq!(read, "whole");
    }

    #[tokio::test]
    async fn a_file_that_was_changed_on_disk_is_not_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let mut incoming = blobs.begin("one").await.unwrap();
        incoming.write(b"granted").await.unwrap();
        let kept = incoming.keep().await.unwrap();
        std::fs::write(&files(folder.path())[0], b"refused").unwrap();
        assert!(matches!(blobs.read(&kept.digest).await, Err(BlobError::Damaged { .. })));
    }
}
