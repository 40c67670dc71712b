//! One simulcast layer of an uplink as it arrives: its order, its losses, its clock and its ring.

use super::estimate::Rate;
use super::keyframes::{KeyframeRequests, Wish};
use super::loss::{Losses, Outlook};
use super::outgoing::WIRE;
use super::ring::{Facts, Ring, RingSize};
use super::stats::DropReason;
use super::window::{Seen, WINDOW, Window};
use crate::rtp::ntp::{MediaClock, NtpTime};
use crate::rtp::rtcp::ReportBlock;
use crate::rtp::vp8::Temporal;
use crate::rtp::{h264, sequence, vp8};
use crate::sdp::{Codec, CodecSlot, Kind};
use std::time::{Duration, Instant};

/// RFC 3550 §A.1, MAX_DROPOUT: a larger jump has to be confirmed by the packet after it.
const MOST_DROPOUT: u64 = 3000;
/// A frame's parameter sets may have arrived in packets before the one that shows it is a keyframe.
const MOST_LOOK_BACK: u64 = 16;
/// Receivers' jitter buffers have moved on after this; the ring is about to forget the neighbours of older pictures.
const SOUND_USEFUL_FOR: Duration = Duration::from_millis(250);
const PICTURE_USEFUL_FOR: Duration = Duration::from_secs(1);
/// Encoders keep their rate over a second or two, not over a frame.
const RATE_WINDOW: Duration = Duration::from_secs(2);
/// Header and extensions as they are sent on, and what is around them on the wire.
const OVERHEAD: usize = 24 + WIRE;
/// Extended numbers begin above 2^16.
const NOTHING_YET: u64 = 0;

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) ssrc: u32,
    pub(crate) repair_ssrc: Option<u32>,
    pub(crate) codec: CodecSlot,
    /// Different for every unbroken run of sequence numbers in the whole router.
    pub(crate) generation: u64,
    pub(crate) ring: Ring,
    /// From the last sender report, in the publisher's NTP time.
    pub(crate) clock: Option<MediaClock>,
    pub(crate) began: Instant,
    pub(crate) last_arrival: Instant,
    pub(crate) flowing: bool,
    pub(crate) keyframes: KeyframeRequests,
    pub(crate) losses: Option<Losses>,
    window: Window,
    /// The sequence number that would confirm a jump.
    jump: Option<u16>,
    reception: Reception,
    rate: Rate,
    /// The same without the highest temporal layer, and which that is.
    thin: Rate,
    top: u8,
    /// What another shard measures, which has all of it whether it crosses or not.
    pub(crate) told: Option<Takes>,
}

/// What a layer takes of the line that it is sent on, in bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Takes {
    pub(crate) whole: u64,
    /// Without the pictures of its highest temporal layer, where it has several.
    pub(crate) thin: Option<u64>,
}

/// One packet of the stream, with retransmission already undone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub(crate) codec: CodecSlot,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) payload: &'a [u8],
    pub(crate) level: Option<u8>,
    pub(crate) repair: bool,
}

/// Where an arrival stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) index: u64,
    /// The run of sequence numbers was broken: receivers must start anew.
    pub(crate) restarted: bool,
}

impl Stream {
    pub(crate) fn new(now: Instant, ssrc: u32, first: &Arrival<'_>, make: &StreamNeeds) -> Self {
        let index = u64::from(first.sequence) + (1 << 16);
        // As if the packet before the first had come: the first is then new.
        let window = Window::starting_at(index - 1);
        Self {
            ssrc,
            repair_ssrc: None,
            codec: first.codec,
            generation: make.generation,
            ring: Ring::new(make.ring),
            clock: None,
            began: now,
            last_arrival: now,
            flowing: false,
            keyframes: KeyframeRequests::default(),
            losses: make.nack.then(|| Losses::new(make.useful_for)),
            window,
            jump: None,
            reception: Reception::new(index),
            rate: Rate::over(RATE_WINDOW),
            thin: Rate::over(RATE_WINDOW),
            top: 0,
            told: None,
        }
    }

    /// What sending it on takes of a line; `None` while that is not known.
    pub(crate) fn takes(&self, now: Instant) -> Option<Takes> {
        let at = now.saturating_duration_since(self.began).as_micros() as u64;
        let measured = || Some(Takes { whole: self.rate.bps(at)?, thin: self.thin.bps(at).filter(|_| self.top > 0) });
        self.told.or_else(measured)
    }

    /// The highest temporal layer.
    pub(crate) fn top(&self) -> u8 {
        self.top
    }

    /// A stream that another shard receives and gives on; its first packet sets where the numbers begin.
    pub(crate) fn crossing(now: Instant, codec: CodecSlot, make: &StreamNeeds) -> Self {
        Self {
            ssrc: 0,
            repair_ssrc: None,
            codec,
            generation: make.generation,
            ring: Ring::new(make.ring),
            clock: None,
            began: now,
            last_arrival: now,
            flowing: false,
            keyframes: KeyframeRequests::default(),
            losses: make.nack.then(|| Losses::new(make.useful_for)),
            window: Window::starting_at(NOTHING_YET),
            jump: None,
            reception: Reception::new(NOTHING_YET),
            rate: Rate::over(RATE_WINDOW),
            thin: Rate::over(RATE_WINDOW),
            top: 0,
            told: None,
        }
    }

    /// One packet that another shard received. Whether it is new.
    pub(crate) fn take_crossed(&mut self, now: Instant, index: u64) -> bool {
        if self.window.highest() == NOTHING_YET {
            self.window = Window::starting_at(index - 1);
        }
        let highest = self.window.highest();
        if self.window.mark(index) != Seen::New {
            return false;
        }
        self.note_loss(now, index, highest);
        self.last_arrival = now;
        true
    }

    /// It did not cross for a while: what was missed is not missing.
    pub(crate) fn begin_anew(&mut self, next_generation: &mut u64) {
        let clock = self.clock;
        self.restart(NOTHING_YET + 1, next_generation);
        self.clock = clock;
    }

    pub(crate) fn highest(&self) -> u64 {
        self.window.highest()
    }

    /// Order and counting; the packet is not stored yet.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        arrival: &Arrival<'_>,
        next_generation: &mut u64,
    ) -> Result<Taken, DropReason> {
        let highest = self.window.highest();
        let mut index = sequence::extend(highest, arrival.sequence);
        let mut restarted = false;
        if index > highest + MOST_DROPOUT || index + WINDOW <= highest {
            if arrival.repair {
                return Err(DropReason::TooOld);
            }
            if self.jump != Some(arrival.sequence) {
                self.jump = Some(arrival.sequence.wrapping_add(1));
                return Err(DropReason::SequenceJump);
            }
            index = ((highest >> 16) + 2) << 16 | u64::from(arrival.sequence);
            self.restart(index, next_generation);
            restarted = true;
        } else if arrival.codec.codec != self.codec.codec && index > highest {
            self.restart(index, next_generation);
            restarted = true;
        }
        self.jump = None;
        let highest = self.window.highest();
        match self.window.mark(index) {
            Seen::Before => return Err(DropReason::Duplicate),
            Seen::TooOld => return Err(DropReason::TooOld),
            Seen::New => {}
        }
        if index > highest {
            self.codec = arrival.codec;
        }
        self.note_loss(now, index, highest);
        if !arrival.repair {
            self.reception.arrived(now.saturating_duration_since(self.began), arrival);
        }
        self.reception.highest = self.reception.highest.max(index);
        self.last_arrival = now;
        Ok(Taken { index, restarted })
    }

    fn restart(&mut self, index: u64, next_generation: &mut u64) {
        self.generation = *next_generation;
        *next_generation += 1;
        self.window = Window::starting_at(index - 1);
        self.reception = Reception::new(index);
        self.clock = None;
        if let Some(losses) = &mut self.losses {
            losses.clear();
        }
    }

    fn note_loss(&mut self, now: Instant, index: u64, highest: u64) {
        let Some(losses) = &mut self.losses else { return };
        if index < highest {
            losses.arrived(now, index);
        } else if index > highest + 1 && losses.skipped(now, highest + 1, index) == Outlook::GaveUp {
            self.keyframes.ask(Wish::Again);
        }
    }

    /// Keeps the packet for forwarding and repairs.
    pub(crate) fn store(&mut self, now: Instant, index: u64, arrival: &Arrival<'_>) {
        let (keyframe, temporal) = match arrival.codec.codec {
            Codec::Opus => (false, None),
            Codec::H264 => (h264::begins_keyframe(arrival.payload), None),
            Codec::Vp8 => vp8::read(arrival.payload),
        };
        let (timestamp, marker, level) = (arrival.timestamp, arrival.marker, arrival.level);
        self.keep(now, Facts { index, timestamp, marker, keyframe, level, temporal }, arrival.payload);
    }

    pub(crate) fn keep(&mut self, now: Instant, facts: Facts, payload: &[u8]) {
        if facts.keyframe {
            self.keyframes.came();
        }
        let (at, bytes) = (now.saturating_duration_since(self.began).as_micros() as u64, payload.len() + OVERHEAD);
        self.rate.add(at, bytes);
        if let Some(Temporal { layer, .. }) = facts.temporal {
            let top = self.top.max(layer);
            if top > self.top {
                // What was below the top until now says nothing of what is below it from now on.
                (self.top, self.thin) = (top, Rate::over(RATE_WINDOW));
            }
            self.thin.add(at, if layer < top { bytes } else { 0 });
        }
        self.ring.push(now, facts, payload);
    }

    /// The first packet of the frame that the packet at `index` belongs to. Packets that are missing within the frame count
    /// as part of it: they may still be repaired.
    pub(crate) fn frame_start(&self, index: u64) -> u64 {
        let Some((frame, _)) = self.ring.get(index) else { return index };
        let mut start = index;
        for before in (index.saturating_sub(MOST_LOOK_BACK)..index).rev() {
            match self.ring.get(before) {
                Some((entry, _)) if entry.timestamp == frame.timestamp => start = before,
                Some(_) => return before + 1,
                None => {}
            }
        }
        start
    }

    pub(crate) fn heard_sender_report(&mut self, now: Instant, clock: MediaClock) {
        self.clock = Some(clock);
        self.reception.last_report = Some((clock.ntp, now));
    }

    /// What is told the publisher, and what came since that was told before.
    pub(crate) fn report_block(&mut self, now: Instant) -> (ReportBlock, Came) {
        self.reception.block(now, self.ssrc)
    }
}

/// What a new stream is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StreamNeeds {
    pub(crate) generation: u64,
    pub(crate) ring: RingSize,
    pub(crate) nack: bool,
    /// How long a lost packet is worth asking for.
    pub(crate) useful_for: Duration,
}

impl StreamNeeds {
    pub(crate) fn of(kind: Kind, generation: u64, nack: bool) -> Self {
        let (ring, useful_for) = match kind {
            Kind::Audio => (RingSize::AUDIO, SOUND_USEFUL_FOR),
            Kind::Video => (RingSize::VIDEO, PICTURE_USEFUL_FOR),
        };
        Self { generation, ring, nack, useful_for }
    }

    /// From another shard everything can be had soon and cheaply; what is too late for some receiver is its own to say.
    pub(crate) fn crossing(self) -> Self {
        Self { useful_for: PICTURE_USEFUL_FOR, ..self }
    }
}

/// Packets of some time: how many there should have been by their numbers, and how many came at the first sending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) expected: u64,
    pub(crate) received: u64,
}

/// The counting behind reception reports (RFC 3550 §6.4.1, §A.3, §A.8).
#[derive(Debug)]
struct Reception {
    base: u64,
    highest: u64,
    received: u64,
    told_expected: u64,
    told_received: u64,
    transit: Option<i64>,
    /// Sixteenths of a tick.
    jitter: u64,
    last_report: Option<(NtpTime, Instant)>,
}

impl Reception {
    fn new(index: u64) -> Self {
        Self {
            base: index,
            highest: index,
            received: 0,
            told_expected: 0,
            told_received: 0,
            transit: None,
            jitter: 0,
            last_report: None,
        }
    }

    fn arrived(&mut self, since_begin: Duration, arrival: &Arrival<'_>) {
        self.received += 1;
        let rate = u64::from(arrival.codec.codec.clock_rate());
        let ticks = (since_begin.as_micros() as u64 * rate / 1_000_000) as u32;
        let transit = i64::from(ticks.wrapping_sub(arrival.timestamp) as i32);
        if let Some(before) = self.transit.replace(transit) {
            let difference = transit.abs_diff(before).min(u64::from(u16::MAX) * 16);
            self.jitter = (self.jitter + difference).saturating_sub((self.jitter + 8) >> 4);
        }
    }

    fn block(&mut self, now: Instant, ssrc: u32) -> (ReportBlock, Came) {
        let expected = self.highest - self.base + 1;
        let came = Came { expected: expected - self.told_expected, received: self.received - self.told_received };
        (self.told_expected, self.told_received) = (expected, self.received);
        let (new, lost) = (came.expected, came.expected.saturating_sub(came.received));
        let (last_report, delay) = self.last_report.map_or((0, 0), |(ntp, at)| {
            let delay = now.saturating_duration_since(at);
            (ntp.middle(), (delay.as_micros() * 65536 / 1_000_000).min(u128::from(u32::MAX)) as u32)
        });
        let block = ReportBlock {
            ssrc,
            fraction_lost: (lost * 256).checked_div(new).unwrap_or(0).min(255) as u8,
            cumulative_lost: (expected as i64 - self.received as i64).clamp(-0x80_0000, 0x7f_ffff) as i32,
            highest_sequence: self.highest as u32,
            jitter: (self.jitter >> 4) as u32,
            last_report,
            delay,
        };
        (block, came)
    }
}
