//! The demo of `--demo`: a small world, and a broadcast by a program that is a real member of its Session.

use crate::config::{Config, Switch};
use crate::domain::{SessionId, Time};
use crate::http::key::SigningKey;
use crate::http::ticket::{SessionRole, Subject, Ticket};
use crate::jobs::demo;
use crate::store::Store;
use anyhow::Context;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// The publisher comes back for ever, so its ticket outlasts any demo.
const TICKET_LIVES: Duration = Duration::from_secs(90 * 86_400);
/// Stands beside `lectern` wherever that is installed.
const PUBLISHER: &str = "lectern-loadtest";

/// What `--demo` made of this database.
#[derive(Default)]
pub(super) struct Demo {
    /// Login name, password, and who that is.
    pub(super) logins: Vec<(String, String, String)>,
    broadcast: Option<SessionId>,
}

impl Demo {
    /// Seeds an empty database; leaves any other alone.
    pub(super) async fn prepare(config: &Config, store: &Store, now: Time) -> anyhow::Result<Self> {
        if !config.demo {
            return Ok(Self::default());
        }
        if demo::seed(store, now).await.context("演示数据没有放好")? == demo::Seeded::NotEmpty {
            tracing::warn!("--demo changes nothing: the database has accounts of its own");
            return Ok(Self::default());
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

    /// Starts the publisher; it ends when the returned child is dropped.
    pub(super) fn publish(&self, url: Option<&str>, key: &SigningKey, now: Time) -> Option<Child> {
        let (session, url) = (self.broadcast?, url?);
        let expires = (now + TICKET_LIVES).micros().div_euclid(1_000_000);
        // A member like any other, over the websocket; encoders come by WHIP.
        let device = Subject::Guest { name: "试播设备".to_owned(), school: "讲台".to_owned(), rural: false };
        let ticket = Ticket::new(session.to_string(), device, SessionRole::Presenter, expires).seal(key);
        let program = std::env::current_exe().ok()?.with_file_name(PUBLISHER);
        let started = Command::new(&program)
            .args(["publish", "--forever", "--url", url])
            // In the environment, not among the arguments, which every account of the machine can read.
            .env("LECTERN_TICKET", ticket)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        match started {
            Ok(child) => Some(child),
            Err(error) => {
                tracing::warn!(program = %program.display(), %error, "the demo broadcast has no publisher");
                None
            }
        }
    }
}
