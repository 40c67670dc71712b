//! What of a Session goes to the tap: its Recording, and its live stream.

use super::super::capture::{self, Order};
use super::super::{Reading, StreamLink};
use super::actor::Actor;
use crate::domain::Time;
use lectern_media::hls::{CastTrack, CastView};
use lectern_media::record::{Event, TrackFacts};
use lectern_signaling::effect::{self, CaptureEffect};
use lectern_signaling::protocol::server::ServerMessage;
use lectern_signaling::protocol::{ParticipantId, Refusal};

impl Actor {
    pub(super) fn capture(&mut self, effect: CaptureEffect) {
        let order = match effect {
            CaptureEffect::Begin => Order::Begin(self.clock.reading().wall),
            CaptureEffect::Track { publication, source, participant, name } => {
                let Some(&track) = self.peers.tracks.get(&publication) else { return };
                let facts = TrackFacts { source: capture::source(source), participant: u64::from(participant.0), name };
                Order::Add(track, facts)
            }
            CaptureEffect::Joined { people } => Order::Here(
                people.into_iter().map(|(who, name)| Event::Joined { participant: u64::from(who.0), name }).collect(),
            ),
            CaptureEffect::Left { participant } => {
                Order::Here(vec![Event::Left { participant: u64::from(participant.0) }])
            }
            CaptureEffect::Pause { by } => Order::Note(Event::Paused { by }),
            CaptureEffect::Resume { by } => Order::Note(Event::Resumed { by }),
            CaptureEffect::Marker { text, by } => Order::Note(Event::Marker { text, by }),
            CaptureEffect::Chat { name, text } => Order::Note(Event::Chat { name, text }),
        };
        self.capture.order(order);
    }

    pub(super) fn cast(&self, view: &effect::CastView) {
        let track = |one: &effect::CastSource| {
            let track = *self.peers.tracks.get(&one.publication)?;
            Some(CastTrack { track, participant: u64::from(one.participant.0) })
        };
        let view = CastView {
            picture: view.picture.as_ref().and_then(track),
            voices: view.voices.iter().filter_map(track).collect(),
        };
        self.show(view);
    }

    /// What is on the live stream from now on.
    pub(super) fn show(&self, view: CastView) {
        let started_ms = self.state.room.session().started_ms;
        let started_at = Time::from_micros(i64::try_from(started_ms.saturating_mul(1000)).unwrap_or(i64::MAX));
        self.casts.show(self.handle.id(), started_at, view);
    }

    pub(super) fn stream_link(&mut self, to: ParticipantId, re: u64) {
        let message = match self.casts.link(self.handle.id(), self.clock.reading().wall) {
            Some(StreamLink { url, expires }) => ServerMessage::Hls { re, url, expires_ms: expires.millis() },
            None => ServerMessage::Refused(Refusal::NoStream.answering(Some(re))),
        };
        self.send(to, &message);
    }

    /// Hosts see what is really written.
    pub(super) fn tell_of_the_capture(&mut self, at: Reading) {
        if let Some(figures) = self.capture.figures() {
            let effects = self.state.room.captured(at.moment, figures);
            self.effects(effects);
        }
    }
}
