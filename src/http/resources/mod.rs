//! Resources: what Studios publish, from a draft to its replay, and the library in which everybody finds it.

mod cut;
mod desk;
mod media;
mod mine;
mod replay;
mod said;
mod steps;
mod upload;
mod view;

pub(super) use upload::{MOST_TAKEN, ResourceUploads};

use super::auth::{KeeperOf, OfStudio, SignedIn, Visitor};
use super::body::{Id, Json, Query};
use super::error::{ApiError, Need, Refused};
use super::shapes::{
    CourseView, Named, PageOf, RecordingSearch, RecordingView, ResourceChange, ResourceHit, ResourceSearch,
    ResourceView, Rows, StudioResourceSearch, StudioStorage,
};
use super::state::AppState;
use crate::domain::recording::{Checks, RecordingState};
use crate::domain::resource::{Presenter, Resource, ResourceState, Sees, Words};
use crate::domain::{Day, ResourceId, ResourceRefusal, SeriesId, Studio, StudioId};
use crate::store::resource::{Change, Filter};
use crate::store::{self, Noun, Page};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use desk::Desk;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Four on one theme are a course (同一主题).
const COURSE_FROM: usize = 4;
/// What finishing left in its trace names folders of the server, and is for its admins.
const NOT_FINISHED: &str = "整理录制的程序没有做完，原因已经记下，请联系管理员。";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read, change))
        .routes(routes!(of_studio))
        .routes(routes!(storage))
        .routes(routes!(series))
        .routes(routes!(recordings))
        .routes(routes!(steps::taken))
        .routes(routes!(steps::submit))
        .routes(routes!(steps::publish))
        .routes(routes!(steps::give_back))
        .routes(routes!(steps::withdraw))
        .routes(routes!(steps::nominate))
        .routes(routes!(steps::select))
        .routes(routes!(steps::hold))
        .routes(routes!(said::attach))
        .routes(routes!(said::detach))
        .routes(routes!(said::comments, said::comment))
        .routes(routes!(said::delete_comment))
        .routes(routes!(said::rate))
        .routes(routes!(said::plans, said::new_plan))
        .routes(routes!(said::collect, said::put_back))
        .routes(routes!(mine::replays))
        .routes(routes!(mine::order))
        .routes(routes!(replay::read))
        .routes(routes!(replay::report))
        .routes(routes!(media::read))
}

/// What takes a small file.
pub(super) fn small_uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(said::put_subtitles))
}

/// What takes a video.
pub(super) fn large_uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(upload::create))
}

/// Whoever sees the Resource of the path.
pub(super) struct ViewerOf {
    desk: Desk,
    resource: Resource,
    sees: Sees,
}

impl FromRequestParts<AppState> for ViewerOf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let Visitor(me) = Visitor::from_request_parts(parts, app).await?;
        let id = super::body::path_parameter(parts, app, "id").await?;
        let resource = <Resource as OfStudio>::load(app, &id).await?;
        Self::of(app, me, resource).await
    }
}

impl ViewerOf {
    async fn of(app: &AppState, me: Option<SignedIn>, resource: Resource) -> Result<Self, ApiError> {
        let signed_in = me.is_some();
        let desk = Desk::of(app, me).await?;
        let studio = store::studio::get(&app.store, resource.studio).await?;
        let sees = desk.standing(app, &studio).sees(&resource);
        match sees {
            Sees::Nothing if signed_in => Err(ApiError::Forbidden(Need::SeesResource)),
            Sees::Nothing => Err(ApiError::SignInFirst),
            sees => Ok(Self { desk, resource, sees }),
        }
    }

    fn me(&self) -> Option<&SignedIn> {
        self.desk.me.as_ref()
    }

    fn signed_in(&self) -> Result<&SignedIn, ApiError> {
        self.me().ok_or(ApiError::SignInFirst)
    }
}

impl OfStudio for Resource {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = ResourceId::parse(id).map_err(|_| ApiError::Missing(Noun::Resource))?;
        Ok(store::resource::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }

    /// Of the assessed year that it was nominated in.
    fn day(&self) -> Option<Day> {
        self.nominated_at.map(|at| at.day())
    }
}

/// The library: what is published and the one who asks may see, found by words, best first.
#[utoipa::path(get, path = "/api/resources", tag = "library", params(ResourceSearch),
    responses((status = 200, body = PageOf<ResourceHit>)))]
pub(super) async fn list(
    State(app): State<AppState>,
    Visitor(me): Visitor,
    Query(asked): Query<ResourceSearch>,
) -> Result<axum::Json<PageOf<ResourceHit>>, ApiError> {
    let desk = Desk::of(&app, me).await?;
    let ResourceSearch { search, studio, subject, stage, kind, selection, series, page, size } = asked;
    let filter = Filter { search: search.unwrap_or_default(), studio, subject, stage, kind, selection, series };
    let usual = Page::default();
    let page = Page::new(page.unwrap_or(usual.number), size.unwrap_or(usual.size));
    let found = store::resource::search(&app.store, &desk.reader(), &filter, page).await?;
    let (resources, hits): (Vec<_>, Vec<_>) = found.rows.into_iter().map(|one| (one.resource, one.hit)).unzip();
    let views = view::views(&app, &desk, resources).await?;
    let rows = views.into_iter().zip(hits).map(|(resource, hit)| {
        let hit_ms = hit.as_ref().map(|hit| hit.ms);
        ResourceHit { resource, hit: hit.map(|hit| hit.text), hit_ms }
    });
    let (number, size) = (found.page.number, found.page.size);
    Ok(axum::Json(PageOf { rows: rows.collect(), total: found.total, page: number, size }))
}

#[utoipa::path(get, path = "/api/resources/{id}", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = ResourceView), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(State(app): State<AppState>, viewer: ViewerOf) -> Result<axum::Json<ResourceView>, ApiError> {
    Ok(axum::Json(view::view(&app, &viewer.desk, viewer.resource).await?))
}

/// What a Studio has: all of it for those who keep it, what is published for those who see that.
#[utoipa::path(get, path = "/api/studios/{id}/resources", tag = "library", params(("id" = String, Path), StudioResourceSearch),
    responses((status = 200, body = Rows<ResourceView>), (status = 404, body = Refused)))]
pub(super) async fn of_studio(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Query(asked): Query<StudioResourceSearch>,
) -> Result<axum::Json<Rows<ResourceView>>, ApiError> {
    let studio = <Studio as OfStudio>::load(&app, &id).await?;
    let desk = Desk::of(&app, Some(me)).await?;
    let standing = desk.standing(&app, &studio);
    let mut found = store::resource::of_studio(&app.store, studio.id, asked.activity).await?;
    found.retain(|one| standing.sees(one) != Sees::Nothing);
    Ok(axum::Json(Rows { rows: view::views(&app, &desk, found).await? }))
}

/// How much a Studio has in the library, and may have.
#[utoipa::path(get, path = "/api/studios/{id}/storage", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = StudioStorage), (status = 403, body = Refused)))]
pub(super) async fn storage(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
) -> Result<axum::Json<StudioStorage>, ApiError> {
    let used = store::resource::bytes_of_studio(&app.store, keeper.noun.id).await?;
    Ok(axum::Json(StudioStorage { used, quota: app.library.studio_quota }))
}

/// A Series as a course: what is published of it, in the order of its Activities.
#[utoipa::path(get, path = "/api/library/series/{id}", tag = "library", params(("id" = String, Path)),
    responses((status = 200, body = CourseView), (status = 404, body = Refused)))]
pub(super) async fn series(
    State(app): State<AppState>,
    Visitor(me): Visitor,
    Id(id): Id,
) -> Result<axum::Json<CourseView>, ApiError> {
    let id = SeriesId::parse(&id).map_err(|_| ApiError::Missing(Noun::Series))?;
    let series = store::series::by_ids(&app.store, &[id]).await?.remove(&id).ok_or(ApiError::Missing(Noun::Series))?;
    let studio = store::studio::get(&app.store, series.studio).await?;
    let desk = Desk::of(&app, me).await?;
    let standing = desk.standing(&app, &studio);
    let mut found = store::resource::of_series(&app.store, id).await?;
    found.retain(|one| one.state == ResourceState::Published);
    found.retain(|one| standing.sees(one) != Sees::Nothing);
    if found.is_empty() && !desk.is_signed_in() {
        return Err(ApiError::Missing(Noun::Series));
    }
    Ok(axum::Json(CourseView {
        id,
        title: series.title,
        theme: series.theme,
        studio: Named::new(studio.id, studio.name),
        course: found.len() >= COURSE_FROM,
        resources: view::views(&app, &desk, found).await?,
    }))
}

/// How far the Recordings of an Activity are, for those who are in its Studio.
#[utoipa::path(get, path = "/api/recordings", tag = "library", params(RecordingSearch),
    responses((status = 200, body = Rows<RecordingView>), (status = 403, body = Refused)))]
pub(super) async fn recordings(
    State(app): State<AppState>,
    me: SignedIn,
    Query(asked): Query<RecordingSearch>,
) -> Result<axum::Json<Rows<RecordingView>>, ApiError> {
    let activity = store::activity::get(&app.store, asked.activity).await?;
    me.must_be_in(&app, activity.studio).await?;
    // Where the system does not say, the disk itself will.
    let free = app.blobs.free_bytes().unwrap_or(u64::MAX);
    let mut rows = Vec::new();
    for one in store::recording::of_activity(&app.store, asked.activity).await? {
        let resource = match store::resource::of_recording(&app.store, one.id).await? {
            Some(id) => Some(store::resource::get(&app.store, id).await?),
            None => None,
        };
        rows.push(RecordingView {
            capture_until: one.capture_until(app.library.captures_kept, resource.as_ref()),
            capture_gone_at: one.capture_gone_at,
            waits_for_room: one.state == RecordingState::Closed && one.wants_free(0) > free,
            checked: one.checks.is_some(),
            doubts: one.checks.as_ref().map(Checks::doubts).unwrap_or_default(),
            lost_ms: one.checks.as_ref().map_or(0, |checks| checks.lost_ms),
            id: one.id,
            state: one.state,
            step: one.step,
            permille: one.permille.into(),
            started_at: one.started_at,
            ended_at: one.ended_at,
            bytes: one.bytes,
            failure: one.failure.map(|trace| if me.is_admin() { trace } else { NOT_FINISHED.to_owned() }),
            resource: resource.map(|resource| resource.id),
        });
    }
    Ok(axum::Json(Rows { rows }))
}

/// Changes what is said of it, for whom it is, and, before it is published, what of it is hidden.
#[utoipa::path(patch, path = "/api/resources/{id}", tag = "library", params(("id" = String, Path)),
    request_body = ResourceChange, responses((status = 200, body = ResourceView), (status = 403, body = Refused),
    (status = 409, description = "Not in this state", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    keeper: KeeperOf<Resource>,
    Json(form): Json<ResourceChange>,
) -> Result<axum::Json<ResourceView>, ApiError> {
    let KeeperOf { me, noun: one } = keeper;
    let studio = store::studio::get(&app.store, one.studio).await?;
    let desk = Desk::of(&app, Some(me)).await?;
    let standing = desk.standing(&app, &studio);
    if !standing.may_edit(&one) {
        return Err(refused(ResourceRefusal::Emptied));
    }
    if let Some(Some(day)) = form.keep_until
        && day < app.clock.now().day()
    {
        return Err(ApiError::field("keep_until", "保存期限不能早于今天。"));
    }
    let hiding = match cut::asked(&one, &form)? {
        Some(hidden) => Some(cut::hiding(&app, &one, hidden).await?),
        None => None,
    };
    let words = words(&app, &one, &form).await?;
    let ResourceChange { visibility, downloadable, keep_until, .. } = form;
    let changed = Change { words, visibility, widest: standing.widest(), downloadable, keep_until, hiding };
    let changed = store::resource::change(&app.store, one.id, changed).await?;
    tracing::info!(resource = %one.id, "changed");
    Ok(axum::Json(view::view(&app, &desk, changed).await?))
}

/// What is said of it after the change; none when nothing of that changes.
async fn words(app: &AppState, one: &Resource, form: &ResourceChange) -> Result<Option<Words>, ApiError> {
    let ResourceChange { title, summary, subject, stage, series, presenters, .. } = form.clone();
    let any = title.is_some() || summary.is_some() || subject.is_some() || stage.is_some();
    if !any && series.is_none() && presenters.is_none() {
        return Ok(None);
    }
    if let Some(Some(series)) = series {
        let known = store::series::by_ids(&app.store, &[series]).await?;
        if known.get(&series).is_none_or(|series| series.studio != one.studio) {
            return Err(ApiError::field("series", "请选择本工作室的系列。"));
        }
    }
    let presenters = presenters
        .map(|people| people.into_iter().map(|person| Presenter { account: person.id, name: person.name }).collect());
    Ok(Some(Words {
        title: title.unwrap_or_else(|| one.title.clone()),
        summary: summary.unwrap_or_else(|| one.summary.clone()),
        subject: subject.unwrap_or_else(|| one.subject.clone()),
        stage: stage.unwrap_or(one.stage),
        series: series.unwrap_or(one.series),
        presenters: presenters.unwrap_or_else(|| one.presenters.clone()),
    }))
}

fn refused(refusal: ResourceRefusal) -> ApiError {
    store::StoreError::from(refusal).into()
}
