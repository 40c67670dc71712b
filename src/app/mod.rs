//! The running server: opens everything, listens, and closes everything in order.

pub mod admin;
pub mod audit;
mod casts;
mod demo;
mod entrance;
mod finishing;
mod ledger;
mod limits;
mod plane;
pub mod policy;
mod recordings;
mod sweeps;

use crate::archive::{Blobs, Bucket, Captures, Storage};
use crate::config::{Config, MediaTcp, make_data_dir};
use crate::domain::recording::{CapturesKept, records_by_itself};
use crate::http::clock::Clock;
use crate::http::key::SigningKey;
use crate::http::{AppState, Library, addresses, certificate};
use crate::jobs::assessment;
use crate::live::{Going, LiveClock, MediaPlane, Registry, RegistryParts, places, recover};
use crate::store::{self, Store};
use anyhow::Context;
use axum_server::Handle;
use axum_server::accept::DefaultAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use casts::HomeCasts;
use demo::Demo;
use entrance::{Entrance, MediaEntrance, Threshold};
use lectern_media::driver::{Shard, ShardConfig, Shards, SpawnError, Tap, TapConfig};
use lectern_media::sfu::TcpDoor;
use lectern_media::transport::Identity;
use ledger::StoreLedger;
use plane::{ShardEvents, ShardPlane};
use recordings::{StoreRecordings, close_what_was_left, recorded_before};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Attachments, below the data directory.
const FILES: &str = "files";
/// Of Recordings, a folder for each.
const RECORDINGS: &str = "recordings";

/// A Recording is closed by then, or something went wrong.
const CLOSED_BY: Duration = Duration::from_secs(60);

/// What start-up tells the person who started it.
pub struct Announcement {
    /// For browsers on this machine.
    pub local: Vec<String>,
    /// For everybody else.
    pub lan: Vec<String>,
    pub self_signed: bool,
    /// Login name, password, and who that is.
    pub demo_logins: Vec<(String, String, String)>,
    /// Nobody has an account yet.
    pub empty: bool,
}

/// The live Sessions and the media shards under them.
struct Live {
    registry: Registry,
    shards: Vec<Shard>,
    tap: Option<Tap>,
    recordings: StoreRecordings,
}

/// The servers of both ports, and how to stop them.
struct Ports {
    handles: Vec<Handle<SocketAddr>>,
    tasks: JoinSet<std::io::Result<()>>,
    /// Dropped to let go of those who have not said anything yet.
    closing: watch::Sender<()>,
}

/// Runs until it is asked to stop (Ctrl-C or SIGTERM), then drains. `announce` is called when people can come in.
pub async fn serve(config: Config, clock: Clock, announce: impl FnOnce(&Announcement)) -> anyhow::Result<()> {
    limits::raise_descriptors();
    let data_dir = &config.data_dir;
    make_data_dir(data_dir).with_context(|| format!("数据目录 {} 建不出来", data_dir.display()))?;
    let key_file = config.secret_key_file();
    let key = SigningKey::kept_at(&key_file).with_context(|| format!("签名密钥 {} 用不了", key_file.display()))?;
    let store = Store::open(&config.database_url()).await.context("数据库打不开")?;
    let seen = addresses::of_this_machine();

    let files = data_dir.join(FILES);
    let blobs = Blobs::open(&files).with_context(|| format!("附件目录 {} 用不了", files.display()))?;
    let library = open_library(&config)?;
    let demo = Demo::prepare(&config, &store, &blobs, clock.now()).await?;
    let live = Live::start(&config, &store, (&clock, &key), &seen)?;
    let recordings = data_dir.join(RECORDINGS);
    live.go_on_with_what_was_live(&store, &recordings).await?;
    close_what_was_left(&live.recordings, &store, clock.now()).await?;
    let app =
        AppState::new(store.clone(), clock.clone(), key.clone(), live.registry.clone(), blobs.clone(), library.clone());

    find_font(&app, &config)?;
    if let Some(url) = &config.public_url {
        app.exports.use_public_url(url.clone());
    }

    let mut stop = StopSignals::new()?;
    let (ports, mut announcement) = listen(&config, &app, &clock, &seen, &live).await?;
    let sweeper = sweeps::what_is_over(store.clone(), blobs, library.storage.clone(), clock.clone());
    let captures = Captures::new(recordings.clone(), library.captures_kept);
    let captures = sweeps::captures(captures, store.clone(), library.storage.clone(), clock.clone());
    let scorecards = {
        let clock = clock.clone();
        tokio::spawn(assessment::keep_current(store.clone(), move || clock.now()))
    };
    let closer = close_what_is_left(live.recordings.clone(), store.clone(), clock.clone());
    let finishing = finishing::start(&config, (&store, &library.storage), &clock, recordings);
    let plain_http = announcement.local.iter().find(|url| url.starts_with("http://"));
    let publisher = demo.publish(plain_http.map(String::as_str), &key, clock.now());
    announcement.demo_logins = demo.logins;
    announcement.empty = !store::account::any(&store).await.context("数据库读不出来")?;
    announce(&announcement);

    stop.wait().await;
    tracing::info!(drain_seconds = config.drain_seconds, "stopping");
    app.start_draining();
    if let Some(publisher) = publisher {
        publisher.stop().await;
    }
    live.stop().await;
    ports.drain(Duration::from_secs(config.drain_seconds)).await;
    sweeper.abort();
    captures.abort();
    scorecards.abort();
    closer.abort();
    if let Some(finishing) = finishing {
        finishing.stop().await;
    }
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Where what is published lies.
fn open_library(config: &Config) -> anyhow::Result<Library> {
    let storage = match (&config.object_endpoint, &config.object_bucket) {
        (Some(endpoint), Some(bucket)) => Storage::bucket(Bucket {
            endpoint: endpoint.clone(),
            name: bucket.clone(),
            region: config.object_region.clone(),
            access_key: config.object_access_key.clone(),
            secret_key: config.object_secret_key.clone(),
        })
        .context("S3 存储的配置不对")?,
        _ => {
            let folder = config.data_dir.join("objects");
            Storage::folder(folder.clone()).with_context(|| format!("资源目录 {} 用不了", folder.display()))?
        }
    };
    let captures_kept = match config.captures_kept_days {
        0 => CapturesKept::ForGood,
        days => CapturesKept::Days(days),
    };
    Ok(Library { storage, studio_quota: u64::from(config.studio_quota_gb) * 1_000_000_000, captures_kept })
}

/// A font that was named must be there; without any, everything but PDF files works.
fn find_font(app: &AppState, config: &Config) -> anyhow::Result<()> {
    if let Some(font) = &config.font {
        app.exports.use_font(font.clone()).context("--font 的字体用不了")?;
    } else if !app.exports.has_font() {
        tracing::warn!("no Chinese font found, so no PDF files: install fonts-noto-cjk or name a font with --font");
    }
    Ok(())
}

impl Live {
    fn start(
        config: &Config,
        store: &Store,
        (clock, key): (&Clock, &SigningKey),
        seen: &[IpAddr],
    ) -> anyhow::Result<Self> {
        let identity = Arc::new(Identity::generate().context("媒体证书没有做成")?);
        let (bind, advertise) = media_addresses(config, seen);
        let mut configs = Vec::new();
        for number in 0..config.media_shards() {
            let port = config.media_port.checked_add(number).context("--media-port 太大，放不下这么多媒体线程")?;
            configs.push(ShardConfig::new(SocketAddr::new(bind, port), advertise.clone(), identity.clone()));
        }
        let folder = config.data_dir.join(RECORDINGS);
        std::fs::create_dir_all(&folder).with_context(|| format!("录制目录 {} 建不出来", folder.display()))?;
        let tap = TapConfig { recordings: folder.clone(), voices: finishing::program(config) };
        let streams = tap.voices.is_some();
        let homes = Shards::spawn(configs, config.spread_above(), Some(tap)).map_err(not_spawned)?;
        let any = homes.first().map(|(home, _)| home.clone()).context("没有媒体线程")?;
        let tap = any.tap().cloned();
        let shards: Vec<Shard> = homes.iter().map(|(home, _)| home.shard().clone()).collect();
        let planes = homes.into_iter().map(|(home, events)| {
            let plane: Arc<dyn MediaPlane> = Arc::new(ShardPlane(home));
            (plane, ShardEvents(events))
        });
        let at_most = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let wall = clock.clone();
        let recordings = StoreRecordings::new(store.clone(), any.clone(), folder);
        let mut parts = RegistryParts {
            recordings: Arc::new(recordings.clone()),
            casts: Arc::new(HomeCasts::new(any, key.clone())),
            clock: LiveClock::new(move || wall.now()),
            ledger: Arc::new(StoreLedger(store.clone())),
            limits: Default::default(),
            sessions: at_most(config.sessions_at_once),
        };
        parts.limits.capacity = at_most(config.places_per_session);
        if streams {
            // Without a stream there is nowhere to send the others.
            parts.limits.webrtc_viewers = at_most(config.webrtc_places_per_session);
        }
        Ok(Self { registry: Registry::start(parts, planes.collect()), shards, tap, recordings })
    }

    /// Sessions that were live when the server stopped are live again; who was in them comes back by itself.
    async fn go_on_with_what_was_live(&self, store: &Store, folder: &Path) -> anyhow::Result<()> {
        for session in store::session::live(store).await.context("进行中的直播读不出来")? {
            let events = store::ledger::events(store, session.id).await.context("考勤明细读不出来")?;
            let recovered = recover(&events);
            if recovered.ended {
                let last = events.last().map_or(session.started_at, |event| event.wall);
                store::session::end(store, session.id, last).await.context("直播的结束没有记下来")?;
                continue;
            }
            let activity = store::activity::get(store, session.activity).await.context("活动读不出来")?;
            let places = places(store, &activity, session.started_at).await.context("活动的地点读不出来")?;
            let by_itself = records_by_itself(activity.kind);
            let recording = recorded_before(store, folder, session.id, by_itself).await?;
            let going = Going { id: session.id, title: activity.title, started_at: session.started_at, recording };
            // A Session without a line was stored, and the server stopped before its Room opened.
            let polls = store::poll::kept(store, session.id).await.context("投票读不出来")?;
            let recovered = (!events.is_empty()).then(|| recovered.with_polls(polls));
            let room = self.registry.go_on(going, recovered).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
            room.know_places(places).await;
            tracing::info!(session = %session.id, "goes on");
        }
        Ok(())
    }

    /// Before anybody is answered: Peers opened earlier know nothing of TCP.
    async fn offer_tcp(&self, addresses: &[SocketAddr]) -> anyhow::Result<()> {
        for (shard, to) in self.shards.iter().enumerate().filter(|_| !addresses.is_empty()) {
            to.offer_tcp(TcpDoor { shard, addresses: addresses.to_vec() }).await.context("媒体线程没有响应")?;
        }
        Ok(())
    }

    async fn stop(&self) {
        self.registry.stop().await;
        if let Some(tap) = &self.tap {
            tap.stop().await;
        }
        for shard in &self.shards {
            shard.stop().await;
        }
    }
}

fn not_spawned(error: SpawnError) -> anyhow::Error {
    let told = match &error {
        SpawnError::Socket(address, _) => {
            format!("UDP 端口 {} 用不了，可能被别的程序占用了，可用 --media-port 换一个", address.port())
        }
        SpawnError::Thread(_) | SpawnError::Randomness => "媒体线程没有启动".to_owned(),
    };
    anyhow::Error::new(error).context(told)
}

/// Where clients without UDP are told to connect: where the HTTPS port is reached, else the HTTP port.
fn tcp_addresses(config: &Config, seen: &[IpAddr], listening: Option<SocketAddr>) -> Vec<SocketAddr> {
    let (_, told) = media_addresses(config, seen);
    let told: Vec<SocketAddr> = match (config.media_tcp, listening) {
        (Some(MediaTcp::Off), _) | (None, None) => return Vec::new(),
        (Some(MediaTcp::Port(port)), _) => told.into_iter().map(|ip| SocketAddr::new(ip, port)).collect(),
        (None, Some(at)) => {
            told.into_iter().filter(|ip| reaches(at.ip(), *ip)).map(|ip| SocketAddr::new(ip, at.port())).collect()
        }
    };
    if let Some(refused) = told.iter().find(|addr| addr.port() < 1024 && !is_taken_by_browsers(**addr)) {
        tracing::warn!(port = refused.port(), "browsers take no media from this TCP port; see docs/operations.md");
    }
    told
}

/// Chromium ignores TCP candidates below port 1024, except 80 and 443 of public addresses.
fn is_taken_by_browsers(addr: SocketAddr) -> bool {
    let private = match addr.ip() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local(),
    };
    addr.port() >= 1024 || (matches!(addr.port(), 80 | 443) && !private)
}

/// Whether a listener bound to `at` is reached by the address `ip`.
fn reaches(at: IpAddr, ip: IpAddr) -> bool {
    if at.is_unspecified() { at.is_ipv6() || ip.is_ipv4() } else { at == ip }
}

/// Where shards listen, and the addresses that clients are told. A browser on this machine must get through too.
fn media_addresses(config: &Config, seen: &[IpAddr]) -> (IpAddr, Vec<IpAddr>) {
    let mut told = config.media_addresses.clone();
    if told.is_empty() {
        told.extend_from_slice(seen);
        told.push(Ipv4Addr::LOCALHOST.into());
    }
    let any: IpAddr =
        if told.iter().any(IpAddr::is_ipv6) { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    (any, told)
}

/// Binds both ports before anything is announced: an address in use must be told, not logged.
async fn listen(
    config: &Config,
    app: &AppState,
    clock: &Clock,
    seen: &[IpAddr],
    live: &Live,
) -> anyhow::Result<(Ports, Announcement)> {
    let (closing, closes) = watch::channel(());
    let mut ports = Ports { handles: Vec::new(), tasks: JoinSet::new(), closing };
    let http = config.http_listen.address().map(|at| bind(at, "--http-listen")).transpose()?;
    let https = config.https_listen.address().map(|at| bind(at, "--https-listen")).transpose()?;
    let bound = https.as_ref().or(http.as_ref()).map(|(_, address)| *address);
    live.offer_tcp(&tcp_addresses(config, seen, bound)).await?;
    let threshold = Threshold::new(MediaEntrance::new(&live.shards), closes);
    let mut told =
        Announcement { local: Vec::new(), lan: Vec::new(), self_signed: false, demo_logins: Vec::new(), empty: false };
    if let Some((listener, address)) = http {
        told.add("http", address, seen, &[]);
        let site = crate::http::site(app, false).into_make_service_with_connect_info::<SocketAddr>();
        let server = axum_server::from_tcp(listener).context("HTTP 端口用不了")?.handle(ports.new_handle());
        let server = server.acceptor(Entrance::new(threshold.clone(), false, DefaultAcceptor::new()));
        ports.tasks.spawn(server.serve(site));
    }
    if let Some((listener, address)) = https {
        let now = OffsetDateTime::from_unix_timestamp(clock.seconds()).context("系统时间不对")?;
        let kept = certificate::for_this_start(config, seen, now).context("证书用不了")?;
        told.self_signed = kept.self_signed;
        told.add("https", address, seen, &config.public_hosts);
        let tls = RustlsConfig::from_pem(kept.chain, kept.key).await.context("证书或私钥不对")?;
        let site = crate::http::site(app, true).into_make_service_with_connect_info::<SocketAddr>();
        let server = axum_server::from_tcp(listener).context("HTTPS 端口用不了")?.handle(ports.new_handle());
        let server = server.acceptor(Entrance::new(threshold, true, RustlsAcceptor::new(tls)));
        ports.tasks.spawn(server.serve(site));
    }
    Ok((ports, told))
}

fn bind(address: SocketAddr, option: &str) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let told = || format!("{address} 不能监听，可能被别的程序占用了，可用 {option} 换一个");
    let listener = TcpListener::bind(address).with_context(told)?;
    listener.set_nonblocking(true).with_context(told)?;
    let bound = listener.local_addr().with_context(told)?;
    Ok((listener, bound))
}

/// A Recording is closed with its Session. Where that did not succeed it is closed a little later.
fn close_what_is_left(recordings: StoreRecordings, store: Store, clock: Clock) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(CLOSED_BY).await;
            let ended_before = clock.now() - CLOSED_BY;
            if let Err(error) = close_what_was_left(&recordings, &store, ended_before).await {
                tracing::warn!(error = format!("{error:#}"), "a Recording is still open after its Session");
            }
        }
    })
}

impl Ports {
    fn new_handle(&mut self) -> Handle<SocketAddr> {
        let handle = Handle::new();
        self.handles.push(handle.clone());
        handle
    }

    /// Takes nobody new, lets requests finish, and cuts off what is left at the deadline.
    async fn drain(mut self, deadline: Duration) {
        drop(self.closing);
        for handle in &self.handles {
            handle.graceful_shutdown(Some(deadline));
        }
        while let Some(ended) = self.tasks.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "a port ended badly"),
                Err(error) => tracing::error!(%error, "a port ended badly"),
            }
        }
    }
}

/// Ctrl-C and SIGTERM.
struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl StopSignals {
    fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("不能接收停止信号");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

impl Announcement {
    fn add(&mut self, scheme: &str, listening: SocketAddr, seen: &[IpAddr], public_hosts: &[String]) {
        let port = listening.port();
        let url = |host: String| format!("{scheme}://{host}:{port}");
        let ip = listening.ip();
        if ip.is_loopback() {
            self.local.push(url(SocketAddr::new(ip, 0).ip().to_string()));
            return;
        }
        let reached = |one: &&IpAddr| reaches(ip, **one);
        self.lan.extend(public_hosts.iter().cloned().map(url));
        self.lan.extend(seen.iter().filter(reached).map(|one| match one {
            IpAddr::V4(v4) => url(v4.to_string()),
            IpAddr::V6(v6) => url(format!("[{v6}]")),
        }));
        if ip.is_unspecified() && self.local.is_empty() {
            self.local.push(url(Ipv4Addr::LOCALHOST.to_string()));
        }
    }
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "讲台已经启动。")?;
        for url in &self.local {
            writeln!(f, "  本机打开      {url}")?;
        }
        for url in &self.lan {
            writeln!(f, "  其他设备打开  {url}")?;
        }
        if self.self_signed && !self.lan.is_empty() {
            writeln!(f, "                （证书是自签的，浏览器会提示一次，选择继续访问即可）")?;
        }
        if !self.demo_logins.is_empty() {
            writeln!(f, "\n  演示账号（密码是公开的，请勿用于正式使用）")?;
            for (name, password, who) in &self.demo_logins {
                writeln!(f, "    {name:<12} {password:<14} {who}")?;
            }
        }
        if self.empty {
            writeln!(f, "\n  还没有账号。请运行 lectern admin，建立第一位管理员。")?;
        }
        write!(f, "\n  按 Ctrl-C 停止。")
    }
}
