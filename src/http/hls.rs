//! Live HLS: playlists and segments of a Session, by a link that is the same for everybody, so that any HTTP cache can hand them on.
//!
//! A request costs one signature and one look at the shelf: no database, no login, no copy of the bytes. Who holds the link may
//! watch; who did watch is proven by what stands in the segments (docs/live-hls.md).

use super::error::Refused;
use super::key::SigningKey;
use super::range::{Asked, asked};
use super::seal::Seal;
use super::state::AppState;
use crate::domain::{SessionId, Time};
use crate::live::{LiveShelf, StreamLink};
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Json, middleware};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const SEAL: Seal = Seal { prefix: "lch1", purpose: "live hls" };
/// Links end at full hours, one to two from now: within the hour everybody has the same ones, and caches keep one copy.
const ROUND: i64 = 3600;
/// A pass has some 100 characters; longer ones are not looked at.
const LONGEST_PASS: usize = 256;
/// A stream begins within two segments and a keyframe; players wait 10 s for a playlist.
const PATIENCE: Duration = Duration::from_secs(8);
/// Seconds until a player asks again for a stream that is not there.
const AGAIN: &str = "2";

/// Half a segment: nobody gets a playlist that lacks more than one, and a cache asks here once a second.
const PLAYLIST_KEPT: HeaderValue = HeaderValue::from_static("public, max-age=1");
/// What is not there may be there in a moment.
const MISSING_KEPT: HeaderValue = HeaderValue::from_static("public, max-age=1");
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");
const PLAYLIST: HeaderValue = HeaderValue::from_static("application/vnd.apple.mpegurl");
const PICTURE: HeaderValue = HeaderValue::from_static("video/mp4");
const SOUND: HeaderValue = HeaderValue::from_static("audio/mp4");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// What a link lets its bearer fetch, and until when.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Pass {
    #[serde(rename = "s")]
    session: SessionId,
    /// In seconds since 1970.
    #[serde(rename = "u")]
    until: i64,
}

/// The link that everybody gets for this Session in this hour.
#[must_use]
pub fn link(key: &SigningKey, session: SessionId, now: Time) -> StreamLink {
    let until = (now.micros().div_euclid(1_000_000 * ROUND) + 2) * ROUND;
    let pass = SEAL.seal(&Pass { session, until }, key);
    StreamLink { url: format!("/hls/{pass}/{session}/master.m3u8"), expires: Time::from_seconds(until) }
}

/// Live HLS. Stands apart from the other routes: see `site`.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read, options)).route_layer(middleware::map_response(for_any_player))
}

/// A playlist, a segment, or what a decoder has to know before it.
#[utoipa::path(get, path = "/hls/{token}/{id}/{file}", tag = "hls",
    params(("token" = String, Path), ("id" = String, Path), ("file" = String, Path)),
    responses((status = 200, description = "Its bytes", content_type = "application/octet-stream"),
    (status = 206, description = "The range"), (status = 403, description = "`bad_link`: nobody gave this link out", body = Refused),
    (status = 404, description = "`no_such_piece`: it has left the window, or has not come yet", body = Refused),
    (status = 410, description = "`link_expired`", body = Refused),
    (status = 416, description = "No byte of the range exists", body = Refused),
    (status = 503, description = "`no_stream`: there is nothing to play yet", body = Refused)))]
async fn read(
    State(app): State<AppState>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    request: Request,
) -> Result<Response<Body>, NotPlayed> {
    let Path((pass, session, name)) = path.map_err(|_| NotPlayed::NoSuchPiece)?;
    let now = app.clock.seconds();
    let pass = opened(&app.key, &pass, &session, now)?;
    let kind = Kind::of(&name).ok_or(NotPlayed::NoSuchPiece)?;
    let shelf = shelf(&app, pass.session)?;
    match kind {
        Kind::Playlist => {
            let bytes = shelf.playlist(&name, PATIENCE).await.ok_or(NotPlayed::NoStream)?;
            Ok(answer(bytes, PLAYLIST, PLAYLIST_KEPT))
        }
        Kind::Piece(media_type) => {
            let bytes = shelf.piece(&name).ok_or(NotPlayed::NoSuchPiece)?;
            part(bytes, media_type, pass.until - now, request.headers())
        }
    }
}

/// The preflight of players on pages of other origins.
#[utoipa::path(options, path = "/hls/{token}/{id}/{file}", tag = "hls",
    params(("token" = String, Path), ("id" = String, Path), ("file" = String, Path)), responses((status = 204)))]
async fn options() -> Response<Body> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("range"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// Refusals, too: or a player of another origin could not tell one from a line that is down.
async fn for_any_player(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("content-length, content-range, retry-after");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The one place that knows where streams are.
fn shelf(app: &AppState, session: SessionId) -> Result<LiveShelf, NotPlayed> {
    app.live.shelf(session).ok_or(NotPlayed::NoStream)
}

fn opened(key: &SigningKey, pass: &str, session: &str, now: i64) -> Result<Pass, NotPlayed> {
    let pass: Option<Pass> = Some(pass).filter(|pass| pass.len() <= LONGEST_PASS).and_then(|p| SEAL.open(p, key));
    let pass = pass.filter(|pass| pass.session.as_str() == session).ok_or(NotPlayed::BadLink)?;
    if now < pass.until { Ok(pass) } else { Err(NotPlayed::LinkExpired) }
}

/// What a name asks for.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Playlist,
    Piece(HeaderValue),
}

impl Kind {
    /// Nothing but the names that a stream can have: a playlist is waited for.
    fn of(name: &str) -> Option<Self> {
        let (stem, ending) = name.rsplit_once('.')?;
        match (stem, ending) {
            ("master" | "high" | "low" | "sound", "m3u8") => Some(Self::Playlist),
            (_, "m4s" | "mp4") => Some(Self::Piece(if stem.starts_with("sound-") { SOUND } else { PICTURE })),
            _ => None,
        }
    }
}

fn answer(bytes: Bytes, media_type: HeaderValue, kept: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CACHE_CONTROL, kept);
    response
}

/// Whole, or the range that is asked for, as iPhones do. It never changes, so that it is kept as long as its link lasts.
fn part(bytes: Bytes, media_type: HeaderValue, left: i64, wanted: &HeaderMap) -> Result<Response<Body>, NotPlayed> {
    let length = bytes.len() as u64;
    let range = match asked(wanted, "", length) {
        Asked::Everything => None,
        Asked::Bytes(range) => Some(range),
        Asked::Unsatisfiable => return Err(NotPlayed::NoSuchRange { length }),
    };
    let kept = HeaderValue::try_from(format!("public, max-age={left}, immutable")).unwrap_or(NOT_KEPT);
    let Some(range) = range else {
        let mut response = answer(bytes, media_type, kept);
        response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        return Ok(response);
    };
    let at = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    let mut response = answer(bytes.slice(at(range.start)..at(range.end)), media_type, kept);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    put(response.headers_mut(), header::CONTENT_RANGE, format!("bytes {}-{}/{length}", range.start, range.end - 1));
    Ok(response)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// Why nothing is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotPlayed {
    #[error("这个直播地址不是本站给出的，请从课堂页面重新进入。")]
    BadLink,
    #[error("这个直播地址已经过期，请刷新课堂页面。")]
    LinkExpired,
    #[error("直播的这一段已经过去，或者还没有到。")]
    NoSuchPiece,
    #[error("这场直播现在没有可以播放的内容，请稍后再试。")]
    NoStream,
    #[error("文件没有这一段。")]
    NoSuchRange { length: u64 },
}

impl NotPlayed {
    fn status(self) -> StatusCode {
        match self {
            Self::BadLink => StatusCode::FORBIDDEN,
            Self::LinkExpired => StatusCode::GONE,
            Self::NoSuchPiece => StatusCode::NOT_FOUND,
            Self::NoStream => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoSuchRange { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::BadLink => "bad_link",
            Self::LinkExpired => "link_expired",
            Self::NoSuchPiece => "no_such_piece",
            Self::NoStream => "no_stream",
            Self::NoSuchRange { .. } => "no_such_range",
        }
    }
}

impl IntoResponse for NotPlayed {
    fn into_response(self) -> Response<Body> {
        let refused = Refused { code: self.code().to_owned(), sentence: self.to_string(), fields: BTreeMap::new() };
        let mut response = (self.status(), Json(refused)).into_response();
        let headers = response.headers_mut();
        let kept = if self == Self::NoSuchPiece { MISSING_KEPT } else { NOT_KEPT };
        headers.insert(header::CACHE_CONTROL, kept);
        match self {
            Self::NoStream => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN));
            }
            // RFC 9110 section 15.5.17.
            Self::NoSuchRange { length } => put(headers, header::CONTENT_RANGE, format!("bytes */{length}")),
            _ => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "mzxw6ytbojtg633c";

    fn key() -> SigningKey {
        SigningKey::new(&[3; 32])
    }

    fn linked(seconds: i64) -> StreamLink {
        link(&key(), SessionId::parse(SESSION).unwrap(), Time::from_seconds(seconds))
    }

    #[test]
    fn a_link_is_the_same_for_an_hour_and_lasts_one_to_two() {
        let first = linked(36_000);
        assert_eq!(first.expires, Time::from_seconds(36_000 + 7200));
        assert_eq!(linked(36_000 + 3599), first);
        let next = linked(36_000 + 3600);
        assert_eq!(next.expires, Time::from_seconds(36_000 + 3 * 3600));
        assert_ne!(next.url, first.url);
    }

    #[test]
    fn a_link_is_good_for_its_session_on_its_server_until_its_second() {
        let link = linked(36_000);
        let pass = link.url.split('/').nth(2).unwrap();
        assert!(pass.len() <= LONGEST_PASS, "{pass}");
        let open = |key: &SigningKey, pass: &str, session, now| opened(key, pass, session, now).map(|pass| pass.until);
        assert_eq!(open(&key(), pass, SESSION, 43_199), Ok(43_200));
        assert_eq!(open(&key(), pass, SESSION, 43_200), Err(NotPlayed::LinkExpired));
        assert_eq!(open(&key(), pass, "aaaaaaaaaaaaaaaa", 36_000), Err(NotPlayed::BadLink));
        assert_eq!(open(&SigningKey::new(&[4; 32]), pass, SESSION, 36_000), Err(NotPlayed::BadLink));
        for odd in ["", ".", "lch1..", &pass.replace("lch1", "lcm1"), &"x".repeat(1000)] {
            assert_eq!(open(&key(), odd, SESSION, 36_000), Err(NotPlayed::BadLink), "{odd}");
        }
    }

    #[test]
    fn only_names_that_a_stream_can_have_are_looked_up() {
        assert_eq!(Kind::of("master.m3u8"), Some(Kind::Playlist));
        assert_eq!(Kind::of("high-12.m4s"), Some(Kind::Piece(PICTURE)));
        assert_eq!(Kind::of("sound-init-1.mp4"), Some(Kind::Piece(SOUND)));
        for odd in ["", "m3u8", ".m3u8", "other.m3u8", "high.m3u", "../master.m3u8", "high-12.m4s.gz"] {
            assert_eq!(Kind::of(odd), None, "{odd}");
        }
    }
}
