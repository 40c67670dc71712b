//! Trying the line before coming in: a Peer of one's own that carries no lesson, and bytes to measure with. Open to
//! everybody, because the technician who looks after a school's network has no account here.

mod bytes;
mod open;

pub(super) use bytes::{__path_download, __path_upload, download, upload};
pub(super) use open::LineChecks;

use super::body::{Id, Json};
use super::error::{ApiError, Refused};
use super::shapes::{LineCheckAnswer, LineCheckForm};
use super::state::AppState;
use crate::live::LonePeer;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use std::net::SocketAddr;

/// 检查线路: a Peer that only receives, with UDP and TCP candidates in the answer. It closes itself after 30 s.
#[utoipa::path(post, path = "/api/line-checks", tag = "line checks", request_body = LineCheckForm, responses(
    (status = 201, body = LineCheckAnswer), (status = 400, body = Refused), (status = 422, body = Refused),
    (status = 429, description = "Too many checks from this address, or in all", body = Refused),
    (status = 503, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Json(form): Json<LineCheckForm>,
) -> Result<(StatusCode, axum::Json<LineCheckAnswer>), ApiError> {
    if app.is_draining() {
        return Err(ApiError::Draining);
    }
    let place = app.line_checks.take_place(from.ip()).ok_or(ApiError::TooManyHere)?;
    let (peer, sdp) = LonePeer::open(&app.live, form.sdp).await?;
    let id = app.line_checks.keep(peer, place);
    Ok((StatusCode::CREATED, axum::Json(LineCheckAnswer { id, sdp })))
}

/// The check is over. Ending one that is over already is no error.
#[utoipa::path(delete, path = "/api/line-checks/{id}", tag = "line checks", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn end(State(app): State<AppState>, Id(id): Id) -> StatusCode {
    app.line_checks.end(&id).await;
    StatusCode::NO_CONTENT
}
