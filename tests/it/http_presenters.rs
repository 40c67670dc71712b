//! Who presented, corrected once an Activity is over.

use crate::app::{TestApp, refusal};
use crate::held::{hold, plan};
use crate::http_scorecards::json_of;
use lectern::domain::{AccountId, ActivityId, ActivityKind, Level, NewActivity};
use lectern::store;
use serde_json::{Value, json};

async fn account(app: &TestApp, login: &str) -> AccountId {
    store::login::credentials(&app.store, login).await.unwrap().unwrap().account.id
}

async fn presenters(app: &TestApp, activity: ActivityId) -> Vec<AccountId> {
    let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
    let facts = store::fact::of_studio(&app.store, studio).await.unwrap().facts;
    facts.activities.iter().find(|one| one.id == activity).unwrap().presenters.clone()
}

#[tokio::test]
async fn who_presented_in_somebodys_place_is_named_afterwards_with_a_trace() {
    let app = TestApp::start().await;
    let (host, core) = (app.person("host").await, app.person("core").await);
    let activity = app.world.activity;
    let path = format!("/api/activities/{activity}/presenters");
    let stood_in = account(&app, "host").await;
    let form = json!({ "presenters": [stood_in], "reason": "原主讲人生病，临时换人" });
    assert_eq!(refusal(host.post(&path, &form).await).await.1, "activity_not_over", "the plan is changed by hand");
    let before = presenters(&app, activity).await;
    assert_ne!(before, [stood_in]);

    let session = store::session::go_live(&app.store, activity, None, app.now()).await.unwrap().id;
    store::session::end(&app.store, session, app.now()).await.unwrap();
    let told = json_of(core.get(&path).await).await;
    assert_eq!((&told["may_correct"], &told["corrections"]), (&json!(false), &json!([])));
    assert_eq!(core.post(&path, &form).await.status(), 403);
    let (_, _, fields) = refusal(host.post(&path, &json!({ "presenters": [stood_in], "reason": "" })).await).await;
    assert!(fields["reason"].is_string());
    let (_, _, fields) = refusal(host.post(&path, &json!({ "presenters": before, "reason": "没变" })).await).await;
    assert!(fields["presenters"].is_string(), "nothing changes: {fields}");

    let told = json_of(host.post(&path, &form).await).await;
    let one = &told["corrections"][0];
    assert_eq!((&one["after"], &one["by_name"]), (&json!(["老师host"]), &json!("老师host")));
    assert_eq!(one["before"].as_array().unwrap().len(), before.len());
    assert_eq!(presenters(&app, activity).await, [stood_in], "scorecards follow from who presented");
    let page: Value = json_of(host.get(&format!("/api/activities/{activity}")).await).await;
    assert_eq!(page["activity"]["presenters"][0]["name"], "老师host");
}

#[tokio::test]
async fn once_its_level_is_confirmed_only_an_office_corrects_who_presented() {
    let app = TestApp::start().await;
    let today = app.now().day().to_string();
    let new = NewActivity { level: Level::County, ..plan(app.world.studio, ActivityKind::OpenLesson, &today) };
    let (activity, _) = hold(&app.store, new, &[]).await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("/api/activities/{activity}/presenters");
    assert_eq!(json_of(host.get(&path).await).await["may_correct"], true);
    let level = format!("/api/activities/{activity}/level");
    assert_eq!(office.post(&level, &json!({ "level": "county", "confirmed": true })).await.status(), 200);
    assert_eq!(json_of(host.get(&path).await).await["may_correct"], false);
    let form = json!({ "presenters": [account(&app, "core").await], "reason": "换人" });
    let (_, _, fields) = refusal(host.post(&path, &form).await).await;
    assert!(fields["presenters"].as_str().unwrap().contains("级别"), "{fields}");
    assert_eq!(office.post(&path, &form).await.status(), 200);
}

#[tokio::test]
async fn weeks_later_only_an_office_corrects_who_presented() {
    let app = TestApp::start().await;
    let weeks_ago = app.now().day().plus(-20).to_string();
    let (activity, _) = hold(&app.store, plan(app.world.studio, ActivityKind::Lecture, &weeks_ago), &[]).await;
    let path = format!("/api/activities/{activity}/presenters");
    let (host, office) = (app.person("host").await, app.person("office").await);
    assert_eq!(json_of(host.get(&path).await).await["may_correct"], false);
    let form = json!({ "presenters": [account(&app, "core").await], "reason": "补正" });
    let (_, _, fields) = refusal(host.post(&path, &form).await).await;
    assert!(fields["presenters"].as_str().unwrap().contains("工作站"), "{fields}");
    assert_eq!(json_of(office.get(&path).await).await["may_correct"], true);
    assert_eq!(office.post(&path, &form).await.status(), 200);
}
