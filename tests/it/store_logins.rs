//! Signing in: tokens, expiry, and the lock after wrong passwords.

use crate::store_database::*;
use lectern::domain::login::{ABSOLUTE_LIMIT, IDLE_LIMIT, LOCKED_FOR};
use lectern::domain::*;
use lectern::store::{self, StoreError};
use std::time::Duration;
use tokio::task::JoinSet;

on_both! {
    a_login_is_found_by_its_token_only,
    the_database_does_not_hold_the_token,
    a_login_that_is_not_used_expires,
    a_login_that_is_used_lasts_thirty_days,
    five_wrong_passwords_lock_for_fifteen_minutes,
    guesses_sent_at_once_all_count,
    a_right_password_forgets_the_wrong_ones,
    signing_out_ends_this_browser_only,
    a_new_password_signs_out_everywhere,
    a_disabled_account_is_out_at_once,
    expired_logins_are_swept,
}

const HOUR: Duration = Duration::from_secs(3600);

async fn someone(fresh: &Fresh) -> AccountId {
    let places = places(&fresh.store).await;
    account(&fresh.store, "zhouwenlan", "周文澜", places.school).await
}

async fn a_login_is_found_by_its_token_only(fresh: Fresh) {
    let id = someone(&fresh).await;
    let issued = store::login::begin(&fresh.store, id, now()).await.unwrap();
    let (login, profile) = store::login::find(&fresh.store, &issued.token, now()).await.unwrap().unwrap();
    assert_eq!((&login, profile.account.name.as_str()), (&issued.login, "周文澜"));
    assert_eq!(issued.token.len(), 43, "256 bits in base64url");
    for wrong in ["", "x", &issued.token[1..], issued.login.id.as_str()] {
        assert!(store::login::find(&fresh.store, wrong, now()).await.unwrap().is_none(), "{wrong}");
    }
    let other = store::login::begin(&fresh.store, id, now()).await.unwrap();
    assert_ne!((&other.token, &other.login.csrf), (&issued.token, &issued.login.csrf));
}

async fn the_database_does_not_hold_the_token(fresh: Fresh) {
    let id = someone(&fresh).await;
    let issued = store::login::begin(&fresh.store, id, now()).await.unwrap();
    let intruder = fresh.intruder().await;
    let row = sqlx::query("select id, account, csrf, token_hash from login").fetch_one(&intruder).await.unwrap();
    use sqlx::Row as _;
    let hash: Vec<u8> = row.get("token_hash");
    assert_eq!(hash, ring::digest::digest(&ring::digest::SHA256, issued.token.as_bytes()).as_ref());
    for column in ["id", "account", "csrf"] {
        assert_ne!(row.get::<String, _>(column), issued.token);
    }
}

async fn a_login_that_is_not_used_expires(fresh: Fresh) {
    let id = someone(&fresh).await;
    let token = store::login::begin(&fresh.store, id, now()).await.unwrap().token;
    assert!(store::login::find(&fresh.store, &token, now() + IDLE_LIMIT).await.unwrap().is_none());
    let within = now() + IDLE_LIMIT - HOUR;
    assert!(store::login::find(&fresh.store, &token, within).await.unwrap().is_some());
    assert!(store::login::find(&fresh.store, &token, within + IDLE_LIMIT - HOUR).await.unwrap().is_some(), "it slid");
}

async fn a_login_that_is_used_lasts_thirty_days(fresh: Fresh) {
    let id = someone(&fresh).await;
    let token = store::login::begin(&fresh.store, id, now()).await.unwrap().token;
    let mut at = now();
    while at + 24 * HOUR < now() + ABSOLUTE_LIMIT {
        at = at + 24 * HOUR;
        assert!(store::login::find(&fresh.store, &token, at).await.unwrap().is_some(), "{at}");
    }
    assert!(store::login::find(&fresh.store, &token, now() + ABSOLUTE_LIMIT).await.unwrap().is_none());
}

async fn five_wrong_passwords_lock_for_fifteen_minutes(fresh: Fresh) {
    let id = someone(&fresh).await;
    for left in [4, 3, 2, 1, 0] {
        let failures = store::login::failed(&fresh.store, id, now()).await.unwrap();
        assert_eq!(failures.left(), left);
    }
    let until = now() + LOCKED_FOR;
    let known = store::login::credentials(&fresh.store, " ZhouWenlan ").await.unwrap().unwrap();
    assert_eq!(known.failures.locked(now()), Some(until));
    let refused = store::login::begin(&fresh.store, id, now() + HOUR / 5).await;
    assert!(matches!(refused, Err(StoreError::Locked { until: told }) if told == until), "{refused:?}");
    store::login::begin(&fresh.store, id, until).await.unwrap();
}

async fn guesses_sent_at_once_all_count(fresh: Fresh) {
    let id = someone(&fresh).await;
    let mut guessing = JoinSet::new();
    for _ in 0..5 {
        let store = fresh.store.clone();
        guessing.spawn(async move { store::login::failed(&store, id, now()).await.unwrap().count });
    }
    let mut counts = guessing.join_all().await;
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 3, 4, 5]);
    assert!(store::login::begin(&fresh.store, id, now()).await.is_err(), "the sixth, though right, comes too late");
}

async fn a_right_password_forgets_the_wrong_ones(fresh: Fresh) {
    let id = someone(&fresh).await;
    for _ in 0..4 {
        store::login::failed(&fresh.store, id, now()).await.unwrap();
    }
    store::login::begin(&fresh.store, id, now()).await.unwrap();
    assert_eq!(store::login::failed(&fresh.store, id, now()).await.unwrap().left(), 4);
}

async fn signing_out_ends_this_browser_only(fresh: Fresh) {
    let id = someone(&fresh).await;
    let one = store::login::begin(&fresh.store, id, now()).await.unwrap();
    let other = store::login::begin(&fresh.store, id, now()).await.unwrap();
    store::login::end(&fresh.store, one.login.id).await.unwrap();
    store::login::end(&fresh.store, one.login.id).await.unwrap();
    assert!(store::login::find(&fresh.store, &one.token, now()).await.unwrap().is_none());
    assert!(store::login::find(&fresh.store, &other.token, now()).await.unwrap().is_some());
}

async fn a_new_password_signs_out_everywhere(fresh: Fresh) {
    let id = someone(&fresh).await;
    let token = store::login::begin(&fresh.store, id, now()).await.unwrap().token;
    let account = store::account::get(&fresh.store, id).await.unwrap().account;
    store::account::update(&fresh.store, account.id, |_| Ok(account), Some("another hash".into()), since(id))
        .await
        .unwrap();
    assert!(store::login::find(&fresh.store, &token, now()).await.unwrap().is_none());
    let known = store::login::credentials(&fresh.store, "zhouwenlan").await.unwrap().unwrap();
    assert_eq!(known.password_hash, "another hash");
}

async fn a_disabled_account_is_out_at_once(fresh: Fresh) {
    let id = someone(&fresh).await;
    let token = store::login::begin(&fresh.store, id, now()).await.unwrap().token;
    let mut account = store::account::get(&fresh.store, id).await.unwrap().account;
    account.disabled = true;
    let edited = account.clone();
    store::account::update(&fresh.store, account.id, |_| Ok(edited), None, since(id)).await.unwrap();
    assert!(store::login::find(&fresh.store, &token, now()).await.unwrap().is_none());
    assert!(store::login::credentials(&fresh.store, "zhouwenlan").await.unwrap().is_none());
    assert!(store::login::begin(&fresh.store, id, now()).await.is_err(), "not even with the right password");
    account.disabled = false;
    store::account::update(&fresh.store, account.id, |_| Ok(account), None, since(id)).await.unwrap();
    assert!(store::login::credentials(&fresh.store, "zhouwenlan").await.unwrap().is_some());
}

async fn expired_logins_are_swept(fresh: Fresh) {
    let id = someone(&fresh).await;
    store::login::begin(&fresh.store, id, now()).await.unwrap();
    let fresh_one = store::login::begin(&fresh.store, id, now() + 24 * HOUR).await.unwrap();
    assert_eq!(store::login::sweep(&fresh.store, now() + IDLE_LIMIT).await.unwrap(), 1);
    assert!(store::login::find(&fresh.store, &fresh_one.token, now() + IDLE_LIMIT).await.unwrap().is_some());
}
