//! What came of a play: records beside what the model expects, and a verdict.

use super::life::{Life, Tenths};
use super::model::{Bounds, Expected};
use super::office::{Presence, Record};
use super::player::LATE;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A broken line, beside a commit that waits for a slow disk.
const NOTICED_WITHIN: Tenths = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Every record says exactly what was expected.
    Exact,
    Differs,
    /// This machine could not keep to the script: nothing can be said.
    TooSlow,
}

impl Verdict {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Exact => 0,
            Self::Differs => 1,
            Self::TooSlow => 2,
        }
    }
}

/// What a play found.
pub(crate) struct Found {
    pub(super) seconds: u32,
    pub(super) late: Duration,
    pub(super) kinds: BTreeMap<&'static str, Tally>,
    pub(super) differences: Vec<String>,
}

/// A life as it was played.
pub(super) struct Played<'a> {
    pub(super) name: &'a str,
    pub(super) life: &'a Life,
    /// How late all that it did was, together.
    pub(super) late: Duration,
}

/// Lives of one kind.
#[derive(Default)]
pub(super) struct Tally {
    with_media: usize,
    signaling: usize,
    exact: usize,
    statuses: BTreeMap<&'static str, usize>,
    minutes: u32,
    answered: usize,
    asked: usize,
}

impl Found {
    pub(super) fn new(seconds: u32, late: Duration, failures: Vec<String>) -> Self {
        Self { seconds, late, kinds: BTreeMap::new(), differences: failures }
    }

    /// `row` is what the server says of this life.
    pub(super) fn compare(&mut self, played: &Played<'_>, expected: &Expected, row: Option<&Presence>) {
        let Played { name, life, late } = *played;
        let tally = self.kinds.entry(life.what).or_default();
        *(if life.media { &mut tally.with_media } else { &mut tally.signaling }) += 1;
        *tally.statuses.entry(expected.status).or_default() += 1;
        tally.minutes += expected.minutes;
        tally.answered += expected.answered;
        tally.asked += expected.asked;
        let wrong = match row {
            None => vec!["has no record".to_owned()],
            Some(row) => differences(expected, &row.record, late),
        };
        if wrong.is_empty() {
            tally.exact += 1;
        } else {
            let media = if life.media { "media" } else { "signaling" };
            self.differences.push(format!("{name} ({}, {media}): {}", life.what, wrong.join("; ")));
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match (self.differences.is_empty(), self.late > LATE) {
            (true, _) => Verdict::Exact,
            (false, true) => Verdict::TooSlow,
            (false, false) => Verdict::Differs,
        }
    }
}

/// Seconds may be off by as much as the play was late, and by what the server takes to notice.
fn differences(expected: &Expected, record: &Record, late: Duration) -> Vec<String> {
    let slack = Tenths::try_from(late.as_millis() / 100).unwrap_or(Tenths::MAX).saturating_add(NOTICED_WITHIN);
    let mut wrong = Vec::new();
    let mut same = |what: &str, expected: String, found: String| {
        if expected != found {
            wrong.push(format!("{what} {found} instead of {expected}"));
        }
    };
    same("minutes", expected.minutes.to_string(), record.minutes.to_string());
    same("unverified minutes", expected.unverified_minutes.to_string(), record.unverified_minutes.to_string());
    same("status", expected.status.to_owned(), record.status.clone());
    same("late", expected.late.to_string(), record.late.to_string());
    same("left early", expected.left_early.to_string(), record.left_early.to_string());
    same("open", false.to_string(), record.open.to_string());
    same("devices", expected.devices.to_string(), record.devices.to_string());
    same("asked", expected.asked.to_string(), record.check_ins.asked.to_string());
    same("answered", expected.answered.to_string(), record.check_ins.answered.to_string());
    let mut within = |what: &str, bounds: Bounds, found: anyhow::Result<Tenths>| match found {
        Ok(found) if found.saturating_add(slack) >= bounds.least && found <= bounds.most.saturating_add(slack) => {}
        Ok(found) => {
            let tenths = |tenths: Tenths| f64::from(tenths) / 10.0;
            let (least, most) = (tenths(bounds.least), tenths(bounds.most));
            wrong.push(format!("{what} {} s, not within {least} to {most}", tenths(found)));
        }
        Err(error) => wrong.push(format!("{what}: {error:#}")),
    };
    within("seen", expected.seen, record.seen());
    within("unverified", expected.unverified, record.unverified());
    wrong
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28} {:>5} {:>9} {:>7} {:>8} {:>9}  expected",
            "life", "media", "signaling", "exact", "minutes", "answers"
        )?;
        let mut all = (0, 0);
        for (what, tally) in &self.kinds {
            let lives = tally.with_media + tally.signaling;
            all = (all.0 + tally.exact, all.1 + lives);
            let statuses = tally.statuses.iter().map(|(status, count)| format!("{status} {count}"));
            let statuses = statuses.collect::<Vec<_>>().join(", ");
            let (exact, answers) = (format!("{}/{lives}", tally.exact), format!("{}/{}", tally.answered, tally.asked));
            let (media, signaling, minutes) = (tally.with_media, tally.signaling, tally.minutes);
            writeln!(f, "{what:<28} {media:>5} {signaling:>9} {exact:>7} {minutes:>8} {answers:>9}  {statuses}")?;
        }
        for difference in &self.differences {
            writeln!(f, "  {difference}")?;
        }
        let late = self.late.as_millis();
        write!(
            f,
            "{} of {} records in a Session of {} s are exactly as the model says; the play was up to {late} ms late: ",
            all.0, all.1, self.seconds
        )?;
        f.write_str(match self.verdict() {
            Verdict::Exact => "exact",
            Verdict::Differs => "DIFFERENT",
            Verdict::TooSlow => "this machine was too slow to tell",
        })
    }
}
