//! What surrounds the API: headers, unknown addresses, health.

use crate::app::{TestApp, refusal};
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn an_unknown_route_of_the_api_is_refused_in_json() {
    let app = TestApp::start().await;
    let (status, code, _) = refusal(app.nobody().get("/api/nothing/here").await).await;
    assert_eq!((status, code.as_str()), (StatusCode::NOT_FOUND, "no_such_route"));
    let answer = app.nobody().request(Method::PUT, "/api/me").send().await.unwrap();
    assert_eq!(refusal(answer).await.1, "method_not_allowed");
}

#[tokio::test]
async fn every_page_address_gets_the_page_and_a_strict_content_policy() {
    let app = TestApp::start().await;
    let answer = app.nobody().get("/activities/mzxw6ytbojtg633c").await;
    // 503 with a page that says so where the web client is not built.
    assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status()));
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-type").starts_with("text/html"));
    let policy = header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("permissions-policy").contains("microphone=(self)"));
    assert!(answer.headers().get("strict-transport-security").is_none(), "it would lock out self-signed certificates");
    assert!(answer.text().await.unwrap().contains("讲台"));
}

#[tokio::test]
async fn a_missing_file_is_missing_and_not_the_page() {
    let app = TestApp::start().await;
    for path in ["/assets/gone-12345678.js", "/nothing.png", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        assert_eq!(app.nobody().get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn health_says_alive_ready_and_how_it_goes() {
    let app = TestApp::start().await;
    let somebody = app.nobody();
    assert_eq!(somebody.get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(somebody.get("/readyz").await.status(), StatusCode::OK);
    app.live_session(app.world.activity).await;
    let told = somebody.get("/metrics").await.text().await.unwrap();
    for line in [
        "lectern_live_sessions 1",
        "# TYPE lectern_media_packets_sent_total counter",
        "lectern_media_packets_sent_total{shard=\"0\"} 41",
        "lectern_media_peers{shard=\"0\"} 2",
        "lectern_media_dropped_total{shard=\"0\",reason=\"srtp_replayed\"} 7",
        "lectern_line_receivers{step=\"sound_only\"} 0",
        "# TYPE lectern_line_loss_permille histogram",
        "lectern_line_loss_permille_bucket{le=\"+Inf\"} 0",
        "lectern_freezes_total 0",
        "# TYPE lectern_store_commits_total counter",
    ] {
        assert!(told.lines().any(|one| one == line), "{line} is not in:\n{told}");
    }
    assert!(
        told.contains("lectern_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1\n"),
        "{told}"
    );
}

#[tokio::test]
async fn a_database_that_is_gone_makes_the_server_unready() {
    let app = TestApp::start().await;
    app.store.close().await;
    assert_eq!(refusal(app.nobody().get("/readyz").await).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.nobody().get("/healthz").await.status(), StatusCode::OK);
}
