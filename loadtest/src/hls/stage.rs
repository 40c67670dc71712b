//! The publisher of the stream that is loaded: one made picture and one sound, by WHIP.

use crate::clock;
use crate::join::{Resource, below, media_socket};
use crate::light::{Identity, LightPeer, Publishers};
use anyhow::Context as _;
use reqwest::{Client, Url};
use std::time::Duration;

const CONNECT_WITHIN: Duration = Duration::from_secs(15);

pub(super) struct Stage {
    publishers: Publishers,
    resource: Resource,
    client: Client,
}

impl Stage {
    pub(super) async fn set(server: &Url, session: &str, token: &str, bits_per_second: u64) -> anyhow::Result<Self> {
        let client = Client::new();
        let socket = media_socket(server)?;
        let mut peer = LightPeer::publisher(clock::now().at, &Identity::new()?, socket.local_addr()?);
        let endpoint = below(server, &format!("/api/sessions/{session}/whip"))?;
        let offer = peer.offer(clock::now().at);
        let resource = Resource::open(&client, endpoint, token, offer).await?;
        peer.accept(clock::now().at, &resource.answer)?;
        let publishers = Publishers::start(vec![(peer, socket)], bits_per_second)?;
        publishers.connected(CONNECT_WITHIN).await.context("publishing")?;
        publishers.speak(true);
        Ok(Self { publishers, resource, client })
    }

    pub(super) async fn end(self) -> anyhow::Result<()> {
        self.publishers.speak(false);
        self.resource.close(&self.client).await;
        tokio::task::spawn_blocking(move || self.publishers.stop()).await?
    }
}
