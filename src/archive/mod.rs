//! What is kept beside the database: files, by what is in them.

mod blob;
mod sweep;

pub use blob::{BlobError, Blobs, Digest, Incoming, Kept, Staying, Taking};
pub use sweep::{SweepError, UNUSED_STAY, sweep};
