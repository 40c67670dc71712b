//! Who may do what to whom.

use super::Room;
use super::participant::Participant;
use crate::protocol::{ParticipantId, ParticipantKind, Refusal};

impl Room {
    pub(super) fn require_host(&self, from: ParticipantId) -> Result<(), Refusal> {
        let host = self.participants.get(&from).is_some_and(Participant::is_host);
        if host { Ok(()) } else { Err(Refusal::NotTheHost) }
    }

    /// Somebody a host may admit, dismiss or remove: anyone in the Room but a host.
    pub(super) fn require_subject(&self, from: ParticipantId, target: ParticipantId) -> Result<(), Refusal> {
        self.require_host(from)?;
        let subject = self.participants.get(&target).ok_or(Refusal::NoSuchParticipant)?;
        match (target == from, subject.is_host()) {
            (true, _) => Err(Refusal::NotYourself),
            (false, true) => Err(Refusal::TargetIsHost),
            (false, false) => Ok(()),
        }
    }

    /// Somebody who can be admitted to speak; a player has no way to.
    pub(super) fn require_speaker(&self, from: ParticipantId, target: ParticipantId) -> Result<(), Refusal> {
        self.require_subject(from, target)?;
        let speaks = self.participants.get(&target).is_some_and(|p| p.identity.kind != ParticipantKind::Player);
        if speaks { Ok(()) } else { Err(Refusal::NoSuchParticipant) }
    }
}
