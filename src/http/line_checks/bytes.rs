//! Bytes that mean nothing.

use crate::http::key::random;
use crate::http::per_address::Place;
use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use serde::Deserialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use utoipa::IntoParams;

/// What is sent over and over; longer than the window of any compression in use.
const BLOCK: usize = 64 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct HowMuch {
    /// Kilobytes of 1024, at most 2048; 256 when it is not said.
    pub(super) kb: Option<u32>,
}

/// The same random block until it is enough.
pub(super) struct Noise {
    left: usize,
    _place: Place,
}

impl Noise {
    pub(super) fn new(len: usize, place: Place) -> Self {
        Self { left: len, _place: place }
    }
}

impl HttpBody for Noise {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        static RANDOM: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(random::<BLOCK>().to_vec()));
        let len = self.left.min(BLOCK);
        self.left -= len;
        Poll::Ready((len > 0).then(|| Ok(Frame::data(RANDOM.slice(..len)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}
