//! STUN, DTLS and SRTP: what is read before anyone knows that the sender is a client.

use super::steps;
use crate::sdp::RemoteTransport;
use crate::sfu::shard_named_in;
use crate::testing::client::certificate_fingerprint;
use crate::testing::{ClientConfig, MS, TestClient, identity, path, start};
use crate::transport::srtp::{KeyingMaterial, Profile, SrtpSession, rtp_header_len};
use crate::transport::stun::{BindingRequest, Credentials};
use crate::transport::{Input, Path, Transport};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{Message, Setter as _};
use std::time::{Duration, Instant};

const UFRAG: &str = "serverufrag";
const PWD: &str = "a-password-of-the-server-side";

/// One datagram: as it is, and with a right FINGERPRINT and a right MESSAGE-INTEGRITY behind its attributes, which no
/// fuzzer would find.
pub fn stun(input: &[u8]) {
    check_request(input);
    let mut message = Message::new();
    if input.len() > 1500 || message.unmarshal_binary(input).is_err() {
        return;
    }
    let mut marked = Message::new();
    message.clone_to(&mut marked).unwrap();
    if FINGERPRINT.add_to(&mut marked).is_ok() {
        check_request(&marked.raw);
    }
    let identity = identity();
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(PWD.to_owned(), identity.crypto());
    if integrity.add_to(&mut message).is_ok() && FINGERPRINT.add_to(&mut message).is_ok() {
        check_request(&message.raw);
    }
}

fn check_request(datagram: &[u8]) {
    let _ = shard_named_in(datagram);
    let mut pair = Pair::new();
    let Ok(mut request) = BindingRequest::parse(datagram) else {
        let input = pair.transport.handle_datagram(pair.now, pair.path(), &mut datagram.to_vec());
        assert!(matches!(input, Input::Dropped(_)), "what is no request does nothing");
        return;
    };
    let identity = identity();
    let _ = (request.local_ufrag(), request.remote_ufrag(), request.nominates());
    if request.is_signed_with(PWD, identity.crypto()) {
        let answer = request.success(pair.path().remote, PWD, identity.crypto());
        assert!(answer.is_some_and(|answer| answer.len() <= 100), "an answer amplifies nothing");
    }
    pair.transport.handle_datagram(pair.now, pair.path(), &mut datagram.to_vec());
    pair.drain();
}

/// A client whose address is proven, then whatever comes from there. The first byte says how far its handshake is.
pub fn dtls_record(input: &[u8]) {
    let Some((far, rest)) = input.split_first() else { return };
    let mut pair = Pair::new();
    match far % 4 {
        0 => pair.check(),
        1 => drop(pair.handshake(1)),
        2 => drop(pair.handshake(usize::MAX)),
        _ => {
            pair.handshake(usize::MAX);
            let sealed = pair.client.seal_rtp(&[0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]);
            pair.deliver(&sealed);
        }
    }
    for (what, bytes) in steps(rest) {
        match what {
            0..=191 => pair.deliver(bytes),
            // As the client's own next flight, so that the handshake goes on around the junk.
            192..=223 => {
                if let Some(datagram) = pair.client.poll_transmit() {
                    pair.deliver(&datagram);
                }
            }
            _ => pair.wait(Duration::from_millis(50) * u32::from(what - 223)),
        }
    }
    pair.wait(Duration::from_secs(40));
    assert!(pair.transport.is_closed(), "nobody consents any more");
}

/// A transport and its client, with nothing between them.
pub(crate) struct Pair {
    now: Instant,
    pub(super) client: TestClient,
    transport: Transport,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let client = TestClient::new(ClientConfig::new(1000));
        let remote = RemoteTransport {
            ice_ufrag: client.ufrag.clone(),
            ice_pwd: client.pwd.clone(),
            fingerprint_sha256: certificate_fingerprint(),
        };
        let local = Credentials { ufrag: UFRAG.to_owned(), pwd: PWD.to_owned() };
        Self { now: start(), client, transport: Transport::new(start(), identity(), local, &remote) }
    }

    fn path(&self) -> Path {
        path(self.client.addr)
    }

    fn check(&mut self) {
        self.client.start(self.now, UFRAG, PWD);
        if let Some(request) = self.client.poll_transmit() {
            self.deliver(&request);
        }
    }

    /// Carries so many datagrams of the client's handshake over; gives them.
    pub(crate) fn handshake(&mut self, most: usize) -> Vec<Vec<u8>> {
        self.check();
        let mut carried = Vec::new();
        while carried.len() < most
            && let Some(datagram) = self.client.poll_transmit()
        {
            self.deliver(&datagram);
            carried.push(datagram);
        }
        carried
    }

    fn deliver(&mut self, datagram: &[u8]) {
        self.transport.handle_datagram(self.now, self.path(), &mut datagram.to_vec());
        self.drain();
    }

    fn drain(&mut self) {
        while let Some((_, datagram)) = self.transport.poll_transmit() {
            if self.client.server.is_some() {
                self.client.handle(self.now, &datagram);
            }
        }
        while self.transport.poll_event().is_some() {}
    }

    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.transport.next_timeout().filter(|due| *due <= until) {
            // What is due again at once would be an endless loop of the driver.
            self.now = self.now.max(due) + MS;
            self.transport.handle_timeout(self.now);
            self.drain();
        }
        self.now = self.now.max(until);
    }
}

/// Keys that do not change; the first byte chooses the profile. Packets as they are, and packets that we seal as the
/// client would, which must open to what they were.
pub fn srtp(input: &[u8]) {
    let Some((profile, rest)) = input.split_first() else { return };
    let profile = if profile.is_multiple_of(2) { Profile::AeadAes128Gcm } else { Profile::Aes128CmHmacSha1_80 };
    let (mut server, mut client) = sessions(profile);
    let mut arena = Vec::new();
    for (what, bytes) in steps(rest) {
        let mut packet = bytes.to_vec();
        arena.clear();
        match what % 4 {
            0 => drop(server.open_rtp(&mut packet)),
            1 => drop(server.open_rtcp(&mut packet)),
            2 => {
                let header = rtp_header_len(bytes).unwrap_or(bytes.len());
                if client.seal_rtp(&bytes[..header], &bytes[header..], &mut arena).is_ok()
                    && let Ok(len) = server.open_rtp(&mut arena)
                {
                    assert_eq!(arena[..len], *bytes);
                }
            }
            _ => {
                if client.seal_rtcp(bytes, &mut arena).is_ok()
                    && let Ok(len) = server.open_rtcp(&mut arena)
                {
                    assert_eq!(arena[..len], *bytes);
                }
            }
        }
    }
}

/// The server's session, and one with the two directions changed.
pub(super) fn sessions(profile: Profile) -> (SrtpSession, SrtpSession) {
    let bytes: Vec<u8> = (0..profile.keying_len()).map(|n| (n * 7 + 3) as u8).collect();
    let (keys, salts) = bytes.split_at(32);
    let swapped = [&keys[16..], &keys[..16], &salts[profile.salt_len()..], &salts[..profile.salt_len()]].concat();
    let identity = identity();
    let session = |bytes: &[u8]| SrtpSession::server(identity.crypto(), &KeyingMaterial { profile, bytes }).unwrap();
    (session(&bytes), session(&swapped))
}
