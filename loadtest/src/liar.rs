//! `lectern-loadtest liar`: one publisher with right keys and bad manners, at a given pace.

use crate::clock;
use crate::join::{Resource, below};
use crate::light::{Identity, LightPeer, Meters};
use crate::sdp::{Kind as MediaKind, MID_URI, Media};
use anyhow::{Context as _, ensure};
use rand::RngExt as _;
use reqwest::{Client, Url};
use serde::Serialize;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(1);
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const VIDEO: &str = "h264";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Each packet under another SSRC, some of them on a line that exists.
    Ssrcs,
    /// Reports and feedback about what nobody sent, goodbyes in the name of others, keyframes asked for without end.
    Rtcp,
    /// Padding alone, more padding than packet, repairs of what was never sent, numbers that jump.
    Padding,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Where the server is: `http://host:port`.
    #[arg(long)]
    url: Url,
    #[arg(long)]
    session: String,
    /// An encoder's.
    #[arg(long)]
    publish_token: String,
    #[arg(long, value_enum)]
    kind: Kind,
    /// Packets a second.
    #[arg(long, default_value_t = 2_000.0)]
    rate: f64,
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    case: &'static str,
    sent: u64,
    seconds: f64,
    per_second: f64,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<Report> {
    ensure!(options.rate >= 1.0, "at least one packet a second");
    let client = Client::new();
    let socket = UdpSocket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let identity = Identity::new()?;
    let mut peer = LightPeer::publisher(clock::now().at, &identity, socket.local_addr()?);
    let endpoint = below(&options.url, &format!("/api/sessions/{}/whip", options.session))?;
    let offer = peer.offer(clock::now().at);
    let resource = Resource::open(&client, endpoint, &options.publish_token, offer).await?;
    peer.accept(clock::now().at, &resource.answer)?;
    let report = tokio::task::spawn_blocking(move || Liar::new(peer, socket)?.lie(&options)).await?;
    resource.close(&client).await;
    report
}

struct Liar {
    peer: LightPeer,
    socket: UdpSocket,
    line: Media,
    sequence: u16,
}

impl Liar {
    fn new(peer: LightPeer, socket: UdpSocket) -> anyhow::Result<Self> {
        socket.set_nonblocking(true)?;
        let line = peer.line_of(MediaKind::Video).context("the server takes no picture")?.clone();
        Ok(Self { peer, socket, line, sequence: 0 })
    }

    fn lie(mut self, options: &Options) -> anyhow::Result<Report> {
        let mut rng = rand::rng();
        let mut began = clock::now().at;
        while self.peer.milestones.connected.is_none() {
            ensure!(clock::now().at.duration_since(began) < CONNECT_WITHIN, "no media connection in time");
            self.attend();
        }
        began = clock::now().at;
        let most = Duration::from_secs(options.seconds);
        let (mut sent, mut past) = (0_u64, Duration::ZERO);
        while past < most {
            while (sent as f64) < past.as_secs_f64() * options.rate {
                match options.kind {
                    Kind::Ssrcs => self.strange_ssrc(sent, &mut rng),
                    Kind::Rtcp => self.strange_rtcp(sent, &mut rng),
                    Kind::Padding => self.strange_padding(sent, &mut rng),
                }
                sent += 1;
            }
            self.attend();
            past = clock::now().at.duration_since(began);
        }
        let seconds = past.as_secs_f64();
        self.peer.close(clock::now().at);
        self.attend();
        Ok(Report { case: "liar", sent, seconds, per_second: sent as f64 / seconds })
    }

    /// Listens, answers as a good client does, and sends what waits.
    fn attend(&mut self) {
        let (mut buffer, mut meters) = ([0; 2048], Meters::default());
        while let Ok((len, from)) = self.socket.recv_from(&mut buffer) {
            self.peer.handle_datagram(clock::now(), from, &mut buffer[..len], &mut meters);
        }
        self.peer.handle_timeout(clock::now().at);
        while let Some(datagrams) = self.peer.poll_transmit() {
            for datagram in datagrams.bytes.chunks(datagrams.segment) {
                // What a full socket does not take is lost, as on a network.
                let _ = self.socket.send_to(datagram, datagrams.to);
            }
        }
        std::thread::sleep(PAUSE);
    }

    fn strange_ssrc(&mut self, number: u64, rng: &mut impl rand::Rng) {
        let payload_type = if number.is_multiple_of(2) { self.line.payload_type(VIDEO) } else { None };
        let payload_type = payload_type.unwrap_or(rng.random::<u8>() & 0x7f);
        self.packet((payload_type, rng.random(), number as u16), number.is_multiple_of(3), &[0x65, 1, 2, 3]);
    }

    fn strange_padding(&mut self, number: u64, rng: &mut impl rand::Rng) {
        let media = self.line.payload_type(VIDEO).unwrap_or(96);
        let repair = self.line.rtx_of(media).unwrap_or(97);
        let (payload_type, ssrc) = if number.is_multiple_of(2) { (media, 4_001) } else { (repair, 4_002) };
        let step = if number.is_multiple_of(50) { rng.random_range(1..3_000) } else { 1 };
        self.sequence = self.sequence.wrapping_add(step);
        let payload: Vec<u8> = match number % 8 {
            0 => Vec::new(),
            1 => vec![7],
            2 => vec![0, 0, 0, 4],
            3 => vec![1, 2, 3, 255],
            4 => vec![1, 2, 3, 0],
            5 => [&[0; 254][..], &[255]].concat(),
            6 => self.sequence.to_be_bytes().to_vec(),
            _ => (0..rng.random_range(0..1100)).map(|_| rng.random()).collect(),
        };
        self.packet((payload_type, ssrc, self.sequence), true, &payload);
    }

    /// RFC 3550 §5.1, with the line's name in an extension where it is to be found by it.
    fn packet(&mut self, (payload_type, ssrc, sequence): (u8, u32, u16), named: bool, payload: &[u8]) {
        let padded = if payload.len() > 2 { 0x20 } else { 0 };
        let mut out = vec![0x90 | padded, payload_type & 0x7f];
        out.extend(sequence.to_be_bytes());
        out.extend(u32::from(sequence).wrapping_mul(900).to_be_bytes());
        out.extend(ssrc.to_be_bytes());
        let mut block = Vec::new();
        let name = self.line.mid.as_bytes();
        if let Some(id) = self.line.extensions.get(MID_URI).filter(|_| named && !name.is_empty()) {
            block.push(id << 4 | (name.len() - 1) as u8 & 15);
            block.extend(name);
        }
        block.resize(block.len().next_multiple_of(4), 0);
        out.extend([0xbe, 0xde, 0, (block.len() / 4) as u8]);
        out.extend(block);
        let header = out.len();
        out.extend(payload);
        self.peer.send_as_it_is(&out, header);
    }

    fn strange_rtcp(&mut self, number: u64, rng: &mut impl rand::Rng) {
        // A few names of its own: more would not get past the bound on them.
        let (own, other): (u32, u32) = (7_000 + (number % 4) as u32, rng.random());
        let mut words = |kind: u8, count: u8, most: usize| {
            let body: Vec<u32> = (0..most).map(|_| rng.random()).collect();
            let mut out = vec![0x80 | count, kind, 0, most as u8 + 1];
            out.extend(own.to_be_bytes());
            out.extend(body.into_iter().flat_map(u32::to_be_bytes));
            out
        };
        let packet = match number % 7 {
            // Sender and receiver reports with 31 blocks, a goodbye, an application's own.
            0 => words(200, 4, 5 + 24),
            1 => words(201, 31, 31 * 6),
            2 => words(203, 31, 30),
            3 => words(204, 7, 20),
            // Losses, keyframes, arrivals: of whatever.
            4 => words(205, 1, 60),
            5 => [&words(206, 1, 1)[..8], &other.to_be_bytes()].concat(),
            _ => words(205, 15, 100),
        };
        self.peer.send_rtcp_as_it_is(&packet);
    }
}
