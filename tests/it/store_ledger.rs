//! The presence ledger: only added to, each line tied to the one before.

use crate::store_database::*;
use lectern::app::audit::{self, KeptHeads, Lines};
use lectern::domain::presence::{Broken, Fault, Head, NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::{self, Noun, Store, StoreError};
use sqlx::AnyPool;
use tokio::task::JoinSet;

on_both! {
    lines_come_back_as_they_were_written,
    a_repeated_event_is_acknowledged_without_a_second_line,
    an_event_belongs_to_one_session,
    appends_at_once_make_one_chain,
    sessions_have_chains_of_their_own,
    a_batch_larger_than_a_statement_is_written_whole,
    the_chain_goes_on_after_a_restart,
    two_servers_on_one_database_keep_one_chain,
    a_refused_batch_leaves_no_line,
    an_unknown_session_has_no_ledger,
    a_line_can_be_neither_changed_nor_deleted,
    an_altered_line_is_found,
    a_line_taken_out_is_found,
    the_first_broken_line_of_each_session_is_named,
    a_line_that_cannot_be_read_is_named,
    a_chain_cut_off_or_sealed_anew_does_not_go_through_the_kept_head,
    an_end_that_is_gone_is_told,
    lines_are_shown_in_words_and_as_json,
    participants_are_counted_on_from_the_ledger,
}

fn event(second: i64) -> NewEvent {
    NewEvent {
        id: next_id(),
        kind: PresenceKind::Checkpoint,
        participant: Some(1),
        person: Some(Person::Guest { name: "王小明".into(), school: "山口小学".into() }),
        detail: r#"{"visible":true,"备注":"正常"}"#.into(),
        monotonic_us: second * 1_000_000,
        wall: now() + std::time::Duration::from_secs(second.unsigned_abs()),
    }
}

async fn append(store: &Store, session: SessionId, events: Vec<NewEvent>) -> store::ledger::Appended {
    store::ledger::append(store, session, events).await.unwrap()
}

async fn intact(store: &Store, session: SessionId) -> Head {
    store::ledger::verify(store, session).await.unwrap().unwrap()
}

async fn lines_come_back_as_they_were_written(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let whole = NewEvent {
        kind: PresenceKind::SessionStarted,
        participant: None,
        person: None,
        detail: "{}".into(),
        ..event(0)
    };
    let written = vec![whole, event(1)];
    append(&fresh.store, session, written.clone()).await;
    let read = store::ledger::events(&fresh.store, session).await.unwrap();
    assert_eq!(read.len(), 2);
    for ((line, new), sequence) in read.iter().zip(&written).zip(1..) {
        assert_eq!((line.sequence, line.session, line.id, line.kind), (sequence, session, new.id, new.kind));
        assert_eq!((line.participant, &line.person), (new.participant, &new.person.as_ref().map(Person::key)));
        assert_eq!((&line.detail, line.monotonic_us, line.wall), (&new.detail, new.monotonic_us, new.wall));
    }
    assert_eq!(intact(&fresh.store, session).await, read[1].head());
}

async fn a_repeated_event_is_acknowledged_without_a_second_line(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let (one, other) = (event(1), event(2));
    let first = append(&fresh.store, session, vec![one.clone()]).await;
    let second = append(&fresh.store, session, vec![one.clone(), other.clone(), other, one]).await;
    assert_eq!((first.written, first.repeated), (1, 0));
    assert_eq!((second.written, second.repeated), (1, 3));
    assert_eq!(store::ledger::events(&fresh.store, session).await.unwrap().len(), 2);
    assert_eq!(intact(&fresh.store, session).await, second.head);
}

async fn an_event_belongs_to_one_session(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let one = event(1);
    append(&fresh.store, session, vec![one.clone()]).await;
    let studio = store::studio::list(&fresh.store, &Default::default(), Default::default()).await.unwrap().rows[0].id;
    let other = activity(&fresh.store, studio, "另一场", at("20T14:30"), at("20T16:00")).await;
    let other = store::session::go_live(&fresh.store, other, None, now()).await.unwrap().id;
    let result = store::ledger::append(&fresh.store, other, vec![event(2), one]).await;
    assert_eq!(conflict(result), "presence_event_id_taken");
    assert_eq!(store::ledger::events(&fresh.store, other).await.unwrap(), []);
}

async fn appends_at_once_make_one_chain(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let mut writing = JoinSet::new();
    for n in 0..100 {
        let store = fresh.store.clone();
        writing.spawn(async move { append(&store, session, vec![event(n), event(n)]).await });
    }
    let mut ends: Vec<i64> = writing.join_all().await.into_iter().map(|appended| appended.head.sequence).collect();
    ends.sort_unstable();
    assert_eq!(ends, (1..=100).map(|n| n * 2).collect::<Vec<_>>());
    assert_eq!(intact(&fresh.store, session).await.sequence, 200);
}

async fn sessions_have_chains_of_their_own(fresh: Fresh) {
    let first = live_session(&fresh.store).await;
    let studio = store::studio::list(&fresh.store, &Default::default(), Default::default()).await.unwrap().rows[0].id;
    let mut sessions = vec![first];
    for n in 0..5 {
        let id = activity(&fresh.store, studio, &format!("第{n}场"), at("20T14:30"), at("20T16:00")).await;
        sessions.push(store::session::go_live(&fresh.store, id, None, now()).await.unwrap().id);
    }
    let mut writing = JoinSet::new();
    for n in 0..60 {
        let (store, session) = (fresh.store.clone(), sessions[n % sessions.len()]);
        writing.spawn(async move { append(&store, session, vec![event(1)]).await });
    }
    writing.join_all().await;
    for session in sessions {
        assert_eq!(intact(&fresh.store, session).await.sequence, 10);
    }
}

async fn a_batch_larger_than_a_statement_is_written_whole(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let batch: Vec<_> = (0..2_345).map(event).collect();
    assert_eq!(append(&fresh.store, session, batch.clone()).await.written, 2_345);
    assert_eq!(append(&fresh.store, session, batch).await.repeated, 2_345);
    assert_eq!(intact(&fresh.store, session).await.sequence, 2_345);
    assert_eq!(append(&fresh.store, session, Vec::new()).await.head.sequence, 2_345);
}

async fn the_chain_goes_on_after_a_restart(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    append(&fresh.store, session, vec![event(1), event(2)]).await;
    fresh.store.close().await;
    let again = Store::open(&fresh.url).await.unwrap();
    append(&again, session, vec![event(3)]).await;
    assert_eq!(intact(&again, session).await.sequence, 3);
}

async fn two_servers_on_one_database_keep_one_chain(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let other = Store::open(&fresh.url).await.unwrap();
    for n in 0..10 {
        // Each has a head in memory that the other has made old.
        append(&fresh.store, session, vec![event(n)]).await;
        append(&other, session, vec![event(n)]).await;
    }
    assert_eq!(intact(&fresh.store, session).await.sequence, 20);
}

async fn a_refused_batch_leaves_no_line(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let impossible = NewEvent { participant: Some(0), ..event(2) };
    let mut writing = JoinSet::new();
    for n in 0..20 {
        let store = fresh.store.clone();
        let batch = if n % 2 == 0 { vec![event(1), event(2)] } else { vec![event(1), impossible.clone()] };
        writing.spawn(async move { store::ledger::append(&store, session, batch).await });
    }
    let results = writing.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 10);
    assert_eq!(intact(&fresh.store, session).await.sequence, 20, "and the neighbours' chain has no gap");
}

async fn an_unknown_session_has_no_ledger(fresh: Fresh) {
    let result = store::ledger::append(&fresh.store, next_id(), vec![event(1)]).await;
    assert!(matches!(result, Err(StoreError::NotFound(Noun::Session))), "{result:?}");
}

async fn a_line_can_be_neither_changed_nor_deleted(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    append(&fresh.store, session, vec![event(1)]).await;
    let intruder = fresh.intruder().await;
    for change in ["update presence_event set detail = '{}'", "delete from presence_event"] {
        let error = StoreError::from(sqlx::query(change).execute(&intruder).await.unwrap_err());
        assert_eq!((error.code(), error.sentence().as_str()), ("presence_event_insert_only", "考勤明细只增不改。"));
    }
    assert_eq!(intact(&fresh.store, session).await.sequence, 1);
}

/// Takes away what guards the rows, as somebody who owns the database can.
async fn unguarded(fresh: &Fresh) -> AnyPool {
    let intruder = fresh.intruder().await;
    let drops: &[&str] = match fresh.store.database() {
        store::Database::Sqlite => &["drop trigger presence_event_no_update", "drop trigger presence_event_no_delete"],
        store::Database::Postgres => &["drop trigger presence_event_no_change on presence_event"],
    };
    for drop in drops {
        sqlx::query(*drop).execute(&intruder).await.unwrap();
    }
    intruder
}

async fn an_altered_line_is_found(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    append(&fresh.store, session, (0..1_500).map(event).collect()).await;
    let intruder = unguarded(&fresh).await;
    let change = "update presence_event set person = 'guest:李小红@山口小学' where sequence = 1203";
    sqlx::query(change).execute(&intruder).await.unwrap();
    let broken = store::ledger::verify(&fresh.store, session).await.unwrap().unwrap_err();
    assert_eq!(broken, Broken { sequence: 1203, fault: Fault::Altered });
    assert_eq!(broken.to_string(), "第 1203 行内容与指纹不符");
}

async fn a_line_taken_out_is_found(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    append(&fresh.store, session, (0..5).map(event).collect()).await;
    let intruder = unguarded(&fresh).await;
    sqlx::query("delete from presence_event where sequence = 3").execute(&intruder).await.unwrap();
    let broken = store::ledger::verify(&fresh.store, session).await.unwrap().unwrap_err();
    assert_eq!(broken, Broken { sequence: 3, fault: Fault::Missing });
}

/// Another Session beside that of `live_session`.
async fn another_session(store: &Store, title: &str) -> SessionId {
    let studio = store::studio::list(store, &Default::default(), Default::default()).await.unwrap().rows[0].id;
    let id = activity(store, studio, title, at("20T14:30"), at("20T16:00")).await;
    store::session::go_live(store, id, None, now()).await.unwrap().id
}

/// What `lectern ledger verify` prints, and its last sentence or complaint.
async fn audited(store: &Store, only: Option<SessionId>, kept: &KeptHeads) -> (String, Result<String, String>) {
    let mut said = Vec::new();
    let checked = audit::verify(store, only, kept, &mut said).await.unwrap();
    (String::from_utf8(said).unwrap(), checked.verdict().map_err(|error| error.to_string()))
}

async fn the_first_broken_line_of_each_session_is_named(fresh: Fresh) {
    let altered = live_session(&fresh.store).await;
    let mut sessions = vec![altered];
    for n in 0..3 {
        sessions.push(another_session(&fresh.store, &format!("第{n}场")).await);
    }
    for session in &sessions {
        append(&fresh.store, *session, (0..5).map(event).collect()).await;
    }
    let none = KeptHeads::default();
    let all = audited(&fresh.store, None, &none).await;
    assert_eq!(all, (String::new(), Ok("考勤明细完整：4 场直播，共 20 行。".into())));
    let intruder = unguarded(&fresh).await;
    for (session, change) in sessions.iter().zip([
        "update presence_event set wall_us = wall_us + 60000000 where sequence in (2, 4) and session = $1",
        "delete from presence_event where sequence in (3, 5) and session = $1",
        "update presence_event set previous_hash = hash where sequence = 4 and session = $1",
    ]) {
        sqlx::query(change).bind(session.as_str()).execute(&intruder).await.unwrap();
    }
    let (said, verdict) = audited(&fresh.store, None, &none).await;
    for (session, named) in sessions.iter().zip(["第 2 行内容与指纹不符", "第 3 行缺失", "第 4 行没有接在前一行之后"])
    {
        assert!(said.contains(&format!("直播 {session}：{named}。\n")), "{said}");
    }
    assert_eq!(said.lines().count(), 3, "{said}");
    assert_eq!(verdict, Err("3 场直播的考勤明细对不上，1 场完整，共 5 行。".into()));
    let one = audited(&fresh.store, Some(sessions[3]), &none).await;
    assert_eq!(one, (String::new(), Ok("考勤明细完整：1 场直播，共 5 行。".into())));
}

async fn a_line_that_cannot_be_read_is_named(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    append(&fresh.store, session, (0..5).map(event).collect()).await;
    let intruder = unguarded(&fresh).await;
    sqlx::query("update presence_event set id = 'nonsense' where sequence = 4").execute(&intruder).await.unwrap();
    let broken = store::ledger::verify(&fresh.store, session).await.unwrap().unwrap_err();
    assert_eq!(broken, Broken { sequence: 4, fault: Fault::Unreadable });
    sqlx::query("delete from presence_event where sequence = 2").execute(&intruder).await.unwrap();
    let broken = store::ledger::verify(&fresh.store, session).await.unwrap().unwrap_err();
    assert_eq!(broken, Broken { sequence: 2, fault: Fault::Missing }, "the first fault, not the worst");
}

async fn a_chain_cut_off_or_sealed_anew_does_not_go_through_the_kept_head(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    append(&fresh.store, session, (0..5).map(event).collect()).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("heads");
    let checked = audit::verify(&fresh.store, None, &KeptHeads::default(), &mut Vec::new()).await.unwrap();
    checked.intact.write(&file).unwrap();
    let kept = KeptHeads::read(&file).unwrap();
    append(&fresh.store, session, vec![event(6)]).await;
    assert_eq!(audited(&fresh.store, None, &kept).await.1, Ok("考勤明细完整：1 场直播，共 6 行。".into()));

    let intruder = unguarded(&fresh).await;
    sqlx::query("delete from presence_event where sequence >= 5").execute(&intruder).await.unwrap();
    intact(&fresh.store, session).await;
    let (said, verdict) = audited(&fresh.store, None, &kept).await;
    assert_eq!(said, format!("直播 {session}：第 5 行缺失。\n"), "{verdict:?}");
    verdict.unwrap_err();

    // Somebody who knows how the chain is made writes another end.
    fresh.store.close().await;
    let again = Store::open(&fresh.url).await.unwrap();
    append(&again, session, vec![event(9)]).await;
    assert_eq!(intact(&again, session).await.sequence, 5);
    let (said, _) = audited(&again, Some(session), &kept).await;
    assert_eq!(said, format!("直播 {session}：第 5 行的指纹与另存的不同。\n"));

    sqlx::query("delete from presence_event").execute(&intruder).await.unwrap();
    let (said, _) = audited(&again, None, &kept).await;
    assert_eq!(said, format!("直播 {session}：第 5 行缺失。\n"), "an empty chain holds in itself");
}

async fn an_end_that_is_gone_is_told(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let end = NewEvent { kind: PresenceKind::SessionEnded, participant: None, person: None, ..event(2) };
    append(&fresh.store, session, vec![event(1), end]).await;
    assert!(!store::ledger::lacks_its_end(&fresh.store, session).await.unwrap(), "it has not ended");
    store::session::end(&fresh.store, session, now()).await.unwrap();
    assert!(!store::ledger::lacks_its_end(&fresh.store, session).await.unwrap());
    let intruder = unguarded(&fresh).await;
    sqlx::query("delete from presence_event where sequence = 2").execute(&intruder).await.unwrap();
    let (said, verdict) = audited(&fresh.store, None, &KeptHeads::default()).await;
    assert!(said.starts_with(&format!("直播 {session}：已经结束，明细里没有结束的一行。")), "{said}");
    assert!(verdict.is_ok(), "a server that died may have left it so");
}

async fn lines_are_shown_in_words_and_as_json(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let whole = NewEvent {
        kind: PresenceKind::SessionStarted,
        participant: None,
        person: None,
        detail: "{}".into(),
        ..event(0)
    };
    let teacher: AccountId = next_id();
    let of_teacher = |kind, detail: &str| NewEvent {
        kind,
        participant: Some(2),
        person: Some(Person::Account(teacher)),
        detail: detail.into(),
        ..event(3)
    };
    let joined = of_teacher(PresenceKind::Joined, r#"{"name":"周文岚"}"#);
    let left = of_teacher(PresenceKind::Left, r#"{"cause":"asked"}"#);
    append(&fresh.store, session, vec![whole, event(1), joined, left]).await;
    let shown = async |lines| {
        let mut out = Vec::new();
        audit::show(&fresh.store, session, lines, &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    };
    let words = [
        "     1  2026-11-20T15:00:00+08:00  直播开始  {}",
        r#"     2  2026-11-20T15:00:01+08:00  在场  1 号 王小明（山口小学）  {"visible":true,"备注":"正常"}"#,
        r#"     3  2026-11-20T15:00:03+08:00  进入  2 号 周文岚  {"name":"周文岚"}"#,
        r#"     4  2026-11-20T15:00:03+08:00  离开  2 号 周文岚  {"cause":"asked"}"#,
    ];
    assert_eq!(shown(Lines::Words).await.lines().collect::<Vec<_>>(), words);
    let json = shown(Lines::Json).await;
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["sequence"], &last["kind"], &last["detail"]),
        (&4.into(), &"left".into(), &r#"{"cause":"asked"}"#.into())
    );
    assert_eq!(last["hash"].as_str().unwrap().len(), 64);
    let unknown = audit::show(&fresh.store, next_id(), Lines::Words, &mut Vec::new()).await.unwrap_err();
    assert_eq!(unknown.to_string(), "没有找到这场直播。");
}

async fn participants_are_counted_on_from_the_ledger(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    assert_eq!(store::ledger::last_participant(&fresh.store, session).await.unwrap(), 0);
    let join = |number| NewEvent { kind: PresenceKind::Joined, participant: Some(number), ..event(1) };
    append(&fresh.store, session, vec![join(1), join(3), join(2)]).await;
    assert_eq!(store::ledger::last_participant(&fresh.store, session).await.unwrap(), 3);
}
