//! Recording: what is captured of a Session, from its first media to what people watch.

use super::resource::Resource;
use super::words::words;
use super::{ActivityId, ActivityKind, Day, RecordingId, SessionId, StudioId, Time};
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
    /// When what was captured was let go. What people watch lies in the archive.
    pub capture_gone_at: Option<Time>,
}

impl Recording {
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

/// How long what was captured is kept, once the archive has what people watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapturesKept {
    ForGood,
    Days(u32),
}

impl CapturesKept {
    /// What the archive took before this moment has been kept long enough by now.
    #[must_use]
    pub fn long_enough(self, now: Time) -> Option<Time> {
        self.length().map(|length| now - length)
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
