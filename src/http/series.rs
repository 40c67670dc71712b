//! Series: Activities of a Studio on one theme.

use super::auth::{HostOf, SignedIn};
use super::body::{Id, Json};
use super::error::{ApiError, Refused};
use super::shapes::{Rows, SeriesForm, SeriesView};
use super::state::AppState;
use crate::domain::{NewSeries, Studio, StudioId};
use crate::store::series::SeriesRow;
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

#[utoipa::path(get, path = "/api/studios/{id}/series", tag = "studios", params(("id" = String, Path)),
    responses((status = 200, body = Rows<SeriesView>), (status = 404, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    _: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<Rows<SeriesView>>, ApiError> {
    let id = StudioId::parse(&id).map_err(|_| ApiError::Missing(Noun::Studio))?;
    let studio = store::studio::get(&app.store, id).await?;
    let found = store::series::of_studio(&app.store, studio.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(view).collect() }))
}

#[utoipa::path(post, path = "/api/studios/{id}/series", tag = "studios", params(("id" = String, Path)),
    request_body = SeriesForm,
    responses((status = 201, body = SeriesView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    host: HostOf<Studio>,
    Json(form): Json<SeriesForm>,
) -> Result<(StatusCode, axum::Json<SeriesView>), ApiError> {
    let new = NewSeries { studio: host.noun.id, title: form.title, theme: form.theme };
    let series = store::series::create(&app.store, new, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(view(SeriesRow { series, activities: 0 }))))
}

pub(super) fn view(row: SeriesRow) -> SeriesView {
    SeriesView {
        id: row.series.id,
        studio: row.series.studio,
        title: row.series.title,
        theme: row.series.theme,
        activities: row.activities,
    }
}
