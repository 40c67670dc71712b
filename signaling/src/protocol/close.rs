//! Why the server closes a Connection: the websocket close codes that a client must tell apart.

/// A close code of the private range 4000–4999 (RFC 6455 §7.4.2), or a registered one with its registered meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// The client asked to leave.
    Normal,
    /// The server stops or restarts; the Session goes on. Come back as a new Participant.
    ServiceRestart,
    /// The client broke the protocol: a binary or oversize frame, or too many malformed ones.
    ProtocolError,
    /// `hello` was refused, or did not come in time; the refusal was sent before.
    HelloRefused,
    /// The client did not read fast enough and its queue ran full. Resume.
    SlowConsumer,
    /// The host put the Participant out.
    Removed,
    /// The Session ended.
    SessionEnded,
    /// A newer Connection resumed this Participant.
    Replaced,
    /// Nothing was heard from the client for too long. Resume.
    Idle,
}

impl CloseCode {
    pub const ALL: [Self; 9] = [
        Self::Normal,
        Self::ServiceRestart,
        Self::ProtocolError,
        Self::HelloRefused,
        Self::SlowConsumer,
        Self::Removed,
        Self::SessionEnded,
        Self::Replaced,
        Self::Idle,
    ];

    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::ServiceRestart => 1012,
            Self::ProtocolError => 4001,
            Self::HelloRefused => 4003,
            Self::SlowConsumer => 4008,
            Self::Removed => 4009,
            Self::SessionEnded => 4010,
            Self::Replaced => 4011,
            Self::Idle => 4012,
        }
    }

    /// The reason sent with the code, and its name in the TypeScript table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::ServiceRestart => "ServiceRestart",
            Self::ProtocolError => "ProtocolError",
            Self::HelloRefused => "HelloRefused",
            Self::SlowConsumer => "SlowConsumer",
            Self::Removed => "Removed",
            Self::SessionEnded => "SessionEnded",
            Self::Replaced => "Replaced",
            Self::Idle => "Idle",
        }
    }

    /// May the client come back with its resume token?
    #[must_use]
    pub const fn may_resume(self) -> bool {
        matches!(self, Self::SlowConsumer | Self::Idle)
    }
}
