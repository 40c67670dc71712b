//! Hosts hear when comings and goings cannot be written down, and when they can again.

use super::Room;
use crate::Moment;
use crate::effect::{Effect, Effects};
use crate::protocol::server::ServerMessage;

impl Room {
    /// What came of the last attempt to write presence lines. A host who comes in needs no word of it: coming in is
    /// a line itself.
    pub fn ledger_written(&mut self, now: Moment, written: bool) -> Vec<Effect> {
        let mut out = Effects::default();
        if self.ledger_written != written {
            self.ledger_written = written;
            for host in self.hosts() {
                out.send(host, ServerMessage::Ledger { written, since_ms: now.0 });
            }
        }
        out.into_vec()
    }
}
