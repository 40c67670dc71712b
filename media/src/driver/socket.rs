//! The shard's UDP socket: batches in, segmentation offload out, answers from the address that was asked.

use super::several::Several;
use crate::sfu::Transmit;
use crate::transport::{DropCounts, DropReason, Path, Via};
use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
#[cfg(target_os = "linux")]
use std::os::fd::AsFd as _;

/// A keyframe for 200 viewers is about 6 MB in one go, and 10 ms of a full classroom's uplink 1 MB. The system may give
/// less (net.core.wmem_max); what does not fit waits in [`MediaSocket::backlog`].
const SOCKET_BUFFER: usize = 8 * 1024 * 1024;
/// The largest datagram train that the kernel coalesces (GRO).
const RECEIVE_BUFFER: usize = 64 * 1024;
/// Bytes that may wait for a socket that cannot take more: a second of a full gigabit line would be stale anyway.
const MAX_BACKLOG: usize = 16 * 1024 * 1024;

pub(super) struct MediaSocket {
    pub(super) io: UdpSocket,
    state: UdpSocketState,
    local_addr: SocketAddr,
    buffers: [Vec<u8>; BATCH_SIZE],
    metas: [RecvMeta; BATCH_SIZE],
    /// Buffers of the last batch that were filled, and where the next datagram begins: buffer and byte.
    received: usize,
    next: (usize, usize),
    backlog: VecDeque<Waiting>,
    backlog_bytes: usize,
}

struct Waiting {
    destination: SocketAddr,
    source: Option<IpAddr>,
    bytes: Vec<u8>,
    segment_size: Option<usize>,
}

impl MediaSocket {
    pub(super) fn bind(addr: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(addr), Type::DGRAM, Some(Protocol::UDP))?;
        if addr.is_ipv6() {
            socket.set_only_v6(false)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        let io = UdpSocket::from_std(socket.into());
        let state = UdpSocketState::new(UdpSockRef::from(&io))?;
        for set in [UdpSocketState::set_send_buffer_size, UdpSocketState::set_recv_buffer_size] {
            if let Err(error) = set(&state, UdpSockRef::from(&io), SOCKET_BUFFER) {
                tracing::warn!(%error, "the media socket keeps its small buffers");
            }
        }
        let local_addr = io.local_addr()?;
        let buffers = std::array::from_fn(|_| vec![0; RECEIVE_BUFFER]);
        Ok(Self {
            io,
            state,
            local_addr,
            buffers,
            metas: [RecvMeta::default(); BATCH_SIZE],
            received: 0,
            next: (0, 0),
            backlog: VecDeque::new(),
            backlog_bytes: 0,
        })
    }

    pub(super) fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Receives one batch, to be fetched by [`Self::next_datagram`]. Gives false when there was nothing.
    pub(super) fn receive(&mut self) -> io::Result<bool> {
        (self.received, self.next) = (0, (0, 0));
        let mut slices = self.buffers.each_mut().map(|buffer| IoSliceMut::new(buffer));
        match self.state.recv(UdpSockRef::from(&self.io), &mut slices, &mut self.metas) {
            Ok(count) => self.received = count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            // An ICMP error of an earlier send says nothing about this socket.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset) => {
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// The next datagram of the batch.
    pub(super) fn next_datagram(&mut self) -> Option<(Path, &mut [u8])> {
        let (train, at) = &mut self.next;
        while *train < self.received && *at >= self.metas[*train].len {
            (*train, *at) = (*train + 1, 0);
        }
        let meta = self.metas[..self.received].get(*train)?;
        let (remote, local) = (canonical(meta.addr), meta.dst_ip.map(|ip| ip.to_canonical()));
        let start = std::mem::replace(at, meta.len.min(*at + meta.stride.max(1)));
        Some((Path { remote, local, via: Via::Udp }, &mut self.buffers[*train][start..*at]))
    }

    /// Sends as many in one system call as it takes. What the socket cannot take now is kept for later; what it will not take
    /// is counted.
    pub(super) fn send<'a>(&mut self, transmits: impl Iterator<Item = Transmit<'a>>, refused: &mut DropCounts) {
        let mut several = Several::default();
        for transmit in transmits {
            several.push(transmit);
            if several.is_full() {
                self.send_several(&several, refused);
                several.clear();
            }
        }
        self.send_several(&several, refused);
    }

    fn send_several(&mut self, several: &Several<'_>, refused: &mut DropCounts) {
        let mut rest = several.as_slice();
        while let Some((first, others)) = rest.split_first() {
            if !self.backlog.is_empty() {
                self.keep(first, refused);
                rest = others;
                continue;
            }
            // One by one where several are not possible, or something is wrong with the first.
            let sent = match self.try_send_several(rest) {
                Ok(sent) => Ok(sent),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
                Err(_) => self.try_send(first).map(|()| 1),
            };
            match sent {
                Ok(sent) => rest = &rest[sent..],
                Err(error) => {
                    if error.kind() == io::ErrorKind::WouldBlock {
                        self.keep(first, refused);
                    } else {
                        refused.count_many(DropReason::SendFailed, first.datagrams().count() as u64);
                    }
                    rest = others;
                }
            }
        }
    }

    fn keep(&mut self, transmit: &Transmit<'_>, refused: &mut DropCounts) {
        if self.backlog_bytes + transmit.bytes.len() > MAX_BACKLOG {
            refused.count_many(DropReason::SendBacklog, transmit.datagrams().count() as u64);
            return;
        }
        self.backlog_bytes += transmit.bytes.len();
        let Transmit { destination, source, bytes, segment_size, .. } = *transmit;
        self.backlog.push_back(Waiting { destination, source, bytes: bytes.to_vec(), segment_size });
    }

    /// Sends what waits, as far as the socket takes it.
    pub(super) fn flush_backlog(&mut self) {
        while let Some(waiting) = self.backlog.pop_front() {
            let Waiting { destination, source, ref bytes, segment_size } = waiting;
            match self.try_send(&Transmit { destination, source, via: Via::Udp, bytes, segment_size }) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return self.backlog.push_front(waiting),
                _ => self.backlog_bytes -= waiting.bytes.len(),
            }
        }
    }

    /// Gives how many of the first were sent; at least one.
    #[cfg(target_os = "linux")]
    fn try_send_several(&self, transmits: &[Transmit<'_>]) -> io::Result<usize> {
        if self.state.max_gso_segments() < 2 {
            return Err(io::ErrorKind::Unsupported.into());
        }
        super::several::send(self.io.as_fd(), self.local_addr.is_ipv6(), transmits)
    }

    #[cfg(not(target_os = "linux"))]
    fn try_send_several(&self, _transmits: &[Transmit<'_>]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        if transmit.segment_size.is_some() && self.state.max_gso_segments() < 2 {
            return transmit.datagrams().try_for_each(|datagram| self.send_one(transmit, datagram, None));
        }
        match self.send_one(transmit, transmit.bytes, transmit.segment_size) {
            // A path without offload is found out by its first error; after that everything goes one by one.
            Err(error) if transmit.segment_size.is_some() && error.kind() != io::ErrorKind::WouldBlock => {
                transmit.datagrams().try_for_each(|datagram| self.send_one(transmit, datagram, None))
            }
            result => result,
        }
    }

    fn send_one(&self, transmit: &Transmit<'_>, contents: &[u8], segment_size: Option<usize>) -> io::Result<()> {
        let (destination, src_ip) = in_family(self.local_addr.is_ipv6(), transmit);
        let outgoing = quinn_udp::Transmit { destination, ecn: None, contents, segment_size, src_ip };
        self.state.try_send(UdpSockRef::from(&self.io), &outgoing)
    }
}

/// Where a transmit goes to and comes from, as a socket of both kinds has to be told: it knows IPv4 addresses as mapped ones.
pub(super) fn in_family(is_ipv6: bool, transmit: &Transmit<'_>) -> (SocketAddr, Option<IpAddr>) {
    let destination = match transmit.destination {
        SocketAddr::V4(v4) if is_ipv6 => SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port()),
        other => other,
    };
    let source = match transmit.source {
        Some(IpAddr::V4(v4)) if is_ipv6 => Some(IpAddr::V6(v4.to_ipv6_mapped())),
        other => other,
    };
    (destination, source)
}

/// An IPv4 client on a socket of both kinds is an IPv4 client.
pub(super) fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}
