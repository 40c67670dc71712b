//! YearEnds over HTTP: the office's way, the host's objection, what everybody may read, and who is refused.

use crate::app::{Person, TestApp, refusal};
use crate::store_database::member;
use lectern::domain::*;
use lectern::store;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

async fn made(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{status} {body}");
    body
}

/// The Region whose office settles Studios of the province's tier.
pub(crate) async fn province(app: &TestApp) -> RegionId {
    let tree = store::region::tree(&app.store).await.unwrap();
    tree.path(app.world.county)[0].id
}

/// Only people of provincial Studios have credits; they are settled by `station`, the office of the province.
pub(crate) async fn provincial(app: &TestApp) {
    let station = NewAccount {
        login_name: "station".into(),
        name: "老师station".into(),
        role: AccountRole::Office,
        scope: Some(province(app).await),
        school: None,
        title: String::new(),
        subject: String::new(),
        phone: None,
        password_hash: password::hash(crate::app::PASSWORD, &[1; 16]).unwrap(),
    };
    store::account::create(&app.store, station, app.now()).await.unwrap();
    let raised = store::studio::update(&app.store, app.world.studio, |old| NewStudio {
        name: old.name,
        tier: Tier::Province,
        kind: old.kind,
        subject: old.subject,
        region: old.region,
        cycle_start: old.cycle_start,
        policy: old.policy,
        introduction: old.introduction,
    });
    raised.await.unwrap();
}

/// The world's Studio under a Policy, on 2027-01-05.
async fn at_year_end() -> TestApp {
    let app = TestApp::start().await;
    let studio = format!("/api/studios/{}", app.world.studio);
    made(
        app.person("office")
            .await
            .post(&format!("{studio}/programme"), &json!({ "policy": "zhejiang-2019", "reason": "选定" }))
            .await,
    )
    .await;
    provincial(&app).await;
    app.turn_clock(DAY * 309);
    assert_eq!(app.now().day().to_string(), "2027-01-05");
    app
}

async fn year_ends(app: &TestApp) -> String {
    format!("/api/regions/{}/year-ends", province(app).await)
}

async fn frozen(app: &TestApp) -> String {
    let office = app.person("station").await;
    let told =
        made(office.post(&year_ends(app).await, &json!({ "policy": "zhejiang-2019", "year": 2026 })).await).await;
    format!("/api/year-ends/{}", told["card"]["id"].as_str().unwrap())
}

async fn published(app: &TestApp) -> String {
    let url = frozen(app).await;
    let office = app.person("station").await;
    made(office.post(&format!("{url}/publication"), &json!({ "until": "2027-01-11" })).await).await;
    url
}

async fn code(answer: reqwest::Response) -> String {
    refusal(answer).await.1
}

async fn object(app: &TestApp, who: &Person, url: &str) -> reqwest::Response {
    let form = json!({ "studio": app.world.studio, "reason": "12 月的研修没有计入" });
    who.post(&format!("{url}/objections"), &form).await
}

#[tokio::test]
async fn a_studio_is_promoted_and_demoted_by_the_office_of_the_higher_tier() {
    let app = TestApp::start().await;
    provincial(&app).await;
    let (office, station, host) = (app.person("office").await, app.person("station").await, app.person("host").await);
    let page = format!("/api/studios/{}", app.world.studio);
    let move_to = async |who: &Person, tier: &str, reason: &str| {
        who.post(&format!("{page}/tier"), &json!({ "tier": tier, "reason": reason })).await
    };
    assert_eq!(code(move_to(&office, "county", "考核不合格").await).await, "office_of_tier_only");
    assert!(refusal(move_to(&station, "province", "三年优秀").await).await.2["tier"].is_string(), "it is there");
    assert!(refusal(move_to(&station, "city", " ").await).await.2["reason"].is_string());
    assert_eq!(made(move_to(&station, "city", "年度考核不合格").await).await["tier"], "city");
    assert_eq!(code(move_to(&office, "county", "再降").await).await, "office_of_tier_only");
    assert_eq!(made(move_to(&station, "province", "整改后优秀").await).await["tier"], "province");

    let told = made(host.get(&page).await).await;
    assert_eq!((&told["studio"]["tier"], &told["may_move_to"]), (&json!("province"), &json!([])));
    let moves: Vec<_> = told["tier_moves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| [&one["from"], &one["to"], &one["reason"], &one["by_name"]])
        .collect();
    assert_eq!(
        moves,
        [["city", "province", "整改后优秀", "老师station"], ["province", "city", "年度考核不合格", "老师station"]]
    );
    assert_eq!(made(station.get(&page).await).await["may_move_to"], json!(["city", "county"]));
    assert_eq!(made(office.get(&page).await).await["may_move_to"], json!([]));
}

#[tokio::test]
async fn evidence_of_a_year_comes_in_until_that_year_is_frozen() {
    let app = at_year_end().await;
    let (host, office) = (app.person("host").await, app.person("station").await);
    let hand_in = async |day: &str| {
        let file = made(host.upload("案例.png", b"\x89PNG\r\n\x1a\n").await).await["id"].clone();
        let form = json!({ "slot": "activity_case", "title": "研修案例", "day": day, "attachments": [file] });
        host.post(&format!("/api/studios/{}/evidence", app.world.studio), &form).await
    };
    made(hand_in("2026-12-31").await).await;
    let url = frozen(&app).await;
    assert_eq!(code(hand_in("2026-12-31").await).await, "year_frozen");
    made(hand_in("2027-01-01").await).await;
    made(office.post(&format!("{url}/withdrawal"), &json!({ "reason": "名单有误" })).await).await;
    made(hand_in("2026-12-31").await).await;
}

#[tokio::test]
async fn a_frozen_school_year_closes_for_what_happened_in_its_spring() {
    let app = TestApp::start().await;
    let studio = format!("/api/studios/{}", app.world.studio);
    made(
        app.person("office")
            .await
            .post(&format!("{studio}/programme"), &json!({ "policy": "county-1", "reason": "选定" }))
            .await,
    )
    .await;
    provincial(&app).await;
    app.turn_clock(DAY * 190);
    let host = app.person("host").await;
    let account = store::login::credentials(&app.store, "host").await.unwrap().unwrap().account.id;
    let hand_in = async |day: &str| {
        let file = made(host.upload("教学设计.png", b"\x89PNG\r\n\x1a\n").await).await["id"].clone();
        let form =
            json!({ "slot": "write_up", "title": "教学设计", "day": day, "account": account, "attachments": [file] });
        host.post(&format!("{studio}/evidence"), &form).await
    };
    made(hand_in("2026-02-20").await).await;
    let year = json!({ "policy": "county-1", "year": 2025 });
    made(app.person("station").await.post(&year_ends(&app).await, &year).await).await;
    assert_eq!(code(hand_in("2026-02-20").await).await, "year_frozen", "of the school year 2025");
    made(hand_in("2026-09-02").await).await;
}

#[tokio::test]
async fn autumn_counts_for_the_year_in_which_its_school_year_ends() {
    let app = at_year_end().await;
    let studio = format!("/api/studios/{}", app.world.studio);
    made(
        app.person("station")
            .await
            .post(&format!("{studio}/programme"), &json!({ "policy": "district-2", "reason": "选定" }))
            .await,
    )
    .await;
    let host = app.person("host").await;
    let account = store::login::credentials(&app.store, "host").await.unwrap().unwrap().account.id;
    let hand_in = async |slot: &str, day: &str| {
        let file = made(host.upload("心得.png", b"\x89PNG\r\n\x1a\n").await).await["id"].clone();
        let form = json!({ "slot": slot, "title": "心得", "day": day, "account": account, "attachments": [file] });
        host.post(&format!("{studio}/evidence"), &form).await
    };
    let year = json!({ "policy": "district-2", "year": 2026 });
    made(app.person("station").await.post(&year_ends(&app).await, &year).await).await;
    // Of the school year that ends in 2027, which nobody has frozen.
    made(hand_in("reading_notes", "2026-10-15").await).await;
    assert_eq!(code(hand_in("year_summary", "2026-10-15").await).await, "year_frozen");
    assert_eq!(code(hand_in("reading_notes", "2026-05-15").await).await, "year_frozen");
}

#[tokio::test]
async fn what_papers_could_still_meet_is_lost_with_the_freeze_and_stays_the_same_after_it() {
    let app = at_year_end().await;
    let host = app.person("host").await;
    let live = format!("/api/studios/{}/scorecard?year=2026", app.world.studio);
    let case = async || {
        let card = made(host.get(&live).await).await;
        let sections = card["sections"].as_array().unwrap().clone();
        let mut criteria = sections.iter().flat_map(|section| section["criteria"].as_array().unwrap());
        let one = criteria.find(|one| one["id"] == "S1-13").unwrap();
        (one["state"].clone(), one["sentence"].clone())
    };
    assert_eq!(case().await, (json!("not_yet"), json!("0/2 个，还差 2 个，可补交材料")));
    let url = frozen(&app).await;
    assert_eq!(case().await, (json!("impossible"), json!("0/2 个，还差 2 个，时间已过，补不回来")));
    let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
    let made_anew = store::scorecard::refresh(&app.store, vec![studio], Some(2026.into()), app.now()).await.unwrap();
    let row = made(app.person("station").await.get(&url).await).await["rows"][0].clone();
    assert_eq!((made_anew, &row["difference"]), (0, &Value::Null), "it was frozen as it stands");
    let told = made(app.person("station").await.get(&frozen_card(&app, &url)).await).await;
    assert_eq!(told["scorecard"]["sections"], made(host.get(&live).await).await["sections"]);
}

#[tokio::test]
async fn a_year_that_lacks_papers_has_not_passed_and_says_that_they_may_come_in() {
    let app = at_year_end().await;
    let studio = format!("/api/studios/{}", app.world.studio);
    made(
        app.person("station")
            .await
            .post(&format!("{studio}/programme"), &json!({ "policy": "changsha-2020", "reason": "选定" }))
            .await,
    )
    .await;
    let host = app.person("host").await;
    let result = async || made(host.get(&format!("{studio}/scorecard?year=2026")).await).await["result"].clone();
    let before = result().await;
    assert_eq!((&before["passes"], &before["lost"]), (&json!(false), &json!(false)));
    let missing = before["missing"].as_u64().unwrap();
    assert_eq!(before["sentence"], format!("未合格，差 {missing} 项，可补交材料"));
    let year = json!({ "policy": "changsha-2020", "year": 2026 });
    made(app.person("station").await.post(&year_ends(&app).await, &year).await).await;
    let after = result().await;
    assert_eq!((&after["lost"], &after["sentence"]), (&json!(true), &json!(format!("未合格，差 {missing} 项"))));
}

#[tokio::test]
async fn a_year_is_settled_from_the_freeze_to_the_certificate() {
    let app = at_year_end().await;
    let office = app.person("station").await;
    let before = made(office.get(&year_ends(&app).await).await).await;
    let candidate = &before["candidates"][0];
    assert_eq!(
        (&candidate["year"], &candidate["ready"], &candidate["studios"]),
        (&json!(2026), &json!(true), &json!(1))
    );
    let url = frozen(&app).await;
    assert_eq!(code(app.person("host").await.get(&url).await).await, "host_or_office_only", "not before it is public");
    let id = url.rsplit('/').next().unwrap();
    let public = format!("/api/publications/{id}");
    assert_eq!(app.nobody().get(&public).await.status(), StatusCode::NOT_FOUND);
    let short = office.post(&format!("{url}/publication"), &json!({ "until": "2027-01-08" })).await;
    assert_eq!(code(short).await, "publication_length");
    made(office.post(&format!("{url}/publication"), &json!({ "until": "2027-01-11" })).await).await;

    let host = app.person("host").await;
    let seen = made(host.get(&url).await).await;
    assert_eq!((&seen["may_object"][0]["name"], &seen["rows"][0]["own"]), (&json!("王老师名师工作室"), &json!(true)));
    let of_studio = made(host.get(&format!("/api/studios/{}/year-ends", app.world.studio)).await).await;
    assert_eq!(of_studio["rows"][0]["may_object"], true);
    let objection = made(object(&app, &host, &url).await).await;
    assert_eq!(code(object(&app, &host, &url).await).await, "objection_taken");
    app.turn_clock(DAY * 7);
    let office = app.person("station").await;
    let settle = async || office.post(&format!("{url}/final"), &json!({})).await;
    assert_eq!(code(settle().await).await, "objections_open");
    let answer = format!("/api/objections/{}/answer", objection["id"].as_str().unwrap());
    let without = office.post(&answer, &json!({ "state": "graded", "grade": "passed", "reason": " " })).await;
    assert!(refusal(without).await.2["reason"].is_string());
    let unknown = office.post(&answer, &json!({ "state": "graded", "grade": "best", "reason": "核实" })).await;
    assert!(refusal(unknown).await.2["grade"].is_string());
    let graded = json!({ "state": "graded", "grade": "passed", "reason": "材料已补齐" });
    let told = made(office.post(&answer, &graded).await).await;
    assert_eq!(told["outcome"]["grade_title"], "合格");
    assert_eq!(code(office.post(&answer, &graded).await).await, "objection_answered");
    let settled = made(settle().await).await;
    assert_eq!(settled["rows"][0]["outcome"]["passes"], true);
    assert_eq!(settled["rows"][0]["frozen"]["grade_title"], "不合格");

    let given = made(office.post(&format!("{url}/certificates"), &json!(null)).await).await;
    let numbers: Vec<_> = given["rows"].as_array().unwrap().iter().map(|one| one["number"].clone()).collect();
    assert_eq!(numbers[0], "浙江省评证〔2027〕第1号");
    assert_eq!(numbers.len(), 3, "the Studio, its host and a core member");
    let core = app.person("core").await;
    let mine = made(core.get("/api/me/certificates").await).await;
    assert_eq!(mine["rows"][0]["kind"], "credits");
    let verify = format!("/api/verifications/{}", given["rows"][0]["id"].as_str().unwrap());
    let holds = made(app.nobody().get(&verify).await).await;
    assert_eq!((&holds["same"], &holds["ledger"], &holds["revoked"]), (&json!("same"), &Value::Null, &Value::Null));
    let revocation = format!("/api/certificates/{}/revocation", given["rows"][0]["id"].as_str().unwrap());
    made(office.post(&revocation, &json!({ "reason": "材料不实" })).await).await;
    assert_eq!(made(app.nobody().get(&verify).await).await["revoked"]["reason"], "材料不实");
    assert_eq!(code(office.post(&revocation, &json!({ "reason": "再撤" })).await).await, "certificate_revoked");
}

#[tokio::test]
async fn what_is_public_names_studios_and_hosts_and_nobody_else() {
    let app = at_year_end().await;
    let url = published(&app).await;
    let id = url.rsplit('/').next().unwrap();
    let told = made(app.nobody().get(&format!("/api/publications/{id}")).await).await;
    assert_eq!(told["card"]["title"], "浙江省 2026 年度考核");
    let row = told["rows"][0].as_object().unwrap();
    let keys: Vec<_> = row.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["corrected", "follows", "grade_title", "hosts", "rank", "region", "studio", "tied", "tier", "within"],
        "no points, no account, no reason"
    );
    assert_eq!(row["hosts"], json!(["老师host"]));
    assert_eq!(made(app.nobody().get("/api/publications").await).await["rows"][0]["id"], id);
    let office = app.person("station").await;
    made(office.post(&format!("{url}/withdrawal"), &json!({ "reason": "名单有误" })).await).await;
    let gone = made(app.nobody().get(&format!("/api/publications/{id}")).await).await;
    assert_eq!((&gone["card"]["stage"], &gone["rows"]), (&json!("withdrawn"), &json!([])));
    assert_eq!(made(app.nobody().get("/api/publications").await).await["rows"], json!([]));
}

#[tokio::test]
async fn an_objection_after_the_last_day_comes_too_late() {
    let app = at_year_end().await;
    let url = published(&app).await;
    app.turn_clock(DAY * 7);
    let host = app.person("host").await;
    assert_eq!(code(object(&app, &host, &url).await).await, "objection_too_late");
    assert_eq!(made(host.get(&url).await).await["may_object"], json!([]));
}

#[tokio::test]
async fn a_second_freeze_of_the_same_year_is_refused() {
    let app = at_year_end().await;
    frozen(&app).await;
    let form = json!({ "policy": "zhejiang-2019", "year": 2026 });
    assert_eq!(code(app.person("station").await.post(&year_ends(&app).await, &form).await).await, "year_end_taken");
    let city = format!("/api/regions/{}/year-ends", app.world.city);
    assert_eq!(code(app.person("admin").await.post(&city, &form).await).await, "year_end_above");
    let later = json!({ "policy": "zhejiang-2019", "year": 2027 });
    assert_eq!(
        code(app.person("station").await.post(&year_ends(&app).await, &later).await).await,
        "year_end_too_early"
    );
}

#[tokio::test]
async fn hosts_read_their_own_objections_and_nobody_answers_about_their_own_studio() {
    let app = at_year_end().await;
    let url = published(&app).await;
    let objection = made(object(&app, &app.person("host").await, &url).await).await;
    let answer = format!("/api/objections/{}/answer", objection["id"].as_str().unwrap());
    let form = json!({ "state": "rejected", "reason": "已计入" });
    for who in ["host", "other-office", "teacher"] {
        let refused = app.person(who).await.post(&answer, &form).await;
        assert_eq!(refusal(refused).await.0, StatusCode::FORBIDDEN, "{who}");
    }
    assert_eq!(code(object(&app, &app.person("admin").await, &url).await).await, "host_only");
    let office = store::login::credentials(&app.store, "station").await.unwrap().unwrap().account.id;
    member(&app.store, app.world.studio, office, MemberRole::Adviser, "2026-01-01").await;
    let own = app.person("station").await;
    assert_eq!(code(own.post(&answer, &form).await).await, "own_studio");
    let seen = made(own.get(&url).await).await;
    assert_eq!(seen["objections"][0]["may_answer"], false);
}

#[tokio::test]
async fn nobody_revokes_or_renews_what_their_own_studio_holds() {
    let app = at_year_end().await;
    let url = published(&app).await;
    app.turn_clock(DAY * 8);
    let station = app.person("station").await;
    made(station.post(&format!("{url}/final"), &json!({})).await).await;
    let correction = json!({ "studio": app.world.studio, "grade": "passed", "reason": "复核" });
    made(station.post(&format!("{url}/corrections"), &correction).await).await;
    let given = made(station.post(&format!("{url}/certificates"), &Value::Null).await).await;
    let own = app.world.studio.to_string();
    let held = given["rows"].as_array().unwrap().iter().find(|one| one["studio"]["id"] == own).unwrap();
    let certificate = format!("/api/certificates/{}", held["id"].as_str().unwrap());
    let office = store::login::credentials(&app.store, "station").await.unwrap().unwrap().account.id;
    member(&app.store, app.world.studio, office, MemberRole::Adviser, "2026-01-01").await;
    let reason = json!({ "reason": "有误" });
    assert_eq!(code(station.post(&format!("{certificate}/revocation"), &reason).await).await, "own_studio");
    let admin = app.person("admin").await;
    made(admin.post(&format!("{certificate}/revocation"), &reason).await).await;
    assert_eq!(code(station.post(&format!("{certificate}/renewal"), &Value::Null).await).await, "own_studio");
    made(admin.post(&format!("{certificate}/renewal"), &Value::Null).await).await;
}

#[tokio::test]
async fn the_page_tells_where_the_scorecard_of_today_differs() {
    let app = at_year_end().await;
    let (office, host) = (app.person("station").await, app.person("host").await);
    let file = made(host.upload("案例.png", b"\x89PNG\r\n\x1a\n").await).await;
    let evidence = json!({
        "slot": "activity_case", "title": "案例", "day": "2026-12-20", "attachments": [file["id"]]
    });
    let given = made(host.post(&format!("/api/studios/{}/evidence", app.world.studio), &evidence).await).await;
    let url = frozen(&app).await;
    let before = made(office.get(&url).await).await["rows"][0].clone();
    assert_eq!(before["difference"], Value::Null);
    // It was handed in before the freeze, and is decided after it.
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    made(office.post(&decision, &json!({ "accepted": true, "count": 2 })).await).await;
    let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
    store::scorecard::refresh(&app.store, vec![studio], Some(2026.into()), app.now()).await.unwrap();
    let told = made(office.get(&url).await).await;
    let changes = told["rows"][0]["difference"]["changes"].as_array().unwrap();
    assert!(changes.iter().any(|one| one["criterion"]["id"] == "S1-13"), "{changes:?}");
    assert_eq!(told["rows"][0]["outcome"], before["outcome"], "what was frozen stays");
    assert_ne!(told["rows"][0]["difference"]["now"]["points_word"], before["outcome"]["points_word"]);
}

/// `url` of a YearEnd, for the Scorecard of the world's Studio in it.
fn frozen_card(app: &TestApp, url: &str) -> String {
    format!("{url}/studios/{}/scorecard", app.world.studio)
}

#[tokio::test]
async fn a_settled_number_opens_to_the_scorecard_as_it_was_frozen() {
    let app = at_year_end().await;
    let host = app.person("host").await;
    let live = format!("/api/studios/{}/scorecard?year=2026", app.world.studio);
    let file = made(host.upload("案例.png", b"\x89PNG\r\n\x1a\n").await).await;
    let evidence = json!({
        "slot": "activity_case", "title": "案例", "day": "2026-12-20", "attachments": [file["id"]]
    });
    let given = made(host.post(&format!("/api/studios/{}/evidence", app.world.studio), &evidence).await).await;
    let url = published(&app).await;
    let before = made(host.get(&live).await).await;
    let office = app.person("station").await;
    // It was handed in before the freeze, and is decided after it.
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    made(office.post(&decision, &json!({ "accepted": true, "count": 2 })).await).await;

    let now = made(host.get(&live).await).await;
    assert_ne!(now["sections"], before["sections"], "the year goes on changing");
    let told = made(host.get(&frozen_card(&app, &url)).await).await;
    let card = &told["scorecard"];
    assert_eq!((&card["sections"], &card["result"]), (&before["sections"], &before["result"]), "what was frozen stays");
    assert_eq!((&card["studio"], &card["on"]), (&before["studio"], &told["card"]["on"]));
    assert_eq!((&card["may_manage"], &card["may_decide"], &card["todo"]), (&json!(false), &json!(false), &json!([])));
    assert_eq!(told["row"]["outcome"]["points_word"], card["result"]["points_word"]);
    assert_eq!((&told["row"]["rank"], &told["row"]["own"]), (&json!(1), &json!(true)));
    assert_eq!(made(office.get(&frozen_card(&app, &url)).await).await["scorecard"]["sections"], before["sections"]);
}

#[tokio::test]
async fn after_an_answer_counts_anew_the_number_opens_to_that_count_and_the_frozen_one_stays() {
    let app = at_year_end().await;
    let host = app.person("host").await;
    let file = made(host.upload("案例.png", b"\x89PNG\r\n\x1a\n").await).await;
    let evidence = json!({
        "slot": "activity_case", "title": "案例", "day": "2026-12-20", "attachments": [file["id"]]
    });
    let given = made(host.post(&format!("/api/studios/{}/evidence", app.world.studio), &evidence).await).await;
    let url = published(&app).await;
    let office = app.person("station").await;
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    made(office.post(&decision, &json!({ "accepted": true, "count": 2 })).await).await;
    let frozen = made(host.get(&frozen_card(&app, &url)).await).await;
    assert!(frozen["counted_anew"].is_null());

    let objection = made(object(&app, &host, &url).await).await;
    app.turn_clock(DAY);
    let studio = format!("/api/studios/{}", app.world.studio);
    let live = made(host.get(&format!("{studio}/scorecard?year=2026")).await).await;
    // Under which programme and since when it goes on is no part of the year that was frozen.
    let other = json!({ "policy": "hangjin-2024", "cycle_start": "2026-12-01", "reason": "下一轮" });
    made(office.post(&format!("{studio}/programme"), &other).await).await;
    let answer = format!("/api/objections/{}/answer", objection["id"].as_str().unwrap());
    made(office.post(&answer, &json!({ "state": "recomputed", "reason": "案例已确认" })).await).await;
    let told = made(host.get(&frozen_card(&app, &url)).await).await;
    let card = &told["scorecard"];
    assert_eq!(told["counted_anew"]["reason"], "案例已确认");
    assert_ne!(card["sections"], frozen["scorecard"]["sections"]);
    assert_eq!(card["sections"], live["sections"]);
    assert_eq!(told["row"]["outcome"]["points_word"], card["result"]["points_word"], "the number and what it opens to");
    assert_ne!(told["row"]["digest"], frozen["row"]["digest"]);
    assert_eq!(card["on"], "2027-01-06");

    let before = made(host.get(&format!("{}?before=true", frozen_card(&app, &url))).await).await;
    assert!(before["counted_anew"].is_null());
    assert_eq!(before["scorecard"]["sections"], frozen["scorecard"]["sections"]);
    assert_eq!(before["row"]["frozen"]["points_word"], before["scorecard"]["result"]["points_word"]);

    // A grade that is said stands over the count, which stays what the points open to.
    let objection = made(object(&app, &host, &url).await).await;
    let answer = format!("/api/objections/{}/answer", objection["id"].as_str().unwrap());
    made(office.post(&answer, &json!({ "state": "graded", "grade": "passed", "reason": "复议" })).await).await;
    let told = made(host.get(&frozen_card(&app, &url)).await).await;
    assert_eq!(
        (&told["counted_anew"]["reason"], &told["scorecard"]["sections"]),
        (&json!("案例已确认"), &card["sections"])
    );
    assert_eq!(told["row"]["outcome"]["points_word"], card["result"]["points_word"]);
}

#[tokio::test]
async fn a_veto_that_was_taken_back_since_stands_in_the_frozen_scorecard() {
    let app = at_year_end().await;
    let by = store::login::credentials(&app.store, "station").await.unwrap().unwrap().account.id;
    let by = Officer { account: by, tier: OfficeTier::Province };
    let (studio, policy, day) = (app.world.studio, "zhejiang-2019".to_owned(), Day::parse("2026-11-02").unwrap());
    let new = NewVeto { studio, policy, veto: "ethics".into(), day, reason: "查实".into() };
    let veto = store::ruling::find_veto(&app.store, new, by, app.now()).await.unwrap();
    let url = frozen(&app).await;
    app.turn_clock(DAY);
    store::ruling::lift_veto(&app.store, veto.id, "同名".into(), by, app.now()).await.unwrap();
    let told = made(app.person("station").await.get(&frozen_card(&app, &url)).await).await;
    let result = &told["scorecard"]["result"];
    assert_eq!((&result["sentence"], &result["vetoes"][0]["reason"]), (&json!("一票否决"), &json!("查实")));
}

#[tokio::test]
async fn a_frozen_scorecard_is_the_offices_until_it_is_published_and_nobody_elses_studio_has_one() {
    let app = at_year_end().await;
    let url = frozen(&app).await;
    for who in ["host", "core", "office"] {
        let (status, code, _) = refusal(app.person(who).await.get(&frozen_card(&app, &url)).await).await;
        assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "office_of_region_only"), "{who}");
    }
    let office = app.person("station").await;
    made(office.get(&frozen_card(&app, &url)).await).await;
    let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
    let other = NewStudio {
        name: "县工作室".into(),
        tier: Tier::County,
        kind: studio.kind,
        subject: studio.subject,
        region: studio.region,
        cycle_start: studio.cycle_start,
        policy: None,
        introduction: String::new(),
    };
    let other = store::studio::create(&app.store, other, app.now()).await.unwrap();
    assert_eq!(code(office.get(&format!("{url}/studios/{}/scorecard", other.id)).await).await, "studio_not_in_list");
}
