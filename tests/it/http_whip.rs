//! WHIP and WHEP as RFC 9725 has them, against a media plane of paper.

use crate::app::{TestApp, refusal};
use lectern::http::ticket::Ticket;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;
use std::time::Duration;

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n\
    a=ice-ufrag:clnt\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=sendonly\r\na=rtpmap:96 H264/90000\r\n";
const RESTART: &str = "a=ice-ufrag:frsh\r\na=ice-pwd:zyxwvutsrqponmlkjihgfe\r\n";
const TRICKLE: &str = "a=ice-ufrag:clnt\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
    a=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host\r\n";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

struct Encoder {
    app: TestApp,
    session: String,
    token: String,
}

impl Encoder {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let session = app.live_session(app.world.activity).await;
        let token = Ticket::for_encoder(session.clone(), "摄像机".into(), app.now().micros() / 1_000_000 + 7200);
        let token = token.seal(&app.key);
        Self { app, session, token }
    }

    fn player_token(&self) -> String {
        let expires = self.app.now().micros() / 1_000_000 + 7200;
        Ticket::for_player(self.session.clone(), "播放器".into(), expires).seal(&self.app.key)
    }

    async fn post(&self, path: &str, token: &str, headers: &[(&str, &str)], offer: &str) -> Response {
        let url = format!("{}/api/sessions/{}/{path}", self.app.url, self.session);
        let mut request = Client::new().post(url).bearer_auth(token).body(offer.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    async fn publish(&self) -> (String, String) {
        let answer = self.post("whip", &self.token, &[("content-type", "application/sdp")], OFFER).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/sdp");
        assert_eq!(header("access-control-allow-origin"), "*");
        (header("location"), header("etag"))
    }

    async fn patch(&self, location: &str, if_match: Option<&str>, body: &'static str) -> Response {
        let request = Client::new().patch(format!("{}{location}", self.app.url)).bearer_auth(&self.token);
        let request = match if_match {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        request.header("content-type", FRAGMENT).body(body).send().await.unwrap()
    }

    async fn delete(&self, location: &str) -> StatusCode {
        let url = format!("{}{location}", self.app.url);
        Client::new().delete(url).bearer_auth(&self.token).send().await.unwrap().status()
    }
}

#[tokio::test]
async fn an_encoder_comes_in_trickles_restarts_and_leaves() {
    let encoder = Encoder::new().await;
    let (location, etag) = encoder.publish().await;
    assert!(location.starts_with(&format!("/api/sessions/{}/whip/", encoder.session)), "{location}");
    assert_eq!(etag, "\"first\"");

    assert_eq!(encoder.patch(&location, Some(&etag), TRICKLE).await.status(), StatusCode::NO_CONTENT);
    let restarted = encoder.patch(&location, Some("*"), RESTART).await;
    assert_eq!(restarted.status(), StatusCode::OK);
    assert_eq!(restarted.headers()["etag"], "\"second\"");
    assert_eq!(restarted.headers()["content-type"], FRAGMENT);
    let told = restarted.text().await.unwrap();
    assert!(told.contains("a=ice-ufrag:second\r\n") && told.contains("a=candidate:1 "), "{told}");

    assert_eq!(encoder.patch(&location, Some(&etag), TRICKLE).await.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(encoder.delete(&location).await, StatusCode::OK);
    assert_eq!(encoder.delete(&location).await, StatusCode::NOT_FOUND);
    assert_eq!(encoder.patch(&location, Some("*"), RESTART).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_patch_says_which_ice_session_it_means() {
    let encoder = Encoder::new().await;
    let (location, etag) = encoder.publish().await;
    let code = async |if_match, body| refusal(encoder.patch(&location, if_match, body).await).await;
    assert_eq!(code(None, TRICKLE).await.0, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(code(Some("\"other\""), TRICKLE).await.0, StatusCode::PRECONDITION_FAILED);
    assert_eq!(code(Some(etag.as_str()), RESTART).await.0, StatusCode::BAD_REQUEST);
    let wrong_type = Client::new().patch(format!("{}{location}", encoder.app.url)).bearer_auth(&encoder.token);
    let answer = wrong_type.header("content-type", "application/sdp").header("if-match", "*").body(RESTART);
    assert_eq!(answer.send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_bad_offer_gets_the_status_that_fits() {
    let encoder = Encoder::new().await;
    let sdp = [("content-type", "application/sdp")];
    let vp9 = OFFER.replace("H264", "VP9");
    let not_sdp = OFFER.replace("v=0", "hello");
    let huge = format!("{OFFER}{}", "a=x\r\n".repeat(40_000));
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, StatusCode);
    let cases: &[Case<'_>] = &[
        (&sdp, "", StatusCode::BAD_REQUEST),
        (&sdp, "v=0\r\n", StatusCode::BAD_REQUEST),
        (&sdp, &not_sdp, StatusCode::BAD_REQUEST),
        (&sdp, &vp9, StatusCode::UNPROCESSABLE_ENTITY),
        (&sdp, &huge, StatusCode::PAYLOAD_TOO_LARGE),
        (&[("content-type", "application/json")], OFFER, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (&[], OFFER, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (&[sdp[0], ("accept", "text/html")], OFFER, StatusCode::NOT_ACCEPTABLE),
        (&[sdp[0], ("accept", "text/html, application/sdp;q=0.5")], OFFER, StatusCode::CREATED),
    ];
    for (headers, offer, expected) in cases {
        let answer = encoder.post("whip", &encoder.token, headers, offer).await;
        assert_eq!(answer.status(), *expected, "{headers:?} {}", offer.get(..20).unwrap_or(offer));
        if *expected != StatusCode::CREATED && *expected != StatusCode::PAYLOAD_TOO_LARGE {
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["status"], expected.as_u16());
        }
    }
}

#[tokio::test]
async fn a_token_opens_one_session_in_one_way_until_it_expires() {
    let encoder = Encoder::new().await;
    let other = encoder.app.live_session(encoder.app.world.closed_activity).await;
    let sdp = [("content-type", "application/sdp")];
    let status = async |path: &str, token: &str| encoder.post(path, token, &sdp, OFFER).await.status();
    assert_eq!(status("whip", "nonsense").await, StatusCode::UNAUTHORIZED);
    assert_eq!(status("whip", &encoder.player_token()).await, StatusCode::FORBIDDEN);
    assert_eq!(status("whep", &encoder.token).await, StatusCode::FORBIDDEN);
    assert_eq!(status("whep", &encoder.player_token()).await, StatusCode::CREATED);
    assert_eq!(status(&format!("../{other}/whip"), &encoder.token).await, StatusCode::FORBIDDEN);

    let url = format!("{}/api/sessions/{}/whip", encoder.app.url, encoder.session);
    let bare = Client::new().post(url).header("content-type", "application/sdp").body(OFFER).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    assert!(bare.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));

    encoder.app.turn_clock(Duration::from_secs(7200));
    let late = encoder.post("whip", &encoder.token, &sdp, OFFER).await;
    assert_eq!(refusal(late).await.1, "ticket_expired");
}

#[tokio::test]
async fn an_encoder_is_told_that_the_session_ended() {
    let encoder = Encoder::new().await;
    let host = encoder.app.person("host").await;
    host.post(&format!("/api/sessions/{}/end", encoder.session), &Value::Null).await;
    let answer = encoder.post("whip", &encoder.token, &[("content-type", "application/sdp")], OFFER).await;
    assert_eq!(refusal(answer).await.1, "session_ended");
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_reading_is_not_offered() {
    let encoder = Encoder::new().await;
    let url = format!("{}/api/sessions/{}/whep", encoder.app.url, encoder.session);
    let options = Client::new().request(Method::OPTIONS, &url).header("origin", "https://player.example").send();
    let options = options.await.unwrap();
    assert_eq!(options.status(), StatusCode::NO_CONTENT);
    assert_eq!(options.headers()["accept-post"], "application/sdp");
    assert_eq!(options.headers()["access-control-allow-origin"], "*");
    for method in [Method::GET, Method::PUT] {
        let answer = Client::new().request(method, &url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
