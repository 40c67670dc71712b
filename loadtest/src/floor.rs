//! `lectern-loadtest floor`: what forwarding cannot cost less than: copy, seal with AES-128-GCM, send a burst by UDP GSO.
//!
//! One process seals and sends to each receiver the very load of `broadcast`; another has the sockets and drains them.
//! The sender may run in another network namespace, so that the way is the same as a server's.

use crate::clock;
use crate::process::Cpu;
use anyhow::Context as _;
use mio::{Events, Interest, Poll, Token};
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, IoSliceMut, Read};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PACKET: usize = 1_200;
const HEADER: usize = 24;
const TAG: usize = 16;
const PER_PICTURE: usize = 7;
const PICTURE: Duration = Duration::from_micros(33_333);
const SOUND: usize = 105;
const SOUND_EVERY: Duration = Duration::from_millis(20);

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Sockets that drain.
    #[arg(long, default_value_t = 200)]
    receivers: usize,
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Address of the sockets that drain.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Send sound as well: 50 small packets a second, which cannot share a burst.
    #[arg(long)]
    sound: bool,
    /// What to put before the sender's command, such as `ip netns exec NAME`.
    #[arg(long, default_value = "", hide_default_value = true)]
    prefix: String,
    /// Be the sender, to these ports.
    #[arg(long, hide = true, value_delimiter = ',')]
    ports: Vec<u16>,
}

/// What the floor costs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Floor {
    receivers: usize,
    sound: bool,
    seconds: f64,
    packets: u64,
    received: u64,
    cpu_us_per_packet: f64,
    user_us_per_packet: f64,
    system_us_per_packet: f64,
    send_offload: usize,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<Floor> {
    if options.ports.is_empty() { drain(options) } else { send(options) }
}

/// The receivers, and the sender as a process of its own.
fn drain(options: &Options) -> anyhow::Result<Floor> {
    let mut poll = Poll::new()?;
    let (mut sockets, mut ports) = (Vec::new(), Vec::new());
    for number in 0..options.receivers {
        let socket = UdpSocket::bind(SocketAddr::new(options.address, 0)).context("opening a socket")?;
        ports.push(socket.local_addr()?.port().to_string());
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        state.set_recv_buffer_size(UdpSockRef::from(&socket), 4 << 20)?;
        socket.set_nonblocking(true)?;
        let mut socket = mio::net::UdpSocket::from_std(socket);
        poll.registry().register(&mut socket, Token(number), Interest::READABLE)?;
        sockets.push((socket, state));
    }
    let own = std::env::current_exe()?;
    let words: Vec<&str> = options.prefix.split_ascii_whitespace().collect();
    let mut command = match words.split_first() {
        Some((program, rest)) => {
            let mut command = Command::new(program);
            command.args(rest).arg(own);
            command
        }
        None => Command::new(own),
    };
    command.args(["floor", "--seconds", &options.seconds.to_string(), "--address", &options.address.to_string()]);
    command.args(["--ports", &ports.join(",")]);
    if options.sound {
        command.arg("--sound");
    }
    let mut sender = command.stdout(Stdio::piped()).spawn().context("starting the sender")?;
    let mut events = Events::with_capacity(256);
    let mut buffers = vec![vec![0; 1 << 16]; 4];
    let mut received = 0;
    let status = loop {
        match poll.poll(&mut events, Some(Duration::from_millis(100))) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => result.context("waiting for packets")?,
        }
        for event in &events {
            let (socket, state) = &sockets[event.token().0];
            received += receive(socket, state, &mut buffers);
        }
        if events.is_empty()
            && let Some(status) = sender.try_wait()?
        {
            break status;
        }
    };
    anyhow::ensure!(status.success(), "the sender failed");
    let mut told = String::new();
    sender.stdout.take().context("the sender has no output")?.read_to_string(&mut told)?;
    let floor: Floor = serde_json::from_str(&told).context("reading what the sender says")?;
    Ok(Floor { received, ..floor })
}

fn receive(socket: &mio::net::UdpSocket, state: &UdpSocketState, buffers: &mut [Vec<u8>]) -> u64 {
    let mut metas = [RecvMeta::default(); 4];
    let mut received = 0;
    loop {
        let mut slices: Vec<IoSliceMut<'_>> = buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
        let Ok(count) = state.recv(UdpSockRef::from(socket), &mut slices, &mut metas) else { return received };
        received += metas[..count].iter().map(|meta| meta.len.div_ceil(meta.stride.max(1)) as u64).sum::<u64>();
        if count < buffers.len() {
            return received;
        }
    }
}

/// One receiver as the sender knows it.
struct Receiver {
    to: SocketAddr,
    key: LessSafeKey,
    sealed: u64,
}

impl Receiver {
    fn new(to: SocketAddr) -> anyhow::Result<Self> {
        let key = UnboundKey::new(&AES_128_GCM, &rand::random::<[u8; 16]>()).ok().context("a key of 16 bytes")?;
        Ok(Self { to, key: LessSafeKey::new(key), sealed: 0 })
    }

    /// A packet of `clear` in `out`: its own header, the payload, the tag.
    fn seal(&mut self, clear: &[u8], out: &mut Vec<u8>) -> anyhow::Result<()> {
        let start = out.len();
        out.extend_from_slice(clear);
        self.sealed += 1;
        out[start + 2..start + 4].copy_from_slice(&(self.sealed as u16).to_be_bytes());
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.sealed.to_be_bytes());
        let (header, payload) = out[start..].split_at_mut(HEADER);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(&*header), payload);
        let tag = tag.ok().context("sealing a short packet cannot fail")?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }
}

fn send(options: &Options) -> anyhow::Result<Floor> {
    let any: IpAddr = if options.address.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
    let receivers = options.ports.iter().map(|port| Receiver::new(SocketAddr::new(options.address, *port)));
    let mut receivers = receivers.collect::<anyhow::Result<Vec<_>>>()?;
    let send_offload = state.max_gso_segments();
    let picture = vec![0x5a; PACKET];
    let sound = vec![0x5a; SOUND];
    let mut out = Vec::with_capacity(PER_PICTURE * (PACKET + TAG));
    let mut packets = 0;
    let mut burst = |clear: &[u8], count: usize| {
        for receiver in &mut receivers {
            out.clear();
            for _ in 0..count {
                receiver.seal(clear, &mut out)?;
            }
            for part in out.chunks((clear.len() + TAG) * count.min(send_offload)) {
                let segment_size = (part.len() > clear.len() + TAG).then_some(clear.len() + TAG);
                let transmit =
                    Transmit { destination: receiver.to, ecn: None, contents: part, segment_size, src_ip: None };
                // A full socket loses it.
                let _ = state.try_send(UdpSockRef::from(&socket), &transmit);
            }
            packets += count as u64;
        }
        Ok::<_, anyhow::Error>(())
    };
    let before = Cpu::of(std::process::id())?;
    let began = clock::now().at;
    let (mut pictures, mut sounds) = (0, 0);
    let at = |every: Duration, number: u32| began + every * number;
    while at(PICTURE, pictures) < began + Duration::from_secs(options.seconds) {
        wait_until(at(PICTURE, pictures).min(at(SOUND_EVERY, if options.sound { sounds } else { u32::MAX / 2 })));
        let now = clock::now().at;
        if options.sound && at(SOUND_EVERY, sounds) <= now {
            sounds += 1;
            burst(&sound, 1)?;
        }
        if at(PICTURE, pictures) <= now {
            pictures += 1;
            burst(&picture, PER_PICTURE)?;
        }
    }
    let cpu = Cpu::of(std::process::id())?.since(before);
    let per_packet = |us: u64| us as f64 / packets.max(1) as f64;
    Ok(Floor {
        receivers: receivers.len(),
        sound: options.sound,
        seconds: clock::now().at.duration_since(began).as_secs_f64(),
        packets,
        received: 0,
        cpu_us_per_packet: per_packet(cpu.total_us()),
        user_us_per_packet: per_packet(cpu.user_us),
        system_us_per_packet: per_packet(cpu.system_us),
        send_offload,
    })
}

fn wait_until(at: Instant) {
    std::thread::sleep(at.saturating_duration_since(clock::now().at));
}
