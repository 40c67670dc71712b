//! The actor: takes what waits, decides, records, and only then carries out.

use super::super::capture::CaptureLine;
use super::super::casts::Fetched;
use super::super::events::MediaIndex;
use super::super::ledger::{Recorder, new_event};
use super::super::media::MediaPlane;
use super::super::outbox::Outbox;
use super::super::registry::Numbers;
use super::super::{Casts, LedgerError, Lines, LiveClock, Reading, polls};
use super::decide::{Decision, Recording, State};
use super::input::Input;
use super::{ConnectionId, Gauges, SessionHandle};
use crate::domain::presence::{NewEvent, Person, PresenceKind};
use lectern_media::hls::CastView;
use lectern_media::ids::{PeerId, TrackId};
use lectern_signaling::Effect;
use lectern_signaling::effect::PresenceFact;
use lectern_signaling::protocol::{ParticipantId, PublicationId, Refusal, UnseatCause};
use lectern_signaling::room::{Room, Seat};
use serde_json::json;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Inputs decided and recorded together: a whole class that joins at once shares a few commits, and no input waits for
/// more than this many others.
const TURN: usize = 64;
/// How long lines wait before a failing ledger is tried again without being asked.
const LEDGER_PAUSE: Duration = Duration::from_secs(2);

/// A media plane that does not take its last commands within this time has stopped.
const GOODBYES: Duration = Duration::from_secs(2);

pub(in crate::live) struct ActorParts {
    pub(in crate::live) handle: SessionHandle,
    pub(in crate::live) inbox: mpsc::Receiver<Input>,
    pub(in crate::live) room: Room,
    /// What the Room wanted when it opened.
    pub(in crate::live) first: Vec<Effect>,
    pub(in crate::live) clock: LiveClock,
    pub(in crate::live) recorder: Recorder,
    pub(in crate::live) capture: CaptureLine,
    pub(in crate::live) casts: Arc<dyn Casts>,
    pub(in crate::live) media: Arc<dyn MediaPlane>,
    pub(in crate::live) numbers: Arc<Numbers>,
    pub(in crate::live) index: MediaIndex,
}

pub(in crate::live) struct Actor {
    pub(super) state: State,
    pub(super) recorder: Recorder,
    pub(super) capture: CaptureLine,
    pub(super) casts: Arc<dyn Casts>,
    pub(super) fetched: Fetched,
    pub(super) clock: LiveClock,
    pub(super) media: Arc<dyn MediaPlane>,
    pub(super) numbers: Arc<Numbers>,
    pub(super) index: MediaIndex,
    pub(super) handle: SessionHandle,
    pub(super) outboxes: HashMap<ParticipantId, Attached>,
    pub(super) peers: Peers,
    /// Replies of the media plane that are still to come; each ends as an input.
    pub(super) asked: JoinSet<Option<Input>>,
    /// What the actor noticed itself.
    pub(super) noticed: VecDeque<Input>,
    pub(super) over: Option<Over>,
    inbox: mpsc::Receiver<Input>,
    gauges: Arc<Gauges>,
}

pub(super) struct Attached {
    pub(super) connection: ConnectionId,
    pub(super) outbox: Outbox,
}

/// Why the actor stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Ended,
    Stopped,
}

/// Which Peer and Track belong to whom: the only place that knows people and media numbers together.
#[derive(Default)]
pub(super) struct Peers {
    pub(super) by_participant: HashMap<ParticipantId, PeerId>,
    pub(super) by_peer: HashMap<PeerId, ParticipantId>,
    pub(super) tracks: HashMap<PublicationId, TrackId>,
    pub(super) publications: HashMap<TrackId, PublicationId>,
}

impl Peers {
    pub(super) fn of(&self, participant: ParticipantId) -> Option<PeerId> {
        self.by_participant.get(&participant).copied()
    }

    pub(super) fn owner(&self, peer: PeerId) -> Option<ParticipantId> {
        self.by_peer.get(&peer).copied()
    }

    pub(super) fn publication(&self, track: TrackId) -> Option<PublicationId> {
        self.publications.get(&track).copied()
    }
}

impl Actor {
    pub(in crate::live) fn new(parts: ActorParts) -> Self {
        let gauges = parts.handle.gauges();
        let mut actor = Self {
            state: State { room: parts.room, speaking: HashMap::new(), last_connection: ConnectionId(0) },
            recorder: parts.recorder,
            capture: parts.capture,
            casts: parts.casts,
            fetched: Fetched::default(),
            clock: parts.clock,
            media: parts.media,
            numbers: parts.numbers,
            index: parts.index,
            handle: parts.handle,
            outboxes: HashMap::new(),
            peers: Peers::default(),
            asked: JoinSet::new(),
            noticed: VecDeque::new(),
            over: None,
            inbox: parts.inbox,
            gauges,
        };
        // The Session's row is committed already: its first line cannot be refused, only be late.
        let at = actor.clock.reading();
        let first: Vec<NewEvent> = facts(&parts.first).map(|fact| actor.recorder.line(at, fact, None)).collect();
        actor.recorder.fall_behind(first.into());
        actor
    }

    /// Runs until the Session ends or the server stops.
    pub(in crate::live) async fn run(mut self) {
        let _ = self.recorder.commit(&Lines::default()).await;
        self.show(CastView::default());
        let mut inputs = Vec::with_capacity(TURN);
        while self.over.is_none() {
            self.next_inputs(&mut inputs).await;
            while !inputs.is_empty() && self.over.is_none() {
                let turn = take_turn(&mut inputs);
                self.turn(turn).await;
            }
        }
        self.finish(inputs).await;
    }

    async fn next_inputs(&mut self, inputs: &mut Vec<Input>) {
        if let Some(noticed) = self.noticed.pop_front() {
            inputs.push(noticed);
            return;
        }
        let due = self.state.room.next_timeout().map(|moment| self.clock.instant_of(moment));
        let timeout = async {
            match due {
                Some(instant) => tokio::time::sleep_until(instant).await,
                None => std::future::pending().await,
            }
        };
        let behind = self.recorder.is_behind();
        tokio::select! {
            // The handle that the actor holds keeps the inbox open.
            _ = self.inbox.recv_many(inputs, TURN) => {}
            Some(reply) = self.asked.join_next() => inputs.extend(reply.ok().flatten()),
            () = timeout => inputs.push(Input::Timeout),
            () = tokio::time::sleep(LEDGER_PAUSE), if behind => {
                let _ = self.recorder.commit(&Lines::default()).await;
                self.tell_of_the_ledger(self.clock.reading());
            }
        }
    }

    async fn turn(&mut self, mut inputs: Vec<Input>) {
        let at = self.clock.reading();
        let before = inputs.iter().any(Input::may_be_recorded).then(|| self.state.clone());
        let (mut decisions, lines) = self.decide(at, &inputs, Recording::Works);
        if !lines.is_empty()
            && let Err(error) = self.recorder.commit(&lines).await
        {
            decisions = self.decide_unrecorded(at, &inputs, before, &error);
        }
        for (input, decision) in inputs.drain(..).zip(decisions) {
            self.carry_out(at, input, decision).await;
        }
        self.tell_of_the_ledger(at);
        let room = &self.state.room;
        self.recorder.keep_only(|id| room.identity(id).is_some());
        self.fetched.keep_only(|id| room.identity(id).is_some());
        self.gauges.people.store(room.people(), Ordering::Relaxed);
        self.gauges.connections.store(self.outboxes.len(), Ordering::Relaxed);
        self.gauges.has_host.store(room.has_host(), Ordering::Relaxed);
    }

    fn decide(&mut self, at: Reading, inputs: &[Input], recording: Recording) -> (Vec<Decision>, Lines) {
        let mut lines = Lines::default();
        let mut decisions = Vec::with_capacity(inputs.len());
        for input in inputs {
            let decision = self.state.decide(at.moment, input, &self.peers, recording);
            for fact in decision.result.iter().flat_map(|effects| facts(effects)) {
                let joined = match fact {
                    PresenceFact::Joined { participant } => self.state.room.identity(*participant),
                    _ => None,
                };
                lines.events.push(self.recorder.line(at, fact, joined));
            }
            lines.polls.extend(decision.result.iter().flat_map(|effects| polls::entries(effects)));
            decisions.push(decision);
        }
        (decisions, lines)
    }

    /// The ledger did not take the lines: goes back, refuses what was asked for, and keeps what happened by itself for
    /// later.
    fn decide_unrecorded(
        &mut self,
        at: Reading,
        inputs: &[Input],
        before: Option<State>,
        error: &LedgerError,
    ) -> Vec<Decision> {
        let Some(before) = before else {
            debug_assert!(false, "an input whose outcome is recorded says so");
            return inputs.iter().map(|_| Decision { result: Err(Refusal::NotRecorded), entered: None }).collect();
        };
        let tried = std::mem::replace(&mut self.state, before);
        let polls = self.state.room.polls_instead_of(&tried.room);
        self.state.skip_numbers_of(&tried);
        let (decisions, happened) = self.decide(at, inputs, Recording::Fails);
        if matches!(error, LedgerError::Unknown(_)) {
            // The refused lines may have been written. Saying what is true after them makes them harmless.
            let tried_room = tried.room;
            let tried: BTreeSet<ParticipantId> = tried_room.present(at.moment).map(|p| p.id).collect();
            let seats = self.truth_about_seats(at, &tried_room);
            let truth = self.truth_about(at, &tried);
            self.recorder.fall_behind(truth.into());
            self.recorder.fall_behind(seats.into());
            self.recorder.fall_behind(Lines { events: Vec::new(), polls: polls::entries(&polls).collect() });
        }
        self.recorder.fall_behind(happened);
        decisions
    }

    /// For everyone in the Room, before or after: here, away or gone.
    fn truth_about(&mut self, at: Reading, tried: &BTreeSet<ParticipantId>) -> Vec<NewEvent> {
        let here: HashMap<ParticipantId, bool> =
            self.state.room.present(at.moment).map(|p| (p.id, p.connected)).collect();
        let all: BTreeSet<ParticipantId> = tried.iter().chain(here.keys()).copied().collect();
        let lines = all.into_iter().map(|id| {
            let kind = match here.get(&id) {
                Some(true) => PresenceKind::Resumed,
                Some(false) => PresenceKind::Lost,
                None => PresenceKind::Left,
            };
            let person = self.recorder.person(id);
            new_event(at, kind, Some(id), person, &json!({ "restated": true }))
        });
        lines.collect()
    }

    /// A seat that was refused is annulled, should it be on record; one that could not be given up is taken again.
    fn truth_about_seats(&self, at: Reading, tried: &Room) -> Vec<NewEvent> {
        let held = |room: &Room, seat: &Seat| {
            room.seat_of(&seat.who.key).is_some_and(|other| (&other.place, other.number) == (&seat.place, seat.number))
        };
        let annulled = tried.seated().filter(|seat| !held(&self.state.room, seat)).map(|seat| {
            let detail = json!({ "place": seat.place, "cause": UnseatCause::Struck, "restated": true });
            new_event(at, PresenceKind::Unseated, None, Person::from_key(&seat.who.key), &detail)
        });
        let taken = self.state.room.seated().filter(|seat| !held(tried, seat)).filter_map(|seat| {
            let PresenceFact::Seated { person, detail } = seat.fact() else { return None };
            let mut detail = json!(detail);
            detail["restated"] = json!(true);
            Some(new_event(at, PresenceKind::Seated, None, Person::from_key(&person), &detail))
        });
        annulled.chain(taken).collect()
    }

    /// Everybody was told; what is still asked is refused, and the rest of the server learns that it is over.
    async fn finish(mut self, unread: Vec<Input>) {
        self.inbox.close();
        let refusal = match self.over {
            Some(Over::Stopped) => Refusal::ServerStopping,
            Some(Over::Ended) | None => Refusal::SessionEnded,
        };
        for input in unread {
            input.refuse(refusal);
        }
        while let Ok(input) = self.inbox.try_recv() {
            input.refuse(refusal);
        }
        let peers: Vec<PeerId> = self.peers.by_peer.keys().copied().collect();
        for peer in peers {
            self.close_peer(peer);
        }
        for track in self.peers.publications.keys() {
            self.index.remove_track(*track);
        }
        self.outboxes.clear();
        self.gauges.people.store(0, Ordering::Relaxed);
        self.gauges.connections.store(0, Ordering::Relaxed);
        self.gauges.has_host.store(false, Ordering::Relaxed);
        self.casts.close(self.handle.id());
        self.capture.finish(self.over == Some(Over::Ended), &self.clock).await;
        if self.over == Some(Over::Ended) {
            self.recorder.end_session(&self.clock).await;
        } else {
            let _ = self.recorder.commit(&Lines::default()).await;
        }
        // Peers that are being closed get their goodbye.
        let goodbyes = async { while self.asked.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GOODBYES, goodbyes).await;
    }
}

/// The next inputs that can be decided together.
fn take_turn(inputs: &mut Vec<Input>) -> Vec<Input> {
    let alone = inputs.iter().position(Input::stands_alone).map_or(inputs.len(), |at| at.max(1));
    let rest = inputs.split_off(alone);
    std::mem::replace(inputs, rest)
}

pub(super) fn facts(effects: &[Effect]) -> impl Iterator<Item = &PresenceFact> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Ledger(fact) => Some(fact),
        _ => None,
    })
}
