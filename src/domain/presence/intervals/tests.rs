//! What the ledger's lines say about who was there when.

use super::super::{Head, NewEvent, Person};
use super::*;
use crate::domain::{AccountId, EventId, SessionId};
use PresenceKind::{Checkpoint, Joined, Left, Lost, Resumed, SessionEnded, SessionStarted};
use proptest::prelude::*;

/// (second, kind, participant, person)
type Line = (i64, PresenceKind, u32, u8);

fn ledger(lines: &[Line]) -> Vec<PresenceEvent> {
    let session = SessionId::from_random([9; 10]);
    let mut head = Head::START;
    lines
        .iter()
        .enumerate()
        .map(|(n, &(second, kind, participant, person))| {
            let whole = matches!(kind, SessionStarted | SessionEnded);
            let mut random = [0; 10];
            random[..8].copy_from_slice(&(n as u64).to_be_bytes());
            let new = NewEvent {
                id: EventId::from_random(random),
                kind,
                participant: (!whole).then_some(participant),
                person: (!whole).then(|| Person::Account(AccountId::from_random([person; 10]))),
                detail: "{}".into(),
                monotonic_us: second * 1_000_000,
                wall: Time::from_seconds(second),
            };
            let event = PresenceEvent::seal(session, head, new);
            head = event.head();
            event
        })
        .collect()
}

fn spans(lines: &[Line]) -> Vec<(i64, i64)> {
    let people = intervals(&ledger(lines));
    assert_eq!(people.len(), 1, "these tests tell of one person");
    people[0].intervals.iter().map(|i| (i.from.micros() / 1_000_000, i.to.micros() / 1_000_000)).collect()
}

#[test]
fn join_and_leave_are_one_interval() {
    assert_eq!(spans(&[(0, SessionStarted, 0, 0), (10, Joined, 1, 1), (70, Left, 1, 1)]), [(10, 70)]);
}

#[test]
fn two_tabs_count_once() {
    let lines = [(0, Joined, 1, 1), (10, Joined, 2, 1), (50, Left, 1, 1), (60, Left, 2, 1)];
    assert_eq!(spans(&lines), [(0, 60)]);
}

#[test]
fn a_lost_line_leaves_a_gap_until_it_resumes() {
    let lines = [(0, Joined, 1, 1), (20, Lost, 1, 1), (60, Resumed, 1, 1), (90, Left, 1, 1)];
    assert_eq!(spans(&lines), [(0, 20), (60, 90)]);
}

#[test]
fn what_is_open_closes_at_the_last_checkpoint() {
    let lines = [(0, Joined, 1, 1), (15, Checkpoint, 1, 1), (30, Checkpoint, 1, 1)];
    assert_eq!(spans(&lines), [(0, 30)]);
    assert!(intervals(&ledger(&lines))[0].open);
}

#[test]
fn the_end_of_the_session_closes_everybody() {
    let lines = [(0, Joined, 1, 1), (15, Checkpoint, 1, 1), (40, SessionEnded, 0, 0)];
    assert_eq!(spans(&lines), [(0, 40)]);
    assert!(!intervals(&ledger(&lines))[0].open);
}

#[test]
fn a_checkpoint_of_someone_who_is_away_earns_nothing() {
    let lines = [(0, Joined, 1, 1), (20, Lost, 1, 1), (35, Checkpoint, 1, 1), (50, Checkpoint, 1, 1)];
    assert_eq!(spans(&lines), [(0, 20)]);
}

#[test]
fn a_clock_set_back_never_shortens_what_was_seen() {
    let lines = [(100, Joined, 1, 1), (130, Checkpoint, 1, 1), (90, Left, 1, 1)];
    assert_eq!(spans(&lines), [(100, 130)]);
}

#[test]
fn people_are_kept_apart() {
    let people = intervals(&ledger(&[(0, Joined, 1, 1), (5, Joined, 2, 2), (65, Left, 1, 1), (125, Left, 2, 2)]));
    assert_eq!(people.iter().map(PersonIntervals::minutes).collect::<Vec<_>>(), [1, 2]);
}

/// One second at a time: is any device of the person there?
fn naive(lines: &[Line], person: u8, until: i64) -> Vec<bool> {
    let last_heard = |device: u32| {
        let at = lines.iter().rev().find(|l| l.2 == device && l.1 != SessionEnded);
        at.map_or(0, |l| l.0)
    };
    (0..until)
        .map(|second| {
            (0..4).any(|device| {
                let mut there = false;
                for &(at, kind, number, who) in lines.iter().filter(|l| l.0 <= second) {
                    match kind {
                        Joined | Resumed if number == device && who == person => there = true,
                        Lost | Left if number == device && who == person => there = false,
                        SessionEnded => there = false,
                        _ => {}
                    }
                    let _ = at;
                }
                let closed_later = lines.iter().any(|&(at, kind, number, _)| {
                    at > second && ((matches!(kind, Lost | Left) && number == device) || kind == SessionEnded)
                });
                there && (closed_later || second < last_heard(device))
            })
        })
        .collect()
}

proptest! {
    #[test]
    fn intervals_agree_with_looking_at_every_second(
        steps in prop::collection::vec((1_i64..5, 0_usize..5, 0_u32..4), 0..40),
        ends in any::<bool>(),
    ) {
        let mut second = 0;
        let mut lines: Vec<Line> = steps
            .into_iter()
            .map(|(step, kind, device)| {
                second += step;
                let person = u8::try_from(device % 2).unwrap();
                (second, [Joined, Lost, Resumed, Left, Checkpoint][kind], device, person)
            })
            .collect();
        if ends {
            lines.push((second + 1, SessionEnded, 0, 0));
        }
        let until = second + 10;
        let people = intervals(&ledger(&lines));
        for person in 0..2_u8 {
            let key = Person::Account(AccountId::from_random([person; 10])).key();
            let empty = Vec::new();
            let found = people.iter().find(|p| p.person == key).map_or(&empty, |p| &p.intervals);
            let seen: Vec<bool> = (0..until)
                .map(|s| found.iter().any(|i| i.from <= Time::from_seconds(s) && Time::from_seconds(s) < i.to))
                .collect();
            prop_assert_eq!(&seen, &naive(&lines, person, until));
        }
    }
}
