//! Notices over HTTP: from the host to the office to everybody.

use crate::app::{TestApp, refusal};
use crate::http_reports::pdf_text;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_notice_goes_from_the_host_to_the_office_to_everybody() {
    let app = TestApp::start().await;
    let (host, office, teacher) = (app.person("host").await, app.person("office").await, app.person("teacher").await);
    let url = format!("/api/activities/{}/notices", app.world.activity);
    let (_, _, fields) = refusal(host.post(&url, &json!({ "content": " " })).await).await;
    assert_eq!(fields["content"], "请填写通知内容。");
    let sent: Value = host.post(&url, &json!({ "content": "请全体成员参加。" })).await.json().await.unwrap();
    assert_eq!((&sent["state"], &sent["number"], &sent["may_decide"]), (&"sent".into(), &Value::Null, &false.into()));
    let list = async |who: &crate::app::Person, url: &str| {
        let told: Value = who.get(url).await.json().await.unwrap();
        told["rows"].as_array().unwrap().clone()
    };
    assert_eq!(list(&teacher, &url).await.len(), 0, "nobody reads what nobody approved");
    assert_eq!(list(&office, &url).await[0]["may_decide"], true);
    assert_eq!(list(&host, &url).await[0]["may_decide"], false);
    assert_eq!(list(&office, "/api/notices").await.len(), 1);
    assert_eq!(list(&app.person("other-office").await, "/api/notices").await.len(), 0);

    let decision = format!("/api/notices/{}/decision", sent["id"].as_str().unwrap());
    let approved: Value = office.post(&decision, &json!({ "approved": true })).await.json().await.unwrap();
    assert_eq!((&approved["state"], &approved["number"]), (&"approved".into(), &"淳安县〔2026〕第1号".into()));
    let (status, code, _) = refusal(office.post(&decision, &json!({ "approved": true })).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "notice_decided_key"));
    assert_eq!(list(&teacher, &url).await[0]["number"], "淳安县〔2026〕第1号");
    let withdrawal = format!("/api/notices/{}/withdrawal", sent["id"].as_str().unwrap());
    let (_, _, fields) = refusal(host.post(&withdrawal, &json!({ "reason": "" })).await).await;
    assert_eq!(fields["reason"], "请写明原因。");
    assert_eq!(host.post(&withdrawal, &json!({ "reason": "改期" })).await.status(), StatusCode::OK);
    let told = list(&teacher, &url).await;
    assert_eq!((&told[0]["state"], &told[0]["withdrawal"]["reason"]), (&"withdrawn".into(), &"改期".into()));
}

#[tokio::test]
async fn hosts_go_on_with_one_draft_until_it_is_sent() {
    let app = TestApp::start().await;
    let (host, admin) = (app.person("host").await, app.person("admin").await);
    let url = format!("/api/activities/{}", app.world.activity);
    let draft = format!("{url}/notice-draft");
    let seen = async |who: &crate::app::Person| who.get(&draft).await.json::<Value>().await.unwrap();
    assert_eq!(seen(&host).await, json!({ "content": "", "revision": 0, "by": null, "at": null }));
    let save = async |who: &crate::app::Person, content: &str, revision: u32| {
        who.request(reqwest::Method::PUT, &draft)
            .json(&json!({ "content": content, "revision": revision }))
            .send()
            .await
    };
    save(&host, "请全体", 0).await.unwrap().error_for_status().unwrap();
    let told = seen(&admin).await;
    assert_eq!((&told["content"], &told["by"]), (&json!("请全体"), &json!("老师host")));
    save(&admin, "请全体成员", 1).await.unwrap().error_for_status().unwrap();
    assert_eq!(refusal(save(&host, "请", 1).await.unwrap()).await.1, "notice_draft_changed");
    assert_eq!(seen(&host).await["content"], "请全体成员");
    host.post(&format!("{url}/notices"), &json!({ "content": "请全体成员参加。" })).await.error_for_status().unwrap();
    assert_eq!(seen(&host).await["revision"], 0);
}

#[tokio::test]
async fn nobody_approves_their_own_notice() {
    let app = TestApp::start().await;
    let admin = app.person("admin").await;
    let url = format!("/api/activities/{}/notices", app.world.activity);
    let sent: Value = admin.post(&url, &json!({ "content": "请全体成员参加。" })).await.json().await.unwrap();
    let decision = format!("/api/notices/{}/decision", sent["id"].as_str().unwrap());
    let (status, code, _) = refusal(admin.post(&decision, &json!({ "approved": true })).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "own_notice"));
    let office = app.person("office").await;
    assert_eq!(office.post(&decision, &json!({ "approved": true })).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_notice_says_what_was_approved_whatever_becomes_of_the_activity() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let url = format!("/api/activities/{}", app.world.activity);
    let sent: Value =
        host.post(&format!("{url}/notices"), &json!({ "content": "请全体成员参加。" })).await.json().await.unwrap();
    let id = sent["id"].as_str().unwrap();
    let decision = format!("/api/notices/{id}/decision");
    assert_eq!(office.post(&decision, &json!({ "approved": true })).await.status(), StatusCode::OK);
    // Nobody has printed it yet.
    let changed = json!({ "title": "改了名的课", "place": "另一个地方" });
    assert_eq!(host.patch(&url, &changed).await.status(), StatusCode::OK);
    let file = host.get(&format!("/api/notices/{id}/pdf")).await;
    assert_eq!(file.status(), StatusCode::OK);
    let text = pdf_text(&file.bytes().await.unwrap());
    assert!(text.contains("公开的一课") && text.contains("实验小学报告厅"), "{text}");
    assert!(!text.contains("改了名的课") && !text.contains("另一个地方"), "{text}");
    let code = text.split("核对编号").nth(1).unwrap().split_whitespace().next().unwrap();
    let found: Value = app.nobody().get(&format!("/api/verifications/{code}")).await.json().await.unwrap();
    assert_eq!((&found["title"], &found["same"]), (&"淳安县〔2026〕第1号 公开的一课".into(), &"same".into()));
}
