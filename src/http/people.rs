//! People: whom a host can add to a Studio.

use super::auth::AnyKeeper;
use super::body::{PageQuery, Query};
use super::error::{ApiError, Refused};
use super::schools;
use super::shapes::{PageOf, PersonSearch, PersonView};
use super::state::AppState;
use crate::store;
use crate::store::account::Profile;
use axum::extract::State;

/// Everybody who can sign in, by real name, wherever they teach: a Studio has members from many Regions.
#[utoipa::path(get, path = "/api/people", tag = "people", params(PersonSearch, PageQuery),
    responses((status = 200, body = PageOf<PersonView>), (status = 403, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    _: AnyKeeper,
    Query(search): Query<PersonSearch>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<PersonView>>, ApiError> {
    let found = store::account::people(&app.store, &search.q.unwrap_or_default(), page.page()).await?;
    Ok(axum::Json(PageOf::from(found.map(view))))
}

fn view(profile: Profile) -> PersonView {
    let Profile { account, school } = profile;
    PersonView { id: account.id, name: account.name, school: school.as_ref().map(schools::name) }
}
