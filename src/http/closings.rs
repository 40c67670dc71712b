//! Closings: the office of a Studio's tier says on which day it works last, and takes that back.

use super::authority::SupervisorOf;
use super::body::Json;
use super::error::{ApiError, Need, Refused};
use super::shapes::{ClosingForm, ClosingWordView, ReasonForm, StudioView};
use super::state::AppState;
use super::studios;
use crate::domain::{ClosingWord, Day, NewClosing, OfficeTier, Officer, Studio};
use crate::store::{self, studio_closing};
use axum::extract::State;

/// Closes a Studio after a last day: the office of its tier does, nobody who was in it within the assessed year of that day.
#[utoipa::path(post, path = "/api/studios/{id}/closing", tag = "studios", params(("id" = String, Path)),
    request_body = ClosingForm,
    responses((status = 200, body = StudioView), (status = 403, body = Refused),
    (status = 409, description = "Closed already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn close(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Studio>,
    Json(form): Json<ClosingForm>,
) -> Result<axum::Json<StudioView>, ApiError> {
    let by = officer(&app, &supervisor, form.last_day)?;
    let ClosingForm { kind, last_day, reason } = form;
    let new = NewClosing { kind, last_day, reason };
    let studio = studio_closing::close(&app.store, supervisor.noun.id, new, by, app.clock.now()).await?;
    tracing::info!(studio = %studio.id, %last_day, kind = kind.code(), "closed");
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(studios::view(studio, &tree)))
}

/// Takes it back: the Memberships that it ended go on. What was called off or refused stays so.
#[utoipa::path(post, path = "/api/studios/{id}/reopening", tag = "studios", params(("id" = String, Path)),
    request_body = ReasonForm,
    responses((status = 200, body = StudioView), (status = 403, body = Refused),
    (status = 409, description = "Not closed", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn reopen(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Studio>,
    Json(form): Json<ReasonForm>,
) -> Result<axum::Json<StudioView>, ApiError> {
    let last_day = supervisor.noun.last_day.unwrap_or_else(|| app.clock.now().day());
    let by = officer(&app, &supervisor, last_day)?;
    let studio = studio_closing::reopen(&app.store, supervisor.noun.id, form.reason, by, app.clock.now()).await?;
    tracing::info!(studio = %studio.id, "reopened");
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(studios::view(studio, &tree)))
}

/// Whoever decides may do so also about the year of the last day.
fn officer(app: &AppState, supervisor: &SupervisorOf<Studio>, last_day: Day) -> Result<Officer, ApiError> {
    if !supervisor.by.tier.founds(supervisor.noun.tier) {
        return Err(ApiError::Forbidden(Need::OfficeOfTier));
    }
    supervisor.over_year_of(app, last_day.min(app.clock.now().day()))
}

/// May they say the next word, after these?
pub(super) fn may_close(by: Option<Officer>, studio: &Studio, words: &[(ClosingWord, OfficeTier)]) -> bool {
    let last = words.first().map(|(_, tier)| *tier);
    by.is_some_and(|by| by.tier.founds(studio.tier) && by.tier.decides_after(last).is_ok())
}

pub(super) fn word((one, _): (ClosingWord, OfficeTier)) -> ClosingWordView {
    let (kind, last_day) = one.closes.unzip();
    ClosingWordView { kind, last_day, reason: one.reason, by_name: one.by.name, at: one.at }
}
