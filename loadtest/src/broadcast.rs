//! `lectern-loadtest broadcast`: one publisher, many viewers, and what it cost.

use crate::clock;
use crate::join::{Connection, Resource, below, guest_ticket, media_socket};
use crate::light::{Crowd, Identity, LightPeer};
use crate::member::{Member, Sent, VideoShape};
use crate::process::{Cpu, resident_kib};
use crate::publisher::Publisher;
use crate::report::{Measured, Report, ServerUse};
use crate::sdp::Kind;
use crate::source::{Lesson, Source, Synthetic};
use crate::stats::Histogram;
use anyhow::Context as _;
use reqwest::{Client, Url};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Viewers that have not all seen media this long after the last joined never will.
const WATCHING_WITHIN: Duration = Duration::from_secs(15);
/// Once the publisher is quiet, the last holes are repaired within this.
const LAST_REPAIRS: Duration = Duration::from_millis(800);
const SETTLE: Duration = Duration::from_millis(500);
/// Requests that are open at a time.
const AT_ONCE: usize = 32;
/// A browser that watches: three loud voices, a camera and a screen.
const SOCKET_SLOTS: [Kind; 5] = [Kind::Audio, Kind::Audio, Kind::Audio, Kind::Video, Kind::Video];
const WHEP_SLOTS: [Kind; 2] = [Kind::Audio, Kind::Video];

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Via {
    Whep,
    Websocket,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Address of the server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// A Session that is live.
    #[arg(long)]
    session: String,
    /// How many viewers join.
    #[arg(long, default_value_t = 50)]
    viewers: usize,
    /// How long it is measured, once all have joined.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How the viewers come in; over the websocket they come as guests.
    #[arg(long, value_enum, default_value_t = Via::Whep)]
    via: Via,
    /// Bearer token of the viewers, as `lectern token --watch` prints it.
    #[arg(long, default_value = "", hide_default_value = true)]
    watch_token: String,
    /// Publish the load that is measured, over WHIP.
    #[arg(long, requires = "publish_token")]
    publish: bool,
    /// Bearer token of the publisher, as `lectern token --publish` prints it.
    #[arg(long)]
    publish_token: Option<String>,
    /// Video bits per second of the published load, such as 1500k or 2m.
    #[arg(long, default_value = "1500k", value_parser = bits)]
    bitrate: u64,
    /// Publish the test lesson with its three layers instead of stamped packets; forward latency is then unknown.
    #[arg(long)]
    lesson: bool,
    /// Begin to publish only when all viewers are connected: shows their memory before media.
    #[arg(long)]
    publish_last: bool,
    /// Connect and stay without waiting for media: shows what a connected viewer costs.
    #[arg(long, conflicts_with_all = ["publish", "lesson"])]
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
fn bits(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1e3),
        Some((at, 'm' | 'M')) => (&text[..at], 1e6),
        _ => (text, 1.0),
    };
    let value = number.parse::<f64>().map_err(|_| format!("{text} is no bit rate"))? * unit;
    if (16e3..=50e6).contains(&value) { Ok(value as u64) } else { Err("a bit rate is from 16k to 50m".to_owned()) }
}

pub(crate) async fn run(options: Options) -> anyhow::Result<Report> {
    let client = Client::builder().pool_max_idle_per_host(AT_ONCE).build()?;
    let server = |pid| Ok::<_, anyhow::Error>((Cpu::of(pid)?, resident_kib(pid)?));
    let at_start = options.server_pid.map(server).transpose()?;
    let mut publisher = None;
    if options.publish && !options.publish_last {
        publisher = Some(Published::start(&options, &client).await?);
    }
    let crowd = Arc::new(Crowd::start(options.threads)?);
    let mut joined = join_all(&options, &client, &crowd).await?;
    wait_for(|| crowd.progress().connected.load(Ordering::Relaxed), joined.count).await;
    tokio::time::sleep(SETTLE).await;
    let connected = options.server_pid.map(server).transpose()?;
    if options.publish && options.publish_last {
        publisher = Some(Published::start(&options, &client).await?);
    }
    if !options.idle {
        wait_for(|| crowd.progress().watching.load(Ordering::Relaxed), joined.count).await;
    }

    tracing::info!(viewers = joined.count, "measuring");
    let own = Cpu::of(std::process::id())?;
    let before = options.server_pid.map(server).transpose()?;
    let began = clock::now().at;
    crowd.measure(true);
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    crowd.measure(false);
    let seconds = clock::now().at.duration_since(began).as_secs_f64();
    let after = options.server_pid.map(server).transpose()?;
    let client_cpu = Cpu::of(std::process::id())?.since(own);

    if let Some(publisher) = &publisher {
        publisher.thread.quiet();
    }
    tokio::time::sleep(LAST_REPAIRS).await;
    let crowd = Arc::into_inner(crowd).context("a viewer is still joining")?;
    let crowd = tokio::task::spawn_blocking(|| crowd.finish()).await??;
    joined.leave(&client).await;
    let sent = match publisher {
        Some(publisher) => Some(publisher.end(&client).await?),
        None => None,
    };
    let server = match (at_start, connected, before, after) {
        (Some((_, start_kib)), Some((_, connected_kib)), Some((cpu, _)), Some((end_cpu, end_kib))) => {
            Some(ServerUse { cpu: end_cpu.since(cpu), start_kib, connected_kib, end_kib })
        }
        _ => None,
    };
    let answers = std::mem::take(&mut joined.answers);
    Ok(Report::new(&Measured {
        asked: options.viewers,
        seconds,
        refused_joins: joined.refused,
        sent,
        crowd,
        answers,
        idle: options.idle,
        joined_live: !(options.publish && options.publish_last),
        server,
        client: client_cpu,
    }))
}

struct Published {
    thread: Publisher,
    resource: Resource,
}

impl Published {
    async fn start(options: &Options, client: &Client) -> anyhow::Result<Self> {
        let token = options.publish_token.as_deref().context("--publish needs --publish-token")?;
        let endpoint = below(&options.url, &format!("/api/sessions/{}/whip", options.session))?;
        let socket = media_socket(&options.url)?;
        let (source, shape): (Box<dyn Source>, _) = if options.lesson {
            (Box::new(Lesson::new()?), VideoShape::Simulcast)
        } else {
            (Box::new(Synthetic::new(options.bitrate)?), VideoShape::Single)
        };
        let mut member = Member::new(clock::now().at, socket.local_addr()?, shape)?;
        let offer = member.offer(clock::now().at)?;
        let resource = Resource::open(client, endpoint, token, offer).await.context("publishing")?;
        member.accept(clock::now().at, resource.answer.clone())?;
        let mut thread = Publisher::start(socket, member, source)?;
        thread.connected(CONNECT_WITHIN).await.context("publishing")?;
        Ok(Self { thread, resource })
    }

    async fn end(self, client: &Client) -> anyhow::Result<Sent> {
        let sent = self.thread.sent();
        self.resource.close(client).await;
        tokio::task::spawn_blocking(move || self.thread.stop()).await??;
        Ok(sent)
    }
}

/// Who came in, and what they hold on to until they leave.
#[derive(Default)]
struct Joined {
    count: u64,
    refused: usize,
    answers: Histogram,
    resources: Vec<Resource>,
    connections: JoinSet<()>,
}

impl Joined {
    async fn leave(&mut self, client: &Client) {
        self.connections.shutdown().await;
        let mut closing = JoinSet::new();
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        for resource in self.resources.drain(..) {
            let (client, gate) = (client.clone(), gate.clone());
            closing.spawn(async move {
                let _place = gate.acquire().await;
                resource.close(&client).await;
            });
        }
        closing.join_all().await;
    }
}

enum Entry {
    Whep(Resource),
    Socket(Box<Connection>),
}

async fn join_all(options: &Options, client: &Client, crowd: &Arc<Crowd>) -> anyhow::Result<Joined> {
    let identity = Identity::new()?;
    let mut joining = JoinSet::new();
    let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / options.join_rate.clamp(0.1, 10_000.0)));
    for number in 0..options.viewers {
        tick.tick().await;
        let doors = Doors {
            client: client.clone(),
            crowd: crowd.clone(),
            identity: identity.clone(),
            url: options.url.clone(),
            session: options.session.clone(),
            token: options.watch_token.clone(),
        };
        let via = options.via;
        joining.spawn(async move { doors.enter(via, number).await });
    }
    let mut joined = Joined::default();
    while let Some(entered) = joining.join_next().await {
        match entered? {
            Ok((entry, took)) => {
                joined.count += 1;
                joined.answers.record(took.as_micros() as u64);
                match entry {
                    Entry::Whep(resource) => joined.resources.push(resource),
                    Entry::Socket(mut connection) => {
                        joined.connections.spawn(async move {
                            connection.stay().await;
                        });
                    }
                }
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

/// What one viewer needs to come in.
struct Doors {
    client: Client,
    crowd: Arc<Crowd>,
    identity: Identity,
    url: Url,
    session: String,
    token: String,
}

impl Doors {
    async fn enter(self, via: Via, number: usize) -> anyhow::Result<(Entry, Duration)> {
        let socket = media_socket(&self.url)?;
        let slots = match via {
            Via::Whep => WHEP_SLOTS.to_vec(),
            Via::Websocket => SOCKET_SLOTS.to_vec(),
        };
        let mut peer = LightPeer::new(clock::now().at, &self.identity, socket.local_addr()?, slots);
        let (entry, answer, offered) = match via {
            Via::Whep => {
                let endpoint = below(&self.url, &format!("/api/sessions/{}/whep", self.session))?;
                let (offer, offered) = offer(&mut peer);
                let resource = Resource::open(&self.client, endpoint, &self.token, offer).await?;
                let answer = resource.answer.clone();
                (Entry::Whep(resource), answer, offered)
            }
            Via::Websocket => {
                let ticket = guest_ticket(&self.client, &self.url, &self.session, &format!("观众{number}")).await?;
                let (mut connection, _) = Connection::open(&self.url, &self.session, &ticket, None).await?;
                let (offer, offered) = offer(&mut peer);
                let answer = connection.offer(offer).await?;
                (Entry::Socket(Box::new(connection)), answer, offered)
            }
        };
        let now = clock::now().at;
        peer.accept(now, &answer)?;
        self.crowd.add(peer, socket);
        Ok((entry, now.duration_since(offered)))
    }
}

fn offer(peer: &mut LightPeer) -> (String, Instant) {
    let now = clock::now().at;
    (peer.offer(now), now)
}

async fn wait_for(count: impl Fn() -> u64, wanted: u64) {
    let waiting = async {
        while count() < wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Those that are missing show in the report.
    let _ = tokio::time::timeout(WATCHING_WITHIN, waiting).await;
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
