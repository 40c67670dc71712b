//! `lectern-loadtest junk`: what strangers may throw at the media port, at a given pace, from many addresses.

use crate::clock;
use anyhow::{Context as _, ensure};
use rand::RngExt as _;
use rtc::stun::fingerprint::fingerprint_value;
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// A packet of media is about this long.
const MEDIA: usize = 1200;
/// Strangers do not sleep for less than this.
const PAUSE: Duration = Duration::from_millis(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Random bytes, checks for names that nobody has, packets that look like media, in turn.
    Mixed,
    /// Whole hellos of DTLS clients, each another one.
    Hello,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The media port.
    #[arg(long)]
    target: SocketAddr,
    #[arg(long, value_enum, default_value_t = Kind::Mixed)]
    kind: Kind,
    /// Datagrams a second.
    #[arg(long, default_value_t = 10_000.0)]
    rate: f64,
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Sockets; on loopback each has an address of its own.
    #[arg(long, default_value_t = 250)]
    sources: u16,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    case: &'static str,
    sent: u64,
    /// By this machine, before they were on their way.
    refused: u64,
    seconds: f64,
    per_second: f64,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<Report> {
    ensure!(options.rate >= 1.0 && options.sources > 0, "at least one datagram a second from one socket");
    let sockets = (0..options.sources).map(|n| socket(options.target, n)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut rng = rand::rng();
    let mut datagram = Vec::with_capacity(2 * MEDIA);
    let (began, most) = (clock::now().at, Duration::from_secs(options.seconds));
    let (mut sent, mut refused) = (0_u64, 0_u64);
    let mut past = Duration::ZERO;
    while past < most {
        // What is late is made up for: the pace is kept on average.
        while ((sent + refused) as f64) < past.as_secs_f64() * options.rate {
            let number = sent + refused;
            datagram.clear();
            write(options.kind, number, &mut rng, &mut datagram);
            match sockets[number as usize % sockets.len()].send_to(&datagram, options.target) {
                Ok(_) => sent += 1,
                Err(_) => refused += 1,
            }
        }
        std::thread::sleep(PAUSE);
        past = clock::now().at.duration_since(began);
    }
    let seconds = past.as_secs_f64();
    Ok(Report { case: "junk", sent, refused, seconds, per_second: sent as f64 / seconds })
}

fn socket(target: SocketAddr, number: u16) -> anyhow::Result<UdpSocket> {
    let [high, low] = number.to_be_bytes();
    let own: IpAddr = match target.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => Ipv4Addr::new(127, 66, high, low.max(1)).into(),
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => [0; 16].into(),
    };
    UdpSocket::bind(SocketAddr::new(own, 0)).context("opening a socket for junk")
}

fn write(kind: Kind, number: u64, rng: &mut impl rand::Rng, out: &mut Vec<u8>) {
    match (kind, number % 3) {
        (Kind::Hello, _) => client_hello(rng, out),
        (Kind::Mixed, 0) => {
            out.resize(rng.random_range(1..=MEDIA), 0);
            rng.fill_bytes(out);
        }
        (Kind::Mixed, 1) => binding_request(rng, out),
        (Kind::Mixed, _) => {
            out.resize(MEDIA, 0);
            rng.fill_bytes(out);
            out[..2].copy_from_slice(&[0x90, 96]);
            // An extension that ends within the packet.
            out[12..16].copy_from_slice(&[0xbe, 0xde, 0, 2]);
        }
    }
}

/// A whole check with a right fingerprint (RFC 8489 §14.7), for a name that nobody has.
fn binding_request(rng: &mut impl rand::Rng, out: &mut Vec<u8>) {
    out.extend([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
    out.extend((0..12).map(|_| rng.random::<u8>()));
    let name: Vec<u8> = (0..8).map(|_| rng.sample(rand::distr::Alphanumeric)).collect();
    attribute(out, 0x0006, &[&name[..], b":nobody00"].concat());
    attribute(out, 0x0024, &[0x6e, 0, 1, 0xff]);
    let integrity: [u8; 20] = rng.random();
    attribute(out, 0x0008, &integrity);
    // The length counts the fingerprint already.
    let len = (out.len() - 20 + 8) as u16;
    out[2..4].copy_from_slice(&len.to_be_bytes());
    let fingerprint = fingerprint_value(out);
    attribute(out, 0x8028, &fingerprint.to_be_bytes());
}

fn attribute(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
    out.extend(kind.to_be_bytes());
    out.extend((value.len() as u16).to_be_bytes());
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
}

/// One record with a whole ClientHello (RFC 6347 §4.2.1) that offers use_srtp, as long as a browser's.
fn client_hello(rng: &mut impl rand::Rng, out: &mut Vec<u8>) {
    let mut body = vec![0xfe, 0xfd];
    body.extend((0..32).map(|_| rng.random::<u8>()));
    // No session, no cookie, two cipher suites, no compression.
    body.extend([0, 0, 0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0]);
    let key: [u8; 32] = rng.random();
    let extensions: [(u16, &[u8]); 6] = [
        (14, &[0, 4, 0, 7, 0, 1, 0]),
        (23, &[]),
        (10, &[0, 4, 0, 29, 0, 23]),
        (11, &[1, 0]),
        (13, &[0, 4, 4, 3, 8, 4]),
        (51, &[&[0, 36, 0, 29, 0, 32][..], &key].concat()),
    ];
    let mut block = Vec::new();
    for (kind, value) in extensions {
        block.extend(kind.to_be_bytes());
        block.extend((value.len() as u16).to_be_bytes());
        block.extend(value);
    }
    body.extend((block.len() as u16).to_be_bytes());
    body.extend(block);
    let len = &(body.len() as u32).to_be_bytes()[1..];
    out.extend([22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend((body.len() as u16 + 12).to_be_bytes());
    out.push(1);
    out.extend(len);
    out.extend([0, 0, 0, 0, 0]);
    out.extend(len);
    out.extend(body);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::stun::fingerprint::FINGERPRINT;
    use rtc::stun::message::{BINDING_REQUEST, Message};

    #[test]
    fn a_check_of_a_stranger_reads_as_one() {
        let mut out = Vec::new();
        binding_request(&mut rand::rng(), &mut out);
        let mut message = Message::new();
        message.unmarshal_binary(&out).unwrap();
        assert_eq!(message.typ, BINDING_REQUEST);
        FINGERPRINT.check(&message).unwrap();
    }

    #[test]
    fn lengths_of_a_hello_add_up() {
        let mut out = Vec::new();
        client_hello(&mut rand::rng(), &mut out);
        let record = usize::from(u16::from_be_bytes([out[11], out[12]]));
        let message = usize::from(u16::from_be_bytes([out[15], out[16]]));
        assert_eq!((record, message), (out.len() - 13, out.len() - 25));
    }

    #[test]
    fn strangers_are_heard_at_their_pace() {
        let port = UdpSocket::bind("127.0.0.1:0").unwrap();
        let target = port.local_addr().unwrap();
        let report = run(&Options { target, kind: Kind::Mixed, rate: 200.0, seconds: 1, sources: 3 }).unwrap();
        assert!((190..=210).contains(&report.sent), "{report:?}");
        let mut from = std::collections::BTreeSet::new();
        port.set_nonblocking(true).unwrap();
        while let Ok((_, address)) = port.recv_from(&mut [0; 2000]) {
            from.insert(address);
        }
        assert_eq!(from.len(), 3);
    }
}
