//! Certificates: given for a final result, revoked with a reason.

use super::super::auth::SignedIn;
use super::super::authority::Authority;
use super::super::body::Json;
use super::super::error::{ApiError, Refused};
use super::super::shapes::{CertificateView, ReasonForm, Rows};
use super::super::state::AppState;
use super::access::SettlerOf;
use super::objections::decides_about;
use super::view;
use crate::store::certificate::{self, Certificate};
use crate::store::year_end::{self, YearEnd};
use axum::extract::State;
use axum::http::StatusCode;

/// Gives every certificate that the final result calls for and that nobody holds.
#[utoipa::path(post, path = "/api/year-ends/{id}/certificates", tag = "year-end", params(("id" = String, Path)),
    responses((status = 201, body = Rows<CertificateView>), (status = 403, body = Refused),
    (status = 409, description = "Not final, or nothing is due", body = Refused)))]
pub(in super::super) async fn give(
    State(app): State<AppState>,
    settler: SettlerOf<YearEnd>,
) -> Result<(StatusCode, axum::Json<Rows<CertificateView>>), ApiError> {
    let SettlerOf { me, noun: year_end } = settler;
    let given = certificate::give(&app.store, year_end.id, me.profile.account.id, app.clock.now()).await?;
    tracing::info!(year_end = %year_end.id, given, "certificates given");
    let all = certificate::of_year_end(&app.store, year_end.id).await?;
    Ok((StatusCode::CREATED, axum::Json(Rows { rows: all.into_iter().map(view::certificate).collect() })))
}

/// Revokes a certificate; whoever verifies it reads that and why. Nobody one of their own Studio.
#[utoipa::path(post, path = "/api/certificates/{id}/revocation", tag = "year-end", params(("id" = String, Path)),
    request_body = ReasonForm, responses((status = 200, body = CertificateView), (status = 403, body = Refused),
    (status = 409, body = Refused), (status = 422, body = Refused)))]
pub(in super::super) async fn revoke(
    State(app): State<AppState>,
    settler: SettlerOf<Certificate>,
    Json(form): Json<ReasonForm>,
) -> Result<axum::Json<CertificateView>, ApiError> {
    let SettlerOf { me, noun } = settler;
    may_change(&app, &me, &noun).await?;
    let by = me.profile.account.id;
    let revoked = certificate::revoke(&app.store, noun.id, form.reason, by, app.clock.now()).await?;
    tracing::info!(certificate = %revoked.id, "revoked");
    Ok(axum::Json(view::certificate(revoked)))
}

/// Gives a certificate again that was revoked, as the result stands: it has the next number. Nobody one of their own Studio.
#[utoipa::path(post, path = "/api/certificates/{id}/renewal", tag = "year-end", params(("id" = String, Path)),
    responses((status = 201, body = Rows<CertificateView>), (status = 403, body = Refused),
    (status = 409, description = "It holds, or nothing is due", body = Refused)))]
pub(in super::super) async fn renew(
    State(app): State<AppState>,
    settler: SettlerOf<Certificate>,
) -> Result<(StatusCode, axum::Json<Rows<CertificateView>>), ApiError> {
    let SettlerOf { me, noun } = settler;
    may_change(&app, &me, &noun).await?;
    certificate::renew(&app.store, noun.id, me.profile.account.id, app.clock.now()).await?;
    tracing::info!(certificate = %noun.id, "given again");
    let all = certificate::of_year_end(&app.store, noun.year_end).await?;
    Ok((StatusCode::CREATED, axum::Json(Rows { rows: all.into_iter().map(view::certificate).collect() })))
}

/// Nobody decides what their own Studio holds.
async fn may_change(app: &AppState, me: &SignedIn, one: &Certificate) -> Result<(), ApiError> {
    let year_end = year_end::get(&app.store, one.year_end).await?;
    let years = year_end.rules(&app.store)?.years_of(year_end.covered());
    decides_about(app, &Authority::of(app, me).await?, (one.studio, years)).await
}

/// One's own credits.
#[utoipa::path(get, path = "/api/me/certificates", tag = "year-end",
    responses((status = 200, body = Rows<CertificateView>), (status = 401, body = Refused)))]
pub(in super::super) async fn my_certificates(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<CertificateView>>, ApiError> {
    let found = certificate::of_account(&app.store, me.profile.account.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(view::certificate).collect() }))
}
