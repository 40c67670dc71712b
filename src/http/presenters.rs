//! Who presented an Activity that is over: corrected by those who keep its Studio, and told with what stood before.

use super::auth::{InsiderOf, KeeperOf, SignedIn};
use super::body::Json;
use super::error::{ApiError, Refused};
use super::memberships::keeper_of;
use super::shapes::{PresenterCorrectionView, PresentersForm, PresentersView};
use super::state::AppState;
use crate::domain::membership::check_day;
use crate::domain::{Activity, ActivityState, NewPresenters, PresenterCorrection};
use crate::store::{self, presenter};
use axum::extract::State;

/// What was corrected about an Activity's presenters, and whether the asker may correct them.
#[utoipa::path(get, path = "/api/activities/{id}/presenters", tag = "activities", params(("id" = String, Path)),
    responses((status = 200, body = PresentersView), (status = 403, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    insider: InsiderOf<Activity>,
) -> Result<axum::Json<PresentersView>, ApiError> {
    Ok(axum::Json(view(&app, &insider.me, &insider.noun).await?))
}

/// Says who presented. Hosts do within some days, the office of the Studio at any time; frozen years stay as they are.
#[utoipa::path(post, path = "/api/activities/{id}/presenters", tag = "activities", params(("id" = String, Path)),
    request_body = PresentersForm, responses((status = 200, body = PresentersView), (status = 403, body = Refused),
    (status = 409, description = "It is not over", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn correct(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
    Json(form): Json<PresentersForm>,
) -> Result<axum::Json<PresentersView>, ApiError> {
    let KeeperOf { me, noun: activity } = keeper;
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let PresentersForm { presenters, reason } = form;
    let (keeper, by) = (keeper_of(&app, &me, &studio).await?, me.profile.account.id);
    let new = NewPresenters { presenters, reason, keeper, by, at: app.clock.now() };
    presenter::correct(&app.store, activity.id, new).await?;
    tracing::info!(activity = %activity.id, "presenters corrected");
    Ok(axum::Json(view(&app, &me, &activity).await?))
}

async fn view(app: &AppState, me: &SignedIn, activity: &Activity) -> Result<PresentersView, ApiError> {
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let keeper = keeper_of(app, me, &studio).await?;
    let in_time = check_day(activity.planned_start.day(), keeper, app.clock.now().day(), "presenters").is_ok();
    let told = |one: PresenterCorrection| {
        let PresenterCorrection { before, after, reason, by, at } = one;
        PresenterCorrectionView { before, after, reason, by_name: by.name, at }
    };
    Ok(PresentersView {
        may_correct: activity.state == ActivityState::Ended && in_time && me.keeps(app, &studio).await?,
        corrections: presenter::corrections(&app.store, activity.id).await?.into_iter().map(told).collect(),
    })
}
