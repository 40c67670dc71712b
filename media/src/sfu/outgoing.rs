//! What waits to be sent: sealed datagrams in one arena, cut into runs of equal ones to one receiver.
//!
//! The kernel cuts one buffer into datagrams of one size (UDP GSO), which halves the price of a packet, but only for one
//! receiver at a time. The router serves receivers one after the other, so that what follows in the arena mostly goes to
//! the same one. The arena is handed out when enough is in it, and begun anew: it stays small, and in the cache.

use crate::ids::PeerId;
use crate::transport::{DropReason, Path, Via};
use std::net::{IpAddr, SocketAddr};

/// Longer runs arrive as bursts that small home routers drop.
const MAX_RUN: usize = 8;
/// Bytes, and runs, that are handed out before more is sealed: a quarter of a core's cache, and a good number for one
/// system call.
const ENOUGH_BYTES: usize = 64 << 10;
const ENOUGH_RUNS: usize = 32;
/// Memory that the arena keeps: what is due at one moment to a whole room may be more.
const KEPT_BYTES: usize = 4 * ENOUGH_BYTES;
const KEPT_RUNS: usize = 1024;

/// A run of datagrams to one receiver, for one place in a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transmit<'a> {
    pub destination: SocketAddr,
    /// The address of ours that it should leave from.
    pub source: Option<IpAddr>,
    /// Over TCP every datagram is a frame.
    pub via: Via,
    pub bytes: &'a [u8],
    /// When there, `bytes` are several datagrams of this size; the last may be shorter.
    pub segment_size: Option<usize>,
}

impl<'a> Transmit<'a> {
    /// The datagrams one by one.
    pub fn datagrams(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.bytes.chunks(self.segment_size.unwrap_or(self.bytes.len()).max(1))
    }
}

/// Transmits that may be sent together.
#[derive(Debug, Clone)]
pub struct Transmits<'a> {
    arena: &'a [u8],
    runs: std::slice::Iter<'a, Run>,
}

impl<'a> Iterator for Transmits<'a> {
    type Item = Transmit<'a>;

    fn next(&mut self) -> Option<Transmit<'a>> {
        let run = self.runs.next()?;
        Some(Transmit {
            destination: run.path.remote,
            source: run.path.local,
            via: run.path.via,
            bytes: &self.arena[run.start..run.start + run.len],
            segment_size: (run.count > 1).then_some(run.segment),
        })
    }
}

#[derive(Debug)]
struct Run {
    path: Path,
    /// `None`: control, which never runs.
    to: Option<PeerId>,
    start: usize,
    len: usize,
    segment: usize,
    count: usize,
}

impl Run {
    /// Whether a datagram of `len` bytes may follow: the last one of a run is the only one that may be shorter.
    fn takes(&self, to: PeerId, len: usize) -> bool {
        self.to == Some(to) && self.count < MAX_RUN && self.len == self.segment * self.count && len <= self.segment
    }
}

/// Everything that waits to be sent.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    arena: Vec<u8>,
    runs: Vec<Run>,
    /// What is in the arena has been handed out.
    taken: bool,
}

impl Outgoing {
    pub(super) fn push_control(&mut self, path: Path, datagram: &[u8]) {
        self.clear_taken();
        self.arena.extend_from_slice(datagram);
        self.close_datagram(None, path, datagram.len());
    }

    /// Seals one packet for a receiver.
    pub(super) fn seal(
        &mut self,
        to: PeerId,
        path: Path,
        seal: impl FnOnce(&mut Vec<u8>) -> Result<usize, DropReason>,
    ) -> Result<usize, DropReason> {
        self.clear_taken();
        let len = seal(&mut self.arena)?;
        self.close_datagram(Some(to), path, len);
        Ok(len)
    }

    /// Whether what waits should be taken before more is sealed.
    pub(super) fn has_enough(&self) -> bool {
        !self.taken && (self.arena.len() >= ENOUGH_BYTES || self.runs.len() >= ENOUGH_RUNS)
    }

    pub(super) fn take(&mut self) -> Option<Transmits<'_>> {
        if self.taken || self.runs.is_empty() {
            return None;
        }
        self.taken = true;
        Some(Transmits { arena: &self.arena, runs: self.runs.iter() })
    }

    fn clear_taken(&mut self) {
        if std::mem::take(&mut self.taken) {
            self.arena.clear();
            self.arena.shrink_to(KEPT_BYTES);
            self.runs.clear();
            self.runs.shrink_to(KEPT_RUNS);
        }
    }

    fn close_datagram(&mut self, to: Option<PeerId>, path: Path, len: usize) {
        match self.runs.last_mut() {
            Some(run) if to.is_some_and(|to| run.takes(to, len)) => {
                run.len += len;
                run.count += 1;
            }
            _ => self.runs.push(Run { path, to, start: self.arena.len() - len, len, segment: len, count: 1 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(port: u64) -> Path {
        Path::udp(SocketAddr::from(([127, 0, 0, 1], port as u16)))
    }

    fn put(outgoing: &mut Outgoing, to: u64, len: usize) {
        let sealed = outgoing.seal(PeerId(to), path(to), |arena| {
            arena.extend(std::iter::repeat_n(len as u8, len));
            Ok(len)
        });
        assert_eq!(sealed, Ok(len));
    }

    /// Port, bytes and segment size of what is handed out.
    fn taken(outgoing: &mut Outgoing) -> Vec<(u16, usize, Option<usize>)> {
        let mut all = Vec::new();
        for transmit in outgoing.take().into_iter().flatten() {
            assert!(transmit.datagrams().all(|d| d.iter().all(|b| usize::from(*b) == d.len())), "cut in right places");
            all.push((transmit.destination.port(), transmit.bytes.len(), transmit.segment_size));
        }
        assert!(outgoing.take().is_none(), "handed out once");
        all
    }

    fn runs(sizes: &[usize]) -> Vec<(usize, Option<usize>)> {
        let mut outgoing = Outgoing::default();
        sizes.iter().for_each(|len| put(&mut outgoing, 9, *len));
        taken(&mut outgoing).into_iter().map(|(_, bytes, segment)| (bytes, segment)).collect()
    }

    #[test]
    fn a_run_has_one_size_and_a_shorter_end() {
        assert_eq!(runs(&[100, 100, 40, 100]), [(240, Some(100)), (100, None)]);
        assert_eq!(runs(&[40, 100, 100]), [(40, None), (200, Some(100))]);
    }

    #[test]
    fn a_run_is_no_longer_than_eight() {
        assert_eq!(runs(&[50; 19]), [(400, Some(50)), (400, Some(50)), (150, Some(50))]);
    }

    #[test]
    fn each_receiver_has_its_own_runs_and_control_goes_alone() {
        let mut outgoing = Outgoing::default();
        [1, 1, 2, 2, 1].into_iter().for_each(|to| put(&mut outgoing, to, 50));
        outgoing.push_control(path(1), &[20; 20]);
        outgoing.push_control(path(1), &[20; 20]);
        let expected = [(1, 100, Some(50)), (2, 100, Some(50)), (1, 50, None), (1, 20, None), (1, 20, None)];
        assert_eq!(taken(&mut outgoing), expected);
        put(&mut outgoing, 1, 50);
        assert_eq!(taken(&mut outgoing), [(1, 50, None)], "the arena begins anew");
    }

    #[test]
    fn a_packet_that_could_not_be_sealed_leaves_no_hole() {
        let mut outgoing = Outgoing::default();
        put(&mut outgoing, 1, 60);
        assert!(outgoing.seal(PeerId(1), path(1), |_| Err(DropReason::SealReused)).is_err());
        put(&mut outgoing, 1, 60);
        assert_eq!(taken(&mut outgoing), [(1, 120, Some(60))]);
    }

    #[test]
    fn what_was_due_to_a_whole_room_does_not_stay_in_memory() {
        let mut outgoing = Outgoing::default();
        (0..2000).for_each(|n| put(&mut outgoing, n, 1000));
        assert!(outgoing.has_enough());
        assert_eq!(outgoing.take().into_iter().flatten().count(), 2000);
        put(&mut outgoing, 1, 10);
        assert!(outgoing.arena.capacity() <= KEPT_BYTES && outgoing.runs.capacity() <= KEPT_RUNS);
        assert!(!outgoing.has_enough());
    }
}
