//! The reference model: what a record must say of a life, from the life alone.
//!
//! It shares no code with the server and looks at every tenth of a second. The server sees the world through checkpoints every
//! 15 s whose phase nobody here knows, and its client needs a moment to connect; so the model paints each life twice,
//! with the least and with the most that may be proven of it. Where both come to the same whole minutes and the same
//! verdict, exactly that is expected.

use super::life::{Device, End, Life, Span, Stay, Tenths, seconds};

/// What the record of a life must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) minutes: u32,
    pub(super) unverified_minutes: u32,
    pub(super) status: &'static str,
    pub(super) late: bool,
    pub(super) left_early: bool,
    pub(super) devices: usize,
    pub(super) asked: usize,
    pub(super) answered: usize,
    /// In these bounds, to the tenth of a second.
    pub(super) seen: Bounds,
    pub(super) unverified: Bounds,
}

/// Both belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: Tenths,
    pub(super) most: Tenths,
}

/// How far from the edge of a life proof begins or ends; negative is earlier.
struct Care {
    comes: i64,
    resumes: i64,
    shows: i64,
    hides: i64,
    goes: i64,
    /// Of what came after the last checkpoint nothing is proven when the line breaks.
    breaks: i64,
    /// A page's last word holds for 40 s and is at most 15 s old when the page falls asleep.
    sleeps: i64,
}

/// Connecting takes a moment, but for a Peer that went on; a checkpoint may come right after it, and the last one 15 s before a break.
const LEAST: Care = Care { comes: 40, resumes: 15, shows: 10, hides: -10, goes: -10, breaks: -165, sleeps: 240 };
/// Up to 5 s that are missing of a stretch between checkpoints are not missed.
const MOST: Care = Care { comes: 0, resumes: 0, shows: -55, hides: 55, goes: 5, breaks: 5, sleeps: 460 };
/// What each coming and going may be off by.
const SLIP: Tenths = 5;
/// The Session's own beginning and end, as the server writes them down.
const ROUND: Tenths = 15;

/// The defaults, as they are printed on every report.
const SHARE_PERCENT: u32 = 60;
const ENOUGH: Tenths = seconds(30 * 60);
const LATE: Tenths = seconds(10 * 60);
const EARLY: Tenths = seconds(10 * 60);
const BRIDGED: usize = seconds(90) as usize;

/// `None` where it hangs on a moment.
pub(super) fn expect(life: &Life, length: Tenths, check_ins: &[Tenths]) -> Option<Expected> {
    let (least, most) = (Painted::of(life, length, &LEAST), Painted::of(life, length, &MOST));
    let slip = SLIP * life.devices.iter().map(|device| 2 * device.stays.len() as Tenths).sum::<Tenths>();
    let seen = Bounds { least: least.seen(), most: most.seen() };
    let unverified = Bounds { least: most.unverified().saturating_sub(slip), most: least.unverified() + slip };
    let there = Bounds { least: most.there().saturating_sub(slip), most: least.there().max(most.there()) + slip };
    let required = Bounds {
        least: (length * SHARE_PERCENT / 100).min(ENOUGH),
        most: ((length + ROUND) * SHARE_PERCENT / 100).min(ENOUGH),
    };
    let status = if seen.least >= required.most {
        "present"
    } else if seen.most >= required.least {
        return None;
    } else if there.least >= required.most && unverified.least > 0 {
        "unknown"
    } else if there.most < required.least {
        "absent"
    } else {
        return None;
    };
    let present = status == "present";
    let marked = |least: Tenths, most: Tenths, limit: Tenths| match (least > limit, most > limit) {
        (one, other) if one == other => Some(one && present),
        _ => None,
    };
    let (asked, answered) = answers(life, check_ins);
    Some(Expected {
        minutes: whole(seen)?,
        unverified_minutes: whole(unverified)?,
        status,
        late: marked(most.first(), least.first(), LATE)?,
        left_early: marked(length - most.last(), length + ROUND - least.last(), EARLY)?,
        devices: life.devices.len(),
        asked,
        answered,
        seen: Bounds { least: seen.least, most: seen.most + slip },
        unverified,
    })
}

/// The same whole minutes at both ends.
fn whole(bounds: Bounds) -> Option<u32> {
    let (least, most) = (bounds.least / 600, (bounds.most + SLIP) / 600);
    (least == most).then_some(least)
}

/// Whoever is connected when it opens is asked.
fn answers(life: &Life, check_ins: &[Tenths]) -> (usize, usize) {
    let connected = |at: Tenths| stays(life).any(|stay| (stay.span.from..stay.span.to).contains(&at));
    let asked = check_ins.iter().zip(&life.answers).filter(|(at, _)| connected(**at));
    let asked: Vec<bool> = asked.map(|(_, answers)| *answers).collect();
    (asked.len(), asked.iter().filter(|answers| **answers).count())
}

/// Every tenth of a second of one person, all devices together.
struct Painted {
    seen: Vec<bool>,
    /// Connected, or cut off and back again, or seen.
    there: Vec<bool>,
}

impl Painted {
    fn of(life: &Life, length: Tenths, care: &Care) -> Self {
        let blank = vec![false; length as usize];
        let (mut proven, mut connected, mut hidden) = (blank.clone(), blank.clone(), blank);
        for stay in stays(life) {
            fill(&mut connected, stay.span);
            let proves = if life.media { visible(stay, care, length) } else { Vec::new() };
            proves.into_iter().for_each(|span| fill(&mut proven, span));
            background(stay, care, length).into_iter().for_each(|span| fill(&mut hidden, span));
        }
        let mut seen = proven.clone();
        for hole in holes(&proven) {
            let hole = hole.from as usize..hole.to as usize;
            if hole.len() <= BRIDGED && !hidden[hole.clone()].contains(&true) {
                seen[hole].fill(true);
            }
        }
        let mut there = connected.clone();
        for hole in holes(&connected) {
            if stays(life).any(|stay| stay.ends == End::Drops && stay.span.to == hole.from) {
                fill(&mut there, hole);
            }
        }
        there.iter_mut().zip(&seen).for_each(|(there, seen)| *there |= seen);
        Self { seen, there }
    }

    fn seen(&self) -> Tenths {
        count(&self.seen)
    }

    fn there(&self) -> Tenths {
        count(&self.there)
    }

    fn unverified(&self) -> Tenths {
        self.there() - self.seen()
    }

    fn first(&self) -> Tenths {
        self.seen.iter().position(|&seen| seen).unwrap_or(0) as Tenths
    }

    fn last(&self) -> Tenths {
        self.seen.iter().rposition(|&seen| seen).map_or(self.seen.len(), |last| last + 1) as Tenths
    }
}

fn stays(life: &Life) -> impl Iterator<Item = &Stay> {
    life.devices.iter().flat_map(|Device { stays }| stays)
}

/// When the page can be seen and its media be proven.
fn visible(stay: &Stay, care: &Care, length: Tenths) -> Vec<Span> {
    let moved = |at: Tenths, by: i64| Tenths::try_from(i64::from(at) + by).unwrap_or(0).min(length);
    let Span { from, to } = stay.span;
    let end = match stay.ends {
        End::Drops => moved(to, care.breaks),
        End::Leaves | End::Stays => moved(to, care.goes),
    };
    let end = stay.asleep.map_or(end, |at| end.min(moved(at, care.sleeps)));
    let begin = moved(from, if stay.resumes { care.resumes } else { care.comes });
    let mut spans = Vec::new();
    match stay.hidden {
        None => spans.push(Span { from: begin, to: end }),
        Some(hidden) => {
            // A page that opens in the background shows nothing, and one that stays there nothing more.
            if hidden.from > from {
                spans.push(Span { from: begin, to: moved(hidden.from, care.hides).min(end) });
            }
            if hidden.to < to {
                spans.push(Span { from: moved(hidden.to, care.shows), to: end });
            }
        }
    }
    spans.retain(|span| span.from < span.to);
    spans
}

/// When the page is known to be in the background.
fn background(stay: &Stay, care: &Care, length: Tenths) -> Vec<Span> {
    let asleep = stay.asleep.map(|at| Span {
        from: Tenths::try_from(i64::from(at) + care.sleeps).unwrap_or(0).min(stay.span.to),
        to: stay.span.to.min(length),
    });
    stay.hidden.into_iter().chain(asleep).filter(|span| span.from < span.to).collect()
}

fn fill(tenths: &mut [bool], span: Span) {
    let to = (span.to as usize).min(tenths.len());
    tenths[(span.from as usize).min(to)..to].fill(true);
}

fn count(tenths: &[bool]) -> Tenths {
    tenths.iter().filter(|&&one| one).count() as Tenths
}

/// What lies between painted stretches.
fn holes(tenths: &[bool]) -> Vec<Span> {
    let mut holes = Vec::new();
    let mut gone: Option<usize> = None;
    for at in 1..tenths.len() {
        match (tenths[at - 1], tenths[at]) {
            (true, false) => gone = Some(at),
            (false, true) => {
                holes.extend(gone.take().map(|from| Span { from: from as Tenths, to: at as Tenths }));
            }
            _ => {}
        }
    }
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Tenths = seconds(265);

    fn life(stays: Vec<Stay>) -> Life {
        Life { what: "", media: true, devices: vec![Device { stays }], answers: vec![true, false] }
    }

    fn stay(from: u32, to: u32, ends: End) -> Stay {
        let span = Span { from: seconds(from), to: seconds(to) };
        Stay { span, resumes: false, ends, hidden: None, asleep: None }
    }

    fn resumed(from: u32, to: u32) -> Stay {
        Stay { resumes: true, ..stay(from, to, End::Stays) }
    }

    fn expected(life: &Life) -> Expected {
        expect(life, LENGTH, &[seconds(70), seconds(160)]).expect("is clear")
    }

    #[test]
    fn who_stays_has_seen_all_and_is_asked_each_time() {
        let one = expected(&life(vec![stay(2, 265, End::Stays)]));
        assert_eq!((one.minutes, one.unverified_minutes, one.status), (4, 0, "present"));
        assert_eq!((one.asked, one.answered, one.devices), (2, 1, 1));
    }

    #[test]
    fn a_short_break_is_bridged_and_a_long_one_is_to_be_looked_at() {
        let short = expected(&life(vec![stay(2, 100, End::Drops), stay(130, 265, End::Stays)]));
        assert_eq!((short.minutes, short.unverified_minutes), (4, 0));
        let long = expected(&life(vec![stay(25, 100, End::Drops), resumed(193, 265)]));
        assert_eq!((long.minutes, long.unverified_minutes, long.status), (2, 1, "unknown"));
        let away = expected(&life(vec![stay(2, 60, End::Leaves), stay(180, 265, End::Stays)]));
        assert_eq!((away.minutes, away.unverified_minutes, away.status), (2, 0, "absent"));
    }

    #[test]
    fn signaling_alone_proves_nothing() {
        let one = expected(&Life { media: false, ..life(vec![stay(2, 265, End::Stays)]) });
        assert_eq!((one.minutes, one.unverified_minutes, one.status), (0, 4, "unknown"));
    }

    #[test]
    fn two_devices_count_once_and_a_hidden_one_keeps_a_break_open() {
        let mut two = life(vec![stay(2, 150, End::Leaves)]);
        two.devices.push(Device { stays: vec![stay(50, 265, End::Stays)] });
        let told = expected(&two);
        assert_eq!((told.minutes, told.devices), (4, 2));
        let mut behind = life(vec![stay(2, 100, End::Drops), stay(140, 265, End::Stays)]);
        let hidden = Some(Span { from: seconds(5), to: seconds(265) });
        behind.devices.push(Device { stays: vec![Stay { hidden, ..stay(5, 265, End::Stays) }] });
        let told = expect(&behind, LENGTH, &[]).map(|one| (one.seen.most / 10, one.unverified.least / 10));
        assert!(told.is_none_or(|(seen, unverified)| seen < 200 && unverified >= 30), "{told:?}");
    }

    #[test]
    fn what_hangs_on_a_second_is_not_expected() {
        assert_eq!(expect(&life(vec![stay(2, 122, End::Leaves)]), LENGTH, &[]), None, "just two minutes");
        assert_eq!(expect(&life(vec![stay(2, 162, End::Leaves)]), LENGTH, &[]), None, "just enough");
    }
}
