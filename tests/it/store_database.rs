//! A fresh store for each test, on both databases; and small people and places to test with.

use lectern::domain::id::Id;
use lectern::domain::*;
use lectern::store::{self, Store, StoreError};
use sqlx::AnyPool;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) url: String,
    /// Removed when the test ends.
    _dir: Option<tempfile::TempDir>,
}

pub(crate) async fn sqlite() -> Fresh {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/new folder/lectern.db", dir.path().display());
    Fresh { store: Store::open(&url).await.unwrap(), url, _dir: Some(dir) }
}

pub(crate) async fn postgres() -> Fresh {
    let url = crate::postgres::fresh_database().await;
    Fresh { store: Store::open(&url).await.unwrap(), url, _dir: None }
}

impl Fresh {
    /// Beside the store, as someone with the database's password would come.
    pub(crate) async fn intruder(&self) -> AnyPool {
        AnyPool::connect(&self.url).await.unwrap()
    }
}

/// Makes each named `async fn(Fresh)` a test on SQLite and a test on PostgreSQL.
macro_rules! on_both {
    ($($fact:ident,)+) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact(crate::store_database::sqlite().await).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact(crate::store_database::postgres().await).await;
            })+
        }
    };
}

pub(crate) use on_both;

/// Ids 1, 2, 3 …: different in every call of the whole binary.
pub(crate) fn next_id<T: Id>() -> T {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    T::from_random(bytes)
}

/// 2026-11-20, a Friday, 15:00 in China.
pub(crate) fn now() -> Time {
    Time::parse("2026-11-20T15:00:00+08:00").unwrap()
}

pub(crate) fn at(text: &str) -> Time {
    Time::parse(&format!("2026-11-{text}:00+08:00")).unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) async fn region(store: &Store, name: &str, kind: RegionKind, parent: Option<RegionId>) -> RegionId {
    store::region::create(store, NewRegion { name: name.into(), kind, parent }).await.unwrap().id
}

/// A province, a city and a county below it, and a school there.
pub(crate) struct Places {
    pub(crate) province: RegionId,
    pub(crate) city: RegionId,
    pub(crate) county: RegionId,
    pub(crate) school: SchoolId,
}

pub(crate) async fn places(store: &Store) -> Places {
    let province = region(store, "江南省", RegionKind::Province, None).await;
    let city = region(store, "临江市", RegionKind::City, Some(province)).await;
    let county = region(store, "青禾县", RegionKind::County, Some(city)).await;
    let school = NewSchool { name: "石桥镇中心小学".into(), region: county, rural: true };
    let school = store::school::create(store, school).await.unwrap().id;
    Places { province, city, county, school }
}

pub(crate) fn teacher(login_name: &str, name: &str, school: SchoolId) -> NewAccount {
    NewAccount {
        login_name: login_name.into(),
        name: name.into(),
        role: AccountRole::Teacher,
        scope: None,
        school: Some(school),
        title: "一级教师".into(),
        subject: "小学语文".into(),
        phone: None,
        password_hash: "not a hash".into(),
    }
}

pub(crate) async fn account(store: &Store, login_name: &str, name: &str, school: SchoolId) -> AccountId {
    store::account::create(store, teacher(login_name, name, school), now()).await.unwrap().id
}

pub(crate) fn studio_form(name: &str, region: RegionId) -> NewStudio {
    NewStudio {
        name: name.into(),
        tier: Tier::Province,
        kind: StudioKind::Network,
        subject: "小学语文".into(),
        region,
        cycle_start: day("2025-01-01"),
        policy: Some("zhejiang-2019".into()),
        introduction: String::new(),
    }
}

pub(crate) async fn studio(store: &Store, name: &str, region: RegionId) -> StudioId {
    store::studio::create(store, studio_form(name, region), now()).await.unwrap().id
}

/// As an office enters it.
/// From today on.
pub(crate) fn since(by: AccountId) -> Since {
    Since { day: None, by, at: now() }
}

/// It always was so.
pub(crate) fn ever(by: AccountId) -> Since {
    Since { day: Some(day("2000-01-01")), ..since(by) }
}

pub(crate) async fn begin(store: &Store, new: NewMembership) -> Result<Membership, StoreError> {
    let by = (case::Decider::Office, DaysNote { by: new.account, reason: String::new(), at: new.from.start() });
    store::membership::create(store, new, MemberMarks::default(), by).await
}

/// As an office sets the last day.
pub(crate) async fn set_end(store: &Store, id: MembershipId, to: Option<Day>) -> Result<(), StoreError> {
    let by = store::membership::get(store, id).await?.account;
    let by = (case::Decider::Office, DaysNote { by, reason: "写错了".into(), at: now() });
    let change = store::membership::MembershipChange { to: Some(to), ..Default::default() };
    store::membership::change(store, id, change, by).await
}

pub(crate) async fn member(
    store: &Store,
    studio: StudioId,
    account: AccountId,
    role: MemberRole,
    from: &str,
) -> Membership {
    let new = NewMembership { studio, account, role, from: day(from), to: None };
    begin(store, new).await.unwrap()
}

pub(crate) fn plan(studio: StudioId, title: &str, start: Time, end: Time) -> NewActivity {
    NewActivity {
        studio,
        series: None,
        title: title.into(),
        summary: String::new(),
        kind: ActivityKind::Seminar,
        mode: Mode::Online,
        level: Level::County,
        audience: "全县小学语文教师".into(),
        place: String::new(),
        planned_start: start,
        planned_end: end,
        presenters: Vec::new(),
        guests_allowed: false,
    }
}

pub(crate) async fn activity(store: &Store, studio: StudioId, title: &str, start: Time, end: Time) -> ActivityId {
    store::activity::create(store, plan(studio, title, start, end), now()).await.unwrap().id
}

/// A Session that is live, with all that it needs around it.
pub(crate) async fn live_session(store: &Store) -> SessionId {
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let activity = activity(store, studio, "习作单元整体教学", at("20T14:30"), at("20T16:00")).await;
    store::session::go_live(store, activity, None, at("20T14:30")).await.unwrap().id
}

/// The constraint that refused it.
pub(crate) fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) -> &'static str {
    match result {
        Err(StoreError::Conflict(constraint)) => constraint.name,
        other => panic!("not a conflict: {other:?}"),
    }
}
