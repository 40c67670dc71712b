//! Objections: a host's about their own Studio while it is published, and the office's answer.

use super::super::auth::OfStudio;
use super::super::authority::{Authority, SupervisorOf};
use super::super::body::Json;
use super::super::error::{ApiError, Need, Refused};
use super::super::shapes::{AnswerForm, ObjectionForm, ObjectionView};
use super::super::state::AppState;
use super::access::ConcernedBy;
use super::view;
use crate::domain::participation::day_within;
use crate::domain::year_end::{Answer, NewObjection, ObjectionState};
use crate::domain::{Day, ObjectionId, StudioId};
use crate::store::year_end::{self, Objection};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;
use std::ops::RangeInclusive;

/// Objects to what is published of one's own Studio.
#[utoipa::path(post, path = "/api/year-ends/{id}/objections", tag = "year-end", params(("id" = String, Path)),
    request_body = ObjectionForm, responses((status = 201, body = ObjectionView), (status = 403, body = Refused),
    (status = 409, description = "Too late, or one is open", body = Refused), (status = 422, body = Refused)))]
pub(in super::super) async fn object(
    State(app): State<AppState>,
    concerned: ConcernedBy,
    Json(form): Json<ObjectionForm>,
) -> Result<(StatusCode, axum::Json<ObjectionView>), ApiError> {
    let ConcernedBy { me, year_end, own, .. } = concerned;
    let ObjectionForm { studio, reason, attachment } = form;
    if !own.contains(&studio) {
        return Err(ApiError::Forbidden(Need::Host));
    }
    let new = NewObjection { year_end: year_end.id, studio, reason, attachment, by: me.profile.account.id };
    let given = year_end::object(&app.store, new, app.clock.now()).await?;
    tracing::info!(objection = %given.id, year_end = %year_end.id, "objected");
    let rules = year_end.rules(&app.store)?;
    Ok((StatusCode::CREATED, axum::Json(view::objection(&rules, given, false))))
}

/// Answers an objection: counts the Studio anew, sets its grade, or rejects it with a reason. Nobody answers about a Studio of
/// their own.
#[utoipa::path(post, path = "/api/objections/{id}/answer", tag = "year-end", params(("id" = String, Path)),
    request_body = AnswerForm, responses((status = 200, body = ObjectionView), (status = 403, body = Refused),
    (status = 409, description = "Answered already, or final", body = Refused), (status = 422, body = Refused)))]
pub(in super::super) async fn answer(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Objection>,
    Json(form): Json<AnswerForm>,
) -> Result<axum::Json<ObjectionView>, ApiError> {
    let SupervisorOf { me, noun: objection, .. } = supervisor;
    let year_end = year_end::get(&app.store, objection.year_end).await?;
    // The office of the Studio's county does not answer what its province settles.
    if !me.is_admin() && !me.supervises(&app, year_end.region).await? {
        return Err(ApiError::Forbidden(Need::OfficeOfRegion));
    }
    let rules = year_end.rules(&app.store)?;
    let years = rules.years_of(year_end.covered());
    decides_about(&app, &Authority::of(&app, &me).await?, (objection.studio, years)).await?;
    let answer = match (form.state, form.grade) {
        (ObjectionState::Open, _) => return Err(ApiError::field("state", "请选择怎样答复。")),
        (ObjectionState::Recomputed, _) => Answer::Recompute,
        (ObjectionState::Rejected, _) => Answer::Reject,
        (ObjectionState::Graded, Some(grade)) if rules.grades.iter().any(|rule| rule.id == grade) => {
            Answer::Grade(grade)
        }
        (ObjectionState::Graded, _) => return Err(ApiError::field("grade", "请选择等次。")),
    };
    let said = (answer, form.reason);
    let answered = year_end::answer(&app.store, objection.id, said, me.profile.account.id, app.clock.now()).await?;
    tracing::info!(objection = %answered.id, state = answered.state().code(), "answered");
    Ok(axum::Json(view::objection(&rules, answered, false)))
}

/// Refuses who may not decide about one of these years of the Studio.
pub(super) async fn decides_about(
    app: &AppState,
    authority: &Authority,
    (studio, mut years): (StudioId, RangeInclusive<i32>),
) -> Result<(), ApiError> {
    let studio = store::studio::get(&app.store, studio).await?;
    years.try_for_each(|year| authority.over(app, &studio, day_within(year)).map(drop)).map_err(ApiError::Forbidden)
}

impl OfStudio for Objection {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = ObjectionId::parse(id).map_err(|_| ApiError::Missing(Noun::Objection))?;
        Ok(year_end::objection(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }

    fn day(&self) -> Option<Day> {
        Some(day_within(self.covered.year))
    }
}
