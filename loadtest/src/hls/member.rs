//! A viewer's place in the Session: it says what it has loaded, as a page does.

use super::meters::Meters;
use crate::join::{Connection, Hello, WATCHING_EVERY, guest_ticket};
use anyhow::bail;
use lectern_signaling::protocol::client::{ClientMessage, FetchedPiece};
use lectern_signaling::protocol::server::ServerMessage;
use reqwest::{Client, Url};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::interval;

/// A segment of picture and one of sound come in this time.
const TELLS_EVERY: Duration = Duration::from_secs(2);
/// What one message may hold.
const AT_ONCE: usize = 16;

/// Loaded, and not told yet.
pub(super) type Pieces = Rc<RefCell<Vec<FetchedPiece>>>;

/// Comes in as a guest and asks where the stream is.
pub(super) async fn come(server: &Url, session: &str, number: usize) -> anyhow::Result<(Connection, String)> {
    let ticket = guest_ticket(&Client::new(), server, session, &format!("观众{number}")).await?;
    let (mut connection, _) = Connection::open(server, session, &ticket, Hello::default()).await?;
    match connection.ask(ClientMessage::Hls).await? {
        ServerMessage::Hls { url, .. } => Ok((connection, url)),
        other => bail!("the answer to hls was {other:?}"),
    }
}

/// Tells what was loaded until the connection ends.
pub(super) async fn stay(mut connection: Connection, pieces: Pieces, meters: &RefCell<Meters>) {
    let (mut watching, mut telling) = (interval(WATCHING_EVERY), interval(TELLS_EVERY));
    loop {
        let said = tokio::select! {
            _ = watching.tick() => connection.say(ClientMessage::Watching { visible: true, sound: true }).await.map(drop),
            _ = telling.tick() => {
                let told = next_of(&mut pieces.borrow_mut());
                if told.is_empty() {
                    continue;
                }
                meters.borrow_mut().told += told.len() as u64;
                connection.say(ClientMessage::Fetched { pieces: told }).await.map(drop)
            }
            message = connection.next() => message.map(|message| {
                if let ServerMessage::Refused(refusal) = message {
                    meters.borrow_mut().failed(format!("refused: {:?}", refusal.code));
                }
            }),
        };
        if said.is_err() {
            meters.borrow_mut().failed("a websocket ended".to_owned());
            return;
        }
    }
}

fn next_of(pieces: &mut Vec<FetchedPiece>) -> Vec<FetchedPiece> {
    let most = pieces.len().min(AT_ONCE);
    pieces.drain(..most).collect()
}
