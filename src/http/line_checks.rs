//! Trying the line before coming in: a Peer of one's own that carries no lesson, and bytes to measure with. Open to
//! everybody, because the technician who looks after a school's network has no account here.

mod bytes;
mod open;

pub(super) use open::LineChecks;

use super::body::{Id, Json, Query};
use super::error::{ApiError, Refused};
use super::shapes::{LineCheckAnswer, LineCheckForm};
use super::state::AppState;
use crate::live::LonePeer;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use bytes::{HowMuch, Noise};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;

/// Two seconds of 8 Mbit/s; what a lesson needs is less.
const MOST_KB: u32 = 2048;

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

/// Bytes that mean nothing, to measure the way down.
#[utoipa::path(get, path = "/api/line-checks/bytes", tag = "line checks", params(HowMuch), responses(
    (status = 200, content_type = "application/octet-stream"), (status = 422, body = Refused),
    (status = 429, body = Refused)))]
pub(super) async fn download(
    State(app): State<AppState>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Query(wanted): Query<HowMuch>,
) -> Result<impl IntoResponse, ApiError> {
    let kb = wanted.kb.unwrap_or(256);
    if !(1..=MOST_KB).contains(&kb) {
        return Err(ApiError::field("kb", format!("要在 1 到 {MOST_KB} 之间。")));
    }
    let place = app.line_checks.transfers.take(from.ip()).ok_or(ApiError::TooManyHere)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store, no-transform"),
        // Said, so that no layer on the way tries to compress it.
        (header::CONTENT_ENCODING, "identity"),
    ];
    Ok((headers, Body::new(Noise::new(kb as usize * 1024, place))))
}

/// Takes bytes and forgets them, to measure the way up.
#[utoipa::path(post, path = "/api/line-checks/bytes", tag = "line checks",
    request_body(content = String, content_type = "application/octet-stream"), responses(
    (status = 204), (status = 413, description = "More than 2048 KiB", body = Refused), (status = 429, body = Refused)))]
pub(super) async fn upload(
    State(app): State<AppState>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    mut body: Body,
) -> Result<StatusCode, ApiError> {
    let _place = app.line_checks.transfers.take(from.ip()).ok_or(ApiError::TooManyHere)?;
    let mut left = MOST_KB as usize * 1024;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|e| ApiError::Malformed { detail: e.to_string() })?;
        let len = frame.data_ref().map_or(0, Bytes::len);
        left = left.checked_sub(len).ok_or(ApiError::TooLarge)?;
    }
    Ok(StatusCode::NO_CONTENT)
}
