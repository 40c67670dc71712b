//! Memberships over HTTP: whose days who may set, and what is kept of it; and two who edit the same noun.

use crate::app::{Person, TestApp, refusal};
use crate::held::{hold, plan};
use lectern::domain::presence::Person as Present;
use lectern::domain::*;
use lectern::store;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

async fn made(answer: Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{status} {body}");
    body
}

async fn fields(answer: Response) -> Vec<String> {
    let (status, _, fields) = refusal(answer).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    fields.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn a_host_sets_days_of_the_last_week_and_the_office_earlier_ones_with_a_reason() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("/api/memberships/{}", app.world.core_membership);
    // It is 2 March.
    assert_eq!(fields(host.patch(&path, &json!({ "to": "2026-02-22", "reason": "调离" })).await).await, ["to"]);
    assert_eq!(fields(host.patch(&path, &json!({ "from": "2026-02-28", "reason": "写错" })).await).await, ["from"]);
    assert_eq!(fields(host.patch(&path, &json!({ "to": "2026-02-23" })).await).await, ["reason"]);
    let ended = made(host.patch(&path, &json!({ "to": "2026-02-23", "reason": "调离" })).await).await;
    assert_eq!(ended["to"], "2026-02-23");
    app.turn_clock(Duration::from_secs(86_400));
    assert_eq!(fields(host.patch(&path, &json!({ "to": null, "reason": "没走" })).await).await, ["to"], "too late");
    assert_eq!(fields(office.patch(&path, &json!({ "from": "2025-09-01" })).await).await, ["reason"]);
    let moved = json!({ "from": "2025-09-01", "to": null, "reason": "漏填", "backbone": true });
    let moved = made(office.patch(&path, &moved).await).await;
    assert_eq!((&moved["from"], &moved["to"], &moved["backbone"]), (&json!("2025-09-01"), &Value::Null, &json!(true)));
    let form = json!({ "account": app.world.teacher, "role": "trainee", "from": "2026-01-10", "backbone": true });
    let members = format!("/api/studios/{}/memberships", app.world.studio);
    assert_eq!(fields(host.post(&members, &form).await).await, ["from"]);
    assert_eq!(made(office.post(&members, &form).await).await["backbone"], true);
}

#[tokio::test]
async fn an_office_that_is_in_the_studio_keeps_its_roster_like_a_host() {
    let app = TestApp::start().await;
    let office = store::login::credentials(&app.store, "office").await.unwrap().unwrap().account.id;
    let from = Day::parse("2026-01-01").unwrap();
    let new = NewMembership { studio: app.world.studio, account: office, role: MemberRole::Adviser, from, to: None };
    let own = crate::store_database::begin(&app.store, new).await.unwrap().id;
    let earlier = json!({ "from": "2025-01-01", "reason": "漏填" });
    let path = format!("/api/memberships/{own}");
    assert_eq!(fields(app.person("office").await.patch(&path, &earlier).await).await, ["from"]);
    made(app.person("admin").await.patch(&path, &earlier).await).await;
}

#[tokio::test]
async fn the_audit_view_shows_who_was_put_on_the_roster_of_its_day_afterwards() {
    let app = TestApp::start().await;
    let core = store::membership::get(&app.store, app.world.core_membership).await.unwrap().account;
    let new = plan(app.world.studio, ActivityKind::Seminar, "2026-02-10");
    let (_, session) = hold(&app.store, new, &[Present::Account(core)]).await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("/api/memberships/{}", app.world.core_membership);
    let audit = async |who: &Person, path: &str| made(who.get(path).await).await["memberships"].clone();
    let all = format!("/api/sessions/{session}/audit");
    made(host.patch(&path, &json!({ "to": "2026-12-31" })).await).await;
    assert_eq!(audit(&host, &all).await, json!([]), "that day the same people were there");
    made(office.patch(&path, &json!({ "to": "2026-02-05", "reason": "二月初调离" })).await).await;
    let told = audit(&host, &all).await;
    assert_eq!(told.as_array().unwrap().len(), 1);
    assert_eq!((&told[0]["name"], &told[0]["by_name"]), (&json!("老师core"), &json!("老师office")));
    assert_eq!((&told[0]["before"]["to"], &told[0]["after"]["to"]), (&json!("2026-12-31"), &json!("2026-02-05")));
    assert_eq!(told[0]["reason"], "二月初调离");
    let own = format!("/api/me/sessions/{session}/audit");
    assert_eq!(audit(&app.person("core").await, &own).await, told, "the person concerned reads it, too");
    assert_eq!(audit(&app.person("teacher").await, &own).await, json!([]));
    let rows = sqlx::AnyPool::connect(&app.database()).await.unwrap();
    for statement in ["update membership_changed set reason = 'x'", "delete from membership_changed"] {
        let refused = sqlx::query(statement).execute(&rows).await.unwrap_err();
        assert!(refused.to_string().contains("membership_changed_insert_only"), "{refused}");
    }
}

#[tokio::test]
async fn two_who_edit_different_fields_lose_nothing() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let edits = async |person: &Person, path: &str, field: &str, values: &[&str]| {
        for round in 0..12 {
            let value = values.get(round % values.len()).map_or_else(String::new, |value| format!("{value}{round}"));
            made(person.patch(path, &json!({ field: value })).await).await;
        }
    };
    let studio = format!("/api/studios/{}", app.world.studio);
    tokio::join!(edits(&host, &studio, "subject", &["语文"]), edits(&office, &studio, "introduction", &["简介"]));
    let told = made(host.get(&studio).await).await["studio"].clone();
    assert_eq!((&told["subject"], &told["introduction"]), (&json!("语文11"), &json!("简介11")));
    let admin = app.person("admin").await;
    let account = format!("/api/accounts/{}", app.world.teacher);
    tokio::join!(edits(&admin, &account, "title", &["高级"]), edits(&office, &account, "subject", &["数学"]));
    let told = made(admin.get(&account).await).await;
    assert_eq!((&told["title"], &told["subject"]), (&json!("高级11"), &json!("数学11")));
    let activity = format!("/api/activities/{}", app.world.closed_activity);
    tokio::join!(edits(&host, &activity, "title", &["研修"]), edits(&admin, &activity, "place", &["礼堂"]));
    let told = store::activity::get(&app.store, app.world.closed_activity).await.unwrap();
    assert_eq!((told.title.as_str(), told.place.as_str()), ("研修11", "礼堂11"));
}

#[tokio::test]
async fn only_the_office_says_who_hosts() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let members = format!("/api/studios/{}/memberships", app.world.studio);
    let form = json!({ "account": app.world.teacher, "role": "host", "from": "2026-03-01" });
    let (status, code, _) = refusal(host.post(&members, &form).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "office_sets_hosts"));
    let made = made(office.post(&members, &form).await).await;
    let path = format!("/api/memberships/{}", made["membership"].as_str().unwrap());
    assert_eq!(refusal(host.patch(&path, &json!({ "to": "2026-03-02" })).await).await.1, "office_sets_hosts");
    assert_eq!(office.patch(&path, &json!({ "to": "2026-03-02" })).await.status(), StatusCode::OK);
    let page: Value = host.get(&format!("/api/studios/{}", app.world.studio)).await.json().await.unwrap();
    assert_eq!((&page["may_manage"], &page["may_set_hosts"]), (&json!(true), &json!(false)));
}

/// So many teachers of the world's rural School.
async fn teachers(app: &TestApp, count: u32) -> Vec<AccountId> {
    let mut made = Vec::new();
    for number in 0..count {
        let new = NewAccount {
            login_name: format!("member{number}"),
            name: format!("成员{number}"),
            role: AccountRole::Teacher,
            scope: None,
            school: Some(app.world.school),
            title: String::new(),
            subject: String::new(),
            phone: None,
            password_hash: "not a hash".into(),
        };
        made.push(store::account::create(&app.store, new, app.now()).await.unwrap().id);
    }
    made
}

#[tokio::test]
async fn nobody_is_added_by_hand_beyond_what_the_policy_allows() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let studio = format!("/api/studios/{}", app.world.studio);
    made(office.post(&format!("{studio}/programme"), &json!({ "policy": "county-4", "reason": "选定" })).await).await;
    let page: Value = host.get(&studio).await.json().await.unwrap();
    assert_eq!(page["marks_asked"], json!(["new_teacher", "backbone"]));
    let members = format!("{studio}/memberships");
    let people = teachers(&app, 12).await;
    let add = async |at: usize, marks: [bool; 2]| {
        let form = json!({ "account": people[at], "role": "trainee", "from": "2026-03-01",
            "new_teacher": marks[0], "backbone": marks[1] });
        host.post(&members, &form).await
    };
    let mut last = Value::Null;
    for at in 0..8 {
        last = made(add(at, [false, false]).await).await;
    }
    made(add(8, [false, true]).await).await;
    // The tenth place is for a new teacher.
    let (status, code, _) = refusal(add(9, [false, false]).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "quota_full"));
    made(add(9, [true, false]).await).await;
    assert_eq!(refusal(add(10, [true, true]).await).await.1, "quota_full");
    // Who left has no place any more, unless there is one.
    let path = format!("/api/memberships/{}", last["membership"].as_str().unwrap());
    made(host.patch(&path, &json!({ "to": "2026-03-02" })).await).await;
    let later = json!({ "account": people[11], "role": "trainee", "from": "2026-03-03" });
    made(host.post(&members, &later).await).await;
    assert_eq!(refusal(host.patch(&path, &json!({ "to": null })).await).await.1, "quota_full");
    assert_eq!(made(host.patch(&path, &json!({ "backbone": true })).await).await["backbone"], true);
}

#[tokio::test]
async fn places_are_counted_by_the_day_and_who_has_one_keeps_it() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let studio = format!("/api/studios/{}", app.world.studio);
    let people = teachers(&app, 11).await;
    let add = async |at: usize, from: &str| {
        let form = json!({ "account": people[at], "role": "trainee", "from": from });
        made(host.post(&format!("{studio}/memberships"), &form).await).await["membership"].as_str().unwrap().to_owned()
    };
    // Before the Policy came there were nine without a mark, for two of whose places it wants others.
    let mut last = String::new();
    for at in 0..9 {
        last = add(at, "2026-03-01").await;
    }
    made(office.post(&format!("{studio}/programme"), &json!({ "policy": "county-4", "reason": "选定" })).await).await;
    let until = async |to: Value| host.patch(&format!("/api/memberships/{last}"), &json!({ "to": to })).await;
    made(until(json!("2026-03-05")).await).await;
    made(until(Value::Null).await).await;
    made(until(json!("2026-03-05")).await).await;
    // One who comes when another has gone takes no second place.
    let marked = |at: usize, from: &str| json!({ "account": people[at], "role": "trainee", "from": from, "new_teacher": true, "backbone": true });
    let members = format!("{studio}/memberships");
    made(host.post(&members, &marked(9, "2026-03-06")).await).await;
    made(host.post(&members, &marked(10, "2026-03-02")).await).await;
    assert_eq!(refusal(until(Value::Null).await).await.1, "quota_full");
}

#[tokio::test]
async fn two_who_are_added_at_once_do_not_share_the_last_place() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let studio = format!("/api/studios/{}", app.world.studio);
    made(office.post(&format!("{studio}/programme"), &json!({ "policy": "county-4", "reason": "选定" })).await).await;
    let people = teachers(&app, 11).await;
    let members = format!("{studio}/memberships");
    let add = async |who: &Person, at: usize| {
        let form = json!({ "account": people[at], "role": "trainee", "from": "2026-03-01", "new_teacher": true,
            "backbone": true });
        who.post(&members, &form).await.status()
    };
    for at in 0..9 {
        assert_eq!(add(&host, at).await, StatusCode::CREATED);
    }
    let (one, other) = tokio::join!(add(&host, 9), add(&office, 10));
    let mut answers = [one, other];
    answers.sort();
    assert_eq!(answers, [StatusCode::CREATED, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn who_moves_into_another_studio_takes_the_marks_along_and_the_place_kept_for_them() {
    let app = TestApp::start().await;
    let admin = app.person("admin").await;
    let (own, other) = (app.world.studio, app.world.other_studio);
    for studio in [own, other] {
        made(
            admin
                .post(&format!("/api/studios/{studio}/programme"), &json!({ "policy": "county-4", "reason": "选定" }))
                .await,
        )
        .await;
    }
    let people = teachers(&app, 11).await;
    let add = async |studio: StudioId, at: usize, marks: Value| {
        let mut form = json!({ "account": people[at], "role": "trainee", "from": "2026-02-01" });
        form.as_object_mut().unwrap().extend(marks.as_object().cloned().unwrap_or_default());
        made(admin.post(&format!("/api/studios/{studio}/memberships"), &form).await).await["membership"].clone()
    };
    add(own, 0, json!({ "backbone": true })).await;
    for at in 1..9 {
        add(own, at, json!({})).await;
    }
    let (plain, marked) = (add(other, 9, json!({})).await, add(other, 10, json!({ "new_teacher": true })).await);
    let moves = async |membership: Value| {
        let form =
            json!({ "kind": "promoted", "day": "2026-03-02", "role": "trainee", "studio": own, "reason": "工作需要" });
        admin.post(&format!("/api/memberships/{}/transfers", membership.as_str().unwrap()), &form).await
    };
    assert_eq!(refusal(moves(plain).await).await.1, "quota_full");
    assert_eq!(made(moves(marked).await).await["state"], "granted");
    let members = store::membership::of_studio(&app.store, own).await.unwrap();
    let came = members.iter().find(|one| one.account.id == people[10]).unwrap();
    assert_eq!(came.marks, MemberMarks { new_teacher: true, backbone: false });
}
