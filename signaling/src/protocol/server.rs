//! What the server says.

use super::{LayerName, ParticipantId, ParticipantKind, PublicationId, RefusalFrame, SessionRole, Source};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Times are milliseconds since 1970 UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to `hello`: the whole state, so that a resumed client needs nothing else.
    Welcome(Box<Welcome>),
    /// Done; nothing else to say.
    Ok {
        #[ts(type = "number")]
        re: u64,
    },
    Answer {
        #[ts(type = "number")]
        re: u64,
        sdp: String,
    },
    Refused(RefusalFrame),
    Pong {
        #[ts(type = "number")]
        re: u64,
        #[ts(type = "number")]
        at_ms: u64,
    },
    ParticipantJoined {
        participant: ParticipantView,
    },
    /// Role, hand, right to speak or presence changed; the whole view each time.
    ParticipantChanged {
        participant: ParticipantView,
    },
    ParticipantLeft {
        participant: ParticipantId,
    },
    PublicationAdded {
        publication: PublicationView,
    },
    PublicationChanged {
        publication: PublicationView,
    },
    PublicationRemoved {
        publication: PublicationId,
    },
    /// What each slot of the receiver shows now; the whole map each time.
    Slots {
        slots: Vec<SlotView>,
    },
    Chat {
        line: ChatLine,
    },
    /// You may publish now.
    Admitted,
    /// You may not publish any more.
    Dismissed,
    /// The host muted this Publication of yours.
    MutedByHost {
        source: Source,
    },
    /// The host put you out. The Connection closes.
    Removed,
    SessionEnded,
    /// The server stops or restarts; the Session goes on. The Connection closes; come back in a few seconds.
    ServerStopping,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Welcome {
    #[ts(type = "number")]
    pub re: u64,
    pub protocol: u16,
    pub you: ParticipantId,
    /// Give this in `hello` to come back as the same Participant.
    pub resume: String,
    #[ts(type = "number")]
    pub resume_within_s: u64,
    /// True when this Connection continues an earlier one. The media Peer is gone either way: offer again.
    pub resumed: bool,
    pub session: SessionView,
    pub participants: Vec<ParticipantView>,
    pub publications: Vec<PublicationView>,
    /// The last 200 lines.
    pub chat: Vec<ChatLine>,
    #[ts(type = "number")]
    pub now_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionView {
    pub id: String,
    pub title: String,
    #[ts(type = "number")]
    pub started_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ParticipantView {
    pub id: ParticipantId,
    pub kind: ParticipantKind,
    pub role: SessionRole,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    /// False while the Connection is away and may still resume.
    pub connected: bool,
    /// May publish: hosts, presenters and admitted viewers.
    pub may_publish: bool,
    #[ts(type = "number | null")]
    pub hand_raised_ms: Option<u64>,
    #[ts(type = "number")]
    pub joined_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PublicationView {
    pub id: PublicationId,
    pub participant: ParticipantId,
    pub source: Source,
    pub muted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SlotView {
    pub mid: String,
    pub publication: Option<PublicationId>,
    pub participant: Option<ParticipantId>,
    pub source: Option<Source>,
    /// The layer that flows now; `null` for audio and before the first key frame.
    pub layer: Option<LayerName>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatLine {
    #[ts(type = "number")]
    pub seq: u64,
    pub participant: ParticipantId,
    pub name: String,
    pub role: SessionRole,
    pub text: String,
    #[ts(type = "number")]
    pub at_ms: u64,
}
