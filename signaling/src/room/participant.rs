//! A Participant: an Account, guest, Classroom, encoder or player in this Session.

use super::line::Line;
use super::rate::{ANSWER_RATE, Bucket, CHAT_RATE, FRAME_RATE};
use super::slots::{Slot, SlotMemory};
use super::watching::Watch;
use crate::Moment;
use crate::protocol::server::ParticipantView;
use crate::protocol::{ParticipantId, ParticipantKind, SessionRole};
use std::collections::{BTreeMap, btree_map};
use std::sync::Arc;

/// Who comes in, as the ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub kind: ParticipantKind,
    pub role: SessionRole,
    /// The Account, for those who signed in.
    pub account: Option<String>,
    /// The same for the same person, guest, encoder or player on every Connection. Who is removed may not come back
    /// under the same key, and a Participant is resumed only by its own key.
    pub key: String,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    /// On the core roster of the Studio.
    pub core: bool,
    /// Tells the browser from others within the Session, where it gave itself a mark.
    pub device: Option<String>,
}

/// Everybody in the Room. Who is not changed is shared by the clones.
#[derive(Debug, Clone, Default)]
pub(super) struct People(BTreeMap<ParticipantId, Arc<Participant>>);

impl People {
    pub(super) fn get(&self, id: &ParticipantId) -> Option<&Participant> {
        self.0.get(id).map(|p| &**p)
    }

    pub(super) fn get_mut(&mut self, id: &ParticipantId) -> Option<&mut Participant> {
        self.0.get_mut(id).map(Arc::make_mut)
    }

    pub(super) fn contains_key(&self, id: &ParticipantId) -> bool {
        self.0.contains_key(id)
    }

    pub(super) fn insert(&mut self, participant: Participant) {
        self.0.insert(participant.id, Arc::new(participant));
    }

    /// True when it was here.
    pub(super) fn remove(&mut self, id: &ParticipantId) -> bool {
        self.0.remove(id).is_some()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn keys(&self) -> btree_map::Keys<'_, ParticipantId, Arc<Participant>> {
        self.0.keys()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Participant> {
        self.0.values().map(|p| &**p)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Participant {
    pub(super) id: ParticipantId,
    pub(super) identity: Identity,
    pub(super) joined: Moment,
    /// Since when the Connection is away; `None` while it is here.
    pub(super) away_since: Option<Moment>,
    pub(super) may_publish: bool,
    pub(super) hand_raised: Option<Moment>,
    pub(super) watch: Watch,
    pub(super) frames: Bucket,
    pub(super) chat: Bucket,
    /// Answers to polls.
    pub(super) answers: Bucket,
    /// What the Peer negotiated; `None` before the first answered offer.
    pub(super) lines: Option<Lines>,
    /// What the slots of a Peer that is gone were wished to show: the next one of the same page has the same m-lines.
    pub(super) slot_memory: Vec<SlotMemory>,
    pub(super) line: Line,
    /// When the live stream was asked for, or a segment of it fetched, last.
    pub(super) stream: Option<Moment>,
    /// An offer was passed on whose Peer is not known to be gone.
    pub(super) has_peer: bool,
    /// `None` for encoders and players, who have no Connection.
    pub(super) resume_token: Option<String>,
    /// How many people are seated at this Classroom.
    pub(super) seated: u32,
}

/// The m-lines of a Participant's Peer.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    pub(super) sends: Vec<SendLine>,
    pub(super) slots: Vec<Slot>,
}

#[derive(Debug, Clone)]
pub(super) struct SendLine {
    pub(super) mid: String,
    pub(super) kind: super::MediaKind,
}

impl Participant {
    pub(super) fn new(now: Moment, id: ParticipantId, identity: Identity, resume_token: Option<String>) -> Self {
        let may_publish = match identity.kind {
            ParticipantKind::Encoder => true,
            ParticipantKind::Player => false,
            _ => identity.role != SessionRole::Viewer,
        };
        Self {
            id,
            identity,
            joined: now,
            away_since: None,
            may_publish,
            hand_raised: None,
            watch: Watch::begin(now),
            frames: Bucket::full(now, FRAME_RATE),
            chat: Bucket::full(now, CHAT_RATE),
            answers: Bucket::full(now, ANSWER_RATE),
            lines: None,
            slot_memory: Vec::new(),
            line: Line::default(),
            stream: None,
            has_peer: false,
            resume_token,
            seated: 0,
        }
    }

    /// The Peer is gone; what was wished for is kept for the next one. True when that changes what the line is told to be.
    pub(super) fn forget_peer(&mut self) -> bool {
        self.has_peer = false;
        if let Some(lines) = self.lines.take() {
            self.slot_memory = lines.slots.into_iter().filter_map(Slot::into_memory).collect();
        }
        self.line.start_over()
    }

    pub(super) fn is_host(&self) -> bool {
        self.identity.role == SessionRole::Host
    }

    pub(super) fn view(&self) -> ParticipantView {
        ParticipantView {
            id: self.id,
            kind: self.identity.kind,
            role: self.identity.role,
            name: self.identity.name.clone(),
            school: self.identity.school.clone(),
            rural: self.identity.rural,
            connected: self.away_since.is_none(),
            may_publish: self.may_publish,
            hand_raised_ms: self.hand_raised.map(|m| m.0),
            joined_ms: self.joined.0,
            seated: self.seated,
        }
    }
}
