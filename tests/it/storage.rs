//! The storage of resources, over a real server of the S3 protocol and over a folder: what counts as kept is whole.

use futures_util::StreamExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use lectern::archive::{Bucket, Storage, StorageError};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server of its own, its bucket in a folder, on a free port; signatures are checked.
struct S3 {
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl S3 {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lectern")).unwrap();
        let files = s3s_fs::FileSystem::new(folder.path()).unwrap();
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single("key", "secret"));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    let served = Builder::new(TokioExecutor::new());
                    let _ = served.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { address, folder }
    }

    fn kept(&self, key: &str) -> PathBuf {
        self.folder.path().join("lectern").join(key)
    }
}

fn bucket(at: SocketAddr, secret: &str) -> Storage {
    Storage::bucket(Bucket {
        endpoint: format!("http://{at}"),
        name: "lectern".into(),
        region: "us-east-1".into(),
        access_key: "key".into(),
        secret_key: secret.into(),
    })
    .unwrap()
}

/// Bytes that repeat nowhere near each other.
fn content(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn file(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("file");
    std::fs::write(&path, bytes).unwrap();
    path
}

async fn read(storage: &Storage, key: &str, range: std::ops::Range<u64>) -> Vec<u8> {
    let mut pieces = storage.read(key, range).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

/// Between the storage and the server: cuts the first `cuts` connections off after so many bytes went up.
async fn broken_line(to: SocketAddr, cuts: u32, after: u64) -> (SocketAddr, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cut = Arc::new(AtomicU32::new(0));
    let counted = cut.clone();
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            let counted = counted.clone();
            tokio::spawn(async move {
                let far = TcpStream::connect(to).await.unwrap();
                let (mut near_in, mut near_out) = near.into_split();
                let (mut far_in, mut far_out) = far.into_split();
                let down = tokio::spawn(async move {
                    let _ = tokio::io::copy(&mut far_in, &mut near_out).await;
                });
                let (mut buffer, sent) = (vec![0; 16 * 1024], AtomicU64::new(0));
                while let Ok(read @ 1..) = near_in.read(&mut buffer).await {
                    let so_far = sent.fetch_add(read as u64, Ordering::Relaxed) + read as u64;
                    if so_far > after && counted.load(Ordering::SeqCst) < cuts {
                        counted.fetch_add(1, Ordering::SeqCst);
                        break;
                    }
                    if far_out.write_all(&buffer[..read]).await.is_err() {
                        break;
                    }
                }
                down.abort();
            });
        }
    });
    (address, cut)
}

#[tokio::test]
async fn small_and_large_files_come_back_from_a_bucket_in_whole_and_in_ranges() {
    let (s3, folder) = (S3::start().await, tempfile::tempdir().unwrap());
    let storage = bucket(s3.address, "secret");
    // The larger one goes up in three parts.
    for (key, length) in [("resources/a/small.jpg", 1000), ("resources/a/video.mp4", 20 * 1024 * 1024 + 5)] {
        let bytes = content(length);
        let stored = storage.put_file(key, &file(folder.path(), &bytes)).await.unwrap();
        assert_eq!(stored.bytes, length as u64);
        assert_eq!(std::fs::read(s3.kept(key)).unwrap(), bytes, "{key}");
        assert_eq!(read(&storage, key, 10..990).await, bytes[10..990]);
        assert_eq!(read(&storage, key, length as u64 - 7..length as u64).await, bytes[length - 7..]);
        storage.remove(key).await.unwrap();
        storage.remove(key).await.unwrap();
        assert!(matches!(storage.read_all(key).await, Err(StorageError::Missing { .. })));
    }
}

#[tokio::test]
async fn a_truncated_upload_is_tried_again_and_ends_whole() {
    let (s3, folder) = (S3::start().await, tempfile::tempdir().unwrap());
    for (key, length) in [("resources/b/one.mp4", 3_000_000), ("resources/b/parts.mp4", 18 * 1024 * 1024)] {
        let (line, cut) = broken_line(s3.address, 3, 1_000_000).await;
        let storage = bucket(line, "secret");
        let bytes = content(length);
        storage.put_file(key, &file(folder.path(), &bytes)).await.unwrap();
        assert_eq!(cut.load(Ordering::SeqCst), 3, "the line broke three times");
        assert_eq!(std::fs::read(s3.kept(key)).unwrap(), bytes, "{key}");
    }
}

#[tokio::test]
async fn what_lies_there_otherwise_than_sent_is_no_copy() {
    let (s3, folder) = (S3::start().await, tempfile::tempdir().unwrap());
    let near = tempfile::tempdir().unwrap();
    let bytes = content(5000);
    let path = file(folder.path(), &bytes);
    let places = [
        (bucket(s3.address, "secret"), s3.kept("resources/c/x.mp4")),
        (Storage::folder(near.path().to_owned()).unwrap(), near.path().join("resources/c/x.mp4")),
    ];
    for (storage, kept) in places {
        let stored = storage.put_file("resources/c/x.mp4", &path).await.unwrap();
        assert!(storage.has("resources/c/x.mp4", &stored).await.unwrap());
        // As long as it was, one byte is another.
        let mut damaged = bytes.clone();
        damaged[2500] ^= 1;
        std::fs::write(&kept, &damaged).unwrap();
        assert!(!storage.has("resources/c/x.mp4", &stored).await.unwrap());
        storage.put_file("resources/c/x.mp4", &path).await.unwrap();
        assert_eq!(std::fs::read(&kept).unwrap(), bytes, "sent again");
    }
}

#[tokio::test]
async fn a_wrong_key_keeps_nothing_and_says_so() {
    let (s3, folder) = (S3::start().await, tempfile::tempdir().unwrap());
    let path = file(folder.path(), b"lesson");
    let refused = bucket(s3.address, "wrong").put_file("resources/d/x.mp4", &path).await;
    assert!(matches!(refused, Err(StorageError::Object { .. })), "{refused:?}");
    assert!(!s3.kept("resources/d/x.mp4").exists());
}
