//! Publications: what everybody may read of a YearEnd, without signing in. Names of Studios and hosts, grades and ranks, and nothing else.

use super::super::body::{Id, PageQuery, Query};
use super::super::error::{ApiError, Refused};
use super::super::shapes::{PageOf, PublicationCard, PublicationView};
use super::super::state::AppState;
use super::view;
use crate::domain::YearEndId;
use crate::store::Noun;
use crate::store::year_end;
use axum::extract::State;

/// What is published: what is open to objections first, then the latest.
#[utoipa::path(get, path = "/api/publications", tag = "year-end", params(PageQuery),
    responses((status = 200, body = PageOf<PublicationCard>)))]
pub(in super::super) async fn publications(
    State(app): State<AppState>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<PublicationCard>>, ApiError> {
    let found = year_end::public(&app.store, app.clock.now().day(), page.page()).await?;
    let (total, shown) = (found.total, found.page);
    let rows = found.rows.iter().filter_map(|one| view::publication_card(&app, one).transpose());
    Ok(axum::Json(PageOf { rows: rows.collect::<Result<_, _>>()?, total, page: shown.number, size: shown.size }))
}

/// One of them, with its list.
#[utoipa::path(get, path = "/api/publications/{id}", tag = "year-end", params(("id" = String, Path)),
    responses((status = 200, body = PublicationView), (status = 404, body = Refused)))]
pub(in super::super) async fn publication(
    State(app): State<AppState>,
    Id(id): Id,
) -> Result<axum::Json<PublicationView>, ApiError> {
    let id = YearEndId::parse(&id).map_err(|_| ApiError::Missing(Noun::YearEnd))?;
    let year_end = year_end::get(&app.store, id).await?;
    view::publication(&app, &year_end).await?.map(axum::Json).ok_or(ApiError::Missing(Noun::YearEnd))
}
