//! What the Room wants done. A driver carries effects out in order.

use crate::Moment;
use crate::protocol::check_in::{CheckInMethod, CheckInPurpose};
use crate::protocol::poll::PollCounts;
use crate::protocol::server::ServerMessage;
use crate::protocol::{CloseCode, LayerName, ParticipantId, PublicationId, RefusalFrame, SeatHow, Source, UnseatCause};
use serde::{Deserialize, Serialize};

/// One thing for the driver to do. The order inside one `apply` is binding: a `Ledger` effect is committed
/// before any later effect is carried out, so nobody hears of what the record does not hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Ledger(PresenceFact),
    /// To be kept together with the lines of the ledger, and like them before any later effect.
    Poll(PollFact),
    Media(MediaEffect),
    Capture(CaptureEffect),
    /// What those see and hear who watch the live stream; the whole of it each time it changes.
    Cast(CastView),
    /// Tell this Participant, in answer to this frame, where the live stream is.
    StreamLink {
        to: ParticipantId,
        re: u64,
    },
    /// To one Participant's current Connection, if there is one.
    Send {
        to: ParticipantId,
        message: ServerMessage,
    },
    /// To every Participant with a Connection, except `except`.
    Broadcast {
        except: Option<ParticipantId>,
        message: ServerMessage,
    },
    /// Close this Participant's Connection after what was sent before.
    Disconnect {
        participant: ParticipantId,
        code: CloseCode,
    },
    /// Nobody may come in any more; the driver ends the Session.
    EndSession,
    Refuse {
        to: ParticipantId,
        refusal: RefusalFrame,
    },
}

/// A line for the presence ledger. The driver adds event id, sequence, times and the hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum PresenceFact {
    SessionStarted,
    Joined {
        participant: ParticipantId,
    },
    /// The Connection is gone; the Participant may resume.
    Lost {
        participant: ParticipantId,
    },
    Resumed {
        participant: ParticipantId,
    },
    Left {
        participant: ParticipantId,
        cause: LeaveCause,
    },
    /// `person` is checked in to a place.
    Seated {
        person: String,
        detail: SeatedDetail,
    },
    Unseated {
        person: String,
        detail: UnseatedDetail,
    },
    Headcount(HeadcountDetail),
    CheckInOpened(CheckInOpened),
    /// This person answered.
    CheckInAnswered {
        number: u32,
        /// `Identity::key`.
        person: String,
        /// Over whose Connection, if over one of the person's.
        participant: Option<ParticipantId>,
        how: AnswerHow,
        /// The host's Account, if a host answered.
        by: Option<String>,
    },
    CheckInClosed {
        number: u32,
        cause: CheckInCause,
        answered: u32,
        expected: u32,
    },
    SessionEnded,
}

/// What is to be kept of a poll. Each says how it is from now on, so that writing it again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollFact {
    /// It is open; nothing else is known of it.
    Opened(PollOpened),
    /// What this person (`Identity::key`) chooses now, by the places of the options; empty: nothing. To be forgotten when the
    /// poll is closed: it is kept only so that nobody counts twice.
    Answered { number: u32, person: String, choices: Vec<u8> },
    /// Its result is shown.
    Closed { number: u32, closed: Moment, counts: PollCounts },
    /// Its result is not shown any more.
    PutAway { number: u32 },
    /// It never was: that it was opened may have been written, and nobody heard of it.
    Withdrawn { number: u32 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOpened {
    pub number: u32,
    pub question: String,
    pub options: Vec<String>,
    pub several: bool,
    pub opened: Moment,
}

/// What the line of a seat says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatedDetail {
    pub place: String,
    pub number: u32,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    pub signed_in: bool,
    pub how: SeatHow,
    /// The Account of the host who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Tells the phone from others within the Session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseatedDetail {
    pub place: String,
    pub cause: UnseatCause,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadcountDetail {
    pub place: String,
    pub count: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInOpened {
    pub number: u32,
    pub purpose: CheckInPurpose,
    pub method: CheckInMethod,
    pub seconds: u32,
    pub place: Option<String>,
    /// The keys of those who are asked; of a call in the order of drawing.
    pub expected: Vec<String>,
    /// Of a call: how many were here to be drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerHow {
    Tap,
    Code,
    Qr,
    /// A host answered for the person.
    Host,
}

/// Why a check-in is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckInCause {
    Time,
    Host,
    SessionEnded,
    /// Cut short, which is nobody's fault.
    ServerStopped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveCause {
    /// The person left.
    Asked,
    /// The Connection stayed away for longer than the resume window.
    Expired,
    /// The Peer of an encoder or a player closed; they have no Connection to resume.
    PeerClosed,
    /// The host removed the person.
    Removed,
    /// Another device came in with the same Classroom's link.
    TakenOver,
    /// The server stopped; the Session may go on after it starts again.
    ServerStopped,
    /// The Session ended while the person was in it.
    SessionEnded,
}

/// What the media plane should do. The driver owns the map from these ids to peers and tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaEffect {
    /// Answer this offer on the Participant's Peer (opening one when there is none or the offer is of another, unless the
    /// offer `continues`) and send `answer` with this `re`.
    Offer {
        participant: ParticipantId,
        re: u64,
        sdp: String,
        continues: bool,
    },
    /// Start forwarding what arrives on `mid` of this Participant's Peer as this Publication.
    Publish {
        participant: ParticipantId,
        publication: PublicationId,
        mid: String,
    },
    Unpublish {
        publication: PublicationId,
    },
    /// Stop or resume forwarding without ending the Publication.
    Mute {
        publication: PublicationId,
        muted: bool,
    },
    /// Show this Publication (or nothing) in a receiving m-line.
    AssignSlot {
        participant: ParticipantId,
        mid: String,
        publication: Option<PublicationId>,
        max_layer: LayerName,
        rank: Rank,
    },
    ClosePeer {
        participant: ParticipantId,
    },
}

/// What is to be captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureEffect {
    /// A Recording of this Session begins, or goes on after the server was started anew.
    Begin,
    /// This Publication is captured from now until it ends.
    Track {
        publication: PublicationId,
        source: Source,
        participant: ParticipantId,
        name: String,
    },
    /// These are in the Room, with their names.
    Joined {
        people: Vec<(ParticipantId, String)>,
    },
    Left {
        participant: ParticipantId,
    },
    Pause {
        by: String,
    },
    Resume {
        by: String,
    },
    Marker {
        text: String,
        by: String,
    },
    Chat {
        name: String,
        text: String,
    },
}

/// What is on the live stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CastView {
    pub picture: Option<CastSource>,
    pub voices: Vec<CastSource>,
}

/// A Publication, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CastSource {
    pub publication: PublicationId,
    pub participant: ParticipantId,
}

/// What goes first where a line does not carry everything. Sound always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// A screen: its text is the lesson.
    Screen,
    /// The camera of a host or an encoder, in the spotlight, or pinned by the viewer.
    Main,
    Other,
}

/// The effects of one decision: its facts, and then the rest in the order in which it was decided.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    facts: Vec<Effect>,
    rest: Vec<Effect>,
}

impl Effects {
    pub(crate) fn into_vec(mut self) -> Vec<Effect> {
        self.facts.append(&mut self.rest);
        self.facts
    }

    pub(crate) fn end_session(&mut self) {
        self.rest.push(Effect::EndSession);
    }

    pub(crate) fn record(&mut self, fact: PresenceFact) {
        self.facts.push(Effect::Ledger(fact));
    }

    pub(crate) fn keep(&mut self, fact: PollFact) {
        self.facts.push(Effect::Poll(fact));
    }

    pub(crate) fn media(&mut self, effect: MediaEffect) {
        self.rest.push(Effect::Media(effect));
    }

    pub(crate) fn capture(&mut self, effect: CaptureEffect) {
        self.rest.push(Effect::Capture(effect));
    }

    pub(crate) fn cast(&mut self, view: CastView) {
        self.rest.push(Effect::Cast(view));
    }

    pub(crate) fn stream_link(&mut self, to: ParticipantId, re: u64) {
        self.rest.push(Effect::StreamLink { to, re });
    }

    pub(crate) fn ok(&mut self, to: ParticipantId, re: u64) {
        self.send(to, ServerMessage::Ok { re });
    }

    /// The answer to a frame goes before all that came of it.
    pub(crate) fn ok_first(&mut self, to: ParticipantId, re: u64) {
        self.rest.insert(0, Effect::Send { to, message: ServerMessage::Ok { re } });
    }

    pub(crate) fn send(&mut self, to: ParticipantId, message: ServerMessage) {
        self.rest.push(Effect::Send { to, message });
    }

    pub(crate) fn tell_all(&mut self, message: ServerMessage) {
        self.rest.push(Effect::Broadcast { except: None, message });
    }

    pub(crate) fn tell_others(&mut self, except: ParticipantId, message: ServerMessage) {
        self.rest.push(Effect::Broadcast { except: Some(except), message });
    }

    pub(crate) fn disconnect(&mut self, participant: ParticipantId, code: CloseCode) {
        self.rest.push(Effect::Disconnect { participant, code });
    }
}
