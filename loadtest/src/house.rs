//! The server that is loaded: Lectern over WHIP, WHEP or its websocket, or a Janus with its own API.

use crate::clock;
use crate::janus::{Handle, Janus};
use crate::join::{Connection, Hello, Resource, below, guest_ticket, media_socket};
use crate::light::LightPeer;
use reqwest::{Client, Url};
use std::net::UdpSocket;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

/// Requests that are open at a time.
const AT_ONCE: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Via {
    Whep,
    Websocket,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Doors {
    /// Address of the server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// A Session that is live; several may be named, each with its tokens in the same order.
    #[arg(long, required_unless_present = "janus")]
    session: Vec<String>,
    /// How the viewers come in; over the websocket they come as guests.
    #[arg(long, value_enum, default_value_t = Via::Whep)]
    via: Via,
    /// Bearer token of the viewers, as `lectern token --watch` prints it.
    #[arg(long)]
    watch_token: Vec<String>,
    /// Bearer token of the publishers, as `lectern token --publish` prints it.
    #[arg(long)]
    publish_token: Vec<String>,
    /// Websocket of a Janus with the videoroom plugin, to load it instead; the rooms are made.
    #[arg(long, conflicts_with = "session")]
    janus: Option<Url>,
    /// Rooms in that Janus.
    #[arg(long, default_value_t = 1)]
    rooms: usize,
}

impl Doors {
    pub(crate) fn via(&self) -> Via {
        self.via
    }

    pub(crate) async fn open(&self) -> anyhow::Result<House> {
        if let Some(url) = &self.janus {
            return Ok(House::Janus { url: url.clone(), janus: Janus::open(url, self.rooms).await? });
        }
        let token = |tokens: &[String], at: usize| tokens.get(at).cloned().unwrap_or_default();
        let sessions = self.session.iter().enumerate().map(|(at, id)| Session {
            id: id.clone(),
            watch_token: token(&self.watch_token, at),
            publish_token: token(&self.publish_token, at),
        });
        let client = Client::builder().pool_max_idle_per_host(AT_ONCE).build()?;
        Ok(House::Lectern { client, url: self.url.clone(), via: self.via, sessions: sessions.collect() })
    }
}

/// A server with its Sessions.
pub(crate) enum House {
    Lectern { client: Client, url: Url, via: Via, sessions: Vec<Session> },
    Janus { url: Url, janus: Janus },
}

pub(crate) struct Session {
    id: String,
    watch_token: String,
    publish_token: String,
}

/// What one publisher or viewer holds on to until it leaves.
pub(crate) enum Stay {
    Resource(Resource),
    Socket(JoinHandle<()>),
    Janus(Handle),
}

impl House {
    pub(crate) fn sessions(&self) -> usize {
        match self {
            Self::Lectern { sessions, .. } => sessions.len(),
            Self::Janus { janus, .. } => janus.rooms(),
        }
    }

    pub(crate) fn media_socket(&self) -> anyhow::Result<UdpSocket> {
        let (Self::Lectern { url, .. } | Self::Janus { url, .. }) = self;
        media_socket(url)
    }

    /// The peer has its answer; the number is what Janus calls the publisher.
    pub(crate) async fn publish(&self, session: usize, peer: &mut LightPeer) -> anyhow::Result<(Stay, u64)> {
        match self {
            Self::Lectern { client, url, sessions, .. } => {
                let session = &sessions[session];
                let endpoint = below(url, &format!("/api/sessions/{}/whip", session.id))?;
                let offer = peer.offer(clock::now().at);
                let resource = Resource::open(client, endpoint, &session.publish_token, offer).await?;
                peer.accept(clock::now().at, &resource.answer)?;
                Ok((Stay::Resource(resource), 0))
            }
            Self::Janus { janus, .. } => {
                let handle = janus.publish(session, peer).await?;
                Ok((Stay::Janus(handle), handle.feed))
            }
        }
    }

    /// The peer has its answer, or has given it.
    pub(crate) async fn watch(
        &self,
        session: usize,
        number: usize,
        feeds: &[u64],
        peer: &mut LightPeer,
    ) -> anyhow::Result<Stay> {
        let (client, url, via, sessions) = match self {
            Self::Janus { janus, .. } => return Ok(Stay::Janus(janus.watch(session, feeds, peer).await?)),
            Self::Lectern { client, url, via, sessions } => (client, url, via, sessions),
        };
        let session = &sessions[session];
        match via {
            Via::Whep => {
                let endpoint = below(url, &format!("/api/sessions/{}/whep", session.id))?;
                let offer = peer.offer(clock::now().at);
                let resource = Resource::open(client, endpoint, &session.watch_token, offer).await?;
                peer.accept(clock::now().at, &resource.answer)?;
                Ok(Stay::Resource(resource))
            }
            Via::Websocket => {
                let ticket = guest_ticket(client, url, &session.id, &format!("观众{number}")).await?;
                let (mut connection, _) = Connection::open(url, &session.id, &ticket, Hello::default()).await?;
                let offer = peer.offer(clock::now().at);
                let answer = connection.offer(offer).await?;
                peer.accept(clock::now().at, &answer)?;
                Ok(Stay::Socket(tokio::spawn(async move {
                    connection.stay().await;
                })))
            }
        }
    }

    pub(crate) async fn end(self: Arc<Self>, stays: Vec<Stay>) {
        let mut leaving = JoinSet::new();
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        for stay in stays {
            let (house, gate) = (self.clone(), gate.clone());
            leaving.spawn(async move {
                let _place = gate.acquire().await;
                match (stay, &*house) {
                    (Stay::Resource(resource), Self::Lectern { client, .. }) => resource.close(client).await,
                    (Stay::Socket(connection), _) => connection.abort(),
                    (Stay::Janus(handle), Self::Janus { janus, .. }) => janus.leave(handle).await,
                    _ => {}
                }
            });
        }
        leaving.join_all().await;
    }
}
