//! What of the wished pictures goes to a receiver whose line does not carry them all, and when that changes.
//!
//! Sound is taken off the estimate first. Of the rest the screen gets its share before any camera, a main camera becomes
//! readable before the others appear, and the others appear before the main one becomes large. Down goes it in the opposite
//! order, quickly; up again only when the line was clear for a while or a try proved it.

use super::estimate::View;
use super::layer::LAYERS;
use super::setback::{Bar, LASTED_US, Setbacks};
use super::stream::Takes;
use crate::ids::{Layer, LineStep, Rank};

/// In this order pictures get their share; a layer that a track does not have counts as its next smaller one. Each comes with
/// half its pictures first, where that can be.
const ORDER: [(Rank, Layer); 9] = [
    (Rank::Screen, Layer::Low),
    (Rank::Screen, Layer::Mid),
    (Rank::Screen, Layer::High),
    (Rank::Main, Layer::Low),
    (Rank::Main, Layer::Mid),
    (Rank::Other, Layer::Low),
    (Rank::Main, Layer::High),
    (Rank::Other, Layer::Mid),
    (Rank::Other, Layer::High),
];
/// An estimate has to exceed the need by so much before more is sent: the noise of an encoder, and of the estimate.
const UP_MARGIN: f64 = 1.15;
/// A try is made with a little more, so that its success is enough.
pub(crate) const TRY_MARGIN: f64 = 1.2;
/// No try goes further beyond the estimate: what it does to a full line must end before sound is late.
const MOST_TRY: f64 = 2.0;
/// Where there is little more than the sound, a queue empties slowly.
const MOST_NARROW_TRY: f64 = 1.4;
pub(crate) const NARROW_BPS: u64 = 150_000;
/// A false alarm of the estimate heals within this; a real one is felt by then.
const PATIENCE_US: u64 = 800_000;
/// A need above the estimate by more does not wait.
const FAR_ABOVE: f64 = 0.7;
/// After a step down nothing goes up for so long.
const HOLD_US: u64 = 2_500_000;
/// A step is told when it stands for so long.
const TELL_DOWN_US: u64 = 300_000;
const TELL_UP_US: u64 = 1_000_000;

/// One picture that is wished and whose track flows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    /// Key of the slot.
    pub(crate) slot: usize,
    pub(crate) rank: Rank,
    /// What each layer takes that may be sent; at least one is there.
    pub(crate) layers: [Option<Takes>; 3],
    /// The most that the ladder allows; what flows is the largest within it.
    pub(crate) grant: Option<Grant>,
}

/// How much of a picture may be sent. Half the pictures of a layer are more than all of the next smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    pub(crate) layer: Layer,
    /// With the highest temporal layer, where there are several.
    pub(crate) whole: bool,
}

impl Grant {
    pub(crate) const ALL: Self = Self { layer: Layer::High, whole: true };
    const LEAST: Self = Self { layer: Layer::Low, whole: false };
}

#[derive(Debug, Default)]
pub(crate) struct Ladder {
    short_since: Option<u64>,
    fell_at: Option<u64>,
    /// When more was granted than before.
    rose_at: Option<u64>,
    setbacks: Setbacks,
    told: LineStep,
    changing: Option<(LineStep, u64)>,
}

/// What is to be done besides the grants that were changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Something goes down, and what flows must not flow until its smaller layer comes.
    pub(crate) urgent: bool,
    pub(crate) fell: bool,
    pub(crate) rose: bool,
    pub(crate) wanted: Option<Try>,
    pub(crate) step: Option<LineStep>,
}

/// A try that would tell whether more fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Try {
    pub(crate) bps: u64,
    /// It would only repeat what is believed already.
    pub(crate) confirms: bool,
}

/// What the ladder looks at besides the claims.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Means {
    pub(crate) line: View,
    /// Bits per second that the sound takes.
    pub(crate) sound: u64,
    /// `None` where no tries can be made.
    pub(crate) tries: Option<Tries>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Tries {
    pub(crate) failed: bool,
    /// Successful tries in a row, and the lowest rate of them.
    pub(crate) passed: u32,
    pub(crate) bps: u64,
}

impl Claim {
    pub(crate) fn flows(&self, cap: Option<Grant>) -> Option<Grant> {
        let (cap, there) = (cap?, |layer: &Layer| self.layers[*layer as usize].is_some());
        let within = LAYERS.into_iter().rev().find(|layer| *layer <= cap.layer && there(layer));
        let layer = within.or_else(|| LAYERS.into_iter().find(there))?;
        let divides = self.layers[layer as usize].is_some_and(|takes| takes.thin.is_some());
        Some(Grant { layer, whole: cap.whole || layer < cap.layer || !divides })
    }

    fn cost(&self, cap: Option<Grant>) -> u64 {
        let takes = |grant: Grant| {
            let takes = self.layers[grant.layer as usize]?;
            Some(takes.thin.filter(|_| !grant.whole).unwrap_or(takes.whole))
        };
        self.flows(cap).and_then(takes).unwrap_or(0)
    }

    /// It gets all that is wished of it.
    pub(crate) fn is_whole(&self) -> bool {
        self.flows(self.grant) == self.flows(Some(Grant::ALL))
    }
}

impl Ladder {
    pub(crate) fn told(&self) -> LineStep {
        self.told
    }

    /// What is told is about to change.
    pub(crate) fn is_changing(&self) -> bool {
        self.changing.is_some()
    }

    /// What is granted does not get through: patience is over.
    pub(crate) fn hurry(&mut self) {
        self.short_since = Some(0);
    }

    /// Other pictures are wished than before: everything is shared out anew, nothing beyond what it was allowed.
    pub(crate) fn share_anew(&mut self, now: u64, means: &Means, claims: &mut [Claim]) {
        let allowed = flowing(claims);
        let mut shares = [None; MOST];
        share(claims, &mut shares, |step| {
            let fits = means.sound + step.sum <= means.line.bps || (step.is_base && !means.line.limited);
            fits && step.gets <= allowed[step.claim]
        });
        claims.iter_mut().zip(shares).for_each(|(claim, share)| claim.grant = share);
        self.short_since = None;
        self.rose_at = Some(now);
    }

    /// Looks at everything anew; grants are changed in place.
    pub(crate) fn judge(&mut self, now: u64, means: &Means, claims: &mut [Claim]) -> Verdict {
        let mut verdict = self.step_down(now, means, claims);
        if !verdict.fell {
            self.step_up(now, means, claims, &mut verdict);
        }
        verdict.step = self.tell(now, step_of(claims));
        verdict
    }

    fn step_down(&mut self, now: u64, means: &Means, claims: &mut [Claim]) -> Verdict {
        let line = means.line;
        let need = means.need(claims);
        let carries = line.bps >= need || !line.limited || (line.clear && !line.severe);
        if carries || claims.iter().all(|claim| claim.grant.is_none()) {
            self.short_since = None;
            return Verdict::default();
        }
        let since = *self.short_since.get_or_insert(now);
        let urgent = line.severe || need as f64 * FAR_ABOVE > line.bps as f64;
        if !urgent && now < since + PATIENCE_US {
            return Verdict::default();
        }
        let allowed = flowing(claims);
        let mut shares = [None; MOST];
        share(claims, &mut shares, |step| means.sound + step.sum <= line.bps && step.gets <= allowed[step.claim]);
        claims.iter_mut().zip(shares).for_each(|(claim, share)| claim.grant = share);
        if self.rose_at.is_some_and(|at| now < at + LASTED_US) {
            self.setbacks.add(now, need, line.bps);
        }
        (self.short_since, self.fell_at) = (None, Some(now));
        Verdict { urgent, fell: true, ..Verdict::default() }
    }

    fn step_up(&mut self, now: u64, means: &Means, claims: &mut [Claim], verdict: &mut Verdict) {
        if self.rose_at.is_some_and(|at| now >= at + LASTED_US) {
            self.setbacks.overcome(means.need(claims));
        }
        if claims.iter().all(Claim::is_whole) {
            return;
        }
        let line = means.line;
        let held = self.fell_at.is_some_and(|at| now < at + HOLD_US);
        let (mut shares, had) = (flowing(claims), flowing(claims));
        // The first step that may not be taken, and what it would take.
        let mut next = None;
        share(claims, &mut shares, |step| {
            let need = means.sound + step.sum;
            let bar = self.setbacks.bar(now, need);
            let fits = need as f64 * UP_MARGIN <= line.bps as f64;
            if (step.is_base && !line.limited) || (fits && line.clear && !held && bar.is_passed(means.tries)) {
                return true;
            }
            next.get_or_insert((need, fits, bar));
            false
        });
        for (i, claim) in claims.iter_mut().enumerate().filter(|(i, _)| shares[*i] > had[*i]) {
            claim.grant = shares[i];
            verdict.rose = true;
        }
        if verdict.rose {
            self.rose_at = Some(now);
        }
        let all = means.sound + claims.iter().map(|claim| claim.cost(Some(Grant::ALL))).sum::<u64>();
        verdict.wanted = next.filter(|_| line.clear && !held).and_then(|next| wanted(means, next, all));
    }

    /// What the person is told, once it stands.
    fn tell(&mut self, now: u64, step: LineStep) -> Option<LineStep> {
        if step == self.told {
            self.changing = None;
            return None;
        }
        let since = match self.changing {
            Some((to, since)) if to == step => since,
            _ => {
                self.changing = Some((step, now));
                now
            }
        };
        let after = if step > self.told { TELL_DOWN_US } else { TELL_UP_US };
        if now < since + after {
            return None;
        }
        (self.told, self.changing) = (step, None);
        Some(step)
    }
}

/// The try that would show whether a step fits that may not be taken yet.
fn wanted(means: &Means, (need, fits, bar): (u64, bool, Bar), all: u64) -> Option<Try> {
    let tries = means.tries?;
    let goal = match bar {
        Bar::None if fits => return None,
        // After a failure no further than needed.
        Bar::None => (if tries.failed { need } else { all } as f64 * TRY_MARGIN) as u64,
        Bar::Proof { bps, .. } => bps,
        Bar::Wait => return None,
    };
    let most = if means.line.bps < NARROW_BPS { MOST_NARROW_TRY } else { MOST_TRY } * means.line.bps as f64;
    let bps = goal.min(most as u64);
    Some(Try { bps, confirms: bps <= means.line.bps })
}

impl Means {
    pub(crate) fn need(&self, claims: &[Claim]) -> u64 {
        self.sound + claims.iter().map(|claim| claim.cost(claim.grant)).sum::<u64>()
    }
}

/// Claims that are judged: a peer has no more m-lines.
pub(crate) const MOST: usize = 64;

type Shares = [Option<Grant>; MOST];

/// What each claim gets by its grant.
fn flowing(claims: &[Claim]) -> Shares {
    std::array::from_fn(|i| claims.get(i).and_then(|claim| claim.flows(claim.grant)))
}

/// A larger share for one claim.
struct Step {
    claim: usize,
    gets: Option<Grant>,
    /// The smallest layer that the claim can have.
    is_base: bool,
    /// What all claims cost then.
    sum: u64,
}

/// Walks up the order; every step that may be taken is, on top of what `shares` holds already.
fn share(claims: &[Claim], shares: &mut Shares, mut may: impl FnMut(&Step) -> bool) {
    let mut sum: u64 = claims.iter().zip(shares.iter()).map(|(claim, share)| claim.cost(*share)).sum();
    let steps = ORDER.into_iter().flat_map(|(rank, layer)| [false, true].map(|whole| (rank, Grant { layer, whole })));
    for (rank, cap) in steps {
        for (i, claim) in claims.iter().enumerate().filter(|(_, claim)| claim.rank == rank) {
            let (has, gets) = (claim.flows(shares[i]), claim.flows(Some(cap)));
            if gets <= has {
                continue;
            }
            let larger = sum.saturating_sub(claim.cost(has)) + claim.cost(gets);
            let layer = |grant: Option<Grant>| grant.map(|grant| grant.layer);
            let is_base = layer(gets) == layer(claim.flows(Some(Grant::LEAST)));
            if may(&Step { claim: i, gets, is_base, sum: larger }) {
                (sum, shares[i]) = (larger, gets);
            }
        }
    }
}

fn step_of(claims: &[Claim]) -> LineStep {
    let cameras = || claims.iter().filter(|claim| claim.rank != Rank::Screen);
    let screens = || claims.iter().filter(|claim| claim.rank == Rank::Screen);
    let flows = |claim: &Claim| claim.grant.is_some();
    if claims.iter().all(Claim::is_whole) {
        LineStep::Full
    } else if cameras().any(flows) || (cameras().next().is_none() && screens().any(flows)) {
        LineStep::Reduced
    } else if screens().any(flows) {
        LineStep::ScreenOnly
    } else {
        LineStep::SoundOnly
    }
}
