//! A member's websocket, as a page or a program holds it.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Only a server that hangs is waited for so long.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn open(url: &str, session: &str) -> Self {
        let url = format!("{}/api/sessions/{session}/socket", url.replace("http://", "ws://"));
        Self(connect_async(url).await.expect("the socket opens").0)
    }

    pub(crate) async fn join(url: &str, session: &str, ticket: &str) -> (Self, Value) {
        let mut socket = Self::open(url, session).await;
        socket.says(json!({ "id": 1, "type": "hello", "protocol": 1, "ticket": ticket })).await;
        let welcome = socket.hears("welcome").await;
        (socket, welcome)
    }

    pub(crate) async fn says(&mut self, frame: Value) {
        self.sends(Message::text(frame.to_string())).await;
    }

    pub(crate) async fn sends(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// Sends what may be too much: the server may cut the line in the middle of it.
    pub(crate) async fn sends_too_much(&mut self, message: Message) {
        let _cut = self.0.send(message).await;
    }

    /// Reads on until the socket is over, with or without a goodbye.
    pub(crate) async fn ends(&mut self) {
        let over = async { while self.0.next().await.is_some_and(|next| next.is_ok()) {} };
        tokio::time::timeout(PATIENCE, over).await.expect("the socket ends in time");
    }

    pub(crate) async fn next(&mut self) -> Message {
        let next = tokio::time::timeout(PATIENCE, self.0.next());
        next.await.expect("the server says something in time").expect("the socket is open").unwrap()
    }

    /// Reads on until a message of this type.
    pub(crate) async fn hears(&mut self, kind: &str) -> Value {
        loop {
            if let Message::Text(text) = self.next().await {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == kind {
                    return message;
                }
            }
        }
    }

    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(Some(frame)) = self.next().await {
                return frame.code.into();
            }
        }
    }
}
