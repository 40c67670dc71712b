//! Memberships: who is in a Studio, in which role, from when to when.

use super::auth::KeeperOf;
use super::body::Json;
use super::error::{ApiError, Refused};
use super::shapes::{MemberView, MembershipChange, MembershipForm};
use super::state::AppState;
use super::studios;
use crate::domain::{Membership, MembershipId, NewMembership, Studio, StudioId};
use crate::store::membership::MemberMarks;
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

#[utoipa::path(post, path = "/api/studios/{id}/memberships", tag = "studios", params(("id" = String, Path)),
    request_body = MembershipForm,
    responses((status = 201, body = MemberView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Json(form): Json<MembershipForm>,
) -> Result<(StatusCode, axum::Json<MemberView>), ApiError> {
    let studio = keeper.noun.id;
    let new = NewMembership { studio, account: form.account, role: form.role, from: form.from, to: form.to };
    let made = store::membership::create(&app.store, new).await?;
    let marks = MemberMarks { new_teacher: form.new_teacher, backbone: form.backbone };
    if marks != MemberMarks::default() {
        store::membership::set_marks(&app.store, made.id, marks).await?;
    }
    Ok((StatusCode::CREATED, axum::Json(view(&app, studio, made.id).await?)))
}

/// Ends a Membership, or lets it go on after all; says what some programmes ask of the person.
#[utoipa::path(patch, path = "/api/memberships/{id}", tag = "studios", params(("id" = String, Path)),
    request_body = MembershipChange,
    responses((status = 200, body = MemberView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    keeper: KeeperOf<Membership>,
    Json(form): Json<MembershipChange>,
) -> Result<axum::Json<MemberView>, ApiError> {
    let Membership { id, studio, .. } = keeper.noun;
    if let Some(to) = form.to {
        store::membership::set_end(&app.store, id, to).await?;
    }
    if form.new_teacher.is_some() || form.backbone.is_some() {
        let members = store::membership::of_studio(&app.store, studio).await?;
        let known = members.into_iter().find(|member| member.membership.id == id).map(|member| member.marks);
        let known = known.unwrap_or_default();
        let new_teacher = form.new_teacher.unwrap_or(known.new_teacher);
        let marks = MemberMarks { new_teacher, backbone: form.backbone.unwrap_or(known.backbone) };
        store::membership::set_marks(&app.store, id, marks).await?;
    }
    Ok(axum::Json(view(&app, studio, id).await?))
}

async fn view(app: &AppState, studio: StudioId, id: MembershipId) -> Result<MemberView, ApiError> {
    let members = store::membership::of_studio(&app.store, studio).await?;
    let found = members.into_iter().find(|member| member.membership.id == id);
    found.map(studios::member).ok_or(ApiError::Missing(Noun::Membership))
}
