//! Closings over HTTP: who says so, what everybody sees, and what the people of the Studio may still do.

use crate::app::{Person, TestApp, refusal};
use crate::held::plan;
use crate::http_applications::{draft, id, made, ok, paper, recruitment_form, rows, says, sent, under_policy};
use lectern::domain::{ActivityKind, NewActivity};
use lectern::store;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

fn studio(app: &TestApp) -> String {
    format!("/api/studios/{}", app.world.studio)
}

async fn close(app: &TestApp, who: &Person, last_day: &str) -> Response {
    let form = json!({ "kind": "revoked", "last_day": last_day, "reason": "考核不合格" });
    who.post(&format!("{}/closing", studio(app)), &form).await
}

async fn reopen(app: &TestApp, who: &Person) -> Response {
    who.post(&format!("{}/reopening", studio(app)), &json!({ "reason": "整改完成" })).await
}

async fn code(answer: Response) -> String {
    refusal(answer).await.1
}

#[tokio::test]
async fn the_office_of_its_tier_closes_a_studio_and_takes_that_back() {
    let app = TestApp::start().await;
    let (office, admin, host) = (app.person("office").await, app.person("admin").await, app.person("host").await);
    assert_eq!(code(close(&app, &host, "2026-03-31").await).await, "office_of_region_only");
    assert_eq!(code(close(&app, &app.person("other-office").await, "2026-03-31").await).await, "office_of_region_only");
    let page = ok(office.get(&studio(&app)).await).await;
    assert_eq!((&page["may_close"], &page["closings"]), (&json!(true), &json!([])));
    assert_eq!(ok(close(&app, &office, "2026-03-31").await).await["last_day"], "2026-03-31");
    assert_eq!(code(close(&app, &office, "2026-03-20").await).await, "studio_already_closed");

    let page = ok(app.person("teacher").await.get(&studio(&app)).await).await;
    assert_eq!((&page["studio"]["last_day"], &page["may_close"]), (&json!("2026-03-31"), &json!(false)));
    let word = &page["closings"][0];
    assert_eq!(
        [&word["kind"], &word["last_day"], &word["reason"], &word["by_name"]],
        ["revoked", "2026-03-31", "考核不合格", "老师office"]
    );
    assert_eq!(ok(reopen(&app, &office).await).await["last_day"], Value::Null);
    assert_eq!(code(reopen(&app, &office).await).await, "studio_not_closed");
    let page = ok(office.get(&studio(&app)).await).await;
    assert_eq!((&page["closings"][0]["kind"], &page["closings"][0]["reason"]), (&Value::Null, &json!("整改完成")));

    // What a higher office said, a lower one does not take back.
    ok(close(&app, &admin, "2026-03-31").await).await;
    assert_eq!(ok(office.get(&studio(&app)).await).await["may_close"], false);
    assert_eq!(code(reopen(&app, &office).await).await, "decided_above");
}

#[tokio::test]
async fn nobody_closes_a_studio_that_they_are_in_or_one_of_a_higher_tier() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let me = ok(office.get("/api/me").await).await["account"]["id"].clone();
    let form = json!({ "account": me, "role": "adviser", "from": "2026-03-02" });
    made(app.person("admin").await.post(&format!("{}/memberships", studio(&app)), &form).await).await;
    assert_eq!(code(close(&app, &office, "2026-03-31").await).await, "own_studio");

    let app = TestApp::start().await;
    let admin = app.person("admin").await;
    let raised = json!({ "tier": "city", "reason": "三年优秀" });
    ok(admin.post(&format!("{}/tier", studio(&app)), &raised).await).await;
    assert_eq!(code(close(&app, &app.person("office").await, "2026-03-31").await).await, "office_of_tier_only");
    ok(close(&app, &admin, "2026-03-31").await).await;
}

#[tokio::test]
async fn a_closed_studio_is_listed_where_closed_ones_are_asked_for() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    ok(close(&app, &office, "2026-03-31").await).await;
    let listed = async |query: &str| rows(&app.person("host").await, &format!("/api/studios{query}")).await.len();
    assert_eq!(listed("").await, 2, "it still works");
    app.turn_clock(DAY * 30);
    assert_eq!((listed("").await, listed("?closed=true").await), (1, 2));
    assert_eq!((listed("?mine=true").await, listed("?mine=true&closed=true").await), (0, 1));
    let resources = app.person("teacher").await.get(&format!("{}/resources", studio(&app))).await;
    assert_eq!(resources.status(), StatusCode::OK);
}

#[tokio::test]
async fn those_who_were_in_it_to_the_end_read_its_card_and_are_reminded_of_nothing() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let reminded = async |who: &str| rows(&app.person(who).await, "/api/me/reminders").await;
    let new =
        NewActivity { title: "下学期的课".into(), ..plan(app.world.studio, ActivityKind::Seminar, "2026-04-10") };
    store::activity::create(&app.store, new, app.now()).await.unwrap();
    store::scorecard::refresh(&app.store, store::studio::assessed(&app.store, None).await.unwrap(), None, app.now())
        .await
        .unwrap();
    let office = app.person("office").await;
    let asks = json!({ "kind": "quit", "day": "2026-03-20", "reason": "工作调整" });
    let core = app.person("core").await;
    made(core.post(&format!("/api/memberships/{}/transfers", app.world.core_membership), &asks).await).await;
    let notices = format!("/api/activities/{}/notices", app.world.activity);
    made(app.person("host").await.post(&notices, &json!({ "content": "请参加。" })).await).await;
    let waits = async |kind: &str| reminded("office").await.iter().filter(|one| one["kind"] == kind).count();
    assert_eq!((waits("decide_transfers").await, waits("decide_notices").await), (1, 1));
    ok(close(&app, &office, "2026-03-31").await).await;
    assert_eq!(
        (waits("decide_transfers").await, waits("decide_notices").await),
        (1, 1),
        "what it still does is decided, and who leaves before it closes"
    );

    app.turn_clock(DAY * 30);
    assert_eq!(app.now().day().to_string(), "2026-04-01");
    let host = app.person("host").await;
    assert_eq!(reminded("host").await, Vec::<Value>::new());
    assert_eq!(waits("decide_notices").await, 0);
    let me = ok(host.get("/api/me").await).await;
    assert_eq!(me["memberships"], json!([]));
    assert_eq!(host.get("/api/home").await.status(), StatusCode::OK);
    for who in ["host", "core"] {
        let card = ok(app.person(who).await.get(&format!("{}/scorecard", studio(&app))).await).await;
        assert_eq!((&card["year"], &card["last_day"]), (&json!(2026), &json!("2026-03-31")));
        assert_eq!((&card["days_left"], card["years"].as_array().unwrap().len()), (&json!(0), 1));
    }
    let stranger = app.person("teacher").await.get(&format!("{}/scorecard", studio(&app))).await;
    assert_eq!(code(stranger).await, "members_only");
    let later = host.get(&format!("{}/scorecard?year=2027", studio(&app))).await;
    assert!(refusal(later).await.2["year"].as_str().unwrap().contains("停办"));
    let changed = host.patch(&studio(&app), &json!({ "introduction": "我们回来了" })).await;
    assert_eq!(code(changed).await, "host_or_office_only", "reading is all that is left");
    let page = ok(host.get(&studio(&app)).await).await;
    assert_eq!(page["activities"][0]["state"], "cancelled");
}

#[tokio::test]
async fn what_proves_something_until_the_last_day_is_still_handed_in_by_the_office() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    ok(close(&app, &app.person("office").await, "2026-03-31").await).await;
    app.turn_clock(DAY * 40);
    let office = app.person("office").await;
    let file = paper(&office).await;
    let hand_in = async |day: &str| {
        let form = json!({ "slot": "activity_case", "title": "案例", "day": day, "attachments": [file] });
        office.post(&format!("{}/evidence", studio(&app)), &form).await
    };
    made(hand_in("2026-03-31").await).await;
    assert_eq!(code(hand_in("2026-04-01").await).await, "studio_closed");
}

/// The teacher's Application to a Recruitment of the city, with both Studios wished for in this order.
async fn waiting_for_both(app: &TestApp, consents: bool) -> String {
    under_policy(app).await;
    let mut form = recruitment_form("core");
    form["most_choices"] = json!(2);
    (form["school_consents"], form["office_approves"]) = (json!(consents), json!(consents));
    if !consents {
        form["role"] = json!("trainee");
    }
    let url = format!("/api/regions/{}/recruitments", app.world.city);
    let recruitment = id(&made(app.person("admin").await.post(&url, &form).await).await);
    let teacher = app.person("teacher").await;
    let paper = paper(&teacher).await;
    let wished = [app.world.studio.to_string(), app.world.other_studio.to_string()];
    sent(&teacher, &recruitment, &draft(&wished, &paper)).await
}

async fn stands(app: &TestApp, application: &str) -> Value {
    ok(app.person("teacher").await.get(&format!("/api/applications/{application}")).await).await
}

#[tokio::test]
async fn who_waits_for_a_studio_that_closes_goes_on_to_the_next_choice() {
    let app = TestApp::start().await;
    let application = waiting_for_both(&app, true).await;
    ok(close(&app, &app.person("office").await, "2026-03-31").await).await;
    let told = stands(&app, &application).await;
    let word = &told["reviews"][0];
    assert_eq!(
        (&word["step"], &word["verdict"], &word["by"]),
        (&json!("host"), &json!("refused"), &json!("老师office"))
    );
    assert_eq!(word["reason"], "工作室停办，最后一天是 2026-03-31。");
    assert_eq!(told["row"]["state"], "waiting");
    assert_eq!(told["row"]["waits_for"]["who"], "李老师名师工作室");
    let other = app.person("other-host").await;
    ok(says(&other, &application, "granted", 1, json!({})).await).await;
}

#[tokio::test]
async fn a_studio_that_closed_before_its_turn_is_passed_over() {
    let app = TestApp::start().await;
    let application = waiting_for_both(&app, true).await;
    let admin = app.person("admin").await;
    let url = format!("/api/studios/{}/closing", app.world.other_studio);
    let form = json!({ "kind": "shut", "last_day": "2026-03-31", "reason": "没有活动" });
    ok(admin.post(&url, &form).await).await;
    assert_eq!(stands(&app, &application).await["reviews"], json!([]), "the first choice is asked as before");
    let host = app.person("host").await;
    ok(says(&host, &application, "refused", 0, json!({ "reason": "名额已满" })).await).await;
    let told = stands(&app, &application).await;
    assert_eq!(told["row"]["state"], "refused");
    assert_eq!(told["reviews"].as_array().unwrap().len(), 2);
    assert_eq!(told["reviews"][1]["by"], "老师admin", "who closed it says so");
}

#[tokio::test]
async fn whom_the_host_took_already_is_refused_when_the_studio_closes() {
    let app = TestApp::start().await;
    let application = waiting_for_both(&app, true).await;
    ok(says(&app.person("host").await, &application, "granted", 0, json!({})).await).await;
    assert_eq!(stands(&app, &application).await["row"]["waits_for"]["step"], "school");
    ok(close(&app, &app.person("office").await, "2026-03-31").await).await;
    let told = stands(&app, &application).await;
    let word = &told["reviews"][1];
    assert_eq!((&told["row"]["state"], &word["verdict"]), (&json!("refused"), &json!("refused")));
    assert_eq!((&word["step"], &word["by"]), (&json!("office"), &json!("老师office")), "the School has said nothing");
}

#[tokio::test]
async fn a_studio_that_is_to_close_is_not_wished_for_and_seeks_nobody() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let own = format!("{}/recruitments", studio(&app));
    let opened = id(&made(host.post(&own, &recruitment_form("core")).await).await);
    let mut coming = recruitment_form("trainee");
    coming["opens"] = json!("2026-03-20");
    let coming = id(&made(host.post(&own, &coming).await).await);
    let url = format!("/api/regions/{}/recruitments", app.world.city);
    let wide = id(&made(app.person("admin").await.post(&url, &recruitment_form("core")).await).await);
    let page = async |recruitment: &str| {
        ok(app.person("teacher").await.get(&format!("/api/recruitments/{recruitment}")).await).await
    };
    assert_eq!(page(&wide).await["studios"].as_array().unwrap().len(), 2);
    ok(close(&app, &office, "2026-12-31").await).await;
    for recruitment in [&opened, &coming] {
        let told = page(recruitment).await;
        assert_eq!((&told["card"]["state"], &told["card"]["closes"]), (&json!("closed"), &json!("2026-03-01")));
        assert_eq!(told["changes"][0]["reason"], "工作室停办：考核不合格");
    }
    let studios = page(&wide).await["studios"].clone();
    assert_eq!(studios.as_array().unwrap().len(), 1);
    assert_eq!(code(host.post(&own, &recruitment_form("core")).await).await, "studio_closed");
    let longer = json!({ "closes": "2026-03-31", "reason": "再开" });
    assert_eq!(code(host.post(&format!("/api/recruitments/{opened}/closing"), &longer).await).await, "studio_closed");
    let teacher = app.person("teacher").await;
    let paper = paper(&teacher).await;
    let form = draft(&[app.world.studio.to_string()], &paper);
    let saved = id(&ok(teacher.post(&format!("/api/recruitments/{wide}/application"), &form).await).await);
    let refused = teacher.post(&format!("/api/applications/{saved}/sending"), &Value::Null).await;
    assert!(refusal(refused).await.2["choices"].is_string());
}

#[tokio::test]
async fn a_region_shows_it_in_the_year_in_which_it_closes_and_not_after() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let region = format!("/api/regions/{}", app.world.county);
    let shown = async |year: i32| {
        let office = app.person("office").await;
        let table = ok(office.get(&format!("{region}/scorecards?policy=zhejiang-2019&year={year}")).await).await;
        (table["total"].as_u64().unwrap(), table["counts"]["studios"].as_u64().unwrap())
    };
    let capacity = async || {
        let page = ok(app.person("office").await.get(&format!("{region}/capacities?policy=zhejiang-2019")).await).await;
        page["studios"].as_array().unwrap().len()
    };
    assert_eq!((shown(2026).await, shown(2027).await, capacity().await), ((1, 1), (1, 1), 1));
    ok(close(&app, &app.person("office").await, "2026-03-31").await).await;
    assert_eq!((shown(2026).await, shown(2027).await), ((1, 1), (0, 0)));
    assert_eq!(capacity().await, 1, "it works until then");
    app.turn_clock(DAY * 30);
    assert_eq!((shown(2026).await, capacity().await), ((1, 1), 0));
    let table = ok(app.person("office").await.get(&format!("{region}/scorecards?policy=zhejiang-2019")).await).await;
    assert_eq!(table["rows"][0]["hosts"], json!(["老师host"]), "those of its last day");
}

#[tokio::test]
async fn who_hosted_it_on_its_last_day_objects_to_its_last_year() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    ok(close(&app, &app.person("office").await, "2026-11-30").await).await;
    app.turn_clock(DAY * 309);
    let office = app.person("office").await;
    let url = format!("/api/regions/{}/year-ends", app.world.county);
    let frozen = made(office.post(&url, &json!({ "policy": "zhejiang-2019", "year": 2026 })).await).await;
    assert_eq!(frozen["rows"][0]["hosts"], json!(["老师host"]));
    let url = format!("/api/year-ends/{}", frozen["card"]["id"].as_str().unwrap());
    ok(office.post(&format!("{url}/publication"), &json!({ "until": "2027-01-15" })).await).await;
    let form = json!({ "studio": app.world.studio, "reason": "11 月的研修没有计入" });
    let object = async |who: &str| app.person(who).await.post(&format!("{url}/objections"), &form).await;
    assert_eq!(code(object("core").await).await, "host_or_office_only");
    assert_eq!(code(object("other-host").await).await, "host_or_office_only");
    made(object("host").await).await;
}

#[tokio::test]
async fn who_was_in_it_on_its_last_day_still_watches_what_its_members_watch() {
    let app = TestApp::start().await;
    let resource = crate::http_resources::published(&app, "studio").await;
    let path = format!("/api/resources/{resource}/replay");
    let status = async |who: &str| app.person(who).await.get(&path).await.status();
    assert_eq!((status("core").await, status("teacher").await), (StatusCode::OK, StatusCode::FORBIDDEN));
    let today = app.now().day().to_string();
    ok(close(&app, &app.person("office").await, &today).await).await;
    app.turn_clock(DAY * 2);
    assert_eq!((status("core").await, status("teacher").await), (StatusCode::OK, StatusCode::FORBIDDEN));
    let listed = ok(app.person("core").await.get(&format!("{}/resources", studio(&app))).await).await;
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1);
    let host = app.person("host").await;
    let withdrawn = host.post(&format!("/api/resources/{resource}/withdraw"), &json!({ "reason": "撤回" })).await;
    assert_eq!(withdrawn.status(), StatusCode::FORBIDDEN, "whoever hosted it keeps it no more");
}
