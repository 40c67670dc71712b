//! One peer's way over the network: ICE-lite, DTLS and SRTP, without sockets and without a clock.
//!
//! Nothing that a stranger sends creates state: a peer is found by the ufrag of a signed binding request, and only the
//! addresses that such requests came from are heard after that.

pub mod drops;
mod dtls;
mod path;
pub mod srtp;
pub mod stun;
#[cfg(test)]
mod tests;

use crate::egress::Ahead;
use crate::sdp::RemoteTransport;
pub use drops::{DropCounts, DropReason};
pub use dtls::identity::{Identity, IdentityError};
use dtls::{Dtls, DtlsEvent};
use path::{CONSENT, Paths};
pub use path::{Origin, Path, Via};
use srtp::SrtpSession;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stun::{BindingRequest, Credentials};

/// From the answer to the keys: gathering, checks and handshake of a slow phone take a few seconds.
const CONNECT_DEADLINE: Duration = Duration::from_secs(30);

/// What a datagram turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The first so many bytes are a plaintext RTP packet.
    Rtp(usize),
    /// The first so many bytes are a plaintext RTCP compound.
    Rtcp(usize),
    Consumed,
    Dropped(DropReason),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportEvent {
    /// Media can flow.
    Connected,
    /// Nothing can flow any more. Comes once.
    Closed(CloseReason),
}

/// Why a peer is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// We were told to.
    Asked,
    /// The client said so (close_notify).
    ByPeer,
    /// No keys within 30 s of the answer.
    ConnectTimeout,
    /// No valid connectivity check for 30 s (RFC 7675).
    ConsentLost,
    HandshakeTimeout,
    /// The client broke the handshake, or fell below our policy: no certificate, no extended master secret.
    HandshakeFailed,
    /// The certificate is not the one of the offer.
    FingerprintMismatch,
    /// The client offered no SRTP profile that we speak.
    NoSrtpProfile,
}

impl CloseReason {
    /// A stable name for logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::ByPeer => "by_peer",
            Self::ConnectTimeout => "connect_timeout",
            Self::ConsentLost => "consent_lost",
            Self::HandshakeTimeout => "handshake_timeout",
            Self::HandshakeFailed => "handshake_failed",
            Self::FingerprintMismatch => "fingerprint_mismatch",
            Self::NoSrtpProfile => "no_srtp_profile",
        }
    }
}

/// The protocols that share a port, told apart by the first byte (RFC 7983 §7) and, for RTCP, the second (RFC 5761 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Stun,
    Dtls,
    Rtp,
    Rtcp,
}

impl Protocol {
    #[must_use]
    pub fn of(datagram: &[u8]) -> Option<Self> {
        match datagram {
            [0..=3, ..] => Some(Self::Stun),
            [20..=63, ..] => Some(Self::Dtls),
            [128..=191, 192..=223, ..] => Some(Self::Rtcp),
            [128..=191, ..] => Some(Self::Rtp),
            _ => None,
        }
    }
}

/// Datagrams that the control protocols want sent.
#[derive(Debug, Default)]
pub(crate) struct Output(Vec<Vec<u8>>);

impl Output {
    pub(crate) fn push(&mut self, datagram: Vec<u8>) {
        self.0.push(datagram);
    }
}

/// One peer's transport.
pub struct Transport {
    identity: Arc<Identity>,
    /// The credentials in force; while an ICE restart is under way the old ones stay valid behind the new.
    credentials: Vec<Pair>,
    paths: Paths,
    /// Without any valid check until then the peer is given up.
    consent_until: Instant,
    dtls: Dtls,
    session: Option<Box<SrtpSession>>,
    heard_media: bool,
    closed: bool,
    out: VecDeque<(Path, Vec<u8>)>,
    events: VecDeque<TransportEvent>,
    /// Ways that are no longer heard, until they are fetched.
    forgotten: Vec<Origin>,
}

struct Pair {
    local: Credentials,
    remote_ufrag: String,
}

impl Transport {
    #[must_use]
    pub fn new(now: Instant, identity: Arc<Identity>, local: Credentials, remote: &RemoteTransport) -> Self {
        Self {
            dtls: Dtls::new(identity.clone(), remote.fingerprint_sha256),
            identity,
            credentials: vec![Pair { local, remote_ufrag: remote.ice_ufrag.clone() }],
            paths: Paths::default(),
            consent_until: now + CONNECT_DEADLINE,
            session: None,
            heard_media: false,
            closed: false,
            out: VecDeque::new(),
            events: VecDeque::new(),
            forgotten: Vec::new(),
        }
    }

    /// New credentials for the same association (RFC 8445 §9). The old ones stay valid until the client uses the new.
    pub fn restart_ice(&mut self, local: Credentials, remote: &RemoteTransport) {
        self.credentials.insert(0, Pair { local, remote_ufrag: remote.ice_ufrag.clone() });
        self.credentials.truncate(2);
    }

    /// Every ufrag of ours that a client may use.
    pub fn local_ufrags(&self) -> impl Iterator<Item = &str> {
        self.credentials.iter().map(|pair| pair.local.ufrag.as_str())
    }

    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.session.is_some() && !self.closed
    }

    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Where media goes: the path nominated last, or before nomination the first that proved to work. None while no path
    /// has the client's consent.
    #[must_use]
    pub fn path(&self) -> Option<Path> {
        self.paths.selected()
    }

    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.path().map(|path| path.remote)
    }

    /// Whether media goes by a TCP connection.
    #[must_use]
    pub fn is_over_tcp(&self) -> bool {
        self.path().is_some_and(|path| path.via != Via::Udp)
    }

    /// Whether datagrams from there are heard.
    #[must_use]
    pub fn hears(&self, origin: Origin) -> bool {
        self.paths.hears(origin)
    }

    /// A connection was closed: nothing comes from there any more, and nothing can be sent.
    pub fn handle_disconnected(&mut self, origin: Origin) {
        self.paths.forget(origin);
    }

    /// An origin that is no longer heard: its consent ended, or the client uses too many.
    pub fn poll_forgotten(&mut self) -> Option<Origin> {
        self.forgotten.pop()
    }

    /// A connectivity check with one of our ufrags. Gives the ufrag of ours that ended with an ICE restart.
    ///
    /// # Errors
    /// The reason by which the drop is counted. An unsigned request changes nothing and gets no answer.
    pub fn handle_binding(
        &mut self,
        now: Instant,
        path: Path,
        mut request: BindingRequest,
    ) -> Result<Option<String>, DropReason> {
        if self.closed {
            return Err(DropReason::StunUnknownUser);
        }
        let crypto = self.identity.crypto();
        let at = self.credentials.iter().position(|pair| pair.local.ufrag == request.local_ufrag());
        let at = at.ok_or(DropReason::StunUnknownUser)?;
        let Pair { local, remote_ufrag } = &self.credentials[at];
        if *remote_ufrag != request.remote_ufrag() || !request.is_signed_with(&local.pwd, crypto) {
            return Err(DropReason::StunWrongPassword);
        }
        if let Some(answer) = request.success(path.remote, &local.pwd, crypto) {
            self.out.push_back((path, answer));
        }
        let retired = if at == 0 { self.credentials.drain(1..).next() } else { None };
        if self.is_connected() {
            self.consent_until = now + CONSENT;
        }
        if retired.is_some() {
            self.paths.choose_anew();
        }
        self.forgotten.extend(self.paths.checked(now, path, request.nominates()));
        Ok(retired.map(|pair| pair.local.ufrag))
    }

    /// Everything else that comes from an address of this client. Media is decrypted in place.
    pub fn handle_datagram(&mut self, now: Instant, path: Path, datagram: &mut [u8]) -> Input {
        let handled = match Protocol::of(datagram) {
            _ if self.closed => Err(DropReason::NoKeys),
            None => Err(DropReason::NotOurs),
            Some(Protocol::Stun) => BindingRequest::parse(datagram)
                .and_then(|request| self.handle_binding(now, path, request))
                .map(|_| Input::Consumed),
            Some(_) if !self.hears(path.origin()) => Err(DropReason::UnknownSource),
            Some(Protocol::Dtls) => self.handle_dtls(now, path, datagram).map(|()| Input::Consumed),
            Some(Protocol::Rtp) => self.open(SrtpSession::open_rtp, datagram).map(Input::Rtp),
            Some(Protocol::Rtcp) => self.open(SrtpSession::open_rtcp, datagram).map(Input::Rtcp),
        };
        handled.unwrap_or_else(Input::Dropped)
    }

    /// Has fetched what sealing needs.
    pub(crate) fn soon(&self, ahead: Ahead) {
        if let Some(session) = &self.session {
            match ahead {
                Ahead::Three => {}
                Ahead::Two => session.soon(),
                Ahead::One => session.soon_behind(),
            }
        }
    }

    /// The next datagram of ICE or DTLS. Media goes by [`Self::seal_rtp`] instead.
    pub fn poll_transmit(&mut self) -> Option<(Path, Vec<u8>)> {
        self.out.pop_front()
    }

    pub fn poll_event(&mut self) -> Option<TransportEvent> {
        self.events.pop_front()
    }

    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        [self.dtls.next_timeout(), self.paths.next_expiry(), Some(self.consent_until)].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if self.closed {
            return;
        }
        if now >= self.consent_until {
            let reason = if self.session.is_some() { CloseReason::ConsentLost } else { CloseReason::ConnectTimeout };
            return self.end(reason);
        }
        let forgotten = &mut self.forgotten;
        self.paths.expire(now, |origin| forgotten.push(origin));
        let mut out = Output::default();
        let event = self.dtls.handle_timeout(now, &mut out);
        self.queue(out, self.path());
        self.apply(now, event);
    }

    /// Says goodbye to the client and closes.
    pub fn close(&mut self, now: Instant) {
        if self.closed {
            return;
        }
        let mut out = Output::default();
        self.dtls.close(now, &mut out);
        self.queue(out, self.path());
        self.end(CloseReason::Asked);
    }

    /// Appends one sealed RTP packet to `arena`; gives its length.
    ///
    /// # Errors
    /// The reason by which the drop is counted; `arena` is unchanged.
    pub fn seal_rtp(&mut self, head: &[u8], rest: &[u8], arena: &mut Vec<u8>) -> Result<usize, DropReason> {
        self.sealing()?.seal_rtp(head, rest, arena)
    }

    /// Appends one sealed RTCP compound to `arena`; gives its length.
    ///
    /// # Errors
    /// The reason by which the drop is counted; `arena` is unchanged.
    pub fn seal_rtcp(&mut self, compound: &[u8], arena: &mut Vec<u8>) -> Result<usize, DropReason> {
        self.sealing()?.seal_rtcp(compound, arena)
    }

    fn sealing(&mut self) -> Result<&mut SrtpSession, DropReason> {
        match &mut self.session {
            Some(_) if self.paths.selected().is_none() => Err(DropReason::SealNoConsent),
            Some(session) if !self.closed => Ok(session),
            _ => Err(DropReason::SealNotConnected),
        }
    }

    fn open(
        &mut self,
        how: fn(&mut SrtpSession, &mut [u8]) -> Result<usize, DropReason>,
        datagram: &mut [u8],
    ) -> Result<usize, DropReason> {
        let opened = how(self.session.as_deref_mut().ok_or(DropReason::NoKeys)?, datagram)?;
        if !self.heard_media {
            self.heard_media = true;
            self.dtls.client_has_keys();
        }
        Ok(opened)
    }

    fn handle_dtls(&mut self, now: Instant, path: Path, datagram: &[u8]) -> Result<(), DropReason> {
        let mut out = Output::default();
        let handled = self.dtls.handle(now, datagram, &mut out);
        self.queue(out, Some(path));
        self.apply(now, handled?);
        Ok(())
    }

    fn apply(&mut self, now: Instant, event: Option<DtlsEvent>) {
        match event {
            None => {}
            Some(DtlsEvent::Keys(session)) => {
                self.session = Some(session);
                self.consent_until = now + CONSENT;
                self.events.push_back(TransportEvent::Connected);
            }
            Some(DtlsEvent::Closed(reason)) => self.end(reason),
        }
    }

    fn end(&mut self, reason: CloseReason) {
        self.closed = true;
        self.session = None;
        self.events.push_back(TransportEvent::Closed(reason));
    }

    fn queue(&mut self, out: Output, path: Option<Path>) {
        let Some(path) = path else { return };
        self.out.extend(out.0.into_iter().map(|datagram| (path, datagram)));
    }
}
