//! `lectern-loadtest hls`: thousands of viewers over HLS, what they missed, and what they cost the server.

mod crowd;
mod fetch;
mod member;
mod meters;
mod playhead;
mod playlist;
mod report;
mod stage;
mod viewer;

use crate::broadcast::bits;
use crate::clock;
use crate::join::below;
use crate::process::{self, look};
use anyhow::Context as _;
use crowd::Crowd;
use fetch::Origin;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
pub(crate) use report::Report;
use report::{Measured, ServerUse};
use reqwest::Url;
use stage::Stage;
use std::time::Duration;
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Rendition {
    High,
    Low,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Address of the server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// The master playlist: a path on the server as `lectern token --hls` prints it, or the whole address where a cache has it. Without,
    /// a guest in the Session asks for it.
    #[arg(long, required_unless_present = "session")]
    link: Option<String>,
    /// Publish what is watched, with this token as `lectern token --publish` prints it.
    #[arg(long, requires = "session")]
    publish_token: Option<String>,
    /// The Session, for whoever publishes or comes in.
    #[arg(long)]
    session: Option<String>,
    /// So many of the viewers come in as guests too, and prove over their websockets what they have loaded.
    #[arg(long, default_value_t = 0, requires = "session")]
    members: usize,
    /// Video bits per second of the publisher, such as 1200k or 2m.
    #[arg(long, default_value = "1200k", value_parser = bits)]
    bitrate: u64,
    /// How many watch.
    #[arg(long, default_value_t = 1000)]
    viewers: usize,
    /// What they watch beside the sound.
    #[arg(long, value_enum, default_value_t = Rendition::High)]
    rendition: Rendition,
    /// How long it is measured, once all are playing.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Viewers that come in each second.
    #[arg(long, default_value_t = 250.0)]
    join_rate: f64,
    /// Threads for all viewers together.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Process of the server on this machine, to read its processor time and memory.
    #[arg(long)]
    server_pid: Option<u32>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What all threads are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Joining,
    Measuring,
    Over,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<Report> {
    raise_descriptors();
    let stage = match (&options.session, &options.publish_token) {
        (Some(session), Some(token)) => Some(Stage::set(&options.url, session, token, options.bitrate).await?),
        _ => None,
    };
    let link = match (&options.link, &options.session) {
        (Some(link), _) => link.clone(),
        (None, Some(session)) => member::come(&options.url, session, 0).await?.1,
        (None, None) => anyhow::bail!("name a link or a Session"),
    };
    let report = load(&options, &link).await;
    if let Some(stage) = stage {
        stage.end().await?;
    }
    report
}

async fn load(options: &Options, link: &str) -> anyhow::Result<Report> {
    let server = |moment: &'static str| options.server_pid.map(look).transpose().context(moment);
    let start = server("before the viewers")?;
    let (phase, _) = watch::channel(Phase::Joining);
    let master = if link.starts_with('/') { below(&options.url, link)? } else { link.parse()? };
    let crowd = Crowd::start(options, &Origin::of(&master)?, &phase)?;
    crowd.wait_until_playing(options).await;

    tracing::info!(playing = crowd.playing(), "measuring");
    let own = look(std::process::id())?;
    let before = server("before measuring")?;
    let began = clock::now().at;
    phase.send_replace(Phase::Measuring);
    let mut resident_kib = Vec::new();
    for _ in 0..options.seconds {
        resident_kib.extend(options.server_pid.map(process::resident_kib).transpose()?);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let after = server("after measuring")?;
    let seconds = clock::now().at.duration_since(began).as_secs_f64();
    let client = look(std::process::id())?.cpu.since(own.cpu);
    phase.send_replace(Phase::Over);
    let meters = tokio::task::spawn_blocking(|| crowd.finish()).await??;
    let server = match (start, before, after) {
        (Some(start), Some(before), Some(after)) => Some(ServerUse {
            cpu: after.cpu.since(before.cpu),
            busiest_us: after.busiest_us_since(&before),
            start_kib: start.resident_kib,
            end_kib: after.resident_kib,
            resident_kib,
        }),
        _ => None,
    };
    Ok(Report::new(&Measured { asked: options.viewers, seconds, meters, server, client }))
}

/// Two connections a viewer.
fn raise_descriptors() {
    let raised =
        getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}
