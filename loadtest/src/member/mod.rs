//! A publishing member on the assembled `rtc` peer connection, without socket or clock.
//!
//! The peer connection does ICE, DTLS and SRTP. Streams are numbered, extended, repaired and reported here: `rtc` 0.21
//! gives its retransmissions neither `mid` nor `repaired-rtp-stream-id`, so that a server could not tell which simulcast
//! layer they repair.

pub(crate) mod codecs;
mod feedback;
pub(crate) mod outgoing;

use crate::clock::Moment;
use crate::sdp::{Answer, AnswerError, Kind};
use crate::source::{Frame, Lane};
use bytes::BytesMut;
use feedback::{Feedback, FeedbackTap};
use outgoing::{Outgoing, Ssrcs};
use rtc::interceptor::{Registry, Slot};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub(crate) use codecs::VideoShape;

const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Silence on the path before it counts as disconnected, and after that before it counts as failed.
const LOST_AFTER: Duration = Duration::from_secs(4);
/// Key frames are spread out: at most this many datagrams, then a pause.
const BURST: usize = 12;
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Debug, thiserror::Error)]
pub(crate) enum MemberError {
    #[error("the peer connection refused")]
    Rtc(#[from] Error),
    #[error("reading the answer")]
    Answer(#[from] AnswerError),
    #[error("the answer does not take {0}")]
    NotTaken(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Connected,
    /// The path is gone for good.
    Failed,
    KeyFrameWanted {
        layer: usize,
    },
}

/// Counts since the start, retransmissions apart.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sent {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) retransmitted: u64,
    pub(crate) key_frames_asked: u64,
}

pub(crate) struct Member {
    connection: RTCPeerConnection,
    local: SocketAddr,
    tap: Feedback,
    ssrcs: Vec<Ssrcs>,
    streams: Vec<Outgoing>,
    /// When media time began.
    began: Option<Moment>,
    queue: VecDeque<rtc::rtp::Packet>,
    next_burst: Instant,
    next_report: Instant,
    transport_cc: u16,
    events: VecDeque<Event>,
    connected: bool,
    sent: Sent,
}

impl Member {
    pub(crate) fn new(now: Instant, local: SocketAddr, shape: VideoShape) -> Result<Self, MemberError> {
        let (tap, feedback) = FeedbackTap::new();
        let settings = SettingEngineBuilder::new()
            .with_srtp_protection_profiles(codecs::srtp_profiles())
            // A server that is gone is noticed in seconds: the broadcast should be back before people give up.
            .with_ice_timeouts(Some(LOST_AFTER), Some(LOST_AFTER), Some(Duration::from_secs(1)))
            .with_include_loopback_candidate(true)
            .build();
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(codecs::media_engine()?)
            .with_interceptor_registry(Registry::new().with(Slot::ReceiverReport, tap))
            .build(now)?;
        let ssrcs = codecs::add_tracks(&mut connection, shape)?;
        Ok(Self {
            connection,
            local,
            tap: feedback,
            ssrcs,
            streams: Vec::new(),
            began: None,
            queue: VecDeque::new(),
            next_burst: now,
            next_report: now,
            transport_cc: 0,
            events: VecDeque::new(),
            connected: false,
            sent: Sent::default(),
        })
    }

    pub(crate) fn offer(&mut self, now: Instant) -> Result<String, MemberError> {
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: self.local.ip().to_string(),
                port: self.local.port(),
                component: 1,
                ..CandidateConfig::default()
            },
            ..CandidateHostConfig::default()
        }
        .new_candidate_host()?;
        let offer = self.connection.create_offer(None)?;
        self.connection.set_local_description(now, offer.clone())?;
        self.connection.add_local_candidate(RTCIceCandidate::from(&candidate).to_json()?)?;
        Ok(self.connection.local_description().map_or(offer.sdp, |description| description.sdp))
    }

    pub(crate) fn accept(&mut self, now: Instant, sdp: String) -> Result<(), MemberError> {
        let answer = Answer::parse(&sdp)?;
        let audio = answer.of_kind(Kind::Audio).next();
        let video = answer.of_kind(Kind::Video).next().ok_or(MemberError::NotTaken("video"))?;
        for ssrcs in &self.ssrcs {
            let media = match ssrcs.lane {
                Lane::Audio => audio,
                Lane::Video(_) => Some(video),
            };
            // A server may take video alone, or fewer layers.
            let taken =
                media.filter(|media| ssrcs.rid.is_empty() || media.rids.is_empty() || media.rids.contains(&ssrcs.rid));
            if let Some(media) = taken {
                self.streams.push(Outgoing::new(ssrcs.clone(), media).ok_or(MemberError::NotTaken("H.264 and Opus"))?);
            }
        }
        self.connection.set_remote_description(now, RTCSessionDescription::answer(sdp)?)?;
        Ok(())
    }

    /// The `mid` of the audio or video m-line in the answer.
    pub(crate) fn mid(&self, kind: Kind) -> Option<&str> {
        self.streams.iter().find(|stream| stream.kind() == kind).map(Outgoing::mid)
    }

    pub(crate) fn sent(&self) -> Sent {
        self.sent
    }

    /// Media time zero is the first call's `began`.
    pub(crate) fn send(&mut self, began: Moment, frame: &Frame) {
        self.began.get_or_insert(began);
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.lane() == frame.lane) else { return };
        self.queue.extend(stream.packets(frame));
    }

    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &[u8],
    ) -> Result<(), MemberError> {
        self.connection.handle_read(TaggedBytesMut {
            now,
            transport: TransportContext {
                local_addr: self.local,
                peer_addr: from,
                ecn: None,
                transport_protocol: TransportProtocol::UDP,
            },
            message: BytesMut::from(datagram),
        })?;
        while self.connection.poll_read().is_some() {}
        self.hear(now);
        Ok(())
    }

    pub(crate) fn handle_timeout(&mut self, now: Moment) -> Result<(), MemberError> {
        if Protocol::poll_timeout(&mut self.connection).is_some_and(|due| due <= now.at) {
            self.connection.handle_timeout(now.at)?;
        }
        if self.connected && self.next_report <= now.at {
            self.next_report = now.at + REPORT_EVERY;
            self.report(now)?;
        }
        if self.connected && self.next_burst <= now.at {
            self.burst(now.at)?;
        }
        Ok(())
    }

    pub(crate) fn poll_timeout(&mut self) -> Option<Instant> {
        let burst = (self.connected && !self.queue.is_empty()).then_some(self.next_burst);
        let report = self.connected.then_some(self.next_report);
        [Protocol::poll_timeout(&mut self.connection), burst, report].into_iter().flatten().min()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<(SocketAddr, BytesMut)> {
        let transmit = self.connection.poll_write()?;
        Some((transmit.transport.peer_addr, transmit.message))
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        while let Some(event) = self.connection.poll_event() {
            let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event else { continue };
            match state {
                RTCPeerConnectionState::Connected => {
                    self.connected = true;
                    self.events.push_back(Event::Connected);
                }
                RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => {
                    self.connected = false;
                    self.events.push_back(Event::Failed);
                }
                _ => {}
            }
        }
        self.events.pop_front()
    }

    pub(crate) fn close(&mut self) {
        let _ = self.connection.close();
    }

    fn hear(&mut self, now: Instant) {
        for heard in self.tap.drain() {
            match heard {
                feedback::Heard::KeyFrame { ssrc } => {
                    if let Some(Lane::Video(layer)) = self.streams.iter().find(|s| s.ssrc() == ssrc).map(Outgoing::lane)
                    {
                        self.sent.key_frames_asked += 1;
                        self.events.push_back(Event::KeyFrameWanted { layer });
                    }
                }
                feedback::Heard::Nack { ssrc, numbers } => {
                    if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc() == ssrc) {
                        let repairs: Vec<_> =
                            numbers.into_iter().filter_map(|number| stream.repair(now, number)).collect();
                        self.sent.retransmitted += repairs.len() as u64;
                        // Repairs are late already.
                        repairs.into_iter().rev().for_each(|repair| self.queue.push_front(repair));
                    }
                }
            }
        }
    }

    fn burst(&mut self, now: Instant) -> Result<(), MemberError> {
        for _ in 0..BURST {
            let Some(mut packet) = self.queue.pop_front() else { return Ok(()) };
            self.sent.packets += 1;
            self.sent.bytes += packet.payload.len() as u64;
            if let Some(stream) = self.streams.iter().find(|stream| stream.has(packet.header.ssrc))
                && let Some(id) = stream.transport_cc_id()
            {
                packet.header.set_extension(id, self.transport_cc.to_be_bytes().to_vec().into())?;
                self.transport_cc = self.transport_cc.wrapping_add(1);
            }
            self.write(now, RTCMessage::RtpPacket(String::new(), packet))?;
        }
        self.next_burst = now + PAUSE;
        Ok(())
    }

    fn report(&mut self, now: Moment) -> Result<(), MemberError> {
        let Some(began) = self.began else { return Ok(()) };
        let elapsed = now.at.saturating_duration_since(began.at);
        let reports: Vec<Box<dyn rtc::rtcp::Packet>> =
            self.streams.iter().filter_map(|stream| stream.sender_report(now, elapsed)).collect();
        if reports.is_empty() {
            return Ok(());
        }
        let names = outgoing::names(self.streams.iter().map(Outgoing::ssrc));
        self.write(now.at, RTCMessage::RtcpPacket(String::new(), reports.into_iter().chain([names]).collect()))
    }

    fn write(&mut self, now: Instant, message: RTCMessage) -> Result<(), MemberError> {
        Ok(self.connection.handle_write(TaggedRTCMessage { now, message })?)
    }
}

#[cfg(test)]
mod tests;
