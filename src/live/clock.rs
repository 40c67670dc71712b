//! The clock of live Sessions: one that never goes back for decisions, and the wall clock for the record.

use crate::domain::Time;
use lectern_signaling::Moment;
use std::sync::Arc;
use tokio::time::Instant;

#[derive(Clone)]
pub struct LiveClock {
    wall: Arc<dyn Fn() -> Time + Send + Sync>,
    started: Instant,
    started_at: Time,
}

/// One look at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock of the start plus the time since: what the Room is told.
    pub moment: Moment,
    /// What the wall clock shows now, even after it was set.
    pub wall: Time,
    pub monotonic_us: i64,
}

impl LiveClock {
    /// Starts now.
    pub fn new(wall: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        let started_at = wall();
        Self { wall: Arc::new(wall), started: Self::instant(), started_at }
    }

    #[must_use]
    pub fn reading(&self) -> Reading {
        let passed = Self::instant().saturating_duration_since(self.started);
        Reading {
            moment: Moment(self.started_at.millis()).plus(passed),
            wall: (self.wall)(),
            monotonic_us: i64::try_from(passed.as_micros()).unwrap_or(i64::MAX),
        }
    }

    /// When a timer for this moment has to fire.
    #[must_use]
    pub fn instant_of(&self, moment: Moment) -> Instant {
        self.started + moment.since(Moment(self.started_at.millis()))
    }

    fn instant() -> Instant {
        Instant::now()
    }
}
