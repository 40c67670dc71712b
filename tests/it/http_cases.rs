//! Asking for leave, appealing, deciding, correcting, and reading afterwards how it came about.

use crate::app::{Person, TestApp, refusal};
use lectern::archive;
use lectern::domain::presence::{NewEvent, PresenceKind};
use lectern::domain::*;
use lectern::store;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::time::Duration;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

async fn made(answer: reqwest::Response) -> Value {
    assert!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await.unwrap());
    answer.json().await.unwrap()
}

async fn refused(answer: reqwest::Response) -> (u16, String) {
    let (status, code, _) = refusal(answer).await;
    (status.as_u16(), code)
}

fn told(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A Session that is over, in which `core` was connected for a minute.
async fn ended(app: &TestApp) -> String {
    let session = app.live_session(app.world.closed_activity).await;
    let id = SessionId::parse(&session).unwrap();
    let core = store::login::credentials(&app.store, "core").await.unwrap().unwrap().account.id;
    let lines = [
        (PresenceKind::Joined, r#"{"kind":"person","role":"viewer","device":"abcdef"}"#),
        (PresenceKind::Checkpoint, r#"{"media_ms":15000,"visible_ms":15000,"sound_ms":0}"#),
        (PresenceKind::Checkpoint, r#"{"media_ms":15000,"visible_ms":0,"sound_ms":0}"#),
        (PresenceKind::Left, r#"{"cause":"asked"}"#),
    ];
    for (kind, detail) in lines {
        app.turn_clock(Duration::from_secs(15));
        let event = NewEvent {
            id: store::random_id().unwrap(),
            kind,
            participant: Some(901),
            person: Some(presence::Person::Account(core)),
            detail: detail.to_owned(),
            monotonic_us: app.now().micros(),
            wall: app.now(),
        };
        store::ledger::append(&app.store, id, vec![event]).await.unwrap();
    }
    app.turn_clock(Duration::from_secs(3600));
    made(app.person("host").await.post(&format!("/api/sessions/{session}/end"), &Value::Null).await).await;
    session
}

#[tokio::test]
async fn leave_is_asked_for_decided_and_told() {
    let app = TestApp::start().await;
    let core = app.person("core").await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("/api/activities/{}/leaves", app.world.closed_activity);
    let page = async |who: &Person| {
        let page = made(who.get(&format!("/api/activities/{}", app.world.closed_activity)).await).await;
        (page["cases"]["may_ask_leave"].clone(), page["cases"]["waiting"].clone())
    };
    assert_eq!(page(&core).await, (json!(true), json!(0)));
    assert_eq!(page(&app.person("teacher").await).await, (json!(false), json!(0)), "not on the roster");
    assert_eq!(refused(core.post(&path, &json!({ "reason": " " })).await).await, told(422, "invalid_fields"));

    let leave = made(core.post(&path, &json!({ "reason": "参加县教研会" })).await).await;
    assert_eq!(
        (&leave["state"], &leave["may_decide"], &leave["may_withdraw"]),
        (&json!("open"), &json!(false), &json!(true))
    );
    assert_eq!(page(&core).await, (json!(false), json!(0)));
    assert_eq!(page(&host).await, (json!(true), json!(1)));
    assert_eq!(refused(core.post(&path, &json!({ "reason": "又一次" })).await).await, told(409, "leave_taken"));

    let waiting = made(host.get("/api/cases").await).await;
    assert_eq!(waiting["rows"][0]["id"], leave["id"]);
    assert_eq!(waiting["rows"][0]["person"]["school"], "石桥小学");
    let decision = format!("/api/leaves/{}/decision", leave["id"].as_str().unwrap());
    let refusing = refused(host.post(&decision, &json!({ "granted": false })).await).await;
    assert_eq!(refusing, told(422, "invalid_fields"), "a refusal says why");
    let decided = made(office.post(&decision, &json!({ "granted": true, "reason": "" })).await).await;
    assert_eq!((&decided["state"], &decided["decision"]["by_name"]), (&json!("granted"), &json!("老师office")));
    assert_eq!(refused(host.post(&decision, &json!({ "granted": true })).await).await, told(409, "case_decided"));
    assert_eq!(made(host.get("/api/cases").await).await["rows"], json!([]));
    let mine = made(core.get("/api/me/cases").await).await;
    assert_eq!(mine["rows"][0]["state"], "granted");

    let late = app.person("core").await;
    app.turn_clock(Duration::from_secs(3600));
    let withdrawal = format!("/api/leaves/{}/withdrawal", leave["id"].as_str().unwrap());
    assert_eq!(refused(host.post(&withdrawal, &Value::Null).await).await, told(403, "not_your_case"));
    assert_eq!(refused(late.post(&withdrawal, &Value::Null).await).await, told(409, "withdrawal_too_late"));
}

#[tokio::test]
async fn nobody_decides_their_own_case_and_a_hosts_goes_to_the_office() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let path = format!("/api/activities/{}/leaves", app.world.closed_activity);
    let leave = made(host.post(&path, &json!({ "reason": "外出培训" })).await).await;
    let decision = format!("/api/leaves/{}/decision", leave["id"].as_str().unwrap());
    let granted = json!({ "granted": true });
    assert_eq!(refused(host.post(&decision, &granted).await).await, told(403, "own_case"));
    assert_eq!(made(host.get("/api/cases").await).await["rows"], json!([]), "nor is it offered");

    // A second host of the Studio is a colleague.
    let second = store::login::credentials(&app.store, "teacher").await.unwrap().unwrap().account.id;
    let from = Day::parse("2026-01-01").unwrap();
    let new = NewMembership { studio: app.world.studio, account: second, role: MemberRole::Host, from, to: None };
    crate::store_database::begin(&app.store, new).await.unwrap();
    let second = app.person("teacher").await;
    assert_eq!(refused(second.post(&decision, &granted).await).await, told(403, "office_decides_for_hosts"));
    assert_eq!(made(second.get("/api/cases").await).await["rows"], json!([]));
    for stranger in ["other-office", "other-host", "core"] {
        let answer = app.person(stranger).await.post(&decision, &granted).await;
        assert_eq!(refused(answer).await, told(403, "host_or_office_only"), "{stranger}");
    }
    let office = app.person("office").await;
    assert_eq!(made(office.get("/api/cases").await).await["rows"][0]["id"], leave["id"]);
    made(office.post(&decision, &granted).await).await;

    let session = ended(&app).await;
    let own = store::login::credentials(&app.store, "host").await.unwrap().unwrap().account.id;
    let form = json!({ "people": [own], "status": "present", "reason": "我在" });
    let corrections = format!("/api/sessions/{session}/corrections");
    assert_eq!(refused(host.post(&corrections, &form).await).await, told(403, "own_case"));
    assert_eq!(refused(second.post(&corrections, &form).await).await, told(403, "office_decides_for_hosts"));
    made(office.post(&corrections, &form).await).await;
}

#[tokio::test]
async fn a_teacher_appeals_and_the_record_shows_before_and_after() {
    let app = TestApp::start().await;
    let session = ended(&app).await;
    let (core, host) = (app.person("core").await, app.person("host").await);
    let path = format!("/api/sessions/{session}/appeals");
    let stranger = app.person("other-host").await.post(&path, &json!({ "reason": "我也在" })).await;
    assert_eq!(refused(stranger).await, told(403, "not_expected"));

    let proof = made(core.upload("教室停电.png", PNG).await).await;
    let form = json!({ "reason": "教室停电，用手机听完", "attachment": proof["id"] });
    let appeal = made(core.post(&path, &form).await).await;
    assert_eq!(appeal["attachment"]["name"], "教室停电.png");
    assert_eq!(refused(core.post(&path, &form).await).await, told(409, "appeal_taken"));
    let row = made(host.get("/api/cases").await).await["rows"][0].clone();
    assert_eq!((&row["kind"], &row["may_decide"]), (&json!("appeal"), &json!(true)));
    assert_eq!(row["record"]["status"], "absent", "who decides sees what was measured");

    let decision = format!("/api/appeals/{}/decision", appeal["id"].as_str().unwrap());
    assert_eq!(refused(core.post(&decision, &json!({ "granted": true, "status": "present" })).await).await.0, 403);
    for bad in
        [json!({ "granted": true }), json!({ "granted": true, "status": "unknown" }), json!({ "granted": false })]
    {
        assert_eq!(refused(host.post(&decision, &bad).await).await, told(422, "invalid_fields"), "{bad}");
    }
    let granting = json!({ "granted": true, "status": "present", "late": true, "reason": "现场照片属实" });
    let decided = made(host.post(&decision, &granting).await).await;
    assert_eq!(decided["decision"]["verdict"], json!({ "status": "present", "late": true, "left_early": false }));
    assert_eq!(refused(host.post(&decision, &granting).await).await, told(409, "case_decided"));

    let mine = made(core.get("/api/me/attendance").await).await;
    let record = &mine["rows"][0]["record"];
    assert_eq!((&record["status"], &record["late"], &record["minutes"]), (&json!("present"), &json!(true), &json!(0)));
    let correction = &record["correction"];
    assert_eq!((&correction["status_before"], &correction["by_name"]), (&json!("absent"), &json!("老师host")));
    assert_eq!(correction["reason"], "现场照片属实");
    let presence = made(host.get(&format!("/api/sessions/{session}/presence")).await).await;
    assert_eq!(presence["rows"][0]["record"]["correction"], *correction, "the host sees the same");

    app.turn_clock(Duration::from_secs(31 * 86_400));
    assert_eq!(refused(app.person("core").await.post(&path, &form).await).await, told(409, "appeal_too_late"));
}

#[tokio::test]
async fn the_audit_view_tells_everything_that_led_to_a_record() {
    let app = TestApp::start().await;
    let session = ended(&app).await;
    let (core, host) = (app.person("core").await, app.person("host").await);
    let me = store::login::credentials(&app.store, "core").await.unwrap().unwrap().account.id;
    let appeal = made(core.post(&format!("/api/sessions/{session}/appeals"), &json!({ "reason": "停电" })).await).await;
    let sheet = made(host.upload("签到表.png", PNG).await).await;
    let form = json!({ "people": [me], "status": "present", "reason": "签到表上有", "attachments": [sheet["id"]] });
    made(host.post(&format!("/api/sessions/{session}/corrections"), &form).await).await;

    let audit = made(host.get(&format!("/api/sessions/{session}/audit")).await).await;
    assert_eq!((&audit["intact"], &audit["cases"][0]["id"]), (&json!(true), &appeal["id"]));
    let texts: Vec<&str> = audit["rows"].as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap()).collect();
    assert_eq!(
        texts,
        [
            "开始，服务器开始记录",
            "进入，身份是观众，设备 abcd",
            "在场 2 次确认，其中 1 次页面在后台",
            "离开：自己离开",
            "结束",
            "由“缺席”更正为“出席”",
        ]
    );
    let folded = &audit["rows"][2];
    assert_eq!((&folded["first"], &folded["last"], &folded["count"]), (&json!(3), &json!(4), &json!(2)));
    assert_eq!(folded["hash"].as_str().unwrap().len(), 8);
    let corrected = &audit["rows"][5];
    assert_eq!((&corrected["name"], &corrected["correction"]["by_name"]), (&json!("老师core"), &json!("老师host")));
    assert_eq!(corrected["correction"]["attachments"][0]["name"], "签到表.png");
    let nobodys = made(host.get(&format!("/api/sessions/{session}/audit?person=guest:a@b")).await).await;
    assert_eq!(nobodys["total"], 2, "the beginning and the end concern everybody");

    let own = made(core.get(&format!("/api/me/sessions/{session}/audit")).await).await;
    assert_eq!(own["total"], 6);
    assert_eq!(own["rows"][5]["correction"]["attachments"], json!([]), "the sheet may show others");
    let teachers = made(app.person("teacher").await.get(&format!("/api/me/sessions/{session}/audit")).await).await;
    assert_eq!((&teachers["total"], &teachers["people"]), (&json!(2), &json!([])));
}

#[tokio::test]
async fn a_file_is_what_its_bytes_say_and_not_too_large() {
    let app = TestApp::start().await;
    let core = app.person("core").await;
    let program = core.upload("照片.jpg", b"MZ\x90\0 this program cannot be run").await;
    assert_eq!(refused(program).await, told(415, "file_type_not_taken"));
    let large = [PNG, &vec![0; 11 * 1024 * 1024]].concat();
    assert_eq!(refused(core.upload("照片.png", &large).await).await, told(413, "file_too_large"));
    let ten = [PNG, &vec![0; 10 * 1024 * 1024 - PNG.len()]].concat();
    assert_eq!(made(core.upload("照片.png", &ten).await).await["size"], 10 * 1024 * 1024);
    let page = core.upload("page.html", b"<!doctype html><script>alert(1)</script>").await;
    assert_eq!(refused(page).await, told(415, "file_type_not_taken"));
    assert_eq!(refused(app.nobody().upload("照片.png", PNG).await).await, told(401, "sign_in_first"));
    let none = core.request(Method::POST, "/api/attachments");
    let none = none.header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge").body("--edge--\r\n");
    assert_eq!(refused(none.send().await.unwrap()).await, told(422, "invalid_fields"));
    assert_eq!(app.files(), 1, "what was refused left nothing behind");
}

/// An MP4 of one picture track, whose media is this.
fn movie(codec: &[u8; 4], media: &[u8]) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], content: &[u8]| {
        let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&size, kind.as_slice(), content].concat()
    };
    let stsd = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 86], codec.as_slice(), &[0; 78]].concat());
    let minf = boxed(b"minf", &boxed(b"stbl", &stsd));
    let mdia = boxed(b"mdia", &[boxed(b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0"), minf].concat());
    let moov = boxed(b"moov", &[boxed(b"mvhd", &[1; 100]), boxed(b"trak", &mdia)].concat());
    [boxed(b"ftyp", b"isomiso2"), moov, boxed(b"mdat", media)].concat()
}

#[tokio::test]
async fn a_video_is_a_proof_that_a_browser_plays_from_wherever() {
    let app = TestApp::start().await;
    let core = app.person("core").await;
    let bytes = movie(b"avc1", &[7; 11 * 1024 * 1024]);
    let given = made(core.upload("优质课.mov", &bytes).await).await;
    assert_eq!((&given["name"], &given["media_type"]), (&json!("优质课.mp4"), &json!("video/mp4")));
    let path = format!("/api/attachments/{}", given["id"].as_str().unwrap());
    let whole = core.get(&path).await;
    assert_eq!((whole.status().as_u16(), whole.headers()["accept-ranges"].to_str().unwrap()), (200, "bytes"));
    assert!(whole.headers()["content-disposition"].to_str().unwrap().starts_with("inline"));
    assert!(whole.bytes().await.unwrap() == bytes);
    let part = core.request(Method::GET, &path).header(header::RANGE, "bytes=30-99").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()["content-range"].to_str().unwrap(), format!("bytes 30-99/{}", bytes.len()));
    assert_eq!(part.bytes().await.unwrap(), &bytes[30..100]);
    let beyond = format!("bytes={}-", bytes.len());
    let beyond = core.request(Method::GET, &path).header(header::RANGE, beyond).send().await.unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let hevc = core.upload("优质课.mp4", &movie(b"hvc1", &[7; 9])).await;
    assert!(refusal(hevc).await.2["file"].as_str().unwrap().contains("H.264"));
    let torn = core.upload("优质课.mp4", &bytes[..bytes.len() - 1]).await;
    assert_eq!(refused(torn).await, told(415, "file_type_not_taken"));
    assert_eq!(app.files(), 1);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let app = TestApp::start().await;
    let core = app.person("core").await;
    let half =
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\u{89}PNG half of it";
    let torn = core.request(Method::POST, "/api/attachments");
    let torn = torn.header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge").body(half);
    assert_eq!(refused(torn.send().await.unwrap()).await, told(400, "malformed"));
    assert_eq!(app.files(), 0);
    assert_eq!(made(core.upload("照片.png", PNG).await).await["name"], "照片.png", "the next one goes through");
}

#[tokio::test]
async fn an_attachment_is_read_by_its_author_and_those_it_was_shown_to() {
    let app = TestApp::start().await;
    let core = app.person("core").await;
    let picture = made(core.upload("停电\u{202E}gpj.exe", PNG).await).await;
    let path = format!("/api/attachments/{}", picture["id"].as_str().unwrap());
    let statuses = async || {
        let mut statuses = Vec::new();
        for who in ["core", "host", "office", "other-host", "other-office", "teacher", "admin"] {
            statuses.push(app.person(who).await.get(&path).await.status().as_u16());
        }
        statuses
    };
    assert_eq!(statuses().await, [200, 403, 403, 403, 403, 403, 200], "before it is a proof");
    let leaves = format!("/api/activities/{}/leaves", app.world.closed_activity);
    made(core.post(&leaves, &json!({ "reason": "停电", "attachment": picture["id"] })).await).await;
    assert_eq!(statuses().await, [200, 200, 200, 403, 403, 403, 200]);

    let answer = core.get(&path).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    let disposition = "inline; filename=\"attachment.png\"; filename*=UTF-8''%E5%81%9C%E7%94%B5gpj.png";
    assert_eq!(header("content-disposition"), disposition);
    assert_eq!(answer.bytes().await.unwrap(), PNG);
    let pdf = made(core.upload("证明.pdf", b"%PDF-1.7 a page").await).await;
    let answer = core.get(&format!("/api/attachments/{}", pdf["id"].as_str().unwrap())).await;
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; "));
}

#[tokio::test]
async fn photos_are_pictures_that_the_host_took() {
    let app = TestApp::start().await;
    let session = ended(&app).await;
    let host = app.person("host").await;
    let path = format!("/api/sessions/{session}/photos");
    let picture = made(host.upload("现场.png", PNG).await).await;
    let pdf = made(host.upload("现场.pdf", b"%PDF-1.7").await).await;
    let form = |file: &Value, note: &str| json!({ "attachment": file["id"], "note": note });
    assert_eq!(refused(host.post(&path, &form(&pdf, "")).await).await, told(409, "not_a_picture"));
    let rows = made(host.post(&path, &form(&picture, "石桥小学会议室")).await).await;
    assert_eq!((&rows["rows"][0]["note"], &rows["rows"][0]["by_name"]), (&json!("石桥小学会议室"), &json!("老师host")));
    assert_eq!(refused(host.post(&path, &form(&picture, "")).await).await, told(409, "photo_taken"));
    let seen = made(app.person("office").await.get(&path).await).await;
    assert_eq!(seen, rows);
    assert_eq!(app.person("core").await.get(&path).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_file_that_proves_nothing_goes_after_a_week_with_its_bytes() {
    let app = TestApp::start().await;
    let (core, host) = (app.person("core").await, app.person("host").await);
    let give = async |person: &Person, last: u8| {
        let bytes = [b"\x89PNG\r\n\x1a\n".as_slice(), &[last]].concat();
        made(person.upload("证明.png", &bytes).await).await["id"].as_str().unwrap().to_owned()
    };
    let (proof, same, unused) = (give(&core, 1).await, give(&host, 1).await, give(&core, 2).await);
    let leaves = format!("/api/activities/{}/leaves", app.world.activity);
    made(core.post(&leaves, &json!({ "reason": "外出", "attachment": proof })).await).await;
    assert_eq!(app.files(), 2, "the same bytes are kept once");
    let sweep = async || archive::sweep(&app.store, &app.blobs, app.now()).await.unwrap();
    app.turn_clock(Duration::from_secs(6 * 86_400));
    let young = give(&core, 3).await;
    assert_eq!(sweep().await, 0);
    app.turn_clock(Duration::from_secs(86_401));
    assert_eq!(sweep().await, 2, "the host's copy, and what nobody named");
    assert_eq!(app.files(), 2);
    let core = app.person("core").await;
    let status = async |id: &str| core.get(&format!("/api/attachments/{id}")).await.status();
    assert_eq!((status(&proof).await, status(&young).await), (StatusCode::OK, StatusCode::OK));
    assert_eq!((status(&same).await, status(&unused).await), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    let rows = sqlx::AnyPool::connect(&app.database()).await.unwrap();
    let delete = sqlx::query("delete from attachment where id = $1").bind(proof).execute(&rows).await.unwrap_err();
    assert!(delete.to_string().contains("case_insert_only"), "{delete}");
}

#[tokio::test]
async fn the_sweep_knows_every_table_that_refers_to_attachments() {
    let app = TestApp::start().await;
    let rows = sqlx::AnyPool::connect(&app.database()).await.unwrap();
    let refers = "select sql from sqlite_master where type = 'table' and sql like '%references attachment (id)%'";
    let found = sqlx::query_scalar::<_, String>(refers).fetch_all(&rows).await.unwrap();
    let name = |sql: &String| sql.split_whitespace().nth(2).unwrap().trim_matches('"').to_owned();
    let mut found: Vec<String> = found.iter().map(name).collect();
    let mut known: Vec<String> = store::attachment::REFERRING.iter().map(|&table| table.to_owned()).collect();
    found.sort();
    known.sort();
    assert_eq!(found, known);
}
