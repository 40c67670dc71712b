//! TCP as a way to a peer (RFC 6544): where clients may connect, which shard a connection is for, and when it has no use
//! any more. The listener is not ours; it hands over connections whose first frame names one of our ufrags.

use super::Sfu;
use crate::transport::Origin;
use crate::transport::stun::BindingRequest;
use std::net::SocketAddr;

/// Most shards that can be told apart: the number is one character of a ufrag.
pub const MAX_SHARDS: usize = ICE_CHARS.len();
/// What names and passwords are written in (RFC 8839 §5.4), and the shard's number.
pub(super) const ICE_CHARS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Where clients may connect to, and the number of the shard that the listener hands their connections to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TcpDoor {
    pub shard: usize,
    pub addresses: Vec<SocketAddr>,
}

impl TcpDoor {
    /// What the ufrags of this shard begin with.
    pub(super) fn mark(&self) -> char {
        char::from(ICE_CHARS[self.shard % MAX_SHARDS])
    }
}

/// The shard that the first frame of a connection is for. The frame has to be a whole binding request; whether it is signed
/// rightly is found out there.
#[must_use]
pub fn shard_named_in(first_frame: &[u8]) -> Option<usize> {
    let request = BindingRequest::parse(first_frame).ok()?;
    let mark = *request.local_ufrag().as_bytes().first()?;
    ICE_CHARS.iter().position(|char| *char == mark)
}

impl Sfu {
    /// From here on answers name TCP candidates. Peers that were answered before keep to UDP.
    pub fn offer_tcp(&mut self, door: TcpDoor) {
        self.tcp = Some(door);
    }

    /// Whether a peer has proven that it is the one at `origin`.
    #[must_use]
    pub fn knows(&self, origin: Origin) -> bool {
        self.by_origin.contains_key(&origin)
    }

    /// A connection was closed by the client or the network. Its peer goes on by its other ways, or waits for a new one
    /// until its consent ends.
    pub fn handle_disconnected(&mut self, origin: Origin) {
        let Some(id) = self.by_origin.remove(&origin) else { return };
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.transport.handle_disconnected(origin);
        }
    }

    /// The number of a connection that no peer uses any more, for the driver to close.
    pub fn poll_abandoned(&mut self) -> Option<u32> {
        self.abandoned.pop()
    }
}
