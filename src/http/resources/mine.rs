//! Mine: what I have begun to watch, and the order of my lesson plans.

use super::{Desk, view};
use crate::domain::resource::{Part, Sees, cuts, seen};
use crate::domain::{LessonPlanId, ResourceId};
use crate::http::auth::SignedIn;
use crate::http::body::{Id, Json};
use crate::http::error::{ApiError, Refused};
use crate::http::shapes::{LessonPlanOrder, MyReplayView, Rows};
use crate::http::state::AppState;
use crate::store::replay::Begun;
use crate::store::{self, Noun, lesson_plan};
use axum::extract::State;
use axum::http::StatusCode;
use std::collections::HashMap;

/// A year of evenings.
const MOST_BEGUN: usize = 200;

/// What the one who asks has begun to watch and may still see, the latest first.
#[utoipa::path(get, path = "/api/me/replays", tag = "library", responses((status = 200, body = Rows<MyReplayView>)))]
pub(super) async fn replays(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<MyReplayView>>, ApiError> {
    let begun = store::replay::begun(&app.store, me.profile.account.id, MOST_BEGUN).await?;
    let ids: Vec<ResourceId> = begun.iter().map(|one| one.resource).collect();
    let desk = Desk::of(&app, Some(me)).await?;
    let mut known = store::resource::by_ids(&app.store, &ids).await?;
    let studios: Vec<_> = known.iter().map(|one| one.studio).collect();
    let studios = store::studio::by_ids(&app.store, &studios).await?;
    known.retain(|one| {
        studios.get(&one.studio).is_some_and(|studio| desk.standing(&app, studio).sees(one) != Sees::Nothing)
    });
    let cut: HashMap<ResourceId, Vec<Part>> = known.iter().map(|one| (one.id, one.cut.clone())).collect();
    let mut begun: HashMap<ResourceId, Begun> = begun.into_iter().map(|one| (one.resource, one)).collect();
    let mut rows = Vec::with_capacity(known.len());
    for resource in view::views(&app, &desk, known).await? {
        let (Some(one), Some(cut)) = (begun.remove(&resource.id), cut.get(&resource.id)) else { continue };
        let shown = seen::united(one.seen.parts.iter().filter_map(|part| cuts::shown(*part, cut)));
        let resume_ms = one.seen.position_ms.and_then(|at| cuts::shown_at(at, cut));
        rows.push(MyReplayView { seen_ms: seen::length(&shown), resume_ms, at: one.at, resource });
    }
    Ok(axum::Json(Rows { rows }))
}

/// Puts a plan of the one who asks into order.
#[utoipa::path(put, path = "/api/lesson-plans/{id}", tag = "library", params(("id" = String, Path)),
    request_body = LessonPlanOrder, responses((status = 204), (status = 404, body = Refused)))]
pub(super) async fn order(
    State(app): State<AppState>,
    me: SignedIn,
    Id(plan): Id,
    Json(form): Json<LessonPlanOrder>,
) -> Result<StatusCode, ApiError> {
    let plan = LessonPlanId::parse(&plan).map_err(|_| ApiError::Missing(Noun::LessonPlan))?;
    lesson_plan::order(&app.store, me.profile.account.id, plan, form.resources, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
