//! The thread of a shard: waits, receives, sends, and never waits for anyone else.
#![expect(clippy::disallowed_methods, reason = "the driver is where the clock is read")]

use super::gauge::{Gauge, Meter};
use super::links::{Inlet, Link, Links};
use super::socket::MediaSocket;
use super::tap::{Prepared, Running, TapConfig, TapLink};
use super::tcp::{AcceptedTcp, TcpMedia};
use super::{Command, Shard, ShardConfig, SpawnError};
use crate::ids::{PeerId, ShardNumber};
use crate::sfu::{Sfu, SfuConfig, SfuEvent};
use crate::transport::{DropCounts, Via};
use mio::{Events, Interest, Poll, Token, Waker};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

const SOCKET: Token = Token(0);
const WAKER: Token = Token(1);
/// Batches received before commands and timers get their turn again.
const BATCHES: usize = 8;
/// Commands carried out before packets get their turn again: an opened peer costs about 0.2 ms.
const COMMANDS: usize = 32;
/// Messages of other shards handled before the socket gets its turn again.
const CROSSINGS: usize = 16;
/// Packets of theirs handled before the receivers' boxes are sent: enough for runs, few enough for small boxes.
const CROSSED: usize = 64;
/// TCP connections that may wait to be taken over; each costs a check of one signature.
const NEWCOMERS: usize = 256;
/// The thread looks around this often even when nothing happens, to see that all handles are gone.
const IDLE: Duration = Duration::from_secs(1);

/// Opens all sockets, joins the shards to each other, and starts the threads.
pub(super) fn spawn(configs: Vec<ShardConfig>, tap: Option<TapConfig>) -> Result<Spawned, SpawnError> {
    let mut ready = configs.into_iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
    let links: Arc<[Link]> = ready.iter().map(|shard| shard.link.clone()).collect();
    let numbers = (0..ready.len()).map_while(ShardNumber::new);
    let tap = tap.map(|config| (config, Prepared::new()));
    let link = tap.as_ref().map(|(_, prepared)| prepared.link());
    let started = numbers.zip(ready.drain(..)).map(|(number, shard)| start(number, shard, links.clone(), link.clone()));
    let shards = started.collect::<Result<Vec<_>, _>>()?;
    let tap = match tap {
        Some((config, prepared)) => Some(prepared.start(config, links).map_err(SpawnError::Thread)?),
        None => None,
    };
    Ok(Spawned { shards, tap })
}

/// Shards with their events, and the tap if there is one.
pub(super) struct Spawned {
    pub(super) shards: Vec<(Shard, mpsc::Receiver<SfuEvent>)>,
    pub(super) tap: Option<Running>,
}

/// A shard before its thread starts.
struct Ready {
    config: ShardConfig,
    socket: MediaSocket,
    poll: Poll,
    waker: Arc<Waker>,
    link: Link,
    inlet: Inlet,
    sfu: Sfu,
}

fn prepare(config: ShardConfig) -> Result<Ready, SpawnError> {
    let socket_error = |error| SpawnError::Socket(config.bind, error);
    let mut socket = MediaSocket::bind(config.bind).map_err(socket_error)?;
    let poll = Poll::new().map_err(socket_error)?;
    poll.registry().register(&mut socket.io, SOCKET, Interest::READABLE | Interest::WRITABLE).map_err(socket_error)?;
    let waker = Arc::new(Waker::new(poll.registry(), WAKER).map_err(socket_error)?);
    let sfu = new_sfu(&config, socket.local_addr().port())?;
    let (link, inlet) = Inlet::new(waker.clone());
    Ok(Ready { config, socket, poll, waker, link, inlet, sfu })
}

fn start(
    number: ShardNumber,
    ready: Ready,
    others: Arc<[Link]>,
    tap: Option<TapLink>,
) -> Result<(Shard, mpsc::Receiver<SfuEvent>), SpawnError> {
    let Ready { config, socket, poll, waker, inlet, sfu, .. } = ready;
    let (local_addr, links, gauge) = (socket.local_addr(), inlet.join(number, others, tap), Arc::new(Gauge::default()));
    let (commands, inbox) = sync_channel(config.command_capacity);
    let (newcomers, arriving) = sync_channel(NEWCOMERS);
    let stopping = Arc::new(AtomicBool::new(false));
    let (events, receiver) = mpsc::channel(config.event_capacity);
    let (stop, meter, tcp) = (stopping.clone(), Meter::new(gauge.clone()), TcpMedia::new());
    let worker =
        Worker { poll, socket, tcp, sfu, inbox, arriving, links, events, readable: true, stopping: stop, meter };
    let thread = std::thread::Builder::new()
        .name(format!("media-{}", number.index()))
        .spawn(move || worker.run())
        .map_err(SpawnError::Thread)?;
    let thread = Arc::new(Mutex::new(Some(thread)));
    Ok((Shard { commands, newcomers, stopping, waker, local_addr, gauge, thread }, receiver))
}

fn new_sfu(config: &ShardConfig, port: u16) -> Result<Sfu, SpawnError> {
    let mut seed = [0; 8];
    config.identity.fill_random(&mut seed).map_err(|_| SpawnError::Randomness)?;
    Ok(Sfu::new(SfuConfig {
        identity: config.identity.clone(),
        candidates: config.advertise.iter().map(|ip| SocketAddr::new(*ip, port)).collect(),
        seed: u64::from_ne_bytes(seed),
        started: Instant::now(),
        started_unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
    }))
}

struct Worker {
    poll: Poll,
    socket: MediaSocket,
    tcp: TcpMedia,
    sfu: Sfu,
    inbox: Receiver<Command>,
    links: Links,
    arriving: Receiver<AcceptedTcp>,
    events: mpsc::Sender<SfuEvent>,
    /// There may be more to read: mio tells only of changes.
    readable: bool,
    stopping: Arc<AtomicBool>,
    meter: Meter,
}

impl Worker {
    fn run(mut self) {
        let mut woken = Events::with_capacity(128);
        let mut more_waits = false;
        while !self.stopping.load(Ordering::Acquire) {
            let wait =
                if self.readable || self.tcp.has_more() || more_waits { Duration::ZERO } else { self.idle_time() };
            if let Err(error) = self.poll.poll(&mut woken, Some(wait))
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the media thread cannot wait for its socket");
                break;
            }
            for event in &woken {
                if event.token() == SOCKET {
                    self.readable |= event.is_readable();
                }
                self.tcp.handle_event(event);
            }
            self.socket.flush_backlog();
            let now = Instant::now();
            more_waits = self.carry_out_commands(now) | self.take_crossings(now);
            while let Ok(accepted) = self.arriving.try_recv() {
                self.tcp.adopt(self.poll.registry(), &mut self.sfu, now, accepted);
            }
            self.receive(now);
            self.tcp.receive(&mut self.sfu, now);
            if self.sfu.poll_timeout().is_some_and(|due| now >= due) {
                self.sfu.handle_timeout(now);
            }
            self.transmit(now);
            self.forward_events();
            self.meter.read(now, || self.sfu.peers() as u32);
        }
        self.say_goodbye();
    }

    fn idle_time(&self) -> Duration {
        let due = self.sfu.poll_timeout().map(|due| due.saturating_duration_since(Instant::now()));
        due.unwrap_or(IDLE).min(IDLE)
    }

    /// Gives true when more wait.
    fn carry_out_commands(&mut self, now: Instant) -> bool {
        for _ in 0..COMMANDS {
            match self.inbox.try_recv() {
                Ok(command) => command(&mut self.sfu, now),
                Err(TryRecvError::Empty) => return false,
                Err(TryRecvError::Disconnected) => {
                    self.stopping.store(true, Ordering::Release);
                    return false;
                }
            }
        }
        true
    }

    /// Gives true when more wait.
    fn take_crossings(&mut self, now: Instant) -> bool {
        self.links.quiet();
        let mut packets = 0;
        for _ in 0..CROSSINGS {
            let Some((from, crossing)) = self.links.next() else { return false };
            self.sfu.handle_crossing(now, from, &crossing);
            packets += crossing.packets();
            if packets >= CROSSED || self.sfu.has_enough() {
                packets = 0;
                self.transmit(now);
            }
        }
        true
    }

    fn receive(&mut self, now: Instant) {
        for _ in 0..BATCHES {
            if !self.readable {
                return;
            }
            match self.socket.receive() {
                Ok(more) => self.readable = more,
                Err(error) => {
                    tracing::warn!(%error, "the media socket cannot receive");
                    self.readable = false;
                }
            }
            while let Some((path, datagram)) = self.socket.next_datagram() {
                self.sfu.handle_datagram(now, path, datagram);
                if self.sfu.has_enough() {
                    self.transmit(now);
                }
            }
            self.transmit(now);
        }
    }

    fn transmit(&mut self, now: Instant) {
        // First, so that the other shards work at the same time.
        self.links.send_from(&mut self.sfu);
        let mut refused = DropCounts::default();
        while let Some(transmits) = self.sfu.poll_transmits(now) {
            for transmit in transmits.clone() {
                if let Via::Tcp(number) = transmit.via {
                    refused.count_many(TcpMedia::REFUSED, self.tcp.send(number, &transmit));
                }
            }
            self.socket.send(transmits.filter(|transmit| transmit.via == Via::Udp), &mut refused);
        }
        self.tcp.flush(&mut self.sfu);
        self.sfu.count_drops(&refused);
    }

    /// Events that the channel does not take stay in the Sfu until the next round.
    fn forward_events(&mut self) {
        while let Ok(permit) = self.events.try_reserve() {
            match self.sfu.poll_event() {
                Some(event) => permit.send(event),
                None => return,
            }
        }
        if matches!(self.events.try_reserve(), Err(TrySendError::Closed(()))) {
            // Nobody will ever listen; do not pile up.
            while self.sfu.poll_event().is_some() {}
        }
    }

    fn say_goodbye(&mut self) {
        let now = Instant::now();
        let peers: Vec<PeerId> = self.sfu.all_stats().into_iter().map(|(peer, _)| peer).collect();
        peers.into_iter().for_each(|peer| self.sfu.close(now, peer));
        self.transmit(now);
        self.forward_events();
    }
}
