//! The year's assessment over HTTP: a Studio's scorecard, what would become of it, a Region's heat table.

use crate::app::{TestApp, refusal};
use crate::held::{hold, plan};
use calamine::{Data, Reader as _, Xlsx};
use lectern::domain::presence::Person;
use lectern::domain::*;
use lectern::jobs::assessment;
use lectern::store;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::io::Cursor;

/// The world's Studio under Zhejiang's rules, after two seminars; in one the core member was missing.
async fn assessed(app: &TestApp) -> String {
    let studio = app.world.studio;
    let office = app.person("office").await;
    let told = office
        .post(&format!("/api/studios/{studio}/programme"), &json!({ "policy": "zhejiang-2019", "reason": "选定" }))
        .await;
    assert_eq!(told.status(), StatusCode::OK);
    let account = async |login| store::login::credentials(&app.store, login).await.unwrap().unwrap().account.id;
    let (host, core) = (Person::Account(account("host").await), Person::Account(account("core").await));
    hold(&app.store, plan(studio, ActivityKind::Seminar, "2026-01-15"), &[host.clone(), core]).await;
    hold(&app.store, plan(studio, ActivityKind::Seminar, "2026-02-10"), &[host]).await;
    format!("/api/studios/{studio}/scorecard")
}

pub(crate) async fn json_of(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

pub(crate) fn criterion<'a>(card: &'a Value, title: &str) -> &'a Value {
    let sections = card["sections"].as_array().unwrap();
    let mut criteria = sections.iter().flat_map(|section| section["criteria"].as_array().unwrap());
    criteria.find(|one| one["title"] == title).unwrap_or_else(|| panic!("no {title} in {card}"))
}

#[tokio::test]
async fn what_runs_in_autumn_and_counts_for_the_next_year_is_told_on_this_years_card() {
    let app = TestApp::start().await;
    let studio = format!("/api/studios/{}", app.world.studio);
    let put = app
        .person("office")
        .await
        .post(&format!("{studio}/programme"), &json!({ "policy": "district-2", "reason": "选定" }))
        .await;
    assert_eq!(put.status(), StatusCode::OK);
    // The clock is turned further than a login lasts.
    let card = async |query: &str| {
        let host = app.person("host").await;
        json_of(host.get(&format!("{studio}/scorecard{query}")).await).await
    };
    let years =
        |card: &Value| card["years"].as_array().unwrap().iter().map(|one| one["year"].clone()).collect::<Vec<_>>();
    let spring = card("").await;
    assert_eq!((&spring["ahead"], years(&spring)), (&Value::Null, vec![json!(2026)]));
    app.turn_clock(std::time::Duration::from_secs(86_400) * 220);
    let autumn = card("").await;
    assert_eq!(autumn["year"], 2026, "{}", autumn["on"]);
    assert_eq!((&autumn["ahead"]["year"], &autumn["ahead"]["word"]), (&json!(2027), &json!("2027 年度")));
    let ids: Vec<_> = autumn["ahead"]["criteria"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, ["S4-2-10", "S4-2-12", "S4-2-13", "S4-2-14"]);
    assert_eq!(years(&autumn), [2027, 2026]);
    let next = card("?year=2027").await;
    assert_eq!((&next["year"], &next["ahead"]), (&json!(2027), &Value::Null));
    let asked = next["todo"].as_array().unwrap();
    assert!(asked.iter().any(|one| one["criterion"] == "S4-2-10"), "{asked:?}");
}

#[tokio::test]
async fn a_scorecard_tells_each_number_with_its_sentence_and_its_grounds() {
    let app = TestApp::start().await;
    let path = assessed(&app).await;
    let card = json_of(app.person("core").await.get(&path).await).await;
    assert_eq!(
        (&card["year"], &card["year_word"], &card["days_left"]),
        (&json!(2026), &json!("2026 年度"), &json!(304))
    );
    assert_eq!(card["policy"]["key"], "zhejiang-2019");
    assert_eq!((&card["may_manage"], &card["may_decide"]), (&json!(false), &json!(false)));
    let held = criterion(&card, "研修活动");
    assert_eq!((&held["done"], &held["of"], &held["state"]), (&json!(2), &json!(5), &json!("not_yet")), "{held}");
    assert!(held["quote"].as_str().unwrap().contains("不少于5次"), "{held}");
    let grounds = held["parts"][0]["subjects"][0]["grounds"].as_array().unwrap();
    assert_eq!(grounds.len(), 2);
    assert!(grounds.iter().all(|one| one["kind"] == "activity" && one["sessions"] == json!([])), "{grounds:?}");
    let keeper = json_of(app.person("host").await.get(&path).await).await;
    let grounds = criterion(&keeper, "研修活动")["parts"][0]["subjects"][0]["grounds"].as_array().unwrap();
    assert!(grounds.iter().all(|one| one["sessions"].as_array().unwrap().len() == 1), "{grounds:?}");
    for session in grounds.iter().map(|one| one["sessions"][0].as_str().unwrap()) {
        json_of(app.person("host").await.get(&format!("/api/sessions/{session}/report")).await).await;
    }
    let counts = &card["counts"];
    let sum: u64 =
        ["met", "not_yet", "at_risk", "waiting", "impossible"].iter().map(|k| counts[*k].as_u64().unwrap()).sum();
    assert_eq!(counts["total"].as_u64().unwrap(), sum);
    assert!(!card["todo"].as_array().unwrap().is_empty());
    let earlier = json_of(app.person("host").await.get(&format!("{path}?on=2026-01-20")).await).await;
    assert_eq!(criterion(&earlier, "研修活动")["done"], 1);
    let (status, code, _) = refusal(app.person("host").await.get(&format!("{path}?on=2027-01-01")).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields"));
}

#[tokio::test]
async fn a_studio_without_a_policy_has_no_scorecard_and_only_its_office_gives_it_one() {
    let app = TestApp::start().await;
    let studio = format!("/api/studios/{}", app.world.studio);
    let host = app.person("host").await;
    let (status, code, _) = refusal(host.get(&format!("{studio}/scorecard")).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "no_policy"));
    let (status, _, _) = refusal(
        host.post(&format!("{studio}/programme"), &json!({ "policy": "zhejiang-2019", "reason": "选定" })).await,
    )
    .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let unknown = app
        .person("office")
        .await
        .post(&format!("{studio}/programme"), &json!({ "policy": "nowhere-1999", "reason": "选定" }))
        .await;
    let (status, _, fields) = refusal(unknown).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(fields["policy"].is_string(), "{fields}");
    let office = app.person("office").await;
    let put = async |form: Value| office.post(&format!("{studio}/programme"), &form).await;
    let (_, _, fields) = refusal(put(json!({ "policy": "county-1", "reason": " " })).await).await;
    assert!(fields["reason"].is_string(), "{fields}");
    let far = json!({ "policy": "county-1", "cycle_start": "2206-01-01", "reason": "县里的办法" });
    assert!(refusal(put(far).await).await.2["cycle_start"].is_string());
    json_of(put(json!({ "policy": "county-1", "reason": "县里的办法" })).await).await;
    let (_, _, fields) = refusal(put(json!({ "policy": "county-1", "reason": "再选一次" })).await).await;
    assert!(fields["policy"].is_string(), "nothing changed: {fields}");
    json_of(put(json!({ "policy": "county-1", "cycle_start": "2025-09-01", "reason": "周期写错了" })).await).await;
    let told = json_of(host.get(&studio).await).await;
    let changes = &told["programme_changes"];
    assert_eq!((&changes[0]["to_cycle_start"], &changes[0]["reason"]), (&json!("2025-09-01"), &json!("周期写错了")));
    assert_eq!((&changes[1]["from"], &changes[1]["to"]), (&Value::Null, &told["policy_title"]));
    assert_eq!(told["may_change_programme"], false);

    // What the province gave is not a county's to take.
    crate::http_year_ends::provincial(&app).await;
    let (_, code, _) = refusal(put(json!({ "policy": "zhejiang-2019", "reason": "换一个" })).await).await;
    assert_eq!(code, "office_of_tier_only");
    let page = json_of(office.get(&studio).await).await;
    assert_eq!(page["may_change_programme"], false);
}

#[tokio::test]
async fn a_plan_shows_what_it_would_change() {
    let app = TestApp::start().await;
    let path = assessed(&app).await;
    let seminar =
        |day: &str| json!({ "day": day, "kind": "seminar", "mode": "online", "level": "county", "guests": 50 });
    let plan = json!({ "planned": [seminar("2026-03-10"), seminar("2026-04-10"), seminar("2026-05-10")] });
    let answer = app.person("host").await.post(&format!("{path}/what-if"), &plan).await;
    let told = json_of(answer).await;
    let changed = told["changes"].as_array().unwrap().iter().find(|one| one["title"] == "研修活动").unwrap();
    assert_eq!((&changed["before"]["state"], &changed["after"]["state"]), (&json!("not_yet"), &json!("met")));
    assert_eq!(criterion(&told["after"], "研修活动")["done"], 5);
}

#[tokio::test]
async fn an_office_sees_its_own_tree_in_a_heat_table() {
    let app = TestApp::start().await;
    assessed(&app).await;
    let path = format!("/api/regions/{}/scorecards", app.world.county);
    let office = app.person("office").await;
    let before = json_of(office.get(&path).await).await;
    assert_eq!((&before["counts"]["studios"], &before["counts"]["not_made"]), (&json!(1), &json!(1)));
    let not_made = async || json_of(office.get(&format!("{path}?outlook=not_made")).await).await["total"].clone();
    assert_eq!(not_made().await, 1, "the number opens to them");
    assert_eq!(assessment::refresh(&app.store, None, app.now()).await.unwrap(), 1);
    assert_eq!(not_made().await, 0);
    let table = json_of(office.get(&format!("{path}?sort=points&q=老师host")).await).await;
    let rows = table["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["studio"]["name"], &table["total"]), (1, &json!("王老师名师工作室"), &json!(1)));
    assert_eq!(rows[0]["cells"].as_array().unwrap().len(), table["columns"].as_array().unwrap().len());
    let at = table["columns"].as_array().unwrap().iter().position(|one| one["title"] == "研修活动").unwrap();
    assert_eq!((&rows[0]["cells"][at]["done"], &rows[0]["cells"][at]["of"]), (&json!(2), &json!(5)));
    assert_eq!(rows[0]["rank"], 1);
    let none = json_of(office.get(&format!("{path}?q=没有的名字")).await).await;
    assert_eq!((&none["total"], &none["counts"]["studios"]), (&json!(0), &json!(1)));
    let above = office.get(&format!("/api/regions/{}/scorecards", app.world.city)).await;
    assert_eq!(refusal(above).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_heat_table_is_taken_away_as_it_is_seen_and_whole() {
    let app = TestApp::start().await;
    assessed(&app).await;
    let path = format!("/api/regions/{}/scorecards", app.world.county);
    let office = app.person("office").await;
    let sheet = async |query: &str, name: &str| {
        let answer = office.get(&format!("{path}/xlsx{query}")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let named = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(named.starts_with("attachment; filename=\"report.xlsx\""), "{named}");
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes().await.unwrap())).unwrap();
        book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect::<Vec<_>>()
    };
    let early = sheet("", "考核总览").await;
    assert_eq!((early.len(), early[1][4].to_string()), (2, "正在计算".to_owned()), "nothing is known of it yet");
    assert_eq!(assessment::refresh(&app.store, None, app.now()).await.unwrap(), 1);

    let table = json_of(office.get(&path).await).await;
    let (columns, row) = (table["columns"].as_array().unwrap(), &table["rows"][0]);
    let rows = sheet("", "考核总览").await;
    assert_eq!(rows.len(), 2, "a header and one Studio");
    assert_eq!(rows[0].len(), 10 + columns.len());
    let at = columns.iter().position(|one| one["title"] == "研修活动").unwrap();
    assert_eq!(rows[0][10 + at], Data::String("研修活动（≥5 次）".into()));
    assert!(rows[1][10 + at].to_string().starts_with("2/5 "), "{rows:?}");
    assert_eq!(
        (&rows[1][0], &rows[1][3]),
        (&Data::String("王老师名师工作室".into()), &Data::String("老师host".into()))
    );
    assert_eq!(rows[1][6], Data::Float(row["missing"].as_f64().unwrap()));
    assert_eq!(rows[1][7], Data::Float(row["points"].as_f64().unwrap() / 100.0));
    assert_eq!(rows[1][8], Data::Float(1.0));
    let numbers = sheet("", "已完成数").await;
    assert_eq!((&numbers[0][1 + at], &numbers[1][1 + at]), (&rows[0][10 + at], &Data::Float(2.0)));
    let basis = sheet("", "说明").await;
    assert_eq!(basis[1][1], Data::String(table["region_name"].as_str().unwrap().into()));
    assert_eq!(sheet("?q=没有的名字", "考核总览").await.len(), 1, "what the page leaves out the file leaves out");

    let csv = office.get(&format!("{path}/csv")).await.text().await.unwrap();
    assert!(csv.contains("王老师名师工作室") && csv.contains("研修活动（≥5 次）"), "{csv}");
    assert_eq!(refusal(office.get(&format!("{path}/pdf")).await).await.0, StatusCode::NOT_FOUND);
    let above = office.get(&format!("/api/regions/{}/scorecards/xlsx", app.world.city)).await;
    assert_eq!(refusal(above).await.0, StatusCode::FORBIDDEN);
}

/// People who came once, by their numbers.
fn teachers(numbers: std::ops::Range<usize>) -> Vec<Person> {
    let guest = |number| Person::Guest { name: format!("教师{number}"), school: "乡村小学".into() };
    numbers.map(guest).collect()
}

#[tokio::test]
async fn people_whom_a_cycle_reached_are_counted_once_over_all_studios() {
    let app = TestApp::start().await;
    let admin = app.person("admin").await;
    for studio in [app.world.studio, app.world.other_studio] {
        let put = admin
            .post(&format!("/api/studios/{studio}/programme"), &json!({ "policy": "hangjin-2024", "reason": "选定" }))
            .await;
        assert_eq!(put.status(), StatusCode::OK);
    }
    let held = async |studio, day: &str, people: &[Person]| {
        hold(&app.store, plan(studio, ActivityKind::Seminar, day), people).await;
    };
    let reached = async || {
        let url = format!("/api/regions/{}/capacities?policy=hangjin-2024", app.world.city);
        let page = json_of(admin.get(&url).await).await;
        let row = page["rows"].as_array().unwrap().iter().find(|row| row["id"] == "S2-02").unwrap().clone();
        assert_eq!(row["wanted"], "≥450");
        let behind = row["behind"].as_array().unwrap().iter().map(|part| part["count"].as_u64().unwrap()).sum::<u64>();
        (row["have"].clone(), row["state"].clone(), behind)
    };
    assert_eq!(reached().await, (json!(0), json!("under"), 0));
    let start = store::studio::get(&app.store, app.world.studio).await.unwrap().cycle_start;
    let day = |after| start.plus(after).to_string();
    held(app.world.studio, &day(0), &teachers(0..300)).await;
    // Who came to both Studios is one; whoever the roster expects and does not come is none.
    held(app.world.other_studio, &day(10), &teachers(100..449)).await;
    assert_eq!(reached().await, (json!(449), json!("under"), 649));
    // What was held before the cycle reached nobody in it.
    held(app.world.studio, &day(-1), &teachers(440..460)).await;
    assert_eq!(reached().await, (json!(449), json!("under"), 649));
    held(app.world.studio, &day(20), &teachers(448..450)).await;
    assert_eq!(reached().await, (json!(450), json!("met"), 651));
}

#[tokio::test]
async fn policies_are_read_with_their_sentences() {
    let app = TestApp::start().await;
    let teacher = app.person("teacher").await;
    let all = json_of(teacher.get("/api/policies").await).await;
    let keys: Vec<_> =
        all["rows"].as_array().unwrap().iter().map(|one| one["policy"]["key"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), 8);
    for key in keys {
        let page = json_of(teacher.get(&format!("/api/policies/{key}")).await).await;
        assert!(
            page["chapters"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["articles"][0]["sources"][0]["quote"].is_string())
        );
    }
    assert_eq!(refusal(teacher.get("/api/policies/nowhere-1999").await).await.0, StatusCode::NOT_FOUND);
    let path = assessed(&app).await.replace("/scorecard", "");
    let studio = path.rsplit('/').next().unwrap();
    let told = json_of(app.nobody().get(&format!("/api/attendance-parameters?studio={studio}")).await).await;
    assert!(!told["clauses"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn points_open_to_what_each_criterion_adds() {
    let app = TestApp::start().await;
    let path = assessed(&app).await;
    let card = json_of(app.person("core").await.get(&path).await).await;
    let result = &card["result"];
    let shares = result["shares"].as_array().unwrap();
    let sum: u64 = shares.iter().map(|one| one["points"].as_u64().unwrap()).sum();
    let (points, count) = (result["points"].as_u64().unwrap(), shares.len() as u64);
    assert!(0 < sum && sum <= points && points <= sum + count, "{result}");
    let held = shares.iter().find(|one| one["title"] == "研修活动").unwrap();
    assert_eq!(
        (&held["weight"], &held["done"]),
        (&criterion(&card, "研修活动")["weight"], &json!(4_000)),
        "two of five"
    );
    let rows = card["sections"].as_array().unwrap().iter().flat_map(|section| section["criteria"].as_array().unwrap());
    let named = rows.chain(card["choices"].as_array().unwrap()).map(|one| &one["id"]).collect::<Vec<_>>();
    assert!(shares.iter().all(|one| named.contains(&&one["id"])), "each leads to its row: {shares:?}");
}

#[tokio::test]
async fn a_resource_that_was_handed_in_leads_to_its_evidence_and_its_files_are_the_keepers() {
    let app = TestApp::start().await;
    let path = assessed(&app).await;
    let host = app.person("host").await;
    let file: Value = host.upload("证书.png", b"\x89PNG\r\n\x1a\n").await.json().await.unwrap();
    let form =
        json!({ "slot": "selected_resource", "title": "微课", "day": "2026-02-20", "attachments": [file["id"]] });
    let evidence = path.replace("/scorecard", "/evidence");
    let given: Value = host.post(&evidence, &form).await.json().await.unwrap();
    let office = app.person("office").await;
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    assert_eq!(office.post(&decision, &json!({ "accepted": true, "count": 1 })).await.status(), StatusCode::OK);
    let core = app.person("core").await;
    let card = json_of(core.get(&path).await).await;
    let sections = card["sections"].as_array().unwrap().iter();
    let mut criteria = sections.flat_map(|section| section["criteria"].as_array().unwrap());
    let selected = criteria.find(|one| one["slots"][0]["key"] == "selected_resource").unwrap();
    let ground = &selected["parts"][0]["subjects"][0]["grounds"][0];
    assert_eq!(
        (&ground["kind"], &ground["evidence"]),
        (&json!("evidence"), &given["id"]),
        "it is no page of the library"
    );
    for (who, opens) in [("host", true), ("office", true), ("core", false)] {
        let person = app.person(who).await;
        assert_eq!(json_of(person.get(&evidence).await).await["rows"][0]["may_open"], opens, "{who}");
        let status = person.get(&format!("/api/attachments/{}", file["id"].as_str().unwrap())).await.status();
        assert_eq!(status == StatusCode::OK, opens, "{who}: {status}");
    }
}
