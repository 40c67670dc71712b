//! Reports from the database: the same bytes on SQLite and PostgreSQL, the same with and without kept records.

use crate::store_database::*;
use lectern::domain::attendance::{AttendanceReport, CheckpointDetail};
use lectern::domain::id::Id;
use lectern::domain::presence::{NewEvent, Person, PresenceKind, hex};
use lectern::domain::*;
use lectern::store::report_issue::{NewIssue, Subject};
use lectern::store::{self, Store, StoreError};

on_both! {
    kept_records_give_the_same_report_and_changed_ones_are_made_anew,
    an_issued_report_is_never_changed,
}

/// The same id on every database.
fn fixed<T: Id>(number: u8) -> T {
    T::from_random([number; 10])
}

/// A small world whose ids are always the same, with a Session of an hour: the host all along, one core member from minute 20.
async fn world(fresh: &Fresh) -> SessionId {
    let rows = fresh.intruder().await;
    let id = |number: u8| fixed::<AccountId>(number).to_string();
    let (start, end) = (at("20T14:30").micros(), at("20T15:30").micros());
    let mut statements = vec![
        format!("insert into region values ('{}', '江南省', 'province', null)", id(1)),
        format!("insert into region values ('{}', '青禾县', 'county', '{}')", id(2), id(1)),
        format!("insert into school values ('{}', '石桥镇中心小学', '{}', 1)", id(3), id(2)),
        format!(
            "insert into studio values ('{}', '周文澜工作室', 'county', 'studio', '语文', '{}', 0, null, '', 0, null)",
            id(4),
            id(2)
        ),
        format!(
            "insert into activity values ('{}', '{}', null, '习作单元', '', 'seminar', 'online', 'county', '', '', {start}, {end}, 'ended', 0, null, 0)",
            id(5),
            id(4)
        ),
        format!("insert into session values ('{}', '{}', {start}, {end}, null)", id(6), id(5)),
    ];
    for (number, name, role) in [(11, "周文澜", "host"), (12, "李建国", "core"), (13, "林雨桐", "core")] {
        statements.push(format!(
            "insert into account values ('{}', '{name}', '{name}', 'teacher', null, '{}', '', '', '', 0, 0, null, 0, null)",
            id(number),
            id(3)
        ));
        statements.push(format!(
            "insert into membership values ('{}', '{}', '{}', '{role}', 0, null, 0, 0)",
            id(number),
            id(4),
            id(number)
        ));
    }
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&rows).await.unwrap();
    }
    let session = fixed(6);
    store::ledger::append(&fresh.store, session, lines()).await.unwrap();
    session
}

fn lines() -> Vec<NewEvent> {
    let line = |number: u8, kind, who: Option<u8>, wall: Time, detail: &str| NewEvent {
        id: fixed(100 + number),
        kind,
        participant: who.map(u32::from),
        person: who.map(|who| Person::Account(fixed(10 + who))),
        detail: detail.to_owned(),
        monotonic_us: wall.micros(),
        wall,
    };
    let proof = |minutes: u64| {
        let ms = minutes * 60_000;
        let detail = CheckpointDetail { media_ms: Some(ms), visible_ms: ms, ..CheckpointDetail::default() };
        serde_json::to_string(&detail).unwrap()
    };
    vec![
        line(1, PresenceKind::SessionStarted, None, at("20T14:30"), "{}"),
        line(2, PresenceKind::Joined, Some(1), at("20T14:30"), "{}"),
        line(3, PresenceKind::Joined, Some(2), at("20T14:50"), "{}"),
        line(4, PresenceKind::Checkpoint, Some(1), at("20T15:30"), &proof(60)),
        line(5, PresenceKind::Checkpoint, Some(2), at("20T15:30"), &proof(40)),
        line(6, PresenceKind::SessionEnded, None, at("20T15:30"), "{}"),
    ]
}

async fn report(store: &Store, session: SessionId) -> AttendanceReport {
    store::report::of_session(store, session).await.unwrap()
}

fn json(report: &AttendanceReport) -> String {
    serde_json::to_string(report).unwrap()
}

#[tokio::test]
async fn reports_are_the_same_bytes_on_every_database() {
    let mut told = Vec::new();
    for fresh in [sqlite().await, postgres().await] {
        let session = world(&fresh).await;
        let made = report(&fresh.store, session).await;
        told.push((json(&made), made.digest()));
    }
    assert_eq!(told[0], told[1]);
    let report: serde_json::Value = serde_json::from_str(&told[0].0).unwrap();
    assert_eq!(report["figures"]["people"], 2);
    assert_eq!(report["rows"][1]["record"]["seen"]["secs"], 2400);
}

async fn kept_records_give_the_same_report_and_changed_ones_are_made_anew(fresh: Fresh) {
    let session = world(&fresh).await;
    let first = report(&fresh.store, session).await;
    assert_eq!(json(&report(&fresh.store, session).await), json(&first), "from what was kept");
    // Somebody else who may write into the database changes what was kept; it is taken as it is, but proves nothing.
    let rows = fresh.intruder().await;
    let kept = async |set: &str| {
        let statement = format!("update session_record set {set}");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&rows).await.unwrap();
    };
    kept("content = '[]'").await;
    assert!(report(&fresh.store, session).await.rows.is_empty(), "it was really read");
    kept("basis = 'of other lines'").await;
    assert_eq!(json(&report(&fresh.store, session).await), json(&first), "other lines than those it was made from");
    kept("content = 'from another version'").await;
    assert_eq!(json(&report(&fresh.store, session).await), json(&first));
    let late = Membership {
        id: fixed(13),
        studio: fixed(4),
        account: fixed(13),
        role: MemberRole::Core,
        from: day("2026-01-01"),
        to: None,
    };
    set_end(&fresh.store, late.id, Some(day("2026-11-19"))).await.unwrap();
    let changed = report(&fresh.store, session).await;
    assert_eq!((changed.figures.core_roster, changed.rows.len()), (1, 2), "another roster, other records");
}

async fn an_issued_report_is_never_changed(fresh: Fresh) {
    let session = world(&fresh).await;
    let made = report(&fresh.store, session).await;
    let new = NewIssue {
        subject: Subject::Session(session),
        title: made.occasion.title.clone(),
        parameters: Some(made.parameters.clone()),
        figures: vec![("参加人数".into(), "2 人".into())],
        heads: vec![(session, made.head.sequence, hex(&made.head.hash))],
        digest: made.digest(),
        made_at: now(),
        made_by: fixed(11),
    };
    let id = store::report_issue::record(&fresh.store, new.clone()).await.unwrap();
    let issue = store::report_issue::get(&fresh.store, id).await.unwrap();
    assert_eq!(issue.content, new);
    assert_eq!((issue.maker.as_str(), issue.studio.as_deref()), ("周文澜", Some("周文澜工作室")));
    let rows = fresh.intruder().await;
    for statement in ["update report_issue set digest = ''", "delete from report_issue"] {
        assert!(sqlx::query(statement).execute(&rows).await.is_err(), "{statement}");
    }
    let found = store::verification::of(&fresh.store, &issue).await.unwrap();
    assert_eq!((found.intact, found.same), (Some(true), true));
    // A ledger that was cut off and written anew is another one.
    let mut other = issue.clone();
    other.content.heads[0].2 = "00".repeat(32);
    assert_eq!(store::verification::of(&fresh.store, &other).await.unwrap().intact, Some(false));
    let nobody = store::report_issue::get(&fresh.store, fixed(1)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound(store::Noun::Issue))));
}
