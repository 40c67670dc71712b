//! What people add to a year's assessment: Evidence, levels, choices, vetoes, lesson reviews, mentors; and who decides about it.

use crate::app::{Person, TestApp, refusal};
use crate::held::{hold, plan};
use lectern::domain::presence;
use lectern::domain::*;
use lectern::store;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The world's Studio under this programme.
async fn under(app: &TestApp, policy: &str) -> String {
    let studio = format!("/api/studios/{}", app.world.studio);
    let told = app
        .person("office")
        .await
        .post(&format!("{studio}/programme"), &json!({ "policy": policy, "reason": "选定" }))
        .await;
    assert_eq!(told.status(), StatusCode::OK);
    studio
}

async fn account(app: &TestApp, login: &str) -> AccountId {
    store::login::credentials(&app.store, login).await.unwrap().unwrap().account.id
}

async fn made(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{status} {body}");
    body
}

async fn file(person: &Person) -> String {
    made(person.upload("案例.png", b"\x89PNG\r\n\x1a\n").await).await["id"].as_str().unwrap().to_owned()
}

async fn criterion(person: &Person, studio: &str, id: &str) -> Value {
    let card = made(person.get(&format!("{studio}/scorecard")).await).await;
    let sections = card["sections"].as_array().unwrap();
    let mut criteria = sections.iter().flat_map(|section| section["criteria"].as_array().unwrap());
    criteria.find(|one| one["id"] == id).cloned().unwrap()
}

#[tokio::test]
async fn evidence_counts_when_the_office_has_accepted_it() {
    let app = TestApp::start().await;
    let studio = under(&app, "zhejiang-2019").await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let form = |slot: &str, file: &str| json!({ "slot": slot, "title": "习作单元研修案例", "day": "2026-02-20", "attachments": [file] });
    let path = format!("{studio}/evidence");
    let unknown = host.post(&path, &form("homework", &file(&host).await)).await;
    assert!(refusal(unknown).await.2["slot"].is_string());
    let given = made(host.post(&path, &form("activity_case", &file(&host).await)).await).await;
    assert_eq!((&given["state"], &given["may_decide"]), (&json!("waiting"), &json!(false)));
    assert_eq!(given["criteria"][0], json!({ "id": "S1-13", "name": "研修活动案例" }));
    let before = criterion(&host, &studio, "S1-13").await;
    assert_eq!((&before["done"], &before["parts"][0]["subjects"][0]["waiting"]), (&json!(0), &json!(1)));

    let waiting = made(office.get(&format!("/api/regions/{}/evidence", app.world.county)).await).await;
    assert_eq!((&waiting["rows"][0]["id"], &waiting["rows"][0]["may_decide"]), (&given["id"], &json!(true)));
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    let without_reason = office.post(&decision, &json!({ "accepted": false })).await;
    assert!(refusal(without_reason).await.2["reason"].is_string());
    let decided = made(office.post(&decision, &json!({ "accepted": true, "count": 2 })).await).await;
    assert_eq!((&decided["state"], &decided["count"]), (&json!("accepted"), &json!(2)));
    let after = criterion(&host, &studio, "S1-13").await;
    assert_eq!((&after["done"], &after["state"]), (&json!(2), &json!("met")));
    let waiting = made(office.get(&format!("/api/regions/{}/evidence", app.world.county)).await).await;
    assert_eq!(waiting["rows"], json!([]));
}

#[tokio::test]
async fn a_text_is_counted_by_its_characters_in_one_piece() {
    let app = TestApp::start().await;
    let studio = under(&app, "district-2").await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let core = account(&app, "core").await;
    let given = async |slot: &str| {
        let file = file(&host).await;
        let form =
            json!({ "slot": slot, "title": "心得", "day": "2026-02-20", "account": core, "attachments": [file] });
        made(host.post(&format!("{studio}/evidence"), &form).await).await
    };
    let (notes, paper) = (given("reading_notes").await, given("paper").await);
    assert_eq!((&notes["unit"], &notes["most_count"]), (&json!("字"), &json!(1_000_000)));
    assert_eq!((&paper["unit"], &paper["most_count"]), (&json!("篇"), &json!(1000)));
    let decide = async |given: &Value, count: u32| {
        let path = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
        office.post(&path, &json!({ "accepted": true, "count": count })).await
    };
    assert!(refusal(decide(&paper, 10_000).await).await.2["count"].is_string());
    assert!(refusal(decide(&notes, 1_000_001).await).await.2["count"].is_string());
    assert_eq!(made(decide(&notes, 10_000).await).await["count"], 10_000);
}

#[tokio::test]
async fn a_member_hands_in_their_own_papers_and_takes_them_back_while_nobody_has_decided() {
    let app = TestApp::start().await;
    let studio = under(&app, "county-4").await;
    let (host, teacher, office) = (app.person("host").await, app.person("teacher").await, app.person("office").await);
    let me = app.world.teacher;
    let path = format!("{studio}/evidence");
    let paper = file(&teacher).await;
    let form = |slot: &str, account: AccountId| {
        json!({ "slot": slot, "account": account, "title": "研读《教育的目的》", "day": "2026-02-20",
            "attachments": [paper] })
    };
    assert_eq!(refusal(teacher.post(&path, &form("book", me)).await).await.1, "members_only");
    let member = json!({ "account": me, "role": "trainee", "from": "2026-03-01" });
    made(host.post(&format!("{studio}/memberships"), &member).await).await;
    let others = teacher.post(&path, &form("book", account(&app, "core").await)).await;
    assert_eq!(refusal(others).await.1, "not_your_own_evidence");
    // What the programme asks of the host alone is the host's to hand in.
    assert_eq!(refusal(teacher.post(&path, &form("lead_plan", me)).await).await.1, "not_your_own_evidence");
    let given = made(teacher.post(&path, &form("book", me)).await).await;
    assert_eq!((&given["state"], &given["may_withdraw"]), (&json!("waiting"), &json!(true)));
    let waits = async || {
        let card = made(host.get(&format!("{studio}/scorecard?year=2025")).await).await;
        card.to_string().matches("\"waiting\":1").count()
    };
    let waiting = waits().await;
    assert!(waiting > 0);
    let withdrawal = format!("/api/evidence/{}/withdrawal", given["id"].as_str().unwrap());
    assert_eq!(refusal(host.post(&withdrawal, &Value::Null).await).await.1, "not_your_evidence");
    let back = made(teacher.post(&withdrawal, &Value::Null).await).await;
    assert_eq!((&back["state"], &back["may_withdraw"]), (&json!("withdrawn"), &json!(false)));
    assert_eq!(refusal(teacher.post(&withdrawal, &Value::Null).await).await.1, "evidence_withdrawn_key");
    assert_eq!(waits().await, 0, "it counts for nothing");
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    let late = office.post(&decision, &json!({ "accepted": true })).await;
    assert_eq!(refusal(late).await.1, "evidence_withdrawn_key");
    let desk = made(office.get(&format!("/api/regions/{}/evidence", app.world.county)).await).await;
    assert_eq!(desk["rows"], json!([]));
    assert_eq!(made(host.get(&path).await).await["rows"][0]["state"], "withdrawn", "the list tells it");
    let given = made(teacher.post(&path, &form("book", me)).await).await;
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    made(office.post(&decision, &json!({ "accepted": true })).await).await;
    let withdrawal = format!("/api/evidence/{}/withdrawal", given["id"].as_str().unwrap());
    assert_eq!(refusal(teacher.post(&withdrawal, &Value::Null).await).await.1, "evidence_decided_already");
}

#[tokio::test]
async fn nobody_decides_what_they_handed_in_or_about_their_own_studio() {
    let app = TestApp::start().await;
    let studio = under(&app, "zhejiang-2019").await;
    let office = app.person("office").await;
    let form = json!({
        "slot": "activity_case", "title": "案例", "day": "2026-02-20", "attachments": [file(&office).await]
    });
    let given = made(office.post(&format!("{studio}/evidence"), &form).await).await;
    let decision = format!("/api/evidence/{}/decision", given["id"].as_str().unwrap());
    let (status, code, _) = refusal(office.post(&decision, &json!({ "accepted": true })).await).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "own_studio"));
    let admin = account(&app, "admin").await;
    let (from, role) = (Day::parse("2026-01-01").unwrap(), MemberRole::Adviser);
    let new = NewMembership { studio: app.world.studio, account: admin, role, from, to: None };
    crate::store_database::begin(&app.store, new).await.unwrap();
    let member = app.person("admin").await.post(&decision, &json!({ "accepted": true })).await;
    assert_eq!(refusal(member).await.1, "own_studio");
}

#[tokio::test]
async fn a_choice_counts_once_it_is_confirmed_and_a_new_one_begins_anew() {
    let app = TestApp::start().await;
    let studio = under(&app, "zhejiang-2019").await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("{studio}/choices");
    let two = host.post(&path, &json!({ "choice": "S1-20", "criteria": ["S1-21", "S1-22"] })).await;
    assert!(refusal(two).await.2["criteria"].is_string());
    let chosen = made(host.post(&path, &json!({ "choice": "S1-20", "criteria": ["S1-21"] })).await).await;
    assert_eq!((&chosen["year"], &chosen["ruling"]), (&json!(2026), &Value::Null));
    let of_card = async || {
        let card = made(host.get(&format!("{studio}/scorecard")).await).await;
        (card["choices"][0]["taken"].clone(), card["choices"][0]["confirmed"].clone())
    };
    assert_eq!(of_card().await, (json!(["S1-21"]), json!(false)));
    let decision = format!("/api/choices/{}/decision", chosen["id"].as_str().unwrap());
    made(office.post(&decision, &json!({ "granted": true })).await).await;
    assert_eq!(of_card().await, (json!(["S1-21"]), json!(true)));
    let again = office.post(&decision, &json!({ "granted": true })).await;
    assert_eq!(refusal(again).await.1, "choice_decided_key");
    made(host.post(&path, &json!({ "choice": "S1-20", "criteria": ["S1-22"] })).await).await;
    assert_eq!(of_card().await, (json!(["S1-22"]), json!(false)));
    let all = made(host.get(&path).await).await;
    assert_eq!(all["rows"].as_array().unwrap().len(), 1, "the last one counts");
}

#[tokio::test]
async fn a_veto_fails_the_studio_until_it_is_taken_back() {
    let app = TestApp::start().await;
    let studio = under(&app, "hangjin-2024").await;
    let (host, office) = (app.person("host").await, app.person("office").await);
    let path = format!("{studio}/vetoes");
    let form = json!({ "veto": "discipline", "day": "2026-02-01", "reason": "受到处分，已查实" });
    let found = made(office.post(&path, &form).await).await;
    assert_eq!(found["veto"]["name"], "主持人受到纪律处分");
    let result = async || made(host.get(&format!("{studio}/scorecard")).await).await["result"].clone();
    let lost = result().await;
    assert_eq!((&lost["lost"], &lost["sentence"]), (&json!(true), &json!("一票否决")), "{lost}");
    assert_eq!(lost["vetoes"][0]["reason"], "受到处分，已查实");
    let lifting = format!("/api/vetoes/{}/lifting", found["id"].as_str().unwrap());
    made(office.post(&lifting, &json!({ "reason": "查错了人" })).await).await;
    assert_eq!(result().await["lost"], false);
    assert_eq!(made(host.get(&path).await).await["rows"][0]["lifted"]["reason"], "查错了人");
}

#[tokio::test]
async fn a_level_is_confirmed_by_an_office_that_reaches_so_far() {
    let app = TestApp::start().await;
    under(&app, "zhejiang-2019").await;
    let new = NewActivity { level: Level::City, ..plan(app.world.studio, ActivityKind::OpenLesson, "2026-02-10") };
    let (activity, _) = hold(&app.store, new, &[presence::Person::Account(account(&app, "host").await)]).await;
    let path = format!("/api/activities/{activity}/level");
    let office = app.person("office").await;
    let high = office.post(&path, &json!({ "level": "city", "confirmed": true })).await;
    assert_eq!(refusal(high).await.1, "higher_office_only");
    let lower = made(office.post(&path, &json!({ "level": "county", "confirmed": true })).await).await;
    assert_eq!((&lower["said"], &lower["confirmed"]), (&json!("city"), &json!("county")));
    let city = app.person("admin").await;
    made(city.post(&path, &json!({ "level": "city", "confirmed": true })).await).await;
    let told = made(app.person("core").await.get(&path).await).await;
    assert_eq!((&told["confirmed"], &told["may_decide"]), (&json!("city"), &json!(false)));
    for undone in [
        json!({ "level": "county", "confirmed": true }),
        json!({ "level": "city", "confirmed": false, "reason": "不像" }),
    ] {
        assert_eq!(refusal(office.post(&path, &undone).await).await.1, "decided_above", "{undone}");
    }
    let new = NewActivity { level: Level::County, ..plan(app.world.studio, ActivityKind::OpenLesson, "2026-12-10") };
    let later = store::activity::create(&app.store, new, app.now()).await.unwrap().id;
    let early =
        office.post(&format!("/api/activities/{later}/level"), &json!({ "level": "county", "confirmed": true })).await;
    assert_eq!(refusal(early).await.0, StatusCode::UNPROCESSABLE_ENTITY, "what may still be changed is not confirmed");
}

#[tokio::test]
async fn an_office_takes_an_activity_out_of_what_counts_and_in_again() {
    let app = TestApp::start().await;
    under(&app, "zhejiang-2019").await;
    let host = presence::Person::Account(account(&app, "host").await);
    let (activity, _) = hold(&app.store, plan(app.world.studio, ActivityKind::Seminar, "2026-02-10"), &[host]).await;
    let path = format!("/api/activities/{activity}/counting");
    let card = format!("/api/studios/{}/scorecard", app.world.studio);
    let (office, host) = (app.person("office").await, app.person("host").await);
    let sections = async || made(host.get(&card).await).await["sections"].clone();
    let before = sections().await;
    assert!(made(host.get(&path).await).await["ruling"].is_null());
    assert!(refusal(office.post(&path, &json!({ "granted": false })).await).await.2["reason"].is_string());
    made(office.post(&path, &json!({ "granted": false, "reason": "误开，没有讲课" })).await).await;
    assert_ne!(sections().await, before);
    let told = made(host.get(&path).await).await;
    assert_eq!((&told["ruling"]["reason"], &told["may_decide"]), (&json!("误开，没有讲课"), &json!(false)));
    made(office.post(&path, &json!({ "granted": true })).await).await;
    assert_eq!(sections().await, before);
    let planned = plan(app.world.studio, ActivityKind::Seminar, "2026-12-10");
    let planned = store::activity::create(&app.store, planned, app.now()).await.unwrap().id;
    let early = office.post(&format!("/api/activities/{planned}/counting"), &json!({ "granted": true })).await;
    assert_eq!(refusal(early).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_lesson_is_reviewed_by_those_who_saw_it_once_each() {
    let app = TestApp::start().await;
    let core = presence::Person::Account(account(&app, "core").await);
    let (activity, _) = hold(&app.store, plan(app.world.studio, ActivityKind::OpenLesson, "2026-02-10"), &[core]).await;
    let path = format!("/api/activities/{activity}/lesson-reviews");
    let form = json!({ "lesson": "习作单元起始课", "strengths": "学生说得多", "advice": "板书再少些" });
    let absent = app.person("host").await.post(&path, &form).await;
    assert_eq!(refusal(absent).await.1, "was_not_there");
    let core = app.person("core").await;
    let rows = made(core.post(&path, &form).await).await;
    assert_eq!(rows["rows"][0]["reviewer"]["name"], "老师core");
    assert_eq!(refusal(core.post(&path, &form).await).await.1, "lesson_review_taken");
    let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
    let facts = store::fact::of_studio(&app.store, studio).await.unwrap().facts;
    let reviewed = facts.activities.iter().find(|one| one.id == activity).unwrap();
    assert_eq!(reviewed.reviewers, [account(&app, "core").await]);
}

#[tokio::test]
async fn mentors_helped_schools_and_marks_become_facts() {
    let app = TestApp::start().await;
    let studio = under(&app, "hangjin-2024").await;
    let host = app.person("host").await;
    let core = account(&app, "core").await;
    let form = json!({ "mentor": core, "mentee": "王芳", "from": "2026-01-10" });
    // What is weeks ago the office sets.
    let office = app.person("office").await;
    assert!(refusal(host.post(&format!("{studio}/mentors"), &form).await).await.2["from"].is_string());
    let mentor = made(office.post(&format!("{studio}/mentors"), &form).await).await;
    let stranger = json!({ "mentor": app.world.teacher, "mentee": "王芳", "from": "2026-01-10" });
    assert!(refusal(host.post(&format!("{studio}/mentors"), &stranger).await).await.2["mentor"].is_string());
    let school = json!({ "school": app.world.school, "from": "2026-01-10" });
    let late = host.post(&format!("{studio}/helped-schools"), &school).await;
    assert!(refusal(late).await.2["from"].is_string());
    let helped = made(office.post(&format!("{studio}/helped-schools"), &school).await).await;
    let again = office.post(&format!("{studio}/helped-schools"), &school).await;
    assert!(refusal(again).await.2["school"].is_string());
    let membership = format!("/api/memberships/{}", app.world.core_membership);
    let marked = made(host.patch(&membership, &json!({ "backbone": true })).await).await;
    assert_eq!((&marked["backbone"], &marked["to"]), (&json!(true), &Value::Null));
    let ended = format!("/api/mentors/{}", mentor["id"].as_str().unwrap());
    made(host.patch(&ended, &json!({ "to": "2026-02-28" })).await).await;
    let helped = format!("/api/helped-schools/{}", helped["id"].as_str().unwrap());
    assert!(refusal(host.patch(&helped, &json!({ "to": "2026-02-01" })).await).await.2["to"].is_string());
    let studio = store::studio::get(&app.store, app.world.studio).await.unwrap();
    let facts = store::fact::of_studio(&app.store, studio).await.unwrap().facts;
    assert_eq!((facts.mentors[0].mentee.as_str(), facts.mentors[0].to), ("王芳", Day::parse("2026-02-28").ok()));
    assert_eq!(facts.helped[0].school, app.world.school);
    assert!(facts.members.iter().any(|one| one.account == core && one.backbone && !one.new_teacher));
}

#[tokio::test]
async fn a_school_that_is_helped_is_known_by_its_teachers_or_its_classroom() {
    let app = TestApp::start().await;
    let studio = app.world.studio;
    let other = NewSchool { name: "山前小学".into(), region: app.world.county, rural: true };
    let other = store::school::create(&app.store, other).await.unwrap().id;
    let from = Day::parse("2026-01-01").unwrap();
    let host = account(&app, "host").await;
    let new = NewHelpedSchool { studio, school: other, from, to: None };
    store::helped_school::create(&app.store, new, host, app.now()).await.unwrap();
    let new = NewAccount {
        phone: None,
        login_name: "shanqian".into(),
        name: "山前老师".into(),
        role: AccountRole::Teacher,
        scope: None,
        school: Some(other),
        title: String::new(),
        subject: String::new(),
        password_hash: "none".into(),
    };
    let teacher = store::account::create(&app.store, new, app.now()).await.unwrap().id;
    let is = presence::Person::Account;
    hold(&app.store, plan(studio, ActivityKind::Outreach, "2026-01-15"), &[is(host), is(teacher)]).await;
    hold(&app.store, plan(studio, ActivityKind::Outreach, "2026-02-15"), &[is(host)]).await;
    let studio = store::studio::get(&app.store, studio).await.unwrap();
    let facts = store::fact::of_studio(&app.store, studio).await.unwrap().facts;
    let helped: Vec<_> = facts.activities.iter().filter(|one| one.held).map(|one| one.helped).collect();
    assert_eq!(helped, [Some(other), None]);
}

/// Somebody of the office of the city that both counties lie in.
async fn city_office(app: &TestApp) -> Person {
    let new = NewAccount {
        phone: None,
        login_name: "city-office".into(),
        name: "市教研院".into(),
        role: AccountRole::Office,
        scope: Some(app.world.city),
        school: None,
        title: String::new(),
        subject: String::new(),
        password_hash: "none".into(),
    };
    store::account::create(&app.store, new, app.now()).await.unwrap();
    app.person("city-office").await
}

fn id(noun: &Value) -> &str {
    noun["id"].as_str().unwrap()
}

#[tokio::test]
async fn an_office_decides_nothing_anew_that_a_higher_one_decided() {
    let app = TestApp::start().await;
    let studio = under(&app, "zhejiang-2019").await;
    let (host, county, city) = (app.person("host").await, app.person("office").await, city_office(&app).await);
    let above = async |path: &str, body: Value| {
        let (status, code, _) = refusal(county.post(path, &body).await).await;
        assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "decided_above"), "{path} {body}");
    };

    // Evidence.
    let form =
        json!({ "slot": "activity_case", "title": "案例", "day": "2026-02-20", "attachments": [file(&host).await] });
    let given = made(host.post(&format!("{studio}/evidence"), &form).await).await;
    let path = format!("/api/evidence/{}/decision", id(&given));
    made(county.post(&path, &json!({ "accepted": true, "count": 1 })).await).await;
    made(city.post(&path, &json!({ "accepted": false, "reason": "不是本工作室的" })).await).await;
    above(&path, json!({ "accepted": true, "count": 1 })).await;
    let told = made(county.get(&format!("{studio}/evidence")).await).await;
    assert_eq!((&told["rows"][0]["state"], &told["rows"][0]["may_decide"]), (&json!("refused"), &json!(false)));
    made(app.person("admin").await.post(&path, &json!({ "accepted": true, "count": 1 })).await).await;

    // A choice; also when the Studio chooses the same once more.
    let form = json!({ "choice": "S1-20", "criteria": ["S1-21"] });
    let chosen = made(host.post(&format!("{studio}/choices"), &form).await).await;
    let refused = json!({ "granted": false, "reason": "做不到" });
    made(city.post(&format!("/api/choices/{}/decision", id(&chosen)), &refused).await).await;
    let chosen = made(host.post(&format!("{studio}/choices"), &form).await).await;
    above(&format!("/api/choices/{}/decision", id(&chosen)), json!({ "granted": true })).await;

    // A notice: another one is no way past the city, and its approval is for the Studio or the city to take back.
    let notices = format!("/api/activities/{}/notices", app.world.activity);
    let send = async || made(host.post(&notices, &json!({ "content": "请参加。" })).await).await;
    let first = send().await;
    let returned = json!({ "approved": false, "reason": "时间请写全" });
    made(city.post(&format!("/api/notices/{}/decision", id(&first)), &returned).await).await;
    let second = send().await;
    above(&format!("/api/notices/{}/decision", id(&second)), json!({ "approved": true })).await;
    assert_eq!(made(county.get("/api/notices").await).await["rows"][0]["may_decide"], false);
    assert_eq!(made(city.get("/api/notices").await).await["rows"][0]["may_decide"], true);
    made(city.post(&format!("/api/notices/{}/decision", id(&second)), &json!({ "approved": true })).await).await;
    let withdrawal = format!("/api/notices/{}/withdrawal", id(&second));
    above(&withdrawal, json!({ "reason": "改期" })).await;
    assert_eq!(made(host.post(&withdrawal, &json!({ "reason": "改期" })).await).await["state"], "withdrawn");
}

#[tokio::test]
async fn a_grade_of_a_higher_office_stands() {
    let app = TestApp::start().await;
    let (policy, grade) = policy::built_in()
        .iter()
        .find_map(|policy| Some((policy, policy.grades.iter().find(|grade| grade.reviewed)?)))
        .unwrap();
    let path = format!("{}/grades", under(&app, &policy.key).await);
    let (county, city) = (app.person("office").await, city_office(&app).await);
    let granted = json!({ "grade": grade.id, "granted": true });
    assert_eq!(county.post(&path, &granted).await.status(), StatusCode::NO_CONTENT);
    let taken = json!({ "grade": grade.id, "granted": false, "reason": "材料不全" });
    assert_eq!(city.post(&path, &taken).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(county.post(&path, &granted).await).await.1, "decided_above");
    let told = made(app.person("core").await.get(&path).await).await;
    let told: Vec<_> =
        told["rows"].as_array().unwrap().iter().map(|one| (&one["grade"]["name"], &one["ruling"])).collect();
    assert!(told.iter().all(|(name, _)| **name == json!(grade.title)));
    assert_eq!((&told[0].1["granted"], &told[0].1["reason"]), (&json!(false), &json!("材料不全")), "the latest first");
    assert_eq!((&told[1].1["granted"], &told[1].1["by_name"]), (&json!(true), &json!("老师office")));
    assert_eq!(refusal(app.person("teacher").await.get(&path).await).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_was_in_the_studio_within_the_assessed_year_decides_nothing_about_it() {
    let app = TestApp::start().await;
    let studio = under(&app, "zhejiang-2019").await;
    let office = app.person("office").await;
    let day = |text: &str| Day::parse(text).unwrap();
    let (account, role) = (account(&app, "office").await, MemberRole::Adviser);
    let new =
        NewMembership { studio: app.world.studio, account, role, from: day("2025-03-01"), to: Some(day("2026-01-15")) };
    crate::store_database::begin(&app.store, new).await.unwrap();
    let host = app.person("host").await;
    let hand_in = async |on: &str| {
        let form = json!({ "slot": "activity_case", "title": "案例", "day": on, "attachments": [file(&host).await] });
        made(host.post(&format!("{studio}/evidence"), &form).await).await
    };
    let accepted = json!({ "accepted": true, "count": 1 });
    let given = hand_in("2026-02-20").await;
    let own = office.post(&format!("/api/evidence/{}/decision", id(&given)), &accepted).await;
    assert_eq!(refusal(own).await.1, "own_studio", "left six weeks ago");
    let veto = json!({ "veto": "ethics", "day": "2026-02-01", "reason": "查实" });
    assert_eq!(refusal(office.post(&format!("{studio}/vetoes"), &veto).await).await.1, "own_studio");
    let waiting = made(office.get(&format!("/api/regions/{}/evidence", app.world.county)).await).await;
    assert_eq!(waiting["rows"][0]["may_decide"], false);
    // The next year it is nobody's own any more, but what belongs to the year before still is.
    app.turn_clock(std::time::Duration::from_secs(365 * 86_400));
    let (office, host) = (app.person("office").await, app.person("host").await);
    let form =
        json!({ "slot": "activity_case", "title": "案例", "day": "2027-02-20", "attachments": [file(&host).await] });
    let later = made(host.post(&format!("{studio}/evidence"), &form).await).await;
    made(office.post(&format!("/api/evidence/{}/decision", id(&later)), &accepted).await).await;
    let own = office.post(&format!("/api/evidence/{}/decision", id(&given)), &accepted).await;
    assert_eq!(refusal(own).await.1, "own_studio");
}

#[tokio::test]
async fn nobody_confirms_what_they_chose_for_a_studio() {
    let app = TestApp::start().await;
    let studio = under(&app, "zhejiang-2019").await;
    let office = app.person("office").await;
    let form = json!({ "choice": "S1-20", "criteria": ["S1-21"] });
    let chosen = made(office.post(&format!("{studio}/choices"), &form).await).await;
    let path = format!("/api/choices/{}/decision", id(&chosen));
    assert_eq!(refusal(office.post(&path, &json!({ "granted": true })).await).await.1, "own_studio");
    made(app.person("admin").await.post(&path, &json!({ "granted": true })).await).await;
}

#[tokio::test]
async fn a_veto_of_a_higher_office_is_not_lifted_nor_found_again_by_a_lower_one() {
    let app = TestApp::start().await;
    let path = format!("{}/vetoes", under(&app, "hangjin-2024").await);
    let (county, city) = (app.person("office").await, city_office(&app).await);
    let form = json!({ "veto": "discipline", "day": "2026-02-01", "reason": "受到处分，已查实" });
    let found = made(city.post(&path, &form).await).await;
    let (lifting, reason) = (format!("/api/vetoes/{}/lifting", id(&found)), json!({ "reason": "查错了人" }));
    assert_eq!(refusal(county.post(&lifting, &reason).await).await.1, "decided_above");
    made(city.post(&lifting, &reason).await).await;
    assert_eq!(refusal(county.post(&path, &form).await).await.1, "decided_above");
    let other = json!({ "veto": "discipline", "day": "2026-02-02", "reason": "另一件事" });
    let found = made(county.post(&path, &other).await).await;
    made(city.post(&format!("/api/vetoes/{}/lifting", id(&found)), &reason).await).await;
}
