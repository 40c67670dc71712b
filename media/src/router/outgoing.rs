//! Everything that is sent to one peer: its transport-wide count, what came back about it, and counters.

use super::delivery::Delivery;
use super::stats::PeerStats;
use crate::ids::PeerId;
use crate::rtp::rtcp::ReportBlock;
use crate::rtp::{ntp::NtpTime, sequence, transport_cc};
use crate::sdp::Kind;
use std::time::{Duration, Instant};

/// Sent packets remembered for feedback: three seconds of 3 Mbit/s.
const REMEMBERED: u64 = 1024;
/// Time is kept in the unit of transport feedback.
const TICKS_PER_SECOND: u64 = 4000;
/// Assumed until the first receiver report tells.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(60);

#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) id: PeerId,
    pub(crate) stats: PeerStats,
    started: Instant,
    next: u64,
    /// Empty until something is sent.
    history: Vec<Sent>,
    delivery: Delivery,
    heard_feedback: bool,
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    /// In 250 µs, wrapping.
    at: u32,
    size: u16,
    repair: bool,
    confirmed: bool,
    kind: Kind,
}

/// What is about to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending {
    pub(crate) kind: Kind,
    pub(crate) size: usize,
    pub(crate) repair: bool,
}

impl Outgoing {
    pub(crate) fn new(id: PeerId, started: Instant, first: u16) -> Self {
        Self {
            id,
            stats: PeerStats::default(),
            started,
            next: u64::from(first) + (1 << 16),
            history: Vec::new(),
            delivery: Delivery::default(),
            heard_feedback: false,
        }
    }

    pub(crate) fn stats(&self) -> PeerStats {
        PeerStats {
            packets_confirmed: self.stats.packets_confirmed.min(self.stats.packets_sent),
            media_ms: self.delivery.media_ms(),
            audio_ms: self.delivery.audio_ms(),
            video_ms: self.delivery.video_ms(),
            ..self.stats
        }
    }

    pub(crate) fn round_trip(&self) -> Duration {
        self.stats.round_trip.unwrap_or(FIRST_ROUND_TRIP)
    }

    pub(crate) fn count(&mut self, now: Instant, sending: Sending) {
        if sending.repair {
            self.stats.repairs_sent += 1;
            self.stats.repair_bytes_sent += sending.size as u64;
        } else {
            self.stats.packets_sent += 1;
            self.stats.bytes_sent += sending.size as u64;
            let second = self.ticks(now) / TICKS_PER_SECOND;
            self.delivery.sent(sending.kind, second);
        }
    }

    /// The transport-wide number of a packet that goes out now.
    pub(crate) fn stamp(&mut self, now: Instant, sending: Sending) -> u16 {
        let Sending { kind, size, repair } = sending;
        let sent = Sent { at: self.ticks(now) as u32, size: size as u16, repair, confirmed: false, kind };
        if self.history.is_empty() {
            self.history = vec![sent; REMEMBERED as usize];
        }
        let number = self.next;
        self.history[(number % REMEMBERED) as usize] = sent;
        self.next += 1;
        number as u16
    }

    /// Transport feedback from the peer (bounded by what was sent lately).
    pub(crate) fn heard_transport_cc(&mut self, now: Instant, body: &[u8]) -> Option<()> {
        let (now, next, known) = (self.ticks(now), self.next, !self.history.is_empty());
        let (history, stats, delivery) = (&mut self.history, &mut self.stats, &mut self.delivery);
        self.heard_feedback |= known;
        transport_cc::read(body, |number, arrived| {
            let index = sequence::extend(next, number);
            if !arrived || !known || index >= next || next - index > REMEMBERED {
                return;
            }
            let sent = &mut history[(index % REMEMBERED) as usize];
            if sent.size == 0 || std::mem::replace(&mut sent.confirmed, true) || sent.repair {
                return;
            }
            let age = u64::from((now as u32).wrapping_sub(sent.at));
            stats.packets_confirmed += 1;
            delivery.confirmed(sent.kind, now.saturating_sub(age) / TICKS_PER_SECOND);
        })
    }

    /// Round trip from a receiver report (RFC 3550 §6.4.1, DLSR).
    pub(crate) fn heard_report(&mut self, now: NtpTime, block: &ReportBlock) {
        if block.last_report == 0 {
            return;
        }
        let ticks = now.middle().wrapping_sub(block.last_report).wrapping_sub(block.delay);
        // More than 10 s, or a negative value that wrapped: the report lies or is very old.
        if ticks > 10 << 16 {
            return;
        }
        let sample = Duration::from_micros(u64::from(ticks) * 1_000_000 / 65536);
        self.stats.round_trip = Some(self.stats.round_trip.map_or(sample, |known| (known * 7 + sample) / 8));
    }

    /// Receiver reports prove delivery to peers that send no transport feedback.
    pub(crate) fn confirmed_by_report(&mut self, kind: Kind, packets: u64) {
        if !self.heard_feedback && packets > 0 {
            self.stats.packets_confirmed += packets;
            self.delivery.all_confirmed(kind);
        }
    }

    fn ticks(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.started).as_micros() as u64 / 250
    }
}
