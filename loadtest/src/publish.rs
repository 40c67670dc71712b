//! `lectern-loadtest publish`: one believable member that gives a lesson, over the websocket or WHIP.

use crate::join::{Connection, Hello, Resource, media_socket};
use crate::member::{Member, VideoShape};
use crate::publisher::Publisher;
use crate::sdp::Kind;
use crate::source::{Film, Lesson, Source, SourceError};
use crate::{clock, join};
use anyhow::Context as _;
use lectern_signaling::protocol::Source as Published;
use reqwest::{Client, Url};
use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// After this long without success there is no point in trying faster.
const LONGEST_BACKOFF: Duration = Duration::from_secs(15);
const SHORTEST_BACKOFF: Duration = Duration::from_millis(500);
const CONNECT_WITHIN: Duration = Duration::from_secs(15);

#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Address of the server, for a member that comes over the websocket.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// Ticket of a host, presenter or encoder; it names the Session.
    #[arg(long, alias = "token", env = "LECTERN_TICKET", hide_env_values = true)]
    ticket: String,
    /// The Session, when the ticket does not name it.
    #[arg(long)]
    session: Option<String>,
    /// WHIP endpoint to publish to instead of the websocket; the ticket is then the bearer token.
    #[arg(long)]
    whip: Option<Url>,
    /// Publish these pictures instead of the test lesson, over and over: H.264 as an Annex B byte stream.
    #[arg(long, requires = "sound")]
    picture: Option<PathBuf>,
    /// The sound to the pictures: Opus in Ogg, in packets of 20 ms, at least as long.
    #[arg(long, requires = "picture")]
    sound: Option<PathBuf>,
    /// How many pictures of the file are a second.
    #[arg(long, default_value_t = 25)]
    rate: u32,
    /// Come back for ever when the connection is lost or the server is away.
    #[arg(long)]
    forever: bool,
    /// Stop after so many seconds.
    #[arg(long)]
    seconds: Option<u64>,
    /// Stop when standard input closes: whoever started this holds its other end for as long as they live.
    #[arg(long)]
    until_stdin_closes: bool,
}

/// What keeps the member in the Session besides media.
enum Presence {
    Socket(Box<Connection>),
    Whip(Resource),
}

/// How one stay ended.
#[derive(Debug, PartialEq, Eq)]
enum Stay {
    /// Asked to stop, or the Session is over.
    Over,
    Lost,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let seconds = options.seconds.map(Duration::from_secs);
    let until_stdin_closes = options.until_stdin_closes;
    let mut until = pin!(async move {
        tokio::select! {
            () = async { match seconds { Some(seconds) => tokio::time::sleep(seconds).await, None => std::future::pending().await } } => {}
            () = stopped() => {}
            () = stdin_closed(), if until_stdin_closes => {}
        }
    });
    let client = Client::new();
    let mut backoff = SHORTEST_BACKOFF;
    let mut resume = None;
    loop {
        let began = clock::now().at;
        let stay = stay(&options, &client, &mut resume, until.as_mut()).await;
        if !options.forever || matches!(stay, Ok(Stay::Over)) {
            return stay.and_then(|stay| {
                anyhow::ensure!(stay == Stay::Over, "the connection was lost");
                Ok(())
            });
        }
        if let Err(error) = stay {
            tracing::warn!(
                error = format!("{error:#}"),
                wait_s = backoff.as_secs_f32(),
                "not publishing; trying again"
            );
        }
        if clock::now().at.duration_since(began) > LONGEST_BACKOFF {
            backoff = SHORTEST_BACKOFF;
        }
        tokio::select! {
            () = tokio::time::sleep(backoff) => {}
            () = until.as_mut() => return Ok(()),
        }
        backoff = (backoff * 2).min(LONGEST_BACKOFF);
    }
}

async fn stay(
    options: &Options,
    client: &Client,
    resume: &mut Option<String>,
    mut until: std::pin::Pin<&mut impl Future<Output = ()>>,
) -> anyhow::Result<Stay> {
    let coming = come(options, client, resume, source(options).await?);
    let (mut publisher, mut presence) = tokio::select! {
        came = coming => came?,
        () = until.as_mut() => return Ok(Stay::Over),
    };
    tracing::info!("publishing");
    let stay = tokio::select! {
        () = until => Stay::Over,
        () = publisher.failed() => Stay::Lost,
        stay = presence.end() => stay,
    };
    let sent = publisher.sent();
    presence.leave(client, stay == Stay::Over).await;
    tokio::task::spawn_blocking(move || publisher.stop()).await??;
    tracing::info!(
        packets = sent.packets,
        retransmitted = sent.retransmitted,
        key_frames_asked = sent.key_frames_asked,
        "left"
    );
    Ok(stay)
}

/// Made off the threads that carry websockets: encoders make their tables, files are cut into packets.
async fn source(options: &Options) -> anyhow::Result<(Box<dyn Source>, VideoShape)> {
    let (film, rate) = (options.picture.clone().zip(options.sound.clone()), options.rate);
    let made = tokio::task::spawn_blocking(move || {
        Ok::<(Box<dyn Source>, _), SourceError>(match film {
            Some((picture, sound)) => (Box::new(Film::open(&picture, &sound, rate)?), VideoShape::Single),
            None => (Box::new(Lesson::new()?), VideoShape::Simulcast),
        })
    });
    Ok(made.await??)
}

async fn come(
    options: &Options,
    client: &Client,
    resume: &mut Option<String>,
    (source, shape): (Box<dyn Source>, VideoShape),
) -> anyhow::Result<(Publisher, Presence)> {
    let server = options.whip.as_ref().unwrap_or(&options.url);
    let socket = media_socket(server)?;
    let mut member = Member::new(clock::now().at, socket.local_addr()?, shape)?;
    let offer = member.offer(clock::now().at)?;
    let (answer, mut presence) = match &options.whip {
        Some(endpoint) => {
            let resource = Resource::open(client, endpoint.clone(), &options.ticket, offer).await?;
            (resource.answer.clone(), Presence::Whip(resource))
        }
        None => {
            let session = options.session.clone().or_else(|| session_of(&options.ticket));
            let session = session.context("the ticket does not name a Session: add --session")?;
            let (mut connection, welcome) = match open(options, &session, resume.take()).await {
                Ok(opened) => opened,
                // Too late to resume, or another server: come in anew.
                Err(_) => open(options, &session, None).await?,
            };
            *resume = Some(welcome.resume.clone());
            (connection.offer(offer).await?, Presence::Socket(Box::new(connection)))
        }
    };
    member.accept(clock::now().at, answer)?;
    let mids = [(Published::Microphone, Kind::Audio), (Published::Camera, Kind::Video)];
    let mids: Vec<_> = mids.into_iter().filter_map(|(what, kind)| Some((what, member.mid(kind)?.to_owned()))).collect();
    let mut publisher = Publisher::start(socket, member, source)?;
    if let Err(error) = publisher.connected(CONNECT_WITHIN).await {
        presence.leave(client, false).await;
        return Err(error);
    }
    if let Presence::Socket(connection) = &mut presence {
        for (what, mid) in mids {
            connection.publish(what, &mid).await?;
        }
    }
    Ok((publisher, presence))
}

async fn open(
    options: &Options,
    session: &str,
    resume: Option<String>,
) -> anyhow::Result<(Connection, Box<lectern_signaling::protocol::server::Welcome>)> {
    Connection::open(&options.url, session, &options.ticket, Hello { resume, device: None }).await
}

impl Presence {
    async fn end(&mut self) -> Stay {
        match self {
            Self::Socket(connection) => match connection.stay().await {
                join::Ended::ForGood => Stay::Over,
                join::Ended::Lost => Stay::Lost,
            },
            // An encoder's place is its media path.
            Self::Whip(_) => std::future::pending().await,
        }
    }

    async fn leave(self, client: &Client, for_good: bool) {
        match self {
            Self::Socket(connection) if for_good => connection.leave().await,
            // A lost connection is resumed, not left.
            Self::Socket(_) => {}
            Self::Whip(resource) => resource.close(client).await,
        }
    }
}

/// A ticket reads `lct1.<base64url JSON>.<signature>`.
fn session_of(ticket: &str) -> Option<String> {
    let payload = ticket.split('.').nth(1)?;
    let json: serde_json::Value = serde_json::from_slice(&base64url(payload)?).ok()?;
    Some(json.get("session")?.as_str()?.to_owned())
}

/// RFC 4648 §5, without padding.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// On a thread of its own: one that belongs to the runtime would keep the program from ending by other means.
async fn stdin_closed() {
    let (closed, heard) = tokio::sync::oneshot::channel();
    let read = move || {
        // What is written there means nothing; an error is an end too.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = closed.send(());
    };
    if std::thread::Builder::new().name("stdin".to_owned()).spawn(read).is_err() || heard.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Ctrl-C or a request to end.
async fn stopped() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_read_from_a_ticket() {
        // {"session":"s_1?>~","role":"host"}
        assert_eq!(session_of("lct1.eyJzZXNzaW9uIjoic18xPz5-Iiwicm9sZSI6Imhvc3QifQ.x").as_deref(), Some("s_1?>~"));
        assert_eq!(session_of("lct1.!!.x"), None);
        assert_eq!(session_of("nonsense"), None);
    }
}
