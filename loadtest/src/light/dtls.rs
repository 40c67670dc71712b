//! The client half of DTLS-SRTP (RFC 5763, RFC 5764).

use bytes::BytesMut;
use rtc::crypto::{RTCCryptoProvider, default_provider};
use rtc::dtls::cipher_suite::CipherSuiteId;
use rtc::dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc::dtls::crypto::Certificate;
use rtc::dtls::endpoint::{Endpoint, EndpointEvent};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::shared::TransportProtocol;
use rtc::shared::error::Error;
use rtc::srtp::config::{Config as SrtpConfig, LABEL_EXTRACTOR_DTLS_SRTP, SessionKeys};
use rtc::srtp::protection_profile::ProtectionProfile;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The endpoint knows peers by address; this client has one peer, whatever address ICE selects.
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
/// RFC 6347 §4.2.4.1 suggests 1 s; a load test that starts hundreds at once wants lost flights back sooner.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(500);

/// One certificate for all viewers of a run: making it costs more than a handshake.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) provider: Arc<dyn RTCCryptoProvider>,
    certificate: Certificate,
    /// As the offer writes it: `sha-256 AB:CD:…`.
    pub(crate) fingerprint: Arc<str>,
}

impl Identity {
    pub(crate) fn new() -> Result<Self, Error> {
        let provider = default_provider().map_err(|error| Error::Other(error.to_string()))?;
        let certificate = Certificate::generate_self_signed(vec!["viewer".to_owned()], provider.crypto())?;
        let der = certificate.certificate.first().ok_or_else(|| Error::Other("an empty certificate chain".into()))?;
        let fingerprint = fingerprint(der).into();
        Ok(Self { provider, certificate, fingerprint })
    }

    fn config(&self, expected: &str) -> Result<Arc<HandshakeConfig>, Error> {
        let expected = expected.to_owned();
        ConfigBuilder::default()
            .with_crypto_provider(self.provider.clone())
            .with_certificates(vec![self.certificate.clone()])
            .with_cipher_suites(vec![CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256])
            .with_srtp_protection_profiles(vec![
                SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
                SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
            ])
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_flight_interval(FLIGHT_INTERVAL)
            // Certificates are self-signed; the fingerprint of the answer is what they are held against (RFC 8122).
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(move |certificates, _| {
                let der = certificates.first().map_or(&[][..], Vec::as_slice);
                if fingerprint(der).eq_ignore_ascii_case(&expected) {
                    Ok(())
                } else {
                    Err(Error::Other("the certificate does not match the answer's fingerprint".into()))
                }
            })))
            .build(true, None)
            .map(Arc::new)
    }
}

fn fingerprint(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    let hex: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    format!("sha-256 {}", hex.join(":"))
}

pub(crate) struct Dtls {
    endpoint: Endpoint,
}

/// Keys of a finished handshake; `local` protects what this client sends.
pub(crate) struct Keys {
    pub(crate) profile: ProtectionProfile,
    pub(crate) keys: SessionKeys,
}

impl Dtls {
    pub(crate) fn connect(now: Instant, identity: &Identity, remote_fingerprint: &str) -> Result<Self, Error> {
        let mut endpoint = Endpoint::new(PEER, TransportProtocol::UDP, None);
        endpoint.connect(now, PEER, identity.config(remote_fingerprint)?, None)?;
        Ok(Self { endpoint })
    }

    /// Keys when this datagram finished the handshake.
    pub(crate) fn handle(&mut self, now: Instant, datagram: &[u8]) -> Result<Option<Keys>, Error> {
        for event in self.endpoint.read(now, PEER, None, BytesMut::from(datagram))? {
            match event {
                EndpointEvent::HandshakeComplete => return self.keys().map(Some),
                EndpointEvent::PeerClosed => return Err(Error::ErrConnectionClosed),
                _ => {}
            }
        }
        Ok(None)
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.endpoint.poll_transmit().map(|transmit| transmit.message.to_vec())
    }

    pub(crate) fn due(&self) -> Option<Instant> {
        self.endpoint.poll_timeout(&PEER)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.endpoint.handle_timeout(PEER, now)
    }

    /// Says goodbye, so that the server need not wait for lost consent.
    pub(crate) fn close(&mut self, now: Instant) {
        self.endpoint.stop(now, PEER);
    }

    fn keys(&self) -> Result<Keys, Error> {
        let state = self.endpoint.get_connection_state(PEER).ok_or(Error::ErrConnectionClosed)?;
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            _ => return Err(Error::Other("the server chose no SRTP profile".into())),
        };
        let mut config = SrtpConfig { profile, ..SrtpConfig::default() };
        let material = state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], config.keying_material_len())?;
        config.set_session_keys_from_keying_material(material.as_ref(), true)?;
        Ok(Keys { profile, keys: config.keys })
    }
}
