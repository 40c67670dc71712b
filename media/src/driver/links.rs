//! The ways from shard to shard: a bounded channel into each, and a bell that wakes its thread once for many messages.

use super::tap::TapLink;
use crate::ids::ShardNumber;
use crate::router::Crossing;
use crate::sfu::Sfu;
use mio::Waker;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// Messages that may wait for a shard. A batch is some milliseconds of one shard's media at most, so a thread that is this
/// far behind has lost more than it could catch up with.
const CAPACITY: usize = 256;
/// A way into another shard.
#[derive(Clone)]
pub(super) struct Link {
    sender: SyncSender<(ShardNumber, Crossing)>,
    bell: Bell,
}

/// Rings once, however many messages come before the thread looks.
#[derive(Clone)]
struct Bell {
    waker: Arc<Waker>,
    ringing: Arc<AtomicBool>,
}

/// One shard's end of all links.
pub(super) struct Links {
    number: ShardNumber,
    inbox: Receiver<(ShardNumber, Crossing)>,
    ringing: Arc<AtomicBool>,
    /// By number; our own is there too, and nothing goes by it.
    others: Arc<[Link]>,
    tap: Option<TapLink>,
}

/// What comes in for a shard whose number is not known yet.
pub(super) struct Inlet {
    inbox: Receiver<(ShardNumber, Crossing)>,
    ringing: Arc<AtomicBool>,
}

impl Inlet {
    pub(super) fn new(waker: Arc<Waker>) -> (Link, Self) {
        let (sender, inbox) = sync_channel(CAPACITY);
        let ringing = Arc::new(AtomicBool::new(false));
        let bell = Bell { waker, ringing: ringing.clone() };
        (Link { sender, bell }, Self { inbox, ringing })
    }

    pub(super) fn join(self, number: ShardNumber, others: Arc<[Link]>, tap: Option<TapLink>) -> Links {
        let Self { inbox, ringing } = self;
        Links { number, inbox, ringing, others, tap }
    }
}

impl Link {
    /// Whether it was taken. A shard that has stopped takes everything and does nothing with it.
    pub(super) fn send(&self, from: ShardNumber, crossing: Crossing) -> bool {
        if matches!(self.sender.try_send((from, crossing)), Err(TrySendError::Full(_))) {
            return false;
        }
        // A thread that cannot be woken looks around by itself within a second.
        if !self.bell.ringing.swap(true, Ordering::AcqRel) {
            let _ = self.bell.waker.wake();
        }
        true
    }
}

impl Links {
    /// Sends what the Sfu has to tell other shards.
    pub(super) fn send_from(&self, sfu: &mut Sfu) {
        sfu.cross(|to, crossing| {
            if to == ShardNumber::TAP {
                return self.tap.as_ref().is_none_or(|tap| tap.send(crossing));
            }
            self.others.get(to.index()).is_none_or(|link| link.send(self.number, crossing))
        });
    }

    /// To be called before looking: what comes after this wakes the thread again.
    pub(super) fn quiet(&self) {
        self.ringing.swap(false, Ordering::AcqRel);
    }

    pub(super) fn next(&self) -> Option<(ShardNumber, Crossing)> {
        self.inbox.try_recv().ok()
    }
}
