//! The ICE-lite half of STUN: checking binding requests and answering them (RFC 8445 §7.3, RFC 8489).

use super::drops::DropReason;
use rtc_stun::attributes::{ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType};
use rtc_stun::crypto::RTCCrypto;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message};
use rtc_stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;

/// A connectivity check is about 100 bytes; what is much longer is not one of ours.
const MAX_REQUEST: usize = 576;
/// HMAC-SHA1 (RFC 8489 §14.5).
const INTEGRITY_LEN: usize = 20;

/// One side's ICE name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub ufrag: String,
    pub pwd: String,
}

/// A well-formed binding request whose sender is not yet known to be who it says.
pub struct BindingRequest {
    message: Message,
    local_ufrag: String,
    remote_ufrag: String,
}

impl BindingRequest {
    /// Reads a datagram. Everything that is not a whole binding request with USERNAME, MESSAGE-INTEGRITY and a right
    /// FINGERPRINT is refused here, before anyone looks for a peer.
    ///
    /// # Errors
    /// The reason by which the drop is counted.
    pub fn parse(datagram: &[u8]) -> Result<Self, DropReason> {
        if datagram.len() > MAX_REQUEST {
            return Err(DropReason::StunMalformed);
        }
        let mut message = Message::new();
        message.unmarshal_binary(datagram).map_err(|_| DropReason::StunMalformed)?;
        if message.typ != BINDING_REQUEST {
            return Err(DropReason::StunUnexpected);
        }
        FINGERPRINT.check(&message).map_err(|_| DropReason::StunMalformed)?;
        let protected = |wanted: AttrType| protected_value(&message, wanted);
        let username = protected(ATTR_USERNAME).ok_or(DropReason::StunMalformed)?;
        let username = std::str::from_utf8(username).map_err(|_| DropReason::StunMalformed)?;
        let (local, remote) = username.split_once(':').ok_or(DropReason::StunMalformed)?;
        let (local_ufrag, remote_ufrag) = (local.to_owned(), remote.to_owned());
        Ok(Self { message, local_ufrag, remote_ufrag })
    }

    /// Our name, by which the peer is found.
    #[must_use]
    pub fn local_ufrag(&self) -> &str {
        &self.local_ufrag
    }

    #[must_use]
    pub fn remote_ufrag(&self) -> &str {
        &self.remote_ufrag
    }

    /// Whether the sender knows `pwd`.
    pub fn is_signed_with(&mut self, pwd: &str, crypto: &dyn RTCCrypto) -> bool {
        let integrity = self.message.attributes.0.iter().find(|a| a.typ == ATTR_MESSAGE_INTEGRITY);
        integrity.is_some_and(|a| a.value.len() == INTEGRITY_LEN)
            && MessageIntegrity::check(&mut self.message, pwd.as_bytes(), crypto).is_ok()
    }

    /// The client chose the path that this request came by (RFC 8445 §7.3.1.5).
    #[must_use]
    pub fn nominates(&self) -> bool {
        protected_value(&self.message, ATTR_USE_CANDIDATE).is_some()
    }

    /// The success response for a request seen to come from `from`.
    #[must_use]
    pub fn success(&self, from: SocketAddr, pwd: &str, crypto: &dyn RTCCrypto) -> Option<Vec<u8>> {
        let mut answer = Message::new();
        answer
            .build(&[
                Box::new(self.message.transaction_id),
                Box::new(BINDING_SUCCESS),
                Box::new(XorMappedAddress { ip: from.ip(), port: from.port() }),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(pwd.to_owned(), crypto)),
                Box::new(FINGERPRINT),
            ])
            .ok()?;
        Some(answer.raw)
    }
}

/// The value of an attribute that MESSAGE-INTEGRITY covers: what follows it must be ignored (RFC 8489 §14.5).
fn protected_value(message: &Message, wanted: AttrType) -> Option<&[u8]> {
    let covered = message.attributes.0.iter().take_while(|a| a.typ != ATTR_MESSAGE_INTEGRITY);
    covered.into_iter().find(|a| a.typ == wanted).map(|a| a.value.as_slice())
}
