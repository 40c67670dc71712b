//! How long packets wait on the way, above what an empty line takes.

/// The shortest transit of the last 15 to 30 s is that of an empty line; clocks drift less than 3 ms in that time.
const BASE_US: u64 = 15_000_000;
/// Jitter only adds, so the shortest of a few groups is the queue.
const GROUPS: usize = 3;
/// A queue of this length that grew so much since the last feedback message is over-use, whatever the trend still says.
const NOTICEABLE_US: f64 = 60_000.0;
const GROWTH_US: f64 = 25_000.0;
/// A trend is believed when some packet waited so long.
const CONFIRMS_US: f64 = 30_000.0;
/// A queue that does not empty for so long although little is sent is none: the way became longer.
const LONG_US: f64 = 150_000.0;
const STUBBORN_US: u64 = 2_500_000;

#[derive(Debug, Default)]
pub(super) struct Queue {
    since: u64,
    before: Option<i64>,
    now: Option<i64>,
    /// Transits of the last groups.
    last: [i64; GROUPS],
    whole: [i64; GROUPS],
    count: usize,
    us: f64,
    shows: bool,
    told_us: f64,
    long_since: Option<u64>,
}

impl Queue {
    pub(super) fn us(&self) -> f64 {
        self.us
    }

    /// A group took so long; only differences mean something.
    pub(super) fn take(&mut self, now: u64, transit: i64, whole: i64) {
        if now >= self.since + BASE_US {
            (self.since, self.before, self.now) = (now, self.now, None);
        }
        self.now = Some(self.now.map_or(transit, |known| known.min(transit)));
        (self.last[self.count % GROUPS], self.whole[self.count % GROUPS]) = (transit, whole);
        self.count += 1;
        let base = [self.before, self.now].into_iter().flatten().min().unwrap_or(transit);
        let known = &self.last[..self.count.min(GROUPS)];
        let shortest = known.iter().min().copied().unwrap_or(transit);
        self.us = (shortest - base) as f64;
        let longest = self.whole[..self.count.min(GROUPS)].iter().max().copied().unwrap_or(whole);
        self.shows = (longest - base) as f64 > CONFIRMS_US;
        self.doubt(now, shortest);
    }

    /// Whether something did wait lately: jitter alone makes a trend, but hardly a delay.
    pub(super) fn shows(&self) -> bool {
        self.shows
    }

    /// Whether it grew since this was asked before.
    pub(super) fn grew(&mut self) -> bool {
        let before = std::mem::replace(&mut self.told_us, self.us);
        self.us > NOTICEABLE_US && self.us > before + GROWTH_US
    }

    fn doubt(&mut self, now: u64, transit: i64) {
        if self.us < LONG_US {
            self.long_since = None;
        } else if now >= *self.long_since.get_or_insert(now) + STUBBORN_US {
            (self.since, self.before, self.now) = (now, None, Some(transit));
            (self.us, self.told_us, self.long_since) = (0.0, 0.0, None);
        }
    }
}
