//! Viewers of the world: what they got, what they ask for, and what has to hold of it.

use crate::rtp::header::RtpPacket;
use crate::rtp::ntp::MediaClock;
use crate::rtp::sequence;
use crate::sdp::CodecSlot;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::router::tests) struct Got {
    pub(in crate::router::tests) bytes: Vec<u8>,
    pub(in crate::router::tests) timestamp: u32,
    pub(in crate::router::tests) marker: bool,
    pub(in crate::router::tests) payload: Vec<u8>,
    pub(in crate::router::tests) at: Instant,
    pub(in crate::router::tests) repaired: bool,
}

impl Got {
    pub(in crate::router::tests) fn stamp(&self) -> Stamp {
        Stamp::read(&self.payload)
    }
}

/// What every payload of the model ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::router::tests) struct Stamp {
    pub(in crate::router::tests) encoder: u32,
    pub(in crate::router::tests) captured_us: u64,
    pub(in crate::router::tests) key: bool,
    pub(in crate::router::tests) part: u8,
}

impl Stamp {
    pub(super) fn write(self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.encoder.to_be_bytes());
        into.extend_from_slice(&self.captured_us.to_be_bytes());
        into.extend_from_slice(&[u8::from(self.key), self.part]);
    }

    pub(super) fn read(payload: &[u8]) -> Self {
        let at = payload.len() - 14;
        Self {
            encoder: u32::from_be_bytes(payload[at..at + 4].try_into().unwrap()),
            captured_us: u64::from_be_bytes(payload[at + 4..at + 12].try_into().unwrap()),
            key: payload[at + 12] == 1,
            part: payload[at + 13],
        }
    }
}

#[derive(Default)]
pub(in crate::router::tests) struct View {
    pub(in crate::router::tests) repair_ssrc: Option<u32>,
    pub(in crate::router::tests) payload_types: Vec<CodecSlot>,
    pub(in crate::router::tests) got: BTreeMap<u64, Got>,
    pub(super) highest: u64,
    pub(super) asked: HashMap<u64, (Instant, u32)>,
    pub(in crate::router::tests) reports: Vec<(MediaClock, Instant)>,
    pub(in crate::router::tests) repairs_unneeded: u32,
}

#[derive(Default)]
pub(in crate::router::tests) struct Viewer {
    pub(in crate::router::tests) views: HashMap<u32, View>,
    pub(in crate::router::tests) asks: bool,
    pub(in crate::router::tests) rtcp: Vec<Vec<u8>>,
}

impl Viewer {
    pub(super) fn receive(&mut self, now: Instant, bytes: &[u8]) {
        let packet = RtpPacket::parse(bytes).expect("the router writes whole packets");
        if let Some(view) = self.views.get_mut(&packet.ssrc) {
            let got = Got {
                bytes: bytes.to_vec(),
                timestamp: packet.timestamp,
                marker: packet.marker,
                payload: packet.payload.to_vec(),
                at: now,
                repaired: false,
            };
            view.take(packet.sequence, got);
            return;
        }
        let of_repair = |view: &&mut View| view.repair_ssrc == Some(packet.ssrc);
        let view = self.views.values_mut().find(of_repair).expect("only announced SSRCs are used");
        assert!(view.payload_types.iter().any(|codec| codec.rtx_payload_type == Some(packet.payload_type)));
        let original = u16::from_be_bytes([packet.payload[0], packet.payload[1]]);
        let got = Got {
            bytes: Vec::new(),
            timestamp: packet.timestamp,
            marker: packet.marker,
            payload: packet.payload[2..].to_vec(),
            at: now,
            repaired: true,
        };
        view.take(original, got);
    }
}

impl View {
    /// Under one number there is only ever one packet.
    fn take(&mut self, number: u16, got: Got) {
        let near = if self.highest == 0 { (1 << 16) + u64::from(number) } else { self.highest };
        let index = sequence::extend(near, number);
        self.highest = self.highest.max(index);
        match self.got.get(&index) {
            None => {
                self.got.insert(index, got);
            }
            Some(before) => {
                assert_eq!(
                    (&before.payload, before.timestamp),
                    (&got.payload, got.timestamp),
                    "two packets, one number"
                );
                assert!(before.repaired || got.repaired || before.bytes == got.bytes, "two headers, one number");
                self.repairs_unneeded += 1;
            }
        }
    }

    pub(super) fn due(&mut self, now: Instant) -> Vec<u16> {
        let Some((&first, _)) = self.got.first_key_value() else { return Vec::new() };
        let mut lost = Vec::new();
        for index in first.max(self.highest.saturating_sub(300))..self.highest {
            if self.got.contains_key(&index) {
                continue;
            }
            let (asked, tries) = self.asked.entry(index).or_insert((now, 0));
            if *tries == 0 || (*tries < 10 && now - *asked >= Duration::from_millis(70)) {
                (*asked, *tries) = (now, *tries + 1);
                lost.push(index as u16);
            }
        }
        lost
    }

    pub(in crate::router::tests) fn missing(&self) -> Vec<u64> {
        let (Some((&first, _)), Some((&last, _))) = (self.got.first_key_value(), self.got.last_key_value()) else {
            return Vec::new();
        };
        (first..=last).filter(|index| !self.got.contains_key(index)).collect()
    }

    /// In order of numbers, time never runs backwards.
    pub(in crate::router::tests) fn assert_time_goes_on(&self) {
        let mut before: Option<&Got> = None;
        for (index, got) in &self.got {
            if let Some(before) = before {
                let back = before.timestamp.wrapping_sub(got.timestamp) as i32;
                assert!(back <= 0, "packet {index} goes back by {back} ticks");
            }
            before = Some(got);
        }
    }

    /// The picture only ever changes its source at the first packet of a keyframe.
    pub(in crate::router::tests) fn assert_switches_at_keyframes(&self) -> usize {
        let mut switches = 0;
        let mut source = None;
        for got in self.got.values() {
            let stamp = got.stamp();
            if source != Some(stamp.encoder) {
                // A viewer cannot know, and so cannot ask for, what was lost before the first packet it got.
                assert!(source.is_none() || (stamp.key && stamp.part == 0), "a switch in the middle: {stamp:?}");
                source = Some(stamp.encoder);
                switches += 1;
            }
        }
        switches
    }
}
