//! The ways by which one client reaches us: which of them proved to work, which one it chose, and for how long we may send.
//!
//! As the lite side of ICE we send no checks of our own (RFC 8445 §2.5): a way works as long as valid requests of the client
//! come by it, and consent to send (RFC 7675) is counted for every way by itself.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Consent to send expires without a valid check for this long (RFC 7675 §5.1).
pub(super) const CONSENT: Duration = Duration::from_secs(30);
/// Ways of one client that are heard at a time: its interfaces times our candidates, with room.
pub(super) const MAX_PATHS: usize = 16;

/// What carries datagrams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Via {
    #[default]
    Udp,
    /// The TCP connection of this number, whose frames (RFC 4571) are treated like datagrams.
    Tcp(u32),
}

/// Where a datagram came from. The same address over UDP and over TCP are two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    pub remote: SocketAddr,
    pub via: Via,
}

impl Origin {
    /// The number of the TCP connection, if it is one.
    #[must_use]
    pub const fn connection(&self) -> Option<u32> {
        match self.via {
            Via::Udp => None,
            Via::Tcp(number) => Some(number),
        }
    }
}

/// The two ends of a datagram's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    pub remote: SocketAddr,
    /// The address of ours that the client reached, so that answers leave from it.
    pub local: Option<IpAddr>,
    pub via: Via,
}

impl Path {
    /// Over the shard's UDP socket, answered from whichever address the system picks.
    #[must_use]
    pub const fn udp(remote: SocketAddr) -> Self {
        Self { remote, local: None, via: Via::Udp }
    }

    #[must_use]
    pub const fn origin(&self) -> Origin {
        Origin { remote: self.remote, via: self.via }
    }
}

/// Every way of one client.
#[derive(Debug, Default)]
pub(super) struct Paths {
    known: Vec<Known>,
    selected: Option<Path>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    path: Path,
    checked_at: Instant,
    nominated_at: Option<Instant>,
}

impl Paths {
    /// Where media goes: the way nominated last, or before any nomination the first that proved to work.
    pub(super) const fn selected(&self) -> Option<Path> {
        self.selected
    }

    pub(super) fn hears(&self, origin: Origin) -> bool {
        self.known.iter().any(|known| known.path.origin() == origin)
    }

    /// A valid check came by `path`. Gives what is no longer heard because the client uses too many.
    pub(super) fn checked(&mut self, now: Instant, path: Path, nominates: bool) -> Option<Origin> {
        let mut forgotten = None;
        match self.known.iter_mut().find(|known| known.path.origin() == path.origin()) {
            Some(known) => (known.path, known.checked_at) = (path, now),
            None => {
                forgotten = self.make_room();
                self.known.push(Known { path, checked_at: now, nominated_at: None });
            }
        }
        if nominates {
            self.known.iter_mut().filter(|known| known.path == path).for_each(|known| known.nominated_at = Some(now));
        }
        if nominates || self.selected.is_none() {
            self.selected = Some(path);
        }
        forgotten
    }

    /// The client has restarted ICE and uses its new credentials: as in the beginning, the first way that proves to work is
    /// good enough until one is nominated. Who restarts has mostly lost the way that was chosen before.
    pub(super) fn choose_anew(&mut self) {
        self.selected = None;
    }

    /// The first moment at which consent for some way ends.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.known.iter().map(|known| known.checked_at + CONSENT).min()
    }

    /// Forgets every way without consent.
    pub(super) fn expire(&mut self, now: Instant, mut forgotten: impl FnMut(Origin)) {
        self.known.retain(|known| {
            let alive = now < known.checked_at + CONSENT;
            if !alive {
                forgotten(known.path.origin());
            }
            alive
        });
        self.select_again();
    }

    /// A way that is known to be gone: its connection was closed.
    pub(super) fn forget(&mut self, origin: Origin) {
        self.known.retain(|known| known.path.origin() != origin);
        self.select_again();
    }

    /// When the chosen way is gone, the next best is the one that the client chose before it, else the one heard last.
    fn select_again(&mut self) {
        if self.selected.is_some_and(|path| self.hears(path.origin())) {
            return;
        }
        let next = self.known.iter().max_by_key(|known| (known.nominated_at, known.checked_at));
        self.selected = next.map(|known| known.path);
    }

    /// The selected one must stay: media goes there. Of the others the one that has been silent longest goes.
    fn make_room(&mut self) -> Option<Origin> {
        if self.known.len() < MAX_PATHS {
            return None;
        }
        let others = self.known.iter().enumerate().filter(|(_, known)| Some(known.path) != self.selected);
        let (at, _) = others.min_by_key(|(_, known)| known.checked_at)?;
        Some(self.known.remove(at).path.origin())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }
}
