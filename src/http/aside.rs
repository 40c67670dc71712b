//! Aside: what computes for more than a moment runs on a thread of its own, and the requests of others go on meanwhile.

use super::error::ApiError;

/// What `work` makes. When nobody waits for it any more it comes to its end all the same.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::inside)
}
