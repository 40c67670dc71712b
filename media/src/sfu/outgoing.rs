//! What waits to be sent: control datagrams one by one, media grouped by receiver into runs for segmentation offload.
//!
//! The kernel cuts one buffer into datagrams of one size (UDP GSO), which halves the price of a packet, but only for one
//! receiver at a time. So each receiver gets a box of its own for the length of a batch; boxes are used again.

use crate::ids::PeerId;
use crate::transport::{DropReason, Path, Transport, Via};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

/// Longer runs arrive as bursts that small home routers drop.
const MAX_RUN: usize = 8;
/// Boxes kept for the next batch; each keeps the memory of its largest batch up to [`KEPT_BYTES`].
const KEPT_BOXES: usize = 512;
const KEPT_BYTES: usize = 64 * 1024;

/// One system call's worth of datagrams to one receiver.
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

#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    len: usize,
    segment: usize,
    count: usize,
}

impl Run {
    /// Whether a datagram of `len` bytes may follow: the last one of a run is the only one that may be shorter.
    const fn takes(&self, len: usize) -> bool {
        self.count < MAX_RUN && self.len == self.segment * self.count && len <= self.segment
    }
}

impl Outbox {
    fn close_datagram(&mut self, len: usize) {
        match self.runs.last_mut() {
            Some(run) if run.takes(len) => {
                run.len += len;
                run.count += 1;
            }
            _ => self.runs.push(Run { start: self.bytes.len() - len, len, segment: len, count: 1 }),
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.runs.clear();
    }
}

/// Everything that waits to be sent.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    control: VecDeque<(Path, Vec<u8>)>,
    current_control: Vec<u8>,
    /// Receivers with an open box, in the order of their first packet.
    dirty: Vec<PeerId>,
    /// Closed boxes take turns, a run each: bursts to one receiver are spread over the batch.
    ready: VecDeque<Departing>,
    current: Option<Departing>,
    spare: Vec<Outbox>,
}

#[derive(Debug)]
struct Departing {
    path: Path,
    outbox: Outbox,
    next_run: usize,
}

impl Outgoing {
    pub(super) fn push_control(&mut self, path: Path, datagram: Vec<u8>) {
        self.control.push_back((path, datagram));
    }

    /// Seals one packet into the receiver's box.
    pub(super) fn seal(
        &mut self,
        to: PeerId,
        slot: &mut Option<Outbox>,
        seal: impl FnOnce(&mut Vec<u8>) -> Result<usize, DropReason>,
    ) -> Result<usize, DropReason> {
        let outbox = slot.get_or_insert_with(|| {
            self.dirty.push(to);
            self.spare.pop().unwrap_or_default()
        });
        let len = seal(&mut outbox.bytes)?;
        outbox.close_datagram(len);
        Ok(len)
    }

    /// Closes the open boxes. `take` gives a receiver's box and where it goes.
    pub(super) fn close_boxes(&mut self, mut take: impl FnMut(PeerId) -> Option<(Path, Outbox)>) {
        for peer in self.dirty.drain(..) {
            if let Some((path, outbox)) = take(peer).filter(|(_, outbox)| !outbox.runs.is_empty()) {
                self.ready.push_back(Departing { path, outbox, next_run: 0 });
            }
        }
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.control.is_empty() || !self.ready.is_empty() || self.current.is_some()
    }

    pub(super) fn poll(&mut self) -> Option<Transmit<'_>> {
        if let Some((path, datagram)) = self.control.pop_front() {
            self.current_control = datagram;
            let bytes = self.current_control.as_slice();
            return Some(Transmit {
                destination: path.remote,
                source: path.local,
                via: path.via,
                bytes,
                segment_size: None,
            });
        }
        if let Some(last) = self.current.take() {
            self.put_back(last);
        }
        let departing = self.current.insert(self.ready.pop_front()?);
        let run = departing.outbox.runs[departing.next_run];
        departing.next_run += 1;
        Some(Transmit {
            destination: departing.path.remote,
            source: departing.path.local,
            via: departing.path.via,
            bytes: &departing.outbox.bytes[run.start..run.start + run.len],
            segment_size: (run.count > 1).then_some(run.segment),
        })
    }

    fn put_back(&mut self, mut departing: Departing) {
        if departing.next_run < departing.outbox.runs.len() {
            self.ready.push_back(departing);
        } else if self.spare.len() < KEPT_BOXES {
            departing.outbox.clear();
            self.spare.push(departing.outbox);
        }
    }
}

/// What of a peer is needed to send to it.
pub(super) struct Sender {
    pub(super) transport: Transport,
    pub(super) outbox: Option<Outbox>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> Path {
        Path::udp("127.0.0.1:9".parse().unwrap())
    }

    fn put(outgoing: &mut Outgoing, slot: &mut Option<Outbox>, len: usize) {
        let sealed = outgoing.seal(PeerId(1), slot, |arena| {
            arena.extend(std::iter::repeat_n(len as u8, len));
            Ok(len)
        });
        assert_eq!(sealed, Ok(len));
    }

    fn runs(sizes: &[usize]) -> Vec<(usize, Option<usize>)> {
        let (mut outgoing, mut slot) = (Outgoing::default(), None);
        sizes.iter().for_each(|len| put(&mut outgoing, &mut slot, *len));
        outgoing.close_boxes(|_| slot.take().map(|outbox| (path(), outbox)));
        let mut runs = Vec::new();
        while let Some(transmit) = outgoing.poll() {
            assert!(transmit.datagrams().all(|d| d.iter().all(|b| usize::from(*b) == d.len())), "cut in right places");
            runs.push((transmit.bytes.len(), transmit.segment_size));
        }
        assert_eq!(outgoing.spare.len(), 1, "the box is used again");
        runs
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
    fn receivers_take_turns() {
        let mut outgoing = Outgoing::default();
        let mut slots = [None, None];
        for _ in 0..16 {
            slots.iter_mut().for_each(|slot| put(&mut outgoing, slot, 50));
        }
        let paths = [1, 2].map(|port| Path::udp(SocketAddr::from(([127, 0, 0, 1], port))));
        let mut boxes = paths.into_iter().zip(&mut slots);
        outgoing.close_boxes(|_| boxes.next().and_then(|(path, slot)| Some((path, slot.take()?))));
        let order: Vec<u16> =
            std::iter::from_fn(|| outgoing.poll().map(|transmit| transmit.destination.port())).collect();
        assert_eq!(order, [1, 2, 1, 2]);
    }

    #[test]
    fn a_packet_that_could_not_be_sealed_leaves_no_hole() {
        let (mut outgoing, mut slot) = (Outgoing::default(), None);
        put(&mut outgoing, &mut slot, 60);
        assert!(outgoing.seal(PeerId(1), &mut slot, |_| Err(DropReason::SealReused)).is_err());
        put(&mut outgoing, &mut slot, 60);
        outgoing.close_boxes(|_| slot.take().map(|outbox| (path(), outbox)));
        assert_eq!(outgoing.poll().unwrap().bytes.len(), 120);
    }
}
