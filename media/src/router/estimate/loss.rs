//! The rate that the losses allow. Loss that a lower rate does not cure is the line's own and is borne.

/// A window says something after so many packets and so long, or after the most.
const PACKETS: u32 = 100;
const SPAN_US: u64 = 1_000_000;
const MOST_SPAN_US: u64 = 3_000_000;
const FEWEST: u32 = 20;
/// Much loss is believed sooner.
const COLLAPSE_PACKETS: u32 = 12;
const COLLAPSE_SPAN_US: u64 = 180_000;
const COLLAPSE: f64 = 0.4;
/// Loss above the line's own that is taken for congestion when it lasts, and that lets the bound grow again. The draft says
/// 0.1, but takes a few percent off an encoder then; here a whole layer would go, and repairs make up for less loss.
const TOO_MUCH: f64 = 0.25;
const LASTS: u32 = 2;
const LITTLE: f64 = 0.05;
/// Steady loss comes to be known as the line's own by this share of the difference in each window.
const LEARNING: f64 = 0.2;
const FORGETTING: f64 = 0.3;
/// Loss that stays at this share of what it was although the rate fell is the line's own.
const UNCURED: f64 = 0.6;
const MOST_OWN: f64 = 0.3;
/// So much lower has a rate to be before it can cure anything.
const LOWER: f64 = 0.85;
const GROWTH: f64 = 1.08;

#[derive(Debug, Default)]
pub(super) struct LossBound {
    quick: Window,
    slow: Window,
    bound: Option<f64>,
    /// What the line loses whatever is sent.
    own: f64,
    /// Windows in a row with too much loss.
    too_much: u32,
    /// A lower rate is being tried.
    trial: Option<Trial>,
    collapsed_at: Option<u64>,
    last: f64,
    /// What was sent before was sent at another rate.
    counts_from: u64,
}

/// By the moments of sending, in µs.
#[derive(Debug, Default, Clone, Copy)]
struct Window {
    since: Option<u64>,
    until: u64,
    packets: u32,
    lost: u32,
    bytes: u64,
    lost_bytes: u64,
}

#[derive(Debug, Clone, Copy)]
struct Trial {
    loss: f64,
    sent: f64,
    before: Option<f64>,
}

impl LossBound {
    pub(super) fn bound(&self) -> Option<f64> {
        self.bound
    }

    /// Share of packets lost in the last whole window.
    pub(super) fn share(&self) -> f64 {
        self.last
    }

    /// Loss beyond the line's own at the moment.
    pub(super) fn excess(&self) -> f64 {
        let latest = if self.slow.packets >= FEWEST { self.slow.share() } else { self.last };
        latest - self.own
    }

    pub(super) fn collapsed_at(&self) -> Option<u64> {
        self.collapsed_at
    }

    pub(super) fn own(&self) -> f64 {
        self.own
    }

    /// The line was seen to carry this.
    pub(super) fn lift(&mut self, bps: f64) {
        self.bound = self.bound.map(|bound| bound.max(bps));
    }

    /// Something else showed that the line carries no more.
    pub(super) fn limit(&mut self, bps: f64) {
        self.bound = Some(self.bound.map_or(bps, |bound| bound.min(bps)));
    }

    /// Packets that were sent between two moments.
    pub(super) fn take(&mut self, (from, to): (u64, u64), bytes: usize, packets: u32, lost: u32) {
        if from < self.counts_from {
            return;
        }
        for window in [&mut self.quick, &mut self.slow] {
            let since = *window.since.get_or_insert(from);
            window.until = window.until.max(to).max(since);
            window.packets += packets;
            window.lost += lost.min(packets);
            window.bytes += bytes as u64;
            window.lost_bytes += bytes as u64 * u64::from(lost.min(packets)) / u64::from(packets.max(1));
        }
    }

    /// The rate falls now for another reason: what was lost before is no news.
    pub(super) fn begin_anew(&mut self, now: u64) {
        (self.quick, self.slow, self.counts_from) = (Window::default(), Window::default(), now);
    }

    /// A packet that had been counted as lost came after all.
    pub(super) fn came_late(&mut self, bytes: usize) {
        for window in [&mut self.quick, &mut self.slow] {
            if window.lost > 0 {
                window.lost -= 1;
                window.lost_bytes = window.lost_bytes.saturating_sub(bytes as u64);
            }
        }
    }

    /// Judges the windows that are full; `rate` is what the estimate is otherwise.
    pub(super) fn conclude(&mut self, now: u64, rate: f64) {
        if self.quick.is_full(COLLAPSE_PACKETS, COLLAPSE_SPAN_US) {
            let window = std::mem::take(&mut self.quick);
            if window.share() - self.own >= COLLAPSE {
                self.collapsed_at = Some(now);
                self.restrain(rate, &window);
                self.begin_anew(now);
            }
        }
        if self.slow.is_full(PACKETS, SPAN_US) || self.slow.is_full(FEWEST, MOST_SPAN_US) {
            let window = std::mem::take(&mut self.slow);
            self.judge(rate, &window);
        }
    }

    fn judge(&mut self, rate: f64, window: &Window) {
        let share = window.share();
        self.last = share;
        if let Some(trial) = self.trial.filter(|trial| window.sent() <= LOWER * trial.sent) {
            self.trial = None;
            if share >= UNCURED * trial.loss {
                self.own = share.clamp(self.own, MOST_OWN);
                self.bound = trial.before;
                return;
            }
        }
        let excess = share - self.own;
        if excess > TOO_MUCH {
            self.too_much += 1;
            if self.too_much >= LASTS {
                self.restrain(rate, window);
            }
            return;
        }
        self.too_much = 0;
        if excess < LITTLE {
            self.bound = self.bound.map(|bound| bound * GROWTH).filter(|bound| *bound < 2.0 * rate);
        }
        self.own += if excess < 0.0 { FORGETTING } else { LEARNING } * excess;
    }

    fn restrain(&mut self, rate: f64, window: &Window) {
        let share = window.share();
        if self.trial.is_none() {
            // A collapse is never the line's own: there is nothing to go back to.
            let before = if share >= COLLAPSE { Some(window.arrived()) } else { self.bound };
            self.trial = Some(Trial { loss: share, sent: window.sent(), before });
        }
        let carried = window.arrived() / (1.0 - self.own);
        self.bound = Some(self.bound.unwrap_or(rate).min(rate).min(carried));
    }
}

impl Window {
    fn span(&self) -> u64 {
        self.until - self.since.unwrap_or(self.until)
    }

    fn is_full(&self, packets: u32, span: u64) -> bool {
        self.packets >= packets && self.span() >= span
    }

    fn share(&self) -> f64 {
        f64::from(self.lost) / f64::from(self.packets.max(1))
    }

    fn sent(&self) -> f64 {
        self.bytes as f64 * 8e6 / self.span().max(1) as f64
    }

    fn arrived(&self) -> f64 {
        (self.bytes - self.lost_bytes) as f64 * 8e6 / self.span().max(1) as f64
    }
}
