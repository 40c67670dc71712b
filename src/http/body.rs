//! Reading a request: JSON bodies, queries and path parameters, whose mistakes are told as our refusals.

use super::error::{ApiError, Fields};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// A JSON body that is checked: `T::check` has seen it.
pub struct Checked<T>(pub T);

/// A request body that can say what is wrong with each of its fields.
pub trait Check {
    fn check(&self, wrong: &mut Wrong);
}

/// Collects what is wrong, so that a person hears of every field at once.
#[derive(Debug, Default)]
pub struct Wrong(Fields);

impl Wrong {
    pub fn say(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert_with(|| sentence.into());
    }

    /// A text for people: something in it, no control characters, at most `max` characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) {
        if value.trim().is_empty() {
            self.say(field, "请填写。");
        }
        self.text_or_nothing(field, value, max);
    }

    pub fn text_or_nothing(&mut self, field: &str, value: &str, max: usize) {
        if value.chars().count() > max {
            self.say(field, format!("最多 {max} 个字。"));
        }
        if value.chars().any(|c| c.is_control() && c != '\n') {
            self.say(field, "含有看不见的字符，请重新输入。");
        }
    }

    pub fn finish(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.0)) }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Check> FromRequest<S> for Checked<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let axum::Json(body) = axum::Json::<T>::from_request(request, state).await.map_err(json_refusal)?;
        let mut wrong = Wrong::default();
        body.check(&mut wrong);
        wrong.finish()?;
        Ok(Self(body))
    }
}

/// Query parameters.
pub struct Query<T>(pub T);

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
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        path_parameter(parts, state, "id").await.map(Self)
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
