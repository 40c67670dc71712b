//! One sent stream: numbers, timestamps, header extensions, retransmissions and sender reports.

use crate::clock::Moment;
use crate::sdp::{AUDIO_LEVEL_URI, Kind, MID_URI, Media, RID_URI, RRID_URI, TRANSPORT_CC_URI};
use crate::source::{Frame, Lane};
use bytes::{BufMut, Bytes, BytesMut};
use rtc::rtcp::Packet as RtcpPacket;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::source_description::{SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem};
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet;
use std::time::{Duration, Instant};

/// Packets kept for retransmission; at 150 packets a second, seven seconds.
const HISTORY: usize = 1024;
/// A number asked for again sooner than this is on its way already.
const REPEAT_AFTER: Duration = Duration::from_millis(20);
const CNAME: &str = "lectern-loadtest";
/// RFC 6464 §3: the top bit says that it is voice.
const VOICE: u8 = 0x80;

#[derive(Debug, Clone)]
pub(crate) struct Ssrcs {
    pub(crate) lane: Lane,
    pub(crate) ssrc: u32,
    pub(crate) rtx: Option<u32>,
    /// Empty without simulcast.
    pub(crate) rid: String,
}

pub(super) struct Outgoing {
    ssrcs: Ssrcs,
    mid: String,
    payload_type: u8,
    rtx: Option<Rtx>,
    mid_id: Option<u8>,
    rid_id: Option<u8>,
    level_id: Option<u8>,
    transport_cc_id: Option<u8>,
    sequence: u16,
    timestamp_zero: u32,
    packets: u32,
    octets: u32,
    history: Vec<Option<Kept>>,
}

struct Rtx {
    ssrc: u32,
    payload_type: u8,
    rrid_id: Option<u8>,
    sequence: u16,
}

struct Kept {
    packet: Packet,
    repeated: Option<Instant>,
}

impl Outgoing {
    /// `None` when the answer's codecs are not ours.
    pub(super) fn new(ssrcs: Ssrcs, media: &Media) -> Option<Self> {
        let codec = if ssrcs.lane == Lane::Audio { "opus" } else { "h264" };
        let payload_type = media.payload_type(codec)?;
        let extension = |uri: &str| media.extensions.get(uri).copied();
        let rtx = ssrcs.rtx.zip(media.rtx_of(payload_type)).map(|(ssrc, payload_type)| Rtx {
            ssrc,
            payload_type,
            rrid_id: extension(RRID_URI),
            sequence: rand::random(),
        });
        Some(Self {
            mid: media.mid.clone(),
            payload_type,
            rtx,
            mid_id: extension(MID_URI),
            rid_id: extension(RID_URI),
            level_id: extension(AUDIO_LEVEL_URI),
            transport_cc_id: extension(TRANSPORT_CC_URI),
            // RFC 3550 §5.1: both begin anywhere. Low here, so that a lost first packet does not look like a wrap (RFC 3711 §3.3.1).
            sequence: rand::random::<u16>() >> 1,
            timestamp_zero: rand::random(),
            packets: 0,
            octets: 0,
            history: (0..HISTORY).map(|_| None).collect(),
            ssrcs,
        })
    }

    pub(super) fn lane(&self) -> Lane {
        self.ssrcs.lane
    }

    pub(super) fn kind(&self) -> Kind {
        if self.ssrcs.lane == Lane::Audio { Kind::Audio } else { Kind::Video }
    }

    pub(super) fn mid(&self) -> &str {
        &self.mid
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrcs.ssrc
    }

    pub(super) fn has(&self, ssrc: u32) -> bool {
        self.ssrcs.ssrc == ssrc || self.ssrcs.rtx == Some(ssrc)
    }

    pub(super) fn transport_cc_id(&self) -> Option<u8> {
        self.transport_cc_id
    }

    fn timestamp(&self, time: Duration) -> u32 {
        let rate = if self.ssrcs.lane == Lane::Audio { 48_000 } else { 90_000 };
        let ticks = (time.as_nanos() * rate + 500_000_000) / 1_000_000_000;
        self.timestamp_zero.wrapping_add(ticks as u32)
    }

    pub(super) fn packets(&mut self, frame: &Frame) -> Vec<Packet> {
        let timestamp = self.timestamp(frame.time);
        let last = frame.payloads.len().saturating_sub(1);
        let packets: Vec<Packet> = (0..frame.payloads.len())
            .map(|index| {
                // RFC 6184 §5.1: the last packet of a picture. Opus marks nothing without DTX.
                let marker = index == last && self.ssrcs.lane != Lane::Audio;
                self.packet(timestamp, marker, frame.payloads[index].clone(), frame.level)
            })
            .collect();
        if self.rtx.is_some() {
            for packet in &packets {
                let place = usize::from(packet.header.sequence_number) % HISTORY;
                self.history[place] = Some(Kept { packet: packet.clone(), repeated: None });
            }
        }
        packets
    }

    fn packet(&mut self, timestamp: u32, marker: bool, payload: Bytes, level: Option<u8>) -> Packet {
        let mut header = Header {
            version: 2,
            marker,
            payload_type: self.payload_type,
            sequence_number: self.sequence,
            timestamp,
            ssrc: self.ssrcs.ssrc,
            ..Header::default()
        };
        let rid = Some(self.ssrcs.rid.as_str()).filter(|rid| !rid.is_empty());
        extend(&mut header, self.mid_id, Some(self.mid.as_bytes()));
        extend(&mut header, self.rid_id, rid.map(str::as_bytes));
        extend(&mut header, self.level_id, level.map(|level| level | VOICE).as_ref().map(std::slice::from_ref));
        self.sequence = self.sequence.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload.len() as u32);
        Packet { header, payload }
    }

    /// The packet of this number again, on the retransmission stream (RFC 4588 §4).
    pub(super) fn repair(&mut self, now: Instant, sequence: u16) -> Option<Packet> {
        let rtx = self.rtx.as_mut()?;
        let kept = self.history[usize::from(sequence) % HISTORY].as_mut()?;
        let recent = kept.repeated.is_some_and(|at| now.saturating_duration_since(at) < REPEAT_AFTER);
        if kept.packet.header.sequence_number != sequence || recent {
            return None;
        }
        kept.repeated = Some(now);
        let original = &kept.packet;
        let mut header = Header {
            version: 2,
            marker: original.header.marker,
            payload_type: rtx.payload_type,
            sequence_number: rtx.sequence,
            timestamp: original.header.timestamp,
            ssrc: rtx.ssrc,
            ..Header::default()
        };
        rtx.sequence = rtx.sequence.wrapping_add(1);
        let rid = Some(self.ssrcs.rid.as_str()).filter(|rid| !rid.is_empty());
        extend(&mut header, self.mid_id, Some(self.mid.as_bytes()));
        // RFC 8852 §3.2: a repair stream is named by what it repairs.
        extend(&mut header, rtx.rrid_id, rid.map(str::as_bytes));
        let mut payload = BytesMut::with_capacity(2 + original.payload.len());
        payload.put_u16(sequence);
        payload.put_slice(&original.payload);
        Some(Packet { header, payload: payload.freeze() })
    }

    /// NTP and RTP time of the same moment, so that a receiver can put sound and picture together (RFC 3550 §6.4.1).
    pub(super) fn sender_report(&self, now: Moment, elapsed: Duration) -> Option<Box<dyn RtcpPacket>> {
        (self.packets > 0).then(|| {
            Box::new(SenderReport {
                ssrc: self.ssrcs.ssrc,
                ntp_time: now.ntp(),
                rtp_time: self.timestamp(elapsed),
                packet_count: self.packets,
                octet_count: self.octets,
                ..SenderReport::default()
            }) as Box<dyn RtcpPacket>
        })
    }
}

fn extend(header: &mut Header, id: Option<u8>, value: Option<&[u8]>) {
    if let (Some(id), Some(value)) = (id, value) {
        // Fails only for ids and lengths that no answer can give.
        let _ = header.set_extension(id, Bytes::copy_from_slice(value));
    }
}

/// One name for all streams: what is synchronised belongs together (RFC 3550 §6.5.1).
pub(super) fn names(ssrcs: impl Iterator<Item = u32>) -> Box<dyn RtcpPacket> {
    let item = SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: Bytes::from_static(CNAME.as_bytes()) };
    let chunks = ssrcs.map(|source| SourceDescriptionChunk { source, items: vec![item.clone()] }).collect();
    Box::new(SourceDescription { chunks })
}
