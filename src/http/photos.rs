//! Photos of an Activity: evidence that the host adds beside what the server saw.

use super::attachments;
use super::auth::{HostOf, KeeperOf, Occurrence};
use super::body::Json;
use super::error::{ApiError, Refused};
use super::shapes::{PhotoForm, PhotoView, Rows};
use super::state::AppState;
use crate::domain::SessionId;
use crate::store::photo::{self, NewPhoto};
use axum::extract::State;
use axum::http::StatusCode;

/// Adds a picture that the host uploaded.
#[utoipa::path(post, path = "/api/sessions/{id}/photos", tag = "cases", params(("id" = String, Path)),
    request_body = PhotoForm, responses((status = 201, body = Rows<PhotoView>), (status = 403, body = Refused),
    (status = 409, description = "No picture, or there already", body = Refused)))]
pub(super) async fn add(
    State(app): State<AppState>,
    host: HostOf<Occurrence>,
    Json(form): Json<PhotoForm>,
) -> Result<(StatusCode, axum::Json<Rows<PhotoView>>), ApiError> {
    let session = host.noun.session.id;
    let PhotoForm { attachment, note } = form;
    let new = NewPhoto { session, attachment, note, by: host.me.profile.account.id };
    photo::add(&app.store, new, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(rows(&app, session).await?)))
}

/// The photos of a Session, in the order in which they were added.
#[utoipa::path(get, path = "/api/sessions/{id}/photos", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Rows<PhotoView>), (status = 403, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
) -> Result<axum::Json<Rows<PhotoView>>, ApiError> {
    Ok(axum::Json(rows(&app, keeper.noun.session.id).await?))
}

async fn rows(app: &AppState, session: SessionId) -> Result<Rows<PhotoView>, ApiError> {
    let found = photo::of_session(&app.store, session).await?.into_iter();
    let rows = found.map(|(photo, picture)| PhotoView {
        id: photo.id,
        picture: attachments::view(picture),
        note: photo.note,
        by_name: photo.by_name,
        at: photo.at,
    });
    Ok(Rows { rows: rows.collect() })
}
