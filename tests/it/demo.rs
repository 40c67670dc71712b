//! The demo world: believable, quick to make, made once.

use crate::store_database::*;
use lectern::domain::attendance::AttendanceStatus;
use lectern::domain::{AccountRole, ActivityRole, ActivityState, password};
use lectern::jobs::demo::{self, Seeded};
use lectern::store::card::{ActivityFilter, Look};
use lectern::store::{self, Page, Store};
use std::time::Duration;

on_both! {
    an_empty_database_becomes_a_small_world,
    everybody_on_the_printed_list_can_sign_in,
    a_second_start_keeps_the_world,
    somebody_elses_database_is_left_alone,
    a_half_made_world_is_not_passed_off_as_whole,
    the_broadcast_goes_on_over_restarts,
    my_attendance_has_something_to_show,
}

async fn an_empty_database_becomes_a_small_world(fresh: Fresh) {
    let store = &fresh.store;
    assert_eq!(demo::seed(store, now()).await.unwrap(), Seeded::Fresh);
    demo::broadcast(store, now()).await.unwrap().unwrap();
    let studios = store::studio::list(store, &Default::default(), Page::default()).await.unwrap().rows;
    let mut tiers: Vec<_> = studios.iter().map(|studio| studio.tier).collect();
    tiers.sort_unstable();
    assert_eq!(tiers, lectern::domain::Tier::ALL);
    let teachers = store::account::AccountFilter { role: Some(AccountRole::Teacher), ..Default::default() };
    assert_eq!(store::account::list(store, &teachers, Page::default()).await.unwrap().total, 30);
    let schools = store::school::list(store, &Default::default(), Page::default()).await.unwrap().rows;
    assert!(schools.len() >= 8 && schools.iter().any(|school| school.rural) && schools.iter().any(|s| !s.rural));
    let home = store::card::home(store, Look { account: None, now: now() }).await.unwrap();
    for (name, list) in [("live", &home.live), ("today", &home.today), ("next", &home.next), ("recent", &home.recent)] {
        assert!(!list.is_empty(), "{name}");
    }
    assert!(home.live[0].activity.guests_allowed);
    for card in &home.recent {
        let session = card.session.as_ref().unwrap();
        assert!(session.people >= 5, "{} had {} people", card.activity.title, session.people);
        store::ledger::verify(store, session.session.id).await.unwrap().unwrap();
    }
}

async fn everybody_on_the_printed_list_can_sign_in(fresh: Fresh) {
    demo::seed(&fresh.store, now()).await.unwrap();
    for one in demo::SIGN_INS {
        let known = store::login::credentials(&fresh.store, one.login_name).await.unwrap().unwrap();
        assert_eq!(known.account.name, one.name);
        assert_eq!(password::verify(demo::PASSWORD, &known.password_hash), Ok(true));
    }
    let account = async |at: usize| {
        let name = demo::SIGN_INS[at].login_name;
        store::login::credentials(&fresh.store, name).await.unwrap().unwrap().account
    };
    let roles = [account(2).await.role, account(3).await.role, account(4).await.role];
    assert_eq!(roles, [AccountRole::Teacher, AccountRole::Office, AccountRole::Admin]);
    let mine = store::membership::of_account(&fresh.store, account(0).await.id, now().day()).await.unwrap();
    assert_eq!(mine[0].membership.role, lectern::domain::MemberRole::Host);
}

async fn a_second_start_keeps_the_world(fresh: Fresh) {
    demo::seed(&fresh.store, now()).await.unwrap();
    let all = ActivityFilter::default();
    let look = Look { account: None, now: now() };
    let before = store::card::list(&fresh.store, look, &all, Page::new(1, 100)).await.unwrap();
    fresh.store.close().await;
    let again = Store::open(&fresh.url).await.unwrap();
    assert_eq!(demo::seed(&again, now() + Duration::from_secs(86_400)).await.unwrap(), Seeded::Kept);
    assert_eq!(store::card::list(&again, look, &all, Page::new(1, 100)).await.unwrap(), before);
}

async fn somebody_elses_database_is_left_alone(fresh: Fresh) {
    let places = places(&fresh.store).await;
    account(&fresh.store, "someone", "某老师", places.school).await;
    assert_eq!(demo::seed(&fresh.store, now()).await.unwrap(), Seeded::NotEmpty);
    assert_eq!(demo::broadcast(&fresh.store, now()).await.unwrap(), None);
    assert_eq!(store::account::list(&fresh.store, &Default::default(), Page::default()).await.unwrap().total, 1);
}

async fn a_half_made_world_is_not_passed_off_as_whole(fresh: Fresh) {
    store::setting::put(&fresh.store, "demo", "begun".into()).await.unwrap();
    let error = demo::seed(&fresh.store, now()).await.unwrap_err();
    assert_eq!(error.to_string(), "演示数据上次只写了一半。请删除数据库文件后重新启动。");
}

async fn the_broadcast_goes_on_over_restarts(fresh: Fresh) {
    let store = &fresh.store;
    demo::seed(store, now()).await.unwrap();
    let hour = Duration::from_secs(3600);
    let first = demo::broadcast(store, now()).await.unwrap().unwrap();
    assert_eq!(demo::broadcast(store, now() + hour).await.unwrap(), Some(first));
    let next_day = demo::broadcast(store, now() + 24 * hour).await.unwrap().unwrap();
    assert_ne!(next_day, first);
    assert!(!store::session::get(store, first).await.unwrap().live());
    store::session::end(store, next_day, now() + 25 * hour).await.unwrap();
    let after_its_end = demo::broadcast(store, now() + 26 * hour).await.unwrap().unwrap();
    let look = Look { account: None, now: now() + 26 * hour };
    let card = store::card::of_session(store, look, after_its_end).await.unwrap();
    assert_eq!((card.activity.state, card.activity.guests_allowed), (ActivityState::Live, true));
}

async fn my_attendance_has_something_to_show(fresh: Fresh) {
    demo::seed(&fresh.store, now()).await.unwrap();
    for one in &demo::SIGN_INS[..3] {
        let account = store::login::credentials(&fresh.store, one.login_name).await.unwrap().unwrap().account.id;
        let rows = store::attendance::of_account(&fresh.store, account, now(), Page::default()).await.unwrap().rows;
        assert!(
            rows.iter().filter(|row| row.record.first.is_some()).count() >= 3,
            "{} was in {} sessions",
            one.name,
            rows.len()
        );
        for row in rows {
            let planned = row.card.activity.planned_end.since(row.card.activity.planned_start).as_secs() / 60;
            let record = &row.record;
            if record.first.is_none() {
                assert_eq!(record.status, AttendanceStatus::Absent, "expected, and did not come: {row:?}");
                continue;
            }
            assert!(record.status == AttendanceStatus::Present && !record.open, "{row:?}");
            assert!((20..=planned).contains(&record.minutes()), "{row:?}");
            assert_ne!(row.card.my_role, None);
        }
    }
    let host = store::login::credentials(&fresh.store, "zhouwenlan").await.unwrap().unwrap().account.id;
    let look = Look { account: Some(host), now: now() };
    let home = store::card::home(&fresh.store, look).await.unwrap();
    assert!(home.today.iter().any(|card| card.my_role == Some(ActivityRole::Host)));
}
