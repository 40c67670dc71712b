//! Facts from the database: the same on both, the same for many Studios as for one, and made anew when anything changes.

use crate::held::{hold, plan};
use crate::store_database::*;
use lectern::domain::attendance::{AttendanceStatus, CorrectedDetail, Verdict};
use lectern::domain::participation::{Attended, Decided, Facts, Participation};
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::correction::NewCorrection;
use lectern::store::policy::PolicyFile;
use lectern::store::{self, Store, StoreError, attachment};

on_both! {
    facts_tell_who_was_in_which_activity,
    a_correction_a_leave_and_a_new_member_change_the_facts,
    many_studios_have_the_same_facts_as_each_alone,
    kept_facts_are_those_that_the_lines_give,
    the_last_word_about_evidence_counts_and_none_is_changed,
    every_word_about_a_level_comes_with_its_day,
    what_an_office_takes_out_does_not_count_until_it_is_taken_in_again,
    where_nobody_came_nothing_was_held,
    the_kept_scorecard_is_made_anew_only_when_something_changed,
    who_was_away_by_the_record_reviews_no_lesson,
    a_registered_policy_is_never_edited,
}

pub(crate) struct Small {
    pub(crate) studio: StudioId,
    pub(crate) host: AccountId,
    pub(crate) core: AccountId,
    pub(crate) visitor: AccountId,
}

/// A Studio with a host and a core member, and a teacher of the rural school who is in none.
pub(crate) async fn small(store: &Store) -> Small {
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let core = account(store, "linyutong", "林雨桐", places.school).await;
    let visitor = account(store, "chenxiaomei", "陈晓梅", places.school).await;
    for (account, role) in [(host, MemberRole::Host), (core, MemberRole::Core)] {
        let new = NewMembership { studio, account, role, from: day("2026-01-01"), to: None };
        begin(store, new).await.unwrap();
    }
    Small { studio, host, core, visitor }
}

pub(crate) fn is(account: AccountId) -> Person {
    Person::Account(account)
}

pub(crate) async fn facts(store: &Store, studio: StudioId) -> Facts {
    let studio = store::studio::get(store, studio).await.unwrap();
    store::fact::of_studio(store, studio).await.unwrap().facts
}

async fn attended(store: &Store, small: &Small, who: AccountId) -> Option<Attended> {
    let facts = facts(store, small.studio).await;
    let people = &facts.activities[0].people;
    people.iter().find(|one| one.person == who.to_string()).map(|one| one.attended)
}

async fn facts_tell_who_was_in_which_activity(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let guest = Person::Guest { name: "王芳".into(), school: "县实验小学".into() };
    let people = [is(small.host), is(small.visitor), guest.clone()];
    let (activity, session) = hold(store, plan(small.studio, ActivityKind::Seminar, "2026-03-19"), &people).await;
    store::activity::create(store, plan(small.studio, ActivityKind::Lecture, "2026-12-01"), now()).await.unwrap();
    let facts = facts(store, small.studio).await;
    let [held, planned] = facts.activities.as_slice() else { panic!("{facts:?}") };
    assert_eq!((held.id, held.day, held.held), (activity, day("2026-03-19"), true));
    assert_eq!((held.sessions.as_slice(), planned.held, planned.people.len()), (&[session][..], false, 0));
    let told: Vec<_> =
        held.people.iter().map(|one| (one.person.clone(), one.attended, one.minutes, one.rural)).collect();
    let mut expected = vec![
        (small.host.to_string(), Attended::Present, 60, true),
        (small.core.to_string(), Attended::Absent, 0, true),
        (small.visitor.to_string(), Attended::Present, 60, true),
        (guest.key(), Attended::Present, 60, false),
    ];
    expected.sort();
    assert_eq!(told, expected);
    let mut roles: Vec<_> = facts.members.iter().map(|one| one.role).collect();
    roles.sort();
    assert_eq!(roles, [MemberRole::Host, MemberRole::Core]);
}

async fn a_correction_a_leave_and_a_new_member_change_the_facts(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let new = plan(small.studio, ActivityKind::Seminar, "2026-03-19");
    let begins = new.planned_start;
    let (activity, session) = hold(store, new, &[is(small.host)]).await;
    assert_eq!(attended(store, &small, small.core).await, Some(Attended::Absent));
    assert_eq!(attended(store, &small, small.visitor).await, None);

    let detail = CorrectedDetail {
        verdict: Verdict { status: AttendanceStatus::Present, late: false, left_early: false },
        reason: "学校停电".into(),
        by: small.host,
        by_name: "周文澜".into(),
        appeal: None,
        attachments: Vec::new(),
    };
    let new = NewCorrection { session, people: vec![is(small.core)], detail, monotonic_us: 0 };
    store::correction::correct(store, new, now()).await.unwrap();
    assert_eq!(attended(store, &small, small.core).await, Some(Attended::Present));

    let from = day("2026-03-01");
    let role = MemberRole::Trainee;
    let new = NewMembership { studio: small.studio, account: small.visitor, role, from, to: None };
    begin(store, new).await.unwrap();
    assert_eq!(attended(store, &small, small.visitor).await, Some(Attended::Absent));

    // As granted before it began.
    let rows = fresh.intruder().await;
    for statement in [
        format!(
            "insert into leave_asked values ('aaaaaaaaaaaaaaaa', '{activity}', '{}', 1, '外出', null, {})",
            small.visitor,
            begins.micros() - 1
        ),
        format!(
            "insert into leave_decided values ('aaaaaaaaaaaaaaaa', 1, '', '{}', {})",
            small.host,
            begins.micros() - 1
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&rows).await.unwrap();
    }
    assert_eq!(attended(store, &small, small.visitor).await, Some(Attended::Excused));
}

async fn many_studios_have_the_same_facts_as_each_alone(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let region = store::studio::get(store, small.studio).await.unwrap().region;
    let other = studio(store, "赵明远小学数学名师工作室", region).await;
    hold(store, plan(small.studio, ActivityKind::Seminar, "2026-03-19"), &[is(small.host)]).await;
    hold(store, plan(other, ActivityKind::Lecture, "2026-04-02"), &[is(small.visitor), is(small.core)]).await;
    let studios = store::studio::assessed(store, Some(region)).await.unwrap();
    assert_eq!(studios.len(), 2);
    let mut together = store::fact::gather(store, studios.clone()).await.unwrap();
    store::fact::fill(store, &mut together).await.unwrap();
    for (one, studio) in together.iter().zip(studios) {
        let alone = store::fact::of_studio(store, studio).await.unwrap();
        assert_eq!((&one.facts, &one.digest), (&alone.facts, &alone.digest));
        assert_eq!(one.facts.activities.len(), 1);
    }
}

/// Facts and card of the Studio as they come from what is kept, and anew after all that is kept was thrown away.
async fn the_same_anew(fresh: &Fresh, studio: StudioId, after: &str) -> Facts {
    let (store, rows) = (&fresh.store, fresh.intruder().await);
    let told = async || {
        let studio = store::studio::get(store, studio).await.unwrap();
        let gathered = store::fact::of_studio(store, studio.clone()).await.unwrap();
        let assessed = store::scorecard::of_studio(store, studio, 2026, now().day()).await.unwrap().unwrap();
        (gathered.facts, gathered.digest, assessed.card)
    };
    let counted = async || {
        let row = sqlx::query("select count(*) from activity_fact").fetch_one(&rows).await.unwrap();
        sqlx::Row::get::<i64, _>(&row, 0)
    };
    // The first asking makes what changed; the second one reads.
    _ = told().await;
    let kept = told().await;
    assert_eq!(counted().await, i64::try_from(kept.0.activities.len()).unwrap(), "{after}");
    for table in ["activity_fact", "session_record"] {
        let statement = format!("delete from {table}");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&rows).await.unwrap();
    }
    let anew = told().await;
    assert_eq!(kept.0, anew.0, "{after}");
    assert!(kept == anew, "digest or card: {after}");
    kept.0
}

async fn kept_facts_are_those_that_the_lines_give(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let guest = Person::Guest { name: "王芳".into(), school: "县实验小学".into() };
    let all = [is(small.host), is(small.core), is(small.visitor), guest];
    let (_, session) = hold(store, plan(small.studio, ActivityKind::Seminar, "2026-03-19"), &all[..1]).await;
    hold(store, plan(small.studio, ActivityKind::Outreach, "2026-04-02"), &all).await;
    let new = NewActivity { presenters: vec![small.core], ..plan(small.studio, ActivityKind::Lecture, "2026-05-07") };
    hold(store, new, &all[1..]).await;
    let first = the_same_anew(&fresh, small.studio, "held").await;
    assert_eq!(first.activities.iter().map(|one| one.people.len()).collect::<Vec<_>>(), [2, 4, 4]);

    let detail = CorrectedDetail {
        verdict: Verdict { status: AttendanceStatus::Present, late: false, left_early: false },
        reason: "学校停电".into(),
        by: small.host,
        by_name: "周文澜".into(),
        appeal: None,
        attachments: Vec::new(),
    };
    let new = NewCorrection { session, people: vec![is(small.core)], detail, monotonic_us: 0 };
    store::correction::correct(store, new, now()).await.unwrap();
    let corrected = the_same_anew(&fresh, small.studio, "corrected").await;
    assert_ne!(corrected.activities[0], first.activities[0]);

    let role = MemberRole::Trainee;
    let new = NewMembership { studio: small.studio, account: small.visitor, role, from: day("2026-01-01"), to: None };
    begin(store, new).await.unwrap();
    let joined = the_same_anew(&fresh, small.studio, "joined").await;
    assert_eq!(joined.activities[0].people.len(), 3);

    let school = joined.members[0].workplace(day("2026-03-19")).school.unwrap();
    let town = move |old: School| NewSchool { name: old.name, region: old.region, rural: false };
    store::school::update(store, school, town, ever(small.host)).await.unwrap();
    let in_town = the_same_anew(&fresh, small.studio, "no rural school any more").await;
    let rural = |facts: &Facts| facts.activities[1].people.iter().filter(|one| one.rural).count();
    assert_eq!((rural(&joined), rural(&in_town)), (3, 0));

    let region = store::studio::get(store, small.studio).await.unwrap().region;
    let village = NewSchool { name: "青山小学".into(), region, rural: true };
    let village = store::school::create(store, village).await.unwrap().id;
    let moved = move |old| Ok(Account { school: Some(village), ..old });
    store::account::update(store, small.visitor, moved, None, ever(small.host)).await.unwrap();
    assert_eq!(rural(&the_same_anew(&fresh, small.studio, "moved").await), 1);
    let new = NewHelpedSchool { studio: small.studio, school: village, from: day("2026-02-01"), to: None };
    store::helped_school::create(store, new, small.host, now()).await.unwrap();
    set_end_of(store, small.studio, small.visitor, day("2026-03-31")).await;
    let helped = the_same_anew(&fresh, small.studio, "helped").await;
    assert_eq!(
        helped.activities.iter().map(|one| one.helped).collect::<Vec<_>>(),
        [None, Some(village), Some(village)]
    );
}

async fn set_end_of(store: &Store, studio: StudioId, account: AccountId, to: Day) {
    let all = store::membership::all_of_account(store, account).await.unwrap();
    let one = all.iter().find(|one| one.studio == studio).unwrap();
    set_end(store, one.id, Some(to)).await.unwrap();
}

async fn the_last_word_about_evidence_counts_and_none_is_changed(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let file = attachment::NewAttachment {
        digest: [7; 32],
        name: "案例.pdf".into(),
        media_type: MediaType::Pdf,
        size: 10,
        author: small.host,
    };
    let file = attachment::create(store, file, now()).await.unwrap().id;
    let new = NewEvidence {
        studio: small.studio,
        policy: "zhejiang-2019".into(),
        slot: "activity_case".into(),
        account: None,
        title: "研修活动案例".into(),
        day: day("2026-09-25"),
        attachments: vec![file],
    };
    let foreign = store::evidence::create(store, new.clone(), small.core, now()).await;
    assert!(matches!(foreign, Err(StoreError::Case(CaseRefusal::ForeignAttachment))), "{foreign:?}");
    let given = store::evidence::create(store, new, small.host, now()).await.unwrap();
    assert_eq!(given.attachments.iter().map(|one| one.id).collect::<Vec<_>>(), [file]);
    let told = async || {
        let facts = facts(store, small.studio).await;
        let [one] = facts.evidence.as_slice() else { panic!("{:?}", facts.evidence) };
        one.decisions.clone()
    };
    let decided = |what| Decided { day: now().day(), what };
    assert_eq!(told().await, []);
    let verdict = |accepted, count, reason: &str| EvidenceVerdict { accepted, count, reason: reason.into() };
    let by = Officer { account: small.visitor, tier: OfficeTier::County };
    store::evidence::decide(store, given.id, verdict(true, 2, ""), by, now()).await.unwrap();
    assert_eq!(told().await, [decided(Some(2))]);
    store::evidence::decide(store, given.id, verdict(false, 0, "重复提交"), by, now()).await.unwrap();
    assert_eq!(told().await, [decided(Some(2)), decided(None)]);
    let readers = attachment::studios(store, file).await.unwrap();
    assert_eq!(readers, [small.studio], "the Studio's keepers and their office read what proves something");
    let rows = fresh.intruder().await;
    for statement in ["update evidence set title = '别的'", "delete from evidence_decided"] {
        let refused = sqlx::query(statement).execute(&rows).await.unwrap_err();
        assert!(refused.to_string().contains("assessment_insert_only"), "{refused}");
    }
}

async fn every_word_about_a_level_comes_with_its_day(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let new = NewActivity { level: Level::City, ..plan(small.studio, ActivityKind::Lecture, "2026-03-19") };
    let (activity, _) = hold(store, new, &[is(small.host)]).await;
    let by = Officer { account: small.visitor, tier: OfficeTier::County };
    let days = [(Level::County, true, 0), (Level::City, true, 2), (Level::City, false, 5)];
    for (level, confirmed, later) in days {
        let ruling = LevelRuling { level, confirmed, reason: "看了材料".into() };
        let at = now() + std::time::Duration::from_secs(later * 86_400);
        store::ruling::level(store, activity, ruling, by, at).await.unwrap();
    }
    let facts = facts(store, small.studio).await;
    let [one] = facts.activities.as_slice() else { panic!("{facts:?}") };
    let today = now().day();
    let known = |on: i32| one.confirmed_level(today.plus(on));
    assert_eq!((one.level, known(-1)), (Level::City, None));
    assert_eq!(
        [known(0), known(1), known(2), known(4)].map(Option::unwrap),
        [Level::County, Level::County, Level::City, Level::City]
    );
    assert_eq!(known(5), None);
}

async fn what_an_office_takes_out_does_not_count_until_it_is_taken_in_again(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let (activity, _) = hold(store, plan(small.studio, ActivityKind::Seminar, "2026-03-19"), &[is(small.host)]).await;
    let studios = store::studio::assessed(store, None).await.unwrap();
    store::scorecard::refresh(store, studios.clone(), None, now()).await.unwrap();
    let by = |tier| Officer { account: small.visitor, tier };
    let rule = async |granted, tier, later: u64| {
        let at = now() + std::time::Duration::from_secs(later * 86_400);
        store::counting::rule(store, activity, (granted, "误开，没有讲课".into()), by(tier), at).await
    };
    rule(false, OfficeTier::City, 1).await.unwrap();
    assert!(rule(true, OfficeTier::County, 2).await.is_err(), "a lower office does not undo it");
    assert_eq!(store::scorecard::refresh(store, studios, None, now()).await.unwrap(), 1, "a card is made anew");
    rule(true, OfficeTier::City, 3).await.unwrap();
    let facts = facts(store, small.studio).await;
    let one = &facts.activities[0];
    let counts = [0, 1, 2, 3].map(|on: i32| one.took_place(now().day().plus(on)));
    assert_eq!(counts, [true, false, false, true]);
    // What is decided after a year counts for it, too.
    let (today, end) = (now().day(), day("2026-03-31"));
    let held = [0, 1, 3].map(|on: i32| Participation::over(&facts, end, today.plus(on)).held.len());
    assert_eq!((end < today, held), (true, [1, 0, 1]));
    let told = store::counting::of(store, activity).await.unwrap().unwrap();
    assert_eq!((told.granted, told.tier), (true, OfficeTier::City));
}

async fn where_nobody_came_nothing_was_held(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    hold(store, plan(small.studio, ActivityKind::Seminar, "2026-03-19"), &[]).await;
    hold(store, plan(small.studio, ActivityKind::Seminar, "2026-04-19"), &[is(small.visitor)]).await;
    let facts = facts(store, small.studio).await;
    assert_eq!(facts.activities.iter().map(|one| one.held).collect::<Vec<_>>(), [false, true]);
}

async fn the_kept_scorecard_is_made_anew_only_when_something_changed(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    hold(store, plan(small.studio, ActivityKind::Seminar, "2026-03-19"), &[is(small.host)]).await;
    let studios = store::studio::assessed(store, None).await.unwrap();
    let refresh = |now| store::scorecard::refresh(store, studios.clone(), None, now);
    assert_eq!(refresh(now()).await.unwrap(), 1);
    assert_eq!(refresh(now()).await.unwrap(), 0);
    let kept = store::scorecard::kept(store, &[small.studio], "zhejiang-2019", 2026).await.unwrap();
    let before = kept[&small.studio].clone();
    hold(store, plan(small.studio, ActivityKind::Seminar, "2026-04-19"), &[is(small.host)]).await;
    assert_eq!(refresh(now()).await.unwrap(), 1);
    let kept = store::scorecard::kept(store, &[small.studio], "zhejiang-2019", 2026).await.unwrap();
    assert_ne!(kept[&small.studio].summary, before.summary);
    let rules = store::policy::of_year(store, "zhejiang-2019", 2026, now().day()).unwrap();
    let standings = store::scorecard::standings(store, &rules, 2026).await.unwrap();
    assert_eq!(standings.iter().map(|one| (one.studio, one.rank)).collect::<Vec<_>>(), [(small.studio, 1)]);
    // The next day time has passed, and the other year is another card.
    assert_eq!(refresh(now() + std::time::Duration::from_secs(86_400)).await.unwrap(), 1);
    assert_eq!(store::scorecard::refresh(store, studios.clone(), Some(2025.into()), now()).await.unwrap(), 1);
}

async fn who_was_away_by_the_record_reviews_no_lesson(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let new = plan(small.studio, ActivityKind::OpenLesson, "2026-03-19");
    let (start, end) = (new.planned_start, new.planned_end);
    let activity = store::activity::create(store, new, start).await.unwrap();
    let may = async |who| store::lesson_review::may_write(store, &activity, who, start.day()).await.unwrap();
    let session = store::session::go_live(store, activity.id, None, start).await.unwrap().id;
    let line = |kind, who: Option<AccountId>, wall: Time| NewEvent {
        id: store::random_id().unwrap(),
        kind,
        participant: who.map(|_| 1),
        person: who.map(is),
        detail: "{}".into(),
        monotonic_us: wall.micros(),
        wall,
    };
    let second = start + std::time::Duration::from_secs(1);
    let lines = vec![
        line(PresenceKind::SessionStarted, None, start),
        line(PresenceKind::Joined, Some(small.core), start),
        line(PresenceKind::Left, Some(small.core), second),
    ];
    store::ledger::append(store, session, lines).await.unwrap();
    assert_eq!(
        (may(small.core).await, may(small.host).await),
        (true, false),
        "while it is live, whoever is or was in it"
    );
    store::ledger::append(store, session, vec![line(PresenceKind::SessionEnded, None, end)]).await.unwrap();
    store::session::end(store, session, end).await.unwrap();
    assert!(!may(small.core).await, "a second is no attendance");
    let new = NewMembership {
        studio: small.studio,
        account: small.visitor,
        role: MemberRole::Adviser,
        from: day("2026-01-01"),
        to: None,
    };
    assert!(!may(small.visitor).await);
    begin(store, new).await.unwrap();
    assert!(may(small.visitor).await, "an adviser needs no record");
    let whole = hold(store, plan(small.studio, ActivityKind::OpenLesson, "2026-04-02"), &[is(small.core)]).await.0;
    let whole = store::activity::get(store, whole).await.unwrap();
    assert!(store::lesson_review::may_write(store, &whole, small.core, start.day()).await.unwrap());
    let detail = CorrectedDetail {
        verdict: Verdict { status: AttendanceStatus::Present, late: false, left_early: false },
        reason: "学校停电".into(),
        by: small.host,
        by_name: "周文澜".into(),
        appeal: None,
        attachments: Vec::new(),
    };
    let new = NewCorrection { session, people: vec![is(small.core)], detail, monotonic_us: 0 };
    store::correction::correct(store, new, now()).await.unwrap();
    assert!(may(small.core).await, "a correction counts");
}

async fn a_registered_policy_is_never_edited(fresh: Fresh) {
    let store = &fresh.store;
    let policy = policy::built_in()[0].clone();
    let text = policy::built_in_files()[0].1;
    let file = |version, text: String| PolicyFile { policy: policy::Policy { version, ..policy.clone() }, text };
    let changed = store::policy::register(store, vec![file(policy.version, format!("{text}# 改过\n"))]).await;
    let error = changed.unwrap_err();
    assert_eq!(error.code(), "policy_changed");
    assert!(error.sentence().contains("新的一版"), "{}", error.sentence());
    let from = policy.effective_from;
    store::policy::register(store, vec![file(policy.version, text.to_owned())]).await.unwrap();
    let later = policy::Policy { version: 2, effective_from: day("2026-06-01"), ..policy.clone() };
    let again = format!("{text}# 第二版\n");
    store::policy::register(store, vec![PolicyFile { policy: later, text: again }]).await.unwrap();
    let version = |on| store::policy::in_force(store, &policy.key, on).unwrap().version;
    assert_eq!([version(from), version(day("2026-05-31")), version(day("2026-06-01"))], [1, 1, 2]);
    assert_eq!(version(from.plus(-1)), 1, "before the first version the first one is the nearest");
}
