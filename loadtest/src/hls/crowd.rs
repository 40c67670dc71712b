//! The threads with viewers in them.

use super::fetch::Origin;
use super::meters::{Meters, Seen};
use super::viewer::{self, Coming, Thread};
use super::{Options, Phase, Rendition};
use anyhow::Context as _;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{LocalSet, spawn_local};

/// A stream begins within some seconds, and so does a player.
const PLAYING_WITHIN: Duration = Duration::from_secs(20);

pub(super) struct Crowd {
    threads: Vec<JoinHandle<anyhow::Result<Meters>>>,
    playing: Arc<AtomicU64>,
}

impl Crowd {
    /// They come in one after the other, and so their requests are spread over the time of a segment.
    pub(super) fn start(options: &Options, origin: &Origin, phase: &watch::Sender<Phase>) -> anyhow::Result<Self> {
        let playing = Arc::new(AtomicU64::new(0));
        let count = options.threads.max(1);
        let threads = (0..count).map(|at| {
            let coming = (at..options.viewers).step_by(count).enumerate().map(|(number, among_all)| Coming {
                number,
                rendition: match options.rendition {
                    Rendition::High => "high",
                    Rendition::Low => "low",
                },
                wait: joining(options, among_all),
                member: among_all < options.members,
            });
            let coming: Vec<Coming> = coming.collect();
            let (origin, playing, phase) = (origin.clone(), playing.clone(), phase.subscribe());
            let (server, session) = (options.url.clone(), options.session.clone().unwrap_or_default());
            std::thread::Builder::new().name(format!("viewers-{at}")).spawn(move || {
                let meters = Meters { viewers: vec![Seen::default(); coming.len()], ..Meters::default() };
                run(Thread { origin, server, session, meters: RefCell::new(meters), playing }, &coming, phase)
            })
        });
        let threads = threads.collect::<Result<_, _>>().context("starting a thread")?;
        Ok(Self { threads, playing })
    }

    pub(super) fn playing(&self) -> u64 {
        self.playing.load(Ordering::Relaxed)
    }

    pub(super) async fn wait_until_playing(&self, options: &Options) {
        let all = async {
            while self.playing() < options.viewers as u64 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(joining(options, options.viewers) + PLAYING_WITHIN, all).await.is_err() {
            tracing::warn!(playing = self.playing(), of = options.viewers, "not everybody plays");
        }
    }

    /// Once they were told that it is over.
    pub(super) fn finish(self) -> anyhow::Result<Meters> {
        let mut all = Meters::default();
        for thread in self.threads {
            all.merge(thread.join().map_err(|_| anyhow::anyhow!("a thread of viewers panicked"))??);
        }
        Ok(all)
    }
}

/// Until so many have come in.
fn joining(options: &Options, viewers: usize) -> Duration {
    Duration::from_secs_f64(viewers as f64 / options.join_rate.clamp(1.0, 10_000.0))
}

fn run(thread: Thread, coming: &[Coming], mut phase: watch::Receiver<Phase>) -> anyhow::Result<Meters> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let thread = Rc::new(thread);
    let viewers = LocalSet::new();
    let until_over = async {
        for coming in coming {
            spawn_local(viewer::watch(thread.clone(), *coming));
        }
        while phase.changed().await.is_ok() {
            let now = *phase.borrow_and_update();
            thread.meters.borrow_mut().measuring = now == Phase::Measuring;
            if now == Phase::Over {
                return;
            }
        }
    };
    viewers.block_on(&runtime, until_over);
    drop(viewers);
    Ok(thread.meters.take())
}
