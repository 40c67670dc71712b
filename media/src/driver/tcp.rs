//! TCP connections that carry media: whole frames (RFC 4571) in and out, each treated like a datagram.
//!
//! A connection is handed over with its first frame. It stays only if that frame proves whose it is; what is no STUN, DTLS or
//! SRTP ends it at once. What a client does not take in time is dropped frame by frame, never in pieces.

pub(crate) mod framing;
#[cfg(test)]
mod tests;

use crate::sfu::{Sfu, Transmit};
use crate::transport::{DropReason, Path, Protocol, Via};
use framing::{Frames, Outbound};
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::io::{self, Read as _};
use std::time::Instant;

/// What the kernel may hold of one connection. More would only make old pictures wait: at 300 ms there and back this is
/// about 3 Mbit/s.
const SEND_BUFFER: usize = 128 * 1024;
/// Bytes read in one go.
const SCRATCH: usize = 64 * 1024;
/// Readings of one connection before another gets its turn.
const READINGS: usize = 4;
/// Tokens below are the driver's own.
const FIRST_TOKEN: usize = 1 << 16;

/// A connection that a listener accepted and whose first frame it has read; the bytes after that are still unread.
pub struct AcceptedTcp {
    pub stream: std::net::TcpStream,
    pub first_frame: Vec<u8>,
    /// Dropped when the connection ends: the listener's way to count.
    pub place: Box<dyn Any + Send>,
}

/// Every media connection of a shard.
pub(super) struct TcpMedia {
    connections: HashMap<u32, Connection>,
    last_number: u32,
    /// There may be more to read: mio tells only of changes.
    readable: VecDeque<u32>,
    /// Something was put into their buffers since the last flush.
    unflushed: Vec<u32>,
    scratch: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    path: Path,
    frames: Frames,
    outbound: Outbound,
    is_readable: bool,
    is_unflushed: bool,
    _place: Box<dyn Any + Send>,
}

/// The connection can't go on.
struct Over;

impl TcpMedia {
    pub(super) fn new() -> Self {
        Self {
            connections: HashMap::new(),
            last_number: 0,
            readable: VecDeque::new(),
            unflushed: Vec::new(),
            scratch: vec![0; SCRATCH],
        }
    }

    /// Takes a connection over, unless its first frame is no check of a peer of ours.
    pub(super) fn adopt(&mut self, registry: &Registry, sfu: &mut Sfu, now: Instant, accepted: AcceptedTcp) {
        self.last_number = self.last_number.wrapping_add(1);
        let number = self.last_number;
        let mut first_frame = accepted.first_frame;
        match Connection::open(registry, number, accepted.stream, accepted.place) {
            Ok(connection) => {
                sfu.handle_datagram(now, connection.path, &mut first_frame);
                if sfu.knows(connection.path.origin()) {
                    self.connections.insert(number, connection);
                    self.mark_readable(number);
                }
            }
            Err(error) => tracing::debug!(%error, "a media connection was gone before it began"),
        }
    }

    pub(super) fn handle_event(&mut self, event: &Event) {
        let Some(number) = number(event.token()) else { return };
        if event.is_writable() {
            self.mark_unflushed(number);
        }
        if event.is_readable() || event.is_read_closed() || event.is_error() {
            self.mark_readable(number);
        }
    }

    pub(super) fn has_more(&self) -> bool {
        !self.readable.is_empty()
    }

    /// Lets every readable connection have a turn.
    pub(super) fn receive(&mut self, sfu: &mut Sfu, now: Instant) {
        for _ in 0..self.readable.len() {
            let Some(number) = self.readable.pop_front() else { return };
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            connection.is_readable = false;
            match connection.receive(&mut self.scratch, sfu, now) {
                Ok(false) => {}
                Ok(true) => self.mark_readable(number),
                Err(Over) => self.end(number, sfu),
            }
        }
    }

    /// Puts a run of datagrams into the connection's buffer. Gives how many did not fit.
    pub(super) fn send(&mut self, number: u32, transmit: &Transmit<'_>) -> u64 {
        let Some(connection) = self.connections.get_mut(&number) else { return transmit.datagrams().count() as u64 };
        let mut refused = 0;
        for datagram in transmit.datagrams() {
            refused += u64::from(!connection.outbound.push(datagram));
        }
        if connection.outbound.wants_flush() {
            // An error shows again when the batch is flushed.
            let _ = connection.outbound.flush(&mut connection.stream);
        }
        self.mark_unflushed(number);
        refused
    }

    /// Writes what the batch left in the buffers, and closes what no peer uses any more.
    pub(super) fn flush(&mut self, sfu: &mut Sfu) {
        let mut unflushed = std::mem::take(&mut self.unflushed);
        for number in unflushed.drain(..) {
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            connection.is_unflushed = false;
            if connection.outbound.flush(&mut connection.stream).is_err() {
                self.end(number, sfu);
            }
        }
        self.unflushed = unflushed;
        while let Some(number) = sfu.poll_abandoned() {
            self.connections.remove(&number);
        }
    }

    /// Why frames were refused.
    pub(super) const REFUSED: DropReason = DropReason::SendBacklog;

    fn end(&mut self, number: u32, sfu: &mut Sfu) {
        if let Some(connection) = self.connections.remove(&number) {
            sfu.handle_disconnected(connection.path.origin());
        }
    }

    fn mark_readable(&mut self, number: u32) {
        if let Some(connection) = self.connections.get_mut(&number).filter(|connection| !connection.is_readable) {
            connection.is_readable = true;
            self.readable.push_back(number);
        }
    }

    fn mark_unflushed(&mut self, number: u32) {
        if let Some(connection) = self.connections.get_mut(&number).filter(|connection| !connection.is_unflushed) {
            connection.is_unflushed = true;
            self.unflushed.push(number);
        }
    }
}

impl Connection {
    fn open(
        registry: &Registry,
        number: u32,
        stream: std::net::TcpStream,
        place: Box<dyn Any + Send>,
    ) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        socket2::SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER)?;
        let remote = super::socket::canonical(stream.peer_addr()?);
        let local = Some(stream.local_addr()?.ip().to_canonical());
        let mut stream = TcpStream::from_std(stream);
        registry.register(&mut stream, token(number), Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            path: Path { remote, local, via: Via::Tcp(number) },
            frames: Frames::default(),
            outbound: Outbound::default(),
            is_readable: false,
            is_unflushed: false,
            _place: place,
        })
    }

    /// Gives true when there may be more.
    fn receive(&mut self, scratch: &mut [u8], sfu: &mut Sfu, now: Instant) -> Result<bool, Over> {
        for _ in 0..READINGS {
            let kept = self.frames.put_back(scratch);
            let read = match self.stream.read(&mut scratch[kept..]) {
                Ok(0) => return Err(Over),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(Over),
            };
            let path = self.path;
            let mut is_ours = true;
            self.frames
                .take(&mut scratch[..kept + read], |frame| {
                    is_ours &= Protocol::of(frame).is_some();
                    if is_ours {
                        sfu.handle_datagram(now, path, frame);
                    }
                })
                .map_err(|_| Over)?;
            if !is_ours {
                return Err(Over);
            }
        }
        Ok(true)
    }
}

const fn token(number: u32) -> Token {
    Token(FIRST_TOKEN + number as usize)
}

fn number(token: Token) -> Option<u32> {
    token.0.checked_sub(FIRST_TOKEN).and_then(|number| u32::try_from(number).ok())
}
