//! Applications: written and sent by teachers, decided by hosts and offices, step by step.

pub(super) mod desk;
mod publicity;
mod sheet;
pub(super) mod view;

use super::auth::SignedIn;
use super::body::{Id, Json, path_parameter};
use super::error::{ApiError, Need, Refused};
use super::shapes::{ApplicationDraftForm, ApplicationRow, ApplicationSaved, ApplicationView, ReviewForm, Rows};
use super::state::AppState;
use crate::domain::application::{Finding, Standing, findings};
use crate::domain::{
    Application, ApplicationDraft, ApplicationId, ApplicationRefusal, MemberMarks, NewReview, Recruitment,
    RecruitmentId, StudioId,
};
use crate::store::application::WAITING_AT_ONCE;
use crate::store::{self, Noun, StoreError};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use utoipa_axum::router::OpenApiRouter;

use desk::{Case, Desk, Studios, Task, case_for, cases};

/// Those of sheets and of publicity.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    sheet::routes().merge(publicity::routes())
}

/// Keeps what the asker has written for a Recruitment so far, and tells what the conditions come to.
#[utoipa::path(post, path = "/api/recruitments/{id}/application", tag = "applications", params(("id" = String, Path)),
    request_body = ApplicationDraftForm, responses((status = 200, body = ApplicationSaved),
    (status = 401, body = Refused), (status = 409, description = "It was sent, or another's file", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn save(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<ApplicationDraftForm>,
) -> Result<axum::Json<ApplicationSaved>, ApiError> {
    let id = RecruitmentId::parse(&id).map_err(|_| ApiError::Missing(Noun::Recruitment))?;
    let recruitment = store::recruitment::get(&app.store, id).await?;
    let draft = ApplicationDraft { form: view::form(form.fields), choices: form.choices };
    let by = me.profile.account.id;
    let saved = store::application::save(&app.store, id, by, draft, app.clock.now()).await?;
    let told = told(&app, &me, &recruitment, &saved.draft).await?;
    let findings = told.iter().map(view::finding).collect();
    Ok(axum::Json(ApplicationSaved { id: saved.id, saved_at: saved.saved_at, findings }))
}

/// Sends the asker's own. Conditions that nobody may waive refuse it with their sentence.
#[utoipa::path(post, path = "/api/applications/{id}/sending", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = ApplicationView), (status = 403, body = Refused),
    (status = 409, description = "Closed, sent already, or a condition is not met", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn send(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<ApplicationView>, ApiError> {
    let own = own(&app, &me, &id).await?;
    let sent = store::application::send(&app.store, own, me.profile.account.id, app.clock.now()).await?;
    tracing::info!(application = %sent.id, "sent");
    one(&app, &me, sent).await
}

/// Takes the asker's own back, before it is decided; it may be mended and sent again.
#[utoipa::path(post, path = "/api/applications/{id}/withdrawal", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = ApplicationView), (status = 403, body = Refused),
    (status = 409, description = "Not sent, or settled", body = Refused)))]
pub(super) async fn withdraw(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<ApplicationView>, ApiError> {
    let own = own(&app, &me, &id).await?;
    let withdrawn = store::application::withdraw(&app.store, own, me.profile.account.id, app.clock.now()).await?;
    one(&app, &me, withdrawn).await
}

/// The applicant, the hosts who were wished for, and the offices that speak about it read it.
#[utoipa::path(get, path = "/api/applications/{id}", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = ApplicationView), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<ApplicationView>, ApiError> {
    let found = store::application::get(&app.store, parse(&id)?).await?;
    one(&app, &me, found).await
}

/// Consents, returns or refuses, as whoever's turn it is; nobody about their own. The last consent begins the Membership, or the
/// publicity that the programme asks for.
#[utoipa::path(post, path = "/api/applications/{id}/review", tag = "applications", params(("id" = String, Path)),
    request_body = ReviewForm, responses((status = 200, body = ApplicationView), (status = 403, body = Refused),
    (status = 409, description = "Another was faster, or no place is left", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn review(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<ReviewForm>,
) -> Result<axum::Json<ApplicationView>, ApiError> {
    let found = store::application::get(&app.store, parse(&id)?).await?;
    let desk = Desk::of(&app, &me).await?;
    let (case, studios) = case_for(&app, &desk, found).await?;
    if case.application.account.id == desk.me {
        return Err(ApiError::Forbidden(Need::NotOwnApplication));
    }
    if matches!(case.standing(), Some(Standing::Waiting(_))) {
        let (sending, reviews) = case.application.last().map_or((0, 0), |one| (one.ordinal, one.reviews.len()));
        // Whose turn it is was judged by these reviews, and the word is written beside exactly these: one who may speak now does
        // not speak for those who come after. Somebody whom another has forestalled is told so.
        if (form.sending, form.seen) != (sending, u32::try_from(reviews).unwrap_or(u32::MAX)) {
            return Err(StoreError::from(ApplicationRefusal::Moved).into());
        }
        if !desk.may_decide(&case, &studios) {
            return Err(ApiError::Forbidden(Need::Reviewer));
        }
    }
    let new = NewReview {
        seen: (form.sending, form.seen),
        verdict: form.verdict,
        reason: form.reason,
        attachment: form.attachment,
        notice: (form.notice_from, form.notice_to),
        from: form.from,
        marks: MemberMarks { new_teacher: form.new_teacher, backbone: form.backbone },
        in_place: desk.speaks_in_place(&case),
        by: desk.me,
    };
    let reviewed = store::application::review(&app.store, case.application.id, new, app.clock.now()).await?;
    tracing::info!(application = %reviewed.id, verdict = form.verdict.code(), "reviewed");
    one(&app, &me, reviewed).await
}

/// The asker's own, the latest first.
#[utoipa::path(get, path = "/api/me/applications", tag = "applications",
    responses((status = 200, body = Rows<ApplicationRow>), (status = 401, body = Refused)))]
pub(super) async fn mine(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<ApplicationRow>>, ApiError> {
    let found = store::application::of_account(&app.store, me.profile.account.id).await?;
    let desk = Desk::of(&app, &me).await?;
    rows(&app, &desk, found).await
}

/// What waits for the asker's word, the oldest first.
#[utoipa::path(get, path = "/api/applications", tag = "applications",
    responses((status = 200, body = Rows<ApplicationRow>), (status = 401, body = Refused)))]
pub(super) async fn waiting(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<ApplicationRow>>, ApiError> {
    let desk = Desk::of(&app, &me).await?;
    let (found, studios) = waiting_for(&app, &desk).await?;
    let found = found.iter().map(|(case, _)| case);
    Ok(axum::Json(Rows { rows: found.map(|case| view::row(&app, &desk, case, &studios)).collect() }))
}

/// So often a Region's waiting Applications are looked through for those of the asker: six thousand of them.
const ROUNDS: usize = 20;

/// The first three hundred that wait for this asker, with what for, the oldest first.
pub(super) async fn waiting_for(app: &AppState, desk: &Desk) -> Result<(Vec<(Case, Task)>, Studios), ApiError> {
    let today = app.clock.now().day();
    let hosted: Vec<StudioId> = desk.hosted.iter().copied().collect();
    let found = store::application::waiting_for(&app.store, &hosted).await?;
    let (found, mut studios) = cases(app, &desk.tree, found).await?;
    let task = |case: Case, studios: &Studios| desk.task(&case, studios, today).map(|task| (case, task));
    let mut found: Vec<(Case, Task)> = found.into_iter().filter_map(|case| task(case, &studios)).collect();
    let mut last: Option<Application> = None;
    // Of what lies in a Region most may wait for others: it is looked through until there are enough of its own.
    for _ in 0..ROUNDS {
        if !desk.is_office() || found.len() >= WAITING_AT_ONCE {
            break;
        }
        let some = store::application::waiting_in(&app.store, desk.scope, last.as_ref()).await?;
        let whole = some.len() == WAITING_AT_ONCE;
        last = some.last().cloned();
        let (more, of_them) = cases(app, &desk.tree, some).await?;
        studios.extend(of_them);
        for case in more {
            let known = found.iter().any(|(one, _)| one.application.id == case.application.id);
            found.extend(task(case, &studios).filter(|_| !known));
        }
        if !whole {
            break;
        }
    }
    found.sort_by_key(|(case, _)| (case.application.last().map(|sending| sending.sent_at), case.application.id));
    Ok((found, studios))
}

/// All that were sent to a Recruitment, for those who keep it.
#[utoipa::path(get, path = "/api/recruitments/{id}/applications", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = Rows<ApplicationRow>), (status = 403, body = Refused)))]
pub(super) async fn of_recruitment(
    State(app): State<AppState>,
    Keeping { desk, recruitment, .. }: Keeping,
) -> Result<axum::Json<Rows<ApplicationRow>>, ApiError> {
    let found = store::application::of_recruitment(&app.store, recruitment.id).await?;
    rows(&app, &desk, found).await
}

/// A Recruitment, and somebody who keeps it.
pub(super) struct Keeping {
    pub(super) me: SignedIn,
    pub(super) desk: Desk,
    pub(super) recruitment: Recruitment,
}

impl FromRequestParts<AppState> for Keeping {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let id = path_parameter(parts, app, "id").await?;
        let id = RecruitmentId::parse(&id).map_err(|_| ApiError::Missing(Noun::Recruitment))?;
        let desk = Desk::of(app, &me).await?;
        let recruitment = store::recruitment::get(&app.store, id).await?;
        if !desk.keeps(&recruitment) {
            return Err(ApiError::Forbidden(Need::RecruitmentKeeper));
        }
        Ok(Self { me, desk, recruitment })
    }
}

/// The conditions held against a draft of the asker's.
pub(super) async fn told(
    app: &AppState,
    me: &SignedIn,
    recruitment: &Recruitment,
    draft: &ApplicationDraft,
) -> Result<Vec<Finding>, ApiError> {
    let today = app.clock.now().day();
    let policy = store::policy::in_force(&app.store, &recruitment.policy, today);
    let Some(policy) = policy else { return Ok(Vec::new()) };
    let me = me.profile.account.id;
    let applicant = store::application::applicant(&app.store, recruitment, &draft.choices, me, today).await?;
    Ok(findings(&policy, recruitment.role, &applicant, &draft.form, today))
}

async fn one(app: &AppState, me: &SignedIn, found: Application) -> Result<axum::Json<ApplicationView>, ApiError> {
    let desk = Desk::of(app, me).await?;
    let (case, studios) = case_for(app, &desk, found).await?;
    Ok(axum::Json(view::whole(app, &desk, &case, &studios).await?))
}

async fn rows(
    app: &AppState,
    desk: &Desk,
    found: Vec<Application>,
) -> Result<axum::Json<Rows<ApplicationRow>>, ApiError> {
    let (found, studios) = cases(app, &desk.tree, found).await?;
    Ok(axum::Json(Rows { rows: found.iter().map(|case| view::row(app, desk, case, &studios)).collect() }))
}

/// The asker's own Application.
async fn own(app: &AppState, me: &SignedIn, id: &str) -> Result<ApplicationId, ApiError> {
    let found = store::application::get(&app.store, parse(id)?).await?;
    if found.account.id == me.profile.account.id {
        Ok(found.id)
    } else {
        Err(ApiError::Forbidden(Need::OwnApplication))
    }
}

fn parse(id: &str) -> Result<ApplicationId, ApiError> {
    ApplicationId::parse(id).map_err(|_| ApiError::Missing(Noun::Application))
}
