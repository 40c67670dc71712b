//! Packets that came and that no receiver has been offered yet.
//!
//! A picture comes as several packets. Were each offered to everybody at once, a receiver's keys and numbers would have left
//! the cache before its next packet needs them, and its packets would leave in as many system calls. So packets wait here
//! until their picture is whole, or for a moment, and then each receiver in turn is offered all of them.

use super::rewrite::Source;
use crate::ids::Layer;
use std::time::{Duration, Instant};

/// A picture whose end does not come is not waited for longer than this; nor is sound that came beside it.
const PATIENCE: Duration = Duration::from_micros(500);
/// Room that may be taken before packets are offered whether their picture is whole or not.
const ENOUGH: usize = 24 << 10;
/// Room that may be taken at all: every packet is still in its ring, whose first size is 64 KiB.
const MOST: usize = 48 << 10;
/// Each packet takes at least this much, so that there are at most 96 of them.
const LEAST_ROOM: usize = 512;
/// The rings of sound are a quarter as large.
const SOUND_ROOM: usize = 4;

/// A packet that is in its layer's ring, or a number that carried nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrived {
    pub(crate) source: Source,
    pub(crate) index: u64,
    pub(crate) empty: bool,
    /// Server time minus the publisher's, in 32.32 NTP seconds.
    pub(crate) clock_offset: Option<i64>,
}

/// What a packet means for waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Sound,
    /// More of the same picture follows.
    Picture,
    PictureEnd,
    /// A repair, or nothing: says nothing of what follows.
    Other,
}

#[derive(Debug, Default)]
pub(crate) struct Pending {
    arrived: Vec<Arrived>,
    room: usize,
    since: Option<Instant>,
    /// Layers in the middle of a picture.
    unfinished: Vec<(usize, Layer)>,
    round: Round,
}

/// One walk over the receivers of what had come until it began.
#[derive(Debug, Default)]
struct Round {
    packets: Vec<Arrived>,
    /// Receivers and their slots, by receiver.
    visits: Vec<Visit>,
    next: usize,
}

/// Keys of a receiver and of one of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visit {
    pub(crate) peer: usize,
    pub(crate) slot: usize,
}

/// Whom a round visits now, and whom soon.
pub(crate) struct Turn<'a> {
    pub(crate) packets: &'a [Arrived],
    pub(crate) visits: &'a [Visit],
    rest: &'a [Visit],
}

impl<'a> Turn<'a> {
    /// The visits that are so many turns away, about: most receivers have as many slots as this one.
    pub(crate) fn ahead(&self, turns: usize) -> &'a [Visit] {
        let slots = self.visits.len();
        let from = ((turns - 1) * slots).min(self.rest.len());
        &self.rest[from..(from + slots).min(self.rest.len())]
    }
}

impl Pending {
    pub(crate) fn push(&mut self, now: Instant, arrived: Arrived, part: Part, bytes: usize) {
        let weight = if part == Part::Sound { SOUND_ROOM } else { 1 };
        self.room += (bytes * weight).max(LEAST_ROOM);
        self.since.get_or_insert(now);
        let layer = (arrived.source.uplink, arrived.source.layer);
        match part {
            Part::Picture if !self.unfinished.contains(&layer) => self.unfinished.push(layer),
            Part::PictureEnd => self.unfinished.retain(|known| *known != layer),
            _ => {}
        }
        self.arrived.push(arrived);
    }

    /// When what waits has to go, whatever comes.
    pub(crate) fn due(&self) -> Option<Instant> {
        let patience = if self.unfinished.is_empty() { Duration::ZERO } else { PATIENCE };
        Some(self.since? + patience)
    }

    /// Every receiver has been offered everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.arrived.is_empty() && !self.has_receivers()
    }

    /// Enough has come to be sent before more is read.
    pub(crate) fn is_enough(&self) -> bool {
        self.room >= ENOUGH
    }

    /// More would push packets out of their rings.
    pub(crate) fn is_full(&self) -> bool {
        self.room >= MOST
    }

    pub(crate) fn has_receivers(&self) -> bool {
        self.round.next < self.round.visits.len()
    }

    /// The packets of the round that is under way, and the slots of the next receiver. `None` when the round is over.
    pub(crate) fn next_receiver(&mut self) -> Option<Turn<'_>> {
        let Round { packets, visits, next } = &mut self.round;
        let rest = &visits[*next..];
        let peer = rest.first()?.peer;
        let slots = rest.iter().position(|visit| visit.peer != peer).unwrap_or(rest.len());
        *next += slots;
        let (visits, rest) = rest.split_at(slots);
        Some(Turn { packets, visits, rest })
    }

    /// Begins a round with what has come, if it is time. `visits_of` adds the visits that an uplink takes.
    pub(crate) fn begin_round(&mut self, now: Instant, mut visits_of: impl FnMut(usize, &mut Vec<Visit>)) -> bool {
        let Some(due) = self.due() else { return false };
        if !self.is_enough() && now < due {
            return false;
        }
        let Round { packets, visits, next } = &mut self.round;
        packets.clear();
        visits.clear();
        *next = 0;
        std::mem::swap(packets, &mut self.arrived);
        self.unfinished.clear();
        (self.room, self.since) = (0, None);
        let mut uplinks = 0;
        for (at, packet) in packets.iter().enumerate() {
            let uplink = packet.source.uplink;
            if packets[..at].iter().all(|before| before.source.uplink != uplink) {
                visits_of(uplink, visits);
                uplinks += 1;
            }
        }
        if uplinks > 1 {
            visits.sort_unstable_by_key(|visit| visit.peer);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        Instant::now()
    }

    fn arrived(uplink: usize, index: u64) -> Arrived {
        let source = Source { uplink, layer: Layer::High, generation: 1 };
        Arrived { source, index, empty: false, clock_offset: None }
    }

    /// Each uplink is watched by receivers 1 to 3, in a slot of its own.
    fn begin(pending: &mut Pending, now: Instant) -> bool {
        pending.begin_round(now, |uplink, visits| {
            visits.extend((1..=3).map(|peer| Visit { peer, slot: 10 * peer + uplink }));
        })
    }

    #[test]
    fn a_picture_is_waited_for_a_moment_and_no_longer() {
        let (now, mut pending) = (start(), Pending::default());
        assert!(!begin(&mut pending, now) && pending.due().is_none());
        pending.push(now, arrived(0, 5), Part::Picture, 1200);
        assert!(!begin(&mut pending, now + PATIENCE / 2));
        assert_eq!(pending.due(), Some(now + PATIENCE));
        pending.push(now + PATIENCE / 2, arrived(1, 9), Part::Sound, 100);
        assert!(!begin(&mut pending, now + PATIENCE / 2), "sound goes with the picture");
        assert!(begin(&mut pending, now + PATIENCE));
        assert!(!begin(&mut pending, now + PATIENCE), "nothing is left");
        pending.push(now, arrived(0, 6), Part::Picture, 1200);
        pending.push(now, arrived(0, 7), Part::PictureEnd, 1200);
        assert!(begin(&mut pending, now), "a whole picture goes at once");
        pending.push(now, arrived(1, 10), Part::Sound, 100);
        assert!(begin(&mut pending, now), "and so does sound");
    }

    #[test]
    fn every_receiver_has_one_turn_with_all_packets() {
        let (now, mut pending) = (start(), Pending::default());
        pending.push(now, arrived(0, 5), Part::PictureEnd, 1200);
        pending.push(now, arrived(1, 9), Part::Sound, 100);
        assert!(begin(&mut pending, now));
        pending.push(now, arrived(1, 10), Part::Sound, 100);
        let mut turns = Vec::new();
        while let Some(Turn { packets, visits, .. }) = pending.next_receiver() {
            assert_eq!((packets.len(), visits.len()), (2, 2), "what came later waits for the next round");
            assert!(visits.iter().all(|visit| visit.peer == visits[0].peer));
            turns.push(visits[0].peer);
        }
        assert_eq!(turns, [1, 2, 3]);
        assert!(begin(&mut pending, now));
    }

    #[test]
    fn what_waits_is_bounded() {
        let (now, mut pending) = (start(), Pending::default());
        (0..24).for_each(|index| pending.push(now, arrived(0, index), Part::Picture, 1000));
        assert!(!pending.is_enough());
        pending.push(now, arrived(0, 24), Part::Picture, 1000);
        assert!(pending.is_enough() && !pending.is_full());
        assert!(begin(&mut pending, now), "although the picture is not whole");
        (0..95).for_each(|index| pending.push(now, arrived(0, index), Part::Other, 0));
        assert!(!pending.is_full());
        pending.push(now, arrived(0, 95), Part::Other, 0);
        assert!(pending.is_full());
    }
}
