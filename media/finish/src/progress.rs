//! Says on stdout how far it is, one JSON object a line.

use crate::error::{FinishError, Result};
use std::io::Write;

/// In order. Each takes a share of the whole, in permille, about as long as it lasts when pictures are composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Check,
    Sound,
    Picture,
    Hls,
    Pictures,
    Chapters,
}

impl Step {
    fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Sound | Self::Picture => "compose",
            Self::Hls => "hls",
            Self::Pictures => "pictures",
            Self::Chapters => "chapters",
        }
    }

    fn share(self) -> (u64, u64) {
        match self {
            Self::Check => (0, 80),
            Self::Sound => (80, 200),
            Self::Picture => (200, 920),
            Self::Hls => (920, 940),
            Self::Pictures => (940, 980),
            Self::Chapters => (980, 1000),
        }
    }
}

#[derive(Default)]
pub(crate) struct Progress {
    told: Option<(&'static str, u64)>,
}

impl Progress {
    /// `done` of `all` of a step. When nobody listens any more the server is gone, and the work waits for the next one.
    pub(crate) fn tell(&mut self, step: Step, done: u64, all: u64) -> Result<()> {
        let (from, to) = step.share();
        let permille = from + (to - from) * done.min(all) / all.max(1);
        let now = Some((step.word(), permille));
        if self.told == now || self.told.is_some_and(|(_, told)| told > permille) {
            return Ok(());
        }
        self.told = now;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{{\"step\":\"{}\",\"permille\":{permille}}}", step.word())
            .and_then(|()| stdout.flush())
            .map_err(|_| FinishError::Unreadable("nobody listens"))
    }
}
