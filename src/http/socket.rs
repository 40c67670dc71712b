//! The websocket of a Connection: `hello` with a ticket, then frames both ways until one side closes.

use super::error::ApiError;
use super::key::SigningKey;
use super::per_address::{PerAddress, Place};
use super::sessions::parse;
use super::state::AppState;
use super::ticket::{Subject, Ticket};
use crate::domain::SessionId;
use crate::live::{Arrival, Member, OutboxReader, Outgoing, Registry};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use axum::extract::{ConnectInfo, Path, State, WebSocketUpgrade};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lectern_signaling::protocol::client::ClientMessage;
use lectern_signaling::protocol::server::ServerMessage;
use lectern_signaling::protocol::{
    CloseCode, MAX_FRAME_BYTES, PROTOCOL_VERSION, Refusal, RefusalFrame, decode, encode,
};
use lectern_signaling::room::Identity;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// A page says `hello` as soon as its socket opens.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// Sockets that have not said `hello`. Behind one address a whole classroom may come back at once.
const BEFORE_HELLO: (usize, usize) = (512, 4096);
const PING_EVERY: Duration = Duration::from_secs(20);
/// Two pings and a little: phones that sleep answer late.
const IDLE_AFTER: Duration = Duration::from_secs(45);
/// One message to a client that does not read.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// A page that sends this many frames that cannot be read will not get better.
const MOST_MALFORMED: u32 = 20;
/// Per Connection, in place of 128 KiB each: frames of clients are small, and what waits to be written is in the Outbox.
const BUFFER: usize = 4 * 1024;

/// The signaling protocol over a websocket (docs/protocol.md). The ticket comes in `hello`, not in the address.
#[utoipa::path(get, path = "/api/sessions/{id}/socket", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 101, description = "Signaling protocol version 1"), (status = 404, body = super::Refused),
    (status = 429, description = "Too many sockets that have not said hello", body = super::Refused)))]
pub(super) async fn connect(
    State(app): State<AppState>,
    Path(id): Path<String>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let session = parse(&id)?;
    let place = app.before_hello.0.take(from.ip()).ok_or(ApiError::TooManyHere)?;
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(1024 * 1024)
        // One byte more, so that the frame that is too large is refused in words; what is larger still ends the socket.
        .max_message_size(MAX_FRAME_BYTES * 2)
        .max_frame_size(MAX_FRAME_BYTES * 2);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let door = TicketDoor { app: &app };
        Conversation::new(socket, Some(place)).hold(session, &app.live, &door).await;
    }))
}

/// Places for sockets that have not said `hello`.
pub(super) struct BeforeHello(PerAddress);

impl Default for BeforeHello {
    fn default() -> Self {
        Self(PerAddress::new(BEFORE_HELLO.0, BEFORE_HELLO.1))
    }
}

/// Who may come in with a ticket.
trait Door: Send + Sync {
    fn open(&self, session: SessionId, ticket: &str) -> Result<Admission, Refusal>;
}

struct Admission {
    identity: Identity,
    /// The ticket was good, but its time is over: enough to come back with, not to come in.
    expired: bool,
}

struct TicketDoor<'a> {
    app: &'a AppState,
}

impl Door for TicketDoor<'_> {
    fn open(&self, session: SessionId, ticket: &str) -> Result<Admission, Refusal> {
        admission(&self.app.key, self.app.clock.seconds(), session, ticket)
    }
}

fn admission(key: &SigningKey, now: i64, session: SessionId, text: &str) -> Result<Admission, Refusal> {
    // The end of all time: whether it has expired is asked below.
    let ticket = Ticket::open(text, key, i64::MIN).map_err(|_| Refusal::TicketInvalid)?;
    let by_media_alone = matches!(ticket.subject, Subject::Encoder { .. } | Subject::Player { .. });
    if ticket.session != session.as_str() || by_media_alone {
        return Err(Refusal::TicketInvalid);
    }
    Ok(Admission { identity: ticket.identity(), expired: ticket.exp <= now })
}

/// A websocket, or what stands in for one in tests.
trait Wire: Send {
    fn read(&mut self) -> impl Future<Output = Option<Message>> + Send;
    fn write(&mut self, message: Message) -> impl Future<Output = Result<(), ()>> + Send;
}

impl Wire for WebSocket {
    /// `None` when the socket is over, whether it was closed or broke.
    async fn read(&mut self) -> Option<Message> {
        self.recv().await?.ok()
    }

    async fn write(&mut self, message: Message) -> Result<(), ()> {
        self.send(message).await.map_err(|_| ())
    }
}

struct Conversation<W> {
    wire: W,
    /// Among those who have not said `hello`.
    waiting: Option<Place>,
    malformed: u32,
}

/// Why the conversation is over.
enum Over {
    /// The client went away.
    Gone,
    Close(CloseCode),
}

impl<W: Wire> Conversation<W> {
    fn new(wire: W, waiting: Option<Place>) -> Self {
        Self { wire, waiting, malformed: 0 }
    }

    async fn hold(mut self, session: SessionId, live: &Registry, door: &impl Door) {
        let over = match timeout(HELLO_WITHIN, self.hello(session, live, door)).await {
            Ok(Ok((member, mut outbox))) => {
                self.waiting = None;
                let over = self.talk(&member, &mut outbox).await;
                // The place is kept for the resume window; after a leave or an end this says nothing new.
                member.lost().await;
                self.close(over).await;
                // Only now: a stopping server waits for those who still hold their Outbox.
                drop(outbox);
                return;
            }
            Ok(Err(over)) => over,
            Err(_) => {
                let _ = self.say(&ServerMessage::Refused(Refusal::HelloFirst.answering(None))).await;
                Over::Close(CloseCode::HelloRefused)
            }
        };
        self.close(over).await;
    }

    async fn close(&mut self, over: Over) {
        if let Over::Close(code) = over {
            let frame = CloseFrame { code: code.code(), reason: Utf8Bytes::from_static(code.name()) };
            let _ = timeout(WRITE_WITHIN, self.wire.write(Message::Close(Some(frame)))).await;
        }
    }

    /// Reads until a good `hello`; a refused one ends the Connection.
    async fn hello(
        &mut self,
        session: SessionId,
        live: &Registry,
        door: &impl Door,
    ) -> Result<(Member, OutboxReader), Over> {
        let text = loop {
            match self.wire.read().await {
                None | Some(Message::Close(_)) => return Err(Over::Gone),
                Some(Message::Text(text)) => break text,
                Some(Message::Binary(_)) => return Err(Over::Close(CloseCode::ProtocolError)),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
            }
        };
        match admit(&text, session, live, door).await {
            Ok(entered) => Ok(entered),
            Err(refusal) => {
                let code = match refusal.code {
                    Refusal::TooLarge => CloseCode::ProtocolError,
                    _ => CloseCode::HelloRefused,
                };
                let _ = self.say(&ServerMessage::Refused(refusal)).await;
                Err(Over::Close(code))
            }
        }
    }

    async fn talk(&mut self, member: &Member, outbox: &mut OutboxReader) -> Over {
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick comes at once.
        pings.tick().await;
        let mut idle = Box::pin(sleep(IDLE_AFTER));
        loop {
            let over = tokio::select! {
                message = self.wire.read() => {
                    idle.as_mut().set(sleep(IDLE_AFTER));
                    self.heard(message, member).await
                }
                outgoing = outbox.next() => self.pass_on(outgoing).await,
                _ = pings.tick() => self.send(Message::Ping(bytes::Bytes::new())).await,
                () = &mut idle => Err(Over::Close(CloseCode::Idle)),
            };
            if let Err(over) = over {
                return over;
            }
        }
    }

    async fn heard(&mut self, message: Option<Message>, member: &Member) -> Result<(), Over> {
        let text = match message {
            None | Some(Message::Close(_)) => return Err(Over::Gone),
            Some(Message::Binary(_)) => return Err(Over::Close(CloseCode::ProtocolError)),
            Some(Message::Ping(_) | Message::Pong(_)) => return Ok(()),
            Some(Message::Text(text)) => text,
        };
        match decode(&text) {
            // A Session that is over closes the Outbox, which says why.
            Ok(frame) => {
                member.say(frame).await;
                Ok(())
            }
            Err(refusal) => {
                let code = refusal.code;
                self.say(&ServerMessage::Refused(refusal)).await?;
                self.malformed += 1;
                if code == Refusal::TooLarge || self.malformed >= MOST_MALFORMED {
                    return Err(Over::Close(CloseCode::ProtocolError));
                }
                Ok(())
            }
        }
    }

    async fn pass_on(&mut self, outgoing: Outgoing) -> Result<(), Over> {
        match outgoing {
            Outgoing::Close(code) => Err(Over::Close(code)),
            Outgoing::Text(text) => {
                let text = Utf8Bytes::try_from(text).map_err(|_| Over::Gone)?;
                self.send(Message::Text(text)).await
            }
        }
    }

    async fn say(&mut self, message: &ServerMessage) -> Result<(), Over> {
        self.send(Message::Text(encode(message).into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Over> {
        match timeout(WRITE_WITHIN, self.wire.write(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(())) => Err(Over::Gone),
            Err(_) => Err(Over::Close(CloseCode::SlowConsumer)),
        }
    }
}

async fn admit(
    text: &str,
    session: SessionId,
    live: &Registry,
    door: &impl Door,
) -> Result<(Member, OutboxReader), RefusalFrame> {
    let frame = decode(text)?;
    let re = frame.id;
    let refuse = |refusal: Refusal| refusal.answering(Some(re));
    let ClientMessage::Hello { protocol, ticket, resume, device } = frame.message else {
        return Err(refuse(Refusal::HelloFirst));
    };
    if protocol != PROTOCOL_VERSION {
        return Err(refuse(Refusal::WrongVersion));
    }
    let mut admission = door.open(session, &ticket).map_err(refuse)?;
    admission.identity.device = device.and_then(|device| device_mark(session, &device));
    if admission.expired && resume.is_none() {
        return Err(refuse(Refusal::TicketExpired));
    }
    let handle = live.get(session).ok_or_else(|| refuse(Refusal::SessionEnded))?;
    handle.enter(Arrival { identity: admission.identity, re, resume }).await.map_err(refuse)
}

/// Longer than any random text that a page needs.
const MOST_DEVICE: usize = 64;

/// What tells a browser from others within this Session, and nobody in another Session. Odd ones are none.
pub(super) fn device_mark(session: SessionId, device: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if device.is_empty() || device.len() > MOST_DEVICE || !device.chars().all(plain) {
        return None;
    }
    let text = format!("lectern device 1|{session}|{device}");
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    Some(URL_SAFE_NO_PAD.encode(&digest.as_ref()[..9]))
}

#[cfg(test)]
mod tests;
