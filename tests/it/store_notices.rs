//! Notices in the database: words that stand, and numbers without a gap.

use crate::store_database::*;
use lectern::domain::*;
use lectern::store::{self, Store, StoreError, notice};
use sqlx::AssertSqlSafe;

on_both! {
    a_notice_is_sent_returned_sent_again_and_numbered,
    numbers_count_by_region_and_year_without_a_gap,
    while_one_waits_or_holds_there_is_no_other,
    no_word_of_a_notice_is_changed_or_taken_away,
    a_draft_is_not_written_over_by_who_saw_another_one,
}

struct World {
    places: Places,
    activities: Vec<ActivityId>,
    host: AccountId,
    office: Officer,
}

async fn world(store: &Store) -> World {
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let office = account(store, "songyaqin", "宋雅琴", places.school).await;
    let office = Officer { account: office, tier: OfficeTier::County };
    let mut activities = Vec::new();
    for title in ["习作单元", "阅读单元", "口语交际"] {
        activities.push(activity(store, studio, title, at("20T16:00"), at("20T17:30")).await);
    }
    World { places, activities, host, office }
}

async fn sent(store: &Store, world: &World, activity: usize) -> NoticeId {
    let sent = notice::send(store, world.activities[activity], "请全体成员参加。".into(), world.host, now()).await;
    sent.unwrap().id
}

async fn approved(store: &Store, world: &World, id: NoticeId, region: RegionId, at: Time) -> String {
    let decided = notice::decide(store, id, (Some(region), String::new()), world.office, at).await.unwrap();
    decided.decision.unwrap().number.unwrap().to_string()
}

fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) -> &'static str {
    let error = result.unwrap_err();
    let StoreError::Conflict(rule) = error else { panic!("{error:?}") };
    rule.name
}

async fn a_notice_is_sent_returned_sent_again_and_numbered(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let first = sent(store, &world, 0).await;
    let waiting = notice::waiting(store, Some(world.places.city)).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].id, waiting[0].state()), (1, first, NoticeState::Sent));
    let none = notice::decide(store, first, (None, " ".into()), world.office, now()).await.unwrap_err();
    assert!(matches!(&none, StoreError::Invalid(invalid) if invalid.fields.contains_key("reason")), "{none:?}");
    let returned = notice::decide(store, first, (None, "时间请写全".into()), world.office, now()).await.unwrap();
    assert_eq!(returned.state(), NoticeState::Returned);
    let second = sent(store, &world, 0).await;
    assert_eq!(approved(store, &world, second, world.places.county, now()).await, "〔2026〕第1号");
    let all = notice::of_activity(store, world.activities[0]).await.unwrap();
    assert_eq!(all.iter().map(Notice::state).collect::<Vec<_>>(), [NoticeState::Returned, NoticeState::Approved]);
    assert_eq!(all[0].decision.as_ref().unwrap().by_name, "宋雅琴");
    assert_eq!(notice::waiting(store, None).await.unwrap(), []);
}

async fn numbers_count_by_region_and_year_without_a_gap(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let (county, city) = (world.places.county, world.places.city);
    let first = sent(store, &world, 0).await;
    assert_eq!(approved(store, &world, first, county, now()).await, "〔2026〕第1号");
    let second = sent(store, &world, 1).await;
    assert_eq!(approved(store, &world, second, county, now()).await, "〔2026〕第2号");
    let third = sent(store, &world, 2).await;
    assert_eq!(approved(store, &world, third, city, now()).await, "〔2026〕第1号", "each Region counts its own");
    notice::withdraw(store, second, "改期".into(), (world.host, None), now()).await.unwrap();
    let again = sent(store, &world, 1).await;
    assert_eq!(approved(store, &world, again, county, now()).await, "〔2026〕第3号", "a number is given once");
    notice::withdraw(store, again, "改期".into(), (world.host, None), now()).await.unwrap();
    let next_year = sent(store, &world, 1).await;
    // Midnight in China, which is still last year in UTC.
    let new_year = Day::parse("2027-01-01").unwrap().start();
    assert_eq!(approved(store, &world, next_year, county, new_year).await, "〔2027〕第1号");
}

async fn while_one_waits_or_holds_there_is_no_other(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let again = || notice::send(store, world.activities[0], "再发一次".into(), world.host, now());
    let id = sent(store, &world, 0).await;
    assert_eq!(conflict(again().await), "notice_ordinal_taken");
    let office = (world.office.account, Some(world.office.tier));
    assert_eq!(conflict(notice::withdraw(store, id, "写错了".into(), office, now()).await), "notice_withdrawn_key");
    approved(store, &world, id, world.places.county, now()).await;
    assert_eq!(conflict(again().await), "notice_ordinal_taken");
    let twice = notice::decide(store, id, (None, "晚了".into()), world.office, now()).await;
    assert_eq!(conflict(twice), "notice_decided_key");
    let withdrawn = notice::withdraw(store, id, "改期".into(), (world.host, None), now()).await.unwrap();
    assert_eq!(withdrawn.state(), NoticeState::Withdrawn);
    assert_eq!(again().await.unwrap().state(), NoticeState::Sent);
    let waits = sent(store, &world, 1).await;
    store::activity::cancel(store, world.activities[1], "停电".into(), (world.host, now())).await.unwrap();
    let late = notice::decide(store, waits, (Some(world.places.county), String::new()), world.office, now()).await;
    assert_eq!(conflict(late), "notice_decided_key", "no number is spent on what does not take place");
    let withdrawn = notice::get(store, waits).await.unwrap();
    assert_eq!(withdrawn.state(), NoticeState::Withdrawn);
    assert_eq!(withdrawn.withdrawal.unwrap().reason, "活动已取消：停电");
    let cancelled = notice::send(store, world.activities[1], "照常".into(), world.host, now()).await;
    assert_eq!(conflict(cancelled), "notice_of_cancelled");
}

async fn no_word_of_a_notice_is_changed_or_taken_away(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = sent(store, &world, 0).await;
    approved(store, &world, id, world.places.county, now()).await;
    notice::withdraw(store, id, "改期".into(), (world.host, None), now()).await.unwrap();
    let before = notice::get(store, id).await.unwrap();
    let rows = fresh.intruder().await;
    let tables = [
        ("notice", "content"),
        ("notice_decided", "reason"),
        ("notice_withdrawn", "reason"),
        ("notice_about", "place"),
    ];
    for (table, column) in tables {
        for statement in [format!("update {table} set {column} = 'x'"), format!("delete from {table}")] {
            let refused = sqlx::query(AssertSqlSafe(statement)).execute(&rows).await.unwrap_err();
            assert!(refused.to_string().contains("notice_insert_only"), "{refused}");
        }
    }
    assert_eq!(notice::get(store, id).await.unwrap(), before);
}

async fn a_draft_is_not_written_over_by_who_saw_another_one(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let activity = world.activities[0];
    let save = async |text: &str, revision, by| {
        store::notice_draft::save(store, activity, (text.into(), revision), by, now()).await
    };
    assert_eq!(store::notice_draft::of(store, activity).await.unwrap(), None);
    let first = save("请全体成员", 0, world.host).await.unwrap();
    assert_eq!((first.revision, first.by_name.as_str()), (1, "周文澜"));
    let second = save("请全体成员参加。", 1, world.office.account).await.unwrap();
    assert_eq!((second.revision, second.by_name.as_str()), (2, "宋雅琴"));
    for seen in [0, 1, 3] {
        assert_eq!(conflict(save("别的", seen, world.host).await), "notice_draft_changed", "{seen}");
    }
    assert_eq!(store::notice_draft::of(store, activity).await.unwrap(), Some(second));
    assert!(matches!(save(&"长".repeat(3001), 2, world.host).await, Err(StoreError::Invalid(_))));
    sent(store, &world, 0).await;
    let left = store::notice_draft::of(store, activity).await.unwrap().unwrap();
    assert_eq!((left.content.as_str(), left.revision), ("", 3));
    for seen in [0, 1, 2] {
        assert_eq!(conflict(save("请", seen, world.host).await), "notice_draft_changed", "{seen}: it was sent");
    }
    assert_eq!(save("再发一份", 3, world.host).await.unwrap().revision, 4);
}
