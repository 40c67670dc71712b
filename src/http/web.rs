//! The pages: the built web client, carried inside the program, and the headers that keep it safe.

use super::error::ApiError;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

/// Vite puts a digest of the content into the names below this folder, so what is there never changes.
const HASHED: &str = "assets/";
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Asked for each time, answered with 304 when nothing changed: a new release shows at once.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Below this, the header costs more than gzip saves.
const WORTH_GZIP: usize = 1024;

/// Digest and path of a file.
type Content = ([u8; 32], String);

/// Compressed once per file, not once per viewer: a lesson begins with hundreds asking for the same script.
static GZIPPED: LazyLock<Mutex<HashMap<Content, Bytes>>> = LazyLock::new(Mutex::default);

/// Everything that is no route: a file of the web client, its one page for page addresses, or a refusal.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" {
        return ApiError::NoSuchRoute.into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return ApiError::MethodNotAllowed.into_response();
    }
    if let Some(response) = file(path, &headers) {
        return response;
    }
    // A missing file with an ending is a missing file; everything else is an address inside the one page.
    if path.starts_with(HASHED) || path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return (StatusCode::NOT_FOUND, "没有这个文件。").into_response();
    }
    file("index.html", &headers).unwrap_or_else(not_built)
}

fn file(path: &str, asked: &HeaderMap) -> Option<Response<Body>> {
    let found = Dist::get(path).filter(|_| !path.is_empty())?;
    let digest = found.metadata.sha256_hash();
    let etag = format!("\"{}\"", digest[..12].iter().map(|b| format!("{b:02x}")).collect::<String>());
    let cache = if path.starts_with(HASHED) { FOREVER } else { ASK_AGAIN };
    let unchanged = asked.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes());

    let mime = found.metadata.mimetype().to_owned();
    let is_text = mime.starts_with("text/") || ["javascript", "json", "svg"].iter().any(|kind| mime.contains(kind));
    let wants_gzip =
        asked.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("gzip"));
    let gzip = is_text && wants_gzip && found.data.len() >= WORTH_GZIP;

    let body = match (unchanged, gzip) {
        (true, _) => Bytes::new(),
        (false, true) => gzipped(digest, path, &found.data),
        (false, false) => Bytes::from(found.data.into_owned()),
    };
    let mut response = Response::new(Body::from(body));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, cache);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let charset = if mime.starts_with("text/") && !mime.contains("charset") { "; charset=utf-8" } else { "" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&format!("{mime}{charset}")).ok()?);
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).ok()?);
    if gzip && !unchanged {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}

fn gzipped(digest: [u8; 32], path: &str, plain: &[u8]) -> Bytes {
    let key = (digest, path.to_owned());
    if let Some(kept) = GZIPPED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return kept.clone();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    let bytes = Bytes::from(written.expect("writing into memory does not fail"));
    GZIPPED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, bytes.clone());
    bytes
}

fn not_built() -> Response<Body> {
    let page = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>讲台</title>\
        <body><h1>讲台正在运行，但网页还没有构建</h1>\
        <p>请在源代码目录运行 <code>make run</code>，它会先构建网页再启动。接口可以照常使用：\
        <a href=\"/api/openapi.json\">接口说明</a>。</p></body></html>";
    (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
}

/// Headers for every answer. Framing is refused, and devices are for this site's own pages only.
pub(super) async fn with_safety_headers(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).map(str::to_owned);
    let host = host.or_else(|| request.uri().authority().map(ToString::to_string));
    let mut response = next.run(request).await;
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if is_page {
        let devices = "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=()";
        headers.insert("permissions-policy", HeaderValue::from_static(devices));
        if let Ok(policy) = HeaderValue::from_str(&content_policy(host.as_deref())) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

/// `'self'` does not cover websockets in the Safari of the browser floor, so the host is named.
fn content_policy(host: Option<&str>) -> String {
    let plain = |h: &&str| h.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    let sockets = host.filter(plain).map(|h| format!(" ws://{h} wss://{h}")).unwrap_or_default();
    // Styles: the component library of the desk pages writes its own style elements.
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'{sockets}; object-src 'none'; \
         base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_header_can_not_write_into_the_policy() {
        assert!(content_policy(Some("10.0.0.5:8443")).contains("wss://10.0.0.5:8443"));
        let attacked = content_policy(Some("x; script-src *"));
        assert!(!attacked.contains('*'), "{attacked}");
    }
}
