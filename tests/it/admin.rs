//! The first admin: made on the command line, told a password once.

use crate::store_database::*;
use lectern::app::admin;
use lectern::domain::{AccountRole, password};
use lectern::store;

on_both! {
    a_new_installation_gets_an_admin_who_can_sign_in,
    an_admin_who_forgot_gets_another_password,
    somebody_elses_login_name_is_refused,
}

async fn a_new_installation_gets_an_admin_who_can_sign_in(fresh: Fresh) {
    let secret = admin::keep(&fresh.store, "guanli", "韩知行", now()).await.unwrap();
    let known = store::login::credentials(&fresh.store, "guanli").await.unwrap().unwrap();
    assert_eq!(known.account.role, AccountRole::Admin);
    assert_eq!(password::verify(&secret, &known.password_hash), Ok(true));
    password::check(&secret).unwrap();
}

async fn an_admin_who_forgot_gets_another_password(fresh: Fresh) {
    let first = admin::keep(&fresh.store, "guanli", "韩知行", now()).await.unwrap();
    let second = admin::keep(&fresh.store, "guanli", "韩知行", now()).await.unwrap();
    assert_ne!(first, second);
    let known = store::login::credentials(&fresh.store, "guanli").await.unwrap().unwrap();
    assert_eq!(password::verify(&first, &known.password_hash), Ok(false));
    assert_eq!(password::verify(&second, &known.password_hash), Ok(true));
}

async fn somebody_elses_login_name_is_refused(fresh: Fresh) {
    lectern::jobs::demo::seed(&fresh.store, now()).await.unwrap();
    let refused = admin::keep(&fresh.store, "chenxiaomei", "陈", now()).await.unwrap_err();
    assert!(refused.to_string().contains("不是管理员"), "{refused}");
}
