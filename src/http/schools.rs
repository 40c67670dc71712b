//! Schools: where teachers work.

use super::auth::{Office, OfficeOf, SignedIn};
use super::body::{Json, PageQuery, Query};
use super::error::{ApiError, Refused};
use super::shapes::{PageOf, SchoolChange, SchoolForm, SchoolName, SchoolSearch, SchoolView};
use super::state::AppState;
use crate::domain::{NewSchool, RegionTree, School, Since};
use crate::store;
use axum::extract::State;
use axum::http::StatusCode;

/// Schools, of all Regions or of one and those below it.
#[utoipa::path(get, path = "/api/schools", tag = "schools", params(SchoolSearch, PageQuery),
    responses((status = 200, body = PageOf<SchoolView>), (status = 401, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    _: SignedIn,
    Query(search): Query<SchoolSearch>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<SchoolView>>, ApiError> {
    let filter = store::school::SchoolFilter { search: search.q.unwrap_or_default(), within: search.region };
    let tree = store::region::tree(&app.store).await?;
    let found = store::school::list(&app.store, &filter, page.page()).await?;
    Ok(axum::Json(PageOf::from(found.map(|school| view(&school, &tree)))))
}

/// Adds a School to a Region of one's own office.
#[utoipa::path(post, path = "/api/schools", tag = "schools", request_body = SchoolForm,
    responses((status = 201, body = SchoolView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    office: Office,
    Json(form): Json<SchoolForm>,
) -> Result<(StatusCode, axum::Json<SchoolView>), ApiError> {
    office.over(&app, form.region).await?;
    let new = NewSchool { name: form.name, region: form.region, rural: form.rural };
    let school = store::school::create(&app.store, new).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok((StatusCode::CREATED, axum::Json(view(&school, &tree))))
}

/// Renames a School, says whether and since when it is rural, or moves it to another Region of one's own office.
#[utoipa::path(patch, path = "/api/schools/{id}", tag = "schools", params(("id" = String, Path)),
    request_body = SchoolChange,
    responses((status = 200, body = SchoolView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    OfficeOf { office, noun: old }: OfficeOf<School>,
    Json(form): Json<SchoolChange>,
) -> Result<axum::Json<SchoolView>, ApiError> {
    if let Some(region) = form.region {
        office.over(&app, region).await?;
    }
    let since = Since { day: form.since, by: office.0.profile.account.id, at: app.clock.now() };
    let edit = move |old: School| NewSchool {
        name: form.name.unwrap_or(old.name),
        region: form.region.unwrap_or(old.region),
        rural: form.rural.unwrap_or(old.rural),
    };
    let school = store::school::update(&app.store, old.id, edit, since).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(&school, &tree)))
}

pub(super) fn name(school: &School) -> SchoolName {
    SchoolName { id: school.id, name: school.name.clone(), rural: school.rural }
}

fn view(school: &School, tree: &RegionTree) -> SchoolView {
    SchoolView {
        id: school.id,
        name: school.name.clone(),
        region: school.region,
        region_path: tree.path_name(school.region),
        rural: school.rural,
    }
}
