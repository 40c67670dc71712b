//! Recording: what is captured of a Session, from its first media to what people watch.

use super::resource::Resource;
use super::words::words;
use super::{ActivityId, ActivityKind, Day, RecordingId, SessionId, StudioId, Time};
use serde::{Deserialize, Serialize};
use std::time::Duration;

words! {
    /// Where a Recording stands.
    pub enum RecordingState {
        Recording = "recording" / "正在录制",
        Closed = "closed" / "等待整理",
        Finishing = "finishing" / "正在整理",
        Finished = "finished" / "已整理",
        Failed = "failed" / "整理没有完成",
        Empty = "empty" / "没有画面和声音",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    pub id: RecordingId,
    pub session: SessionId,
    pub activity: ActivityId,
    pub studio: StudioId,
    pub state: RecordingState,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    /// On disk, as captured.
    pub bytes: u64,
    /// Of what people watch; known when it is finished.
    pub duration_ms: Option<u64>,
    /// What is being done about it, and how far, while it is being finished.
    pub step: Option<String>,
    pub permille: u16,
    /// Why it was not finished, for whoever runs the server.
    pub failure: Option<String>,
    /// How often finishing was begun.
    pub attempts: u32,
    /// What finishing found when it looked at all of it.
    pub checks: Option<Checks>,
    /// When what was captured was let go. What people watch lies in the archive.
    pub capture_gone_at: Option<Time>,
}

/// Left on the disk for the database and everything else when a Recording is finished.
const FREE_AFTERWARDS: u64 = 1 << 30;
/// What finishing and taking in write, in multiples of what was captured: the film, its segments, and both again in the archive.
const GROWS: u64 = 4;

impl Recording {
    /// Bytes that have to be free for it to be finished, when so much of it is made already.
    #[must_use]
    pub fn wants_free(&self, made: u64) -> u64 {
        FREE_AFTERWARDS.saturating_add(self.bytes.saturating_mul(GROWS).saturating_sub(made))
    }

    /// The last day on which what was captured is there, as things are; none without an end. `resource` is what came of it.
    #[must_use]
    pub fn capture_until(&self, kept: CapturesKept, resource: Option<&Resource>) -> Option<Day> {
        let taken = match (self.state, resource) {
            (RecordingState::Finished, Some(resource)) if !resource.legal_hold => resource.created_at,
            (RecordingState::Empty, _) => self.ended_at?,
            _ => return None,
        };
        kept.length().filter(|_| self.capture_gone_at.is_none()).map(|length| (taken + length).day())
    }
}

/// What finishing found when it looked at all that was captured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// Places where media is missing, and how long they are together.
    pub gaps: u32,
    pub lost_ms: u64,
    /// How far the furthest believed sender report is from the clock that picture and sound are laid along.
    pub skew_ms_max: u64,
    pub silence_ms: u64,
    pub clipped_permille: u64,
    pub no_sound: bool,
}

words! {
    /// What somebody should look at before what was captured goes.
    pub enum RecordingDoubt {
        Gaps = "gaps" / "有一段没有录到",
        Skew = "skew" / "声音和画面可能没有对上",
        Silence = "silence" / "很久没有声音",
        Clipped = "clipped" / "声音有破音",
        NoSound = "no_sound" / "没有录到声音",
    }
}

/// A lip that is further off is seen.
const MOST_SKEW_MS: u64 = 80;
/// One repaired late is not noticed.
const MOST_LOST_MS: u64 = 1000;
/// Pupils who write are as quiet.
const MOST_SILENCE_MS: u64 = 10 * 60 * 1000;
const MOST_CLIPPED_PERMILLE: u64 = 10;

impl Checks {
    #[must_use]
    pub fn doubts(&self) -> Vec<RecordingDoubt> {
        let all = [
            (RecordingDoubt::NoSound, self.no_sound),
            (RecordingDoubt::Gaps, self.lost_ms > MOST_LOST_MS),
            (RecordingDoubt::Skew, self.skew_ms_max > MOST_SKEW_MS),
            (RecordingDoubt::Silence, !self.no_sound && self.silence_ms > MOST_SILENCE_MS),
            (RecordingDoubt::Clipped, self.clipped_permille > MOST_CLIPPED_PERMILLE),
        ];
        all.into_iter().filter_map(|(doubt, is)| is.then_some(doubt)).collect()
    }
}

/// How long what was captured is kept, once the archive has what people watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapturesKept {
    ForGood,
    Days(u32),
}

impl CapturesKept {
    /// What the archive took before this moment has been kept long enough: its last day is over.
    #[must_use]
    pub fn long_enough(self, now: Time) -> Option<Time> {
        self.length().map(|length| (now - length).day().start())
    }

    fn length(self) -> Option<Duration> {
        match self {
            Self::ForGood => None,
            Self::Days(days) => Some(Duration::from_secs(u64::from(days) * 86_400)),
        }
    }
}

/// Whether a Session is recorded without being asked for. Where colleagues speak among themselves the host decides.
#[must_use]
pub fn records_by_itself(kind: ActivityKind) -> bool {
    !matches!(kind, ActivityKind::Seminar | ActivityKind::LessonReview)
}
