//! The spotlight: whom a host shows to everybody.

use super::Room;
use crate::effect::Effects;
use crate::protocol::server::ServerMessage;
use crate::protocol::{ParticipantId, Refusal};

impl Room {
    pub(super) fn spotlight(
        &mut self,
        from: ParticipantId,
        target: Option<ParticipantId>,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_host(from)?;
        if target.is_some_and(|target| !self.participants.contains_key(&target)) {
            return Err(Refusal::NoSuchParticipant);
        }
        out.ok(from, re);
        if self.session.spotlight != target {
            self.turn_spotlight(target, out);
            self.reassign_all(out);
        }
        Ok(())
    }

    /// Who leaves is no longer in the light. The caller assigns the slots anew.
    pub(super) fn leave_spotlight(&mut self, gone: ParticipantId, out: &mut Effects) {
        if self.session.spotlight == Some(gone) {
            self.turn_spotlight(None, out);
        }
    }

    fn turn_spotlight(&mut self, target: Option<ParticipantId>, out: &mut Effects) {
        self.session.spotlight = target;
        out.tell_all(ServerMessage::Spotlight { participant: target });
    }
}
