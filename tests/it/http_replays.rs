//! Replays over HTTP: what of a Resource is shown to whom, by links that end, and what people add to it.

use crate::app::{Person, TestApp, refusal};
use crate::http_resources::{
    DAY, account, beside, body, publish, published, recorded, recorded_with, replay, status, url,
};
use lectern::domain::AttachmentId;
use lectern::store;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// A smaller picture beside `v0`, whose segments are so long, in seconds.
fn smaller(out: &Path, lengths: &[u32]) {
    let folder = out.join("hls/small");
    std::fs::create_dir_all(&folder).unwrap();
    let mut playlist = String::from("#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXT-X-MAP:URI=\"init-0.mp4\"\n");
    std::fs::write(folder.join("init-0.mp4"), "init").unwrap();
    for (number, length) in lengths.iter().enumerate() {
        playlist.push_str(&format!("#EXTINF:{length}.000000,\n{number:05}.m4s\n"));
        std::fs::write(folder.join(format!("{number:05}.m4s")), "small").unwrap();
    }
    std::fs::write(folder.join("index.m3u8"), playlist + "#EXT-X-ENDLIST\n").unwrap();
    let master =
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=2\nv0/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1\nsmall/index.m3u8\n";
    std::fs::write(out.join("hls/master.m3u8"), master).unwrap();
}

#[tokio::test]
async fn a_smaller_picture_that_can_not_be_cut_at_the_same_moments_is_left_out_of_what_is_cut() {
    for (lengths, stays) in [(&[6; 10][..], true), (&[14, 16, 12, 18][..], false)] {
        let app = TestApp::start().await;
        let (id, _) = recorded_with(&app, |out| smaller(out, lengths)).await;
        let (host, core) = (app.person("host").await, app.person("core").await);
        let path = format!("/api/resources/{id}");
        let trimmed = body(host.patch(&path, &json!({ "from_ms": 1000 })).await).await;
        assert_eq!(trimmed["duration_ms"], 54_000, "the best picture tells the time");
        publish(&app, id, "studio").await;
        let page = replay(&core, id).await;
        let link = url(&page, "hls_url");
        let master = core.get(link).await.text().await.unwrap();
        assert!(master.contains("BANDWIDTH=2\nv0/index.m3u8\n"), "{master}");
        assert_eq!(master.contains("small") || master.contains("BANDWIDTH=1"), stays, "{master}");
        for name in ["index.m3u8", "00002.m4s"] {
            let small = beside(link, id, &format!("hls/small/{name}"));
            assert_eq!(status(&core, &small).await == StatusCode::OK, stays, "{small}");
        }
        let whole = body(host.get(&format!("{path}/replay?whole=true")).await).await;
        let master = host.get(url(&whole, "hls_url")).await.text().await.unwrap();
        assert!(master.contains("small/index.m3u8"), "nothing is taken from the whole");
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

#[tokio::test]
async fn a_change_that_is_refused_changes_nothing() {
    let app = TestApp::start().await;
    let (id, _) = recorded(&app).await;
    let host = app.person("host").await;
    let path = format!("/api/resources/{id}");
    body(host.patch(&path, &json!({ "downloadable": true })).await).await;
    let before = store::resource::get(&app.store, id).await.unwrap();
    let hides = json!({ "downloadable": false, "from_ms": 6000, "title": " " });
    assert_eq!(refusal(host.patch(&path, &hides).await).await.2["title"], "请填写标题。");
    assert_eq!(store::resource::get(&app.store, id).await.unwrap(), before);
    let foreign = json!({ "downloadable": false, "from_ms": 6000, "series": "aaaaaaaaaaaaaaaa" });
    assert_eq!(host.patch(&path, &foreign).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(store::resource::get(&app.store, id).await.unwrap(), before);
    let all = json!({ "title": "草船借箭", "downloadable": false, "from_ms": 6000 });
    let changed = body(host.patch(&path, &all).await).await;
    assert_eq!((&changed["title"], &changed["duration_ms"]), (&json!("草船借箭"), &json!(54_000)), "all at once");
}

#[tokio::test]
async fn a_link_ends_when_fewer_may_see_it() {
    let app = TestApp::start().await;
    let id = published(&app, "public").await;
    let (host, core, nobody) = (app.person("host").await, app.person("core").await, app.nobody());
    let links =
        [url(&replay(&nobody, id).await, "hls_url").to_owned(), url(&replay(&core, id).await, "hls_url").to_owned()];
    body(host.patch(&format!("/api/resources/{id}"), &json!({ "visibility": "studio" })).await).await;
    for link in &links {
        assert_eq!(status(&nobody, link).await, StatusCode::NOT_FOUND, "whoever has it, it was for everybody");
    }
    assert_eq!(status(&core, url(&replay(&core, id).await, "hls_url")).await, StatusCode::OK);
}

#[tokio::test]
async fn what_may_change_under_its_address_is_asked_for_anew() {
    let app = TestApp::start().await;
    let id = published(&app, "public").await;
    let (host, nobody) = (app.person("host").await, app.nobody());
    let put = async |text: &'static str| {
        let request = host.request(Method::PUT, &format!("/api/resources/{id}/subtitles")).body(text);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    };
    put("1\n00:00:30,000 --> 00:00:32,000\n诸葛亮\n").await;
    let page = replay(&nobody, id).await;
    let link = url(&page, "subtitles_url");
    let known = nobody.get(link).await.headers()[header::ETAG].clone();
    let again = async || {
        let request = nobody.request(Method::GET, link).header(header::IF_NONE_MATCH, known.clone());
        request.send().await.unwrap()
    };
    assert_eq!(again().await.status(), StatusCode::NOT_MODIFIED);
    put("1\n00:00:30,000 --> 00:00:32,000\n周瑜\n").await;
    assert!(again().await.text().await.unwrap().contains("周瑜"));
    let playlists = ["hls/master.m3u8", "hls/v0/index.m3u8"].map(|name| beside(link, id, name));
    for text in playlists.iter().map(String::as_str).chain([link]) {
        assert_eq!(nobody.get(text).await.headers()[header::CACHE_CONTROL], "public, no-cache", "{text}");
    }
    let segment = nobody.get(&beside(link, id, "hls/v0/00002.m4s")).await;
    assert!(segment.headers()[header::CACHE_CONTROL].to_str().unwrap().ends_with(", immutable"));
}
