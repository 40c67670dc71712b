//! Bytes to measure with: so many down that no proxy can press together, and so many up that nobody keeps.

use crate::http::body::Query;
use crate::http::error::{ApiError, Refused};
use crate::http::key::random;
use crate::http::per_address::Place;
use crate::http::state::AppState;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use utoipa::IntoParams;

/// Two seconds of 8 Mbit/s; what a lesson needs is less.
const MOST_KB: u32 = 2048;
/// What is sent over and over; longer than the window of any compression in use.
const BLOCK: usize = 64 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct HowMuch {
    /// Kilobytes of 1024, at most 2048.
    kb: u32,
}

/// Bytes that mean nothing, to measure the way down.
#[utoipa::path(get, path = "/api/line-checks/bytes", tag = "line checks", params(HowMuch), responses(
    (status = 200, content_type = "application/octet-stream"), (status = 422, body = Refused),
    (status = 429, body = Refused)))]
pub(in crate::http) async fn download(
    State(app): State<AppState>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Query(HowMuch { kb }): Query<HowMuch>,
) -> Result<impl IntoResponse, ApiError> {
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
    Ok((headers, Body::new(Noise { left: kb as usize * 1024, _place: place })))
}

/// Takes bytes and forgets them, to measure the way up.
#[utoipa::path(post, path = "/api/line-checks/bytes", tag = "line checks",
    request_body(content = String, content_type = "application/octet-stream"), responses(
    (status = 204), (status = 413, description = "More than 2048 KiB", body = Refused), (status = 429, body = Refused)))]
pub(in crate::http) async fn upload(
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

/// The same random block until it is enough.
struct Noise {
    left: usize,
    _place: Place,
}

impl HttpBody for Noise {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        static RANDOM: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(random::<BLOCK>().to_vec()));
        let len = self.left.min(BLOCK);
        self.left -= len;
        Poll::Ready((len > 0).then(|| Ok(http_body::Frame::data(RANDOM.slice(..len)))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left as u64)
    }
}
