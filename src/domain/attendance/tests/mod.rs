//! Verdicts over ledgers that are written second by second.

mod audits;
mod check_ins;
mod corrections;
mod model;
mod report;
mod scenarios;
mod seats;

use super::super::presence::{Head, NewEvent, Person, PresenceEvent, PresenceKind};
use super::super::{AccountId, ClassroomId, EventId, SessionId, Time};
use super::*;
use std::collections::HashMap;

/// 2026-11-20 14:30 in China.
const START: i64 = 1_795_156_200;
const MINUTE: i64 = 60;

/// From 200 on, a Classroom.
fn person_of(number: u8) -> Person {
    if number < 200 {
        Person::Account(AccountId::from_random([number; 10]))
    } else {
        Person::Classroom(ClassroomId::from_random([number; 10]))
    }
}

/// A ledger in the making, with a monotonic clock in seconds since the start and a wall clock beside it.
struct Story {
    lines: Vec<PresenceEvent>,
    second: i64,
    /// How far the wall clock is from where it should be.
    wall_off: i64,
    /// What the monotonic clock showed at second 0.
    monotonic_off: i64,
    here: HashMap<u32, Page>,
}

/// What one Participant's page is like.
#[derive(Clone)]
struct Page {
    person: u8,
    visible: bool,
    media: bool,
    connected: bool,
}

impl Story {
    fn begin() -> Self {
        let mut story = Self { lines: Vec::new(), second: 0, wall_off: 0, monotonic_off: 500, here: HashMap::new() };
        story.write(PresenceKind::SessionStarted, None, "{}");
        story
    }

    fn write(&mut self, kind: PresenceKind, who: Option<(u32, u8)>, detail: &str) {
        let head = self.lines.last().map_or(Head::START, PresenceEvent::head);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&(self.lines.len() as u64).to_be_bytes());
        let new = NewEvent {
            id: EventId::from_random(random),
            kind,
            // A seat is nobody's Connection.
            participant: who.map(|(participant, _)| participant).filter(|&participant| participant > 0),
            person: who.map(|(_, person)| person_of(person)),
            detail: detail.to_owned(),
            monotonic_us: (self.second + self.monotonic_off) * 1_000_000,
            wall: Time::from_seconds(START + self.second + self.wall_off),
        };
        self.lines.push(PresenceEvent::seal(SessionId::from_random([9; 10]), head, new));
    }

    fn joins(&mut self, participant: u32, person: u8) {
        self.joins_from(participant, person, &format!("device-{participant}"));
    }

    fn joins_from(&mut self, participant: u32, person: u8, device: &str) {
        self.write(PresenceKind::Joined, Some((participant, person)), &format!("{{\"device\":\"{device}\"}}"));
        self.here.insert(participant, Page { person, visible: true, media: true, connected: true });
    }

    fn page(&mut self, participant: u32) -> &mut Page {
        self.here.get_mut(&participant).unwrap()
    }

    fn goes(&mut self, participant: u32, kind: PresenceKind) {
        let person = self.page(participant).person;
        self.page(participant).connected = kind == PresenceKind::Resumed;
        self.write(kind, Some((participant, person)), "{}");
    }

    /// Lets time pass; every 15 s on the server's clock everybody who is here gets a checkpoint.
    fn passes(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.second += 1;
            if self.second % 15 == 0 {
                self.checkpoints();
            }
        }
    }

    fn checkpoints(&mut self) {
        let mut here: Vec<(u32, Page)> = self.here.clone().into_iter().collect();
        here.sort_by_key(|(participant, _)| *participant);
        for (participant, page) in here.into_iter().filter(|(_, page)| page.connected) {
            let ms = |yes: bool| if yes { 15_000 } else { 0 };
            let checkpoint = CheckpointDetail {
                media_ms: Some(ms(page.media)),
                visible_ms: ms(page.visible),
                sound_ms: ms(page.visible),
                ..CheckpointDetail::default()
            };
            self.checkpoint(participant, checkpoint);
        }
    }

    fn checkpoint(&mut self, participant: u32, checkpoint: CheckpointDetail) {
        let person = self.page(participant).person;
        let detail = serde_json::to_string(&checkpoint).unwrap();
        self.write(PresenceKind::Checkpoint, Some((participant, person)), &detail);
    }

    fn ends(&mut self) {
        self.write(PresenceKind::SessionEnded, None, "{}");
        self.here.clear();
    }

    /// Planned for 90 minutes from the start.
    fn timetable(&self) -> Timetable {
        Timetable {
            started_at: Time::from_seconds(START),
            ended_at: None,
            planned_start: Time::from_seconds(START),
            planned_end: Time::from_seconds(START + 90 * MINUTE),
        }
    }

    fn records(&self) -> Vec<AttendanceRecord> {
        records(&self.lines, &self.timetable(), &AttendanceParameters::default(), &[], &[])
    }

    fn of(&self, person: u8) -> AttendanceRecord {
        let key = AccountId::from_random([person; 10]).to_string();
        self.records().into_iter().find(|record| record.person == key).unwrap()
    }
}

/// Intervals in minutes since the start.
fn minutes(record: &AttendanceRecord) -> Vec<(f64, f64)> {
    let minute = |at: Time| (at.micros() / 1_000_000 - START) as f64 / 60.0;
    record.intervals.iter().map(|one| (minute(one.from), minute(one.to))).collect()
}

fn gaps(record: &AttendanceRecord) -> Vec<(GapKind, u64)> {
    record.gaps.iter().map(|gap| (gap.kind, gap.to.since(gap.from).as_secs())).collect()
}
