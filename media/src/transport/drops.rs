//! Why a packet was dropped, and how often.

/// Every reason for which the transport or the Sfu drops a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum DropReason {
    /// The first byte belongs to no protocol that we speak (RFC 7983).
    NotOurs,
    /// Media or DTLS from an address that no peer has proven to own.
    UnknownSource,
    StunMalformed,
    /// Well-formed STUN that is no binding request.
    StunUnexpected,
    /// A ufrag that no peer has.
    StunUnknownUser,
    /// Our ufrag with a wrong password, or a wrong ufrag of the client.
    StunWrongPassword,
    DtlsMalformed,
    /// More handshake bytes than an honest client sends.
    DtlsTooMuch,
    /// Handshake records after the handshake.
    DtlsAfterHandshake,
    RtpMalformed,
    RtcpMalformed,
    /// Media before the keys exist, or after the peer was closed.
    NoKeys,
    /// The authentication tag is wrong.
    SrtpForged,
    /// Seen before, or older than the replay window.
    SrtpReplayed,
    /// More SSRCs than one peer may use.
    SrtpTooManySsrcs,
    /// Sealing would use an SRTP index for the second time.
    SealReused,
    /// Something was to be sent to a peer that is not connected.
    SealNotConnected,
    /// No address of the peer consents to being sent to: all have been silent, or their connections were closed.
    SealNoConsent,
    /// The socket could not take more and the backlog was full.
    SendBacklog,
    /// The system refused to send: no route, or the like.
    SendFailed,
}

impl DropReason {
    pub const ALL: [Self; 20] = [
        Self::NotOurs,
        Self::UnknownSource,
        Self::StunMalformed,
        Self::StunUnexpected,
        Self::StunUnknownUser,
        Self::StunWrongPassword,
        Self::DtlsMalformed,
        Self::DtlsTooMuch,
        Self::DtlsAfterHandshake,
        Self::RtpMalformed,
        Self::RtcpMalformed,
        Self::NoKeys,
        Self::SrtpForged,
        Self::SrtpReplayed,
        Self::SrtpTooManySsrcs,
        Self::SealReused,
        Self::SealNotConnected,
        Self::SealNoConsent,
        Self::SendBacklog,
        Self::SendFailed,
    ];

    /// A stable name for metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotOurs => "not_ours",
            Self::UnknownSource => "unknown_source",
            Self::StunMalformed => "stun_malformed",
            Self::StunUnexpected => "stun_unexpected",
            Self::StunUnknownUser => "stun_unknown_user",
            Self::StunWrongPassword => "stun_wrong_password",
            Self::DtlsMalformed => "dtls_malformed",
            Self::DtlsTooMuch => "dtls_too_much",
            Self::DtlsAfterHandshake => "dtls_after_handshake",
            Self::RtpMalformed => "rtp_malformed",
            Self::RtcpMalformed => "rtcp_malformed",
            Self::NoKeys => "no_keys",
            Self::SrtpForged => "srtp_forged",
            Self::SrtpReplayed => "srtp_replayed",
            Self::SrtpTooManySsrcs => "srtp_too_many_ssrcs",
            Self::SealReused => "seal_reused",
            Self::SealNotConnected => "seal_not_connected",
            Self::SealNoConsent => "seal_no_consent",
            Self::SendBacklog => "send_backlog",
            Self::SendFailed => "send_failed",
        }
    }
}

/// A counter per [`DropReason`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DropCounts([u64; DropReason::ALL.len()]);

impl DropCounts {
    pub fn count(&mut self, reason: DropReason) {
        self.count_many(reason, 1);
    }

    pub fn count_many(&mut self, reason: DropReason, times: u64) {
        self.0[reason as usize] += times;
    }

    #[must_use]
    pub fn of(&self, reason: DropReason) -> u64 {
        self.0[reason as usize]
    }

    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Every reason with its count, for metrics.
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        DropReason::ALL.iter().map(|reason| (*reason, self.of(*reason)))
    }
}
