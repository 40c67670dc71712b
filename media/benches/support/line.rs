//! A client on a real socket, and the thread that empties the sockets of all viewers.

use crate::client::{ClientConfig, TestClient};
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use quinn_udp::{RecvMeta, UdpSockRef, UdpSocketState};
use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) struct Line {
    pub(crate) client: TestClient,
    socket: UdpSocket,
    state: UdpSocketState,
    /// Known once the offer is answered.
    pub(crate) server: SocketAddr,
}

impl Line {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let state = UdpSocketState::new(UdpSockRef::from(&socket)).unwrap();
        state.set_recv_buffer_size(UdpSockRef::from(&socket), 2 << 20).unwrap();
        let client = TestClient::new(ClientConfig::new(socket.local_addr().unwrap().port()));
        Self { client, socket, state, server: SocketAddr::from((Ipv4Addr::LOCALHOST, 9)) }
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub(crate) fn connect(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.client.is_connected() {
            assert!(Instant::now() < deadline, "no connection");
            self.client.handle_timeout(Instant::now());
            self.work();
            std::thread::sleep(Duration::from_micros(300));
        }
        self.work();
    }

    /// Sends what waits and hears what came.
    pub(crate) fn work(&mut self) {
        let mut buffer = [0; 2048];
        while let Ok((len, _)) = self.socket.recv_from(&mut buffer) {
            self.client.handle(Instant::now(), &buffer[..len]);
        }
        while let Some(datagram) = self.client.poll_transmit() {
            self.socket.send_to(&datagram, self.server).unwrap();
        }
    }

    fn drain(&self, buffer: &mut [u8], counters: &Counters) {
        let mut metas = [RecvMeta::default()];
        while let Ok(1) = self.state.recv(UdpSockRef::from(&self.socket), &mut [IoSliceMut::new(buffer)], &mut metas) {
            let datagrams = metas[0].len.div_ceil(metas[0].stride.max(1)) as u64;
            counters.datagrams.fetch_add(datagrams, Ordering::Relaxed);
            counters.runs.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[derive(Default)]
struct Counters {
    datagrams: AtomicU64,
    runs: AtomicU64,
    stop: AtomicBool,
}

pub(crate) struct Counted {
    pub(crate) datagrams: u64,
    pub(crate) runs: u64,
}

pub(crate) struct Drain {
    counters: Arc<Counters>,
    thread: JoinHandle<()>,
}

impl Drain {
    pub(crate) fn start(mut lines: Vec<Line>) -> Self {
        let mut poll = Poll::new().unwrap();
        for (number, line) in lines.iter_mut().enumerate() {
            poll.registry().register(&mut line.socket, Token(number), Interest::READABLE).unwrap();
        }
        let counters = Arc::new(Counters::default());
        let shared = counters.clone();
        let thread = std::thread::spawn(move || {
            let mut woken = Events::with_capacity(64);
            let mut buffer = vec![0; 64 << 10];
            // What came before the sockets were watched.
            lines.iter().for_each(|line| line.drain(&mut buffer, &shared));
            while !shared.stop.load(Ordering::Relaxed) {
                poll.poll(&mut woken, Some(Duration::from_millis(100))).unwrap();
                woken.iter().for_each(|event| lines[event.token().0].drain(&mut buffer, &shared));
            }
        });
        Self { counters, thread }
    }

    pub(crate) fn counted(&self) -> Counted {
        let Counters { datagrams, runs, .. } = &*self.counters;
        Counted { datagrams: datagrams.load(Ordering::Relaxed), runs: runs.load(Ordering::Relaxed) }
    }

    pub(crate) fn stop(self) {
        self.counters.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}
