//! Bad input at the edge of the real program: each gets its refusal, and nobody else notices.
//!
//! Bad packets (ICE, DTLS, SRTP, RTP) have their table in `media/src/sfu/bad_input.rs`.

use crate::app::refusal;
use crate::program::{Program, now};
use crate::socket::Socket;
use lectern::domain::SessionId;
use lectern::http::key::SigningKey;
use lectern::http::ticket::{Subject, Ticket};
use lectern_signaling::protocol::SessionRole;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// A real offer of a browser, which the media plane answers.
const OFFER: &str = include_str!("../../media/src/sdp/offers/chromium-156-member.sdp");

fn offer() -> String {
    OFFER.replace("\r\n", "\n").replace('\n', "\r\n")
}

fn without_codecs() -> String {
    offer().replace("opus/", "speex/").replace("H264/", "AV9/").replace("VP8/", "VP7/")
}

fn of_many_lines() -> String {
    let (head, line) = offer().split_once("m=audio").map(|(head, rest)| (head.to_owned(), rest.to_owned())).unwrap();
    let line = line.split("m=").next().unwrap().lines().take(8).collect::<Vec<_>>().join("\r\n");
    format!("{head}{}", format!("m=audio{line}\r\n").repeat(60))
}

struct Doors<'a> {
    key: &'a SigningKey,
    session: String,
    ended: String,
}

impl Doors<'_> {
    fn seal(&self, session: &str, subject: Subject, lives: i64) -> String {
        let exp = now().micros() / 1_000_000 + lives;
        Ticket::new(session.to_owned(), subject, SessionRole::Presenter, exp).seal(self.key)
    }

    fn guest(&self, session: &str, lives: i64) -> String {
        let guest = Subject::Guest { name: "王芳".into(), school: "石桥小学".into(), rural: true };
        self.seal(session, guest, lives)
    }

    fn encoder(&self, session: &str, lives: i64) -> String {
        self.seal(session, Subject::Encoder { name: "摄像机".into() }, lives)
    }

    fn player(&self) -> String {
        self.seal(&self.session, Subject::Player { name: "播放器".into() }, 3600)
    }
}

fn hello(ticket: &str) -> Value {
    json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": ticket })
}

#[tokio::test]
async fn each_gets_its_refusal_and_nobody_else_notices() {
    let program = Program::start().await;
    let ended = program.live_session().await;
    program.host.post(&format!("/api/sessions/{ended}/end"), &Value::Null).await;
    let form = json!({
        "title": "第二课", "kind": "lecture", "mode": "online", "level": "county",
        "planned_start": "2026-03-02T14:00:00+08:00", "planned_end": "2026-03-02T15:00:00+08:00", "guests_allowed": true
    });
    let made = program.host.post(&format!("/api/studios/{}/activities", program.world.studio), &form).await;
    let made: Value = made.json().await.unwrap();
    let path = format!("/api/activities/{}/go-live", made["activity"]["id"].as_str().unwrap());
    let live: Value = program.host.post(&path, &Value::Null).await.json().await.unwrap();
    let session = live["session"]["id"].as_str().unwrap().to_owned();

    let (mut bystander, _) = Socket::join(&program.url, &session, &program.host_ticket(&session).await).await;
    let key = program.key();
    let doors = Doors { key: &key, session, ended };
    first_frames(&program.url, &doors).await;
    later_frames(&program, &doors).await;
    encoders(&program.url, &doors).await;

    bystander.says(json!({ "id": 2, "type": "ping" })).await;
    bystander.hears("pong").await;
    assert!(!program.log().contains("panicked"), "{}", program.log());
    let alive = program.host.get(&format!("/api/sessions/{}", doors.session)).await;
    assert_eq!(alive.status(), StatusCode::OK);
}

/// What may come instead of a good `hello`; the server says why, and closes.
async fn first_frames(url: &str, doors: &Doors<'_>) {
    let live = doors.session.as_str();
    let good = doors.guest(live, 3600);
    let stranger = SessionId::from_random([5; 10]).to_string();
    let forged = Ticket::open(&good, doors.key, 0).unwrap().seal(&SigningKey::new(&[1; 32]));
    let text = |value: Value| Message::text(value.to_string());
    let mut version_2 = hello(&good);
    version_2["protocol"] = json!(2);
    #[rustfmt::skip]
    let table = [
        ("half a JSON text",        live,           Message::text("{\"id\":1,"),                 "malformed",      4003),
        ("JSON that is no frame",   live,           Message::text("[]"),                         "malformed",      4003),
        ("a message nobody knows",  live,           text(json!({ "id": 1, "type": "sing" })),    "malformed",      4003),
        ("a message before hello",  live,           text(json!({ "id": 1, "type": "ping" })),    "hello_first",    4003),
        ("another version",         live,           text(version_2),                             "wrong_version",  4003),
        ("a frame too large",       live,           Message::text("x".repeat(64 * 1024 + 1)),    "too_large",      4001),
        ("no ticket at all",        live,           text(hello("")),                             "ticket_invalid", 4003),
        ("a forged ticket",         live,           text(hello(&forged)),                        "ticket_invalid", 4003),
        ("another Session's",       live,           text(hello(&doors.guest(&stranger, 3600))),  "ticket_invalid", 4003),
        ("an encoder's token",      live,           text(hello(&doors.encoder(live, 3600))),     "ticket_invalid", 4003),
        ("an expired ticket",       live,           text(hello(&doors.guest(live, -1))),         "ticket_expired", 4003),
        ("a Session that ended",    &doors.ended,   text(hello(&doors.guest(&doors.ended, 3600))), "session_ended", 4003),
        ("a Session nobody knows",  &stranger,      text(hello(&doors.guest(&stranger, 3600))),  "session_ended",  4003),
    ];
    for (what, session, frame, code, close) in table {
        let mut socket = Socket::open(url, session).await;
        socket.sends(frame).await;
        let refused = socket.hears("refused").await;
        assert_eq!(refused["code"], code, "{what}");
        assert!(!refused["sentence"].as_str().unwrap().is_empty(), "{what}");
        assert_eq!(socket.close_code().await, close, "{what}");
    }
    let mut socket = Socket::open(url, live).await;
    socket.sends(Message::binary(vec![0; 16])).await;
    assert_eq!(socket.close_code().await, 4001, "a binary frame");
    let mut socket = Socket::open(url, live).await;
    socket.sends_too_much(Message::text("x".repeat(1024 * 1024))).await;
    socket.ends().await;
}

/// What a viewer who came in may say; each is refused by its id, and the viewer stays.
async fn later_frames(program: &Program, doors: &Doors<'_>) {
    let ticket = program.guest_ticket(&doors.session, "李强").await;
    let (mut viewer, _) = Socket::join(&program.url, &doors.session, &ticket).await;
    viewer.sends(Message::text("{\"id\":2,")).await;
    assert_eq!(viewer.hears("refused").await["code"], "malformed");
    #[rustfmt::skip]
    let table = [
        ("a message nobody knows",   json!({ "type": "sing" }),                                      "malformed"),
        ("a field of another type",  json!({ "type": "chat", "text": 7 }),                           "malformed"),
        ("an offer without SDP",     json!({ "type": "offer", "sdp": "" }),                          "bad_offer"),
        ("an offer that is no SDP",  json!({ "type": "offer", "sdp": "hello" }),                     "bad_offer"),
        ("SDP cut in the middle",    json!({ "type": "offer", "sdp": offer().get(..200).unwrap() }), "bad_offer"),
        ("SDP of 60 m-lines",        json!({ "type": "offer", "sdp": of_many_lines() }),             "bad_offer"),
        ("SDP without our codecs",   json!({ "type": "offer", "sdp": without_codecs() }),            "no_common_codec"),
        ("publishing unasked",       json!({ "type": "publish", "source": "camera", "mid": "1" }),   "not_admitted"),
        ("a wish without an offer",  json!({ "type": "slots", "slots": [] }),                        "offer_first"),
        ("ending as a viewer",       json!({ "type": "end" }),                                       "not_the_host"),
        ("removing as a viewer",     json!({ "type": "remove", "participant": 1 }),                  "not_the_host"),
        ("admitting oneself",        json!({ "type": "admit", "participant": 2 }),                   "not_the_host"),
        ("a chat of nothing",        json!({ "type": "chat", "text": "  " }),                        "empty_chat"),
        ("a chat too long",          json!({ "type": "chat", "text": "讲".repeat(501) }),            "chat_too_long"),
        ("a second hello",           json!({ "type": "hello", "protocol": 1, "ticket": ticket }),    "already_here"),
    ];
    for (id, (what, mut frame, code)) in (3..).zip(table) {
        frame["id"] = json!(id);
        viewer.says(frame).await;
        let refused = viewer.hears("refused").await;
        assert_eq!((&refused["code"], &refused["re"]), (&json!(code), &json!(id)), "{what}");
    }
    viewer.says(json!({ "id": 90, "type": "offer", "sdp": offer() })).await;
    assert_eq!(viewer.hears("answer").await["re"], 90, "a good offer after all that is answered");
    viewer.says(json!({ "id": 91, "type": "offer", "sdp": "x".repeat(64 * 1024) })).await;
    assert_eq!(viewer.hears("refused").await["code"], "too_large");
    assert_eq!(viewer.close_code().await, 4001);
}

/// The same at the door of encoders (WHIP).
async fn encoders(url: &str, doors: &Doors<'_>) {
    let live = doors.session.as_str();
    let good = doors.encoder(live, 3600);
    let huge = format!("{}{}", offer(), "a=x\r\n".repeat(18_000));
    let beyond = "x".repeat(200_000);
    #[rustfmt::skip]
    let table = [
        ("an empty offer",        live,         &good,                                    "",               400, "bad_offer"),
        ("no SDP",                live,         &good,                                    "{}",             400, "bad_offer"),
        ("a huge offer",          live,         &good,                                    &huge,            400, "bad_offer"),
        ("beyond all limits",     live,         &good,                                    &beyond,          413, ""),
        ("no codec of ours",      live,         &good,                                    &without_codecs(), 422, "no_common_codec"),
        ("no token",              live,         &String::new(),                           &offer(),         401, "ticket_invalid"),
        ("an expired token",      live,         &doors.encoder(live, -1),                 &offer(),         401, "ticket_expired"),
        ("a player's token",      live,         &doors.player(),                          &offer(),         403, "may_not_publish"),
        ("another Session's",     live,         &doors.encoder(&doors.ended, 3600),       &offer(),         403, "other_session"),
        ("a Session that ended",  &doors.ended, &doors.encoder(&doors.ended, 3600),       &offer(),         409, "session_ended"),
    ];
    for (what, session, token, sdp, status, code) in table {
        let request = Client::new().post(format!("{url}/api/sessions/{session}/whip")).bearer_auth(token);
        let answer = request.header("content-type", "application/sdp").body(sdp.to_owned()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{what}");
        if !code.is_empty() {
            assert_eq!(refusal(answer).await.1, code, "{what}");
        }
    }
}
