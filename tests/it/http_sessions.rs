//! Going live, coming in, ending.

use crate::app::{TestApp, refusal};
use lectern::domain::AccountId;
use lectern::http::ticket::{Subject, Ticket};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

async fn ticket(app: &TestApp, answer: reqwest::Response) -> Ticket {
    assert_eq!(answer.status(), StatusCode::CREATED);
    let body: Value = answer.json().await.unwrap();
    let now = app.now().micros() / 1_000_000;
    Ticket::open(body["ticket"].as_str().unwrap(), &app.key, now).unwrap()
}

#[tokio::test]
async fn going_live_twice_is_refused_and_the_first_session_goes_on() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    let host = app.person("host").await;
    let again = host.post(&format!("/api/activities/{}/go-live", app.world.activity), &Value::Null).await;
    let (status, code, _) = refusal(again).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "already_live"));
    let page: Value = host.get(&format!("/api/sessions/{session}")).await.json().await.unwrap();
    assert_eq!((page["state"].as_str(), page["activity"]["my_role"].as_str()), (Some("live"), Some("host")));
}

#[tokio::test]
async fn a_ticket_says_who_comes_in_and_as_what() {
    let app = TestApp::start().await;
    let path = format!("/api/sessions/{}/tickets", app.live_session(app.world.activity).await);
    for (login, role) in [("host", "host"), ("core", "presenter"), ("teacher", "viewer"), ("admin", "host")] {
        let answer = app.person(login).await.post(&path, &json!({})).await;
        let ticket = ticket(&app, answer).await;
        assert_eq!(serde_json::to_value(ticket.role).unwrap(), role, "{login}");
        let Subject::Account { id, rural, .. } = &ticket.subject else { panic!("{:?}", ticket.subject) };
        assert!(AccountId::parse(id).is_ok());
        assert_eq!(*rural, login != "admin");
    }
}

#[tokio::test]
async fn a_guest_comes_in_only_where_allowed_and_only_with_name_and_school() {
    let app = TestApp::start().await;
    let open = format!("/api/sessions/{}/tickets", app.live_session(app.world.activity).await);
    let closed = format!("/api/sessions/{}/tickets", app.live_session(app.world.closed_activity).await);
    let guest = json!({ "guest": { "name": "王芳", "school": "石桥小学", "rural": true } });
    let nobody = app.nobody();

    let ticket = ticket(&app, nobody.post(&open, &guest).await).await;
    assert_eq!(ticket.subject, Subject::Guest { name: "王芳".into(), school: "石桥小学".into(), rural: true });
    let (status, code, _) = refusal(nobody.post(&closed, &guest).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "guests_not_allowed"));
    assert_eq!(refusal(nobody.post(&open, &json!({})).await).await.0, StatusCode::UNAUTHORIZED);

    for (name, school, field) in [("", "石桥小学", "name"), ("王芳", "  ", "school"), ("a@b", "石桥小学", "name")]
    {
        let form = json!({ "guest": { "name": name, "school": school } });
        let (status, _, fields) = refusal(nobody.post(&open, &form).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(fields[field].is_string(), "{fields}");
    }
}

#[tokio::test]
async fn what_is_closed_to_guests_is_not_shown_to_nobody() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.closed_activity).await;
    let nobody = app.nobody();
    let statuses = [
        nobody.get(&format!("/api/sessions/{session}")).await.status(),
        nobody.get(&format!("/api/activities/{}", app.world.closed_activity)).await.status(),
        nobody.get(&format!("/api/activities/{}", app.world.activity)).await.status(),
    ];
    assert_eq!(statuses, [StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED, StatusCode::OK]);
    let home: Value = nobody.get("/api/home").await.json().await.unwrap();
    assert!(!home.to_string().contains("内部研修"), "{home}");
    let home: Value = app.person("teacher").await.get("/api/home").await.json().await.unwrap();
    assert_eq!(home["live"][0]["title"], "内部研修");
}

#[tokio::test]
async fn a_session_that_ended_takes_nobody_in() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    let host = app.person("host").await;
    for _ in 0..2 {
        let ended = host.post(&format!("/api/sessions/{session}/end"), &Value::Null).await;
        assert_eq!(ended.status(), StatusCode::OK, "ending twice is no error");
        let body: Value = ended.json().await.unwrap();
        assert_eq!(body["session"]["state"], "ended");
    }
    for path in ["tickets", "encoders"] {
        let (status, code, _) = refusal(host.post(&format!("/api/sessions/{session}/{path}"), &json!({})).await).await;
        assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "session_ended"), "{path}");
    }
}

#[tokio::test]
async fn at_the_limit_an_activity_stays_planned() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let mut made = Vec::new();
    for n in 0..4 {
        let form = json!({
            "title": format!("第{n}课"), "kind": "lecture", "mode": "online", "level": "county",
            "planned_start": "2026-03-02T14:00:00+08:00", "planned_end": "2026-03-02T15:00:00+08:00"
        });
        let answer = host.post(&format!("/api/studios/{}/activities", app.world.studio), &form).await;
        let page: Value = answer.json().await.unwrap();
        made.push(page["activity"]["id"].as_str().unwrap().to_owned());
    }
    // All at once: whoever looks before another is stored must not take the place that the other gets.
    let go_live = async |n: usize| {
        let answer = host.post(&format!("/api/activities/{}/go-live", made[n]), &Value::Null).await;
        if answer.status() != StatusCode::CREATED {
            let (status, code, _) = refusal(answer).await;
            assert_eq!((status, code.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "too_many_sessions"));
        }
    };
    tokio::join!(go_live(0), go_live(1), go_live(2), go_live(3));
    let mut states = Vec::new();
    for id in &made {
        let page: Value = host.get(&format!("/api/activities/{id}")).await.json().await.unwrap();
        states.push(page["activity"]["state"].as_str().unwrap().to_owned());
    }
    states.sort();
    assert_eq!(states, ["live", "live", "live", "planned"]);
}

#[tokio::test]
async fn presence_begins_with_those_who_are_expected_and_is_for_the_keepers() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    app.turn_clock(Duration::from_secs(60));
    let page: Value =
        app.person("office").await.get(&format!("/api/sessions/{session}/presence")).await.json().await.unwrap();
    let rows = page["rows"].as_array().unwrap();
    let so_far = |row: &Value| (row["record"]["first"].clone(), row["record"]["status"].clone());
    assert!(rows.iter().all(|row| so_far(row) == (Value::Null, json!("unknown"))), "{rows:?}");
    assert!(rows.iter().any(|row| row["name"] == "老师core"), "{rows:?}");
    assert_eq!(
        page["parameters"]["clauses"][0],
        json!({ "term": "出席", "text": "看满全场的 60% 或 30 分钟，取少的" })
    );
    let told: Value = app.person("office").await.get("/api/attendance-parameters").await.json().await.unwrap();
    assert_eq!(told, page["parameters"], "everybody is told the parameters that the records follow");
    let mine: Value = app.person("host").await.get("/api/me/attendance").await.json().await.unwrap();
    assert_eq!((&mine["total"], &mine["parameters"]), (&json!(0), &told));
}
