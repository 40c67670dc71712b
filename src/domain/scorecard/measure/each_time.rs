//! What every single Activity must have: so many people, or such a part of a population.

use super::super::assessment::{Asked, Assessment};
use super::super::compare::{Bounds, Count, Judged, subject};
use super::super::{Ground, ScoreState, SubjectScore};
use super::fit::{Fit, Fitted, fitted};
use crate::domain::policy::{Filter, Measure, Part};

/// The rule that is held against each Activity.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct EachTime<'a> {
    /// Percent of this population; people where there is none.
    pub(in super::super) population: Option<&'a str>,
    pub(in super::super) filter: &'a Filter,
}

impl<'a> EachTime<'a> {
    pub(in super::super) fn people(filter: &'a Filter) -> Self {
        Self { population: None, filter }
    }

    pub(in super::super) fn rate(population: &'a str, filter: &'a Filter) -> Self {
        Self { population: Some(population), filter }
    }

    pub(in super::super) fn of(measure: &'a Measure) -> Option<Self> {
        match measure {
            Measure::PeopleEachTime(filter) => Some(Self::people(filter)),
            Measure::RateEachTime { population, filter } => Some(Self::rate(population, filter)),
            _ => None,
        }
    }
}

pub(super) fn each_time(
    assessment: &Assessment<'_>,
    part: &Part,
    rule: &EachTime<'_>,
    asked: &[Asked<'_>],
) -> Vec<SubjectScore> {
    let bounds = Bounds::of(part.is, assessment.policy.about_percent);
    let fitted = fitted(assessment, rule.filter);
    let verdicts: Vec<Option<Verdict>> = fitted.iter().map(|one| verdict(assessment, bounds, rule, one)).collect();
    let judge = |asked: &Asked<'_>| {
        let mut tally = Tally::default();
        for (one, verdict) in fitted.iter().zip(&verdicts) {
            if let (Some(belongs), Some(verdict)) = (one.for_subject(asked, rule.filter.taking), verdict) {
                tally.add(one, &belongs, verdict);
            }
        }
        tally.judged(asked)
    };
    asked.iter().map(judge).collect()
}

/// Whether one Activity had the people, and the numbers that say so.
struct Verdict {
    holds: Fit,
    present: u32,
    of: Option<u32>,
}

/// None where nobody of the population was on the roster: that is not held against the Studio.
fn verdict(assessment: &Assessment<'_>, bounds: Bounds, rule: &EachTime<'_>, one: &Fitted<'_>) -> Option<Verdict> {
    let Some(key) = rule.population else {
        let (present, unknown) = (one.held.present, one.held.unknown);
        let holds = if bounds.have(present) {
            Fit::Yes
        } else if bounds.may_have(present, unknown) {
            Fit::Maybe(format!("{unknown} 人待核"))
        } else {
            Fit::No(format!("只有 {present} 人"))
        };
        return Some(Verdict { holds, present, of: None });
    };
    let of = assessment.policy.populations.get(key)?;
    let turnout = assessment.done.turnout(one.held, of);
    if turnout.of == 0 {
        return None;
    }
    let holds = if bounds.have_percent(turnout.present, turnout.of) {
        Fit::Yes
    } else if bounds.may_have_percent(turnout.present, turnout.unknown, turnout.of) {
        Fit::Maybe(format!("{} 人待核", turnout.unknown))
    } else {
        Fit::No(format!("{} 名{}中只有 {} 人参加", turnout.of, of.title, turnout.present))
    };
    Some(Verdict { holds, present: turnout.present, of: Some(turnout.of) })
}

#[derive(Default)]
struct Tally {
    judged: u32,
    failed: u32,
    count: Count,
}

impl Tally {
    fn add(&mut self, one: &Fitted<'_>, belongs: &Fit, verdict: &Verdict) {
        match (belongs, &verdict.holds) {
            (Fit::No(_), _) | (Fit::Maybe(_), Fit::Yes) => return,
            // What is not sure to be asked for does no harm, until it is.
            (Fit::Maybe(_), Fit::Maybe(_) | Fit::No(_)) => self.count.waiting += 1,
            (Fit::Yes, holds) => {
                self.judged += 1;
                match holds {
                    Fit::Yes => self.count.measured += 1,
                    Fit::Maybe(_) => self.count.waiting += 1,
                    Fit::No(_) => self.failed += 1,
                }
            }
        }
        let mut ground = one.ground(&verdict.holds);
        if let Ground::Activity { present, of, .. } = &mut ground {
            (*present, *of) = (Some(verdict.present), verdict.of);
        }
        self.count.grounds.push(ground);
    }

    fn judged(self, asked: &Asked<'_>) -> SubjectScore {
        let state = if self.failed > 0 {
            ScoreState::Impossible
        } else if self.count.waiting > 0 {
            ScoreState::Waiting
        } else if self.judged == 0 {
            ScoreState::NotYet
        } else {
            ScoreState::Met
        };
        subject(asked, Judged { of: self.judged, state, count: self.count })
    }
}
