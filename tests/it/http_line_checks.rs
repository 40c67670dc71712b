//! Trying the line before coming in.

use crate::app::{TestApp, refusal};
use crate::program::Program;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

/// What the page offers: to receive one voice and one picture.
pub(crate) fn offer() -> String {
    let offer = include_str!("../../media/src/sdp/offers/chromium-156-member.sdp");
    let crlf = offer.replace("\r\n", "\n").replace('\n', "\r\n");
    crlf.replace("a=sendonly", "a=recvonly").replace("a=sendrecv", "a=recvonly")
}

#[tokio::test]
async fn bytes_come_down_as_asked_and_uncompressed() {
    let app = TestApp::start().await;
    let request = app.nobody().request(Method::GET, "/api/line-checks/bytes?kb=300");
    let answer = request.header(header::ACCEPT_ENCODING, "gzip").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store, no-transform");
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "identity");
    assert_eq!(answer.headers()[header::CONTENT_LENGTH], "307200");
    let body = answer.bytes().await.unwrap();
    assert_eq!(body.len(), 300 * 1024);
    let kinds: std::collections::BTreeSet<u8> = body[..4096].iter().copied().collect();
    assert!(kinds.len() > 200, "incompressible");
    for kb in ["0", "2049"] {
        let answer = app.nobody().get(&format!("/api/line-checks/bytes?kb={kb}")).await;
        assert_eq!(refusal(answer).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{kb}");
    }
}

#[tokio::test]
async fn bytes_go_up_to_a_limit() {
    let app = TestApp::start().await;
    let send = |kb: usize| {
        let request = app.nobody().request(Method::POST, "/api/line-checks/bytes");
        request.body(vec![7; kb * 1024]).send()
    };
    assert_eq!(send(2048).await.unwrap().status(), StatusCode::NO_CONTENT);
    // The refusal may come while the client still writes, and then the client may not see it.
    if let Ok(answer) = send(2100).await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn a_check_gets_an_answer_with_both_ways_and_can_be_ended() {
    let program = Program::start().await;
    let nobody = crate::app::Person::nobody(&program.url);
    let answer = nobody.post("/api/line-checks", &json!({ "sdp": offer() })).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let check: Value = answer.json().await.unwrap();
    let sdp = check["sdp"].as_str().unwrap();
    let (udp, tcp) = (program.media_port, program.https_port);
    assert!(sdp.contains(&format!("udp 2130706431 127.0.0.1 {udp} typ host")), "{sdp}");
    assert!(sdp.contains(&format!("tcp 1520435199 127.0.0.1 {tcp} typ host tcptype passive")), "{sdp}");
    assert!(sdp.find(" udp ").unwrap() < sdp.find(" tcp ").unwrap(), "UDP first");

    let asked = format!("/api/line-checks/{}", check["id"].as_str().unwrap());
    let state = nobody.get(&asked).await;
    assert_eq!(state.headers()[header::CACHE_CONTROL], "no-store");
    let state: Value = state.json().await.unwrap();
    assert_eq!((&state["begun"], &state["estimate_kbps"]), (&json!(false), &Value::Null), "nobody is connected");

    let metrics = async || nobody.get("/metrics").await.text().await.unwrap();
    assert!(metrics().await.contains("lectern_media_peers{shard=\"0\"} 1"));
    let ended = nobody.request(Method::DELETE, &format!("/api/line-checks/{}", check["id"].as_str().unwrap()));
    assert_eq!(ended.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(metrics().await.contains("lectern_media_peers{shard=\"0\"} 0"));

    let (status, code, _) = refusal(nobody.get(&asked).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::NOT_FOUND, "no_such_line_check"));

    let sending = include_str!("../../media/src/sdp/offers/chromium-156-member.sdp").replace("\r\n", "\n");
    for sdp in [sending.replace('\n', "\r\n"), "nonsense".to_owned()] {
        let answer = nobody.post("/api/line-checks", &json!({ "sdp": sdp })).await;
        let (status, code, _) = refusal(answer).await;
        assert_eq!((status, code.as_str()), (StatusCode::BAD_REQUEST, "bad_offer"));
    }
}
