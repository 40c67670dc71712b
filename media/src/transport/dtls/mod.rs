//! The DTLS server of one peer: rtc-dtls behind guards against lost flights and unauthenticated junk.
//!
//! Guards, each for a measured fault: the hello is read before the association exists ([`hello`]); after the ServerHello
//! repeated hellos never reach the association, flight 4 is resent verbatim instead, since the association would stop its
//! own timer and stall; after completion no plaintext record reaches it at all, flight 6 is resent verbatim, since forged
//! fragments would be kept for ever; and its memory is given back once the client has proven that it got flight 6.

mod hello;
pub(crate) mod identity;
pub(crate) mod record;

use super::drops::DropReason;
use super::srtp::{KeyingMaterial, Profile, SrtpSession};
use super::{CloseReason, Output};
use bytes::BytesMut;
use hello::{Hello, HelloBuffer};
use identity::{Identity, is_certificate};
use record::{ALERT, CLIENT_HELLO, HANDSHAKE, Record, SERVER_HELLO, records};
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_dtls::state::State;
use rtc_shared::TransportProtocol;
use rtc_shared::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The association knows its peer by this name; datagrams go where ICE says.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9);
/// All that a client may send during a handshake, repeats included: flights 1, 3 and 5 are about 4 kB together.
const HANDSHAKE_BUDGET: usize = 96 * 1024;
/// From the first hello to the keys. Eight flight intervals of rtc-dtls pass in 8 s; a line with 20 % loss needs some.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(15);
/// A client repeats its flight in several datagrams at once; they deserve one answer.
const RESEND_SPACING: Duration = Duration::from_millis(20);
/// Verbatim answers to repeated flights, so that a forger cannot use us as an amplifier.
const RESEND_BUDGET: u32 = 64;
/// A client that got the keys but sends no media for this long has surely got flight 6.
const PARK_AFTER: Duration = Duration::from_secs(30);
/// Authenticating an alert under a parked association costs a key schedule.
const ALERT_SPACING: Duration = Duration::from_millis(100);

pub(crate) struct Dtls {
    identity: Arc<Identity>,
    client_fingerprint: [u8; 32],
    phase: Phase,
    deadline: Option<Instant>,
    pub(super) spent: usize,
}

enum Phase {
    Hello(HelloBuffer),
    Handshaking {
        endpoint: Box<Endpoint>,
        profile: Profile,
        flight: Flight,
    },
    Established {
        endpoint: Box<Endpoint>,
        flight: Flight,
        park_at: Instant,
    },
    /// The association as 520 bytes, with which a later alert can be authenticated.
    Parked {
        state: Box<[u8]>,
        looked_at: Option<Instant>,
    },
    Closed,
}

/// The datagrams of our latest flight, to be sent again verbatim.
#[derive(Default)]
struct Flight {
    datagrams: Vec<Vec<u8>>,
    sent_at: Option<Instant>,
    resent: u32,
}

pub(crate) enum DtlsEvent {
    Keys(Box<SrtpSession>),
    Closed(CloseReason),
}

type Handled = Result<Option<DtlsEvent>, DropReason>;

impl Dtls {
    pub(crate) fn new(identity: Arc<Identity>, client_fingerprint: [u8; 32]) -> Self {
        let phase = Phase::Hello(HelloBuffer::default());
        Self { identity, client_fingerprint, phase, deadline: None, spent: 0 }
    }

    pub(crate) fn handle(&mut self, now: Instant, datagram: &[u8], out: &mut Output) -> Handled {
        match &mut self.phase {
            Phase::Hello(_) => self.handle_hello(now, datagram, out),
            Phase::Handshaking { .. } => self.handle_handshake(now, datagram, out),
            Phase::Established { .. } => self.handle_established(now, datagram, out),
            Phase::Parked { .. } => self.handle_parked(now, datagram, out),
            Phase::Closed => Err(DropReason::NoKeys),
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Handshaking { endpoint, .. } => {
                [endpoint.poll_timeout(&PEER), self.deadline].into_iter().flatten().min()
            }
            Phase::Established { park_at, .. } => Some(*park_at),
            _ => self.deadline,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, out: &mut Output) -> Option<DtlsEvent> {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Some(self.fail(CloseReason::HandshakeTimeout));
        }
        match &mut self.phase {
            Phase::Handshaking { endpoint, flight, .. } if endpoint.poll_timeout(&PEER).is_some_and(|at| now >= at) => {
                let result = endpoint.handle_timeout(PEER, now);
                flight.take_from(now, endpoint, out);
                result.err().map(|_| self.fail(CloseReason::HandshakeTimeout))
            }
            Phase::Established { park_at, .. } if now >= *park_at => {
                self.park();
                None
            }
            _ => None,
        }
    }

    /// Called at the first authenticated media packet: the client has the keys, so it has flight 6.
    pub(crate) fn client_has_keys(&mut self) {
        if matches!(self.phase, Phase::Established { .. }) {
            self.park();
        }
    }

    /// Tells the client that we close (RFC 5246 §7.2.1).
    pub(crate) fn close(&mut self, now: Instant, out: &mut Output) {
        let mut endpoint = match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Established { endpoint, .. } | Phase::Handshaking { endpoint, .. } => endpoint,
            Phase::Parked { state, .. } => match self.revive(now, &state) {
                Some(endpoint) => endpoint,
                None => return,
            },
            Phase::Hello(_) | Phase::Closed => return,
        };
        endpoint.stop(now, PEER);
        drain(&mut endpoint, |datagram| out.push(datagram));
    }

    #[cfg(test)]
    pub(crate) fn is_parked(&self) -> bool {
        matches!(self.phase, Phase::Parked { .. })
    }

    fn handle_hello(&mut self, now: Instant, datagram: &[u8], out: &mut Output) -> Handled {
        self.spend(datagram.len())?;
        self.deadline.get_or_insert(now + HANDSHAKE_DEADLINE);
        let Phase::Hello(buffer) = &mut self.phase else { return Ok(None) };
        let mut whole = None;
        for record in records(datagram).filter(|record| record.is_plain_handshake(CLIENT_HELLO)) {
            whole = buffer.push(&record)?.or(whole);
        }
        let Some(Hello { record, profile }) = whole else { return Ok(None) };
        let Some(profile) = profile else { return Ok(Some(self.fail(CloseReason::NoSrtpProfile))) };
        let Ok(config) = self.identity.handshake(profile, self.client_fingerprint) else {
            return Ok(Some(self.fail(CloseReason::HandshakeFailed)));
        };
        let endpoint = Box::new(Endpoint::new(PEER, TransportProtocol::UDP, Some(config)));
        self.phase = Phase::Handshaking { endpoint, profile, flight: Flight::default() };
        self.advance(now, BytesMut::from(&record[..]), out)
    }

    fn handle_handshake(&mut self, now: Instant, datagram: &[u8], out: &mut Output) -> Handled {
        self.spend(datagram.len())?;
        let Phase::Handshaking { flight, .. } = &mut self.phase else { return Ok(None) };
        let mut passed = BytesMut::with_capacity(datagram.len());
        let mut repeated = false;
        for record in records(datagram) {
            if flight.is_cached() && record.is_plain_handshake(CLIENT_HELLO) {
                repeated = true;
            } else {
                passed.extend_from_slice(record.raw);
            }
        }
        if repeated {
            flight.resend(now, out);
        }
        match passed.is_empty() {
            true if repeated => Ok(None),
            true => Err(DropReason::DtlsMalformed),
            false => self.advance(now, passed, out),
        }
    }

    /// Feeds the association and carries out what follows.
    fn advance(&mut self, now: Instant, records: BytesMut, out: &mut Output) -> Handled {
        let Phase::Handshaking { endpoint, flight, .. } = &mut self.phase else { return Ok(None) };
        let result = endpoint.read(now, PEER, None, records);
        flight.take_from(now, endpoint, out);
        let events = match result {
            Ok(events) => events,
            Err(Error::ErrNoMatchingCertificateFingerprint) => {
                return Ok(Some(self.fail(CloseReason::FingerprintMismatch)));
            }
            Err(_) => return Ok(Some(self.fail(CloseReason::HandshakeFailed))),
        };
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => return Ok(Some(self.complete(now))),
                EndpointEvent::PeerClosed => return Ok(Some(self.fail(CloseReason::ByPeer))),
                _ => {}
            }
        }
        Ok(None)
    }

    fn complete(&mut self, now: Instant) -> DtlsEvent {
        let Phase::Handshaking { endpoint, profile, flight } = std::mem::replace(&mut self.phase, Phase::Closed) else {
            return self.fail(CloseReason::HandshakeFailed);
        };
        self.deadline = None;
        let session = endpoint.get_connection_state(PEER).ok_or(CloseReason::HandshakeFailed);
        match session.and_then(|state| self.session(state, profile)) {
            Ok(session) => {
                self.phase = Phase::Established { endpoint, flight, park_at: now + PARK_AFTER };
                DtlsEvent::Keys(Box::new(session))
            }
            Err(reason) => self.fail(reason),
        }
    }

    fn session(&self, state: &State, profile: Profile) -> Result<SrtpSession, CloseReason> {
        if !is_certificate(&state.peer_certificates, &self.client_fingerprint) {
            return Err(CloseReason::FingerprintMismatch);
        }
        if state.srtp_protection_profile() == SrtpProtectionProfile::Unsupported {
            return Err(CloseReason::NoSrtpProfile);
        }
        let bytes = state
            .export_keying_material("EXTRACTOR-dtls_srtp", &[], profile.keying_len())
            .map_err(|_| CloseReason::HandshakeFailed)?;
        SrtpSession::server(self.identity.crypto(), &KeyingMaterial { profile, bytes: bytes.as_ref() })
            .map_err(|_| CloseReason::HandshakeFailed)
    }

    /// After completion only encrypted alerts reach the association. A handshake record can only mean that the client
    /// misses flight 6, or is forged: either way the cached flight is all the answer there is.
    fn handle_established(&mut self, now: Instant, datagram: &[u8], out: &mut Output) -> Handled {
        let Phase::Established { endpoint, flight, .. } = &mut self.phase else { return Ok(None) };
        let mut alerts = BytesMut::new();
        let mut repeated = false;
        for record in records(datagram) {
            repeated |= record.content_type == HANDSHAKE;
            if is_sealed_alert(&record) {
                alerts.extend_from_slice(record.raw);
            }
        }
        if repeated {
            flight.resend(now, out);
        }
        if alerts.is_empty() {
            return if repeated { Err(DropReason::DtlsAfterHandshake) } else { Err(DropReason::DtlsMalformed) };
        }
        let ended = ends(endpoint.read(now, PEER, None, alerts));
        drain(endpoint, |datagram| out.push(datagram));
        Ok(ended.then(|| self.fail(CloseReason::ByPeer)))
    }

    fn handle_parked(&mut self, now: Instant, datagram: &[u8], out: &mut Output) -> Handled {
        let Phase::Parked { state, looked_at } = &mut self.phase else { return Ok(None) };
        let too_soon = looked_at.is_some_and(|at| now < at + ALERT_SPACING);
        let mut alerts = BytesMut::new();
        records(datagram).filter(is_sealed_alert).for_each(|alert| alerts.extend_from_slice(alert.raw));
        if alerts.is_empty() || too_soon {
            return Err(DropReason::DtlsAfterHandshake);
        }
        *looked_at = Some(now);
        let state = state.clone();
        let Some(mut endpoint) = self.revive(now, &state) else { return Err(DropReason::DtlsAfterHandshake) };
        if !ends(endpoint.read(now, PEER, None, alerts)) {
            return Err(DropReason::DtlsAfterHandshake);
        }
        drain(&mut endpoint, |datagram| out.push(datagram));
        Ok(Some(self.fail(CloseReason::ByPeer)))
    }

    fn park(&mut self) {
        let Phase::Established { endpoint, .. } = &self.phase else { return };
        let state = endpoint.get_connection_state(PEER).and_then(|state| state.marshal_binary().ok());
        if let Some(state) = state {
            self.phase = Phase::Parked { state: state.into_boxed_slice(), looked_at: None };
        }
    }

    fn revive(&self, now: Instant, parked: &[u8]) -> Option<Box<Endpoint>> {
        let mut state = State::new(self.identity.provider(), false);
        state.unmarshal_binary(parked).ok()?;
        let config = self.identity.handshake(Profile::AeadAes128Gcm, self.client_fingerprint).ok()?;
        let mut endpoint = Box::new(Endpoint::new(PEER, TransportProtocol::UDP, None));
        endpoint.connect(now, PEER, config, Some(state)).ok()?;
        drain(&mut endpoint, |_| {});
        Some(endpoint)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), DropReason> {
        self.spent += bytes;
        if self.spent > HANDSHAKE_BUDGET { Err(DropReason::DtlsTooMuch) } else { Ok(()) }
    }

    fn fail(&mut self, reason: CloseReason) -> DtlsEvent {
        self.phase = Phase::Closed;
        self.deadline = None;
        DtlsEvent::Closed(reason)
    }
}

impl Flight {
    /// Sends what the association has to send, and keeps it when it is flight 4 or 6.
    fn take_from(&mut self, now: Instant, endpoint: &mut Endpoint, out: &mut Output) {
        let mut datagrams = Vec::new();
        drain(endpoint, |datagram| datagrams.push(datagram));
        let kept = datagrams.iter().any(|datagram| {
            records(datagram)
                .any(|r| r.is_plain_handshake(SERVER_HELLO) || (r.epoch > 0 && r.content_type == HANDSHAKE))
        });
        for datagram in &datagrams {
            out.push(datagram.clone());
        }
        if kept {
            *self = Self { datagrams, sent_at: Some(now), resent: self.resent };
        }
    }

    fn is_cached(&self) -> bool {
        !self.datagrams.is_empty()
    }

    fn resend(&mut self, now: Instant, out: &mut Output) {
        let spaced = self.sent_at.is_none_or(|at| now >= at + RESEND_SPACING);
        if spaced && self.resent < RESEND_BUDGET {
            self.sent_at = Some(now);
            self.resent += 1;
            self.datagrams.iter().for_each(|datagram| out.push(datagram.clone()));
        }
    }
}

fn is_sealed_alert(record: &Record<'_>) -> bool {
    record.content_type == ALERT && record.epoch > 0
}

/// Whether reading an authenticated alert ended the association. A fatal alert is reported as an error.
fn ends(read: Result<Vec<EndpointEvent>, Error>) -> bool {
    match read {
        Ok(events) => events.iter().any(|event| matches!(event, EndpointEvent::PeerClosed)),
        Err(_) => true,
    }
}

fn drain(endpoint: &mut Endpoint, mut each: impl FnMut(Vec<u8>)) {
    while let Some(transmit) = endpoint.poll_transmit() {
        each(transmit.message.to_vec());
    }
}
