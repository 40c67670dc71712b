//! Memberships: who is in a Studio, in which role, from when to when.

use super::auth::{KeeperOf, SignedIn};
use super::body::Json;
use super::error::{ApiError, Need, Refused};
use super::shapes::{MemberView, MembershipChange, MembershipForm};
use super::state::AppState;
use super::studios;
use crate::domain::case::Decider;
use crate::domain::membership::may_keep;
use crate::domain::{DaysNote, MemberMarks, MemberRole, Membership, MembershipId, NewMembership, Studio, StudioId};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

/// Adds somebody, within the quotas of the Studio's Policy; as a host only the office does.
#[utoipa::path(post, path = "/api/studios/{id}/memberships", tag = "studios", params(("id" = String, Path)),
    request_body = MembershipForm,
    responses((status = 201, body = MemberView), (status = 403, body = Refused),
    (status = 409, description = "No place is left", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Json(form): Json<MembershipForm>,
) -> Result<(StatusCode, axum::Json<MemberView>), ApiError> {
    let KeeperOf { me, noun: studio } = keeper;
    let new = NewMembership { studio: studio.id, account: form.account, role: form.role, from: form.from, to: form.to };
    let marks = MemberMarks { new_teacher: form.new_teacher, backbone: form.backbone };
    let hand = hand(&app, &me, &studio, (new.role, String::new())).await?;
    let made = store::membership::create(&app.store, new, marks, hand).await?;
    Ok((StatusCode::CREATED, axum::Json(view(&app, studio.id, made.id).await?)))
}

/// Ends a Membership, lets it go on after all, or puts its first day right; says what some programmes ask of the person. A host
/// sets days of the last week and to come; earlier ones are for the office.
#[utoipa::path(patch, path = "/api/memberships/{id}", tag = "studios", params(("id" = String, Path)),
    request_body = MembershipChange,
    responses((status = 200, body = MemberView), (status = 403, body = Refused),
    (status = 409, description = "No place is left", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    keeper: KeeperOf<Membership>,
    Json(form): Json<MembershipChange>,
) -> Result<axum::Json<MemberView>, ApiError> {
    let Membership { id, studio, role, .. } = keeper.noun;
    let MembershipChange { from, to, new_teacher, backbone, reason } = form;
    let studio = store::studio::get(&app.store, studio).await?;
    let hand = hand(&app, &keeper.me, &studio, (role, reason)).await?;
    let change = store::membership::MembershipChange { from, to, new_teacher, backbone };
    store::membership::change(&app.store, id, change, hand).await?;
    Ok(axum::Json(view(&app, studio.id, id).await?))
}

/// As what somebody keeps the roster of the Studio: whose own matter it is does so as a host at most.
pub(super) async fn keeper_of(app: &AppState, me: &SignedIn, studio: &Studio) -> Result<Decider, ApiError> {
    Ok(if me.may_decide_about(app, studio).await? { Decider::Office } else { Decider::Host })
}

async fn hand(
    app: &AppState,
    me: &SignedIn,
    studio: &Studio,
    (role, reason): (MemberRole, String),
) -> Result<(Decider, DaysNote), ApiError> {
    let keeper = keeper_of(app, me, studio).await?;
    if !may_keep(keeper, role) {
        return Err(ApiError::Forbidden(Need::OfficeSetsHosts));
    }
    Ok((keeper, DaysNote { by: me.profile.account.id, reason, at: app.clock.now() }))
}

async fn view(app: &AppState, studio: StudioId, id: MembershipId) -> Result<MemberView, ApiError> {
    let members = store::membership::of_studio(&app.store, studio).await?;
    let found = members.into_iter().find(|member| member.membership.id == id);
    found.map(studios::member).ok_or(ApiError::Missing(Noun::Membership))
}
