//! What stands behind one TCP port: TLS, HTTP with its websockets, and media, told apart by the first byte.
//!
//! TLS begins with 22, HTTP with the letter of a method, and a media connection with the length of a STUN request
//! (RFC 4571), whose first byte is 0 to 2. The bytes are looked at and left for whoever reads them.

mod media;
mod redirect;
#[cfg(test)]
mod tests;

pub(super) use media::MediaEntrance;

use crate::http::per_address::{PerAddress, Place};
use axum_server::accept::Accept;
use std::io;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

/// Browsers open connections in advance; one that says nothing for this long is let go.
const FIRST_WORD: Duration = Duration::from_secs(10);
/// Connections that have not said what they are, or are in the handshake of TLS. Behind one address there may be a school, or a proxy with everybody.
const UNDECIDED: (usize, usize) = (512, 4096);

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Tls,
    Http,
    Media,
}

impl Speaks {
    fn of(first: u8) -> Option<Self> {
        match first {
            22 => Some(Self::Tls),
            b'A'..=b'Z' => Some(Self::Http),
            0..=2 => Some(Self::Media),
            _ => None,
        }
    }
}

/// What all ports share.
#[derive(Clone)]
pub(super) struct Threshold {
    undecided: PerAddress,
    media: MediaEntrance,
    /// Ends when the server stops: who has said nothing by then is not waited for.
    closing: watch::Receiver<()>,
}

impl Threshold {
    pub(super) fn new(media: MediaEntrance, closing: watch::Receiver<()>) -> Self {
        Self { undecided: PerAddress::new(UNDECIDED.0, UNDECIDED.1), media, closing }
    }
}

/// The way into one port; `inner` gets what is neither media nor of the wrong kind.
#[derive(Clone)]
pub(super) struct Entrance<A> {
    threshold: Threshold,
    /// With TLS, plain HTTP is told to come again with TLS; without, TLS has nobody to talk to.
    tls: bool,
    inner: A,
}

impl<A> Entrance<A> {
    pub(super) fn new(threshold: Threshold, tls: bool, inner: A) -> Self {
        Self { threshold, tls, inner }
    }
}

type Entered<A, S> = io::Result<(<A as Accept<TcpStream, S>>::Stream, <A as Accept<TcpStream, S>>::Service)>;

impl<A, S> Accept<TcpStream, S> for Entrance<A>
where
    A: Accept<TcpStream, S, Future: Send> + Clone + Send + 'static,
    S: Send + 'static,
{
    type Stream = A::Stream;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = Entered<A, S>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Self { threshold, tls, inner } = self.clone();
        Box::pin(async move {
            match threshold.decide(stream, tls).await? {
                // The place is kept until the handshake of TLS is done.
                Some((stream, _place)) => inner.accept(stream, service).await,
                None => Err(io::Error::other("it was no business of the site")),
            }
        })
    }
}

impl Threshold {
    /// Gives the connections of the site back, and sees to the others.
    async fn decide(mut self, mut stream: TcpStream, tls: bool) -> io::Result<Option<(TcpStream, Place)>> {
        // Messages of a websocket and the ends of answers are small: none waits until the one before was confirmed (RFC 9293 §3.7.4).
        stream.set_nodelay(true)?;
        let from = stream.peer_addr()?.ip();
        let Some(place) = self.undecided.take(from) else {
            return Err(io::Error::other("too many undecided connections"));
        };
        let undecided = async {
            let mut first = [0];
            if stream.peek(&mut first).await? == 0 {
                return Ok(None);
            }
            match Speaks::of(first[0]) {
                Some(Speaks::Tls) if tls => Ok(Some(stream)),
                Some(Speaks::Http) if !tls => Ok(Some(stream)),
                Some(Speaks::Http) => redirect::to_https(&mut stream).await.map(|()| None),
                Some(Speaks::Media) => self.media.admit(stream, from).await.map(|()| None),
                Some(Speaks::Tls) | None => Ok(None),
            }
        };
        tokio::select! {
            decided = timeout(FIRST_WORD, undecided) => Ok(decided??.map(|stream| (stream, place))),
            _ = self.closing.changed() => Ok(None),
        }
    }
}
