//! What people add to a Resource: files beside it, subtitles, comments, ratings, and their own lesson plans.

use super::{ViewerOf, view};
use crate::domain::resource::{Resource, Sees, cuts, subtitles};
use crate::domain::{AttachmentId, CommentId, LessonPlanId, ResourceId, StudioId};
use crate::http::auth::{KeeperOf, OfStudio, SignedIn};
use crate::http::body::{Id, Json, path_parameter};
use crate::http::error::{ApiError, Fields, Need, Refused};
use crate::http::shapes::{
    CommentForm, CommentView, LessonPlanForm, LessonPlanView, Named, RatingForm, RatingView, ResourceAttachmentForm,
    ResourceView, Rows, SubtitlesAnswer,
};
use crate::http::state::AppState;
use crate::store::comment::{Comment, Rating};
use crate::store::lesson_plan::LessonPlan;
use crate::store::{self, Noun, comment, lesson_plan};
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use bytes::Bytes;
use std::collections::{BTreeSet, HashMap};

/// 20,000 cues of a hundred bytes.
const LARGEST_SUBTITLES: usize = 2 * 1024 * 1024;

/// Lays a file beside it (课件, 教案) that the one who asks has uploaded.
#[utoipa::path(post, path = "/api/resources/{id}/attachments", tag = "library", params(("id" = String, Path)),
    request_body = ResourceAttachmentForm, responses((status = 204), (status = 403, body = Refused),
    (status = 409, description = "There already, or another's file", body = Refused)))]
pub(super) async fn attach(
    State(app): State<AppState>,
    keeper: KeeperOf<Resource>,
    Json(form): Json<ResourceAttachmentForm>,
) -> Result<StatusCode, ApiError> {
    let by = keeper.me.profile.account.id;
    store::resource::attach(&app.store, keeper.noun.id, form.attachment, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The second id of a path.
pub(super) struct Other(String);

impl FromRequestParts<AppState> for Other {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        path_parameter(parts, app, "resource").await.map(Self)
    }
}

#[utoipa::path(delete, path = "/api/resources/{id}/attachments/{resource}", tag = "library",
    params(("id" = String, Path), ("resource" = String, Path, description = "The attachment")),
    responses((status = 204), (status = 403, body = Refused), (status = 404, body = Refused),
    (status = 409, description = "Held", body = Refused)))]
pub(super) async fn detach(
    State(app): State<AppState>,
    keeper: KeeperOf<Resource>,
    Other(file): Other,
) -> Result<StatusCode, ApiError> {
    let file = AttachmentId::parse(&file).map_err(|_| ApiError::Missing(Noun::Attachment))?;
    store::resource::detach(&app.store, keeper.noun.id, file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file of WebVTT or SRT, as it is; takes the place of the one before. What is wrong is told by line.
#[utoipa::path(put, path = "/api/resources/{id}/subtitles", tag = "library", params(("id" = String, Path)),
    request_body(content = String, content_type = "text/plain"), responses((status = 200, body = SubtitlesAnswer),
    (status = 403, body = Refused), (status = 413, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn put_subtitles(
    State(app): State<AppState>,
    keeper: KeeperOf<Resource>,
    body: Bytes,
) -> Result<axum::Json<SubtitlesAnswer>, ApiError> {
    if body.len() > LARGEST_SUBTITLES {
        return Err(ApiError::TooLarge);
    }
    let text = String::from_utf8(body.to_vec())
        .map_err(|_| ApiError::field("line 1", "文件不是 UTF-8 编码，请另存为 UTF-8 后再上传。"))?;
    let cues = subtitles::read(&text).map_err(|mistakes| {
        ApiError::Invalid(
            mistakes.into_iter().map(|one| (format!("line {}", one.line), one.sentence)).collect::<Fields>(),
        )
    })?;
    let count = cues.len() as u64;
    store::resource::put_subtitles(&app.store, keeper.noun.id, cues).await?;
    Ok(axum::Json(SubtitlesAnswer { cues: count }))
}

/// What people wrote, by its place in the replay.
#[utoipa::path(get, path = "/api/resources/{id}/comments", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = Rows<CommentView>), (status = 403, body = Refused)))]
pub(super) async fn comments(
    State(app): State<AppState>,
    viewer: ViewerOf,
) -> Result<axum::Json<Rows<CommentView>>, ApiError> {
    let found = comment::of_resource(&app.store, viewer.resource.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().filter_map(|one| told(&viewer, one)).collect() }))
}

#[utoipa::path(post, path = "/api/resources/{id}/comments", tag = "library", params(("id" = String, Path)),
    request_body = CommentForm, responses((status = 201, body = CommentView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn comment(
    State(app): State<AppState>,
    viewer: ViewerOf,
    Json(form): Json<CommentForm>,
) -> Result<(StatusCode, axum::Json<CommentView>), ApiError> {
    let by = viewer.signed_in()?.profile.account.id;
    let one = &viewer.resource;
    if form.ms.is_some_and(|ms| one.shown_ms().is_none_or(|all| ms > all)) {
        return Err(ApiError::field("ms", "评论的位置超出了视频的时长。"));
    }
    let ms = form.ms.map(|ms| cuts::whole_at(ms, &one.cut));
    let made = comment::create(&app.store, one.id, ms, form.text, by, app.clock.now()).await?;
    let view = told(&viewer, made).ok_or(ApiError::Missing(Noun::Comment))?;
    Ok((StatusCode::CREATED, axum::Json(view)))
}

/// Its author, and those who keep the Resource.
#[utoipa::path(delete, path = "/api/comments/{id}", tag = "library", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn delete_comment(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let id = CommentId::parse(&id).map_err(|_| ApiError::Missing(Noun::Comment))?;
    let found = comment::get(&app.store, id).await?;
    let resource = store::resource::get(&app.store, found.resource).await?;
    let studio = store::studio::get(&app.store, resource.studio).await?;
    let by = me.profile.account.id;
    if found.by.id != by && !me.keeps(&app, &studio).await? {
        return Err(ApiError::Forbidden(Need::OwnComment));
    }
    comment::delete(&app.store, id, by, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// None of what belongs to a part that is left out.
fn told(viewer: &ViewerOf, one: Comment) -> Option<CommentView> {
    let ms = match one.ms {
        Some(ms) => Some(cuts::shown_at(ms, &viewer.resource.cut)?),
        None => None,
    };
    let own = viewer.me().is_some_and(|me| me.profile.account.id == one.by.id);
    let may_delete = own || viewer.sees == Sees::Everything;
    Some(CommentView { id: one.id, ms, text: one.text, by: Named::new(one.by.id, one.by.name), at: one.at, may_delete })
}

/// One to five stars (满意度); the last word of a person counts. Those of the Studio's own people are kept and not counted.
#[utoipa::path(put, path = "/api/resources/{id}/rating", tag = "library", params(("id" = String, Path)),
    request_body = RatingForm, responses((status = 200, body = RatingView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn rate(
    State(app): State<AppState>,
    viewer: ViewerOf,
    Json(form): Json<RatingForm>,
) -> Result<axum::Json<RatingView>, ApiError> {
    let by = viewer.signed_in()?.profile.account.id;
    let RatingForm { stars, text } = form;
    let rating = Rating { stars, text: text.clone() };
    comment::rate(&app.store, viewer.resource.id, by, rating, app.clock.now()).await?;
    Ok(axum::Json(RatingView { stars, text }))
}

/// The lesson plans (备课单) of the one who asks, with what is in them that they may see today.
#[utoipa::path(get, path = "/api/lesson-plans", tag = "library",
    responses((status = 200, body = Rows<LessonPlanView>)))]
pub(super) async fn plans(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<LessonPlanView>>, ApiError> {
    let plans = lesson_plan::of_account(&app.store, me.profile.account.id).await?;
    let desk = super::Desk::of(&app, Some(me)).await?;
    let ids: BTreeSet<ResourceId> = plans.iter().flat_map(|plan| plan.resources.iter().copied()).collect();
    let ids: Vec<ResourceId> = ids.into_iter().collect();
    let mut found = store::resource::by_ids(&app.store, &ids).await?;
    let studios: BTreeSet<StudioId> = found.iter().map(|one| one.studio).collect();
    let studios: Vec<StudioId> = studios.into_iter().collect();
    let studios = store::studio::by_ids(&app.store, &studios).await?;
    found.retain(|one| {
        studios.get(&one.studio).is_some_and(|studio| desk.standing(&app, studio).sees(one) != Sees::Nothing)
    });
    let views = view::views(&app, &desk, found).await?;
    let views: HashMap<ResourceId, ResourceView> = views.into_iter().map(|view| (view.id, view)).collect();
    let rows = plans.into_iter().map(|LessonPlan { id, title, created_at, resources, .. }| {
        let resources = resources.iter().filter_map(|id| views.get(id).cloned()).collect();
        LessonPlanView { id, title, created_at, resources }
    });
    Ok(axum::Json(Rows { rows: rows.collect() }))
}

#[utoipa::path(post, path = "/api/lesson-plans", tag = "library", request_body = LessonPlanForm,
    responses((status = 201, body = LessonPlanView), (status = 422, body = Refused)))]
pub(super) async fn new_plan(
    State(app): State<AppState>,
    me: SignedIn,
    Json(form): Json<LessonPlanForm>,
) -> Result<(StatusCode, axum::Json<LessonPlanView>), ApiError> {
    let made = lesson_plan::create(&app.store, me.profile.account.id, form.title, app.clock.now()).await?;
    let LessonPlan { id, title, created_at, .. } = made;
    Ok((StatusCode::CREATED, axum::Json(LessonPlanView { id, title, created_at, resources: Vec::new() })))
}

/// Puts a Resource that the one who asks may see into a plan of theirs.
#[utoipa::path(put, path = "/api/lesson-plans/{id}/resources/{resource}", tag = "library",
    params(("id" = String, Path), ("resource" = String, Path)),
    responses((status = 204), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn collect(
    State(app): State<AppState>,
    me: SignedIn,
    Id(plan): Id,
    Other(resource): Other,
) -> Result<StatusCode, ApiError> {
    let plan = LessonPlanId::parse(&plan).map_err(|_| ApiError::Missing(Noun::LessonPlan))?;
    let resource = <Resource as OfStudio>::load(&app, &resource).await?;
    let by = me.profile.account.id;
    let viewer = ViewerOf::of(&app, Some(me), resource).await?;
    lesson_plan::collect(&app.store, by, plan, viewer.resource.id, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/api/lesson-plans/{id}/resources/{resource}", tag = "library",
    params(("id" = String, Path), ("resource" = String, Path)),
    responses((status = 204), (status = 404, body = Refused)))]
pub(super) async fn put_back(
    State(app): State<AppState>,
    me: SignedIn,
    Id(plan): Id,
    Other(resource): Other,
) -> Result<StatusCode, ApiError> {
    let plan = LessonPlanId::parse(&plan).map_err(|_| ApiError::Missing(Noun::LessonPlan))?;
    let resource = ResourceId::parse(&resource).map_err(|_| ApiError::Missing(Noun::Resource))?;
    lesson_plan::put_back(&app.store, me.profile.account.id, plan, resource).await?;
    Ok(StatusCode::NO_CONTENT)
}
