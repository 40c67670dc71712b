//! Sessions of the past: who came, who dropped out for a while, who left early, as ledger lines.

use super::DemoError;
use super::world::{self, Planned};
use crate::domain::attendance::CheckpointDetail;
use crate::domain::poll::{PollCard, PollCounts, PollEntry};
use crate::domain::presence::{NewEvent, Person, PresenceKind};
use crate::domain::{AccountId, ActivityId, Time};
use crate::store::{self, Store};
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;

/// Small, seeded, and good enough to make lives look different (xorshift64*).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }
}

/// The members of the Studio who came: the presenters always, the others most of the time.
pub(super) fn attendees(planned: &Planned, accounts: &HashMap<&'static str, AccountId>, number: u64) -> Vec<AccountId> {
    let mut dice = Dice::new(number + 100);
    let members = world::STUDIOS[planned.studio].members.iter().filter(|(.., left)| left.is_none());
    members
        .map(|(_, name, ..)| *name)
        .filter(|name| dice.roll(6) > 0 || planned.presenters.contains(name))
        .map(|name| accounts[name])
        .collect()
}

/// A Participant, and whose it is.
type Who = (u32, AccountId);
/// Who was there, from when to when.
type Stay = (Who, Time, Time);
type Line = (Time, PresenceKind, Option<Who>, String);

/// Holds the Session from `start` to `end`, with these people in it.
pub(super) async fn hold(
    store: &Store,
    activity: ActivityId,
    start: Time,
    end: Time,
    there: Vec<AccountId>,
    number: u64,
) -> Result<(), DemoError> {
    let session = store::session::go_live(store, activity, None, start).await?.id;
    let mut dice = Dice::new(number + 1);
    let mut lines: Vec<Line> = [(start, PresenceKind::SessionStarted), (end, PresenceKind::SessionEnded)]
        .map(|(at, kind)| (at, kind, None, "{}".to_owned()))
        .into();
    let mut stays = Vec::new();
    for (participant, account) in (1_u32..).zip(there) {
        let who = Some((participant, account));
        let life = one_life(&mut dice, start, end);
        if let (Some((from, _)), Some((to, _))) = (life.first(), life.last()) {
            stays.push(((participant, account), *from, *to));
        }
        lines.extend(
            checkpoints(&life).into_iter().map(|(at, span)| (at, PresenceKind::Checkpoint, who, watching(span))),
        );
        lines.extend(life.into_iter().map(|(at, kind)| (at, kind, who, "{}".to_owned())));
    }
    let length = end.since(start);
    for (number, (purpose, at)) in
        (1_u32..).zip([("roll", start + length / 4), ("call", start + length / 2), ("roll", end - length / 4)])
    {
        lines.extend(check_in(&mut dice, number, purpose, at, &stays));
    }
    // Stable: the start stays before those who came with it, the end after those who left with it.
    lines.sort_by_key(|(at, kind, ..)| (*at, *kind == PresenceKind::SessionEnded));
    let events = lines
        .into_iter()
        .map(|(wall, kind, who, detail)| {
            Ok(NewEvent {
                id: store::random_id()?,
                kind,
                participant: who.map(|(participant, _)| participant),
                person: who.map(|(_, account)| Person::Account(account)),
                detail,
                monotonic_us: wall.micros() - start.micros(),
                wall,
            })
        })
        .collect::<Result<Vec<_>, DemoError>>()?;
    let poll = poll(&mut Dice::new(number + 1000), end - length / 8, &stays);
    store::ledger::append_with(store, session, events, poll).await?;
    store::session::end(store, session, end).await?;
    Ok(())
}

/// How far apart the demo's checkpoints are: far enough for a quick start, and they prove as much as those of a live Session.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(300);

/// When a life has its checkpoints, and how long after the line before each is.
fn checkpoints(life: &[(Time, PresenceKind)]) -> Vec<(Time, Duration)> {
    let mut out = Vec::new();
    for pair in life.windows(2) {
        let [(mut at, kind), (until, _)] = *pair else { continue };
        while kind != PresenceKind::Lost && at < until {
            let next = until.min(at + CHECKPOINT_EVERY);
            out.push((next, next.since(at)));
            at = next;
        }
    }
    out
}

/// A page in front, with everything arriving.
fn watching(span: Duration) -> String {
    let ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let all = Some(ms);
    let detail = CheckpointDetail {
        media_ms: all,
        audio_ms: all,
        video_ms: all,
        sent_ms: Some(0),
        visible_ms: ms,
        sound_ms: ms,
    };
    serde_json::to_string(&detail).expect("a checkpoint is plain data")
}

/// Those who are there are asked, three of them where it is a call; nearly all answer within a minute.
fn check_in(dice: &mut Dice, number: u32, purpose: &str, at: Time, stays: &[Stay]) -> Vec<Line> {
    const SECONDS: u64 = 120;
    let mut asked: Vec<Who> =
        stays.iter().filter(|(_, from, to)| *from <= at && at < *to).map(|(who, ..)| *who).collect();
    let candidates = asked.len();
    while purpose == "call" && asked.len() > 3 {
        asked.remove(usize::try_from(dice.roll(asked.len() as u64)).unwrap_or(0));
    }
    let expected: Vec<String> = asked.iter().map(|(_, account)| account.to_string()).collect();
    let opened = json!({
        "number": number, "purpose": purpose, "method": "tap", "seconds": SECONDS, "place": null, "expected": expected,
        "candidates": candidates,
    });
    let mut lines = vec![(at, PresenceKind::CheckInOpened, None, opened.to_string())];
    for who in &asked {
        let after = Duration::from_secs(4 + dice.roll(56));
        if dice.roll(10) > 0 {
            let answer = json!({ "number": number, "how": "tap" }).to_string();
            lines.push((at + after, PresenceKind::CheckInAnswered, Some(*who), answer));
        }
    }
    let closed = json!({ "number": number, "cause": "time", "answered": lines.len() - 1, "expected": asked.len() });
    lines.push((at + Duration::from_secs(SECONDS), PresenceKind::CheckInClosed, None, closed.to_string()));
    lines
}

/// Towards the end those who are there are asked what they will take along; nearly all answer within three minutes.
fn poll(dice: &mut Dice, at: Time, stays: &[Stay]) -> Vec<PollEntry> {
    let options = ["先观察再动笔的导入", "小组互评的做法", "板书的层次", "再看一遍回放再说"].map(String::from);
    let there = stays.iter().filter(|(_, from, to)| *from <= at && at < *to);
    // The host asks.
    let present = u32::try_from(there.count().saturating_sub(1)).unwrap_or(u32::MAX);
    let mut votes = vec![0; options.len()];
    for _ in 0..present {
        if dice.roll(10) == 0 {
            continue;
        }
        // The first ones are liked best.
        let place = dice.roll(4).min(dice.roll(4));
        votes[usize::try_from(place).unwrap_or(0)] += 1;
    }
    let counts = PollCounts { answered: votes.iter().sum(), votes, present };
    let question = "今天的课，您最想带回自己课堂的是哪一点？".to_owned();
    let card = PollCard { number: 1, question, options: options.into(), several: false, opened_at: at };
    let closed_at = at + Duration::from_secs(180);
    vec![PollEntry::Opened(card), PollEntry::Closed { number: 1, closed_at, counts }]
}

/// One person's way through one Session.
fn one_life(dice: &mut Dice, start: Time, end: Time) -> Vec<(Time, PresenceKind)> {
    let seconds = Duration::from_secs;
    // Most come in the first minutes, one in six comes late.
    let late = if dice.roll(6) == 0 { 600 + dice.roll(900) } else { dice.roll(240) };
    let joined = start + seconds(late);
    let mut life = vec![(joined, PresenceKind::Joined)];
    let left = if dice.roll(8) == 0 { end - seconds(700 + dice.roll(600)) } else { end };
    // A line that drops, for half a minute to eight minutes.
    let lost = joined + seconds(600 + dice.roll(1200));
    let resumed = lost + seconds(30 + dice.roll(450));
    if dice.roll(4) == 0 && resumed < left {
        life.push((lost, PresenceKind::Lost));
        life.push((resumed, PresenceKind::Resumed));
    }
    life.push((left, PresenceKind::Left));
    life
}
