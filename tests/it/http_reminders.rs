//! Reminders over HTTP: what waits for whom, told to nobody else, and gone when it is done.

use crate::app::TestApp;
use crate::http_applications;
use lectern::domain::year_end::NewObjection;
use lectern::store;
use lectern::store::year_end::{self, NewYearEnd};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// Kinds and last days.
async fn told(app: &TestApp, who: &str) -> Vec<(String, String)> {
    let answer = app.person(who).await.get("/api/me/reminders").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = answer.json().await.unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    answer["rows"].as_array().unwrap().iter().map(|row| (text(&row["kind"]), text(&row["until"]))).collect()
}

fn one(kind: &str, until: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), until.to_owned())]
}

#[tokio::test]
async fn what_waits_is_told_to_whoever_decides_and_is_gone_when_it_is_decided() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let url = format!("/api/activities/{}/notices", app.world.activity);
    let sent: Value = host.post(&url, &json!({ "content": "请参加。" })).await.json().await.unwrap();
    assert_eq!(told(&app, "office").await, one("decide_notices", ""));
    for other in ["host", "core", "teacher", "other-office", "other-host"] {
        assert_eq!(told(&app, other).await, [], "{other}");
    }
    let decision = format!("/api/notices/{}/decision", sent["id"].as_str().unwrap());
    let returned = office.post(&decision, &json!({ "approved": false, "reason": "缺地点" })).await;
    assert_eq!(returned.status(), StatusCode::OK);
    assert_eq!(told(&app, "office").await, []);
    assert_eq!(told(&app, "host").await, one("mend_notice", ""));
    assert_eq!(host.post(&url, &json!({ "content": "请参加，地点报告厅。" })).await.status(), StatusCode::CREATED);
    assert_eq!(told(&app, "host").await, [], "it waits for the office again");
}

#[tokio::test]
async fn an_application_is_told_to_its_writer_and_then_to_whose_turn_it_is() {
    let app = TestApp::start().await;
    http_applications::waiting_application(&app).await;
    assert_eq!(told(&app, "teacher").await, []);
    let host = told(&app, "host").await;
    assert!(host.contains(&("review_applications".to_owned(), String::new())), "{host:?}");
    let office = told(&app, "office").await;
    assert!(office.iter().all(|(kind, _)| kind != "review_applications"), "it is not their turn: {office:?}");
}

#[tokio::test]
async fn an_absence_may_be_appealed_until_a_day() {
    let app = TestApp::start().await;
    crate::http_reports::held(&app).await;
    app.turn_clock(Duration::from_secs(3 * 3600));
    assert_eq!(told(&app, "core").await, one("may_appeal", "2026-04-01"));
    app.turn_clock(DAY * 31);
    assert_eq!(told(&app, "core").await, []);
}

#[tokio::test]
async fn a_publication_is_told_to_its_hosts_and_its_office() {
    let app = TestApp::start().await;
    let by = store::login::credentials(&app.store, "office").await.unwrap().unwrap().account.id;
    let host = store::login::credentials(&app.store, "host").await.unwrap().unwrap().account.id;
    let studio = format!("/api/studios/{}", app.world.studio);
    let under = app.person("office").await.patch(&studio, &json!({ "policy": "zhejiang-2019" })).await;
    assert_eq!(under.status(), StatusCode::OK);
    app.turn_clock(DAY * 309);
    let new =
        NewYearEnd { region: app.world.county, policy: "zhejiang-2019".into(), year: 2026, reason: String::new() };
    let id = year_end::freeze(&app.store, new, by, app.now()).await.unwrap().id;
    let until = app.now().day().plus(6);
    year_end::publish(&app.store, id, (until, String::new()), by, app.now()).await.unwrap();
    let until = until.to_string();
    let has = |told: &[(String, String)], kind: &str| told.contains(&(kind.to_owned(), until.clone()));
    assert!(has(&told(&app, "host").await, "may_object"));
    assert!(has(&told(&app, "office").await, "publication_ends"));
    let objection =
        NewObjection { year_end: id, studio: app.world.studio, reason: "少算了".into(), attachment: None, by: host };
    year_end::object(&app.store, objection, app.now()).await.unwrap();
    assert!(!has(&told(&app, "host").await, "may_object"), "it is said");
    assert!(has(&told(&app, "office").await, "answer_objections"));
}

#[tokio::test]
async fn what_the_year_still_needs_is_told_to_hosts_before_it_ends() {
    let app = TestApp::start().await;
    let studio = format!("/api/studios/{}", app.world.studio);
    let under = app.person("office").await.patch(&studio, &json!({ "policy": "zhejiang-2019" })).await;
    assert_eq!(under.status(), StatusCode::OK);
    let count = async || {
        let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
        store::scorecard::refresh(&app.store, vec![studio], None, app.now()).await.unwrap();
        let told = told(&app, "host").await;
        told.iter().filter(|one| **one == ("criterion_due".to_owned(), "2026-12-31".to_owned())).count()
    };
    assert_eq!(count().await, 0, "in March there is time");
    app.turn_clock(DAY * 280);
    assert!(count().await > 3, "in December there is little");
}
