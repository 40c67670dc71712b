//! Reminders over HTTP: what waits for whom, told to nobody else, and gone when it is done.

use crate::app::TestApp;
use crate::held::{hold, plan};
use crate::{http_applications, http_resources};
use lectern::domain::policy::AssessmentScope;
use lectern::domain::presence::Person;
use lectern::domain::year_end::NewObjection;
use lectern::domain::{ActivityKind, Level, NewActivity};
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

/// What the Reminders of a kind are about.
async fn about(app: &TestApp, who: &str, kind: &str) -> Vec<String> {
    let answer: Value = app.person(who).await.get("/api/me/reminders").await.json().await.unwrap();
    let rows = answer["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == kind);
    rows.map(|row| row["about"].as_str().unwrap().to_owned()).collect()
}

async fn under(app: &TestApp, policy: &str) -> String {
    let studio = format!("/api/studios/{}", app.world.studio);
    let put = app
        .person("office")
        .await
        .post(&format!("{studio}/programme"), &json!({ "policy": policy, "reason": "选定" }))
        .await;
    assert_eq!(put.status(), StatusCode::OK);
    studio
}

#[tokio::test]
async fn a_level_is_told_to_the_office_that_may_confirm_it_where_the_policy_looks_at_it() {
    let app = TestApp::start().await;
    under(&app, "hangjin-2024").await;
    let lesson = |kind, level, day: &str| NewActivity { level, ..plan(app.world.studio, kind, day) };
    let host = Person::Account(store::login::credentials(&app.store, "host").await.unwrap().unwrap().account.id);
    let held = async |new| hold(&app.store, new, std::slice::from_ref(&host)).await.0;
    let later = held(lesson(ActivityKind::OpenLesson, Level::County, "2026-02-10")).await;
    let first = held(lesson(ActivityKind::OpenLesson, Level::County, "2026-02-05")).await;
    // No rule of this Policy asks for the level of a seminar, or for one of the school.
    held(lesson(ActivityKind::Seminar, Level::County, "2026-02-11")).await;
    held(lesson(ActivityKind::OpenLesson, Level::School, "2026-02-12")).await;
    // A county can not confirm what it is below; and the year before the last is settled.
    held(lesson(ActivityKind::OpenLesson, Level::City, "2026-02-13")).await;
    held(lesson(ActivityKind::OpenLesson, Level::County, "2024-12-31")).await;
    let old = held(lesson(ActivityKind::OpenLesson, Level::County, "2025-01-01")).await;
    let planned = lesson(ActivityKind::OpenLesson, Level::County, "2026-05-10");
    store::activity::create(&app.store, planned, app.now()).await.unwrap();
    let waits = async || about(&app, "office", "decide_levels").await;
    assert_eq!(waits().await, [old, first, later].map(|id| id.to_string()), "the oldest first");
    for other in ["host", "core", "teacher", "other-office", "other-host"] {
        assert!(about(&app, other, "decide_levels").await.is_empty(), "{other}");
    }
    let office = app.person("office").await;
    for (id, said) in [
        (old, json!({ "level": "county", "confirmed": true })),
        (first, json!({ "level": "county", "confirmed": false, "reason": "只有本校教师" })),
    ] {
        let decided = office.post(&format!("/api/activities/{id}/level"), &said).await;
        assert_eq!(decided.status(), StatusCode::OK);
    }
    assert_eq!(waits().await, [later.to_string()], "either way it is decided");
}

#[tokio::test]
async fn a_choice_is_told_to_the_office_until_it_has_decided() {
    let app = TestApp::start().await;
    let studio = under(&app, "zhejiang-2019").await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("{studio}/choices");
    let choose = async |person: &crate::app::Person, criterion: &str| -> String {
        let form = json!({ "choice": "S1-20", "criteria": [criterion] });
        let made: Value = person.post(&path, &form).await.json().await.unwrap();
        format!("/api/choices/{}/decision", made["id"].as_str().unwrap())
    };
    let waits = async |who: &str| about(&app, who, "decide_choices").await.len();
    choose(&host, "S1-21").await;
    let again = choose(&host, "S1-22").await;
    assert_eq!(about(&app, "office", "decide_choices").await, [app.world.studio.to_string()], "the last one waits");
    for other in ["host", "core", "teacher", "other-office", "other-host"] {
        assert_eq!(waits(other).await, 0, "{other}");
    }
    let refused = office.post(&again, &json!({ "granted": false, "reason": "材料不足" })).await;
    assert_eq!(refused.status(), StatusCode::OK);
    assert_eq!(waits("office").await, 0);
    choose(&host, "S1-21").await;
    assert_eq!(waits("office").await, 1, "chosen anew it waits anew");
    choose(&office, "S1-23").await;
    assert_eq!(waits("office").await, 0, "nobody confirms what they chose");
    choose(&host, "S1-21").await;
    app.turn_clock(DAY * 366 * 2);
    assert_eq!(waits("office").await, 0, "two years later it is settled");
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
    let under = app
        .person("office")
        .await
        .post(&format!("{studio}/programme"), &json!({ "policy": "zhejiang-2019", "reason": "选定" }))
        .await;
    assert_eq!(under.status(), StatusCode::OK);
    app.turn_clock(DAY * 309);
    let new = NewYearEnd {
        region: app.world.county,
        policy: "zhejiang-2019".into(),
        scope: AssessmentScope::Year,
        year: 2026,
        reason: String::new(),
    };
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
    let under = app
        .person("office")
        .await
        .post(&format!("{studio}/programme"), &json!({ "policy": "zhejiang-2019", "reason": "选定" }))
        .await;
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

#[tokio::test]
async fn resources_wait_for_the_office_until_they_are_published_or_chosen() {
    let app = TestApp::start().await;
    let (id, _) = http_resources::recorded(&app).await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("/api/resources/{id}");
    let step = async |who: &crate::app::Person, step: &str, form: Value| {
        let answer = who.post(&format!("{path}/{step}"), &form).await;
        assert_eq!(answer.status(), StatusCode::OK, "{step}");
    };
    assert_eq!(told(&app, "office").await, [], "a draft");
    step(&host, "submit", json!({})).await;
    assert_eq!(about(&app, "office", "decide_resources").await, [id.to_string()]);
    for other in ["host", "core", "teacher", "other-office", "other-host"] {
        assert_eq!(told(&app, other).await, [], "{other}");
    }
    step(&office, "publish", json!({ "visibility": "region" })).await;
    assert_eq!(told(&app, "office").await, []);
    step(&host, "nominate", json!({ "reason": "全县用过" })).await;
    assert_eq!(about(&app, "office", "decide_selections").await, [id.to_string()]);
    step(&office, "select", json!({ "selected": true, "reason": "好用" })).await;
    assert_eq!(told(&app, "office").await, []);
}
