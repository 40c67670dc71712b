//! Who may do what: a table of every route and role, walked over the real server.

use crate::app::{Person, TestApp};
use crate::http_applications;
use crate::http_publicity;
use crate::http_resources;
use lectern::domain::policy::AssessmentScope;
use lectern::domain::year_end::NewObjection;
use lectern::domain::{AttachmentId, NewChoice, NewEvidence, NewHelpedSchool, NewMentor, NewVeto, OfficeTier, Officer};
use lectern::store;
use lectern::store::appeal::NewAppeal;
use lectern::store::leave::NewLeave;
use lectern::store::year_end::{self, NewCorrection, NewYearEnd};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// The columns, in the order of the letters below.
const ROLES: [&str; 9] =
    ["nobody", "guest", "teacher", "core", "host", "other-host", "office", "other-office", "admin"];

/// `y` may, `-` may not. What a guest is shows only where a body says so: elsewhere a guest is nobody.
/// Columns:  nobody guest teacher core host other-host office other-office admin
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    ("POST",   "/api/logins",                          "yyyyyyyyy"),
    ("DELETE", "/api/logins/current",                  "--yyyyyyy"),
    ("GET",    "/api/me",                              "--yyyyyyy"),
    ("GET",    "/api/me/attendance",                   "--yyyyyyy"),
    ("GET",    "/api/me/attendance/{format}",          "--yyyyyyy"),
    ("GET",    "/api/sessions/{id}/report",            "----y-y-y"),
    ("GET",    "/api/sessions/{id}/report/{format}",   "----y-y-y"),
    ("GET",    "/api/activities/{id}/evidence-pack",   "----y-y-y"),
    ("GET",    "/api/studios/{id}/evidence-pack",      "----y-y-y"),
    ("GET",    "/api/studios/{id}/attendance",         "----y-y-y"),
    ("GET",    "/api/studios/{id}/attendance/{format}", "----y-y-y"),
    ("GET",    "/api/activities/{id}/sign-in-sheet",   "----y-y-y"),
    ("POST",   "/api/activities/{id}/sign-in-sheet",   "----y-y-y"),
    // Whoever holds the paper has no account.
    ("GET",    "/api/verifications/{id}",              "yyyyyyyyy"),
    ("GET",    "/api/attendance-parameters",                "yyyyyyyyy"),
    ("GET",    "/api/home",                            "yyyyyyyyy"),
    ("GET",    "/api/me/reminders",                    "--yyyyyyy"),
    ("GET",    "/api/regions",                         "--yyyyyyy"),
    ("POST",   "/api/regions",                         "------y-y"),
    ("GET",    "/api/regions/{id}",                    "--yyyyyyy"),
    ("PATCH",  "/api/regions/{id}",                    "------y-y"),
    ("GET",    "/api/schools",                         "--yyyyyyy"),
    ("POST",   "/api/schools",                         "------y-y"),
    ("PATCH",  "/api/schools/{id}",                    "------y-y"),
    ("GET",    "/api/accounts",                        "------yyy"),
    ("POST",   "/api/accounts",                        "------y-y"),
    ("GET",    "/api/accounts/{id}",                   "------y-y"),
    ("PATCH",  "/api/accounts/{id}",                   "------y-y"),
    ("GET",    "/api/accounts/{id}/schools",           "------y-y"),
    ("GET",    "/api/people",                          "----yyyyy"),
    ("GET",    "/api/studios",                         "--yyyyyyy"),
    ("POST",   "/api/studios",                         "------y-y"),
    ("GET",    "/api/studios/{id}",                    "--yyyyyyy"),
    ("PATCH",  "/api/studios/{id}",                    "----y-y-y"),
    ("POST",   "/api/studios/{id}/tier",               "--------y"),
    ("POST",   "/api/studios/{id}/programme",          "------y-y"),
    ("POST",   "/api/studios/{id}/closing",            "------y-y"),
    ("POST",   "/api/studios/{id}/reopening",          "------y-y"),
    ("POST",   "/api/studios/{id}/memberships",        "----y-y-y"),
    ("PATCH",  "/api/memberships/{id}",                "----y-y-y"),
    ("GET",    "/api/studios/{id}/roster-sheet",       "----y-y-y"),
    ("POST",   "/api/studios/{id}/roster-sheet",       "----y-y-y"),
    ("GET",    "/api/studios/{id}/series",             "--yyyyyyy"),
    ("POST",   "/api/studios/{id}/series",             "----y---y"),
    ("GET",    "/api/studios/{id}/activities",         "--yyyyyyy"),
    ("POST",   "/api/studios/{id}/activities",         "----y---y"),
    ("GET",    "/api/activities/{id}",                 "--yyyyyyy"),
    ("PATCH",  "/api/activities/{id}",                 "----y---y"),
    ("POST",   "/api/activities/{id}/cancel",          "----y---y"),
    ("POST",   "/api/activities/{id}/go-live",         "----y---y"),
    ("GET",    "/api/me/calendar",                     "--yyyyyyy"),
    ("POST",   "/api/me/calendar",                     "--yyyyyyy"),
    ("DELETE", "/api/me/calendar",                     "--yyyyyyy"),
    // By the secret address, whoever is signed in.
    ("GET",    "/api/calendars/{token}",               "yyyyyyyyy"),
    ("GET",    "/api/activities/{id}/calendar",        "--yyyyyyy"),
    ("GET",    "/api/sessions/{id}",                   "yyyyyyyyy"),
    ("POST",   "/api/sessions/{id}/end",               "----y---y"),
    ("POST",   "/api/sessions/{id}/tickets",           "-yyyyyyyy"),
    ("POST",   "/api/sessions/{id}/encoders",          "----y---y"),
    ("GET",    "/api/sessions/{id}/presence",          "----y-y-y"),
    ("POST",   "/api/attachments",                     "--yyyyyyy"),
    ("GET",    "/api/attachments/{id}",                "---yy-y-y"),
    // Those who are expected: on the roster, or presenting.
    ("POST",   "/api/activities/{id}/leaves",          "---yy----"),
    ("GET",    "/api/activities/{id}/leaves",          "----y-y-y"),
    ("POST",   "/api/leaves/{id}/decision",            "----y-y-y"),
    ("POST",   "/api/leaves/{id}/withdrawal",          "---y-----"),
    ("POST",   "/api/sessions/{id}/appeals",           "---yy----"),
    ("GET",    "/api/sessions/{id}/appeals",           "----y-y-y"),
    ("POST",   "/api/appeals/{id}/decision",           "----y-y-y"),
    ("POST",   "/api/sessions/{id}/corrections",       "----y-y-y"),
    ("GET",    "/api/cases",                           "--yyyyyyy"),
    ("GET",    "/api/me/cases",                        "--yyyyyyy"),
    ("GET",    "/api/sessions/{id}/audit",             "----y-y-y"),
    ("GET",    "/api/me/sessions/{id}/audit",          "--yyyyyyy"),
    ("POST",   "/api/sessions/{id}/photos",            "----y---y"),
    ("GET",    "/api/sessions/{id}/photos",            "----y-y-y"),
    ("POST",   "/api/activities/{id}/notices",         "----y---y"),
    ("GET",    "/api/activities/{id}/notices",         "--yyyyyyy"),
    ("GET",    "/api/activities/{id}/notice-draft",    "----y---y"),
    ("PUT",    "/api/activities/{id}/notice-draft",    "----y---y"),
    ("GET",    "/api/notices",                         "------yyy"),
    ("POST",   "/api/notices/{id}/decision",           "------y-y"),
    ("POST",   "/api/notices/{id}/withdrawal",         "----y-y-y"),
    // Anyone gets a socket; who comes in is decided by the ticket in its `hello` (see `bad_input`).
    ("GET",    "/api/sessions/{id}/socket",            "yyyyyyyyy"),
    ("GET",    "/api/activities/{id}/classrooms",      "----y-y-y"),
    ("POST",   "/api/activities/{id}/classrooms",      "----y-y-y"),
    ("POST",   "/api/classrooms/{id}/closing",         "----y-y-y"),
    ("GET",    "/api/activities/{id}/printed-codes",   "----y-y-y"),
    ("POST",   "/api/activities/{id}/printed-codes",   "----y-y-y"),
    ("POST",   "/api/printed-codes/{id}/closing",      "----y-y-y"),
    ("POST",   "/api/sessions/{id}/codes",             "----y---y"),
    // By the link, the code, the pass or the seat's token, whoever is signed in.
    ("GET",    "/api/classroom-links/{token}",         "yyyyyyyyy"),
    ("POST",   "/api/classroom-links/{token}/tickets", "yyyyyyyyy"),
    ("POST",   "/api/classroom-links/{token}/codes",   "yyyyyyyyy"),
    ("POST",   "/api/scans",                           "yyyyyyyyy"),
    ("POST",   "/api/seats",                           "yyyyyyyyy"),
    ("GET",    "/api/seats/{token}",                   "yyyyyyyyy"),
    ("POST",   "/api/seats/{token}/leaving",           "yyyyyyyyy"),
    ("POST",   "/api/seats/{token}/answers",           "yyyyyyyyy"),
    ("POST",   "/api/seats/{token}/choices",           "yyyyyyyyy"),
    // Whoever looks after the network of a school has no account.
    ("POST",   "/api/line-checks",                     "yyyyyyyyy"),
    ("GET",    "/api/line-checks/{id}",                "yyyyyyyyy"),
    ("DELETE", "/api/line-checks/{id}",                "yyyyyyyyy"),
    ("GET",    "/api/line-checks/bytes",               "yyyyyyyyy"),
    ("POST",   "/api/line-checks/bytes",               "yyyyyyyyy"),
    // By bearer token, whoever is signed in.
    ("POST",   "/api/sessions/{id}/whip",              "---------"),
    ("OPTIONS","/api/sessions/{id}/whip",              "yyyyyyyyy"),
    ("PATCH",  "/api/sessions/{id}/whip/{resource}",   "---------"),
    ("DELETE", "/api/sessions/{id}/whip/{resource}",   "---------"),
    ("OPTIONS","/api/sessions/{id}/whip/{resource}",   "yyyyyyyyy"),
    ("POST",   "/api/sessions/{id}/whep",              "---------"),
    ("OPTIONS","/api/sessions/{id}/whep",              "yyyyyyyyy"),
    ("PATCH",  "/api/sessions/{id}/whep/{resource}",   "---------"),
    ("DELETE", "/api/sessions/{id}/whep/{resource}",   "---------"),
    ("OPTIONS","/api/sessions/{id}/whep/{resource}",   "yyyyyyyyy"),
    ("GET",    "/api/policies",                        "--yyyyyyy"),
    ("GET",    "/api/policies/{id}",                   "--yyyyyyy"),
    ("GET",    "/api/studios/{id}/scorecard",          "---yy-y-y"),
    ("POST",   "/api/studios/{id}/scorecard/what-if",  "---yy-y-y"),
    ("GET",    "/api/regions/{id}/scorecards",         "------y-y"),
    ("GET",    "/api/regions/{id}/scorecards/{format}", "------y-y"),
    ("GET",    "/api/studios/{id}/evidence",           "---yy-y-y"),
    ("POST",   "/api/studios/{id}/evidence",           "----y-y-y"),
    ("POST",   "/api/evidence/{id}/withdrawal",        "---y-----"),
    ("GET",    "/api/regions/{id}/evidence",           "------y-y"),
    ("POST",   "/api/evidence/{id}/decision",          "------y-y"),
    ("GET",    "/api/studios/{id}/mentors",            "---yy-y-y"),
    ("POST",   "/api/studios/{id}/mentors",            "----y-y-y"),
    ("PATCH",  "/api/mentors/{id}",                    "----y-y-y"),
    ("GET",    "/api/studios/{id}/helped-schools",     "---yy-y-y"),
    ("POST",   "/api/studios/{id}/helped-schools",     "----y-y-y"),
    ("PATCH",  "/api/helped-schools/{id}",             "----y-y-y"),
    ("GET",    "/api/activities/{id}/lesson-reviews",  "---yy-y-y"),
    // Those who came, and advisers (see `http_assessment`): nobody has come yet.
    ("POST",   "/api/activities/{id}/lesson-reviews",  "---------"),
    ("GET",    "/api/activities/{id}/level",           "---yy-y-y"),
    ("POST",   "/api/activities/{id}/level",           "------y-y"),
    ("GET",    "/api/activities/{id}/counting",        "---yy-y-y"),
    ("POST",   "/api/activities/{id}/counting",        "------y-y"),
    ("GET",    "/api/activities/{id}/presenters",      "---yy-y-y"),
    ("POST",   "/api/activities/{id}/presenters",      "----y-y-y"),
    ("GET",    "/api/studios/{id}/choices",            "---yy-y-y"),
    ("POST",   "/api/studios/{id}/choices",            "----y-y-y"),
    ("POST",   "/api/choices/{id}/decision",           "------y-y"),
    ("GET",    "/api/studios/{id}/vetoes",             "---yy-y-y"),
    ("POST",   "/api/studios/{id}/vetoes",             "------y-y"),
    ("POST",   "/api/vetoes/{id}/lifting",             "------y-y"),
    ("GET",    "/api/studios/{id}/grades",             "---yy-y-y"),
    ("POST",   "/api/studios/{id}/grades",             "------y-y"),
    ("GET",    "/api/regions/{id}/year-ends",          "------y-y"),
    ("POST",   "/api/regions/{id}/year-ends",          "------y-y"),
    ("GET",    "/api/year-ends/{id}",                  "----y-y-y"),
    ("GET",    "/api/year-ends/{id}/studios/{studio}/scorecard", "---yy-y-y"),
    ("POST",   "/api/year-ends/{id}/publication",      "------y-y"),
    // Nobody objects for a Studio that they do not host.
    ("POST",   "/api/year-ends/{id}/objections",       "----y----"),
    ("POST",   "/api/objections/{id}/answer",          "------y-y"),
    ("POST",   "/api/year-ends/{id}/final",            "------y-y"),
    ("POST",   "/api/year-ends/{id}/withdrawal",       "------y-y"),
    ("POST",   "/api/year-ends/{id}/corrections",      "------y-y"),
    ("POST",   "/api/year-ends/{id}/certificates",     "------y-y"),
    ("POST",   "/api/certificates/{id}/revocation",    "------y-y"),
    ("POST",   "/api/certificates/{id}/renewal",       "------y-y"),
    ("GET",    "/api/year-ends/{id}/report/{format}",  "------y-y"),
    // Who passed, the host, and their office.
    ("GET",    "/api/certificates/{id}/pdf",           "----y-y-y"),
    ("GET",    "/api/year-ends/{id}/certificates/pdf", "------y-y"),
    ("GET",    "/api/notices/{id}/pdf",                "--yyyyyyy"),
    ("GET",    "/api/studios/{id}/scorecard/{format}", "---yy-y-y"),
    ("GET",    "/api/me/certificates",                 "--yyyyyyy"),
    ("GET",    "/api/studios/{id}/year-ends",          "---yy-y-y"),
    // What is published is for everybody.
    ("GET",    "/api/publications",                    "yyyyyyyyy"),
    ("GET",    "/api/publications/{id}",               "yyyyyyyyy"),
    ("GET",    "/api/recruitments",                    "--yyyyyyy"),
    ("GET",    "/api/recruitments/{id}",               "--yyyyyyy"),
    ("POST",   "/api/studios/{id}/recruitments",       "----y-y-y"),
    ("POST",   "/api/regions/{id}/recruitments",       "------y-y"),
    ("POST",   "/api/recruitments/{id}/closing",       "----y-y-y"),
    ("POST",   "/api/recruitments/{id}/application",   "--yyyyyyy"),
    ("GET",    "/api/recruitments/{id}/applications",  "----y-y-y"),
    ("GET",    "/api/recruitments/{id}/summary-sheet", "----y-y-y"),
    ("POST",   "/api/recruitments/{id}/summary-sheet", "----y-y-y"),
    ("GET",    "/api/applications",                    "--yyyyyyy"),
    ("GET",    "/api/me/applications",                 "--yyyyyyy"),
    // The teacher's, which waits for the host.
    ("GET",    "/api/applications/{id}",               "--y-y-y-y"),
    ("POST",   "/api/applications/{id}/sending",       "--y------"),
    ("POST",   "/api/applications/{id}/withdrawal",    "--y------"),
    ("POST",   "/api/applications/{id}/review",        "----y---y"),
    // Of the teacher, who is public; whoever is signed in may object.
    ("GET",    "/api/publicities",                     "yyyyyyyyy"),
    ("POST",   "/api/applications/{id}/objections",    "--yyyyyyy"),
    ("GET",    "/api/me/application-objections",       "--yyyyyyy"),
    ("POST",   "/api/application-objections/{id}/answer", "------y-y"),
    ("POST",   "/api/applications/{id}/naming",        "------y-y"),
    ("POST",   "/api/applications/{id}/denial",        "------y-y"),
    ("POST",   "/api/recruitments/{id}/naming",        "------y-y"),
    // Of the core member, who may leave by themselves.
    ("POST",   "/api/memberships/{id}/transfers",      "---yy-y-y"),
    ("GET",    "/api/studios/{id}/transfers",          "----y-y-y"),
    ("GET",    "/api/transfers",                       "--yyyyyyy"),
    ("GET",    "/api/me/transfers",                    "--yyyyyyy"),
    ("POST",   "/api/transfers/{id}/withdrawal",       "----y----"),
    ("POST",   "/api/transfers/{id}/decision",         "------y-y"),
    ("GET",    "/api/regions/{id}/capacities",         "------y-y"),
    ("GET",    "/api/regions/{id}/stations",           "------y-y"),
    ("POST",   "/api/regions/{id}/stations",           "------y-y"),
    ("POST",   "/api/stations/{id}/closing",           "------y-y"),
    ("GET",    "/api/announcements",                   "--yyyyyyy"),
    ("POST",   "/api/regions/{id}/announcements",      "------y-y"),
    ("POST",   "/api/announcements/{id}/withdrawal",   "------y-y"),
    // What is published is seen by whom it is for: here by the Studio.
    ("GET",    "/api/resources",                       "yyyyyyyyy"),
    ("GET",    "/api/resources/{id}",                  "---yy-y-y"),
    ("PATCH",  "/api/resources/{id}",                  "----y-y-y"),
    ("GET",    "/api/studios/{id}/resources",          "--yyyyyyy"),
    ("POST",   "/api/studios/{id}/resources",          "----y-y-y"),
    ("GET",    "/api/studios/{id}/storage",            "----y-y-y"),
    ("GET",    "/api/resources/{id}/steps",            "----y-y-y"),
    ("POST",   "/api/resources/{id}/submit",           "----y-y-y"),
    ("POST",   "/api/resources/{id}/publish",          "----y-y-y"),
    ("POST",   "/api/resources/{id}/return",           "------y-y"),
    ("POST",   "/api/resources/{id}/withdraw",         "----y-y-y"),
    ("POST",   "/api/resources/{id}/nominate",         "----y---y"),
    ("POST",   "/api/resources/{id}/select",           "------y-y"),
    ("POST",   "/api/resources/{id}/hold",             "------y-y"),
    ("POST",   "/api/resources/{id}/attachments",      "----y-y-y"),
    ("DELETE", "/api/resources/{id}/attachments/{resource}", "----y-y-y"),
    ("PUT",    "/api/resources/{id}/subtitles",        "----y-y-y"),
    ("GET",    "/api/resources/{id}/replay",           "---yy-y-y"),
    ("POST",   "/api/resources/{id}/views",            "---yy-y-y"),
    ("GET",    "/api/resources/{id}/comments",         "---yy-y-y"),
    ("POST",   "/api/resources/{id}/comments",         "---yy-y-y"),
    ("DELETE", "/api/comments/{id}",                   "---yy-y-y"),
    ("PUT",    "/api/resources/{id}/rating",           "---yy-y-y"),
    ("GET",    "/api/me/replays",                      "--yyyyyyy"),
    ("GET",    "/api/lesson-plans",                    "--yyyyyyy"),
    ("POST",   "/api/lesson-plans",                    "--yyyyyyy"),
    // Somebody else's is none.
    ("PUT",    "/api/lesson-plans/{id}",               "--yyyyyyy"),
    ("PUT",    "/api/lesson-plans/{id}/resources/{resource}", "--yyyyyyy"),
    ("DELETE", "/api/lesson-plans/{id}/resources/{resource}", "--yyyyyyy"),
    ("GET",    "/api/library/series/{id}",             "yyyyyyyyy"),
    ("GET",    "/api/recordings",                      "---yy-y-y"),
    // By the pass in the path, whoever is signed in.
    ("GET",    "/media/{token}/{id}/{*path}",          "---------"),
    ("GET",    "/hls/{token}/{id}/{file}",             "---------"),
    ("OPTIONS","/hls/{token}/{id}/{file}",             "yyyyyyyyy"),
    ("GET",    "/api/openapi.json",                    "yyyyyyyyy"),
    ("GET",    "/healthz",                             "yyyyyyyyy"),
    ("GET",    "/readyz",                              "yyyyyyyyy"),
    ("GET",    "/metrics",                             "yyyyyyyyy"),
];

/// Every route of the document; routes can't be registered without being in it.
fn documented() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(&lectern::http::document()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        let is_method =
            |key: &&String| ["get", "post", "patch", "put", "delete", "options", "head"].contains(&key.as_str());
        routes.extend(methods.filter(is_method).map(|method| (method.to_uppercase(), path.clone())));
    }
    routes
}

#[test]
fn every_route_is_in_the_table_and_nothing_else_is() {
    let listed: BTreeSet<_> = TABLE.iter().map(|(m, p, _)| ((*m).to_owned(), (*p).to_owned())).collect();
    let documented = documented();
    let unlisted: Vec<_> = documented.difference(&listed).collect();
    assert!(unlisted.is_empty(), "routes without access rules: {unlisted:?}");
    let gone: Vec<_> = listed.difference(&documented).collect();
    assert!(gone.is_empty(), "rules without a route: {gone:?}");
}

#[test]
fn every_operation_says_what_it_answers_and_who_names_it() {
    let document: Value = serde_json::from_str(&lectern::http::document()).unwrap();
    for (method, path) in documented() {
        let operation = &document["paths"][&path][method.to_lowercase()];
        assert!(operation["operationId"].is_string(), "{method} {path}");
        assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
    }
}

/// One world for each route: what one role changed must not decide what the next is told.
#[tokio::test]
async fn each_role_may_do_what_the_table_says() {
    let documented = documented();
    for (method, path, may) in TABLE {
        if !documented.contains(&((*method).to_owned(), (*path).to_owned())) {
            continue;
        }
        let app = TestApp::start().await;
        let session = noun_of(&app, path).await;
        // Those who may change something go last: afterwards it is changed.
        let mut order: Vec<usize> = (0..ROLES.len()).collect();
        order.sort_by_key(|&role| may.as_bytes()[role] == b'y');
        for role in order {
            let person = match ROLES[role] {
                "nobody" | "guest" => app.nobody(),
                name => app.person(name).await,
            };
            let status = ask(&app, &person, (method, path), &session, ROLES[role] == "guest").await;
            let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
            let expected = may.as_bytes()[role] == b'y';
            assert_eq!(!refused, expected, "{method} {path} as {}: {status}", ROLES[role]);
            assert!(status.as_u16() < 500, "{method} {path} as {}: {status}", ROLES[role]);
            let upgraded = status == StatusCode::SWITCHING_PROTOCOLS;
            assert_eq!(upgraded, path.ends_with("/socket"), "{method} {path} as {}: {status}", ROLES[role]);
        }
    }
}

/// The id of what the route is about, where the world does not have it from the start.
async fn noun_of(app: &TestApp, path: &str) -> String {
    if path.contains("sessions") {
        return app.live_session(app.world.activity).await;
    }
    let core = store::login::credentials(&app.store, "core").await.unwrap().unwrap().account.id;
    let activity = app.world.activity;
    match path.split('/').nth(2) {
        Some("leaves" | "attachments") => {
            let file = app.person("core").await.upload("证明.png", b"\x89PNG\r\n\x1a\n").await;
            let file: Value = file.json().await.unwrap();
            let file = AttachmentId::parse(file["id"].as_str().unwrap()).unwrap();
            let new = NewLeave { activity, account: core, reason: "外出".into(), attachment: Some(file) };
            let leave = store::leave::ask(&app.store, new, app.now()).await.unwrap().id;
            if path.contains("leaves") { leave.to_string() } else { file.to_string() }
        }
        Some("notices") => {
            let sent = store::notice::send(&app.store, activity, "请参加。".into(), core, app.now()).await.unwrap();
            sent.id.to_string()
        }
        Some("recruitments") => http_applications::core_recruitment(app).await,
        Some("applications") if ["/objections", "/naming", "/denial"].iter().any(|end| path.ends_with(end)) => {
            http_publicity::public_application(app).await
        }
        Some("application-objections") => {
            let application = http_publicity::public_application(app).await;
            http_publicity::objection(app, &application).await
        }
        Some("applications") => http_applications::waiting_application(app).await.0,
        Some("transfers") => {
            let form = json!({ "kind": "quit", "day": "2026-03-02", "reason": "工作调整" });
            let url = format!("/api/memberships/{}/transfers", app.world.core_membership);
            let asked: Value = app.person("host").await.post(&url, &form).await.json().await.unwrap();
            asked["id"].as_str().unwrap().to_owned()
        }
        Some("announcements") => {
            let url = format!("/api/regions/{}/announcements", app.world.county);
            let form = json!({ "title": "公告", "content": "请各工作室报送计划。" });
            let made: Value = app.person("office").await.post(&url, &form).await.json().await.unwrap();
            made["id"].as_str().unwrap().to_owned()
        }
        Some("stations") => {
            let url = format!("/api/regions/{}/stations", app.world.county);
            let form = json!({ "name": "县名师工作站", "seat": "县教师进修学校", "reason": "公开遴选" });
            let made: Value = app.person("office").await.post(&url, &form).await.json().await.unwrap();
            made["id"].as_str().unwrap().to_owned()
        }
        Some("resources" | "comments") => {
            let resource = http_resources::published(app, "studio").await;
            if path.contains("/resources/") {
                return resource.to_string();
            }
            let made = store::comment::create(&app.store, resource, None, "很好".into(), core, app.now()).await;
            made.unwrap().id.to_string()
        }
        Some("appeals") => {
            let session = store::session::go_live(&app.store, activity, None, app.now()).await.unwrap().id;
            store::session::end(&app.store, session, app.now()).await.unwrap();
            let new = NewAppeal { session, account: core, reason: "断网".into(), attachment: None };
            store::appeal::ask(&app.store, new, app.now()).await.unwrap().id.to_string()
        }
        Some("evidence") => {
            let file = app.person("core").await.upload("证明.png", b"\x89PNG\r\n\x1a\n").await;
            let file: Value = file.json().await.unwrap();
            let new = NewEvidence {
                studio: app.world.studio,
                policy: "zhejiang-2019".into(),
                slot: "activity_case".into(),
                account: None,
                title: "案例".into(),
                day: app.now().day(),
                attachments: vec![AttachmentId::parse(file["id"].as_str().unwrap()).unwrap()],
            };
            store::evidence::create(&app.store, new, core, app.now()).await.unwrap().id.to_string()
        }
        Some("mentors") => {
            let (studio, from) = (app.world.studio, app.now().day());
            let new = NewMentor { studio, mentor: core, mentee_account: None, mentee: "王芳".into(), from, to: None };
            store::mentor::create(&app.store, new, core, app.now()).await.unwrap().id.to_string()
        }
        Some("helped-schools") => {
            let (studio, school, from) = (app.world.studio, app.world.school, app.now().day());
            let new = NewHelpedSchool { studio, school, from, to: None };
            store::helped_school::create(&app.store, new, core, app.now()).await.unwrap().id.to_string()
        }
        Some("choices") => {
            let (studio, policy) = (app.world.studio, "zhejiang-2019".to_owned());
            let new = NewChoice { studio, policy, year: 2026, choice: "features".into(), criteria: Vec::new() };
            store::ruling::choose(&app.store, new, core, app.now()).await.unwrap().id.to_string()
        }
        Some("vetoes") => {
            let (studio, policy, day) = (app.world.studio, "zhejiang-2019".to_owned(), app.now().day());
            let new = NewVeto { studio, policy, veto: "ethics".into(), day, reason: "查实".into() };
            store::ruling::find_veto(&app.store, new, Officer { account: core, tier: OfficeTier::County }, app.now())
                .await
                .unwrap()
                .id
                .to_string()
        }
        Some(noun @ ("year-ends" | "publications" | "objections" | "certificates")) => settled_noun(app, noun).await,
        _ => String::new(),
    }
}

/// A YearEnd that is published, an objection in it, or a certificate of one that is final.
async fn settled_noun(app: &TestApp, noun: &str) -> String {
    let by = store::login::credentials(&app.store, "office").await.unwrap().unwrap().account.id;
    let studio = format!("/api/studios/{}", app.world.studio);
    let under = app
        .person("office")
        .await
        .post(&format!("{studio}/programme"), &json!({ "policy": "zhejiang-2019", "reason": "选定" }))
        .await;
    assert_eq!(under.status(), StatusCode::OK);
    app.turn_clock(DAY * 309);
    let new = NewYearEnd {
        region: app.world.county,
        policy: "zhejiang-2019".into(),
        scope: AssessmentScope::Year,
        year: 2026,
        reason: String::new(),
    };
    let id = year_end::freeze(&app.store, new, by, app.now()).await.unwrap().id;
    let until = (app.now().day().plus(6), String::new());
    year_end::publish(&app.store, id, until, by, app.now()).await.unwrap();
    match noun {
        "objections" => {
            let studio = app.world.studio;
            let new = NewObjection { year_end: id, studio, reason: "少算了".into(), attachment: None, by };
            year_end::object(&app.store, new, app.now()).await.unwrap().id.to_string()
        }
        "certificates" => {
            app.turn_clock(DAY * 7);
            year_end::settle(&app.store, id, String::new(), by, app.now()).await.unwrap();
            let (studio, reason) = (app.world.studio, "复核".to_owned());
            let new = NewCorrection { year_end: id, studio, grade: "passed".into(), reason };
            year_end::correct(&app.store, new, by, app.now()).await.unwrap();
            store::certificate::give(&app.store, id, by, app.now()).await.unwrap();
            store::certificate::of_year_end(&app.store, id).await.unwrap()[0].id.to_string()
        }
        _ => id.to_string(),
    }
}

/// A request that would do what the route is for.
async fn ask(app: &TestApp, person: &Person, (method, path): (&str, &str), session: &str, guest: bool) -> StatusCode {
    let world = &app.world;
    let id = match path.split('/').nth(2) {
        Some("regions") => world.county.to_string(),
        Some("policies") => "zhejiang-2019".to_owned(),
        Some("schools") => world.school.to_string(),
        Some("accounts") => world.teacher.to_string(),
        Some("studios") => world.studio.to_string(),
        Some("memberships") => world.core_membership.to_string(),
        Some("activities") => world.closed_activity.to_string(),
        Some("classrooms") => world.classroom.to_string(),
        // Nobody has one of this id.
        Some("lesson-plans") => world.studio.to_string(),
        Some("printed-codes") => world.printed_code.to_string(),
        _ => session.to_owned(),
    };
    let path = match path {
        "/api/recordings" => &format!("{path}?activity={}", world.activity),
        "/api/year-ends/{id}/certificates/pdf" => &format!("{path}?kind=grade"),
        path => path,
    };
    let url = path
        .replace("{id}", &id)
        .replace("{studio}", world.studio.as_str())
        .replace("{resource}", "AAAA")
        .replace("{format}", "csv")
        .replace("{token}", "AAAA")
        .replace("{*path}", "video.mp4")
        .replace("{file}", "master.m3u8");
    let request = person.request(Method::from_bytes(method.as_bytes()).unwrap(), &url);
    let request = if path.ends_with("/socket") { websocket(request) } else { request };
    let request = match body_of(app, (method, path), guest) {
        Some(body) => request.json(&body),
        None => request,
    };
    request.send().await.unwrap().status()
}

/// The opening handshake of RFC 6455 section 4.1, with the key of its example.
fn websocket(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    request
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

fn body_of(app: &TestApp, route: (&str, &str), guest: bool) -> Option<Value> {
    let world = &app.world;
    Some(match route {
        // A malformed form is answered by everybody alike, and locks nobody's account.
        ("POST", "/api/logins") => json!({}),
        ("POST", "/api/regions") => json!({ "name": "新区", "kind": "county", "parent": world.county }),
        ("PATCH", "/api/regions/{id}") => json!({ "name": "淳安县" }),
        ("POST", "/api/schools") => json!({ "name": "新学校", "region": world.county }),
        ("POST", "/api/accounts") => {
            json!({ "name": "新老师", "login_name": "new-one", "password": "long enough", "role": "teacher", "school": world.school })
        }
        ("PATCH", "/api/schools/{id}") => json!({ "rural": false }),
        ("PATCH", "/api/accounts/{id}") => json!({ "title": "高级教师" }),
        ("POST", "/api/studios") => json!({
            "name": "新工作室", "tier": "county", "kind": "studio", "subject": "数学", "region": world.county,
            "cycle_start": "2026-01-01"
        }),
        ("PATCH", "/api/studios/{id}") => json!({ "introduction": "简介" }),
        ("POST", "/api/studios/{id}/programme") => json!({ "policy": "county-1", "reason": "选定" }),
        ("POST", "/api/studios/{id}/closing") => {
            json!({ "kind": "shut", "last_day": "2026-03-31", "reason": "没有活动" })
        }
        ("POST", "/api/studios/{id}/reopening") => json!({ "reason": "整改完成" }),
        ("POST", "/api/studios/{id}/tier") => json!({ "tier": "province", "reason": "三年优秀" }),
        ("POST", "/api/studios/{id}/memberships") => {
            json!({ "account": world.teacher, "role": "trainee", "from": "2026-03-01" })
        }
        ("PATCH", "/api/memberships/{id}") => json!({ "to": "2026-12-31" }),
        ("POST", "/api/studios/{id}/series") => json!({ "title": "新系列" }),
        ("POST", "/api/studios/{id}/activities") => json!({
            "title": "新活动", "kind": "seminar", "mode": "online", "level": "county",
            "planned_start": "2026-03-05T14:00:00+08:00", "planned_end": "2026-03-05T15:30:00+08:00"
        }),
        ("PATCH", "/api/activities/{id}") => json!({ "title": "改名" }),
        ("POST", "/api/activities/{id}/classrooms") => json!({ "name": "会议室", "school": world.school }),
        ("POST", "/api/activities/{id}/printed-codes") => {
            json!({ "from": "2026-03-05T14:00:00+08:00", "to": "2026-03-05T15:00:00+08:00" })
        }
        ("POST", "/api/sessions/{id}/codes") => json!({ "point": "site_in" }),
        ("POST", "/api/scans") => json!({ "code": "AAAA", "device": "phone" }),
        ("POST", "/api/seats") => json!({ "pass": "AAAA" }),
        ("POST", "/api/seats/{token}/answers") => json!({ "number": 1 }),
        ("POST", "/api/seats/{token}/choices") => json!({ "number": 1, "choices": [0] }),
        ("POST", "/api/activities/{id}/cancel") => json!({ "reason": "主讲人生病" }),
        ("POST", "/api/activities/{id}/leaves" | "/api/sessions/{id}/appeals") => json!({ "reason": "停电" }),
        ("POST", "/api/leaves/{id}/decision") => json!({ "granted": true }),
        ("POST", "/api/appeals/{id}/decision") => json!({ "granted": true, "status": "present" }),
        ("POST", "/api/sessions/{id}/corrections") => {
            json!({ "people": [world.teacher], "status": "present", "reason": "停电" })
        }
        ("POST", "/api/activities/{id}/notices") => json!({ "content": "请参加。" }),
        ("PUT", "/api/activities/{id}/notice-draft") => json!({ "content": "请参加", "revision": 0 }),
        ("POST", "/api/notices/{id}/decision") => json!({ "approved": true }),
        ("POST", "/api/notices/{id}/withdrawal") => json!({ "reason": "改期" }),
        ("POST", "/api/sessions/{id}/photos") => json!({ "attachment": world.teacher }),
        ("POST", "/api/studios/{id}/evidence") => {
            json!({ "slot": "activity_case", "title": "案例", "day": "2026-03-01", "attachments": [] })
        }
        ("POST", "/api/evidence/{id}/decision") => json!({ "accepted": true }),
        ("POST", "/api/studios/{id}/mentors") => {
            json!({ "mentor": world.teacher, "mentee": "王芳", "from": "2026-03-01" })
        }
        ("PATCH", "/api/mentors/{id}" | "/api/helped-schools/{id}") => json!({ "to": "2026-12-31" }),
        ("POST", "/api/studios/{id}/helped-schools") => json!({ "school": world.school, "from": "2026-03-01" }),
        ("POST", "/api/activities/{id}/lesson-reviews") => {
            json!({ "lesson": "习作", "strengths": "清楚", "advice": "慢一点" })
        }
        ("POST", "/api/activities/{id}/level") => json!({ "level": "county", "confirmed": true }),
        ("POST", "/api/activities/{id}/presenters") => json!({ "presenters": [], "reason": "换人" }),
        ("POST", "/api/activities/{id}/counting") => json!({ "granted": true }),
        ("POST", "/api/studios/{id}/choices") => json!({ "choice": "features", "criteria": [] }),
        ("POST", "/api/choices/{id}/decision") => json!({ "granted": true }),
        ("POST", "/api/studios/{id}/vetoes") => json!({ "veto": "ethics", "day": "2026-03-01", "reason": "查实" }),
        ("POST", "/api/vetoes/{id}/lifting") => json!({ "reason": "查错了" }),
        ("POST", "/api/studios/{id}/grades") => json!({ "grade": "excellent", "granted": true }),
        ("POST", "/api/studios/{id}/recruitments" | "/api/regions/{id}/recruitments") => {
            http_applications::recruitment_form("core")
        }
        ("POST", "/api/recruitments/{id}/closing") => json!({ "closes": "2026-03-20", "reason": "报名踊跃" }),
        ("POST", "/api/recruitments/{id}/application") => json!({ "fields": { "subject": "语文" }, "choices": [] }),
        ("POST", "/api/applications/{id}/review") => json!({ "verdict": "granted", "sending": 1, "seen": 0 }),
        ("POST", "/api/applications/{id}/objections") => json!({ "reason": "材料有出入" }),
        ("POST", "/api/application-objections/{id}/answer") => json!({ "upheld": false, "reason": "已核实" }),
        ("POST", "/api/applications/{id}/naming") => json!({ "from": "2026-03-10", "sending": 1 }),
        ("POST", "/api/applications/{id}/denial") => json!({ "sending": 1, "reason": "已主持其他工作室" }),
        ("POST", "/api/recruitments/{id}/naming") => json!({ "from": "2026-03-10" }),
        ("POST", "/api/memberships/{id}/transfers") => {
            json!({ "kind": "quit", "day": "2026-03-02", "reason": "工作调整" })
        }
        ("POST", "/api/transfers/{id}/decision") => json!({ "granted": true }),
        ("POST", "/api/regions/{id}/announcements") => json!({ "title": "公告", "content": "请报送计划。" }),
        ("POST", "/api/regions/{id}/stations") => {
            json!({ "name": "县名师工作站", "seat": "县教师进修学校", "reason": "公开遴选" })
        }
        ("POST", "/api/stations/{id}/closing") => json!({ "reason": "期满" }),
        ("POST", "/api/announcements/{id}/withdrawal") => json!({ "reason": "写错了" }),
        ("POST", "/api/studios/{id}/scorecard/what-if") => json!({ "planned": [] }),
        ("POST", "/api/regions/{id}/year-ends") => json!({ "policy": "zhejiang-2019", "year": 2026 }),
        ("POST", "/api/year-ends/{id}/publication") => json!({ "until": "2027-01-20" }),
        ("POST", "/api/year-ends/{id}/objections") => json!({ "studio": world.studio, "reason": "少算了" }),
        ("POST", "/api/objections/{id}/answer") => json!({ "state": "rejected", "reason": "已计入" }),
        ("POST", "/api/year-ends/{id}/final") => json!({}),
        ("POST", "/api/year-ends/{id}/withdrawal" | "/api/certificates/{id}/revocation") => json!({ "reason": "有误" }),
        ("POST", "/api/year-ends/{id}/corrections") => {
            json!({ "studio": world.studio, "grade": "passed", "reason": "复核" })
        }
        ("PATCH", "/api/resources/{id}") => json!({ "summary": "改过" }),
        ("POST", "/api/resources/{id}/return" | "/api/resources/{id}/withdraw") => json!({ "reason": "画面不清" }),
        ("POST", "/api/resources/{id}/select") => json!({ "selected": true, "reason": "有示范性" }),
        ("POST", "/api/resources/{id}/hold") => json!({ "held": true, "reason": "有争议" }),
        ("POST", "/api/resources/{id}/publish" | "/api/resources/{id}/nominate") => json!({}),
        ("POST", "/api/resources/{id}/attachments") => json!({ "attachment": world.teacher }),
        ("POST", "/api/resources/{id}/views") => json!({ "view": "a", "intervals": [], "position_ms": 0 }),
        ("POST", "/api/resources/{id}/comments") => json!({ "text": "很受启发" }),
        ("PUT", "/api/resources/{id}/rating") => json!({ "stars": 5 }),
        ("POST", "/api/lesson-plans") => json!({ "title": "第三单元" }),
        ("PUT", "/api/lesson-plans/{id}") => json!({ "resources": [] }),
        ("POST", "/api/sessions/{id}/tickets") if guest => json!({ "guest": { "name": "王芳", "school": "石桥小学" } }),
        ("POST", "/api/sessions/{id}/tickets") => json!({}),
        _ => return None,
    })
}
