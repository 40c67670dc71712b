//! Regions, schools, accounts, studios, memberships, series and activities.

use crate::store_database::*;
use lectern::domain::*;
use lectern::store::account::AccountFilter;
use lectern::store::school::SchoolFilter;
use lectern::store::studio::StudioFilter;
use lectern::store::{self, Noun, Page, StoreError};

on_both! {
    a_region_needs_the_right_parent,
    names_that_are_taken_are_told_in_a_sentence,
    what_is_not_there_can_not_be_referred_to,
    lists_search_and_page,
    an_office_finds_only_its_own_tree,
    a_search_takes_its_signs_literally,
    a_person_is_in_a_studio_once_at_a_time,
    the_roster_follows_the_days,
    an_account_keeps_all_that_was_entered,
    a_school_can_be_changed,
    an_account_can_be_changed_and_stays_signed_in,
    people_are_found_by_real_name_only,
    a_studio_can_be_changed,
    a_series_holds_activities_of_its_own_studio,
    an_activity_is_edited_until_it_goes_live,
    a_cancelled_activity_stays_with_its_reason,
    an_activity_goes_live_once_and_ends_once,
}

async fn a_region_needs_the_right_parent(fresh: Fresh) {
    let places = places(&fresh.store).await;
    let new = NewRegion { name: "云岭县".into(), kind: RegionKind::County, parent: None };
    let error = store::region::create(&fresh.store, new).await.unwrap_err();
    assert!(matches!(&error, StoreError::Invalid(invalid) if invalid.fields.contains_key("parent")), "{error:?}");
    let new = NewRegion { name: "云岭县".into(), kind: RegionKind::County, parent: Some(next_id()) };
    let error = store::region::create(&fresh.store, new).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound(Noun::Region)), "{error:?}");
    let renamed = store::region::rename(&fresh.store, places.county, "青禾区".into()).await.unwrap();
    assert_eq!(store::region::get(&fresh.store, places.county).await.unwrap(), renamed);
}

async fn names_that_are_taken_are_told_in_a_sentence(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let again = NewRegion { name: "江南省".into(), kind: RegionKind::Province, parent: None };
    assert_eq!(conflict(store::region::create(store, again).await), "region_name_taken");
    let again = NewSchool { name: "石桥镇中心小学".into(), region: places.county, rural: false };
    let error = store::school::create(store, again).await.unwrap_err();
    assert_eq!((error.code(), error.sentence().as_str()), ("school_name_taken", "这个区域已有同名学校。"));
    account(store, "chenxiaomei", "陈晓梅", places.school).await;
    let again = teacher("chenxiaomei", "陈小梅", places.school);
    assert_eq!(conflict(store::account::create(store, again, now()).await), "account_login_name_taken");
    let first = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let again = studio_form("周文澜小学语文名师工作室", places.county);
    assert_eq!(conflict(store::studio::create(store, again, now()).await), "studio_name_taken");
    let series = NewSeries { studio: first, title: "习作单元".into(), theme: String::new() };
    store::series::create(store, series.clone(), now()).await.unwrap();
    assert_eq!(conflict(store::series::create(store, series, now()).await), "series_title_taken");
}

async fn what_is_not_there_can_not_be_referred_to(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let school = NewSchool { name: "别处小学".into(), region: next_id(), rural: false };
    assert_eq!(conflict(store::school::create(store, school).await), "reference_exists");
    let form = teacher("hezhiqiang", "何志强", next_id());
    assert_eq!(conflict(store::account::create(store, form, now()).await), "reference_exists");
    let new = NewMembership { studio, account: next_id(), role: MemberRole::Core, from: day("2026-01-01"), to: None };
    assert_eq!(conflict(begin(store, new).await), "reference_exists");
    let mut form = plan(studio, "评课", at("21T14:30"), at("21T16:00"));
    form.presenters.push(next_id());
    assert_eq!(conflict(store::activity::create(store, form, now()).await), "reference_exists");
    let all = store::card::ActivityFilter::default();
    let look = store::card::Look { account: None, now: now() };
    let activities = store::card::list(store, look, &all, Page::default()).await.unwrap();
    assert_eq!(activities.total, 0, "the refused presenter took the whole activity back");
}

async fn lists_search_and_page(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    for n in 0..25 {
        account(store, &format!("teacher{n:02}"), &format!("教师{n:02}"), places.school).await;
    }
    account(store, "linyutong", "林雨桐", places.school).await;
    let all = AccountFilter::default();
    let third = store::account::list(store, &all, Page::new(3, 10)).await.unwrap();
    assert_eq!((third.total, third.rows.len()), (26, 6));
    let names: Vec<_> = third.rows.iter().map(|row| row.account.name.as_str()).collect();
    assert_eq!(&names[..2], ["教师20", "教师21"]);
    let found = |search: &str| AccountFilter { search: search.into(), ..AccountFilter::default() };
    for search in ["林雨", "LINYU", " linyutong "] {
        let rows = store::account::list(store, &found(search), Page::default()).await.unwrap().rows;
        assert_eq!(rows.len(), 1, "{search}");
        assert_eq!(rows[0].school.as_ref().map(|school| school.rural), Some(true));
    }
    let huge = store::account::list(store, &all, Page { number: 1, size: u32::MAX }).await.unwrap();
    assert_eq!(huge.rows.len(), 26);
    let beyond = store::account::list(store, &all, Page { number: u32::MAX, size: 100 }).await.unwrap();
    assert_eq!((beyond.total, beyond.rows.len()), (26, 0));
}

async fn an_office_finds_only_its_own_tree(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let other_city = region(store, "山前市", RegionKind::City, Some(places.province)).await;
    let other = NewSchool { name: "山前小学".into(), region: other_city, rural: false };
    let other = store::school::create(store, other).await.unwrap().id;
    account(store, "mahaiyan", "马海燕", places.school).await;
    account(store, "sunliqun", "孙立群", other).await;
    studio(store, "周文澜小学语文名师工作室", places.county).await;
    for (within, here) in [(places.province, 2), (places.city, 1), (places.county, 1), (other_city, 1)] {
        let filter = AccountFilter { within: Some(within), ..AccountFilter::default() };
        assert_eq!(store::account::list(store, &filter, Page::default()).await.unwrap().total, here);
        let filter = SchoolFilter { within: Some(within), ..SchoolFilter::default() };
        assert_eq!(store::school::list(store, &filter, Page::default()).await.unwrap().total, here);
    }
    let filter = |within| StudioFilter { within: Some(within), ..StudioFilter::default() };
    assert_eq!(store::studio::list(store, &filter(places.city), Page::default()).await.unwrap().total, 1);
    assert_eq!(store::studio::list(store, &filter(other_city), Page::default()).await.unwrap().total, 0);
}

async fn a_search_takes_its_signs_literally(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    for name in ["100%小学", "一_二小学", "反\\斜小学"] {
        let new = NewSchool { name: name.into(), region: places.county, rural: false };
        store::school::create(store, new).await.unwrap();
    }
    for (search, count) in [("%", 1), ("_", 1), ("\\", 1), ("小学", 4), ("'; drop table school; --", 0)] {
        let filter = SchoolFilter { search: search.into(), within: None };
        let found = store::school::list(store, &filter, Page::default()).await.unwrap();
        assert_eq!(found.total, count, "{search}");
    }
}

async fn a_person_is_in_a_studio_once_at_a_time(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let person = account(store, "lijianguo", "李建国", places.school).await;
    let first = member(store, studio, person, MemberRole::Trainee, "2025-01-01").await;
    let new = NewMembership { studio, account: person, role: MemberRole::Core, from: day("2026-09-01"), to: None };
    assert_eq!(conflict(begin(store, new.clone()).await), "membership_open_taken");
    set_end(store, first.id, Some(day("2026-08-31"))).await.unwrap();
    begin(store, new).await.unwrap();
    let role = |day| store::membership::role_on(store, studio, person, day);
    assert_eq!(role(day("2026-08-31")).await.unwrap(), Some(MemberRole::Trainee));
    assert_eq!(role(day("2026-09-01")).await.unwrap(), Some(MemberRole::Core));
    assert_eq!(role(day("2024-12-31")).await.unwrap(), None);
    assert_eq!(conflict(set_end(store, first.id, None).await), "membership_open_taken");
    let before = set_end(store, first.id, Some(day("2024-01-01"))).await;
    assert!(matches!(before, Err(StoreError::Invalid(_))), "{before:?}");
}

async fn the_roster_follows_the_days(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let gone = account(store, "gaowenbo", "高文博", places.school).await;
    let new = account(store, "wangxiuying", "王秀英", places.school).await;
    let left = member(store, studio, gone, MemberRole::Core, "2025-01-01").await;
    member(store, studio, new, MemberRole::Core, "2026-06-01").await;
    member(store, studio, host, MemberRole::Host, "2025-01-01").await;
    set_end(store, left.id, Some(day("2026-05-31"))).await.unwrap();
    let names = async |on: &str| {
        let roster = store::membership::roster_on(store, studio, day(on)).await.unwrap();
        roster.into_iter().map(|member| member.account.name).collect::<Vec<_>>()
    };
    assert_eq!(names("2026-05-31").await, ["周文澜", "高文博"]);
    assert_eq!(names("2026-06-01").await, ["周文澜", "王秀英"]);
    assert_eq!(store::membership::of_studio(store, studio).await.unwrap().len(), 3, "the past stays");
    let mine = store::membership::of_account(store, host, now().day()).await.unwrap();
    assert_eq!(mine[0].studio_name, "周文澜小学语文名师工作室");
}

async fn an_account_keeps_all_that_was_entered(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let office = NewAccount {
        login_name: "songyaqin".into(),
        name: " 宋雅琴 ".into(),
        role: AccountRole::Office,
        scope: Some(places.province),
        school: None,
        title: String::new(),
        subject: String::new(),
        phone: None,
        password_hash: "x".into(),
    };
    let made = store::account::create(store, office, now()).await.unwrap();
    let found = store::account::get(store, made.id).await.unwrap();
    assert_eq!((&found.account, &found.school), (&made, &None));
    assert_eq!((made.name.as_str(), made.scope, made.created_at), ("宋雅琴", Some(places.province), now()));
    let missing = store::account::get(store, next_id()).await;
    assert!(matches!(missing, Err(StoreError::NotFound(Noun::Account))), "{missing:?}");
}

async fn a_school_can_be_changed(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let by = account(store, "office", "宋雅琴", places.school).await;
    let form = NewSchool { name: " 石桥小学 ".into(), region: places.city, rural: false };
    let changed = store::school::update(store, places.school, put(form.clone()), since(by)).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.region, changed.rural), ("石桥小学", places.city, false));
    assert_eq!(store::school::get(store, places.school).await.unwrap(), changed);
    let other = NewSchool { name: "溪头小学".into(), region: places.city, rural: true };
    let other = store::school::create(store, other).await.unwrap().id;
    assert_eq!(conflict(store::school::update(store, other, put(form.clone()), since(by)).await), "school_name_taken");
    let missing = store::school::update(store, next_id(), put(form), since(by)).await;
    assert!(matches!(missing, Err(StoreError::NotFound(Noun::School))), "{missing:?}");
}

async fn an_account_can_be_changed_and_stays_signed_in(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let id = account(store, "chenxiaomei", "陈晓梅", places.school).await;
    let token = store::login::begin(store, id, now()).await.unwrap().token;
    let old = store::account::get(store, id).await.unwrap().account;
    let new = Account {
        name: " 陈小梅 ".into(),
        role: AccountRole::Office,
        scope: Some(places.county),
        school: None,
        login_name: "another".into(),
        ..old.clone()
    };
    store::account::update(store, new.id, |_| Ok(new), None, since(id)).await.unwrap();
    let found = store::account::get(store, id).await.unwrap().account;
    assert_eq!((found.name.as_str(), found.role, found.school), ("陈小梅", AccountRole::Office, None));
    assert_eq!((found.scope, found.login_name.as_str()), (Some(places.county), "chenxiaomei"));
    assert!(store::login::find(store, &token, now()).await.unwrap().is_some());
    let nameless =
        store::account::update(store, old.id, |old| Ok(Account { name: " ".into(), ..old }), None, since(id)).await;
    assert!(matches!(nameless, Err(StoreError::Invalid(_))), "{nameless:?}");
    let missing = store::account::update(store, next_id(), Ok, None, since(id)).await;
    assert!(matches!(missing, Err(StoreError::NotFound(Noun::Account))), "{missing:?}");
}

async fn people_are_found_by_real_name_only(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    account(store, "chenxiaomei", "陈晓梅", places.school).await;
    let gone = account(store, "chenxiaodong", "陈晓东", places.school).await;
    store::account::update(store, gone, |gone| Ok(Account { disabled: true, ..gone }), None, since(gone))
        .await
        .unwrap();
    for (search, count) in [("", 1), (" 晓 ", 1), ("chen", 0), ("晓东", 0)] {
        let found = store::account::people(store, search, Page::default()).await.unwrap();
        assert_eq!((found.total, found.rows.len()), (count, usize::try_from(count).unwrap()), "{search}");
    }
}

/// Whatever is there becomes this.
fn put<Old, New>(new: New) -> impl FnOnce(Old) -> New {
    |_| new
}

async fn a_studio_can_be_changed(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let id = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let form = NewStudio { tier: Tier::City, policy: None, ..studio_form("文澜工作室", places.city) };
    let changed = store::studio::update(store, id, put(form.clone())).await.unwrap();
    assert_eq!(store::studio::get(store, id).await.unwrap(), changed);
    assert_eq!((changed.tier, changed.policy.as_deref(), changed.created_at), (Tier::City, None, now()));
    let missing = store::studio::update(store, next_id(), put(form)).await;
    assert!(matches!(missing, Err(StoreError::NotFound(Noun::Studio))), "{missing:?}");
}

async fn a_series_holds_activities_of_its_own_studio(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let one = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let other = studio(store, "赵明远小学数学名师工作室", places.county).await;
    let series = NewSeries { studio: one, title: "习作单元".into(), theme: "写出看得见的人".into() };
    let series = store::series::create(store, series, now()).await.unwrap();
    let mut form = plan(one, "第一讲", at("21T14:30"), at("21T16:00"));
    form.series = Some(series.id);
    store::activity::create(store, form.clone(), now()).await.unwrap();
    form.studio = other;
    let stray = store::activity::create(store, form, now()).await.unwrap_err();
    assert!(matches!(&stray, StoreError::Invalid(invalid) if invalid.fields.contains_key("series")), "{stray:?}");
    let listed = store::series::of_studio(store, one).await.unwrap();
    assert_eq!((listed.len(), listed[0].activities, &listed[0].series), (1, 1, &series));
}

async fn an_activity_is_edited_until_it_goes_live(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let home = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let guest = account(store, "linyutong", "林雨桐", places.school).await;
    let mut form = plan(home, "整本书阅读", at("20T14:30"), at("20T16:00"));
    form.presenters = vec![host, guest];
    let id = store::activity::create(store, form.clone(), now()).await.unwrap().id;
    form.title = "整本书阅读：怎样导读".into();
    form.presenters = vec![guest];
    form.guests_allowed = true;
    // Another studio in the form does not move the activity.
    form.studio = studio(store, "赵明远小学数学名师工作室", places.county).await;
    store::activity::update(store, id, {
        let form = form.clone();
        |_, _| form
    })
    .await
    .unwrap();
    let look = store::card::Look { account: Some(guest), now: now() };
    let card = store::card::of_activity(store, look, id).await.unwrap();
    assert_eq!((card.activity.title.as_str(), card.activity.guests_allowed), ("整本书阅读：怎样导读", true));
    assert_eq!(card.presenters.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["林雨桐"]);
    assert_eq!(card.studio.id, home);
    store::session::go_live(store, id, Some(host), now()).await.unwrap();
    let late = store::activity::update(store, id, |_, _| form).await;
    assert!(matches!(late, Err(StoreError::Refused(ActivityRefusal::EndItFirst))), "{late:?}");
}

async fn a_cancelled_activity_stays_with_its_reason(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let id = activity(store, studio, "评课", at("21T14:30"), at("21T16:00")).await;
    let by = (AccountId::from_random([7; 10]), now());
    assert!(matches!(store::activity::cancel(store, id, " ".into(), by).await, Err(StoreError::Invalid(_))));
    store::activity::cancel(store, id, "主讲人参加县教研会".into(), by).await.unwrap();
    let found = store::activity::get(store, id).await.unwrap();
    assert_eq!(found.state, ActivityState::Cancelled);
    assert_eq!(found.cancel_reason.as_deref(), Some("主讲人参加县教研会"));
    let again = store::activity::cancel(store, id, "再次".into(), by).await;
    assert!(matches!(again, Err(StoreError::Refused(ActivityRefusal::Cancelled))), "{again:?}");
}

async fn an_activity_goes_live_once_and_ends_once(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let id = activity(store, studio, "评课", at("20T14:30"), at("20T16:00")).await;
    let (one, other) = tokio::join!(
        store::session::go_live(store, id, None, at("20T14:31")),
        store::session::go_live(store, id, None, at("20T14:31")),
    );
    assert!(one.is_ok() != other.is_ok(), "two hosts pressed at once: {one:?} {other:?}");
    let session = one.or(other).unwrap();
    assert_eq!(store::session::live(store).await.unwrap(), std::slice::from_ref(&session));
    let ended = store::session::end(store, session.id, at("20T16:02")).await.unwrap();
    let again = store::session::end(store, session.id, at("20T17:00")).await.unwrap();
    assert_eq!((ended.ended_at, again), (Some(at("20T16:02")), ended.clone()));
    assert_eq!(store::activity::get(store, id).await.unwrap().state, ActivityState::Ended);
    assert_eq!(store::session::live(store).await.unwrap(), []);
    let late = store::session::go_live(store, id, None, at("20T17:00")).await;
    assert!(matches!(late, Err(StoreError::Refused(ActivityRefusal::Ended))), "{late:?}");
}
