//! How long reports take from the ledger, cold and kept: `cargo bench -p lectern --bench report [-- URL]`.
//!
//! A Session of 1000 people and 90 minutes, and a year of 60 Sessions with 60 people each, a checkpoint every 15 s.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use lectern::domain::attendance::CheckpointDetail;
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::{self, Store};
use std::time::{Duration, Instant};

const MINUTES: u64 = 90;
const YEAR_SESSIONS: u32 = 60;

#[tokio::main]
async fn main() {
    let mut given = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
    let file = format!("{}/report-bench-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let url = given.next().unwrap_or_else(|| format!("sqlite:{file}/lectern.db"));
    let store = Store::open(&url).await.unwrap();
    let world = World::make(&store).await;
    let began = Instant::now();
    let large = world.hold(&store, 1000, Time::parse("2025-11-20T14:30:00+08:00").unwrap()).await;
    for day in 0..YEAR_SESSIONS {
        let start =
            Time::parse("2026-01-05T14:30:00+08:00").unwrap() + Duration::from_secs(u64::from(day) * 5 * 86_400);
        world.hold(&store, 60, start).await;
    }
    println!("{:?}, written in {:.0} s", store.database(), began.elapsed().as_secs_f64());
    for what in ["read from the lines", "kept"] {
        let began = Instant::now();
        let report = store::report::of_session(&store, large).await.unwrap();
        assert_eq!(report.figures.people, 1000);
        println!("a Session of 1000, {what}: {:.2} s, {} MB resident", began.elapsed().as_secs_f64(), resident_mb());
    }
    let studio = store::studio::get(&store, world.studio).await.unwrap();
    for what in ["read from the lines", "kept"] {
        let began = Instant::now();
        let year = store::report::of_year(&store, &studio, 2026).await.unwrap();
        assert_eq!((year.figures.sessions, year.figures.people), (YEAR_SESSIONS, 60));
        println!(
            "a year of {YEAR_SESSIONS} x 60, {what}: {:.2} s, {} MB resident",
            began.elapsed().as_secs_f64(),
            resident_mb()
        );
    }
    store.close().await;
    let _left_for_the_next_cleaning = std::fs::remove_dir_all(file);
}

struct World {
    studio: StudioId,
    people: Vec<AccountId>,
}

impl World {
    async fn make(store: &Store) -> Self {
        let now = Time::parse("2025-01-01T00:00:00+08:00").unwrap();
        let region = NewRegion { name: "江南省".into(), kind: RegionKind::Province, parent: None };
        let region = store::region::create(store, region).await.unwrap().id;
        let school = NewSchool { name: "石桥小学".into(), region, rural: true };
        let school = store::school::create(store, school).await.unwrap().id;
        let studio = NewStudio {
            name: "工作室".into(),
            tier: Tier::County,
            kind: StudioKind::Studio,
            subject: "语文".into(),
            region,
            cycle_start: now.day(),
            policy: None,
            introduction: String::new(),
        };
        let studio = store::studio::create(store, studio, now).await.unwrap().id;
        let mut people = Vec::with_capacity(1000);
        for number in 0..1000 {
            let new = NewAccount {
                phone: None,
                login_name: format!("teacher{number}"),
                name: format!("老师{number}"),
                role: AccountRole::Teacher,
                scope: None,
                school: Some(school),
                title: String::new(),
                subject: String::new(),
                password_hash: "none".into(),
            };
            people.push(store::account::create(store, new, now).await.unwrap().id);
        }
        Self { studio, people }
    }

    async fn hold(&self, store: &Store, people: usize, start: Time) -> SessionId {
        let end = start + Duration::from_secs(60 * MINUTES);
        let new = NewActivity {
            studio: self.studio,
            series: None,
            title: format!("活动 {start}"),
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
        let session = store::session::go_live(store, activity, None, start).await.unwrap().id;
        let line = |kind, who: Option<(u32, AccountId)>, wall: Time, detail: &str| NewEvent {
            id: store::random_id().unwrap(),
            kind,
            participant: who.map(|(number, _)| number),
            person: who.map(|(_, account)| Person::Account(account)),
            detail: detail.to_owned(),
            monotonic_us: wall.micros() - start.micros(),
            wall,
        };
        let all = Some(15_000);
        let proof = CheckpointDetail {
            media_ms: all,
            audio_ms: all,
            video_ms: all,
            sent_ms: Some(0),
            visible_ms: 15_000,
            sound_ms: 15_000,
        };
        let proof = serde_json::to_string(&proof).unwrap();
        let there = || (1_u32..).zip(self.people.iter().take(people).copied()).map(Some);
        let mut lines = vec![line(PresenceKind::SessionStarted, None, start, "{}")];
        lines.extend(there().map(|who| line(PresenceKind::Joined, who, start, "{}")));
        for round in 1..=MINUTES * 4 {
            let at = start + Duration::from_secs(15 * round);
            lines.extend(there().map(|who| line(PresenceKind::Checkpoint, who, at, &proof)));
        }
        lines.push(line(PresenceKind::SessionEnded, None, end, "{}"));
        let mut lines = lines.into_iter().peekable();
        while lines.peek().is_some() {
            store::ledger::append(store, session, lines.by_ref().take(5000).collect()).await.unwrap();
        }
        store::session::end(store, session, end).await.unwrap();
        session
    }
}

/// From `/proc/self/statm`, in pages of 4 KiB.
fn resident_mb() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096 / 1_000_000
}
