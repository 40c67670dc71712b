//! The chat of a Session.

use super::Room;
use crate::Moment;
use crate::effect::Effects;
use crate::protocol::server::{ChatLine, ServerMessage};
use crate::protocol::{ParticipantId, Refusal, text};
use std::collections::VecDeque;
use std::sync::Arc;

/// How many lines someone who comes later can read.
const HISTORY_LINES: usize = 200;

#[derive(Debug, Clone, Default)]
pub(super) struct Chat {
    lines: VecDeque<Arc<ChatLine>>,
    last_seq: u64,
}

impl Chat {
    pub(super) fn history(&self) -> Vec<ChatLine> {
        self.lines.iter().map(|line| ChatLine::clone(line)).collect()
    }
}

impl Room {
    pub(super) fn chat(
        &mut self,
        now: Moment,
        from: ParticipantId,
        text: &str,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let text = text::chat_line(text)?;
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        if !participant.chat.take(now) {
            return Err(Refusal::TooFast);
        }
        self.chat.last_seq += 1;
        let line = ChatLine {
            seq: self.chat.last_seq,
            participant: from,
            name: participant.identity.name.clone(),
            role: participant.identity.role,
            text,
            at_ms: now.0,
        };
        if self.chat.lines.len() == HISTORY_LINES {
            self.chat.lines.pop_front();
        }
        self.chat.lines.push_back(Arc::new(line.clone()));
        self.capture_chat(&line.name, &line.text, out);
        out.ok(from, re);
        out.tell_all(ServerMessage::Chat { line });
        Ok(())
    }
}
