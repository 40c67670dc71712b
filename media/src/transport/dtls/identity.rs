//! The server's DTLS certificate and the policy of every handshake under it.

use crate::transport::srtp::Profile;
use ring::digest;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::crypto_provider::{RTCCrypto, RTCCryptoProvider, default_provider};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::error::Error;
use std::sync::Arc;

/// Handshake content per datagram; record and handshake headers come on top, and the whole must pass 1200-byte paths.
const MTU: usize = 1150;

#[derive(Debug, thiserror::Error)]
#[error("could not make the DTLS identity")]
pub struct IdentityError(#[source] Error);

/// One certificate for the whole process, made at its start: clients pin its fingerprint by the answer.
#[derive(Clone)]
pub struct Identity {
    provider: Arc<dyn RTCCryptoProvider>,
    policy: ConfigBuilder,
    fingerprint: [u8; 32],
}

impl Identity {
    /// # Errors
    /// When the system has no randomness or the certificate cannot be signed.
    pub fn generate() -> Result<Self, IdentityError> {
        let provider = default_provider().map_err(|e| IdentityError(Error::Crypto(e.to_string())))?;
        let certificate = Certificate::generate_self_signed(vec!["lectern".to_owned()], provider.crypto());
        let certificate = certificate.map_err(IdentityError)?;
        let fingerprint = sha256(certificate.certificate.first().map_or(&[], |der| der.as_ref()));
        let policy = ConfigBuilder::default()
            .with_crypto_provider(provider.clone())
            .with_certificates(vec![certificate])
            // Certificates are self-signed; the fingerprint in the offer is what is checked.
            .with_insecure_skip_verify(true)
            // rtc-dtls does not compare the client's Finished, so its signature over the transcript has to stand for it;
            // and without a certificate the fingerprint check would never run.
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_mtu(MTU);
        Ok(Self { provider, policy, fingerprint })
    }

    /// SHA-256 of the certificate, for the answer.
    #[must_use]
    pub fn fingerprint_sha256(&self) -> [u8; 32] {
        self.fingerprint
    }

    #[must_use]
    pub fn crypto(&self) -> &dyn RTCCrypto {
        self.provider.crypto()
    }

    /// # Errors
    /// When the system has no randomness.
    pub fn fill_random(&self, bytes: &mut [u8]) -> Result<(), IdentityError> {
        self.provider.random().fill(bytes).map_err(|e| IdentityError(Error::Crypto(e.to_string())))
    }

    pub(crate) fn provider(&self) -> Arc<dyn RTCCryptoProvider> {
        self.provider.clone()
    }

    /// The policy for one client: one SRTP profile, one accepted certificate.
    pub(crate) fn handshake(&self, profile: Profile, client: [u8; 32]) -> Result<Arc<HandshakeConfig>, Error> {
        let profile = match profile {
            Profile::AeadAes128Gcm => SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
            Profile::Aes128CmHmacSha1_80 => SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
        };
        self.policy
            .clone()
            .with_srtp_protection_profiles(vec![profile])
            .with_verify_peer_certificate(Some(Arc::new(move |chain, _| {
                if is_certificate(chain, &client) { Ok(()) } else { Err(Error::ErrNoMatchingCertificateFingerprint) }
            })))
            .build(false, None)
            .map(Arc::new)
    }
}

/// Whether the first certificate of a chain has this fingerprint.
pub(crate) fn is_certificate(chain: &[Vec<u8>], fingerprint: &[u8; 32]) -> bool {
    chain.first().is_some_and(|der| sha256(der) == *fingerprint)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}
