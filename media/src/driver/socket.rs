//! The shard's UDP socket: batches in, segmentation offload out, answers from the address that was asked.

use crate::sfu::Transmit;
use crate::transport::{DropReason, Path, Via};
use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};

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
        Ok(Self { io, state, local_addr, buffers, backlog: VecDeque::new(), backlog_bytes: 0 })
    }

    pub(super) fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Receives one batch and hands out its datagrams. Gives false when there was nothing.
    pub(super) fn receive(&mut self, mut each: impl FnMut(Path, &mut [u8])) -> io::Result<bool> {
        let mut metas = [RecvMeta::default(); BATCH_SIZE];
        let count = {
            let mut slices = self.buffers.each_mut().map(|buffer| IoSliceMut::new(buffer));
            match self.state.recv(UdpSockRef::from(&self.io), &mut slices, &mut metas) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                // An ICMP error of an earlier send says nothing about this socket.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset) =>
                {
                    return Ok(true);
                }
                Err(error) => return Err(error),
            }
        };
        for (meta, buffer) in metas.iter().zip(&mut self.buffers).take(count) {
            let (remote, local) = (canonical(meta.addr), meta.dst_ip.map(|ip| ip.to_canonical()));
            let path = Path { remote, local, via: Via::Udp };
            let train = &mut buffer[..meta.len];
            train.chunks_mut(meta.stride.max(1)).for_each(|datagram| each(path, datagram));
        }
        Ok(true)
    }

    /// Sends, or keeps for when the socket can take more.
    pub(super) fn send(&mut self, transmit: &Transmit<'_>) -> Result<(), DropReason> {
        if self.backlog.is_empty() {
            match self.try_send(transmit) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result.map_err(|_| DropReason::SendFailed),
            }
        }
        if self.backlog_bytes + transmit.bytes.len() > MAX_BACKLOG {
            return Err(DropReason::SendBacklog);
        }
        self.backlog_bytes += transmit.bytes.len();
        let Transmit { destination, source, bytes, segment_size, .. } = *transmit;
        self.backlog.push_back(Waiting { destination, source, bytes: bytes.to_vec(), segment_size });
        Ok(())
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
        let destination = match transmit.destination {
            SocketAddr::V4(v4) if self.local_addr.is_ipv6() => {
                SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
            }
            other => other,
        };
        let src_ip = match transmit.source {
            Some(IpAddr::V4(v4)) if self.local_addr.is_ipv6() => Some(IpAddr::V6(v4.to_ipv6_mapped())),
            other => other,
        };
        let outgoing = quinn_udp::Transmit { destination, ecn: None, contents, segment_size, src_ip };
        self.state.try_send(UdpSockRef::from(&self.io), &outgoing)
    }
}

/// An IPv4 client on a socket of both kinds is an IPv4 client.
pub(super) fn canonical(addr: SocketAddr) -> SocketAddr {
    SocketAddr::new(addr.ip().to_canonical(), addr.port())
}
