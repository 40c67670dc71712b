//! Publicity (公示) of applicants: what everybody reads, who objects, and how the office answers, and names or denies.

use super::super::auth::SignedIn;
use super::super::body::{Id, Json, PageQuery, Query};
use super::super::error::{ApiError, Need, Refused};
use super::super::shapes::{
    ApplicationAnswerForm, ApplicationObjectionForm, ApplicationObjectionView, ApplicationView, DenialForm, Named,
    NamingAnswer, NamingForm, NotNamed, OwnObjectionView, PageOf, PublicityCard, RecruitmentNamingForm, Rows,
};
use super::super::state::AppState;
use super::super::{attachments, schools};
use super::desk::{Case, Desk, Studios, Task, cases};
use super::{Keeping, one, parse, view};
use crate::domain::application::{NewApplicationAnswer, NewApplicationObjection};
use crate::domain::{Application, ObjectionId};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(in crate::http) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(publicities))
        .routes(routes!(object))
        .routes(routes!(answer))
        .routes(routes!(own_objections))
        .routes(routes!(name))
        .routes(routes!(deny))
        .routes(routes!(name_all))
}

/// Who is to be named, while everybody may object: names, Schools and Studios, and nothing else. What ends first first.
#[utoipa::path(get, path = "/api/publicities", tag = "applications", params(PageQuery),
    responses((status = 200, body = PageOf<PublicityCard>)))]
pub(super) async fn publicities(
    State(app): State<AppState>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<PublicityCard>>, ApiError> {
    let found = store::application::public(&app.store, app.clock.now().day(), page.page()).await?;
    let (total, shown) = (found.total, found.page);
    let tree = store::region::tree(&app.store).await?;
    let (found, studios) = cases(&app, &tree, found.rows).await?;
    let rows = found.iter().filter_map(|case| {
        let public = case.publicity()?;
        let studio = public.studio.and_then(|id| studios.get(&id));
        let office = studio.map_or(case.recruitment.region, |studio| studio.region);
        let fields = &case.application.last()?.draft.form;
        Some(PublicityCard {
            id: case.application.id,
            recruitment: case.recruitment.title.clone(),
            role_title: view::called(&app, &case.recruitment),
            name: case.application.account.name.clone(),
            school: case.school.as_ref().map(schools::name),
            studio: studio.map_or_else(|| fields.studio_name.clone(), |studio| studio.name.clone()),
            new_studio: studio.is_none(),
            subject: fields.subject.clone(),
            office: tree.get(office).map_or_else(String::new, |region| region.name.clone()),
            from: public.span.from,
            to: public.span.to,
        })
    });
    Ok(axum::Json(PageOf { rows: rows.collect(), total, page: shown.number, size: shown.size }))
}

/// Objects to somebody who is public, until the end of the last day.
#[utoipa::path(post, path = "/api/applications/{id}/objections", tag = "applications", params(("id" = String, Path)),
    request_body = ApplicationObjectionForm, responses((status = 201, body = OwnObjectionView), (status = 401, body = Refused),
    (status = 409, description = "Not public, one's own, or one is open", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn object(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<ApplicationObjectionForm>,
) -> Result<(StatusCode, axum::Json<OwnObjectionView>), ApiError> {
    let by = me.profile.account.id;
    let new = NewApplicationObjection { reason: form.reason, attachment: form.attachment, by };
    let made = store::application::object(&app.store, parse(&id)?, new, app.clock.now()).await?;
    tracing::info!(objection = %made, application = id, "objected");
    let about = store::application::of_objection(&app.store, made).await?;
    let made = owned(&app, &me, vec![about]).await?.into_iter().find(|one| one.objection.id == made);
    Ok((StatusCode::CREATED, axum::Json(made.ok_or(ApiError::Missing(Noun::Objection))?)))
}

/// The asker's own objections with their answers.
#[utoipa::path(get, path = "/api/me/application-objections", tag = "applications",
    responses((status = 200, body = Rows<OwnObjectionView>), (status = 401, body = Refused)))]
pub(super) async fn own_objections(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<OwnObjectionView>>, ApiError> {
    let found = store::application::objected_by(&app.store, me.profile.account.id).await?;
    Ok(axum::Json(Rows { rows: owned(&app, &me, found).await? }))
}

/// Answers an objection, as the office that decided; nobody about themselves, or about what they objected to. Upheld, the
/// Application is refused.
#[utoipa::path(post, path = "/api/application-objections/{id}/answer", tag = "applications", params(("id" = String, Path)),
    request_body = ApplicationAnswerForm, responses((status = 200, body = ApplicationView), (status = 403, body = Refused),
    (status = 409, description = "Answered already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn answer(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<ApplicationAnswerForm>,
) -> Result<axum::Json<ApplicationView>, ApiError> {
    let id = ObjectionId::parse(&id).map_err(|_| ApiError::Missing(Noun::Objection))?;
    let found = store::application::of_objection(&app.store, id).await?;
    let (desk, case, _) = settling(&app, &me, found).await?;
    if case.objections().any(|one| one.id == id && one.by.id == desk.me) {
        return Err(ApiError::Forbidden(Need::NotOwnObjection));
    }
    let new = NewApplicationAnswer { upheld: form.upheld, reason: form.reason, by: desk.me };
    let answered = store::application::answer(&app.store, id, new, app.clock.now()).await?;
    tracing::info!(objection = %id, upheld = form.upheld, "answered");
    one(&app, &me, answered).await
}

/// Names one whose days are over with nothing open (正式命名): the Membership begins on that day.
#[utoipa::path(post, path = "/api/applications/{id}/naming", tag = "applications", params(("id" = String, Path)),
    request_body = NamingForm, responses((status = 200, body = ApplicationView), (status = 403, body = Refused),
    (status = 409, description = "Too early, an objection is open, or no place is left", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn name(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<NamingForm>,
) -> Result<axum::Json<ApplicationView>, ApiError> {
    let found = store::application::get(&app.store, parse(&id)?).await?;
    let (desk, case, _) = settling(&app, &me, found).await?;
    let said = (form.sending, form.from);
    let named = store::application::name(&app.store, case.application.id, said, desk.me, app.clock.now()).await?;
    tracing::info!(application = %named.id, "named");
    one(&app, &me, named).await
}

/// Says that one who waits for it is not named (不予命名), and why: at any time until then, and whatever is open.
#[utoipa::path(post, path = "/api/applications/{id}/denial", tag = "applications", params(("id" = String, Path)),
    request_body = DenialForm, responses((status = 200, body = ApplicationView), (status = 403, body = Refused),
    (status = 409, description = "Named, refused or withdrawn already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn deny(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<DenialForm>,
) -> Result<axum::Json<ApplicationView>, ApiError> {
    let found = store::application::get(&app.store, parse(&id)?).await?;
    let (desk, case, _) = settling(&app, &me, found).await?;
    let said = (form.sending, form.reason);
    let denied = store::application::deny(&app.store, case.application.id, said, desk.me, app.clock.now()).await?;
    tracing::info!(application = %denied.id, "denied");
    one(&app, &me, denied).await
}

/// Names all of a Recruitment that the asker may name today, each by itself: whom a rule refuses is told with its sentence.
#[utoipa::path(post, path = "/api/recruitments/{id}/naming", tag = "applications", params(("id" = String, Path)),
    request_body = RecruitmentNamingForm, responses((status = 200, body = NamingAnswer), (status = 403, body = Refused)))]
pub(super) async fn name_all(
    State(app): State<AppState>,
    Keeping { desk, recruitment, .. }: Keeping,
    Json(form): Json<RecruitmentNamingForm>,
) -> Result<axum::Json<NamingAnswer>, ApiError> {
    // Who hosts is for an office to say, and so is who is named.
    if !desk.is_office() {
        return Err(ApiError::Forbidden(Need::Office));
    }
    let now = app.clock.now();
    let found = store::application::of_recruitment(&app.store, recruitment.id).await?;
    let (found, studios) = cases(&app, &desk.tree, found).await?;
    let mut answer = NamingAnswer { named: 0, left: Vec::new() };
    for case in found.iter().filter(|case| desk.task(case, &studios, now.day()) == Some(Task::Name)) {
        let Some(sending) = case.application.last() else { continue };
        let said = (sending.ordinal, form.from);
        match store::application::name(&app.store, case.application.id, said, desk.me, now).await {
            Ok(named) => {
                tracing::info!(application = %named.id, "named");
                answer.named += 1;
            }
            Err(error) => match ApiError::from(error) {
                ApiError::Inside(error) => return Err(ApiError::Inside(error)),
                refused => answer.left.push(NotNamed {
                    application: Named::new(case.application.id, &case.application.account.name),
                    sentence: told(refused),
                }),
            },
        }
    }
    Ok(axum::Json(answer))
}

/// The sentence of a refusal; of a form's field the one of the field.
fn told(refused: ApiError) -> String {
    match refused {
        ApiError::Invalid(fields) => fields.into_values().next().unwrap_or_default(),
        other => other.to_string(),
    }
}

/// An Application with the desk of somebody who answers and names for it.
async fn settling(app: &AppState, me: &SignedIn, found: Application) -> Result<(Desk, Case, Studios), ApiError> {
    let desk = Desk::of(app, me).await?;
    let (mut found, studios) = cases(app, &desk.tree, vec![found]).await?;
    let case = found.pop().ok_or(ApiError::Missing(Noun::Application))?;
    if case.application.account.id == desk.me {
        return Err(ApiError::Forbidden(Need::NotOwnApplication));
    }
    if desk.settles(&case, &studios) { Ok((desk, case, studios)) } else { Err(ApiError::Forbidden(Need::Reviewer)) }
}

/// The asker's objections to these.
async fn owned(app: &AppState, me: &SignedIn, found: Vec<Application>) -> Result<Vec<OwnObjectionView>, ApiError> {
    let tree = store::region::tree(&app.store).await?;
    let (found, studios) = cases(app, &tree, found).await?;
    let mut rows = Vec::new();
    for case in &found {
        for objection in case.objections().filter(|one| one.by.id == me.profile.account.id) {
            let studio = case.taken_by().and_then(|id| studios.get(&id)).map(|studio| studio.name.clone());
            rows.push(OwnObjectionView {
                applicant: case.application.account.name.clone(),
                recruitment: case.recruitment.title.clone(),
                studio: studio.unwrap_or_default(),
                objection: objection_view(app, case, objection.id, None).await?,
            });
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.objection.given.at));
    Ok(rows)
}

/// One of the case's, as its giver and the office read it; `desk` where somebody may answer it.
pub(super) async fn objection_view(
    app: &AppState,
    case: &Case,
    id: ObjectionId,
    desk: Option<&Desk>,
) -> Result<ApplicationObjectionView, ApiError> {
    let one = case.objections().find(|one| one.id == id).ok_or(ApiError::Missing(Noun::Objection))?;
    let stands = case.is_about_now(id);
    let files: Vec<_> = one.attachment.into_iter().collect();
    Ok(ApplicationObjectionView {
        id,
        state: one.state(stands),
        given: view::word(&one.reason, &one.by, one.at),
        attachment: attachments::views(app, &files).await?.pop(),
        answer: one.answer.as_ref().map(|answer| view::word(&answer.reason, &answer.by, answer.at)),
        may_answer: stands && one.answer.is_none() && desk.is_some_and(|desk| desk.me != one.by.id),
    })
}
