//! A server that is killed at any moment has lost nothing that it acknowledged.

use crate::store_database::{live_session, now};
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::{EventId, SessionId};
use lectern::store::{self, Store};
use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// After how many acknowledged events each child is killed; drawn once, so that every run is the same.
const KILLED_AFTER: [usize; 6] = [1, 17, 230, 64, 511, 3];
/// Writers at once in the child.
const WRITERS: u64 = 16;

#[tokio::test]
async fn killed_at_any_count_it_has_lost_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/lectern.db", dir.path().display());
    let store = Store::open(&url).await.unwrap();
    let session = live_session(&store).await;
    store.close().await;
    let mut acknowledged = HashSet::new();
    for (round, count) in (1_u64..).zip(KILLED_AFTER) {
        let order = format!("{url}\n{session}\n{round}\n");
        acknowledged.extend(write_until_killed(&order, count));
        let store = Store::open(&url).await.unwrap();
        let kept = store::ledger::events(&store, session).await.unwrap();
        let ids: HashSet<String> = kept.iter().map(|line| line.id.to_string()).collect();
        assert_eq!(ids.len(), kept.len(), "nothing is there twice");
        let lost: Vec<_> = acknowledged.difference(&ids).collect();
        assert!(lost.is_empty(), "round {round}: {} acknowledged events are gone", lost.len());
        store::ledger::verify(&store, session).await.unwrap().unwrap();
        store.close().await;
    }
    assert!(acknowledged.len() >= KILLED_AFTER.iter().sum());
}

/// Runs the child below until it has told of `count` acknowledged events, and kills it. All ids it told of.
fn write_until_killed(order: &str, count: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store_kill::child_that_writes_until_it_is_killed", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(order.as_bytes()).unwrap();
    let mut told = Vec::new();
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // What it told before it died still lies in the pipe, and counts.
        if let Some(id) = line.unwrap().strip_prefix("acknowledged ") {
            // A line cut short by the kill names no event.
            told.extend(EventId::parse(id).ok().map(|id| id.to_string()));
        }
        if told.len() >= count && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself after {} events", told.len());
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child process of the test above: reads its order from standard input and never ends"]
async fn child_that_writes_until_it_is_killed() {
    let mut order = std::io::stdin().lines().map(|line| line.unwrap());
    let url = order.next().unwrap();
    let session = SessionId::parse(&order.next().unwrap()).unwrap();
    let round: u64 = order.next().unwrap().parse().unwrap();
    let store = Store::open(&url).await.unwrap();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            loop {
                let n = NEXT.fetch_add(1, Ordering::Relaxed);
                let mut random = [0; 10];
                random[1] = 0xc0 | u8::try_from(round).unwrap();
                random[2..].copy_from_slice(&n.to_be_bytes());
                let event = NewEvent {
                    id: EventId::from_random(random),
                    kind: PresenceKind::Checkpoint,
                    participant: Some(u32::try_from(writer + 1).unwrap()),
                    person: Some(Person::Guest { name: format!("老师{writer}"), school: "山口小学".into() }),
                    detail: "{}".into(),
                    monotonic_us: i64::try_from(n).unwrap(),
                    wall: now(),
                };
                let id = event.id;
                store::ledger::append(&store, session, vec![event]).await.unwrap();
                // One write call per line, so that a kill can only cut the last one.
                let mut out = std::io::stdout().lock();
                out.write_all(format!("acknowledged {id}\n").as_bytes()).unwrap();
                out.flush().unwrap();
            }
        });
    }
    // None of them ends unless a write was refused.
    writers.join_next().await.unwrap().unwrap();
}
