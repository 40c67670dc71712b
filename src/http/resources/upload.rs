//! Uploads of Resources that no Recording made: 微课, cases, courseware. Streamed to disk, looked at, and kept in the storage.

use super::desk::Desk;
use super::{refused, view};
use crate::archive::{key_of, take_back};
use crate::domain::resource::files::{DOCUMENT, VIDEO};
use crate::domain::resource::{Presenter, ResourceKind, Words};
use crate::domain::{ResourceId, ResourceRefusal, SchoolStage, SeriesId, Studio};
use crate::http::auth::KeeperOf;
use crate::http::error::{ApiError, Refused};
use crate::http::shapes::ResourceView;
use crate::http::state::AppState;
use crate::http::upload::{Looked, NotTaken, look, take};
use crate::store;
use crate::store::resource::{Content, NewFile, NewResource};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode, header};
use std::error::Error;
use tokio::sync::Semaphore;

/// An hour at 4 Mbit/s.
pub(super) const LARGEST_VIDEO: u64 = 2 * 1024 * 1024 * 1024;
/// A presentation with pictures; it is looked into, so it fits into memory.
pub(super) const LARGEST_DOCUMENT: u64 = 50 * 1024 * 1024;
/// What is heard of one that is too large, so that a browser hears the refusal.
pub(in crate::http) const MOST_TAKEN: usize = 2200 * 1024 * 1024;
/// Uploads at once: each may hold one document in memory while it is looked at.
const AT_ONCE: usize = 4;
/// What stays free for the database and for what is being recorded.
const STAYS_FREE: u64 = 1024 * 1024 * 1024;
const LONGEST_FIELD: usize = 8 * 1024;

/// Places for uploads.
pub(in crate::http) struct ResourceUploads(Semaphore);

impl Default for ResourceUploads {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only tells the OpenAPI document what the form has")]
pub(super) struct ResourceUploadForm {
    title: String,
    kind: Option<ResourceKind>,
    summary: Option<String>,
    subject: Option<String>,
    stage: Option<SchoolStage>,
    series: Option<String>,
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

#[derive(Default)]
struct Told {
    title: String,
    kind: Option<ResourceKind>,
    summary: String,
    subject: Option<String>,
    stage: Option<SchoolStage>,
    series: Option<SeriesId>,
}

/// A draft of one file: an MP4 up to 2 GB, or a PDF, Word, PowerPoint or picture up to 50 MB, by its bytes.
#[utoipa::path(post, path = "/api/studios/{id}/resources", tag = "library", params(("id" = String, Path)),
    request_body(content = ResourceUploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = ResourceView), (status = 403, body = Refused),
    (status = 409, description = "The Studio's quota is used up", body = Refused), (status = 413, body = Refused),
    (status = 415, description = "No kind of file that is taken", body = Refused), (status = 422, body = Refused),
    (status = 507, description = "The disk is full", body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<(StatusCode, axum::Json<ResourceView>), ApiError> {
    let KeeperOf { me, noun: studio } = keeper;
    let _place = app.resource_uploads.0.try_acquire().map_err(|_| ApiError::Busy)?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let left = has_room(&app, &studio, announced.unwrap_or(0)).await?;
    let id: ResourceId = store::random_id()?;
    let (mut told, mut file) = (Told::default(), None);
    while let Some(field) = form.next_field().await.map_err(torn)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" && file.is_none() {
            let incoming = app.blobs.begin(&id.to_string()).await?;
            let taken = take(incoming, field, LARGEST_VIDEO.min(left)).await;
            file = Some(taken.map_err(|not_taken| why(not_taken, left))?);
        } else {
            told.hear(&name, field).await?;
        }
    }
    let mut file = file.ok_or_else(|| ApiError::field("file", "请选择一个文件。"))?;
    let (name, media_type, movie) = match look(&mut file, LARGEST_DOCUMENT).await? {
        Looked::Movie(movie) => (VIDEO.to_owned(), "video/mp4", Some(movie)),
        Looked::Document(found) => (format!("{DOCUMENT}{}", found.extension()), found.code(), None),
        Looked::TooLarge => return Err(ApiError::ResourceTooLarge),
        Looked::Nothing => return Err(ApiError::ResourceNotTaken),
    };
    let author = &me.profile.account;
    let new_words = Words {
        title: told.title,
        summary: told.summary,
        subject: told.subject,
        stage: told.stage,
        series: told.series,
        presenters: vec![Presenter { account: Some(author.id), name: author.name.clone() }],
    };
    new_words.check()?;
    if let Some(series) = told.series {
        let known = store::series::by_ids(&app.store, &[series]).await?;
        if known.get(&series).is_none_or(|series| series.studio != studio.id) {
            return Err(ApiError::field("series", "请选择本工作室的系列。"));
        }
    }
    let key = key_of(id, &name);
    let stored = app.library.storage.put_file(&key, file.path().await?).await?;
    let usual = if movie.is_some() { ResourceKind::MicroLesson } else { ResourceKind::Courseware };
    let new = NewResource {
        id,
        studio: studio.id,
        kind: told.kind.unwrap_or(usual),
        words: new_words,
        activity: None,
        recording: None,
        duration_ms: movie.map(|movie| movie.duration_ms),
        files: vec![NewFile { name, media_type: media_type.to_owned(), bytes: stored.bytes, sha256: stored.sha256 }],
        content: Content::default(),
        created_by: Some(author.id),
        quota: Some(app.library.studio_quota),
    };
    let made = match store::resource::create(&app.store, new, app.clock.now()).await {
        Ok(made) => made,
        Err(error) => match take_back(&app.store, &app.library.storage, id, &key).await {
            Ok(Some(made)) => made,
            Ok(None) => return Err(error.into()),
            Err(unknown) => {
                tracing::warn!(resource = %id, key, error = &unknown as &dyn Error, "may lie in the storage for nothing");
                return Err(error.into());
            }
        },
    };
    tracing::info!(resource = %id, studio = %studio.id, bytes = stored.bytes, "uploaded");
    let desk = Desk::of(&app, Some(me)).await?;
    Ok((StatusCode::CREATED, axum::Json(view::view(&app, &desk, made).await?)))
}

/// How much the Studio may still have; refuses when the disk or the quota has no room for what is announced.
async fn has_room(app: &AppState, studio: &Studio, announced: u64) -> Result<u64, ApiError> {
    let used = store::resource::bytes_of_studio(&app.store, studio.id).await?;
    let left = app.library.studio_quota.saturating_sub(used);
    if left == 0 || announced.min(LARGEST_VIDEO) > left {
        return Err(refused(ResourceRefusal::QuotaUsed));
    }
    // It comes in on disk first, wherever it goes then.
    let wanted = announced.min(MOST_TAKEN as u64) * 2 + STAYS_FREE;
    if app.blobs.free_bytes().is_some_and(|free| free < wanted) {
        return Err(ApiError::NoRoom);
    }
    Ok(left)
}

fn why(not_taken: NotTaken, left: u64) -> ApiError {
    match not_taken {
        NotTaken::TooLarge if left < LARGEST_VIDEO => refused(ResourceRefusal::QuotaUsed),
        NotTaken::TooLarge => ApiError::ResourceTooLarge,
        NotTaken::NotWritten(error) => error.into(),
        NotTaken::Torn(error) => torn(error),
    }
}

impl Told {
    async fn hear(&mut self, name: &str, mut field: Field<'_>) -> Result<(), ApiError> {
        let mut bytes = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(torn)? {
            if bytes.len() + piece.len() > LONGEST_FIELD {
                return Err(ApiError::TooLarge);
            }
            bytes.extend_from_slice(&piece);
        }
        let text = String::from_utf8(bytes).map_err(|error| ApiError::Malformed { detail: error.to_string() })?;
        let unknown = || ApiError::field(name, "请从列表中选择。");
        let given = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match (name, given) {
            ("title", _) => self.title = text,
            ("summary", _) => self.summary = text,
            ("subject", given) => self.subject = given,
            ("kind", Some(code)) => self.kind = Some(ResourceKind::from_code(&code).ok_or_else(unknown)?),
            ("stage", Some(code)) => self.stage = Some(SchoolStage::from_code(&code).ok_or_else(unknown)?),
            ("series", Some(id)) => self.series = Some(SeriesId::parse(&id).map_err(|_| unknown())?),
            _ => {}
        }
        Ok(())
    }
}

fn torn(error: MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::ResourceTooLarge;
    }
    ApiError::Malformed { detail: error.body_text() }
}
