//! Sign-in sheets over HTTP: checked row by row, taken once, however often they are sent.

use crate::app::{Person, TestApp, refusal};
use calamine::{Reader as _, Xlsx};
use lectern::domain::presence::PresenceKind;
use lectern::domain::*;
use lectern::store;
use reqwest::{Method, Response, StatusCode};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use std::io::Cursor;
use std::time::Duration;

async fn onsite(app: &TestApp) -> ActivityId {
    planned(app, Mode::Onsite).await
}

/// From 10:00 to 11:00 in China, with guests; the host's Studio.
async fn planned(app: &TestApp, mode: Mode) -> ActivityId {
    let known = store::activity::get(&app.store, app.world.activity).await.unwrap();
    let new = NewActivity {
        studio: known.studio,
        series: None,
        title: "送教上坪小学".into(),
        summary: String::new(),
        kind: ActivityKind::Outreach,
        mode,
        level: Level::County,
        audience: String::new(),
        place: "上坪小学".into(),
        planned_start: known.planned_start,
        planned_end: known.planned_end,
        presenters: Vec::new(),
        guests_allowed: true,
    };
    store::activity::create(&app.store, new, app.now()).await.unwrap().id
}

fn sheet(rows: &[[&str; 4]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in (0..).zip(["学校", "姓名", "签退时间", "签到时间"]) {
        sheet.write_string(0, column, header).unwrap();
    }
    for (row, [name, school, from, to]) in (1..).zip(rows) {
        for (column, text) in [(0, school), (1, name), (2, to), (3, from)] {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

async fn send(person: &Person, activity: ActivityId, query: &str, file: &[u8]) -> Response {
    let mut body = b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n".to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let request = person.request(Method::POST, &format!("/api/activities/{activity}/sign-in-sheet{query}"));
    request.header("content-type", "multipart/form-data; boundary=cut").body(body).send().await.unwrap()
}

async fn told(answer: Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

#[tokio::test]
async fn a_sheet_is_checked_then_taken_and_the_same_again_changes_nothing() {
    let app = TestApp::start().await;
    let activity = onsite(&app).await;
    let host = app.person("host").await;
    let file = sheet(&[
        ["老师core", "", "10:05", "11:00"],
        ["老师core", "石桥小学", "10:05", ""],
        ["赵六", "白鹭乡小学", "10:10", ""],
        ["钱七", "", "10:10", ""],
        ["老师host", "", "上午", ""],
    ]);
    let (status, code, _) = refusal(send(&host, activity, "", &file).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "not_over"));
    app.turn_clock(Duration::from_secs(3 * 3600));
    let host = app.person("host").await;

    let checked = told(send(&host, activity, "?check=true", &file).await).await;
    assert_eq!((&checked["rows"], &checked["written"], &checked["session"]), (&5.into(), &0.into(), &Value::Null));
    let errors: Vec<_> = checked["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["row"].as_u64().unwrap(), one["column"].as_str().unwrap()))
        .collect();
    assert_eq!(errors, [(3, "姓名"), (5, "学校"), (6, "签到时间")]);
    assert_eq!(store::activity::get(&app.store, activity).await.unwrap().state, ActivityState::Planned, "only checked");

    let taken = told(send(&host, activity, "", &file).await).await;
    assert_eq!(taken["written"], 6, "two people come and go, and the Session that nobody held begins and ends");
    let session = SessionId::parse(taken["session"].as_str().unwrap()).unwrap();
    let kinds: Vec<_> =
        store::ledger::events(&app.store, session).await.unwrap().iter().map(|line| line.kind).collect();
    let stay = [PresenceKind::Seated, PresenceKind::Unseated];
    assert_eq!(kinds, [&[PresenceKind::SessionStarted][..], &stay, &stay, &[PresenceKind::SessionEnded]].concat());

    let again = told(send(&host, activity, "", &file).await).await;
    assert_eq!((&again["written"], &again["session"]), (&0.into(), &taken["session"]));
    let longer = sheet(&[["老师core", "", "10:05", "11:00"], ["老师host", "", "10:00", "11:00"]]);
    assert_eq!(told(send(&host, activity, "", &longer).await).await["written"], 2, "only who is new");
    assert_eq!(store::activity::get(&app.store, activity).await.unwrap().state, ActivityState::Ended);
    let report: Value = host.get(&format!("/api/sessions/{session}/report")).await.json().await.unwrap();
    let rows = report["rows"].as_array().unwrap().iter();
    let rows: Vec<_> = rows
        .map(|row| (row["name"].as_str().unwrap(), row["record"]["minutes"].as_u64().unwrap(), &row["ways"][0]))
        .collect();
    let site = Value::from("site");
    assert_eq!(rows, [("老师host", 60, &site), ("老师core", 55, &site), ("赵六", 50, &site)]);
    assert_eq!(report["figures"]["people"], 3);
}

#[tokio::test]
async fn what_is_no_sheet_is_refused_in_words() {
    let app = TestApp::start().await;
    let activity = onsite(&app).await;
    app.turn_clock(Duration::from_secs(3 * 3600));
    let host = app.person("host").await;
    let (status, _, fields) = refusal(send(&host, activity, "", b"name,school").await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(fields["file"].as_str().unwrap().contains("不是 xlsx"), "{fields}");
    let (status, code, _) = refusal(send(&host, activity, "", &vec![0; 5 * 1024 * 1024 + 1]).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
    let online = planned(&app, Mode::Online).await;
    let (status, code, _) = refusal(send(&host, online, "", &sheet(&[])).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "online_only"));
}

#[tokio::test]
async fn the_template_names_who_was_expected_and_can_be_sent_back() {
    let app = TestApp::start().await;
    let activity = onsite(&app).await;
    app.turn_clock(Duration::from_secs(3 * 3600));
    let host = app.person("host").await;
    let file = host.get(&format!("/api/activities/{activity}/sign-in-sheet")).await.bytes().await.unwrap().to_vec();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.clone())).unwrap();
    let range = book.worksheet_range("签到表").unwrap();
    let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows[0], ["姓名", "学校", "签到时间", "签退时间", "备注"]);
    assert_eq!((rows[1][0].as_str(), rows[2][0].as_str()), ("老师core", "老师host"));
    let empty = told(send(&host, activity, "", &file).await).await;
    assert_eq!((&empty["rows"], &empty["written"]), (&0.into(), &0.into()), "nobody has signed");
}
