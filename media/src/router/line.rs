//! What the router does for the line of each receiver: shares it among the slots, tries more, and spreads bursts.

use super::Router;
use super::estimate::View;
use super::event::RouterEvent;
use super::ladder::{Claim, Grant, MOST, Means, Verdict};
use super::layer::LAYERS;
use super::pace::RELEASE_US;
use super::rewrite::Source;
use super::slot::{Slot, Way};
use super::stream::{Stream, Takes};
use super::table::Table;
use super::uplink::Uplink;
use crate::egress::Egress;
use crate::ids::{Layer, PeerId, Rank, TrackId};
use crate::sdp::Kind;
use std::time::{Duration, Instant};

/// Assumed of a layer that has just begun: what browsers send of a camera, and what an encoder without layers may.
const USUAL_BPS: [u64; 3] = [150_000, 500_000, 1_500_000];
const USUAL_ALONE_BPS: u64 = 800_000;
/// Of a receiver that tells nothing of its line, and of one that was never seen to be full.
const UNKNOWN: View = View { bps: u64::MAX >> 8, limited: false, clear: true, queued: false, severe: false };
/// What waits longer than this, at the estimate, is not sent: a fresh picture is worth more. A page of text is worth waiting.
const MOST_WAIT_MS: f64 = 750.0;
const MOST_SCREEN_WAIT_MS: f64 = 4_000.0;
/// Packets are paced a little above what was granted, when the estimate is below it.
const PACE_OF_NEED: f64 = 1.1;

impl Router {
    /// The receiver is reached another way. What was sent to nobody until then is no loss of a full line, however short the
    /// break was.
    pub fn moved(&mut self, now: Instant, peer: PeerId) {
        if let Some(&key) = self.ids.get(&peer) {
            self.peers[key].outgoing.moved(now);
        }
    }

    /// Something is known anew of a receiver's line, or other things are to go over it.
    pub(super) fn judge_line(&mut self, now: Instant, peer: usize) {
        let receiver = &mut self.peers[peer].outgoing;
        let at = receiver.micros(now);
        let view = receiver.downlink.view(at);
        if view.is_none() && !receiver.downlink.restless {
            receiver.pace.set(None, false);
            return;
        }
        let mut claims = std::mem::take(&mut self.claims);
        let (sound, fresh) = self.gather(now, peer, &mut claims);
        let downlink = &mut self.peers[peer].outgoing.downlink;
        let line = view.unwrap_or(UNKNOWN);
        let tries = downlink.tries().then(|| downlink.probe.tries());
        let means = Means { line, sound, tries };
        if fresh {
            downlink.ladder.share_anew(at, &means, &mut claims);
        }
        let verdict = downlink.ladder.judge(at, &means, &mut claims);
        downlink.restless = !claims.iter().all(Claim::is_whole) || downlink.ladder.is_changing();
        if verdict.fell {
            downlink.probe.forget(at);
        }
        let need = (means.need(&claims) as f64 * PACE_OF_NEED) as u64;
        let pace = &mut self.peers[peer].outgoing.pace;
        pace.set(view.map(|view| view.bps.max(need)), line.limited);
        pace.hold(line.queued);
        self.grant(now, &claims, verdict, view.is_none());
        self.claims = claims;
        self.try_more(at, peer, verdict);
        if self.peers[peer].outgoing.downlink.is_padded() {
            self.attend(now, peer);
        }
        if let Some(step) = verdict.step {
            let estimate_bps = line.bps.min(UNKNOWN.bps);
            self.events.push_back(RouterEvent::LineStep { peer: self.peers[peer].id, step, estimate_bps });
            self.bound_events();
        }
    }

    /// Time passed.
    pub(super) fn tend_line(&mut self, now: Instant, peer: usize) {
        let receiver = &mut self.peers[peer].outgoing;
        receiver.tick(now);
        // Without feedback nothing else would say that the guess of the beginning is over.
        let guessed = receiver.pace.is_set() && !receiver.downlink.has_heard_transport();
        if receiver.downlink.restless || guessed {
            self.judge_line(now, peer);
        }
    }

    /// What a new answer says of the ways to measure a line.
    pub(super) fn learn_downlink(&mut self, peer: usize) {
        let slots = || self.peers[peer].slots.iter().map(|(_, key)| &self.slots[*key]);
        let promised = slots().any(|s| s.line.feedback.transport_cc && s.line.extensions.transport_cc.is_some());
        let can_try = slots().any(Slot::can_pad);
        let downlink = &mut self.peers[peer].outgoing.downlink;
        (downlink.promised, downlink.can_try) = (promised, can_try);
    }

    /// A packet of a microphone said how loud it is.
    pub(super) fn heard_level(&mut self, now: Instant, uplink: usize, level: u8) {
        let uplink = &mut self.uplinks[uplink];
        let Some(track) = uplink.track.filter(|_| !uplink.muted && uplink.line.kind == Kind::Audio) else { return };
        if let Some(level) = uplink.loudness.heard(now, level & 0x7f) {
            self.tell_loudness(track, level);
        }
    }

    pub(super) fn tell_loudness(&mut self, track: TrackId, level: u8) {
        self.events.push_back(RouterEvent::Loudness { track, level });
        self.bound_events();
    }

    /// Puts the pictures that a receiver is to get into `claims`, and gives what its sound takes, and whether some picture
    /// has not been shared out yet.
    fn gather(&mut self, now: Instant, peer: usize, claims: &mut Vec<Claim>) -> (u64, bool) {
        claims.clear();
        let (mut sound, mut any_fresh) = (0, false);
        for (_, key) in &self.peers[peer].slots {
            let slot = &mut self.slots[*key];
            let Some(uplink) = slot.uplink.map(|uplink| &self.uplinks[uplink]).filter(|uplink| !uplink.muted) else {
                continue;
            };
            if slot.line.kind == Kind::Audio {
                let takes = uplink.stream(Layer::High).and_then(|stream| stream.takes(now));
                sound += takes.map_or(0, |takes| takes.whole);
                continue;
            }
            let layers = layers_of(now, uplink, slot.want.max);
            if layers == [None; 3] || claims.len() == MOST || slot.is_mismatched() {
                continue;
            }
            let fresh = std::mem::take(&mut slot.fresh);
            any_fresh |= fresh;
            let whole = !slot.thinning.is_wanted();
            let grant = if fresh { Some(Grant::ALL) } else { slot.allowed.map(|layer| Grant { layer, whole }) };
            claims.push(Claim { slot: *key, rank: slot.want.rank, layers, grant });
        }
        (sound, any_fresh)
    }

    fn grant(&mut self, now: Instant, claims: &[Claim], verdict: Verdict, unlimited: bool) {
        for claim in claims {
            let slot = &mut self.slots[claim.slot];
            // Where nothing has to be judged, a larger layer that begins may flow at once.
            let grant = if unlimited && claim.is_whole() { Some(Grant::ALL) } else { claim.grant };
            slot.thinning.want(claim.flows(grant).is_some_and(|grant| !grant.whole));
            let allowed = grant.map(|grant| grant.layer);
            let changed = std::mem::replace(&mut slot.allowed, allowed) != allowed;
            if claim.grant.is_none() {
                if changed {
                    self.cut(claim.slot);
                    self.slots[claim.slot].stop();
                    self.blank_slot(claim.slot);
                }
                continue;
            }
            if changed || verdict.urgent {
                self.aim(now, claim.slot);
            }
            if verdict.urgent && self.slots[claim.slot].is_too_large() {
                // Its smaller layer begins with a keyframe; until then nothing is better than sound that stutters.
                self.cut(claim.slot);
                self.aim(now, claim.slot);
            }
        }
    }

    /// Ends what flows in a slot; what waits of it is never sent.
    pub(super) fn cut(&mut self, key: usize) {
        let slot = &mut self.slots[key];
        slot.pause();
        if self.peers[slot.peer].outgoing.pace.purge(key) {
            slot.retract();
        }
    }

    fn try_more(&mut self, at: u64, peer: usize, verdict: Verdict) {
        let receiver = &mut self.peers[peer].outgoing;
        let Some(wanted) = verdict.wanted.filter(|wanted| receiver.downlink.probe.may_start(at, *wanted)) else {
            return;
        };
        if receiver.downlink.tries() && !receiver.pace.has_waiting() {
            let stand = receiver.stand(at);
            receiver.downlink.start_try(stand, wanted.bps);
        }
    }

    /// Looks after a receiver every few ms from now on, until nothing waits for it and nothing is tried.
    pub(super) fn attend(&mut self, now: Instant, peer: usize) {
        let receiver = &mut self.peers[peer].outgoing;
        if !std::mem::replace(&mut receiver.attended, true) {
            self.attended.push(peer);
            self.attended_at.get_or_insert(now);
        }
    }

    pub(super) fn attend_all(&mut self, now: Instant, out: &mut impl Egress) {
        if self.attended_at.is_none_or(|at| at > now) {
            return;
        }
        let mut attended = std::mem::take(&mut self.attended);
        attended.retain(|&peer| {
            self.release(now, peer, out);
            self.pad(now, peer, out);
            let receiver = &mut self.peers[peer].outgoing;
            receiver.attended = receiver.pace.has_waiting() || receiver.downlink.is_padded();
            receiver.attended
        });
        self.attended = attended;
        self.attended_at = (!self.attended.is_empty()).then(|| now + Duration::from_micros(RELEASE_US));
    }

    /// Sends what waited for its turn.
    fn release(&mut self, now: Instant, peer: usize, out: &mut impl Egress) {
        self.drop_the_late(now, peer);
        let at = self.peers[peer].outgoing.micros(now);
        while let Some(waiting) = self.peers[peer].outgoing.pace.release(at) {
            let slot = waiting.slot as usize;
            self.on_way(now, slot, out, |slot, way, uplinks| {
                slot.release(way, waiting.index, |source| stream_of(uplinks, source));
            });
        }
    }

    /// A queue that got too long is not sent: the pictures in it begin anew.
    fn drop_the_late(&mut self, now: Instant, peer: usize) {
        loop {
            let receiver = &self.peers[peer].outgoing;
            let wait = receiver.pace.waiting_ms();
            if wait <= MOST_WAIT_MS {
                return;
            }
            let waits = |key: &usize| receiver.pace.has_waiting_of(*key);
            let rank = |key: &usize| self.slots[*key].want.rank;
            let keys = self.peers[peer].slots.iter().map(|(_, key)| *key).filter(waits);
            let Some(dearless) = keys.max_by_key(rank) else { return };
            if rank(&dearless) == Rank::Screen && wait <= MOST_SCREEN_WAIT_MS {
                return;
            }
            self.peers[peer].outgoing.downlink.ladder.hurry();
            self.cut(dearless);
            self.aim(now, dearless);
        }
    }

    fn pad(&mut self, now: Instant, peer: usize, out: &mut impl Egress) {
        let receiver = &mut self.peers[peer].outgoing;
        let at = receiver.micros(now);
        let stand = receiver.stand(at);
        let mut due = receiver.downlink.padding_due(stand);
        let keys = self.peers[peer].slots.iter().map(|(_, key)| *key);
        let flows = |slot: &Slot| slot.can_pad().then(|| slot.current().is_some());
        let Some(slot) = keys.filter_map(|key| Some((flows(&self.slots[key])?, key))).max().map(|(_, key)| key) else {
            return;
        };
        while due > 0 {
            let sent =
                self.on_way(now, slot, out, |slot, way, uplinks| slot.pad(way, |source| stream_of(uplinks, source)));
            due = due.saturating_sub(sent.max(1) as u64);
        }
    }

    /// Lets a slot send something to its receiver.
    pub(super) fn on_way<E: Egress, R>(
        &mut self,
        now: Instant,
        slot: usize,
        out: &mut E,
        send: impl FnOnce(&mut Slot, &mut Way<'_, E>, &Table<Uplink>) -> R,
    ) -> R {
        let Self { peers, slots, uplinks, events, totals, .. } = self;
        let receiver = &mut peers[slots[slot].peer].outgoing;
        let mut way = Way { now, at: receiver.micros(now), slot, receiver, events, totals, out };
        send(&mut slots[slot], &mut way, uplinks)
    }
}

pub(super) fn stream_of(uplinks: &Table<Uplink>, source: Source) -> Option<&Stream> {
    let stream = uplinks.get(source.uplink)?.stream(source.layer)?;
    (stream.generation == source.generation).then_some(stream)
}

/// The layers that may go into a slot: those that flow within the wish, or the smallest that does.
fn layers_of(now: Instant, uplink: &Uplink, max: Layer) -> [Option<Takes>; 3] {
    let flowing = uplink.flowing();
    let within = LAYERS.into_iter().any(|layer| layer <= max && flowing[layer as usize]);
    let smallest = LAYERS.into_iter().find(|&layer| flowing[layer as usize]);
    LAYERS.map(|layer| {
        let may = if within { layer <= max } else { Some(layer) == smallest };
        let stream = uplink.stream(layer).filter(|stream| stream.flowing && may)?;
        let usual = if uplink.line.rids.is_empty() { USUAL_ALONE_BPS } else { USUAL_BPS[layer as usize] };
        Some(stream.takes(now).unwrap_or(Takes { whole: usual, thin: None }))
    })
}
