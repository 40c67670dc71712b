//! Playing one device of a life against the server.

use super::life::{Device, End, Stay, Tenths};
use crate::clock;
use crate::join::{Connection, Hello, WATCHING_EVERY, guest_ticket, media_socket};
use crate::light::{Crowd, Identity, LightPeer};
use crate::sdp::Kind;
use anyhow::{Context as _, bail, ensure};
use lectern_signaling::protocol::check_in::{CheckIn, CheckInMethod, CheckInStanding};
use lectern_signaling::protocol::client::ClientMessage;
use lectern_signaling::protocol::server::ServerMessage;
use reqwest::{Client, Url};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, sleep_until};

/// Three voices, a camera and a screen.
const SLOTS: [Kind; 5] = [Kind::Audio, Kind::Audio, Kind::Audio, Kind::Video, Kind::Video];
/// Beyond this the play itself is at fault, not the record.
pub(super) const LATE: Duration = Duration::from_millis(2_500);

/// Where everybody plays.
pub(super) struct Scene {
    pub(super) client: Client,
    pub(super) url: Url,
    pub(super) session: String,
    pub(super) identity: Identity,
    pub(super) crowd: Crowd,
    /// When the Session went live.
    pub(super) began: Instant,
    /// The number of a check-in and the digits that the host says.
    pub(super) said: watch::Receiver<(u32, String)>,
    /// By how much the play was late at worst, in milliseconds.
    pub(super) late_ms: AtomicU64,
}

impl Scene {
    pub(super) fn at(&self, at: Tenths) -> Instant {
        self.began + Duration::from_millis(100 * u64::from(at))
    }

    /// How late something was done.
    fn note(&self, planned: Tenths) -> Duration {
        let late = Instant::from_std(clock::now().at).saturating_duration_since(self.at(planned));
        self.late_ms.fetch_max(u64::try_from(late.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        late
    }

    pub(super) fn late(&self) -> Duration {
        Duration::from_millis(self.late_ms.load(Ordering::Relaxed))
    }
}

/// One device of somebody.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) mark: String,
    pub(super) media: bool,
    pub(super) device: Device,
    pub(super) answers: Vec<bool>,
}

/// What a page does beside talking.
#[derive(Clone, Copy)]
enum Cue {
    Hides,
    Shows,
    FallsAsleep,
    Goes,
}

impl Part {
    /// Returns how late all that it did was, together.
    pub(super) async fn play(self, scene: Arc<Scene>) -> anyhow::Result<Duration> {
        let ticket = guest_ticket(&scene.client, &scene.url, &scene.session, &self.name).await?;
        let mut token = None;
        let mut late = Duration::ZERO;
        for stay in &self.device.stays {
            sleep_until(scene.at(stay.span.from)).await;
            let resume = token.take().filter(|_| stay.resumes);
            let hello = Hello { resume, device: Some(self.mark.clone()) };
            let (connection, welcome) = Connection::open(&scene.url, &scene.session, &ticket, hello).await?;
            late += scene.note(stay.span.from);
            ensure!(welcome.resumed == stay.resumes, "resumed: {}, as planned: {}", welcome.resumed, stay.resumes);
            token = Some(welcome.resume.clone());
            late += self.stay(&scene, stay, connection).await?;
        }
        Ok(late)
    }

    async fn stay(&self, scene: &Scene, stay: &Stay, mut connection: Connection) -> anyhow::Result<Duration> {
        let mut late = Duration::ZERO;
        let mut visible = !stay.is_hidden_at(stay.span.from);
        let mut awake = true;
        connection.say(watching(visible)).await?;
        // Media goes on while a Connection is away.
        if self.media && !stay.resumes {
            self.receive(scene, &mut connection).await?;
        }
        let mut words = interval_at(Instant::from_std(clock::now().at) + WATCHING_EVERY, WATCHING_EVERY);
        let mut cues = cues(stay).into_iter().peekable();
        loop {
            let next = cues.peek().map(|(at, _)| scene.at(*at));
            tokio::select! {
                () = async { match next { Some(at) => sleep_until(at).await, None => std::future::pending().await } } => {
                    let Some((at, cue)) = cues.next() else { continue };
                    match cue {
                        Cue::Hides | Cue::Shows => {
                            visible = matches!(cue, Cue::Shows);
                            connection.say(watching(visible)).await?;
                        }
                        Cue::FallsAsleep => awake = false,
                        Cue::Goes => {
                            if stay.ends == End::Leaves {
                                connection.ask(ClientMessage::Leave).await?;
                            }
                            return Ok(late + scene.note(at));
                        }
                    }
                    late += scene.note(at);
                }
                _ = words.tick(), if awake => {
                    connection.say(watching(visible)).await?;
                }
                message = connection.next() => match message? {
                    ServerMessage::CheckIn { check_in: Some(open) } => self.answer(scene, &open, &mut connection).await?,
                    ServerMessage::Refused(refusal) => bail!("{}", refusal.sentence),
                    ServerMessage::SessionEnded => {
                        ensure!(stay.ends == End::Stays, "the Session ended too early");
                        return Ok(late);
                    }
                    _ => {}
                }
            }
        }
    }

    async fn receive(&self, scene: &Scene, connection: &mut Connection) -> anyhow::Result<()> {
        let socket = media_socket(&scene.url)?;
        let mut peer = LightPeer::viewer(clock::now().at, &scene.identity, socket.local_addr()?, &SLOTS);
        let offer = peer.offer(clock::now().at);
        let answer = connection.offer(offer).await?;
        peer.accept(clock::now().at, &answer)?;
        scene.crowd.add(peer, socket);
        Ok(())
    }

    async fn answer(&self, scene: &Scene, open: &CheckIn, connection: &mut Connection) -> anyhow::Result<()> {
        let number = usize::try_from(open.number)?;
        let answers = self.answers.get(number - 1).copied().unwrap_or(false);
        if open.you != CheckInStanding::Asked || !answers {
            return Ok(());
        }
        let code = if open.method == CheckInMethod::Code {
            let mut said = scene.said.clone();
            let said = said.wait_for(|(of, _)| *of == open.number).await.context("the host said no code")?;
            Some(said.1.clone())
        } else {
            None
        };
        connection.say(ClientMessage::AnswerCheckIn { number: open.number, code }).await?;
        Ok(())
    }
}

fn watching(visible: bool) -> ClientMessage {
    ClientMessage::Watching { visible, sound: true }
}

/// What happens after coming, in order; who stays waits for the end.
fn cues(stay: &Stay) -> Vec<(Tenths, Cue)> {
    let mut cues = Vec::new();
    if let Some(hidden) = stay.hidden {
        if hidden.from > stay.span.from {
            cues.push((hidden.from, Cue::Hides));
        }
        if hidden.to < stay.span.to {
            cues.push((hidden.to, Cue::Shows));
        }
    }
    cues.extend(stay.asleep.map(|at| (at, Cue::FallsAsleep)));
    if stay.ends != End::Stays {
        cues.push((stay.span.to, Cue::Goes));
    }
    cues.sort_by_key(|(at, _)| *at);
    cues
}
