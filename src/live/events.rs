//! What the media plane tells by itself, on its way to the Session that it is about.

use super::media::{MediaEvent, MediaEvents};
use super::registry::Numbers;
use super::session::SessionHandle;
use lectern_media::ids::{PeerId, TrackId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// Which Session a Peer or a Track belongs to.
#[derive(Clone, Default)]
pub(super) struct MediaIndex(Arc<Mutex<Owners>>);

#[derive(Default)]
struct Owners {
    peers: HashMap<PeerId, SessionHandle>,
    tracks: HashMap<TrackId, SessionHandle>,
}

impl MediaIndex {
    pub(super) fn insert_peer(&self, peer: PeerId, session: SessionHandle) {
        self.lock().peers.insert(peer, session);
    }

    pub(super) fn remove_peer(&self, peer: PeerId) {
        self.lock().peers.remove(&peer);
    }

    pub(super) fn insert_track(&self, track: TrackId, session: SessionHandle) {
        self.lock().tracks.insert(track, session);
    }

    pub(super) fn remove_track(&self, track: TrackId) {
        self.lock().tracks.remove(&track);
    }

    /// Sorts what is known of Peers by their Session; what nobody owns any more is left out.
    pub(super) fn by_session<T>(
        &self,
        figures: impl IntoIterator<Item = (PeerId, T)>,
        mut take: impl FnMut(&SessionHandle, PeerId, T),
    ) {
        let owners = self.lock();
        for (peer, figures) in figures {
            if let Some(session) = owners.peers.get(&peer) {
                take(session, peer, figures);
            }
        }
    }

    fn session_of(&self, event: MediaEvent) -> Option<SessionHandle> {
        let owners = self.lock();
        let session = match event {
            MediaEvent::Closed(peer) | MediaEvent::Layer { peer, .. } | MediaEvent::LineStep { peer, .. } => {
                owners.peers.get(&peer)
            }
            MediaEvent::Loudness { track, .. } => owners.tracks.get(&track),
        };
        session.cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Owners> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings a shard's events to the Sessions. One Session that is behind keeps no other waiting.
pub(super) async fn route(mut events: impl MediaEvents, index: MediaIndex, numbers: Arc<Numbers>) {
    let mut late = JoinSet::new();
    while let Some(event) = events.next().await {
        while late.try_join_next().is_some() {}
        let Some(session) = index.session_of(event) else { continue };
        if let Err(event) = session.media_event(event) {
            match event {
                MediaEvent::Closed(_) => drop(late.spawn(async move { session.media_event_late(event).await })),
                MediaEvent::Layer { .. } | MediaEvent::LineStep { .. } | MediaEvent::Loudness { .. } => {
                    numbers.event_lost();
                }
            }
        }
    }
    while late.join_next().await.is_some() {}
}
