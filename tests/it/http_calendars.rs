//! Calendars over HTTP: what a calendar program reads, and what ends with the address.

use crate::app::{Person, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The lines of a calendar, with the folded ones put together (RFC 5545 section 3.1).
async fn lines(who: &Person, url: &str) -> Vec<String> {
    let answer = who.get(url).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8");
    let text = answer.text().await.unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "no long line: {text}");
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

fn said<'a>(lines: &'a [String], name: &str) -> Vec<&'a str> {
    lines.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':')).collect()
}

async fn link(answer: reqwest::Response) -> String {
    let told: Value = answer.json().await.unwrap();
    told["link"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_calendar_program_reads_the_activities_of_its_person() {
    let app = TestApp::start().await;
    let (host, nobody) = (app.person("host").await, app.nobody());
    assert_eq!(link(host.get("/api/me/calendar").await).await, "", "nobody asked for an address yet");
    let url = link(host.post("/api/me/calendar", &json!({})).await).await;
    assert_eq!(link(host.get("/api/me/calendar").await).await, url);
    let read = lines(&nobody, &url).await;
    assert_eq!((read[0].as_str(), said(&read, "VERSION")), ("BEGIN:VCALENDAR", vec!["2.0"]));
    let mut titles = said(&read, "SUMMARY");
    titles.sort_unstable();
    assert_eq!(titles, ["公开的一课", "内部研修"], "guests or not, a member sees both");
    let uid = format!("{}@lectern", app.world.activity);
    assert!(said(&read, "UID").contains(&uid.as_str()));
    let start = said(&read, "DTSTART")[0];
    let hour = (app.now().micros() / 3_600_000_000 + 1) % 24;
    assert_eq!(
        (start.len(), &start[8..11], start.ends_with('Z')),
        (16, format!("T{hour:02}").as_str(), true),
        "in UTC"
    );
    assert!(said(&read, "DESCRIPTION")[0].contains("直播 · 线上+线下 · 王老师名师工作室"));
    assert_eq!(said(&read, "LOCATION")[0], "实验小学报告厅");
    assert!(said(&read, "URL")[0].starts_with("http://127.0.0.1:"));

    let cancel = format!("/api/activities/{}/cancel", app.world.activity);
    assert_eq!(host.post(&cancel, &json!({ "reason": "停电，改期" })).await.status(), StatusCode::OK);
    let read = lines(&nobody, &url).await;
    let states = said(&read, "STATUS");
    assert!(states.contains(&"CANCELLED") && states.contains(&"CONFIRMED"), "{states:?}");
    assert!(read.iter().any(|line| line.contains("已取消：停电，改期")), "the reason is told");
}

#[tokio::test]
async fn an_address_that_was_made_anew_or_ended_reads_nothing_more() {
    let app = TestApp::start().await;
    let (core, nobody) = (app.person("core").await, app.nobody());
    let first = link(core.post("/api/me/calendar", &json!({})).await).await;
    let second = link(core.post("/api/me/calendar", &json!({})).await).await;
    assert_ne!(first, second);
    assert_eq!(nobody.get(&first).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(nobody.get(&second).await.status(), StatusCode::OK);
    let forged = second.replace("/api/calendars/", "/api/calendars/a");
    assert_eq!(nobody.get(&forged).await.status(), StatusCode::NOT_FOUND);
    for _ in 0..2 {
        let ended = core.request(reqwest::Method::DELETE, "/api/me/calendar").send().await.unwrap();
        assert_eq!(ended.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(nobody.get(&second).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(link(core.get("/api/me/calendar").await).await, "");
}

#[tokio::test]
async fn somebody_of_no_studio_has_an_empty_calendar() {
    let app = TestApp::start().await;
    let teacher = app.person("teacher").await;
    let url = link(teacher.post("/api/me/calendar", &json!({})).await).await;
    assert_eq!(said(&lines(&app.nobody(), &url).await, "SUMMARY").len(), 0);
}

#[tokio::test]
async fn one_activity_is_a_file_for_whoever_may_see_it() {
    let app = TestApp::start().await;
    let url = format!("/api/activities/{}/calendar", app.world.activity);
    let answer = app.nobody().get(&url).await;
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(said(&lines(&app.nobody(), &url).await, "SUMMARY"), ["公开的一课"]);
    let closed = format!("/api/activities/{}/calendar", app.world.closed_activity);
    assert_eq!(app.nobody().get(&closed).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(app.person("teacher").await.get(&closed).await.status(), StatusCode::OK);
}
