//! Leaves, appeals and corrections in the database: words that stand, and lines that the ledger's chain goes through.

use crate::store_database::*;
use lectern::domain::attendance::{AttendanceRecord, AttendanceStatus, CorrectedDetail, Verdict};
use lectern::domain::case::CaseState;
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::appeal::{AppealDecision, NewAppeal};
use lectern::store::attachment::NewAttachment;
use lectern::store::correction::NewCorrection;
use lectern::store::leave::NewLeave;
use lectern::store::photo::NewPhoto;
use lectern::store::{self, Page, Store, StoreError};
use std::time::Duration;

on_both! {
    a_leave_excuses_from_its_granting_to_its_withdrawal,
    two_leaves_asked_for_at_once_are_one,
    a_granted_appeal_is_a_line_of_the_chain,
    a_refused_appeal_changes_nothing_and_may_be_followed_by_another,
    one_reason_corrects_several_people_or_nobody,
    corrections_and_other_lines_share_one_chain,
    no_word_of_a_case_is_changed_or_taken_away,
    a_file_of_somebody_else_is_no_proof_of_mine,
    sixty_files_a_day_are_enough,
}

const PRESENT: Verdict = Verdict { status: AttendanceStatus::Present, late: false, left_early: false };

async fn people(store: &Store) -> (AccountId, AccountId) {
    let school = store::school::list(store, &Default::default(), Page::default()).await.unwrap().rows[0].id;
    (account(store, "chenxiaomei", "陈晓梅", school).await, account(store, "wangmin", "王敏", school).await)
}

/// An Activity that begins at 16:00, an hour from `now`.
async fn planned(store: &Store) -> ActivityId {
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    activity(store, studio, "习作单元整体教学", at("20T16:00"), at("20T17:30")).await
}

async fn ended_session(store: &Store) -> SessionId {
    let session = live_session(store).await;
    let kinds = [(PresenceKind::SessionStarted, at("20T14:30")), (PresenceKind::SessionEnded, at("20T15:30"))];
    let lines = kinds.map(|(kind, wall)| line(kind, None, wall));
    store::ledger::append(store, session, lines.into()).await.unwrap();
    store::session::end(store, session, at("20T15:30")).await.unwrap();
    session
}

fn line(kind: PresenceKind, person: Option<Person>, wall: Time) -> NewEvent {
    let participant = person.is_some().then_some(1);
    NewEvent { id: next_id(), kind, participant, person, detail: "{}".into(), monotonic_us: wall.micros(), wall }
}

async fn records(store: &Store, session: SessionId) -> Vec<AttendanceRecord> {
    let all = store::attendance::of_session(store, session).await.unwrap().1;
    all.into_iter().map(|one| one.record).collect()
}

fn code<T: std::fmt::Debug>(result: Result<T, StoreError>) -> &'static str {
    result.unwrap_err().code()
}

fn asking(activity: ActivityId, account: AccountId) -> NewLeave {
    NewLeave { activity, account, reason: " 参加县教研会 ".into(), attachment: None }
}

fn appealing(session: SessionId, account: AccountId) -> NewAppeal {
    NewAppeal { session, account, reason: "教室停电，用手机听完。".into(), attachment: None }
}

fn saying(verdict: Option<Verdict>, by: AccountId) -> AppealDecision {
    let reason = if verdict.is_some() { "" } else { "没有听课记录" };
    AppealDecision { verdict, reason: reason.into(), by, by_name: "王敏".into(), monotonic_us: 7 }
}

async fn a_leave_excuses_from_its_granting_to_its_withdrawal(fresh: Fresh) {
    let store = &fresh.store;
    let activity = planned(store).await;
    let (me, host) = people(store).await;
    let studio = store::activity::get(store, activity).await.unwrap().studio;
    member(store, studio, me, MemberRole::Core, "2026-01-01").await;
    let leave = store::leave::ask(store, asking(activity, me), now()).await.unwrap();
    assert_eq!((leave.reason.as_str(), leave.state()), ("参加县教研会", CaseState::Open));
    assert_eq!(code(store::leave::ask(store, asking(activity, me), now()).await), "leave_taken");
    assert_eq!(code(store::leave::decide(store, leave.id, (false, " ".into()), host, now()).await), "invalid");
    let decided = store::leave::decide(store, leave.id, (true, String::new()), host, now()).await.unwrap();
    let decision = decided.decision.clone().unwrap();
    assert_eq!((decided.state(), decision.by_name.as_str()), (CaseState::Granted, "王敏"));
    assert_eq!(code(store::leave::decide(store, leave.id, (true, String::new()), host, now()).await), "case_decided");

    // Without a line of theirs the excused are on the record, and in their own list.
    let session = store::session::go_live(store, activity, None, at("20T16:00")).await.unwrap().id;
    store::session::end(store, session, at("20T17:00")).await.unwrap();
    let told: Vec<_> = records(store, session).await.into_iter().map(|one| (one.status, one.reason)).collect();
    assert_eq!(told, [(AttendanceStatus::Excused, "请假已批准：参加县教研会。".to_owned())]);
    let mine = store::attendance::of_account(store, me, now(), Page::default()).await.unwrap();
    assert_eq!((mine.total, mine.rows[0].record.status), (1, AttendanceStatus::Excused));
    let late = store::leave::withdraw(store, leave.id, at("20T16:00")).await;
    assert_eq!(code(late), "withdrawal_too_late");

    // Given back in time it excuses nobody.
    let next = crate::store_database::activity(store, studio, "第二课", at("21T14:00"), at("21T15:00")).await;
    let leave = store::leave::ask(store, asking(next, me), now()).await.unwrap();
    store::leave::decide(store, leave.id, (true, String::new()), host, now()).await.unwrap();
    let back = store::leave::withdraw(store, leave.id, now()).await.unwrap();
    assert_eq!(back.state(), CaseState::Withdrawn);
    let session = store::session::go_live(store, next, None, at("21T14:00")).await.unwrap().id;
    store::session::end(store, session, at("21T15:00")).await.unwrap();
    assert_eq!(records(store, session).await[0].status, AttendanceStatus::Absent);
    assert_eq!(code(store::leave::ask(store, asking(next, me), now()).await), "leave_too_late", "it has begun");
}

async fn two_leaves_asked_for_at_once_are_one(fresh: Fresh) {
    let store = &fresh.store;
    let activity = planned(store).await;
    let (me, _) = people(store).await;
    let ask = || store::leave::ask(store, asking(activity, me), now());
    let answers: [Result<Leave, StoreError>; 3] = tokio::join!(ask(), ask(), ask()).into();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert_eq!(store::leave::of_activity(store, activity).await.unwrap().len(), 1);
}

async fn a_granted_appeal_is_a_line_of_the_chain(fresh: Fresh) {
    let store = &fresh.store;
    let session = ended_session(store).await;
    let (me, host) = people(store).await;
    let appeal = store::appeal::ask(store, appealing(session, me), now()).await.unwrap();
    assert_eq!(code(store::appeal::ask(store, appealing(session, me), now()).await), "appeal_taken");
    assert_eq!(records(store, session).await, [], "asking changes nothing");
    let unknown = Verdict { status: AttendanceStatus::Unknown, ..PRESENT };
    assert_eq!(code(store::appeal::decide(store, appeal.id, saying(Some(unknown), host), now()).await), "invalid");

    let decided = store::appeal::decide(store, appeal.id, saying(Some(PRESENT), host), at("21T10:20")).await.unwrap();
    assert_eq!(decided.decision.unwrap().verdict, Some(PRESENT));
    let record = &records(store, session).await[0];
    assert_eq!(
        (record.person.as_str(), record.status, record.seen),
        (me.as_str(), AttendanceStatus::Present, Duration::ZERO)
    );
    assert_eq!(record.reason, "王敏于 11月21日 10:20 更正为出席：同意本人的说明：教室停电，用手机听完。");
    let head = store::ledger::verify(store, session).await.unwrap().unwrap();
    assert_eq!(head.sequence, 3);
    assert!(!store::ledger::lacks_its_end(store, session).await.unwrap(), "a correction is no end that was cut off");
    let again = store::appeal::decide(store, appeal.id, saying(None, host), now()).await;
    assert_eq!(code(again), "case_decided");
    assert_eq!(store::ledger::head(store, session).await.unwrap(), head, "nothing was written for it");
}

async fn a_refused_appeal_changes_nothing_and_may_be_followed_by_another(fresh: Fresh) {
    let store = &fresh.store;
    let session = ended_session(store).await;
    let (me, host) = people(store).await;
    let appeal = store::appeal::ask(store, appealing(session, me), now()).await.unwrap();
    store::appeal::decide(store, appeal.id, saying(None, host), now()).await.unwrap();
    assert_eq!(records(store, session).await, []);
    store::appeal::ask(store, appealing(session, me), now()).await.unwrap();
    let states: Vec<_> = store::appeal::of_session(store, session).await.unwrap().iter().map(Appeal::state).collect();
    assert_eq!(states, [CaseState::Refused, CaseState::Open]);
    let late = at("20T15:30") + Duration::from_secs(31 * 86_400);
    assert_eq!(code(store::appeal::ask(store, appealing(session, host), late).await), "appeal_too_late");
    let live = store::appeal::ask(store, appealing(live_beside(store).await, me), now()).await;
    assert_eq!(code(live), "session_still_live");
}

async fn live_beside(store: &Store) -> SessionId {
    let studio = store::studio::list(store, &Default::default(), Page::default()).await.unwrap().rows[0].id;
    let id = activity(store, studio, "另一课", at("20T14:30"), at("20T16:00")).await;
    store::session::go_live(store, id, None, now()).await.unwrap().id
}

fn correcting(session: SessionId, people: Vec<Person>, by: AccountId) -> NewCorrection {
    let reason = "停电，全校用一台电脑看".to_owned();
    let detail =
        CorrectedDetail { verdict: PRESENT, reason, by, by_name: "王敏".into(), appeal: None, attachments: vec![] };
    NewCorrection { session, people, detail, monotonic_us: 9 }
}

fn guest(name: &str) -> Person {
    Person::Guest { name: name.into(), school: "山口小学".into() }
}

async fn one_reason_corrects_several_people_or_nobody(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let (me, host) = people(store).await;
    let came = line(PresenceKind::Joined, Some(guest("李小红")), at("20T14:31"));
    store::ledger::append(store, session, vec![came]).await.unwrap();
    let both = vec![Person::Account(me), guest("李小红"), Person::Account(me)];
    let correct = |people| store::correction::correct(store, correcting(session, people, host), now());
    assert_eq!(code(correct(both.clone()).await), "correction_too_early");
    store::session::end(store, session, at("20T15:30")).await.unwrap();

    let with_a_stranger = vec![Person::Account(me), guest("没来的人")];
    assert_eq!(code(correct(with_a_stranger).await), "no_such_person");
    assert_eq!(code(correct(vec![]).await), "no_such_person");
    assert_eq!(code(correct(vec![Person::Account(next_id())]).await), "no_such_person");
    assert_eq!(store::ledger::head(store, session).await.unwrap().sequence, 1, "all or nobody");

    correct(both).await.unwrap();
    let told: Vec<_> = records(store, session).await.into_iter().map(|one| (one.status, one.correction)).collect();
    assert_eq!(told.len(), 2, "who is named twice is corrected once");
    for (status, correction) in told {
        assert_eq!(
            (status, correction.unwrap().reason.as_str()),
            (AttendanceStatus::Present, "停电，全校用一台电脑看")
        );
    }
}

async fn corrections_and_other_lines_share_one_chain(fresh: Fresh) {
    let store = &fresh.store;
    let session = ended_session(store).await;
    let (me, host) = people(store).await;
    let late = || async {
        let event = line(PresenceKind::Headcount, None, now());
        store::ledger::append(store, session, vec![event]).await.map(drop)
    };
    let correct = || store::correction::correct(store, correcting(session, vec![Person::Account(me)], host), now());
    // The scribe remembers where the chain ended; what came behind its back must not break it, nor the other way round.
    for _ in 0..5 {
        let (one, two, three, four) = tokio::join!(late(), correct(), late(), correct());
        for answer in [one, two, three, four] {
            answer.unwrap();
        }
    }
    assert_eq!(store::ledger::verify(store, session).await.unwrap().unwrap().sequence, 22);
}

async fn no_word_of_a_case_is_changed_or_taken_away(fresh: Fresh) {
    let store = &fresh.store;
    let session = ended_session(store).await;
    let (me, host) = people(store).await;
    let studio = store::studio::list(store, &Default::default(), Page::default()).await.unwrap().rows[0].id;
    let next = activity(store, studio, "第二课", at("21T14:00"), at("21T15:00")).await;
    let leave = store::leave::ask(store, asking(next, me), now()).await.unwrap();
    store::leave::decide(store, leave.id, (true, String::new()), host, now()).await.unwrap();
    store::leave::withdraw(store, leave.id, now()).await.unwrap();
    let appeal = store::appeal::ask(store, appealing(session, me), now()).await.unwrap();
    store::appeal::decide(store, appeal.id, saying(Some(PRESENT), host), now()).await.unwrap();
    let attachment = file(store, host, 1).await.unwrap().id;
    let photo = NewPhoto { session, attachment, note: "现场".into(), by: host };
    store::photo::add(store, photo, now()).await.unwrap();
    let intruder = fresh.intruder().await;
    for change in [
        "update leave_asked set reason = ''",
        "delete from leave_asked",
        "update leave_decided set granted = 0",
        "delete from leave_decided",
        "delete from leave_withdrawn",
        "update appeal set reason = ''",
        "delete from appeal",
        "update appeal_decided set reason = ''",
        "delete from appeal_decided",
        "update attachment set name = ''",
        "delete from attachment",
        "delete from attachment_use",
        "update photo set note = ''",
        "delete from photo",
    ] {
        let error = StoreError::from(sqlx::query(change).execute(&intruder).await.unwrap_err());
        assert_eq!(error.code(), "case_insert_only", "{change}");
    }
}

async fn file(store: &Store, author: AccountId, n: u8) -> Result<Attachment, StoreError> {
    let media_type = MediaType::Png;
    let new = NewAttachment { digest: [n; 32], name: "签到表.png".into(), media_type, size: 100, author };
    store::attachment::create(store, new, now()).await
}

async fn a_file_of_somebody_else_is_no_proof_of_mine(fresh: Fresh) {
    let store = &fresh.store;
    let activity = planned(store).await;
    let (me, host) = people(store).await;
    let theirs = file(store, host, 1).await.unwrap();
    let mine = file(store, me, 2).await.unwrap();
    let with = |attachment| NewLeave { attachment: Some(attachment), ..asking(activity, me) };
    assert_eq!(code(store::leave::ask(store, with(theirs.id), now()).await), "attachment_not_yours");
    assert_eq!(code(store::leave::ask(store, with(next_id()), now()).await), "not_found");
    assert_eq!(store::attachment::studios(store, mine.id).await.unwrap(), []);
    let leave = store::leave::ask(store, with(mine.id), now()).await.unwrap();
    assert_eq!(leave.attachment, Some(mine.id));
    let studio = store::activity::get(store, activity).await.unwrap().studio;
    assert_eq!(store::attachment::studios(store, mine.id).await.unwrap(), [studio]);
    assert_eq!(store::attachment::get(store, mine.id).await.unwrap(), mine);
}

async fn sixty_files_a_day_are_enough(fresh: Fresh) {
    let store = &fresh.store;
    places(store).await;
    let (me, other) = people(store).await;
    for n in 0..60 {
        file(store, me, n).await.unwrap();
    }
    assert_eq!(code(file(store, me, 60).await), "too_many_attachments");
    assert!(file(store, other, 60).await.is_ok());
    let tomorrow = now() + Duration::from_secs(86_400);
    assert!(store::attachment::may_create(store, me, tomorrow).await.is_ok());
}
