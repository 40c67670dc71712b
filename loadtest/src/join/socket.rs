//! A member's websocket: hello, offer, publish, and staying there.

use anyhow::{Context as _, bail};
use futures_util::{SinkExt, StreamExt};
use lectern_signaling::protocol::client::{ClientFrame, ClientMessage};
use lectern_signaling::protocol::server::{ServerMessage, Welcome};
use lectern_signaling::protocol::{PROTOCOL_VERSION, Refusal, Source};
use reqwest::{Client, Url};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Protocol: every 15 s.
pub(crate) const WATCHING_EVERY: Duration = Duration::from_secs(15);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

pub(crate) struct Connection<S = MaybeTlsStream<TcpStream>> {
    stream: WebSocketStream<S>,
    next_id: u64,
}

/// What a hello may carry beside its ticket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hello {
    /// The token of an earlier welcome.
    pub(crate) resume: Option<String>,
    /// The mark of the browser.
    pub(crate) device: Option<String>,
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The Session is over or this member was put out: coming back is pointless.
    ForGood,
    Lost,
}

impl Connection {
    pub(crate) async fn open(
        server: &Url,
        session: &str,
        ticket: &str,
        hello: Hello,
    ) -> anyhow::Result<(Self, Box<Welcome>)> {
        let mut address = super::below(server, &format!("/api/sessions/{session}/socket"))?;
        let scheme = if server.scheme() == "https" { "wss" } else { "ws" };
        address.set_scheme(scheme).map_err(|()| anyhow::anyhow!("{server} is no web address"))?;
        let connecting = tokio_tungstenite::connect_async(address.as_str());
        let (stream, _) = connecting.await.with_context(|| format!("opening {address}"))?;
        let mut connection = Self { stream, next_id: 1 };
        let welcome = connection.hello(ticket, hello).await?;
        Ok((connection, welcome))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Says hello, and reads on to the end of what the server tells of the Room.
    async fn hello(&mut self, ticket: &str, hello: Hello) -> anyhow::Result<Box<Welcome>> {
        let Hello { resume, device } = hello;
        let hello = ClientMessage::Hello { protocol: PROTOCOL_VERSION, ticket: ticket.to_owned(), resume, device };
        let welcome = match self.ask(hello).await? {
            ServerMessage::Welcome(welcome) => welcome,
            other => bail!("the answer to hello was {other:?}"),
        };
        let told = async {
            while !matches!(self.next().await?, ServerMessage::ChatHistory { last: true, .. }) {}
            anyhow::Ok(())
        };
        tokio::time::timeout(ANSWER_WITHIN, told).await.context("the server did not tell of the Room in time")??;
        Ok(welcome)
    }

    pub(crate) async fn offer(&mut self, sdp: String) -> anyhow::Result<String> {
        match self.ask(ClientMessage::Offer { sdp, continues: false }).await? {
            ServerMessage::Answer { sdp, .. } => Ok(sdp),
            other => bail!("the answer to the offer was {other:?}"),
        }
    }

    /// A resumed member may be publishing this already: then nothing is to be done.
    pub(crate) async fn publish(&mut self, source: Source, mid: &str) -> anyhow::Result<()> {
        match self.request(ClientMessage::Publish { source, mid: mid.to_owned() }).await? {
            ServerMessage::Refused(refusal) if refusal.code != Refusal::AlreadyPublished => {
                bail!("{}", refusal.sentence)
            }
            _ => Ok(()),
        }
    }

    pub(crate) async fn leave(mut self) {
        let _ = self.say(ClientMessage::Leave).await;
        let _ = self.stream.close(None).await;
    }

    /// Stays until the connection ends.
    pub(crate) async fn stay(&mut self) -> Ended {
        let mut tick = tokio::time::interval(WATCHING_EVERY);
        loop {
            tokio::select! {
                _ = tick.tick() => {
                    if self.say(ClientMessage::Watching { visible: true, sound: true }).await.is_err() {
                        return Ended::Lost;
                    }
                }
                message = self.next() => match message {
                    Ok(ServerMessage::SessionEnded | ServerMessage::Removed) => return Ended::ForGood,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(%error, "the websocket ended");
                        return Ended::Lost;
                    }
                },
            }
        }
    }

    /// Like `request`, but a refusal is an error.
    pub(crate) async fn ask(&mut self, message: ClientMessage) -> anyhow::Result<ServerMessage> {
        match self.request(message).await? {
            ServerMessage::Refused(refusal) => bail!("{} ({:?})", refusal.sentence, refusal.code),
            answer => Ok(answer),
        }
    }

    async fn request(&mut self, message: ClientMessage) -> anyhow::Result<ServerMessage> {
        let id = self.say(message).await?;
        let answered = async {
            loop {
                let message = self.next().await?;
                if answers(&message) == Some(id) {
                    return Ok(message);
                }
            }
        };
        tokio::time::timeout(ANSWER_WITHIN, answered).await.context("the server did not answer in time")?
    }

    pub(crate) async fn say(&mut self, message: ClientMessage) -> anyhow::Result<u64> {
        let id = self.next_id;
        self.next_id += 1;
        let text = serde_json::to_string(&ClientFrame { id, message })?;
        self.stream.send(Message::text(text)).await.context("the websocket is gone")?;
        Ok(id)
    }

    pub(crate) async fn next(&mut self) -> anyhow::Result<ServerMessage> {
        loop {
            match self.stream.next().await.context("the websocket was closed")?? {
                Message::Text(text) => {
                    return serde_json::from_str(&text).context("a message of the server is unknown");
                }
                Message::Close(frame) => bail!("the server closed the websocket: {frame:?}"),
                _ => {}
            }
        }
    }
}

fn answers(message: &ServerMessage) -> Option<u64> {
    match message {
        ServerMessage::Welcome(welcome) => Some(welcome.re),
        ServerMessage::Ok { re }
        | ServerMessage::Answer { re, .. }
        | ServerMessage::Hls { re, .. }
        | ServerMessage::Pong { re, .. }
        | ServerMessage::LineDetails { re, .. } => Some(*re),
        ServerMessage::Refused(refusal) => refusal.re,
        _ => None,
    }
}

#[derive(serde::Deserialize)]
struct Ticket {
    ticket: String,
}

/// A ticket for somebody without an account, where the Activity lets guests in.
pub(crate) async fn guest_ticket(client: &Client, server: &Url, session: &str, name: &str) -> anyhow::Result<String> {
    let address = super::below(server, &format!("/api/sessions/{session}/tickets"))?;
    let body = serde_json::json!({ "guest": { "name": name, "school": "负载测试" } });
    let response = client.post(address).json(&body).send().await.context("asking for a ticket")?;
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        bail!("no ticket for a guest: {status} {}", text.chars().take(300).collect::<String>());
    }
    Ok(serde_json::from_str::<Ticket>(&text).context("reading the ticket")?.ticket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_signaling::protocol::ParticipantId;
    use tokio::io::DuplexStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    /// A server that is told what to say to each frame.
    async fn talk(script: fn(ClientFrame) -> Vec<ServerMessage>) -> Connection<DuplexStream> {
        let (near, far) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let mut server = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
            while let Some(Ok(Message::Text(text))) = server.next().await {
                for message in script(serde_json::from_str(&text).unwrap()) {
                    server.send(Message::text(serde_json::to_string(&message).unwrap())).await.unwrap();
                }
            }
        });
        Connection { stream: WebSocketStream::from_raw_socket(near, Role::Client, None).await, next_id: 1 }
    }

    fn refuse(frame: &ClientFrame, refusal: Refusal) -> ServerMessage {
        ServerMessage::Refused(refusal.answering(Some(frame.id)))
    }

    #[tokio::test]
    async fn the_answer_is_the_one_with_the_frames_number() {
        let mut connection = talk(|frame| {
            let left = ServerMessage::ParticipantLeft { participant: ParticipantId(9) };
            let other = ServerMessage::Answer { re: frame.id + 7, sdp: "other".to_owned() };
            vec![left, other, ServerMessage::Answer { re: frame.id, sdp: "mine".to_owned() }]
        })
        .await;
        assert_eq!(connection.offer("v=0".to_owned()).await.unwrap(), "mine");
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_servers_words() {
        let mut connection = talk(|frame| vec![refuse(&frame, Refusal::TicketExpired)]).await;
        let error = connection.hello("ticket", Hello::default()).await.unwrap_err().to_string();
        assert!(error.contains(&Refusal::TicketExpired.to_string()), "{error}");
    }

    #[tokio::test]
    async fn what_is_published_already_stays_published() {
        let mut again = talk(|frame| vec![refuse(&frame, Refusal::AlreadyPublished)]).await;
        assert!(again.publish(Source::Camera, "1").await.is_ok());
        let mut stranger = talk(|frame| vec![refuse(&frame, Refusal::NotAdmitted)]).await;
        assert!(stranger.publish(Source::Camera, "1").await.is_err());
    }

    #[tokio::test]
    async fn the_end_of_the_session_is_for_good_and_a_lost_websocket_is_not() {
        let mut ended = talk(|_| vec![ServerMessage::SessionEnded]).await;
        assert_eq!(ended.stay().await, Ended::ForGood);
        let (near, far) = tokio::io::duplex(1024);
        let mut lost =
            Connection { stream: WebSocketStream::from_raw_socket(near, Role::Client, None).await, next_id: 1 };
        drop(far);
        assert_eq!(lost.stay().await, Ended::Lost);
    }
}
