//! Media: the files of Resources, by links that are signed and end. The pass stands in the path, so that the relative addresses of a
//! playlist keep it.

use crate::archive::{StorageError, key_of};
use crate::domain::attachment::MediaType;
use crate::domain::presence::hex;
use crate::domain::resource::files::{DOCUMENT, FRAMES, MASTER, VIDEO};
use crate::domain::resource::subtitles::{Cue, webvtt};
use crate::domain::resource::{Resource, ResourceState, Sees, Standing, Visibility, cuts, playlist};
use crate::domain::{AttachmentId, ResourceId, Time};
use crate::http::disposition::FileName;
use crate::http::error::{ApiError, Refused};
use crate::http::range::{answer, put};
use crate::http::seal::Seal;
use crate::http::state::AppState;
use crate::store::resource::File;
use crate::store::{self, Noun};
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, header};
use bytes::Bytes;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const SEAL: Seal = Seal { prefix: "lcm1", purpose: "media" };
/// Links end at full six hours, six to twelve hours from now: within that time a page gives the same ones, and browsers keep the files.
const ROUND: i64 = 6 * 3600;
/// A pass is some 150 characters; longer ones are not looked at.
const LONGEST_PASS: usize = 512;
const LONGEST_NAME: usize = 200;
pub(super) const SUBTITLES: &str = "subtitles.vtt";
pub(super) const DOWNLOAD: &str = "download";

/// What a link lets its bearer fetch, and until when.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Pass {
    #[serde(rename = "r")]
    resource: ResourceId,
    /// In seconds since 1970.
    #[serde(rename = "u")]
    until: i64,
    /// Of a keeper: also before it is published.
    #[serde(rename = "k")]
    keeper: bool,
    /// Hidden parts, too.
    #[serde(rename = "w")]
    whole: bool,
    /// For whom the Resource was when this was given: for fewer now, it ends.
    #[serde(rename = "v")]
    visibility: Visibility,
}

impl Pass {
    pub(super) fn of(app: &AppState, one: &Resource, standing: Standing) -> Self {
        let now = app.clock.now().micros().div_euclid(1_000_000);
        let until = (now.div_euclid(ROUND) + 2) * ROUND;
        let keeper = standing.sees(one) == Sees::Everything;
        Self { resource: one.id, until, keeper, whole: false, visibility: one.visibility }
    }

    /// Of a keeper who looks at all of it.
    pub(super) fn whole(self) -> Self {
        Self { whole: self.keeper, ..self }
    }

    pub(super) fn until(self) -> Time {
        Time::from_seconds(self.until)
    }

    pub(super) fn url(self, app: &AppState, name: &str) -> String {
        format!("/media/{}/{}/{name}", SEAL.seal(&self, &app.key), self.resource)
    }
}

/// The pass and the name in the path, and the Resource that both are about.
pub(super) struct Bearer {
    pass: Pass,
    resource: Resource,
    name: String,
}

impl FromRequestParts<AppState> for Bearer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<(String, String, String)>::from_request_parts(parts, app).await;
        let axum::extract::Path((pass, id, name)) = read.map_err(|_| ApiError::NoSuchRoute)?;
        let pass: Option<Pass> =
            Some(pass).filter(|pass| pass.len() <= LONGEST_PASS).and_then(|p| SEAL.open(&p, &app.key));
        let pass = pass.filter(|pass| pass.resource.as_str() == id).ok_or(ApiError::LinkForged)?;
        if app.clock.now() >= pass.until() {
            return Err(ApiError::LinkExpired);
        }
        // Names are looked up as they are: there are no folders to climb out of.
        if name.len() > LONGEST_NAME {
            return Err(ApiError::NoSuchRoute);
        }
        let resource = store::resource::get(&app.store, pass.resource).await?;
        let shown = resource.state == ResourceState::Published && resource.visibility >= pass.visibility;
        if !pass.keeper && !shown {
            return Err(ApiError::Missing(Noun::Resource));
        }
        Ok(Self { pass, resource, name })
    }
}

/// A file of a Resource. Whole, or the range that is asked for.
#[utoipa::path(get, path = "/media/{token}/{id}/{*path}", tag = "library",
    params(("token" = String, Path), ("id" = String, Path), ("path" = String, Path)),
    responses((status = 200, description = "Its bytes", content_type = "application/octet-stream"),
    (status = 206, description = "The range"), (status = 304, description = "As it is known"),
    (status = 403, description = "Nobody gave this link out", body = Refused), (status = 404, body = Refused),
    (status = 410, description = "The link has ended", body = Refused),
    (status = 416, description = "No byte of the range exists", body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    bearer: Bearer,
    headers: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let Bearer { pass, resource: one, name } = bearer;
    let sent =
        Sending { seconds: pass.until - app.clock.now().micros().div_euclid(1_000_000), one: &one, headers: &headers };
    if name == SUBTITLES {
        let cut: &[_] = if pass.whole { &[] } else { &one.cut };
        let hidden: &[_] = if pass.whole { &[] } else { &one.hidden };
        let cues = store::resource::content(&app.store, one.id).await?.subtitles.into_iter();
        let cues = cues.filter(|cue| !cue.part.touches_any(hidden));
        let cues = cues.filter_map(|cue| Some(Cue { part: cuts::shown(cue.part, cut)?, ..cue }));
        return sent.text(webvtt(cues), "text/vtt; charset=utf-8");
    }
    if let Some(id) = name.strip_prefix("attachment/") {
        return attachment(&app, &sent, id).await;
    }
    let download = name == DOWNLOAD;
    let file = if download {
        main_file(&app, one.id).await?
    } else {
        store::resource::file(&app.store, one.id, &name).await?
    };
    let file = file.filter(|_| !one.emptied).ok_or(ApiError::Missing(Noun::Resource))?;
    let for_keepers = file.withheld || file.name.starts_with(FRAMES);
    if for_keepers && !pass.whole && !(pass.keeper && file.name.starts_with(FRAMES)) {
        return Err(ApiError::Missing(Noun::Resource));
    }
    if (download || (file.name == VIDEO && has_segments(&app, one.id).await?)) && !one.downloadable && !pass.keeper {
        return Err(ApiError::Missing(Noun::Resource));
    }
    if file.name.ends_with(".m3u8") && !one.is_whole() && !pass.whole {
        return media_playlist(&app, &sent, &file).await;
    }
    let mut response = sent.file(&app, &file).await?;
    let (_, ending) = file.name.rsplit_once('.').unwrap_or((&file.name, "bin"));
    let shown = FileName { plain: "resource", name: &one.title, ending };
    // Documents of offices are opened by programs, everything else by the page.
    let kept = download || ["docx", "pptx", "xlsx"].contains(&ending);
    if kept {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, shown.attachment());
    }
    Ok(response)
}

/// The file that it is all about.
pub(super) async fn main_file(app: &AppState, id: ResourceId) -> Result<Option<File>, ApiError> {
    if let Some(video) = store::resource::file(&app.store, id, VIDEO).await? {
        return Ok(Some(video));
    }
    let files = store::resource::files(&app.store, id).await?;
    Ok(files.into_iter().find(|file| file.name.starts_with(DOCUMENT)))
}

pub(super) async fn has_segments(app: &AppState, id: ResourceId) -> Result<bool, ApiError> {
    Ok(store::resource::file(&app.store, id, MASTER).await?.is_some())
}

async fn media_playlist(app: &AppState, sent: &Sending<'_>, file: &File) -> Result<Response<Body>, ApiError> {
    let bytes = app.library.storage.read_all(&key_of(sent.one.id, &file.name)).await?;
    let text = String::from_utf8_lossy(&bytes);
    let media_type = "application/vnd.apple.mpegurl";
    let files = store::resource::files(&app.store, sent.one.id).await?;
    if file.name == MASTER {
        let withheld = |uri: &str| files.iter().any(|one| one.withheld && one.name == format!("hls/{uri}"));
        return sent.text(playlist::without_variants(&text, withheld), media_type);
    }
    let folder = file.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = files.iter().filter(|one| one.withheld).filter_map(|one| one.name.strip_prefix(folder));
    let left_out: BTreeSet<String> = beside.filter_map(|name| name.strip_prefix('/')).map(str::to_owned).collect();
    sent.text(playlist::without(&text, &left_out, &sent.one.hidden), media_type)
}

async fn attachment(app: &AppState, sent: &Sending<'_>, id: &str) -> Result<Response<Body>, ApiError> {
    let id = AttachmentId::parse(id).map_err(|_| ApiError::Missing(Noun::Attachment))?;
    let beside = store::resource::attachments(&app.store, sent.one.id).await?;
    let one = beside.into_iter().find(|one| one.id == id).ok_or(ApiError::Missing(Noun::Attachment))?;
    let version = (&*etag_of(&one.digest), Stays::AsLongAsTheLink);
    let mut response = if one.media_type == MediaType::Mp4 {
        let (mut response, range) = sent.head(one.media_type.code(), version, one.size)?;
        if let Some(range) = range {
            *response.body_mut() = Body::from_stream(app.blobs.part(&one.digest, range).await?);
        }
        response
    } else {
        sent.bytes(app.blobs.read(&one.digest).await?.into(), one.media_type.code(), version)?
    };
    let (name, ending) = one.name.rsplit_once('.').unwrap_or((&one.name, ""));
    let name = FileName { plain: "attachment", name, ending };
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name.attachment());
    Ok(response)
}

fn etag_of(sha256: &[u8]) -> String {
    format!("\"{}\"", hex(&sha256[..12]))
}

/// How long what is under an address stays the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stays {
    AsLongAsTheLink,
    /// Subtitles are put anew, and what is hidden is left out of playlists: whoever has one asks whether it is still that.
    Unknown,
}

/// One answer on its way.
struct Sending<'a> {
    /// For which the link still holds.
    seconds: i64,
    one: &'a Resource,
    headers: &'a HeaderMap,
}

impl Sending<'_> {
    async fn file(&self, app: &AppState, file: &File) -> Result<Response<Body>, ApiError> {
        let etag = etag_of(&file.sha256);
        let stays = if file.name.ends_with(".m3u8") { Stays::Unknown } else { Stays::AsLongAsTheLink };
        let (mut response, range) = self.head(&file.media_type, (&etag, stays), file.bytes)?;
        if let Some(range) = range {
            *response.body_mut() =
                Body::from_stream(app.library.storage.read(&key_of(self.one.id, &file.name), range).await?);
        }
        Ok(response)
    }

    fn text(&self, text: String, media_type: &str) -> Result<Response<Body>, ApiError> {
        let etag = etag_of(digest(&SHA256, text.as_bytes()).as_ref());
        self.bytes(text.into(), media_type, (&etag, Stays::Unknown))
    }

    fn bytes(&self, bytes: Bytes, media_type: &str, version: (&str, Stays)) -> Result<Response<Body>, ApiError> {
        let (mut response, range) = self.head(media_type, version, bytes.len() as u64)?;
        if let Some(range) = range {
            let at = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
            *response.body_mut() = Body::from(bytes.slice(at(range.start)..at(range.end)));
        }
        Ok(response)
    }

    /// Everything but the bytes, and which of them go into the body.
    fn head(
        &self,
        media_type: &str,
        (etag, stays): (&str, Stays),
        length: u64,
    ) -> Result<(Response<Body>, Option<std::ops::Range<u64>>), ApiError> {
        let (mut response, range) = answer(self.headers, (etag, media_type), length)?;
        // Between us and the reader anybody may keep what everybody may see.
        let whose = if self.one.visibility == Visibility::Public { "public" } else { "private" };
        let how_long = match stays {
            Stays::AsLongAsTheLink => format!("max-age={}, immutable", self.seconds.max(0)),
            Stays::Unknown => "no-cache".to_owned(),
        };
        put(&mut response, header::CACHE_CONTROL, &format!("{whose}, {how_long}"));
        // Opened by itself it is a document of this site: nothing in it may run.
        let may = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'";
        put(&mut response, header::CONTENT_SECURITY_POLICY, may);
        Ok((response, range))
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoRoom => Self::NoRoom,
            inside => Self::inside(inside),
        }
    }
}
