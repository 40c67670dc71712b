//! When a publisher is asked for a keyframe: one request for everybody who wants one.

use std::time::{Duration, Instant};

/// One request in this time, however many receivers repeat theirs: a keyframe costs as much as half a second of pictures.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// Somebody who sees nothing yet waits for no more than this.
const FIRST_AFTER: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// Of a receiver that lost something, changes layers, or asks once more.
    Again,
    /// Of a receiver that came after the last request and sees nothing yet.
    First,
}

/// What is wished too early is kept until its time, unless a keyframe comes first.
#[derive(Debug, Default)]
pub(crate) struct KeyframeRequests {
    wish: Option<Wish>,
    last: Option<Instant>,
}

impl KeyframeRequests {
    pub(crate) fn ask(&mut self, wish: Wish) {
        self.wish = self.wish.max(Some(wish));
    }

    pub(crate) fn pending(&self) -> bool {
        self.wish.is_some()
    }

    /// A keyframe came: whoever asked has it.
    pub(crate) fn came(&mut self) {
        self.wish = None;
    }

    /// When what is wished may be asked for; `None` when nothing is wished, or at once.
    pub(crate) fn due(&self) -> Option<Instant> {
        let after = match self.wish? {
            Wish::First => FIRST_AFTER,
            Wish::Again => AGAIN_AFTER,
        };
        Some(self.last? + after)
    }

    /// What has to be asked for now.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Wish> {
        if self.due().is_some_and(|at| now < at) {
            return None;
        }
        let wish = self.wish.take()?;
        self.last = Some(now);
        Some(wish)
    }
}
