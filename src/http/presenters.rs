//! Who presented an Activity that is over: corrected by those who keep its Studio, and told with what stood before.

use super::auth::{InsiderOf, KeeperOf, SignedIn};
use super::authority::Authority;
use super::body::Json;
use super::error::{ApiError, Refused};
use super::shapes::{PresenterCorrectionView, PresentersForm, PresentersView};
use super::state::AppState;
use crate::domain::case::Decider;
use crate::domain::membership::check_day;
use crate::domain::{Activity, ActivityState, NewPresenters, PresenterCorrection, Studio};
use crate::store::{self, presenter, ruling};
use axum::extract::State;

const CONFIRMED: &str = "主管部门已经确认过这次活动的级别，更正主讲人请工作站处理。";

/// What was corrected about an Activity's presenters, and whether the asker may correct them.
#[utoipa::path(get, path = "/api/activities/{id}/presenters", tag = "activities", params(("id" = String, Path)),
    responses((status = 200, body = PresentersView), (status = 403, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    insider: InsiderOf<Activity>,
) -> Result<axum::Json<PresentersView>, ApiError> {
    Ok(axum::Json(view(&app, &insider.me, &insider.noun).await?))
}

/// Says who presented. Hosts do within some days, and not once an office has decided about the level; the office of the Studio at any time; frozen years stay as they are.
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
    let (keeper, by) = (decider(&app, &me, &studio, &activity).await?, me.profile.account.id);
    if keeper == Decider::Host && ruling::level_of(&app.store, &activity).await?.is_some() {
        return Err(ApiError::field("presenters", CONFIRMED));
    }
    let new = NewPresenters { presenters, reason, keeper, by, at: app.clock.now() };
    presenter::correct(&app.store, activity.id, new).await?;
    tracing::info!(activity = %activity.id, "presenters corrected");
    Ok(axum::Json(view(&app, &me, &activity).await?))
}

/// An office decides nothing about a year in which the asker was in the Studio.
async fn decider(app: &AppState, me: &SignedIn, studio: &Studio, activity: &Activity) -> Result<Decider, ApiError> {
    let over = Authority::of(app, me).await?.over(app, studio, activity.planned_start.day());
    Ok(if over.is_ok() { Decider::Office } else { Decider::Host })
}

async fn view(app: &AppState, me: &SignedIn, activity: &Activity) -> Result<PresentersView, ApiError> {
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let keeper = decider(app, me, &studio, activity).await?;
    let in_time = check_day(activity.planned_start.day(), keeper, app.clock.now().day(), "presenters").is_ok();
    let open = keeper == Decider::Office || ruling::level_of(&app.store, activity).await?.is_none();
    let told = |one: PresenterCorrection| {
        let PresenterCorrection { before, after, reason, by, at } = one;
        PresenterCorrectionView { before, after, reason, by_name: by.name, at }
    };
    Ok(PresentersView {
        may_correct: activity.state == ActivityState::Ended && in_time && open && me.keeps(app, &studio).await?,
        corrections: presenter::corrections(&app.store, activity.id).await?.into_iter().map(told).collect(),
    })
}
