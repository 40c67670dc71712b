//! A server made of the assembled peer connection, and a network in memory with a clock of its own.

use crate::clock::{self, Moment};
use crate::light::{LightPeer, Meters};
use crate::member::{Member, VideoShape, codecs, outgoing::Ssrcs};
use bytes::BytesMut;
use rand::{RngExt, rngs::StdRng};
use rtc::interceptor::{Interceptor, Packet, Registry, Slot, StreamInfo, TaggedPacket};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub(crate) const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 5_000);
pub(crate) const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 6_000);

/// Every RTP and RTCP packet that reached the server.
#[derive(Clone, Default)]
pub(crate) struct Arrived(Arc<Mutex<Vec<Packet>>>);

impl Arrived {
    pub(crate) fn rtp(&self) -> Vec<rtc::rtp::Packet> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .filter_map(|p| if let Packet::Rtp(p) = p { Some(p.clone()) } else { None })
            .collect()
    }

    pub(crate) fn rtcp<P: Clone + 'static>(&self) -> Vec<P> {
        let packets = self.0.lock().unwrap();
        let all = packets.iter().filter_map(|p| if let Packet::Rtcp(all) = p { Some(all) } else { None }).flatten();
        all.filter_map(|packet| packet.as_any().downcast_ref::<P>().cloned()).collect()
    }
}

#[derive(Default)]
struct Recorder {
    arrived: Arrived,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Recorder {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.arrived.0.lock().unwrap().push(message.message.packet.clone());
        self.reads.push_back(message);
        Ok(())
    }
    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }
    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.writes.push_back(message);
        Ok(())
    }
    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }
}

impl Interceptor for Recorder {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

/// An ICE-lite, DTLS-passive answerer.
pub(crate) struct Answerer {
    connection: RTCPeerConnection,
    pub(crate) arrived: Arrived,
    /// What it sends when it answers a viewer: sound, then picture.
    pub(crate) ssrcs: Vec<Ssrcs>,
}

impl Answerer {
    pub(crate) fn new(now: Instant, offer: String, sends: bool) -> (Self, String) {
        let recorder = Recorder::default();
        let arrived = recorder.arrived.clone();
        let settings = SettingEngineBuilder::new()
            .with_lite(true)
            .with_answering_dtls_role(RTCDtlsRole::Server)
            .with_srtp_protection_profiles(codecs::srtp_profiles())
            .with_include_loopback_candidate(true)
            .build();
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(codecs::media_engine().unwrap())
            .with_interceptor_registry(Registry::new().with(Slot::ReceiverReport, recorder))
            .build(now)
            .unwrap();
        connection.set_remote_description(now, RTCSessionDescription::offer(offer).unwrap()).unwrap();
        let ssrcs = if sends { codecs::add_tracks(&mut connection, VideoShape::Single).unwrap() } else { Vec::new() };
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: SERVER.ip().to_string(),
                port: SERVER.port(),
                component: 1,
                ..CandidateConfig::default()
            },
            ..CandidateHostConfig::default()
        };
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host().unwrap()).to_json().unwrap();
        connection.add_local_candidate(candidate).unwrap();
        let answer = connection.create_answer(None).unwrap();
        connection.set_local_description(now, answer).unwrap();
        let answer = connection.local_description().unwrap().sdp;
        (Self { connection, arrived, ssrcs }, answer)
    }

    pub(crate) fn send(&mut self, now: Instant, message: RTCMessage) {
        self.connection.handle_write(TaggedRTCMessage { now, message }).unwrap();
    }
}

/// Either side of the network.
pub(crate) trait End {
    fn receive(&mut self, now: Moment, from: SocketAddr, datagram: &mut [u8]);
    fn advance(&mut self, now: Moment);
    fn transmit(&mut self) -> Option<Vec<u8>>;
}

impl End for Answerer {
    fn receive(&mut self, now: Moment, from: SocketAddr, datagram: &mut [u8]) {
        let transport = TransportContext {
            local_addr: SERVER,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        let message = BytesMut::from(&*datagram);
        let _ = self.connection.handle_read(TaggedBytesMut { now: now.at, transport, message });
        while self.connection.poll_read().is_some() {}
    }

    fn advance(&mut self, now: Moment) {
        self.connection.handle_timeout(now.at).unwrap();
        while self.connection.poll_event().is_some() {}
    }

    fn transmit(&mut self) -> Option<Vec<u8>> {
        self.connection.poll_write().map(|transmit| transmit.message.to_vec())
    }
}

impl End for Member {
    fn receive(&mut self, now: Moment, from: SocketAddr, datagram: &mut [u8]) {
        self.handle_datagram(now.at, from, datagram).unwrap();
    }

    fn advance(&mut self, now: Moment) {
        self.handle_timeout(now).unwrap();
    }

    fn transmit(&mut self) -> Option<Vec<u8>> {
        self.poll_transmit().map(|(to, datagram)| {
            assert_eq!(to, SERVER);
            datagram.to_vec()
        })
    }
}

/// A light member with the meters of its thread.
pub(crate) struct Light {
    pub(crate) peer: LightPeer,
    pub(crate) meters: Meters,
    leaving: VecDeque<Vec<u8>>,
}

impl Light {
    pub(crate) fn new(peer: LightPeer) -> Self {
        Self { peer, meters: Meters { measuring: true, ..Meters::default() }, leaving: VecDeque::new() }
    }
}

impl End for Light {
    fn receive(&mut self, now: Moment, from: SocketAddr, datagram: &mut [u8]) {
        self.peer.handle_datagram(now, from, datagram, &mut self.meters);
    }

    fn advance(&mut self, now: Moment) {
        self.peer.handle_timeout(now.at);
    }

    fn transmit(&mut self) -> Option<Vec<u8>> {
        while let Some(datagrams) = self.peer.poll_transmit() {
            self.leaving.extend(datagrams.bytes.chunks(datagrams.segment).map(<[u8]>::to_vec));
        }
        self.leaving.pop_front()
    }
}

/// Two ends, 5 ms apart, on virtual time.
pub(crate) struct Network {
    pub(crate) now: Moment,
    /// Part of the datagrams to the client that is lost, in thousandths.
    pub(crate) loss_to_client: u32,
    rng: StdRng,
    to_client: VecDeque<(Instant, Vec<u8>)>,
    to_server: VecDeque<(Instant, Vec<u8>)>,
}

const DELAY: Duration = Duration::from_millis(5);

impl Network {
    pub(crate) fn new(rng: StdRng) -> Self {
        Self { now: clock::now(), loss_to_client: 0, rng, to_client: VecDeque::new(), to_server: VecDeque::new() }
    }

    /// One millisecond.
    pub(crate) fn step(&mut self, client: &mut impl End, server: &mut impl End) {
        self.now = self.now + Duration::from_millis(1);
        while self.to_client.front().is_some_and(|(at, _)| *at <= self.now.at) {
            let (_, mut datagram) = self.to_client.pop_front().unwrap();
            client.receive(self.now, SERVER, &mut datagram);
        }
        while self.to_server.front().is_some_and(|(at, _)| *at <= self.now.at) {
            let (_, mut datagram) = self.to_server.pop_front().unwrap();
            server.receive(self.now, CLIENT, &mut datagram);
        }
        client.advance(self.now);
        server.advance(self.now);
        while let Some(datagram) = client.transmit() {
            self.to_server.push_back((self.now.at + DELAY, datagram));
        }
        while let Some(datagram) = server.transmit() {
            if self.rng.random_range(0..1_000) >= self.loss_to_client {
                self.to_client.push_back((self.now.at + DELAY, datagram));
            }
        }
    }
}
