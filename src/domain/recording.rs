//! Recording: what is captured of a Session, from its first media to what people watch.

use super::words::words;
use super::{ActivityId, ActivityKind, RecordingId, SessionId, StudioId, Time};

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
}

/// Whether a Session is recorded without being asked for. Where colleagues speak among themselves the host decides.
#[must_use]
pub fn records_by_itself(kind: ActivityKind) -> bool {
    !matches!(kind, ActivityKind::Seminar | ActivityKind::LessonReview)
}
