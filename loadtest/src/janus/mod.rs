//! Publishing into and watching rooms of a Janus with the videoroom plugin, for comparison on the same machine.

mod api;

use crate::clock;
use crate::light::LightPeer;
use anyhow::Context as _;
use api::{Api, number};
use reqwest::Url;
use serde_json::json;

/// Far above what plugins number by themselves.
const FIRST_ROOM: u64 = 990_000;

/// A server that this program has filled with empty rooms.
pub(crate) struct Janus {
    api: Api,
    rooms: usize,
}

/// A publisher or viewer in a room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handle {
    handle: u64,
    /// What viewers name a publisher by.
    pub(crate) feed: u64,
}

impl Janus {
    pub(crate) async fn open(url: &Url, rooms: usize) -> anyhow::Result<Self> {
        let janus = Self { api: Api::open(url).await?, rooms };
        let handle = janus.api.attach().await?;
        for room in 0..rooms {
            let body = json!({
                "request": "create", "room": FIRST_ROOM + room as u64, "permanent": false, "publishers": 100,
                // No limit on the publishers' rate, key frames on demand only.
                "bitrate": 0, "fir_freq": 0, "audiocodec": "opus", "videocodec": "h264", "h264_profile": "42e01f",
                "notify_joining": false,
            });
            janus.api.message(handle, body, None).await.context("making a room")?;
        }
        janus.api.detach(handle).await?;
        Ok(janus)
    }

    pub(crate) fn rooms(&self) -> usize {
        self.rooms
    }

    /// The peer's offer is answered.
    pub(crate) async fn publish(&self, room: usize, peer: &mut LightPeer) -> anyhow::Result<Handle> {
        let handle = self.api.attach().await?;
        let body = json!({ "request": "joinandconfigure", "ptype": "publisher", "room": FIRST_ROOM + room as u64 });
        let offer = peer.offer(clock::now().at);
        let told = self.api.message(handle, body, Some(json!({ "type": "offer", "sdp": offer }))).await?;
        peer.accept(clock::now().at, &told.sdp.context("Janus did not answer the offer")?)?;
        Ok(Handle { handle, feed: number(&told.data["id"])? })
    }

    /// Janus offers the feeds; joining counts from here.
    pub(crate) async fn watch(&self, room: usize, feeds: &[u64], peer: &mut LightPeer) -> anyhow::Result<Handle> {
        let handle = self.api.attach().await?;
        let streams: Vec<_> = feeds.iter().map(|feed| json!({ "feed": feed })).collect();
        let room = FIRST_ROOM + room as u64;
        let body = json!({ "request": "join", "ptype": "subscriber", "room": room, "streams": streams });
        peer.milestones.offered = clock::now().at;
        let told = self.api.message(handle, body, None).await?;
        let answer = peer.answer(clock::now().at, &told.sdp.context("Janus did not offer")?)?;
        let answer = json!({ "type": "answer", "sdp": answer });
        self.api.message(handle, json!({ "request": "start", "room": room }), Some(answer)).await?;
        Ok(Handle { handle, feed: 0 })
    }

    pub(crate) async fn leave(&self, handle: Handle) {
        if let Err(error) = self.api.detach(handle.handle).await {
            tracing::debug!(%error, "the goodbye was not heard");
        }
    }
}
