//! The live stream: what is on it, and those who watch it over HLS instead of WebRTC.

use super::participant::Participant;
use super::slots::{Candidate, Stage};
use super::{LineFigures, Room};
use crate::Moment;
use crate::effect::{CastSource, CastView, Effects, MediaEffect};
use crate::protocol::client::FetchedPiece;
use crate::protocol::{LineTransport, ParticipantId, Refusal};
use std::time::Duration;

/// Segments that may be told at once: half a minute of both picture and sound.
const MOST_PIECES: usize = 16;
/// Who has told of no segment for so long does not get the stream.
const FETCHES_WITHIN: Duration = Duration::from_secs(15);

impl Room {
    /// The first picture that is not muted, and everybody's sound. A slot shows more, and those who watch it can choose; here
    /// one picture is chosen for all.
    pub(super) fn tell_cast(&mut self, stage: &Stage, out: &mut Effects) {
        let source = |one: &Candidate| CastSource { publication: one.publication, participant: one.participant };
        let seen = |one: &&Candidate| self.publications.get(&one.publication).is_some_and(|p| !p.muted);
        let picture = stage.video.iter().find(seen).map(source);
        let mut voices: Vec<CastSource> = stage.audio.iter().map(source).collect();
        // Who is loudest is first on the stage; on the stream nothing changes by it.
        voices.sort_unstable_by_key(|one| one.publication);
        let view = CastView { picture, voices };
        if view != self.cast {
            self.cast = view.clone();
            out.cast(view);
        }
    }

    /// Somebody watches the stream from now on. The Peer gives up its place; the Participant stays who it is.
    pub(super) fn watch_stream(&mut self, from: ParticipantId, re: u64, out: &mut Effects) -> Result<(), Refusal> {
        let seen = self.seen;
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        participant.stream = Some(seen);
        let had_peer = participant.has_peer;
        if participant.forget_peer() {
            out.send(from, participant.your_line());
        }
        if had_peer {
            let ended = self.end_publications(|p| p.participant == from, out);
            out.media(MediaEffect::ClosePeer { participant: from });
            if !ended.is_empty() {
                self.tell_removed(ended, None, out);
                self.reassign_all(out);
            }
        }
        out.stream_link(from, re);
        Ok(())
    }

    /// Segments were loaded. What that is worth the driver knows, who knows their proofs.
    pub(super) fn fetched(
        &mut self,
        now: Moment,
        from: ParticipantId,
        pieces: &[FetchedPiece],
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        if pieces.len() > MOST_PIECES {
            return Err(Refusal::Malformed);
        }
        if participant.stream.is_some() && !pieces.is_empty() {
            participant.stream = Some(now);
        }
        out.ok(from, re);
        Ok(())
    }

    /// Whether this Participant may have a Peer: those who may speak always, and others while there is a place.
    pub(super) fn require_media_place(&self, from: ParticipantId) -> Result<(), Refusal> {
        let takes_none = self.participants.get(&from).is_none_or(|who| who.may_publish || who.has_peer);
        if takes_none { Ok(()) } else { self.require_place_for_one() }
    }

    /// Whether one more may watch over WebRTC.
    pub(super) fn require_place_for_one(&self) -> Result<(), Refusal> {
        let taken = self.participants.values().filter(|who| !who.may_publish && who.has_peer).count();
        if taken < self.limits.webrtc_viewers { Ok(()) } else { Err(Refusal::WebrtcFull) }
    }
}

impl Participant {
    /// The line of those who watch the stream: what they fetch comes whole, or not at all.
    pub(super) fn stream_line(&self, now: Moment) -> Option<LineFigures> {
        let fetches = self.stream.is_some_and(|at| now.since(at) < FETCHES_WITHIN);
        fetches.then(|| LineFigures { transport: LineTransport::Hls, ..LineFigures::default() })
    }
}
