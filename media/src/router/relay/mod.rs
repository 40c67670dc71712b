//! Tracks that cross between the shards of one server, so that the receivers of one publisher may sit on any of them.
//!
//! The shard where a Track is published is its *home*. A *far* shard with slots that want the Track tells the home which
//! layers it wants; from then on each packet of those layers crosses once, whatever the number of receivers, in a batch that
//! all far shards share. There it goes into the ring of a far uplink, and from the ring on nothing is different: slots,
//! repairs, layer choice and sender reports work as they do at home. What receivers want of the publisher (keyframes) goes
//! the other way.
//!
//! Every message but packets is the whole of what stands, never a change of it: where a shard is too busy to take one, the
//! next says it as well. Packets that find no room are lost like packets on a line: the far uplink sees the gap and asks the
//! home for them again.

mod batch;
mod export;
mod far;
mod import;
mod tap;

pub(crate) use far::Far;
pub use tap::{Tapped, TappedLayer, TappedPacket, TappedTrack};

use super::keyframes::Wish;
use super::stream::Takes;
use crate::ids::{Layer, ShardNumber, TrackId};
use crate::rtp::ntp::MediaClock;
use crate::sdp::{CodecSlot, Kind, ParameterSets};
use batch::{Batch, Filling};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

/// Lost packets named in one message.
const MOST_LOST: usize = 16;

/// Something that one shard tells another: made by [`super::Router::cross`], understood by
/// [`super::Router::handle_crossing`].
#[derive(Debug)]
pub struct Crossing(Said);

impl Crossing {
    /// Packets that it brings.
    #[must_use]
    pub fn packets(&self) -> usize {
        match &self.0 {
            Said::Packets(batch, to) => batch.count(*to) as usize,
            _ => 0,
        }
    }
}

#[derive(Debug)]
enum Said {
    /// Of which the far shard takes those that are marked with its bit.
    Packets(Arc<Batch>, u64),
    State(Box<TrackState>),
    /// The Track is over and does not come again.
    Ended(TrackId),
    Demand(Demand),
    Again(Lost),
}

/// How a Track stands at home.
#[derive(Debug)]
struct TrackState {
    track: TrackId,
    kind: Kind,
    muted: bool,
    /// Server time minus the publisher's, in 32.32 NTP seconds.
    clock_offset: Option<i64>,
    parameter_sets: Option<Arc<ParameterSets>>,
    layers: [Option<LayerState>; 3],
}

#[derive(Debug, Clone, Copy)]
struct LayerState {
    /// The home's number of this unbroken run of sequence numbers; later ones are larger.
    generation: u64,
    codec: CodecSlot,
    flowing: bool,
    clock: Option<MediaClock>,
    takes: Option<Takes>,
}

/// What a far shard wants of a Track.
#[derive(Debug)]
struct Demand {
    track: TrackId,
    /// `None`: nothing any more.
    layers: Option<[bool; 3]>,
    /// It does not know yet how the Track stands.
    fresh: bool,
    keyframes: [Option<Wish>; 3],
}

/// Packets of one layer that did not cross.
#[derive(Debug)]
struct Lost {
    track: TrackId,
    layer: Layer,
    generation: u64,
    numbers: [u16; MOST_LOST],
    many: usize,
}

/// What crosses, on both sides.
#[derive(Debug, Default)]
pub(crate) struct Relays {
    /// Tracks that far shards want, published here or expected to be.
    wanted: HashMap<TrackId, Wanted>,
    /// Some of them have not been told of.
    untold: bool,
    /// When rates are looked at again.
    rates_at: Option<Instant>,
    filling: Filling,
    /// Keys of the far uplinks.
    far: Vec<usize>,
    /// Some of them have to say what they want.
    unsaid: bool,
    /// What is not wanted any more, and its home does not know.
    left: Vec<(ShardNumber, TrackId)>,
}

#[derive(Debug, Default)]
struct Wanted {
    by: Vec<(ShardNumber, [bool; 3])>,
    /// The shards that do not know how the Track stands now.
    untold: u64,
    ended: bool,
    /// What each layer takes, as it was told last.
    rates: Rates,
}

type Rates = [Option<Takes>; 3];
