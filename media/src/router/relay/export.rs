//! The home's side: packets and states go out to the far shards that want them.

use super::batch::shards;
use super::{Crossing, Demand, LayerState, Lost, Rates, Said, TrackState, Wanted};
use crate::egress::Egress;
use crate::ids::{Layer, ShardNumber, TrackId};
use crate::router::Router;
use crate::router::layer::LAYERS;
use crate::router::peer::Peer;
use crate::router::ring::Entry;
use crate::router::stream::{Stream, Takes};
use crate::router::table::Table;
use crate::router::uplink::{Publisher, Uplink};
use crate::rtp::sequence;
use std::time::{Duration, Instant};

/// Encoders keep their rate over a second or two.
const RATES_EVERY: Duration = Duration::from_secs(1);

impl super::Relays {
    /// A packet of a layer that other shards want.
    pub(in crate::router) fn export(
        &mut self,
        uplink: &Uplink,
        layer: Layer,
        index: u64,
        packet: Option<(&Entry, &[u8])>,
    ) {
        let to = uplink.crosses[layer as usize];
        if let (Some(track), Some(stream)) = (uplink.track, uplink.stream(layer)) {
            self.filling.put(to, (track, layer, stream), index, packet);
        }
    }

    /// Far shards have to hear how the Track stands.
    pub(in crate::router) fn changed(&mut self, track: Option<TrackId>) {
        if let Some(wanted) = track.and_then(|track| self.wanted.get_mut(&track)) {
            wanted.untold = wanted.all();
            self.untold |= wanted.untold != 0;
        }
    }

    /// Far shards have to hear that the Track is over.
    pub(in crate::router) fn ended(&mut self, track: TrackId) {
        if let Some(wanted) = self.wanted.get_mut(&track) {
            wanted.ended = true;
            self.changed(Some(track));
        }
    }
}

impl Wanted {
    fn all(&self) -> u64 {
        self.by.iter().fold(0, |all, (shard, _)| all | shard.bit())
    }

    /// For each layer, the shards that want it.
    fn crosses(&self) -> [u64; 3] {
        LAYERS.map(|layer| {
            let wanting = self.by.iter().filter(|(_, layers)| layers[layer as usize]);
            wanting.fold(0, |all, (shard, _)| all | shard.bit())
        })
    }
}

impl Router {
    /// Hands what other shards have to hear to `send`, which says whether the shard took it. What is refused is said again at
    /// the next call, except for packets, which are lost. To be called after each batch of packets and each timeout.
    pub fn cross(&mut self, mut send: impl FnMut(ShardNumber, Crossing) -> bool) {
        if self.relays.untold {
            self.tell_far(&mut send);
        }
        if self.relays.unsaid {
            self.tell_homes(&mut send);
        }
        let Some((batch, to)) = self.relays.filling.take() else { return };
        for shard in shards(to) {
            let packets = batch.count(shard.bit());
            if send(shard, Crossing(Said::Packets(batch.clone(), shard.bit()))) {
                self.totals.relayed_out += packets;
            } else {
                self.totals.relay_lost += packets;
            }
        }
    }

    fn tell_far(&mut self, send: &mut impl FnMut(ShardNumber, Crossing) -> bool) {
        let Self { relays, tracks, uplinks, peers, .. } = self;
        relays.untold = false;
        relays.wanted.retain(|track, wanted| {
            if wanted.untold == 0 {
                return true;
            }
            let uplink = tracks.get(track).map(|key| &uplinks[*key]);
            for shard in shards(wanted.untold) {
                let said = match uplink {
                    _ if wanted.ended => Said::Ended(*track),
                    Some(uplink) => Said::State(Box::new(state_of(*track, uplink, peers, wanted.rates))),
                    // Not published yet.
                    None => continue,
                };
                if send(shard, Crossing(said)) {
                    wanted.untold &= !shard.bit();
                }
            }
            relays.untold |= wanted.untold != 0 && (wanted.ended || uplink.is_some());
            !wanted.ended || wanted.untold != 0
        });
    }

    /// A Track that far shards may be waiting for was published.
    pub(in crate::router) fn begin_crossing(&mut self, track: TrackId) {
        self.aim_crossing(track);
        self.relays.changed(Some(track));
    }

    pub(super) fn heard_demand(&mut self, now: Instant, from: ShardNumber, demand: &Demand, out: &mut impl Egress) {
        let track = demand.track;
        let key = self.tracks.get(&track).copied();
        if key.is_some_and(|key| matches!(self.uplinks[key].publisher, Publisher::Far(_))) {
            return;
        }
        let wanted = self.relays.wanted.entry(track).or_default();
        wanted.by.retain(|(shard, _)| *shard != from);
        match demand.layers {
            Some(layers) => {
                wanted.by.push((from, layers));
                if demand.fresh {
                    wanted.rates = key.map_or([None; 3], |key| self.uplinks[key].rates(now));
                    wanted.untold |= from.bit();
                    self.relays.untold = true;
                }
            }
            None => wanted.untold &= !from.bit(),
        }
        if wanted.by.is_empty() {
            self.relays.wanted.remove(&track);
        }
        self.aim_crossing(track);
        let Some(key) = key else { return };
        for (layer, wish) in LAYERS.into_iter().zip(demand.keyframes) {
            if let Some(wish) = wish {
                self.uplinks[key].ask_keyframe(layer, wish);
            }
        }
        self.flush_keyframe_requests(now, key, out);
    }

    pub(super) fn heard_lost(&mut self, from: ShardNumber, lost: &Lost) {
        let Some(uplink) = self.tracks.get(&lost.track).map(|key| &self.uplinks[*key]) else { return };
        let Some(stream) = uplink.stream(lost.layer).filter(|stream| stream.generation == lost.generation) else {
            return;
        };
        for number in &lost.numbers[..lost.many] {
            let index = sequence::extend(stream.highest(), *number);
            if let Some(packet) = stream.ring.get(index) {
                self.relays.filling.put(from.bit(), (lost.track, lost.layer, stream), index, Some(packet));
            }
        }
    }

    /// Far shards know what every layer takes, also of those that do not cross.
    pub(in crate::router) fn tend_rates(&mut self, now: Instant) {
        let Self { relays, tracks, uplinks, .. } = self;
        if relays.wanted.is_empty() || relays.rates_at.is_some_and(|at| now < at) {
            return;
        }
        relays.rates_at = Some(now + RATES_EVERY);
        for (track, wanted) in &mut relays.wanted {
            let Some(rates) = tracks.get(track).map(|key| uplinks[*key].rates(now)) else { continue };
            if rates.iter().zip(&wanted.rates).any(|(now, told)| is_news(*now, *told)) {
                (wanted.rates, wanted.untold) = (rates, wanted.all());
                relays.untold |= wanted.untold != 0;
            }
        }
    }

    /// Which packets of the Track cross from now on.
    fn aim_crossing(&mut self, track: TrackId) {
        if let Some(&key) = self.tracks.get(&track) {
            self.uplinks[key].crosses = self.relays.wanted.get(&track).map_or([0; 3], Wanted::crosses);
        }
    }
}

impl Uplink {
    fn rates(&self, now: Instant) -> Rates {
        LAYERS.map(|layer| self.stream(layer)?.takes(now))
    }
}

/// A rate that differs by so little would change nothing.
fn is_news(now: Option<Takes>, told: Option<Takes>) -> bool {
    let differ = |now: Option<u64>, told: Option<u64>| match (now, told) {
        (Some(now), Some(told)) => now.abs_diff(told) > told / 8,
        (now, told) => now != told,
    };
    let whole = |takes: Takes| takes.whole;
    differ(now.map(whole), told.map(whole))
        || differ(now.and_then(|takes| takes.thin), told.and_then(|takes| takes.thin))
}

fn state_of(track: TrackId, uplink: &Uplink, peers: &Table<Peer>, rates: Rates) -> TrackState {
    let layer_state = |(stream, takes): (&Stream, Option<Takes>)| LayerState {
        generation: stream.generation,
        codec: stream.codec,
        flowing: stream.flowing,
        clock: stream.clock,
        takes,
    };
    TrackState {
        track,
        kind: uplink.line.kind,
        muted: uplink.muted,
        clock_offset: uplink.publisher.clock_offset(peers),
        parameter_sets: uplink.line.parameter_sets.clone(),
        layers: LAYERS.map(|layer| uplink.stream(layer).map(|stream| layer_state((stream, rates[layer as usize])))),
    }
}
