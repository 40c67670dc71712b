//! Regions: the tree of provinces, cities and counties.

use super::auth::{Office, OfficeOf, SignedIn};
use super::body::{Id, Json};
use super::error::{ApiError, Refused};
use super::shapes::{RegionChange, RegionForm, RegionName, RegionView, Rows};
use super::state::AppState;
use crate::domain::{NewRegion, Region, RegionId, RegionTree};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

/// All Regions, each after the one above it.
#[utoipa::path(get, path = "/api/regions", tag = "regions",
    responses((status = 200, body = Rows<RegionView>), (status = 401, body = Refused)))]
pub(super) async fn list(State(app): State<AppState>, _: SignedIn) -> Result<axum::Json<Rows<RegionView>>, ApiError> {
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(Rows { rows: tree.in_order().into_iter().map(|region| view(region, &tree)).collect() }))
}

/// Adds a Region. A province takes an admin; anything below takes the office of the Region above.
#[utoipa::path(post, path = "/api/regions", tag = "regions", request_body = RegionForm,
    responses((status = 201, body = RegionView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    office: Office,
    Json(form): Json<RegionForm>,
) -> Result<(StatusCode, axum::Json<RegionView>), ApiError> {
    match form.parent {
        Some(parent) => office.over(&app, parent).await?,
        None if office.0.is_admin() => {}
        None => return Err(ApiError::Forbidden(super::error::Need::Admin)),
    }
    let new = NewRegion { name: form.name, kind: form.kind, parent: form.parent };
    let region = store::region::create(&app.store, new).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok((StatusCode::CREATED, axum::Json(view(&region, &tree))))
}

#[utoipa::path(get, path = "/api/regions/{id}", tag = "regions", params(("id" = String, Path)),
    responses((status = 200, body = RegionView), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    _: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<RegionView>, ApiError> {
    let id = RegionId::parse(&id).map_err(|_| ApiError::Missing(Noun::Region))?;
    let tree = store::region::tree(&app.store).await?;
    let region = tree.get(id).ok_or(ApiError::Missing(Noun::Region))?;
    Ok(axum::Json(view(region, &tree)))
}

/// Renames a Region.
#[utoipa::path(patch, path = "/api/regions/{id}", tag = "regions", params(("id" = String, Path)),
    request_body = RegionChange,
    responses((status = 200, body = RegionView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    Json(form): Json<RegionChange>,
) -> Result<axum::Json<RegionView>, ApiError> {
    let region = store::region::rename(&app.store, office.noun.id, form.name).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(&region, &tree)))
}

pub(super) fn name(id: RegionId, tree: &RegionTree) -> Option<RegionName> {
    tree.get(id).map(|region| RegionName { id, name: region.name.clone(), path: tree.path_name(id) })
}

fn view(region: &Region, tree: &RegionTree) -> RegionView {
    RegionView {
        id: region.id,
        name: region.name.clone(),
        kind: region.kind,
        parent: region.parent,
        path: tree.path_name(region.id),
    }
}
