//! Attachments: uploads that prove something, and reading them again.

use super::applications::desk::{Case, Desk, cases};
use super::auth::SignedIn;
use super::body::Id;
use super::disposition::FileName;
use super::error::{ApiError, Need, Refused};
use super::range::answer;
use super::shapes::AttachmentView;
use super::state::AppState;
use super::upload::{Looked, NotTaken, look, take};
use crate::archive::BlobError;
use crate::domain::attachment::{LARGEST_DOCUMENT, LARGEST_VIDEO, MediaType, shown_name};
use crate::domain::presence::hex;
use crate::domain::{Attachment, AttachmentId};
use crate::store::attachment::NewAttachment;
use crate::store::{self, Noun};
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use tokio::sync::Semaphore;

/// Uploads at once: each holds a file open for as long as a weak line takes.
const AT_ONCE: usize = 16;
/// Bytes taken in before the connection is cut: a browser hears the refusal of a file that is too large only when it was
/// let to send it.
pub(super) const MOST_TAKEN: usize = 240 * 1024 * 1024;

/// Places for uploads.
pub(super) struct Uploads(Semaphore);

impl Default for Uploads {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only tells the OpenAPI document what the form has")]
pub(super) struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Keeps the field `file`: JPEG, PNG, WebP, PDF, docx, xlsx or pptx up to 10 MB, or an MP4 up to 200 MB, by its bytes.
#[utoipa::path(post, path = "/api/attachments", tag = "cases",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = AttachmentView), (status = 401, body = Refused),
    (status = 409, description = "Too many in one day", body = Refused),
    (status = 413, description = "More than 10 MB, of a video more than 200 MB", body = Refused),
    (status = 415, description = "No kind of file that is taken", body = Refused),
    (status = 507, description = "The disk is full", body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    me: SignedIn,
    mut form: Multipart,
) -> Result<(StatusCode, axum::Json<AttachmentView>), ApiError> {
    let author = me.profile.account.id;
    let _place = app.uploads.0.try_acquire().map_err(|_| ApiError::Busy)?;
    store::attachment::may_create(&app.store, author, app.clock.now()).await?;
    while let Some(field) = form.next_field().await.map_err(torn)? {
        if field.name() != Some("file") {
            continue;
        }
        let given = field.file_name().unwrap_or_default().to_owned();
        let incoming_name = store::random_id::<AttachmentId>()?.to_string();
        let incoming = app.blobs.begin(&incoming_name).await?;
        let mut incoming = take(incoming, field, LARGEST_VIDEO).await.map_err(|not_taken| match not_taken {
            NotTaken::TooLarge => ApiError::FileTooLarge,
            NotTaken::NotWritten(error) => error.into(),
            NotTaken::Torn(error) => torn(error),
        })?;
        let media_type = match look(&mut incoming, LARGEST_DOCUMENT).await? {
            Looked::Movie(_) => MediaType::Mp4,
            Looked::Document(found) => found,
            Looked::TooLarge => return Err(ApiError::FileTooLarge),
            Looked::Nothing => return Err(ApiError::FileNotTaken),
        };
        let _staying = app.blobs.staying().await;
        let kept = incoming.keep().await?;
        let new = NewAttachment {
            digest: kept.digest,
            name: shown_name(&given, media_type),
            media_type,
            size: kept.size,
            author,
        };
        let made = store::attachment::create(&app.store, new, app.clock.now()).await?;
        return Ok((StatusCode::CREATED, axum::Json(view(made))));
    }
    Err(ApiError::field("file", "请选择一个文件。"))
}

/// The file itself, for its author, the keepers of the Studio that it was shown to, and their office.
#[utoipa::path(get, path = "/api/attachments/{id}", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, description = "Its bytes", content_type = "application/octet-stream"),
    (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let id = AttachmentId::parse(&id).map_err(|_| ApiError::Missing(Noun::Attachment))?;
    let attachment = store::attachment::get(&app.store, id).await?;
    if !may_read(&app, &me, &attachment).await? {
        return Err(ApiError::Forbidden(Need::Attachment));
    }
    let mut response = match attachment.media_type {
        MediaType::Mp4 => part(&app, &attachment, &headers).await?,
        _ => Response::new(Body::from(app.blobs.read(&attachment.digest).await?)),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(attachment.media_type.code()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400, immutable"));
    // Opened by itself it is a document of this site: nothing in it may run. A browser's own player is its style and the file again.
    let may = match attachment.media_type {
        MediaType::Mp4 => "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin",
        _ => "default-src 'none'; sandbox",
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(may));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&attachment));
    Ok(response)
}

/// Of a video, what the browser asks for.
async fn part(app: &AppState, of: &Attachment, headers: &HeaderMap) -> Result<Response<Body>, ApiError> {
    let etag = format!("\"{}\"", hex(&of.digest));
    let (mut response, range) = answer(headers, (&etag, of.media_type.code()), of.size)?;
    if let Some(range) = range {
        *response.body_mut() = Body::from_stream(app.blobs.part(&of.digest, range).await?);
    }
    Ok(response)
}

pub(super) fn view(attachment: Attachment) -> AttachmentView {
    AttachmentView {
        id: attachment.id,
        name: attachment.name,
        media_type: attachment.media_type.code().to_owned(),
        size: attachment.size,
        image: attachment.media_type.is_image(),
    }
}

/// These files, in the order in which they are named.
pub(super) async fn views(app: &AppState, ids: &[AttachmentId]) -> Result<Vec<AttachmentView>, ApiError> {
    let found = store::attachment::by_ids(&app.store, ids).await?;
    Ok(ids.iter().filter_map(|id| found.get(id)).cloned().map(view).collect())
}

async fn may_read(app: &AppState, me: &SignedIn, attachment: &Attachment) -> Result<bool, ApiError> {
    if attachment.author == me.profile.account.id || me.is_admin() {
        return Ok(true);
    }
    for studio in store::transfer::studios_of_attachment(&app.store, attachment.id).await? {
        let studio = store::studio::get(&app.store, studio).await?;
        if me.keeps(app, &studio).await? {
            return Ok(true);
        }
    }
    if may_review_with(app, me, attachment).await? {
        return Ok(true);
    }
    if may_answer_with(app, me, attachment).await? {
        return Ok(true);
    }
    for studio in store::attachment::studios(&app.store, attachment.id).await? {
        let studio = store::studio::get(&app.store, studio).await?;
        if me.keeps(app, &studio).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Does it lie beside an Application that this person may read?
async fn may_review_with(app: &AppState, me: &SignedIn, attachment: &Attachment) -> Result<bool, ApiError> {
    let beside = store::application::of_attachment(&app.store, attachment.id).await?;
    if beside.is_empty() {
        return Ok(false);
    }
    let desk = Desk::of(app, me).await?;
    let (cases, studios) = cases(app, &desk.tree, beside).await?;
    // What lay beside a draft only is nobody else's concern.
    let told = |case: &&Case| case.application.tells_of(attachment.id);
    Ok(cases.iter().filter(told).any(|case| desk.may_read(case, &studios)))
}

/// Does it go with an objection that this person's office answers? The applicant does not read it.
async fn may_answer_with(app: &AppState, me: &SignedIn, attachment: &Attachment) -> Result<bool, ApiError> {
    let about = store::application::objected_with(&app.store, attachment.id).await?;
    if about.is_empty() {
        return Ok(false);
    }
    let desk = Desk::of(app, me).await?;
    let (cases, studios) = cases(app, &desk.tree, about).await?;
    Ok(cases.iter().any(|case| desk.settles(case, &studios)))
}

/// Pictures and videos are shown, everything else is kept.
fn disposition(attachment: &Attachment) -> HeaderValue {
    let (name, ending) = attachment.name.rsplit_once('.').unwrap_or((&attachment.name, ""));
    let name = FileName { plain: "attachment", name, ending };
    let shown = attachment.media_type.is_image() || attachment.media_type == MediaType::Mp4;
    if shown { name.inline() } else { name.attachment() }
}

fn torn(error: MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::FileTooLarge;
    }
    ApiError::Malformed { detail: error.body_text() }
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::NoRoom => Self::NoRoom,
            inside => Self::inside(inside),
        }
    }
}
