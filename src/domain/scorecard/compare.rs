//! Whether a number is enough, may be enough, or can't be any more.

use super::assessment::{Asked, Assessment};
use super::{Ground, ScoreState, SubjectScore};
use crate::domain::policy::{Comparison, Measure, Part, PeriodKind};

/// The least and the most that satisfy a Comparison; both do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: u32,
    pub(super) most: u32,
}

impl Bounds {
    pub(super) fn of(is: Comparison, about_percent: u32) -> Self {
        let (least, most) = is.bounds(about_percent);
        Self { least, most }
    }

    pub(super) fn have(self, number: u32) -> bool {
        self.least <= number && number <= self.most
    }

    /// Some number from `number` to `number + more` satisfies.
    pub(super) fn may_have(self, number: u32, more: u32) -> bool {
        number <= self.most && self.least <= number.saturating_add(more)
    }

    /// Compares `part` of `whole` with percents without dividing: 5 of 10 are 50 %, 5 of 11 are not.
    pub(super) fn have_percent(self, part: u32, whole: u32) -> bool {
        let (part, whole) = (u64::from(part) * 100, u64::from(whole));
        u64::from(self.least) * whole <= part && part <= u64::from(self.most) * whole
    }

    pub(super) fn may_have_percent(self, part: u32, more: u32, whole: u32) -> bool {
        (0..=more.min(whole)).any(|some| self.have_percent(part.saturating_add(some), whole))
    }
}

/// The number that stands behind the stroke in 3/5 次.
pub(super) const fn target(is: Comparison) -> u32 {
    match is {
        Comparison::AtLeast(number)
        | Comparison::AtMost(number)
        | Comparison::Exactly(number)
        | Comparison::Between(number, _)
        | Comparison::About(number) => number,
    }
}

/// How many of `whole` make at least `percent`.
pub(super) fn needed(percent: u32, whole: u32) -> u32 {
    u32::try_from((u64::from(percent) * u64::from(whole)).div_ceil(100)).unwrap_or(u32::MAX)
}

/// What was counted for one subject.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) measured: u32,
    /// What would be added by decisions that are still open.
    pub(super) waiting: u32,
    pub(super) grounds: Vec<Ground>,
}

/// A number held against what is asked.
pub(super) fn compared(assessment: &Assessment<'_>, part: &Part, asked: &Asked<'_>, count: Count) -> SubjectScore {
    let bounds = Bounds::of(part.is, assessment.policy.about_percent);
    // A roster can always be mended: who is missing joins, who is too many leaves. Papers may come in until the year is frozen.
    let roster = asked.period == PeriodKind::Now || matches!(part.measure, Measure::Members { .. });
    let mendable = roster || assessment.takes_papers(&part.measure) && count.measured <= bounds.most;
    let state = if bounds.have(count.measured) {
        ScoreState::Met
    } else if bounds.may_have(count.measured, count.waiting) {
        ScoreState::Waiting
    } else if assessment.over(asked.span) && !mendable {
        ScoreState::Impossible
    } else {
        ScoreState::NotYet
    };
    let of = target(part.is);
    subject(asked, Judged { of, state, count })
}

/// A count with the verdict on it.
pub(super) struct Judged {
    pub(super) of: u32,
    pub(super) state: ScoreState,
    pub(super) count: Count,
}

pub(super) fn subject(asked: &Asked<'_>, judged: Judged) -> SubjectScore {
    SubjectScore {
        account: asked.member.map(|member| member.account),
        name: asked.member.map(|member| member.name.clone()),
        span: asked.span,
        measured: judged.count.measured,
        of: judged.of,
        waiting: judged.count.waiting,
        state: judged.state,
        evidence: judged.count.grounds,
    }
}

/// From the best to the worst, as they join: one that can't be met any more is worse than one that is not met yet.
pub(super) const fn badness(state: ScoreState) -> u8 {
    match state {
        ScoreState::Met => 0,
        ScoreState::Waiting => 1,
        ScoreState::NotYet => 2,
        ScoreState::Impossible => 3,
    }
}

/// All must hold; where there is nobody to ask, nothing holds yet.
pub(super) fn each_and_all(states: &[ScoreState]) -> ScoreState {
    states.iter().copied().max_by_key(|state| badness(*state)).unwrap_or(ScoreState::NotYet)
}
