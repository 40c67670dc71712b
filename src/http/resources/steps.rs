//! Steps: from a draft to what is published, chosen, withdrawn or held; each with who took it, when and why.

use super::desk::Desk;
use super::{refused, view};
use crate::domain::resource::{Resource, ResourceStep};
use crate::domain::{OfficeTier, ResourceRefusal};
use crate::http::auth::{HostOf, KeeperOf, SignedIn};
use crate::http::authority::SupervisorOf;
use crate::http::body::Json;
use crate::http::error::{ApiError, Refused};
use crate::http::shapes::{
    HoldForm, Named, PublishForm, ResourceStepForm, ResourceStepView, ResourceView, Rows, SelectForm,
};
use crate::http::state::AppState;
use crate::store;
use crate::store::resource::{NewStep, Taken};
use axum::extract::State;

type Answer = Result<axum::Json<ResourceView>, ApiError>;

/// All that was done with it, by whom and why, for those who keep it; the oldest first.
#[utoipa::path(get, path = "/api/resources/{id}/steps", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = Rows<ResourceStepView>), (status = 403, body = Refused)))]
pub(super) async fn taken(
    State(app): State<AppState>,
    keeper: KeeperOf<Resource>,
) -> Result<axum::Json<Rows<ResourceStepView>>, ApiError> {
    let taken = store::resource::steps(&app.store, keeper.noun.id).await?.into_iter();
    let rows = taken.map(|Taken { step, reason, by, at, tier }| ResourceStepView {
        step,
        reason,
        by: Named::new(by.id, by.name),
        at,
        tier,
    });
    Ok(axum::Json(Rows { rows: rows.collect() }))
}

/// Hands it to the office for publication beyond the Studio.
#[utoipa::path(post, path = "/api/resources/{id}/submit", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = ResourceView), (status = 403, body = Refused), (status = 409, body = Refused)))]
pub(super) async fn submit(State(app): State<AppState>, keeper: KeeperOf<Resource>) -> Answer {
    let new = plain(ResourceStep::Submitted, &keeper.me, String::new());
    take(&app, keeper.me, &keeper.noun, new).await
}

/// A host publishes to the Studio by themself; to the Region or to everybody, its office.
#[utoipa::path(post, path = "/api/resources/{id}/publish", tag = "library", params(("id" = String, Path)),
    request_body = PublishForm, responses((status = 200, body = ResourceView), (status = 403, body = Refused),
    (status = 409, description = "The office has to consent, or not in this state", body = Refused)))]
pub(super) async fn publish(
    State(app): State<AppState>,
    keeper: KeeperOf<Resource>,
    form: Option<Json<PublishForm>>,
) -> Answer {
    let KeeperOf { me, noun: one } = keeper;
    let visibility = form.and_then(|Json(form)| form.visibility).unwrap_or(one.visibility);
    let studio = store::studio::get(&app.store, one.studio).await?;
    let new = NewStep { visibility: Some(visibility), ..plain(ResourceStep::Published, &me, String::new()) };
    let desk = Desk::of(&app, Some(me)).await?;
    if !desk.standing(&app, &studio).may_publish_to(visibility) {
        return Err(refused(ResourceRefusal::OfficeConsents));
    }
    done(&app, desk, &one, new).await
}

/// Back to the Studio, with what has to change.
#[utoipa::path(post, path = "/api/resources/{id}/return", tag = "library", params(("id" = String, Path)),
    request_body = ResourceStepForm, responses((status = 200, body = ResourceView), (status = 403, body = Refused),
    (status = 409, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn give_back(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Resource>,
    Json(form): Json<ResourceStepForm>,
) -> Answer {
    let new = of_office(ResourceStep::Returned, &supervisor, form.reason);
    take(&app, supervisor.me, &supervisor.noun, new).await
}

/// Nobody but its keepers sees it any more, from now on.
#[utoipa::path(post, path = "/api/resources/{id}/withdraw", tag = "library", params(("id" = String, Path)),
    request_body = ResourceStepForm, responses((status = 200, body = ResourceView), (status = 403, body = Refused),
    (status = 409, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn withdraw(
    State(app): State<AppState>,
    keeper: KeeperOf<Resource>,
    Json(form): Json<ResourceStepForm>,
) -> Answer {
    let new = plain(ResourceStep::Withdrawn, &keeper.me, form.reason);
    take(&app, keeper.me, &keeper.noun, new).await
}

/// Proposes it as 精品.
#[utoipa::path(post, path = "/api/resources/{id}/nominate", tag = "library", params(("id" = String, Path)),
    request_body = ResourceStepForm, responses((status = 200, body = ResourceView), (status = 403, body = Refused),
    (status = 409, body = Refused)))]
pub(super) async fn nominate(
    State(app): State<AppState>,
    host: HostOf<Resource>,
    form: Option<Json<ResourceStepForm>>,
) -> Answer {
    let reason = form.map(|Json(form)| form.reason).unwrap_or_default();
    let new = plain(ResourceStep::Nominated, &host.me, reason);
    take(&app, host.me, &host.noun, new).await
}

/// The office selects it as 精品, or not; nobody who was in the Studio within the year, and nobody who nominated it.
#[utoipa::path(post, path = "/api/resources/{id}/select", tag = "library", params(("id" = String, Path)),
    request_body = SelectForm, responses((status = 200, body = ResourceView), (status = 403, body = Refused),
    (status = 409, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn select(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Resource>,
    Json(form): Json<SelectForm>,
) -> Answer {
    let step = if form.selected { ResourceStep::Selected } else { ResourceStep::NotSelected };
    let new = of_office(step, &supervisor, form.reason);
    take(&app, supervisor.me, &supervisor.noun, new).await
}

/// Nothing of it may be taken away or changed while it is held.
#[utoipa::path(post, path = "/api/resources/{id}/hold", tag = "library", params(("id" = String, Path)),
    request_body = HoldForm, responses((status = 200, body = ResourceView), (status = 403, body = Refused),
    (status = 409, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn hold(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Resource>,
    Json(form): Json<HoldForm>,
) -> Answer {
    let step = if form.held { ResourceStep::Held } else { ResourceStep::Released };
    let new = of_office(step, &supervisor, form.reason);
    take(&app, supervisor.me, &supervisor.noun, new).await
}

fn plain(step: ResourceStep, me: &SignedIn, reason: String) -> NewStep {
    NewStep { step, reason, by: me.profile.account.id, tier: None, visibility: None }
}

fn of_office(step: ResourceStep, supervisor: &SupervisorOf<Resource>, reason: String) -> NewStep {
    let tier: Option<OfficeTier> = Some(supervisor.by.tier);
    NewStep { tier, ..plain(step, &supervisor.me, reason) }
}

async fn take(app: &AppState, me: SignedIn, one: &Resource, new: NewStep) -> Answer {
    let desk = Desk::of(app, Some(me)).await?;
    done(app, desk, one, new).await
}

async fn done(app: &AppState, desk: Desk, one: &Resource, new: NewStep) -> Answer {
    let step = new.step;
    let taken = store::resource::step(&app.store, one.id, new, app.clock.now()).await?;
    tracing::info!(resource = %one.id, step = step.code(), "a step was taken");
    Ok(axum::Json(view::view(app, &desk, taken).await?))
}
