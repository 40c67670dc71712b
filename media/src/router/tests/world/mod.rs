//! The world around the router: cameras, microphones and viewers on wires that delay and lose.

mod publisher;
mod viewer;

pub(super) use publisher::*;
pub(super) use viewer::*;

use crate::egress::Egress;
use crate::ids::{Layer, Mid, PeerId, ShardNumber, TrackId, Want};
use crate::router::{Router, RouterConfig, RouterEvent};
use crate::rtp::compound;
use crate::rtp::header::RtpPacket;
use crate::rtp::ntp::MediaClock;
use crate::rtp::rtcp::{self, Rtcp};
use crate::sdp::{
    Codec, CodecSlot, ExtensionIds, Feedback, Flow, Kind, MediaLine, Negotiated, RemoteTransport, RidLayer,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

pub(super) const STEP: Duration = Duration::from_millis(5);
pub(super) const MID_EXT: u8 = 1;
pub(super) const RID_EXT: u8 = 2;
pub(super) const RRID_EXT: u8 = 3;
pub(super) const TWCC_EXT: u8 = 4;
pub(super) const LEVEL_EXT: u8 = 5;

pub(super) fn mid(text: &str) -> Mid {
    Mid::new(text).unwrap()
}

pub(super) fn negotiated(lines: Vec<MediaLine>) -> Negotiated {
    let remote = RemoteTransport { ice_ufrag: String::new(), ice_pwd: String::new(), fingerprint_sha256: [0; 32] };
    Negotiated { lines, remote }
}

pub(super) fn codec_slot(codec: Codec, base: u8) -> CodecSlot {
    let rtx_payload_type = (codec != Codec::Opus).then_some(base + 1);
    CodecSlot { codec, payload_type: base, rtx_payload_type }
}

pub(super) fn line(name: &str, flow: Flow, codecs: Vec<CodecSlot>) -> MediaLine {
    let kind = if codecs[0].codec == Codec::Opus { Kind::Audio } else { Kind::Video };
    let video = kind == Kind::Video;
    MediaLine {
        mid: mid(name),
        kind,
        flow,
        codecs,
        extensions: ExtensionIds {
            mid: Some(MID_EXT),
            rid: Some(RID_EXT),
            repaired_rid: Some(RRID_EXT),
            transport_cc: Some(TWCC_EXT),
            audio_level: Some(LEVEL_EXT),
        },
        rids: Vec::new(),
        parameter_sets: None,
        announced_ssrcs: Vec::new(),
        own_ssrcs: None,
        // Viewers of this world send no transport feedback.
        feedback: Feedback { nack: video, pli: video, transport_cc: false },
    }
}

pub(super) fn simulcast(mut line: MediaLine) -> MediaLine {
    line.rids = [("l", Layer::Low), ("m", Layer::Mid), ("h", Layer::High)]
        .map(|(rid, layer)| RidLayer { rid: rid.to_owned(), layer })
        .to_vec();
    line
}

/// xorshift64*; tests need repeatable chance, not good chance.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % most
    }

    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

#[derive(Default)]
pub(super) struct Sent {
    pub(super) rtp: Vec<(PeerId, Vec<u8>)>,
    pub(super) rtcp: Vec<(PeerId, Vec<u8>)>,
}

impl Egress for Sent {
    fn send_rtp(&mut self, to: PeerId, header: &[u8], payload: &[u8]) {
        self.rtp.push((to, [header, payload].concat()));
    }

    fn send_rtcp(&mut self, to: PeerId, compound: &[u8]) {
        self.rtcp.push((to, compound.to_vec()));
    }
}

enum Wire {
    UpRtp(PeerId, Vec<u8>),
    UpRtcp(PeerId, Vec<u8>),
    DownRtp(PeerId, Vec<u8>),
    DownRtcp(PeerId, Vec<u8>),
}

pub(super) struct World {
    pub(super) router: Router,
    /// Another shard of the same server, with these peers.
    pub(super) far: Router,
    pub(super) over_there: BTreeSet<PeerId>,
    /// How often in a hundred a shard is too busy to take what crosses.
    pub(super) busy: u64,
    pub(super) crossed: u64,
    pub(super) start: Instant,
    pub(super) now: Instant,
    pub(super) delay: Duration,
    pub(super) loss_up: u64,
    pub(super) loss_down: u64,
    pub(super) chance: Chance,
    pub(super) publishers: Vec<Publisher>,
    pub(super) viewers: BTreeMap<PeerId, Viewer>,
    pub(super) events: Vec<RouterEvent>,
    wires: BTreeMap<(Instant, u64), Wire>,
    sent: u64,
    lose_key_start_of: Option<u32>,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        // The only clock read: where virtual time begins does not matter.
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        let start = Instant::now();
        let config = RouterConfig { seed, started: start, started_unix: Duration::from_secs(1_800_000_000) };
        Self {
            router: Router::new(config),
            far: Router::new(RouterConfig { seed: !seed, ..config }),
            over_there: BTreeSet::new(),
            busy: 0,
            crossed: 0,
            start,
            now: start,
            delay: Duration::from_millis(20),
            loss_up: 0,
            loss_down: 0,
            chance: Chance(seed | 1),
            publishers: Vec::new(),
            viewers: BTreeMap::new(),
            events: Vec::new(),
            wires: BTreeMap::new(),
            sent: 0,
            lose_key_start_of: None,
        }
    }

    fn encoder(&mut self, codec: Codec, rid: Option<&'static str>, payload_type: u8) -> Encoder {
        Encoder {
            codec,
            rid,
            ssrc: self.chance.below(u64::from(u32::MAX)) as u32,
            payload_type,
            sequence: self.chance.below(65536) as u16,
            repair_sequence: self.chance.below(65536) as u16,
            epoch: self.chance.below(u64::from(u32::MAX)) as u32,
            picture: self.chance.below(32768) as u16,
            tl0: self.chance.below(256) as u8,
            temporal: false,
            since_key: 0,
            last_of: [NO_PICTURE; 3],
            on: true,
            key_wanted: true,
            keyframes: 0,
            plis: 0,
            packets_per_frame: 3,
            history: HashMap::new(),
            repairs: 0,
        }
    }

    /// A peer with a camera of three layers on m-line "1" and a microphone on "0", published as tracks 10p+1 and 10p.
    pub(super) fn presenter(&mut self, id: u64, codec: Codec) -> PeerId {
        let peer = PeerId(id);
        let lines = vec![
            line("0", Flow::Uplink, vec![codec_slot(Codec::Opus, 111)]),
            simulcast(line("1", Flow::Uplink, vec![codec_slot(codec, 100)])),
        ];
        let now = self.now;
        let router = self.router_of(peer);
        router.add_peer(now, peer, &negotiated(lines)).unwrap();
        router.publish(now, peer, mid("0"), TrackId(10 * id)).unwrap();
        router.publish(now, peer, mid("1"), TrackId(10 * id + 1)).unwrap();
        let encoders = ["l", "m", "h"].map(|rid| self.encoder(codec, Some(rid), 100)).into_iter().collect();
        self.add_publisher(peer, "1", encoders, 33);
        let microphone = vec![self.encoder(Codec::Opus, None, 111)];
        self.add_publisher(peer, "0", microphone, 20);
        peer
    }

    fn add_publisher(&mut self, peer: PeerId, line: &str, encoders: Vec<Encoder>, interval_ms: u64) {
        self.publishers.push(Publisher {
            peer,
            mid: mid(line),
            encoders,
            interval: Duration::from_millis(interval_ms),
            next: self.now,
            clock_ahead: Duration::from_secs(peer.0 * 1000),
            reports: true,
            next_report: self.now + Duration::from_millis(300),
            transport_seq: 0,
        });
    }

    /// A peer with a sound slot "a" and picture slots "v", "w".
    pub(super) fn viewer(&mut self, id: u64, codecs: &[CodecSlot]) -> PeerId {
        self.viewer_with(id, codecs, |_| {})
    }

    pub(super) fn viewer_with(&mut self, id: u64, codecs: &[CodecSlot], change: impl Fn(&mut MediaLine)) -> PeerId {
        let peer = PeerId(id);
        let mut viewer = Viewer { asks: true, ..Viewer::default() };
        let audio = vec![codec_slot(Codec::Opus, 96)];
        let mut lines = Vec::new();
        for (name, codecs) in [("a", audio), ("v", codecs.to_vec()), ("w", codecs.to_vec())] {
            let mut line = line(name, Flow::Downlink, codecs);
            let (ssrc, repair) = self.router_of(peer).allocate_ssrcs();
            line.own_ssrcs = Some((ssrc, (line.kind == Kind::Video).then_some(repair)));
            change(&mut line);
            let (ssrc, repair_ssrc) = line.own_ssrcs.unwrap();
            let view = View { repair_ssrc, payload_types: line.codecs.clone(), ..View::default() };
            viewer.views.insert(ssrc, view);
            lines.push(line);
        }
        let now = self.now;
        self.router_of(peer).add_peer(now, peer, &negotiated(lines)).unwrap();
        self.viewers.insert(peer, viewer);
        peer
    }

    pub(super) fn look(&mut self, viewer: PeerId, slot: &str, track: u64, max: Layer) {
        let (now, track) = (self.now, TrackId(track));
        // Tracks are named after their presenter.
        let home = self.over_there.contains(&PeerId(track.0 / 10));
        if home != self.over_there.contains(&viewer) {
            let home = (ShardNumber::new(usize::from(home)).unwrap(), track);
            self.router_of(viewer).expect_track(now, home, viewer, mid(slot)).unwrap();
        }
        self.router_of(viewer).assign_slot(now, viewer, mid(slot), Some(track), Want::main(max)).unwrap();
    }

    /// The shard that a peer is on.
    pub(super) fn router_of(&mut self, peer: PeerId) -> &mut Router {
        if self.over_there.contains(&peer) { &mut self.far } else { &mut self.router }
    }

    /// A viewer on the other shard.
    pub(super) fn far_viewer(&mut self, id: u64, codecs: &[CodecSlot]) -> PeerId {
        self.over_there.insert(PeerId(id));
        self.viewer(id, codecs)
    }

    /// What the shards have to tell each other, and what follows from that.
    fn cross(&mut self) {
        let shards = [0, 1].map(|number| ShardNumber::new(number).unwrap());
        loop {
            let mut all = Vec::new();
            let Self { router, far, chance, busy, .. } = self;
            for (from, router) in shards.into_iter().zip([router, far]) {
                router.cross(|to, crossing| {
                    let taken = !chance.percent(*busy);
                    if taken {
                        all.push((from, to, crossing));
                    }
                    taken
                });
            }
            if all.is_empty() {
                return;
            }
            self.crossed += all.len() as u64;
            for (from, to, crossing) in all {
                let mut out = Sent::default();
                let router = if to == shards[0] { &mut self.router } else { &mut self.far };
                router.handle_crossing(self.now, from, &crossing, &mut out);
                while router.forward_next(self.now + STEP, &mut out) {}
                self.post(out);
            }
        }
    }

    pub(super) fn view(&self, viewer: PeerId, slot: &str) -> &View {
        let router = if self.over_there.contains(&viewer) { &self.far } else { &self.router };
        let (ssrc, _) = router.slot_ssrcs(viewer, mid(slot)).unwrap();
        &self.viewers[&viewer].views[&ssrc]
    }

    pub(super) fn ssrc(&self, viewer: PeerId, slot: &str) -> u32 {
        let router = if self.over_there.contains(&viewer) { &self.far } else { &self.router };
        router.slot_ssrcs(viewer, mid(slot)).unwrap().0
    }

    pub(super) fn camera(&mut self, peer: PeerId) -> &mut Publisher {
        self.publishers.iter_mut().find(|p| p.peer == peer && p.mid == mid("1")).unwrap()
    }

    pub(super) fn microphone(&mut self, peer: PeerId) -> &mut Publisher {
        self.publishers.iter_mut().find(|p| p.peer == peer && p.mid == mid("0")).unwrap()
    }

    pub(super) fn run(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        while self.now < end {
            self.now += STEP;
            self.produce();
            self.deliver();
            let mut out = Sent::default();
            for router in [&mut self.router, &mut self.far] {
                while router.next_timeout().is_some_and(|at| at <= self.now) {
                    router.handle_timeout(self.now, &mut out);
                }
                while let Some(event) = router.poll_event() {
                    self.events.push(event);
                }
            }
            self.post(out);
            self.cross();
            self.ask();
        }
    }

    pub(super) fn up_rtp(&mut self, from: PeerId, packet: &[u8]) -> Sent {
        let mut out = Sent::default();
        let now = self.now;
        let router = self.router_of(from);
        router.handle_rtp(now, from, packet, &mut out);
        // The rest of a picture is not waited for.
        while router.forward_next(now + STEP, &mut out) {}
        out
    }

    pub(super) fn up_rtcp(&mut self, from: PeerId, compound: &[u8]) -> Sent {
        let mut out = Sent::default();
        let now = self.now;
        self.router_of(from).handle_rtcp(now, from, compound, &mut out);
        out
    }

    /// Puts what the router said outside of [`Self::run`] on the wires.
    pub(super) fn send(&mut self, out: Sent) {
        self.post(out);
    }

    pub(super) fn inject(&mut self, delay: Duration, from: PeerId, packet: Vec<u8>) {
        self.wire(delay, Wire::UpRtp(from, packet));
    }

    /// The first packet of the next keyframe of an encoder is lost on the way up.
    pub(super) fn lose_next_keyframe_start(&mut self, peer: PeerId, encoder: usize) {
        self.lose_key_start_of = Some(self.camera(peer).encoders[encoder].ssrc);
    }

    fn post(&mut self, out: Sent) {
        let delay = self.delay;
        for (to, packet) in out.rtp {
            if !self.chance.percent(self.loss_down) {
                self.wire(delay, Wire::DownRtp(to, packet));
            }
        }
        for (to, compound) in out.rtcp {
            self.wire(delay, Wire::DownRtcp(to, compound));
        }
    }

    fn wire(&mut self, delay: Duration, what: Wire) {
        self.sent += 1;
        self.wires.insert((self.now + delay, self.sent), what);
    }

    fn produce(&mut self) {
        let (now, start) = (self.now, self.start);
        let mut packets = Vec::new();
        let mut reports = Vec::new();
        for publisher in &mut self.publishers {
            if publisher.next <= now {
                publisher.next += publisher.interval;
                publisher.frame(now - start, &mut packets);
            }
            if publisher.next_report <= now && publisher.reports {
                publisher.next_report = now + Duration::from_secs(1);
                publisher.report(now - start, &mut reports);
            }
        }
        for (peer, packet) in packets {
            let seen = RtpPacket::parse(&packet).unwrap();
            let stamp = Stamp::read(seen.payload);
            if self.lose_key_start_of == Some(seen.ssrc) && stamp.key && stamp.part == 0 {
                self.lose_key_start_of = None;
                continue;
            }
            if !self.chance.percent(self.loss_up) {
                self.wire(self.delay, Wire::UpRtp(peer, packet));
            }
        }
        for (peer, report) in reports {
            self.wire(self.delay, Wire::UpRtcp(peer, report));
        }
    }

    fn deliver(&mut self) {
        while let Some(due) = self.wires.first_entry().filter(|entry| entry.key().0 <= self.now) {
            match due.remove() {
                Wire::UpRtp(peer, packet) => {
                    let out = self.up_rtp(peer, &packet);
                    self.post(out);
                }
                Wire::UpRtcp(peer, compound) => {
                    let out = self.up_rtcp(peer, &compound);
                    self.post(out);
                }
                Wire::DownRtp(peer, packet) => {
                    if let Some(viewer) = self.viewers.get_mut(&peer) {
                        viewer.receive(self.now, &packet);
                    }
                }
                Wire::DownRtcp(peer, compound) => self.control(peer, &compound),
            }
        }
    }

    fn control(&mut self, peer: PeerId, bytes: &[u8]) {
        let mut repairs = Vec::new();
        for packet in rtcp::parse(bytes).expect("the router writes whole compounds") {
            let encoders = self.publishers.iter_mut().filter(|p| p.peer == peer);
            match packet {
                Rtcp::Pli { media } => {
                    for encoder in encoders.flat_map(|p| &mut p.encoders).filter(|e| e.ssrc == media) {
                        encoder.key_wanted = true;
                        encoder.plis += 1;
                    }
                }
                Rtcp::Nack { media, pairs } => {
                    for publisher in encoders {
                        publisher.repair(media, &mut pairs.lost(), &mut repairs);
                    }
                }
                Rtcp::SenderReport { ssrc, ntp, rtp, .. } => {
                    if let Some(view) = self.viewers.get_mut(&peer).and_then(|v| v.views.get_mut(&ssrc)) {
                        let rate = view.payload_types[0].codec.clock_rate();
                        view.reports.push((MediaClock { ntp, rtp, rate }, self.now));
                    }
                }
                _ => {}
            }
        }
        if let Some(viewer) = self.viewers.get_mut(&peer) {
            viewer.rtcp.push(bytes.to_vec());
        }
        for packet in repairs {
            if !self.chance.percent(self.loss_up) {
                self.wire(self.delay, Wire::UpRtp(peer, packet));
            }
        }
    }

    fn ask(&mut self) {
        let mut compounds = Vec::new();
        for (peer, viewer) in self.viewers.iter_mut().filter(|(_, viewer)| viewer.asks) {
            for (ssrc, view) in &mut viewer.views {
                let lost = view.due(self.now);
                let mut compound = Vec::new();
                compound::nack(&mut compound, 1, *ssrc, lost.into_iter());
                if !compound.is_empty() {
                    compounds.push((*peer, compound));
                }
            }
        }
        for (peer, compound) in compounds {
            self.wire(self.delay, Wire::UpRtcp(peer, compound));
        }
    }
}
