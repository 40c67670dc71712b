//! A whole Sfu with clients around it, on a virtual network and clock.

use super::camera::Camera;
use super::network::{Datagram, Line, Network};
use super::offer::{OfferLine, answered, offer};
use super::sink::Sink;
use super::source::Source;
use super::{ClientConfig, MS, TestClient, identity, start};
use crate::ids::PeerId;
use crate::sdp::Flow;
use crate::sfu::{Sfu, SfuConfig, SfuEvent};
use crate::transport::{Path, Via};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub(crate) struct House {
    pub(crate) now: Instant,
    pub(crate) sfu: Sfu,
    pub(crate) network: Network,
    pub(crate) members: BTreeMap<PeerId, Member>,
    pub(crate) events: Vec<SfuEvent>,
    /// Datagrams that left for each address.
    pub(crate) sent: BTreeMap<SocketAddr, u64>,
    /// Bytes of heap that the Sfu took from packets and with time, less what it gave back.
    pub(crate) held: i64,
    /// How often the Sfu asked for memory because of media or of time.
    pub(crate) allocations: u64,
}

pub(crate) struct Member {
    pub(crate) client: TestClient,
    /// What its datagrams travel by; what comes by anything else is lost.
    pub(crate) via: Via,
    pub(crate) answer: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) cameras: Vec<Camera>,
    pub(crate) sink: Sink,
    /// Listens to what comes, asks and reports.
    pub(crate) watches: bool,
}

impl House {
    pub(crate) fn new(seed: u64) -> Self {
        let now = start();
        let config = SfuConfig {
            identity: identity(),
            candidates: vec!["10.0.0.1:5000".parse().unwrap()],
            seed,
            started: now,
            started_unix: Duration::from_secs(1_800_000_000),
        };
        Self {
            now,
            sfu: Sfu::new(config),
            network: Network::new(seed),
            members: BTreeMap::new(),
            events: Vec::new(),
            sent: BTreeMap::new(),
            held: 0,
            allocations: 0,
        }
    }

    /// Opens a peer for a new client and lets it connect in its own time.
    pub(crate) fn join(&mut self, id: u64, lines: &[OfferLine]) -> PeerId {
        let mut client = TestClient::new(ClientConfig::new(1000 + id as u16));
        let answer = self.sfu.open(self.now, PeerId(id), &offer(&client, lines), Flow::Uplink).unwrap();
        client.start(self.now, answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
        let member = Member {
            client,
            via: Via::Udp,
            answer,
            sources: Vec::new(),
            cameras: Vec::new(),
            sink: Sink::default(),
            watches: true,
        };
        self.members.insert(PeerId(id), member);
        PeerId(id)
    }

    pub(crate) fn member(&mut self, id: PeerId) -> &mut Member {
        self.members.get_mut(&id).unwrap()
    }

    pub(crate) fn set_line(&mut self, id: PeerId, line: Line) {
        let addr = self.member(id).client.addr;
        self.network.set_line(addr, line);
    }

    pub(crate) fn run(&mut self, duration: Duration) {
        let until = self.now + duration;
        while self.now < until {
            self.step();
            self.now += MS;
        }
    }

    fn step(&mut self) {
        let now = self.now;
        while let Some(datagram) = self.network.receive(now) {
            self.arrive(datagram);
        }
        if self.sfu.poll_timeout().is_some_and(|due| due <= now) {
            let before = (live(), allocations());
            self.sfu.handle_timeout(now);
            self.held += live() - before.0;
            self.allocations += allocations() - before.1;
        }
        for member in self.members.values_mut() {
            member.tick(now);
            let client = member.client.addr;
            while let Some(bytes) = member.client.poll_transmit() {
                self.network.send(now, Datagram { client, up: true, bytes });
            }
        }
        loop {
            let before = (live(), allocations());
            let transmits = self.sfu.poll_transmits(now);
            self.held += live() - before.0;
            self.allocations += allocations() - before.1;
            let Some(transmits) = transmits else { break };
            for transmit in transmits {
                *self.sent.entry(transmit.destination).or_default() += transmit.datagrams().count() as u64;
                let mut there = self.members.values().filter(|member| member.client.addr == transmit.destination);
                if there.next().is_some_and(|member| member.via != transmit.via) {
                    continue;
                }
                for datagram in transmit.datagrams() {
                    let datagram = Datagram { client: transmit.destination, up: false, bytes: datagram.to_vec() };
                    self.network.send(now, datagram);
                }
            }
        }
        while let Some(event) = self.sfu.poll_event() {
            self.events.push(event);
        }
    }

    fn arrive(&mut self, mut datagram: Datagram) {
        if datagram.up {
            self.hand_over(datagram.client, &mut datagram.bytes);
        } else if let Some(member) = self.members.values_mut().find(|m| m.client.addr == datagram.client) {
            member.client.handle(self.now, &datagram.bytes);
        }
    }

    /// A datagram that arrives at once.
    pub(crate) fn hand_over(&mut self, from: SocketAddr, datagram: &mut [u8]) {
        let sender = self.members.values().find(|member| member.client.addr == from);
        let path = Path { via: sender.map_or(Via::Udp, |member| member.via), ..Path::udp(from) };
        let (before, is_media) = ((live(), allocations()), matches!(datagram.first(), Some(128..=191)));
        self.sfu.handle_datagram(self.now, path, datagram);
        self.held += live() - before.0;
        if is_media {
            self.allocations += allocations() - before.1;
        }
    }
}

#[cfg(test)]
use super::heap::{allocations, live};
/// Fuzzers watch the heap by themselves.
#[cfg(not(test))]
fn live() -> i64 {
    0
}
#[cfg(not(test))]
fn allocations() -> u64 {
    0
}

impl Member {
    fn tick(&mut self, now: Instant) {
        self.client.handle_timeout(now);
        if !self.client.is_connected() {
            return;
        }
        let reports: Vec<Vec<u8>> = self.client.rtcp.drain(..).collect();
        for source in &mut self.sources {
            let repairs: Vec<Vec<u8>> = reports.iter().flat_map(|report| source.hear(report)).collect();
            for packet in source.tick(now).iter().chain(&repairs) {
                self.client.send_rtp(packet);
            }
        }
        for camera in &mut self.cameras {
            reports.iter().for_each(|report| camera.hear(report));
            camera.tick(now).iter().for_each(|packet| self.client.send_rtp(packet));
        }
        reports.iter().for_each(|report| self.sink.hear(now, report));
        let packets: Vec<Vec<u8>> = self.client.rtp.drain(..).collect();
        if self.watches {
            packets.iter().for_each(|packet| self.sink.take(now, packet));
            for feedback in self.sink.tick(now) {
                self.client.send_rtcp(&feedback);
            }
        }
    }
}
