//! The demo: a small believable world for an empty database, and a broadcast that is always on.

mod assessed;
mod past;
mod world;

use crate::domain::case::Decider;
use crate::domain::id::BadId;
use crate::domain::password::{self, PasswordError, SALT_BYTES};
use crate::domain::{
    AccountId, AccountRole, ActivityId, ActivityKind, ActivityState, Day, DaysNote, Level, LevelRuling, MemberMarks,
    Mode, NewAccount, NewActivity, NewMembership, NewRegion, NewSchool, NewSeries, NewStudio, RegionId, SchoolId,
    SeriesId, SessionId, StudioId, Time,
};
use crate::store::{self, Store, StoreError};
pub use assessed::{Shown, paper};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use world::{Person, Planned};

/// All demo accounts share it; it is printed at the start.
pub const PASSWORD: &str = "lectern-demo";

/// Settings that remember the demo between starts.
const STATE: &str = "demo";
const BEGUN: &str = "begun";
const DONE: &str = "done";
const BROADCAST: &str = "demo_broadcast";
/// A broadcast that has been on for longer is ended and begun anew, so that the planned time stays believable.
const BROADCAST_LASTS: Duration = Duration::from_secs(12 * 3600);

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the demo password can't be hashed")]
    Password(#[from] PasswordError),
    #[error("演示数据上次只写了一半。请删除数据库文件后重新启动。")]
    HalfSeeded,
    #[error("a setting of the demo names no activity")]
    BadSetting(#[from] BadId),
    #[error("a task of the demo ended badly")]
    Task(#[from] JoinError),
}

/// What the start prints: one sign-in for each role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    pub role: &'static str,
    pub name: &'static str,
    pub login_name: &'static str,
}

pub const SIGN_INS: &[SignIn] = &[
    SignIn { role: "主持人", name: "周文澜", login_name: "zhouwenlan" },
    SignIn { role: "学科带头人", name: "林雨桐", login_name: "linyutong" },
    SignIn { role: "骨干学员（乡村教师）", name: "陈晓梅", login_name: "chenxiaomei" },
    SignIn { role: "工作站管理员", name: "宋雅琴", login_name: "songyaqin" },
    SignIn { role: "平台管理员", name: "韩知行", login_name: "admin" },
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeded {
    /// The database was empty and has the demo world now.
    Fresh,
    /// The demo world was there; nothing changed.
    Kept,
    /// The database belongs to somebody else; nothing changed.
    NotEmpty,
}

/// Puts the demo world into an empty database. Any other database stays as it is.
pub async fn seed(store: &Store, now: Time) -> Result<Seeded, DemoError> {
    match store::setting::get(store, STATE).await?.as_deref() {
        Some(DONE) => return Ok(Seeded::Kept),
        Some(_) => return Err(DemoError::HalfSeeded),
        None if store::account::any(store).await? => return Ok(Seeded::NotEmpty),
        None => store::setting::put(store, STATE, BEGUN.to_owned()).await?,
    }
    let schools = places(store).await?;
    let accounts = people(store, &schools, now).await?;
    let studios = studios(store, &schools, &accounts, now).await?;
    activities(store, &studios, &accounts, now).await?;
    assessed::rule(store, &studios, &schools.schools, &accounts, now).await?;
    store::setting::put(store, STATE, DONE.to_owned()).await?;
    Ok(Seeded::Fresh)
}

/// Hands in the demo's Evidence; every piece of it shows this file.
pub async fn hand_in(store: &Store, shown: &Shown, now: Time) -> Result<(), DemoError> {
    let account =
        async |at: usize| Ok::<_, DemoError>(store::login::credentials(store, SIGN_INS[at].login_name).await?);
    let (Some(host), Some(office)) = (account(0).await?, account(3).await?) else { return Ok(()) };
    let host = host.account.id;
    let office = assessed::officer(office.account.id);
    let belongings = store::membership::of_account(store, host, now.day()).await?;
    let Some(studio) = belongings.first().map(|one| one.membership.studio) else { return Ok(()) };
    assessed::hand_in(store, studio, host, office, shown, now).await
}

/// The Session of the broadcast that is always on; begun when it is not. Guests may enter it. None when the database
/// is not the demo's.
pub async fn broadcast(store: &Store, now: Time) -> Result<Option<SessionId>, DemoError> {
    if store::setting::get(store, STATE).await?.as_deref() != Some(DONE) {
        return Ok(None);
    }
    if let Some(session) = running_broadcast(store, now).await? {
        return Ok(Some(session));
    }
    let host = store::login::credentials(store, SIGN_INS[0].login_name).await?;
    let Some(host) = host.map(|known| known.account.id) else { return Ok(None) };
    let belongings = store::membership::of_account(store, host, now.day()).await?;
    let Some(studio) = belongings.first().map(|one| one.membership.studio) else { return Ok(None) };
    let new = NewActivity {
        studio,
        series: None,
        title: "试播：画面、声音与时钟".to_owned(),
        summary: "全天开着的测试直播：画面上有走动的时钟，每秒一声提示音。可以用来试一试自己的网络和设备。".to_owned(),
        kind: ActivityKind::Broadcast,
        mode: Mode::Online,
        level: Level::Province,
        audience: "所有老师".to_owned(),
        place: String::new(),
        planned_start: now,
        planned_end: now + BROADCAST_LASTS,
        presenters: vec![host],
        guests_allowed: true,
    };
    let activity = store::activity::create(store, new, now).await?.id;
    let session = store::session::go_live(store, activity, None, now).await?.id;
    store::setting::put(store, BROADCAST, activity.to_string()).await?;
    Ok(Some(session))
}

async fn running_broadcast(store: &Store, now: Time) -> Result<Option<SessionId>, DemoError> {
    let Some(activity) = store::setting::get(store, BROADCAST).await? else { return Ok(None) };
    let activity = store::activity::get(store, ActivityId::parse(&activity)?).await?;
    let live = store::session::live(store).await?;
    let Some(session) = live.into_iter().find(|session| session.activity == activity.id) else { return Ok(None) };
    if activity.state == ActivityState::Live && now < activity.planned_end {
        return Ok(Some(session.id));
    }
    store::session::end(store, session.id, now).await?;
    Ok(None)
}

/// Schools and regions by their names.
struct Places {
    regions: HashMap<&'static str, RegionId>,
    schools: HashMap<&'static str, SchoolId>,
}

async fn places(store: &Store) -> Result<Places, DemoError> {
    let mut regions = HashMap::new();
    for (name, kind, parent) in world::REGIONS {
        let parent = parent.and_then(|parent| regions.get(parent).copied());
        let new = NewRegion { name: (*name).to_owned(), kind: *kind, parent };
        regions.insert(*name, store::region::create(store, new).await?.id);
    }
    let mut making = JoinSet::new();
    for (name, region, rural) in world::SCHOOLS {
        let new = NewSchool { name: (*name).to_owned(), region: regions[region], rural: *rural };
        let store = store.clone();
        making.spawn(async move { Ok((*name, store::school::create(&store, new).await?.id)) });
    }
    Ok(Places { regions, schools: all(making).await?.into_iter().collect() })
}

async fn people(store: &Store, places: &Places, now: Time) -> Result<HashMap<&'static str, AccountId>, DemoError> {
    // One hash for all: each hash is made to take its time, and this password is printed anyway.
    let salt = store::random_bytes::<SALT_BYTES>()?;
    let password_hash = tokio::task::spawn_blocking(move || password::hash(PASSWORD, &salt)).await??;
    let mut making = JoinSet::new();
    for person in world::PEOPLE {
        let Person { login_name, name, role, school, title, subject } = *person;
        let new = NewAccount {
            login_name: login_name.to_owned(),
            name: name.to_owned(),
            role,
            scope: (role == AccountRole::Office).then(|| places.regions["江南省"]),
            school: school.map(|school| places.schools[school]),
            title: title.to_owned(),
            subject: subject.to_owned(),
            phone: None,
            password_hash: password_hash.clone(),
        };
        let store = store.clone();
        making.spawn(async move { Ok((name, store::account::create(&store, new, now).await?.id)) });
    }
    Ok(all(making).await?.into_iter().collect())
}

/// A Studio with its Series.
struct Made {
    id: StudioId,
    series: Option<SeriesId>,
}

async fn studios(
    store: &Store,
    places: &Places,
    accounts: &HashMap<&'static str, AccountId>,
    now: Time,
) -> Result<Vec<Made>, DemoError> {
    let mut made = Vec::with_capacity(world::STUDIOS.len());
    let mut making = JoinSet::new();
    let today = now.day();
    let office = assessed::office(accounts).account;
    for one in world::STUDIOS {
        let cycle_start = today.plus(-one.cycle_began_days_ago);
        let new = NewStudio {
            name: one.name.to_owned(),
            tier: one.tier,
            kind: one.kind,
            subject: one.subject.to_owned(),
            region: places.regions[one.region],
            cycle_start,
            policy: Some(one.policy.to_owned()),
            introduction: one.introduction.to_owned(),
        };
        let id = store::studio::create(store, new, now).await?.id;
        let series = NewSeries { studio: id, title: one.series.0.to_owned(), theme: one.series.1.to_owned() };
        let series = Some(store::series::create(store, series, now).await?.id);
        made.push(Made { id, series });
        for (role, name, came, left) in one.members {
            let from = came.map_or(cycle_start, |days| today.plus(-days));
            let to: Option<Day> = left.map(|days| today.plus(-days));
            let new = NewMembership { studio: id, account: accounts[name], role: *role, from, to };
            let store = store.clone();
            let note = DaysNote { by: office, reason: String::new(), at: now };
            let by = (Decider::Office, note);
            making.spawn(async move { Ok(store::membership::create(&store, new, MemberMarks::default(), by).await?) });
        }
    }
    all(making).await?;
    Ok(made)
}

async fn activities(
    store: &Store,
    studios: &[Made],
    accounts: &HashMap<&'static str, AccountId>,
    now: Time,
) -> Result<(), DemoError> {
    let mut making = JoinSet::new();
    for (number, planned) in (0_u64..).zip(world::ACTIVITIES) {
        let studio = &studios[planned.studio];
        let start = planned.start(now);
        let new = new_activity(planned, studio, accounts, start);
        let created_at = start.min(now) - Duration::from_secs(7 * 24 * 3600);
        let there = past::attendees(planned, accounts, number);
        let (store, office) = (store.clone(), assessed::office(accounts));
        making.spawn(async move {
            let end = new.planned_end;
            let activity = store::activity::create(&store, new, created_at).await?.id;
            if let Some(reason) = planned.cancelled {
                let by = (office.account, created_at);
                store::activity::cancel(&store, activity, reason.to_owned(), by).await?;
            } else if end < now {
                past::hold(&store, activity, start, end, there, number).await?;
                if planned.confirmed {
                    let ruling = LevelRuling { level: planned.level, confirmed: true, reason: String::new() };
                    store::ruling::level(&store, activity, ruling, office, now).await?;
                }
            }
            Ok(())
        });
    }
    all(making).await?;
    Ok(())
}

fn new_activity(
    planned: &Planned,
    studio: &Made,
    accounts: &HashMap<&'static str, AccountId>,
    start: Time,
) -> NewActivity {
    NewActivity {
        studio: studio.id,
        series: studio.series.filter(|_| planned.in_series),
        title: planned.title.to_owned(),
        summary: planned.summary.to_owned(),
        kind: planned.kind,
        mode: planned.mode,
        level: planned.level,
        audience: planned.audience.to_owned(),
        place: planned.place.to_owned(),
        planned_start: start,
        planned_end: start + Duration::from_secs(60 * planned.minutes),
        presenters: planned.presenters.iter().map(|name| accounts[name]).collect(),
        guests_allowed: planned.guests_allowed,
    }
}

/// Waits for all; the first error is the result. Running at once lets the store put them into few commits.
async fn all<T: 'static>(mut tasks: JoinSet<Result<T, DemoError>>) -> Result<Vec<T>, DemoError> {
    let mut done = Vec::with_capacity(tasks.len());
    while let Some(result) = tasks.join_next().await {
        done.push(result??);
    }
    Ok(done)
}
