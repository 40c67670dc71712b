//! Uploads of Resources that no Recording made: 微课, cases, courseware. Streamed to disk, looked at, and kept in the storage.

use super::desk::Desk;
use super::view;
use crate::archive::{Incoming, Movie, key_of, movie, take_back};
use crate::domain::attachment::{begins_like_one, sniff};
use crate::domain::resource::files::{DOCUMENT, VIDEO};
use crate::domain::resource::{Presenter, ResourceKind, Words};
use crate::domain::{ResourceId, SchoolStage, SeriesId, Studio};
use crate::http::auth::KeeperOf;
use crate::http::error::{ApiError, Refused};
use crate::http::shapes::ResourceView;
use crate::http::state::AppState;
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
/// Every kind of file that is taken tells itself by fewer bytes.
const LONGEST_HEAD: u64 = 16;

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

/// What the bytes of an upload say.
struct Looked {
    name: String,
    media_type: &'static str,
    movie: Option<Movie>,
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
            file = Some(take(incoming, field, left).await?);
        } else {
            told.hear(&name, field).await?;
        }
    }
    let mut file = file.ok_or_else(|| ApiError::field("file", "请选择一个文件。"))?;
    // Others may have come in meanwhile.
    if file.size() > left_of_quota(&app, &studio).await? {
        return Err(quota_used());
    }
    let looked = look(&mut file).await?;
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
    let key = key_of(id, &looked.name);
    let stored = app.library.storage.put_file(&key, file.path().await?).await?;
    let usual = if looked.movie.is_some() { ResourceKind::MicroLesson } else { ResourceKind::Courseware };
    let new = NewResource {
        id,
        studio: studio.id,
        kind: told.kind.unwrap_or(usual),
        words: new_words,
        activity: None,
        recording: None,
        duration_ms: looked.movie.map(|movie| movie.duration_ms),
        files: vec![NewFile {
            name: looked.name,
            media_type: looked.media_type.to_owned(),
            bytes: stored.bytes,
            sha256: stored.sha256,
        }],
        content: Content::default(),
        created_by: Some(author.id),
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
    let left = left_of_quota(app, studio).await?;
    if left == 0 || announced.min(LARGEST_VIDEO) > left {
        return Err(quota_used());
    }
    // It comes in on disk first, wherever it goes then.
    let wanted = announced.min(MOST_TAKEN as u64) * 2 + STAYS_FREE;
    if app.blobs.free_bytes().is_some_and(|free| free < wanted) {
        return Err(ApiError::NoRoom);
    }
    Ok(left)
}

async fn left_of_quota(app: &AppState, studio: &Studio) -> Result<u64, ApiError> {
    let used = store::resource::bytes_of_studio(&app.store, studio.id).await?;
    Ok(app.library.studio_quota.saturating_sub(used))
}

fn quota_used() -> ApiError {
    ApiError::conflict(
        "quota_used",
        "工作室的资源空间已经用完。请先撤回不再需要的资源并设置保存期限，或请管理员扩大空间。",
    )
}

/// Writes the field to disk piece by piece. Of one that is too large the rest is heard and forgotten.
async fn take(mut incoming: Incoming, mut field: Field<'_>, left: u64) -> Result<Incoming, ApiError> {
    let mut too_large = false;
    while let Some(piece) = field.chunk().await.map_err(torn)? {
        too_large |= incoming.size() + piece.len() as u64 > LARGEST_VIDEO.min(left);
        if !too_large {
            incoming.write(&piece).await?;
        }
    }
    match too_large {
        true if left < LARGEST_VIDEO => Err(quota_used()),
        true => Err(ApiError::ResourceTooLarge),
        false => Ok(incoming),
    }
}

async fn look(file: &mut Incoming) -> Result<Looked, ApiError> {
    let size = file.size();
    if let Some(movie) = movie(file.path().await?).await.map_err(ApiError::inside)? {
        if !movie.playable {
            return Err(ApiError::field(
                "file",
                "浏览器播放不了这种视频编码。请导出为 H.264 画面、AAC 声音的 MP4 后再上传。",
            ));
        }
        return Ok(Looked { name: VIDEO.to_owned(), media_type: "video/mp4", movie: Some(movie) });
    }
    // A video of another kind is told so, whatever its size.
    if !begins_like_one(&file.head(LONGEST_HEAD).await?) {
        return Err(ApiError::ResourceNotTaken);
    }
    if size > LARGEST_DOCUMENT {
        return Err(ApiError::ResourceTooLarge);
    }
    let found = sniff(&file.content().await?).ok_or(ApiError::ResourceNotTaken)?;
    Ok(Looked { name: format!("{DOCUMENT}{}", found.extension()), media_type: found.code(), movie: None })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Blobs;

    #[tokio::test]
    async fn a_large_file_of_no_kind_that_is_taken_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let looked = async |name: &str, head: &[u8]| {
            let mut incoming = blobs.begin(name).await.unwrap();
            incoming.write(head).await.unwrap();
            incoming.write(&vec![0; usize::try_from(LARGEST_DOCUMENT).unwrap()]).await.unwrap();
            look(&mut incoming).await.map(|_| ()).unwrap_err()
        };
        assert!(matches!(looked("avi", b"RIFF\0\0\0\0AVI LIST").await, ApiError::ResourceNotTaken));
        assert!(matches!(looked("pdf", b"%PDF-1.7").await, ApiError::ResourceTooLarge));
        assert!(matches!(looked("zip", b"PK\x03\x04").await, ApiError::ResourceTooLarge));
    }
}
