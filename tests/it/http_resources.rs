//! Resources over HTTP: from a Recording to a replay, for those whom it is for.

use crate::app::{Person, STUDIO_QUOTA, TestApp, refusal};
use lectern::archive;
use lectern::domain::resource::{ResourceStep, Visibility};
use lectern::domain::{AccountId, AttachmentId, RecordingId, ResourceId};
use lectern::store;
use lectern::store::resource::NewStep;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

async fn account(app: &TestApp, login_name: &str) -> AccountId {
    store::login::credentials(&app.store, login_name).await.unwrap().unwrap().account.id
}

/// What finishing leaves: a minute in ten segments of six seconds, video and sound, a chapter each twenty seconds.
fn finished(app: &TestApp, recording: RecordingId) -> PathBuf {
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

async fn recorded(app: &TestApp) -> (ResourceId, PathBuf) {
    let session = store::session::go_live(&app.store, app.world.activity, None, app.now()).await.unwrap().id;
    let recording = store::recording::begin(&app.store, session, app.now()).await.unwrap();
    let out = finished(app, recording.id);
    let id = archive::take_in(&app.store, &app.storage, &recording, &out, app.now()).await.unwrap();
    (id, out)
}

/// A Recording's Resource, as its host published it.
pub(crate) async fn published(app: &TestApp, visibility: &str) -> ResourceId {
    let (id, _) = recorded(app).await;
    publish(app, id, visibility).await;
    id
}

async fn publish(app: &TestApp, id: ResourceId, visibility: &str) {
    let visibility = Visibility::from_code(visibility);
    let by = account(app, "host").await;
    let step = NewStep { step: ResourceStep::Published, reason: String::new(), by, tier: None, visibility };
    store::resource::step(&app.store, id, step, app.now()).await.unwrap();
}

async fn body(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{status} {text}");
    serde_json::from_str(&text).unwrap()
}

async fn replay(person: &Person, id: ResourceId) -> Value {
    body(person.get(&format!("/api/resources/{id}/replay")).await).await
}

fn url<'a>(replay: &'a Value, field: &str) -> &'a str {
    replay[field].as_str().unwrap_or_else(|| panic!("{field}: {replay}"))
}

/// Beside a link: another file of the same Resource.
fn beside(url: &str, id: ResourceId, name: &str) -> String {
    let (before, _) = url.split_once(&id.to_string()).unwrap();
    format!("{before}{id}/{name}")
}

async fn status(person: &Person, path: &str) -> StatusCode {
    person.get(path).await.status()
}

/// A form with a file and fields, as a browser sends it.
async fn upload(app: &TestApp, person: &Person, fields: &[(&str, &str)], bytes: &[u8]) -> reqwest::Response {
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
async fn hidden_parts_are_in_no_playlist_file_chapter_chat_or_search() {
    let app = TestApp::start().await;
    let (id, _) = recorded(&app).await;
    let (host, core) = (app.person("host").await, app.person("core").await);
    let path = format!("/api/resources/{id}");
    let open = host.patch(&path, &json!({ "downloadable": true })).await;
    assert_eq!(body(open).await["downloadable"], true);
    let both = host.patch(&path, &json!({ "hidden": [{ "from_ms": 19_000, "to_ms": 25_000 }] })).await;
    assert_eq!(refusal(both).await.1, "hidden_and_downloadable");
    // Six seconds from the beginning, and what touches 19 to 25: segments 3 and 4.
    let cut = json!({ "downloadable": false, "from_ms": 6000, "hidden": [{ "from_ms": 19_000, "to_ms": 25_000 }] });
    let view = body(host.patch(&path, &cut).await).await;
    assert_eq!((&view["duration_ms"], &view["poster_url"]), (&json!(42_000), &Value::Null), "{view}");
    publish(&app, id, "studio").await;

    let page = replay(&core, id).await;
    assert_eq!(page["chapters"], json!([{ "ms": 22_000, "title": "小结" }]));
    assert_eq!((&page["chat"], &page["sprites_url"], &page["mp4_url"]), (&json!([]), &Value::Null, &Value::Null));
    let link = url(&page, "hls_url");
    for rendition in ["v0", "a0"] {
        let playlist = core.get(&beside(link, id, &format!("hls/{rendition}/index.m3u8"))).await.text().await.unwrap();
        let left: Vec<&str> = playlist.lines().filter(|line| line.ends_with(".m4s")).collect();
        let wanted = ["00001.m4s", "00002.m4s", "00005.m4s", "00006.m4s", "00007.m4s", "00008.m4s", "00009.m4s"];
        assert_eq!(left, wanted, "{playlist}");
        assert_eq!(playlist.lines().filter(|line| *line == "#EXT-X-DISCONTINUITY").count(), 1);
        assert!(playlist.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n"), "what is before the beginning counts");
        for (number, seen) in [(0, false), (1, true), (3, false), (4, false), (5, true)] {
            let segment = beside(link, id, &format!("hls/{rendition}/{number:05}.m4s"));
            assert_eq!(status(&core, &segment).await == StatusCode::OK, seen, "{segment}");
        }
    }
    for name in ["video.mp4", "poster.jpg", "sprites.vtt", "sprite-0.jpg", "download"] {
        assert_eq!(status(&core, &beside(link, id, name)).await, StatusCode::NOT_FOUND, "{name}");
    }
    assert_eq!(body(core.get("/api/resources?search=借箭").await).await["total"], 0);

    let late = host.patch(&path, &json!({ "hidden": [] })).await;
    assert_eq!(refusal(late).await.1, "cut_while_published");
    let whole = body(host.get(&format!("{path}/replay?whole=true")).await).await;
    assert_eq!((&whole["duration_ms"], whole["chapters"].as_array().unwrap().len()), (&json!(60_000), 3));
    assert_eq!(status(&host, &beside(url(&whole, "hls_url"), id, "hls/v0/00003.m4s")).await, StatusCode::OK);
    // What was watched is told in times of the replay, across the joint, and kept in those of the recording.
    let report = json!({ "view": "a", "intervals": [{ "from_ms": 10_000, "to_ms": 14_000 }], "position_ms": 14_000 });
    let seen = body(core.post(&format!("{path}/views"), &report).await).await;
    assert_eq!(seen, json!({ "seen": [{ "from_ms": 10_000, "to_ms": 14_000 }], "watched_ms": 4000 }));
    let kept = store::replay::of_person(&app.store, id, account(&app, "core").await).await.unwrap();
    assert_eq!(
        kept.parts.iter().map(|one| (one.from_ms, one.to_ms)).collect::<Vec<_>>(),
        [(16_000, 18_000), (30_000, 32_000)]
    );
    assert_eq!(replay(&core, id).await["resume_ms"], 14_000);
}

#[tokio::test]
async fn links_hold_for_one_resource_and_end_and_give_ranges() {
    let app = TestApp::start().await;
    let id = published(&app, "public").await;
    let nobody = app.nobody();
    let page = replay(&nobody, id).await;
    assert_eq!(page["chat"], json!([]), "names of people are for those who signed in");
    let link = url(&page, "hls_url").to_owned();
    let segment = beside(&link, id, "hls/v0/00002.m4s");
    let whole = nobody.get(&segment).await;
    assert_eq!(whole.headers()[header::CONTENT_TYPE], "video/iso.segment");
    assert_eq!(whole.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(whole.headers()[header::CACHE_CONTROL].to_str().unwrap().starts_with("public, max-age="));
    assert_eq!(
        (whole.headers()[header::CONTENT_LENGTH].to_str().unwrap(), whole.headers().get(header::CONTENT_ENCODING)),
        ("4", None)
    );
    let etag = whole.headers()[header::ETAG].clone();
    assert_eq!(whole.bytes().await.unwrap(), "v0 2");

    let ranged = |range: &str| nobody.request(Method::GET, &segment).header(header::RANGE, range).send();
    let part = ranged("bytes=1-2").await.unwrap();
    assert_eq!(
        (part.status(), part.headers()[header::CONTENT_RANGE].to_str().unwrap()),
        (StatusCode::PARTIAL_CONTENT, "bytes 1-2/4")
    );
    assert_eq!(part.bytes().await.unwrap(), "0 ");
    assert_eq!(ranged("bytes=-1").await.unwrap().bytes().await.unwrap(), "2");
    let beyond = ranged("bytes=4-").await.unwrap();
    assert_eq!(
        (beyond.status(), beyond.headers()[header::CONTENT_RANGE].to_str().unwrap()),
        (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */4")
    );
    let known = nobody.request(Method::GET, &segment).header(header::IF_NONE_MATCH, etag).send().await.unwrap();
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    let head = nobody.request(Method::HEAD, &segment).send().await.unwrap();
    assert_eq!((head.status(), head.headers()[header::CONTENT_LENGTH].to_str().unwrap()), (StatusCode::OK, "4"));

    for trick in [
        "hls/v0/..%2f..%2fposter.jpg",
        "..%2f..%2fsecret.key",
        "%2e%2e/%2e%2e/lectern.db",
        "hls//v0/00002.m4s",
        "hls/v0/00002.m4s%00",
        "/etc/passwd",
    ] {
        let told = status(&nobody, &beside(&link, id, trick)).await;
        assert_eq!(told, StatusCode::NOT_FOUND, "{trick}");
    }
    // Of somebody who changes one character, and of one who tries it on another Resource.
    let at = link.len() / 3;
    let changed = if link.as_bytes()[at] == b'A' { "B" } else { "A" };
    let forged = format!("{}{changed}{}", &link[..at], &link[at + 1..]);
    assert_eq!(refusal(nobody.get(&forged).await).await.1, "link_forged");
    let other = link.replace(id.as_str(), "aaaaaaaaaaaaaaaa");
    assert_eq!(refusal(nobody.get(&other).await).await.1, "link_forged");
    app.turn_clock(Duration::from_secs(5 * 3600));
    assert_eq!(status(&nobody, &segment).await, StatusCode::OK);
    app.turn_clock(Duration::from_secs(7 * 3600));
    let (ended, code, _) = refusal(nobody.get(&segment).await).await;
    assert_eq!((ended, code.as_str()), (StatusCode::GONE, "link_expired"));
    // Withdrawn, fresh links end at once too.
    let fresh = url(&replay(&nobody, id).await, "hls_url").to_owned();
    let why = json!({ "reason": "有错字" });
    body(app.person("host").await.post(&format!("/api/resources/{id}/withdraw"), &why).await).await;
    assert_eq!(status(&nobody, &fresh).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_click_is_one_person_and_day_of_ten_seconds() {
    let app = TestApp::start().await;
    let id = published(&app, "studio").await;
    let (core, host) = (app.person("core").await, app.person("host").await);
    let views = format!("/api/resources/{id}/views");
    let report =
        |from: u64, to: u64| json!({ "view": "a", "intervals": [{ "from_ms": from, "to_ms": to }], "position_ms": to });
    body(core.post(&views, &report(0, 9000)).await).await;
    let figures = async || body(core.get(&format!("/api/resources/{id}")).await).await["figures"].clone();
    assert_eq!((&figures().await["clicks"], &figures().await["viewers"]), (&json!(0), &json!(1)));
    // The same nine seconds again, then two more: eleven.
    body(core.post(&views, &report(0, 9000)).await).await;
    body(core.post(&views, &report(5000, 11_000)).await).await;
    assert_eq!((&figures().await["clicks"], &figures().await["watched_ms"]), (&json!(1), &json!(11_000)));
    app.turn_clock(DAY);
    body(core.post(&views, &report(0, 60_000)).await).await;
    assert_eq!((&figures().await["clicks"], &figures().await["viewers"]), (&json!(2), &json!(1)));

    // As `sendBeacon` sends it: text, with the token inside; without it, nobody of ours asked.
    let cookie = "text/plain;charset=UTF-8";
    let beacon = |body: Value| {
        let request = host.client.post(format!("{}{views}", app.url)).header(header::CONTENT_TYPE, cookie);
        request.body(body.to_string()).send()
    };
    let without = beacon(report(0, 20_000)).await.unwrap();
    assert_eq!(refusal(without).await.1, "csrf_missing");
    let mut told = report(0, 20_000);
    told["csrf"] = json!(host.csrf());
    assert_eq!(beacon(told).await.unwrap().status(), StatusCode::OK);
    assert_eq!(figures().await["viewers"], 2);
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
}

fn walk(folder: &Path) -> Vec<PathBuf> {
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
async fn people_add_subtitles_comments_stars_files_and_collect_it() {
    let app = TestApp::start().await;
    let id = published(&app, "public").await;
    let (host, core, teacher) = (app.person("host").await, app.person("core").await, app.person("teacher").await);
    let path = format!("/api/resources/{id}");
    let subtitles = |text: &'static str| host.request(Method::PUT, &format!("{path}/subtitles")).body(text).send();
    let (bad, _, lines) = refusal(subtitles("WEBVTT\n\n00:05.000 --> 00:01.000\n倒着\n").await.unwrap()).await;
    assert_eq!((bad, lines["line 3"].is_string()), (StatusCode::UNPROCESSABLE_ENTITY, true), "{lines}");
    let good = "1\n00:00:30,000 --> 00:00:32,000\n诸葛亮神机妙算\n";
    assert_eq!(body(subtitles(good).await.unwrap()).await["cues"], 1);
    let found = body(teacher.get("/api/resources?search=神机妙算").await).await;
    assert_eq!((&found["rows"][0]["hit"], &found["rows"][0]["hit_ms"]), (&json!("诸葛亮神机妙算"), &json!(30_000)));
    let track = teacher.get(url(&replay(&teacher, id).await, "subtitles_url")).await;
    assert_eq!(track.headers()[header::CONTENT_TYPE], "text/vtt; charset=utf-8");
    assert_eq!(track.text().await.unwrap(), "WEBVTT\n\n00:00:30.000 --> 00:00:32.000\n诸葛亮神机妙算\n");

    let comments = format!("{path}/comments");
    let made = body(teacher.post(&comments, &json!({ "ms": 31_000, "text": "这里可以慢一点" })).await).await;
    assert_eq!(
        teacher.post(&comments, &json!({ "ms": 61_000, "text": "晚了" })).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(app.nobody().post(&comments, &json!({ "text": "路过" })).await.status(), StatusCode::UNAUTHORIZED);
    let listed = body(core.get(&comments).await).await;
    assert_eq!((&listed["rows"][0]["ms"], &listed["rows"][0]["may_delete"]), (&json!(31_000), &json!(false)));
    let delete = format!("/api/comments/{}", made["id"].as_str().unwrap());
    assert_eq!(core.request(Method::DELETE, &delete).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(host.request(Method::DELETE, &delete).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(body(core.get(&comments).await).await["rows"], json!([]));

    let rate = async |person: &Person, stars: u32| {
        let request = person.request(Method::PUT, &format!("{path}/rating")).json(&json!({ "stars": stars }));
        request.send().await.unwrap().status()
    };
    assert_eq!(
        (rate(&teacher, 6).await, rate(&teacher, 3).await, rate(&teacher, 4).await),
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(rate(&core, 1).await, StatusCode::OK, "one's own Studio's stars are kept, and not counted");
    let plan = body(teacher.post("/api/lesson-plans", &json!({ "title": "第五单元" })).await).await;
    for person in [&teacher, &core] {
        let own = body(person.post("/api/lesson-plans", &json!({ "title": "备课" })).await).await;
        let put =
            person.request(Method::PUT, &format!("/api/lesson-plans/{}/resources/{id}", own["id"].as_str().unwrap()));
        assert_eq!(put.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }
    let others =
        core.request(Method::PUT, &format!("/api/lesson-plans/{}/resources/{id}", plan["id"].as_str().unwrap()));
    assert_eq!(others.send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let figures = body(host.get(&path).await).await["figures"].clone();
    assert_eq!((&figures["used"], &figures["rating_average"], &figures["ratings"]), (&json!(1), &json!(40), &json!(1)));
    let plans = body(teacher.get("/api/lesson-plans").await).await;
    let collected = plans["rows"].as_array().unwrap().iter().map(|plan| plan["resources"].as_array().unwrap().len());
    assert_eq!(collected.sum::<usize>(), 1);

    let file: Value = host.upload("教案.png", b"\x89PNG\r\n\x1a\n").await.json().await.unwrap();
    let file = AttachmentId::parse(file["id"].as_str().unwrap()).unwrap();
    let add = host.post(&format!("{path}/attachments"), &json!({ "attachment": file })).await;
    assert_eq!(add.status(), StatusCode::NO_CONTENT);
    let beside = replay(&teacher, id).await["attachments"][0].clone();
    assert_eq!(beside["name"], "教案.png");
    assert_eq!(
        teacher.get(beside["url"].as_str().unwrap()).await.bytes().await.unwrap(),
        b"\x89PNG\r\n\x1a\n".as_slice()
    );
    let gone = host.request(Method::DELETE, &format!("{path}/attachments/{file}")).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(status(&teacher, beside["url"].as_str().unwrap()).await, StatusCode::NOT_FOUND);
}
