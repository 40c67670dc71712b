//! The floor: hands, who may speak, and what hosts do about it.

use super::Room;
use super::participant::Participant;
use crate::Moment;
use crate::effect::{Effects, LeaveCause, MediaEffect, PresenceFact};
use crate::protocol::server::ServerMessage;
use crate::protocol::{CloseCode, ParticipantId, ParticipantKind, PublicationId, Refusal, Source, UnseatCause};

impl Room {
    pub(super) fn raise_hand(
        &mut self,
        now: Moment,
        from: ParticipantId,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        if participant.hand_raised.is_some() {
            return Err(Refusal::HandAlreadyRaised);
        }
        participant.hand_raised = Some(now);
        out.ok(from, re);
        self.tell_changed(from, out);
        Ok(())
    }

    /// Lowering a hand that is down is done already.
    pub(super) fn lower_hand(&mut self, from: ParticipantId, re: u64, out: &mut Effects) -> Result<(), Refusal> {
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        let was_up = participant.hand_raised.take().is_some();
        out.ok(from, re);
        if was_up {
            self.tell_changed(from, out);
        }
        Ok(())
    }

    pub(super) fn admit(
        &mut self,
        from: ParticipantId,
        target: ParticipantId,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_speaker(from, target)?;
        let subject = self.participants.get_mut(&target).ok_or(Refusal::NoSuchParticipant)?;
        let newly = !subject.may_publish;
        let changed = newly || subject.hand_raised.is_some();
        subject.may_publish = true;
        subject.hand_raised = None;
        out.ok(from, re);
        if newly {
            out.send(target, ServerMessage::Admitted);
        }
        if changed {
            self.tell_changed(target, out);
        }
        Ok(())
    }

    pub(super) fn dismiss(
        &mut self,
        from: ParticipantId,
        target: ParticipantId,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_subject(from, target)?;
        let subject = self.participants.get_mut(&target).ok_or(Refusal::NoSuchParticipant)?;
        let spoke = subject.may_publish;
        let changed = spoke || subject.hand_raised.is_some();
        subject.may_publish = false;
        subject.hand_raised = None;
        let ended = self.end_publications(|p| p.participant == target, out);
        out.ok(from, re);
        if spoke {
            out.send(target, ServerMessage::Dismissed);
        }
        if changed {
            self.tell_changed(target, out);
        }
        self.tell_removed(ended, None, out);
        self.reassign_all(out);
        Ok(())
    }

    /// A host may silence anyone, another host too; only the owner can unmute.
    pub(super) fn mute_participant(
        &mut self,
        from: ParticipantId,
        target: ParticipantId,
        source: Source,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_host(from)?;
        if !self.participants.contains_key(&target) {
            return Err(Refusal::NoSuchParticipant);
        }
        let publication = self.find_publication(target, source).ok_or(Refusal::NoSuchPublication)?;
        let muted = self.silence(vec![publication], out);
        out.ok(from, re);
        self.tell_silenced(&muted, out);
        Ok(())
    }

    /// Hosts are spared; so are encoders, whose sound is the lesson and who have no way to unmute.
    pub(super) fn mute_all(&mut self, from: ParticipantId, re: u64, out: &mut Effects) -> Result<(), Refusal> {
        self.require_host(from)?;
        let spared = |owner: &Participant| owner.is_host() || owner.identity.kind == ParticipantKind::Encoder;
        let microphones = self
            .publications
            .values()
            .filter(|p| p.source == Source::Microphone && !self.participants.get(&p.participant).is_some_and(spared));
        let microphones = microphones.map(|p| p.id).collect();
        let muted = self.silence(microphones, out);
        out.ok(from, re);
        self.tell_silenced(&muted, out);
        Ok(())
    }

    /// Mutes what is not muted yet; returns what changed.
    fn silence(&mut self, publications: Vec<PublicationId>, out: &mut Effects) -> Vec<PublicationId> {
        let mut changed = Vec::new();
        for id in publications {
            let Some(publication) = self.publications.get_mut(&id).filter(|p| !p.muted) else { continue };
            publication.muted = true;
            out.media(MediaEffect::Mute { publication: id, muted: true });
            changed.push(id);
        }
        changed
    }

    fn tell_silenced(&mut self, silenced: &[PublicationId], out: &mut Effects) {
        for publication in silenced.iter().filter_map(|id| self.publications.get(id)) {
            out.send(publication.participant, ServerMessage::MutedByHost { source: publication.source });
            out.tell_all(ServerMessage::PublicationChanged { publication: publication.view() });
        }
        if !silenced.is_empty() {
            self.reassign_all(out);
        }
    }

    /// Puts somebody out for the rest of the Session.
    pub(super) fn remove(
        &mut self,
        from: ParticipantId,
        target: ParticipantId,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_subject(from, target)?;
        let subject = self.participants.get(&target).ok_or(Refusal::NoSuchParticipant)?;
        let key = subject.identity.key.clone();
        self.removed_keys.insert(key.clone());
        // The person is put out, not the browser tab.
        let tabs: Vec<ParticipantId> =
            self.participants.values().filter(|p| p.identity.key == key && !p.is_host()).map(|p| p.id).collect();
        let mut vacated: Vec<_> = self.vacate_seat_of(&key, UnseatCause::Removed, out).into_iter().collect();
        for &tab in &tabs {
            out.record(PresenceFact::Left { participant: tab, cause: LeaveCause::Removed });
            vacated.extend(self.vacate_with(tab, UnseatCause::Removed, out));
        }
        for tab in tabs {
            out.send(tab, ServerMessage::Removed);
            out.disconnect(tab, CloseCode::Removed);
            self.depart(tab, out);
        }
        self.tell_vacated(vacated, out);
        out.ok(from, re);
        Ok(())
    }

    pub(super) fn tell_changed(&self, id: ParticipantId, out: &mut Effects) {
        if let Some(participant) = self.participants.get(&id) {
            out.tell_all(ServerMessage::ParticipantChanged { participant: participant.view() });
        }
    }
}
