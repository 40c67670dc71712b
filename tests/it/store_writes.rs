//! How writes reach the disk: in groups, each on its own.

use crate::store_database::*;
use lectern::domain::*;
use lectern::store::{self, Page, Store, StoreError};
use tokio::task::JoinSet;

on_both! {
    writes_that_wait_share_a_commit,
    a_failing_write_does_not_spoil_its_neighbours,
    an_acknowledged_write_is_there_after_reopening,
    a_second_start_keeps_everything,
    a_closed_store_refuses_to_write,
    a_healthy_store_is_ready,
    a_secret_is_made_once,
}

async fn school_in(store: Store, region: RegionId, name: String) -> Result<School, StoreError> {
    store::school::create(&store, NewSchool { name, region, rural: false }).await
}

async fn writes_that_wait_share_a_commit(fresh: Fresh) {
    let county = places(&fresh.store).await.county;
    let before = fresh.store.write_totals();
    let mut writing = JoinSet::new();
    for n in 0..200 {
        writing.spawn(school_in(fresh.store.clone(), county, format!("第{n}小学")));
    }
    writing.join_all().await.into_iter().for_each(|school| drop(school.unwrap()));
    let after = fresh.store.write_totals();
    assert_eq!(after.writes - before.writes, 200);
    let commits = after.commits - before.commits;
    assert!((1..=50).contains(&commits), "200 writes in {commits} commits");
}

async fn a_failing_write_does_not_spoil_its_neighbours(fresh: Fresh) {
    let county = places(&fresh.store).await.county;
    let nowhere: RegionId = next_id();
    let mut writing = JoinSet::new();
    for n in 0..40 {
        writing.spawn(school_in(fresh.store.clone(), county, format!("第{n}小学")));
        // The same name again, or a region that is not there.
        let broken_in = if n % 2 == 0 { county } else { nowhere };
        writing.spawn(school_in(fresh.store.clone(), broken_in, format!("第{n}小学")));
    }
    let results = writing.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 40);
    assert_eq!(results.iter().filter(|r| matches!(r, Err(StoreError::Conflict(_)))).count(), 40);
    let stored = store::school::list(&fresh.store, &Default::default(), Page::new(1, 100)).await.unwrap();
    assert_eq!(stored.total, 41, "and the one of the county");
}

async fn an_acknowledged_write_is_there_after_reopening(fresh: Fresh) {
    let places = places(&fresh.store).await;
    fresh.store.close().await;
    let again = Store::open(&fresh.url).await.unwrap();
    assert_eq!(store::school::get(&again, places.school).await.unwrap().name, "石桥镇中心小学");
}

async fn a_second_start_keeps_everything(fresh: Fresh) {
    let places = places(&fresh.store).await;
    let second = Store::open(&fresh.url).await.unwrap();
    assert_eq!(store::region::tree(&second).await.unwrap().path_name(places.county), "江南省 / 临江市 / 青禾县");
}

async fn a_closed_store_refuses_to_write(fresh: Fresh) {
    let county = places(&fresh.store).await.county;
    fresh.store.close().await;
    let result = school_in(fresh.store.clone(), county, "太晚小学".into()).await;
    assert!(matches!(result, Err(StoreError::Busy)), "{result:?}");
}

async fn a_healthy_store_is_ready(fresh: Fresh) {
    fresh.store.ready().await.unwrap();
    fresh.store.close().await;
    assert!(fresh.store.ready().await.is_err());
}

async fn a_secret_is_made_once(fresh: Fresh) {
    let (one, other) =
        tokio::join!(store::setting::secret(&fresh.store, "ticket"), store::setting::secret(&fresh.store, "ticket"),);
    let ticket = one.unwrap();
    assert_eq!(ticket, other.unwrap());
    let again = Store::open(&fresh.url).await.unwrap();
    assert_eq!(store::setting::secret(&again, "ticket").await.unwrap(), ticket);
    assert_ne!(store::setting::secret(&again, "other").await.unwrap(), ticket);
}

#[tokio::test]
async fn sqlite_runs_with_wal_and_full_synchronous() {
    let fresh = sqlite().await;
    assert_eq!(fresh.store.durability().await.unwrap(), "journal_mode=wal synchronous=2");
}
