//! Roster sheets over HTTP: checked row by row, taken whole, and what is no sheet changes nothing.

use crate::app::{Person, TestApp, refusal};
use base64::Engine as _;
use calamine::{Reader as _, Xlsx};
use lectern::domain::*;
use lectern::store;
use reqwest::{Method, Response, StatusCode};
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const HEADERS: [&str; 5] = ["姓名", "手机号", "学校", "身份", "加入日期"];

fn workbook(headers: [&str; 5], rows: &[[&str; 5]]) -> Workbook {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([&[headers][..], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    book
}

fn sheet(rows: &[[&str; 5]]) -> Vec<u8> {
    workbook(HEADERS, rows).save_to_buffer().unwrap()
}

async fn send(app: &TestApp, person: &Person, query: &str, file: &[u8], choices: Value) -> Response {
    let mut body =
        format!("--cut\r\ncontent-disposition: form-data; name=\"choices\"\r\n\r\n{choices}\r\n").into_bytes();
    body.extend_from_slice(b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let url = format!("/api/studios/{}/roster-sheet{query}", app.world.studio);
    let request = person.request(Method::POST, &url).header("content-type", "multipart/form-data; boundary=cut");
    request.body(body).send().await.unwrap()
}

async fn told(answer: Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

async fn members(app: &TestApp) -> Vec<(String, MemberRole, String, Option<String>)> {
    let members = store::membership::of_studio(&app.store, app.world.studio).await.unwrap();
    let told = members.into_iter().map(|one| {
        let Membership { role, from, to, .. } = one.membership;
        (one.account.name, role, from.to_string(), to.map(|to| to.to_string()))
    });
    told.collect()
}

async fn roster(app: &TestApp, person: &Person, query: &str) -> (Vec<u8>, Vec<Vec<String>>) {
    let answer = person.get(&format!("/api/studios/{}/roster-sheet{query}", app.world.studio)).await;
    let file = answer.bytes().await.unwrap().to_vec();
    (file.clone(), cells(file))
}

fn cells(file: Vec<u8>) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn a_sheet_is_checked_then_taken_and_the_same_again_changes_nothing() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let before = members(&app).await;
    let file = sheet(&[
        ["老师teacher", "13800000003", "石桥小学", "骨干学员", "2026-03-01"],
        ["彭长林", "13873100226", "石桥小学", "骨干学员", "2026/3/1"],
        ["老师core", "", "石桥小学", "主持人", "2026-03-02"],
        ["曾丽华", "1387310", "石桥小学", "骨干学员", "2026-03-01"],
        ["罗永贵", "13673100118", "石桥小", "带头人", "2026-03-01"],
        ["彭长林", "138 7310 0226", "石桥小学", "网络学员", "2026-03-01"],
    ]);
    let checked = told(send(&app, &office, "?check=true", &file, json!([])).await).await;
    let counts = |answer: &Value| {
        ["rows", "good", "updates", "idle", "new_accounts", "written"].map(|field| answer[field].as_u64().unwrap())
    };
    assert_eq!(counts(&checked), [6, 3, 1, 0, 1, 0]);
    let looks: Vec<_> = checked["looks"].as_array().unwrap().iter().collect();
    let told_of: Vec<_> =
        looks.iter().map(|one| (one["row"].as_u64().unwrap(), one["sentence"].as_str().unwrap())).collect();
    assert_eq!(
        told_of,
        [
            (5, "手机号少 4 位，应为 11 位。"),
            (6, "没有这所学校。是“石桥小学”吗？"),
            (7, "与第 3 行是同一个人，请只留一行。")
        ]
    );
    assert_eq!((&looks[1]["phone"], &looks[1]["proposal"]), (&"136****0118".into(), &"石桥小学".into()));
    let noted = base64::engine::general_purpose::STANDARD.decode(checked["file"]["content"].as_str().unwrap()).unwrap();
    assert_eq!(cells(noted)[1][6], "手机号少 4 位，应为 11 位。", "the rows to look at can be taken away");
    assert_eq!(members(&app).await, before, "only checked");

    let choices = json!([
        { "row": 6, "choice": "use", "column": "学校", "text": "石桥小学" },
        { "row": 6, "choice": "use", "column": "身份", "text": "学科带头人" },
    ]);
    let taken = told(send(&app, &office, "", &file, choices.clone()).await).await;
    assert_eq!(counts(&taken), [6, 4, 1, 0, 2, 4]);
    let day = |text: &str| text.to_owned();
    let core = MemberRole::Core;
    let mut wanted = before.clone();
    wanted.iter_mut().find(|one| one.0 == "老师core").unwrap().3 = Some(day("2026-03-01"));
    wanted.push(("老师core".into(), MemberRole::Host, day("2026-03-02"), None));
    wanted.push(("罗永贵".into(), core, day("2026-03-01"), None));
    for name in ["老师teacher", "彭长林"] {
        wanted.push((name.into(), MemberRole::Trainee, day("2026-03-01"), None));
    }
    let mut now = members(&app).await;
    now.sort();
    wanted.sort();
    assert_eq!(now, wanted);

    let account = &taken["accounts"][0];
    assert_eq!((&account["name"], &account["login_name"]), (&"彭长林".into(), &"13873100226".into()));
    let form = json!({ "account_name": "13873100226", "password": account["password"] });
    assert_eq!(app.nobody().post("/api/logins", &form).await.status(), StatusCode::OK, "the first password opens");
    let again = told(send(&app, &office, "", &file, choices).await).await;
    assert_eq!(counts(&again), [6, 4, 0, 4, 0, 0], "{again}");
    assert_eq!((&again["accounts"], &again["file"]), (&json!([]), &Value::Null), "passwords are told once");
    let mut same = members(&app).await;
    same.sort();
    assert_eq!(same, now);
}

#[tokio::test]
async fn what_is_no_sheet_is_refused_quickly_and_changes_nothing() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let before = members(&app).await;
    let good = ["彭长林", "13873100226", "石桥小学", "骨干学员", "2026-03-01"];
    let mut formulas = workbook(HEADERS, &[good, good]);
    let formula = Formula::new("=\"骨干\"&\"学员\"").set_result("骨干学员");
    formulas.worksheet_from_index(0).unwrap().write_formula(2, 3, formula).unwrap();
    let phones: Vec<String> = (0..5001).map(|n| format!("139{n:08}")).collect();
    let many: Vec<[&str; 5]> =
        phones.iter().map(|phone| ["彭长林", phone, "石桥小学", "骨干学员", "2026-03-01"]).collect();
    let broken = [
        (workbook(["名字", "电话", "学校", "身份", "日期"], &[good]).save_to_buffer().unwrap(), "没有找到表头"),
        (formulas.save_to_buffer().unwrap(), "第 3 行的“身份”是公式"),
        (bomb(100), "展开后太大"),
        (b"%PDF-1.7 not a workbook".to_vec(), "不是 xlsx"),
        (sheet(&many), "最多 5000 行"),
    ];
    for (file, said) in broken {
        for query in ["?check=true", ""] {
            let (status, _, fields) = refusal(send(&app, &office, query, &file, json!([])).await).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(fields["file"].as_str().unwrap().contains(said), "{said}: {fields}");
        }
    }
    let (status, code, _) = refusal(send(&app, &office, "", &vec![0; 5 * 1024 * 1024 + 1], json!([])).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
    let (status, code, _) = refusal(send(&app, &office, "", &sheet(&[good]), json!([{ "row": "x" }])).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::BAD_REQUEST, "malformed"));
    assert_eq!(members(&app).await, before);
}

/// A workbook whose sheet unpacks to so many megabytes.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    let blank = vec![b' '; 1024 * 1024];
    for _ in 0..megabytes {
        zip.write_all(&blank).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn the_roster_of_a_day_can_be_taken_away_and_sent_back() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    crate::store_database::set_end(&app.store, app.world.core_membership, Day::parse("2026-02-28").ok()).await.unwrap();
    let (_, past) = roster(&app, &office, "?day=2026-02-28").await;
    assert_eq!(past[0], ["姓名", "手机号", "学校", "城/乡", "身份", "加入日期", "职称", "学科", "备注"]);
    let row = |name: &str, role: &str| {
        [name, "", "石桥小学", "乡", role, "2026-01-01", "", "", ""].map(str::to_owned).to_vec()
    };
    assert_eq!(past[1..], [row("老师host", "主持人"), row("老师core", "学科带头人")]);
    let (file, today) = roster(&app, &office, "").await;
    assert_eq!(today[1..], [row("老师host", "主持人")]);
    let back = told(send(&app, &office, "", &file, json!([])).await).await;
    assert_eq!((&back["rows"], &back["idle"], &back["written"]), (&1.into(), &1.into(), &0.into()));
}

#[tokio::test]
async fn a_host_adds_known_people_and_changes_no_account() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let file = sheet(&[
        ["老师teacher", "13800000003", "石桥小学", "骨干学员", "2026-03-01"],
        ["彭长林", "13873100226", "石桥小学", "骨干学员", "2026-03-01"],
    ]);
    let taken = told(send(&app, &host, "", &file, json!([])).await).await;
    assert_eq!((&taken["written"], &taken["may_change_accounts"]), (&1.into(), &false.into()));
    assert!(taken["looks"][0]["sentence"].as_str().unwrap().contains("请学校所在的工作站先添加账号"), "{taken}");
    assert_eq!(store::account::get(&app.store, app.world.teacher).await.unwrap().account.phone, None);
    let far = app.person("other-office").await;
    assert_eq!(send(&app, &far, "", &file, json!([])).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_sheet_that_the_policy_has_no_place_for_is_not_written_at_all() {
    let app = TestApp::start().await;
    let (office, host) = (app.person("office").await, app.person("host").await);
    let studio = format!("/api/studios/{}", app.world.studio);
    assert_eq!(
        office.post(&format!("{studio}/programme"), &json!({ "policy": "county-4", "reason": "选定" })).await.status(),
        StatusCode::OK
    );
    let headers = ["姓名", "手机号", "学校", "身份", "加入日期", "新入职教师", "骨干教师"];
    let names: Vec<(String, String)> =
        (0..11).map(|n| (format!("学员{}", char::from(b'A' + n)), format!("138000011{n:02}"))).collect();
    let file = |count: usize, marked: bool| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let rows = names.iter().take(count).enumerate().map(|(at, (name, phone))| {
            let yes = |wanted: usize| if marked && at == wanted { "是" } else { "" };
            [name, phone, "石桥小学", "骨干学员", "2026-03-01", yes(0), yes(1)]
        });
        for (row, cells) in (0..).zip(std::iter::once(headers).chain(rows)) {
            for (column, text) in (0..).zip(cells) {
                sheet.write_string(row, column, text).unwrap();
            }
        }
        book.save_to_buffer().unwrap()
    };
    let before = members(&app).await;
    for query in ["?check=true", ""] {
        let answer = told(send(&app, &office, query, &file(11, true), json!([])).await).await;
        assert_eq!((&answer["good"], &answer["written"], &answer["over_quota"]), (&10.into(), &0.into(), &1.into()));
        let look = &answer["looks"][0];
        assert_eq!((&look["row"], &look["sentence"]), (&12.into(), &"学员已有 10 人，办法规定最多 10 人。".into()));
    }
    let unmarked = told(send(&app, &office, "", &file(10, false), json!([])).await).await;
    assert!(unmarked["looks"][0]["sentence"].as_str().unwrap().contains("新入职教师"), "{unmarked}");
    assert_eq!(members(&app).await, before);
    let taken = told(send(&app, &office, "", &file(10, true), json!([])).await).await;
    assert_eq!((&taken["written"], &taken["looks"]), (&10.into(), &json!([])));
    // Whoever goes on in another role leaves their place to the row before theirs.
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let new = ["学员K", "13800001110", "石桥小学", "骨干学员", "2026-03-02", "", ""];
    let goes_on = ["学员C", "13800001102", "石桥小学", MemberRole::Follower.word(), "2026-03-02", "", ""];
    for (row, cells) in (0..).zip([headers, new, goes_on]) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    let swap = book.save_to_buffer().unwrap();
    let answer = told(send(&app, &office, "?check=true", &swap, json!([])).await).await;
    assert_eq!((&answer["good"], &answer["over_quota"]), (&2.into(), &0.into()), "{answer}");
    let (_, rows) = roster(&app, &host, "").await;
    assert_eq!(rows[0][8..], ["新入职教师", "骨干教师", "备注"]);
    let marks = |name: &str| rows.iter().find(|row| row[0] == name).unwrap()[8..10].to_vec();
    assert_eq!((marks("学员A"), marks("学员B")), (vec!["是".into(), "否".into()], vec!["否".to_owned(), "是".into()]));
}

#[tokio::test]
async fn only_who_keeps_the_accounts_reads_phones() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let file = sheet(&[["老师teacher", "13800000003", "石桥小学", "骨干学员", "2026-02-01"]]);
    assert_eq!(told(send(&app, &office, "", &file, json!([])).await).await["written"], 1);
    let phones = |rows: Vec<Vec<String>>| rows[1..].iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    let day = "?day=2026-02-01";
    assert!(phones(roster(&app, &office, day).await.1).contains(&"13800000003".to_owned()));
    let host = app.person("host").await;
    assert!(phones(roster(&app, &host, day).await.1).iter().all(String::is_empty), "a host is told no phone");
}

#[tokio::test]
async fn one_phone_belongs_to_one_account() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let url = format!("/api/accounts/{}", app.world.teacher);
    let (_, _, fields) = refusal(office.patch(&url, &json!({ "phone": "138" })).await).await;
    assert_eq!(fields["phone"], "手机号少 8 位，应为 11 位。");
    assert_eq!(office.patch(&url, &json!({ "phone": "13873100226" })).await.status(), StatusCode::OK);
    let form = json!({ "name": "新老师", "login_name": "new-one", "password": "long enough", "role": "teacher",
        "school": app.world.school, "phone": "13873100226" });
    let (_, _, fields) = refusal(office.post("/api/accounts", &form).await).await;
    assert_eq!(fields["phone"], "这个手机号已登记给别的账号。");
    let kept = office.patch(&url, &json!({ "title": "高级教师" })).await.json::<Value>().await.unwrap();
    assert_eq!(kept["phone"], "13873100226");
    let gone = office.patch(&url, &json!({ "phone": null })).await.json::<Value>().await.unwrap();
    assert_eq!(gone["phone"], Value::Null);
}
