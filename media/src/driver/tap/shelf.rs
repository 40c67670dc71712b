//! The shelf of a stream between the tap's thread, which fills it, and those who fetch.
#![expect(clippy::disallowed_methods, reason = "the driver is where the clock is read")]

use crate::hls::{Beginning, Piece, Proven, Rendition, Shelf};
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What nobody has asked for in so long is not made any more.
const WANTED_FOR: Duration = Duration::from_secs(30);
/// A player begins with so many segments, or it would stand still at once.
const FIRST: usize = 2;

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct LiveShelf(Arc<Parts>);

struct Parts {
    shelf: Mutex<Shelf>,
    asked: Mutex<Option<Instant>>,
    held: watch::Sender<usize>,
}

impl Default for LiveShelf {
    fn default() -> Self {
        let parts = Parts { shelf: Mutex::default(), asked: Mutex::default(), held: watch::Sender::new(0) };
        Self(Arc::new(parts))
    }
}

impl LiveShelf {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A playlist, after at most `patience` when the stream has to begin first. Asking for it is what makes the stream be made.
    pub async fn playlist(&self, name: &str, patience: Duration) -> Option<Bytes> {
        *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let mut held = self.0.held.subscribe();
        let begun = tokio::time::timeout(patience, held.wait_for(|held| *held >= FIRST)).await;
        if begun.is_err() {
            return None;
        }
        self.shelf().playlist(name)
    }

    /// A segment, or what a decoder has to know before it.
    #[must_use]
    pub fn piece(&self, name: &str) -> Option<Bytes> {
        self.shelf().piece(name)
    }

    /// What it is worth to know these eight bytes of a segment.
    #[must_use]
    pub fn proves(&self, number: u64, proof: [u8; 8]) -> Option<Proven> {
        self.shelf().proves(number, proof)
    }

    /// Whether somebody has asked for it lately.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        let asked = *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.is_some_and(|at| at.elapsed() < WANTED_FOR)
    }

    /// What a decoder has to know from the next segment on; whether that is news.
    pub fn begin(&self, rendition: Rendition, beginning: Beginning) -> bool {
        self.shelf().begin(rendition, beginning)
    }

    /// The segments of one number. See [`Shelf::add`].
    pub fn add(&self, number: u64, discontinuity: bool, pieces: [Piece; 3]) {
        self.change(|shelf| shelf.add(number, discontinuity, pieces));
    }

    pub(super) fn clear(&self) {
        self.change(Shelf::clear);
    }

    /// Nothing more comes.
    pub fn end(&self) {
        self.change(Shelf::end);
    }

    fn change(&self, change: impl FnOnce(&mut Shelf)) {
        let held = {
            let mut shelf = self.shelf();
            change(&mut shelf);
            if shelf.has_ended() { FIRST.max(shelf.held()) } else { shelf.held() }
        };
        self.0.held.send_replace(held);
    }
}
