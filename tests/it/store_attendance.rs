//! Attendance from the lines in the database: the same records on both databases, and on either way to them.

use crate::store_database::*;
use PresenceKind::{CheckInClosed, CheckInOpened, Checkpoint, Joined, Left, Lost, SessionEnded, SessionStarted};
use lectern::domain::attendance::{
    AttendanceParameters, AttendanceRecord, AttendanceStatus, CheckpointDetail, GapKind, Timetable, records,
};
use lectern::domain::presence::{Head, NewEvent, Person, PresenceEvent, PresenceKind};
use lectern::domain::*;
use lectern::store::{self, Page, Store};

on_both! {
    my_attendance_is_what_was_proven,
    a_session_shows_everybody_who_was_there,
    who_was_expected_and_missed_it_is_told,
    records_are_the_same_on_every_database,
    a_seat_earns_the_same_by_either_way_to_its_lines,
}

/// One line of a story; a checkpoint says for how many minutes all was well, a check-in asks its person.
type Line = (PresenceKind, u32, Option<Person>, Time, u64);

fn event(&(kind, participant, ref person, wall, minutes): &Line) -> NewEvent {
    let ms = minutes * 60_000;
    let checkpoint =
        CheckpointDetail { media_ms: Some(ms), visible_ms: ms, sound_ms: ms, ..CheckpointDetail::default() };
    let detail = match kind {
        Checkpoint => serde_json::to_string(&checkpoint).unwrap(),
        Joined => r#"{"device":"one of the school's"}"#.to_owned(),
        CheckInOpened => {
            let asked: Vec<String> = person.iter().map(Person::key).collect();
            format!(r#"{{"number":1,"purpose":"roll","expected":{asked:?}}}"#)
        }
        CheckInClosed => r#"{"number":1,"cause":"time"}"#.to_owned(),
        _ => "{}".to_owned(),
    };
    NewEvent {
        id: next_id(),
        kind,
        participant: (participant > 0).then_some(participant),
        person: person.clone().filter(|_| kind != CheckInOpened),
        detail,
        monotonic_us: wall.micros(),
        wall,
    }
}

fn guest(name: &str) -> Option<Person> {
    Some(Person::Guest { name: name.into(), school: "山口小学".into() })
}

async fn teacher(store: &Store) -> AccountId {
    let school = store::school::list(store, &Default::default(), Page::default()).await.unwrap().rows[0].id;
    account(store, "chenxiaomei", "陈晓梅", school).await
}

fn story(me: AccountId) -> Vec<Line> {
    let me = || Some(Person::Account(me));
    vec![
        (SessionStarted, 0, None, at("20T14:30"), 0),
        (Joined, 1, guest("王小明"), at("20T14:31"), 0),
        (Joined, 2, me(), at("20T14:34"), 0),
        (Checkpoint, 1, guest("王小明"), at("20T14:50"), 0),
        (CheckInOpened, 0, me(), at("20T14:50"), 0),
        (CheckInClosed, 0, None, at("20T14:51"), 0),
        (Checkpoint, 2, me(), at("20T14:52"), 18),
        (Lost, 2, me(), at("20T14:52"), 0),
        (Joined, 3, me(), at("20T15:20"), 0),
        (Checkpoint, 3, me(), at("20T15:29"), 9),
        (SessionEnded, 0, None, at("20T15:29"), 0),
    ]
}

async fn tell(store: &Store, session: SessionId, lines: &[Line]) -> Vec<PresenceEvent> {
    let events: Vec<NewEvent> = lines.iter().map(event).collect();
    store::ledger::append(store, session, events.clone()).await.unwrap();
    let mut head = Head::START;
    let sealed = events.into_iter().map(|event| {
        let event = PresenceEvent::seal(session, head, event);
        head = event.head();
        event
    });
    sealed.collect()
}

async fn mine(store: &Store, account: AccountId) -> Vec<AttendanceRecord> {
    let rows = store::attendance::of_account(store, account, now(), Page::default()).await.unwrap();
    assert_eq!(usize::try_from(rows.total).unwrap(), rows.rows.len());
    rows.rows.into_iter().map(|row| row.record).collect()
}

async fn my_attendance_is_what_was_proven(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let me = teacher(store).await;
    tell(store, session, &story(me)).await;
    store::session::end(store, session, at("20T15:29")).await.unwrap();
    let record = &mine(store, me).await[0];
    let spans: Vec<_> = record.intervals.iter().map(|i| (i.from, i.to)).collect();
    assert_eq!(spans, [(at("20T14:34"), at("20T14:52")), (at("20T15:20"), at("20T15:29"))]);
    assert_eq!((record.minutes(), record.open, record.status), (27, false, AttendanceStatus::Unknown));
    assert_eq!(record.gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [GapKind::Lost]);
    assert_eq!(
        record.reason,
        "已确认看了 27 分钟，出席要 30 分钟，还差 3 分钟。另有 28 分钟线路中断，服务器没有收到记录。不按缺席算，等待核对。签到 0 / 1。"
    );
    let school = store::school::list(store, &Default::default(), Page::default()).await.unwrap().rows[0].id;
    let stranger = account(store, "zhengxiaoyun", "郑小云", school).await;
    assert!(mine(store, stranger).await.is_empty());
}

async fn a_session_shows_everybody_who_was_there(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let me = teacher(store).await;
    let person = Some(Person::Account(me));
    let lines = [
        (Joined, 1, person.clone(), at("20T14:30"), 0),
        (Joined, 2, guest("王小明"), at("20T14:30"), 0),
        (Joined, 3, None, at("20T14:30"), 0),
        (Checkpoint, 1, person.clone(), at("20T15:30"), 60),
        (Left, 1, person, at("20T15:30"), 0),
        (Checkpoint, 2, guest("王小明"), at("20T14:45"), 15),
    ];
    tell(store, session, &lines).await;
    let there = store::attendance::of_session(store, session).await.unwrap().1;
    let told: Vec<_> = there
        .iter()
        .map(|one| {
            let rural = one.school.as_ref().is_some_and(|school| school.rural);
            (one.name.as_str(), one.record.minutes(), one.record.open, rural, one.shares_device)
        })
        .collect();
    assert_eq!(told, [("王小明", 15, true, false, true), ("陈晓梅", 60, false, true, true)]);
}

async fn who_was_expected_and_missed_it_is_told(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let person = async |login: &str| account(store, login, login, places.school).await;
    let (core, presenter, follower, former) =
        (person("core").await, person("presenter").await, person("follower").await, person("former").await);
    member(store, studio, core, MemberRole::Core, "2026-11-20").await;
    member(store, studio, follower, MemberRole::Follower, "2026-01-01").await;
    let left = member(store, studio, former, MemberRole::Core, "2026-01-01").await;
    set_end(store, left.id, Some(day("2026-11-19"))).await.unwrap();
    let mut plan = plan(studio, "习作单元整体教学", at("20T14:30"), at("20T16:00"));
    plan.presenters = vec![presenter];
    let activity = store::activity::create(store, plan, now()).await.unwrap().id;
    let session = store::session::go_live(store, activity, None, at("20T14:30")).await.unwrap().id;
    assert!(mine(store, core).await.is_empty(), "while it goes on there is nothing to miss");
    store::session::end(store, session, at("20T16:00")).await.unwrap();
    let all = store::attendance::of_session(store, session).await.unwrap().1;
    let told: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.record.status)).collect();
    assert_eq!(told, [("core", AttendanceStatus::Absent), ("presenter", AttendanceStatus::Absent)]);
    for (account, reason) in
        [(core, Some("没有看课的记录。")), (presenter, Some("没有看课的记录。")), (follower, None), (former, None)]
    {
        let records = mine(store, account).await;
        assert_eq!(records.first().map(|record| record.reason.as_str()), reason);
    }
}

async fn records_are_the_same_on_every_database(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let me = teacher(store).await;
    let sealed = tell(store, session, &story(me)).await;
    let timetable = Timetable {
        started_at: at("20T14:30"),
        ended_at: None,
        planned_start: at("20T14:30"),
        planned_end: at("20T16:00"),
    };
    let expected = records(&sealed, &timetable, &AttendanceParameters::default(), &[], &[]);
    let mut all: Vec<_> =
        store::attendance::of_session(store, session).await.unwrap().1.into_iter().map(|one| one.record).collect();
    all.sort_by(|one, other| one.person.cmp(&other.person));
    assert_eq!(all, expected);
    let alone: Vec<_> = expected.into_iter().filter(|record| record.person == me.to_string()).collect();
    assert_eq!(mine(store, me).await, alone, "also from one person's lines");
}

async fn a_seat_earns_the_same_by_either_way_to_its_lines(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let me = teacher(store).await;
    let room = Person::Classroom(next_id());
    let line = |kind, person: Option<Person>, participant: Option<u32>, wall: Time, detail: &str| NewEvent {
        id: next_id(),
        kind,
        participant,
        person,
        detail: detail.replace("ROOM", &room.key()),
        monotonic_us: wall.micros(),
        wall,
    };
    let watched = |minutes: u64| {
        let ms = minutes * 60_000;
        format!("{{\"media_ms\":{ms},\"visible_ms\":{ms},\"sound_ms\":{ms}}}")
    };
    let device = || Some(room.clone());
    let person = || Some(Person::Account(me));
    let lines = vec![
        line(SessionStarted, None, None, at("20T14:30"), "{}"),
        line(Joined, device(), Some(1), at("20T14:30"), "{}"),
        line(PresenceKind::Seated, person(), None, at("20T14:40"), r#"{"place":"ROOM"}"#),
        line(PresenceKind::Headcount, None, None, at("20T14:41"), r#"{"place":"ROOM","count":12}"#),
        line(Checkpoint, device(), Some(1), at("20T15:10"), &watched(40)),
        line(PresenceKind::Unseated, person(), None, at("20T15:05"), r#"{"place":"ROOM","cause":"asked"}"#),
        line(Left, device(), Some(1), at("20T15:10"), "{}"),
        line(SessionEnded, None, None, at("20T15:29"), "{}"),
    ];
    store::ledger::append(store, session, lines).await.unwrap();
    store::session::end(store, session, at("20T15:29")).await.unwrap();
    let all = store::attendance::of_session(store, session).await.unwrap().1;
    let [attendee] = &all[..] else { panic!("the Classroom is nobody: {all:?}") };
    assert_eq!((attendee.name.as_str(), attendee.record.minutes()), ("陈晓梅", 25));
    assert_eq!(mine(store, me).await, std::slice::from_ref(&attendee.record));
}
