//! What is kept beside the database: files that prove something, by what is in them, and what is watched, in an object storage.

mod blob;
mod captures;
mod client;
mod movie;
mod room;
mod storage;
mod sweep;
mod take_in;

pub use blob::{BlobError, Blobs, Digest, Incoming, Kept, Staying, Taking};
pub use captures::Captures;
pub use movie::{Movie, movie};
pub use room::{LEAST_FREE, free_bytes};
pub use storage::{Bucket, Storage, StorageError, Stored, key_of};
pub use sweep::{SweepError, UNUSED_STAY, let_go, sweep, take_back};
pub use take_in::{TakeInError, take_in};
