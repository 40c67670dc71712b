//! What a Session's actor is told.

use super::super::media::{MediaError, MediaEvent, PeerFigures};
use super::super::outbox::Outbox;
use super::{Arrival, ConnectionId};
use lectern_media::ids::PeerId;
use lectern_media::sdp::LocalTransport;
use lectern_signaling::effect::MediaEffect;
use lectern_signaling::protocol::client::{ClientFrame, ClientMessage};
use lectern_signaling::protocol::{ParticipantId, PublicationId, Refusal};
use lectern_signaling::room::{Given, Identity, PlaceCard, Room, RosterPerson, Seat, Taking};
use std::collections::HashMap;
use tokio::sync::oneshot;

/// Answers to the one who asked; taken when it is answered.
pub(in crate::live) type Reply<T> = Option<oneshot::Sender<Result<T, Refusal>>>;

pub(in crate::live) enum Input {
    Enter {
        arrival: Arrival,
        /// For the newcomer, should this not be a resume.
        resume_token: String,
        outbox: Option<Outbox>,
        reply: Reply<(ParticipantId, ConnectionId)>,
    },
    Frame {
        participant: ParticipantId,
        connection: ConnectionId,
        frame: ClientFrame,
    },
    Lost {
        participant: ParticipantId,
        connection: ConnectionId,
    },
    EnterWithOffer {
        identity: Identity,
        offer: String,
        reply: Reply<(ParticipantId, String)>,
    },
    LeaveWithOffer {
        participant: ParticipantId,
        reply: Reply<()>,
    },
    RestartIce {
        participant: ParticipantId,
        ufrag: String,
        pwd: String,
        reply: Reply<LocalTransport>,
    },
    /// The places of the Activity, and who can be seated by hand.
    Places {
        places: Vec<PlaceCard>,
        roster: Vec<RosterPerson>,
    },
    Seat {
        taking: Taking,
        reply: Reply<Seat>,
    },
    Unseat {
        key: String,
        place: String,
        reply: Reply<()>,
    },
    CloseClassroom {
        place: String,
        reply: Reply<()>,
    },
    /// Somebody looks at the Room, and answers for itself.
    Look {
        look: Box<dyn FnOnce(&Room) + Send>,
    },
    /// A person answers a check-in on another page, or by scanning.
    Answer {
        key: String,
        number: u32,
        given: Given,
        reply: Reply<()>,
    },
    /// A person answers a poll on another page.
    Choose {
        key: String,
        number: u32,
        choices: Vec<u8>,
        reply: Reply<()>,
    },
    End {
        reply: Reply<()>,
    },
    Stop {
        reply: Reply<()>,
    },
    Media(MediaEvent),
    /// The media plane answered an offer, or would not.
    Answered {
        participant: ParticipantId,
        peer: PeerId,
        offerer: Offerer,
        result: Result<String, MediaError>,
    },
    /// The media plane would not forward a Publication.
    Unpublishable {
        publication: PublicationId,
    },
    /// The media plane was too busy for this; it is asked for again if it still holds.
    Again {
        effect: MediaEffect,
    },
    /// A Publication is forwarded later than its slots were assigned.
    AssignAgain {
        publication: PublicationId,
    },
    /// How the Peers fare; `None` when the media plane did not say so in time.
    Figures {
        figures: Option<HashMap<PeerId, PeerFigures>>,
        /// To be written down, too.
        checkpoint: bool,
    },
    Timeout,
}

impl Input {
    /// Tells the one who asked that it will not be done.
    pub(super) fn refuse(self, refusal: Refusal) {
        match self {
            Self::Enter { reply, .. } => refuse(reply, refusal),
            Self::EnterWithOffer { reply, .. } => refuse(reply, refusal),
            Self::LeaveWithOffer { reply, .. }
            | Self::Answer { reply, .. }
            | Self::Choose { reply, .. }
            | Self::End { reply }
            | Self::Stop { reply } => refuse(reply, refusal),
            Self::RestartIce { reply, .. } => refuse(reply, refusal),
            Self::Seat { reply, .. } => refuse(reply, refusal),
            Self::Unseat { reply, .. } | Self::CloseClassroom { reply, .. } => refuse(reply, refusal),
            _ => {}
        }
    }
}

fn refuse<T>(reply: Reply<T>, refusal: Refusal) {
    if let Some(reply) = reply {
        let _ = reply.send(Err(refusal));
    }
}

/// Who waits for an answer to an offer.
pub(in crate::live) enum Offerer {
    /// A Connection.
    Frame { re: u64, may: Renewal },
    /// An HTTP request.
    Request { reply: Reply<(ParticipantId, String)> },
}

/// What an offer over a Connection may come to where the Peer that it was handed to does not take it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::live) enum Renewal {
    /// It was to open this Peer.
    Nothing,
    /// It may be of a new Peer of the same page; it is kept for opening that one.
    NewPeer { offer: String },
    /// It is of this Peer or of none.
    SamePeer,
}

impl Input {
    /// May what comes of it have to be recorded?
    pub(super) fn may_be_recorded(&self) -> bool {
        match self {
            Self::Frame { frame, .. } => is_recorded(&frame.message),
            Self::Media(MediaEvent::Layer { .. } | MediaEvent::LineStep { .. } | MediaEvent::Loudness { .. })
            | Self::RestartIce { .. }
            | Self::Unpublishable { .. }
            | Self::Again { .. }
            | Self::AssignAgain { .. }
            | Self::Places { .. }
            | Self::Look { .. }
            | Self::Figures { .. } => false,
            _ => true,
        }
    }

    /// Is it a wish, which can be refused, and not something that happened by itself?
    pub(super) fn is_asked(&self) -> bool {
        match self {
            Self::Enter { .. }
            | Self::EnterWithOffer { .. }
            | Self::Answer { .. }
            | Self::Choose { .. }
            | Self::Seat { .. }
            | Self::Unseat { .. }
            | Self::CloseClassroom { .. }
            | Self::End { .. } => true,
            Self::Frame { frame, .. } => is_recorded(&frame.message),
            _ => false,
        }
    }

    /// Media inputs name peers, whose map changes only when effects are carried out: each is a turn of its own.
    pub(super) fn stands_alone(&self) -> bool {
        matches!(
            self,
            Self::Media(_) | Self::Answered { .. } | Self::Figures { .. } | Self::Again { .. } | Self::Stop { .. }
        )
    }
}

fn is_recorded(message: &ClientMessage) -> bool {
    matches!(
        message,
        ClientMessage::Leave
            | ClientMessage::Remove { .. }
            | ClientMessage::Headcount { .. }
            | ClientMessage::Strike { .. }
            | ClientMessage::SeatPerson { .. }
            | ClientMessage::OpenCheckIn(_)
            | ClientMessage::CloseCheckIn { .. }
            | ClientMessage::AnswerFor { .. }
            | ClientMessage::AnswerCheckIn { .. }
            | ClientMessage::OpenPoll(_)
            | ClientMessage::AnswerPoll { .. }
            | ClientMessage::ClosePoll { .. }
            | ClientMessage::PutAwayPoll { .. }
            | ClientMessage::End
    )
}
