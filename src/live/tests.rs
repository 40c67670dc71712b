//! Stories of live Sessions over a ledger and a media plane that can fail.

mod check_ins;
mod coming_and_going;
mod media;
mod placement;
mod polls;
mod record;

use super::testing::{FakeHouse, MEMBER_OFFER};
use super::*;
use crate::domain::AccountId;
use crate::domain::presence::PresenceKind;
use lectern_signaling::protocol::client::{ClientFrame, ClientMessage};
use lectern_signaling::protocol::server::{ServerMessage, Welcome};
use lectern_signaling::protocol::{CloseCode, ParticipantId, ParticipantKind, Refusal, SessionRole, Source};
use lectern_signaling::room::Identity;
use std::time::Duration;

fn person(n: u8, role: SessionRole) -> Identity {
    let account = AccountId::from_random([n; 10]).to_string();
    Identity {
        kind: ParticipantKind::Account,
        role,
        account: Some(account.clone()),
        key: account,
        name: format!("老师{n}"),
        school: Some("石桥小学".into()),
        rural: true,
        core: false,
        device: None,
    }
}

fn encoder() -> Identity {
    Identity {
        kind: ParticipantKind::Encoder,
        account: None,
        key: "encoder:1".into(),
        ..person(9, SessionRole::Presenter)
    }
}

/// Somebody in the Session.
struct Guest {
    member: Member,
    reader: OutboxReader,
    welcome: Welcome,
    frames: u64,
}

async fn enter(house: &FakeHouse, identity: Identity, resume: Option<String>) -> Result<Guest, Refusal> {
    let (member, mut reader) = house.handle().enter(Arrival { identity, re: 1, resume }).await?;
    let ServerMessage::Welcome(welcome) = next(&mut reader).await else { panic!("the welcome comes first") };
    while !matches!(next(&mut reader).await, ServerMessage::ChatHistory { last: true, .. }) {}
    Ok(Guest { member, reader, welcome: *welcome, frames: 1 })
}

async fn join(house: &FakeHouse, n: u8, role: SessionRole) -> Guest {
    enter(house, person(n, role), None).await.unwrap()
}

async fn next(reader: &mut OutboxReader) -> ServerMessage {
    match tokio::time::timeout(Duration::from_secs(5), reader.next()).await.expect("something comes") {
        Outgoing::Text(text) => serde_json::from_slice(&text).unwrap(),
        Outgoing::Close(code) => panic!("closed with {code:?}"),
    }
}

impl Guest {
    fn id(&self) -> ParticipantId {
        self.welcome.you
    }

    async fn says(&mut self, message: ClientMessage) -> u64 {
        self.frames += 1;
        assert!(self.member.say(ClientFrame { id: self.frames, message }).await);
        self.frames
    }

    /// Reads until something that fits.
    async fn hears<T>(&mut self, fits: impl Fn(&ServerMessage) -> Option<T>) -> T {
        loop {
            if let Some(found) = fits(&next(&mut self.reader).await) {
                return found;
            }
        }
    }

    /// The answer to what is said.
    async fn asks(&mut self, message: ClientMessage) -> Result<(), Refusal> {
        let id = self.says(message).await;
        self.hears(|heard| match heard {
            ServerMessage::Ok { re } | ServerMessage::Answer { re, .. } if *re == id => Some(Ok(())),
            ServerMessage::Refused(refused) if refused.re == Some(id) => Some(Err(refused.code)),
            _ => None,
        })
        .await
    }

    async fn closed(&mut self) -> CloseCode {
        loop {
            if let Outgoing::Close(code) = self.reader.next().await {
                return code;
            }
        }
    }

    async fn publishes(&mut self, source: Source, mid: &str) {
        self.asks(ClientMessage::Publish { source, mid: mid.into() }).await.unwrap();
    }
}

/// A new Peer's.
fn offer() -> ClientMessage {
    ClientMessage::Offer { sdp: MEMBER_OFFER.into(), continues: false }
}

/// Of the Peer that was answered before: new ICE credentials.
fn restart() -> ClientMessage {
    ClientMessage::Offer { sdp: MEMBER_OFFER.into(), continues: true }
}

/// Lets everything that is due happen.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

use PresenceKind::{Joined, Left, Lost, Resumed, SessionEnded, SessionStarted};
