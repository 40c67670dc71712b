//! One live Session: an actor that owns the Room, and the handle by which everybody else talks to it.

mod actor;
mod carry;
mod decide;
mod input;
mod tap;

use super::media::{MediaEvent, PeerFigures};
use super::outbox::{OutboxReader, outbox};
use super::places::Places;
use crate::domain::SessionId;
use input::Input;
use lectern_media::ids::PeerId;
use lectern_media::sdp::LocalTransport;
use lectern_signaling::protocol::check_in::CheckIn;
use lectern_signaling::protocol::client::ClientFrame;
use lectern_signaling::protocol::poll::Poll;
use lectern_signaling::protocol::{ParticipantId, Refusal};
use lectern_signaling::room::{Given, Identity, Room, Seat, Taking};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::{mpsc, oneshot};

pub(super) use actor::{Actor, ActorParts};

/// Inputs that may wait for one Session. Beyond it those who send wait, down to the client's TCP window.
pub(super) const INBOX: usize = 1024;

/// One Connection of a Session; numbers are not used again within the Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ConnectionId(pub(super) u64);

/// Somebody who says `hello`.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub identity: Identity,
    /// The id of the `hello` frame.
    pub re: u64,
    /// The token of an earlier `welcome`.
    pub resume: Option<String>,
}

/// A Connection that was let in.
#[derive(Debug)]
pub struct Member {
    participant: ParticipantId,
    connection: ConnectionId,
    inbox: mpsc::Sender<Input>,
}

/// Talks to a live Session. Cheap to clone; the Session goes on without it.
#[derive(Clone)]
pub struct SessionHandle {
    id: SessionId,
    inbox: mpsc::Sender<Input>,
    gauges: Arc<Gauges>,
    /// Every Connection holds one of these.
    standing: mpsc::WeakSender<()>,
}

/// What an actor tells of its Room without being asked.
#[derive(Default)]
pub(super) struct Gauges {
    pub(super) people: AtomicUsize,
    pub(super) connections: AtomicUsize,
    pub(super) has_host: AtomicBool,
}

impl SessionHandle {
    pub(super) fn new(id: SessionId, inbox: mpsc::Sender<Input>, standing: mpsc::WeakSender<()>) -> Self {
        Self { id, inbox, gauges: Arc::default(), standing }
    }

    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// How many people are in the Room now.
    #[must_use]
    pub fn people(&self) -> usize {
        self.gauges.people.load(Ordering::Relaxed)
    }

    /// How many Connections stand now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.gauges.connections.load(Ordering::Relaxed)
    }

    /// Is a host here who is shown how the lines are?
    pub(super) fn has_host(&self) -> bool {
        self.gauges.has_host.load(Ordering::Relaxed)
    }

    /// Lets a Connection in, after it is on record. What it is to be told, from `welcome` on, comes out of the reader.
    pub async fn enter(&self, arrival: Arrival) -> Result<(Member, OutboxReader), Refusal> {
        let (outbox, mut reader) = outbox();
        reader.standing = self.standing.upgrade();
        let resume_token = resume_token();
        let enter = |reply| Input::Enter { arrival, resume_token, outbox: Some(outbox), reply: Some(reply) };
        let (participant, connection) = self.ask(enter).await?;
        Ok((Member { participant, connection, inbox: self.inbox.clone() }, reader))
    }

    /// Lets an encoder (WHIP) or a player (WHEP) in, and answers its offer.
    pub async fn enter_with_offer(
        &self,
        identity: Identity,
        offer: String,
    ) -> Result<(ParticipantId, String), Refusal> {
        self.ask(|reply| Input::EnterWithOffer { identity, offer, reply: Some(reply) }).await
    }

    /// An encoder's or a player's resource was deleted.
    pub async fn leave_with_offer(&self, participant: ParticipantId) -> Result<(), Refusal> {
        self.ask(|reply| Input::LeaveWithOffer { participant, reply: Some(reply) }).await
    }

    /// Restarts ICE of an encoder or a player that sends only its credentials (RFC 9725 §4.3.2).
    pub async fn restart_ice(
        &self,
        participant: ParticipantId,
        ufrag: String,
        pwd: String,
    ) -> Result<LocalTransport, Refusal> {
        self.ask(|reply| Input::RestartIce { participant, ufrag, pwd, reply: Some(reply) }).await
    }

    /// Tells the Room the places of its Activity, and who can be seated by hand.
    pub async fn know_places(&self, places: Places) {
        let Places { cards, roster, closed } = places;
        // A Session that is over needs no places.
        let _ = self.inbox.send(Input::Places { places: cards, roster }).await;
        for place in closed {
            let _ = self.close_classroom(place).await;
        }
    }

    /// Seats somebody, after it is on record.
    pub async fn seat(&self, taking: Taking) -> Result<Seat, Refusal> {
        self.ask(|reply| Input::Seat { taking, reply: Some(reply) }).await
    }

    /// The person leaves the seat by its own word.
    pub async fn unseat(&self, key: String, place: String) -> Result<(), Refusal> {
        self.ask(|reply| Input::Unseat { key, place, reply: Some(reply) }).await
    }

    /// Closes a Classroom: its seats end, its device is put out.
    pub async fn close_classroom(&self, place: String) -> Result<(), Refusal> {
        self.ask(|reply| Input::CloseClassroom { place, reply: Some(reply) }).await
    }

    /// What somebody sees who looks at the Room, after what was asked before.
    pub async fn look<T: Send + 'static>(&self, look: impl FnOnce(&Room) -> T + Send + 'static) -> Result<T, Refusal> {
        let look = |reply: oneshot::Sender<Result<T, Refusal>>| Input::Look {
            look: Box::new(move |room| drop(reply.send(Ok(look(room))))),
        };
        self.ask(look).await
    }

    /// A person answers a check-in without a Connection of its own, under the key that stands for it in the ledger.
    pub async fn answer(&self, key: String, number: u32, given: Given) -> Result<(), Refusal> {
        self.ask(|reply| Input::Answer { key, number, given, reply: Some(reply) }).await
    }

    /// The open check-in, as it is to this person.
    pub async fn check_in(&self, key: String) -> Result<Option<CheckIn>, Refusal> {
        self.look(move |room| room.check_in_of(&key)).await
    }

    /// A person answers a poll without a Connection of its own.
    pub async fn choose(&self, key: String, number: u32, choices: Vec<u8>) -> Result<(), Refusal> {
        self.ask(|reply| Input::Choose { key, number, choices, reply: Some(reply) }).await
    }

    /// The poll that is open or whose result is shown, and what this person chooses in it.
    pub async fn poll(&self, key: String) -> Result<Option<(Poll, Vec<u8>)>, Refusal> {
        self.look(move |room| Some((room.poll()?, room.choices_of(&key).unwrap_or_default()))).await
    }

    /// Ends the Session for everyone.
    pub async fn end(&self) -> Result<(), Refusal> {
        self.ask(|reply| Input::End { reply: Some(reply) }).await
    }

    /// The server stops; the Session will go on after it starts again.
    pub(super) async fn stop(&self) {
        let _ = self.ask(|reply| Input::Stop { reply: Some(reply) }).await;
    }

    /// A Session whose inbox is full goes without: the next ones tell the same and more.
    pub(super) fn figures(&self, figures: Option<HashMap<PeerId, PeerFigures>>, checkpoint: bool) {
        if self.inbox.try_send(Input::Figures { figures, checkpoint }).is_err() {
            tracing::warn!(session = %self.id, checkpoint, "a Session was too busy for its figures");
        }
    }

    /// Gives the event back when the Session's inbox is full.
    pub(super) fn media_event(&self, event: MediaEvent) -> Result<(), MediaEvent> {
        match self.inbox.try_send(Input::Media(event)) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(event),
        }
    }

    pub(super) async fn media_event_late(&self, event: MediaEvent) {
        let _ = self.inbox.send(Input::Media(event)).await;
    }

    async fn ask<T>(&self, input: impl FnOnce(oneshot::Sender<Result<T, Refusal>>) -> Input) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(input(reply)).await.map_err(|_| Refusal::SessionEnded)?;
        answer.await.unwrap_or(Err(Refusal::SessionEnded))
    }

    pub(super) fn gauges(&self) -> Arc<Gauges> {
        self.gauges.clone()
    }
}

impl Member {
    #[must_use]
    pub fn participant(&self) -> ParticipantId {
        self.participant
    }

    /// Hands a frame to the Session; waits while the Session is behind. False when the Session is over.
    pub async fn say(&self, frame: ClientFrame) -> bool {
        let said = Input::Frame { participant: self.participant, connection: self.connection, frame };
        self.inbox.send(said).await.is_ok()
    }

    /// The Connection is gone.
    pub async fn lost(self) {
        let lost = Input::Lost { participant: self.participant, connection: self.connection };
        let _ = self.inbox.send(lost).await;
    }
}

/// 144 random bits.
fn resume_token() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 18]>())
}
