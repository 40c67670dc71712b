//! How many presence lines the ledger acknowledges, and how fast: `cargo bench -p lectern --bench ledger [-- URL [SECONDS]]`.
//!
//! 500 people append on a real file with fsync on, or on the database of the URL, which should be empty: first as fast as
//! they are answered, then 5,000 times a second whether they are answered or not, in 500 Sessions and in one. A
//! latency of the second kind counts from when the line was due, so that a stall is not hidden by those who wait for it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::{self, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PEOPLE: usize = 500;
/// Lines a second, of all people together.
const OFFERED: f64 = 5000.0;

#[tokio::main]
async fn main() {
    // cargo adds `--bench` by itself.
    let mut given = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
    let file = format!("{}/ledger-bench-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let url = given.next().unwrap_or_else(|| format!("sqlite:{file}/lectern.db"));
    let seconds = given.next().map_or(10, |text| text.parse().unwrap());
    let store = Store::open(&url).await.unwrap();
    println!("{:?}, {}, {seconds} s each, {PEOPLE} people", store.database(), store.durability().await.unwrap());
    println!(
        "{:<44} {:>9} {:>8} {:>8} {:>8} {:>9} {:>14}",
        "", "events/s", "p50 ms", "p99 ms", "max ms", "commits/s", "events/commit"
    );
    let sessions = live_sessions(&store).await;
    let span = Duration::from_secs(seconds);
    measure("500 Sessions, as fast as acknowledged", &store, &sessions, span, Pace::WhenAnswered).await;
    measure("one Session, as fast as acknowledged", &store, &sessions[..1], span, Pace::WhenAnswered).await;
    measure("500 Sessions, 5,000 offered a second", &store, &sessions, span, Pace::Offered).await;
    measure("one Session, 5,000 offered a second", &store, &sessions[..1], span, Pace::Offered).await;
    for session in &sessions {
        store::ledger::verify(&store, *session).await.unwrap().unwrap();
    }
    store.close().await;
    let _none_with_a_url = std::fs::remove_dir_all(file);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// The next line when the one before is acknowledged.
    WhenAnswered,
    /// Each person's lines at fixed times.
    Offered,
}

async fn measure(name: &str, store: &Store, sessions: &[SessionId], span: Duration, pace: Pace) {
    let before = store.write_totals();
    let begun = Instant::now();
    let mut people = JoinSet::new();
    for person in 0..PEOPLE {
        let (store, session) = (store.clone(), sessions[person % sessions.len()]);
        people.spawn(async move {
            match pace {
                Pace::WhenAnswered => answered(store, session, person, begun + span).await,
                Pace::Offered => offered(store, session, person, begun, span).await,
            }
        });
    }
    let mut waited: Vec<Duration> = people.join_all().await.into_iter().flatten().collect();
    let took = begun.elapsed().as_secs_f64();
    waited.sort_unstable();
    let at = |share: f64| waited[((waited.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let commits = (store.write_totals().commits - before.commits) as f64;
    let events = waited.len() as f64;
    println!(
        "{name:<44} {:>9.0} {:>8.1} {:>8.1} {:>8.1} {:>9.0} {:>14.0}",
        events / took,
        at(0.5),
        at(0.99),
        at(1.0),
        commits / took,
        events / commits
    );
}

async fn answered(store: Store, session: SessionId, person: usize, until: Instant) -> Vec<Duration> {
    let mut waited = Vec::new();
    while Instant::now() < until {
        let asked = Instant::now();
        store::ledger::append(&store, session, vec![event(person)]).await.unwrap();
        waited.push(asked.elapsed());
    }
    waited
}

async fn offered(store: Store, session: SessionId, person: usize, begun: Instant, span: Duration) -> Vec<Duration> {
    let every = Duration::from_secs_f64(PEOPLE as f64 / OFFERED);
    let first = begun + every.mul_f64(person as f64 / PEOPLE as f64);
    let waited = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut asked = JoinSet::new();
    let mut due = first;
    while due < begun + span {
        tokio::time::sleep_until(due.into()).await;
        let (store, waited) = (store.clone(), Arc::clone(&waited));
        asked.spawn(async move {
            store::ledger::append(&store, session, vec![event(person)]).await.unwrap();
            waited.lock().unwrap().push(due.elapsed());
        });
        due += every;
    }
    asked.join_all().await;
    std::mem::take(&mut *waited.lock().unwrap())
}

/// As a checkpoint is.
fn event(person: usize) -> NewEvent {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    let random: [u8; 6] = spread[..6].try_into().unwrap();
    // A second of life each 5,000 lines.
    let wall = Time::from_seconds(1_790_000_000 + i64::try_from(n / 5000).unwrap());
    NewEvent {
        id: EventId::at(wall, random),
        kind: PresenceKind::Checkpoint,
        participant: Some(u32::try_from(person + 1).unwrap()),
        person: Some(Person::Guest { name: format!("老师{person}"), school: "石桥镇中心小学".into() }),
        detail: r#"{"audio_ms":15000,"media_ms":15000,"sound":true,"video_ms":14960,"visible":true}"#.into(),
        monotonic_us: i64::try_from(n).unwrap(),
        wall,
    }
}

async fn live_sessions(store: &Store) -> Vec<SessionId> {
    let now = Time::from_seconds(1_790_000_000);
    let region = NewRegion { name: "江南省".into(), kind: RegionKind::Province, parent: None };
    let region = store::region::create(store, region).await.unwrap().id;
    let studio = NewStudio {
        name: "名师工作室".into(),
        tier: Tier::Province,
        kind: StudioKind::Studio,
        subject: "小学语文".into(),
        region,
        cycle_start: Day::parse("2025-01-01").unwrap(),
        policy: None,
        introduction: String::new(),
    };
    let studio = store::studio::create(store, studio, now).await.unwrap().id;
    let mut sessions = Vec::new();
    for n in 0..PEOPLE {
        let plan = NewActivity {
            studio,
            series: None,
            title: format!("第{n}场"),
            summary: String::new(),
            kind: ActivityKind::Seminar,
            mode: Mode::Online,
            level: Level::County,
            audience: "全县小学语文教师".into(),
            place: String::new(),
            planned_start: now,
            planned_end: now + Duration::from_secs(3600),
            presenters: Vec::new(),
            guests_allowed: true,
        };
        let activity = store::activity::create(store, plan, now).await.unwrap().id;
        sessions.push(store::session::go_live(store, activity, None, now).await.unwrap().id);
    }
    sessions
}
