//! Stations (名师工作站): bodies that an office has set up to guide its Studios.

use super::auth::{Office, OfficeOf};
use super::body::{Id, Json};
use super::error::{ApiError, Refused};
use super::regions;
use super::shapes::{Rows, StationClosingForm, StationClosingView, StationForm, StationView};
use super::state::AppState;
use crate::domain::{NewStation, Region, RegionTree, Station, StationId};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

/// Those that the Region's own office set up, closed ones too.
#[utoipa::path(get, path = "/api/regions/{id}/stations", tag = "regions", params(("id" = String, Path)),
    responses((status = 200, body = Rows<StationView>), (status = 403, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
) -> Result<axum::Json<Rows<StationView>>, ApiError> {
    let tree = store::region::tree(&app.store).await?;
    let found = store::station::of_region(&app.store, office.noun.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(|one| view(one, &tree)).collect() }))
}

#[utoipa::path(post, path = "/api/regions/{id}/stations", tag = "regions", params(("id" = String, Path)),
    request_body = StationForm, responses((status = 201, body = StationView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn open(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    Json(form): Json<StationForm>,
) -> Result<(StatusCode, axum::Json<StationView>), ApiError> {
    let OfficeOf { office, noun: region } = office;
    let now = app.clock.now();
    let StationForm { name, seat, from, reason } = form;
    let new = NewStation { region: region.id, name, seat, from: from.unwrap_or_else(|| now.day()), reason };
    let made = store::station::open(&app.store, new, office.0.profile.account.id, now).await?;
    tracing::info!(station = %made.id, "opened");
    let tree = store::region::tree(&app.store).await?;
    Ok((StatusCode::CREATED, axum::Json(view(made, &tree))))
}

/// It is one until the end of that day.
#[utoipa::path(post, path = "/api/stations/{id}/closing", tag = "regions", params(("id" = String, Path)),
    request_body = StationClosingForm, responses((status = 200, body = StationView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn close(
    State(app): State<AppState>,
    office: Office,
    Id(id): Id,
    Json(form): Json<StationClosingForm>,
) -> Result<axum::Json<StationView>, ApiError> {
    let id = StationId::parse(&id).map_err(|_| ApiError::Missing(Noun::Station))?;
    let found = store::station::get(&app.store, id).await?;
    office.over(&app, found.region).await?;
    let now = app.clock.now();
    let said = (form.last_day.unwrap_or_else(|| now.day()), form.reason);
    let closed = store::station::close(&app.store, id, said, office.0.profile.account.id, now).await?;
    tracing::info!(station = %closed.id, "closed");
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(closed, &tree)))
}

fn view(one: Station, tree: &RegionTree) -> StationView {
    StationView {
        id: one.id,
        region: regions::name(one.region, tree),
        name: one.name,
        seat: one.seat,
        from: one.from,
        reason: one.reason,
        by_name: one.by.name,
        closing: one.closing.map(|closing| StationClosingView {
            last_day: closing.last_day,
            reason: closing.reason,
            by_name: closing.by.name,
        }),
    }
}
