//! Live HLS over HTTP: what players and caches are told, and who is refused.

use crate::app::{Person, TestApp, refusal};
use lectern::domain::SessionId;
use lectern::http::hls::link;
use lectern_media::driver::LiveShelf;
use lectern_media::hls::{Beginning, Piece, Rendition};
use reqwest::header::{self, HeaderName};
use reqwest::{Method, Response, StatusCode};
use std::time::Duration;

const SESSION: &str = "mzxw6ytbojtg633c";
const MEDIA: usize = 5000;

fn session() -> SessionId {
    SessionId::parse(SESSION).unwrap()
}

/// The shelf that the server looks at for this Session, still empty.
fn shelf(app: &TestApp) -> LiveShelf {
    let shelf = LiveShelf::default();
    app.casts.put(session(), shelf.clone());
    shelf
}

fn begin(shelf: &LiveShelf) {
    for rendition in Rendition::ALL {
        let codec = if rendition == Rendition::Sound { "mp4a.40.2" } else { "avc1.42e01f" };
        shelf.begin(rendition, Beginning { bytes: vec![1; 700], codec: codec.into(), size: None });
    }
}

fn add(shelf: &LiveShelf, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let piece = |proof| Piece {
            starts_us: 1_795_000_000_000_000 + number as i64 * 2_000_000,
            duration_us: 2_000_000,
            media: vec![number as u8; MEDIA],
            proof: [proof; 8],
            live: true,
        };
        shelf.add(number, false, [piece(1), piece(2), piece(3)]);
    }
}

/// A server on whose shelf are the segments 101 to 130, and the folder that a link of now leads to.
async fn playing() -> (TestApp, LiveShelf, String) {
    let app = TestApp::start().await;
    let shelf = shelf(&app);
    begin(&shelf);
    add(&shelf, 101..131);
    let folder = folder(&app);
    (app, shelf, folder)
}

fn folder(app: &TestApp) -> String {
    link(&app.key, session(), app.now()).url.strip_suffix("master.m3u8").unwrap().to_owned()
}

async fn fetch(person: &Person, url: &str, ask: &[(HeaderName, &str)]) -> Response {
    let request = ask.iter().fold(person.request(Method::GET, url), |request, (name, value)| {
        request.header(name.clone(), value.to_string())
    });
    request.send().await.unwrap()
}

fn told<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn caches_are_told_how_long_to_keep_what() {
    let (app, _, folder) = playing().await;
    let nobody = app.nobody();
    for (name, media_type) in [
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("low.m3u8", "application/vnd.apple.mpegurl"),
        ("high-130.m4s", "video/mp4"),
        ("high-init-101.mp4", "video/mp4"),
        ("sound-130.m4s", "audio/mp4"),
        ("sound-init-101.mp4", "audio/mp4"),
    ] {
        let answer = nobody.get(&format!("{folder}{name}")).await;
        assert_eq!((answer.status(), told(&answer, "content-type")), (StatusCode::OK, media_type), "{name}");
        // The test's clock stands at a full hour: two are left.
        let kept = if name.ends_with("m3u8") { "public, max-age=1" } else { "public, max-age=7200, immutable" };
        assert_eq!(told(&answer, "cache-control"), kept, "{name}");
        assert_eq!(told(&answer, "access-control-allow-origin"), "*", "{name}");
        assert_eq!(answer.headers().get(header::SET_COOKIE), None, "{name}");
        let length: usize = told(&answer, "content-length").parse().unwrap();
        assert_eq!(answer.bytes().await.unwrap().len(), length, "{name}");
    }
    app.turn_clock(Duration::from_secs(3599));
    let answer = nobody.get(&format!("{folder}high-130.m4s")).await;
    assert_eq!(told(&answer, "cache-control"), "public, max-age=3601, immutable");
}

#[tokio::test]
async fn a_player_finds_everything_by_the_names_in_the_playlists() {
    let (app, _, folder) = playing().await;
    let nobody = app.nobody();
    let names = async |name: &str| -> Vec<String> {
        let text = nobody.get(&format!("{folder}{name}")).await.text().await.unwrap();
        let quoted = text.split('"').filter(|part| part.ends_with(".mp4") || part.ends_with(".m3u8"));
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        quoted.chain(lines).map(str::to_owned).collect()
    };
    let mut fetched = 0;
    for playlist in names("master.m3u8").await {
        for name in names(&playlist).await {
            let answer = nobody.get(&format!("{folder}{name}")).await;
            assert_eq!(answer.status(), StatusCode::OK, "{playlist}: {name}");
            fetched += 1;
        }
    }
    assert!(fetched >= 3 * 7, "{fetched}");
}

#[tokio::test]
async fn a_segment_says_its_number_before_its_media() {
    let (app, shelf, folder) = playing().await;
    let bytes = app.nobody().get(&format!("{folder}low-129.m4s")).await.bytes().await.unwrap();
    assert_eq!((bytes.len(), &bytes[4..24]), (36 + MEDIA, b"uuidLectern-fetched!".as_slice()));
    assert_eq!(bytes[24..28], 129_u32.to_be_bytes());
    let proof = bytes[28..36].try_into().unwrap();
    assert_eq!(shelf.proves(129, proof).map(|proven| proven.rendition), Some(Rendition::Low));
}

#[tokio::test]
async fn a_playlist_waits_for_a_stream_that_begins() {
    let app = TestApp::start().await;
    let shelf = shelf(&app);
    let (person, url) = (app.nobody(), format!("{}high.m3u8", folder(&app)));
    let waiting = tokio::spawn(async move { person.get(&url).await });
    while !shelf.is_wanted() {
        tokio::task::yield_now().await;
    }
    begin(&shelf);
    add(&shelf, 7..9);
    let text = waiting.await.unwrap().text().await.unwrap();
    assert!(text.contains("high-7.m4s") && text.contains("high-8.m4s"), "{text}");
}

#[tokio::test]
async fn without_a_stream_a_player_is_told_to_come_again() {
    let app = TestApp::start().await;
    let answer = app.nobody().get(&format!("{}master.m3u8", folder(&app))).await;
    assert_eq!((told(&answer, "retry-after"), told(&answer, "cache-control")), ("2", "no-store"));
    assert_eq!(told(&answer, "access-control-allow-origin"), "*");
    let (status, code, _) = refusal(answer).await;
    assert_eq!((status, code.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "no_stream"));
}

#[tokio::test]
async fn a_link_opens_its_session_until_it_ends() {
    let (app, _, folder) = playing().await;
    let nobody = app.nobody();
    let other = folder.replace(SESSION, "aaaaaaaaaaaaaaaa");
    let forged = folder.replace("/hls/lch1.", "/hls/lch1.A");
    for folder in [other, forged, format!("/hls/AAAA/{SESSION}/"), format!("/hls/{}/{SESSION}/", "A".repeat(3000))] {
        for name in ["master.m3u8", "high-130.m4s", "odd.txt"] {
            let answer = nobody.get(&format!("{folder}{name}")).await;
            assert_eq!(told(&answer, "cache-control"), "no-store", "{folder}{name}");
            let (status, code, _) = refusal(answer).await;
            assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "bad_link"), "{folder}{name}");
        }
    }
    app.turn_clock(Duration::from_secs(7199));
    assert_eq!(nobody.get(&format!("{folder}high-130.m4s")).await.status(), StatusCode::OK);
    app.turn_clock(Duration::from_secs(1));
    for name in ["master.m3u8", "high-130.m4s"] {
        let answer = nobody.get(&format!("{folder}{name}")).await;
        assert_eq!(told(&answer, "cache-control"), "no-store");
        let (status, code, _) = refusal(answer).await;
        assert_eq!((status, code.as_str()), (StatusCode::GONE, "link_expired"), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_kept_for_long() {
    let (app, _, folder) = playing().await;
    let nobody = app.nobody();
    // 24 segments are kept: 107 to 130.
    assert_eq!(nobody.get(&format!("{folder}high-107.m4s")).await.status(), StatusCode::OK);
    for name in
        ["high-106.m4s", "high-131.m4s", "high-init-102.mp4", "sound-0107.m4s", "odd.m3u8", "high-", "%00", "..%2fx"]
    {
        let answer = nobody.get(&format!("{folder}{name}")).await;
        assert_eq!(told(&answer, "cache-control"), "public, max-age=1", "{name}");
        let (status, code, _) = refusal(answer).await;
        assert_eq!((status, code.as_str()), (StatusCode::NOT_FOUND, "no_such_piece"), "{name}");
    }
}

#[tokio::test]
async fn a_range_is_answered_as_iphones_ask() {
    let (app, _, folder) = playing().await;
    let (nobody, url) = (app.nobody(), format!("{folder}high-130.m4s"));
    let whole = nobody.get(&url).await;
    assert_eq!(told(&whole, "accept-ranges"), "bytes");
    let whole = whole.bytes().await.unwrap();
    for (asked, told_range, bytes) in [
        ("bytes=0-1", "bytes 0-1/5036", &whole[..2]),
        ("bytes=24-", "bytes 24-5035/5036", &whole[24..]),
        ("bytes=-36", "bytes 5000-5035/5036", &whole[5000..]),
    ] {
        let answer = fetch(&nobody, &url, &[(header::RANGE, asked)]).await;
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT, "{asked}");
        assert_eq!(told(&answer, "content-range"), told_range);
        assert_eq!(told(&answer, "cache-control"), "public, max-age=7200, immutable");
        assert_eq!(answer.bytes().await.unwrap(), bytes);
    }
    let beyond = fetch(&nobody, &url, &[(header::RANGE, "bytes=5036-")]).await;
    assert_eq!((told(&beyond, "content-range"), told(&beyond, "cache-control")), ("bytes */5036", "no-store"));
    assert_eq!(refusal(beyond).await.1, "no_such_range");
}

#[tokio::test]
async fn a_playlist_is_sent_as_it_is() {
    let (app, _, folder) = playing().await;
    let answer = fetch(&app.nobody(), &format!("{folder}high.m3u8"), &[(header::ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(answer.headers().get(header::CONTENT_ENCODING), None);
    assert!(answer.text().await.unwrap().starts_with("#EXTM3U"));
}

#[tokio::test]
async fn pages_of_other_origins_may_ask_for_all_of_it() {
    let (app, _, folder) = playing().await;
    let nobody = app.nobody();
    let url = format!("{folder}high-130.m4s");
    let preflight = nobody.request(Method::OPTIONS, &url).send().await.unwrap();
    assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
    assert_eq!(told(&preflight, "access-control-allow-methods"), "GET, HEAD, OPTIONS");
    assert_eq!(told(&preflight, "access-control-allow-headers"), "range");
    let head = nobody.request(Method::HEAD, &url).send().await.unwrap();
    assert_eq!((head.status(), told(&head, "content-length")), (StatusCode::OK, "5036"));
    assert_eq!(told(&head, "cache-control"), "public, max-age=7200, immutable");
    assert_eq!(head.bytes().await.unwrap().len(), 0);
    let posted = nobody.request(Method::POST, &url).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn requests_of_the_crowd_are_counted() {
    let (app, _, folder) = playing().await;
    let nobody = app.nobody();
    for name in ["high.m3u8", "high-130.m4s", "high-131.m4s"] {
        nobody.get(&format!("{folder}{name}")).await;
    }
    let told = nobody.get("/metrics").await.text().await.unwrap();
    let of = |status: u16| format!("{{method=\"GET\",route=\"/hls/{{token}}/{{id}}/{{file}}\",status=\"{status}\"}}");
    assert!(told.contains(&format!("lectern_http_requests_total{} 2\n", of(200))), "{told}");
    assert!(told.contains(&format!("lectern_http_requests_total{} 1\n", of(404))), "{told}");
}
