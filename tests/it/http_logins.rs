//! Signing in: the lock, the cookies, the CSRF token, the end of a login.

use crate::app::{PASSWORD, TestApp, refusal};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::time::Duration;

fn form(name: &str, password: &str) -> Value {
    json!({ "account_name": name, "password": password })
}

#[tokio::test]
async fn guesses_made_at_once_learn_nothing_past_the_lock() {
    let app = TestApp::start().await;
    let somebody = app.nobody();
    let guess = |at: usize| {
        let password = if at == 15 { PASSWORD.to_owned() } else { format!("wrong {at}") };
        let form = form("teacher", &password);
        let somebody = &somebody;
        async move { somebody.post("/api/logins", &form).await.status() }
    };
    let said = futures_util::future::join_all((0..20).map(guess)).await;
    let known = [StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::LOCKED];
    assert!(said.iter().all(|status| known.contains(status)), "{said:?}");
    assert!(said.contains(&StatusCode::LOCKED), "{said:?}");
}

#[tokio::test]
async fn the_fifth_wrong_password_locks_for_fifteen_minutes() {
    let app = TestApp::start().await;
    let somebody = app.nobody();
    for left in ["4", "3", "2", "1"] {
        let (status, code, fields) = refusal(somebody.post("/api/logins", &form("teacher", "wrong")).await).await;
        assert_eq!(
            (status, code.as_str(), fields["left"].as_str()),
            (StatusCode::UNAUTHORIZED, "wrong_password", Some(left))
        );
    }
    let (status, code, fields) = refusal(somebody.post("/api/logins", &form("teacher", "wrong")).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::LOCKED, "locked_out"));
    assert_eq!(fields["until"], (app.now() + Duration::from_secs(900)).to_string());
    let right = somebody.post("/api/logins", &form("teacher", PASSWORD)).await;
    assert_eq!(right.status(), StatusCode::LOCKED, "the right password does not open a locked account");

    app.turn_clock(Duration::from_secs(900));
    assert_eq!(somebody.post("/api/logins", &form("teacher", PASSWORD)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_name_nobody_has_is_answered_like_a_name_somebody_has() {
    let app = TestApp::start().await;
    let somebody = app.nobody();
    for attempt in 0..6 {
        let known = refusal(somebody.post("/api/logins", &form("teacher", "wrong")).await).await;
        let unknown = refusal(somebody.post("/api/logins", &form("no-such-name", "wrong")).await).await;
        assert_eq!(known, unknown, "attempt {attempt}");
    }
}

#[tokio::test]
async fn the_login_cookie_is_hidden_from_scripts_and_the_csrf_cookie_is_not() {
    let app = TestApp::start().await;
    let answer = app.nobody().post("/api/logins", &form("teacher", PASSWORD)).await;
    let cookies: Vec<String> =
        answer.headers().get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap().to_owned()).collect();
    let cookie = |name: &str| cookies.iter().find(|c| c.starts_with(name)).unwrap();
    let login = cookie("lectern_login=");
    assert!(login.contains("HttpOnly") && login.contains("SameSite=Lax") && login.contains("Path=/"), "{login}");
    assert!(!login.contains("Secure"), "plain http must be able to keep it");
    assert!(!cookie("lectern_csrf=").contains("HttpOnly"));
}

#[tokio::test]
async fn a_change_without_the_csrf_token_is_refused_and_changes_nothing() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let path = format!("{}/api/studios/{}", app.url, app.world.studio);
    for token in [None, Some("x".repeat(43))] {
        let mut request = host.client.patch(&path).json(&json!({ "name": "改了" }));
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        let (status, code, _) = refusal(request.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "csrf_missing"));
    }
    let page: Value = host.get(&format!("/api/studios/{}", app.world.studio)).await.json().await.unwrap();
    assert_eq!(page["studio"]["name"], "王老师名师工作室");
}

#[tokio::test]
async fn the_csrf_token_of_one_login_is_worth_nothing_for_another() {
    let app = TestApp::start().await;
    let (host, teacher) = (app.person("host").await, app.person("teacher").await);
    let me: Value = teacher.get("/api/me").await.json().await.unwrap();
    let path = format!("{}/api/studios/{}", app.url, app.world.studio);
    let request = host.client.patch(&path).header("x-csrf-token", me["csrf"].as_str().unwrap());
    let answer = request.json(&json!({ "name": "改了" })).send().await.unwrap();
    assert_eq!(refusal(answer).await.1, "csrf_missing");
}

#[tokio::test]
async fn a_change_from_another_sites_page_is_refused() {
    let app = TestApp::start().await;
    let request = app.nobody().request(Method::POST, "/api/logins").header("origin", "https://evil.example");
    let (status, code, _) = refusal(request.json(&form("teacher", PASSWORD)).send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "foreign_origin"));
    let own = app.nobody().request(Method::POST, "/api/logins").header("origin", &app.url);
    assert_eq!(own.json(&form("teacher", PASSWORD)).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn signing_out_ends_the_login_on_the_server() {
    let app = TestApp::start().await;
    let teacher = app.person("teacher").await;
    let answer = teacher.request(Method::DELETE, "/api/logins/current").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let (status, code, _) = refusal(teacher.get("/api/me").await).await;
    assert_eq!((status, code.as_str()), (StatusCode::UNAUTHORIZED, "sign_in_first"));
}

#[tokio::test]
async fn a_login_that_nobody_uses_for_a_week_is_over() {
    let app = TestApp::start().await;
    let teacher = app.person("teacher").await;
    app.turn_clock(Duration::from_secs(6 * 86_400));
    assert_eq!(teacher.get("/api/me").await.status(), StatusCode::OK);
    app.turn_clock(Duration::from_secs(6 * 86_400));
    assert_eq!(teacher.get("/api/me").await.status(), StatusCode::OK, "being used prolongs it");
    app.turn_clock(Duration::from_secs(7 * 86_400));
    assert_eq!(teacher.get("/api/me").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_login_form_that_is_no_form_is_refused_in_words() {
    let app = TestApp::start().await;
    let post = |body: &'static str, kind: &'static str| {
        app.nobody().request(Method::POST, "/api/logins").header("content-type", kind).body(body).send()
    };
    let cases = [
        ("", "application/json", StatusCode::BAD_REQUEST),
        ("{", "application/json", StatusCode::BAD_REQUEST),
        ("[]", "application/json", StatusCode::BAD_REQUEST),
        ("{\"account_name\":1,\"password\":2}", "application/json", StatusCode::BAD_REQUEST),
        ("account_name=teacher", "application/x-www-form-urlencoded", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ];
    for (body, kind, expected) in cases {
        assert_eq!(refusal(post(body, kind).await.unwrap()).await.0, expected, "{body}");
    }
    let huge = format!("{{\"account_name\":\"{}\",\"password\":\"\"}}", "x".repeat(200_000));
    let request = app.nobody().request(Method::POST, "/api/logins").header("content-type", "application/json");
    assert_eq!(refusal(request.body(huge).send().await.unwrap()).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}
