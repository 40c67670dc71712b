//! Lives: what each person of a scripted Session does, and when.

use super::model::{Expected, expect};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Tenths of a second since the Session went live.
pub(super) type Tenths = u32;

pub(super) const fn seconds(seconds: u32) -> Tenths {
    seconds * 10
}

/// Half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Tenths,
    pub(super) to: Tenths,
}

/// A Session as it is to be played.
pub(super) struct Plan {
    pub(super) length: Tenths,
    /// When the host asks for a check-in.
    pub(super) check_ins: Vec<Tenths>,
    pub(super) lives: Vec<(Life, Expected)>,
}

#[derive(Debug, Clone)]
pub(super) struct Life {
    /// What kind of life it is, in a few words.
    pub(super) what: &'static str,
    /// Real media; otherwise signaling alone, which proves nothing.
    pub(super) media: bool,
    pub(super) devices: Vec<Device>,
    /// Whether it answers each check-in that it is asked in.
    pub(super) answers: Vec<bool>,
}

/// One browser, in order of time.
#[derive(Debug, Clone)]
pub(super) struct Device {
    pub(super) stays: Vec<Stay>,
}

#[derive(Debug, Clone)]
pub(super) struct Stay {
    pub(super) span: Span,
    /// Goes on as the Participant of the stay before.
    pub(super) resumes: bool,
    pub(super) ends: End,
    /// The page is in the background.
    pub(super) hidden: Option<Span>,
    /// From here on the page is frozen: it says nothing any more.
    pub(super) asleep: Option<Tenths>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Leaves,
    /// The line breaks without a word.
    Drops,
    /// It is there when the Session ends.
    Stays,
}

/// Who plays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cast {
    pub(super) with_media: usize,
    pub(super) signaling: usize,
}

/// A life whose outcome hangs on a second would test the clock of this machine; it is drawn again.
const TRIES: usize = 400;
/// Changes on one device lie this far apart: a checkpoint shows at most one of them.
const APART: Tenths = seconds(20);
/// So long before and after the opening of a check-in nobody comes or goes.
const CLEAR: Tenths = seconds(6);
/// After this the server has let go of who dropped: 120 s and a little.
const PLACE_LOST: Tenths = seconds(126);

impl Plan {
    pub(super) fn draw(seed: u64, length: Tenths, cast: Cast) -> anyhow::Result<Self> {
        let mut random = StdRng::seed_from_u64(seed);
        let check_ins = if length >= seconds(120) { vec![length * 3 / 10, length * 7 / 10] } else { vec![length / 3] };
        let mut plan = Self { length, check_ins, lives: Vec::new() };
        for number in 0..cast.with_media + cast.signaling {
            let life = plan.draw_life(&mut random, number, number < cast.with_media);
            plan.lives.push(life.ok_or_else(|| anyhow::anyhow!("a Session of {} s is too short", length / 10))?);
        }
        Ok(plan)
    }

    /// Kinds take turns; one that does not fit into so short a Session leaves its turn to the next.
    fn draw_life(&self, random: &mut StdRng, number: usize, media: bool) -> Option<(Life, Expected)> {
        for turn in 0..KINDS.len() {
            let (what, kind) = KINDS[(number + turn) % KINDS.len()];
            for _ in 0..TRIES {
                let Some(devices) = kind(random, self.length) else { continue };
                let answers = self.check_ins.iter().map(|_| random.random_range(0..3) > 0).collect();
                let life = Life { what, media, devices, answers };
                if self.is_clear(&life)
                    && let Some(expected) = expect(&life, self.length, &self.check_ins)
                {
                    return Some((life, expected));
                }
            }
        }
        None
    }

    fn is_clear(&self, life: &Life) -> bool {
        let stays_apart = life.devices.iter().all(|device| {
            device.stays.iter().all(|stay| stay.edges().windows(2).all(|pair| pair[1] >= pair[0] + APART))
        });
        let mut edges = life.devices.iter().flat_map(|device| &device.stays).flat_map(Stay::edges);
        stays_apart
            && edges.all(|edge| edge <= self.length && self.check_ins.iter().all(|&at| edge.abs_diff(at) > CLEAR))
    }
}

impl Stay {
    fn new(from: Tenths, to: Tenths, ends: End) -> Self {
        Self { span: Span { from, to }, resumes: false, ends, hidden: None, asleep: None }
    }

    /// Everything that happens, in order.
    pub(super) fn edges(&self) -> Vec<Tenths> {
        let hidden = self.hidden.iter().flat_map(|span| [span.from, span.to]);
        let mut edges: Vec<Tenths> = [self.span.from, self.span.to].into_iter().chain(hidden).collect();
        edges.extend(self.asleep);
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    pub(super) fn is_hidden_at(&self, at: Tenths) -> bool {
        self.hidden.is_some_and(|span| (span.from..span.to).contains(&at))
    }
}

type Kind = fn(&mut StdRng, Tenths) -> Option<Vec<Device>>;

const KINDS: [(&str, Kind); 14] = [
    ("stays all along", |r, end| one(vec![Stay::new(start(r), end, End::Stays)])),
    ("comes later", |r, end| one(vec![Stay::new(part(r, end, 15, 70), end, End::Stays)])),
    ("leaves early", |r, end| one(vec![Stay::new(start(r), part(r, end, 30, 90), End::Leaves)])),
    ("drops and resumes soon", |r, end| broken(r, end, End::Drops, (5, 40), true)),
    ("drops for good", |r, end| one(vec![Stay::new(start(r), part(r, end, 30, 80), End::Drops)])),
    ("page hidden for a while", |r, end| {
        let from = part(r, end, 25, 50);
        let to = from + r.random_range(seconds(25)..=(end / 2).max(seconds(26)));
        let hidden = Some(Span { from, to }).filter(|span| span.to < end)?;
        one(vec![Stay { hidden: Some(hidden), ..Stay::new(start(r), end, End::Stays) }])
    }),
    ("two devices at once", |r, end| {
        let first = Stay::new(start(r), part(r, end, 40, 70), End::Leaves);
        let second = Stay::new(part(r, end, 15, 40), end, End::Stays);
        Some(vec![Device { stays: vec![first] }, Device { stays: vec![second] }])
    }),
    ("leaves and comes back soon", |r, end| broken(r, end, End::Leaves, (8, 60), false)),
    ("page falls asleep", |r, end| {
        let asleep = part(r, end, 25, 60);
        one(vec![Stay { asleep: Some(asleep), ..Stay::new(start(r), end, End::Stays) }])
    }),
    ("one device after the other", |r, end| {
        let change = part(r, end, 35, 60);
        let second = Stay::new(change + r.random_range(seconds(8)..seconds(40)), end, End::Stays);
        Some(vec![Device { stays: vec![Stay::new(start(r), change, End::Leaves)] }, Device { stays: vec![second] }])
    }),
    ("drops and resumes late", |r, end| broken(r, end, End::Drops, (92, 96), true)),
    ("leaves and comes back late", |r, end| broken(r, end, End::Leaves, (95, 120), false)),
    ("second device hidden", |r, end| {
        let gone = part(r, end, 35, 60);
        let (first, back) = (Stay::new(start(r), gone, End::Drops), gone + r.random_range(seconds(8)..seconds(40)));
        let again = Stay { resumes: true, ..Stay::new(back, end, End::Stays) };
        let from = r.random_range(seconds(2)..seconds(12));
        let second = Stay { hidden: Some(Span { from, to: end }), ..Stay::new(from, end, End::Stays) };
        Some(vec![Device { stays: vec![first, again] }, Device { stays: vec![second] }])
    }),
    ("drops and loses the place", |r, end| broken(r, end, End::Drops, (PLACE_LOST / 10, PLACE_LOST / 10 + 40), false)),
];

fn one(stays: Vec<Stay>) -> Option<Vec<Device>> {
    let right = stays.iter().all(|stay| stay.span.from < stay.span.to);
    right.then(|| vec![Device { stays }])
}

/// Goes, and comes back so many seconds later.
fn broken(r: &mut StdRng, end: Tenths, ends: End, away: (u32, u32), resumes: bool) -> Option<Vec<Device>> {
    let gone = part(r, end, 25, 60);
    let back = gone + r.random_range(seconds(away.0)..seconds(away.1));
    if back + APART > end {
        return None;
    }
    let again = Stay { resumes, ..Stay::new(back, end, End::Stays) };
    one(vec![Stay::new(r.random_range(seconds(1)..seconds(45)), gone, ends), again])
}

/// People come within a few seconds, not all at one moment.
fn start(r: &mut StdRng) -> Tenths {
    r.random_range(seconds(1)..seconds(8))
}

/// Somewhere between these parts of a hundred.
fn part(r: &mut StdRng, end: Tenths, from: u32, to: u32) -> Tenths {
    r.random_range(end * from / 100..end * to / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAST: Cast = Cast { with_media: 20, signaling: 90 };

    #[test]
    fn a_seed_gives_the_same_lives_again() {
        let told = |seed| {
            let plan = Plan::draw(seed, seconds(265), CAST).unwrap();
            plan.lives.iter().map(|life| format!("{life:?}")).collect::<Vec<_>>()
        };
        assert_eq!(told(1), told(1));
        assert_ne!(told(1), told(2));
    }

    #[test]
    fn every_kind_is_played_with_media_and_without() {
        let plan = Plan::draw(1, seconds(265), CAST).unwrap();
        for (what, _) in KINDS {
            let played = |media| plan.lives.iter().any(|(life, _)| life.what == what && life.media == media);
            assert!(played(true) && played(false), "{what}");
        }
    }

    #[test]
    fn a_minute_is_long_enough_for_a_short_play() {
        for seed in 0..20 {
            let plan = Plan::draw(seed, seconds(57), CAST).unwrap();
            assert_eq!(plan.lives.len(), 110);
        }
    }
}
