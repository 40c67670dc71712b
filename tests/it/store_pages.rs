//! What the pages ask for: home and cards.

use crate::store_database::*;
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::card::{ActivityFilter, Home, Look};
use lectern::store::{self, Page, Store};

on_both! {
    home_tells_now_today_next_and_recent,
    an_unsigned_look_has_no_role,
    my_role_follows_membership_and_presenting,
    people_are_counted_once_and_machines_not_at_all,
    activities_are_listed_by_studio_state_and_title,
}

fn titles(cards: &[store::card::ActivityCard]) -> Vec<&str> {
    cards.iter().map(|card| card.activity.title.as_str()).collect()
}

async fn home_tells_now_today_next_and_recent(fresh: Fresh) {
    let store = &fresh.store;
    let county = places(store).await.county;
    let studio = studio(store, "周文澜小学语文名师工作室", county).await;
    for (title, start, end) in [
        ("早该开始", "20T09:00", "20T10:00"),
        ("今晚", "20T19:30", "20T21:00"),
        ("明天", "21T00:00", "21T01:00"),
        ("下周", "27T14:30", "27T16:00"),
        ("昨天没开", "19T14:30", "19T16:00"),
    ] {
        activity(store, studio, title, at(start), at(end)).await;
    }
    let cancelled = activity(store, studio, "取消了", at("20T20:00"), at("20T21:00")).await;
    store::activity::cancel(store, cancelled, "停电".into(), (AccountId::from_random([7; 10]), now())).await.unwrap();
    let live = activity(store, studio, "正在直播", at("20T14:30"), at("20T16:00")).await;
    store::session::go_live(store, live, None, at("20T14:31")).await.unwrap();
    for (title, start) in [("上周", "13T14:30"), ("昨天", "19T19:30")] {
        let ended = activity(store, studio, title, at(start), at(start) + std::time::Duration::from_secs(3600)).await;
        let session = store::session::go_live(store, ended, None, at(start)).await.unwrap().id;
        store::session::end(store, session, at(start) + std::time::Duration::from_secs(3600)).await.unwrap();
    }
    let Home { live, today, next, recent } =
        store::card::home(store, Look { account: None, now: now() }).await.unwrap();
    assert_eq!(titles(&live), ["正在直播"]);
    assert_eq!(titles(&today), ["早该开始", "今晚"]);
    assert_eq!(titles(&next), ["明天", "下周"]);
    assert_eq!(titles(&recent), ["昨天", "上周"]);
    assert_eq!(live[0].session.as_ref().map(|s| (s.session.live(), s.people)), Some((true, 0)));
    assert_eq!(live[0].studio.name, "周文澜小学语文名师工作室");
}

async fn an_unsigned_look_has_no_role(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let card = store::card::of_session(&fresh.store, Look { account: None, now: now() }, session).await.unwrap();
    assert_eq!((card.my_role, card.session.unwrap().session.id), (None, session));
}

async fn my_role_follows_membership_and_presenting(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let presenter = account(store, "linyutong", "林雨桐", places.school).await;
    let viewer = account(store, "chenxiaomei", "陈晓梅", places.school).await;
    let hosting = member(store, studio, host, MemberRole::Host, "2025-01-01").await;
    member(store, studio, viewer, MemberRole::Trainee, "2025-01-01").await;
    let mut form = plan(studio, "公开课", at("21T14:30"), at("21T16:00"));
    form.presenters = vec![presenter];
    let id = store::activity::create(store, form, now()).await.unwrap().id;
    let role = async |account| {
        let look = Look { account: Some(account), now: now() };
        store::card::of_activity(store, look, id).await.unwrap().my_role
    };
    assert_eq!(role(host).await, Some(ActivityRole::Host));
    assert_eq!(role(presenter).await, Some(ActivityRole::Presenter));
    assert_eq!(role(viewer).await, Some(ActivityRole::Viewer));
    set_end(store, hosting.id, Some(day("2026-11-19"))).await.unwrap();
    assert_eq!(role(host).await, Some(ActivityRole::Viewer), "since yesterday");
}

struct Seen<'a> {
    store: &'a Store,
    session: SessionId,
}

impl Seen<'_> {
    async fn tell(&self, kind: PresenceKind, participant: u32, person: Option<Person>, wall: Time) {
        let participant = (participant > 0).then_some(participant);
        let event = NewEvent {
            id: next_id(),
            kind,
            participant,
            person,
            detail: "{}".into(),
            monotonic_us: wall.micros(),
            wall,
        };
        store::ledger::append(self.store, self.session, vec![event]).await.unwrap();
    }
}

fn guest(name: &str) -> Option<Person> {
    Some(Person::Guest { name: name.into(), school: "山口小学".into() })
}

async fn people_are_counted_once_and_machines_not_at_all(fresh: Fresh) {
    let session = live_session(&fresh.store).await;
    let school = store::school::list(&fresh.store, &Default::default(), Page::default()).await.unwrap().rows[0].id;
    let teacher = account(&fresh.store, "chenxiaomei", "陈晓梅", school).await;
    let seen = Seen { store: &fresh.store, session };
    let me = Some(Person::Account(teacher));
    for (number, person) in [(1, me.clone()), (2, me.clone()), (3, guest("王小明")), (4, guest("王小明")), (5, None)]
    {
        seen.tell(PresenceKind::Joined, number, person, now()).await;
    }
    seen.tell(PresenceKind::Checkpoint, 6, guest("没有进来的人"), now()).await;
    let card = store::card::of_session(&fresh.store, Look { account: None, now: now() }, session).await.unwrap();
    assert_eq!(card.session.unwrap().people, 2);
}

async fn activities_are_listed_by_studio_state_and_title(fresh: Fresh) {
    let store = &fresh.store;
    let county = places(store).await.county;
    let one = studio(store, "周文澜小学语文名师工作室", county).await;
    let other = studio(store, "赵明远小学数学名师工作室", county).await;
    for n in 10..22 {
        activity(store, one, &format!("语文第{n}讲"), at(&format!("{n}T14:30")), at(&format!("{n}T16:00"))).await;
    }
    let maths = activity(store, other, "数学讲座", at("20T14:30"), at("20T16:00")).await;
    store::session::go_live(store, maths, None, now()).await.unwrap();
    let list = async |filter: ActivityFilter, page| {
        store::card::list(store, Look { account: None, now: now() }, &filter, page).await.unwrap()
    };
    let second = list(ActivityFilter { studio: Some(one), ..Default::default() }, Page::new(2, 10)).await;
    assert_eq!((second.total, titles(&second.rows)), (12, vec!["语文第11讲", "语文第10讲"]));
    let live = list(ActivityFilter { state: Some(ActivityState::Live), ..Default::default() }, Page::default()).await;
    assert_eq!(titles(&live.rows), ["数学讲座"]);
    let found = list(ActivityFilter { search: "第15".into(), ..Default::default() }, Page::default()).await;
    assert_eq!(titles(&found.rows), ["语文第15讲"]);
}
