//! Trying the line before coming in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LineCheckForm {
    /// An offer that only receives.
    pub sdp: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct LineCheckAnswer {
    pub id: String,
    /// The answer. Its candidates are UDP and TCP; leave some out to try one way alone.
    pub sdp: String,
}
