//! Activities: what a Studio plans.

use super::auth::{HostOf, SignedIn, Visitor};
use super::body::{Id, Json, PageQuery, Query};
use super::cards;
use super::cases;
use super::error::{ApiError, Refused};
use super::shapes::{
    ActivityCard, ActivityCases, ActivityChange, ActivityForm, ActivityPage, ActivitySearch, CancelForm, Named, PageOf,
};
use super::state::AppState;
use crate::domain::{Activity, ActivityId, NewActivity, Studio, StudioId};
use crate::store::card::{self, ActivityFilter, Look};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

#[utoipa::path(get, path = "/api/studios/{id}/activities", tag = "activities",
    params(("id" = String, Path), ActivitySearch, PageQuery),
    responses((status = 200, body = PageOf<ActivityCard>), (status = 404, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Query(search): Query<ActivitySearch>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<ActivityCard>>, ApiError> {
    let id = StudioId::parse(&id).map_err(|_| ApiError::Missing(Noun::Studio))?;
    let studio = store::studio::get(&app.store, id).await?;
    let look = Look { account: Some(me.profile.account.id), now: app.clock.now() };
    let filter = ActivityFilter { search: search.q.unwrap_or_default(), studio: Some(studio.id), state: search.state };
    let found = card::list(&app.store, look, &filter, page.page()).await?;
    Ok(axum::Json(PageOf::from(found.map(cards::activity))))
}

#[utoipa::path(post, path = "/api/studios/{id}/activities", tag = "activities", params(("id" = String, Path)),
    request_body = ActivityForm,
    responses((status = 201, body = ActivityPage), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    host: HostOf<Studio>,
    Json(form): Json<ActivityForm>,
) -> Result<(StatusCode, axum::Json<ActivityPage>), ApiError> {
    let new = NewActivity {
        studio: host.noun.id,
        series: form.series,
        title: form.title,
        summary: form.summary,
        kind: form.kind,
        mode: form.mode,
        level: form.level,
        audience: form.audience,
        place: form.place,
        planned_start: form.planned_start,
        planned_end: form.planned_end,
        presenters: form.presenters,
        guests_allowed: form.guests_allowed,
    };
    let made = store::activity::create(&app.store, new, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(page(&app, Some(&host.me), made.id).await?)))
}

/// The page of an Activity. Somebody who is not signed in sees it where guests are allowed.
#[utoipa::path(get, path = "/api/activities/{id}", tag = "activities", params(("id" = String, Path)),
    responses((status = 200, body = ActivityPage), (status = 401, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<axum::Json<ActivityPage>, ApiError> {
    let id = ActivityId::parse(&id).map_err(|_| ApiError::Missing(Noun::Activity))?;
    let page = page(&app, visitor.0.as_ref(), id).await?;
    if visitor.0.is_none() && !page.activity.guests_allowed {
        return Err(ApiError::SignInFirst);
    }
    Ok(axum::Json(page))
}

#[utoipa::path(patch, path = "/api/activities/{id}", tag = "activities", params(("id" = String, Path)),
    request_body = ActivityChange, responses((status = 200, body = ActivityPage), (status = 403, body = Refused),
    (status = 409, description = "It is live, ended or cancelled", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    host: HostOf<Activity>,
    Json(form): Json<ActivityChange>,
) -> Result<axum::Json<ActivityPage>, ApiError> {
    let id = host.noun.id;
    let edit = move |old: Activity, presenters| NewActivity {
        studio: old.studio,
        series: form.series.unwrap_or(old.series),
        title: form.title.unwrap_or(old.title),
        summary: form.summary.unwrap_or(old.summary),
        kind: form.kind.unwrap_or(old.kind),
        mode: form.mode.unwrap_or(old.mode),
        level: form.level.unwrap_or(old.level),
        audience: form.audience.unwrap_or(old.audience),
        place: form.place.unwrap_or(old.place),
        planned_start: form.planned_start.unwrap_or(old.planned_start),
        planned_end: form.planned_end.unwrap_or(old.planned_end),
        presenters: form.presenters.unwrap_or(presenters),
        guests_allowed: form.guests_allowed.unwrap_or(old.guests_allowed),
    };
    store::activity::update(&app.store, id, edit).await?;
    Ok(axum::Json(page(&app, Some(&host.me), id).await?))
}

/// Calls an Activity off. It stays, with the reason, for those who meant to come.
#[utoipa::path(post, path = "/api/activities/{id}/cancel", tag = "activities", params(("id" = String, Path)),
    request_body = CancelForm,
    responses((status = 200, body = ActivityPage), (status = 403, body = Refused), (status = 409, body = Refused)))]
pub(super) async fn cancel(
    State(app): State<AppState>,
    host: HostOf<Activity>,
    Json(form): Json<CancelForm>,
) -> Result<axum::Json<ActivityPage>, ApiError> {
    let by = (host.me.profile.account.id, app.clock.now());
    store::activity::cancel(&app.store, host.noun.id, form.reason, by).await?;
    Ok(axum::Json(page(&app, Some(&host.me), host.noun.id).await?))
}

async fn page(app: &AppState, me: Option<&SignedIn>, id: ActivityId) -> Result<ActivityPage, ApiError> {
    let look = Look { account: me.map(|me| me.profile.account.id), now: app.clock.now() };
    let card = card::of_activity(&app.store, look, id).await?;
    let may_manage = match me {
        Some(me) => me.is_admin() || me.hosts(app, card.studio.id).await?,
        None => false,
    };
    let cases = match me {
        Some(me) => cases::of_activity(app, me, &card.activity, &card.studio).await?,
        None => ActivityCases::default(),
    };
    let series = match card.activity.series {
        Some(series) => {
            let all = store::series::of_studio(&app.store, card.studio.id).await?;
            all.into_iter().find(|row| row.series.id == series).map(|row| Named::new(series, row.series.title))
        }
        None => None,
    };
    Ok(ActivityPage {
        audience: card.activity.audience.clone(),
        series,
        summary: card.activity.summary.clone(),
        place: card.activity.place.clone(),
        cancel_reason: card.activity.cancel_reason.clone(),
        may_manage,
        cases,
        activity: cards::activity(card),
    })
}
