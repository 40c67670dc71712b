//! The presence ledger as a Session sees it: lines that are committed before anyone hears of what they say.

use super::casts::Fetched;
use super::clock::Reading;
use super::media::Delivered;
use super::{LiveClock, Pending};
use crate::domain::attendance::CheckpointDetail;
use crate::domain::poll::PollEntry;
use crate::domain::presence::{NewEvent, Person, PresenceKind};
use crate::domain::{EventId, SessionId, Time};
use lectern_signaling::effect::PresenceFact;
use lectern_signaling::protocol::ParticipantId;
use lectern_signaling::room::{Identity, Present, Watched};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Longer than any healthy commit by two orders; a Session does not stand still for longer than twice this.
const PATIENCE: Duration = Duration::from_secs(3);
/// Lines that may wait for a ledger that fails: half an hour of checkpoints of a Session of 150, and every coming and
/// going. Beyond it the oldest checkpoints go.
const MAX_BACKLOG: usize = 20_000;

/// Figures come every 3 s while a host is there, and every 15 s otherwise; what was found then counts for the time since,
/// but not for a pause in which nobody looked.
const LONGEST_LOOK_US: i64 = 16_000_000;

/// What is written at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    pub events: Vec<NewEvent>,
    /// What was decided about polls along with them.
    pub polls: Vec<PollEntry>,
}

impl From<Vec<NewEvent>> for Lines {
    fn from(events: Vec<NewEvent>) -> Self {
        Self { events, polls: Vec::new() }
    }
}

impl Lines {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.polls.is_empty()
    }

    fn extend(&mut self, more: Self) {
        self.events.extend(more.events);
        self.polls.extend(more.polls);
    }
}

/// Where lines are kept. Writing a line again under its id is no error and writes nothing.
pub trait PresenceLedger: Send + Sync + 'static {
    /// Resolves after COMMIT. All of the lines are written, or none.
    fn append(&self, session: SessionId, lines: Lines) -> Pending<Result<(), LedgerError>>;
    /// The Session is over for the rest of the server too. Ending twice is no error.
    fn end(&self, session: SessionId, at: Time) -> Pending<Result<(), LedgerError>>;
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error("nothing was written: {0}")]
    NotWritten(String),
    /// The line to the database broke at the wrong moment.
    #[error("it is not known whether it was written: {0}")]
    Unknown(String),
}

/// Writes one Session's lines and keeps those that could not be written yet.
pub(super) struct Recorder {
    ledger: Arc<dyn PresenceLedger>,
    session: SessionId,
    people: HashMap<ParticipantId, Option<Person>>,
    /// Lines about what happened by itself while the ledger failed.
    backlog: Lines,
    /// The last lines were not written, as far as is known.
    fails: bool,
    /// How things stood with each Participant at the last checkpoint.
    standing: HashMap<ParticipantId, Standing>,
    /// For how long each Participant has sent since the last checkpoint, and when that was looked at last.
    sent_us: HashMap<ParticipantId, u64>,
    looked_us: i64,
}

/// What only grows while a Participant is here.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    delivered: Delivered,
    fetched: Delivered,
    watched: Watched,
}

impl Recorder {
    pub(super) fn new(ledger: Arc<dyn PresenceLedger>, session: SessionId) -> Self {
        Self {
            ledger,
            session,
            people: HashMap::new(),
            backlog: Lines::default(),
            fails: false,
            standing: HashMap::new(),
            sent_us: HashMap::new(),
            looked_us: 0,
        }
    }

    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    pub(super) fn person(&self, participant: ParticipantId) -> Option<Person> {
        self.people.get(&participant).cloned().flatten()
    }

    pub(super) fn is_behind(&self) -> bool {
        !self.backlog.is_empty()
    }

    pub(super) fn fails(&self) -> bool {
        self.fails
    }

    pub(super) fn fall_behind(&mut self, lines: Lines) {
        self.backlog.extend(lines);
        let excess = self.backlog.events.len().saturating_sub(MAX_BACKLOG);
        if excess > 0 {
            let mut dropped = 0;
            self.backlog.events.retain(|event| {
                let goes = dropped < excess && event.kind == PresenceKind::Checkpoint;
                dropped += usize::from(goes);
                !goes
            });
            tracing::error!(session = %self.session, dropped, "checkpoints were lost: the ledger fails for too long");
        }
    }

    /// Writes these lines after all that waits. On an error the new lines are the caller's affair; the others wait on.
    pub(super) async fn commit(&mut self, lines: &Lines) -> Result<(), LedgerError> {
        let mut batch = self.backlog.clone();
        batch.extend(lines.clone());
        if batch.is_empty() {
            return Ok(());
        }
        let mut result = self.append(batch.clone()).await;
        if matches!(result, Err(LedgerError::Unknown(_))) {
            // The ids make it safe to ask again, and the answer settles what is known.
            result = self.append(batch).await;
        }
        self.fails = result.is_err();
        match &result {
            Ok(()) => self.backlog = Lines::default(),
            Err(error) => tracing::error!(session = %self.session, %error, "the presence ledger could not be written"),
        }
        result
    }

    async fn append(&self, batch: Lines) -> Result<(), LedgerError> {
        let append = self.ledger.append(self.session, batch);
        let late = |_| Err(LedgerError::Unknown("no answer in time".to_owned()));
        tokio::time::timeout(PATIENCE, append).await.unwrap_or_else(late)
    }

    /// Writes what waits and closes the Session; asks again for as long as a stopping server gives it.
    pub(super) async fn end_session(&mut self, clock: &LiveClock) {
        const TRIES: u32 = 5;
        let at = clock.reading().wall;
        for attempt in 1..=TRIES {
            let written = self.commit(&Lines::default()).await;
            let end = tokio::time::timeout(PATIENCE, self.ledger.end(self.session, at)).await;
            match (written, end) {
                (Ok(()), Ok(Ok(()))) => return,
                (written, end) => {
                    tracing::error!(session = %self.session, attempt, ?written, ?end, "the end could not be stored");
                }
            }
            tokio::time::sleep(Duration::from_secs(u64::from(attempt))).await;
        }
    }

    /// The line for one fact. `joined` is who came in, when the fact is a `Joined`.
    pub(super) fn line(&mut self, at: Reading, fact: &PresenceFact, joined: Option<&Identity>) -> NewEvent {
        if let (PresenceFact::Joined { participant }, Some(identity)) = (fact, joined) {
            self.people.insert(*participant, Person::from_key(&identity.key));
        }
        let (participant, person) = match fact {
            PresenceFact::Joined { participant }
            | PresenceFact::Lost { participant }
            | PresenceFact::Resumed { participant }
            | PresenceFact::Left { participant, .. } => (Some(*participant), self.person(*participant)),
            PresenceFact::CheckInAnswered { person, participant, .. } => (*participant, Person::from_key(person)),
            PresenceFact::Seated { person, .. } | PresenceFact::Unseated { person, .. } => {
                (None, Person::from_key(person))
            }
            PresenceFact::SessionStarted
            | PresenceFact::SessionEnded
            | PresenceFact::Headcount(_)
            | PresenceFact::CheckInOpened(_)
            | PresenceFact::CheckInClosed { .. } => (None, None),
        };
        let (kind, detail) = described(fact, joined);
        new_event(at, kind, participant, person, &detail)
    }

    /// These send right now.
    pub(super) fn note_sending(&mut self, at: Reading, who: impl Iterator<Item = ParticipantId>) {
        let passed = at.monotonic_us.saturating_sub(self.looked_us).clamp(0, LONGEST_LOOK_US);
        self.looked_us = at.monotonic_us;
        for id in who {
            *self.sent_us.entry(id).or_default() += passed.unsigned_abs();
        }
    }

    /// One line for each person that is here: what the media plane delivered since the last one, and what the page says.
    /// `delivered` is `None` when the media plane gave no figures; unknown is not zero.
    pub(super) fn checkpoint<'a>(
        &mut self,
        at: Reading,
        present: impl Iterator<Item = Present<'a>>,
        delivered: Option<&HashMap<ParticipantId, Delivered>>,
        fetched: &Fetched,
    ) -> Vec<NewEvent> {
        let mut events = Vec::new();
        let mut last = HashMap::new();
        for who in present {
            let Some(person) = self.people.get(&who.id).cloned().flatten() else { continue };
            let now = delivered.map(|all| all.get(&who.id).copied().unwrap_or_default());
            let before = self.standing.get(&who.id).copied().unwrap_or_default();
            let fetched = fetched.of(who.id);
            let standing = Standing { delivered: now.unwrap_or(before.delivered), fetched, watched: who.watched };
            last.insert(who.id, standing);
            let sent_us = self.sent_us.get(&who.id).copied().unwrap_or(0);
            // Media may go on towards a page whose Connection is away; what came meanwhile is not counted afterwards.
            if !who.connected {
                continue;
            }
            let fetched = fetched.since(before.fetched);
            let since = now.map(|now| now.since(before.delivered).and(fetched));
            let since = since.or((fetched != Delivered::default()).then_some(fetched));
            let checkpoint = CheckpointDetail {
                media_ms: since.map(|d| d.media_ms),
                audio_ms: since.map(|d| d.audio_ms),
                video_ms: since.map(|d| d.video_ms),
                sent_ms: since.map(|_| sent_us / 1000),
                visible_ms: who.watched.visible_ms.saturating_sub(before.watched.visible_ms),
                sound_ms: who.watched.sound_ms.saturating_sub(before.watched.sound_ms),
            };
            events.push(new_event(at, PresenceKind::Checkpoint, Some(who.id), Some(person), &json!(checkpoint)));
        }
        self.standing = last;
        self.sent_us.clear();
        events
    }

    /// Forgets those who are not in the Room any more.
    pub(super) fn keep_only(&mut self, here: impl Fn(ParticipantId) -> bool) {
        self.people.retain(|&id, _| here(id));
    }
}

impl Delivered {
    fn and(self, other: Self) -> Self {
        Self {
            media_ms: self.media_ms + other.media_ms,
            audio_ms: self.audio_ms + other.audio_ms,
            video_ms: self.video_ms + other.video_ms,
        }
    }

    /// A new Peer counts from zero again.
    fn since(self, before: Self) -> Self {
        let part = |now: u64, before: u64| if now >= before { now - before } else { now };
        Self {
            media_ms: part(self.media_ms, before.media_ms),
            audio_ms: part(self.audio_ms, before.audio_ms),
            video_ms: part(self.video_ms, before.video_ms),
        }
    }
}

/// What a line says of a fact.
pub(super) fn described(fact: &PresenceFact, joined: Option<&Identity>) -> (PresenceKind, serde_json::Value) {
    match fact {
        PresenceFact::SessionStarted => (PresenceKind::SessionStarted, json!({})),
        PresenceFact::SessionEnded => (PresenceKind::SessionEnded, json!({})),
        PresenceFact::Joined { .. } => (PresenceKind::Joined, who(joined)),
        PresenceFact::Lost { .. } => (PresenceKind::Lost, json!({})),
        PresenceFact::Resumed { .. } => (PresenceKind::Resumed, json!({})),
        PresenceFact::Left { cause, .. } => (PresenceKind::Left, json!({ "cause": cause })),
        PresenceFact::Seated { detail, .. } => (PresenceKind::Seated, json!(detail)),
        PresenceFact::Unseated { detail, .. } => (PresenceKind::Unseated, json!(detail)),
        PresenceFact::Headcount(detail) => (PresenceKind::Headcount, json!(detail)),
        PresenceFact::CheckInOpened(opened) => (PresenceKind::CheckInOpened, json!(opened)),
        PresenceFact::CheckInAnswered { number, how, by, .. } => {
            let mut detail = json!({ "number": number, "how": how });
            if let Some(by) = by {
                detail["by"] = json!(by);
            }
            (PresenceKind::CheckInAnswered, detail)
        }
        PresenceFact::CheckInClosed { number, cause, answered, expected } => (
            PresenceKind::CheckInClosed,
            json!({ "number": number, "cause": cause, "answered": answered, "expected": expected }),
        ),
    }
}

fn who(identity: Option<&Identity>) -> serde_json::Value {
    identity.map_or_else(
        || json!({}),
        |who| {
            json!({
                "kind": who.kind,
                "role": who.role,
                "name": who.name,
                "school": who.school,
                "rural": who.rural,
                "device": who.device,
            })
        },
    )
}

pub(super) fn new_event(
    at: Reading,
    kind: PresenceKind,
    participant: Option<ParticipantId>,
    person: Option<Person>,
    detail: &serde_json::Value,
) -> NewEvent {
    NewEvent {
        id: EventId::at(at.wall, rand::random()),
        kind,
        participant: participant.map(|p| p.0),
        person,
        detail: detail.to_string(),
        monotonic_us: at.monotonic_us,
        wall: at.wall,
    }
}
