//! The clock of the HTTP edge: given from outside, so that tests turn it.

use crate::domain::Time;
use std::sync::Arc;

#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    pub fn new(read: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    #[must_use]
    pub fn now(&self) -> Time {
        (self.0)()
    }

    /// Seconds since 1970 UTC.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.now().micros().div_euclid(1_000_000)
    }
}
