//! Slots: which Publication each receiving m-line shows.
//!
//! Video follows the client's wish where there is one; a slot left to the server shows screens first, then who is in the
//! spotlight, then the hosts' cameras, then presenters', then those of admitted viewers. Audio carries those who speak.
//! Nobody is shown to oneself. A slot keeps what it shows for as long as that is among the chosen, so that pictures do
//! not jump.

use super::participant::Participant;
use super::speakers::Microphone;
use super::{MediaKind, Room};
use crate::effect::{Effects, MediaEffect, Rank};
use crate::protocol::client::{SlotTarget, SlotWish};
use crate::protocol::server::{ServerMessage, SlotView};
use crate::protocol::{
    LayerName, LineMode, LineStep, ParticipantId, ParticipantKind, PublicationId, Refusal, SessionRole, Source,
};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) mid: String,
    pub(super) kind: MediaKind,
    pub(super) wish: Wish,
    pub(super) max_layer: LayerName,
    pub(super) shows: Option<PublicationId>,
    pub(super) layer: Option<LayerName>,
    /// What the media plane was told last.
    given: Given,
    /// What the client was told last; `None` before the first word.
    told: Option<Told>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// The server chooses.
    Auto,
    Show(SlotTarget),
    Nothing,
}

/// What was wished for a slot of a Peer that is gone.
#[derive(Debug, Clone)]
pub(super) struct SlotMemory {
    mid: String,
    wish: Wish,
    max_layer: LayerName,
}

/// An order to the media plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Given {
    publication: Option<PublicationId>,
    max_layer: LayerName,
    rank: Rank,
}

const NOTHING_GIVEN: Given = Given { publication: None, max_layer: LayerName::High, rank: Rank::Other };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    shows: Option<PublicationId>,
    layer: Option<LayerName>,
    paused: bool,
}

impl Slot {
    pub(super) fn new(mid: String, kind: MediaKind, memory: &[SlotMemory]) -> Self {
        let known = memory.iter().find(|m| m.mid == mid && kind == MediaKind::Video);
        let (wish, max_layer) = known.map_or((Wish::Auto, LayerName::High), |m| (m.wish, m.max_layer));
        Self { mid, kind, wish, max_layer, shows: None, layer: None, given: NOTHING_GIVEN, told: None }
    }

    pub(super) fn into_memory(self) -> Option<SlotMemory> {
        let Self { mid, wish, max_layer, .. } = self;
        (self.kind == MediaKind::Video).then_some(SlotMemory { mid, wish, max_layer })
    }

    /// The client is to be told anew, even if it is what it was told before.
    pub(super) fn untell(&mut self) {
        self.told = None;
    }

    pub(super) fn is_given(&self, publication: PublicationId) -> bool {
        self.given.publication == Some(publication)
    }

    pub(super) fn assignment(&self, viewer: ParticipantId) -> MediaEffect {
        let Given { publication, max_layer, rank } = self.given;
        MediaEffect::AssignSlot { participant: viewer, mid: self.mid.clone(), publication, max_layer, rank }
    }

    fn wishes_camera(&self) -> bool {
        matches!(self.wish, Wish::Show(SlotTarget { source: Source::Camera, .. }))
    }
}

/// Everything that can be shown, most important first: made once for all viewers.
pub(super) struct Stage {
    pub(super) video: Vec<Candidate>,
    pub(super) audio: Vec<Candidate>,
    spotlight: Option<PublicationId>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) publication: PublicationId,
    pub(super) participant: ParticipantId,
    source: Source,
    /// It is the one that most look at.
    main: bool,
}

impl Room {
    pub(super) fn stage(&self) -> Stage {
        let mut video = Vec::new();
        let mut audio = Vec::new();
        let mut spotlight = None;
        for publication in self.publications.values() {
            let owner = self.participants.get(&publication.participant);
            let role = owner.map_or(SessionRole::Viewer, |p| p.identity.role).order();
            let in_light = self.session.spotlight == Some(publication.participant);
            let teaches = owner.is_some_and(|p| p.is_host() || p.identity.kind == ParticipantKind::Encoder);
            let candidate = Candidate {
                publication: publication.id,
                participant: publication.participant,
                source: publication.source,
                main: in_light || teaches,
            };
            let muted = u8::from(publication.muted);
            match publication.source {
                Source::Screen => video.push(((0_u8, role, publication.id), candidate)),
                Source::Camera if in_light => {
                    spotlight = Some(publication.id);
                    video.push(((1, role, publication.id), candidate));
                }
                Source::Camera => video.push(((2, role, publication.id), candidate)),
                Source::ScreenAudio => audio.push(((muted * 3, role, publication.id), candidate)),
                Source::Microphone => {
                    // Who speaks comes before who could speak.
                    let seat = self.speakers.seat(publication.id).and_then(|seat| u8::try_from(seat).ok());
                    let order = seat.map_or((2 + muted, role), |seat| (1, seat));
                    audio.push(((order.0, order.1, publication.id), candidate));
                }
            }
        }
        video.sort_by_key(|(order, _)| *order);
        audio.sort_by_key(|(order, _)| *order);
        let strip = |ranked: Vec<(_, Candidate)>| ranked.into_iter().map(|(_, candidate)| candidate).collect();
        Stage { video: strip(video), audio: strip(audio), spotlight }
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
        for slot in lines.slots.iter_mut().filter(|s| s.kind == MediaKind::Video) {
            let Some(wish) = by_mid.get(slot.mid.as_str()) else {
                slot.wish = Wish::Nothing;
                continue;
            };
            slot.wish = wish.show.map_or(Wish::Auto, Wish::Show);
            slot.max_layer = wish.max_layer;
        }
        out.ok(from, re);
        let stage = self.stage();
        self.reassign(from, &stage, out);
        Ok(())
    }

    /// After Publications came, went or were muted, or other people speak.
    pub(super) fn reassign_all(&mut self, out: &mut Effects) {
        let microphones: Vec<Microphone> = self.microphones().collect();
        self.speakers.seat_all(&microphones);
        let stage = self.stage();
        let viewers: Vec<ParticipantId> = self.participants.keys().copied().collect();
        for viewer in viewers {
            self.reassign(viewer, &stage, out);
        }
        self.tell_cast(&stage, out);
    }

    fn microphones(&self) -> impl Iterator<Item = Microphone> {
        let open = self.publications.values().filter(|p| p.source == Source::Microphone && !p.muted);
        open.filter_map(|p| {
            let role = self.participants.get(&p.participant)?.identity.role;
            Some(Microphone { publication: p.id, role })
        })
    }

    /// Gives each slot what it should show now, and tells the media plane and the client what changed by it.
    pub(super) fn reassign(&mut self, viewer: ParticipantId, stage: &Stage, out: &mut Effects) {
        let Some(participant) = self.participants.get(&viewer) else { return };
        let Some(lines) = participant.lines.as_ref() else { return };
        let wanted = assign(&lines.slots, viewer, stage);
        let given: Vec<Given> = orders(&lines.slots, &wanted, participant.line.mode, stage);
        let differs = |(slot, (shows, given)): (&Slot, (&Option<PublicationId>, &Given))| {
            slot.shows != *shows || slot.given != *given
        };
        if lines.slots.iter().zip(wanted.iter().zip(&given)).any(differs)
            && let Some(lines) = self.participants.get_mut(&viewer).and_then(|p| p.lines.as_mut())
        {
            for (slot, (shows, given)) in lines.slots.iter_mut().zip(wanted.into_iter().zip(given)) {
                // What was paused by the person's wish has to start anew as well.
                if slot.shows != shows || slot.given.publication != given.publication {
                    slot.layer = None;
                }
                slot.shows = shows;
                if slot.given != given {
                    slot.given = given;
                    out.media(slot.assignment(viewer));
                }
            }
        }
        self.tell_slots(viewer, out);
    }

    /// Tells the client its slots, if anything is new in them.
    pub(super) fn tell_slots(&mut self, viewer: ParticipantId, out: &mut Effects) {
        let Some(participant) = self.participants.get(&viewer) else { return };
        let Some(lines) = participant.lines.as_ref() else { return };
        let told = |slot: &Slot| {
            let paused = self.is_paused(participant, slot);
            Told { shows: slot.shows, layer: slot.layer, paused }
        };
        let news: Vec<Told> = lines.slots.iter().map(told).collect();
        if lines.slots.iter().zip(&news).all(|(slot, news)| slot.told == Some(*news)) {
            return;
        }
        let Some(lines) = self.participants.get_mut(&viewer).and_then(|p| p.lines.as_mut()) else { return };
        let mut slots = Vec::with_capacity(news.len());
        for (slot, news) in lines.slots.iter_mut().zip(news) {
            slot.told = Some(news);
            let publication = news.shows.and_then(|id| self.publications.get(&id));
            slots.push(SlotView {
                mid: slot.mid.clone(),
                publication: publication.map(|p| p.id),
                participant: publication.map(|p| p.participant),
                source: publication.map(|p| p.source),
                layer: news.layer,
                paused: news.paused,
            });
        }
        out.send(viewer, ServerMessage::Slots { slots });
    }

    /// Would it flow, were it not for the line or for what the person asked of it?
    fn is_paused(&self, viewer: &Participant, slot: &Slot) -> bool {
        let publication = slot.shows.and_then(|id| self.publications.get(&id));
        let Some(publication) = publication.filter(|p| !p.muted && slot.kind == MediaKind::Video) else { return false };
        if viewer.line.mode == LineMode::SoundOnly {
            return true;
        }
        let held_back = match viewer.line.step {
            LineStep::Full => false,
            LineStep::Reduced | LineStep::ScreenOnly => publication.source == Source::Camera,
            LineStep::SoundOnly => true,
        };
        held_back && slot.layer.is_none()
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
    fill(slots, MediaKind::Video, &stage.video, viewer, &mut shows, stage.spotlight);
    fill(slots, MediaKind::Audio, &stage.audio, viewer, &mut shows, None);
    shows
}

/// Gives the slots that are left to the server to the first candidates that are not shown yet. `first` has a place by
/// right: the first slot that keeps nothing more important.
fn fill(
    slots: &[Slot],
    kind: MediaKind,
    candidates: &[Candidate],
    viewer: ParticipantId,
    shows: &mut [Option<PublicationId>],
    first: Option<PublicationId>,
) {
    let open = |slot: &Slot| slot.kind == kind && slot.wish == Wish::Auto;
    let places = slots.iter().filter(|s| open(s)).count();
    let mut chosen: Vec<PublicationId> = candidates
        .iter()
        .filter(|c| c.participant != viewer && !shows.contains(&Some(c.publication)))
        .map(|c| c.publication)
        .take(places)
        .collect();
    if let Some(light) = first.and_then(|first| chosen.iter().position(|&c| c == first)) {
        let keeps_better = |slot: &Slot| slot.shows.is_some_and(|p| chosen[..light].contains(&p));
        if let Some(at) = slots.iter().position(|slot| open(slot) && !keeps_better(slot)) {
            shows[at] = Some(chosen.remove(light));
        }
    }
    for (at, slot) in slots.iter().enumerate().filter(|(_, s)| open(s)) {
        let kept = slot.shows.and_then(|p| chosen.iter().position(|&c| c == p));
        if let Some(kept) = kept.filter(|_| shows[at].is_none()) {
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

/// What the media plane is to send, given what the slots show and what the person wants to spend.
fn orders(slots: &[Slot], shows: &[Option<PublicationId>], mode: LineMode, stage: &Stage) -> Vec<Given> {
    let pinned = pinned(slots);
    let saved = if mode == LineMode::Saving { LayerName::Low } else { LayerName::High };
    let order = |(at, slot): (usize, &Slot)| {
        let candidates = if slot.kind == MediaKind::Video { &stage.video } else { &stage.audio };
        let Some(shown) = shows[at].and_then(|id| candidates.iter().find(|c| c.publication == id)) else {
            return NOTHING_GIVEN;
        };
        let (max_layer, rank) = match shown.source {
            Source::Screen => (slot.max_layer.min(saved), Rank::Screen),
            Source::Camera => {
                let main = shown.main || pinned == Some(at);
                (slot.max_layer.min(saved), if main { Rank::Main } else { Rank::Other })
            }
            Source::Microphone | Source::ScreenAudio => (LayerName::High, Rank::Other),
        };
        if mode == LineMode::SoundOnly && slot.kind == MediaKind::Video {
            return NOTHING_GIVEN;
        }
        Given { publication: Some(shown.publication), max_layer, rank }
    };
    slots.iter().enumerate().map(order).collect()
}

/// The slot of the one camera that the viewer asked to see larger than all others.
fn pinned(slots: &[Slot]) -> Option<usize> {
    let named = || slots.iter().enumerate().filter(|(_, slot)| slot.wishes_camera());
    let largest = named().map(|(_, slot)| slot.max_layer).max()?;
    let mut largest = named().filter(|(_, slot)| slot.max_layer == largest);
    match (largest.next(), largest.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}
