//! What the media plane tells the Room.

use super::participant::{Lines, SendLine};
use super::publication::Publication;
use super::slots::Slot;
use super::{MediaKind, MediaLine, Room};
use crate::Moment;
use crate::effect::{Effect, Effects, LeaveCause, MediaEffect, PresenceFact};
use crate::protocol::server::ServerMessage;
use crate::protocol::{LayerName, ParticipantId, ParticipantKind, PublicationId, Refusal, Source};

impl Room {
    pub(super) fn offer(
        &mut self,
        from: ParticipantId,
        sdp: String,
        continues: bool,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        if sdp.is_empty() {
            return Err(Refusal::BadOffer);
        }
        if continues && self.participants.get(&from).is_none_or(|p| p.lines.is_none()) {
            return Err(Refusal::PeerGone);
        }
        self.require_media_place(from)?;
        if let Some(participant) = self.participants.get_mut(&from) {
            participant.has_peer = true;
        }
        // The answer comes from the media plane, and with it `media_negotiated`.
        out.media(MediaEffect::Offer { participant: from, re, sdp, continues });
        Ok(())
    }

    /// An offer was answered: these are the live m-lines of the Participant's Peer, in the client's direction. What an
    /// encoder sends becomes its microphone and camera by itself, since it cannot say `publish`.
    pub fn media_negotiated(&mut self, participant: ParticipantId, lines: Vec<MediaLine>) -> Vec<Effect> {
        let mut out = Effects::default();
        let Some(owner) = self.participants.get_mut(&participant) else { return Vec::new() };
        let before = owner.lines.take().unwrap_or_default();
        let memory = std::mem::take(&mut owner.slot_memory);
        let mut now = Lines::default();
        for line in lines {
            if line.sends {
                now.sends.push(SendLine { mid: line.mid, kind: line.kind });
            } else {
                let kept = before.slots.iter().find(|s| s.mid == line.mid && s.kind == line.kind);
                now.slots.push(kept.cloned().unwrap_or_else(|| Slot::new(line.mid, line.kind, &memory)));
            }
        }
        let mids: Vec<String> = now.sends.iter().map(|l| l.mid.clone()).collect();
        if now.slots.iter().map(|s| &s.mid).ne(before.slots.iter().map(|s| &s.mid)) {
            now.slots.iter_mut().for_each(Slot::untell);
        }
        owner.lines = Some(now);
        owner.has_peer = true;
        let is_encoder = owner.identity.kind == ParticipantKind::Encoder && owner.may_publish;

        let ended = self.end_publications(|p| p.participant == participant && !mids.contains(&p.mid), &mut out);
        let mut stage_changed = !ended.is_empty();
        self.tell_removed(ended, None, &mut out);
        if is_encoder {
            stage_changed |= self.publish_encoder(participant, &mut out);
        }
        if stage_changed {
            self.reassign_all(&mut out);
        } else {
            let stage = self.stage();
            self.reassign(participant, &stage, &mut out);
        }
        out.into_vec()
    }

    /// The first audio m-line is the microphone and the first video m-line the camera.
    fn publish_encoder(&mut self, participant: ParticipantId, out: &mut Effects) -> bool {
        let mut any = false;
        for source in [Source::Microphone, Source::Camera] {
            let lines = self.participants.get(&participant).and_then(|p| p.lines.as_ref());
            let line = lines.and_then(|l| l.sends.iter().find(|line| line.kind == source.media()));
            let Some(mid) = line.map(|l| l.mid.clone()) else { continue };
            if self.find_publication(participant, source).is_none() {
                let publication = self.start_publication(participant, source, mid, out);
                out.tell_all(ServerMessage::PublicationAdded { publication });
                any = true;
            }
        }
        any
    }

    /// The layer that flows into a slot changed.
    pub fn media_layer(&mut self, participant: ParticipantId, mid: &str, layer: Option<LayerName>) -> Vec<Effect> {
        let mut out = Effects::default();
        let lines = self.participants.get_mut(&participant).and_then(|p| p.lines.as_mut());
        let slot = lines.and_then(|l| l.slots.iter_mut().find(|s| s.mid == mid));
        // Audio has no layers; the media plane calls the one encoding that it has the high one.
        if let Some(slot) = slot.filter(|s| s.kind == MediaKind::Video && s.shows.is_some()) {
            slot.layer = layer;
            self.tell_slots(participant, &mut out);
        }
        out.into_vec()
    }

    /// How loud a Publication's sound is: 0 loudest, 127 silence (RFC 6464). To be told every 200 ms or so while it can be
    /// heard.
    pub fn media_loudness(&mut self, now: Moment, publication: PublicationId, level: u8) -> Vec<Effect> {
        let mut out = Effects::default();
        let microphone = |p: &Publication| p.source == Source::Microphone && !p.muted;
        if !self.publications.get(&publication).is_some_and(microphone) {
            return Vec::new();
        }
        if self.speakers.hear(now, publication, level) {
            self.reassign_all(&mut out);
        }
        self.tell_speakers(now, &mut out);
        out.into_vec()
    }

    pub(super) fn tell_speakers(&mut self, now: Moment, out: &mut Effects) {
        if let Some(speaking) = self.speakers.news(now) {
            let owner = |id| self.publications.get(id).map(|p| p.participant);
            let speakers = speaking.iter().filter_map(owner).collect();
            out.tell_all(ServerMessage::Speakers { speakers });
        }
    }

    /// The Peer is gone. A person with a Connection may offer again; an encoder or a player has left.
    pub fn media_closed(&mut self, participant: ParticipantId) -> Vec<Effect> {
        let mut out = Effects::default();
        let Some(owner) = self.participants.get_mut(&participant) else { return Vec::new() };
        if owner.resume_token.is_none() {
            out.record(PresenceFact::Left { participant, cause: LeaveCause::PeerClosed });
            self.depart(participant, &mut out);
            return out.into_vec();
        }
        if owner.forget_peer() {
            out.send(participant, owner.your_line());
        }
        let ended = self.end_publications(|p| p.participant == participant, &mut out);
        if !ended.is_empty() {
            self.tell_removed(ended, None, &mut out);
            self.reassign_all(&mut out);
        }
        out.into_vec()
    }

    /// The media plane would not forward this Publication.
    pub fn media_refused(&mut self, publication: PublicationId) -> Vec<Effect> {
        let mut out = Effects::default();
        let ended = self.end_publications(|p| p.id == publication, &mut out);
        if !ended.is_empty() {
            self.tell_removed(ended, None, &mut out);
            self.reassign_all(&mut out);
        }
        out.into_vec()
    }
}
