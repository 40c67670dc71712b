//! Lesson reviews (评课): written by those who were there.

use super::auth::{InsiderOf, SignedIn};
use super::body::{Id, Json};
use super::error::{ApiError, Need, Refused};
use super::shapes::{LessonReviewForm, LessonReviewView, Named, Rows};
use super::state::AppState;
use crate::domain::{Activity, ActivityId, NewLessonReview};
use crate::store::lesson_review;
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

/// In the order in which they were written, for the members of the Studio and its office.
#[utoipa::path(get, path = "/api/activities/{id}/lesson-reviews", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<LessonReviewView>), (status = 403, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    insider: InsiderOf<Activity>,
) -> Result<axum::Json<Rows<LessonReviewView>>, ApiError> {
    Ok(axum::Json(rows(&app, insider.noun.id).await?))
}

/// One of a person: for those who are in a Session of it, or were and are not absent by their record, and for advisers of the Studio.
#[utoipa::path(post, path = "/api/activities/{id}/lesson-reviews", tag = "assessment", params(("id" = String, Path)),
    request_body = LessonReviewForm, responses((status = 201, body = Rows<LessonReviewView>),
    (status = 403, description = "Was not there", body = Refused), (status = 409, description = "Written already", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<LessonReviewForm>,
) -> Result<(StatusCode, axum::Json<Rows<LessonReviewView>>), ApiError> {
    let id = ActivityId::parse(&id).map_err(|_| ApiError::Missing(Noun::Activity))?;
    let activity = store::activity::get(&app.store, id).await?;
    let (reviewer, now) = (me.profile.account.id, app.clock.now());
    if !lesson_review::may_write(&app.store, &activity, reviewer, now.day()).await? {
        return Err(ApiError::Forbidden(Need::WasThere));
    }
    let LessonReviewForm { lesson, strengths, advice } = form;
    lesson_review::create(&app.store, NewLessonReview { activity: id, reviewer, lesson, strengths, advice }, now)
        .await?;
    Ok((StatusCode::CREATED, axum::Json(rows(&app, id).await?)))
}

async fn rows(app: &AppState, id: ActivityId) -> Result<Rows<LessonReviewView>, ApiError> {
    let found = lesson_review::of_activity(&app.store, id).await?.into_iter();
    let rows = found.map(|one| LessonReviewView {
        id: one.id,
        reviewer: Named::new(one.reviewer.id, one.reviewer.name),
        lesson: one.lesson,
        strengths: one.strengths,
        advice: one.advice,
        at: one.at,
    });
    Ok(Rows { rows: rows.collect() })
}
