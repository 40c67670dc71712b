//! From HTTP to a websocket: the opening handshake of RFC 6455 §4.2.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// §1.3.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A request that asks for a websocket.
pub(in crate::http) struct WebsocketRequest {
    accept: HeaderValue,
    on_upgrade: OnUpgrade,
}

/// It does not ask as it should.
pub(in crate::http) struct NotAWebsocket;

impl<S: Sync> FromRequestParts<S> for WebsocketRequest {
    type Rejection = NotAWebsocket;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotAWebsocket> {
        let headers = &parts.headers;
        let asked = has(headers, header::CONNECTION, "upgrade")
            && has(headers, header::UPGRADE, "websocket")
            && has(headers, header::SEC_WEBSOCKET_VERSION, "13");
        let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| asked).ok_or(NotAWebsocket)?;
        let accept = HeaderValue::from_str(&accept(key.as_bytes())).map_err(|_| NotAWebsocket)?;
        let on_upgrade = parts.extensions.remove::<OnUpgrade>().ok_or(NotAWebsocket)?;
        Ok(Self { accept, on_upgrade })
    }
}

impl WebsocketRequest {
    /// Agrees, and hands the connection over when the answer was written.
    pub(super) fn accept<F>(self, then: impl FnOnce(TokioIo<Upgraded>) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(async move {
            match self.on_upgrade.await {
                Ok(upgraded) => then(TokioIo::new(upgraded)).await,
                Err(error) => tracing::debug!(%error, "a websocket did not come about"),
            }
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        response
    }
}

impl IntoResponse for NotAWebsocket {
    fn into_response(self) -> Response {
        let wanted = [(header::UPGRADE, "websocket"), (header::SEC_WEBSOCKET_VERSION, "13")];
        (StatusCode::UPGRADE_REQUIRED, wanted).into_response()
    }
}

/// Is this word in the list that the header is?
fn has(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
}

fn accept(key: &[u8]) -> String {
    let signed = [key, GUID.as_bytes()].concat();
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_rfc_is_answered_as_the_rfc_says() {
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_word_is_found_in_any_list() {
        let mut headers = HeaderMap::new();
        headers.append(header::CONNECTION, HeaderValue::from_static("keep-alive"));
        headers.append(header::CONNECTION, HeaderValue::from_static("x, Upgrade"));
        assert!(has(&headers, header::CONNECTION, "upgrade"));
        assert!(!has(&headers, header::CONNECTION, "close") && !has(&headers, header::UPGRADE, "websocket"));
    }
}
