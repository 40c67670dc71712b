//! The checks under way, each with its end.

use crate::http::key::random;
use crate::http::per_address::{PerAddress, Place};
use crate::live::LonePeer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

/// Connecting each way takes a few seconds, measuring ten.
const LASTS: Duration = Duration::from_secs(30);
/// The machines of one computer room check at the same time.
const CHECKS: (usize, usize) = (8, 64);
/// A page measures with one transfer at a time.
const TRANSFERS: (usize, usize) = (8, 64);

pub(in crate::http) struct LineChecks {
    checks: PerAddress,
    pub(super) transfers: PerAddress,
    open: Arc<Mutex<Open>>,
    /// One for each check, which ends it in time; cut off with this.
    timers: Mutex<JoinSet<()>>,
}

type Open = HashMap<String, (LonePeer, Place)>;

impl Default for LineChecks {
    fn default() -> Self {
        Self {
            checks: PerAddress::new(CHECKS.0, CHECKS.1),
            transfers: PerAddress::new(TRANSFERS.0, TRANSFERS.1),
            open: Arc::default(),
            timers: Mutex::default(),
        }
    }
}

impl LineChecks {
    pub(super) fn take_place(&self, address: IpAddr) -> Option<Place> {
        self.checks.take(address)
    }

    /// Gives an id that nobody can guess.
    pub(super) fn keep(&self, peer: LonePeer, place: Place) -> String {
        let id = URL_SAFE_NO_PAD.encode(random::<15>());
        lock(&self.open).insert(id.clone(), (peer, place));
        let (open, ends) = (self.open.clone(), id.clone());
        let mut timers = lock(&self.timers);
        while timers.try_join_next().is_some() {}
        timers.spawn(async move {
            tokio::time::sleep(LASTS).await;
            close(&open, &ends).await;
        });
        id
    }

    pub(super) async fn end(&self, id: &str) {
        close(&self.open, id).await;
    }
}

async fn close(open: &Mutex<Open>, id: &str) {
    let ended = lock(open).remove(id);
    if let Some((peer, _place)) = ended {
        peer.close().await;
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
