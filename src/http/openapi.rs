//! The description of this API, made from the handlers themselves.

use super::state::AppState;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lectern 讲台",
        description = "Live lessons and online research sessions for famous-teacher studios. Every refusal is \
            {code, sentence, fields}: a stable code for programs, a Chinese sentence for people, and what is wrong with \
            which field. Requests that change something and come with a login carry `x-csrf-token`."
    ),
    modifiers(&Doors)
)]
pub(super) struct Document;

/// How one shows who one is.
struct Doors;

impl Modify for Doors {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let login = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(super::cookie::LOGIN_COOKIE)));
        components.add_security_scheme("login", login);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("lct1").build();
        components.add_security_scheme("ticket", SecurityScheme::Http(bearer));
    }
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "health",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub(super) async fn read(State(app): State<AppState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], app.document.clone())
}
