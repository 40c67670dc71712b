//! What the tap wants of each Track: for the Recording, for the live stream, or for both.

use crate::driver::links::Link;
use crate::ids::{ShardNumber, TrackId};
use crate::record::Demand;
use crate::router::Crossing;
use std::collections::HashMap;
use std::sync::Arc;

/// What a Track is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Recording,
    Stream,
}

#[derive(Debug)]
struct Want {
    home: ShardNumber,
    layers: [Option<[bool; 3]>; 2],
}

impl Want {
    fn all(&self) -> Option<[bool; 3]> {
        let mut wanted = self.layers.iter().flatten();
        let first = *wanted.next()?;
        Some(wanted.fold(first, |all, one| [0, 1, 2].map(|at| all[at] || one[at])))
    }
}

pub(super) struct Wants {
    tracks: HashMap<TrackId, Want>,
    shards: Arc<[Link]>,
}

impl Wants {
    pub(super) fn new(shards: Arc<[Link]>) -> Self {
        Self { tracks: HashMap::new(), shards }
    }

    /// A Track is wanted from now on: its home tells how it stands.
    pub(super) fn begin(&mut self, (home, track): (ShardNumber, TrackId), by: Wanted) {
        let want = self.tracks.entry(track).or_insert(Want { home, layers: [None; 2] });
        want.layers[by as usize].get_or_insert([false; 3]);
        tell(&self.shards, want.home, Crossing::demand(track, want.all(), true, [false; 3]));
    }

    /// What has changed of what is wanted.
    pub(super) fn hear(&mut self, by: Wanted, demand: Demand) {
        let Some(want) = self.tracks.get_mut(&demand.track) else { return };
        want.layers[by as usize] = demand.layers;
        let all = want.all();
        tell(&self.shards, want.home, Crossing::demand(demand.track, all, false, demand.keyframes));
        if all.is_none() {
            self.tracks.remove(&demand.track);
        }
    }
}

fn tell(shards: &[Link], shard: ShardNumber, crossing: Crossing) {
    if let Some(link) = shards.get(shard.index()) {
        // What is lost is said again with the next change, and keyframes are asked for again.
        let _ = link.send(ShardNumber::TAP, crossing);
    }
}
