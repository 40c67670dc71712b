//! What is measured, once for the clock (criterion) and once in instructions (callgrind).

use crate::client::{ClientConfig, TestClient};
use crate::lines::{camera, line, negotiated};
use crate::offer::{OfferLine, answered, mid, offer};
use lectern_media::egress::Egress;
use lectern_media::ids::Want;
use lectern_media::router::{Router, RouterConfig};
use lectern_media::rtp::header::RtpPacket;
use lectern_media::sdp::{Codec, Flow};
use lectern_media::sfu::{Sfu, SfuConfig};
use lectern_media::transport::srtp::{KeyingMaterial, Profile, SrtpSession};
use lectern_media::transport::{Identity, Path, Protocol};
use lectern_media::{Layer, Mid, PeerId, TrackId};
use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Receivers of one publisher.
const VIEWERS: u64 = 50;
/// A picture.
const PACKETS: usize = 7;
const PICTURE_EVERY: Duration = Duration::from_micros(33_333);

/// Something that can be done again and again.
pub(crate) trait Operation {
    /// Not measured.
    fn prepare(&mut self) {}
    fn perform(&mut self);
    /// How many packets, or whatever it is about, one performance handles.
    fn units(&self) -> u64;
}

/// An operation's name, what its units are, and how it is made.
type Entry = (&'static str, &'static str, fn() -> Box<dyn Operation>);

pub(crate) const ALL: [Entry; 6] = [
    ("parse", "packet", || Box::new(Parse::new())),
    ("demux", "datagram", || Box::new(Demux::new())),
    ("seal", "packet of 1200 bytes", || Box::new(Seal::new())),
    ("rewrite", "packet and receiver", || Box::new(Rewrite::new())),
    ("choose-layer", "slot", || Box::new(ChooseLayer::new())),
    ("forward", "packet and receiver", || Box::new(Forward::new())),
];

/// A packet as Chromium sends it: mid, rid and transport-wide number.
fn packet(rid: u8, (ssrc, sequence): (u32, u16), key: bool, last: bool) -> Vec<u8> {
    let mut packet = vec![0x90, 96 | u8::from(last) << 7];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) / PACKETS as u32 * 3000).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xbe, 0xde, 0, 2, 0x10, b'1', 0x20, rid, 0x41]);
    packet.extend(sequence.to_be_bytes());
    packet.push(0);
    packet.push(if key { 0x67 } else { 0x41 });
    packet.resize(1180, 0x5a);
    packet
}

struct Parse(Vec<Vec<u8>>);

impl Parse {
    fn new() -> Self {
        Self((0..256).map(|n| packet(b'h', (7, n), false, false)).collect())
    }
}

impl Operation for Parse {
    fn perform(&mut self) {
        for bytes in &self.0 {
            let packet = RtpPacket::parse(black_box(bytes)).unwrap();
            black_box(packet.extensions().map(|(id, value)| usize::from(id) + value.len()).sum::<usize>());
            black_box(packet);
        }
    }

    fn units(&self) -> u64 {
        self.0.len() as u64
    }
}

struct Demux(Vec<[u8; 2]>);

impl Demux {
    fn new() -> Self {
        Self((0..256).map(|n| [[0, 1], [22, 254], [0x80, 96], [0x80, 200], [0x90, 111]][n % 5]).collect())
    }
}

impl Operation for Demux {
    fn perform(&mut self) {
        for bytes in &self.0 {
            black_box(Protocol::of(black_box(bytes)));
        }
    }

    fn units(&self) -> u64 {
        self.0.len() as u64
    }
}

struct Seal {
    session: SrtpSession,
    arena: Vec<u8>,
    packet: Vec<u8>,
    sequence: u16,
}

impl Seal {
    fn new() -> Self {
        let profile = Profile::AeadAes128Gcm;
        let identity = Identity::generate().unwrap();
        let session = SrtpSession::server(identity.crypto(), &KeyingMaterial { profile, bytes: &[7; 56] }).unwrap();
        let packet = packet(b'h', (7, 0), false, false);
        Self { session, arena: Vec::with_capacity(128 << 10), packet, sequence: 0 }
    }
}

impl Operation for Seal {
    fn perform(&mut self) {
        self.arena.clear();
        for _ in 0..64 {
            self.sequence = self.sequence.wrapping_add(1);
            self.packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
            let (head, rest) = self.packet.split_at(24);
            black_box(self.session.seal_rtp(head, rest, &mut self.arena).unwrap());
        }
    }

    fn units(&self) -> u64 {
        64
    }
}

/// Takes what the router sends and does nothing with it.
struct Nobody;

impl Egress for Nobody {
    fn send_rtp(&mut self, _to: PeerId, head: &[u8], shared: &[u8]) {
        black_box((head, shared));
    }

    fn send_rtcp(&mut self, _to: PeerId, compound: &[u8]) {
        black_box(compound);
    }
}

/// A router with a camera that sends two layers, and viewers of it.
struct Stage {
    router: Router,
    now: Instant,
    sequence: u16,
}

impl Stage {
    fn new() -> Self {
        let now = Instant::now();
        let config = RouterConfig { seed: 1, started: now, started_unix: Duration::from_secs(1_800_000_000) };
        let mut router = Router::new(config);
        router.add_peer(now, PeerId(1), &negotiated(vec![camera(Codec::H264)])).unwrap();
        router.publish(now, PeerId(1), mid(1), TrackId(1)).unwrap();
        let mut stage = Self { router, now, sequence: 9 };
        for viewer in 2..2 + VIEWERS {
            let (ssrc, repair) = stage.router.allocate_ssrcs();
            let mut slot = line("v", Flow::Downlink, Codec::H264);
            slot.own_ssrcs = Some((ssrc, Some(repair)));
            stage.router.add_peer(now, PeerId(viewer), &negotiated(vec![slot])).unwrap();
            stage.look(viewer, Layer::High);
        }
        (0..3).for_each(|_| stage.picture(true));
        stage
    }

    fn look(&mut self, viewer: u64, layer: Layer) {
        let slot = Mid::new("v").unwrap();
        self.router.assign_slot(self.now, PeerId(viewer), slot, Some(TrackId(1)), Want::main(layer)).unwrap();
    }

    fn take(&mut self, key: bool) {
        self.now += PICTURE_EVERY;
        for number in 0..PACKETS {
            self.sequence = self.sequence.wrapping_add(1);
            let last = number + 1 == PACKETS;
            for (rid, ssrc) in [(b'l', 7), (b'h', 8)].into_iter().filter(|(rid, _)| key || *rid == b'h') {
                let packet = packet(rid, (ssrc, self.sequence), key && number == 0, last);
                self.router.handle_rtp(self.now, PeerId(1), &packet, &mut Nobody);
            }
        }
    }

    fn picture(&mut self, key: bool) {
        self.take(key);
        while self.router.forward_next(self.now, &mut Nobody) {}
    }
}

struct Rewrite(Stage);

impl Rewrite {
    fn new() -> Self {
        Self(Stage::new())
    }
}

impl Operation for Rewrite {
    fn prepare(&mut self) {
        self.0.take(false);
    }

    fn perform(&mut self) {
        while self.0.router.forward_next(self.0.now, &mut Nobody) {}
    }

    fn units(&self) -> u64 {
        VIEWERS * PACKETS as u64
    }
}

struct ChooseLayer {
    stage: Stage,
    low: bool,
}

impl ChooseLayer {
    fn new() -> Self {
        Self { stage: Stage::new(), low: false }
    }
}

impl Operation for ChooseLayer {
    fn perform(&mut self) {
        self.low = !self.low;
        let layer = if self.low { Layer::Low } else { Layer::High };
        (2..2 + VIEWERS).for_each(|viewer| self.stage.look(viewer, layer));
    }

    fn units(&self) -> u64 {
        VIEWERS
    }
}

/// The whole way: sealed datagrams of a publisher in, sealed runs for every viewer out.
struct Forward {
    sfu: Sfu,
    now: Instant,
    publisher: TestClient,
    sequence: u16,
    datagrams: Vec<Vec<u8>>,
}

const PICTURE: u32 = 2001;

impl Forward {
    fn new() -> Self {
        let now = Instant::now();
        let config = SfuConfig {
            identity: Arc::new(Identity::generate().unwrap()),
            candidates: vec![SocketAddr::from(([10, 0, 0, 1], 5000))],
            seed: 1,
            started: now,
            started_unix: Duration::from_secs(1_800_000_000),
        };
        let (mut sfu, mut now) = (Sfu::new(config), now);
        let publisher = join(&mut sfu, &mut now, 1, OfferLine::VideoUp(PICTURE));
        sfu.publish(now, PeerId(1), mid(0), TrackId(1)).unwrap();
        for id in 2..2 + VIEWERS {
            join(&mut sfu, &mut now, id, OfferLine::VideoDown);
            sfu.assign_slot(now, PeerId(id), mid(0), Some(TrackId(1)), Want::main(Layer::High)).unwrap();
        }
        let mut forward = Self { sfu, now, publisher, sequence: 9, datagrams: Vec::new() };
        forward.make_picture(true);
        forward.perform();
        forward
    }

    fn make_picture(&mut self, key: bool) {
        self.now += PICTURE_EVERY;
        self.datagrams.clear();
        for number in 0..PACKETS {
            self.sequence = self.sequence.wrapping_add(1);
            let mut packet = vec![0x80, 96 | u8::from(number + 1 == PACKETS) << 7];
            packet.extend(self.sequence.to_be_bytes());
            packet.extend((u32::from(self.sequence) / PACKETS as u32 * 3000).to_be_bytes());
            packet.extend(PICTURE.to_be_bytes());
            packet.push(if key && number == 0 { 0x67 } else { 0x41 });
            packet.resize(1180, 0x5a);
            self.datagrams.push(self.publisher.seal_rtp(&packet));
        }
    }
}

impl Operation for Forward {
    fn prepare(&mut self) {
        self.make_picture(false);
    }

    fn perform(&mut self) {
        let path = Path::udp(self.publisher.addr);
        for datagram in &mut self.datagrams {
            self.sfu.handle_datagram(self.now, path, datagram);
        }
        let mut sent = 0;
        while let Some(transmits) = self.sfu.poll_transmits(self.now) {
            sent += transmits.map(|transmit| black_box(transmit).datagrams().count()).sum::<usize>();
        }
        assert!(sent as u64 >= self.units(), "everybody gets everything");
    }

    fn units(&self) -> u64 {
        VIEWERS * PACKETS as u64
    }
}

/// Connects a client without a network between.
fn join(sfu: &mut Sfu, now: &mut Instant, id: u64, line: OfferLine) -> TestClient {
    let mut client = TestClient::new(ClientConfig::new(1000 + id as u16));
    let text = offer(&client, &[line])
        .replace("rtpmap:96 VP8/90000", "rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1");
    let text: String = text.split_inclusive('\n').filter(|line| !line.contains("transport-")).collect();
    let answer = sfu.open(*now, PeerId(id), &text, Flow::Uplink).unwrap();
    client.start(*now, answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
    while !client.is_connected() {
        *now += Duration::from_millis(1);
        client.handle_timeout(*now);
        while let Some(mut datagram) = client.poll_transmit() {
            sfu.handle_datagram(*now, Path::udp(client.addr), &mut datagram);
        }
        while let Some(transmits) = sfu.poll_transmits(*now) {
            let addr = client.addr;
            for transmit in transmits.filter(|transmit| transmit.destination == addr) {
                transmit.datagrams().for_each(|datagram| client.handle(*now, datagram));
            }
        }
    }
    client
}
