//! Recruitments, announcements and transfers as lists, and the ways into a Studio that its Policy and its offices watch over.

use crate::app::{Person, TestApp, refusal};
use crate::http_applications::{
    draft, id, made, ok, recruitment_form, rows, says, sent, under_policy, waiting_application,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn an_office_seeks_hosts_for_studios_up_to_its_own_tier() {
    let app = TestApp::start().await;
    let (office, admin) = (app.person("office").await, app.person("admin").await);
    let url = format!("/api/regions/{}/recruitments", app.world.county);
    let mut form = recruitment_form("host");
    (form["tier"], form["kind"]) = (json!("province"), json!("network"));
    let (status, code, _) = refusal(office.post(&url, &form).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "office_of_tier_only"));
    made(admin.post(&url, &form).await).await;
    form["tier"] = json!("county");
    made(office.post(&url, &form).await).await;
}

#[tokio::test]
async fn a_county_studio_reaches_its_trainees_with_the_marks_that_its_policy_wants() {
    let app = TestApp::start().await;
    let (host, office, teacher) = (app.person("host").await, app.person("office").await, app.person("teacher").await);
    let studio = format!("/api/studios/{}", app.world.studio);
    ok(office.post(&format!("{studio}/programme"), &json!({ "policy": "county-4", "reason": "选定" })).await).await;
    let members = format!("{studio}/memberships");
    let mut marks = [(false, false); 9];
    marks[3] = (false, true);
    for (number, (new_teacher, backbone)) in marks.into_iter().enumerate() {
        let form = json!({ "name": "学员", "login_name": format!("trainee{number}"), "password": "long enough",
            "role": "teacher", "school": app.world.school });
        let account = id(&made(office.post("/api/accounts", &form).await).await);
        let form = json!({ "account": account, "role": "trainee", "from": "2026-03-01", "new_teacher": new_teacher,
            "backbone": backbone });
        made(host.post(&members, &form).await).await;
    }
    let criterion = async || {
        let card = ok(host.get(&format!("{studio}/scorecard?year=2025")).await).await;
        let found = crate::http_scorecards::criterion(&card, "学员构成");
        found["state"].clone()
    };
    assert_ne!(criterion().await, "met");
    let mut form = recruitment_form("trainee");
    (form["policy"], form["places"]) = (json!("county-4"), json!(1));
    (form["school_consents"], form["office_approves"]) = (json!(false), json!(false));
    let recruitment = id(&made(host.post(&format!("{studio}/recruitments"), &form).await).await);
    let mut draft = draft(&[app.world.studio.to_string()], "");
    draft["fields"]["items"] = json!([]);
    let application = sent(&teacher, &recruitment, &draft).await;
    let page = ok(host.get(&format!("/api/applications/{application}")).await).await;
    assert_eq!(page["marks_asked"], json!(["new_teacher", "backbone"]));
    assert_eq!(refusal(says(&host, &application, "granted", 0, json!({})).await).await.1, "quota_full");
    ok(says(&host, &application, "granted", 0, json!({ "new_teacher": true })).await).await;
    assert_eq!(criterion().await, "met");
}

#[tokio::test]
async fn the_office_speaks_for_a_studio_that_has_no_host() {
    let app = TestApp::start().await;
    let (application, _) = waiting_application(&app).await;
    let office = app.person("office").await;
    assert!(rows(&office, "/api/applications").await.is_empty());
    assert_eq!(refusal(says(&office, &application, "granted", 0, json!({})).await).await.1, "not_your_review");
    let page = ok(office.get(&format!("/api/studios/{}", app.world.studio)).await).await;
    let host = page["members"].as_array().unwrap().iter().find(|one| one["role"] == "host").unwrap();
    let left = json!({ "to": "2026-03-01", "reason": "调离" });
    ok(office.patch(&format!("/api/memberships/{}", host["membership"].as_str().unwrap()), &left).await).await;
    assert!(rows(&app.person("other-office").await, "/api/applications").await.is_empty());
    assert_eq!(rows(&office, "/api/applications").await[0]["may_decide"], true);
    let taken = ok(says(&office, &application, "granted", 0, json!({})).await).await;
    let word = &taken["reviews"][0];
    assert_eq!((&word["step"], &word["in_place"], &word["by"]), (&json!("host"), &json!(true), &json!("老师office")));
    assert_eq!(taken["row"]["waits_for"]["step"], "school");
    assert_eq!(taken["row"]["taken_by"]["name"], "王老师名师工作室");
}

#[tokio::test]
async fn a_list_of_recruitments_is_the_reader_s_and_open_ones_come_first() {
    let app = TestApp::start().await;
    under_policy(&app).await;
    let (host, admin, teacher) = (app.person("host").await, app.person("admin").await, app.person("teacher").await);
    let url = format!("/api/studios/{}/recruitments", app.world.studio);
    let ended = id(&made(host.post(&url, &recruitment_form("core")).await).await);
    let closing = format!("/api/recruitments/{ended}/closing");
    ok(host.post(&closing, &json!({ "closes": "2026-03-01", "reason": "提前截止" })).await).await;
    let open = id(&made(host.post(&url, &recruitment_form("core")).await).await);
    // Of another province, and nearer to their closing days than ours.
    let far = ok_id(&admin, "/api/regions", json!({ "name": "云南省", "kind": "province" })).await;
    for _ in 0..3 {
        let mut form = recruitment_form("trainee");
        form["closes"] = json!("2026-03-05");
        made(admin.post(&format!("/api/regions/{far}/recruitments"), &form).await).await;
    }
    let told = |page: &Value| {
        let ids: Vec<_> = page["rows"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        (page["total"].as_u64().unwrap(), ids)
    };
    for who in [&host, &teacher] {
        let first = ok(who.get("/api/recruitments?size=1").await).await;
        assert_eq!(told(&first), (2, vec![json!(open)]));
        let second = ok(who.get("/api/recruitments?size=1&page=2").await).await;
        assert_eq!(told(&second), (2, vec![json!(ended)]));
    }
    assert_eq!(told(&ok(admin.get("/api/recruitments").await).await).0, 5);
}

async fn ok_id(person: &Person, url: &str, body: Value) -> String {
    id(&made(person.post(url, &body).await).await)
}

#[tokio::test]
async fn what_one_office_says_pushes_nothing_of_another_off_its_list() {
    let app = TestApp::start().await;
    let (office, other) = (app.person("office").await, app.person("other-office").await);
    let url = format!("/api/regions/{}/announcements", app.world.county);
    let said = ok_id(&office, &url, json!({ "title": "名单公布", "content": "见附件。" })).await;
    ok(office.post(&format!("/api/announcements/{said}/withdrawal"), &json!({ "reason": "有误" })).await).await;
    let loud = format!("/api/regions/{}/announcements", app.world.other_county);
    for number in 0..25 {
        ok_id(&other, &loud, json!({ "title": format!("第{number}号"), "content": "请知悉。" })).await;
    }
    let told = ok(office.get("/api/announcements").await).await;
    assert_eq!((&told["total"], &told["rows"][0]["withdrawn"]), (&json!(1), &json!("有误")));
    let told = ok(other.get("/api/announcements?size=20&page=2").await).await;
    assert_eq!((&told["total"], told["rows"].as_array().unwrap().len()), (&json!(25), 5));
    assert_eq!(ok(app.person("teacher").await.get("/api/announcements").await).await["total"], 0);
    assert_eq!(ok(app.person("admin").await.get("/api/announcements").await).await["total"], 26);
}

#[tokio::test]
async fn a_host_is_reminded_of_transfers_and_whoever_asked_takes_theirs_back() {
    let app = TestApp::start().await;
    let (host, teacher) = (app.person("host").await, app.person("teacher").await);
    let members = format!("/api/studios/{}/memberships", app.world.studio);
    let form = json!({ "account": app.world.teacher, "role": "trainee", "from": "2026-03-01" });
    let member = made(host.post(&members, &form).await).await;
    let url = format!("/api/memberships/{}/transfers", member["membership"].as_str().unwrap());
    let quit = json!({ "kind": "quit", "day": "2026-03-20", "reason": "工作调整" });
    let asked = made(teacher.post(&url, &quit).await).await;
    assert_eq!((&asked["state"], &asked["may_withdraw"]), (&json!("waiting"), &json!(true)));
    let reminded = async |who: &Person| {
        let told = rows(who, "/api/me/reminders").await;
        told.iter().filter(|one| one["kind"] == "decide_transfers").count()
    };
    assert_eq!((reminded(&host).await, reminded(&teacher).await), (1, 0));
    assert_eq!(rows(&host, "/api/transfers").await.len(), 1);
    assert!(rows(&teacher, "/api/transfers").await.is_empty());
    let withdrawal = format!("/api/transfers/{}/withdrawal", id(&asked));
    assert_eq!(refusal(host.post(&withdrawal, &Value::Null).await).await.1, "not_your_transfer");
    assert_eq!(ok(teacher.post(&withdrawal, &Value::Null).await).await["state"], "withdrawn");
    assert_eq!(refusal(teacher.post(&withdrawal, &Value::Null).await).await.1, "transfer_settled");
    let decision = format!("/api/transfers/{}/decision", id(&asked));
    assert_eq!(refusal(host.post(&decision, &json!({ "granted": true })).await).await.1, "transfer_settled");
    assert_eq!(reminded(&host).await, 0);
    assert_eq!(rows(&teacher, "/api/me/transfers").await[0]["state"], "withdrawn");
    assert_eq!(made(teacher.post(&url, &quit).await).await["state"], "waiting", "one may ask again");
}
