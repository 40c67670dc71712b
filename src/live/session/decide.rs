//! Deciding: what the Room makes of inputs, before anything is recorded or carried out.

use super::super::media::{MediaError, MediaEvent, kbps, layer_name, line_step, lines_of_answer};
use super::actor::Peers;
use super::input::{Input, Offerer, Renewal};
use super::{Arrival, ConnectionId};
use lectern_signaling::protocol::{ParticipantId, Refusal};
use lectern_signaling::room::Room;
use lectern_signaling::{Effect, Moment};
use std::collections::HashMap;

/// What goes back together when a decision cannot be recorded.
#[derive(Clone)]
pub(super) struct State {
    pub(super) room: Room,
    /// The Connection that speaks for a Participant.
    pub(super) speaking: HashMap<ParticipantId, ConnectionId>,
    pub(super) last_connection: ConnectionId,
}

/// Whether the ledger takes lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recording {
    Works,
    /// What is asked for and would have to be recorded is refused.
    Fails,
}

/// What came of one input.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) result: Result<Vec<Effect>, Refusal>,
    /// Who came in by it, and on which Connection.
    pub(super) entered: Option<(ParticipantId, Option<ConnectionId>)>,
}

impl Decision {
    fn done(effects: Vec<Effect>) -> Self {
        Self { result: Ok(effects), entered: None }
    }
}

impl From<Result<Vec<Effect>, Refusal>> for Decision {
    fn from(result: Result<Vec<Effect>, Refusal>) -> Self {
        Self { result, entered: None }
    }
}

impl State {
    pub(super) fn decide(&mut self, now: Moment, input: &Input, peers: &Peers, recording: Recording) -> Decision {
        if recording == Recording::Fails && input.is_asked() {
            return Decision { result: Err(Refusal::NotRecorded), entered: None };
        }
        let decision = match input {
            Input::Enter { arrival, resume_token, .. } => self.enter(now, arrival, resume_token),
            Input::Frame { participant, connection, frame } => {
                if self.speaking.get(participant) != Some(connection) {
                    return Decision::done(Vec::new());
                }
                self.room.apply(now, *participant, frame.message.clone(), frame.id).into()
            }
            Input::Lost { participant, connection } => {
                if self.speaking.get(participant) != Some(connection) {
                    return Decision::done(Vec::new());
                }
                self.speaking.remove(participant);
                Decision::done(self.room.connection_lost(now, *participant))
            }
            Input::EnterWithOffer { identity, .. } => match self.room.join_without_connection(now, identity.clone()) {
                Ok((id, effects)) => Decision { result: Ok(effects), entered: Some((id, None)) },
                Err(refusal) => Err(refusal).into(),
            },
            Input::LeaveWithOffer { participant, .. } => self.room.leave(*participant, None).into(),
            Input::Places { places, roster } => Decision::done(self.room.know_places(places.clone(), roster.clone())),
            Input::Seat { taking, .. } => self.room.seat(now, taking.clone()).into(),
            Input::Unseat { key, place, .. } => self.room.unseat(now, key, place).into(),
            Input::CloseClassroom { place, .. } => self.room.close_classroom(now, place).into(),
            Input::Answer { key, number, given, .. } => self.room.answer_of(now, key, *number, given.clone()).into(),
            Input::Choose { key, number, choices, .. } => self.room.choose_of(now, key, *number, choices).into(),
            Input::End { .. } => self.room.end(None).into(),
            Input::Stop { .. } => Decision::done(self.room.stop()),
            Input::Media(event) => Decision::done(self.media_event(now, *event, peers)),
            Input::Figures { figures: Some(figures), .. } => {
                let lines = figures.iter().filter_map(|(peer, figures)| Some((peers.owner(*peer)?, figures.line())));
                Decision::done(self.room.media_lines(now, &lines.collect()))
            }
            Input::Answered { participant, peer, offerer, result } => {
                if peers.of(*participant) != Some(*peer) {
                    return Decision::done(Vec::new());
                }
                self.answered(*participant, offerer, result)
            }
            Input::Unpublishable { publication } => Decision::done(self.room.media_refused(*publication)),
            Input::Timeout => Decision::done(self.room.handle_timeout(now)),
            Input::RestartIce { .. }
            | Input::Again { .. }
            | Input::AssignAgain { .. }
            | Input::Look { .. }
            | Input::Figures { figures: None, .. } => Decision::done(Vec::new()),
        };
        for effect in decision.result.iter().flatten() {
            if let Effect::Disconnect { participant, .. } = effect {
                self.speaking.remove(participant);
            }
        }
        decision
    }

    fn enter(&mut self, now: Moment, arrival: &Arrival, resume_token: &str) -> Decision {
        let identity = &arrival.identity;
        let entered = match &arrival.resume {
            Some(token) => self.room.resume(now, identity, arrival.re, token),
            None => self.room.join(now, identity.clone(), arrival.re, resume_token.to_owned()),
        };
        let (id, effects) = match entered {
            Ok(entered) => entered,
            Err(refusal) => return Err(refusal).into(),
        };
        self.last_connection = ConnectionId(self.last_connection.0 + 1);
        self.speaking.insert(id, self.last_connection);
        Decision { result: Ok(effects), entered: Some((id, Some(self.last_connection))) }
    }

    fn media_event(&mut self, now: Moment, event: MediaEvent, peers: &Peers) -> Vec<Effect> {
        match event {
            MediaEvent::Closed(peer) => peers.owner(peer).map(|owner| self.room.media_closed(owner)),
            MediaEvent::Layer { peer, mid, layer } => {
                peers.owner(peer).map(|owner| self.room.media_layer(owner, mid.as_str(), layer.map(layer_name)))
            }
            MediaEvent::LineStep { peer, step, estimate_bps } => peers
                .owner(peer)
                .map(|owner| self.room.media_line_step(owner, line_step(step), Some(kbps(estimate_bps)))),
            MediaEvent::Loudness { track, level } => {
                peers.publication(track).map(|publication| self.room.media_loudness(now, publication, level))
            }
        }
        .unwrap_or_default()
    }

    fn answered(
        &mut self,
        participant: ParticipantId,
        offerer: &Offerer,
        result: &Result<String, MediaError>,
    ) -> Decision {
        match (result, offerer) {
            (Ok(answer), _) => Decision::done(self.room.media_negotiated(participant, lines_of_answer(answer))),
            // A new RTCPeerConnection of the same page: its Peer takes the place of the old one.
            (Err(MediaError::Changed | MediaError::Unknown), Offerer::Frame { may: Renewal::NewPeer { .. }, .. }) => {
                Decision::done(self.room.media_closed(participant))
            }
            // A refused re-offer leaves the Peer as it was; a refused first one leaves none.
            (Err(_), Offerer::Frame { may: Renewal::SamePeer | Renewal::NewPeer { .. }, .. }) => {
                Decision::done(Vec::new())
            }
            (Err(_), Offerer::Frame { may: Renewal::Nothing, .. }) => {
                Decision::done(self.room.media_closed(participant))
            }
            (Err(_), Offerer::Request { .. }) => Decision::done(self.room.media_closed(participant)),
        }
    }

    /// After a decision could not be recorded: its numbers may be in the ledger all the same, and must not come again.
    pub(super) fn skip_numbers_of(&mut self, tried: &Self) {
        self.room.skip_numbers_of(&tried.room);
        self.last_connection = tried.last_connection;
    }
}
