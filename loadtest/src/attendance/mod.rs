//! `lectern-loadtest attendance`: a Session of many lives, played against a real server, whose records must say exactly what
//! a reference model predicts.

mod life;
mod model;
mod office;
mod player;
mod verdict;

use crate::clock;
use crate::join::{Connection, Hello, Resource, below, media_socket};
use crate::light::{Crowd, Identity, LightPeer, Publishers};
use anyhow::{Context as _, bail};
use lectern_signaling::protocol::check_in::{CheckInMethod, CheckInPurpose, OpenCheckIn};
use lectern_signaling::protocol::client::ClientMessage;
use lectern_signaling::protocol::server::ServerMessage;
use life::{Cast, Plan, seconds};
use office::{Office, Presence};
use player::{Part, Scene};
use reqwest::{Client, Url};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
pub(crate) use verdict::Found;
use verdict::Played;

const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// What is asked at once, at the beginning.
const AT_ONCE: usize = 32;
/// The shortest that the server takes.
const CHECK_IN_SECONDS: u32 = 30;

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Address of the server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// A host of some Studio there, who plans and holds the Session.
    #[arg(long, default_value = "zhouwenlan")]
    account: String,
    #[arg(long, env = "LECTERN_PASSWORD", hide_env_values = true, default_value = "lectern-demo")]
    password: String,
    /// People with real media.
    #[arg(long, default_value_t = 20)]
    with_media: usize,
    /// People who only signal, and so prove nothing.
    #[arg(long, default_value_t = 90)]
    signaling: usize,
    /// How long the Session lasts. A few seconds less than whole minutes: who stays must not hang on a second.
    #[arg(long, default_value_t = 265)]
    seconds: u32,
    /// The lives are drawn from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Video bits per second of the lesson.
    #[arg(long, default_value_t = 150_000)]
    bitrate: u64,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<Found> {
    let cast = Cast { with_media: options.with_media, signaling: options.signaling };
    let plan = Plan::draw(options.seed, seconds(options.seconds), cast)?;
    let client = Client::builder().pool_max_idle_per_host(AT_ONCE).build()?;
    let office = Office::sign_in(client.clone(), options.url.clone(), &options.account, &options.password).await?;
    let session = office.go_live().await?;
    let began = Instant::from_std(clock::now().at);
    let identity = Identity::new()?;
    let (lesson, resource) = lesson(&options, &office, &client, &session, &identity).await?;
    let (say, said) = watch::channel((0, String::new()));
    let (crowd, late_ms) = (Crowd::start(1)?, AtomicU64::new(0));
    let url = options.url.clone();
    let scene = Arc::new(Scene { client: client.clone(), url, session, identity, crowd, began, said, late_ms });

    let mut playing = JoinSet::new();
    let hosting = host(scene.clone(), office.ticket(&scene.session).await?, plan.check_ins.clone(), say);
    let hosting = tokio::spawn(async move { hosting.await.context("the host") });
    for (number, (life, _)) in plan.lives.iter().enumerate() {
        for (place, device) in life.devices.iter().enumerate() {
            let part = Part {
                name: name(number),
                mark: format!("life-{number}-{place}"),
                media: life.media,
                device: device.clone(),
                answers: life.answers.clone(),
            };
            let (scene, who) = (scene.clone(), format!("{} ({})", name(number), life.what));
            playing.spawn(async move { part.play(scene).await.context(who).map(|late| (number, late)) });
        }
    }
    sleep_until(scene.at(plan.length)).await;
    office.end(&scene.session).await?;
    let mut failures: Vec<String> = hosting.await?.err().map(|error| format!("{error:#}")).into_iter().collect();
    let mut late = vec![Duration::ZERO; plan.lives.len()];
    while let Some(played) = playing.join_next().await {
        match played? {
            Ok((number, by)) => late[number] += by,
            Err(error) => failures.push(format!("{error:#}")),
        }
    }

    let mut found = Found::new(options.seconds, scene.late(), failures);
    let rows = office.presence(&scene.session).await?;
    let rows: HashMap<&str, &Presence> =
        rows.iter().filter(|row| row.kind == "guest").map(|row| (row.name.as_str(), row)).collect();
    for (number, (life, expected)) in plan.lives.iter().enumerate() {
        let name = name(number);
        let played = Played { name: &name, life, late: late[number] };
        found.compare(&played, expected, rows.get(name.as_str()).copied());
    }
    let scene = Arc::into_inner(scene).context("somebody still plays")?;
    tokio::task::spawn_blocking(move || scene.crowd.finish()).await??;
    tokio::task::spawn_blocking(move || lesson.stop()).await??;
    resource.close(&client).await;
    Ok(found)
}

fn name(number: usize) -> String {
    format!("考勤{:03}", number + 1)
}

/// Somebody teaches, so that there is something to see.
async fn lesson(
    options: &Options,
    office: &Office,
    client: &Client,
    session: &str,
    identity: &Identity,
) -> anyhow::Result<(Publishers, Resource)> {
    let encoder = office.encoder(session).await?;
    let socket = media_socket(&options.url)?;
    let mut peer = LightPeer::publisher(clock::now().at, identity, socket.local_addr()?);
    let offer = peer.offer(clock::now().at);
    let resource = Resource::open(client, below(&options.url, &encoder.whip)?, &encoder.token, offer).await?;
    peer.accept(clock::now().at, &resource.answer)?;
    let publishers = Publishers::start(vec![(peer, socket)], options.bitrate)?;
    publishers.connected(CONNECT_WITHIN).await.context("publishing")?;
    publishers.speak(true);
    Ok((publishers, resource))
}

/// Asks for check-ins, by tap and by code in turn, and says the code.
async fn host(
    scene: Arc<Scene>,
    ticket: String,
    check_ins: Vec<life::Tenths>,
    say: watch::Sender<(u32, String)>,
) -> anyhow::Result<()> {
    let (mut connection, _) = Connection::open(&scene.url, &scene.session, &ticket, Hello::default()).await?;
    let methods = [CheckInMethod::Tap, CheckInMethod::Code];
    let mut planned = check_ins.into_iter().zip(methods.into_iter().cycle()).peekable();
    loop {
        let next = planned.peek().map(|(at, _)| scene.at(*at));
        tokio::select! {
            () = async { match next { Some(at) => sleep_until(at).await, None => std::future::pending().await } } => {
                let Some((_, method)) = planned.next() else { continue };
                let (purpose, seconds) = (CheckInPurpose::Roll, CHECK_IN_SECONDS);
                connection.say(ClientMessage::OpenCheckIn(OpenCheckIn { purpose, method, seconds, count: 1, place: None })).await?;
            }
            message = connection.next() => match message? {
                ServerMessage::CheckInCounts { number, code: Some(code), .. } => _ = say.send((number, code)),
                ServerMessage::Refused(refusal) => bail!("{}", refusal.sentence),
                ServerMessage::SessionEnded => return Ok(()),
                _ => {}
            }
        }
    }
}
