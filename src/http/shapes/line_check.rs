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

/// What filling the line with test packets has shown so far. What is not known yet is null.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LineCheckState {
    /// Test packets flow, or have flowed. A client that takes none leaves it false.
    pub begun: bool,
    /// All that were to be sent are sent; the figures are final.
    pub over: bool,
    /// What a lesson would make of this line: kbit/s from the server to the client.
    pub estimate_kbps: Option<u32>,
    /// The line was seen to be full. Otherwise it carries more than was tried.
    pub limited: bool,
    pub loss_percent: Option<f64>,
    pub jitter_ms: Option<f64>,
    /// Of the line as it was filled.
    pub round_trip_ms: Option<f64>,
}
