//! Polls: from the question to the report and the pack, over HTTP, the websocket and a kill.

use crate::app::{Person, TestApp, refusal};
use crate::http_reports::bytes;
use crate::program::Program;
use crate::socket::Socket;
use calamine::{Data, Reader, Xlsx};
use lectern::domain::*;
use lectern::store;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::io::{Cursor, Read as _};
use std::time::Duration;

const QUESTION: &str = "这节课的导入怎么样？";

async fn joined(app: &TestApp, session: &str, who: &Person, form: Value) -> Socket {
    let answer = who.post(&format!("/api/sessions/{session}/tickets"), &form).await;
    let ticket: Value = answer.json().await.unwrap();
    Socket::join(&app.url, session, ticket["ticket"].as_str().expect("a ticket")).await.0
}

fn guest(name: &str) -> Value {
    json!({ "guest": { "name": name, "school": "石桥小学", "rural": true } })
}

fn open(several: bool) -> Value {
    json!({ "id": 2, "type": "open_poll", "question": QUESTION, "options": ["很好", "还可以", "再想想"], "several": several })
}

fn choose(id: u64, number: u64, choices: &[u64]) -> Value {
    json!({ "id": id, "type": "answer_poll", "number": number, "choices": choices })
}

fn unzipped(pack: Vec<u8>) -> zip::ZipArchive<Cursor<Vec<u8>>> {
    zip::ZipArchive::new(Cursor::new(pack)).unwrap()
}

#[tokio::test]
async fn a_poll_goes_from_the_question_to_the_report_and_the_pack_without_a_name() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    let mut host = joined(&app, &session, &app.person("host").await, json!({})).await;
    let mut wang = joined(&app, &session, &app.nobody(), guest("王芳")).await;
    let mut li = joined(&app, &session, &app.nobody(), guest("李强")).await;
    let mut _zhao = joined(&app, &session, &app.nobody(), guest("赵敏")).await;
    host.says(open(false)).await;
    assert_eq!(wang.hears("poll").await["poll"]["question"], QUESTION);
    wang.says(choose(2, 1, &[0])).await;
    assert_eq!(wang.hears("poll_answered").await["choices"], json!([0]));
    li.says(choose(2, 1, &[0])).await;
    li.says(choose(3, 1, &[1])).await;
    let mut again = joined(&app, &session, &app.nobody(), guest("王芳")).await;
    assert_eq!(again.hears("poll_answered").await["choices"], json!([0]), "the same person on another device");
    li.says(choose(4, 1, &[0, 1])).await;
    let refused = li.hears("refused").await;
    assert_eq!(refused["code"], "poll_choice");
    let id = SessionId::parse(&session).unwrap();
    let answers = store::poll::kept(&app.store, id).await.unwrap().current.unwrap().answers;
    assert_eq!(answers.len(), 2, "while it is open it is known who answered");

    app.turn_clock(Duration::from_secs(95));
    host.says(json!({ "id": 3, "type": "close_poll", "number": 1 })).await;
    let result = loop {
        let told = again.hears("poll").await;
        if !told["poll"]["result"].is_null() {
            break told["poll"]["result"].clone();
        }
    };
    assert_eq!((&result["votes"], &result["answered"], &result["present"]), (&json!([1, 1, 0]), &json!(2), &json!(3)));
    let kept = store::poll::kept(&app.store, id).await.unwrap().current.unwrap();
    assert!(kept.answers.is_empty(), "and afterwards it is not");
    host.says(json!({ "id": 4, "type": "put_away_poll", "number": 1 })).await;
    assert_eq!(again.hears("poll").await["poll"], Value::Null);
    host.says(json!({ "id": 5, "type": "end" })).await;
    host.hears("session_ended").await;

    let report: Value =
        app.person("host").await.get(&format!("/api/sessions/{session}/report")).await.json().await.unwrap();
    let poll = &report["polls"][0];
    assert_eq!((&poll["question"], &poll["several"]), (&json!(QUESTION), &json!(false)));
    assert_eq!((&poll["answered"], &poll["present"], &poll["turnout"]), (&json!(2), &json!(3), &json!("66.7%")));
    assert_eq!(poll["options"][1], json!({ "text": "还可以", "votes": 1, "share": "50.0%" }));
    assert!(!poll.to_string().contains("王芳"), "{poll}");
    let book = bytes(&app, "host", &format!("/api/sessions/{session}/report/xlsx")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
    assert_eq!(book.sheet_names(), ["汇总", "名单", "投票", "时段", "口径"]);
    let rows: Vec<Vec<Data>> = book.worksheet_range("投票").unwrap().rows().map(<[Data]>::to_vec).collect();
    assert_eq!(rows.len(), 4, "a header, and a row for each option");
    assert_eq!(
        (&rows[2][3], &rows[2][4], &rows[2][5]),
        (&Data::String("还可以".into()), &Data::Float(1.0), &Data::Float(0.5))
    );

    // The row of the Session is closed after its last line.
    let pack = format!("/api/activities/{}/evidence-pack", app.world.activity);
    let host = app.person("host").await;
    let mut tries = 0;
    let pack = loop {
        let answer = host.get(&pack).await;
        if answer.status() == StatusCode::OK {
            break answer.bytes().await.unwrap().to_vec();
        }
        tries += 1;
        assert!(tries < 200, "{:?}", refusal(answer).await);
        tokio::task::yield_now().await;
    };
    let mut pack = unzipped(pack);
    let mut file = |name: &str| {
        let mut bytes = Vec::new();
        pack.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file("投票记录.xlsx"))).unwrap();
    let kept: Vec<Vec<Data>> = book.worksheet_range("投票").unwrap().rows().map(<[Data]>::to_vec).collect();
    assert_eq!(kept, rows);
    let record: String = crate::http_reports::pdf_text(&file("活动记录.pdf")).split_whitespace().collect();
    for words in ["逐人出席、签到、投票", "很好1票50.0%", "2/3人", "导入怎么样"] {
        assert!(record.contains(words), "{words} in {record}");
    }
}

#[tokio::test]
async fn the_end_of_the_session_closes_the_open_poll() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    let host = app.person("host").await;
    let mut desk = joined(&app, &session, &host, json!({})).await;
    let mut wang = joined(&app, &session, &app.nobody(), guest("王芳")).await;
    desk.says(open(true)).await;
    wang.hears("poll").await;
    wang.says(choose(2, 1, &[0, 2])).await;
    wang.hears("poll_answered").await;
    assert!(host.post(&format!("/api/sessions/{session}/end"), &json!({})).await.status().is_success());
    let polls = store::poll::of_session(&app.store, SessionId::parse(&session).unwrap()).await.unwrap();
    assert_eq!((polls[0].counts.votes.as_slice(), polls[0].counts.answered), ([1, 0, 1].as_slice(), 1));
}

#[tokio::test]
async fn a_killed_server_goes_on_with_the_open_poll_and_its_answers() {
    let mut program = Program::start().await;
    let session = program.live_session().await;
    let (host, wang) = (program.host_ticket(&session).await, program.guest_ticket(&session, "王芳").await);
    let (mut desk, _) = Socket::join(&program.url, &session, &host).await;
    let (mut viewer, _) = Socket::join(&program.url, &session, &wang).await;
    desk.says(open(false)).await;
    viewer.hears("poll").await;
    viewer.says(choose(2, 1, &[2])).await;
    viewer.hears("poll_answered").await;

    program.kill().await;
    desk.ends().await;
    viewer.ends().await;
    program.go_on().await;
    let (mut desk, _) = Socket::join(&program.url, &session, &host).await;
    assert_eq!(desk.hears("poll_counts").await["votes"], json!([0, 0, 1]), "what was acknowledged is there");
    let (mut viewer, _) = Socket::join(&program.url, &session, &wang).await;
    assert_eq!(viewer.hears("poll").await["poll"]["question"], QUESTION);
    assert_eq!(viewer.hears("poll_answered").await["choices"], json!([2]));
    viewer.says(choose(2, 1, &[0])).await;
    viewer.hears("poll_answered").await;
    desk.says(json!({ "id": 3, "type": "close_poll", "number": 1 })).await;
    assert_eq!(viewer.hears("poll").await["poll"]["result"]["votes"], json!([1, 0, 0]), "one person, one answer");

    program.kill().await;
    viewer.ends().await;
    program.go_on().await;
    let (mut late, _) = Socket::join(&program.url, &session, &wang).await;
    assert_eq!(late.hears("poll").await["poll"]["result"]["votes"], json!([1, 0, 0]), "the result is still shown");
    let (mut desk, _) = Socket::join(&program.url, &session, &host).await;
    desk.says(open(false)).await;
    assert_eq!(late.hears("poll").await["poll"]["number"], 2, "no number comes twice");
}
