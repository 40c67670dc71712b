//! Applications over HTTP: opened, written, sent, decided step by step, and what they become.

use crate::app::{Person, TestApp, refusal};
use calamine::{Reader as _, Xlsx};
use reqwest::{Method, Response, StatusCode};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn recruitment_form(role: &str) -> Value {
    json!({
        "policy": "zhejiang-2019", "role": role, "title": "2026 年带头人招募", "content": "面向全县。",
        "places": 2, "opens": "2026-03-02", "closes": "2026-03-31"
    })
}

/// The host's own, for core members; the Studio is put under a Policy before.
pub(crate) async fn core_recruitment(app: &TestApp) -> String {
    under_policy(app).await;
    let url = format!("/api/studios/{}/recruitments", app.world.studio);
    id(&made(app.person("host").await.post(&url, &recruitment_form("core")).await).await)
}

/// The teacher's Application to it, sent, and the file beside it.
pub(crate) async fn waiting_application(app: &TestApp) -> (String, String) {
    let recruitment = core_recruitment(app).await;
    let teacher = app.person("teacher").await;
    let paper = paper(&teacher).await;
    let draft = draft(&[app.world.studio.to_string()], &paper);
    (sent(&teacher, &recruitment, &draft).await, paper)
}

pub(crate) async fn under_policy(app: &TestApp) {
    let admin = app.person("admin").await;
    for studio in [app.world.studio, app.world.other_studio] {
        let put = admin
            .post(&format!("/api/studios/{studio}/programme"), &json!({ "policy": "zhejiang-2019", "reason": "选定" }))
            .await;
        assert_eq!(put.status(), StatusCode::OK);
    }
}

/// One that the conditions for 省级 hold for, with the same host.
async fn province_studio(app: &TestApp) -> String {
    let admin = app.person("admin").await;
    let form = json!({
        "name": "王老师名师网络工作室", "tier": "province", "kind": "network", "subject": "小学语文",
        "region": app.world.county, "cycle_start": "2026-01-01", "policy": "zhejiang-2019"
    });
    let studio = id(&made(admin.post("/api/studios", &form).await).await);
    let host = ok(app.person("host").await.get("/api/me").await).await["account"]["id"].clone();
    let member = json!({ "account": host, "role": "host", "from": "2026-03-01" });
    made(admin.post(&format!("/api/studios/{studio}/memberships"), &member).await).await;
    studio
}

pub(crate) async fn paper(person: &Person) -> String {
    id(&made(person.upload("证书.png", b"\x89PNG\r\n\x1a\n").await).await)
}

pub(crate) fn draft(choices: &[String], paper: &str) -> Value {
    json!({ "choices": choices, "fields": {
        "sex": "female", "born": "1986-05-01", "phone": "13800000001", "education": "本科", "stage": "primary",
        "subject": "小学语文", "title": "一级教师", "post": "教研组长", "teaching_years": 12, "honours": "市教坛新秀",
        "summary": "市级公开课 3 次。", "plan": "每学期两次送教。", "studio_name": "",
        "items": [{ "slot": "level_one_title", "title": "一级教师证书", "attachment": paper }]
    } })
}

pub(crate) async fn sent(person: &Person, recruitment: &str, draft: &Value) -> String {
    let saved = person.post(&format!("/api/recruitments/{recruitment}/application"), draft).await;
    let saved = id(&ok(saved).await);
    let sent = ok(person.post(&format!("/api/applications/{saved}/sending"), &Value::Null).await).await;
    assert_eq!(sent["row"]["state"], "waiting");
    saved
}

pub(crate) async fn ok(answer: Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

pub(crate) async fn made(answer: Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{body}");
    body
}

pub(crate) fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

fn review(application: &str, verdict: &str, seen: u32, more: Value) -> (String, Value) {
    let mut body = json!({ "verdict": verdict, "sending": 1, "seen": seen });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    (format!("/api/applications/{application}/review"), body)
}

pub(crate) async fn says(person: &Person, application: &str, verdict: &str, seen: u32, more: Value) -> Response {
    let (url, body) = review(application, verdict, seen, more);
    person.post(&url, &body).await
}

pub(crate) async fn rows(person: &Person, url: &str) -> Vec<Value> {
    ok(person.get(url).await).await["rows"].as_array().unwrap().clone()
}

async fn members(person: &Person, studio: impl std::fmt::Display) -> Vec<(String, String, String, Value)> {
    let page = ok(person.get(&format!("/api/studios/{studio}")).await).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let member = |m: &Value| (text(&m["account"]["name"]), text(&m["role"]), text(&m["from"]), m["to"].clone());
    page["members"].as_array().unwrap().iter().map(member).collect()
}

#[tokio::test]
async fn a_teacher_goes_from_the_form_over_host_school_and_office_onto_the_roster() {
    let app = TestApp::start().await;
    let (teacher, host, office) = (app.person("teacher").await, app.person("host").await, app.person("office").await);
    let studio = province_studio(&app).await;
    let opened = host.post(&format!("/api/studios/{studio}/recruitments"), &recruitment_form("core")).await;
    let recruitment = id(&made(opened).await);
    let page = ok(teacher.get(&format!("/api/recruitments/{recruitment}")).await).await;
    assert_eq!(page["steps"], json!(["host", "school", "office"]));
    assert_eq!((&page["card"]["role_title"], &page["card"]["state"]), (&json!("学科（专业）带头人"), &json!("open")));
    assert_eq!(page["school"]["rural"], true);

    // What is not whole is kept, and not sent; each field says what it lacks.
    let url = format!("/api/recruitments/{recruitment}/application");
    let begun = ok(teacher.post(&url, &json!({ "fields": { "subject": "小学语文" }, "choices": [] })).await).await;
    let application = id(&begun);
    let sending = format!("/api/applications/{application}/sending");
    let (status, code, fields) = refusal(teacher.post(&sending, &Value::Null).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields"));
    assert_eq!((&fields["born"], &fields["choices"]), (&json!("请填写出生日期。"), &json!("请至少选一个工作室。")));
    // A rural teacher needs a title or an honour; without either the sentence says which.
    let mut without = draft(std::slice::from_ref(&studio), "");
    without["fields"]["items"] = json!([]);
    without["fields"]["title"] = json!("二级教师");
    without["fields"]["honours"] = json!("");
    let told = ok(teacher.post(&url, &without).await).await;
    assert!(["unmet", "missing"].contains(&told["findings"][0]["state"].as_str().unwrap()), "{told}");
    let (status, code, _) = refusal(teacher.post(&sending, &Value::Null).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "condition_unmet"));
    let (dropped, file) = (paper(&teacher).await, paper(&teacher).await);
    ok(teacher.post(&url, &draft(std::slice::from_ref(&studio), &dropped)).await).await;
    let whole = draft(std::slice::from_ref(&studio), &file);
    ok(teacher.post(&url, &whole).await).await;
    let sent = ok(teacher.post(&sending, &Value::Null).await).await;
    assert_eq!((&sent["row"]["state"], &sent["row"]["waits_for"]["step"]), (&json!("waiting"), &json!("host")));
    assert_eq!(refusal(teacher.post(&url, &whole).await).await.1, "application_sent");
    assert_eq!(refusal(teacher.post(&sending, &Value::Null).await).await.1, "application_sent");

    // Each sees what waits for them; nobody else reads it or its papers.
    assert_eq!(rows(&host, "/api/applications").await.len(), 1);
    assert_eq!(rows(&office, "/api/applications").await.len(), 0);
    let read = format!("/api/applications/{application}");
    for stranger in ["core", "other-host", "other-office"] {
        let stranger = app.person(stranger).await;
        assert_eq!(stranger.get(&read).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(stranger.get(&format!("/api/attachments/{file}")).await.status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(host.get(&format!("/api/attachments/{file}")).await.status(), StatusCode::OK);
    let never_sent = host.get(&format!("/api/attachments/{dropped}")).await;
    assert_eq!(never_sent.status(), StatusCode::FORBIDDEN, "what lay beside a draft only stays with its author");
    assert_eq!(refusal(says(&teacher, &application, "granted", 0, json!({})).await).await.1, "own_application");

    let taken = ok(says(&host, &application, "granted", 0, json!({})).await).await;
    assert_eq!(
        (&taken["row"]["waits_for"]["step"], &taken["row"]["waits_for"]["who"]),
        (&json!("school"), &json!("石桥小学"))
    );
    assert_eq!(refusal(says(&host, &application, "granted", 1, json!({})).await).await.1, "not_your_review");
    assert_eq!(refusal(says(&office, &application, "granted", 1, json!({})).await).await.1, "school_paper_missing");
    ok(says(&office, &application, "granted", 1, json!({ "attachment": file })).await).await;
    let last = says(&office, &application, "granted", 2, json!({ "from": "2026-03-10", "reason": "同意" })).await;
    let last = ok(last).await;
    assert_eq!(last["row"]["state"], "accepted");
    assert_eq!(last["reviews"].as_array().unwrap().len(), 3);
    let (status, code, _) = refusal(says(&office, &application, "refused", 3, json!({ "reason": "晚了" })).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "nothing_waits"));
    let roster = members(&office, &studio).await;
    assert!(roster.contains(&("老师teacher".into(), "core".into(), "2026-03-10".into(), Value::Null)), "{roster:?}");
    let withdrawal = teacher.post(&format!("{read}/withdrawal"), &Value::Null).await;
    assert_eq!(refusal(withdrawal).await.1, "application_settled");
    assert_eq!(rows(&teacher, "/api/me/applications").await[0]["state"], "accepted");
    let card = &rows(&host, "/api/recruitments").await[0];
    assert_eq!((&card["taken"], &card["keeps"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn the_host_of_the_second_wish_may_take_whom_the_first_declined() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let admin = app.person("admin").await;
    let mut form = recruitment_form("core");
    form["most_choices"] = json!(2);
    let url = format!("/api/regions/{}/recruitments", app.world.city);
    let recruitment = id(&made(admin.post(&url, &form).await).await);
    let (teacher, host, other) =
        (app.person("teacher").await, app.person("host").await, app.person("other-host").await);
    let file = paper(&teacher).await;
    let wishes = [app.world.studio.to_string(), app.world.other_studio.to_string()];
    let twice = draft(&[wishes[0].clone(), wishes[0].clone()], &file);
    let saved = id(&ok(teacher.post(&format!("/api/recruitments/{recruitment}/application"), &twice).await).await);
    let (_, _, fields) = refusal(teacher.post(&format!("/api/applications/{saved}/sending"), &Value::Null).await).await;
    assert_eq!(fields["choices"], "同一个工作室只选一次。");
    let application = sent(&teacher, &recruitment, &draft(&wishes, &file)).await;
    assert_eq!(refusal(says(&other, &application, "granted", 0, json!({})).await).await.1, "not_your_review");
    let page = format!("/api/applications/{application}");
    assert_eq!(other.get(&page).await.status(), StatusCode::FORBIDDEN, "it is not their turn");
    let (_, _, fields) = refusal(says(&host, &application, "refused", 0, json!({})).await).await;
    assert_eq!(fields["reason"], "请写明原因，申请人会看到。");
    ok(says(&host, &application, "refused", 0, json!({ "reason": "名额已定" })).await).await;
    assert_eq!(other.get(&page).await.status(), StatusCode::OK);
    let taken = ok(says(&other, &application, "granted", 1, json!({})).await).await;
    assert_eq!(taken["row"]["taken_by"]["name"], "李老师名师工作室");
    // The School lies in one county, the Studio in another: each office has its own step.
    let (office, there) = (app.person("office").await, app.person("other-office").await);
    assert_eq!(
        refusal(says(&there, &application, "granted", 2, json!({ "attachment": file })).await).await.1,
        "not_your_review"
    );
    ok(says(&office, &application, "granted", 2, json!({ "attachment": file })).await).await;
    assert_eq!(refusal(says(&office, &application, "granted", 3, json!({})).await).await.1, "not_your_review");
    assert_eq!(ok(says(&there, &application, "granted", 3, json!({})).await).await["row"]["state"], "accepted");
    assert_eq!(members(&there, app.world.other_studio).await.len(), 2);
}

#[tokio::test]
async fn a_new_host_gets_a_studio_or_nothing_happens_at_all() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let (admin, office, teacher) = (app.person("admin").await, app.person("office").await, app.person("teacher").await);
    let mut form = recruitment_form("host");
    let url = format!("/api/regions/{}/recruitments", app.world.city);
    let (_, _, fields) = refusal(admin.post(&url, &form).await).await;
    assert_eq!(fields["tier"], "招募主持人时选择工作室的级别。");
    form["tier"] = json!("city");
    form["kind"] = json!("network");
    let recruitment = id(&made(admin.post(&url, &form).await).await);
    let mut draft = draft(&[], &paper(&teacher).await);
    draft["fields"]["items"] = json!([]);
    draft["fields"]["studio_name"] = json!("王老师名师工作室");
    let application = sent(&teacher, &recruitment, &draft).await;
    let paper = paper(&office).await;
    ok(says(&office, &application, "granted", 0, json!({ "attachment": paper })).await).await;
    let passed = ok(says(&office, &application, "granted", 1, json!({})).await).await;
    assert_eq!(passed["row"]["waits_for"], json!({ "step": "office", "who": "杭州市" }));
    assert_eq!(refusal(says(&office, &application, "granted", 2, json!({})).await).await.1, "not_your_review");
    // The county has a Studio of that name: neither the word nor a Membership stays.
    let taken = says(&admin, &application, "granted", 2, json!({})).await;
    assert_eq!(refusal(taken).await.2["name"], "这个区域已有同名工作室。");
    let still = ok(admin.get(&format!("/api/applications/{application}")).await).await;
    assert_eq!((&still["seen"], &still["row"]["state"]), (&json!(2), &json!("waiting")));
    ok(says(&admin, &application, "returned", 2, json!({ "reason": "工作室名称已有人用，请改名" })).await).await;
    draft["fields"]["studio_name"] = json!("陈老师名师网络工作室");
    assert_eq!(sent(&teacher, &recruitment, &draft).await, application);
    let again = ok(admin.get(&format!("/api/applications/{application}")).await).await;
    assert_eq!((&again["sending"], again["earlier"].as_array().unwrap().len()), (&json!(2), 3));
    let word = |seen: u32, more: Value| {
        let (url, mut body) = review(&application, "granted", seen, more);
        body["sending"] = json!(2);
        (url, body)
    };
    for (person, seen, more) in [
        (&office, 0, json!({ "attachment": paper })),
        (&office, 1, json!({})),
        (&admin, 2, json!({ "from": "2026-03-20" })),
    ] {
        let (url, body) = word(seen, more);
        ok(person.post(&url, &body).await).await;
    }
    let studios = rows(&teacher, "/api/studios?mine=true").await;
    assert_eq!((&studios[0]["name"], &studios[0]["tier"]), (&json!("陈老师名师网络工作室"), &json!("city")));
    assert_eq!((&studios[0]["policy"], &studios[0]["cycle_start"]), (&json!("zhejiang-2019"), &json!("2026-03-20")));
    let roster = members(&teacher, studios[0]["id"].as_str().unwrap()).await;
    assert_eq!(roster, [("老师teacher".into(), "host".into(), "2026-03-20".into(), Value::Null)]);
}

/// By what the pages ask alone: marks come from the member form and from the last word about an Application.
#[tokio::test]
async fn of_two_reviewers_at_once_one_is_told_to_look_again() {
    let app = TestApp::start().await;
    let (application, _) = waiting_application(&app).await;
    let (host, admin) = (app.person("host").await, app.person("admin").await);
    let (one, other) = tokio::join!(
        says(&host, &application, "granted", 0, json!({})),
        says(&admin, &application, "refused", 0, json!({ "reason": "名额已定" })),
    );
    let mut answers = [one.status(), other.status()];
    answers.sort();
    assert_eq!(answers, [StatusCode::OK, StatusCode::CONFLICT]);
    let late = if one.status() == StatusCode::CONFLICT { one } else { other };
    assert_eq!(refusal(late).await.1, "application_moved_on");
}

#[tokio::test]
async fn who_comes_after_the_last_place_is_told_so() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let mut form = recruitment_form("trainee");
    (form["places"], form["school_consents"], form["office_approves"]) = (json!(1), json!(false), json!(false));
    let url = format!("/api/studios/{}/recruitments", app.world.studio);
    let recruitment = id(&made(host.post(&url, &form).await).await);
    let studio = [app.world.studio.to_string()];
    let mut applications = Vec::new();
    for name in ["teacher", "other-host"] {
        let person = app.person(name).await;
        let file = paper(&person).await;
        applications.push(sent(&person, &recruitment, &draft(&studio, &file)).await);
    }
    assert_eq!(ok(says(&host, &applications[0], "granted", 0, json!({})).await).await["row"]["state"], "accepted");
    let (status, code, _) = refusal(says(&host, &applications[1], "granted", 0, json!({})).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "quota_full"));
    form["places"] = json!(101);
    let (_, _, fields) = refusal(host.post(&url, &form).await).await;
    assert_eq!(fields["places"], "办法规定每个工作室的骨干学员最多 100 人。");
    form["role"] = json!("core");
    let (_, _, fields) = refusal(office.post(&url, &form).await).await;
    assert_eq!(fields["school_consents"], "主持人和核心成员要经过学校和工作站。");
}

#[tokio::test]
async fn after_the_closing_day_nothing_is_sent_unless_it_is_moved() {
    let app = TestApp::start().await;
    let recruitment = core_recruitment(&app).await;
    let (teacher, host) = (app.person("teacher").await, app.person("host").await);
    let studio = [app.world.studio.to_string()];
    let file = paper(&teacher).await;
    let url = format!("/api/recruitments/{recruitment}/application");
    let application = id(&ok(teacher.post(&url, &draft(&studio, &file)).await).await);
    app.turn_clock(DAY * 30);
    let (teacher, host_later) = (app.person("teacher").await, app.person("host").await);
    drop(host);
    let sending = format!("/api/applications/{application}/sending");
    assert_eq!(refusal(teacher.post(&sending, &Value::Null).await).await.1, "recruitment_closed");
    let closing = format!("/api/recruitments/{recruitment}/closing");
    let (_, _, fields) =
        refusal(host_later.post(&closing, &json!({ "closes": "2026-04-10", "reason": "" })).await).await;
    assert_eq!(fields["reason"], "请写明原因。");
    let moved = ok(host_later.post(&closing, &json!({ "closes": "2026-04-10", "reason": "节日顺延" })).await).await;
    assert_eq!((&moved["card"]["closes"], &moved["changes"][0]["reason"]), (&json!("2026-04-10"), &json!("节日顺延")));
    ok(teacher.post(&sending, &Value::Null).await).await;
    ok(says(&host_later, &application, "returned", 0, json!({ "reason": "补一份证书" })).await).await;
    let withdrawal = format!("/api/applications/{application}/withdrawal");
    let (_, code, _) = refusal(teacher.post(&withdrawal, &Value::Null).await).await;
    assert_eq!(code, "application_returned", "it would be lost after the closing day");
    ok(teacher.post(&sending, &Value::Null).await).await;
    let withdrawn = ok(teacher.post(&format!("/api/applications/{application}/withdrawal"), &Value::Null).await).await;
    assert_eq!(withdrawn["row"]["state"], "withdrawn");
    assert_eq!(refusal(says(&host_later, &application, "granted", 0, json!({})).await).await.1, "nothing_waits");
    ok(host_later.post(&closing, &json!({ "closes": "2026-03-31", "reason": "提前截止" })).await).await;
    assert_eq!(refusal(teacher.post(&sending, &Value::Null).await).await.1, "recruitment_closed");
}

#[tokio::test]
async fn a_transfer_changes_the_roster_on_its_day_with_its_reason() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let (host, office, core) = (app.person("host").await, app.person("office").await, app.person("core").await);
    let marked = format!("/api/memberships/{}", app.world.core_membership);
    ok(office.patch(&marked, &json!({ "backbone": true })).await).await;
    let url = format!("/api/memberships/{}/transfers", app.world.core_membership);
    let up = json!({ "kind": "promoted", "day": "2026-03-02", "role": "core", "reason": "考核优秀" });
    assert_eq!(refusal(host.post(&url, &up).await).await.2["role"], "新的角色和晋级、降级不一致。");
    let down = json!({ "kind": "demoted", "day": "2026-03-02", "role": "trainee", "reason": "未完成任务" });
    let asked = made(host.post(&url, &down).await).await;
    assert_eq!(
        (&asked["state"], &asked["may_decide"]),
        (&json!("waiting"), &json!(false)),
        "a core member is for the office"
    );
    assert_eq!(refusal(host.post(&url, &down).await).await.1, "transfer_taken");
    let decision = format!("/api/transfers/{}/decision", id(&asked));
    assert_eq!(host.post(&decision, &json!({ "granted": true })).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(rows(&office, "/api/transfers").await.len(), 1);
    ok(office.post(&decision, &json!({ "granted": true })).await).await;
    assert_eq!(refusal(office.post(&decision, &json!({ "granted": true })).await).await.1, "transfer_settled");
    let roster = members(&office, app.world.studio).await;
    assert!(
        roster.contains(&("老师core".into(), "core".into(), "2026-01-01".into(), json!("2026-03-01"))),
        "{roster:?}"
    );
    assert!(roster.contains(&("老师core".into(), "trainee".into(), "2026-03-02".into(), Value::Null)), "{roster:?}");

    // A trainee asks to leave; the host decides.
    let page = ok(core.get(&format!("/api/studios/{}", app.world.studio)).await).await;
    let now = page["members"].as_array().unwrap().iter().find(|m| m["role"] == "trainee").unwrap();
    assert_eq!((&now["backbone"], &now["new_teacher"]), (&json!(true), &json!(false)), "the marks go with the person");
    let url = format!("/api/memberships/{}/transfers", now["membership"].as_str().unwrap());
    let up = json!({ "kind": "promoted", "day": "2026-03-20", "role": "core", "reason": "毛遂自荐" });
    assert_eq!(refusal(core.post(&url, &up).await).await.2["kind"], "自己只能申请调离或退出。");
    let quit = json!({ "kind": "quit", "day": "2026-03-20", "reason": "调往外省" });
    let asked = made(core.post(&url, &quit).await).await;
    assert_eq!(asked["state"], "waiting");
    let decision = format!("/api/transfers/{}/decision", id(&asked));
    assert_eq!(refusal(host.post(&decision, &json!({ "granted": false })).await).await.2["reason"], "请写明原因。");
    ok(host.post(&decision, &json!({ "granted": true })).await).await;
    let roster = members(&office, app.world.studio).await;
    assert!(
        roster.contains(&("老师core".into(), "trainee".into(), "2026-03-02".into(), json!("2026-03-19"))),
        "{roster:?}"
    );
    assert_eq!(rows(&host, &format!("/api/studios/{}/transfers", app.world.studio)).await.len(), 2);
}

#[tokio::test]
async fn an_office_s_words_reach_its_own_tree_until_they_are_withdrawn() {
    let app = TestApp::start().await;
    let (office, teacher, other) =
        (app.person("office").await, app.person("teacher").await, app.person("other-office").await);
    let url = format!("/api/regions/{}/announcements", app.world.county);
    assert_eq!(
        refusal(office.post(&url, &json!({ "title": "", "content": "" })).await).await.2["content"],
        "请填写公告内容。"
    );
    let said = made(office.post(&url, &json!({ "title": "名单公布", "content": "老师teacher" })).await).await;
    assert_eq!(rows(&teacher, "/api/announcements").await[0]["title"], "名单公布");
    assert_eq!(rows(&other, "/api/announcements").await.len(), 0);
    let withdrawal = format!("/api/announcements/{}/withdrawal", id(&said));
    ok(office.post(&withdrawal, &json!({ "reason": "名单有误" })).await).await;
    assert_eq!(
        refusal(office.post(&withdrawal, &json!({ "reason": "再撤" })).await).await.1,
        "announcement_withdrawn_key"
    );
    assert_eq!(rows(&teacher, "/api/announcements").await.len(), 0);
    assert_eq!(rows(&office, "/api/announcements").await[0]["withdrawn"], "名单有误");
}

#[tokio::test]
async fn a_region_sees_what_it_has_beside_what_the_programme_wants() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let page = ok(app.person("office").await.get(&format!("/api/regions/{}/capacities", app.world.county)).await).await;
    let row = |of: &str| page["rows"].as_array().unwrap().iter().find(|row| row["id"] == of).unwrap().clone();
    let studios = row("S1-02");
    assert_eq!((&studios["have"], &studios["wanted"], &studios["state"]), (&json!(1), &json!("≥600"), &json!("under")));
    assert_eq!(row("S1-03")["have"], 1);
    let own = json!([{ "studio": app.world.studio, "name": "王老师名师工作室", "count": 1 }]);
    assert_eq!(studios["behind"], own, "the number opens to its Studios");
    for one in page["rows"].as_array().unwrap() {
        let counted: u64 = one["behind"].as_array().unwrap().iter().map(|part| part["count"].as_u64().unwrap()).sum();
        assert!(one["have"].as_u64().unwrap_or(0) <= counted, "{one}");
    }
    let counts = &page["studios"][0]["counts"][0];
    assert_eq!(
        (&counts["title"], &counts["have"], &counts["wanted"], &counts["state"]),
        (&json!("学科（专业）带头人"), &json!(1), &json!("10–15"), &json!("under"))
    );
}

async fn summary(person: &Person, recruitment: &str, query: &str, rows: &[[&str; 5]]) -> Response {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([&[["姓名", "单位", "出生日期", "教龄", "学段"]][..], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    let head = "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n";
    let body = [head.as_bytes(), &book.save_to_buffer().unwrap(), b"\r\n--cut--\r\n"].concat();
    let url = format!("/api/recruitments/{recruitment}/summary-sheet{query}");
    let request = person.request(Method::POST, &url).header("content-type", "multipart/form-data; boundary=cut");
    request.body(body).send().await.unwrap()
}

#[tokio::test]
async fn a_summary_sheet_becomes_drafts_or_nothing() {
    let app = TestApp::start().await;
    let recruitment = core_recruitment(&app).await;
    let (host, teacher) = (app.person("host").await, app.person("teacher").await);
    let good = ["老师teacher", "石桥小学", "1986-05-01", "12", "小学"];
    let rows = [good, ["老师other-host", "石桥小学", "五月", "12", "小学"], ["无此人", "石桥小学", "", "", ""], good];
    let told = ok(summary(&host, &recruitment, "", &rows).await).await;
    assert_eq!((&told["good"], &told["written"]), (&json!(1), &json!(0)));
    let errors: Vec<_> = told["errors"].as_array().unwrap().iter().map(|one| (&one["row"], &one["column"])).collect();
    assert_eq!(errors, [(&json!(3), &json!("出生日期")), (&json!(4), &json!("姓名")), (&json!(5), &json!("姓名"))]);
    assert!(self::rows(&teacher, "/api/me/applications").await.is_empty(), "a wrong row leaves nothing");
    assert_eq!(ok(summary(&host, &recruitment, "?check=true", &[good]).await).await["written"], 0);
    assert_eq!(ok(summary(&host, &recruitment, "", &[good]).await).await["written"], 1);
    assert_eq!(self::rows(&teacher, "/api/me/applications").await[0]["state"], "draft");
    let page = ok(teacher.get(&format!("/api/recruitments/{recruitment}")).await).await;
    assert_eq!(
        (&page["draft"]["fields"]["born"], &page["draft"]["fields"]["stage"]),
        (&json!("1986-05-01"), &json!("primary"))
    );
    let again = ok(summary(&host, &recruitment, "", &[good]).await).await;
    assert_eq!(again["errors"][0]["sentence"], "这位老师已经在填写自己的申请，请删去这一行。");
}

#[tokio::test]
async fn the_summary_sheet_has_everybody_who_applied_and_no_formula() {
    let app = TestApp::start().await;
    let recruitment = core_recruitment(&app).await;
    let teacher = app.person("teacher").await;
    let mut draft = draft(&[app.world.studio.to_string()], &paper(&teacher).await);
    draft["fields"]["summary"] = json!("=HYPERLINK(\"x\")");
    sent(&teacher, &recruitment, &draft).await;
    let url = format!("/api/recruitments/{recruitment}/summary-sheet");
    let file = app.person("host").await.get(&url).await.bytes().await.unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&name).unwrap();
    let cells: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let header = cells.iter().position(|row| row.contains(&"姓名".to_owned())).unwrap();
    let of = |column: &str| {
        let at = cells[header].iter().position(|cell| cell == column).unwrap();
        cells[header + 1][at].clone()
    };
    assert_eq!([of("姓名"), of("单位"), of("城乡"), of("教龄")], ["老师teacher", "石桥小学", "乡", "12"]);
    assert_eq!([of("状态"), of("志愿")], ["审核中", "王老师名师工作室"]);
    assert_eq!(of("主要业绩"), "=HYPERLINK(\"x\")");
    assert!(book.worksheet_formula(&name).unwrap().cells().all(|(_, _, formula)| formula.is_empty()));
}
