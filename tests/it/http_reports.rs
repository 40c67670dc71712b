//! Reports over HTTP: the figures, the files read back, and what a paper's code leads to.

use crate::app::{TestApp, refusal};
use calamine::{Data, Reader, Xlsx};
use lectern::domain::attendance::CheckpointDetail;
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store;
use reqwest::StatusCode;
use serde_json::Value;
use std::io::{Cursor, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

pub(crate) fn minute(app: &TestApp, minute: u64) -> Time {
    app.now() + Duration::from_secs(3600 + 60 * minute)
}

pub(crate) fn line(kind: PresenceKind, who: Option<(u32, Person)>, wall: Time, detail: &str) -> NewEvent {
    let (participant, person) = who.unzip();
    NewEvent {
        id: store::random_id().unwrap(),
        kind,
        participant,
        person,
        detail: detail.to_owned(),
        monotonic_us: wall.micros(),
        wall,
    }
}

/// One who watched from a minute to a minute, with one checkpoint for all of it.
fn watched(app: &TestApp, who: (u32, Person), from: u64, to: u64, joined: &str) -> Vec<NewEvent> {
    let ms = (to - from) * 60_000;
    let proof = CheckpointDetail { media_ms: Some(ms), visible_ms: ms, sound_ms: ms, ..CheckpointDetail::default() };
    let proof = serde_json::to_string(&proof).unwrap();
    vec![
        line(PresenceKind::Joined, Some(who.clone()), minute(app, from), joined),
        line(PresenceKind::Checkpoint, Some(who.clone()), minute(app, to), &proof),
        line(PresenceKind::Left, Some(who), minute(app, to), r#"{"cause":"asked"}"#),
    ]
}

async fn account(app: &TestApp, login: &str) -> Person {
    Person::Account(store::login::credentials(&app.store, login).await.unwrap().unwrap().account.id)
}

/// An hour from the planned beginning: the host all along, a guest with a name like a formula for 40 minutes.
pub(crate) async fn held(app: &TestApp) -> SessionId {
    let session = store::session::go_live(&app.store, app.world.activity, None, minute(app, 0)).await.unwrap().id;
    let guest = Person::Guest { name: "=1+1".into(), school: "白鹭乡小学".into() };
    let mut lines = vec![line(PresenceKind::SessionStarted, None, minute(app, 0), "{}")];
    lines.extend(watched(app, (1, account(app, "host").await), 0, 60, "{}"));
    lines.extend(watched(app, (2, guest), 20, 60, r#"{"rural":true}"#));
    lines.sort_by_key(|line| line.wall);
    lines.push(line(PresenceKind::SessionEnded, None, minute(app, 60), "{}"));
    store::ledger::append(&app.store, session, lines).await.unwrap();
    store::session::end(&app.store, session, minute(app, 60)).await.unwrap();
    session
}

pub(crate) async fn bytes(app: &TestApp, who: &str, path: &str) -> Vec<u8> {
    let answer = app.person(who).await.get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

pub(crate) fn pdf_text(pdf: &[u8]) -> String {
    let mut tool = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils");
    tool.stdin.take().unwrap().write_all(pdf).unwrap();
    String::from_utf8(tool.wait_with_output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn the_report_tells_the_figures_of_the_session() {
    let app = TestApp::start().await;
    let session = held(&app).await;
    let report: Value =
        app.person("host").await.get(&format!("/api/sessions/{session}/report")).await.json().await.unwrap();
    let figures = &report["figures"];
    assert_eq!(figures["people"], 2);
    assert_eq!(
        (&figures["core_present"], &figures["core_roster"], &figures["core_share"]),
        (&0.into(), &1.into(), &"0%".into())
    );
    assert_eq!((&figures["rural_schools"], &figures["rural_people"]), (&2.into(), &2.into()));
    assert_eq!((&figures["mean_minutes"], &figures["absent"], &figures["late"]), (&50.into(), &1.into(), &1.into()));
    let names: Vec<&str> = report["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["老师host", "老师core", "=1+1"], "by rank; the presenter is a core member who did not come");
    assert_eq!(report["rows"][0]["region"], "杭州市 / 淳安县");
    assert_eq!(report["curve"].as_array().unwrap().len(), 61);
    assert_eq!(report["parameters"]["version"], 1);
}

#[tokio::test]
async fn the_table_has_real_numbers_and_times_and_no_formula() {
    let app = TestApp::start().await;
    let session = held(&app).await;
    let file = bytes(&app, "host", &format!("/api/sessions/{session}/report/xlsx")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    assert_eq!(book.sheet_names(), ["汇总", "名单", "时段", "口径"]);
    let roster = book.worksheet_range("名单").unwrap();
    assert_eq!(roster.get_value((0, 0)), Some(&Data::String("姓名".into())));
    assert_eq!(roster.get_value((1, 6)), Some(&Data::Float(60.0)), "minutes are a number");
    let Some(Data::DateTime(first)) = roster.get_value((1, 7)) else { panic!("{:?}", roster.get_value((1, 7))) };
    let serial = first.as_f64();
    assert!((serial - (46_083.0 + 10.0 / 24.0)).abs() < 1e-6, "2026-03-02 10:00 in China: {serial}");
    assert_eq!(roster.get_value((3, 0)), Some(&Data::String("=1+1".into())), "as it was typed");
    let formulas = book.worksheet_formula("名单").unwrap();
    assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
    let summary = book.worksheet_range("汇总").unwrap();
    let value = |label: &str| summary.rows().find(|row| row[0] == Data::String(label.into())).map(|row| row[1].clone());
    assert_eq!(value("参加人数"), Some(Data::Float(2.0)));
    assert!(book.worksheet_range("口径").unwrap().rows().any(|row| row[1].to_string().contains("60% 或 30 分钟")));
}

#[tokio::test]
async fn the_csv_opens_in_excel_and_holds_no_formula() {
    let app = TestApp::start().await;
    let session = held(&app).await;
    let file = bytes(&app, "office", &format!("/api/sessions/{session}/report/csv")).await;
    let text = String::from_utf8(file).unwrap();
    let lines: Vec<&str> = text.strip_prefix('\u{FEFF}').unwrap().split("\r\n").collect();
    assert_eq!(lines.len(), 5, "a header, three people, and the last line ends");
    assert!(lines[0].starts_with("姓名,身份,学校,"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("老师host,主持人,石桥小学,是,杭州市 / 淳安县,在线,60,2026-03-02 10:00,"),
        "{}",
        lines[1]
    );
    assert!(lines[3].starts_with("'=1+1,访客,白鹭乡小学,是,,在线,40,"), "{}", lines[3]);
}

#[tokio::test]
async fn the_pdf_is_chinese_and_its_code_verifies() {
    let app = TestApp::start().await;
    let session = held(&app).await;
    let file = bytes(&app, "host", &format!("/api/sessions/{session}/report/pdf")).await;
    assert!(file.len() < 200_000, "only the characters that are used: {}", file.len());
    let text = pdf_text(&file);
    for words in ["出席报告", "公开的一课", "老师host", "主持人", "白鹭乡小学", "出席规则第 1 版", "第 1 页，共 1 页"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
    let code = text.split("核对编号").nth(1).unwrap().split_whitespace().next().unwrap();
    let found = app.nobody().get(&format!("/api/verifications/{}", code.to_uppercase())).await;
    assert_eq!(found.status(), StatusCode::OK);
    let found: Value = found.json().await.unwrap();
    assert_eq!((&found["ledger"], &found["same"]), (&"intact".into(), &"same".into()));
    assert_eq!((&found["title"], &found["made_by"]), (&"公开的一课".into(), &"老师host".into()));
    assert_eq!(found["figures"][0]["value"], "2 人");
    let corrected = line(PresenceKind::Corrected, None, minute(&app, 90), "{}");
    store::ledger::append(&app.store, session, vec![corrected]).await.unwrap();
    let later: Value = app.nobody().get(&format!("/api/verifications/{code}")).await.json().await.unwrap();
    assert_eq!((&later["same"], &later["corrections_since"]), (&"same".into(), &1.into()));
    let unknown = app.nobody().get("/api/verifications/aaaaaaaaaaaaaaaa").await;
    assert_eq!(refusal(unknown).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_that_goes_on_is_not_given_out_on_paper() {
    let app = TestApp::start().await;
    let session = app.live_session(app.world.activity).await;
    let answer = app.person("host").await.get(&format!("/api/sessions/{session}/report/pdf")).await;
    let (status, code, _) = refusal(answer).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "session_goes_on"));
    let unknown = app.person("host").await.get(&format!("/api/sessions/{session}/report/docx")).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_year_adds_up_and_leaves_as_files() {
    let app = TestApp::start().await;
    held(&app).await;
    let studio = app.world.studio;
    let year: Value = app
        .person("office")
        .await
        .get(&format!("/api/studios/{studio}/attendance?year=2026"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!((&year["figures"]["sessions"], &year["figures"]["people"]), (&1.into(), &2.into()));
    assert_eq!(year["people"][0]["totals"]["minutes"], 60);
    assert_eq!(year["people"][1]["cells"][0]["status"], "absent");
    let before: Value = app
        .person("office")
        .await
        .get(&format!("/api/studios/{studio}/attendance?year=2025"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(before["sessions"], Value::Array(Vec::new()));
    let file = bytes(&app, "host", &format!("/api/studios/{studio}/attendance/xlsx?year=2026")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    assert_eq!(book.sheet_names(), ["汇总", "人员", "活动", "逐场", "口径"]);
    let matrix = book.worksheet_range("逐场").unwrap();
    assert_eq!(matrix.get_value((0, 3)), Some(&Data::String("03-02 公开的一课".into())));
    assert_eq!(matrix.get_value((1, 3)), Some(&Data::String("出席 60 分钟".into())));
    let text = pdf_text(&bytes(&app, "host", &format!("/api/studios/{studio}/attendance/pdf?year=2026")).await);
    assert!(text.contains("王老师名师工作室 2026 年") && text.contains("老师core"), "{text}");
    let odd = app.person("host").await.get(&format!("/api/studios/{studio}/attendance?year=1812")).await;
    assert_eq!(odd.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_teacher_takes_a_proof_of_their_own_year() {
    let app = TestApp::start().await;
    held(&app).await;
    let text = pdf_text(&bytes(&app, "core", "/api/me/attendance/pdf?year=2026").await);
    for words in ["考勤证明", "老师core，石桥小学", "公开的一课", "缺席"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let code = text.split("核对编号").nth(1).unwrap().split_whitespace().next().unwrap();
    let found: Value = app.nobody().get(&format!("/api/verifications/{code}")).await.json().await.unwrap();
    assert_eq!((&found["ledger"], &found["same"]), (&"intact".into(), &"same".into()));
    let csv = String::from_utf8(bytes(&app, "host", "/api/me/attendance/csv?year=2026").await).unwrap();
    assert!(csv.contains("2026-03-02 10:00,公开的一课,王老师名师工作室,60,60,"), "{csv}");
}
