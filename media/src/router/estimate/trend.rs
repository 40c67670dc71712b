//! Whether the delay on the line grows: a line through the last delays, judged by a threshold that learns.

use super::arrival::Step;

/// Groups that the line goes through: 0.3 to 0.5 s of media.
const WINDOW: usize = 20;
/// A line through fewer points is noise.
const FEWEST: usize = 8;
/// Weight of the past in the smoothed delay.
const SMOOTHING: f64 = 0.9;
const GAIN: f64 = 4.0;
const MOST_GROUPS: u32 = 60;
/// The threshold (draft-ietf-rmcat-gcc-02 §5.4): ms of delay growth that count as over-use. It rises quickly under traffic
/// that fills queues by itself, or that traffic would push us aside, and falls slowly.
const FIRST_THRESHOLD: f64 = 12.5;
const LEAST_THRESHOLD: f64 = 6.0;
const MOST_THRESHOLD: f64 = 600.0;
const RISES: f64 = 0.0087;
const FALLS: f64 = 0.039;
/// Further off the threshold than this is an accident, not something to learn from.
const ACCIDENT: f64 = 15.0;
const MOST_PAUSE_MS: f64 = 100.0;
/// The delay has to grow for so long before it is believed.
const BELIEVED_AFTER_MS: f64 = 10.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    /// Queues are emptying.
    Under,
    Normal,
    /// Queues are growing.
    Over,
}

#[derive(Debug)]
pub(super) struct Trend {
    /// Time of arrival and smoothed delay, in ms; a ring of the last `count`.
    points: [(f32, f32); WINDOW],
    count: u32,
    began: i64,
    delay: f64,
    smoothed: f64,
    before: f64,
    threshold: f64,
    judged_at: i64,
    over_for: f64,
    usage: Usage,
}

impl Trend {
    pub(super) fn new() -> Self {
        Self {
            points: [(0.0, 0.0); WINDOW],
            count: 0,
            began: 0,
            delay: 0.0,
            smoothed: 0.0,
            before: 0.0,
            threshold: FIRST_THRESHOLD,
            judged_at: 0,
            over_for: 0.0,
            usage: Usage::Normal,
        }
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    pub(super) fn take(&mut self, step: Step) {
        if self.count == 0 {
            (self.began, self.judged_at) = (step.at, step.at);
        }
        self.delay += (step.arrived - step.sent) as f64 / 1000.0;
        self.smoothed = SMOOTHING * self.smoothed + (1.0 - SMOOTHING) * self.delay;
        let at = (step.at - self.began) as f64 / 1000.0;
        self.points[self.count as usize % WINDOW] = (at as f32, self.smoothed as f32);
        self.count = if self.count == u32::MAX { MOST_GROUPS } else { self.count + 1 };
        if let Some(slope) = self.slope() {
            let growth = f64::from(self.count.min(MOST_GROUPS)) * slope * GAIN;
            self.judge(growth, step.sent as f64 / 1000.0);
            self.learn(growth, step.at);
        }
    }

    /// Least squares: ms of delay per ms.
    fn slope(&self) -> Option<f64> {
        let many = (self.count as usize).min(WINDOW);
        if many < FEWEST {
            return None;
        }
        let points = || self.points[..many].iter().map(|&(x, y)| (f64::from(x), f64::from(y)));
        let (sum_x, sum_y) = points().fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x, sy + y));
        let (mean_x, mean_y) = (sum_x / many as f64, sum_y / many as f64);
        let (over, under) = points().fold((0.0, 0.0), |(over, under), (x, y)| {
            (over + (x - mean_x) * (y - mean_y), under + (x - mean_x) * (x - mean_x))
        });
        (under > 0.0).then(|| over / under)
    }

    fn judge(&mut self, growth: f64, sent_ms: f64) {
        if growth > self.threshold {
            self.over_for += sent_ms.min(MOST_PAUSE_MS);
            if self.over_for > BELIEVED_AFTER_MS && growth >= self.before {
                self.over_for = 0.0;
                self.usage = Usage::Over;
            }
        } else {
            self.over_for = 0.0;
            self.usage = if growth < -self.threshold { Usage::Under } else { Usage::Normal };
        }
        self.before = growth;
    }

    fn learn(&mut self, growth: f64, at: i64) {
        let pause = ((at - self.judged_at) as f64 / 1000.0).clamp(0.0, MOST_PAUSE_MS);
        self.judged_at = at;
        let off = growth.abs() - self.threshold;
        if off <= ACCIDENT {
            let pace = if off < 0.0 { FALLS } else { RISES };
            self.threshold = (self.threshold + pace * off * pause).clamp(LEAST_THRESHOLD, MOST_THRESHOLD);
        }
    }
}
