//! Classrooms, the site, and the phones of those who sit there: whole stories over HTTP and the websocket.

use crate::app::{Person, TestApp, refusal};
use crate::socket::Socket;
use lectern::domain::presence::PresenceKind;
use lectern::domain::*;
use lectern::store;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

async fn body(answer: Response, status: StatusCode) -> Value {
    let found = answer.status();
    let text = answer.text().await.unwrap();
    assert_eq!(found, status, "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn created(answer: Response) -> Value {
    body(answer, StatusCode::CREATED).await
}

async fn read(person: &Person, path: &str) -> Value {
    body(person.get(path).await, StatusCode::OK).await
}

/// The stable code of a refusal.
async fn code(answer: Response) -> String {
    refusal(answer).await.1
}

/// A live Session with a Classroom whose device is in the Room.
struct Hall {
    app: TestApp,
    session: String,
    host: Person,
    /// `/api/classroom-links/…`
    link: String,
    device: Socket,
}

impl Hall {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let session = app.live_session(app.world.activity).await;
        let host = app.person("host").await;
        let link = link(&app, &host, app.world.classroom).await;
        let device = enter(&app, &session, &link).await;
        Self { app, session, host, link, device }
    }

    /// The code that the Classroom shows now.
    async fn shows(&self) -> String {
        let shown = created(self.app.nobody().post(&format!("{}/codes", self.link), &Value::Null).await).await;
        assert_eq!(shown["path"], format!("/s/{}", shown["code"].as_str().unwrap()));
        shown["code"].as_str().unwrap().to_owned()
    }

    async fn host_shows(&self, point: &str) -> String {
        let path = format!("/api/sessions/{}/codes", self.session);
        let shown = created(self.host.post(&path, &json!({ "point": point })).await).await;
        shown["code"].as_str().unwrap().to_owned()
    }

    async fn host_socket(&self) -> Socket {
        let answer = self.host.post(&format!("/api/sessions/{}/tickets", self.session), &json!({})).await;
        let ticket = created(answer).await;
        Socket::join(&self.app.url, &self.session, ticket["ticket"].as_str().unwrap()).await.0
    }

    async fn record_of(&self, name: &str) -> Option<Value> {
        let page = read(&self.host, &format!("/api/sessions/{}/presence", self.session)).await;
        page["rows"].as_array().unwrap().iter().find(|row| row["name"] == name).cloned()
    }

    fn later(&self, seconds: u64) {
        self.app.turn_clock(Duration::from_secs(seconds));
    }
}

async fn link(app: &TestApp, host: &Person, classroom: ClassroomId) -> String {
    let rows = read(host, &format!("/api/activities/{}/classrooms", app.world.activity)).await;
    let row = rows["rows"].as_array().unwrap().iter().find(|row| row["id"] == classroom.to_string()).unwrap();
    row["link"].as_str().unwrap().replace("/classroom/", "/api/classroom-links/")
}

async fn enter(app: &TestApp, session: &str, link: &str) -> Socket {
    let ticket = created(app.nobody().post(&format!("{link}/tickets"), &Value::Null).await).await;
    assert_eq!(ticket["role"], "viewer");
    Socket::join(&app.url, session, ticket["ticket"].as_str().unwrap()).await.0
}

async fn scan(phone: &Person, code: &str) -> Response {
    scan_from(phone, code, "phone-1").await
}

async fn scan_from(phone: &Person, code: &str, device: &str) -> Response {
    phone.post("/api/scans", &json!({ "code": code, "device": device })).await
}

/// A pass for a phone of this mark.
async fn pass_of(phone: &Person, mark: &str, code: &str) -> String {
    created(scan_from(phone, code, mark).await).await["pass"].as_str().unwrap().to_owned()
}

async fn pass(phone: &Person, code: &str) -> String {
    pass_of(phone, "phone-1", code).await
}

async fn sit(phone: &Person, pass: &str, name: &str) -> Response {
    let guest = json!({ "name": name, "school": "石桥小学" });
    phone.post("/api/seats", &json!({ "pass": pass, "guest": guest })).await
}

fn seat_path(answer: &Value) -> String {
    format!("/api/seats/{}", answer["seat"].as_str().unwrap())
}

#[tokio::test]
async fn a_teacher_sits_in_a_classroom_from_the_scan_to_the_strike() {
    let mut hall = Hall::open().await;
    let page = read(&hall.app.nobody(), &hall.link).await;
    assert_eq!((page["state"].as_str(), page["session"].as_str()), (Some("live"), Some(hall.session.as_str())));
    let people: Vec<_> = page["people"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(people, ["老师host", "老师core"], "those of this school on the roster");
    let mut host = hall.host_socket().await;
    let told = host.hears("place").await;
    assert!(told["place"]["id"].as_str().unwrap().starts_with("classroom:"), "{told}");

    let phone = hall.app.nobody();
    let scanned = created(scan(&phone, &hall.shows().await).await).await;
    let told = (&scanned["point"], &scanned["place"]["name"], &scanned["me"], &scanned["seated"]);
    assert_eq!(told, (&json!("classroom"), &json!("多媒体教室"), &Value::Null, &json!(false)));
    assert!(scanned["recording_notice"].as_str().unwrap().contains("考勤"));
    let seat = created(sit(&phone, scanned["pass"].as_str().unwrap(), "老师core").await).await;
    assert_eq!((&seat["number"], &seat["name"]), (&json!(1), &json!("老师core")));
    let taken = hall.device.hears("seat_taken").await;
    assert_eq!((&taken["seat"]["name"], &taken["seat"]["signed_in"]), (&json!("老师core"), &json!(false)));
    let path = seat_path(&seat);
    let stands = read(&phone, &path).await;
    assert_eq!((&stands["state"], &stands["place"]["school"]), (&json!("seated"), &json!("石桥小学")));
    let record = hall.record_of("老师core").await.expect("a record of her own");
    assert_eq!(record["kind"], "account", "found on the roster");
    let session = read(&hall.host, &format!("/api/sessions/{}", hall.session)).await;
    assert_eq!(session["people"], 2, "the host and the teacher, not the Classroom");

    let place = taken["place"].clone();
    host.says(json!({ "id": 9, "type": "strike", "place": place, "seat": 1, "reason": "不在教室" })).await;
    assert_eq!(hall.device.hears("seat_left").await["cause"], "struck");
    let stands = read(&phone, &path).await;
    assert_eq!((&stands["state"], &stands["reason"]), (&json!("struck"), &json!("不在教室")));
    hall.device.says(json!({ "id": 2, "type": "headcount", "count": 12 })).await;
    assert_eq!(hall.device.hears("ok").await["re"], 2);

    let id = SessionId::parse(&hall.session).unwrap();
    let lines = store::ledger::events(&hall.app.store, id).await.unwrap();
    let kinds: Vec<PresenceKind> = lines.iter().map(|line| line.kind).collect();
    use PresenceKind::{Headcount, Joined, Seated, SessionStarted, Unseated};
    assert_eq!(kinds, [SessionStarted, Joined, Joined, Seated, Unseated, Headcount]);
    assert_eq!(lines[1].person.as_deref(), place.as_str(), "the Classroom's own key");
    assert_eq!(lines[3].participant, None);
    assert!(store::ledger::verify(&hall.app.store, id).await.unwrap().is_ok());
}

#[tokio::test]
async fn every_wrong_code_has_a_sentence_of_its_own() {
    let hall = Hall::open().await;
    let phone = hall.app.nobody();
    let shown = hall.shows().await;
    assert_eq!(code(scan(&phone, "AAAAAAAAAAAAAAAA").await).await, "code_unknown");
    assert_eq!(code(scan(&phone, "p").await).await, "code_unknown");
    let odd = scan_from(&phone, &shown, "not a mark!").await;
    assert_eq!(refusal(odd).await.2["device"], "请用手机浏览器打开这个页面。");

    // Replayed: by the same phone, after it sat and left, and for a colleague.
    let good = pass(&phone, &shown).await;
    let seat = created(sit(&phone, &good, "王芳").await).await;
    let left = phone.post(&format!("{}/leaving", seat_path(&seat)), &Value::Null).await;
    assert_eq!(body(left, StatusCode::OK).await["state"], "left");
    assert_eq!(code(scan(&phone, &shown).await).await, "code_used");
    assert_eq!(code(sit(&phone, &good, "王芳").await).await, "code_used");
    assert_eq!(code(sit(&phone, &good, "李强").await).await, "code_used");

    // Shared: the pass is sent to somebody who is not there.
    let other = hall.app.nobody();
    let shared = created(scan_from(&other, &shown, "phone-2").await).await;
    let shared = shared["pass"].as_str().unwrap();
    let elsewhere = hall.app.nobody();
    assert_eq!(code(sit(&elsewhere, shared, "赵敏").await).await, "pass_of_another_phone");
    assert_eq!(code(sit(&other, &format!("{shared}A"), "赵敏").await).await, "pass_invalid");
    assert_eq!(code(sit(&other, "lcp1.e30.AAAA", "赵敏").await).await, "pass_invalid");

    // Late: the code after 30 s, the pass after 5 min.
    hall.later(31);
    assert_eq!(code(scan_from(&other, &shown, "phone-2").await).await, "code_expired");
    hall.later(270);
    assert_eq!(code(sit(&other, shared, "赵敏").await).await, "pass_expired");
    let made_up = phone.get("/api/seats/lcs1.e30.AAAA").await;
    assert_eq!(code(made_up).await, "seat_unknown");
}

#[tokio::test]
async fn another_device_takes_over_with_its_own_codes() {
    let mut hall = Hall::open().await;
    let phone = hall.app.nobody();
    let seat = created(sit(&phone, &pass(&phone, &hall.shows().await).await, "王芳").await).await;
    let old = hall.shows().await;
    let mut second = enter(&hall.app, &hall.session, &hall.link).await;
    assert_eq!(hall.device.close_code().await, 4011);
    assert_eq!(second.hears("seats").await["seats"][0]["name"], "王芳");
    assert_eq!(read(&phone, &seat_path(&seat)).await["state"], "seated");
    assert_ne!(hall.shows().await, old);
    assert_eq!(code(scan_from(&phone, &old, "phone-2").await).await, "code_expired");

    drop(second);
    let away = loop {
        let answer = hall.app.nobody().post(&format!("{}/codes", hall.link), &Value::Null).await;
        if answer.status() != StatusCode::CREATED {
            break code(answer).await;
        }
    };
    assert_eq!(away, "classroom_away", "no code without the device");
    assert_eq!(read(&phone, &seat_path(&seat)).await["state"], "seated", "it may come back");
}

#[tokio::test]
async fn a_closed_classroom_takes_nobody_in() {
    let mut hall = Hall::open().await;
    let phone = hall.app.nobody();
    let seat = created(sit(&phone, &pass(&phone, &hall.shows().await).await, "王芳").await).await;
    let other = hall.app.nobody();
    let waiting = pass_of(&other, "phone-2", &hall.shows().await).await;
    let path = format!("/api/classrooms/{}/closing", hall.app.world.classroom);
    let closed = body(hall.host.post(&path, &Value::Null).await, StatusCode::OK).await;
    assert_eq!((&closed["closed"], &closed["link"]), (&json!(true), &Value::Null));
    assert_eq!(hall.device.close_code().await, 4009);
    let stands = read(&phone, &seat_path(&seat)).await;
    assert_eq!((&stands["state"], &stands["reason"]), (&json!("left"), &json!("这间教室已经关闭。")));
    assert_eq!(read(&other, &hall.link).await["state"], "closed");
    for path in ["tickets", "codes"] {
        let answer = other.post(&format!("{}/{path}", hall.link), &Value::Null).await;
        assert_eq!(code(answer).await, "classroom_closed");
    }
    assert_eq!(code(sit(&other, &waiting, "李强").await).await, "no_such_place");
}

#[tokio::test]
async fn a_person_sits_in_one_place_and_is_told_where() {
    let hall = Hall::open().await;
    let core = hall.app.person("core").await;
    let scanned = created(scan(&core, &hall.shows().await).await).await;
    assert_eq!(scanned["me"]["name"], "老师core");
    let seat = created(core.post("/api/seats", &json!({ "pass": scanned["pass"] })).await).await;
    let again = created(core.post("/api/seats", &json!({ "pass": scanned["pass"] })).await).await;
    assert_eq!(again["number"], seat["number"], "an answer that got lost is given again");

    let scanned = created(scan(&core, &hall.host_shows("site_in").await).await).await;
    assert_eq!((&scanned["seated"], &scanned["place"]["name"]), (&json!(true), &json!("实验小学报告厅")));
    let elsewhere = core.post("/api/seats", &json!({ "pass": scanned["pass"] })).await;
    let answer: Value = elsewhere.json().await.unwrap();
    assert_eq!(answer["code"], "already_seated");
    assert!(answer["sentence"].as_str().unwrap().contains("石桥小学 多媒体教室"), "{answer}");
    let phone = hall.app.nobody();
    let other = sit(&phone, &pass_of(&phone, "phone-2", &hall.shows().await).await, "老师core").await;
    assert_eq!(code(other).await, "already_seated", "nor under a typed name");
}

#[tokio::test]
async fn names_are_found_on_the_roster_of_the_day_or_are_guests() {
    let hall = Hall::open().await;
    let world = &hall.app.world;
    let twin = NewAccount {
        login_name: "twin".into(),
        name: "老师core".into(),
        role: AccountRole::Teacher,
        scope: None,
        school: Some(world.school),
        title: String::new(),
        subject: String::new(),
        phone: None,
        password_hash: String::new(),
    };
    let twin = store::account::create(&hall.app.store, twin, hall.app.now()).await.unwrap().id;
    let joins = |from: &str| NewMembership {
        studio: world.studio,
        account: twin,
        role: MemberRole::Trainee,
        from: Day::parse(from).unwrap(),
        to: None,
    };
    let membership = crate::store_database::begin(&hall.app.store, joins("2026-12-01")).await.unwrap();
    let phone = hall.app.nobody();
    let seat = created(sit(&phone, &pass(&phone, &hall.shows().await).await, "老师core").await).await;
    body(phone.post(&format!("{}/leaving", seat_path(&seat)), &Value::Null).await, StatusCode::OK).await;

    crate::store_database::set_end(&hall.app.store, membership.id, Some(Day::parse("2026-12-02").unwrap()))
        .await
        .unwrap();
    crate::store_database::begin(&hall.app.store, joins("2026-01-01")).await.unwrap();
    hall.later(20);
    let both = sit(&phone, &pass(&phone, &hall.shows().await).await, "老师core").await;
    assert_eq!(code(both).await, "same_name");
    let guest = created(sit(&phone, &pass(&phone, &hall.shows().await).await, "王芳").await).await;
    assert_eq!(guest["school"], "石桥小学");
    assert_eq!(hall.record_of("王芳").await.unwrap()["kind"], "guest");
    let nameless = sit(&phone, &pass_of(&hall.app.nobody(), "phone-9", &hall.shows().await).await, "").await;
    assert_eq!(nameless.status(), StatusCode::CONFLICT, "not this phone's");
    hall.later(20);
    let third = hall.app.nobody();
    let third_pass = created(scan_from(&third, &hall.shows().await, "phone-3").await).await;
    let bad = sit(&third, third_pass["pass"].as_str().unwrap(), "王@芳").await;
    assert!(refusal(bad).await.2["name"].is_string());

    // Where guests are not allowed.
    let closed = hall.app.live_session(world.closed_activity).await;
    let shown = created(hall.host.post(&format!("/api/sessions/{closed}/codes"), &json!({ "point": "site_in" })).await);
    let shown = shown.await["code"].as_str().unwrap().to_owned();
    let fourth = hall.app.nobody();
    let unknown = sit(&fourth, &pass(&fourth, &shown).await, "王芳").await;
    assert_eq!(code(unknown).await, "not_on_list");
    created(sit(&fourth, &pass(&fourth, &shown).await, "老师host").await).await;
}

#[tokio::test]
async fn the_site_is_left_by_the_code_for_checking_out() {
    let hall = Hall::open().await;
    let core = hall.app.person("core").await;
    let early = pass(&core, &hall.host_shows("site_out").await).await;
    assert_eq!(code(core.post("/api/seats", &json!({ "pass": early })).await).await, "not_seated");
    let pass_in = pass(&core, &hall.host_shows("site_in").await).await;
    let seat = created(core.post("/api/seats", &json!({ "pass": pass_in })).await).await;
    assert_eq!(seat["place"]["name"], "实验小学报告厅");
    hall.later(600);
    let pass_out = pass(&core, &hall.host_shows("site_out").await).await;
    let out = created(core.post("/api/seats", &json!({ "pass": pass_out })).await).await;
    assert_eq!(out["seat"], seat["seat"]);
    let stands = read(&core, &seat_path(&seat)).await;
    assert_eq!(stands["state"], "left");
    assert!(stands["left_at"].is_string());
}

#[tokio::test]
async fn a_printed_code_counts_in_its_time_and_while_the_activity_is_on() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let path = format!("/api/activities/{}/printed-codes", app.world.activity);
    let rows = read(&host, &path).await;
    let code_of = |row: &Value| row["path"].as_str().unwrap().replace("/s/", "");
    let printed = code_of(&rows["rows"][0]);
    let phone = app.nobody();
    assert_eq!(code(scan(&phone, &printed).await).await, "not_begun");
    let session = app.live_session(app.world.activity).await;
    let scanned = created(scan(&phone, &printed).await).await;
    assert_eq!((&scanned["point"], &scanned["session"]), (&json!("site_in"), &json!(session)));
    let given = |scanned: &Value| scanned["pass"].as_str().unwrap().to_owned();
    created(sit(&phone, &given(&scanned), "王芳").await).await;
    let other = app.nobody();
    let scanned = created(scan_from(&other, &printed, "phone-2").await).await;
    created(sit(&other, &given(&scanned), "李强").await).await;
    assert_eq!(code(sit(&other, &given(&scanned), "赵敏").await).await, "code_used", "one scan, one seat");

    app.turn_clock(Duration::from_secs(3600));
    let late = scan(&phone, &printed).await;
    let answer: Value = late.json().await.unwrap();
    assert_eq!(answer["code"], "printed_code_not_valid_now");
    assert!(answer["sentence"].as_str().unwrap().contains("3 月 2 日 09:00 到 3 月 2 日 10:00"), "{answer}");

    let span = json!({ "from": app.now(), "to": app.now() + Duration::from_secs(600) });
    let next = created(host.post(&path, &span).await).await;
    assert!(scan(&phone, &code_of(&next)).await.status().is_success());
    let closing = format!("/api/printed-codes/{}/closing", next["id"].as_str().unwrap());
    assert_eq!(body(host.post(&closing, &Value::Null).await, StatusCode::OK).await["closed"], true);
    assert_eq!(code(scan(&phone, &code_of(&next)).await).await, "printed_code_not_valid_now");

    let third = created(host.post(&path, &span).await).await;
    body(host.post(&format!("/api/sessions/{session}/end"), &Value::Null).await, StatusCode::OK).await;
    assert_eq!(code(scan(&phone, &code_of(&third)).await).await, "session_ended");
}

#[tokio::test]
async fn an_onsite_activity_is_held_without_media() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let form = json!({ "title": "送教上坪小学", "kind": "outreach", "mode": "onsite", "level": "county", "place": "上坪小学",
        "planned_start": app.now(), "planned_end": app.now() + Duration::from_secs(5400) });
    let activity = created(host.post(&format!("/api/studios/{}/activities", app.world.studio), &form).await).await;
    let activity = activity["activity"]["id"].as_str().unwrap().to_owned();
    let session = created(host.post(&format!("/api/activities/{activity}/go-live"), &Value::Null).await).await;
    let session = session["session"]["id"].as_str().unwrap().to_owned();
    let shown = host.post(&format!("/api/sessions/{session}/codes"), &json!({ "point": "site_in" })).await;
    let shown = created(shown).await["code"].as_str().unwrap().to_owned();
    let core = app.person("core").await;
    let seat = created(core.post("/api/seats", &json!({ "pass": pass(&core, &shown).await })).await).await;
    body(host.post(&format!("/api/sessions/{session}/end"), &Value::Null).await, StatusCode::OK).await;
    assert_eq!(read(&core, &seat_path(&seat)).await["state"], "ended");
    let mine = read(&core, "/api/me/attendance").await;
    assert_eq!(mine["rows"][0]["session"], session, "on the teacher's own list");
}

#[tokio::test]
async fn a_waiting_or_ended_classroom_says_so() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let link = link(&app, &host, app.world.classroom).await;
    assert_eq!(read(&app.nobody(), &link).await["state"], "waiting");
    let early = app.nobody().post(&format!("{link}/tickets"), &Value::Null).await;
    assert_eq!(code(early).await, "not_begun");
    assert_eq!(app.nobody().get("/api/classroom-links/made-up").await.status(), StatusCode::NOT_FOUND);
    let session = app.live_session(app.world.activity).await;
    // Made while the Session is live: hosts see it at once.
    let path = format!("/api/activities/{}/classrooms", app.world.activity);
    let made = created(host.post(&path, &json!({ "name": "会议室", "school": app.world.school })).await).await;
    assert_eq!((&made["present"], &made["expected"]), (&json!(false), &Value::Null));
    let _device =
        enter(&app, &session, &made["link"].as_str().unwrap().replace("/classroom/", "/api/classroom-links/")).await;
    let rows = read(&host, &path).await;
    let present = |row: &&Value| row["present"] == true;
    let there: Vec<&Value> = rows["rows"].as_array().unwrap().iter().filter(present).collect();
    assert!(matches!(&there[..], [row] if row["id"] == made["id"]), "{there:?}");
    body(host.post(&format!("/api/sessions/{session}/end"), &Value::Null).await, StatusCode::OK).await;
    assert_eq!(read(&app.nobody(), &link).await["state"], "ended");
    let late = app.nobody().post(&format!("{link}/tickets"), &Value::Null).await;
    assert_eq!(code(late).await, "session_ended");
}

#[tokio::test]
async fn those_who_sit_answer_from_their_phones_or_by_scanning_again() {
    let hall = Hall::open().await;
    let (phone, other) = (hall.app.nobody(), hall.app.nobody());
    let seat = created(sit(&phone, &pass(&phone, &hall.shows().await).await, "王芳").await).await;
    let second = created(sit(&other, &pass_of(&other, "phone-2", &hall.shows().await).await, "李强").await).await;
    let mut host = hall.host_socket().await;
    let place = format!("classroom:{}", hall.app.world.classroom);
    let open = json!({ "id": 9, "type": "open_check_in", "purpose": "roll", "method": "tap", "seconds": 60, "count": 1,
        "place": place });
    host.says(open).await;
    let counts = host.hears("check_in_counts").await;
    assert_eq!((&counts["answered"], &counts["expected"]), (&json!(0), &json!(2)));
    let stands = read(&phone, &seat_path(&seat)).await;
    assert_eq!((&stands["check_in"]["you"], &stands["check_in"]["number"]), (&json!("asked"), &json!(1)));
    let answers = format!("{}/answers", seat_path(&seat));
    let answered = body(phone.post(&answers, &json!({ "number": 1 })).await, StatusCode::OK).await;
    assert_eq!(answered["check_in"]["you"], "answered");
    assert_eq!(code(phone.post(&answers, &json!({ "number": 2 })).await).await, "no_check_in");

    hall.later(20);
    let again = pass_of(&other, "phone-2", &hall.shows().await).await;
    let seen = created(sit(&other, &again, "李强").await).await;
    assert_eq!(seen["number"], second["number"], "the same seat");
    assert_eq!(read(&other, &seat_path(&second)).await["check_in"]["you"], "answered");

    host.says(json!({ "id": 10, "type": "close_check_in", "number": 1 })).await;
    assert_eq!(host.hears("check_in_result").await["answered"], 2);
    let qr = json!({ "id": 11, "type": "open_check_in", "purpose": "roll", "method": "qr", "seconds": 60, "count": 1, "place": null });
    host.says(qr).await;
    host.hears("check_in_counts").await;
    let path = format!("/api/sessions/{}/codes", hall.session);
    let shown = created(hall.host.post(&path, &json!({ "point": "check_in", "number": 2 })).await).await;
    let shown = shown["code"].as_str().unwrap();
    let scanned = created(scan(&phone, shown).await).await;
    assert_eq!((&scanned["point"], &scanned["place"]), (&json!("check_in"), &Value::Null));
    let here = created(sit(&phone, scanned["pass"].as_str().unwrap(), "王芳").await).await;
    assert_eq!(here["seat"], seat["seat"]);
    let stranger = hall.app.nobody();
    let pass = pass_of(&stranger, "phone-3", shown).await;
    assert_eq!(code(sit(&stranger, &pass, "赵敏").await).await, "not_asked");
}

#[tokio::test]
async fn who_sits_in_a_classroom_votes_from_the_phone_and_the_device_does_not() {
    let mut hall = Hall::open().await;
    let phone = hall.app.nobody();
    let seat = sit(&phone, &pass(&phone, &hall.shows().await).await, "王芳").await;
    let seat = seat_path(&created(seat).await);
    assert_eq!(read(&phone, &seat).await["poll"], Value::Null);
    let mut host = hall.host_socket().await;
    let poll =
        json!({ "id": 2, "type": "open_poll", "question": "听清楚了吗", "options": ["是", "否"], "several": false });
    host.says(poll).await;
    hall.device.hears("poll").await;
    hall.device.says(json!({ "id": 2, "type": "answer_poll", "number": 1, "choices": [0] })).await;
    assert_eq!(hall.device.hears("refused").await["code"], "not_a_voter");
    let choose = async |choices: &[u8]| {
        phone.post(&format!("{seat}/choices"), &json!({ "number": 1, "choices": choices })).await
    };
    assert_eq!(code(choose(&[0, 1]).await).await, "poll_choice");
    let page = body(choose(&[1]).await, StatusCode::OK).await;
    assert_eq!((&page["poll"]["poll"]["question"], &page["poll"]["choices"]), (&json!("听清楚了吗"), &json!([1])));
    host.says(json!({ "id": 3, "type": "close_poll", "number": 1 })).await;
    assert_eq!(hall.device.hears("poll").await["poll"]["result"]["votes"], json!([0, 1]));
    assert_eq!(code(choose(&[0]).await).await, "no_poll");
    assert_eq!(read(&phone, &seat).await["poll"]["poll"]["result"]["present"], 1);
}
