//! The checks under way, each with its end.

use crate::http::key::random;
use crate::http::per_address::{PerAddress, Place};
use crate::live::{CheckedLine, LonePeer, MediaError, Pending};
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

    /// `None` when there is no such check (any more).
    pub(super) fn checked(&self, id: &str) -> Option<Pending<Result<Option<CheckedLine>, MediaError>>> {
        Some(lock(&self.open).get(id)?.0.checked())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::testing::{Command, FakeHouse};
    use lectern_signaling::protocol::Refusal;

    const FROM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    async fn begun(house: &FakeHouse, checks: &LineChecks) -> Option<String> {
        let place = checks.take_place(FROM)?;
        let (peer, _) = LonePeer::open(&house.registry, "audio 0 slot\nvideo 1 slot".to_owned()).await.unwrap();
        Some(checks.keep(peer, place))
    }

    fn closed(house: &FakeHouse) -> usize {
        house.plane.commands().iter().filter(|command| matches!(command, Command::Close(_))).count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_ends_by_itself_and_only_once() {
        let (house, checks) = (FakeHouse::empty(), LineChecks::default());
        let id = begun(&house, &checks).await.unwrap();
        let _other = begun(&house, &checks).await.unwrap();
        tokio::time::sleep(LASTS / 2).await;
        checks.end(&id).await;
        checks.end(&id).await;
        assert_eq!(closed(&house), 1);
        tokio::time::sleep(LASTS).await;
        assert_eq!(closed(&house), 2);
        assert!(lock(&checks.open).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_fills_its_line_and_can_be_asked_until_it_ends() {
        let (house, checks) = (FakeHouse::empty(), LineChecks::default());
        let id = begun(&house, &checks).await.unwrap();
        let begins = |command: &Command| matches!(command, Command::CheckLine(_, bps) if *bps > 0);
        assert_eq!(house.plane.commands().iter().filter(|command| begins(command)).count(), 1);
        assert_eq!(checks.checked(&id).unwrap().await, Ok(None));
        checks.end(&id).await;
        assert!(checks.checked(&id).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn one_address_has_a_few_at_a_time() {
        let (house, checks) = (FakeHouse::empty(), LineChecks::default());
        for _ in 0..CHECKS.0 {
            assert!(begun(&house, &checks).await.is_some());
        }
        assert!(begun(&house, &checks).await.is_none());
        tokio::time::sleep(LASTS * 2).await;
        assert!(begun(&house, &checks).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_would_send_is_refused_and_leaves_no_peer() {
        let house = FakeHouse::empty();
        let refused = LonePeer::open(&house.registry, "audio 0 send".to_owned()).await;
        assert_eq!(refused.err(), Some(Refusal::BadOffer));
        assert_eq!(closed(&house), 1);
    }
}
