//! Closings in the database: what ends with the last day of a Studio, and what goes on when that is taken back.

use crate::held::hold;
use crate::store_database::*;
use lectern::domain::*;
use lectern::store::membership::Member;
use lectern::store::studio_closing::{close, reopen, words};
use lectern::store::{self, Store, StoreError, activity, notice, session, transfer};
use sqlx::AssertSqlSafe;

on_both! {
    memberships_end_with_the_last_day_and_go_on_when_that_is_taken_back,
    what_is_planned_for_later_is_called_off_and_nothing_is_planned_any_more,
    what_is_planned_while_it_closes_is_called_off_or_refused,
    a_session_that_is_live_goes_on_and_none_begins_after_the_last_day,
    nobody_joins_or_moves_into_it,
    the_year_in_which_it_closes_is_assessed_and_none_after_it,
    a_frozen_year_stays_as_it_is,
    no_word_about_it_is_changed_or_taken_away,
}

const LAST: &str = "2026-11-30";

struct World {
    places: Places,
    studio: StudioId,
    host: AccountId,
    office: AccountId,
}

async fn world(store: &Store) -> World {
    let places = places(store).await;
    let studio = studio(store, "周文澜名师工作室", places.county).await;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let office = account(store, "songyaqin", "宋雅琴", places.school).await;
    member(store, studio, host, MemberRole::Host, "2025-01-01").await;
    World { places, studio, host, office }
}

fn officer(world: &World) -> Officer {
    Officer { account: world.office, tier: OfficeTier::Province }
}

fn closing(last_day: &str) -> NewClosing {
    NewClosing { kind: ClosingKind::Shut, last_day: day(last_day), reason: "一年没有活动".into() }
}

async fn closed(store: &Store, world: &World) -> Studio {
    close(store, world.studio, closing(LAST), officer(world), now()).await.unwrap()
}

async fn reopened(store: &Store, world: &World) -> Studio {
    reopen(store, world.studio, "整改完成".into(), officer(world), now()).await.unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T, StoreError>) -> &'static str {
    result.unwrap_err().code()
}

async fn memberships_end_with_the_last_day_and_go_on_when_that_is_taken_back(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let person = async |login: &str| account(store, login, "成员", world.places.school).await;
    let joins = async |login: &str, from: &str, to: Option<&str>| {
        let account = person(login).await;
        let new =
            NewMembership { studio: world.studio, account, role: MemberRole::Core, from: day(from), to: to.map(day) };
        begin(store, new).await.unwrap().id
    };
    let left = joins("left", "2025-01-01", Some("2026-06-30")).await;
    let leaves = joins("leaves", "2025-01-01", Some("2027-06-30")).await;
    let comes = joins("comes", "2026-12-15", None).await;
    let changed = joins("changed", "2025-01-01", None).await;
    let last_days = async || {
        let mut days = Vec::new();
        for id in [left, leaves, comes, changed] {
            days.push(store::membership::get(store, id).await.unwrap().to.map(|day| day.to_string()));
        }
        let members: Vec<Member> = store::membership::of_studio(store, world.studio).await.unwrap();
        let host = members.into_iter().find(|one| one.account.id == world.host).unwrap();
        days.push(host.membership.to.map(|day| day.to_string()));
        days
    };
    let to = |text: &str| Some(text.to_owned());
    closed(store, &world).await;
    assert_eq!(
        last_days().await,
        [to("2026-06-30"), to(LAST), to("2026-12-15"), to(LAST), to(LAST)],
        "whoever would have come later is over with their first day"
    );
    let role = async |on: &str| store::membership::role_on(store, world.studio, world.host, day(on)).await.unwrap();
    assert_eq!((role(LAST).await, role("2026-12-01").await), (Some(MemberRole::Host), None));
    let came = store::membership::get(store, comes).await.unwrap();
    let belongs = store::membership::of_account(store, came.account, day("2026-12-15")).await.unwrap();
    assert_eq!(belongs, [], "the Studio does not work any more");

    set_end(store, changed, Some(day("2026-11-25"))).await.unwrap();
    reopened(store, &world).await;
    assert_eq!(last_days().await, [to("2026-06-30"), to("2027-06-30"), None, to("2026-11-25"), None]);
    assert_eq!(role("2026-12-01").await, Some(MemberRole::Host));
    // The second closing ends, and gives back, what it finds.
    closed(store, &world).await;
    reopened(store, &world).await;
    assert_eq!(last_days().await, [to("2026-06-30"), to("2027-06-30"), None, to("2026-11-25"), None]);
    let told = words(store, world.studio).await.unwrap();
    let told: Vec<_> = told.into_iter().map(|(word, _)| (word.closes.is_some(), word.by.name)).collect();
    assert_eq!(told, [false, true, false, true].map(|closes| (closes, "宋雅琴".to_owned())));
}

async fn what_is_planned_for_later_is_called_off_and_nothing_is_planned_any_more(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let planned = |title: &str, on: &str| {
        let start = Time::parse(&format!("{on}T14:30:00+08:00")).unwrap();
        plan(world.studio, title, start, start + std::time::Duration::from_secs(3600))
    };
    let before = activity::create(store, planned("最后一课", LAST), now()).await.unwrap().id;
    let after = activity::create(store, planned("下一课", "2026-12-01"), now()).await.unwrap().id;
    let sent = notice::send(store, after, "请参加。".into(), world.host, now()).await.unwrap();
    closed(store, &world).await;
    let left = activity::get(store, before).await.unwrap();
    assert_eq!((left.state, left.cancel_reason), (ActivityState::Planned, None));
    let off = activity::get(store, after).await.unwrap();
    let why = Some("工作室停办：一年没有活动".to_owned());
    assert_eq!((off.state, off.cancel_reason), (ActivityState::Cancelled, why));
    let withdrawn = notice::get(store, sent.id).await.unwrap();
    assert_eq!(withdrawn.state(), NoticeState::Withdrawn);
    assert!(withdrawn.withdrawal.unwrap().reason.contains("工作室停办"));

    assert_eq!(code(activity::create(store, planned("再一课", "2026-12-01"), now()).await), "studio_closed");
    let moved = activity::update(store, before, |old, presenters| NewActivity {
        presenters,
        planned_start: old.planned_start + std::time::Duration::from_secs(86_400),
        planned_end: old.planned_end + std::time::Duration::from_secs(86_400),
        ..plan(old.studio, "移后", old.planned_start, old.planned_end)
    });
    assert_eq!(code(moved.await), "studio_closed");
    activity::create(store, planned("告别课", LAST), now()).await.unwrap();
    let series = NewSeries { studio: world.studio, title: "新系列".into(), theme: String::new() };
    let later = Time::parse("2026-12-01T09:00:00+08:00").unwrap();
    assert_eq!(code(store::series::create(store, series, later).await), "studio_closed");
    assert_eq!(code(notice::send(store, before, "请参加。".into(), world.host, later).await), "studio_closed");
    reopened(store, &world).await;
    assert_eq!(activity::get(store, after).await.unwrap().state, ActivityState::Cancelled, "it stays called off");
    activity::create(store, planned("再一课", "2026-12-01"), now()).await.unwrap();
}

async fn what_is_planned_while_it_closes_is_called_off_or_refused(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let start = Time::parse("2026-12-01T14:30:00+08:00").unwrap();
    let end = start + std::time::Duration::from_secs(3600);
    // Each plans one after the other, so that some come before the closing and some after it.
    let planning = (0..8).map(|_| {
        let (store, new) = (store.clone(), plan(world.studio, "一课", start, end));
        tokio::spawn(async move {
            let mut answers = Vec::new();
            for _ in 0..6 {
                answers.push(activity::create(&store, new.clone(), now()).await);
            }
            answers
        })
    });
    let planning: Vec<_> = planning.collect();
    closed(store, &world).await;
    let mut refused = 0;
    for one in planning {
        for answer in one.await.unwrap() {
            match answer {
                Ok(made) => {
                    assert_eq!(activity::get(store, made.id).await.unwrap().state, ActivityState::Cancelled);
                }
                Err(error) => {
                    assert_eq!(error.code(), "studio_closed");
                    refused += 1;
                }
            }
        }
    }
    assert_ne!(refused, 0);
}

async fn a_session_that_is_live_goes_on_and_none_begins_after_the_last_day(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let planned = async |title: &str, start: Time| {
        let new = plan(world.studio, title, start, start + std::time::Duration::from_secs(3600));
        activity::create(store, new, start).await.unwrap().id
    };
    let live = planned("正在上的课", at("20T14:30")).await;
    let live = session::go_live(store, live, None, at("20T14:30")).await.unwrap();
    let next = planned("没上的课", at("20T16:00")).await;
    let early = close(store, world.studio, closing("2026-11-19"), officer(&world), now()).await.unwrap_err();
    assert!(matches!(&early, StoreError::Invalid(invalid) if invalid.fields.contains_key("last_day")), "{early:?}");
    close(store, world.studio, closing("2026-11-20"), officer(&world), now()).await.unwrap();
    assert!(session::get(store, live.id).await.unwrap().live());
    assert_eq!(code(session::go_live(store, next, None, at("21T00:00")).await), "studio_closed");
    session::go_live(store, next, None, at("20T23:00")).await.unwrap();
    session::end(store, live.id, at("21T00:30")).await.unwrap();
}

async fn nobody_joins_or_moves_into_it(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let other = studio(store, "林雨桐名师工作室", world.places.county).await;
    let there = account(store, "chenxiaomei", "陈晓梅", world.places.school).await;
    let there = member(store, other, there, MemberRole::Trainee, "2025-01-01").await;
    let into = NewTransfer {
        membership: there.id,
        kind: TransferKind::Promoted,
        day: day("2026-11-25"),
        role: Some(MemberRole::Core),
        studio: Some(world.studio),
        reason: "晋级".into(),
        attachment: None,
    };
    let asked = transfer::ask(store, into.clone(), world.host, None, now()).await.unwrap();
    let leaver = account(store, "malin", "马琳", world.places.school).await;
    let leaver = member(store, world.studio, leaver, MemberRole::Core, "2025-01-01").await;
    let quits = |on| NewTransfer {
        membership: leaver.id,
        kind: TransferKind::Quit,
        day: day(on),
        role: None,
        studio: None,
        ..into.clone()
    };
    let quit = transfer::ask(store, quits("2026-11-25"), world.host, None, now()).await.unwrap();
    closed(store, &world).await;
    assert_eq!(
        transfer::get(store, quit.id).await.unwrap().state(),
        TransferState::Waiting,
        "leaving is still possible"
    );
    let refused = transfer::get(store, asked.id).await.unwrap();
    assert_eq!(refused.state(), TransferState::Refused);
    assert_eq!(refused.decision.unwrap().reason, "工作室停办：一年没有活动");
    assert_eq!(store::membership::get(store, there.id).await.unwrap().to, None, "and they stay where they are");
    assert_eq!(code(transfer::ask(store, into.clone(), world.host, None, now()).await), "studio_closed");

    let newcomer = account(store, "hezhiqiang", "何志强", world.places.school).await;
    let joins = |to| NewMembership {
        studio: world.studio,
        account: newcomer,
        role: MemberRole::Trainee,
        from: day("2026-09-01"),
        to,
    };
    assert_eq!(code(begin(store, joins(None)).await), "studio_closed");
    assert_eq!(code(begin(store, joins(Some(day("2026-12-01")))).await), "studio_closed");
    let was = begin(store, joins(Some(day(LAST)))).await.unwrap();
    assert_eq!(code(set_end(store, was.id, None).await), "studio_closed", "put right up to the last day only");
    let (mentee, to) = ("王芳".to_owned(), None);
    let guides = |from| NewMentor {
        studio: world.studio,
        mentor: world.host,
        mentee_account: None,
        mentee: mentee.clone(),
        from,
        to,
    };
    assert_eq!(code(store::mentor::create(store, guides(day("2026-12-01")), world.host, now()).await), "studio_closed");
    store::mentor::create(store, guides(day(LAST)), world.host, now()).await.unwrap();
    let moved = store::studio_tier::move_to(store, world.studio, (Tier::City, "降级".into()), world.office, now());
    assert_eq!(code(moved.await), "studio_closed");
    reopened(store, &world).await;
    transfer::ask(store, into, world.host, None, now()).await.unwrap();
}

async fn the_year_in_which_it_closes_is_assessed_and_none_after_it(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let rules = |year| store::policy::of_year(store, "zhejiang-2019", year, day("2027-01-05")).unwrap();
    let host = presence::Person::Account(world.host);
    let held = crate::held::plan(world.studio, ActivityKind::Seminar, "2026-03-19");
    hold(store, held, &[host]).await;
    let later = Time::parse("2027-01-05T12:00:00+08:00").unwrap();
    let refresh = async |year: i32| {
        let studios = store::studio::assessed(store, None).await.unwrap();
        store::scorecard::refresh(store, studios, Some(year.into()), later).await.unwrap()
    };
    assert_eq!((refresh(2026).await, refresh(2027).await), (1, 1));
    assert_eq!((refresh(2026).await, refresh(2027).await), (0, 0));
    let ranked = async |year| store::scorecard::standings(store, &rules(year), year).await.unwrap().len();
    let settled = async |year| {
        let sorted = store::year_end::sorted(store, world.places.province, &rules(year), year).await.unwrap();
        sorted.taken_in.len() + sorted.left_out.len()
    };
    let counted = async |on: &str| {
        let count = store::capacity::of_region(store, world.places.province, &rules(2026), day(on)).await.unwrap();
        count.studios.len()
    };
    assert_eq!((ranked(2026).await, ranked(2027).await), (1, 1));
    assert_eq!((settled(2026).await, settled(2027).await), (1, 1));
    closed(store, &world).await;
    assert_eq!((ranked(2026).await, ranked(2027).await), (1, 0));
    assert_eq!((settled(2026).await, settled(2027).await), (1, 0));
    assert_eq!((counted(LAST).await, counted("2026-12-01").await), (1, 0));
    assert_eq!(refresh(2026).await, 1, "it follows from the last day, too");
    assert_eq!(refresh(2027).await, 0);
    let hosts = store::membership::hosts_of(store, &[world.studio], later.day()).await.unwrap();
    assert_eq!(hosts[&world.studio], ["周文澜"], "those of its last day");
    let of_year = async |year| {
        let filter = store::studio::StudioFilter { works_on: Some(day(year)), ..Default::default() };
        store::studio::list(store, &filter, store::Page::default()).await.unwrap().total
    };
    assert_eq!((of_year(LAST).await, of_year("2026-12-01").await), (1, 0));
    reopened(store, &world).await;
    assert_eq!((ranked(2027).await, settled(2027).await, counted("2026-12-01").await), (1, 1, 1));
}

async fn a_frozen_year_stays_as_it_is(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let on = |text: &str| Time::parse(&format!("{text}T12:00:00+08:00")).unwrap();
    let new = store::year_end::NewYearEnd {
        region: world.places.province,
        policy: "zhejiang-2019".into(),
        scope: policy::AssessmentScope::Year,
        year: 2026,
        reason: String::new(),
    };
    store::year_end::freeze(store, new, world.office, on("2027-01-05")).await.unwrap();
    let close_after =
        async |last_day| close(store, world.studio, closing(last_day), officer(&world), on("2027-01-20")).await;
    let within = close_after("2026-12-30").await.unwrap_err();
    assert!(matches!(&within, StoreError::Invalid(invalid) if invalid.fields.contains_key("last_day")), "{within:?}");
    close_after("2026-12-31").await.unwrap();
    let year_end = &store::year_end::of_region(store, world.places.province).await.unwrap()[0];
    let rules = year_end.rules(store).unwrap();
    let people = store::year_end::roster(store, year_end, &rules, world.studio).await.unwrap();
    assert!(people.contains_key(&world.host));
}

async fn no_word_about_it_is_changed_or_taken_away(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    assert_eq!(code(reopen(store, world.studio, "没有停".into(), officer(&world), now()).await), "studio_not_closed");
    closed(store, &world).await;
    let again = close(store, world.studio, closing("2026-12-31"), officer(&world), now()).await;
    assert_eq!(code(again), "studio_already_closed");
    let lower = Officer { tier: OfficeTier::County, ..officer(&world) };
    assert_eq!(code(reopen(store, world.studio, "恢复".into(), lower, now()).await), "decided_above");
    let rows = fresh.intruder().await;
    for (table, column) in [("studio_closing", "reason"), ("studio_closing_member", "studio")] {
        for statement in [format!("update {table} set {column} = 'x'"), format!("delete from {table}")] {
            let refused = sqlx::query(AssertSqlSafe(statement)).execute(&rows).await.unwrap_err();
            assert!(refused.to_string().contains("assessment_insert_only"), "{refused}");
        }
    }
}
