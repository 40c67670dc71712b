//! Bits per second over a sliding window, in a few words of memory.

use std::time::Duration;

const SLICES: u64 = 8;

/// Time is in µs of whatever clock the owner uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    slice_us: u64,
    bytes: [u32; SLICES as usize],
    /// Slices since the clock's zero: where counting began, and the newest one counted in.
    began: u64,
    newest: u64,
    counts: bool,
}

impl Rate {
    pub(crate) const fn over(window: Duration) -> Self {
        let slice_us = window.as_micros() as u64 / SLICES;
        Self { slice_us, bytes: [0; SLICES as usize], began: 0, newest: 0, counts: false }
    }

    pub(crate) fn add(&mut self, at: u64, bytes: usize) {
        let slice = at / self.slice_us;
        if !self.counts || slice >= self.newest + SLICES {
            // Nothing of what was counted is within the window.
            (self.bytes, self.began, self.newest, self.counts) = ([0; SLICES as usize], slice, slice, true);
        }
        if slice + SLICES <= self.newest {
            return;
        }
        while self.newest < slice {
            self.newest += 1;
            self.bytes[(self.newest % SLICES) as usize] = 0;
        }
        let place = &mut self.bytes[(slice % SLICES) as usize];
        *place = place.saturating_add(bytes as u32);
    }

    /// `None` before a quarter of the window has been counted.
    pub(crate) fn bps(&self, at: u64) -> Option<u64> {
        if !self.counts {
            return None;
        }
        let slice = (at / self.slice_us).max(self.newest);
        let oldest = (slice + 1).saturating_sub(SLICES).max(self.began);
        let bytes: u64 = (oldest..=self.newest).map(|s| u64::from(self.bytes[(s % SLICES) as usize])).sum();
        let elapsed = at.saturating_sub(oldest * self.slice_us);
        (elapsed >= 2 * self.slice_us).then(|| bytes * 8 * 1_000_000 / elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_measured_from_the_first_quarter_on() {
        let mut rate = Rate::over(Duration::from_secs(2));
        let mut told = Vec::new();
        for ms in (7_000..12_000u64).step_by(10) {
            rate.add(ms * 1000, 1250);
            told.extend(rate.bps(ms * 1000));
        }
        assert!(told.len() > 440 && told.len() < 480, "{}", told.len());
        assert!(told.iter().all(|bps| (950_000..=1_060_000).contains(bps)), "{told:?}");
    }

    #[test]
    fn what_left_the_window_is_forgotten() {
        let mut rate = Rate::over(Duration::from_secs(2));
        for ms in 0..1000u64 {
            rate.add(ms * 1000, 1000);
        }
        assert!(rate.bps(1_000_000).is_some_and(|bps| bps > 7_000_000));
        assert_eq!(rate.bps(5_000_000), Some(0));
        rate.add(9_000_000, 10);
        assert_eq!(rate.bps(9_100_000), None, "it begins anew");
        rate.add(1_000, 10);
        assert_eq!(rate.bps(9_600_000).map(|bps| bps < 200), Some(true), "too old to count");
    }
}
