//! Evidence packs over HTTP: the archive opened, and its parts read.

use crate::app::{TestApp, refusal};
use crate::http_reports::{held, pdf_text};
use crate::http_resources::{body, finished};
use calamine::{Data, Reader, Xlsx};
use lectern::archive;
use lectern::domain::ResourceId;
use lectern::domain::presence::hex;
use lectern::store;
use reqwest::StatusCode;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n of the hall";

async fn unpacked(app: &TestApp, who: &str, path: &str) -> (String, BTreeMap<String, Vec<u8>>) {
    let answer = app.person(who).await.get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    assert_eq!(answer.headers()["content-type"], "application/zip");
    let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(bytes.len(), length);
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    (name, files)
}

fn sheet(file: &[u8], name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// An Activity with a notice, a photo and a lesson review, that was held.
async fn proven(app: &TestApp) -> String {
    let (host, office) = (app.person("host").await, app.person("office").await);
    let url = format!("/api/activities/{}", app.world.activity);
    let sent: Value =
        host.post(&format!("{url}/notices"), &json!({ "content": "请参加。" })).await.json().await.unwrap();
    let decision = format!("/api/notices/{}/decision", sent["id"].as_str().unwrap());
    assert_eq!(office.post(&decision, &json!({ "approved": true })).await.status(), StatusCode::OK);
    let session = held(app).await;
    let review = json!({ "lesson": "整本书阅读", "strengths": "问题清楚", "advice": "多留时间" });
    let reviewed = host.post(&format!("{url}/lesson-reviews"), &review).await;
    assert_eq!(reviewed.status(), StatusCode::CREATED);
    let file: Value = host.upload("会场.png", PICTURE).await.json().await.unwrap();
    let photo = json!({ "attachment": file["id"], "note": "会场" });
    assert_eq!(host.post(&format!("/api/sessions/{session}/photos"), &photo).await.status(), StatusCode::CREATED);
    url
}

#[tokio::test]
async fn a_pack_holds_everything_that_proves_an_activity() {
    let app = TestApp::start().await;
    let url = proven(&app).await;
    let (name, files) = unpacked(&app, "office", &format!("{url}/evidence-pack")).await;
    assert!(name.contains("filename=\"evidence.zip\""), "{name}");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["出席报告.xlsx", "听课评课记录.xlsx", "活动记录.pdf", "照片/01 会场.png", "电子通知.pdf", "目录.xlsx"]
    );
    assert_eq!(files["照片/01 会场.png"], PICTURE);
    assert_eq!(sheet(&files["出席报告.xlsx"], "名单").len(), 4);
    let reviews = sheet(&files["听课评课记录.xlsx"], "评课");
    assert_eq!((&reviews[1][0], &reviews[1][3]), (&Data::String("老师host".into()), &Data::Float(60.0)));
    let listeners = sheet(&files["听课评课记录.xlsx"], "听课");
    assert_eq!(listeners[1][4], Data::Float(1.3), "60 minutes are 1.3 课时 of 45");

    let record = pdf_text(&files["活动记录.pdf"]);
    for words in
        ["活动记录", "公开的一课", "王老师名师工作室", "淳安县〔2026〕第1号", "1.3，60 分钟", "问题清楚", "老师core"]
    {
        assert!(record.contains(words), "{words} in {record}");
    }
    assert!(pdf_text(&files["电子通知.pdf"]).contains("请参加。"));

    let list = sheet(&files["目录.xlsx"], "目录");
    assert_eq!(list.len(), 6, "a header, and everything but itself");
    for row in &list[1..] {
        let bytes = &files[&row[1].to_string()];
        assert_eq!(row[4].to_string(), hex(digest(&SHA256, bytes).as_ref()), "{row:?}");
        assert_eq!(row[3], Data::Float(bytes.len() as f64));
    }
    let code = list.iter().find(|row| row[2] == Data::String("活动记录".into())).unwrap()[5].to_string();
    let found: Value = app.nobody().get(&format!("/api/verifications/{code}")).await.json().await.unwrap();
    assert_eq!((&found["ledger"], &found["same"]), (&"intact".into(), &"same".into()));
    assert_eq!(found["title"], "活动记录 公开的一课");
}

/// The Activity was recorded: a minute, with a picture of its 5th and of its 20th second.
async fn filmed(app: &TestApp) -> ResourceId {
    let session = held(app).await;
    let recording = store::recording::begin(&app.store, session, app.now()).await.unwrap();
    let out = finished(app, recording.id);
    std::fs::remove_file(out.join("frames/001.jpg")).unwrap();
    for (name, picture) in [("00005000", "shown"), ("00020000", "kept back")] {
        std::fs::write(out.join(format!("frames/{name}.jpg")), picture).unwrap();
    }
    archive::take_in(&app.store, &app.storage, &recording, &out, app.now()).await.unwrap()
}

#[tokio::test]
async fn a_pack_holds_the_link_to_a_recording_and_no_picture_of_a_hidden_part() {
    let app = TestApp::start().await;
    let resource = filmed(&app).await;
    let pack = format!("/api/activities/{}/evidence-pack", app.world.activity);
    let pictures = async || {
        let (_, files) = unpacked(&app, "host", &pack).await;
        files.into_iter().filter(|(name, _)| name.starts_with("音像资料/")).collect::<BTreeMap<_, _>>()
    };
    let whole = pictures().await;
    let names = ["音像资料/01 公开的一课/0-00-05.jpg", "音像资料/01 公开的一课/0-00-20.jpg"];
    assert_eq!(whole.keys().map(String::as_str).collect::<Vec<_>>(), names);
    assert_eq!((&whole[names[0]][..], &whole[names[1]][..]), (&b"shown"[..], &b"kept back"[..]));

    let cut = json!({ "hidden": [{ "from_ms": 19_000, "to_ms": 25_000 }] });
    body(app.person("host").await.patch(&format!("/api/resources/{resource}"), &cut).await).await;
    let (_, files) = unpacked(&app, "office", &pack).await;
    let left: Vec<&str> = files.keys().map(String::as_str).filter(|name| name.starts_with("音像资料/")).collect();
    assert_eq!(left, [names[0]], "what is kept from viewers is no evidence");
    let link = format!("/resources/{resource}");
    let rows = sheet(&files["音像资料.xlsx"], "音像资料");
    assert_eq!((rows.len(), &rows[1][0]), (2, &Data::String("公开的一课".into())));
    assert!(rows[1][2].to_string().ends_with(&link), "{rows:?}");
    // A line of the page may end within an address.
    let record: String = pdf_text(&files["活动记录.pdf"]).split_whitespace().collect();
    assert!(record.contains("音像资料") && record.contains(&resource.to_string()), "{link} in {record}");
    let list = sheet(&files["目录.xlsx"], "目录");
    let listed: Vec<_> = list.iter().filter(|row| row[2].to_string().starts_with("录像截图")).collect();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0][4].to_string(), hex(digest(&SHA256, b"shown").as_ref()));
}

#[tokio::test]
async fn a_year_has_a_folder_for_each_activity() {
    let app = TestApp::start().await;
    let studio = format!("/api/studios/{}/evidence-pack", app.world.studio);
    let (status, code, _) = refusal(app.person("host").await.get(&format!("{studio}?year=2026")).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "nothing_held"));
    proven(&app).await;
    let (_, files) = unpacked(&app, "host", &format!("{studio}?year=2026")).await;
    assert!(files.contains_key("01 2026-03-02 公开的一课/活动记录.pdf"), "{:?}", files.keys());
    assert!(files.contains_key("目录.xlsx"));
    assert_eq!(app.files(), 1, "what was put together lies on the disk no more: the photo does");
}

#[tokio::test]
async fn there_is_no_pack_of_what_is_not_over() {
    let app = TestApp::start().await;
    app.live_session(app.world.activity).await;
    let url = format!("/api/activities/{}/evidence-pack", app.world.activity);
    let (status, code, _) = refusal(app.person("host").await.get(&url).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "activity_not_over"));
}
