//! A Publication: the promise of a Participant to send a microphone, camera, screen or screen audio.

use super::{MediaKind, Room};
use crate::effect::{Effects, MediaEffect};
use crate::protocol::server::{PublicationView, ServerMessage};
use crate::protocol::{ParticipantId, PublicationId, Refusal, SessionRole, Source};

#[derive(Debug, Clone)]
pub(super) struct Publication {
    pub(super) id: PublicationId,
    pub(super) participant: ParticipantId,
    pub(super) source: Source,
    pub(super) mid: String,
    pub(super) muted: bool,
}

impl Publication {
    pub(super) fn view(&self) -> PublicationView {
        PublicationView { id: self.id, participant: self.participant, source: self.source, muted: self.muted }
    }
}

impl Source {
    #[must_use]
    pub fn media(self) -> MediaKind {
        match self {
            Self::Microphone | Self::ScreenAudio => MediaKind::Audio,
            Self::Camera | Self::Screen => MediaKind::Video,
        }
    }
}

impl SessionRole {
    /// Hosts come before presenters, and presenters before viewers.
    pub(super) fn order(self) -> u8 {
        match self {
            Self::Host => 0,
            Self::Presenter => 1,
            Self::Viewer => 2,
        }
    }
}

impl Room {
    pub(super) fn publish(
        &mut self,
        from: ParticipantId,
        source: Source,
        mid: &str,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let participant = self.participants.get(&from).ok_or(Refusal::NoSuchParticipant)?;
        if !participant.may_publish {
            return Err(Refusal::NotAdmitted);
        }
        let lines = participant.lines.as_ref().ok_or(Refusal::OfferFirst)?;
        if !lines.sends.iter().any(|l| l.mid == mid && l.kind == source.media()) {
            return Err(Refusal::NoSuchMid);
        }
        if self.publications.values().any(|p| p.participant == from && (p.source == source || p.mid == mid)) {
            return Err(Refusal::AlreadyPublished);
        }
        let view = self.start_publication(from, source, mid.to_owned(), out);
        out.ok(from, re);
        out.tell_all(ServerMessage::PublicationAdded { publication: view });
        self.reassign_all(out);
        Ok(())
    }

    pub(super) fn start_publication(
        &mut self,
        participant: ParticipantId,
        source: Source,
        mid: String,
        out: &mut Effects,
    ) -> PublicationView {
        self.last_publication += 1;
        let id = PublicationId(self.last_publication);
        let publication = Publication { id, participant, source, mid: mid.clone(), muted: false };
        let view = publication.view();
        self.publications.insert(id, publication);
        out.media(MediaEffect::Publish { participant, publication: id, mid });
        self.capture_publication(id, out);
        view
    }

    pub(super) fn unpublish(
        &mut self,
        from: ParticipantId,
        source: Source,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.find_publication(from, source).ok_or(Refusal::NoSuchPublication)?;
        let ended = self.end_publications(|p| p.id == id, out);
        out.ok(from, re);
        self.tell_removed(ended, None, out);
        self.reassign_all(out);
        Ok(())
    }

    /// One's own Publication. Muting twice is done already.
    pub(super) fn mute(
        &mut self,
        from: ParticipantId,
        source: Source,
        muted: bool,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let id = self.find_publication(from, source).ok_or(Refusal::NoSuchPublication)?;
        let publication = self.publications.get_mut(&id).ok_or(Refusal::NoSuchPublication)?;
        let changed = publication.muted != muted;
        publication.muted = muted;
        let view = publication.view();
        if changed {
            out.media(MediaEffect::Mute { publication: id, muted });
        }
        out.ok(from, re);
        if changed {
            out.tell_all(ServerMessage::PublicationChanged { publication: view });
            self.reassign_all(out);
        }
        Ok(())
    }

    pub(super) fn find_publication(&self, owner: ParticipantId, source: Source) -> Option<PublicationId> {
        self.publications.values().find(|p| p.participant == owner && p.source == source).map(|p| p.id)
    }

    /// Ends what matches and tells the media plane. The caller tells the people and assigns the slots anew.
    pub(super) fn end_publications(
        &mut self,
        matches: impl Fn(&Publication) -> bool,
        out: &mut Effects,
    ) -> Vec<PublicationId> {
        let ended: Vec<PublicationId> = self.publications.values().filter(|p| matches(p)).map(|p| p.id).collect();
        for &id in &ended {
            self.publications.remove(&id);
            out.media(MediaEffect::Unpublish { publication: id });
        }
        ended
    }

    pub(super) fn tell_removed(&self, ended: Vec<PublicationId>, except: Option<ParticipantId>, out: &mut Effects) {
        for publication in ended {
            let message = ServerMessage::PublicationRemoved { publication };
            match except {
                None => out.tell_all(message),
                Some(except) => out.tell_others(except, message),
            }
        }
    }
}
