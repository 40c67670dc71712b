//! Every noun can be made, read and changed, and bad input is told by field.

use crate::app::{Person, TestApp, refusal};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn made(person: &Person, path: &str, form: Value) -> Value {
    let answer = person.post(path, &form).await;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{path} {body}");
    body
}

/// Posts `form` with one field changed, and wants exactly that field named.
async fn wants_field(person: &Person, path: &str, form: &Value, change: (&str, Value), field: &str) {
    let mut form = form.clone();
    form[change.0] = change.1;
    let (status, code, fields) = refusal(person.post(path, &form).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields"), "{path} {form}");
    assert!(fields[field].is_string(), "{path} {form}: {fields}");
}

#[tokio::test]
async fn regions_and_schools() {
    let app = TestApp::start().await;
    let admin = app.person("admin").await;
    let form = json!({ "name": "临安区", "kind": "county", "parent": app.world.city });
    let region = made(&admin, "/api/regions", form.clone()).await;
    assert_eq!(region["path"], "浙江省 / 杭州市 / 临安区");
    wants_field(&admin, "/api/regions", &form, ("name", json!("淳安县")), "name").await;
    wants_field(&admin, "/api/regions", &form, ("name", json!("  ")), "name").await;
    wants_field(&admin, "/api/regions", &form, ("kind", json!("province")), "parent").await;
    let path = format!("/api/regions/{}", region["id"].as_str().unwrap());
    let renamed: Value = admin.patch(&path, &json!({ "name": "临安" })).await.json().await.unwrap();
    assert_eq!(renamed["name"], "临安");
    assert_eq!(refusal(admin.get("/api/regions/mzxw6ytbojtg633c").await).await.0, StatusCode::NOT_FOUND);
    assert_eq!(refusal(admin.get("/api/regions/not-an-id").await).await.0, StatusCode::NOT_FOUND);

    let form = json!({ "name": "临安一小", "region": region["id"], "rural": true });
    made(&admin, "/api/schools", form.clone()).await;
    wants_field(&admin, "/api/schools", &form, ("name", json!("临安一小")), "name").await;
    let found: Value =
        admin.get(&format!("/api/schools?region={}", region["id"].as_str().unwrap())).await.json().await.unwrap();
    assert_eq!((found["total"].as_u64(), found["rows"][0]["rural"].as_bool()), (Some(1), Some(true)));
    let path = format!("/api/schools/{}", found["rows"][0]["id"].as_str().unwrap());
    let changed: Value =
        admin.patch(&path, &json!({ "name": "临安实验小学", "rural": false })).await.json().await.unwrap();
    assert_eq!((changed["name"].as_str(), changed["rural"].as_bool()), (Some("临安实验小学"), Some(false)));
    assert_eq!(changed["region"], region["id"], "what is absent stays");
    let away = json!({ "region": app.world.other_county });
    let own = format!("/api/schools/{}", app.world.school);
    let answer = app.person("office").await.patch(&own, &away).await;
    assert_eq!(refusal(answer).await.1, "office_of_region_only", "an office gives no school away");
    let all: Value = admin.get("/api/schools?size=1").await.json().await.unwrap();
    assert_eq!((all["total"].as_u64(), all["rows"].as_array().unwrap().len()), (Some(2), 1));
    assert_eq!(refusal(admin.get("/api/schools?page=x").await).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_office_makes_teachers_of_its_own_schools_who_can_sign_in() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let form = json!({ "name": "陈晓", "login_name": "chenxiao", "password": crate::app::PASSWORD, "role": "teacher",
        "school": app.world.school });
    let account = made(&office, "/api/accounts", form.clone()).await;
    assert_eq!(account["school"]["rural"], true);
    assert!(account.get("password").is_none() && account.get("password_hash").is_none());
    let sign_in = json!({ "account_name": "chenxiao", "password": crate::app::PASSWORD });
    assert_eq!(app.nobody().post("/api/logins", &sign_in).await.status(), StatusCode::OK);

    let fresh = |name: &str| {
        json!({ "name": "陈晓", "login_name": name, "password": "long enough", "role": "teacher",
        "school": app.world.school })
    };
    wants_field(&office, "/api/accounts", &fresh("chenxiao"), ("name", json!("另一位")), "login_name").await;
    wants_field(&office, "/api/accounts", &fresh("x"), ("name", json!("陈晓")), "login_name").await;
    wants_field(&office, "/api/accounts", &fresh("chen2"), ("password", json!("short")), "password").await;
    wants_field(&office, "/api/accounts", &fresh("chen3"), ("school", json!("mzxw6ytbojtg633c")), "school").await;
    let mut admin_form = fresh("chen4");
    admin_form["role"] = json!("admin");
    assert_eq!(refusal(office.post("/api/accounts", &admin_form).await).await.1, "admin_only");
}

#[tokio::test]
async fn an_account_is_changed_by_the_office_of_its_school() {
    let app = TestApp::start().await;
    let (office, admin) = (app.person("office").await, app.person("admin").await);
    let teacher = app.person("teacher").await;
    let path = format!("/api/accounts/{}", app.world.teacher);
    let form = json!({ "name": "林雨桐", "title": "高级教师" });
    let changed: Value = office.patch(&path, &form).await.json().await.unwrap();
    assert_eq!((changed["name"].as_str(), changed["login_name"].as_str()), (Some("林雨桐"), Some("teacher")));
    assert_eq!(changed["school"]["id"], app.world.school.to_string(), "what is absent stays");
    assert_eq!(teacher.get("/api/me").await.status(), StatusCode::OK);

    let wrong = [
        (json!({ "password": "short" }), "password"),
        (json!({ "name": "" }), "name"),
        (json!({ "school": "mzxw6ytbojtg633c" }), "school"),
        (json!({ "region_scope": app.world.county }), "scope"),
    ];
    for (form, field) in wrong {
        let (status, _, fields) = refusal(admin.patch(&path, &form).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(fields[field].is_string(), "{form} {fields}");
    }
    let (_, _, fields) = refusal(admin.patch(&path, &json!({ "school": null })).await).await;
    assert!(fields["school"].is_string(), "a teacher without a school: {fields}");
    for beyond in [json!({ "role": "admin" }), json!({ "school": null })] {
        assert_eq!(refusal(office.patch(&path, &beyond).await).await.1, "admin_only", "{beyond}");
    }

    let moved = json!({ "school": app.world.school, "since": app.now().day().plus(1) });
    let (_, _, fields) = refusal(office.patch(&path, &moved).await).await;
    assert!(fields["since"].is_string(), "nothing is known of tomorrow: {fields}");
    let moved = json!({ "school": app.world.school, "since": "2026-01-15" });
    assert_eq!(office.patch(&path, &moved).await.status(), StatusCode::OK);
    let told: Value = office.get(&format!("{path}/schools")).await.json().await.unwrap();
    assert_eq!((&told["rows"][0]["day"], &told["rows"][0]["by_name"]), (&json!("2026-01-15"), &json!("老师office")));

    let password = json!({ "password": "a new password" });
    assert_eq!(office.patch(&path, &password).await.status(), StatusCode::OK);
    assert_eq!(teacher.get("/api/me").await.status(), StatusCode::UNAUTHORIZED, "a new password signs out");
    let sign_in = json!({ "account_name": "teacher", "password": "a new password" });
    assert_eq!(app.nobody().post("/api/logins", &sign_in).await.status(), StatusCode::OK);
    let disabled: Value = office.patch(&path, &json!({ "disabled": true })).await.json().await.unwrap();
    assert_eq!(disabled["disabled"], true);
    assert_eq!(app.nobody().post("/api/logins", &sign_in).await.status(), StatusCode::UNAUTHORIZED);

    // An admin who teaches in the office's Region is still no one for the office to change.
    let raised: Value = admin.patch(&path, &json!({ "role": "admin" })).await.json().await.unwrap();
    assert_eq!((raised["role"].as_str(), raised["school"].is_object()), (Some("admin"), true));
    assert_eq!(refusal(office.patch(&path, &password).await).await.1, "admin_only");
}

#[tokio::test]
async fn an_admin_can_not_lock_themselves_out() {
    let app = TestApp::start().await;
    let admin = app.person("admin").await;
    let me: Value = admin.get("/api/me").await.json().await.unwrap();
    let path = format!("/api/accounts/{}", me["account"]["id"].as_str().unwrap());
    for (form, field) in
        [(json!({ "disabled": true }), "disabled"), (json!({ "role": "teacher", "school": app.world.school }), "role")]
    {
        let (status, _, fields) = refusal(admin.patch(&path, &form).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(fields[field].is_string(), "{fields}");
    }
    assert_eq!(admin.patch(&path, &json!({ "name": "管理员" })).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_host_finds_people_by_name_and_is_told_nothing_to_sign_in_with() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let found: Value = host.get("/api/people?q=老师core").await.json().await.unwrap();
    let row = &found["rows"][0];
    assert_eq!((found["total"].as_u64(), row["school"]["rural"].as_bool()), (Some(1), Some(true)));
    let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "name", "school"]);
    let all: Value = host.get("/api/people?size=2").await.json().await.unwrap();
    assert_eq!((all["total"].as_u64(), all["rows"].as_array().unwrap().len()), (Some(7), 2));
    assert_eq!(refusal(app.person("core").await.get("/api/people").await).await.1, "any_host_or_office_only");
}

#[tokio::test]
async fn an_office_sees_only_its_own_regions_accounts() {
    let app = TestApp::start().await;
    let found: Value = app.person("other-office").await.get("/api/accounts").await.json().await.unwrap();
    assert_eq!(found["total"], 0);
    let found: Value = app.person("office").await.get("/api/accounts?q=core").await.json().await.unwrap();
    assert_eq!((found["total"].as_u64(), found["rows"][0]["login_name"].as_str()), (Some(1), Some("core")));
    let other = format!("/api/accounts?region={}", app.world.other_county);
    assert_eq!(refusal(app.person("office").await.get(&other).await).await.1, "office_of_region_only");
}

#[tokio::test]
async fn a_studio_with_its_members_and_series() {
    let app = TestApp::start().await;
    let (office, host) = (app.person("office").await, app.person("host").await);
    let form = json!({ "name": "数学名师工作室", "tier": "county", "kind": "network", "subject": "数学",
        "region": app.world.county, "cycle_start": "2026-01-01" });
    made(&office, "/api/studios", form.clone()).await;
    wants_field(&office, "/api/studios", &form, ("name", json!("数学名师工作室")), "name").await;
    wants_field(&office, "/api/studios", &form, ("subject", json!("")), "subject").await;
    let elsewhere = json!({ "name": "外县", "tier": "county", "kind": "studio", "subject": "数学",
        "region": app.world.other_county, "cycle_start": "2026-01-01" });
    assert_eq!(refusal(office.post("/api/studios", &elsewhere).await).await.1, "office_of_region_only");
    let mut higher = form.clone();
    (higher["name"], higher["tier"]) = (json!("科学名师工作室"), json!("city"));
    let (status, code, _) = refusal(office.post("/api/studios", &higher).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "office_of_tier_only"));
    made(&app.person("admin").await, "/api/studios", higher).await;

    let path = format!("/api/studios/{}", app.world.studio);
    let members = format!("{path}/memberships");
    let form = json!({ "account": app.world.teacher, "role": "trainee", "from": "2026-03-01" });
    let member = made(&host, &members, form.clone()).await;
    assert_eq!(member["account"]["school"]["name"], "石桥小学");
    wants_field(&host, &members, &form, ("role", json!("core")), "account").await;
    let membership = format!("/api/memberships/{}", member["membership"].as_str().unwrap());
    let early = host.patch(&membership, &json!({ "to": "2026-02-01" })).await;
    assert!(refusal(early).await.2["to"].is_string());
    let ended: Value = host.patch(&membership, &json!({ "to": "2026-06-30" })).await.json().await.unwrap();
    assert_eq!(ended["to"], "2026-06-30");

    made(&host, &format!("{path}/series"), json!({ "title": "整本书阅读" })).await;
    wants_field(&host, &format!("{path}/series"), &json!({}), ("title", json!("整本书阅读")), "title").await;
    let changed: Value = host.patch(&path, &json!({ "introduction": "从一节课开始" })).await.json().await.unwrap();
    assert_eq!(
        (changed["introduction"].as_str(), changed["subject"].as_str()),
        (Some("从一节课开始"), Some("小学语文"))
    );
    let page: Value = host.get(&path).await.json().await.unwrap();
    assert_eq!((page["members"].as_array().unwrap().len(), page["may_manage"].as_bool()), (3, Some(true)));
    assert_eq!(page["series"][0]["title"], "整本书阅读");
    let page: Value = app.person("teacher").await.get(&path).await.json().await.unwrap();
    assert_eq!(page["may_manage"], false);
}

#[tokio::test]
async fn an_activity_is_planned_changed_and_called_off() {
    let app = TestApp::start().await;
    let host = app.person("host").await;
    let activities = format!("/api/studios/{}/activities", app.world.studio);
    let form = json!({ "title": "《匆匆》同课异构", "kind": "lesson_review", "mode": "mixed", "level": "city",
        "place": "石桥小学", "planned_start": "2026-03-05T14:00:00+08:00", "planned_end": "2026-03-05T15:30:00+08:00",
        "presenters": [app.world.teacher], "guests_allowed": true });
    let page = made(&host, &activities, form.clone()).await;
    assert_eq!(page["activity"]["planned_start"], "2026-03-05T14:00:00+08:00");
    wants_field(&host, &activities, &form, ("title", json!("")), "title").await;
    wants_field(&host, &activities, &form, ("planned_end", json!("2026-03-05T13:00:00+08:00")), "planned_end").await;
    wants_field(&host, &activities, &form, ("place", json!("")), "place").await;
    let mut bad = form.clone();
    bad["planned_start"] = json!("明天下午");
    assert_eq!(refusal(host.post(&activities, &bad).await).await.0, StatusCode::BAD_REQUEST);

    let path = format!("/api/activities/{}", page["activity"]["id"].as_str().unwrap());
    let changed: Value = host.patch(&path, &json!({ "title": "《匆匆》磨课" })).await.json().await.unwrap();
    assert_eq!(changed["activity"]["title"], "《匆匆》磨课");
    assert_eq!(changed["activity"]["presenters"][0]["id"], app.world.teacher.to_string(), "what is absent stays");
    let unsaid = host.post(&format!("{path}/cancel"), &json!({ "reason": " " })).await;
    assert!(refusal(unsaid).await.2["reason"].is_string());
    let off: Value = host.post(&format!("{path}/cancel"), &json!({ "reason": "停电" })).await.json().await.unwrap();
    assert_eq!((off["activity"]["state"].as_str(), off["cancel_reason"].as_str()), (Some("cancelled"), Some("停电")));
    let (status, code, _) = refusal(host.patch(&path, &json!({ "title": "再改" })).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "activity_cancelled"));
    assert_eq!(refusal(host.post(&format!("{path}/go-live"), &Value::Null).await).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_host_of_another_studio_can_not_use_this_ones_ids() {
    let app = TestApp::start().await;
    let other = app.person("other-host").await;
    let own = format!("/api/studios/{}", app.world.other_studio);
    assert_eq!(other.patch(&own, &json!({ "introduction": "我们的" })).await.status(), StatusCode::OK);
    let foreign = format!("/api/memberships/{}", app.world.core_membership);
    assert_eq!(refusal(other.patch(&foreign, &json!({ "to": null })).await).await.0, StatusCode::FORBIDDEN);
}
