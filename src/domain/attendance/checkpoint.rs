//! What a checkpoint says, and how much of the time since the one before it proves.

use serde::{Deserialize, Serialize};

/// Milliseconds since the checkpoint before, by the server's own clocks. It is the detail of a checkpoint's line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointDetail {
    /// Of seconds in which media was sent to the client and confirmed by it; none when there were no figures.
    pub media_ms: Option<u64>,
    pub audio_ms: Option<u64>,
    pub video_ms: Option<u64>,
    /// In which an unmuted microphone, camera or screen of the person sent.
    pub sent_ms: Option<u64>,
    /// In which the page said that it can be seen, and that its sound is on.
    pub visible_ms: u64,
    pub sound_ms: u64,
}

/// What one checkpoint proves of the microseconds since the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) proven_us: i64,
    /// Of the rest, that in which nobody could see the page.
    pub(super) hidden_us: i64,
}

/// What may be missing of a stretch that counts as whole: receiver reports of sound alone come every 5 s, seconds
/// are counted whole, and a page needs a moment to say that it is visible.
const SLACK_US: i64 = 5_000_000;

impl CheckpointDetail {
    /// Of a line that cannot be read nothing is proven.
    pub(super) fn of(detail: &str) -> Self {
        serde_json::from_str(detail).unwrap_or_default()
    }

    /// Never more than `elapsed_us`, the real time since the checkpoint before: repeated, hasty and premature lines earn
    /// nothing beyond it.
    pub(super) fn proof(self, elapsed_us: i64) -> Proof {
        let visible = part(self.visible_ms, elapsed_us);
        let delivered = part(self.media_ms.unwrap_or(0), elapsed_us);
        let sent = part(self.sent_ms.unwrap_or(0), elapsed_us);
        // Who is heard or seen is there, also while a slide program covers the page.
        let proven_us = sent.max(delivered.min(visible));
        Proof { proven_us, hidden_us: (elapsed_us - visible).min(elapsed_us - proven_us) }
    }
}

/// The part of the elapsed time that was proven; all of it when only the slack is missing, and not most of it.
fn part(ms: u64, elapsed_us: i64) -> i64 {
    let us = i64::try_from(ms.saturating_mul(1000)).unwrap_or(i64::MAX).min(elapsed_us);
    let missing = elapsed_us - us;
    if missing <= SLACK_US && missing <= us { elapsed_us } else { us }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn proven(media_ms: u64, visible_ms: u64, seconds: i64) -> i64 {
        let checkpoint = CheckpointDetail { media_ms: Some(media_ms), visible_ms, ..CheckpointDetail::default() };
        checkpoint.proof(seconds * SECOND).proven_us / SECOND
    }

    #[test]
    fn heartbeats_without_media_earn_nothing() {
        assert_eq!(proven(0, 15_000, 15), 0);
        assert_eq!(proven(0, 3_000, 3), 0, "also not the slack");
    }

    #[test]
    fn media_towards_a_hidden_page_earns_nothing() {
        assert_eq!(proven(15_000, 0, 15), 0);
        assert_eq!(proven(15_000, 6_000, 15), 6);
    }

    #[test]
    fn no_more_is_earned_than_real_time() {
        assert_eq!(proven(u64::MAX, u64::MAX, 15), 15);
        assert_eq!(proven(60_000, 60_000, 0), 0);
    }

    #[test]
    fn what_a_late_receiver_report_leaves_out_is_not_missed() {
        assert_eq!(proven(10_000, 14_900, 15), 15);
        assert_eq!(proven(9_000, 15_000, 15), 9);
    }

    #[test]
    fn who_is_heard_is_there_behind_a_slide_program() {
        let checkpoint = CheckpointDetail { sent_ms: Some(15_000), ..CheckpointDetail::default() };
        assert_eq!(checkpoint.proof(15 * SECOND), Proof { proven_us: 15 * SECOND, hidden_us: 0 });
    }

    #[test]
    fn an_unreadable_line_proves_nothing() {
        for detail in ["", "{}", "[]", "{\"media_ms\":-5,\"visible_ms\":15000}", "{\"media_ms\":15000}"] {
            assert_eq!(CheckpointDetail::of(detail).proof(15 * SECOND).proven_us, 0, "{detail}");
        }
    }
}
