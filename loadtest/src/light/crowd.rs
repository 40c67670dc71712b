//! Many light viewers on few threads: one socket each, because a server tells peers apart by their address.

use super::meters::{Meters, Milestones};
use super::peer::LightPeer;
use crate::clock::{self, Moment};
use crate::process::dropped_by_sockets;
use crate::sdp::Kind;
use anyhow::Context as _;
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use quinn_udp::{RecvMeta, UdpSockRef, UdpSocketState};
use std::collections::HashMap;
use std::io::{ErrorKind, IoSliceMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(10);
const WAKER: Token = Token(usize::MAX);
/// One receive call takes up to this many buffers; with receive offload each holds a whole run of packets.
const BUFFERS: usize = 4;
const BUFFER_LEN: usize = 1 << 16;
/// Asked for; the kernel gives what its limit allows. A thread that waits for a core must not cost packets.
const SOCKET_BUFFER: usize = 4 << 20;

/// Threads with viewers in them.
pub(crate) struct Crowd {
    shards: Vec<Shard>,
    progress: Arc<Progress>,
    next: Mutex<usize>,
}

struct Shard {
    commands: Sender<Command>,
    waker: Arc<Waker>,
    thread: JoinHandle<anyhow::Result<CrowdReport>>,
}

/// Seen while it runs.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) connected: AtomicU64,
    pub(crate) watching: AtomicU64,
    pub(crate) packets: AtomicU64,
}

/// What a viewer has to tell at the end.
#[derive(Debug)]
pub(crate) struct ViewerResult {
    pub(crate) milestones: Milestones,
    pub(crate) failure: Option<String>,
    pub(crate) streams: Vec<StreamResult>,
    pub(crate) seen: Vec<SeenResult>,
}

#[derive(Debug)]
pub(crate) struct StreamResult {
    pub(crate) kind: Kind,
    pub(crate) expected: u64,
    pub(crate) received: u64,
    pub(crate) repeated: u64,
}

/// By the stamps of one publisher.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenResult {
    pub(crate) publisher: u16,
    pub(crate) kind: Kind,
    pub(crate) expected: u64,
    pub(crate) received: u64,
    /// The lowest bits of the counter that would have come next.
    pub(crate) next: u16,
}

#[derive(Debug, Default)]
pub(crate) struct CrowdReport {
    pub(crate) viewers: Vec<ViewerResult>,
    pub(crate) meters: Meters,
    /// What the viewers' own sockets were too full to take.
    pub(crate) dropped_here: u64,
}

enum Command {
    Add(Box<LightPeer>, std::net::UdpSocket),
    Measure(bool),
    Finish,
}

impl Crowd {
    pub(crate) fn start(threads: usize) -> anyhow::Result<Self> {
        let progress = Arc::new(Progress::default());
        let shards = (0..threads.max(1)).map(|_| Shard::start(progress.clone())).collect::<anyhow::Result<_>>()?;
        Ok(Self { shards, progress, next: Mutex::new(0) })
    }

    /// The peer has its answer already.
    pub(crate) fn add(&self, peer: LightPeer, socket: std::net::UdpSocket) {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *next = (*next + 1) % self.shards.len();
        self.shards[*next].command(Command::Add(Box::new(peer), socket));
    }

    pub(crate) fn measure(&self, on: bool) {
        self.shards.iter().for_each(|shard| shard.command(Command::Measure(on)));
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Says goodbye to the server and collects. Blocks for a moment.
    pub(crate) fn finish(self) -> anyhow::Result<CrowdReport> {
        self.shards.iter().for_each(|shard| shard.command(Command::Finish));
        let mut all = CrowdReport::default();
        for shard in self.shards {
            let report = shard.thread.join().map_err(|_| anyhow::anyhow!("a viewer thread panicked"))??;
            all.viewers.extend(report.viewers);
            all.meters.packets += report.meters.packets;
            all.meters.bytes += report.meters.bytes;
            all.meters.retransmitted += report.meters.retransmitted;
            all.meters.probes += report.meters.probes;
            all.meters.refused += report.meters.refused;
            all.meters.latency.merge(&report.meters.latency);
            all.dropped_here += report.dropped_here;
        }
        Ok(all)
    }
}

impl Shard {
    fn start(progress: Arc<Progress>) -> anyhow::Result<Self> {
        let poll = Poll::new().context("opening epoll")?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let (commands, inbox) = channel();
        let state = State { poll, inbox, progress, members: HashMap::new(), meters: Meters::default(), next_token: 0 };
        let thread = std::thread::Builder::new().name("viewers".to_owned()).spawn(move || state.run())?;
        Ok(Self { commands, waker, thread })
    }

    fn command(&self, command: Command) {
        // A thread that is gone reports why when it is joined.
        if self.commands.send(command).is_ok() {
            let _ = self.waker.wake();
        }
    }
}

struct Member {
    peer: LightPeer,
    socket: UdpSocket,
    state: UdpSocketState,
    counted_connected: bool,
    counted_watching: bool,
}

struct State {
    poll: Poll,
    inbox: Receiver<Command>,
    progress: Arc<Progress>,
    members: HashMap<Token, Member>,
    meters: Meters,
    next_token: usize,
}

impl State {
    fn run(mut self) -> anyhow::Result<CrowdReport> {
        let mut events = Events::with_capacity(256);
        let mut buffers = vec![vec![0u8; BUFFER_LEN]; BUFFERS];
        let mut next_tick = clock::now().at;
        loop {
            let wait = next_tick.saturating_duration_since(clock::now().at);
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => result.context("waiting for packets")?,
            }
            for event in &events {
                if let Some(member) = self.members.get_mut(&event.token()) {
                    member.receive(&mut buffers, &mut self.meters);
                }
            }
            if !self.commands()? {
                return Ok(self.end());
            }
            let now = clock::now().at;
            if now >= next_tick {
                next_tick = now + TICK;
                self.tick(now);
            }
        }
    }

    /// False when it is time to end.
    fn commands(&mut self) -> anyhow::Result<bool> {
        while let Ok(command) = self.inbox.try_recv() {
            match command {
                Command::Add(peer, socket) => self.add(*peer, socket)?,
                Command::Measure(on) => self.meters.measuring = on,
                Command::Finish => return Ok(false),
            }
        }
        Ok(true)
    }

    fn add(&mut self, peer: LightPeer, socket: std::net::UdpSocket) -> anyhow::Result<()> {
        socket.set_nonblocking(true)?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        state.set_recv_buffer_size(UdpSockRef::from(&socket), SOCKET_BUFFER)?;
        let mut socket = UdpSocket::from_std(socket);
        let token = Token(self.next_token);
        self.next_token += 1;
        self.poll.registry().register(&mut socket, token, Interest::READABLE)?;
        let mut member = Member { peer, socket, state, counted_connected: false, counted_watching: false };
        member.tick(clock::now().at);
        self.members.insert(token, member);
        Ok(())
    }

    fn tick(&mut self, now: Instant) {
        for member in self.members.values_mut() {
            member.tick(now);
            let milestones = member.peer.milestones;
            if milestones.connected.is_some() && !std::mem::replace(&mut member.counted_connected, true) {
                self.progress.connected.fetch_add(1, Ordering::Relaxed);
            }
            if milestones.first_media.is_some() && !std::mem::replace(&mut member.counted_watching, true) {
                self.progress.watching.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.progress.packets.store(self.meters.packets, Ordering::Relaxed);
    }

    fn end(mut self) -> CrowdReport {
        let now = clock::now().at;
        for member in self.members.values_mut() {
            member.peer.close(now);
            member.transmit();
        }
        let local = |member: &Member| member.socket.local_addr().map(|address| address.port()).ok();
        let ports: Vec<u16> = self.members.values().filter_map(local).collect();
        let dropped_here = dropped_by_sockets(&ports);
        let viewers = self.members.into_values().map(|member| ViewerResult::of(&member.peer)).collect();
        CrowdReport { viewers, meters: self.meters, dropped_here }
    }
}

impl Member {
    fn receive(&mut self, buffers: &mut [Vec<u8>], meters: &mut Meters) {
        let mut metas = [RecvMeta::default(); BUFFERS];
        loop {
            let mut slices: Vec<IoSliceMut<'_>> = buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
            let Ok(count) = self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut metas) else { break };
            let now = clock::now();
            for (buffer, meta) in buffers.iter_mut().zip(&metas[..count]) {
                let arrived = meta.timestamp.map_or(now, |at| arrival(now, at));
                for datagram in buffer[..meta.len].chunks_mut(meta.stride.max(1)) {
                    self.peer.handle_datagram(arrived, meta.addr, datagram, meters);
                }
            }
            if count < BUFFERS {
                break;
            }
        }
        self.transmit();
    }

    fn tick(&mut self, now: Instant) {
        self.peer.handle_timeout(now);
        self.transmit();
    }

    fn transmit(&mut self) {
        while let Some(datagrams) = self.peer.poll_transmit() {
            // A full socket loses the datagram, as a network would. A viewer sends no runs of several.
            let _ = self.socket.send_to(&datagrams.bytes, datagrams.to);
        }
    }
}

/// The kernel's time of arrival leaves out how long this thread took to wake up. A server that estimates the line would
/// take that for the line's delay.
fn arrival(now: Moment, kernel: Duration) -> Moment {
    let unix_us = (kernel.as_micros() as u64).min(now.unix_us);
    let ago = Duration::from_micros(now.unix_us - unix_us).min(Duration::from_secs(1));
    Moment { at: now.at.checked_sub(ago).unwrap_or(now.at), unix_us }
}

impl ViewerResult {
    fn of(peer: &LightPeer) -> Self {
        let streams = peer.streams.iter().map(|stream| StreamResult {
            kind: stream.kind,
            expected: stream.rtp.expected(),
            received: stream.rtp.received(),
            repeated: stream.rtp.repeated(),
        });
        let seen = peer.seen.iter().map(|seen| SeenResult {
            publisher: seen.publisher,
            kind: seen.kind,
            expected: seen.count.expected(),
            received: seen.count.received(),
            next: (seen.count.highest_extended() as u16).wrapping_add(1),
        });
        Self {
            milestones: peer.milestones,
            failure: peer.failure().map(str::to_owned),
            streams: streams.collect(),
            seen: seen.collect(),
        }
    }
}
