//! `lectern-loadtest broadcast`: publishers, many viewers, and what it cost.

use crate::clock;
use crate::house::{Doors, House, Stay, Via};
use crate::light::{Crowd, Identity, LightPeer, Publishers};
use crate::process::look;
use crate::report::{Measured, Report, ServerUse};
use crate::sdp::Kind;
use crate::stats::Histogram;
use anyhow::Context as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;

const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Viewers that have not all seen media this long after the last joined never will.
const WATCHING_WITHIN: Duration = Duration::from_secs(15);
/// Once the publishers are quiet, the last holes are repaired within this.
const LAST_REPAIRS: Duration = Duration::from_millis(800);
const SETTLE: Duration = Duration::from_millis(500);
/// What the server keeps of every stream is full after this; only then does it grow by viewers alone.
const WARM: Duration = Duration::from_secs(3);
/// Voices that a browser mixes.
const VOICES: usize = 3;

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    doors: Doors,
    /// How many viewers join each Session.
    #[arg(long, default_value_t = 50)]
    viewers: usize,
    /// How long it is measured, once all have joined.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Publish the load that is measured.
    #[arg(long)]
    publish: bool,
    /// Publishers in each Session; every viewer sees all of them.
    #[arg(long, default_value_t = 1)]
    publishers: usize,
    /// Video bits per second of each publisher, such as 1500k or 2m. 2016k are 7 full packets a picture.
    #[arg(long, default_value = "2016k", value_parser = bits)]
    bitrate: u64,
    /// Begin to publish only when all viewers are connected: shows their memory before media.
    #[arg(long)]
    publish_last: bool,
    /// Connect and stay without media, publishers too: shows what connecting costs.
    #[arg(long)]
    idle: bool,
    /// Viewers that join each second.
    #[arg(long, default_value_t = 25.0)]
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

/// `1500k`, `1.5m` or plain bits.
pub(crate) fn bits(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1e3),
        Some((at, 'm' | 'M')) => (&text[..at], 1e6),
        _ => (text, 1.0),
    };
    let value = number.parse::<f64>().map_err(|_| format!("{text} is no bit rate"))? * unit;
    if (16e3..=50e6).contains(&value) { Ok(value as u64) } else { Err("a bit rate is from 16k to 50m".to_owned()) }
}

pub(crate) async fn run(options: Options) -> anyhow::Result<Report> {
    let house = Arc::new(options.doors.open().await?);
    let identity = Identity::new()?;
    let server = |moment: &'static str| options.server_pid.map(look).transpose().context(moment);
    let stage = if options.publish { Some(Stage::set(&options, &house, &identity).await?) } else { None };
    let early = !options.idle && !options.publish_last;
    if let Some(stage) = stage.as_ref().filter(|_| early) {
        stage.publishers.speak(true);
        tokio::time::sleep(WARM).await;
    }
    let at_start = server("before the viewers")?;
    let crowd = Arc::new(Crowd::start(options.threads)?);
    let began_joining = clock::now().at;
    let mut joined = join_all(&options, &house, &identity, &stage, &crowd).await?;
    wait_for(|| crowd.progress().connected.load(Ordering::Relaxed), joined.count).await;
    let all_connected = server("with all connected")?;
    let joining = clock::now().at.duration_since(began_joining);
    tokio::time::sleep(SETTLE).await;
    let connected = server("with all settled")?;
    if let Some(stage) = stage.as_ref().filter(|_| options.publish_last && !options.idle) {
        stage.publishers.speak(true);
    }
    if !options.idle {
        wait_for(|| crowd.progress().watching.load(Ordering::Relaxed), joined.count).await;
    }

    tracing::info!(viewers = joined.count, "measuring");
    let own = look(std::process::id())?;
    let before = server("before measuring")?;
    let began = clock::now().at;
    crowd.measure(true);
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    crowd.measure(false);
    let seconds = clock::now().at.duration_since(began).as_secs_f64();
    let after = server("after measuring")?;
    let client_cpu = look(std::process::id())?.cpu.since(own.cpu);

    if let Some(stage) = &stage {
        stage.publishers.speak(false);
    }
    tokio::time::sleep(LAST_REPAIRS).await;
    let published = stage.as_ref().map(|stage| stage.publishers.published());
    let crowd = Arc::into_inner(crowd).context("a viewer is still joining")?;
    let crowd = tokio::task::spawn_blocking(|| crowd.finish()).await??;
    let mut stays = std::mem::take(&mut joined.stays);
    if let Some(stage) = stage {
        stays.extend(stage.stays);
        tokio::task::spawn_blocking(move || stage.publishers.stop()).await??;
    }
    house.clone().end(stays).await;
    let server = match (at_start, all_connected, connected, before, after) {
        (Some(start), Some(joined), Some(connected), Some(before), Some(after)) => {
            Some(ServerUse::new(&start, &joined, &connected, &before, &after))
        }
        _ => None,
    };
    Ok(Report::new(&Measured {
        asked: options.viewers * house.sessions(),
        sessions: house.sessions(),
        publishers: if options.publish { options.publishers } else { 0 },
        seconds,
        refused_joins: joined.refused,
        published,
        crowd,
        answers: joined.answers,
        joining,
        idle: options.idle,
        joined_live: early,
        server,
        client: client_cpu,
    }))
}

/// The publishers of all Sessions.
struct Stage {
    publishers: Publishers,
    /// By Session, in the order of the publishers.
    feeds: Vec<Vec<u64>>,
    stays: Vec<Stay>,
}

impl Stage {
    async fn set(options: &Options, house: &House, identity: &Identity) -> anyhow::Result<Self> {
        let (mut peers, mut stays, mut feeds) = (Vec::new(), Vec::new(), Vec::new());
        for session in 0..house.sessions() {
            feeds.push(Vec::new());
            for _ in 0..options.publishers {
                let socket = house.media_socket()?;
                let mut peer = LightPeer::publisher(clock::now().at, identity, socket.local_addr()?);
                let (stay, feed) = house.publish(session, &mut peer).await.context("publishing")?;
                peers.push((peer, socket));
                stays.push(stay);
                feeds[session].push(feed);
            }
        }
        let publishers = Publishers::start(peers, options.bitrate)?;
        publishers.connected(CONNECT_WITHIN).await.context("publishing")?;
        Ok(Self { publishers, feeds, stays })
    }
}

/// Who came in, and what they hold on to until they leave.
#[derive(Default)]
struct Joined {
    count: u64,
    refused: usize,
    answers: Histogram,
    stays: Vec<Stay>,
}

async fn join_all(
    options: &Options,
    house: &Arc<House>,
    identity: &Identity,
    stage: &Option<Stage>,
    crowd: &Arc<Crowd>,
) -> anyhow::Result<Joined> {
    let slots = slots(options.doors.via(), options.publishers);
    let mut joining = JoinSet::new();
    let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / options.join_rate.clamp(0.1, 10_000.0)));
    // Rooms fill side by side, as schools come.
    for number in 0..options.viewers * house.sessions() {
        tick.tick().await;
        let session = number % house.sessions();
        let (house, crowd, identity, slots) = (house.clone(), crowd.clone(), identity.clone(), slots.clone());
        let feeds = stage.as_ref().map(|stage| stage.feeds[session].clone()).unwrap_or_default();
        joining.spawn(async move {
            let socket = house.media_socket()?;
            let mut peer = LightPeer::viewer(clock::now().at, &identity, socket.local_addr()?, &slots);
            let stay = house.watch(session, number, &feeds, &mut peer).await?;
            let took = clock::now().at.duration_since(peer.milestones.offered);
            crowd.add(peer, socket);
            anyhow::Ok((stay, took))
        });
    }
    let mut joined = Joined::default();
    while let Some(entered) = joining.join_next().await {
        match entered? {
            Ok((stay, took)) => {
                joined.count += 1;
                joined.answers.record(took.as_micros() as u64);
                joined.stays.push(stay);
            }
            Err(error) => {
                joined.refused += 1;
                if joined.refused <= 3 {
                    tracing::warn!(error = format!("{error:#}"), "a viewer could not join");
                }
            }
        }
    }
    Ok(joined)
}

/// A player sees every publisher; a browser has a camera and a screen, whoever publishes.
fn slots(via: Via, publishers: usize) -> Vec<Kind> {
    let (voices, pictures) = match via {
        Via::Whep => (publishers.min(VOICES), publishers),
        Via::Websocket => (VOICES, publishers.max(2)),
    };
    [vec![Kind::Audio; voices], vec![Kind::Video; pictures]].concat()
}

async fn wait_for(reached: impl Fn() -> u64, count: u64) {
    let all = async {
        while reached() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(WATCHING_WITHIN, all).await.is_err() {
        tracing::warn!(reached = reached(), of = count, "not everybody got there");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bit_rates_are_read_with_and_without_a_unit() {
        assert_eq!(bits("1500k"), Ok(1_500_000));
        assert_eq!(bits("1.5M"), Ok(1_500_000));
        assert_eq!(bits("64000"), Ok(64_000));
        for bad in ["", "k", "1g", "-5k", "1k", "inf", "NaN"] {
            assert!(bits(bad).is_err(), "{bad}");
        }
    }
}
