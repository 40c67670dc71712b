//! Reports of a slot: what its receiver says of it, and what the receiver is told.

use super::{Origin, Slot};
use crate::router::outgoing::Outgoing;
use crate::rtp::compound::{self, SenderInfo};
use crate::rtp::ntp::{MediaClock, NtpTime};
use crate::rtp::rtcp::ReportBlock;
use crate::rtp::sequence;
use std::time::{Duration, Instant};

const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// A publisher that has not sent a sender report by now (RFC 3550 §6.2: 5 s apart) will not: arrival time has to do.
const REPORT_PATIENCE: Duration = Duration::from_secs(6);

impl Slot {
    /// A receiver's report about this slot.
    pub(crate) fn reported(&mut self, now: Instant, outgoing: &mut Outgoing, block: &ReportBlock) {
        let lost = u64::try_from(block.cumulative_lost).unwrap_or(0);
        let newly_lost = lost.saturating_sub(self.lost);
        outgoing.stats.packets_lost += newly_lost;
        self.lost = self.lost.max(lost);
        let next = self.rewrite.next();
        let highest = sequence::extend(next, block.highest_sequence as u16);
        if !self.rewrite.has_sent() || highest >= next || highest < self.first_index {
            return;
        }
        let before = self.told_highest.replace(highest).unwrap_or(self.first_index - 1);
        outgoing.lost_by_report(now, highest.saturating_sub(before), newly_lost);
        let confirmed = (highest - self.first_index + 1).saturating_sub(lost).min(u64::from(self.packets));
        outgoing.confirmed_by_report(self.line.kind, confirmed.saturating_sub(self.confirmed));
        self.confirmed = self.confirmed.max(confirmed);
    }

    /// Appends a sender report when one is due and the slot has a clock.
    pub(crate) fn report(
        &mut self,
        now: Instant,
        ntp: NtpTime,
        origin: Option<&Origin<'_>>,
        into: &mut Vec<u8>,
    ) -> bool {
        if now < self.report_at {
            return false;
        }
        let Some((clock, (timestamp, at))) = self.report_clock(now, origin).zip(self.rewrite.last()) else {
            return false;
        };
        self.report_at = now + REPORT_INTERVAL;
        let rtp = clock.unwrap_or_else(|| {
            let elapsed = now.saturating_duration_since(at).as_micros();
            let rate = u128::from(self.line.codecs.first().map_or(90_000, |codec| codec.codec.clock_rate()));
            MediaClock { ntp, rtp: timestamp.wrapping_add((elapsed * rate / 1_000_000) as u32), rate: rate as u32 }
        });
        let sender = SenderInfo { ntp, rtp: rtp.rtp_at(ntp), packets: self.packets, octets: self.octets };
        compound::sender_report(into, self.ssrc, &sender);
        true
    }

    /// `None`: no report yet. `Some(None)`: by arrival time.
    fn report_clock(&mut self, now: Instant, origin: Option<&Origin<'_>>) -> Option<Option<MediaClock>> {
        let origin = origin?;
        if self.current.map(|(_, generation)| generation) != Some(origin.source.generation) {
            return None;
        }
        if let Some(clock) = origin.clock() {
            return self.rewrite.refit(clock).map(Some);
        }
        (now.saturating_duration_since(origin.stream.began) >= REPORT_PATIENCE).then_some(None)
    }

    pub(crate) fn report_due(&self, now: Instant) -> bool {
        now >= self.report_at && self.rewrite.has_sent()
    }
}
