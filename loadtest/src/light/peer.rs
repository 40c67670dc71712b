//! One light viewer, without socket or clock: datagrams and time in, datagrams and measurements out.

use super::dtls::{Dtls, Identity};
use super::ice::{Heard, Ice};
use super::reception::Reception;
use super::srtp::Srtp;
use super::transport_cc::Recorder;
use crate::clock::Moment;
use crate::h264;
use crate::sdp::{Answer, AnswerError, Kind, TRANSPORT_CC_URI, ViewerOffer};
use crate::source::Stamp;
use crate::stats::Histogram;
use rtc::rtcp::Packet;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use rtc::shared::error::Error;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const REPORT_EVERY: Duration = Duration::from_secs(1);
/// A decoder that has seen no key frame asks for one, and again.
const ASK_FOR_KEY_FRAME: Duration = Duration::from_millis(500);

/// What all viewers of a thread measure together.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    /// Only what arrives while this is set counts below.
    pub(crate) measuring: bool,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) retransmitted: u64,
    /// Stamped at the publisher to arrival here; repaired packets left out.
    pub(crate) latency: Histogram,
    pub(crate) refused: u64,
}

/// When this viewer reached what; `None` if never.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Milestones {
    pub(crate) offered: Instant,
    pub(crate) connected: Option<Instant>,
    pub(crate) first_media: Option<Instant>,
    pub(crate) first_key_frame: Option<Instant>,
}

pub(crate) struct LightPeer {
    identity: Identity,
    local: SocketAddr,
    slots: Vec<Kind>,
    ice: Ice,
    answer: Answer,
    dtls: Option<Dtls>,
    srtp: Option<Srtp>,
    failure: Option<String>,
    pub(crate) milestones: Milestones,
    pub(crate) streams: Vec<Reception>,
    transport_cc: Option<Recorder>,
    transport_cc_id: Option<u8>,
    ssrc: u32,
    next_report: Instant,
    next_key_frame_request: Option<Instant>,
    transmits: VecDeque<(SocketAddr, Vec<u8>)>,
}

impl LightPeer {
    pub(crate) fn new(now: Instant, identity: &Identity, local: SocketAddr, slots: Vec<Kind>) -> Self {
        Self {
            identity: identity.clone(),
            local,
            slots,
            ice: Ice::new(),
            answer: Answer::default(),
            dtls: None,
            srtp: None,
            failure: None,
            milestones: Milestones { offered: now, connected: None, first_media: None, first_key_frame: None },
            streams: Vec::new(),
            transport_cc: None,
            transport_cc_id: None,
            ssrc: rand::random(),
            next_report: now + REPORT_EVERY,
            next_key_frame_request: None,
            transmits: VecDeque::new(),
        }
    }

    /// `now` is when it is sent: join times count from here.
    pub(crate) fn offer(&mut self, now: Instant) -> String {
        self.milestones.offered = now;
        ViewerOffer {
            ice_ufrag: &self.ice.ufrag,
            ice_pwd: &self.ice.pwd,
            fingerprint: &self.identity.fingerprint,
            local: self.local,
            slots: &self.slots,
        }
        .to_sdp()
    }

    pub(crate) fn accept(&mut self, now: Instant, answer: &str) -> Result<(), AnswerError> {
        let answer = Answer::parse(answer)?;
        let media = answer.media.iter().find(|media| media.taken && media.transport_cc);
        self.transport_cc_id = media.and_then(|media| media.extensions.get(TRANSPORT_CC_URI).copied());
        self.transport_cc = self.transport_cc_id.map(|_| Recorder::new(now));
        self.ice.accept(now, &answer);
        self.answer = answer;
        Ok(())
    }

    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        self.transmits.pop_front()
    }

    pub(crate) fn handle_datagram(&mut self, now: Moment, from: SocketAddr, datagram: &mut [u8], meters: &mut Meters) {
        // RFC 7983 §7 tells the protocols apart by the first byte.
        let result = match datagram.first() {
            Some(0..=3) => self.handle_stun(now.at, from, datagram),
            Some(20..=63) => self.handle_dtls(now.at, datagram),
            // RFC 5761 §4: the second byte of RTCP is 192 to 223.
            Some(128..=191) if datagram.get(1).is_some_and(|kind| (192..=223).contains(kind)) => {
                self.handle_rtcp(now.at, datagram)
            }
            Some(128..=191) => {
                if self.handle_rtp(now, datagram, meters).is_none() {
                    meters.refused += 1;
                }
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = result {
            tracing::debug!(%error, "a datagram was dropped");
        }
    }

    fn handle_stun(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Result<(), Error> {
        match self.ice.handle(now, from, datagram, self.identity.provider.crypto())? {
            Heard::Selected if self.dtls.is_none() => {
                self.dtls = Some(Dtls::connect(now, &self.identity, &self.answer.fingerprint)?);
                self.flush_dtls();
            }
            Heard::Reply(reply) => self.transmits.push_back((from, reply)),
            Heard::Selected | Heard::Nothing => {}
        }
        Ok(())
    }

    fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) -> Result<(), Error> {
        let Some(dtls) = &mut self.dtls else { return Ok(()) };
        match dtls.handle(now, datagram) {
            Ok(Some(keys)) => {
                self.srtp = Some(Srtp::new(&keys, self.identity.provider.crypto())?);
                self.milestones.connected = Some(now);
                self.next_report = now + REPORT_EVERY;
            }
            Ok(None) => {}
            // The alert that follows says less than the first error.
            Err(error) => _ = self.failure.get_or_insert_with(|| format!("DTLS: {error}")),
        }
        self.flush_dtls();
        Ok(())
    }

    fn flush_dtls(&mut self) {
        let (Some(dtls), Some(to)) = (&mut self.dtls, self.ice.selected()) else { return };
        while let Some(datagram) = dtls.poll_transmit() {
            self.transmits.push_back((to, datagram));
        }
    }

    fn handle_rtcp(&mut self, now: Instant, datagram: &[u8]) -> Result<(), Error> {
        let Some(srtp) = &mut self.srtp else { return Ok(()) };
        let opened = srtp.open_rtcp(datagram)?;
        for packet in rtc::rtcp::packet::unmarshal(&mut opened.freeze())? {
            if let Some(report) = packet.as_any().downcast_ref::<SenderReport>()
                && let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == report.ssrc)
            {
                stream.sender_report(now, report.ntp_time);
            }
        }
        Ok(())
    }

    /// `None` when the packet is not a valid one.
    fn handle_rtp(&mut self, now: Moment, datagram: &mut [u8], meters: &mut Meters) -> Option<()> {
        let header = Header::parse(datagram, self.transport_cc_id)?;
        let len = datagram.len() as u64;
        let mut payload = self.srtp.as_mut()?.open_rtp(datagram, header.len)?;
        if let (Some(recorder), Some(number)) = (&mut self.transport_cc, header.transport_cc) {
            recorder.record(now.at, number);
        }
        if header.padded {
            let padding = usize::from(*payload.last()?);
            payload = payload.get(..payload.len().checked_sub(padding)?)?;
        }
        let codec = self.answer.media.iter().find_map(|media| Codec::of(media, header.payload_type))?;
        if meters.measuring {
            meters.packets += 1;
            meters.bytes += len;
        }
        match codec {
            Codec::Media(kind) => {
                let stream = stream_of(&mut self.streams, header.ssrc, kind);
                if stream.record(now.at, header.sequence) {
                    stream.time(now, header.timestamp);
                    self.media(now, kind, header.ssrc, payload, Some(meters));
                }
            }
            Codec::Rtx => {
                if meters.measuring {
                    meters.retransmitted += 1;
                }
                self.retransmission(now, header.ssrc, payload);
            }
        }
        Some(())
    }

    /// RFC 4588 §4: the original number, then the original payload. Packets that nobody misses are probes.
    fn retransmission(&mut self, now: Moment, rtx_ssrc: u32, payload: &[u8]) {
        let Some((original, payload)) = payload.split_first_chunk::<2>() else { return };
        let sequence = u16::from_be_bytes(*original);
        let announced = self.answer.media.iter().find_map(|media| media.repairs.get(&rtx_ssrc)).copied();
        let repairs = |stream: &&mut Reception| match announced {
            Some(ssrc) => stream.ssrc == ssrc,
            None => stream.kind == Kind::Video && stream.misses(sequence),
        };
        let Some(stream) = self.streams.iter_mut().find(repairs) else { return };
        let (kind, ssrc) = (stream.kind, stream.ssrc);
        if stream.record(now.at, sequence) {
            self.media(now, kind, ssrc, payload, None);
        }
    }

    fn media(&mut self, now: Moment, kind: Kind, ssrc: u32, payload: &[u8], meters: Option<&mut Meters>) {
        self.milestones.first_media.get_or_insert(now.at);
        if kind == Kind::Video && self.milestones.first_key_frame.is_none() {
            if h264::starts_key_frame(payload) {
                self.milestones.first_key_frame = Some(now.at);
                self.next_key_frame_request = None;
            } else {
                self.next_key_frame_request.get_or_insert(now.at + ASK_FOR_KEY_FRAME);
            }
        }
        let stamp = match kind {
            Kind::Audio => Stamp::of_sound(payload),
            Kind::Video => Stamp::of_picture(payload),
        };
        let Some(stamp) = stamp else { return };
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == ssrc) {
            stream.stamps.record(stamp.counter as u16);
        }
        if let Some(meters) = meters.filter(|meters| meters.measuring) {
            meters.latency.record(now.unix_us.saturating_sub(stamp.unix_us));
        }
    }

    /// To be called every 10 ms or so.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.failure.is_some() {
            return;
        }
        if let Err(error) = self.advance(now) {
            self.failure = Some(error.to_string());
        }
        if self.ice.consent_lost(now) {
            self.failure = Some("no answer on the media path for 30 s".to_owned());
        }
    }

    fn advance(&mut self, now: Instant) -> Result<(), Error> {
        if self.ice.due().is_some_and(|due| due <= now)
            && let Some(check) = self.ice.poll_check(now, self.identity.provider.crypto())?
        {
            self.transmits.push_back(check);
        }
        if let Some(dtls) = &mut self.dtls
            && dtls.due().is_some_and(|due| due <= now)
        {
            dtls.handle_timeout(now)?;
            self.flush_dtls();
        }
        if self.srtp.is_some() {
            self.feedback(now)?;
        }
        Ok(())
    }

    fn feedback(&mut self, now: Instant) -> Result<(), Error> {
        let media_ssrc = self.streams.first().map_or(0, |stream| stream.ssrc);
        if let Some(report) = self.transport_cc.as_mut().and_then(|recorder| recorder.poll(now, self.ssrc, media_ssrc))
        {
            self.send_rtcp(&report)?;
        }
        for index in 0..self.streams.len() {
            let stream = &mut self.streams[index];
            let asks = self.answer.of_kind(stream.kind).any(|media| media.nack);
            let numbers = if asks { stream.poll_nacks(now) } else { Vec::new() };
            if !numbers.is_empty() {
                let nacks = nack_pairs_from_sequence_numbers(&numbers);
                let nack = TransportLayerNack { sender_ssrc: self.ssrc, media_ssrc: stream.ssrc, nacks };
                self.send_packets(&[Box::new(nack)])?;
            }
        }
        if self.next_key_frame_request.is_some_and(|due| due <= now) {
            self.next_key_frame_request = Some(now + 2 * ASK_FOR_KEY_FRAME);
            if let Some(video) = self.streams.iter().find(|stream| stream.kind == Kind::Video) {
                let request = PictureLossIndication { sender_ssrc: self.ssrc, media_ssrc: video.ssrc };
                self.send_packets(&[Box::new(request)])?;
            }
        }
        if self.next_report <= now {
            self.next_report = now + REPORT_EVERY;
            let reports = self.streams.iter_mut().map(|stream| stream.report(now)).collect();
            let report = ReceiverReport { ssrc: self.ssrc, reports, ..ReceiverReport::default() };
            self.send_packets(&[Box::new(report)])?;
        }
        Ok(())
    }

    fn send_packets(&mut self, packets: &[Box<dyn Packet>]) -> Result<(), Error> {
        self.send_rtcp(&rtc::rtcp::packet::marshal(packets)?)
    }

    fn send_rtcp(&mut self, packet: &[u8]) -> Result<(), Error> {
        if let (Some(srtp), Some(to)) = (&mut self.srtp, self.ice.selected()) {
            self.transmits.push_back((to, srtp.seal_rtcp(packet)?.to_vec()));
        }
        Ok(())
    }

    pub(crate) fn close(&mut self, now: Instant) {
        if let Some(dtls) = &mut self.dtls {
            dtls.close(now);
        }
        self.flush_dtls();
    }
}

enum Codec {
    Media(Kind),
    Rtx,
}

impl Codec {
    fn of(media: &crate::sdp::Media, payload_type: u8) -> Option<Self> {
        let (_, name) = media.codecs.iter().find(|(known, _)| media.taken && *known == payload_type)?;
        if name == "rtx" { Some(Self::Rtx) } else { media.kind.map(Self::Media) }
    }
}

fn stream_of(streams: &mut Vec<Reception>, ssrc: u32, kind: Kind) -> &mut Reception {
    let index = streams.iter().position(|stream| stream.ssrc == ssrc).unwrap_or_else(|| {
        streams.push(Reception::new(ssrc, kind));
        streams.len() - 1
    });
    &mut streams[index]
}

struct Header {
    len: usize,
    padded: bool,
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    transport_cc: Option<u16>,
}

impl Header {
    /// RFC 3550 §5.1, with the one-byte extensions of RFC 8285 §4.2.
    fn parse(packet: &[u8], transport_cc_id: Option<u8>) -> Option<Self> {
        let fixed = packet.first_chunk::<12>()?;
        let mut len = 12 + 4 * usize::from(fixed[0] & 0x0f);
        let mut transport_cc = None;
        if fixed[0] & 0x10 != 0 {
            let [p0, p1, w0, w1] = *packet.get(len..)?.first_chunk::<4>()?;
            let words = 4 * usize::from(u16::from_be_bytes([w0, w1]));
            let extensions = packet.get(len + 4..len + 4 + words)?;
            if let Some(id) = transport_cc_id.filter(|_| [p0, p1] == [0xbe, 0xde]) {
                transport_cc =
                    one_byte_extension(extensions, id).and_then(|value| value.try_into().ok()).map(u16::from_be_bytes);
            }
            len += 4 + words;
        }
        (packet.len() > len).then_some(Self {
            len,
            padded: fixed[0] & 0x20 != 0,
            payload_type: fixed[1] & 0x7f,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            transport_cc,
        })
    }
}

fn one_byte_extension(mut block: &[u8], wanted: u8) -> Option<&[u8]> {
    while let Some((first, rest)) = block.split_first() {
        if *first == 0 {
            block = rest;
            continue;
        }
        let (id, len) = (first >> 4, usize::from(first & 0x0f) + 1);
        if id == 15 {
            return None;
        }
        let value = rest.get(..len)?;
        if id == wanted {
            return Some(value);
        }
        block = &rest[len..];
    }
    None
}
