//! What is captured of the Session: on or off for all to see, and a light for hosts that shows what is really written.

use super::{Publication, Room};
use crate::Moment;
use crate::effect::{CaptureEffect, Effect, Effects};
use crate::protocol::server::{RecordingLight, RecordingTrouble, ServerMessage};
use crate::protocol::{ParticipantId, PublicationId, RecordingSwitch, Refusal, text};

/// Media flows, and nothing was written for so long: hosts are told. It is looked each 3 s, and media may have begun as long before
/// it was seen, so they know within 10 s.
const ALARM_MS: u64 = 5_500;

/// How the capture fares, as the driver measures it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaptureFigures {
    /// On disk.
    pub bytes: u64,
    /// Since something was written last; none before the first time.
    pub written_ms_ago: Option<u64>,
    /// Something should be coming in.
    pub should_flow: bool,
    pub trouble: Option<RecordingTrouble>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Capture {
    /// The driver was told to begin.
    begun: bool,
    light: Option<RecordingLight>,
    /// Since when something should be written.
    flows_since: Option<Moment>,
}

impl Capture {
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }
}

impl Room {
    /// Host: 录制, or 不录制.
    pub(super) fn record(&mut self, from: ParticipantId, on: bool, re: u64, out: &mut Effects) -> Result<(), Refusal> {
        self.require_host(from)?;
        out.ok(from, re);
        let by = self.participants.get(&from).map(|one| one.identity.name.clone()).unwrap_or_default();
        let state = match (self.session.recording, on) {
            (RecordingSwitch::Off | RecordingSwitch::Paused, true) => RecordingSwitch::On,
            (RecordingSwitch::On, false) => RecordingSwitch::Paused,
            (state, _) => state,
        };
        if state == self.session.recording {
            return Ok(());
        }
        self.session.recording = state;
        if !self.capture.begun {
            // Also before there is any media: a server that is started anew knows it by the Recording alone.
            self.begin_capture(by, out);
        } else if state == RecordingSwitch::On {
            out.capture(CaptureEffect::Resume { by });
        } else {
            out.capture(CaptureEffect::Pause { by });
        }
        out.tell_all(ServerMessage::Recording { state });
        Ok(())
    }

    /// Host: marks this moment of the Recording.
    pub(super) fn mark(&mut self, from: ParticipantId, text: &str, re: u64, out: &mut Effects) -> Result<(), Refusal> {
        self.require_host(from)?;
        let text = text::chat_line(text)?;
        if !self.capture.begun || self.session.recording != RecordingSwitch::On {
            return Err(Refusal::NotRecording);
        }
        let by = self.participants.get(&from).map(|one| one.identity.name.clone()).unwrap_or_default();
        out.capture(CaptureEffect::Marker { text, by });
        out.ok(from, re);
        Ok(())
    }

    /// The first Publication begins the Recording; later ones are added to it, also while it is paused.
    pub(super) fn capture_publication(&mut self, id: PublicationId, out: &mut Effects) {
        match (self.session.recording, self.capture.begun) {
            (RecordingSwitch::Off, _) => {}
            (_, true) => {
                if let Some(effect) = self.publications.get(&id).map(|one| self.track_of(one)) {
                    out.capture(effect);
                }
            }
            // It may have been paused before the server was started anew.
            (_, false) => self.begin_capture(String::new(), out),
        }
    }

    /// Who is here belongs to a Recording also while it is paused.
    pub(super) fn capture_joined(&self, id: ParticipantId, out: &mut Effects) {
        if let Some(participant) = self.participants.get(&id).filter(|_| self.capture.begun) {
            out.capture(CaptureEffect::Joined { people: vec![(id, participant.identity.name.clone())] });
        }
    }

    pub(super) fn capture_left(&self, id: ParticipantId, out: &mut Effects) {
        if self.capture.begun {
            out.capture(CaptureEffect::Left { participant: id });
        }
    }

    pub(super) fn capture_chat(&self, name: &str, text: &str, out: &mut Effects) {
        if self.capture.begun && self.session.recording == RecordingSwitch::On {
            out.capture(CaptureEffect::Chat { name: name.to_owned(), text: text.to_owned() });
        }
    }

    fn begin_capture(&mut self, by: String, out: &mut Effects) {
        self.capture.begun = true;
        out.capture(CaptureEffect::Begin);
        if self.session.recording == RecordingSwitch::Paused {
            out.capture(CaptureEffect::Pause { by });
        }
        let people = self.participants.values().map(|one| (one.id, one.identity.name.clone())).collect();
        out.capture(CaptureEffect::Joined { people });
        for publication in self.publications.values() {
            out.capture(self.track_of(publication));
        }
    }

    fn track_of(&self, publication: &Publication) -> CaptureEffect {
        let name = self.participants.get(&publication.participant).map(|one| one.identity.name.clone());
        CaptureEffect::Track {
            publication: publication.id,
            source: publication.source,
            participant: publication.participant,
            name: name.unwrap_or_default(),
        }
    }

    /// What the capture has come to. Hosts hear what changed.
    pub fn captured(&mut self, now: Moment, figures: CaptureFigures) -> Vec<Effect> {
        let mut out = Effects::default();
        if !self.capture.begun {
            return Vec::new();
        }
        let flows = figures.should_flow && self.session.recording == RecordingSwitch::On;
        self.capture.flows_since = if flows { self.capture.flows_since.or(Some(now)) } else { None };
        let flowing_ms = self.capture.flows_since.map_or(0, |since| now.0.saturating_sub(since.0));
        let silent = figures.written_ms_ago.unwrap_or(u64::MAX).min(flowing_ms) >= ALARM_MS;
        // What stops the Recording comes before what may.
        let stopped = figures.trouble.filter(|trouble| *trouble != RecordingTrouble::LowRoom);
        let trouble = stopped.or(silent.then_some(RecordingTrouble::NotWritten)).or(figures.trouble);
        let trouble = trouble.filter(|_| flows);
        let light = RecordingLight { bytes: figures.bytes, written_ms_ago: figures.written_ms_ago, trouble };
        if self.capture.light != Some(light) {
            self.capture.light = Some(light);
            let hosts: Vec<ParticipantId> = self.hosts().collect();
            for host in hosts {
                out.send(host, ServerMessage::RecordingLight { light });
            }
        }
        out.into_vec()
    }

    /// A host who comes in sees the light as it is.
    pub(super) fn tell_light(&self, to: ParticipantId, out: &mut Effects) {
        if let Some(light) = self.capture.light {
            out.send(to, ServerMessage::RecordingLight { light });
        }
    }
}
