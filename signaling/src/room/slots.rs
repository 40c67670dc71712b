//! Slots: which Publication each receiving m-line shows.
//!
//! Video follows the client's wish where there is one; a slot left to the server shows screens first, then the hosts'
//! cameras, then presenters', then those of admitted viewers. Nobody is shown to oneself. A slot keeps what it shows for
//! as long as that is among the chosen, so that pictures do not jump.

use super::{MediaKind, Room};
use crate::effect::{Effects, MediaEffect};
use crate::protocol::client::{SlotTarget, SlotWish};
use crate::protocol::server::{ServerMessage, SlotView};
use crate::protocol::{LayerName, ParticipantId, PublicationId, Refusal, SessionRole, Source};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) mid: String,
    pub(super) kind: MediaKind,
    pub(super) wish: Wish,
    pub(super) max_layer: LayerName,
    pub(super) shows: Option<PublicationId>,
    pub(super) layer: Option<LayerName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// The server chooses.
    Auto,
    Show(SlotTarget),
    Nothing,
}

impl Slot {
    pub(super) fn new(mid: String, kind: MediaKind) -> Self {
        Self { mid, kind, wish: Wish::Auto, max_layer: LayerName::High, shows: None, layer: None }
    }
}

/// Everything that can be shown, most important first.
pub(super) struct Stage {
    video: Vec<Candidate>,
    audio: Vec<Candidate>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    publication: PublicationId,
    participant: ParticipantId,
    source: Source,
}

impl Room {
    pub(super) fn stage(&self) -> Stage {
        let mut video = Vec::new();
        let mut audio = Vec::new();
        for publication in self.publications.values() {
            let role = self.participants.get(&publication.participant).map_or(2, |p| match p.identity.role {
                SessionRole::Host => 0_u8,
                SessionRole::Presenter => 1,
                SessionRole::Viewer => 2,
            });
            let candidate = Candidate {
                publication: publication.id,
                participant: publication.participant,
                source: publication.source,
            };
            match publication.source {
                Source::Screen => video.push(((0_u8, role, publication.id), candidate)),
                Source::Camera => video.push(((1, role, publication.id), candidate)),
                // This order is the place where loudness will count: who speaks comes before who could speak.
                Source::ScreenAudio => audio.push(((u8::from(publication.muted) * 2, role, publication.id), candidate)),
                Source::Microphone => {
                    audio.push(((1 + u8::from(publication.muted), role, publication.id), candidate));
                }
            }
        }
        video.sort_by_key(|(order, _)| *order);
        audio.sort_by_key(|(order, _)| *order);
        let strip = |ranked: Vec<(_, Candidate)>| ranked.into_iter().map(|(_, candidate)| candidate).collect();
        Stage { video: strip(video), audio: strip(audio) }
    }

    /// The client's whole wish for its video slots.
    pub(super) fn wish(
        &mut self,
        from: ParticipantId,
        wishes: &[SlotWish],
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        let lines = participant.lines.as_mut().ok_or(Refusal::OfferFirst)?;
        let mut by_mid = BTreeMap::new();
        for wish in wishes {
            if !lines.slots.iter().any(|s| s.kind == MediaKind::Video && s.mid == wish.mid) {
                return Err(Refusal::NoSuchMid);
            }
            if wish.show.is_some_and(|target| target.source.media() != MediaKind::Video) {
                return Err(Refusal::NoSuchPublication);
            }
            if by_mid.insert(wish.mid.as_str(), wish).is_some() {
                return Err(Refusal::Malformed);
            }
        }
        // A changed ceiling must reach the media plane even where the picture stays.
        let mut ceilings = Vec::new();
        for slot in lines.slots.iter_mut().filter(|s| s.kind == MediaKind::Video) {
            let Some(wish) = by_mid.get(slot.mid.as_str()) else {
                slot.wish = Wish::Nothing;
                continue;
            };
            slot.wish = wish.show.map_or(Wish::Auto, Wish::Show);
            if slot.max_layer != wish.max_layer {
                slot.max_layer = wish.max_layer;
                ceilings.push((slot.mid.clone(), slot.shows));
            }
        }
        out.ok(from, re);
        let stage = self.stage();
        self.reassign(from, &stage, out);
        self.lower_ceilings(from, ceilings, out);
        Ok(())
    }

    /// Repeats the assignment of slots that kept their picture under a new `max_layer`.
    fn lower_ceilings(&self, viewer: ParticipantId, ceilings: Vec<(String, Option<PublicationId>)>, out: &mut Effects) {
        let lines = self.participants.get(&viewer).and_then(|p| p.lines.as_ref());
        for (mid, before) in ceilings {
            let slot = lines.and_then(|l| l.slots.iter().find(|s| s.mid == mid));
            if let Some(slot) = slot.filter(|s| s.shows == before && before.is_some()) {
                out.media(slot.assignment(viewer));
            }
        }
    }

    /// After Publications came, went or were muted.
    pub(super) fn reassign_all(&mut self, out: &mut Effects) {
        let stage = self.stage();
        let viewers: Vec<ParticipantId> = self.participants.keys().copied().collect();
        for viewer in viewers {
            self.reassign(viewer, &stage, out);
        }
    }

    pub(super) fn reassign(&mut self, viewer: ParticipantId, stage: &Stage, out: &mut Effects) {
        let Some(lines) = self.participants.get_mut(&viewer).and_then(|p| p.lines.as_mut()) else { return };
        let wanted = assign(&lines.slots, viewer, stage);
        let mut changed = false;
        for (slot, shows) in lines.slots.iter_mut().zip(wanted) {
            if slot.shows != shows {
                slot.shows = shows;
                slot.layer = None;
                changed = true;
                out.media(slot.assignment(viewer));
            }
        }
        if changed {
            self.tell_slots(viewer, out);
        }
    }

    pub(super) fn tell_slots(&self, viewer: ParticipantId, out: &mut Effects) {
        let Some(lines) = self.participants.get(&viewer).and_then(|p| p.lines.as_ref()) else { return };
        let slots = lines.slots.iter().map(|slot| {
            let publication = slot.shows.and_then(|id| self.publications.get(&id));
            SlotView {
                mid: slot.mid.clone(),
                publication: publication.map(|p| p.id),
                participant: publication.map(|p| p.participant),
                source: publication.map(|p| p.source),
                layer: slot.layer,
            }
        });
        out.send(viewer, ServerMessage::Slots { slots: slots.collect() });
    }
}

impl Slot {
    pub(super) fn assignment(&self, viewer: ParticipantId) -> MediaEffect {
        MediaEffect::AssignSlot {
            participant: viewer,
            mid: self.mid.clone(),
            publication: self.shows,
            max_layer: self.max_layer,
        }
    }
}

/// What each slot should show now, in the order of `slots`.
fn assign(slots: &[Slot], viewer: ParticipantId, stage: &Stage) -> Vec<Option<PublicationId>> {
    let mut shows = vec![None; slots.len()];
    for (at, slot) in slots.iter().enumerate() {
        let Wish::Show(target) = slot.wish else { continue };
        let found = stage
            .video
            .iter()
            .find(|c| c.participant == target.participant && c.source == target.source && c.participant != viewer);
        // The same picture twice would cost the line twice; the first slot has it.
        shows[at] = found.map(|c| c.publication).filter(|p| !shows.contains(&Some(*p)));
    }
    fill(slots, MediaKind::Video, &stage.video, viewer, &mut shows);
    fill(slots, MediaKind::Audio, &stage.audio, viewer, &mut shows);
    shows
}

/// Gives the slots that are left to the server to the first candidates that are not shown yet.
fn fill(
    slots: &[Slot],
    kind: MediaKind,
    candidates: &[Candidate],
    viewer: ParticipantId,
    shows: &mut [Option<PublicationId>],
) {
    let open = |slot: &Slot| slot.kind == kind && slot.wish == Wish::Auto;
    let places = slots.iter().filter(|s| open(s)).count();
    let mut chosen: Vec<PublicationId> = candidates
        .iter()
        .filter(|c| c.participant != viewer && !shows.contains(&Some(c.publication)))
        .map(|c| c.publication)
        .take(places)
        .collect();
    for (at, slot) in slots.iter().enumerate().filter(|(_, s)| open(s)) {
        if let Some(kept) = slot.shows.and_then(|p| chosen.iter().position(|&c| c == p)) {
            shows[at] = Some(chosen.remove(kept));
        }
    }
    let mut rest = chosen.into_iter();
    for (at, _) in slots.iter().enumerate().filter(|(_, s)| open(s)) {
        if shows[at].is_none() {
            shows[at] = rest.next();
        }
    }
}
