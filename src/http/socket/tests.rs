//! Conversations over a wire of channels, under a clock that tests turn.

use super::*;
use crate::live::testing::FakeHouse;
use lectern_signaling::protocol::{ParticipantKind, SessionRole};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Tickets are names here; `old-` before one means that it has expired.
struct NamedDoor;

impl Door for NamedDoor {
    fn open(&self, _: SessionId, ticket: &str) -> Result<Admission, Refusal> {
        if ticket == "forged" {
            return Err(Refusal::TicketInvalid);
        }
        let name = ticket.trim_start_matches("old-");
        let identity = Identity {
            kind: ParticipantKind::Guest,
            role: SessionRole::Viewer,
            account: None,
            key: format!("guest:{name}@石桥小学"),
            name: name.into(),
            school: Some("石桥小学".into()),
            rural: true,
            core: false,
            device: None,
        };
        Ok(Admission { identity, expired: ticket.starts_with("old-") })
    }
}

/// The server's end of a socket that is made of two channels.
struct ChannelWire {
    from_client: mpsc::Receiver<Message>,
    to_client: mpsc::Sender<Message>,
}

impl Wire for ChannelWire {
    async fn read(&mut self) -> Option<Message> {
        self.from_client.recv().await
    }

    async fn write(&mut self, message: Message) -> Result<(), ()> {
        self.to_client.send(message).await.map_err(|_| ())
    }
}

#[test]
fn a_device_is_known_within_one_session_only() {
    let session = |n| SessionId::from_random([n; 10]);
    let mark = device_mark(session(1), "5f0c2b9e").unwrap();
    assert_eq!(device_mark(session(1), "5f0c2b9e").as_ref(), Some(&mark));
    assert_ne!(device_mark(session(2), "5f0c2b9e").as_ref(), Some(&mark));
    let long = "a".repeat(65);
    for odd in ["", "陈晓梅", "a b", "\"", &long] {
        assert_eq!(device_mark(session(1), odd), None, "{odd}");
    }
}

struct Client {
    to_server: mpsc::Sender<Message>,
    from_server: mpsc::Receiver<Message>,
    task: JoinHandle<()>,
}

fn connect_to(house: &FakeHouse) -> Client {
    let (to_server, from_client) = mpsc::channel(64);
    let (to_client, from_server) = mpsc::channel(4);
    let (live, session) = (house.registry.clone(), house.session);
    let task = tokio::spawn(async move {
        Conversation::new(ChannelWire { from_client, to_client }, None).hold(session, &live, &NamedDoor).await;
    });
    Client { to_server, from_server, task }
}

impl Client {
    async fn sends(&self, frame: Value) {
        self.to_server.send(Message::Text(frame.to_string().into())).await.unwrap();
    }

    async fn hello(&self, ticket: &str, resume: Option<&str>) {
        let mut hello = json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": ticket });
        if let Some(token) = resume {
            hello["resume"] = token.into();
        }
        self.sends(hello).await;
    }

    /// Reads the welcome and what is told of the Room after it.
    async fn welcome(&mut self) -> Value {
        let welcome = self.next().await;
        while self.next().await["type"] != "chat_history" {}
        welcome
    }

    /// The next frame that is not a ping.
    async fn next(&mut self) -> Value {
        loop {
            match self.from_server.recv().await.expect("the server says something") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    async fn code(&mut self) -> String {
        self.next().await["code"].as_str().unwrap_or("no refusal").to_owned()
    }

    /// Reads on until the server closes.
    async fn closed(&mut self) -> u16 {
        loop {
            match self.from_server.recv().await {
                Some(Message::Close(Some(frame))) => return frame.code,
                Some(_) => {}
                None => panic!("the socket ended without a close code"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_good_hello_is_welcomed_and_answered_frames_follow() {
    let house = FakeHouse::live();
    let mut client = connect_to(&house);
    client.hello("王芳", None).await;
    let welcome = client.welcome().await;
    assert_eq!((&welcome["type"], &welcome["re"], &welcome["you"]), (&"welcome".into(), &1.into(), &1.into()));
    client.sends(json!({ "id": 2, "type": "ping" })).await;
    assert_eq!(client.next().await["type"], "pong");
    client.sends(json!({ "id": 3, "type": "end" })).await;
    assert_eq!(client.code().await, "not_the_host");
    client.sends(json!({ "id": 4, "type": "leave" })).await;
    assert_eq!(client.closed().await, 1000);
    client.task.await.unwrap();
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn every_bad_hello_is_refused_in_words_and_closed() {
    let house = FakeHouse::live();
    let table = [
        (json!({ "id": 1, "type": "ping" }), "hello_first", 4003),
        (json!({ "id": 1, "type": "sing" }), "malformed", 4003),
        (json!({ "id": 1, "type": "hello", "protocol": 2, "ticket": "王芳" }), "wrong_version", 4003),
        (json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": "forged" }), "ticket_invalid", 4003),
        (json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": "old-王芳" }), "ticket_expired", 4003),
        (json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": "王芳", "resume": "x" }), "resume_expired", 4003),
        (json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": "x".repeat(70_000) }), "too_large", 4001),
    ];
    for (frame, refusal, close) in table {
        let mut client = connect_to(&house);
        client.sends(frame).await;
        assert_eq!(client.code().await, refusal);
        assert_eq!(client.closed().await, close, "{refusal}");
    }
    assert_eq!(house.handle().people(), 0);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_let_go_after_ten_seconds() {
    let house = FakeHouse::live();
    let mut client = connect_to(&house);
    assert_eq!(client.code().await, "hello_first");
    assert_eq!(client.closed().await, 4003);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_not_live_has_ended() {
    let house = FakeHouse::empty();
    let mut client = connect_to(&house);
    client.hello("王芳", None).await;
    assert_eq!(client.code().await, "session_ended");
    assert_eq!(client.closed().await, 4003);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_broken_line_is_resumed_even_with_an_expired_ticket() {
    let house = FakeHouse::live();
    let mut client = connect_to(&house);
    client.hello("王芳", None).await;
    let token = client.next().await["resume"].as_str().unwrap().to_owned();
    drop(client.to_server);
    client.task.await.unwrap();
    sleep(Duration::from_secs(100)).await;

    let mut thief = connect_to(&house);
    thief.hello("李强", Some(&token)).await;
    assert_eq!(thief.code().await, "resume_expired");
    let mut client = connect_to(&house);
    client.hello("old-王芳", Some(&token)).await;
    let welcome = client.next().await;
    assert_eq!((&welcome["resumed"], &welcome["you"]), (&true.into(), &1.into()));
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_pinged_and_closed_as_idle_and_pongs_keep_it() {
    let house = FakeHouse::live();
    let mut silent = connect_to(&house);
    silent.hello("王芳", None).await;
    assert_eq!(silent.closed().await, 4012);

    let mut alive = connect_to(&house);
    alive.hello("李强", None).await;
    for _ in 0..10 {
        while !matches!(alive.from_server.recv().await, Some(Message::Ping(_))) {}
        alive.to_server.send(Message::Pong(bytes::Bytes::new())).await.unwrap();
    }
    assert!(!alive.task.is_finished());
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_a_slow_consumer() {
    let house = FakeHouse::live();
    let mut slow = connect_to(&house);
    slow.hello("王芳", None).await;
    slow.welcome().await;
    // Its four places on the wire fill with answers and nobody takes them out.
    for id in 2..12 {
        slow.sends(json!({ "id": id, "type": "ping" })).await;
    }
    sleep(Duration::from_secs(11)).await;
    for _ in 0..4 {
        slow.next().await;
    }
    assert_eq!(slow.closed().await, 4008);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn malformed_frames_are_answered_until_it_is_enough() {
    let house = FakeHouse::live();
    let mut client = connect_to(&house);
    client.hello("王芳", None).await;
    client.welcome().await;
    for id in 2..22 {
        client.sends(json!({ "id": id, "type": "sing" })).await;
        let refused = client.next().await;
        assert_eq!((&refused["code"], &refused["re"]), (&"malformed".into(), &id.into()));
    }
    assert_eq!(client.closed().await, 4001);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn binary_frames_break_the_protocol() {
    let house = FakeHouse::live();
    let mut client = connect_to(&house);
    client.hello("王芳", None).await;
    client.welcome().await;
    client.to_server.send(Message::Binary(vec![0, 1].into())).await.unwrap();
    assert_eq!(client.closed().await, 4001);
    house.registry.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopping_server_waits_until_everyone_was_told() {
    let house = FakeHouse::live();
    let mut client = connect_to(&house);
    client.hello("王芳", None).await;
    client.welcome().await;
    house.registry.stop().await;
    assert!(client.task.is_finished(), "what had to be said was written before the stop returned");
    assert_eq!(client.next().await["type"], "server_stopping");
    assert_eq!(client.closed().await, 1012);
}

#[test]
fn tickets_of_other_sessions_and_machines_do_not_open_the_socket() {
    let key = SigningKey::new(&[3; 32]);
    let session = SessionId::from_random([1; 10]);
    let seal =
        |session: SessionId, subject| Ticket::new(session.to_string(), subject, SessionRole::Viewer, 1000).seal(&key);
    let guest = || Subject::Guest { name: "王芳".into(), school: "石桥小学".into(), rural: true };
    let opened = |text: &str| admission(&key, 999, session, text).map(|a| (a.identity.name, a.expired));
    assert_eq!(opened(&seal(session, guest())), Ok(("王芳".to_owned(), false)));
    assert_eq!(opened(&seal(SessionId::from_random([2; 10]), guest())), Err(Refusal::TicketInvalid));
    assert_eq!(opened(&seal(session, Subject::Encoder { name: "x".into() })), Err(Refusal::TicketInvalid));
    assert_eq!(opened("lct1.e30.AAAA"), Err(Refusal::TicketInvalid));
    let late = admission(&key, 1000, session, &seal(session, guest())).map(|a| a.expired);
    assert_eq!(late, Ok(true));
}
