mod ice;

use super::drops::DropReason;
use super::stun::Credentials;
use super::*;
use crate::testing::client::{SrtpProtectionProfile, certificate_fingerprint};
use crate::testing::network::Datagram;
use crate::testing::{ClientConfig, Line, MS, Network, TestClient, identity, start};
use rtc_dtls::config::ExtendedMasterSecretType;

const UFRAG: &str = "serverufrag";
const PWD: &str = "a-password-of-the-server-side";

type Loss = Box<dyn FnMut(&[u8]) -> bool>;

/// One client, one transport and the line between them.
struct Pair {
    now: Instant,
    client: TestClient,
    transport: Transport,
    network: Network,
    events: Vec<TransportEvent>,
    inputs: Vec<Input>,
    /// Plaintext packets that the server opened.
    opened: Vec<Vec<u8>>,
    /// Says which of the server's datagrams are lost, before the line's own loss.
    lose_down: Loss,
}

impl Pair {
    fn new(config: ClientConfig, seed: u64) -> Self {
        Self::with_fingerprint(config, seed, certificate_fingerprint())
    }

    fn with_fingerprint(config: ClientConfig, seed: u64, fingerprint_sha256: [u8; 32]) -> Self {
        let now = start();
        let mut client = TestClient::new(config);
        let remote =
            RemoteTransport { ice_ufrag: client.ufrag.clone(), ice_pwd: client.pwd.clone(), fingerprint_sha256 };
        let local = Credentials { ufrag: UFRAG.to_owned(), pwd: PWD.to_owned() };
        let transport = Transport::new(now, identity(), local, &remote);
        client.start(now, UFRAG, PWD);
        Self {
            now,
            client,
            transport,
            network: Network::new(seed),
            events: Vec::new(),
            inputs: Vec::new(),
            opened: Vec::new(),
            lose_down: Box::new(|_| false),
        }
    }

    fn path(&self) -> Path {
        Path::udp(self.client.addr)
    }

    fn deliver(&mut self, bytes: &[u8]) -> Input {
        self.deliver_from(self.path(), bytes)
    }

    fn deliver_from(&mut self, path: Path, bytes: &[u8]) -> Input {
        let mut bytes = bytes.to_vec();
        let input = self.transport.handle_datagram(self.now, path, &mut bytes);
        if let Input::Rtp(len) | Input::Rtcp(len) = input {
            self.opened.push(bytes[..len].to_vec());
        }
        self.inputs.push(input);
        input
    }

    fn drain(&mut self) {
        let client = self.client.addr;
        while let Some(bytes) = self.client.poll_transmit() {
            self.network.send(self.now, Datagram { client, up: true, bytes });
        }
        while let Some((path, bytes)) = self.transport.poll_transmit() {
            assert_eq!(path.remote, client);
            if !(self.lose_down)(&bytes) {
                self.network.send(self.now, Datagram { client, up: false, bytes });
            }
        }
        while let Some(event) = self.transport.poll_event() {
            self.events.push(event);
        }
    }

    /// Runs everything that happens until `until`.
    fn run_until(&mut self, until: Instant) {
        loop {
            self.drain();
            let due = [self.network.next_arrival(), self.client.next_timeout(), self.transport.next_timeout()];
            let Some(next) = due.into_iter().flatten().min().filter(|next| *next <= until) else { break };
            self.now = self.now.max(next);
            while let Some(datagram) = self.network.receive(self.now) {
                if datagram.up {
                    self.deliver(&datagram.bytes);
                } else {
                    self.client.handle(self.now, &datagram.bytes);
                }
            }
            self.client.handle_timeout(self.now);
            self.transport.handle_timeout(self.now);
        }
        self.now = until;
    }

    fn run(&mut self, duration: Duration) {
        self.run_until(self.now + duration);
    }

    fn connected(config: ClientConfig) -> Self {
        let mut pair = Self::new(config, 1);
        pair.run(2000 * MS);
        assert_eq!(pair.events, [TransportEvent::Connected]);
        assert!(pair.client.is_connected());
        pair
    }
}

fn rtp(ssrc: u32, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend(sequence.to_be_bytes());
    packet.extend(7_u32.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

/// A receiver report without blocks.
fn report(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 1];
    packet.extend(ssrc.to_be_bytes());
    packet
}

fn is_dtls(bytes: &[u8]) -> bool {
    Protocol::of(bytes) == Some(Protocol::Dtls)
}

#[test]
fn a_client_connects_and_media_flows_both_ways() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    pair.client.send_rtp(&rtp(5, 1, b"hello"));
    pair.client.send_rtcp(&report(5));
    pair.run(100 * MS);
    assert_eq!(pair.opened, [rtp(5, 1, b"hello"), report(5)]);

    let mut arena = b"before".to_vec();
    let packet = rtp(9, 65_535, b"answer");
    let len = pair.transport.seal_rtp(&packet[..12], &packet[12..], &mut arena).unwrap();
    assert_eq!(arena.len(), 6 + len);
    pair.client.handle(pair.now, &arena[6..]);
    arena.clear();
    pair.transport.seal_rtcp(&report(9), &mut arena).unwrap();
    pair.client.handle(pair.now, &arena);
    assert_eq!((pair.client.rtp.as_slice(), pair.client.rtcp.as_slice()), (&[packet][..], &[report(9)][..]));
}

#[test]
fn gcm_is_agreed_though_the_client_prefers_sha1() {
    let pair = Pair::connected(ClientConfig::new(1000));
    assert_eq!(pair.client.profile, Some(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm));
}

#[test]
fn a_client_without_gcm_gets_sha1() {
    let profiles = vec![SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80];
    let mut pair = Pair::connected(ClientConfig { profiles, ..ClientConfig::new(1000) });
    assert_eq!(pair.client.profile, Some(SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80));
    pair.client.send_rtp(&rtp(5, 1, b"hello"));
    pair.run(100 * MS);
    assert_eq!(pair.opened, [rtp(5, 1, b"hello")]);
}

#[test]
fn a_hello_in_small_fragments_is_put_together() {
    let pair = Pair::connected(ClientConfig { mtu: 60, ..ClientConfig::new(1000) });
    assert_eq!(pair.client.profile, Some(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm));
}

fn connects(seed: u64, loss: f64, within: Duration) -> bool {
    let config = ClientConfig { flight_interval: 400 * MS, ..ClientConfig::new(1000) };
    let addr = config.addr;
    let mut pair = Pair::new(config, seed);
    pair.network.set_line(addr, Line { jitter: 5 * MS, loss_up: loss, loss_down: loss, ..Line::default() });
    pair.run(within);
    pair.events == [TransportEvent::Connected] && pair.client.is_connected()
}

#[test]
fn every_handshake_survives_five_percent_loss() {
    let failed: Vec<u64> = (0..100).filter(|seed| !connects(*seed, 5.0, 10_000 * MS)).collect();
    assert_eq!(failed, [0_u64; 0], "seeds that did not connect");
}

#[test]
fn most_handshakes_survive_twenty_percent_loss() {
    let failed: Vec<u64> = (0..100).filter(|seed| !connects(*seed, 20.0, 10_000 * MS)).collect();
    assert!(failed.len() <= 3, "seeds that did not connect: {failed:?}");
}

#[test]
fn a_lost_flight_4_is_sent_again_when_the_client_repeats_its_hello() {
    let mut pair = Pair::new(ClientConfig::new(1000), 1);
    let mut lost = 0;
    pair.lose_down = Box::new(move |bytes| {
        let is_flight_4 = dtls::record::records(bytes).any(|r| r.is_plain_handshake(dtls::record::SERVER_HELLO));
        lost += u32::from(is_flight_4);
        is_flight_4 && lost <= 3
    });
    // Well before the association's own one-second timer could have helped three times.
    pair.run(1500 * MS);
    assert_eq!(pair.events, [TransportEvent::Connected]);
}

#[test]
fn a_lost_flight_6_is_sent_again_when_the_client_repeats_its_finished() {
    let mut pair = Pair::new(ClientConfig::new(1000), 1);
    let mut lost = 0;
    pair.lose_down = Box::new(move |bytes| {
        let is_flight_6 = is_dtls(bytes) && dtls::record::records(bytes).any(|r| r.epoch == 1);
        lost += u32::from(is_flight_6);
        is_flight_6 && lost <= 2
    });
    pair.run(3000 * MS);
    assert_eq!(pair.events, [TransportEvent::Connected]);
    assert!(pair.client.is_connected());
}

#[test]
fn the_association_is_parked_only_when_the_client_proved_its_keys() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    pair.run(5000 * MS);
    assert!(!pair.transport.dtls.is_parked());
    let mut forged = pair.client.seal_rtp(&rtp(5, 1, b"hello"));
    forged[20] ^= 1;
    assert_eq!(pair.deliver(&forged), Input::Dropped(DropReason::SrtpForged));
    assert!(!pair.transport.dtls.is_parked());
    pair.client.send_rtcp(&report(5));
    pair.run(100 * MS);
    assert!(pair.transport.dtls.is_parked());
}

#[test]
fn a_silent_client_is_parked_after_half_a_minute() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    pair.run(27_000 * MS);
    assert!(!pair.transport.dtls.is_parked());
    pair.run(5_000 * MS);
    assert!(pair.transport.dtls.is_parked());
}

#[test]
fn a_goodbye_is_heard_before_and_after_parking() {
    for parked in [false, true] {
        let mut pair = Pair::connected(ClientConfig::new(1000));
        if parked {
            pair.client.send_rtcp(&report(5));
            pair.run(100 * MS);
        }
        assert_eq!(pair.transport.dtls.is_parked(), parked);
        pair.client.say_goodbye(pair.now);
        pair.run(100 * MS);
        assert_eq!(pair.events[1..], [TransportEvent::Closed(CloseReason::ByPeer)], "parked: {parked}");
    }
}

#[test]
fn our_goodbye_is_understood_before_and_after_parking() {
    for parked in [false, true] {
        let mut pair = Pair::connected(ClientConfig::new(1000));
        if parked {
            pair.client.send_rtcp(&report(5));
            pair.run(100 * MS);
        }
        pair.transport.close(pair.now);
        pair.run(100 * MS);
        assert!(pair.client.ended, "parked: {parked}");
        assert_eq!(pair.events[1..], [TransportEvent::Closed(CloseReason::Asked)]);
    }
}

#[test]
fn a_forged_goodbye_changes_nothing() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    let forged = [21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26].into_iter().chain([0; 26]).collect::<Vec<u8>>();
    let plain = [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0];
    for parked in [false, true] {
        if parked {
            pair.client.send_rtcp(&report(5));
            pair.run(100 * MS);
        }
        pair.deliver(&forged);
        pair.deliver(&plain);
        pair.run(200 * MS);
        assert!(pair.transport.is_connected());
    }
    assert_eq!(pair.events, [TransportEvent::Connected]);
}

fn refused(config: ClientConfig, fingerprint: [u8; 32]) -> Vec<TransportEvent> {
    let mut pair = Pair::with_fingerprint(config, 1, fingerprint);
    pair.run(3000 * MS);
    assert!(!pair.client.is_connected() || pair.client.profile == Some(SrtpProtectionProfile::Unsupported));
    assert!(pair.transport.seal_rtcp(&report(1), &mut Vec::new()).is_err());
    pair.events
}

#[test]
fn a_client_without_a_certificate_is_refused() {
    let config = ClientConfig { with_certificate: false, ..ClientConfig::new(1000) };
    let closed = TransportEvent::Closed(CloseReason::HandshakeFailed);
    assert_eq!(refused(config, certificate_fingerprint()), [closed]);
}

#[test]
fn a_client_without_extended_master_secret_is_refused() {
    let extended_master_secret = ExtendedMasterSecretType::Disable;
    let config = ClientConfig { extended_master_secret, ..ClientConfig::new(1000) };
    let closed = TransportEvent::Closed(CloseReason::HandshakeFailed);
    assert_eq!(refused(config, certificate_fingerprint()), [closed]);
}

#[test]
fn a_client_without_a_profile_of_ours_is_refused() {
    let closed = TransportEvent::Closed(CloseReason::NoSrtpProfile);
    for profiles in [vec![], vec![SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm]] {
        let config = ClientConfig { profiles, ..ClientConfig::new(1000) };
        assert_eq!(refused(config, certificate_fingerprint()), [closed]);
    }
}

#[test]
fn a_certificate_that_the_offer_does_not_name_is_refused() {
    let closed = TransportEvent::Closed(CloseReason::FingerprintMismatch);
    assert_eq!(refused(ClientConfig::new(1000), [7; 32]), [closed]);
}

#[test]
fn repeated_and_spoilt_media_is_dropped() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    let sealed = pair.client.seal_rtp(&rtp(5, 1, b"hello"));
    assert!(matches!(pair.deliver(&sealed), Input::Rtp(_)));
    assert_eq!(pair.deliver(&sealed), Input::Dropped(DropReason::SrtpReplayed));
    let sealed = pair.client.seal_rtp(&rtp(5, 2, b"hello"));
    for at in 0..sealed.len() {
        let mut spoilt = sealed.clone();
        spoilt[at] ^= 0x10;
        assert!(matches!(pair.deliver(&spoilt), Input::Dropped(_)), "byte {at}");
    }
    assert!(matches!(pair.deliver(&sealed), Input::Rtp(_)), "the forgeries cost the real one nothing");
}

#[test]
fn forged_handshake_records_after_completion_are_answered_little_and_kept_never() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    let before = pair.transport.dtls.spent;
    let mut answers = 0;
    for number in 0..4000_u16 {
        // A fragment of a large certificate that will never be whole.
        let mut record = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 1];
        record.extend(number.to_be_bytes());
        record.extend([0, 112, 11, 0, 0x40, 0]);
        record.extend((number % 500 + 10).to_be_bytes());
        record.extend([0, 0, 0, 0, 0, 100]);
        record.extend([0xaa; 100]);
        assert_eq!(pair.deliver(&record), Input::Dropped(DropReason::DtlsAfterHandshake));
        pair.now += MS;
        while pair.transport.poll_transmit().is_some() {
            answers += 1;
        }
    }
    assert!(answers <= 64, "an amplifier: {answers}");
    assert_eq!(pair.transport.dtls.spent, before, "none reached the association");
    assert!(pair.transport.is_connected());
}

#[test]
fn junk_before_the_handshake_ends_at_a_budget() {
    let mut pair = Pair::new(ClientConfig::new(1000), 1);
    let request = pair.client.binding_request(UFRAG, PWD);
    pair.deliver(&request);
    let mut record = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 1, 0, 0, 0x04, 0x0c, 1, 0, 0x10, 0, 0, 0, 0, 4, 0, 0, 4, 0];
    record.extend([0xaa; 1024]);
    for _ in 0..200 {
        pair.deliver(&record);
    }
    assert_eq!(pair.inputs.last(), Some(&Input::Dropped(DropReason::DtlsTooMuch)));
}

#[test]
fn protocols_are_told_apart_by_their_first_bytes() {
    for (bytes, protocol) in [
        (&[0, 1][..], Some(Protocol::Stun)),
        (&[22, 0xfe], Some(Protocol::Dtls)),
        (&[0x80, 96], Some(Protocol::Rtp)),
        (&[0x80, 96 | 0x80], Some(Protocol::Rtp)),
        (&[0x80, 200], Some(Protocol::Rtcp)),
        (&[0x81, 206], Some(Protocol::Rtcp)),
        (&[0x40, 0], None),
        (&[0xc0, 0], None),
        (&[], None),
    ] {
        assert_eq!(Protocol::of(bytes), protocol, "{bytes:?}");
    }
}
