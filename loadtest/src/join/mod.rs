//! The ways into a Session: WHIP, WHEP and the websocket.

mod socket;
mod whip;

use anyhow::Context as _;
use std::net::{IpAddr, SocketAddr, UdpSocket};

pub(crate) use socket::{Connection, Ended, Hello, WATCHING_EVERY, guest_ticket};
pub(crate) use whip::Resource;

/// A socket on the address from which this machine reaches the server.
pub(crate) fn media_socket(server: &reqwest::Url) -> anyhow::Result<UdpSocket> {
    let address = server.socket_addrs(|| None).context("finding the server's address")?;
    let address = *address.first().context("the server has no address")?;
    let any: IpAddr = if address.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
    let probe = UdpSocket::bind(SocketAddr::new(any, 0)).context("opening a socket")?;
    probe.connect(address)?;
    UdpSocket::bind(SocketAddr::new(probe.local_addr()?.ip(), 0)).context("opening a socket for media")
}

/// `http://host:8080` and a path below it.
pub(crate) fn below(base: &reqwest::Url, path: &str) -> anyhow::Result<reqwest::Url> {
    let base = base.as_str().trim_end_matches('/');
    format!("{base}{path}").parse().context("putting the address together")
}
