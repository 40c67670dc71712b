//! Who speaks for whom, and since when: hosts neither speak for the School and the office nor set days long past.

use crate::app::{TestApp, refusal};
use crate::http_applications::waiting_application;
use crate::store_database::{begin, day};
use lectern::domain::{MemberRole, NewMembership};
use lectern::store;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_host_who_sends_all_words_at_once_speaks_for_nobody_else() {
    let app = TestApp::start().await;
    let (application, paper) = waiting_application(&app).await;
    let host = app.person("host").await;
    let url = format!("/api/applications/{application}/review");
    let says = |seen: u32| {
        let word = json!({ "verdict": "granted", "sending": 1, "seen": seen, "attachment": paper });
        let (host, url) = (&host, &url);
        async move { host.post(url, &word).await.status() }
    };
    let (own, school, office) = tokio::join!(says(0), says(1), says(2));
    assert!(school != StatusCode::OK && office != StatusCode::OK, "{own} {school} {office}");
    let told: Value = host.get(&format!("/api/applications/{application}")).await.json().await.unwrap();
    assert_eq!(told["row"]["state"], "waiting");
}

#[tokio::test]
async fn a_host_lets_nobody_go_months_ago() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let teacher = store::login::credentials(&app.store, "teacher").await.unwrap().unwrap().account.id;
    let new = NewMembership {
        studio: app.world.studio,
        account: teacher,
        role: MemberRole::Trainee,
        from: day("2026-01-01"),
        to: None,
    };
    let trainee = begin(&app.store, new).await.unwrap().id;
    let url = format!("/api/memberships/{trainee}/transfers");
    let quit = |day: &str| json!({ "kind": "quit", "day": day, "reason": "不再参加" });
    let (status, _, fields) = refusal(host.post(&url, &quit("2026-02-01")).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fields["day"], "主持人只能填写和改动最近 7 天以内的日期，更早的请工作站处理。");
    let list: Value = host.get(&format!("/api/studios/{}/transfers", app.world.studio)).await.json().await.unwrap();
    assert_eq!(list["rows"], json!([]), "nothing is left behind");
    let asked: Value = office.post(&url, &quit("2026-02-01")).await.json().await.unwrap();
    assert_eq!(asked["state"], "granted", "the office may: {asked}");
}
