//! Resources over HTTP: from a Recording to a replay, for those whom it is for.

use crate::app::{Person, STUDIO_QUOTA, TestApp, refusal};
use lectern::archive;
use lectern::domain::resource::{ResourceStep, Visibility};
use lectern::domain::{AccountId, RecordingId, ResourceId};
use lectern::store;
use lectern::store::resource::NewStep;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

pub(crate) async fn account(app: &TestApp, login_name: &str) -> AccountId {
    store::login::credentials(&app.store, login_name).await.unwrap().unwrap().account.id
}

/// What finishing leaves: a minute in ten segments of six seconds, video and sound, a chapter each twenty seconds.
pub(crate) fn finished(app: &TestApp, recording: RecordingId) -> PathBuf {
    let folder = app.folder().join("recordings").join(recording.to_string());
    let out = folder.join("out");
    let put = |name: &str, text: &str| {
        let path = out.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("video.mp4", &"video ".repeat(1000));
    put("poster.jpg", "poster");
    put("sprite-0.jpg", "pictures");
    put("sprites.vtt", "WEBVTT\n");
    put("frames/001.jpg", "frame");
    put("hls/master.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv0/index.m3u8\n");
    for rendition in ["v0", "a0"] {
        let mut playlist = String::from("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"init-0.mp4\"\n");
        put(&format!("hls/{rendition}/init-0.mp4"), "init");
        for number in 0..10 {
            playlist.push_str(&format!("#EXTINF:6.000000,\n{number:05}.m4s\n"));
            put(&format!("hls/{rendition}/{number:05}.m4s"), &format!("{rendition} {number}"));
        }
        put(&format!("hls/{rendition}/index.m3u8"), &(playlist + "#EXT-X-ENDLIST\n"));
    }
    let start = app.now().micros();
    let result = json!({
        "format": 1, "duration_ms": 60_000, "width": 1280, "height": 720, "video": "copied", "bytes": 6000,
        "started_at_us": start, "timeline": [{ "at_us": start, "ms": 0, "length_ms": 60_000 }],
        "chapters": [{ "ms": 0, "title": "导入" }, { "ms": 20_000, "title": "草船借箭的人物" }, { "ms": 40_000, "title": "小结" }],
        "frames": [], "checks": {}
    });
    put("result.json", &result.to_string());
    let chat = json!({ "at": start + 21_000_000, "event": "chat", "name": "王芳", "text": "讲得好" });
    std::fs::write(folder.join("manifest.jsonl"), format!("{chat}\n{{\"at\":")).unwrap();
    out
}

pub(crate) async fn recorded(app: &TestApp) -> (ResourceId, PathBuf) {
    recorded_with(app, |_| ()).await
}

/// With something more in the folder of what finishing made.
pub(crate) async fn recorded_with(app: &TestApp, more: impl Fn(&Path)) -> (ResourceId, PathBuf) {
    let session = store::session::go_live(&app.store, app.world.activity, None, app.now()).await.unwrap().id;
    let recording = store::recording::begin(&app.store, session, app.now()).await.unwrap();
    let out = finished(app, recording.id);
    more(&out);
    let id = archive::take_in(&app.store, &app.storage, &recording, &out, app.now()).await.unwrap();
    (id, out)
}

/// A Recording's Resource, as its host published it.
pub(crate) async fn published(app: &TestApp, visibility: &str) -> ResourceId {
    let (id, _) = recorded(app).await;
    publish(app, id, visibility).await;
    id
}

pub(crate) async fn publish(app: &TestApp, id: ResourceId, visibility: &str) {
    let visibility = Visibility::from_code(visibility);
    let by = account(app, "host").await;
    let step = NewStep { step: ResourceStep::Published, reason: String::new(), by, tier: None, visibility };
    store::resource::step(&app.store, id, step, app.now()).await.unwrap();
}

pub(crate) async fn body(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{status} {text}");
    serde_json::from_str(&text).unwrap()
}

pub(crate) async fn replay(person: &Person, id: ResourceId) -> Value {
    body(person.get(&format!("/api/resources/{id}/replay")).await).await
}

pub(crate) fn url<'a>(replay: &'a Value, field: &str) -> &'a str {
    replay[field].as_str().unwrap_or_else(|| panic!("{field}: {replay}"))
}

/// Beside a link: another file of the same Resource.
pub(crate) fn beside(url: &str, id: ResourceId, name: &str) -> String {
    let (before, _) = url.split_once(&id.to_string()).unwrap();
    format!("{before}{id}/{name}")
}

pub(crate) async fn status(person: &Person, path: &str) -> StatusCode {
    person.get(path).await.status()
}

/// A form with a file and fields, as a browser sends it.
pub(crate) async fn upload(app: &TestApp, person: &Person, fields: &[(&str, &str)], bytes: &[u8]) -> reqwest::Response {
    let mut form = Vec::new();
    for (name, value) in fields {
        form.extend(
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
        );
    }
    form.extend(b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"../../x.pdf\"\r\n\r\n");
    form.extend(bytes);
    form.extend(b"\r\n--edge--\r\n");
    let request = person.request(Method::POST, &format!("/api/studios/{}/resources", app.world.studio));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    request.body(form).send().await.unwrap()
}

#[tokio::test]
async fn a_recording_becomes_one_draft_that_its_host_publishes_to_the_studio() {
    let app = TestApp::start().await;
    let (id, out) = recorded(&app).await;
    let recording = store::resource::get(&app.store, id).await.unwrap().recording.unwrap();
    let recording = store::recording::get(&app.store, recording).await.unwrap();
    let again = archive::take_in(&app.store, &app.storage, &recording, &out, app.now()).await.unwrap();
    assert_eq!(again, id, "once, however often");

    let (host, core, teacher) = (app.person("host").await, app.person("core").await, app.person("teacher").await);
    let view = body(host.get(&format!("/api/resources/{id}")).await).await;
    assert_eq!(
        (&view["state"], &view["title"], &view["duration_ms"]),
        (&json!("draft"), &json!("公开的一课"), &json!(60_000))
    );
    assert_eq!((&view["stage"], &view["subject"]), (&json!("primary"), &json!("语文")), "of a Studio for 小学语文");
    assert_eq!(view["presenters"][0]["name"], "老师core");
    assert_eq!(view["may"]["publish"], true);
    assert_eq!(status(&core, &format!("/api/resources/{id}")).await, StatusCode::FORBIDDEN, "a draft is its keepers'");
    let listed = body(host.get(&format!("/api/recordings?activity={}", app.world.activity)).await).await;
    assert_eq!(listed["rows"][0]["resource"], json!(id));

    let done = body(host.post(&format!("/api/resources/{id}/publish"), &json!({})).await).await;
    assert_eq!((&done["state"], &done["visibility"]), (&json!("published"), &json!("studio")));
    let twice = host.post(&format!("/api/resources/{id}/publish"), &json!({})).await;
    assert_eq!(refusal(twice).await.1, "resource_state");
    let page = replay(&core, id).await;
    assert_eq!(page["chapters"][1], json!({ "ms": 20_000, "title": "草船借箭的人物" }));
    assert_eq!(page["chat"], json!([{ "ms": 21_000, "name": "王芳", "text": "讲得好" }]));
    assert_eq!(status(&core, url(&page, "hls_url")).await, StatusCode::OK);
    assert_eq!(page["mp4_url"], Value::Null, "not to be downloaded");
    assert_eq!(status(&core, &beside(url(&page, "hls_url"), id, "video.mp4")).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&core, &beside(url(&page, "hls_url"), id, "frames/001.jpg")).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&teacher, &format!("/api/resources/{id}")).await, StatusCode::FORBIDDEN);

    let found = body(core.get("/api/resources?search=借箭%20语文").await).await;
    assert_eq!((&found["total"], &found["rows"][0]["hit"]), (&json!(1), &json!("草船借箭的人物")), "{found}");
    assert_eq!(found["rows"][0]["hit_ms"], 20_000);
    assert_eq!(body(core.get("/api/resources?search=数学").await).await["total"], 0);
    assert_eq!(body(teacher.get("/api/resources?search=借箭").await).await["total"], 0);
}

#[tokio::test]
async fn a_take_in_that_was_killed_shows_nothing_and_goes_on() {
    let app = TestApp::start().await;
    let session = store::session::go_live(&app.store, app.world.activity, None, app.now()).await.unwrap().id;
    let recording = store::recording::begin(&app.store, session, app.now()).await.unwrap();
    let out = finished(&app, recording.id);
    // Finishing was cut off before its result; then the storage refuses half of the files.
    std::fs::rename(out.join("result.json"), out.join("later")).unwrap();
    assert!(archive::take_in(&app.store, &app.storage, &recording, &out, app.now()).await.is_err());
    std::fs::rename(out.join("later"), out.join("result.json")).unwrap();
    let torn = out.join("video.mp4");
    std::fs::rename(&torn, out.join("kept")).unwrap();
    std::os::unix::fs::symlink("/nonexistent", &torn).unwrap();
    std::fs::remove_file(out.join("hls/master.m3u8")).unwrap();
    assert!(archive::take_in(&app.store, &app.storage, &recording, &out, app.now()).await.is_err());
    std::fs::remove_file(&torn).unwrap();
    std::fs::rename(out.join("kept"), &torn).unwrap();
    let id = store::resource::of_recording(&app.store, recording.id).await.unwrap();
    assert!(!walk(&app.folder().join("objects")).is_empty(), "some files lie there already");
    assert_eq!(id, None, "nothing half-published");
    let id = archive::take_in(&app.store, &app.storage, &recording, &out, app.now()).await.unwrap();
    assert_eq!(store::resource::of_recording(&app.store, recording.id).await.unwrap(), Some(id));
    let files = store::resource::files(&app.store, id).await.unwrap();
    for file in files {
        let stored = archive::Stored { bytes: file.bytes, sha256: file.sha256 };
        assert!(app.storage.has(&archive::key_of(id, &file.name), &stored).await.unwrap(), "{}", file.name);
    }
}

#[tokio::test]
async fn the_office_consents_to_more_than_the_studio_and_selects_what_was_nominated() {
    let app = TestApp::start().await;
    let (id, _) = recorded(&app).await;
    let (host, office, teacher) = (app.person("host").await, app.person("office").await, app.person("teacher").await);
    let path = format!("/api/resources/{id}");
    let alone = host.post(&format!("{path}/publish"), &json!({ "visibility": "region" })).await;
    assert_eq!(refusal(alone).await.1, "office_consents");
    body(host.patch(&path, &json!({ "visibility": "region" })).await).await;
    body(host.post(&format!("{path}/submit"), &Value::Null).await).await;
    let silent = office.post(&format!("{path}/return"), &json!({ "reason": " " })).await;
    assert_eq!(refusal(silent).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    body(office.post(&format!("{path}/return"), &json!({ "reason": "片头太长" })).await).await;
    body(host.post(&format!("{path}/submit"), &Value::Null).await).await;
    let done = body(office.post(&format!("{path}/publish"), &json!({})).await).await;
    assert_eq!((&done["state"], &done["visibility"]), (&json!("published"), &json!("region")));
    assert_eq!(status(&teacher, &path).await, StatusCode::OK, "a teacher of the county");
    assert_eq!(status(&app.nobody(), &path).await, StatusCode::UNAUTHORIZED);
    let wider = host.patch(&path, &json!({ "visibility": "public" })).await;
    assert_eq!(refusal(wider).await.1, "office_consents");

    let facts = async || {
        let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
        store::fact::of_studio(&app.store, studio).await.unwrap().facts.resources
    };
    let early = office.post(&format!("{path}/select"), &json!({ "selected": true, "reason": "好" })).await;
    assert_eq!(refusal(early).await.1, "resource_state");
    assert!(facts().await.is_empty());
    let nominated_on = app.now().day();
    body(host.post(&format!("{path}/nominate"), &json!({ "reason": "示范课" })).await).await;
    app.turn_clock(DAY * 3);
    let chosen =
        body(office.post(&format!("{path}/select"), &json!({ "selected": true, "reason": "有示范性" })).await).await;
    assert_eq!((&chosen["selection"], &chosen["selection_reason"]), (&json!("selected"), &json!("有示范性")));
    let [fact] = facts().await.try_into().unwrap();
    assert_eq!((fact.id, fact.day), (id.to_string(), nominated_on));
    assert_eq!(
        (fact.decisions[0].day, fact.decisions[0].what),
        (app.now().day(), Some(1)),
        "the decision carries its day"
    );
    body(host.post(&format!("{path}/withdraw"), &json!({ "reason": "重录" })).await).await;
    let decisions = facts().await.remove(0).decisions;
    assert_eq!(decisions.last().unwrap().what, None, "what is not shown is no 精品");
}

#[tokio::test]
async fn a_held_resource_keeps_its_files_and_a_withdrawn_one_loses_them_after_its_last_day() {
    let app = TestApp::start().await;
    let id = published(&app, "studio").await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("/api/resources/{id}");
    let until = app.now().day().plus(2);
    body(host.patch(&path, &json!({ "keep_until": until })).await).await;
    body(office.post(&format!("{path}/hold"), &json!({ "held": true, "reason": "有投诉" })).await).await;
    body(host.post(&format!("{path}/withdraw"), &json!({ "reason": "暂停" })).await).await;
    app.turn_clock(DAY * 5);
    assert_eq!(archive::let_go(&app.store, &app.storage, app.now()).await.unwrap(), 0);
    let cut = host.patch(&path, &json!({ "from_ms": 6000 })).await;
    assert_eq!(refusal(cut).await.1, "legal_hold");
    body(office.post(&format!("{path}/hold"), &json!({ "held": false, "reason": "已查清" })).await).await;
    assert_eq!(archive::let_go(&app.store, &app.storage, app.now()).await.unwrap(), 1);
    let left = walk(&app.folder().join("objects"));
    assert!(left.is_empty(), "{left:?}");
    let again = host.post(&format!("{path}/publish"), &json!({})).await;
    assert_eq!(refusal(again).await.1, "files_gone");
    let steps = body(host.get(&format!("{path}/steps")).await).await["rows"].clone();
    let told: Vec<[&str; 3]> = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|one| [&one["step"], &one["reason"], &one["by"]["name"]].map(|word| word.as_str().unwrap()))
        .collect();
    assert_eq!(
        told[1..],
        [["held", "有投诉", "老师office"], ["withdrawn", "暂停", "老师host"], ["released", "已查清", "老师office"]]
    );
    assert_eq!(steps[1]["tier"], "county");
}

#[tokio::test]
async fn an_upload_whose_row_stands_after_all_keeps_its_file() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let made = body(upload(&app, &host, &[("title", "微课")], b"%PDF-1.7").await).await;
    let id = ResourceId::parse(made["id"].as_str().unwrap()).unwrap();
    let key = archive::key_of(id, "file.pdf");
    let stands = archive::take_back(&app.store, &app.storage, id, &key).await.unwrap();
    assert_eq!(stands.map(|one| one.id), Some(id));
    assert_eq!(app.storage.read_all(&key).await.unwrap(), b"%PDF-1.7".as_slice());
    let other = ResourceId::from_random([9; 10]);
    let nobodys = app.folder().join("nobodys");
    std::fs::write(&nobodys, "x").unwrap();
    let key = archive::key_of(other, "file.pdf");
    app.storage.put_file(&key, &nobodys).await.unwrap();
    assert_eq!(archive::take_back(&app.store, &app.storage, other, &key).await.unwrap(), None);
    assert!(app.storage.read_all(&key).await.is_err());
}

pub(crate) fn walk(folder: &Path) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn an_upload_is_what_its_bytes_say_within_the_quota() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let fields = [("title", "习作教学案例"), ("kind", "case_study"), ("stage", "primary"), ("subject", "小学语文")];
    let made = body(upload(&app, &host, &fields, b"%PDF-1.7 case").await).await;
    let id = ResourceId::parse(made["id"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&made["kind"], &made["stage"], &made["state"]),
        (&json!("case_study"), &json!("primary"), &json!("draft"))
    );
    let page = replay(&host, id).await;
    assert_eq!((&page["file_type"], &page["hls_url"]), (&json!("application/pdf"), &Value::Null));
    let file = host.get(url(&page, "file_url")).await;
    assert_eq!(file.headers()[header::CONTENT_TYPE], "application/pdf");
    assert_eq!(file.bytes().await.unwrap(), b"%PDF-1.7 case".as_slice());
    let kept = host.get(url(&page, "download_url")).await;
    assert!(
        kept.headers()[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .starts_with("attachment; filename=\"resource.pdf\"")
    );
    let cut = host.patch(&format!("/api/resources/{id}"), &json!({ "from_ms": 5 })).await;
    assert_eq!(cut.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let program = upload(&app, &host, &fields, b"MZ\x90\0").await;
    assert_eq!(refusal(program).await.1, "file_type_not_taken");
    let nameless = upload(&app, &host, &[("title", " ")], b"%PDF-1.7").await;
    assert_eq!(refusal(nameless).await.2["title"], "请填写标题。");
    let mut large = b"%PDF-1.7".to_vec();
    large.resize(usize::try_from(STUDIO_QUOTA).unwrap(), 0);
    assert_eq!(refusal(upload(&app, &host, &fields, &large).await).await.1, "quota_used");
    assert_eq!(walk(&app.folder().join("objects")).len(), 1, "what was refused is nowhere");
    assert_eq!(app.files(), 0, "nothing of an upload stays where it came in");
}

#[tokio::test]
async fn a_file_that_cant_be_taken_away_keeps_no_other_and_is_tried_again() {
    let app = TestApp::start().await;
    let (host, mut ids) = (app.person("host").await, Vec::new());
    for _ in 0..2 {
        let made = body(upload(&app, &host, &[("title", "微课")], b"%PDF-1.7").await).await;
        let id = ResourceId::parse(made["id"].as_str().unwrap()).unwrap();
        publish(&app, id, "studio").await;
        body(host.patch(&format!("/api/resources/{id}"), &json!({ "keep_until": app.now().day() })).await).await;
        body(host.post(&format!("/api/resources/{id}/withdraw"), &json!({ "reason": "暂停" })).await).await;
        ids.push(id);
    }
    ids.sort();
    app.turn_clock(DAY * 2);
    // A folder stands where the first file was, with something in it: nothing removes it.
    let stuck = app.folder().join("objects").join(archive::key_of(ids[0], "file.pdf"));
    std::fs::remove_file(&stuck).unwrap();
    std::fs::create_dir(&stuck).unwrap();
    std::fs::write(stuck.join("kept"), "x").unwrap();
    assert_eq!(archive::let_go(&app.store, &app.storage, app.now()).await.unwrap(), 1);
    assert_eq!(store::resource::files(&app.store, ids[1]).await.unwrap(), []);
    let path = format!("/api/resources/{}", ids[0]);
    let again = host.post(&format!("{path}/publish"), &json!({})).await;
    assert_eq!(refusal(again).await.1, "files_gone", "some may be gone already");
    std::fs::remove_dir_all(&stuck).unwrap();
    assert_eq!(archive::let_go(&app.store, &app.storage, app.now()).await.unwrap(), 1);
    assert_eq!(store::resource::files(&app.store, ids[0]).await.unwrap(), []);
    assert_eq!(archive::let_go(&app.store, &app.storage, app.now()).await.unwrap(), 0);
}

#[tokio::test]
async fn why_finishing_failed_is_told_in_words_and_its_trace_to_admins() {
    let app = TestApp::start().await;
    let session = store::session::go_live(&app.store, app.world.activity, None, app.now()).await.unwrap().id;
    let recording = store::recording::begin(&app.store, session, app.now()).await.unwrap();
    let trace = "ffmpeg: /srv/lectern/recordings/x/a0.ogg: Invalid data";
    store::recording::close(&app.store, recording.id, 9, app.now()).await.unwrap();
    store::recording::failed(&app.store, recording.id, trace, 1).await.unwrap();
    let told = async |person: &str| {
        let path = format!("/api/recordings?activity={}", app.world.activity);
        body(app.person(person).await.get(&path).await).await["rows"][0]["failure"].clone()
    };
    assert_eq!(told("admin").await, trace);
    for member in ["host", "core"] {
        assert_eq!(told(member).await, "整理录制的程序没有做完，原因已经记下，请联系管理员。", "{member}");
    }
}

#[tokio::test]
async fn four_on_one_theme_are_a_course_in_the_order_they_came() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let form = json!({ "title": "整本书阅读", "theme": "怎样读一本书" });
    let series = body(host.post(&format!("/api/studios/{}/series", app.world.studio), &form).await).await;
    let series = series["id"].as_str().unwrap();
    let course = async || body(app.nobody().get(&format!("/api/library/series/{series}")).await).await;
    for (number, title) in (1..).zip(["猜一猜", "读一读", "演一演", "写一写"]) {
        let made = body(upload(&app, &host, &[("title", title), ("series", series)], b"%PDF-1.7 lesson").await).await;
        let id = ResourceId::parse(made["id"].as_str().unwrap()).unwrap();
        publish(&app, id, "public").await;
        app.turn_clock(DAY);
        let told = course().await;
        assert_eq!((&told["title"], &told["theme"]), (&form["title"], &form["theme"]));
        assert_eq!(told["course"], number == 4, "同一主题 ≥ 4 次");
        let titles: Vec<&Value> = told["resources"].as_array().unwrap().iter().map(|one| &one["title"]).collect();
        assert_eq!((titles.len(), *titles.last().unwrap()), (number, &json!(title)));
    }
    let first = course().await["resources"][0]["id"].as_str().unwrap().to_owned();
    body(host.post(&format!("/api/resources/{first}/withdraw"), &json!({ "reason": "重录" })).await).await;
    assert_eq!(course().await["course"], false, "what is withdrawn is no part of it");
}
