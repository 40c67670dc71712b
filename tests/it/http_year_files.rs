//! The files of assessment, read back: certificates, notices, the annual report and a Scorecard.

use crate::app::{TestApp, refusal};
use crate::http_reports::pdf_text;
use crate::http_year_ends::{province, provincial};
use calamine::{Data, Reader, Xlsx};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

async fn made(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{status} {body}");
    body
}

async fn bytes(app: &TestApp, who: &str, path: &str) -> Vec<u8> {
    let answer = app.person(who).await.get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

/// A final year in which the Studio, whose name looks like a formula, passed after an objection.
async fn settled() -> (TestApp, String) {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let studio = format!("/api/studios/{}", app.world.studio);
    made(office.patch(&studio, &json!({ "name": "=王老师工作室" })).await).await;
    let under = json!({ "policy": "zhejiang-2019", "reason": "选定" });
    made(office.post(&format!("{studio}/programme"), &under).await).await;
    provincial(&app).await;
    app.turn_clock(DAY * 309);
    let (office, host) = (app.person("station").await, app.person("host").await);
    let freeze = json!({ "policy": "zhejiang-2019", "year": 2026 });
    let told = made(office.post(&format!("/api/regions/{}/year-ends", province(&app).await), &freeze).await).await;
    let url = format!("/api/year-ends/{}", told["card"]["id"].as_str().unwrap());
    made(office.post(&format!("{url}/publication"), &json!({ "until": "2027-01-11" })).await).await;
    let form = json!({ "studio": app.world.studio, "reason": "少算了一场" });
    let objection = made(host.post(&format!("{url}/objections"), &form).await).await;
    let answer = format!("/api/objections/{}/answer", objection["id"].as_str().unwrap());
    let graded = json!({ "state": "graded", "grade": "passed", "reason": "已核实" });
    made(office.post(&answer, &graded).await).await;
    app.turn_clock(DAY * 7);
    let office = app.person("station").await;
    made(office.post(&format!("{url}/final"), &json!({})).await).await;
    (app, url)
}

fn code_in(text: &str) -> String {
    let at = text.find("核对编号").unwrap();
    text[at + "核对编号".len()..].split_whitespace().next().unwrap().replace('-', "")
}

#[tokio::test]
async fn a_certificate_is_one_paper_however_often_it_is_printed() {
    let (app, url) = settled().await;
    let office = app.person("station").await;
    let given = made(office.post(&format!("{url}/certificates"), &json!(null)).await).await;
    let of = |at: usize| format!("/api/certificates/{}", given["rows"][at]["id"].as_str().unwrap());
    let text = pdf_text(&bytes(&app, "host", &format!("{}/pdf", of(0))).await);
    for part in ["考核证书", "王老师工作室", "2026", "合格", "评证〔2027〕第1号", "颁发"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(code_in(&text), given["rows"][0]["id"].as_str().unwrap(), "its own code");
    let again = pdf_text(&bytes(&app, "station", &format!("{}/pdf", of(0))).await);
    assert_eq!(again, text, "whoever prints it, whenever");
    let credits = given["rows"].as_array().unwrap().iter().position(|one| one["person"]["name"] == "老师core").unwrap();
    let text = pdf_text(&bytes(&app, "core", &format!("{}/pdf", of(credits))).await);
    assert!(text.contains("学分证明") && text.contains("30 学分") && text.contains("老师core"), "{text}");
    let foreign = app.person("teacher").await.get(&format!("{}/pdf", of(credits))).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    // All that hold of a kind are one file, each with its own code.
    let all = pdf_text(&bytes(&app, "station", &format!("{url}/certificates/pdf?kind=credits")).await);
    for one in given["rows"].as_array().unwrap() {
        let number = one["number"].as_str().unwrap().rsplit_once('〕').unwrap().1;
        assert_eq!(all.contains(number), one["kind"] == "credits", "{number} in {all}");
    }
    let beyond = office.get(&format!("{url}/certificates/pdf?kind=credits&part=2")).await;
    assert_eq!(beyond.status(), StatusCode::NOT_FOUND);
    made(office.post(&format!("{}/revocation", of(0)), &json!({ "reason": "材料不实" })).await).await;
    let none = office.get(&format!("{url}/certificates/pdf?kind=grade")).await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND, "what was revoked is not printed");
    let revoked = app.person("host").await.get(&format!("{}/pdf", of(0))).await;
    assert_eq!(refusal(revoked).await.1, "certificate_revoked");
}

#[tokio::test]
async fn the_annual_report_has_totals_shares_and_every_scorecard() {
    let (app, url) = settled().await;
    let file = bytes(&app, "station", &format!("{url}/report/xlsx")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    assert_eq!(book.sheet_names(), ["汇总", "名单", "指标达标率", "考核表"]);
    let list = book.worksheet_range("名单").unwrap();
    assert_eq!(list.get_value((1, 3)), Some(&Data::String("=王老师工作室".into())), "as it is called");
    assert_eq!(list.get_value((1, 1)), Some(&Data::Float(1.0)), "a rank is a number");
    assert_eq!(
        (list.get_value((1, 7)), list.get_value((1, 9))),
        (Some(&Data::String("合格".into())), Some(&Data::String("不合格".into())))
    );
    for sheet in ["名单", "考核表"] {
        let formulas = book.worksheet_formula(sheet).unwrap();
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{sheet}");
    }
    let shares = book.worksheet_range("指标达标率").unwrap();
    assert!(shares.rows().skip(1).all(|row| matches!(row[5], Data::Float(share) if (0.0..=1.0).contains(&share))));
    let pdf = bytes(&app, "station", &format!("{url}/report/pdf")).await;
    let text = pdf_text(&pdf);
    for part in ["年度考核报告", "通过考核", "各项指标达标的工作室", "王老师工作室", "最终结果"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let verification = format!("/api/verifications/{}", code_in(&text));
    let found = made(app.nobody().get(&verification).await).await;
    assert_eq!((&found["same"], &found["corrections_since"]), (&json!("same"), &json!(0)));
    app.turn_clock(Duration::from_secs(60));
    let correction = json!({ "studio": app.world.studio, "grade": "failed", "reason": "复核" });
    made(app.person("station").await.post(&format!("{url}/corrections"), &correction).await).await;
    let found = made(app.nobody().get(&verification).await).await;
    assert_eq!((&found["same"], &found["corrections_since"]), (&json!("same"), &json!(1)), "it stands beside");
    let csv = String::from_utf8(bytes(&app, "station", &format!("{url}/report/csv")).await).unwrap();
    assert!(csv.contains("'=王老师工作室"), "{csv}");
}

#[tokio::test]
async fn a_scorecard_is_taken_away_with_what_its_numbers_come_from() {
    let (app, _) = settled().await;
    let path = format!("/api/studios/{}/scorecard", app.world.studio);
    let file = bytes(&app, "core", &format!("{path}/xlsx?year=2026")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    assert_eq!(book.sheet_names(), ["汇总", "指标", "依据"]);
    let criteria = book.worksheet_range("指标").unwrap();
    let row = criteria.rows().find(|row| row[1] == Data::String("S1-12".into())).unwrap();
    assert_eq!((&row[6], &row[7]), (&Data::Float(0.0), &Data::Float(5.0)));
    let text = pdf_text(&bytes(&app, "core", &format!("{path}/pdf?year=2026")).await);
    assert!(text.contains("考核表") && text.contains("2026 年度") && text.contains("必达指标"), "{text}");
    let found = made(app.nobody().get(&format!("/api/verifications/{}", code_in(&text))).await).await;
    assert_eq!((&found["same"], &found["ledger"]), (&json!("same"), &Value::Null));
}

#[tokio::test]
async fn an_approved_notice_is_a_numbered_paper_until_it_is_taken_back() {
    let app = TestApp::start().await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let url = format!("/api/activities/{}/notices", app.world.activity);
    let sent = made(host.post(&url, &json!({ "content": "请全体成员参加。\n自带课本。" })).await).await;
    let notice = format!("/api/notices/{}", sent["id"].as_str().unwrap());
    let early = host.get(&format!("{notice}/pdf")).await;
    assert_eq!(early.status(), StatusCode::NOT_FOUND, "nobody approved it");
    made(office.post(&format!("{notice}/decision"), &json!({ "approved": true })).await).await;
    let text = pdf_text(&bytes(&app, "teacher", &format!("{notice}/pdf")).await);
    for part in ["通知", "淳安县〔2026〕第1号", "公开的一课", "自带课本。", "批准"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(pdf_text(&bytes(&app, "host", &format!("{notice}/pdf")).await), text);
    let verification = format!("/api/verifications/{}", code_in(&text));
    let found = made(app.nobody().get(&verification).await).await;
    assert_eq!(
        (&found["same"], &found["studio"], &found["revoked"]),
        (&json!("same"), &json!("王老师名师工作室"), &Value::Null)
    );
    made(host.post(&format!("{notice}/withdrawal"), &json!({ "reason": "改期" })).await).await;
    assert_eq!(made(app.nobody().get(&verification).await).await["revoked"]["reason"], "改期");
    assert_eq!(refusal(host.get(&format!("{notice}/pdf")).await).await.1, "notice_withdrawn");
}
