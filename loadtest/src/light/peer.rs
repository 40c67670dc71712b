//! One light member, without socket or clock: datagrams and time in, datagrams and measurements out.

use super::dtls::{Dtls, Identity};
use super::header::Header;
use super::ice::{Ice, Role};
use super::meters::{Datagrams, Meters, Milestones};
use super::reception::{Reception, Seen, seen_of};
use super::srtp::Srtp;
use super::transport_cc::Recorder;
use super::uplink::{Uplink, Uploaded};
use crate::clock::Moment;
use crate::h264;
use crate::sdp::{Answer, AnswerError, Kind, Line, Media, TRANSPORT_CC_URI, Transport};
use crate::source::{Frame, Stamp};
use rtc::rtcp::Packet;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use rtc::shared::error::Error;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Content type of handshake records (RFC 6347 §4.1).
const DTLS_HANDSHAKE: u8 = 22;
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// A full agent may not take DTLS before its own checks are done: a first flight that nobody answers is sent again.
const HELLO_AGAIN: Duration = Duration::from_millis(40);
/// A decoder that has seen no key frame asks for one, and again.
const ASK_FOR_KEY_FRAME: Duration = Duration::from_millis(500);

pub(crate) struct LightPeer {
    identity: Identity,
    local: SocketAddr,
    lines: Vec<Line>,
    uplink: Option<Uplink>,
    ice: Ice,
    answer: Answer,
    /// By payload type.
    codecs: [Option<Codec>; 128],
    dtls: Option<Dtls>,
    /// The first flight and when to repeat it, until the other side says something.
    hello: Option<(Instant, Vec<Vec<u8>>)>,
    srtp: Option<Srtp>,
    failure: Option<String>,
    pub(crate) milestones: Milestones,
    pub(crate) streams: Vec<Reception>,
    pub(crate) seen: Vec<Seen>,
    transport_cc: Option<Recorder>,
    transport_cc_id: Option<u8>,
    ssrc: u32,
    next_report: Instant,
    next_key_frame_request: Option<Instant>,
    transmits: VecDeque<Datagrams>,
}

impl LightPeer {
    /// One that receives on lines of these kinds.
    pub(crate) fn viewer(now: Instant, identity: &Identity, local: SocketAddr, slots: &[Kind]) -> Self {
        let lines = slots.iter().map(|kind| Line { kind: *kind, sends: None }).collect();
        Self::new(now, identity, local, lines, None)
    }

    /// One that sends sound and a picture.
    pub(crate) fn publisher(now: Instant, identity: &Identity, local: SocketAddr) -> Self {
        let ssrcs = [rand::random(), rand::random()];
        let line = |kind, ssrc| Line { kind, sends: Some(ssrc) };
        let lines = vec![line(Kind::Audio, ssrcs[0]), line(Kind::Video, ssrcs[1])];
        Self::new(now, identity, local, lines, Some(Uplink::new(ssrcs)))
    }

    fn new(now: Instant, identity: &Identity, local: SocketAddr, lines: Vec<Line>, uplink: Option<Uplink>) -> Self {
        Self {
            identity: identity.clone(),
            local,
            lines,
            uplink,
            ice: Ice::new(),
            answer: Answer::default(),
            codecs: [None; 128],
            dtls: None,
            hello: None,
            srtp: None,
            failure: None,
            milestones: Milestones { offered: now, connected: None, first_media: None, first_key_frame: None },
            streams: Vec::new(),
            seen: Vec::new(),
            transport_cc: None,
            transport_cc_id: None,
            ssrc: rand::random(),
            next_report: now + REPORT_EVERY,
            next_key_frame_request: None,
            transmits: VecDeque::new(),
        }
    }

    fn transport(&self) -> Transport<'_> {
        Transport {
            ice_ufrag: &self.ice.ufrag,
            ice_pwd: &self.ice.pwd,
            fingerprint: &self.identity.fingerprint,
            local: self.local,
        }
    }

    /// `now` is when it is sent: join times count from here.
    pub(crate) fn offer(&mut self, now: Instant) -> String {
        self.milestones.offered = now;
        self.transport().offer(&self.lines)
    }

    pub(crate) fn accept(&mut self, now: Instant, answer: &str) -> Result<(), AnswerError> {
        self.connect(now, Role::Controlling, Answer::parse(answer)?);
        Ok(())
    }

    /// The answer to a server that offers.
    pub(crate) fn answer(&mut self, now: Instant, offer: &str) -> Result<String, AnswerError> {
        self.connect(now, Role::Controlled, Answer::parse(offer)?);
        Ok(self.transport().answer(offer))
    }

    fn connect(&mut self, now: Instant, role: Role, mut answer: Answer) {
        let local = self.local;
        if answer.candidates.iter().any(|candidate| candidate.is_ipv4() == local.is_ipv4()) {
            answer.candidates.retain(|candidate| candidate.is_ipv4() == local.is_ipv4());
        }
        let media = answer.media.iter().find(|media| media.taken && media.transport_cc);
        self.transport_cc_id = media.and_then(|media| media.extensions.get(TRANSPORT_CC_URI).copied());
        self.transport_cc = self.transport_cc_id.filter(|_| self.uplink.is_none()).map(|_| Recorder::new(now));
        for media in answer.media.iter().filter(|media| media.taken) {
            for (payload_type, name) in &media.codecs {
                if let Some(place) = self.codecs.get_mut(usize::from(*payload_type)) {
                    *place = if name == "rtx" { Some(Codec::Rtx) } else { media.kind.map(Codec::Media) };
                }
            }
        }
        if let Some(uplink) = &mut self.uplink {
            uplink.accept(&answer);
        }
        self.ice.accept(now, role, &answer);
        self.answer = answer;
    }

    /// Sends a frame in one burst. Nothing happens before the keys are there.
    pub(crate) fn send(&mut self, frame: &Frame) {
        let (Some(uplink), Some(srtp), Some(to)) = (&mut self.uplink, &mut self.srtp, self.ice.selected()) else {
            return;
        };
        let (mut out, mut lens) = (Vec::with_capacity(frame.payloads.len() * 1_300), Vec::new());
        uplink.write(frame, srtp, &mut out, &mut lens);
        let mut at = 0;
        for run in lens.chunk_by(|one, next| one == next) {
            let end = at + run.iter().sum::<usize>();
            self.transmits.push_back(Datagrams { to, bytes: out[at..end].to_vec(), segment: run[0] });
            at = end;
        }
    }

    /// Sender reports, once a second; `elapsed` is media time.
    pub(crate) fn report_sent(&mut self, now: Moment, elapsed: Duration) -> Result<(), Error> {
        let Some(uplink) = self.uplink.as_mut().filter(|_| self.srtp.is_some()) else { return Ok(()) };
        let reports = uplink.poll_reports(now, elapsed);
        if reports.is_empty() { Ok(()) } else { self.send_packets(&reports) }
    }

    /// Did the server ask for a key frame since the last time this was called?
    pub(crate) fn take_key_frame_wanted(&mut self) -> bool {
        self.uplink.as_mut().is_some_and(|uplink| std::mem::take(&mut uplink.key_frame_wanted))
    }

    pub(crate) fn uploaded(&self) -> Uploaded {
        self.uplink.as_ref().map(|uplink| uplink.uploaded).unwrap_or_default()
    }

    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<Datagrams> {
        self.transmits.pop_front()
    }

    fn transmit(&mut self, to: SocketAddr, datagram: Vec<u8>) {
        let segment = datagram.len();
        self.transmits.push_back(Datagrams { to, bytes: datagram, segment });
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
        let heard = self.ice.handle(now, from, datagram, self.identity.provider.crypto())?;
        if let Some(reply) = heard.reply {
            self.transmit(from, reply);
        }
        if heard.selected && self.dtls.is_none() {
            self.dtls = Some(Dtls::connect(now, &self.identity, &self.answer.fingerprint)?);
            self.flush_dtls();
            let hello = self.transmits.iter().filter(|datagrams| datagrams.bytes.first() == Some(&DTLS_HANDSHAKE));
            self.hello = Some((now + HELLO_AGAIN, hello.map(|datagrams| datagrams.bytes.clone()).collect()));
        }
        Ok(())
    }

    fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) -> Result<(), Error> {
        let Some(dtls) = &mut self.dtls else { return Ok(()) };
        self.hello = None;
        match dtls.handle(now, datagram) {
            Ok(Some(keys)) => {
                tracing::debug!(profile = ?keys.profile, "connected");
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
        let Some(to) = self.ice.selected() else { return };
        while let Some(datagram) = self.dtls.as_mut().and_then(Dtls::poll_transmit) {
            self.transmit(to, datagram);
        }
    }

    fn handle_rtcp(&mut self, now: Instant, datagram: &[u8]) -> Result<(), Error> {
        let Some(srtp) = &mut self.srtp else { return Ok(()) };
        let opened = srtp.open_rtcp(datagram)?;
        for packet in rtc::rtcp::packet::unmarshal(&mut opened.freeze())? {
            let packet = packet.as_any();
            if let Some(report) = packet.downcast_ref::<SenderReport>() {
                if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == report.ssrc) {
                    stream.sender_report(now, report.ntp_time);
                }
            } else if let Some(nack) = packet.downcast_ref::<TransportLayerNack>() {
                self.repair(nack);
            } else if (packet.is::<PictureLossIndication>() || packet.is::<FullIntraRequest>())
                && let Some(uplink) = &mut self.uplink
            {
                uplink.want_key_frame();
            }
        }
        Ok(())
    }

    fn repair(&mut self, nack: &TransportLayerNack) {
        let (Some(uplink), Some(to)) = (&mut self.uplink, self.ice.selected()) else { return };
        let numbers = nack.nacks.iter().flat_map(|pair| pair.packet_list());
        let repairs: Vec<_> = numbers.filter_map(|number| uplink.repair(nack.media_ssrc, number)).collect();
        repairs.into_iter().for_each(|packet| self.transmit(to, packet));
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
        let codec = self.codecs[usize::from(header.payload_type)]?;
        if meters.measuring {
            meters.packets += 1;
            meters.bytes += len;
            meters.probes += u64::from(payload.is_empty());
        }
        match codec {
            Codec::Media(kind) => {
                let stream = stream_of(&mut self.streams, header.ssrc, kind);
                if stream.record(now.at, header.sequence) && !payload.is_empty() {
                    stream.time(now, header.timestamp);
                    self.media(now, kind, payload, Some(meters));
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
        let kind = stream.kind;
        if stream.record(now.at, sequence) {
            self.media(now, kind, payload, None);
        }
    }

    fn media(&mut self, now: Moment, kind: Kind, payload: &[u8], meters: Option<&mut Meters>) {
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
        seen_of(&mut self.seen, stamp.publisher, kind).count.record(stamp.counter as u16);
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
            && let Some((to, check)) = self.ice.poll_check(now, self.identity.provider.crypto())?
        {
            self.transmit(to, check);
        }
        if let Some((due, hello)) = self.hello.as_mut().filter(|(due, _)| *due <= now)
            && let Some(to) = self.ice.selected()
        {
            *due = now + HELLO_AGAIN;
            hello.clone().into_iter().for_each(|datagram| self.transmit(to, datagram));
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
            let sealed = srtp.seal_rtcp(packet)?.to_vec();
            self.transmit(to, sealed);
        }
        Ok(())
    }

    /// What the server said of the line of this kind.
    pub(crate) fn line_of(&self, kind: Kind) -> Option<&Media> {
        self.answer.of_kind(kind).next()
    }

    /// Seals and sends a packet that may be anything, of which so many bytes are the header.
    pub(crate) fn send_as_it_is(&mut self, packet: &[u8], header_len: usize) {
        let (Some(srtp), Some(to)) = (&mut self.srtp, self.ice.selected()) else { return };
        let mut out = packet.to_vec();
        if srtp.seal_rtp(&mut out, 0, header_len).is_some() {
            self.transmit(to, out);
        }
    }

    /// The same of RTCP; what the library refuses to seal is not sent.
    pub(crate) fn send_rtcp_as_it_is(&mut self, packet: &[u8]) {
        if let Err(error) = self.send_rtcp(packet) {
            tracing::debug!(%error, "not sealed");
        }
    }

    pub(crate) fn close(&mut self, now: Instant) {
        if let Some(dtls) = &mut self.dtls {
            dtls.close(now);
        }
        self.flush_dtls();
    }
}

#[derive(Debug, Clone, Copy)]
enum Codec {
    Media(Kind),
    Rtx,
}

fn stream_of(streams: &mut Vec<Reception>, ssrc: u32, kind: Kind) -> &mut Reception {
    let index = streams.iter().position(|stream| stream.ssrc == ssrc).unwrap_or_else(|| {
        streams.push(Reception::new(ssrc, kind));
        streams.len() - 1
    });
    &mut streams[index]
}
