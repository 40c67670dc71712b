//! Where people teach and which Schools are rural, by day: in Facts, in reports and in lists.

use crate::held::{hold, plan};
use crate::store_database::*;
use crate::store_facts::{Small, facts, is, small};
use crate::store_roster::known;
use lectern::domain::presence::Person;
use lectern::domain::roster::{AccountFill, Step};
use lectern::domain::*;
use lectern::store::{self, Store, StoreError};

on_both! {
    who_moves_is_of_the_school_of_each_day,
    a_day_of_a_move_is_put_right,
    a_move_is_of_days_that_have_come_and_stands,
    a_member_is_of_the_school_of_each_day,
    a_school_becomes_rural_on_a_day,
    reports_and_lists_tell_the_school_of_the_day,
    a_roster_sheet_moves_people_from_its_own_day_on,
    a_helped_school_says_whether_it_is_rural,
    a_school_that_changes_makes_the_kept_scorecard_anew,
    a_guest_who_names_the_helped_school_is_of_it,
}

async fn school(store: &Store, small: &Small, name: &str, rural: bool) -> SchoolId {
    let region = store::studio::get(store, small.studio).await.unwrap().region;
    store::school::create(store, NewSchool { name: name.into(), region, rural }).await.unwrap().id
}

async fn to(store: &Store, who: AccountId, school: SchoolId, since: Since) -> Result<(), StoreError> {
    store::account::update(store, who, move |old| Ok(Account { school: Some(school), ..old }), None, since).await
}

fn from(by: AccountId, named: &str) -> Since {
    Since { day: Some(day(named)), ..since(by) }
}

/// Whether the visitor, who was in each Activity, counted as somebody of a rural School.
async fn rural(store: &Store, small: &Small) -> Vec<bool> {
    let facts = facts(store, small.studio).await;
    let of = |one: &participation::ActivityFact| {
        one.people.iter().any(|one| one.person == small.visitor.to_string() && one.rural)
    };
    facts.activities.iter().map(of).collect()
}

async fn spring_and_summer(store: &Store) -> (Small, [SessionId; 2]) {
    let small = small(store).await;
    let people = [is(small.host), is(small.visitor)];
    let (_, spring) = hold(store, plan(small.studio, ActivityKind::Seminar, "2026-03-19"), &people).await;
    let (_, summer) = hold(store, plan(small.studio, ActivityKind::Seminar, "2026-06-01"), &people).await;
    (small, [spring, summer])
}

async fn who_moves_is_of_the_school_of_each_day(fresh: Fresh) {
    let store = &fresh.store;
    let (small, _) = spring_and_summer(store).await;
    assert_eq!(rural(store, &small).await, [true, true]);
    let town = school(store, &small, "县城小学", false).await;
    to(store, small.visitor, town, from(small.host, "2026-06-01")).await.unwrap();
    assert_eq!(rural(store, &small).await, [true, false]);
    // Somewhere else again, from today on: nothing that is over changes.
    let village = school(store, &small, "青山小学", true).await;
    to(store, small.visitor, village, since(small.host)).await.unwrap();
    assert_eq!(rural(store, &small).await, [true, false]);
    let told = store::school_history::of_account(store, small.visitor).await.unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.from.as_deref(), one.to.as_deref(), one.day)).collect();
    assert_eq!(told[0], (Some("县城小学"), Some("青山小学"), now().day()));
    assert_eq!((told[1].1, told[1].2, told.len()), (Some("县城小学"), day("2026-06-01"), 2));
}

async fn a_day_of_a_move_is_put_right(fresh: Fresh) {
    let store = &fresh.store;
    let (small, _) = spring_and_summer(store).await;
    let town = school(store, &small, "县城小学", false).await;
    to(store, small.visitor, town, since(small.host)).await.unwrap();
    assert_eq!(rural(store, &small).await, [true, true]);
    to(store, small.visitor, town, from(small.host, "2026-04-01")).await.unwrap();
    assert_eq!(rural(store, &small).await, [true, false]);
    to(store, small.visitor, town, from(small.host, "2026-07-01")).await.unwrap();
    assert_eq!(rural(store, &small).await, [true, true], "also to a later day");
    to(store, small.visitor, town, ever(small.host)).await.unwrap();
    assert_eq!(rural(store, &small).await, [false, false]);
}

async fn a_move_is_of_days_that_have_come_and_stands(fresh: Fresh) {
    let store = &fresh.store;
    let (small, _) = spring_and_summer(store).await;
    let town = school(store, &small, "县城小学", false).await;
    let tomorrow = Since { day: Some(now().day().plus(1)), ..since(small.host) };
    let refused = to(store, small.visitor, town, tomorrow).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    assert_ne!(
        store::account::get(store, small.visitor).await.unwrap().account.school,
        Some(town),
        "nothing is written"
    );
    to(store, small.visitor, town, since(small.host)).await.unwrap();
    let rows = fresh.intruder().await;
    for statement in ["update school_move set from_day = 0", "delete from school_move"] {
        let refused = sqlx::query(statement).execute(&rows).await.unwrap_err();
        assert!(refused.to_string().contains("assessment_insert_only"), "{refused}");
    }
}

async fn a_member_is_of_the_school_of_each_day(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let home = store::account::get(store, small.core).await.unwrap().account.school;
    let town = school(store, &small, "县城小学", false).await;
    to(store, small.core, town, from(small.host, "2026-06-01")).await.unwrap();
    let facts = facts(store, small.studio).await;
    let of = |who: AccountId| facts.members.iter().find(|one| one.account == who).unwrap();
    let on = |who, on| (of(who).workplace(day(on)).school, of(who).workplace(day(on)).rural);
    assert_eq!(on(small.core, "2026-05-31"), (home, true));
    assert_eq!(on(small.core, "2026-06-01"), (Some(town), false));
    assert_eq!(on(small.host, "2026-06-01"), (home, true));
    assert!(of(small.core).workplace(day("2026-06-01")).city.is_some());
}

async fn a_school_becomes_rural_on_a_day(fresh: Fresh) {
    let store = &fresh.store;
    let (small, _) = spring_and_summer(store).await;
    let home = store::account::get(store, small.visitor).await.unwrap().account.school.unwrap();
    let town = |old: School| NewSchool { name: old.name, region: old.region, rural: false };
    let new = NewHelpedSchool { studio: small.studio, school: home, from: day("2026-02-01"), to: None };
    store::helped_school::create(store, new, small.host, now()).await.unwrap();
    store::school::update(store, home, town, from(small.host, "2026-06-01")).await.unwrap();
    assert_eq!(rural(store, &small).await, [true, false]);
    let facts = facts(store, small.studio).await;
    let (member, helped) = (&facts.members[0], &facts.helped[0]);
    assert_eq!(["2026-05-31", "2026-06-01"].map(|on| member.workplace(day(on)).rural), [true, false]);
    assert_eq!(["2026-05-31", "2026-06-01"].map(|on| *helped.rural.on(day(on))), [true, false]);
    store::school::update(store, home, town, ever(small.host)).await.unwrap();
    assert_eq!(rural(store, &small).await, [false, false]);
}

async fn reports_and_lists_tell_the_school_of_the_day(fresh: Fresh) {
    let store = &fresh.store;
    let (small, sessions) = spring_and_summer(store).await;
    let town = school(store, &small, "县城小学", false).await;
    to(store, small.visitor, town, from(small.host, "2026-06-01")).await.unwrap();
    let mut told = Vec::new();
    for session in sessions {
        let report = store::report::of_session(store, session).await.unwrap();
        let row = report.rows.iter().find(|row| row.record.person == small.visitor.to_string()).unwrap();
        let known = row.known.school.as_ref().unwrap();
        let (_, attendees) = store::attendance::of_session(store, session).await.unwrap();
        let listed = attendees.iter().find(|one| one.person == is(small.visitor)).unwrap().school.as_ref().unwrap();
        assert_eq!((&listed.name, listed.rural), (&known.name, known.rural));
        told.push((known.name == "县城小学", known.rural));
    }
    assert_eq!(told, [(false, true), (true, false)]);
}

async fn a_roster_sheet_moves_people_from_its_own_day_on(fresh: Fresh) {
    let store = &fresh.store;
    let (small, _) = spring_and_summer(store).await;
    let town = school(store, &small, "县城小学", false).await;
    let fill = AccountFill { school: Some(town), ..AccountFill::default() };
    let row = known(2, small.visitor, fill, MemberRole::Trainee, Step::Begin);
    let note = DaysNote { by: small.host, reason: "导入成员名单".into(), at: now() };
    store::roster_sheet::apply(store, small.studio, vec![row], note).await.unwrap();
    assert_eq!(rural(store, &small).await, [true, true]);
    let told = store::school_history::of_account(store, small.visitor).await.unwrap();
    assert_eq!((told.len(), told[0].to.as_deref(), told[0].day), (1, Some("县城小学"), now().day()));
}

async fn a_helped_school_says_whether_it_is_rural(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let studio = store::studio::get(store, small.studio).await.unwrap();
    let town = NewSchool { name: "县城第一小学".into(), region: studio.region, rural: false };
    let town = store::school::create(store, town).await.unwrap().id;
    let rural = facts(store, small.studio).await.members[0].workplace(day("2026-03-19")).school.unwrap();
    for school in [rural, town] {
        let new = NewHelpedSchool { studio: small.studio, school, from: day("2026-02-01"), to: None };
        store::helped_school::create(store, new, small.host, now()).await.unwrap();
    }
    let mut told: Vec<_> = facts(store, small.studio)
        .await
        .helped
        .iter()
        .map(|one| (*one.rural.on(day("2026-03-19")), one.school))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [(false, town), (true, rural)]);
}

async fn a_school_that_changes_makes_the_kept_scorecard_anew(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    hold(store, plan(small.studio, ActivityKind::Outreach, "2026-03-19"), &[is(small.host), is(small.visitor)]).await;
    let studios = store::studio::assessed(store, None).await.unwrap();
    let refresh = async || store::scorecard::refresh(store, studios.clone(), None, now()).await.unwrap();
    assert_eq!([refresh().await, refresh().await], [1, 0]);
    let new = |name: &str, rural| NewSchool { name: name.into(), region: studios[0].region, rural };
    // The visitor is no member: only who was there tells of their School.
    let town = store::school::create(store, new("县城小学", false)).await.unwrap().id;
    assert_eq!(refresh().await, 0, "nobody is of it");
    let moved = move |old| Ok(Account { school: Some(town), ..old });
    store::account::update(store, small.visitor, moved, None, ever(small.host)).await.unwrap();
    assert_eq!([refresh().await, refresh().await], [1, 0]);
    let rural = move |old: School| NewSchool { name: old.name, region: old.region, rural: true };
    store::school::update(store, town, rural, ever(small.host)).await.unwrap();
    assert_eq!([refresh().await, refresh().await], [1, 0]);
    // The basis of what stands is the digest of its Facts, also where all that is kept of people was thrown away.
    let basis = async || {
        let kept = store::scorecard::kept(store, &[small.studio], "zhejiang-2019", 2026).await.unwrap();
        kept[&small.studio].basis.clone()
    };
    let before = basis().await;
    let rows = fresh.intruder().await;
    sqlx::query("delete from activity_fact").execute(&rows).await.unwrap();
    refresh().await;
    assert_eq!((basis().await, refresh().await), (before, 0));
}

async fn a_guest_who_names_the_helped_school_is_of_it(fresh: Fresh) {
    let store = &fresh.store;
    let small = small(store).await;
    let region = store::studio::get(store, small.studio).await.unwrap().region;
    let village = NewSchool { name: "青山小学".into(), region, rural: true };
    let village = store::school::create(store, village).await.unwrap().id;
    let new = NewHelpedSchool { studio: small.studio, school: village, from: day("2026-02-01"), to: None };
    store::helped_school::create(store, new, small.host, now()).await.unwrap();
    let guest = |school: &str| Person::Guest { name: "王芳".into(), school: school.into() };
    let outreach = |on| plan(small.studio, ActivityKind::Outreach, on);
    hold(store, outreach("2026-01-19"), &[is(small.host), guest("青山小学")]).await;
    hold(store, outreach("2026-03-19"), &[is(small.host), guest(" 青山小学")]).await;
    hold(store, outreach("2026-04-02"), &[is(small.host), guest("青山中学")]).await;
    let helped = async || {
        let facts = facts(store, small.studio).await;
        facts.activities.iter().map(|one| one.helped).collect::<Vec<_>>()
    };
    assert_eq!(helped().await, [None, Some(village), None], "not before it was helped, and not another school");
    // As in reports it is the School of that name now, and a Scorecard follows from its name.
    let studios = store::studio::assessed(store, None).await.unwrap();
    let refresh = async || store::scorecard::refresh(store, studios.clone(), None, now()).await.unwrap();
    assert_eq!([refresh().await, refresh().await], [1, 0]);
    let named = move |old: School| NewSchool { name: "青山中学".into(), region: old.region, rural: old.rural };
    store::school::update(store, village, named, since(small.host)).await.unwrap();
    assert_eq!(helped().await, [None, None, Some(village)]);
    assert_eq!([refresh().await, refresh().await], [1, 0]);
}
