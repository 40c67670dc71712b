//! What the system allows this process.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Every websocket and every media connection takes a descriptor. The usual soft limit of 1024 is for programs that still
/// use `select`; the hard one is what the administrator allows.
pub(super) fn raise_descriptors() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map(|()| hard));
    match raised {
        Ok(descriptors) => tracing::debug!(descriptors, "may be open at once"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
}
