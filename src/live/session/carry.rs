//! Carrying out: what was decided and recorded reaches the people and the media plane, in order.

use super::super::media::{MediaError, want};
use super::super::{Lines, Pending, Reading};
use super::actor::{Actor, Attached, Over};
use super::decide::Decision;
use super::input::{Input, Offerer, Renewal, Reply};
use super::{ConnectionId, MediaEvent, PeerFigures};
use bytes::Bytes;
use lectern_media::ids::{Mid, PeerId};
use lectern_media::sdp::Flow;
use lectern_signaling::Effect;
use lectern_signaling::effect::MediaEffect;
use lectern_signaling::protocol::client::ClientMessage;
use lectern_signaling::protocol::server::ServerMessage;
use lectern_signaling::protocol::{CloseCode, ParticipantId, ParticipantKind, Refusal, encode};
use std::collections::{BTreeSet, HashMap};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// A media plane with a thousand commands waiting is through them within a few milliseconds.
const MEDIA_PAUSE: Duration = Duration::from_millis(20);

impl Actor {
    pub(super) async fn carry_out(&mut self, at: Reading, input: Input, decision: Decision) {
        let entered = decision.entered;
        match (input, decision.result) {
            (Input::Enter { outbox, reply, .. }, Ok(effects)) => {
                let (Some(outbox), Some((id, Some(connection)))) = (outbox, entered) else { return };
                if let Some(old) = self.outboxes.insert(id, Attached { connection, outbox }) {
                    old.outbox.close(CloseCode::Replaced);
                }
                self.effects(effects);
                if answer(reply, Ok((id, connection))).is_err() {
                    self.noticed.push_back(Input::Lost { participant: id, connection });
                }
            }
            (Input::Enter { reply, .. }, Err(refusal)) => drop(answer(reply, Err(refusal))),
            (Input::Frame { participant, frame, .. }, Ok(effects)) => {
                match frame.message {
                    ClientMessage::LineReport(report) => self.numbers.froze(report.freezes, report.freeze_ms),
                    ClientMessage::Fetched { pieces } => {
                        if let Some(shelf) = self.casts.shelf(self.handle.id()) {
                            self.fetched.count(participant, &pieces, &shelf);
                        }
                    }
                    _ => {}
                }
                self.effects(effects);
            }
            (Input::Frame { participant, connection, frame }, Err(refusal)) => {
                let message = ServerMessage::Refused(refusal.answering(Some(frame.id)));
                self.send_to_connection(participant, connection, &message);
            }
            (Input::Lost { participant, connection }, Ok(effects)) => {
                if self.outboxes.get(&participant).is_some_and(|a| a.connection == connection) {
                    self.outboxes.remove(&participant);
                }
                self.effects(effects);
            }
            (Input::EnterWithOffer { identity, offer, reply }, Ok(effects)) => {
                self.effects(effects);
                let Some((id, _)) = entered else { return };
                let means = if identity.kind == ParticipantKind::Encoder { Flow::Uplink } else { Flow::Downlink };
                self.open_peer(id, offer, means, Offerer::Request { reply });
            }
            (Input::EnterWithOffer { reply, .. }, Err(refusal)) => drop(answer(reply, Err(refusal))),
            (Input::Seat { taking, reply }, result) => {
                let taken = result.and_then(|effects| {
                    self.effects(effects);
                    self.state.room.seat_of(&taking.who.key).cloned().ok_or(Refusal::NoSuchSeat)
                });
                let _ = answer(reply, taken);
            }
            (Input::Look { look }, _) => look(&self.state.room),
            (
                Input::LeaveWithOffer { reply, .. }
                | Input::Answer { reply, .. }
                | Input::Choose { reply, .. }
                | Input::Unseat { reply, .. }
                | Input::CloseClassroom { reply, .. }
                | Input::End { reply },
                result,
            ) => {
                let result = result.map(|effects| self.effects(effects));
                let _ = answer(reply, result);
            }
            (Input::Stop { reply }, result) => {
                self.effects(result.unwrap_or_default());
                self.over = self.over.or(Some(Over::Stopped));
                let _ = answer(reply, Ok(()));
            }
            (Input::RestartIce { participant, ufrag, pwd, reply }, _) => {
                self.restart_ice(participant, ufrag, pwd, reply);
            }
            (Input::Media(event), result) => {
                if let MediaEvent::Closed(peer) = event {
                    self.forget_peer(peer);
                }
                self.effects(result.unwrap_or_default());
            }
            (Input::Answered { participant, peer, offerer, result }, decided) => {
                self.answered(participant, peer, offerer, result, decided.unwrap_or_default());
            }
            (Input::Again { effect }, _) => match self.state.room.still_wanted(&effect) {
                Some(effect @ MediaEffect::Publish { .. }) => self.publish(effect, Attempt::Later),
                Some(effect) => self.media(effect),
                None => {}
            },
            (Input::AssignAgain { publication }, _) => {
                for effect in self.state.room.assignments_of(publication) {
                    self.media(effect);
                }
            }
            (Input::Figures { figures, checkpoint }, result) => {
                self.effects(result.unwrap_or_default());
                self.note_sending(at, figures.as_ref());
                self.tell_of_the_capture(at);
                if checkpoint {
                    self.checkpoint(at, figures).await;
                }
            }
            (Input::Unpublishable { .. } | Input::Timeout | Input::Places { .. } | Input::Lost { .. }, result) => {
                self.effects(result.unwrap_or_default());
            }
        }
    }

    /// Hosts hear when lines cannot be written, and when they can again.
    pub(super) fn tell_of_the_ledger(&mut self, at: Reading) {
        let effects = self.state.room.ledger_written(at.moment, !self.recorder.fails());
        self.effects(effects);
    }

    pub(super) fn effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                // Committed before.
                Effect::Ledger(_) | Effect::Poll(_) => {}
                Effect::Media(effect) => self.media(effect),
                Effect::Capture(effect) => self.capture(effect),
                Effect::Cast(view) => self.cast(&view),
                Effect::StreamLink { to, re } => self.stream_link(to, re),
                Effect::Send { to, message } => self.send(to, &message),
                Effect::Refuse { to, refusal } => self.send(to, &ServerMessage::Refused(refusal)),
                Effect::Broadcast { except, message } => self.broadcast(except, &message),
                Effect::Disconnect { participant, code } => {
                    if let Some(attached) = self.outboxes.remove(&participant) {
                        attached.outbox.close(code);
                    }
                }
                Effect::EndSession => self.over = Some(Over::Ended),
            }
        }
    }

    pub(super) fn send(&mut self, to: ParticipantId, message: &ServerMessage) {
        if self.outboxes.contains_key(&to) {
            self.deliver(to, Bytes::from(encode(message)));
        }
    }

    fn send_to_connection(&mut self, to: ParticipantId, connection: ConnectionId, message: &ServerMessage) {
        if self.outboxes.get(&to).is_some_and(|attached| attached.connection == connection) {
            self.send(to, message);
        }
    }

    /// Encoded once, shared by all.
    fn broadcast(&mut self, except: Option<ParticipantId>, message: &ServerMessage) {
        let text = Bytes::from(encode(message));
        let all: Vec<ParticipantId> = self.outboxes.keys().copied().filter(|id| Some(*id) != except).collect();
        for to in all {
            self.deliver(to, text.clone());
        }
    }

    fn deliver(&mut self, to: ParticipantId, text: Bytes) {
        let full = self.outboxes.get(&to).is_some_and(|attached| attached.outbox.send(text).is_err());
        if full && let Some(slow) = self.outboxes.remove(&to) {
            tracing::info!(session = %self.recorder.session(), participant = to.0, "a slow consumer was dropped");
            self.numbers.slow_consumer();
            self.noticed.push_back(Input::Lost { participant: to, connection: slow.connection });
            slow.outbox.cut(CloseCode::SlowConsumer);
        }
    }

    fn media(&mut self, effect: MediaEffect) {
        match effect {
            MediaEffect::Offer { participant, re, sdp, continues } => self.offer(participant, re, sdp, continues),
            MediaEffect::Publish { .. } => self.publish(effect, Attempt::First),
            MediaEffect::Unpublish { publication } => {
                if let Some(track) = self.peers.tracks.remove(&publication) {
                    self.peers.publications.remove(&track);
                    self.index.remove_track(track);
                    let media = self.media.clone();
                    self.insist(move || media.unpublish(track));
                }
            }
            MediaEffect::Mute { publication, muted } => {
                if let Some(&track) = self.peers.tracks.get(&publication) {
                    self.ask(self.media.set_muted(track, muted), move |result| busy(result, effect));
                }
            }
            MediaEffect::AssignSlot { participant, ref mid, publication, max_layer, rank } => {
                let (Some(peer), Some(mid)) = (self.peers.of(participant), Mid::new(mid)) else { return };
                let track = publication.and_then(|p| self.peers.tracks.get(&p).copied());
                let assign = self.media.assign_slot(peer, mid, track, want(max_layer, rank));
                self.ask(assign, move |result| busy(result, effect));
            }
            MediaEffect::ClosePeer { participant } => {
                if let Some(peer) = self.peers.of(participant) {
                    self.close_peer(peer);
                }
            }
        }
    }

    fn publish(&mut self, effect: MediaEffect, attempt: Attempt) {
        let MediaEffect::Publish { participant, publication, ref mid } = effect else { return };
        let (Some(peer), Some(mid)) = (self.peers.of(participant), Mid::new(mid)) else {
            self.noticed.push_back(Input::Unpublishable { publication });
            return;
        };
        let track = *self.peers.tracks.entry(publication).or_insert_with(|| self.numbers.track());
        self.peers.publications.insert(track, publication);
        self.index.insert_track(track, self.handle.clone());
        self.ask(self.media.publish(peer, mid, track), move |result| match (result, attempt) {
            (Ok(()), Attempt::First) | (Err(MediaError::Stopped), _) => None,
            (Ok(()), Attempt::Later) => Some(Input::AssignAgain { publication }),
            (Err(MediaError::Busy), _) => Some(Input::Again { effect }),
            (Err(_), _) => Some(Input::Unpublishable { publication }),
        });
    }

    fn offer(&mut self, participant: ParticipantId, re: u64, sdp: String, continues: bool) {
        let Some(peer) = self.peers.of(participant) else {
            if continues {
                self.send(participant, &ServerMessage::Refused(Refusal::PeerGone.answering(Some(re))));
            } else {
                self.open_peer(participant, sdp, Flow::Downlink, Offerer::Frame { re, may: Renewal::Nothing });
            }
            return;
        };
        let reoffer = self.media.reoffer(peer, sdp.clone());
        let may = if continues { Renewal::SamePeer } else { Renewal::NewPeer { offer: sdp } };
        let offerer = Offerer::Frame { re, may };
        self.ask(reoffer, move |result| Some(Input::Answered { participant, peer, offerer, result }));
    }

    fn open_peer(&mut self, participant: ParticipantId, offer: String, means: Flow, offerer: Offerer) {
        let peer = self.numbers.peer();
        self.peers.by_participant.insert(participant, peer);
        self.peers.by_peer.insert(peer, participant);
        self.index.insert_peer(peer, self.handle.clone());
        let open = self.media.open(peer, offer, means);
        self.ask(open, move |result| Some(Input::Answered { participant, peer, offerer, result }));
    }

    fn answered(
        &mut self,
        participant: ParticipantId,
        peer: PeerId,
        offerer: Offerer,
        result: Result<String, MediaError>,
        effects: Vec<Effect>,
    ) {
        if self.peers.of(participant) != Some(peer) {
            // It was closed while the answer was on its way; an opened Peer must not stay behind.
            let media = self.media.clone();
            self.insist(move || media.close(peer));
            if let Offerer::Request { reply } = offerer {
                let _ = answer(reply, Err(Refusal::NoSuchParticipant));
            }
            return;
        }
        match (result, offerer) {
            (Ok(sdp), Offerer::Frame { re, .. }) => {
                self.send(participant, &ServerMessage::Answer { re, sdp });
                self.effects(effects);
            }
            (Ok(sdp), Offerer::Request { reply }) => {
                let gone = answer(reply, Ok((participant, sdp))).is_err();
                self.effects(effects);
                if gone {
                    self.noticed.push_back(Input::LeaveWithOffer { participant, reply: None });
                }
            }
            (
                Err(MediaError::Changed | MediaError::Unknown),
                Offerer::Frame { re, may: Renewal::NewPeer { offer } },
            ) => {
                self.effects(effects);
                self.close_peer(peer);
                self.open_peer(participant, offer, Flow::Downlink, Offerer::Frame { re, may: Renewal::Nothing });
            }
            (Err(error), Offerer::Frame { re, may }) => {
                tracing::debug!(session = %self.recorder.session(), participant = participant.0, %error, "an offer was refused");
                let refusal = match (&error, may) {
                    (MediaError::Changed | MediaError::Unknown, Renewal::SamePeer) => Refusal::PeerGone,
                    // A refused re-offer leaves the Peer as it was.
                    (_, Renewal::SamePeer | Renewal::NewPeer { .. }) => error.refusal(),
                    (_, Renewal::Nothing) => {
                        self.forget_peer(peer);
                        error.refusal()
                    }
                };
                self.send(participant, &ServerMessage::Refused(refusal.answering(Some(re))));
            }
            (Err(error), Offerer::Request { reply }) => {
                self.forget_peer(peer);
                self.effects(effects);
                let _ = answer(reply, Err(error.refusal()));
            }
        }
    }

    fn restart_ice(
        &mut self,
        participant: ParticipantId,
        ufrag: String,
        pwd: String,
        reply: Reply<lectern_media::sdp::LocalTransport>,
    ) {
        let Some(peer) = self.peers.of(participant) else {
            let _ = answer(reply, Err(Refusal::NoSuchParticipant));
            return;
        };
        self.ask(self.media.restart_ice(peer, ufrag, pwd), move |result| {
            let _ = answer(reply, result.map_err(|error| error.refusal()));
            None
        });
    }

    pub(super) fn close_peer(&mut self, peer: PeerId) {
        self.forget_peer(peer);
        let media = self.media.clone();
        self.insist(move || media.close(peer));
    }

    fn forget_peer(&mut self, peer: PeerId) {
        if let Some(participant) = self.peers.by_peer.remove(&peer)
            && self.peers.of(participant) == Some(peer)
        {
            self.peers.by_participant.remove(&participant);
        }
        self.index.remove_peer(peer);
    }

    /// Hands a command to the media plane now, in order; what its reply means comes back as an input.
    fn ask<T: 'static>(
        &mut self,
        mut command: Pending<Result<T, MediaError>>,
        then: impl FnOnce(Result<T, MediaError>) -> Option<Input> + Send + 'static,
    ) where
        Result<T, MediaError>: Send,
    {
        match command.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => {
                let pause = matches!(result, Err(MediaError::Busy)).then_some(MEDIA_PAUSE);
                match (then(result), pause) {
                    (Some(input), Some(pause)) => {
                        self.asked.spawn(async move {
                            tokio::time::sleep(pause).await;
                            Some(input)
                        });
                    }
                    // An input has its own turn, even where its cause is known now.
                    (Some(input), None) => self.noticed.push_back(input),
                    (None, _) => {}
                }
            }
            Poll::Pending => {
                self.asked.spawn(async move {
                    let result = command.await;
                    let busy = matches!(result, Err(MediaError::Busy));
                    let input = then(result);
                    if busy && input.is_some() {
                        tokio::time::sleep(MEDIA_PAUSE).await;
                    }
                    input
                });
            }
        }
    }

    /// A command about something whose number never comes again can be repeated until it is taken.
    fn insist(&mut self, command: impl Fn() -> Pending<Result<(), MediaError>> + Send + 'static) {
        let mut first = command();
        let first = match first.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(MediaError::Busy)) => None,
            Poll::Ready(_) => return,
            Poll::Pending => Some(first),
        };
        self.asked.spawn(async move {
            let mut taken = match first {
                Some(first) => !matches!(first.await, Err(MediaError::Busy)),
                None => false,
            };
            while !taken {
                tokio::time::sleep(MEDIA_PAUSE).await;
                taken = !matches!(command().await, Err(MediaError::Busy));
            }
            None
        });
    }

    /// A Connection's task that was cancelled or panicked never said that it is gone. Who only seems to be here must not
    /// be on record as present until the Session ends.
    fn notice_abandoned(&mut self) -> BTreeSet<ParticipantId> {
        let mut abandoned = BTreeSet::new();
        for (&participant, Attached { connection, outbox }) in &self.outboxes {
            if outbox.is_abandoned() {
                abandoned.insert(participant);
                self.noticed.push_back(Input::Lost { participant, connection: *connection });
            }
        }
        abandoned
    }

    /// Whose unmuted microphone, camera or screen arrives here right now.
    fn note_sending(&mut self, at: Reading, figures: Option<&HashMap<PeerId, PeerFigures>>) {
        let arriving = figures.into_iter().flatten().filter(|(_, figures)| figures.received_bps > 0);
        let arriving: BTreeSet<ParticipantId> = arriving.filter_map(|(peer, _)| self.peers.owner(*peer)).collect();
        let sending = self.state.room.present(at.moment).filter(|who| who.publishes && arriving.contains(&who.id));
        self.recorder.note_sending(at, sending.map(|who| who.id));
    }

    async fn checkpoint(&mut self, at: Reading, figures: Option<HashMap<PeerId, PeerFigures>>) {
        let by_person = figures.map(|all| {
            let owned = all.into_iter().filter_map(|(peer, f)| Some((self.peers.owner(peer)?, f.delivered)));
            owned.collect()
        });
        let abandoned = self.notice_abandoned();
        let here = self.state.room.present(at.moment).filter(|who| !abandoned.contains(&who.id));
        let lines = Lines::from(self.recorder.checkpoint(at, here, by_person.as_ref(), &self.fetched));
        if self.recorder.commit(&lines).await.is_err() {
            self.recorder.fall_behind(lines);
        }
    }
}

/// A Publication that comes later than its slots were assigned has them assigned again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    First,
    Later,
}

fn busy(result: Result<(), MediaError>, effect: MediaEffect) -> Option<Input> {
    match result {
        Err(MediaError::Busy) => Some(Input::Again { effect }),
        Err(error) => {
            tracing::debug!(?effect, %error, "the media plane refused a command");
            None
        }
        Ok(()) => None,
    }
}

/// The asker may be gone.
fn answer<T>(reply: Reply<T>, result: Result<T, Refusal>) -> Result<(), Result<T, Refusal>> {
    match reply {
        Some(reply) => reply.send(result),
        None => Ok(()),
    }
}
