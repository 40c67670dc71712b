//! What is kept beside the database: files, by what is in them.

mod blob;

pub use blob::{BlobError, Blobs, Digest, Incoming, Kept};
