//! How busy a shard is, measured by its own thread: what decides where Sessions and receivers are placed.

use rustix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Half of what is measured is younger than this.
const MEASURED_EVERY: Duration = Duration::from_millis(500);
/// A receiver takes this much of a thread once it is connected, in thousandths: a few hundred packets a second.
const EXPECTED: u32 = 2;

/// What a shard's thread does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Thousandths of one core: the thread's CPU time of the last second or so.
    pub busy: u32,
    /// Peers that came too lately to be in `busy`.
    pub coming: u32,
    pub peers: u32,
}

impl Load {
    /// Thousandths of one core that the thread will soon use.
    #[must_use]
    pub fn expected(self) -> u32 {
        self.busy + self.coming * EXPECTED
    }
}

/// The last measurement, for all to read.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    busy: AtomicU32,
    coming: AtomicU32,
    peers: AtomicU32,
}

impl Gauge {
    pub(super) fn load(&self) -> Load {
        let read = |of: &AtomicU32| of.load(Ordering::Relaxed);
        Load { busy: read(&self.busy), coming: read(&self.coming), peers: read(&self.peers) }
    }

    /// A peer is about to be opened.
    pub(super) fn expect_one(&self) {
        self.coming.fetch_add(1, Ordering::Relaxed);
    }
}

/// Measures the thread that it is read in.
pub(super) struct Meter {
    gauge: Arc<Gauge>,
    last: Option<(Instant, Duration)>,
}

impl Meter {
    pub(super) fn new(gauge: Arc<Gauge>) -> Self {
        Self { gauge, last: None }
    }

    /// Measures when it is time to.
    pub(super) fn read(&mut self, now: Instant, peers: impl FnOnce() -> u32) {
        let Some((at, before)) = self.last else {
            self.last = Some((now, cpu_time()));
            return;
        };
        let since = now.saturating_duration_since(at);
        if since < MEASURED_EVERY {
            return;
        }
        let used = cpu_time();
        let share = used.saturating_sub(before).as_micros() * 1000 / since.as_micros().max(1);
        self.last = Some((now, used));
        let store = |to: &AtomicU32, value: u32| to.store(value, Ordering::Relaxed);
        store(&self.gauge.busy, (self.gauge.load().busy + share.min(1000) as u32).div_ceil(2));
        store(&self.gauge.peers, peers());
        // Who came before the last measurement but one is connected and counted by now, or soon.
        let _ = self.gauge.coming.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |coming| Some(coming / 2));
    }
}

/// Of the thread that asks.
fn cpu_time() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), spent.tv_nsec.unsigned_abs() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_is_busy_and_one_that_waits_is_not() {
        let gauge = Arc::new(Gauge::default());
        let mut meter = Meter::new(gauge.clone());
        let start = crate::testing::start();
        meter.read(start, || 0);
        while cpu_time() < Duration::from_millis(300) {
            std::hint::black_box(cpu_time());
        }
        gauge.expect_one();
        // As if the work had taken just as long as the measuring.
        meter.read(start + MEASURED_EVERY, || 7);
        let load = gauge.load();
        assert!((200..=500).contains(&load.busy), "{load:?}");
        assert_eq!((load.peers, load.coming), (7, 0));
        for step in 2..12 {
            meter.read(start + MEASURED_EVERY * step, || 7);
        }
        assert!(gauge.load().busy < 20, "{:?}", gauge.load());
        assert!(Load { coming: 10, ..Load::default() }.expected() > 0);
    }
}
