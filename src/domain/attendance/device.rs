//! One Participant of a person while the lines are read: when it was connected, and what of that is proven.

use super::super::Time;
use super::super::presence::PresenceInterval;
use super::checkpoint::CheckpointDetail;
use std::time::Duration;

/// A stretch after the last checkpoint counts like the end of the one before it, as nothing measures it: one round of
/// checkpoints, and a shard that was slow with its figures.
const TAIL: Duration = Duration::from_secs(20);

#[derive(Default)]
pub(super) struct Device {
    there: Option<There>,
    /// Where it ended last: nothing is told twice.
    until: Option<Time>,
    pub(super) connected: Vec<PresenceInterval>,
    pub(super) proven: Vec<PresenceInterval>,
    pub(super) hidden: Vec<PresenceInterval>,
    /// Where a Connection was gone without a word.
    pub(super) lost: Vec<Time>,
    pub(super) open: bool,
}

struct There {
    from: Time,
    /// The last checkpoint, or the coming.
    mark: Time,
    /// What lies right before the mark is proven.
    proven_to_mark: bool,
}

/// How somebody goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Going {
    /// By word: the person's, a host's, or the server's own.
    Told,
    /// The line broke, at some time after the last checkpoint.
    Lost,
}

impl Device {
    /// A second coming changes nothing.
    pub(super) fn come(&mut self, at: Time) {
        if self.there.is_none() {
            let from = self.until.map_or(at, |until| at.max(until));
            self.there = Some(There { from, mark: from, proven_to_mark: false });
        }
    }

    /// Only who is there has anything to prove.
    pub(super) fn checkpoint(&mut self, at: Time, checkpoint: CheckpointDetail) {
        let Some(there) = self.there.as_mut().filter(|there| there.mark < at) else { return };
        let (from, to) = (there.mark, at);
        let proof = checkpoint.proof(to.micros() - from.micros());
        let rest = proof.proven_us < to.micros() - from.micros();
        let micros = |us: i64| Duration::from_micros(us.unsigned_abs());
        let (proven_us, hidden_us) = (micros(proof.proven_us), micros(proof.hidden_us));
        // Whoever was watching went on for a while; whoever was not, began to.
        if there.proven_to_mark {
            self.proven.push(PresenceInterval { from, to: from + proven_us });
            self.hidden.push(PresenceInterval { from: to - hidden_us, to });
            there.proven_to_mark = !rest;
        } else {
            self.proven.push(PresenceInterval { from: to - proven_us, to });
            self.hidden.push(PresenceInterval { from, to: from + hidden_us });
            there.proven_to_mark = proof.proven_us > 0;
        }
        there.mark = at;
    }

    pub(super) fn leave(&mut self, at: Time, going: Going) {
        let Some(there) = self.there.take() else { return };
        let at = at.max(there.mark);
        if going == Going::Told && there.proven_to_mark && at.since(there.mark) <= TAIL {
            self.proven.push(PresenceInterval { from: there.mark, to: at });
        }
        if going == Going::Lost {
            self.lost.push(at);
        }
        self.close(there.from, at);
    }

    /// The lines end while it is there.
    pub(super) fn close_at_last_sight(&mut self) {
        if let Some(there) = self.there.take() {
            self.open = true;
            self.close(there.from, there.mark);
        }
    }

    fn close(&mut self, from: Time, to: Time) {
        self.connected.push(PresenceInterval { from, to });
        self.until = Some(to);
    }
}
