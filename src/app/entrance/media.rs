//! Media connections: the first frame says which shard they are for.

use crate::http::per_address::PerAddress;
use lectern_media::driver::{AcceptedTcp, Shard};
use lectern_media::sfu::shard_named_in;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// Connections that carry media. A browser keeps one or two; a school without UDP may have a hundred people behind one
/// address. What is above this has to do with UDP.
const CONNECTIONS: (usize, usize) = (512, 4096);
/// A STUN request with a user name and a signature is no shorter; one of a connectivity check is no longer.
const REQUEST: std::ops::RangeInclusive<usize> = 60..=576;

#[derive(Clone)]
pub(in crate::app) struct MediaEntrance {
    shards: Arc<[Shard]>,
    places: PerAddress,
}

impl MediaEntrance {
    /// The shards in the order of their numbers. With none, media connections are closed.
    pub(in crate::app) fn new(shards: &[Shard]) -> Self {
        Self { shards: shards.into(), places: PerAddress::new(CONNECTIONS.0, CONNECTIONS.1) }
    }

    /// Reads the first frame and hands the connection over; whether the frame is signed rightly is found out there.
    pub(super) async fn admit(&self, mut stream: TcpStream, from: IpAddr) -> io::Result<()> {
        let len = usize::from(stream.read_u16().await?);
        if !REQUEST.contains(&len) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut first_frame = vec![0; len];
        stream.read_exact(&mut first_frame).await?;
        let shard = shard_named_in(&first_frame).and_then(|number| self.shards.get(number));
        let shard = shard.ok_or(io::ErrorKind::InvalidData)?;
        let place = self.places.take(from).ok_or_else(|| io::Error::other("too many media connections"))?;
        let accepted = AcceptedTcp { stream: stream.into_std()?, first_frame, place: Box::new(place) };
        shard.adopt(accepted).map_err(io::Error::other)
    }
}
