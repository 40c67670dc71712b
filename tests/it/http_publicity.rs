//! 公示 of applicants over HTTP: what everybody reads, who objects and who answers, and the naming at the end.

use crate::app::{Person, TestApp, refusal};
use crate::http_applications::{core_recruitment, id, made, ok, paper, recruitment_form, rows, says};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// A Recruitment of the host's own for core members, under a programme that makes them public.
async fn core_of_district(app: &TestApp) -> String {
    let put = json!({ "policy": "district-2", "reason": "选定" });
    ok(app.person("admin").await.post(&format!("/api/studios/{}/programme", app.world.studio), &put).await).await;
    let mut form = recruitment_form("core");
    form["places"] = json!(1);
    let url = format!("/api/studios/{}/recruitments", app.world.studio);
    id(&made(app.person("host").await.post(&url, &form).await).await)
}

/// One of the office for new hosts of another such programme.
async fn hosts_of_banner(app: &TestApp, places: u32) -> String {
    let mut form = recruitment_form("host");
    (form["policy"], form["places"]) = (json!("hangjin-2024"), json!(places));
    (form["tier"], form["kind"]) = (json!("county"), json!("studio"));
    let url = format!("/api/regions/{}/recruitments", app.world.county);
    id(&made(app.person("office").await.post(&url, &form).await).await)
}

/// Sent with three papers for each thing that the programme asks for.
async fn sent(app: &TestApp, recruitment: &str, who: &str, studio_name: &str) -> String {
    let person = app.person(who).await;
    let page = ok(person.get(&format!("/api/recruitments/{recruitment}")).await).await;
    let file = paper(&person).await;
    let item = |slot: &Value| json!({ "slot": slot["key"], "title": "证明", "attachment": file });
    let items = page["slots"].as_array().unwrap().iter().flat_map(|slot| (0..3).map(move |_| item(slot)));
    let choices: Vec<&Value> = page["studios"].as_array().unwrap().iter().map(|studio| &studio["id"]).collect();
    let draft = json!({ "choices": choices, "fields": {
        "sex": "female", "born": "1990-05-01", "phone": "13800000001", "education": "研究生", "stage": "primary",
        "subject": "小学语文", "title": "高级教师", "teaching_years": 16, "honours": "市级教学能手、学科带头人",
        "summary": "市级公开课 3 次。", "plan": "每学期两次送教。", "studio_name": studio_name,
        "items": items.collect::<Vec<_>>()
    } });
    let saved = person.post(&format!("/api/recruitments/{recruitment}/application"), &draft).await;
    let saved = id(&ok(saved).await);
    ok(person.post(&format!("/api/applications/{saved}/sending"), &Value::Null).await).await;
    saved
}

/// The teacher's Application for the host's Studio, with all consents.
pub(crate) async fn public_application(app: &TestApp) -> String {
    let recruitment = core_of_district(app).await;
    let application = sent(app, &recruitment, "teacher", "").await;
    let office = app.person("office").await;
    ok(says(&app.person("host").await, &application, "granted", 0, json!({})).await).await;
    let stamped = paper(&office).await;
    let school = json!({ "attachment": stamped, "notice_from": "2026-02-20", "notice_to": "2026-02-27" });
    ok(says(&office, &application, "granted", 1, school).await).await;
    let last = ok(says(&office, &application, "granted", 2, json!({})).await).await;
    assert_eq!(last["row"]["state"], "publicised");
    application
}

/// What the core member objects to it.
pub(crate) async fn objection(app: &TestApp, application: &str) -> String {
    let core = app.person("core").await;
    let file = paper(&core).await;
    let said = core.post(&objections(application), &json!({ "reason": "论文有争议", "attachment": file })).await;
    id(&made(said).await["objection"])
}

/// A new host, with all consents.
async fn public_host(app: &TestApp, recruitment: &str, who: &str, studio_name: &str) -> String {
    let application = sent(app, recruitment, who, studio_name).await;
    let office = app.person("office").await;
    let stamped = paper(&office).await;
    ok(says(&office, &application, "granted", 0, json!({ "attachment": stamped })).await).await;
    let last = ok(says(&office, &application, "granted", 1, json!({})).await).await;
    assert_eq!(last["row"]["state"], "publicised");
    application
}

fn objections(application: &str) -> String {
    format!("/api/applications/{application}/objections")
}

async fn answer(person: &Person, objection: &str, upheld: bool) -> reqwest::Response {
    let url = format!("/api/application-objections/{objection}/answer");
    person.post(&url, &json!({ "upheld": upheld, "reason": "已向期刊核实" })).await
}

async fn name(person: &Person, application: &str, from: &str) -> reqwest::Response {
    person.post(&format!("/api/applications/{application}/naming"), &json!({ "from": from, "sending": 1 })).await
}

async fn deny(person: &Person, application: &str) -> reqwest::Response {
    let form = json!({ "sending": 1, "reason": "已主持其他工作室" });
    person.post(&format!("/api/applications/{application}/denial"), &form).await
}

async fn told(app: &TestApp, who: &str) -> Vec<(String, u64)> {
    let told = rows(&app.person(who).await, "/api/me/reminders").await;
    let row = |row: &Value| (row["kind"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap());
    told.iter().map(row).filter(|(kind, _)| kind.contains("applica")).collect()
}

#[tokio::test]
async fn everybody_reads_who_is_public_and_nothing_else_of_them() {
    let app = TestApp::start().await;
    let application = public_application(&app).await;
    let public = ok(app.nobody().get("/api/publicities").await).await;
    assert_eq!(public["total"], 1);
    let row = &public["rows"][0];
    assert_eq!(
        row,
        &json!({
            "id": application, "recruitment": "2026 年带头人招募", "role_title": "成员", "name": "老师teacher",
            "school": row["school"], "studio": "王老师名师工作室", "new_studio": false, "subject": "小学语文",
            "office": "淳安县", "from": "2026-03-02", "to": "2026-03-08"
        })
    );
    assert_eq!(row["school"]["name"], "石桥小学");
    // No Membership, and the applicant reads where it stands.
    let teacher = app.person("teacher").await;
    let own = ok(teacher.get(&format!("/api/applications/{application}")).await).await;
    let span = json!({ "from": "2026-03-02", "to": "2026-03-08", "over": false, "open": 0 });
    assert_eq!((&own["row"]["publicity"], &own["may_withdraw"]), (&span, &json!(true)));
    assert_eq!(own["reviews"][1]["notice"], json!({ "from": "2026-02-20", "to": "2026-02-27" }));
    assert_eq!(rows(&teacher, "/api/studios?mine=true").await.len(), 0);
    app.turn_clock(DAY * 6);
    assert_eq!(ok(app.nobody().get("/api/publicities").await).await["total"], 1, "the last day counts to its end");
    app.turn_clock(DAY);
    assert_eq!(ok(app.nobody().get("/api/publicities").await).await["total"], 0);
}

#[tokio::test]
async fn an_objection_is_answered_by_the_office_and_then_the_teacher_is_named() {
    let app = TestApp::start().await;
    let application = public_application(&app).await;
    let (teacher, host, core) = (app.person("teacher").await, app.person("host").await, app.person("core").await);
    let (office, admin) = (app.person("office").await, app.person("admin").await);
    assert_eq!(told(&app, "office").await, []);
    let said = json!({ "reason": "论文有争议" });
    assert_eq!(app.nobody().post(&objections(&application), &said).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refusal(teacher.post(&objections(&application), &said).await).await.1, "objection_to_oneself");
    let foreign = json!({ "reason": "论文有争议", "attachment": paper(&host).await });
    assert_eq!(core.post(&objections(&application), &foreign).await.status(), StatusCode::CONFLICT);
    let empty = refusal(core.post(&objections(&application), &json!({ "reason": " " })).await).await;
    assert_eq!(empty.2["reason"], "请写明理由。");
    let open = objection(&app, &application).await;

    // The office reads it, with its paper; the applicant and the host only that there is one.
    let page = format!("/api/applications/{application}");
    let seen = ok(office.get(&page).await).await;
    let row = &seen["objections"][0];
    assert_eq!((&row["given"]["by"], &row["may_answer"]), (&json!("老师core"), &json!(true)));
    let file = format!("/api/attachments/{}", row["attachment"]["id"].as_str().unwrap());
    assert_eq!(office.get(&file).await.status(), StatusCode::OK);
    for other in [&teacher, &host] {
        let seen = ok(other.get(&page).await).await;
        assert_eq!((&seen["objections"], &seen["row"]["publicity"]["open"]), (&json!([]), &json!(1)));
        assert_eq!(other.get(&file).await.status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(told(&app, "office").await, [("answer_application_objections".to_owned(), 1)]);
    assert_eq!(told(&app, "host").await, []);
    for other in [&teacher, &host, &core, &app.person("other-office").await] {
        assert_eq!(answer(other, &open, false).await.status(), StatusCode::FORBIDDEN);
    }
    // Of the office, too, nobody answers what they objected to.
    let own = id(&made(office.post(&objections(&application), &said).await).await["objection"]);
    assert_eq!(refusal(answer(&office, &own, false).await).await.1, "own_objection");
    ok(answer(&admin, &own, false).await).await;

    app.turn_clock(DAY * 7);
    let office = app.person("office").await;
    assert_eq!(refusal(name(&office, &application, "2026-03-09").await).await.1, "objections_open");
    ok(answer(&office, &open, false).await).await;
    assert_eq!(told(&app, "office").await, [("name_applicants".to_owned(), 1)]);
    assert_eq!(rows(&office, "/api/applications").await[0]["may_name"], true);
    let early = refusal(name(&office, &application, "2026-03-08").await).await;
    assert_eq!(early.2["from"], "加入日期要在公示期满（3月8日）以后。");
    for other in [&app.person("host").await, &app.person("teacher").await, &app.person("other-office").await] {
        assert_eq!(name(other, &application, "2026-03-09").await.status(), StatusCode::FORBIDDEN);
    }
    let named = ok(name(&office, &application, "2026-03-09").await).await;
    assert_eq!((&named["row"]["state"], &named["naming"]["by"]), (&json!("accepted"), &json!("老师office")));
    assert_eq!(rows(&office, "/api/applications").await, Vec::<Value>::new());
    let page = ok(office.get(&format!("/api/studios/{}", app.world.studio)).await).await;
    let member = page["members"].as_array().unwrap().iter().find(|one| one["account"]["name"] == "老师teacher");
    assert_eq!(member.unwrap()["from"], "2026-03-09");
    assert_eq!(refusal(name(&office, &application, "2026-03-09").await).await.1, "nothing_waits");
    let mine = rows(&app.person("core").await, "/api/me/application-objections").await;
    assert_eq!((&mine[0]["applicant"], &mine[0]["objection"]["state"]), (&json!("老师teacher"), &json!("dismissed")));
    assert_eq!(mine[0]["objection"]["answer"]["reason"], "已向期刊核实");
}

#[tokio::test]
async fn who_is_refused_after_an_objection_reads_why_and_not_who_objected() {
    let app = TestApp::start().await;
    let application = public_application(&app).await;
    let open = objection(&app, &application).await;
    let office = app.person("office").await;
    let (status, code, _) = refusal(name(&office, &application, "2026-03-09").await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "publicity_goes_on"));
    assert_eq!(ok(answer(&office, &open, true).await).await["row"]["state"], "refused");
    let own = ok(app.person("teacher").await.get(&format!("/api/applications/{application}")).await).await;
    assert_eq!((&own["row"]["state"], &own["upheld"]["reason"]), (&json!("refused"), &json!("已向期刊核实")));
    assert!(!own.to_string().contains("老师core"), "{own}");
    assert_eq!(ok(app.nobody().get("/api/publicities").await).await["total"], 0);
    app.turn_clock(DAY * 7);
    let office = app.person("office").await;
    assert_eq!(refusal(name(&office, &application, "2026-03-09").await).await.1, "nothing_waits");
}

#[tokio::test]
async fn whom_the_office_denies_reads_why_and_nobody_is_reminded_any_more() {
    let app = TestApp::start().await;
    let application = public_application(&app).await;
    objection(&app, &application).await;
    let page = format!("/api/applications/{application}");
    let may = async |who: &str| ok(app.person(who).await.get(&page).await).await["may_deny"].clone();
    assert_eq!([may("office").await, may("host").await, may("teacher").await], [true, false, false].map(Value::from));
    for other in ["host", "teacher", "core", "other-office"] {
        assert_eq!(deny(&app.person(other).await, &application).await.status(), StatusCode::FORBIDDEN);
    }
    app.turn_clock(DAY * 7);
    let office = app.person("office").await;
    assert_eq!(told(&app, "office").await, [("answer_application_objections".to_owned(), 1)]);
    let denied = ok(deny(&office, &application).await).await;
    assert_eq!((&denied["row"]["state"], &denied["may_deny"]), (&json!("refused"), &json!(false)));
    assert_eq!((&denied["objections"][0]["state"], &denied["upheld"]), (&json!("lapsed"), &Value::Null));
    let own = ok(app.person("teacher").await.get(&page).await).await;
    let denial = &own["denial"];
    assert_eq!((&denial["reason"], &denial["by"]), (&json!("已主持其他工作室"), &json!("老师office")));
    assert_eq!(told(&app, "office").await, []);
    assert_eq!(refusal(deny(&office, &application).await).await.1, "nothing_waits");
    let mine = rows(&app.person("core").await, "/api/me/application-objections").await;
    assert_eq!(mine[0]["objection"]["state"], "lapsed");
}

#[tokio::test]
async fn an_objection_to_what_was_withdrawn_reminds_nobody_of_its_day() {
    let app = TestApp::start().await;
    let application = public_application(&app).await;
    objection(&app, &application).await;
    let teacher = app.person("teacher").await;
    ok(teacher.post(&format!("/api/applications/{application}/withdrawal"), &Value::Null).await).await;
    app.turn_clock(DAY * 2);
    let (teacher, office) = (app.person("teacher").await, app.person("office").await);
    ok(teacher.post(&format!("/api/applications/{application}/sending"), &Value::Null).await).await;
    let second = json!({ "sending": 2 });
    ok(says(&app.person("host").await, &application, "granted", 0, second.clone()).await).await;
    let stamped = paper(&office).await;
    let school = json!({ "sending": 2, "attachment": stamped, "notice_from": "2026-02-20", "notice_to": "2026-02-27" });
    ok(says(&office, &application, "granted", 1, school).await).await;
    ok(says(&office, &application, "granted", 2, second).await).await;
    assert_eq!(told(&app, "office").await, []);
    app.turn_clock(DAY);
    objection(&app, &application).await;
    let reminders = rows(&app.person("office").await, "/api/me/reminders").await;
    let open = reminders.iter().find(|one| one["kind"] == "answer_application_objections").unwrap();
    assert_eq!((&open["since"], &open["count"]), (&json!("2026-03-05"), &json!(1)));
}

#[tokio::test]
async fn the_office_names_all_new_hosts_at_once_but_those_with_an_open_objection() {
    let app = TestApp::start().await;
    let recruitment = hosts_of_banner(&app, 2).await;
    let page = ok(app.person("teacher").await.get(&format!("/api/recruitments/{recruitment}")).await).await;
    assert_eq!(page["publicity_days"], 7);
    let first = public_host(&app, &recruitment, "teacher", "陈老师名师工作室").await;
    let second = public_host(&app, &recruitment, "core", "赵老师名师工作室").await;
    let third = sent(&app, &recruitment, "other-host", "孙老师名师工作室").await;
    let office = app.person("office").await;
    let stamped = paper(&office).await;
    ok(says(&office, &third, "granted", 0, json!({ "attachment": stamped })).await).await;
    let view = ok(office.get(&format!("/api/applications/{third}")).await).await;
    assert_eq!((&view["last_step"], &view["publicity_days"]), (&json!(true), &json!(7)));
    assert_eq!(refusal(says(&office, &third, "granted", 1, json!({})).await).await.1, "quota_full");
    let card = &ok(office.get(&format!("/api/recruitments/{recruitment}")).await).await["card"];
    assert_eq!((&card["taken"], &card["publicised"]), (&json!(0), &json!(2)));
    let public = ok(app.nobody().get("/api/publicities").await).await;
    let new = public["rows"].as_array().unwrap().iter().all(|row| row["new_studio"] == true);
    assert!(new && public["total"] == 2, "{public}");
    made(app.person("host").await.post(&objections(&second), &json!({ "reason": "年龄不符" })).await).await;

    app.turn_clock(DAY * 7);
    let office = app.person("office").await;
    let url = format!("/api/recruitments/{recruitment}/naming");
    let early = ok(office.post(&url, &json!({ "from": "2026-03-08" })).await).await;
    assert_eq!((&early["named"], &early["left"][0]["application"]["id"]), (&json!(0), &json!(first)));
    assert_eq!(early["left"][0]["sentence"], "加入日期要在公示期满（3月8日）以后。");
    let named = ok(office.post(&url, &json!({ "from": "2026-03-10" })).await).await;
    assert_eq!(named, json!({ "named": 1, "left": [] }));
    let studios = rows(&app.person("teacher").await, "/api/studios?mine=true").await;
    assert_eq!((&studios[0]["name"], &studios[0]["cycle_start"]), (&json!("陈老师名师工作室"), &json!("2026-03-10")));
    let received = rows(&office, &format!("/api/recruitments/{recruitment}/applications")).await;
    let state = |id: &str| received.iter().find(|row| row["id"] == id).unwrap()["state"].clone();
    assert_eq!([&first, &second, &third].map(|id| state(id)), ["accepted", "publicised", "waiting"]);
    assert_eq!(ok(office.post(&url, &json!({ "from": "2026-03-10" })).await).await["named"], 0);
}

#[tokio::test]
async fn a_programme_without_publicity_asks_for_none() {
    let app = TestApp::start().await;
    let recruitment = core_recruitment(&app).await;
    let page = ok(app.person("teacher").await.get(&format!("/api/recruitments/{recruitment}")).await).await;
    assert_eq!(page["publicity_days"], Value::Null);
}
