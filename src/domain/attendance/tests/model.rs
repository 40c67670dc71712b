//! Records against a model that looks at every second.

use super::*;
use PresenceKind::{Checkpoint, Joined, Left, Lost, Resumed, SessionEnded};
use proptest::prelude::*;

/// One thing that happens, after some seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) after: i64,
    pub(super) kind: PresenceKind,
    pub(super) device: u32,
    pub(super) media: u64,
    pub(super) visible: u64,
    pub(super) sent: u64,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kind = prop_oneof![
        2 => Just(Joined),
        1 => Just(Lost),
        1 => Just(Resumed),
        1 => Just(Left),
        9 => Just(Checkpoint),
    ];
    let after = prop_oneof![6 => Just(15_i64), 2 => 0_i64..30, 1 => 30_i64..200];
    // Mostly all or nothing, as lives are.
    let share = || prop_oneof![5 => Just(15_u64), 1 => Just(0_u64), 1 => 0_u64..40];
    let sent = prop_oneof![9 => Just(0_u64), 1 => 0_u64..20];
    let step = (after, kind, 0_u32..3, share(), share(), sent)
        .prop_map(|(after, kind, device, media, visible, sent)| Step { after, kind, device, media, visible, sent });
    prop::collection::vec(step, 0..60)
}

/// Devices 0 and 2 are one person's, 1 is another's.
fn owner(device: u32) -> u8 {
    u8::from(device == 1)
}

pub(super) fn told(steps: &[Step], ends: bool) -> Story {
    let mut story = Story::begin();
    for step in steps {
        story.second += step.after;
        // Participants are counted from 1.
        let who = Some((step.device + 1, owner(step.device)));
        let checkpoint = CheckpointDetail {
            media_ms: Some(step.media * 1000),
            visible_ms: step.visible * 1000,
            sent_ms: Some(step.sent * 1000),
            ..CheckpointDetail::default()
        };
        let detail = if step.kind == Checkpoint { serde_json::to_string(&checkpoint).unwrap() } else { "{}".into() };
        story.write(step.kind, who, &detail);
    }
    if ends {
        story.second += 7;
        story.write(SessionEnded, None, "{}");
    }
    story
}

/// What one second of a device is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Second {
    there: bool,
    pub(super) proven: bool,
    pub(super) hidden: bool,
}

/// Walks the steps of one device and paints its seconds.
pub(super) fn painted(steps: &[Step], device: u32, ends: bool) -> Vec<Second> {
    let total: i64 = steps.iter().map(|step| step.after).sum::<i64>() + if ends { 7 } else { 0 };
    let mut seconds = vec![Second::default(); usize::try_from(total).unwrap()];
    let mut now = 0;
    let mut came: Option<i64> = None;
    let mut mark = 0;
    let mut all = steps.to_vec();
    if ends {
        all.push(Step { after: 7, kind: SessionEnded, device, media: 0, visible: 0, sent: 0 });
    }
    for step in all {
        now += step.after;
        if step.device != device {
            continue;
        }
        match (step.kind, came) {
            (Joined | Resumed, None) => (came, mark) = (Some(now), now),
            (Checkpoint, Some(from)) if now > mark => {
                let window = now - mark;
                let whole = |share: u64| {
                    let share = i64::try_from(share).unwrap().min(window);
                    if window - share <= 5 && window - share <= share { window } else { share }
                };
                let visible = whole(step.visible);
                let proven = whole(step.media).min(visible).max(whole(step.sent));
                let hidden = (window - visible).min(window - proven);
                let watched_before = mark > from && seconds[(mark - 1) as usize].proven;
                for n in 0..window {
                    // From the side where the person was watching.
                    let near = if watched_before { n } else { window - 1 - n };
                    let second = &mut seconds[(mark + n) as usize];
                    second.there = true;
                    second.proven = near < proven;
                    second.hidden = window - 1 - near < hidden;
                }
                mark = now;
            }
            (Lost | Left | SessionEnded, Some(from)) => {
                let follows = mark > from && seconds[(mark - 1) as usize].proven;
                for second in mark..now {
                    let second = &mut seconds[second as usize];
                    second.there = true;
                    second.proven = step.kind != Lost && follows && now - mark <= 20;
                }
                came = None;
            }
            _ => {}
        }
    }
    seconds
}

/// Seen seconds of a person: proven on any device, and short stretches between such that nobody spent on another page.
fn seen(steps: &[Step], person: u8, ends: bool) -> Vec<bool> {
    let devices: Vec<Vec<Second>> =
        (0..3).filter(|&device| owner(device) == person).map(|device| painted(steps, device, ends)).collect();
    bridged(&devices)
}

/// The seconds that are proven on any of these, and short stretches between such.
pub(super) fn bridged(devices: &[Vec<Second>]) -> Vec<bool> {
    let total = devices[0].len();
    let any = |n: usize, what: fn(&Second) -> bool| devices.iter().any(|device| what(&device[n]));
    let mut seen: Vec<bool> = (0..total).map(|n| any(n, |second| second.proven)).collect();
    let proven = seen.clone();
    for n in 0..total {
        let from = n.saturating_sub(91);
        let before = proven[from..n].iter().rposition(|&one| one).map(|more| from + more);
        let after = proven[n..].iter().take(91).position(|&one| one).map(|more| n + more);
        if let (Some(before), Some(after)) = (before, after) {
            let hole = before + 1..after;
            let behind = hole.clone().filter(|&m| any(m, |second| second.hidden)).count();
            seen[n] |= hole.len() <= 90 && behind <= 5;
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn records_agree_with_looking_at_every_second(steps in steps(), ends in any::<bool>()) {
        let story = told(&steps, ends);
        let all = story.records();
        for person in 0..2_u8 {
            let expected = seen(&steps, person, ends);
            let key = AccountId::from_random([person; 10]).to_string();
            let record = all.iter().find(|record| record.person == key);
            let Some(record) = record else {
                prop_assert!(expected.iter().all(|&one| !one));
                continue;
            };
            let at = |n: usize| Time::from_seconds(START + n as i64);
            let found: Vec<bool> = (0..expected.len())
                .map(|n| record.intervals.iter().any(|one| one.from <= at(n) && at(n) < one.to))
                .collect();
            prop_assert_eq!(&found, &expected);
            let count = expected.iter().filter(|&&one| one).count() as u64;
            prop_assert_eq!(record.seen, Duration::from_secs(count));
            prop_assert!(record.intervals.windows(2).all(|pair| pair[0].to < pair[1].from));
            if ends {
                let present = count > 0 && (count >= 1800 || 100 * count >= 60 * expected.len() as u64);
                prop_assert_eq!(record.status == AttendanceStatus::Present, present);
            }
        }
    }

}

proptest! {
    /// Cut anywhere: a line more never takes anything away that was seen, but where it tells that a page was hidden.
    #[test]
    fn what_was_seen_stays_seen(mut steps in steps()) {
        steps.iter_mut().for_each(|step| step.visible = 1000);
        let story = told(&steps, false);
        let mut before = Duration::ZERO;
        for n in 1..=story.lines.len() {
            let cut = Story { lines: story.lines[..n].to_vec(), ..Story::begin() };
            let now = cut.records().iter().map(|record| record.seen).sum();
            prop_assert!(now >= before, "{now:?} after {before:?} at line {n}");
            before = now;
        }
    }
}
