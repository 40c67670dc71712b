//! A Participant's line: what the person allows it to carry, what the server and the page measure of it, and how it is
//! shown to hosts.

use super::Room;
use super::participant::Participant;
use crate::Moment;
use crate::effect::{Effect, Effects};
use crate::protocol::client::LineReport;
use crate::protocol::server::{FlowingLayer, LineBars, LineDetails, ServerMessage};
use crate::protocol::{LineMode, LineStep, LineTransport, ParticipantId, Refusal};
use std::collections::BTreeMap;
use std::time::Duration;

/// Two reports and a little: what a page said before counts no longer.
const REPORT_HOLDS: Duration = Duration::from_secs(25);
/// Bars fall at once and rise when so many measurements in a row are better, so that they do not flicker.
const BETTER_ROUNDS: u8 = 2;
/// Lines in one frame to a host, about 3 kB.
const LINES_IN_FRAME: usize = 100;

/// What the media plane measured of one Peer. *Sent* is towards the client; loss in thousandths of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineFigures {
    pub estimate_kbps: Option<u32>,
    pub sent_kbps: u32,
    pub received_kbps: u32,
    pub loss_permille: u16,
    pub uplink_loss_permille: u16,
    pub round_trip_ms: Option<u32>,
    pub step: LineStep,
    pub transport: LineTransport,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) mode: LineMode,
    pub(super) step: LineStep,
    estimate_kbps: Option<u32>,
    /// Of the last measurement; `None` without media.
    figures: Option<LineFigures>,
    report: LineReport,
    reported: Option<Moment>,
    /// Since the Participant came in.
    freezes: u32,
    freeze_ms: u32,
    bars: u8,
    better_rounds: u8,
}

/// How good a line is: 4 good, 3 with small faults, 2 disturbed, 1 bad, 0 without media. The worst figure counts.
#[must_use]
pub fn bars(figures: Option<&LineFigures>, report: &LineReport) -> u8 {
    let Some(figures) = figures.filter(|f| f.transport != LineTransport::None) else { return 0 };
    let step = match figures.step {
        LineStep::Full => 4,
        LineStep::Reduced => 3,
        LineStep::ScreenOnly => 2,
        LineStep::SoundOnly => 1,
    };
    // Repairs hide 2 % from most pictures; 5 % is heard, 10 % disturbs every sentence. Speech suffers from 200 ms on.
    let loss = |permille: u16| graded(u32::from(permille), [20, 50, 100]);
    let all = [
        step,
        loss(figures.loss_permille),
        loss(figures.uplink_loss_permille),
        graded(figures.round_trip_ms.unwrap_or(0), [200, 400, 800]),
        graded(u32::from(report.concealed_permille), [20, 50, 100]),
        graded(report.freeze_ms, [1, 1000, 3000]),
    ];
    all.into_iter().min().unwrap_or(0)
}

/// 4 below the first mark, and one less from each mark on.
fn graded(value: u32, marks: [u32; 3]) -> u8 {
    match marks.into_iter().filter(|&mark| value >= mark).count() {
        0 => 4,
        1 => 3,
        2 => 2,
        _ => 1,
    }
}

impl Line {
    /// Is there anything that a client would not take for granted?
    pub(super) fn is_notable(&self) -> bool {
        self.step != LineStep::Full || self.mode != LineMode::Auto
    }

    /// A new Peer starts with everything. True when that is news.
    pub(super) fn start_over(&mut self) -> bool {
        self.estimate_kbps = None;
        self.figures = None;
        std::mem::take(&mut self.step) != LineStep::Full
    }

    fn measure(&mut self, now: Moment, figures: Option<LineFigures>) {
        self.figures = figures;
        let fresh = self.reported.is_some_and(|at| now.since(at) < REPORT_HOLDS);
        let report = if fresh { self.report } else { LineReport::default() };
        let bars = bars(figures.as_ref(), &report);
        // From nothing to something is no flicker.
        let waits = bars > self.bars && self.bars > 0 && self.better_rounds + 1 < BETTER_ROUNDS;
        self.better_rounds = if waits { self.better_rounds + 1 } else { 0 };
        if !waits {
            self.bars = bars;
        }
    }
}

impl Participant {
    pub(super) fn your_line(&self) -> ServerMessage {
        let Line { step, mode, estimate_kbps, .. } = self.line;
        ServerMessage::YourLine { step, mode, estimate_kbps }
    }
}

impl Room {
    pub(super) fn line_mode(
        &mut self,
        from: ParticipantId,
        mode: LineMode,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        let changed = participant.line.mode != mode;
        participant.line.mode = mode;
        let told = participant.your_line();
        out.ok(from, re);
        if changed {
            out.send(from, told);
            let stage = self.stage();
            self.reassign(from, &stage, out);
        }
        Ok(())
    }

    pub(super) fn line_report(
        &mut self,
        now: Moment,
        from: ParticipantId,
        report: LineReport,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        let line = &mut participant.line;
        line.report = report;
        line.reported = Some(now);
        line.freezes = line.freezes.saturating_add(report.freezes);
        line.freeze_ms = line.freeze_ms.saturating_add(report.freeze_ms);
        out.ok(from, re);
        Ok(())
    }

    pub(super) fn line_details(
        &self,
        from: ParticipantId,
        of: ParticipantId,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        self.require_host(from)?;
        let participant = self.participants.get(&of).ok_or(Refusal::NoSuchParticipant)?;
        let line = &participant.line;
        let figures = line.figures.unwrap_or_default();
        let percent = |permille: u16| f32::from(permille) / 10.0;
        let details = LineDetails {
            estimate_kbps: figures.estimate_kbps,
            sent_kbps: figures.sent_kbps,
            received_kbps: figures.received_kbps,
            loss_percent: percent(figures.loss_permille),
            uplink_loss_percent: percent(figures.uplink_loss_permille),
            round_trip_ms: figures.round_trip_ms,
            step: line.step,
            mode: line.mode,
            layers: self.flowing_layers(participant),
            freezes: line.freezes,
            freeze_ms: line.freeze_ms,
            concealed_permille: line.report.concealed_permille,
            transport: figures.transport,
        };
        out.send(from, ServerMessage::LineDetails { re, participant: of, details });
        Ok(())
    }

    fn flowing_layers(&self, viewer: &Participant) -> Vec<FlowingLayer> {
        let slots = viewer.lines.iter().flat_map(|lines| &lines.slots);
        let shown = slots.filter_map(|slot| {
            let publication = self.publications.get(&slot.shows?)?;
            let layered = publication.source.media() == super::MediaKind::Video;
            layered.then_some(FlowingLayer {
                source: publication.source,
                participant: publication.participant,
                layer: slot.layer,
            })
        });
        shown.collect()
    }

    /// The media plane changed what it sends to this Participant, to fit the line.
    pub fn media_line_step(
        &mut self,
        participant: ParticipantId,
        step: LineStep,
        estimate_kbps: Option<u32>,
    ) -> Vec<Effect> {
        let mut out = Effects::default();
        if let Some(owner) = self.participants.get_mut(&participant).filter(|p| p.line.step != step) {
            owner.line.step = step;
            owner.line.estimate_kbps = estimate_kbps;
            out.send(participant, owner.your_line());
            self.tell_slots(participant, &mut out);
        }
        out.into_vec()
    }

    /// What the media plane measured of everybody's line; who is missing has no media. Hosts hear what changed.
    pub fn media_lines(&mut self, now: Moment, measured: &BTreeMap<ParticipantId, LineFigures>) -> Vec<Effect> {
        self.seen = self.seen.max(now);
        let mut out = Effects::default();
        let mut changed = Vec::new();
        let everybody: Vec<ParticipantId> = self.participants.keys().copied().collect();
        for id in everybody {
            let Some(participant) = self.participants.get_mut(&id) else { continue };
            let before = participant.line.bars;
            let figures = measured.get(&id).copied().or_else(|| participant.stream_line(now));
            participant.line.measure(now, figures);
            if participant.line.bars != before {
                changed.push(LineBars { participant: id, bars: participant.line.bars });
            }
        }
        for host in self.hosts() {
            tell_lines(host, &changed, &mut out);
        }
        out.into_vec()
    }

    /// A host that comes in learns what is known.
    pub(super) fn tell_all_lines(&self, host: ParticipantId, out: &mut Effects) {
        if !self.participants.get(&host).is_some_and(Participant::is_host) {
            return;
        }
        let known = self.participants.values().filter(|p| p.line.bars > 0);
        let known: Vec<LineBars> = known.map(|p| LineBars { participant: p.id, bars: p.line.bars }).collect();
        tell_lines(host, &known, out);
        self.tell_light(host, out);
    }

    /// Is there somebody who is shown how the lines are?
    #[must_use]
    pub fn has_host(&self) -> bool {
        self.hosts().next().is_some()
    }
}

fn tell_lines(host: ParticipantId, lines: &[LineBars], out: &mut Effects) {
    for lines in lines.chunks(LINES_IN_FRAME) {
        out.send(host, ServerMessage::Lines { lines: lines.to_vec() });
    }
}
