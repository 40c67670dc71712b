//! Notices.

use super::Named;
use crate::domain::{NoticeId, NoticeState, Time};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct NoticeForm {
    pub content: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct NoticeDraftForm {
    pub content: String,
    /// The one that was seen; 0 where there was none.
    pub revision: u32,
}

/// What hosts have written and not sent yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct NoticeDraftView {
    pub content: String,
    /// Counts up with each saving and each notice that is sent; 0 where nothing has been saved.
    pub revision: u32,
    /// Who saved it last.
    pub by: Option<String>,
    pub at: Option<Time>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct NoticeDecisionForm {
    pub approved: bool,
    /// Must be given when it is returned.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct NoticeWithdrawalForm {
    /// Must be given of an approved one.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub reason: String,
}

/// What somebody said, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct WordView {
    pub reason: String,
    pub by: String,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct NoticeView {
    pub id: NoticeId,
    /// The Activity's id and title.
    pub activity: Named,
    pub state: NoticeState,
    /// Of an approved one, with the Region that it is counted in: 青禾县〔2026〕第12号.
    pub number: Option<String>,
    pub content: String,
    pub sent_by: String,
    pub sent_at: Time,
    pub decision: Option<WordView>,
    pub withdrawal: Option<WordView>,
    /// It holds, and says another day, time, place or presenters than its Activity has now.
    pub outdated: bool,
    /// Whoever asks may approve or return it.
    pub may_decide: bool,
    /// Whoever asks may take it back.
    pub may_withdraw: bool,
}
