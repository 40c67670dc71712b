//! The home page: what is on now, next, and lately.

use super::auth::Visitor;
use super::cards;
use super::error::ApiError;
use super::shapes::Home;
use super::state::AppState;
use crate::store::card::{self, ActivityCard, Look};
use axum::extract::State;

/// Activities live now, later today, in the coming days, and ended. Somebody who is not signed in sees those that are
/// open to guests.
#[utoipa::path(get, path = "/api/home", tag = "activities", responses((status = 200, body = Home)))]
pub(super) async fn read(State(app): State<AppState>, visitor: Visitor) -> Result<axum::Json<Home>, ApiError> {
    let account = visitor.0.map(|me| me.profile.account.id);
    let home = card::home(&app.store, Look { account, now: app.clock.now() }).await?;
    let shown = |list: Vec<ActivityCard>| {
        cards::activities(list.into_iter().filter(|c| account.is_some() || c.activity.guests_allowed).collect())
    };
    Ok(axum::Json(Home {
        live: shown(home.live),
        today: shown(home.today),
        next: shown(home.next),
        recent: shown(home.recent),
    }))
}
