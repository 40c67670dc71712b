//! How long a Region's assessment takes from the database: `cargo bench -p lectern --bench office [-- STUDIOS [YEARS [URL]]]`.
//!
//! 600 Studios with 12 Activities of 60 people in each of some years, from the ledger's lines, 12 a person and hour: cold, with the Facts
//! kept, and unchanged; then one Studio's page and the Region's table, by the queries alone and as an office's browser asks a whole server for
//! them. Three years are 1.3 million records and 15.6 million events.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use clap::{Args, Command, FromArgMatches};
use lectern::config::Config;
use lectern::domain::attendance::CheckpointDetail;
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::http::clock::Clock;
use lectern::jobs::assessment;
use lectern::store::{self, Store};
use reqwest::Client;
use reqwest::cookie::Jar;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const STUDIOS: usize = 600;
const ACTIVITIES: u64 = 12;
const PEOPLE: usize = 60;
const CORE: usize = 11;
const POLICY: &str = "zhejiang-2019";
/// The last of the years, which is assessed.
const YEAR: i32 = 2026;
/// Of a person in an Activity of an hour.
const CHECKPOINTS: u64 = 11;
/// Tasks that write at once, so that commits are shared.
const WRITERS: usize = 32;
const LOOKS: usize = 200;

#[tokio::main]
async fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let studios = given.first().and_then(|arg| arg.parse().ok()).unwrap_or(STUDIOS);
    let file = format!("{}/office-bench-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let years = given.get(1).and_then(|arg| arg.parse().ok()).unwrap_or(1);
    let url = given.get(2).cloned().unwrap_or_else(|| format!("sqlite:{file}/lectern.db"));
    let store = Store::open(&url).await.unwrap();
    let now = Time::parse("2026-12-20T09:00:00+08:00").unwrap();
    let began = Instant::now();
    let region = world(&store, studios, years, now).await;
    let records = studios * years * ACTIVITIES as usize * PEOPLE;
    println!(
        "{:?}, {studios} Studios, {years} years, {records} records, {} events, written in {:.0} s",
        store.database(),
        records * (1 + CHECKPOINTS as usize) + studios * years * ACTIVITIES as usize * 2,
        began.elapsed().as_secs_f64()
    );
    for what in ["from the lines", "unchanged"] {
        round(&store, what, now).await;
    }
    // The next day every card is another one, and the Facts are the same.
    round(&store, "with the Facts kept", now + Duration::from_secs(86_400)).await;

    let all = store::studio::assessed(&store, Some(region)).await.unwrap();
    let ids: Vec<StudioId> = all.iter().map(|one| one.id).collect();
    let mut pages = Vec::with_capacity(LOOKS);
    for studio in all.iter().cycle().take(LOOKS) {
        let began = Instant::now();
        store::scorecard::of_studio(&store, studio.clone(), YEAR, now.day()).await.unwrap().unwrap();
        pages.push(began.elapsed());
    }
    told("one Studio's page", pages);
    let mut tables = Vec::with_capacity(LOOKS);
    let rules = store::policy::of_year(&store, POLICY, YEAR, now.day()).unwrap();
    for _ in 0..LOOKS {
        let began = Instant::now();
        store::studio::assessed(&store, Some(region)).await.unwrap();
        assert_eq!(store::scorecard::kept(&store, &ids, POLICY, YEAR).await.unwrap().len(), ids.len());
        store::membership::hosts_of(&store, &ids, now.day()).await.unwrap();
        assert_eq!(store::scorecard::standings(&store, &rules, YEAR).await.unwrap().len(), ids.len());
        tables.push(began.elapsed());
    }
    told("the Region's table", tables);
    over_http(&store, (&file, &url), (region, ids[0]), now).await;
    store.close().await;
    let _left_for_the_next_cleaning = std::fs::remove_dir_all(file);
}

/// A server of its own beside the store, with its sweeps and jobs, and one browser of the Region's office.
async fn over_http(store: &Store, (file, url): (&str, &str), (region, studio): (RegionId, StudioId), now: Time) {
    let office = NewAccount {
        login_name: "office".into(),
        name: "工作站".into(),
        role: AccountRole::Office,
        scope: Some(region),
        school: None,
        title: String::new(),
        subject: String::new(),
        password_hash: "none".into(),
        phone: None,
    };
    let office = store::account::create(store, office, now).await.unwrap().id;
    let login = store::login::begin(store, office, now).await.unwrap();
    let data = format!("{file}/server");
    let port = free_port().to_string();
    let given = ["bench", "--http-listen", "127.0.0.1:0", "--https-listen", "off", "--media-port", &port]
        .into_iter()
        .chain(["--media-addresses", "127.0.0.1", "--media-tcp", "off", "--media-shards", "1"])
        .chain(["--database-url", url, "--data-dir", &data, "--log", "warn"]);
    let config =
        Config::from_arg_matches(&Config::augment_args(Command::new("bench")).get_matches_from(given)).unwrap();
    let (tell, told_where) = tokio::sync::oneshot::channel();
    let server = tokio::spawn(lectern::app::serve(config, Clock::new(move || now), |come| {
        tell.send(come.local[0].clone()).unwrap();
    }));
    let site = told_where.await.unwrap();
    let jar = Arc::new(Jar::default());
    jar.add_cookie_str(&format!("lectern_login={}; Path=/", login.token), &site.parse().unwrap());
    let browser = Client::builder().cookie_provider(jar).no_proxy().build().unwrap();
    let table = format!("/api/regions/{region}/scorecards?year={YEAR}");
    for (what, path) in [
        ("GET scorecards of the Region", table.clone()),
        ("GET scorecards of the Region, by risk, 100 rows", format!("{table}&sort=risk&size=100")),
        ("GET scorecards of the Region, a name", format!("{table}&q=%E5%AE%A417")),
        ("GET scorecard of a Studio", format!("/api/studios/{studio}/scorecard?year={YEAR}")),
        ("GET capacities of the Region", format!("/api/regions/{region}/capacities")),
    ] {
        let mut times = Vec::with_capacity(LOOKS);
        let mut bytes = 0;
        for _ in 0..LOOKS {
            let began = Instant::now();
            let answer = browser.get(format!("{site}{path}")).send().await.unwrap().error_for_status().unwrap();
            bytes = answer.bytes().await.unwrap().len();
            times.push(began.elapsed());
        }
        told(&format!("{what}, {} kB", bytes / 1000), times);
    }
    println!("{} MB resident", resident_mb());
    server.abort();
}

fn free_port() -> u16 {
    std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn round(store: &Store, what: &str, now: Time) {
    let began = Instant::now();
    let made = assessment::refresh(store, None, now).await.unwrap();
    println!("{made} scorecards, {what}: {:.2} s, {} MB resident", began.elapsed().as_secs_f64(), resident_mb());
}

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let millis = |at: usize| times[at.min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("{what}: median {:.1} ms, p99 {:.1} ms", millis(times.len() / 2), millis(times.len() * 99 / 100));
}

async fn world(store: &Store, studios: usize, years: usize, now: Time) -> RegionId {
    let region = NewRegion { name: "江南省".into(), kind: RegionKind::Province, parent: None };
    let region = store::region::create(store, region).await.unwrap().id;
    let school = NewSchool { name: "石桥小学".into(), region, rural: true };
    let school = store::school::create(store, school).await.unwrap().id;
    let mut making = JoinSet::new();
    for number in 0..studios {
        if making.len() >= WRITERS {
            making.join_next().await.unwrap().unwrap();
        }
        let store = store.clone();
        making.spawn(async move { one(&store, (number, years), region, school, now).await });
    }
    while let Some(made) = making.join_next().await {
        made.unwrap();
    }
    region
}

async fn one(store: &Store, (number, years): (usize, usize), region: RegionId, school: SchoolId, now: Time) {
    let first = YEAR + 1 - years as i32;
    let first_day = Day::parse(&format!("{first}-01-01")).unwrap();
    let new = NewStudio {
        name: format!("工作室{number}"),
        tier: Tier::Province,
        kind: StudioKind::Network,
        subject: "语文".into(),
        region,
        cycle_start: first_day,
        policy: Some(POLICY.into()),
        introduction: String::new(),
    };
    let studio = store::studio::create(store, new, now).await.unwrap().id;
    let mut people = Vec::with_capacity(PEOPLE);
    for person in 0..PEOPLE {
        let new = NewAccount {
            login_name: format!("teacher{number}-{person}"),
            name: format!("老师{person}"),
            role: AccountRole::Teacher,
            scope: None,
            school: Some(school),
            title: String::new(),
            subject: String::new(),
            password_hash: "none".into(),
            phone: None,
        };
        let account = store::account::create(store, new, now).await.unwrap().id;
        let role = match person {
            0 => MemberRole::Host,
            one if one <= CORE => MemberRole::Core,
            _ => MemberRole::Trainee,
        };
        let new = NewMembership { studio, account, role, from: first_day, to: None };
        let note = DaysNote { by: account, reason: String::new(), at: first_day.start() };
        let (keeper, marks) = (case::Decider::Office, MemberMarks::default());
        store::membership::create(store, new, marks, (keeper, note)).await.unwrap();
        people.push(account);
    }
    for year in first..=YEAR {
        let january = Time::parse(&format!("{year}-01-15T14:30:00+08:00")).unwrap();
        for activity in 0..ACTIVITIES {
            hold(store, studio, january + Duration::from_secs(activity * 28 * 86_400), &people).await;
        }
    }
}

async fn hold(store: &Store, studio: StudioId, start: Time, people: &[AccountId]) {
    let end = start + Duration::from_secs(3600);
    let new = NewActivity {
        studio,
        series: None,
        title: format!("研修 {}", start.day()),
        summary: String::new(),
        kind: ActivityKind::Seminar,
        mode: Mode::Online,
        level: Level::County,
        audience: String::new(),
        place: String::new(),
        planned_start: start,
        planned_end: end,
        presenters: Vec::new(),
        guests_allowed: false,
    };
    let activity = store::activity::create(store, new, start).await.unwrap().id;
    let session = store::session::go_live(store, activity, people.first().copied(), start).await.unwrap().id;
    let line = |kind, who: Option<(u32, AccountId)>, wall: Time, detail: &str| NewEvent {
        id: store::random_id().unwrap(),
        kind,
        participant: who.map(|(number, _)| number),
        person: who.map(|(_, account)| Person::Account(account)),
        detail: detail.to_owned(),
        monotonic_us: wall.micros() - start.micros(),
        wall,
    };
    let ms = 3_600_000 / CHECKPOINTS;
    let proof = CheckpointDetail { media_ms: Some(ms), visible_ms: ms, ..CheckpointDetail::default() };
    let proof = serde_json::to_string(&proof).unwrap();
    let there = || (1_u32..).zip(people.iter().copied()).map(Some);
    let mut lines = vec![line(PresenceKind::SessionStarted, None, start, "{}")];
    lines.extend(there().map(|who| line(PresenceKind::Joined, who, start, "{}")));
    for number in 1..=CHECKPOINTS {
        let wall = start + Duration::from_millis(ms * number);
        lines.extend(there().map(|who| line(PresenceKind::Checkpoint, who, wall, &proof)));
    }
    lines.push(line(PresenceKind::SessionEnded, None, end, "{}"));
    store::ledger::append(store, session, lines).await.unwrap();
    store::session::end(store, session, end).await.unwrap();
}

/// From `/proc/self/statm`, in pages of 4 KiB.
fn resident_mb() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096 / 1_000_000
}
