//! Janus's own websocket API: requests with a transaction, and the answers that carry it back.

use anyhow::{Context as _, bail};
use futures_util::{SinkExt, StreamExt};
use reqwest::Url;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);
const PLUGIN: &str = "janus.plugin.videoroom";

type Waiting = Arc<Mutex<HashMap<String, oneshot::Sender<Value>>>>;

/// One websocket with one Janus session on it.
pub(super) struct Api {
    outgoing: mpsc::UnboundedSender<Message>,
    waiting: Waiting,
    next: AtomicU64,
    session: u64,
}

/// What the plugin said, and the description that came with it.
pub(super) struct Told {
    pub(super) data: Value,
    pub(super) sdp: Option<String>,
}

impl Api {
    pub(super) async fn open(url: &Url) -> anyhow::Result<Self> {
        let mut request = url.as_str().into_client_request().context("putting the websocket's address together")?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("janus-protocol"));
        let (stream, _) = tokio_tungstenite::connect_async(request).await.with_context(|| format!("opening {url}"))?;
        let (mut sink, mut stream) = stream.split();
        let (outgoing, mut queue) = mpsc::unbounded_channel::<Message>();
        let waiting = Waiting::default();
        tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                if sink.send(message).await.is_err() {
                    break;
                }
            }
        });
        let heard = waiting.clone();
        tokio::spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                if let Message::Text(text) = message {
                    hear(&heard, &text);
                }
            }
            // Dropping the senders tells everybody who waits.
            heard.lock().unwrap_or_else(PoisonError::into_inner).clear();
        });
        let mut api = Self { outgoing, waiting, next: AtomicU64::new(0), session: 0 };
        api.session = number(&api.ask(json!({ "janus": "create" })).await?["data"]["id"])?;
        Ok(api)
    }

    /// A new handle on the videoroom.
    pub(super) async fn attach(&self) -> anyhow::Result<u64> {
        let answer = self.ask(json!({ "janus": "attach", "session_id": self.session, "plugin": PLUGIN })).await?;
        number(&answer["data"]["id"])
    }

    pub(super) async fn detach(&self, handle: u64) -> anyhow::Result<()> {
        self.ask(json!({ "janus": "detach", "session_id": self.session, "handle_id": handle })).await.map(drop)
    }

    pub(super) async fn message(&self, handle: u64, body: Value, jsep: Option<Value>) -> anyhow::Result<Told> {
        let mut request = json!({ "janus": "message", "session_id": self.session, "handle_id": handle, "body": body });
        if let Some(jsep) = jsep {
            request["jsep"] = jsep;
        }
        let answer = self.ask(request).await?;
        let data = answer["plugindata"]["data"].clone();
        if let Some(error) = data["error"].as_str() {
            bail!("Janus refused {body}: {error}");
        }
        Ok(Told { data, sdp: answer["jsep"]["sdp"].as_str().map(str::to_owned) })
    }

    async fn ask(&self, mut request: Value) -> anyhow::Result<Value> {
        let transaction = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        request["transaction"] = json!(transaction);
        let (told, answer) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(transaction, told);
        self.outgoing.send(Message::text(request.to_string())).ok().context("the websocket to Janus is gone")?;
        let answer = tokio::time::timeout(ANSWER_WITHIN, answer).await.context("Janus did not answer in time")?;
        let answer = answer.context("the websocket to Janus is gone")?;
        if answer["janus"] == "error" {
            bail!("Janus refused: {}", answer["error"]["reason"]);
        }
        Ok(answer)
    }
}

fn hear(waiting: &Waiting, text: &str) {
    let Ok(message) = serde_json::from_str::<Value>(text) else { return };
    // What takes long is acknowledged first; the event that follows is the answer.
    if message["janus"] == "ack" {
        return;
    }
    let Some(transaction) = message["transaction"].as_str() else { return };
    let told = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(transaction);
    if let Some(told) = told {
        // Nobody waits any more: the answer came too late.
        let _ = told.send(message);
    }
}

pub(super) fn number(value: &Value) -> anyhow::Result<u64> {
    value.as_u64().with_context(|| format!("Janus gave {value} where a number belongs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_event_is_the_answer_and_not_the_acknowledgement() {
        let waiting = Waiting::default();
        let (told, answer) = oneshot::channel();
        waiting.lock().unwrap().insert("7".to_owned(), told);
        for text in [
            "no json",
            r#"{"janus":"ack","transaction":"7"}"#,
            r#"{"janus":"event","transaction":"8"}"#,
            r#"{"janus":"webrtcup","sender":7}"#,
            r#"{"janus":"event","transaction":"7","plugindata":{"data":{"id":3}}}"#,
        ] {
            hear(&waiting, text);
        }
        assert_eq!(number(&answer.await.unwrap()["plugindata"]["data"]["id"]).unwrap(), 3);
        assert!(number(&json!("3")).is_err());
    }
}
