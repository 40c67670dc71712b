//! Reading a request: JSON bodies, queries and path parameters, whose mistakes are told as our refusals.

use super::error::ApiError;
use crate::store::Page;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let axum::Json(body) =
            <axum::Json<T> as FromRequest<S>>::from_request(request, state).await.map_err(json_refusal)?;
        Ok(Self(body))
    }
}

/// A body that may be left away.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, ApiError> {
        if !request.headers().contains_key(CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

/// Query parameters.
pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let axum::extract::Query(query) =
            read.map_err(|e: QueryRejection| ApiError::Malformed { detail: e.body_text() })?;
        Ok(Self(query))
    }
}

/// The path's `{id}`, for handlers whose access extractor does not load the noun.
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        path_parameter(parts, state, "id").await.map(Self)
    }
}

/// Which page of a long list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Counts from 1.
    pub(super) page: Option<u32>,
    /// Rows of a page, at most 100.
    pub(super) size: Option<u32>,
}

impl PageQuery {
    pub(super) fn page(&self) -> Page {
        let usual = Page::default();
        Page::new(self.page.unwrap_or(usual.number), self.size.unwrap_or(usual.size))
    }
}

/// A named path parameter. Ids are short, so anything long names nothing.
pub(super) async fn path_parameter<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    name: &str,
) -> Result<String, ApiError> {
    let read = axum::extract::Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
    let axum::extract::Path(pairs) = read.map_err(|_: PathRejection| ApiError::NoSuchRoute)?;
    let value = pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    value.filter(|v| v.len() <= 64).ok_or(ApiError::NoSuchRoute)
}

fn json_refusal(rejection: JsonRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::UnsupportedMedia { wanted: "application/json" },
        _ => ApiError::Malformed { detail: rejection.body_text() },
    }
}
