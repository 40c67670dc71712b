//! A Peer that belongs to no Session: somebody tries out the line.

use super::media::{MediaError, MediaPlane, lines_of_answer};
use super::{Pending, Registry};
use lectern_media::ids::PeerId;
use lectern_media::router::CheckedLine;
use lectern_media::sdp::Flow;
use lectern_signaling::protocol::Refusal;
use std::sync::Arc;
use std::time::Duration;

/// A busy shard gets its command in the end.
const ASK_AGAIN: Duration = Duration::from_millis(20);
/// The largest layer of a camera with sound needs 1.8 Mbit/s; what a line carries beyond that changes nothing.
const MOST_BPS: u64 = 2_000_000;

/// It stays until it is closed, or the client says goodbye or falls silent.
pub struct LonePeer {
    plane: Arc<dyn MediaPlane>,
    peer: PeerId,
}

impl LonePeer {
    /// Opens a Peer that only receives; gives the answer to its offer. Its line is checked as soon as it is connected.
    pub async fn open(registry: &Registry, offer: String) -> Result<(Self, String), Refusal> {
        let (plane, peer) = registry.place_outside().ok_or(Refusal::ServerStopping)?;
        let answer = plane.open(peer, offer, Flow::Downlink).await.map_err(|error| error.refusal())?;
        let this = Self { plane, peer };
        if lines_of_answer(&answer).iter().any(|line| line.sends) {
            this.close().await;
            return Err(Refusal::BadOffer);
        }
        if let Err(error) = this.plane.check_line(peer, MOST_BPS).await {
            this.close().await;
            return Err(error.refusal());
        }
        Ok((this, answer))
    }

    /// What is known of its line; `None` until something flowed.
    pub fn checked(&self) -> Pending<Result<Option<CheckedLine>, MediaError>> {
        self.plane.checked_line(self.peer)
    }

    /// Says goodbye to the client.
    pub async fn close(self) {
        while self.plane.close(self.peer).await == Err(MediaError::Busy) {
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }
}
