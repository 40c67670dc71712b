//! The demo of `--demo`: a small world, and a broadcast by a program that is a real member of its Session.

use crate::archive::Blobs;
use crate::config::{Config, Switch};
use crate::domain::{SessionId, Time};
use crate::http::key::SigningKey;
use crate::http::ticket::{SessionRole, Subject, Ticket};
use crate::jobs::demo;
use crate::store::Store;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The publisher comes back for ever, so its ticket outlasts any demo.
const TICKET_LIVES: Duration = Duration::from_secs(90 * 86_400);
/// Stands beside `lectern` wherever that is installed.
const PUBLISHER: &str = "lectern-loadtest";
/// How long to wait before a publisher that failed is started again; twice as long each time.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A publisher that ran for so long was well, whatever ended it.
const WELL_AFTER: Duration = Duration::from_secs(60);
/// A publisher leaves the Session before it ends.
const GOODBYE: Duration = Duration::from_secs(2);

/// What `--demo` made of this database.
#[derive(Default)]
pub(super) struct Demo {
    /// Login name, password, and who that is.
    pub(super) logins: Vec<(String, String, String)>,
    broadcast: Option<SessionId>,
}

impl Demo {
    /// Seeds an empty database; leaves any other alone.
    pub(super) async fn prepare(config: &Config, store: &Store, blobs: &Blobs, now: Time) -> anyhow::Result<Self> {
        if !config.demo {
            return Ok(Self::default());
        }
        match demo::seed(store, now).await.context("演示数据没有放好")? {
            demo::Seeded::NotEmpty => {
                tracing::warn!("--demo changes nothing: the database has accounts of its own");
                return Ok(Self::default());
            }
            demo::Seeded::Fresh => hand_in(store, blobs, now).await.context("演示的佐证材料没有放好")?,
            demo::Seeded::Kept => {}
        }
        let told = |one: &demo::SignIn| {
            (one.login_name.to_owned(), demo::PASSWORD.to_owned(), format!("{}，{}", one.name, one.role))
        };
        let broadcast = match config.demo_broadcast {
            Switch::On => demo::broadcast(store, now).await.context("示范直播没有准备好")?,
            Switch::Off => None,
        };
        Ok(Self { logins: demo::SIGN_INS.iter().map(told).collect(), broadcast })
    }

    /// Starts the publisher, and starts it again whenever it fails.
    pub(super) fn publish(&self, url: Option<&str>, key: &SigningKey, now: Time) -> Option<Publisher> {
        let (session, url) = (self.broadcast?, url?);
        let expires = (now + TICKET_LIVES).micros().div_euclid(1_000_000);
        // A member like any other, over the websocket; encoders come by WHIP.
        let device = Subject::Guest { name: "试播设备".to_owned(), school: "讲台".to_owned(), rural: false };
        let ticket = Ticket::new(session.to_string(), device, SessionRole::Presenter, expires).seal(key);
        let program = std::env::current_exe().ok()?.with_file_name(PUBLISHER);
        let arguments = ["publish", "--forever", "--until-stdin-closes", "--url", url].map(str::to_owned);
        Some(Publisher::start(program, move |command| {
            // In the environment, not among the arguments, which every account of the machine can read.
            command.args(&arguments).env("LECTERN_TICKET", &ticket);
        }))
    }
}

/// One file in the archive stands for all that the demo's people handed in.
async fn hand_in(store: &Store, blobs: &Blobs, now: Time) -> anyhow::Result<()> {
    let mut incoming = blobs.begin("demo-paper").await?;
    incoming.write(&demo::paper()).await?;
    let kept = incoming.keep().await?;
    demo::hand_in(store, &demo::Shown { digest: kept.digest, size: kept.size }, now).await?;
    Ok(())
}

/// A child process that is started again when it fails, and that lives no longer than this server: it ends when its
/// standard input closes, which the kernel does even for a server that is killed.
pub(super) struct Publisher {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Publisher {
    fn start(program: PathBuf, prepare: impl Fn(&mut Command) + Send + 'static) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move { keep_going(&program, prepare, &mut stopped).await });
        Self { stop, task }
    }

    /// Returns when the publisher is gone.
    pub(super) async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the keeper of the demo broadcast ended badly");
        }
    }
}

async fn keep_going(program: &Path, prepare: impl Fn(&mut Command), stopped: &mut oneshot::Receiver<()>) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        let mut command = Command::new(program);
        prepare(&mut command);
        match command.stdin(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true).spawn() {
            Ok(child) => match stay(child, stopped).await {
                Stay::Over => return,
                Stay::Failed { was_well } => {
                    if was_well {
                        pause = SHORTEST_PAUSE;
                    }
                }
            },
            Err(error) => {
                tracing::warn!(program = %program.display(), %error, "the demo broadcast has no publisher");
                return;
            }
        }
        tracing::warn!(pause_ms = pause.as_millis(), "the publisher of the demo broadcast failed and is started again");
        tokio::select! {
            () = sleep(pause) => {}
            _ = &mut *stopped => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// How one run of the publisher ended.
enum Stay {
    /// We stop, or the Session that it published to is over.
    Over,
    Failed {
        was_well: bool,
    },
}

async fn stay(mut child: Child, stopped: &mut oneshot::Receiver<()>) -> Stay {
    // Taken out: waiting for the child would close it.
    let stdin = child.stdin.take();
    let mut well = std::pin::pin!(sleep(WELL_AFTER));
    let mut was_well = false;
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break Some(ended),
            _ = &mut *stopped => break None,
            () = &mut well, if !was_well => was_well = true,
        }
    };
    match ended {
        None => {
            drop(stdin);
            if timeout(GOODBYE, child.wait()).await.is_err() {
                // Dropping kills it.
                tracing::debug!("the publisher of the demo broadcast did not end by itself");
            }
            Stay::Over
        }
        Some(Ok(status)) if status.success() => Stay::Over,
        Some(_) => Stay::Failed { was_well },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A publisher made of a shell script, which writes a line into `told` at each start.
    fn publisher(script: &str, told: &Path) -> Publisher {
        let script = format!("echo started >> '{}'; {script}", told.display());
        Publisher::start(PathBuf::from("/bin/sh"), move |command| {
            command.args(["-c", &script]);
        })
    }

    fn starts(told: &Path) -> usize {
        std::fs::read_to_string(told).map_or(0, |text| text.lines().count())
    }

    #[tokio::test(start_paused = true)]
    async fn a_publisher_that_fails_is_started_again_and_one_that_is_done_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let script = format!("test $(wc -l < '{}') -ge 4 || exit 1", told.display());
        let publisher = publisher(&script, &told);
        publisher.task.await.unwrap();
        assert_eq!(starts(&told), 4, "three failures, then the end of the Session");
    }

    #[tokio::test]
    async fn a_publisher_ends_with_its_keeper() {
        let folder = tempfile::tempdir().unwrap();
        let (told, ended) = (folder.path().join("told"), folder.path().join("ended"));
        let fifo = folder.path().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        // `cat` reads until its standard input closes.
        let script = format!("echo > '{}'; cat; echo > '{}'", fifo.display(), ended.display());
        let publisher = publisher(&script, &told);
        // Reading blocks until the child has started and writes.
        tokio::task::spawn_blocking(move || std::fs::read(fifo).unwrap()).await.unwrap();
        publisher.stop().await;
        assert!(ended.exists(), "it was told by its standard input, not killed");
        assert_eq!(starts(&told), 1);
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_no_disaster() {
        Publisher::start(PathBuf::from("/nonexistent"), |_| {}).task.await.unwrap();
    }
}
