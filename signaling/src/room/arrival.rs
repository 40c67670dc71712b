//! Coming in, dropping, coming back and leaving.

use super::participant::{Identity, Participant};
use super::slots::Slot;
use super::{EMPTY_FOR, RESUME_WITHIN, Room};
use crate::Moment;
use crate::effect::{Effect, Effects, LeaveCause, MediaEffect, PresenceFact};
use crate::protocol::server::{ChatLine, ParticipantView, ServerMessage, Welcome};
use crate::protocol::{
    CloseCode, PROTOCOL_VERSION, ParticipantId, ParticipantKind, RESUME_WITHIN_SECONDS, Refusal, SessionRole,
    UnseatCause,
};

impl Room {
    /// Somebody said `hello` on a Connection. A Classroom has one device: a second one with the same link takes over, and the
    /// first is told and closed. `resume_token` is random and secret; it goes to this person only.
    pub fn join(
        &mut self,
        now: Moment,
        identity: Identity,
        re: u64,
        resume_token: String,
    ) -> Result<(ParticipantId, Vec<Effect>), Refusal> {
        let mut out = Effects::default();
        let replaced = self.device_with(&identity);
        let id = self.enter(now, identity, Some(resume_token), &mut out)?;
        self.welcome(now, id, Greeting { re, resumed: false }, &mut out);
        if let Some(old) = replaced {
            out.disconnect(old, CloseCode::Replaced);
            self.depart(old, &mut out);
        }
        self.tell_joined(id, &mut out);
        Ok((id, out.into_vec()))
    }

    /// An encoder or a player came in by an offer over HTTP; it has no Connection.
    pub fn join_without_connection(
        &mut self,
        now: Moment,
        identity: Identity,
    ) -> Result<(ParticipantId, Vec<Effect>), Refusal> {
        let mut out = Effects::default();
        if identity.kind == ParticipantKind::Player {
            // It has no Connection over which it could be told of the stream.
            self.require_place_for_one()?;
        }
        let id = self.enter(now, identity, None, &mut out)?;
        if let Some(participant) = self.participants.get_mut(&id) {
            participant.has_peer = true;
        }
        self.tell_joined(id, &mut out);
        Ok((id, out.into_vec()))
    }

    fn enter(
        &mut self,
        now: Moment,
        identity: Identity,
        resume_token: Option<String>,
        out: &mut Effects,
    ) -> Result<ParticipantId, Refusal> {
        self.require_open()?;
        if self.removed_keys.contains(&identity.key) {
            return Err(Refusal::RemovedByHost);
        }
        // A full Room must still let its host in.
        let replaced = self.device_with(&identity);
        if self.participants.len() >= self.limits.capacity && identity.role != SessionRole::Host && replaced.is_none() {
            return Err(Refusal::Full);
        }
        if let Some(old) = replaced {
            out.record(PresenceFact::Left { participant: old, cause: LeaveCause::TakenOver });
        }
        self.last_participant += 1;
        let id = ParticipantId(self.last_participant);
        self.empty_since = None;
        self.participants.insert(Participant::new(now, id, identity, resume_token));
        out.record(PresenceFact::Joined { participant: id });
        self.stand_for_place(id);
        Ok(id)
    }

    fn tell_joined(&self, id: ParticipantId, out: &mut Effects) {
        if let Some(participant) = self.participants.get(&id) {
            out.tell_others(id, ServerMessage::ParticipantJoined { participant: participant.view() });
        }
        self.capture_joined(id, out);
        if let Some(place) = self.place_of(id) {
            self.tell_place(&place, out);
        }
    }

    /// The same person comes back on a new Connection. An older Connection of the Participant that still stands is
    /// replaced: the driver closes it (`CloseCode::Replaced`) before it carries out these effects. The Peer goes on: a phone
    /// on another network only needs new ICE credentials for it, and a page that was loaded anew replaces it by its offer.
    pub fn resume(
        &mut self,
        now: Moment,
        identity: &Identity,
        re: u64,
        token: &str,
    ) -> Result<(ParticipantId, Vec<Effect>), Refusal> {
        self.require_open()?;
        if self.removed_keys.contains(&identity.key) {
            return Err(Refusal::RemovedByHost);
        }
        let found = self.participants.values().find(|p| p.resume_token.as_deref() == Some(token));
        let found = found.filter(|p| p.identity.key == identity.key).map(|p| p.id).ok_or(Refusal::ResumeExpired)?;
        let participant = self.participants.get_mut(&found).ok_or(Refusal::ResumeExpired)?;
        if participant.away_since.is_some_and(|since| now >= since.plus(RESUME_WITHIN)) {
            return Err(Refusal::ResumeExpired);
        }
        let id = participant.id;
        participant.away_since = None;
        participant.lines.iter_mut().flat_map(|lines| &mut lines.slots).for_each(Slot::untell);

        let mut out = Effects::default();
        out.record(PresenceFact::Resumed { participant: id });
        self.welcome(now, id, Greeting { re, resumed: true }, &mut out);
        self.tell_slots(id, &mut out);
        if let Some(participant) = self.participants.get(&id) {
            out.tell_others(id, ServerMessage::ParticipantChanged { participant: participant.view() });
        }
        Ok((id, out.into_vec()))
    }

    /// The Connection is gone without `leave`. The Peer goes on: where only the websocket broke, those who watch this
    /// person keep the picture until the resume or until the Peer closes too.
    pub fn connection_lost(&mut self, now: Moment, id: ParticipantId) -> Vec<Effect> {
        let mut out = Effects::default();
        if let Some(participant) = self.participants.get_mut(&id).filter(|p| p.away_since.is_none()) {
            participant.away_since = Some(now);
            participant.watch.stops(now);
            let view = participant.view();
            out.record(PresenceFact::Lost { participant: id });
            out.tell_others(id, ServerMessage::ParticipantChanged { participant: view });
        }
        out.into_vec()
    }

    /// The person leaves by its own word: a `leave`, or the end of an encoder's or player's resource (`re` is `None`).
    pub fn leave(&mut self, id: ParticipantId, re: Option<u64>) -> Result<Vec<Effect>, Refusal> {
        if !self.participants.contains_key(&id) {
            return Err(Refusal::NoSuchParticipant);
        }
        let mut out = Effects::default();
        out.record(PresenceFact::Left { participant: id, cause: LeaveCause::Asked });
        let vacated = self.vacate_with(id, UnseatCause::ClassroomLeft, &mut out);
        if let Some(re) = re {
            out.ok(id, re);
            out.disconnect(id, CloseCode::Normal);
        }
        self.depart(id, &mut out);
        self.tell_vacated(vacated, &mut out);
        Ok(out.into_vec())
    }

    /// Takes out those who stayed away for too long, notices who has stopped speaking, keeps the time of check-ins, and
    /// ends a Session that was forgotten.
    pub fn handle_timeout(&mut self, now: Moment) -> Vec<Effect> {
        self.seen = self.seen.max(now);
        if self.empty_since.is_some_and(|since| now >= since.plus(EMPTY_FOR)) {
            return self.end(None).unwrap_or_default();
        }
        let mut out = Effects::default();
        let late = |p: &&Participant| p.away_since.is_some_and(|since| now >= since.plus(RESUME_WITHIN));
        let gone: Vec<ParticipantId> = self.participants.values().filter(late).map(|p| p.id).collect();
        let mut vacated = self.vacate_abandoned(now, &mut out);
        for &id in &gone {
            out.record(PresenceFact::Left { participant: id, cause: LeaveCause::Expired });
            vacated.extend(self.vacate_with(id, UnseatCause::ClassroomLeft, &mut out));
        }
        for id in gone {
            self.depart(id, &mut out);
        }
        self.tell_vacated(vacated, &mut out);
        self.tell_speakers(now, &mut out);
        self.check_in_timeout(now, &mut out);
        self.poll_timeout(now, &mut out);
        out.into_vec()
    }

    /// When `handle_timeout` has something to do.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Moment> {
        let expires =
            self.participants.values().filter_map(|p| p.away_since).min().map(|since| since.plus(RESUME_WITHIN));
        let forgotten = self.empty_since.filter(|_| self.closed.is_none()).map(|since| since.plus(EMPTY_FOR));
        let check_in = self.check_ins.due().filter(|_| self.closed.is_none());
        let poll = self.polls.due().filter(|_| self.closed.is_none());
        let vacated = self.seats.abandoned_at();
        expires.into_iter().chain(self.speakers.due()).chain(check_in).chain(poll).chain(forgotten).chain(vacated).min()
    }

    /// Takes a Participant out of the state and tells the media plane and the others. The ledger was told by the caller.
    pub(super) fn depart(&mut self, id: ParticipantId, out: &mut Effects) {
        let place = self.place_of(id);
        if !self.participants.remove(&id) {
            return;
        }
        if self.participants.len() == 0 {
            self.empty_since = Some(self.seen);
        }
        let ended = self.end_publications(|p| p.participant == id, out);
        out.media(MediaEffect::ClosePeer { participant: id });
        let stage_changed = !ended.is_empty();
        self.tell_removed(ended, None, out);
        self.leave_spotlight(id, out);
        out.tell_all(ServerMessage::ParticipantLeft { participant: id });
        self.capture_left(id, out);
        if let Some(place) = place {
            self.tell_place(&place, out);
        }
        if stage_changed {
            self.reassign_all(out);
        }
    }

    fn welcome(&self, now: Moment, id: ParticipantId, greeting: Greeting, out: &mut Effects) {
        let Some(newcomer) = self.participants.get(&id) else { return };
        let Some(resume) = newcomer.resume_token.clone() else { return };
        let welcome = Welcome {
            re: greeting.re,
            protocol: PROTOCOL_VERSION,
            you: id,
            resume,
            resume_within_s: RESUME_WITHIN_SECONDS,
            resumed: greeting.resumed,
            session: self.session.clone(),
            people: u32::try_from(self.participants.len()).unwrap_or(u32::MAX),
            publications: self.publications.values().map(super::publication::Publication::view).collect(),
            now_ms: now.0,
        };
        out.send(id, ServerMessage::Welcome(Box::new(welcome)));
        let roster = self.participants.values().map(Participant::view).collect();
        for (participants, last) in pages(roster, roster_bytes) {
            out.send(id, ServerMessage::Roster { participants, last });
        }
        for (lines, last) in pages(self.chat.history(), chat_bytes) {
            out.send(id, ServerMessage::ChatHistory { lines, last });
        }
        if newcomer.line.is_notable() {
            out.send(id, newcomer.your_line());
        }
        self.tell_all_lines(id, out);
        self.tell_all_places(id, out);
        self.tell_check_in_to(id, out);
        self.tell_poll_to(id, out);
    }
}

/// What the newcomer's `welcome` says about its `hello`.
#[derive(Clone, Copy)]
struct Greeting {
    re: u64,
    resumed: bool,
}

/// Entries in one frame, and about how many bytes: the websocket keeps a buffer of its largest frame for as long as the
/// Connection stands.
const MOST_IN_FRAME: usize = 20;
const BYTES_IN_FRAME: usize = 4 * 1024;

fn roster_bytes(participant: &ParticipantView) -> usize {
    200 + participant.name.len() + participant.school.as_ref().map_or(0, String::len)
}

fn chat_bytes(line: &ChatLine) -> usize {
    100 + line.name.len() + line.text.len()
}

/// Splits a list into frames, of which the last, and there is always one, is marked.
pub(super) fn pages<T>(all: Vec<T>, bytes_of: impl Fn(&T) -> usize) -> Vec<(Vec<T>, bool)> {
    let mut pages = Vec::new();
    let (mut page, mut bytes) = (Vec::new(), 0);
    for entry in all {
        let more = bytes_of(&entry);
        if page.len() == MOST_IN_FRAME || (bytes + more > BYTES_IN_FRAME && !page.is_empty()) {
            pages.push((std::mem::take(&mut page), false));
            bytes = 0;
        }
        bytes += more;
        page.push(entry);
    }
    pages.push((page, true));
    pages
}
