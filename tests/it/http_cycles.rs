//! 终结性考核 over HTTP: three years settled, then their cycle as a whole, from the freeze to what follows from it.

use crate::app::{Person, TestApp, refusal};
use crate::http_reports::pdf_text;
use calamine::{Reader as _, Xlsx};
use lectern::domain::policy::Covered;
use lectern::domain::*;
use lectern::store;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);
const YEARS: [i32; 3] = [2024, 2025, 2026];

async fn made(answer: Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{status} {body}");
    body
}

async fn code(answer: Response) -> String {
    refusal(answer).await.1
}

fn studio(app: &TestApp) -> String {
    format!("/api/studios/{}", app.world.studio)
}

fn year_ends(app: &TestApp) -> String {
    format!("/api/regions/{}/year-ends", app.world.county)
}

/// The world's Studio on 2027-01-05, in the month after the last year of its cycle.
async fn at_the_end() -> TestApp {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let form = json!({ "policy": "hangjin-2024", "cycle_start": "2024-01-01", "reason": "选定" });
    made(office.post(&format!("{}/programme", studio(&app)), &form).await).await;
    app.turn_clock(DAY * 309);
    app
}

async fn hand_in(app: &TestApp, slot: &str, of: Option<AccountId>) -> Response {
    let host = app.person("host").await;
    let file = made(host.upload("材料.png", b"\x89PNG\r\n\x1a\n").await).await["id"].clone();
    let mut form = json!({ "slot": slot, "title": "材料", "day": "2026-05-06", "attachments": [file] });
    if let Some(account) = of {
        form["account"] = json!(account);
    }
    host.post(&format!("{}/evidence", studio(app)), &form).await
}

/// All that the cycle asks is handed in and accepted.
async fn papers_of_the_cycle(app: &TestApp) {
    let core = store::login::credentials(&app.store, "core").await.unwrap().unwrap().account.id;
    let office = app.person("office").await;
    for (slot, of) in [("work_plan", None), ("region_topic", None), ("essays", None), ("own_topic", Some(core))] {
        let given = made(hand_in(app, slot, of).await).await;
        let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
        made(office.post(&decision, &json!({ "accepted": true })).await).await;
    }
}

async fn freeze(app: &TestApp, who: &Person, scope: &str, year: i32) -> Response {
    who.post(&year_ends(app), &json!({ "policy": "hangjin-2024", "scope": scope, "year": year })).await
}

fn url(told: &Value) -> String {
    format!("/api/year-ends/{}", told["card"]["id"].as_str().unwrap())
}

async fn publish(app: &TestApp, url: &str) {
    let until = app.now().day().plus(6);
    let form = json!({ "until": until });
    made(app.person("office").await.post(&format!("{url}/publication"), &form).await).await;
}

/// The host objects, and the office answers.
async fn answer(app: &TestApp, url: &str, answer: &Value) -> Value {
    let objection = json!({ "studio": app.world.studio, "reason": "请核对" });
    let told = made(app.person("host").await.post(&format!("{url}/objections"), &objection).await).await;
    let path = format!("/api/objections/{}/answer", told["id"].as_str().unwrap());
    made(app.person("office").await.post(&path, answer).await).await
}

async fn settle(app: &TestApp, url: &str) -> Value {
    made(app.person("office").await.post(&format!("{url}/final"), &json!({})).await).await
}

/// Settles these years within a week; all pass but those in `failed`.
async fn settled(app: &TestApp, years: &[i32], failed: &[i32]) -> Vec<String> {
    let mut urls = Vec::new();
    for year in years {
        let url = url(&made(freeze(app, &app.person("office").await, "year", *year).await).await);
        publish(app, &url).await;
        if !failed.contains(year) {
            answer(app, &url, &json!({ "state": "graded", "grade": "passed", "reason": "材料已补齐" })).await;
        }
        urls.push(url);
    }
    app.turn_clock(DAY * 7);
    for url in &urls {
        settle(app, url).await;
    }
    urls
}

/// The candidate of the cycle that ends with 2026.
async fn candidate(app: &TestApp) -> Value {
    let told = made(app.person("office").await.get(&year_ends(app)).await).await;
    let candidates = told["candidates"].as_array().unwrap().clone();
    candidates.into_iter().find(|one| one["scope"] == "cycle").unwrap_or(Value::Null)
}

#[tokio::test]
async fn a_cycle_is_settled_from_its_years_to_the_certificate_with_a_recount_between() {
    let app = at_the_end().await;
    papers_of_the_cycle(&app).await;
    let years = settled(&app, &YEARS, &[2025]).await;
    let office = app.person("office").await;
    let found = candidate(&app).await;
    assert_eq!((&found["assessment"], &found["studios"]), (&json!("2024-01—2026-12 终结性考核"), &json!(1)));
    assert_eq!((&found["ready"], &found["left_out"]), (&json!(true), &json!([])));
    let frozen = made(freeze(&app, &office, "cycle", 2026).await).await;
    let url = url(&frozen);
    assert_eq!((&frozen["card"]["scope"], &frozen["card"]["year_word"]), (&json!("cycle"), &json!("2024-01—2026-12")));
    let row = &frozen["rows"][0];
    assert_eq!((&row["outcome"]["grade_title"], &row["follows"]), (&json!("不合格"), &Value::Null), "it is not final");

    let path = format!("{url}/studios/{}/scorecard", app.world.studio);
    let host = app.person("host").await;
    assert_eq!(code(host.get(&path).await).await, "office_of_region_only", "not before it is public");
    let card = made(office.get(&path).await).await["scorecard"].clone();
    let told: Vec<_> = card["cycle_years"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["year"].clone(), one["result"]["grade_title"].clone(), one["result"]["year_end"].clone()))
        .collect();
    let id = |at: usize| json!(years[at].rsplit('/').next().unwrap());
    let expected = [
        (json!(2024), json!("合格"), id(0)),
        (json!(2025), json!("不合格"), id(1)),
        (json!(2026), json!("合格"), id(2)),
    ];
    assert_eq!(told, expected);
    let criteria: Vec<_> = card["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["criteria"].as_array().unwrap().clone())
        .map(|one| (one["id"].clone(), one["state"].clone()))
        .collect();
    let met = ["S2-L70", "S2-03", "S2-09b"].map(|id| (json!(id), json!("met")));
    assert_eq!(criteria, met, "what is asked over the cycle, and nothing else");
    assert_eq!(
        (&card["result"]["sentence"], &card["result"]["credits"]),
        (&json!("未合格，差 1 个年度"), &Value::Null)
    );

    publish(&app, &url).await;
    let correction = json!({ "studio": app.world.studio, "grade": "passed", "reason": "漏计材料" });
    made(office.post(&format!("{}/corrections", years[1]), &correction).await).await;
    let recount = json!({ "state": "recomputed", "reason": "2025 年度已更正" });
    assert_eq!(answer(&app, &url, &recount).await["outcome"]["grade_title"], "合格");
    app.turn_clock(DAY * 7);
    let row = settle(&app, &url).await["rows"][0].clone();
    assert_eq!((&row["outcome"]["passes"], &row["follows"]), (&json!(true), &json!("可进入下一周期（继续命名）")));
    assert_eq!((&row["frozen"]["grade_title"], &row["rank"]), (&json!("不合格"), &json!(1)));
    let public = format!("/api/publications/{}", url.rsplit('/').next().unwrap());
    let public = made(app.nobody().get(&public).await).await;
    assert_eq!(public["card"]["title"], "淳安县 2024-01—2026-12 终结性考核");
    assert_eq!(public["rows"][0]["follows"], "可进入下一周期（继续命名）");

    let office = app.person("office").await;
    let given = made(office.post(&format!("{url}/certificates"), &json!(null)).await).await;
    assert_eq!(given["rows"].as_array().unwrap().len(), 1, "no credits");
    assert_eq!(given["rows"][0]["title"], "王老师名师工作室 2024-01—2026-12 终结性考核证书");
    // What stands beside it turns what follows.
    let failed = json!({ "studio": app.world.studio, "grade": "failed", "reason": "材料不实" });
    let row = made(office.post(&format!("{url}/corrections"), &failed).await).await["rows"][0].clone();
    assert_eq!(row["follows"], "不再命名");
    let of_studio = made(app.person("host").await.get(&format!("{}/year-ends", studio(&app))).await).await;
    let scopes: Vec<_> = of_studio["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["card"]["scope"], &one["row"]["follows"]))
        .collect();
    let year = (&json!("year"), &Value::Null);
    assert_eq!(scopes.len(), 4);
    assert_eq!((scopes[0], scopes[1..].iter().all(|one| *one == year)), ((&json!("cycle"), &json!("不再命名")), true));
}

#[tokio::test]
async fn a_cycle_waits_until_each_of_its_years_is_final_and_says_which_are_not() {
    let app = at_the_end().await;
    let office = app.person("office").await;
    let reason = async || candidate(&app).await["left_out"][0]["reason"].clone();
    assert_eq!(reason().await, "周期内还有年度没有最终结果：2024 年度、2025 年度、2026 年度");
    assert_eq!(code(freeze(&app, &office, "cycle", 2026).await).await, "year_end_unsettled");
    settled(&app, &YEARS[..2], &[]).await;
    let office = app.person("office").await;
    let year = url(&made(freeze(&app, &office, "year", 2026).await).await);
    let found = candidate(&app).await;
    assert_eq!((&found["studios"], &found["ready"]), (&json!(0), &json!(false)), "frozen is not final");
    assert_eq!(reason().await, "周期内还有年度没有最终结果：2026 年度");
    assert_eq!(code(freeze(&app, &office, "cycle", 2025).await).await, "year_end_nobody", "it ends with 2026");
    publish(&app, &year).await;
    app.turn_clock(DAY * 7);
    settle(&app, &year).await;
    assert_eq!(candidate(&app).await["ready"], true);
}

#[tokio::test]
async fn a_year_that_nobody_froze_is_offered_with_its_cycle_until_that_is_settled() {
    let app = at_the_end().await;
    settled(&app, &YEARS[1..], &[]).await;
    app.turn_clock(DAY * 400);
    assert_eq!(app.now().day().to_string(), "2028-02-16", "two years after the cycle");
    let offered = async || {
        let told = made(app.person("office").await.get(&year_ends(&app)).await).await;
        let candidates = told["candidates"].as_array().unwrap().clone();
        let told = candidates.into_iter().map(|one| (one["scope"].clone(), one["year"].clone(), one["ready"].clone()));
        told.collect::<Vec<_>>()
    };
    let one = |scope: &str, year: i32, ready: bool| (json!(scope), json!(year), json!(ready));
    let found = offered().await;
    assert!(found.contains(&one("year", 2024, true)) && found.contains(&one("cycle", 2026, false)), "{found:?}");
    assert!(!found.iter().any(|(_, year, _)| *year == 2025), "it is final: {found:?}");
    settled(&app, &YEARS[..1], &[]).await;
    let found = offered().await;
    assert!(found.contains(&one("cycle", 2026, true)), "{found:?}");
    assert!(!found.iter().any(|(_, year, _)| *year == 2024), "{found:?}");

    // A word about the cycle and its years is heard until then.
    let office = app.person("office").await;
    let grades = format!("{}/grades", studio(&app));
    let word = |scope: &str, year: i32| json!({ "scope": scope, "year": year, "grade": "excellent", "granted": true });
    assert_eq!(office.post(&grades, &word("cycle", 2026)).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(office.post(&grades, &word("year", 2024)).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(office.post(&grades, &word("year", 2023)).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    made(freeze(&app, &office, "cycle", 2026).await).await;
    let found = offered().await;
    assert!(!found.iter().any(|(scope, ..)| scope == "cycle"), "{found:?}");
}

#[tokio::test]
async fn a_studio_that_closed_with_its_cycle_does_not_go_on_into_the_next_one() {
    let app = at_the_end().await;
    settled(&app, &YEARS, &[]).await;
    let office = app.person("office").await;
    let url = url(&made(freeze(&app, &office, "cycle", 2026).await).await);
    publish(&app, &url).await;
    answer(&app, &url, &json!({ "state": "graded", "grade": "passed", "reason": "材料已补齐" })).await;
    app.turn_clock(DAY * 7);
    assert_eq!(settle(&app, &url).await["rows"][0]["follows"], "可进入下一周期（继续命名）");
    let office = app.person("office").await;
    let closing = json!({ "kind": "shut", "last_day": "2026-12-31", "reason": "届满" });
    made(office.post(&format!("{}/closing", studio(&app)), &closing).await).await;
    assert_eq!(made(office.get(&url).await).await["rows"][0]["follows"], "已停办");
    let public = format!("/api/publications/{}", url.rsplit('/').next().unwrap());
    assert_eq!(made(app.nobody().get(&public).await).await["rows"][0]["follows"], "已停办");
    let list = office.get(&format!("{url}/report/csv")).await.text().await.unwrap();
    assert!(list.contains("已停办") && !list.contains("可进入下一周期"), "{list}");
    let given = made(office.post(&format!("{url}/certificates"), &json!(null)).await).await;
    let paper = office.get(&format!("/api/certificates/{}/pdf", given["rows"][0]["id"].as_str().unwrap())).await;
    let text = pdf_text(&paper.bytes().await.unwrap());
    assert!(text.contains("已停办") && !text.contains("可进入下一周期"), "{text}");
}

/// All kept Scorecards of the cycle, made anew.
async fn kept_anew(app: &TestApp) {
    let studios = store::studio::assessed(&app.store, None).await.unwrap();
    store::scorecard::refresh(&app.store, studios, Some(Covered::cycle(2026)), app.now()).await.unwrap();
}

#[tokio::test]
async fn a_year_that_is_corrected_to_a_better_grade_is_told_on_the_page_of_its_cycle() {
    let app = at_the_end().await;
    let years = settled(&app, &YEARS, &[]).await;
    let office = app.person("office").await;
    let url = url(&made(freeze(&app, &office, "cycle", 2026).await).await);
    let difference = async || {
        kept_anew(&app).await;
        made(office.get(&url).await).await["rows"][0]["difference"].clone()
    };
    assert_eq!(difference().await, Value::Null);
    let correction = json!({ "studio": app.world.studio, "grade": "excellent", "reason": "漏计材料" });
    made(office.post(&format!("{}/corrections", years[1]), &correction).await).await;
    let told = difference().await;
    assert_eq!((&told["now"], &told["changes"]), (&Value::Null, &json!([])), "the cycle comes to the same");
    let year = &told["years"][0];
    let words = [&year["word"], &year["before"]["grade_title"], &year["now"]["grade_title"]];
    assert_eq!(words, ["2025 年度", "合格", "优秀"]);
    assert_eq!(told["years"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_page_of_a_cycle_does_not_wait_for_the_card_of_one_whose_cycle_ends_otherwise_now() {
    let app = at_the_end().await;
    settled(&app, &YEARS, &[]).await;
    let office = app.person("office").await;
    let url = url(&made(freeze(&app, &office, "cycle", 2026).await).await);
    kept_anew(&app).await;
    let begun_anew = json!({ "policy": "hangjin-2024", "cycle_start": "2025-01-01", "reason": "重新命名" });
    let at_once = Duration::ZERO;
    // The next day those of yesterday are asked for, while the cycle still ends with that year.
    app.turn_clock(DAY);
    let office = app.person("office").await;
    store::scorecard::asked(&app.store, at_once).await;
    assert!(made(office.get(&url).await).await["compared_at"].is_string());
    assert!(store::scorecard::asked(&app.store, at_once).await.contains(&Covered::cycle(2026)));
    made(office.post(&format!("{}/programme", studio(&app)), &begun_anew).await).await;
    assert_eq!(made(office.get(&url).await).await["compared_at"], Value::Null);
    assert!(store::scorecard::asked(&app.store, at_once).await.is_empty());
}

#[tokio::test]
async fn a_cycle_is_settled_once_and_its_years_stay_as_they_are() {
    let app = at_the_end().await;
    let years = settled(&app, &YEARS, &[]).await;
    let office = app.person("office").await;
    let before = made(office.get(&years[2]).await).await;
    let url = url(&made(freeze(&app, &office, "cycle", 2026).await).await);
    assert_eq!(code(freeze(&app, &office, "cycle", 2026).await).await, "year_end_taken");
    assert_eq!(code(freeze(&app, &office, "year", 2026).await).await, "year_end_taken");
    assert_eq!(made(office.get(&years[2]).await).await["rows"], before["rows"]);
    // 2027 is open, and the cycle's freeze closes nothing of it.
    let live = made(app.person("host").await.get(&format!("{}/scorecard", studio(&app))).await).await;
    assert_eq!(
        (&live["scope"], &live["year"], &live["final_assessment"]),
        (&json!("year"), &json!(2027), &Value::Null)
    );
    made(office.post(&format!("{url}/withdrawal"), &json!({ "reason": "名单有误" })).await).await;
    made(freeze(&app, &office, "cycle", 2026).await).await;
}

#[tokio::test]
async fn papers_of_a_cycle_come_in_until_the_cycle_is_frozen() {
    let app = at_the_end().await;
    settled(&app, &YEARS, &[]).await;
    made(hand_in(&app, "work_plan", None).await).await;
    let office = app.person("office").await;
    let url = url(&made(freeze(&app, &office, "cycle", 2026).await).await);
    assert_eq!(code(hand_in(&app, "work_plan", None).await).await, "cycle_frozen");
    made(office.post(&format!("{url}/withdrawal"), &json!({ "reason": "名单有误" })).await).await;
    made(hand_in(&app, "work_plan", None).await).await;
}

#[tokio::test]
async fn only_the_office_settles_a_cycle_and_only_under_a_programme_that_settles_cycles() {
    let app = at_the_end().await;
    settled(&app, &YEARS, &[]).await;
    for who in ["host", "core", "other-office"] {
        let refused = freeze(&app, &app.person(who).await, "cycle", 2026).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{who}");
    }
    let office = app.person("office").await;
    let form = json!({ "policy": "zhejiang-2019", "scope": "cycle", "year": 2026 });
    assert_eq!(code(office.post(&year_ends(&app), &form).await).await, "no_final_assessment");
    let early = json!({ "policy": "hangjin-2024", "scope": "cycle", "year": 2029 });
    assert_eq!(code(office.post(&year_ends(&app), &early).await).await, "year_end_too_early");
    let host = app.person("host").await;
    let card = async |year: i32| host.get(&format!("{}/scorecard?scope=cycle&year={year}", studio(&app))).await;
    assert_eq!(code(card(2025).await).await, "no_final_assessment");
    let live = made(host.get(&format!("{}/scorecard?year=2026", studio(&app))).await).await;
    assert_eq!(live["final_assessment"], "终结性考核");
    assert_eq!(made(card(2026).await).await["cycle_years"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_best_grade_of_a_cycle_is_a_word_of_its_own() {
    let app = at_the_end().await;
    papers_of_the_cycle(&app).await;
    settled(&app, &YEARS, &[]).await;
    let (office, host) = (app.person("office").await, app.person("host").await);
    let grades = format!("{}/grades", studio(&app));
    let word = |scope: &str| json!({ "scope": scope, "year": 2026, "grade": "excellent", "granted": true });
    let graded = async || {
        let card = made(host.get(&format!("{}/scorecard?scope=cycle&year=2026", studio(&app))).await).await;
        card["result"]["grade"].clone()
    };
    assert_eq!(office.post(&grades, &word("year")).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(graded().await, "passed", "the word is about the year");
    assert_eq!(host.post(&grades, &word("cycle")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(office.post(&grades, &word("cycle")).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(graded().await, "excellent");
    let words = made(host.get(&grades).await).await["rows"].clone();
    let told: Vec<_> = words.as_array().unwrap().iter().map(|one| one["assessment"].clone()).collect();
    assert_eq!(told, ["2024-01—2026-12 终结性考核", "2026 年度考核"]);
    let frozen = made(freeze(&app, &office, "cycle", 2026).await).await;
    assert_eq!(frozen["rows"][0]["outcome"]["grade_title"], "优秀");
    let other = json!({ "scope": "cycle", "year": 2027, "grade": "excellent", "granted": true });
    assert_eq!(code(office.post(&grades, &other).await).await, "no_final_assessment");
}

#[tokio::test]
async fn nobody_decides_about_the_cycle_of_a_studio_that_they_were_in_in_its_first_year() {
    let app = at_the_end().await;
    let years = settled(&app, &YEARS, &[]).await;
    let office = app.person("office").await;
    let url = url(&made(freeze(&app, &office, "cycle", 2026).await).await);
    publish(&app, &url).await;
    let objection = json!({ "studio": app.world.studio, "reason": "请核对" });
    let told = made(app.person("host").await.post(&format!("{url}/objections"), &objection).await).await;
    let account = store::login::credentials(&app.store, "office").await.unwrap().unwrap().account.id;
    let (from, to) = (Day::parse("2024-03-01").unwrap(), Day::parse("2024-06-30").ok());
    let new = NewMembership { studio: app.world.studio, account, role: MemberRole::Adviser, from, to };
    crate::store_database::begin(&app.store, new).await.unwrap();
    let answer = format!("/api/objections/{}/answer", told["id"].as_str().unwrap());
    let rejected = json!({ "state": "rejected", "reason": "无误" });
    assert_eq!(code(office.post(&answer, &rejected).await).await, "own_studio");
    assert_eq!(made(office.get(&url).await).await["objections"][0]["may_answer"], false);
    let word = |scope: &str| json!({ "scope": scope, "year": 2026, "grade": "excellent", "granted": true });
    let grades = format!("{}/grades", studio(&app));
    assert_eq!(code(office.post(&grades, &word("cycle")).await).await, "own_studio");
    assert_eq!(office.post(&grades, &word("year")).await.status(), StatusCode::NO_CONTENT, "of 2026 they may");
    let correction = json!({ "studio": app.world.studio, "grade": "failed", "reason": "材料不实" });
    made(office.post(&format!("{}/corrections", years[2]), &correction).await).await;
    made(app.person("admin").await.post(&answer, &rejected).await).await;
}

#[tokio::test]
async fn a_cycle_stands_in_files_under_its_name() {
    let app = at_the_end().await;
    settled(&app, &YEARS, &[]).await;
    let office = app.person("office").await;
    let url = url(&made(freeze(&app, &office, "cycle", 2026).await).await);
    for path in [format!("{url}/report/csv"), format!("{}/scorecard/csv?scope=cycle&year=2026", studio(&app))] {
        let file = office.get(&path).await;
        assert_eq!(file.status(), StatusCode::OK, "{path}");
        let named = format!("{:?}", file.headers()["content-disposition"]);
        assert!(named.contains("%E7%BB%88%E7%BB%93%E6%80%A7%E8%80%83%E6%A0%B8"), "{named}");
    }
    let list = office.get(&format!("{url}/report/csv")).await.text().await.unwrap();
    assert!(list.lines().next().unwrap().contains("结论"), "{list}");
    let file = office.get(&format!("{url}/report/xlsx")).await.bytes().await.unwrap();
    let cards = Xlsx::new(Cursor::new(file.to_vec())).unwrap().worksheet_range("考核表").unwrap();
    let columns: Vec<String> = cards.rows().next().unwrap()[3..5].iter().map(ToString::to_string).collect();
    assert_eq!(columns, ["2024 年度（等次）", "2024 年度（得分）"]);
    assert_eq!(cards.rows().nth(1).unwrap()[3].to_string(), "合格");
    let paper = office.get(&format!("{url}/report/pdf")).await.bytes().await.unwrap();
    assert!(pdf_text(&paper).contains("终结性考核报告"));
    let paper = format!("{}/scorecard/pdf?scope=cycle&year=2026", studio(&app));
    let text = pdf_text(&office.get(&paper).await.bytes().await.unwrap());
    for part in ["终结性考核表", "各年度得分的平均数", "合格，"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
