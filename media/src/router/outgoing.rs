//! Everything that is sent to one peer: its transport-wide count, what came back about it, and counters.

use super::delivery::Delivery;
use super::downlink::Downlink;
use super::estimate::{Arrived, Rate};
pub(crate) use super::history::Sending;
use super::history::{History, News};
use super::pace::Pace;
use super::probe::Stand;
use super::stats::PeerStats;
use crate::ids::PeerId;
use crate::prefetch;
use crate::rtp::rtcp::ReportBlock;
use crate::rtp::{ntp::NtpTime, transport_cc};
use crate::sdp::Kind;
use std::time::{Duration, Instant};

/// What a packet costs on the wire beside header and payload: the tag of AES-GCM, UDP and IPv4.
pub(crate) const WIRE: usize = 16 + 8 + 20;
/// Assumed until the first receiver report tells.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(60);
/// What is told of rates is of the last so many seconds.
const TOLD_WINDOW: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) id: PeerId,
    pub(crate) stats: PeerStats,
    pub(crate) pace: Pace,
    pub(crate) downlink: Box<Downlink>,
    /// Looked after every few ms.
    pub(crate) attended: bool,
    started: Instant,
    history: History,
    /// Bytes on the wire, repairs and padding included.
    sent: u64,
    delivery: Delivery,
    told: Told,
}

/// Rates for the statistics, counted at leisure.
#[derive(Debug)]
struct Told {
    sent: Rate,
    sent_before: u64,
    received: Rate,
    received_before: u64,
    at: u64,
}

impl Outgoing {
    pub(crate) fn new(id: PeerId, started: Instant, now: Instant, first: u16) -> Self {
        let told = Rate::over(TOLD_WINDOW);
        Self {
            id,
            stats: PeerStats::default(),
            pace: Pace::default(),
            downlink: Box::new(Downlink::new(now.saturating_duration_since(started).as_micros() as u64)),
            attended: false,
            started,
            history: History::new(first),
            sent: 0,
            delivery: Delivery::default(),
            told: Told { sent: told, sent_before: 0, received: told, received_before: 0, at: 0 },
        }
    }

    pub(crate) fn stats(&self) -> PeerStats {
        let now = self.told.at;
        PeerStats {
            packets_confirmed: self.stats.packets_confirmed.min(self.stats.packets_sent),
            media_ms: self.delivery.media_ms(),
            audio_ms: self.delivery.audio_ms(),
            video_ms: self.delivery.video_ms(),
            estimate_bps: self.downlink.measured_bps(now),
            sent_bps: self.told.sent.bps(now).unwrap_or(0),
            loss_permille: self.downlink.loss_permille(),
            received_bps: self.told.received.bps(now).unwrap_or(0),
            line_step: self.downlink.ladder.told(),
            ..self.stats
        }
    }

    /// Has fetched what lies behind pointers.
    pub(crate) fn soon(&self) {
        prefetch::soon(&*self.downlink);
        self.history.soon();
    }

    pub(crate) fn round_trip(&self) -> Duration {
        self.stats.round_trip.unwrap_or(FIRST_ROUND_TRIP)
    }

    pub(crate) fn has_limits(&self, now: Instant) -> bool {
        self.downlink.view(self.micros(now)).is_some()
    }

    /// µs since the router's beginning.
    pub(crate) fn micros(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.started).as_micros() as u64
    }

    /// A packet goes out now.
    pub(crate) fn count(&mut self, at: u64, sending: Sending) {
        self.sent += sending.bytes as u64;
        self.pace.spend(sending.bytes);
        let bytes = (sending.bytes - WIRE) as u64;
        if sending.repair {
            self.stats.repairs_sent += 1;
            self.stats.repair_bytes_sent += bytes;
        } else {
            self.stats.packets_sent += 1;
            self.stats.bytes_sent += bytes;
            self.delivery.sent(sending.kind, at / 1_000_000);
        }
    }

    /// Its transport-wide number.
    pub(crate) fn stamp(&mut self, at: u64, sending: Sending) -> u16 {
        self.downlink.sent(at);
        self.history.stamp(at, sending)
    }

    /// A packet goes out again under its old transport-wide number.
    pub(crate) fn stamp_again(&mut self, number: u16) {
        self.history.resent(number);
    }

    /// The receiver is reached another way from now on.
    pub(crate) fn moved(&mut self, now: Instant) {
        let now = self.micros(now);
        self.downlink.estimate.begin_after_outage(now);
    }

    pub(crate) fn stand(&self, at: u64) -> Stand {
        Stand { now: at, sent: self.sent, next: self.history.next() }
    }

    /// Transport feedback from the peer (bounded by what was sent lately).
    pub(crate) fn heard_transport_cc(&mut self, now: Instant, body: &[u8]) -> Option<()> {
        let (now, round_trip) = (self.micros(now), self.round_trip());
        let (history, stats, delivery) = (&mut self.history, &mut self.stats, &mut self.delivery);
        let downlink = &mut self.downlink;
        let reference = transport_cc::reference(body)?;
        let mut clock = None;
        let whole = transport_cc::read(body, |number, arrived| {
            let Some((index, news)) = history.heard(now, number, arrived.is_some()) else { return };
            let (sent, bytes, kind, repair, timely, late) = match news {
                News::Lost { sent_at, bytes } => {
                    clock.get_or_insert_with(|| downlink.begin_feedback(now, round_trip, reference));
                    return downlink.lost(index, sent_at, bytes);
                }
                News::Arrived { sent_at, bytes, kind, repair, timely, late } => {
                    (sent_at, bytes, kind, repair, timely, late)
                }
            };
            let since = *clock.get_or_insert_with(|| downlink.begin_feedback(now, round_trip, reference));
            if late {
                downlink.estimate.came_late(bytes);
            } else if let Some(at) = arrived.filter(|_| timely) {
                downlink.arrived(now, index, Arrived { sent, at: since + at, bytes });
            }
            if !repair {
                stats.packets_confirmed += 1;
                delivery.confirmed(kind, sent / 1_000_000);
            }
        });
        if clock.is_some() {
            let stand = self.stand(now);
            self.downlink.end_feedback(stand, round_trip);
        }
        whole
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
        if !self.downlink.has_heard_transport() && packets > 0 {
            self.stats.packets_confirmed += packets;
            self.delivery.all_confirmed(kind);
        }
    }

    /// What a receiver report says of the packets since the one before: so many expected, so many of them lost.
    pub(crate) fn lost_by_report(&mut self, now: Instant, expected: u64, lost: u64) {
        let now = self.micros(now);
        let mean = self.stats.bytes_sent / self.stats.packets_sent.max(1) + WIRE as u64;
        let (expected, lost) = (expected.min(100_000) as u32, lost.min(expected).min(100_000) as u32);
        let bytes = (u64::from(expected) * mean) as usize;
        self.downlink.reported(now, self.round_trip(), bytes, (expected, lost));
    }

    /// Now and then: takes the counters into the rates that are told.
    pub(crate) fn tick(&mut self, now: Instant) {
        let (now, round_trip) = (self.micros(now), self.round_trip());
        let told = &mut self.told;
        told.at = now;
        told.sent.add(now, (self.sent - std::mem::replace(&mut told.sent_before, self.sent)) as usize);
        let received = self.stats.bytes_received;
        told.received.add(now, (received - std::mem::replace(&mut told.received_before, received)) as usize);
        let stand = self.stand(now);
        self.downlink.tick(stand, round_trip);
    }
}
