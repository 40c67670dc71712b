//! The plaintext RTP plane: takes packets of publishers, and says which packet goes to whom.

mod arrivals;
mod check;
mod control;
mod delivery;
mod downlink;
mod estimate;
mod event;
mod head;
mod history;
mod keyframes;
mod ladder;
mod layer;
mod line;
mod loss;
mod loudness;
mod outgoing;
mod pace;
mod peer;
mod pending;
mod probe;
mod relay;
mod resend;
mod rewrite;
mod ring;
mod route;
mod setback;
mod slot;
mod stats;
mod stream;
mod table;
mod thinning;
mod uplink;
mod window;

#[cfg(test)]
mod tests;

pub use check::CheckedLine;
pub use event::{RouterError, RouterEvent};
pub use relay::{Crossing, Tapped, TappedLayer, TappedPacket, TappedTrack};
pub use stats::{DropReason, PeerStats, Totals};

use crate::by_number::ByNumber;
use crate::ids::{Mid, PeerId, TrackId, Want};
use crate::rtp::ntp::NtpTime;
use crate::sdp::{Flow, Kind, MediaLine, Negotiated};
use outgoing::Outgoing;
use peer::Peer;
use pending::Pending;
use relay::Relays;
use slot::{Firsts, Slot};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use table::Table;
use uplink::{Publisher, Uplink};

/// A track without packets for this long is reported silent. Opus DTX sends every 400 ms.
pub const TRACK_SILENCE: Duration = Duration::from_secs(2);
/// More m-lines than any client of ours offers, small enough that a forged offer costs nothing.
const MOST_LINES: usize = 64;
/// Events that wait for [`Router::poll_event`]; the oldest are thrown away.
const MOST_EVENTS: usize = 4096;
/// How often lost packets are looked at while media flows.
const TICK: Duration = Duration::from_millis(10);
const IDLE_TICK: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy)]
pub struct RouterConfig {
    /// Where SSRCs, first sequence numbers and first timestamps come from.
    pub seed: u64,
    /// The moment at which the wall clock showed `started_unix`; sender reports carry wall-clock NTP time.
    pub started: Instant,
    /// Time since the Unix epoch at `started`.
    pub started_unix: Duration,
}

#[derive(Debug)]
pub struct Router {
    config: RouterConfig,
    chance: u64,
    ssrcs_made: u32,
    next_generation: u64,
    ids: ByNumber<PeerId, usize>,
    tracks: ByNumber<TrackId, usize>,
    peers: Table<Peer>,
    uplinks: Table<Uplink>,
    slots: Table<Slot>,
    events: VecDeque<RouterEvent>,
    totals: Totals,
    relays: Relays,
    pending: Pending,
    /// Slots for sound that have just been given a track.
    newcomers: Vec<usize>,
    /// Buffers that keep their memory between packets.
    compound: Vec<u8>,
    ask: Vec<u16>,
    claims: Vec<ladder::Claim>,
    /// Keys of the peers for whom something waits or is tried, and when they are looked at.
    attended: Vec<usize>,
    attended_at: Option<Instant>,
    next_tick: Option<Instant>,
    last_packet: Option<Instant>,
    slots_at: Option<Instant>,
}

impl Router {
    #[must_use]
    pub fn new(config: RouterConfig) -> Self {
        Self {
            config,
            chance: config.seed,
            ssrcs_made: 0,
            next_generation: 1,
            ids: ByNumber::default(),
            tracks: ByNumber::default(),
            peers: Table::default(),
            uplinks: Table::default(),
            slots: Table::default(),
            events: VecDeque::new(),
            totals: Totals::default(),
            relays: Relays::default(),
            pending: Pending::default(),
            newcomers: Vec::new(),
            compound: Vec::with_capacity(4096),
            ask: Vec::with_capacity(512),
            claims: Vec::new(),
            attended: Vec::new(),
            attended_at: None,
            next_tick: None,
            last_packet: None,
            slots_at: None,
        }
    }

    /// Own SSRCs (primary, RTX) for a downlink m-line; never the same twice. To be asked for before the answer is made.
    pub fn allocate_ssrcs(&mut self) -> (u32, u32) {
        (self.make_ssrc(), self.make_ssrc())
    }

    pub fn add_peer(&mut self, now: Instant, id: PeerId, agreed: &Negotiated) -> Result<(), RouterError> {
        if self.ids.contains_key(&id) {
            return Err(RouterError::PeerExists);
        }
        check_lines(&agreed.lines)?;
        let outgoing = Outgoing::new(id, self.config.started, now, self.chance() as u16);
        let own_ssrc = self.make_ssrc();
        let key = self.peers.insert(Peer::new(now, outgoing, own_ssrc));
        self.ids.insert(id, key);
        self.set_lines(now, key, &agreed.lines);
        self.next_tick.get_or_insert(now + IDLE_TICK);
        Ok(())
    }

    /// After a new offer: m-lines that stay (same mid, flow and own SSRCs) keep their tracks and assignments.
    pub fn update_peer(&mut self, now: Instant, id: PeerId, agreed: &Negotiated) -> Result<(), RouterError> {
        let key = *self.ids.get(&id).ok_or(RouterError::NoSuchPeer)?;
        check_lines(&agreed.lines)?;
        self.set_lines(now, key, &agreed.lines);
        Ok(())
    }

    /// Unpublishes its tracks and forgets its slots. An unknown peer is no error.
    pub fn remove_peer(&mut self, now: Instant, id: PeerId) {
        let Some(key) = self.ids.remove(&id) else { return };
        self.set_lines(now, key, &[]);
        self.peers.remove(key);
        self.attended.retain(|&peer| peer != key);
        if self.ids.is_empty() {
            self.leave_all();
            self.next_tick = None;
        }
    }

    /// Own SSRCs of a downlink m-line that exists: a new answer must name the same again.
    #[must_use]
    pub fn slot_ssrcs(&self, id: PeerId, mid: Mid) -> Option<(u32, Option<u32>)> {
        self.slots[self.slot_key(id, mid).ok()?].own_ssrcs().into()
    }

    pub fn publish(&mut self, _now: Instant, peer: PeerId, mid: Mid, track: TrackId) -> Result<(), RouterError> {
        let key = self.uplink_key(peer, mid)?;
        let uplink = &mut self.uplinks[key];
        if uplink.track.is_some() || self.tracks.contains_key(&track) {
            return Err(RouterError::AlreadyPublished);
        }
        uplink.track = Some(track);
        (uplink.muted, uplink.told_active) = (false, false);
        self.tracks.insert(track, key);
        self.begin_crossing(track);
        Ok(())
    }

    /// Empties the slots that show the track. An unknown track is no error.
    pub fn unpublish(&mut self, _now: Instant, track: TrackId) {
        self.relays.ended(track);
        let Some(key) = self.tracks.remove(&track) else { return };
        let slots = std::mem::take(&mut self.uplinks[key].slots);
        for slot in slots {
            self.cut(slot);
            self.blank_slot(slot);
            self.slots[slot].assign(None);
        }
        self.uplinks[key].track = None;
        self.uplinks[key].loudness = loudness::Loudness::default();
        self.uplinks[key].crosses = [0; 3];
    }

    /// While muted nothing is forwarded; afterwards pictures begin with a keyframe and time has gone on.
    pub fn set_muted(&mut self, now: Instant, track: TrackId, muted: bool) {
        let Some(&key) = self.tracks.get(&track) else { return };
        let uplink = &mut self.uplinks[key];
        if uplink.muted == muted {
            return;
        }
        uplink.muted = muted;
        if let Some(level) = uplink.loudness.end().filter(|_| muted) {
            self.tell_loudness(track, level);
        }
        self.relays.changed(Some(track));
        if muted {
            for i in 0..self.uplinks[key].slots.len() {
                let slot = self.uplinks[key].slots[i];
                self.cut(slot);
                self.blank_slot(slot);
            }
        } else {
            self.retarget(key);
            self.next_tick = self.next_tick.map(|at| at.min(now));
        }
    }

    /// Whether [`Self::assign_slot`] would be refused.
    ///
    /// # Errors
    /// The refusal.
    pub fn check_slot(&self, peer: PeerId, mid: Mid, track: Option<TrackId>) -> Result<(), RouterError> {
        let key = self.slot_key(peer, mid)?;
        let Some(track) = track else { return Ok(()) };
        let uplink = *self.tracks.get(&track).ok_or(RouterError::NoSuchTrack)?;
        let same_kind = self.uplinks[uplink].line.kind == self.slots[key].line.kind;
        if same_kind { Ok(()) } else { Err(RouterError::WrongKind) }
    }

    /// A layer smaller than `want.max` flows while that does not. The keyframe is asked for at the next
    /// [`Self::handle_timeout`], which is due at once.
    pub fn assign_slot(
        &mut self,
        now: Instant,
        peer: PeerId,
        mid: Mid,
        track: Option<TrackId>,
        want: Want,
    ) -> Result<(), RouterError> {
        self.check_slot(peer, mid, track)?;
        let key = self.slot_key(peer, mid)?;
        let to = track.and_then(|track| Some((track, *self.tracks.get(&track)?)));
        self.slots[key].want = want;
        if self.slots[key].track != track {
            self.cut(key);
            self.blank_slot(key);
            if let Some(old) = self.slots[key].uplink {
                self.uplinks[old].slots.retain(|&slot| slot != key);
            }
            self.slots[key].assign(to);
            if let Some((_, uplink)) = to {
                self.uplinks[uplink].slots.push(key);
                if self.slots[key].line.kind == Kind::Audio {
                    self.newcomers.push(key);
                }
            }
        }
        let peer = self.slots[key].peer;
        self.peers[peer].outgoing.downlink.restless = true;
        self.slots[key].wait_for_share(self.peers[peer].outgoing.has_limits(now));
        self.judge_line(now, peer);
        self.aim(now, key);
        Ok(())
    }

    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        [self.next_tick, self.attended_at, self.pending.due()].into_iter().flatten().min()
    }

    pub fn poll_event(&mut self) -> Option<RouterEvent> {
        self.events.pop_front()
    }

    #[must_use]
    pub fn peer_stats(&self, id: PeerId) -> Option<PeerStats> {
        Some(self.peers[*self.ids.get(&id)?].outgoing.stats())
    }

    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The last RFC 6464 level of an audio track: 0 is loudest, 127 silence.
    #[must_use]
    pub fn audio_level(&self, track: TrackId) -> Option<u8> {
        self.uplinks[*self.tracks.get(&track)?].level.map(|level| level & 0x7f)
    }

    fn set_lines(&mut self, now: Instant, peer: usize, lines: &[MediaLine]) {
        for (mid, key) in std::mem::take(&mut self.peers[peer].uplinks) {
            let stays = lines.iter().find(|line| line.mid == mid && line.flow == Flow::Uplink);
            match stays.filter(|line| line.kind == self.uplinks[key].line.kind) {
                Some(line) => {
                    self.uplinks[key].line = line.clone();
                    self.peers[peer].uplinks.push((mid, key));
                }
                None => self.remove_uplink(now, peer, key),
            }
        }
        for (mid, key) in std::mem::take(&mut self.peers[peer].slots) {
            let stays = lines.iter().find(|line| line.mid == mid && line.flow == Flow::Downlink);
            match stays.filter(|line| line.own_ssrcs == Some(self.slots[key].own_ssrcs())) {
                Some(line) => {
                    self.slots[key].renegotiate(line.clone());
                    self.peers[peer].slots.push((mid, key));
                }
                None => self.remove_slot(key),
            }
        }
        for line in lines {
            match (line.flow, line.own_ssrcs) {
                (Flow::Uplink, _) if self.peers[peer].uplinks.iter().all(|(mid, _)| *mid != line.mid) => {
                    let key = self.uplinks.insert(Uplink::new(Publisher::Here(peer), line.clone()));
                    self.peers[peer].uplinks.push((line.mid, key));
                }
                (Flow::Downlink, Some(own)) if self.peers[peer].slots.iter().all(|(mid, _)| *mid != line.mid) => {
                    let firsts = self.firsts(now);
                    let key = self.slots.insert(Slot::new(peer, line.clone(), own, firsts));
                    self.peers[peer].slots.push((line.mid, key));
                }
                _ => {}
            }
        }
        self.peers[peer].learn_extensions(lines);
        self.learn_downlink(peer);
    }

    fn remove_uplink(&mut self, now: Instant, peer: usize, key: usize) {
        if let Some(track) = self.uplinks[key].track {
            self.unpublish(now, track);
        }
        self.peers[peer].drop_claims_of(key);
        self.uplinks.remove(key);
    }

    fn remove_slot(&mut self, key: usize) {
        let slot = &self.slots[key];
        if let Some(uplink) = slot.uplink {
            self.uplinks[uplink].slots.retain(|&slot| slot != key);
        }
        self.peers[slot.peer].outgoing.pace.purge(key);
        self.slots.remove(key);
    }

    fn blank_slot(&mut self, key: usize) {
        let slot = &mut self.slots[key];
        if slot.blank() {
            let peer = self.peers[slot.peer].id;
            let mid = slot.line.mid;
            self.events.push_back(RouterEvent::SlotLayer { peer, mid, layer: None });
            self.bound_events();
        }
    }

    /// Chooses the layer of a slot anew; the keyframe that it takes is asked for at the next timeout, which is now.
    fn aim(&mut self, now: Instant, slot: usize) {
        let slot = &mut self.slots[slot];
        let Some(key) = slot.uplink else { return };
        let uplink = &mut self.uplinks[key];
        slot.retarget(uplink);
        if let Some(layer) = slot.waits_for(uplink) {
            uplink.ask_keyframe(layer, slot.wish());
        }
        self.next_tick = self.next_tick.map(|at| at.min(now));
        self.tend_demand(now, key);
    }

    /// Layers of an uplink came or went: every slot of it may want another one.
    fn retarget(&mut self, uplink: usize) {
        let uplink = &mut self.uplinks[uplink];
        self.relays.changed(uplink.track);
        for i in 0..uplink.slots.len() {
            let slot = &mut self.slots[uplink.slots[i]];
            slot.retarget(uplink);
            if let Some(layer) = slot.waits_for(uplink) {
                uplink.ask_keyframe(layer, slot.wish());
            }
        }
    }

    fn bound_events(&mut self) {
        while self.events.len() > MOST_EVENTS {
            self.events.pop_front();
            self.totals.events_lost += 1;
        }
    }

    fn uplink_key(&self, peer: PeerId, mid: Mid) -> Result<usize, RouterError> {
        find_line(&self.peer(peer)?.uplinks, mid)
    }

    fn slot_key(&self, peer: PeerId, mid: Mid) -> Result<usize, RouterError> {
        find_line(&self.peer(peer)?.slots, mid)
    }

    fn peer(&self, id: PeerId) -> Result<&Peer, RouterError> {
        Ok(&self.peers[*self.ids.get(&id).ok_or(RouterError::NoSuchPeer)?])
    }

    fn ntp(&self, now: Instant) -> NtpTime {
        NtpTime::from_unix(self.config.started_unix).after(now.saturating_duration_since(self.config.started))
    }

    /// SplitMix64: spreads one seed over all first numbers. Nothing secret hangs on it.
    fn chance(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.chance ^ (self.chance >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An odd factor makes a walk through all 2^32 numbers, so none comes twice.
    fn make_ssrc(&mut self) -> u32 {
        loop {
            let ssrc = self.ssrcs_made.wrapping_mul(0x9e37_79b1) ^ self.config.seed as u32;
            self.ssrcs_made = self.ssrcs_made.wrapping_add(1);
            if ssrc != 0 {
                return ssrc;
            }
        }
    }

    fn firsts(&mut self, now: Instant) -> Firsts {
        let (chance, timestamp) = (self.chance(), self.chance() as u32);
        Firsts {
            // Below 2^15, and far enough above 0 for a packet that arrives before the first.
            sequence: 1024 + (chance as u16 & 0x3fff),
            repair_sequence: 1024 + ((chance >> 16) as u16 & 0x3fff),
            timestamp,
            // Spread over a second, so that reports to a full room do not leave in one burst.
            report_at: now + Duration::from_millis((chance >> 32) % 1000),
        }
    }
}

fn check_lines(lines: &[MediaLine]) -> Result<(), RouterError> {
    if lines.len() > MOST_LINES { Err(RouterError::TooManyLines) } else { Ok(()) }
}

fn find_line(lines: &[(Mid, usize)], mid: Mid) -> Result<usize, RouterError> {
    lines.iter().find(|(known, _)| *known == mid).map(|(_, key)| *key).ok_or(RouterError::NoSuchLine(mid))
}
