//! The thread of all light publishers: a frame leaves when it is due, its packets back to back in one send.

use super::meters::Meters;
use super::peer::LightPeer;
use super::uplink::Uploaded;
use crate::clock::{self, Moment};
use crate::source::{Frame, Source, Synthetic};
use anyhow::Context as _;
use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Feedback waits this long at most.
const TICK: Duration = Duration::from_millis(5);
/// What a picture takes to come again; publishers share it out among them, so that they do not all send at once.
const PICTURE: Duration = Duration::from_micros(33_333);

/// What all publishers did together, and how far each one's stamps got.
#[derive(Debug, Clone, Default)]
pub(crate) struct Published {
    pub(crate) uploaded: Uploaded,
    /// Pictures' packets and sounds of each publisher.
    pub(crate) stamped: Vec<(u32, u32)>,
    pub(crate) failure: Option<String>,
}

pub(crate) struct Publishers {
    shared: Arc<Shared>,
    count: usize,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    connected: AtomicUsize,
    speak: AtomicBool,
    stop: AtomicBool,
    published: Mutex<Published>,
}

impl Publishers {
    /// The peers have their answers already. They are silent until they are told to speak.
    pub(crate) fn start(peers: Vec<(LightPeer, UdpSocket)>, bits_per_second: u64) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared::default());
        let count = peers.len();
        let mut members = Vec::with_capacity(count);
        for (number, (peer, socket)) in peers.into_iter().enumerate() {
            socket.set_nonblocking(true)?;
            let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
            let source = Synthetic::new(number as u16, bits_per_second)?;
            let phase = PICTURE * number as u32 / count.max(1) as u32;
            members.push(Member { peer, socket, state, source, phase, began: None, counted: false });
        }
        let driver = Driver { members, shared: shared.clone(), meters: Meters::default(), frames: Vec::new() };
        let thread = std::thread::Builder::new().name("publishers".to_owned()).spawn(move || driver.run())?;
        Ok(Self { shared, count, thread: Some(thread) })
    }

    pub(crate) async fn connected(&self, within: Duration) -> anyhow::Result<()> {
        let reached = async {
            while self.shared.connected.load(Ordering::Relaxed) < self.count {
                tokio::time::sleep(TICK).await;
            }
        };
        let failure = || self.published().failure.unwrap_or_else(|| "no media connection in time".to_owned());
        tokio::time::timeout(within, reached).await.ok().with_context(failure)
    }

    /// Begin to send, or send nothing new: connected in any case, and answering NACKs.
    pub(crate) fn speak(&self, on: bool) {
        self.shared.speak.store(on, Ordering::Relaxed);
    }

    pub(crate) fn published(&self) -> Published {
        self.shared.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says goodbye. Blocks for a few milliseconds.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.shared.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().map_err(|_| anyhow::anyhow!("the publishers' thread panicked"))
    }
}

impl Drop for Publishers {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

struct Member {
    peer: LightPeer,
    socket: UdpSocket,
    state: UdpSocketState,
    source: Synthetic,
    phase: Duration,
    began: Option<Moment>,
    counted: bool,
}

struct Driver {
    members: Vec<Member>,
    shared: Arc<Shared>,
    meters: Meters,
    frames: Vec<Frame>,
}

impl Driver {
    fn run(mut self) {
        let mut next_tick = clock::now().at;
        while !self.shared.stop.load(Ordering::Relaxed) {
            let now = clock::now();
            if self.shared.speak.load(Ordering::Relaxed) {
                self.members.iter_mut().for_each(|member| member.produce(now, &mut self.frames));
            }
            if now.at >= next_tick {
                next_tick = now.at + TICK;
                self.tick(now);
            }
            let due = self.due(next_tick);
            std::thread::sleep(due.saturating_duration_since(clock::now().at));
        }
        let now = clock::now().at;
        for member in &mut self.members {
            member.peer.close(now);
            member.transmit();
        }
    }

    fn due(&self, next_tick: Instant) -> Instant {
        if !self.shared.speak.load(Ordering::Relaxed) {
            return next_tick;
        }
        let frames = self.members.iter().filter_map(|member| Some(member.began?.at + member.source.due()));
        frames.min().map_or(next_tick, |due| due.min(next_tick))
    }

    fn tick(&mut self, now: Moment) {
        let mut published = Published::default();
        for member in &mut self.members {
            member.hear(&mut self.meters);
            member.tick(now);
            let uploaded = member.peer.uploaded();
            published.uploaded.packets += uploaded.packets;
            published.uploaded.retransmitted += uploaded.retransmitted;
            published.uploaded.key_frames_asked += uploaded.key_frames_asked;
            published.stamped.push(member.source.stamped());
            if published.failure.is_none() {
                published.failure = member.peer.failure().map(str::to_owned);
            }
            if member.peer.milestones.connected.is_some() && !std::mem::replace(&mut member.counted, true) {
                self.shared.connected.fetch_add(1, Ordering::Relaxed);
            }
        }
        *self.shared.published.lock().unwrap_or_else(PoisonError::into_inner) = published;
    }
}

impl Member {
    fn produce(&mut self, now: Moment, frames: &mut Vec<Frame>) {
        let began = *self.began.get_or_insert(now + self.phase);
        let Some(elapsed) = now.at.checked_duration_since(began.at) else { return };
        if self.source.due() > elapsed {
            return;
        }
        // Only a codec can fail, and stamped packets need none.
        let _ = self.source.produce(elapsed, now, frames);
        frames.drain(..).for_each(|frame| self.peer.send(&frame));
        self.transmit();
    }

    fn hear(&mut self, meters: &mut Meters) {
        let mut buffer = [0; 2048];
        while let Ok((len, from)) = self.socket.recv_from(&mut buffer) {
            self.peer.handle_datagram(clock::now(), from, &mut buffer[..len], meters);
        }
        if self.peer.take_key_frame_wanted() {
            self.source.want_key_frame(0);
        }
    }

    fn tick(&mut self, now: Moment) {
        self.peer.handle_timeout(now.at);
        if let Some(began) = self.began {
            // A report that cannot be sealed is not sent.
            let _ = self.peer.report_sent(now, now.at.saturating_duration_since(began.at));
        }
        self.transmit();
    }

    fn transmit(&mut self) {
        while let Some(datagrams) = self.peer.poll_transmit() {
            let transmit = Transmit {
                destination: datagrams.to,
                ecn: None,
                contents: &datagrams.bytes,
                segment_size: (datagrams.segment < datagrams.bytes.len()).then_some(datagrams.segment),
                src_ip: None,
            };
            // What a full socket does not take is lost, as on a network.
            let _ = self.state.try_send(UdpSockRef::from(&self.socket), &transmit);
        }
    }
}
