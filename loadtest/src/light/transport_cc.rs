//! Transport-wide feedback: when each numbered packet arrived (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use std::time::{Duration, Instant};

/// As browsers do.
const EVERY: Duration = Duration::from_millis(100);
/// More than a second of packets in one report means that something is wrong; the older ones are left out.
const MOST: usize = 400;
const TICK_US: i64 = 250;
const REFERENCE_US: i64 = 64_000;
/// RTPFB, format 15.
const HEADER: [u8; 2] = [0x80 | 15, 205];
const SYMBOLS_PER_CHUNK: usize = 7;

#[derive(Debug)]
pub(crate) struct Recorder {
    zero: Instant,
    next: Instant,
    reports: u8,
    highest: u64,
    /// Extended number and microseconds since `zero`.
    arrivals: Vec<(u64, i64)>,
}

impl Recorder {
    pub(crate) fn new(now: Instant) -> Self {
        Self { zero: now, next: now + EVERY, reports: 0, highest: 0, arrivals: Vec::new() }
    }

    pub(crate) fn record(&mut self, now: Instant, number: u16) {
        if self.highest == 0 {
            self.highest = (1 << 16) + u64::from(number);
        }
        let step = i64::from(number.wrapping_sub(self.highest as u16) as i16);
        let extended = self.highest.wrapping_add_signed(step);
        self.highest = self.highest.max(extended);
        if self.arrivals.len() < MOST {
            self.arrivals.push((extended, now.saturating_duration_since(self.zero).as_micros() as i64));
        }
    }

    /// A whole RTCP packet, when one is due.
    pub(crate) fn poll(&mut self, now: Instant, sender_ssrc: u32, media_ssrc: u32) -> Option<Vec<u8>> {
        if now < self.next || self.arrivals.is_empty() {
            return None;
        }
        self.next = now + EVERY;
        self.arrivals.sort_unstable();
        self.arrivals.dedup_by_key(|(number, _)| *number);
        let base = self.arrivals[0].0;
        let covered = self.arrivals.iter().take_while(|(number, _)| number - base < MOST as u64).count();
        let packet = self.report(&self.arrivals[..covered], sender_ssrc, media_ssrc);
        self.reports = self.reports.wrapping_add(1);
        self.arrivals.clear();
        Some(packet)
    }

    fn report(&self, arrivals: &[(u64, i64)], sender_ssrc: u32, media_ssrc: u32) -> Vec<u8> {
        let (base, first_us) = arrivals[0];
        let count = arrivals[arrivals.len() - 1].0 - base + 1;
        let reference = first_us / REFERENCE_US;
        let mut symbols = vec![0u8; count as usize];
        let mut deltas = Vec::with_capacity(arrivals.len());
        let mut clock = reference * REFERENCE_US / TICK_US;
        for (number, at_us) in arrivals {
            let ticks = at_us / TICK_US;
            let delta = (ticks - clock).clamp(i64::from(i16::MIN), i64::from(i16::MAX));
            clock += delta;
            symbols[(number - base) as usize] = match u8::try_from(delta) {
                Ok(small) => {
                    deltas.push(small);
                    1
                }
                Err(_) => {
                    deltas.extend((delta as i16).to_be_bytes());
                    2
                }
            };
        }
        let mut packet = Vec::with_capacity(64);
        packet.extend(HEADER);
        packet.extend([0, 0]);
        packet.extend(sender_ssrc.to_be_bytes());
        packet.extend(media_ssrc.to_be_bytes());
        packet.extend((base as u16).to_be_bytes());
        packet.extend((count as u16).to_be_bytes());
        packet.extend(&(reference as u32).to_be_bytes()[1..]);
        packet.push(self.reports);
        for chunk in symbols.chunks(SYMBOLS_PER_CHUNK) {
            // A status vector of two-bit symbols (§3.1.4).
            let bits =
                (0..SYMBOLS_PER_CHUNK).fold(0u16, |bits, i| bits << 2 | u16::from(chunk.get(i).copied().unwrap_or(0)));
            packet.extend((0xc000 | bits).to_be_bytes());
        }
        packet.extend(deltas);
        pad(&mut packet);
        packet
    }
}

/// To a multiple of four bytes, with the padding bit (RFC 3550 §6.4.1), then the length.
fn pad(packet: &mut Vec<u8>) {
    let padding = packet.len().next_multiple_of(4) - packet.len();
    if padding > 0 {
        packet[0] |= 0x20;
        packet.extend(std::iter::repeat_n(0, padding - 1));
        packet.push(padding as u8);
    }
    let words = (packet.len() / 4 - 1) as u16;
    packet[2..4].copy_from_slice(&words.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use rtc::rtcp::transport_feedbacks::transport_layer_cc::{PacketStatusChunk, TransportLayerCc};

    #[test]
    fn the_library_reads_what_was_recorded() {
        let start = clock::now().at;
        let mut recorder = Recorder::new(start);
        let ms = |ms| start + Duration::from_millis(ms);
        for (at, number) in [(70, 0xfffe), (71, 0xffff), (72, 2), (90, 1), (90, 0xffff)] {
            recorder.record(ms(at), number);
        }
        assert_eq!(recorder.poll(ms(99), 1, 2), None);
        let bytes = recorder.poll(ms(100), 1, 2).unwrap();
        let packets = rtc::rtcp::packet::unmarshal(&mut bytes.as_slice()).unwrap();
        let report = packets[0].as_any().downcast_ref::<TransportLayerCc>().unwrap();
        assert_eq!((report.sender_ssrc, report.media_ssrc, report.base_sequence_number), (1, 2, 0xfffe));
        assert_eq!((report.packet_status_count, report.reference_time, report.fb_pkt_count), (5, 1, 0));
        let deltas: Vec<i64> = report.recv_deltas.iter().map(|delta| delta.delta).collect();
        assert_eq!(deltas, [6_000, 1_000, 19_000, -18_000]);
        let PacketStatusChunk::StatusVectorChunk(chunk) = &report.packet_chunks[0] else { panic!("a vector") };
        assert_eq!(chunk.symbol_list.iter().map(|s| *s as u16).collect::<Vec<_>>(), [1, 1, 0, 1, 2, 0, 0]);
        assert_eq!(recorder.poll(ms(300), 1, 2), None, "nothing new");
    }
}
