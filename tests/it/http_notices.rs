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
    assert_eq!(seen(&host).await["content"], "");
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
    assert_eq!(found["outdated"], true, "the paper is good, and says another place than the Activity");
}

#[tokio::test]
async fn a_notice_whose_activity_was_changed_afterwards_is_shown_as_such() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let activity = format!("/api/activities/{}", app.world.activity);
    let url = format!("{activity}/notices");
    let sent: Value = host.post(&url, &json!({ "content": "请全体成员参加。" })).await.json().await.unwrap();
    let decision = format!("/api/notices/{}/decision", sent["id"].as_str().unwrap());
    let outdated = async || {
        let told: Value = app.person("teacher").await.get(&url).await.json().await.unwrap();
        told["rows"][0]["outdated"].clone()
    };
    // What is changed before the office looks is what it approves.
    assert_eq!(host.patch(&activity, &json!({ "place": "礼堂" })).await.status(), StatusCode::OK);
    assert_eq!(office.post(&decision, &json!({ "approved": true })).await.status(), StatusCode::OK);
    assert_eq!(outdated().await, false);
    let before: Value = host.get(&activity).await.json().await.unwrap();
    let presenters: Vec<Value> =
        before["activity"]["presenters"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    let kept = |field: &str| before["activity"][field].clone();
    for (change, back) in [
        (json!({ "summary": "说明改了" }), None),
        (json!({ "place": "操场" }), Some(json!({ "place": "礼堂" }))),
        (json!({ "presenters": [app.world.teacher] }), Some(json!({ "presenters": presenters }))),
        (json!({ "planned_end": "2026-03-02T12:30:00+08:00" }), Some(json!({ "planned_end": kept("planned_end") }))),
    ] {
        assert_eq!(host.patch(&activity, &change).await.status(), StatusCode::OK);
        assert_eq!(outdated().await, back.is_some(), "{change}");
        if let Some(back) = back {
            assert_eq!(host.patch(&activity, &back).await.status(), StatusCode::OK);
            assert_eq!(outdated().await, false, "as it was approved");
        }
    }
}

#[tokio::test]
async fn with_an_activity_that_is_called_off_goes_its_notice() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let activity = format!("/api/activities/{}", app.world.activity);
    let url = format!("{activity}/notices");
    let sent: Value = host.post(&url, &json!({ "content": "请全体成员参加。" })).await.json().await.unwrap();
    let id = sent["id"].as_str().unwrap();
    let decision = format!("/api/notices/{id}/decision");
    assert_eq!(office.post(&decision, &json!({ "approved": true })).await.status(), StatusCode::OK);
    let file = host.get(&format!("/api/notices/{id}/pdf")).await;
    let text = pdf_text(&file.bytes().await.unwrap());
    let code = text.split("核对编号").nth(1).unwrap().split_whitespace().next().unwrap();
    let off = host.post(&format!("{activity}/cancel"), &json!({ "reason": "停电" })).await;
    assert_eq!(off.status(), StatusCode::OK);
    let told: Value = app.person("teacher").await.get(&url).await.json().await.unwrap();
    let told = &told["rows"][0];
    assert_eq!((&told["state"], &told["outdated"]), (&json!("withdrawn"), &json!(false)));
    assert_eq!(
        (&told["withdrawal"]["reason"], &told["withdrawal"]["by"]),
        (&json!("活动已取消：停电"), &json!("老师host"))
    );
    let (_, code_of, _) = refusal(host.get(&format!("/api/notices/{id}/pdf")).await).await;
    assert_eq!(code_of, "notice_withdrawn");
    let found: Value = app.nobody().get(&format!("/api/verifications/{code}")).await.json().await.unwrap();
    assert_eq!(found["revoked"]["reason"], "活动已取消：停电");
}

#[tokio::test]
async fn a_host_takes_back_what_nobody_has_decided() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let url = format!("/api/activities/{}/notices", app.world.activity);
    let sent: Value = host.post(&url, &json!({ "content": "写错了。" })).await.json().await.unwrap();
    assert_eq!(sent["may_withdraw"], true);
    let withdrawal = format!("/api/notices/{}/withdrawal", sent["id"].as_str().unwrap());
    let (_, code, _) = refusal(office.post(&withdrawal, &json!({})).await).await;
    assert_eq!(code, "notice_withdrawn_key", "an office returns it");
    let back: Value = host.post(&withdrawal, &json!({})).await.json().await.unwrap();
    assert_eq!((&back["state"], &back["may_withdraw"]), (&json!("withdrawn"), &json!(false)));
    let decision = format!("/api/notices/{}/decision", sent["id"].as_str().unwrap());
    assert_eq!(refusal(office.post(&decision, &json!({ "approved": true })).await).await.1, "notice_decided_key");
    for (who, url, rows) in [("office", "/api/notices", 0), ("teacher", url.as_str(), 0), ("host", url.as_str(), 1)] {
        let told: Value = app.person(who).await.get(url).await.json().await.unwrap();
        assert_eq!(told["rows"].as_array().unwrap().len(), rows, "{who}");
    }
    assert_eq!(host.post(&url, &json!({ "content": "改好了。" })).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn printed_codes_lead_to_the_public_address_where_one_is_named() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let url = format!("/api/activities/{}/notices", app.world.activity);
    let sent: Value = host.post(&url, &json!({ "content": "请全体成员参加。" })).await.json().await.unwrap();
    let id = sent["id"].as_str().unwrap();
    let decision = format!("/api/notices/{id}/decision");
    assert_eq!(office.post(&decision, &json!({ "approved": true })).await.status(), StatusCode::OK);
    let leads_to = async |address: &str| {
        let file = host.get(&format!("/api/notices/{id}/pdf")).await.bytes().await.unwrap();
        let link = format!("{address}/verify/");
        file.windows(link.len()).any(|part| part == link.as_bytes())
    };
    assert!(leads_to(&app.url).await, "otherwise to the one by which it was asked");
    app.state.exports.use_public_url("https://jyy.example.cn".into());
    assert!(leads_to("https://jyy.example.cn").await && !leads_to(&app.url).await);
}
