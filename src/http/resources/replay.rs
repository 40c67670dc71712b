//! Replay: everything its page needs, and what the page reports of watching.

use super::media::{DOWNLOAD, Pass, SUBTITLES, has_segments, main_file};
use super::{ViewerOf, view};
use crate::domain::resource::files::{MASTER, SPRITES, VIDEO};
use crate::domain::resource::{Part, Resource, Sees, cuts, seen};
use crate::http::auth::{BeforeCsrf, OfStudio};
use crate::http::body::{Id, Query};
use crate::http::error::{ApiError, Refused};
use crate::http::shapes::{
    PartView, RatingView, ReplayChapter, ReplayChatLine, ReplayQuery, ReplayView, ResourceAttachment, ViewAnswer,
    ViewForm,
};
use crate::http::state::AppState;
use crate::store;
use crate::store::replay::{Report, Seen};
use crate::store::resource::{File, file};
use axum::extract::State;
use bytes::Bytes;

const MOST_RELATED: u32 = 6;
/// One report of 15 s, with what was not sent while the line was away.
const LARGEST_REPORT: usize = 16 * 1024;
const LONGEST_VIEW: usize = 64;

/// The links, chapters, chat, and where the one who asks stopped.
#[utoipa::path(get, path = "/api/resources/{id}/replay", tag = "library", params(("id" = String, Path), ReplayQuery),
    responses((status = 200, body = ReplayView), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    viewer: ViewerOf,
    Query(asked): Query<ReplayQuery>,
) -> Result<axum::Json<ReplayView>, ApiError> {
    let keeps = viewer.sees == Sees::Everything;
    let one = viewer.resource.clone();
    let studio = store::studio::get(&app.store, one.studio).await?;
    let standing = viewer.desk.standing(&app, &studio);
    let whole = keeps && asked.whole == Some(true);
    let pass = Pass::of(&app, &one, standing);
    let pass = if whole { pass.whole() } else { pass };
    let shown = Shown { cut: if whole { &[] } else { &one.cut }, hidden: if whole { &[] } else { &one.hidden } };
    let found = async |name: &'static str| -> Result<Option<File>, ApiError> {
        let found = file(&app.store, one.id, name).await?;
        Ok(found.filter(|file| whole || !file.withheld))
    };
    let content = store::resource::content(&app.store, one.id).await?;
    let segments = has_segments(&app, one.id).await?;
    let main = main_file(&app, one.id).await?.filter(|file| whole || !file.withheld);
    let is_video = main.as_ref().is_some_and(|file| file.name == VIDEO);
    let mp4 = is_video && (!segments || one.downloadable || keeps);
    let document = main.as_ref().filter(|file| file.name != VIDEO);
    let downloads = main.is_some() && standing.may_download(&one);
    let person = viewer.me().map(|me| me.profile.account.id);
    let (watched, rated) = match person {
        Some(person) => (
            store::replay::of_person(&app.store, one.id, person).await?,
            store::comment::rating_of(&app.store, one.id, person).await?,
        ),
        None => (Seen::default(), None),
    };
    let attachments = store::resource::attachments(&app.store, one.id).await?.into_iter();
    let related = store::resource::related(&app.store, &viewer.desk.reader(), &one, MOST_RELATED).await?;
    let chat = if viewer.desk.is_signed_in() { content.chat } else { Vec::new() };
    Ok(axum::Json(ReplayView {
        hls_url: segments.then(|| pass.url(&app, MASTER)),
        mp4_url: mp4.then(|| pass.url(&app, VIDEO)),
        download_url: downloads.then(|| pass.url(&app, DOWNLOAD)),
        file_url: document.map(|file| pass.url(&app, &file.name)),
        file_type: document.map(|file| file.media_type.clone()),
        subtitles_url: (!content.subtitles.is_empty()).then(|| pass.url(&app, SUBTITLES)),
        sprites_url: found(SPRITES).await?.map(|_| pass.url(&app, SPRITES)),
        expires_at: pass.until(),
        duration_ms: if whole { one.duration_ms } else { one.shown_ms() },
        chapters: content
            .chapters
            .into_iter()
            .filter_map(|one| Some(ReplayChapter { ms: shown.at(one.ms)?, title: one.title }))
            .collect(),
        chat: chat
            .into_iter()
            .filter_map(|line| Some(ReplayChatLine { ms: shown.at(line.ms)?, name: line.name, text: line.text }))
            .collect(),
        resume_ms: watched.position_ms.and_then(|at| cuts::shown_at(at, shown.cut)),
        seen: shown.parts(&watched.parts),
        my_rating: rated.map(|rating| RatingView { stars: rating.stars, text: rating.text }),
        attachments: attachments
            .map(|file| ResourceAttachment {
                url: pass.url(&app, &format!("attachment/{}", file.id)),
                id: file.id,
                name: file.name,
                size: file.size,
            })
            .collect(),
        related: view::views(&app, &viewer.desk, related).await?,
        hidden: if keeps { one.hidden.iter().copied().map(PartView::from).collect() } else { Vec::new() },
        whole_ms: one.duration_ms.filter(|_| keeps),
        resource: view::view(&app, &viewer.desk, one.clone()).await?,
    }))
}

/// What is shown of a Resource, in times of the replay.
struct Shown<'a> {
    cut: &'a [Part],
    hidden: &'a [Part],
}

impl Shown<'_> {
    fn at(&self, ms: u64) -> Option<u64> {
        let hidden = self.hidden.iter().any(|one| one.holds(ms));
        cuts::shown_at(ms, self.cut).filter(|_| !hidden)
    }

    fn parts(&self, parts: &[Part]) -> Vec<PartView> {
        let shown = seen::united(parts.iter().filter_map(|one| cuts::shown(*one, self.cut)));
        shown.into_iter().map(PartView::from).collect()
    }
}

/// What was watched since the last report; every 15 s and when the page goes. `sendBeacon` may send it as text, with the CSRF token inside.
#[utoipa::path(post, path = "/api/resources/{id}/views", tag = "library", params(("id" = String, Path)),
    request_body(content = ViewForm, content_type = "application/json"),
    responses((status = 200, body = ViewAnswer), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn report(
    State(app): State<AppState>,
    asking: BeforeCsrf,
    Id(id): Id,
    body: Bytes,
) -> Result<axum::Json<ViewAnswer>, ApiError> {
    if body.len() > LARGEST_REPORT {
        return Err(ApiError::TooLarge);
    }
    let form: Result<ViewForm, _> = serde_json::from_slice(&body);
    let me = asking.with(form.as_ref().map_or("", |form| &form.csrf))?;
    let resource = <Resource as OfStudio>::load(&app, &id).await?;
    let viewer = ViewerOf::of(&app, me, resource).await?;
    let form = form.map_err(|error| ApiError::Malformed { detail: error.to_string() })?;
    let known_view = form.view.len() <= LONGEST_VIEW && !form.view.is_empty();
    if !known_view || form.intervals.len() > seen::MOST_PARTS {
        return Err(ApiError::field("intervals", "一次上报的片段太多，请分几次。"));
    }
    let one = &viewer.resource;
    // Visitors who did not sign in are nobody that could be counted once a day.
    let Some(me) = viewer.me() else { return Ok(axum::Json(ViewAnswer { seen: Vec::new(), watched_ms: 0 })) };
    let speed = if form.speed.is_finite() { form.speed.clamp(0.0, 16.0) } else { 1.0 };
    let report = Report {
        parts: form.intervals.into_iter().flat_map(|part| cuts::whole(part.into(), &one.cut)).collect(),
        position_ms: cuts::whole_at(form.position_ms, &one.cut).min(one.duration_ms.unwrap_or(u64::MAX)),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 16 000")]
        speed_permille: (speed * 1000.0) as u32,
        duration_ms: one.duration_ms,
    };
    let all = store::replay::report(&app.store, one.id, me.profile.account.id, report, app.clock.now()).await?;
    let shown = Shown { cut: &one.cut, hidden: &one.hidden };
    Ok(axum::Json(ViewAnswer { seen: shown.parts(&all.parts), watched_ms: seen::length(&all.parts) }))
}
