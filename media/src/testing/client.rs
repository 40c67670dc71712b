//! A WebRTC client's transport: full ICE towards a lite agent, DTLS client, SRTP, all from the rtc crates.

use bytes::BytesMut;
use rtc_dtls::config::{ConfigBuilder, ExtendedMasterSecretType};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::crypto_provider::default_provider;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
pub(crate) use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_srtp::config::Config;
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;
use rtc_stun::attributes::{ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, RawAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::textattrs::TextAttribute;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)), 5000);
const CHECK_EVERY: Duration = Duration::from_millis(100);
const CONSENT_EVERY: Duration = Duration::from_millis(2500);

#[derive(Clone)]
pub(crate) struct ClientConfig {
    pub(crate) addr: SocketAddr,
    /// In the order of the client's preference.
    pub(crate) profiles: Vec<SrtpProtectionProfile>,
    pub(crate) with_certificate: bool,
    pub(crate) extended_master_secret: ExtendedMasterSecretType,
    pub(crate) flight_interval: Duration,
    pub(crate) mtu: usize,
}

impl ClientConfig {
    /// What browsers do: SHA1 first.
    pub(crate) fn new(port: u16) -> Self {
        Self {
            addr: SocketAddr::from(([10, 0, 0, 2], port)),
            profiles: vec![
                SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
                SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
            ],
            with_certificate: true,
            extended_master_secret: ExtendedMasterSecretType::Require,
            flight_interval: Duration::from_millis(200),
            mtu: 1200,
        }
    }
}

/// Making keys is the slow part of a test; all clients are the same person.
fn certificate() -> Certificate {
    static CERTIFICATE: OnceLock<Certificate> = OnceLock::new();
    let make = || {
        let provider = default_provider().unwrap();
        Certificate::generate_self_signed(vec!["client".to_owned()], provider.crypto()).unwrap()
    };
    CERTIFICATE.get_or_init(make).clone()
}

pub(crate) fn certificate_fingerprint() -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate().certificate[0].as_ref());
    digest.as_ref().try_into().unwrap()
}

pub(crate) struct TestClient {
    pub(crate) addr: SocketAddr,
    pub(crate) ufrag: String,
    pub(crate) pwd: String,
    /// The server's credentials, once its answer is known.
    pub(crate) server: Option<(String, String)>,
    pub(crate) nominate: bool,
    config: ClientConfig,
    endpoint: Endpoint,
    started: bool,
    next_check: Option<Instant>,
    pub(crate) checks_answered: u32,
    srtp: Option<(Context, Context)>,
    pub(crate) profile: Option<SrtpProtectionProfile>,
    /// Refused, or closed by the server.
    pub(crate) ended: bool,
    out: Vec<Vec<u8>>,
    /// Plaintext packets that came.
    pub(crate) rtp: Vec<Vec<u8>>,
    pub(crate) rtcp: Vec<Vec<u8>>,
    /// Packets that could not be opened.
    pub(crate) garbled: u32,
}

impl TestClient {
    pub(crate) fn new(config: ClientConfig) -> Self {
        Self {
            addr: config.addr,
            ufrag: format!("client{}", config.addr.port()),
            pwd: "aPasswordOfTheClientSide".to_owned(),
            server: None,
            nominate: true,
            endpoint: Endpoint::new(config.addr, TransportProtocol::UDP, None),
            config,
            started: false,
            next_check: None,
            checks_answered: 0,
            srtp: None,
            profile: None,
            ended: false,
            out: Vec::new(),
            rtp: Vec::new(),
            rtcp: Vec::new(),
            garbled: 0,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.srtp.is_some() && !self.ended
    }

    /// Starts checking the server by the credentials of its answer.
    pub(crate) fn start(&mut self, now: Instant, ufrag: &str, pwd: &str) {
        self.server = Some((ufrag.to_owned(), pwd.to_owned()));
        self.next_check = Some(now);
        self.handle_timeout(now);
    }

    /// A binding request as this client would send it, with a password of the test's choice.
    pub(crate) fn binding_request(&self, server_ufrag: &str, pwd: &str) -> Vec<u8> {
        let provider = default_provider().unwrap();
        let mut setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(TransactionId::new()),
            Box::new(TextAttribute::new(ATTR_USERNAME, format!("{server_ufrag}:{}", self.ufrag))),
            Box::new(RawAttribute { typ: ATTR_PRIORITY, length: 4, value: vec![0x6e, 0, 1, 0xff] }),
        ];
        if self.nominate {
            setters.push(Box::new(RawAttribute { typ: ATTR_USE_CANDIDATE, length: 0, value: Vec::new() }));
        }
        setters.push(Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
            pwd.to_owned(),
            provider.crypto(),
        )));
        setters.push(Box::new(FINGERPRINT));
        let mut message = Message::new();
        message.build(&setters).unwrap();
        message.raw
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        while let Some(transmit) = self.endpoint.poll_transmit() {
            self.out.push(transmit.message.to_vec());
        }
        (!self.out.is_empty()).then(|| self.out.remove(0))
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        let dtls = self.endpoint.poll_timeout(&SERVER).filter(|_| !self.ended);
        [self.next_check, dtls].into_iter().flatten().min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.next_check.is_some_and(|at| now >= at)
            && let Some((ufrag, pwd)) = self.server.clone()
        {
            self.out.push(self.binding_request(&ufrag, &pwd));
            self.next_check = Some(now + if self.is_connected() { CONSENT_EVERY } else { CHECK_EVERY });
        }
        if !self.ended && self.endpoint.poll_timeout(&SERVER).is_some_and(|at| now >= at) {
            // rtc-dtls clients give up after 8 intervals; a browser goes on.
            if self.endpoint.handle_timeout(SERVER, now).is_err() {
                self.ended = true;
            }
        }
    }

    /// Stops checking, as a client does that lost its network.
    pub(crate) fn fall_silent(&mut self) {
        self.next_check = None;
    }

    pub(crate) fn handle(&mut self, now: Instant, datagram: &[u8]) {
        match datagram.first() {
            Some(0..=3) => self.handle_stun(now, datagram),
            Some(20..=63) => self.handle_dtls(now, datagram),
            Some(128..=191) if (192..=223).contains(&datagram[1]) => {
                match self.srtp.as_mut().map(|(_, remote)| remote.decrypt_rtcp(datagram)) {
                    Some(Ok(plain)) => self.rtcp.push(plain.to_vec()),
                    _ => self.garbled += 1,
                }
            }
            _ => match self.srtp.as_mut().map(|(_, remote)| remote.decrypt_rtp(datagram)) {
                Some(Ok(plain)) => self.rtp.push(plain.to_vec()),
                _ => self.garbled += 1,
            },
        }
    }

    pub(crate) fn send_rtp(&mut self, packet: &[u8]) {
        let sealed = self.seal_rtp(packet);
        self.out.push(sealed);
    }

    pub(crate) fn seal_rtp(&mut self, packet: &[u8]) -> Vec<u8> {
        self.srtp.as_mut().unwrap().0.encrypt_rtp(packet).unwrap().to_vec()
    }

    /// For packets that rtc-srtp may refuse.
    pub(crate) fn try_seal_rtp(&mut self, packet: &[u8]) -> Result<Vec<u8>, rtc_shared::error::Error> {
        Ok(self.srtp.as_mut().unwrap().0.encrypt_rtp(packet)?.to_vec())
    }

    /// For compounds that rtc-srtp may refuse.
    pub(crate) fn try_seal_rtcp(&mut self, compound: &[u8]) -> Result<Vec<u8>, rtc_shared::error::Error> {
        Ok(self.srtp.as_mut().unwrap().0.encrypt_rtcp(compound)?.to_vec())
    }

    pub(crate) fn send_rtcp(&mut self, compound: &[u8]) {
        let sealed = self.srtp.as_mut().unwrap().0.encrypt_rtcp(compound).unwrap().to_vec();
        self.out.push(sealed);
    }

    /// Ends the association as a closing page does.
    pub(crate) fn say_goodbye(&mut self, now: Instant) {
        self.endpoint.stop(now, SERVER);
        self.ended = true;
    }

    fn handle_stun(&mut self, now: Instant, datagram: &[u8]) {
        let mut message = Message::new();
        message.unmarshal_binary(datagram).unwrap();
        let provider = default_provider().unwrap();
        let (_, pwd) = self.server.clone().unwrap();
        assert_eq!(message.typ, BINDING_SUCCESS);
        MessageIntegrity::check(&mut message, pwd.as_bytes(), provider.crypto()).unwrap();
        FINGERPRINT.check(&message).unwrap();
        self.checks_answered += 1;
        if !self.started {
            self.started = true;
            self.endpoint.connect(now, SERVER, self.dtls_config(), None).unwrap();
        }
    }

    fn dtls_config(&self) -> Arc<rtc_dtls::config::HandshakeConfig> {
        let mut builder = ConfigBuilder::default()
            .with_crypto_provider(default_provider().unwrap())
            .with_insecure_skip_verify(true)
            .with_srtp_protection_profiles(self.config.profiles.clone())
            .with_extended_master_secret(self.config.extended_master_secret)
            .with_flight_interval(self.config.flight_interval)
            .with_mtu(self.config.mtu);
        if self.config.with_certificate {
            builder = builder.with_certificates(vec![certificate()]);
        }
        Arc::new(builder.build(true, Some(SERVER)).unwrap())
    }

    fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) {
        if self.ended || !self.started {
            return;
        }
        match self.endpoint.read(now, SERVER, None, BytesMut::from(datagram)) {
            Err(_) => self.ended = true,
            Ok(events) => {
                for event in events {
                    match event {
                        EndpointEvent::HandshakeComplete => self.take_keys(),
                        EndpointEvent::PeerClosed => self.ended = true,
                        _ => {}
                    }
                }
            }
        }
    }

    fn take_keys(&mut self) {
        let state = self.endpoint.get_connection_state(SERVER).unwrap();
        let agreed = state.srtp_protection_profile();
        self.profile = Some(agreed);
        let profile = match agreed {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            _ => return,
        };
        let mut config = Config { profile, ..Config::default() };
        let len = config.keying_material_len();
        let material = state.export_keying_material("EXTRACTOR-dtls_srtp", &[], len).unwrap();
        config.set_session_keys_from_keying_material(material.as_ref(), true).unwrap();
        let provider = default_provider().unwrap();
        let context =
            |key: &[u8], salt: &[u8]| Context::new(key, salt, profile, None, None, provider.crypto()).unwrap();
        let local = context(&config.keys.local_master_key, &config.keys.local_master_salt);
        let remote = context(&config.keys.remote_master_key, &config.keys.remote_master_salt);
        self.srtp = Some((local, remote));
    }
}
