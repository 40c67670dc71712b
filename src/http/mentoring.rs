//! Who guides whom in a Studio, and which schools it helps.

use super::auth::{InsiderOf, KeeperOf, OfStudio, SignedIn};
use super::body::Json;
use super::error::{ApiError, Refused};
use super::memberships::keeper_of;
use super::schools;
use super::shapes::{EndForm, HelpedSchoolForm, HelpedSchoolView, MentorForm, MentorView, Named, Rows};
use super::state::AppState;
use crate::domain::membership::check_day;
use crate::domain::{Day, HelpedSchoolId, MentorId, NewHelpedSchool, NewMentor, Studio, StudioId};
use crate::store::helped_school::{self, HelpedSchool};
use crate::store::mentor::{self, Mentor};
use crate::store::{self, Noun, StoreError};
use axum::extract::State;
use axum::http::StatusCode;

/// Present and former ones, by their beginning.
#[utoipa::path(get, path = "/api/studios/{id}/mentors", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<MentorView>), (status = 403, body = Refused)))]
pub(super) async fn mentors(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
) -> Result<axum::Json<Rows<MentorView>>, ApiError> {
    let found = mentor::of_studio(&app.store, insider.noun.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(mentor_view).collect() }))
}

#[utoipa::path(post, path = "/api/studios/{id}/mentors", tag = "assessment", params(("id" = String, Path)),
    request_body = MentorForm, responses((status = 201, body = MentorView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn add_mentor(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Json(form): Json<MentorForm>,
) -> Result<(StatusCode, axum::Json<MentorView>), ApiError> {
    let members = store::membership::of_studio(&app.store, keeper.noun.id).await?;
    if !members.iter().any(|one| one.account.id == form.mentor) {
        return Err(ApiError::field("mentor", "请选择本工作室的成员。"));
    }
    let MentorForm { mentor, mentee_account, mentee, from, to } = form;
    may_set(&app, &keeper.me, keeper.noun.id, (Some(from), to)).await?;
    let new = NewMentor { studio: keeper.noun.id, mentor, mentee_account, mentee, from, to };
    let made = mentor::create(&app.store, new, keeper.me.profile.account.id, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(mentor_view(made))))
}

#[utoipa::path(patch, path = "/api/mentors/{id}", tag = "assessment", params(("id" = String, Path)),
    request_body = EndForm, responses((status = 200, body = MentorView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn end_mentor(
    State(app): State<AppState>,
    keeper: KeeperOf<Mentor>,
    Json(form): Json<EndForm>,
) -> Result<axum::Json<MentorView>, ApiError> {
    may_set(&app, &keeper.me, keeper.noun.studio, (None, earlier(keeper.noun.to, form.to))).await?;
    Ok(axum::Json(mentor_view(mentor::set_end(&app.store, keeper.noun.id, form.to).await?)))
}

/// 结对帮扶: present and former ones, by their beginning.
#[utoipa::path(get, path = "/api/studios/{id}/helped-schools", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<HelpedSchoolView>), (status = 403, body = Refused)))]
pub(super) async fn helped(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
) -> Result<axum::Json<Rows<HelpedSchoolView>>, ApiError> {
    let found = helped_school::of_studio(&app.store, insider.noun.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(helped_view).collect() }))
}

#[utoipa::path(post, path = "/api/studios/{id}/helped-schools", tag = "assessment", params(("id" = String, Path)),
    request_body = HelpedSchoolForm, responses((status = 201, body = HelpedSchoolView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn add_helped(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Json(form): Json<HelpedSchoolForm>,
) -> Result<(StatusCode, axum::Json<HelpedSchoolView>), ApiError> {
    let HelpedSchoolForm { school, from, to } = form;
    may_set(&app, &keeper.me, keeper.noun.id, (Some(from), to)).await?;
    let new = NewHelpedSchool { studio: keeper.noun.id, school, from, to };
    let made = helped_school::create(&app.store, new, keeper.me.profile.account.id, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(helped_view(made))))
}

#[utoipa::path(patch, path = "/api/helped-schools/{id}", tag = "assessment", params(("id" = String, Path)),
    request_body = EndForm, responses((status = 200, body = HelpedSchoolView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn end_helped(
    State(app): State<AppState>,
    keeper: KeeperOf<HelpedSchool>,
    Json(form): Json<EndForm>,
) -> Result<axum::Json<HelpedSchoolView>, ApiError> {
    may_set(&app, &keeper.me, keeper.noun.studio, (None, earlier(keeper.noun.to, form.to))).await?;
    Ok(axum::Json(helped_view(helped_school::set_end(&app.store, keeper.noun.id, form.to).await?)))
}

/// Hosts set days of the last week and to come, as those of the roster; earlier ones are for the office.
async fn may_set(
    app: &AppState,
    me: &SignedIn,
    studio: StudioId,
    (from, to): (Option<Day>, Option<Day>),
) -> Result<(), ApiError> {
    let studio = store::studio::get(&app.store, studio).await?;
    let keeper = keeper_of(app, me, &studio).await?;
    for (day, field) in [(from, "from"), (to, "to")] {
        if let Some(day) = day {
            check_day(day, keeper, app.clock.now().day(), field).map_err(StoreError::from)?;
        }
    }
    Ok(())
}

/// Of two last days, where they differ.
fn earlier(before: Option<Day>, after: Option<Day>) -> Option<Day> {
    match (before, after) {
        (before, after) if before == after => None,
        (Some(before), Some(after)) => Some(before.min(after)),
        (one, other) => one.or(other),
    }
}

impl OfStudio for Mentor {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = MentorId::parse(id).map_err(|_| ApiError::Missing(Noun::Mentor))?;
        Ok(mentor::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }
}

impl OfStudio for HelpedSchool {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = HelpedSchoolId::parse(id).map_err(|_| ApiError::Missing(Noun::HelpedSchool))?;
        Ok(helped_school::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }
}

fn mentor_view(one: Mentor) -> MentorView {
    let Mentor { id, mentor, mentee_account, mentee, from, to, .. } = one;
    MentorView { id, mentor: Named::new(mentor.id, mentor.name), mentee_account, mentee, from, to }
}

fn helped_view(one: HelpedSchool) -> HelpedSchoolView {
    HelpedSchoolView { id: one.id, school: schools::name(&one.school), from: one.from, to: one.to }
}
