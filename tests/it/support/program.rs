//! The real program as a process of its own: real ports, real media plane, real signals, on a folder that stays.

use crate::app::{Person, World};
use crate::faulty_disk::FaultyDisk;
use lectern::domain::presence::PresenceEvent;
use lectern::domain::{SessionId, Time};
use lectern::http::key::SigningKey;
use lectern::http::ticket::Ticket;
use lectern::store::{self, Store};
use serde_json::{Value, json};
use sqlx::AnyPool;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A busy machine takes its time; a program that is not there by then never comes.
const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const DRAIN: Duration = Duration::from_secs(5);

pub(crate) struct Program {
    pub url: String,
    pub host: Person,
    pub world: World,
    folder: tempfile::TempDir,
    port: u16,
    pub https_port: u16,
    pub media_port: u16,
    options: Vec<&'static str>,
    environment: Vec<(&'static str, PathBuf)>,
    /// Where its log goes; into its folder where none is said.
    log: Option<&'static str>,
    child: Option<Child>,
}

/// Below the ports that the system hands out by itself, so that nobody takes them between two starts. The next is free too.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = 21_000 + u16::try_from(std::process::id() % 500).unwrap() * 20;
    let free = |port: &u16| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
            && UdpSocket::bind((Ipv4Addr::UNSPECIFIED, *port)).is_ok()
    };
    let pairs = std::iter::repeat_with(|| start + NEXT.fetch_add(2, Ordering::Relaxed));
    pairs.into_iter().find(|port| free(port) && free(&(port + 1))).unwrap()
}

pub(crate) fn now() -> Time {
    Time::from_seconds(time::OffsetDateTime::now_utc().unix_timestamp())
}

impl Program {
    /// A small world in a new folder, and the program running on it.
    pub(crate) async fn start() -> Self {
        Self::start_with(&["--media-shards", "1"]).await
    }

    pub(crate) async fn start_with(options: &[&'static str]) -> Self {
        Self::start_in(options, Vec::new(), None).await
    }

    /// On a disk that fails when it is told to.
    pub(crate) async fn start_on(disk: &FaultyDisk) -> Self {
        Self::start_in(&["--media-shards", "1"], disk.environment(), None).await
    }

    /// The same, and not a line of its log can be written.
    pub(crate) async fn start_without_log(disk: &FaultyDisk) -> Self {
        Self::start_in(&["--media-shards", "1"], disk.environment(), Some("/dev/full")).await
    }

    async fn start_in(
        options: &[&'static str],
        environment: Vec<(&'static str, PathBuf)>,
        log: Option<&'static str>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (port, https_port, media_port) = (free_port(), free_port(), free_port());
        let options = options.to_vec();
        let url = format!("http://127.0.0.1:{port}");
        let store = open(&folder).await;
        let world = World::make(&store, now()).await;
        let host = Person::signed_in(&store, &url, "host", now()).await;
        store.close().await;
        let mut program =
            Self { url, host, world, folder, port, https_port, media_port, options, environment, log, child: None };
        program.go_on().await;
        program
    }

    /// Starts on what is in the folder; returns when people can come in.
    pub(crate) async fn go_on(&mut self) {
        let log = self.log.map_or_else(|| self.folder.path().join("log"), PathBuf::from);
        let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
        let mut child = self
            .command(&["serve"])
            .args(["--http-listen", &format!("127.0.0.1:{}", self.port)])
            .args(["--https-listen", &format!("127.0.0.1:{}", self.https_port)])
            .args(["--media-port", &self.media_port.to_string()])
            .args(&self.options)
            .envs(self.environment.iter().cloned())
            .args(["--media-addresses", "127.0.0.1", "--drain-seconds", &DRAIN.as_secs().to_string()])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let announced = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.contains("Ctrl-C") {
                    return true;
                }
            }
            false
        };
        let up = tokio::time::timeout(PATIENCE, announced).await.unwrap_or(false);
        assert!(up, "it did not start: {}", self.log());
        self.child = Some(child);
    }

    fn command(&self, verb: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lectern"));
        command.args(verb).arg("--data-dir").arg(self.folder.path()).kill_on_drop(true);
        command
    }

    /// The UDP port of the first shard; the others follow.
    pub(crate) fn media_port(&self) -> u16 {
        self.media_port
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// kill -9.
    pub(crate) async fn kill(&mut self) {
        self.child.take().unwrap().kill().await.unwrap();
    }

    /// SIGTERM; returns at once.
    pub(crate) async fn terminate(&self) {
        let pid = self.child.as_ref().and_then(Child::id).unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    }

    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        tokio::time::timeout(PATIENCE, child.wait()).await.expect("it ends").unwrap()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An encoder that is a program of its own, beside this one.
    pub(crate) fn encoder(&self, session: &str, name: &str) -> Child {
        let expires = now().micros() / 1_000_000 + 7200;
        let ticket = Ticket::for_encoder(session.to_owned(), name.to_owned(), expires).seal(&self.key());
        let program = Path::new(env!("CARGO_BIN_EXE_lectern")).with_file_name("lectern-loadtest");
        let mut command = Command::new(program);
        command.args(["publish", "--whip", &format!("{}/api/sessions/{session}/whip", self.url), "--ticket", &ticket]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        command.spawn().expect("lectern-loadtest is built: cargo build --bins")
    }

    pub(crate) fn key(&self) -> SigningKey {
        SigningKey::kept_at(&self.folder.path().join("secret.key")).unwrap()
    }

    /// 开始直播, by the host.
    pub(crate) async fn live_session(&self) -> String {
        let answer = self.host.post(&format!("/api/activities/{}/go-live", self.world.activity), &Value::Null).await;
        let body: Value = answer.json().await.unwrap();
        body["session"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn host_ticket(&self, session: &str) -> String {
        ticket(&self.host, session, &json!({})).await
    }

    pub(crate) async fn guest_ticket(&self, session: &str, name: &str) -> String {
        let form = json!({ "guest": { "name": name, "school": "石桥小学", "rural": true } });
        ticket(&Person::nobody(&self.url), session, &form).await
    }

    /// The Session's lines, from the stopped program's database.
    pub(crate) async fn lines(&self, session: &str) -> Vec<PresenceEvent> {
        assert!(self.child.is_none());
        let store = open(&self.folder).await;
        let lines = store::ledger::events(&store, SessionId::parse(session).unwrap()).await.unwrap();
        store.close().await;
        lines
    }

    /// What `lectern ledger verify` says.
    pub(crate) async fn verify(&self, session: &str) -> String {
        let said = self.ledger(&["verify", "--session", session]).await;
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    }

    /// `lectern ledger …`.
    pub(crate) async fn ledger(&self, words: &[&str]) -> Output {
        self.command(&[&["ledger"], words].concat()).output().await.unwrap()
    }

    /// Beside the program, as somebody who may write to its file.
    pub(crate) async fn intruder(&self) -> AnyPool {
        sqlx::any::install_default_drivers();
        AnyPool::connect(&format!("sqlite:{}", self.folder.path().join("lectern.db").display())).await.unwrap()
    }
}

async fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&format!("sqlite:{}", folder.path().join("lectern.db").display())).await.unwrap()
}

async fn ticket(person: &Person, session: &str, form: &Value) -> String {
    let answer = person.post(&format!("/api/sessions/{session}/tickets"), form).await;
    let answer: Value = answer.json().await.unwrap();
    answer["ticket"].as_str().expect("a ticket").to_owned()
}
