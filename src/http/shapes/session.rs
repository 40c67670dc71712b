//! Sessions: going live and coming in.

use super::ActivityCard;
use crate::domain::{SessionId, Time};
use lectern_signaling::protocol::SessionRole;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    Live,
    Ended,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SessionPage {
    pub id: SessionId,
    pub activity: ActivityCard,
    pub state: SessionState,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    /// How many different people have come so far, or came.
    #[ts(type = "number")]
    pub people: u64,
    /// What is written down about people in this Session, to be shown before they come in.
    pub recording_notice: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SessionAnswer {
    pub session: SessionPage,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct TicketForm {
    /// For somebody without an Account, where the Activity allows guests.
    #[serde(default)]
    #[ts(optional)]
    pub guest: Option<GuestForm>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct GuestForm {
    pub name: String,
    pub school: String,
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub rural: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct TicketAnswer {
    /// For `hello`, the first frame on the socket.
    pub ticket: String,
    /// Path of the websocket on this host.
    pub socket: String,
    pub expires_at: Time,
    #[ts(type = "\"host\" | \"presenter\" | \"viewer\"")]
    #[schema(value_type = String)]
    pub role: SessionRole,
    pub participant_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct EncoderAnswer {
    /// Where an encoder such as OBS publishes (WHIP), as a path on this host.
    pub whip: String,
    /// The encoder's bearer token.
    pub token: String,
    pub expires_at: Time,
}
