//! Trying the line before coming in: a Peer of one's own that carries no lesson, and bytes to measure with. Open to
//! everybody, because the technician who looks after a school's network has no account here.

mod bytes;
mod open;

pub(super) use open::LineChecks;

use super::body::{Id, Json, Query};
use super::error::{ApiError, Refused};
use super::shapes::{LineCheckAnswer, LineCheckForm, LineCheckState};
use super::state::AppState;
use crate::live::{CheckedLine, LonePeer};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use bytes::{HowMuch, Noise};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

/// Two seconds of 8 Mbit/s; what a lesson needs is less.
const MOST_KB: u32 = 2048;

/// 检查线路: a Peer that only receives, with UDP and TCP candidates in the answer. Once it is connected, padding of RTP fills
/// its line for 6 s, up to 2 Mbit/s. It closes itself after 30 s.
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

/// What the test packets have shown so far: they flow for 6 s from when the Peer is connected.
#[utoipa::path(get, path = "/api/line-checks/{id}", tag = "line checks", params(("id" = String, Path)),
    responses((status = 200, body = LineCheckState), (status = 404, body = Refused), (status = 503, body = Refused)))]
pub(super) async fn read(State(app): State<AppState>, Id(id): Id) -> Result<impl IntoResponse, ApiError> {
    let asked = app.line_checks.checked(&id).ok_or(ApiError::NoSuchLineCheck)?;
    let found = asked.await.map_err(|_| ApiError::Busy)?;
    let state = found.map(state_of).unwrap_or_default();
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(state)))
}

fn state_of(found: CheckedLine) -> LineCheckState {
    let ms = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
    LineCheckState {
        begun: true,
        over: found.over,
        estimate_kbps: found.estimate_bps.map(|bps| u32::try_from(bps / 1000).unwrap_or(u32::MAX)),
        limited: found.limited,
        loss_percent: found.loss_permille.map(|permille| f64::from(permille) / 10.0),
        jitter_ms: found.jitter.map(ms),
        round_trip_ms: found.round_trip.map(ms),
    }
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
