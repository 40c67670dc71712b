//! One received stream: what came, what is missing and asked for again, and what a receiver report says of it.

use crate::clock::Moment;
use crate::sdp::Kind;
use crate::stats::{Arrival, LossCount};
use rtc::rtcp::reception_report::ReceptionReport;
use std::time::{Duration, Instant};

/// Reordering on the way is shorter than this; a hole that is older is a loss.
const ASK_AFTER: Duration = Duration::from_millis(10);
const ASK_AGAIN: Duration = Duration::from_millis(60);
const MOST_TRIES: u8 = 10;
const GIVE_UP: Duration = Duration::from_secs(2);
/// More holes than this are not worth asking for one by one: the next key frame repairs them.
const MOST_MISSING: usize = 256;

#[derive(Debug)]
pub(crate) struct Reception {
    pub(crate) ssrc: u32,
    pub(crate) kind: Kind,
    pub(crate) rtp: LossCount,
    missing: Vec<Missing>,
    jitter: f64,
    transit: Option<i64>,
    reported_expected: u64,
    reported_received: u64,
    sender_report: Option<(u32, Instant)>,
}

#[derive(Debug)]
struct Missing {
    number: u64,
    since: Instant,
    asked: Option<Instant>,
    tries: u8,
}

impl Reception {
    pub(crate) fn new(ssrc: u32, kind: Kind) -> Self {
        Self {
            ssrc,
            kind,
            rtp: LossCount::default(),
            missing: Vec::new(),
            jitter: 0.0,
            transit: None,
            reported_expected: 0,
            reported_received: 0,
            sender_report: None,
        }
    }

    /// False when it was here before.
    pub(crate) fn record(&mut self, now: Instant, sequence: u16) -> bool {
        match self.rtp.record(sequence) {
            Arrival::Repeated => return false,
            Arrival::Filled(number) => self.missing.retain(|missing| missing.number != number),
            Arrival::Advanced { missing } => {
                if missing.clone().count() > MOST_MISSING {
                    self.missing.clear();
                } else {
                    self.missing.extend(missing.map(|number| Missing { number, since: now, asked: None, tries: 0 }));
                }
            }
        }
        true
    }

    pub(crate) fn misses(&self, sequence: u16) -> bool {
        self.missing.iter().any(|missing| missing.number as u16 == sequence)
    }

    /// Interarrival jitter (RFC 3550 §A.8); only for packets of their own time, not for repaired ones.
    pub(crate) fn time(&mut self, now: Moment, timestamp: u32) {
        let rate = match self.kind {
            Kind::Audio => 48_000,
            Kind::Video => 90_000,
        };
        let arrival = (u128::from(now.unix_us) * rate / 1_000_000) as u32;
        let transit = i64::from(arrival.wrapping_sub(timestamp) as i32);
        if let Some(before) = self.transit.replace(transit) {
            self.jitter += ((transit - before).abs() as f64 - self.jitter) / 16.0;
        }
    }

    pub(crate) fn sender_report(&mut self, now: Instant, ntp: u64) {
        self.sender_report = Some(((ntp >> 16) as u32, now));
    }

    /// Numbers to ask for now.
    pub(crate) fn poll_nacks(&mut self, now: Instant) -> Vec<u16> {
        self.missing
            .retain(|missing| missing.tries < MOST_TRIES && now.saturating_duration_since(missing.since) < GIVE_UP);
        let mut numbers = Vec::new();
        for missing in &mut self.missing {
            let since = |at| now.saturating_duration_since(at);
            let due = missing.asked.map_or(since(missing.since) >= ASK_AFTER, |asked| since(asked) >= ASK_AGAIN);
            if due {
                missing.asked = Some(now);
                missing.tries += 1;
                numbers.push(missing.number as u16);
            }
        }
        numbers
    }

    /// RFC 3550 §6.4.1 and §A.3.
    pub(crate) fn report(&mut self, now: Instant) -> ReceptionReport {
        let (expected, received) = (self.rtp.expected(), self.rtp.received());
        let expected_now = expected - self.reported_expected;
        let lost_now = expected_now.saturating_sub(received.saturating_sub(self.reported_received));
        (self.reported_expected, self.reported_received) = (expected, received);
        let (last_sender_report, delay) = self
            .sender_report
            .map_or((0, 0), |(ntp, at)| (ntp, (now.saturating_duration_since(at).as_secs_f64() * 65_536.0) as u32));
        ReceptionReport {
            ssrc: self.ssrc,
            fraction_lost: (lost_now * 256).checked_div(expected_now).unwrap_or(0).min(255) as u8,
            total_lost: self.rtp.lost().min(0x7f_ffff) as u32,
            last_sequence_number: self.rtp.highest_extended(),
            jitter: self.jitter as u32,
            last_sender_report,
            delay,
        }
    }
}

/// What came of one publisher's stamps, which no server on the way rewrites.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) publisher: u16,
    pub(crate) kind: Kind,
    pub(crate) count: LossCount,
}

pub(super) fn seen_of(seen: &mut Vec<Seen>, publisher: u16, kind: Kind) -> &mut Seen {
    let index = seen.iter().position(|one| one.publisher == publisher && one.kind == kind).unwrap_or_else(|| {
        seen.push(Seen { publisher, kind, count: LossCount::default() });
        seen.len() - 1
    });
    &mut seen[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn a_hole_is_asked_for_after_reordering_then_again_then_given_up() {
        let start = clock::now().at;
        let ms = |ms| start + Duration::from_millis(ms);
        let mut stream = Reception::new(1, Kind::Video);
        for sequence in [10, 11, 14, 12] {
            stream.record(start, sequence);
        }
        assert!(stream.poll_nacks(ms(5)).is_empty());
        assert_eq!(stream.poll_nacks(ms(10)), [13]);
        assert!(stream.poll_nacks(ms(40)).is_empty());
        assert_eq!(stream.poll_nacks(ms(70)), [13]);
        assert!(stream.misses(13) && !stream.misses(12));
        let asked = (100..5_000).step_by(10).filter(|at| !stream.poll_nacks(ms(*at)).is_empty()).count();
        assert_eq!(asked, usize::from(MOST_TRIES) - 2);
        assert!(!stream.misses(13));
    }

    #[test]
    fn a_repaired_hole_is_not_asked_for_and_not_lost() {
        let start = clock::now().at;
        let mut stream = Reception::new(1, Kind::Video);
        for sequence in [1, 3, 2] {
            assert!(stream.record(start, sequence));
        }
        assert!(!stream.record(start, 2));
        assert!(stream.poll_nacks(start + Duration::from_secs(1)).is_empty());
        assert_eq!(stream.report(start).total_lost, 0);
    }

    #[test]
    fn the_fraction_lost_is_of_the_time_since_the_last_report() {
        let start = clock::now().at;
        let mut stream = Reception::new(1, Kind::Video);
        (0..100).filter(|sequence| sequence % 4 != 1).for_each(|sequence| {
            stream.record(start, sequence);
        });
        let report = stream.report(start);
        assert_eq!((report.fraction_lost, report.total_lost, report.last_sequence_number), (64, 25, 99));
        (100..200).for_each(|sequence| {
            stream.record(start, sequence);
        });
        assert_eq!(stream.report(start).fraction_lost, 0);
    }
}
