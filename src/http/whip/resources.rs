//! The WHIP and WHEP resources that exist: what PATCH and DELETE refer to.

use super::Way;
use super::fragment::Credentials;
use crate::domain::SessionId;
use crate::http::key::random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lectern_signaling::protocol::ParticipantId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Clients that vanish leave theirs behind, so the oldest goes when there are this many. Its client, should it still be
/// there, plays on; only its PATCH and DELETE find nothing, and its media ends by silence.
const MOST: usize = 4096;

#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) session: SessionId,
    pub(super) participant: ParticipantId,
    pub(super) way: Way,
    /// Of the ICE session.
    pub(super) etag: String,
    /// The first m-line, which carries the bundle.
    pub(super) mid: String,
    /// The client's credentials.
    pub(super) offered: Credentials,
}

/// By an id that nobody can guess.
#[derive(Default)]
pub(in crate::http) struct Resources(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_id: HashMap<String, Resource>,
    oldest_first: VecDeque<String>,
}

impl Resources {
    pub(super) fn keep(&self, resource: Resource) -> String {
        let id = URL_SAFE_NO_PAD.encode(random::<15>());
        let mut kept = self.lock();
        if kept.by_id.len() >= MOST
            && let Some(oldest) = kept.oldest_first.pop_front()
        {
            kept.by_id.remove(&oldest);
        }
        kept.by_id.insert(id.clone(), resource);
        kept.oldest_first.push_back(id.clone());
        id
    }

    pub(super) fn find(&self, id: &str) -> Option<Resource> {
        self.lock().by_id.get(id).cloned()
    }

    /// Nothing happens when it has gone meanwhile.
    pub(super) fn change(&self, id: &str, resource: Resource) {
        if let Some(old) = self.lock().by_id.get_mut(id) {
            *old = resource;
        }
    }

    pub(super) fn forget(&self, id: &str) {
        let mut kept = self.lock();
        kept.by_id.remove(id);
        kept.oldest_first.retain(|one| one != id);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
