//! Where a player stands, and when it would have had to stand still.

use std::time::{Duration, Instant};

/// How far behind the end of its first playlist a player begins: three segments, as hls.js does.
pub(super) const BEHIND: usize = 3;

/// One stream of one player. It begins with its first segment and goes on in real time.
#[derive(Debug, Default)]
pub(super) struct Playhead {
    began: Option<Instant>,
    /// Length of everything that has come.
    has: Duration,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    First,
    /// So long before it was needed.
    InTime(Duration),
    /// The player stood still for so long.
    Late(Duration),
}

impl Playhead {
    /// The next segment is here as a whole.
    pub(super) fn came(&mut self, now: Instant, lasts: Duration) -> Came {
        let came = match self.began {
            None => {
                self.began = Some(now);
                Came::First
            }
            Some(began) => {
                let needed = began + self.has;
                let late = now.saturating_duration_since(needed);
                // Whoever stood still is so much further behind from then on.
                self.began = Some(began + late);
                if late.is_zero() { Came::InTime(needed - now) } else { Came::Late(late) }
            }
        };
        self.has += lasts;
        came
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    const TWO: Duration = Duration::from_secs(2);
    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_segment_is_needed_when_all_before_it_has_been_played() {
        let (start, mut head) = (clock::now().at, Playhead::default());
        assert_eq!(head.came(start, TWO), Came::First);
        assert_eq!(head.came(start + ms(100), TWO), Came::InTime(ms(1900)));
        assert_eq!(head.came(start + ms(4000), TWO), Came::InTime(Duration::ZERO));
    }

    #[test]
    fn standing_still_once_is_told_once() {
        let (start, mut head) = (clock::now().at, Playhead::default());
        head.came(start, TWO);
        assert_eq!(head.came(start + ms(2500), TWO), Came::Late(ms(500)));
        assert_eq!(head.came(start + ms(4400), TWO), Came::InTime(ms(100)));
        assert_eq!(head.came(start + ms(6600), TWO), Came::Late(ms(100)));
    }
}
