//! How fast packets go out to one receiver: a healthy line gets them at once, bursts are spread, what waits is a list of
//! numbers and no copy.

use std::collections::VecDeque;

/// Of the estimate, for bursts; the draft of the congestion control says the same.
const PEAK: f64 = 2.5;
/// What may go out at once.
const PEAK_MS: f64 = 40.0;
/// Of the estimate, for longer: a keyframe that is larger than what the line buffers must not fill it up before the sound.
const LASTING: Lasting = Lasting { share: 1.25, ms: 150.0 };
/// Of a line that has been seen to be full.
const LASTING_WHEN_FULL: Lasting = Lasting { share: 1.1, ms: 60.0 };
/// Three packets: less would only cost timers.
const LEAST_BURST: f64 = 4_000.0;
/// What waits is looked at so often.
pub(crate) const RELEASE_US: u64 = 5_000;
/// More packets than this wait for nobody.
const MOST_WAITING: usize = 512;
/// Room kept while nothing waits.
const KEPT_WAITING: usize = 64;

/// A packet that waits, by the slot's own number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) slot: u32,
    pub(crate) bytes: u16,
    pub(crate) index: u64,
}

/// How much of the estimate may go out, and what of that at once.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Lasting {
    share: f64,
    ms: f64,
}

#[derive(Debug)]
pub(crate) struct Pace {
    /// Bytes per ms; 0 is no pace at all.
    rate: f64,
    limit: Lasting,
    held: bool,
    peak: f64,
    lasting: f64,
    at: u64,
    waiting: VecDeque<Waiting>,
    waiting_bytes: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            rate: 0.0,
            limit: LASTING,
            held: false,
            peak: 0.0,
            lasting: 0.0,
            at: 0,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
        }
    }
}

impl Pace {
    /// The estimate changed; `None` lets everything pass. Whether it is a limit that the line has been seen to have.
    pub(crate) fn set(&mut self, bps: Option<u64>, full: bool) {
        self.rate = bps.unwrap_or(0) as f64 / 8000.0;
        self.limit = if full { LASTING_WHEN_FULL } else { LASTING };
    }

    pub(crate) fn is_set(&self) -> bool {
        self.rate > 0.0
    }

    /// While the line has a queue that is too long for sound, nothing is added to it.
    pub(crate) fn hold(&mut self, hold: bool) {
        self.held = hold;
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held
    }

    /// Whether a packet may go out now.
    pub(crate) fn admits(&mut self, now: u64, bytes: usize) -> bool {
        !self.held && self.waiting.is_empty() && (self.rate == 0.0 || self.has_room(now, bytes))
    }

    /// A packet went out, paced or not.
    pub(crate) fn spend(&mut self, bytes: usize) {
        if self.rate == 0.0 {
            return;
        }
        self.peak += bytes as f64;
        self.lasting += bytes as f64;
    }

    /// Puts a packet behind the others; `false` when there are too many.
    pub(crate) fn wait(&mut self, packet: Waiting) -> bool {
        if self.waiting.len() >= MOST_WAITING {
            return false;
        }
        self.waiting_bytes += u64::from(packet.bytes);
        self.waiting.push_back(packet);
        true
    }

    /// The next packet whose time has come.
    pub(crate) fn release(&mut self, now: u64) -> Option<Waiting> {
        let bytes = usize::from(self.waiting.front()?.bytes);
        if self.held || (self.rate > 0.0 && !self.has_room(now, bytes)) {
            return None;
        }
        let packet = self.waiting.pop_front()?;
        self.waiting_bytes -= u64::from(packet.bytes);
        if self.waiting.is_empty() {
            self.waiting.shrink_to(KEPT_WAITING);
        }
        Some(packet)
    }

    /// Forgets what waits of one slot; whether anything did.
    pub(crate) fn purge(&mut self, slot: usize) -> bool {
        if self.waiting.is_empty() {
            return false;
        }
        let before = self.waiting.len();
        self.waiting.retain(|packet| packet.slot as usize != slot);
        self.waiting_bytes = self.waiting.iter().map(|packet| u64::from(packet.bytes)).sum();
        if self.waiting.is_empty() {
            self.waiting.shrink_to(KEPT_WAITING);
        }
        self.waiting.len() < before
    }

    pub(crate) fn has_waiting_of(&self, slot: usize) -> bool {
        self.waiting.iter().any(|packet| packet.slot as usize == slot)
    }

    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How long the queue would take at the estimate.
    pub(crate) fn waiting_ms(&self) -> f64 {
        if self.rate > 0.0 { self.waiting_bytes as f64 / self.rate } else { 0.0 }
    }

    fn has_room(&mut self, now: u64, bytes: usize) -> bool {
        let rate = self.rate;
        if now > self.at {
            let ms = (now - self.at) as f64 / 1000.0;
            self.at = now;
            self.peak = (self.peak - ms * rate * PEAK).max(0.0);
            self.lasting = (self.lasting - ms * rate * self.limit.share).max(0.0);
        }
        let bytes = bytes as f64;
        self.peak + bytes <= (PEAK_MS * rate * PEAK).max(LEAST_BURST)
            && self.lasting + bytes <= (self.limit.ms * rate).max(LEAST_BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes out of a burst of so many bytes, by ms.
    fn drained(bps: u64, burst: usize) -> Vec<(u64, usize)> {
        let (mut pace, mut out) = (Pace::default(), Vec::new());
        pace.set(Some(bps), false);
        let now = 1_000_000;
        let mut at_once = 0;
        for index in 0..burst as u64 / 1000 {
            if pace.admits(now, 1000) {
                pace.spend(1000);
                at_once += 1000;
            } else {
                assert!(pace.wait(Waiting { slot: 3, bytes: 1000, index }));
            }
        }
        out.push((0, at_once));
        for ms in (5..20_000).step_by(5) {
            let mut sent = 0;
            while let Some(packet) = pace.release(now + ms * 1000) {
                pace.spend(usize::from(packet.bytes));
                sent += 1000;
            }
            out.push((ms, sent));
        }
        assert!(!pace.has_waiting() && pace.waiting_bytes == 0);
        out
    }

    #[test]
    fn a_frame_on_a_good_line_goes_out_at_once() {
        assert_eq!(drained(3_000_000, 9_000)[0], (0, 9_000));
    }

    #[test]
    fn a_burst_goes_out_at_the_peak_first_and_then_little_above_the_estimate() {
        let out = drained(800_000, 100_000);
        let by = |ms: u64| out.iter().filter(|(at, _)| *at <= ms).map(|(_, sent)| sent).sum::<usize>();
        assert!((9_000..=11_000).contains(&by(0)), "{}", by(0));
        assert!((19_000..=21_000).contains(&by(40)), "{}", by(40));
        let later = by(600) - by(300);
        assert!((35_000..=40_000).contains(&later), "{later} bytes in 300 ms at 100 bytes a ms");
        assert_eq!(by(20_000), 100_000);
    }

    #[test]
    fn without_an_estimate_nothing_waits() {
        let mut pace = Pace::default();
        for _ in 0..1000 {
            assert!(pace.admits(5, 1200));
            pace.spend(1200);
        }
    }

    #[test]
    fn what_waits_of_a_slot_can_be_forgotten() {
        let mut pace = Pace::default();
        pace.set(Some(100_000), false);
        for index in 0..10 {
            pace.wait(Waiting { slot: index % 2, bytes: 1000, index: u64::from(index) });
        }
        assert!((pace.waiting_ms() - 800.0).abs() < 1.0);
        assert!(pace.purge(1) && !pace.purge(1));
        assert!((pace.waiting_ms() - 400.0).abs() < 1.0);
        assert_eq!(pace.release(9_000_000).map(|packet| packet.slot), Some(0));
    }
}
