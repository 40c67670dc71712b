//! What the page says about itself, and for how long it said so, by the server's clock.

use crate::Moment;
use std::time::Duration;

/// Before the first word the page counts as hidden and silent: heartbeats must not earn what nobody claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watching {
    pub visible: bool,
    pub sound: bool,
}

/// Since the Participant came: how long the page could be seen, and how long its sound was on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watched {
    pub visible_ms: u64,
    pub sound_ms: u64,
}

/// Said every 15 s; what was not said again for two rounds and a slow line's delay is not true any more. A page that is
/// frozen or asleep says nothing.
const LAPSES_AFTER: Duration = Duration::from_secs(40);

#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    said: Watching,
    /// When it was said.
    at: Moment,
    before: Watched,
}

impl Watch {
    pub(super) fn begin(now: Moment) -> Self {
        Self { said: Watching::default(), at: now, before: Watched::default() }
    }

    pub(super) fn says(&mut self, now: Moment, said: Watching) {
        self.before = self.watched(now);
        self.at = self.at.max(now);
        self.said = said;
    }

    /// Nobody looks at a page whose Connection is gone.
    pub(super) fn stops(&mut self, now: Moment) {
        self.says(now, Watching::default());
    }

    pub(super) fn watched(&self, now: Moment) -> Watched {
        let span = now.since(self.at).min(LAPSES_AFTER);
        let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let part = |yes: bool| if yes { span } else { 0 };
        Watched {
            visible_ms: self.before.visible_ms + part(self.said.visible),
            sound_ms: self.before.sound_ms + part(self.said.sound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Watching = Watching { visible: true, sound: true };

    fn visible(watch: &Watch, second: u64) -> u64 {
        watch.watched(Moment(second * 1000)).visible_ms / 1000
    }

    #[test]
    fn only_the_time_in_which_it_was_true_counts() {
        let mut watch = Watch::begin(Moment(0));
        assert_eq!(visible(&watch, 10), 0, "before the first word");
        watch.says(Moment(10_000), BOTH);
        watch.says(Moment(16_000), Watching { visible: false, sound: true });
        watch.says(Moment(25_000), BOTH);
        assert_eq!(watch.watched(Moment(30_000)), Watched { visible_ms: 11_000, sound_ms: 20_000 });
    }

    #[test]
    fn a_page_that_falls_silent_is_believed_for_40_s() {
        let mut watch = Watch::begin(Moment(0));
        watch.says(Moment(0), BOTH);
        assert_eq!((visible(&watch, 39), visible(&watch, 3600)), (39, 40));
        watch.says(Moment(3_600_000), BOTH);
        assert_eq!(visible(&watch, 3610), 50, "what was not said is not made up for");
    }

    #[test]
    fn saying_it_often_earns_no_more() {
        let mut watch = Watch::begin(Moment(0));
        for _ in 0..1000 {
            watch.says(Moment(5000), BOTH);
        }
        assert_eq!(visible(&watch, 10), 5);
        watch.says(Moment(3000), BOTH);
        assert_eq!(visible(&watch, 10), 5, "nor does a clock that goes back");
    }
}
