//! Session: the live occurrence of an Activity, from go-live to end.

use super::words::words;
use super::{AccountId, ActivityId, SessionId, Time};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub activity: ActivityId,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    /// Who pressed 开始直播; none when an encoder or the demo did.
    pub started_by: Option<AccountId>,
}

impl Session {
    #[must_use]
    pub fn live(&self) -> bool {
        self.ended_at.is_none()
    }
}

words! {
    /// What a person is to one Activity.
    pub enum ActivityRole {
        Host = "host" / "主持人",
        Presenter = "presenter" / "主讲人",
        Viewer = "viewer" / "观众",
    }
}
