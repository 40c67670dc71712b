//! Outcomes: what the year came to for each Studio, ranked within the frozen set, and where the Studio stands otherwise today.

use super::super::policy::Ranking;
use super::super::scorecard::{CycleYear, ScoreState, ranks};
use super::super::{StudioId, Tier};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The id of the grade; none where the Policy has no grades.
    pub grade: Option<String>,
    pub passes: bool,
    /// Hundredths of points.
    pub points: u32,
}

/// What was written down of a Studio when the year was frozen, with the last answer that changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    pub studio: StudioId,
    pub tier: Tier,
    pub outcome: Outcome,
    pub answered: Option<Outcome>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// Among those of its tier.
    pub rank: u32,
    /// Others have the same rank.
    pub tied: bool,
    /// Within the cut-off; none where the Policy has none for this tier.
    pub within: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub studio: StudioId,
    pub outcome: Outcome,
    pub ranked: Ranked,
}

/// What stands for each, in the order in which they are given: an answer stands for what was frozen, and all are ranked together.
/// Who shares the last rank of the cut-off is within it.
#[must_use]
pub fn settle(all: &[Frozen], ranking: Option<&Ranking>) -> Vec<Settled> {
    let standing = |one: &Frozen| one.answered.clone().unwrap_or_else(|| one.outcome.clone());
    let outcomes: Vec<Outcome> = all.iter().map(standing).collect();
    let points: Vec<(Tier, u32)> = all.iter().zip(&outcomes).map(|(one, outcome)| (one.tier, outcome.points)).collect();
    let ranks = ranks(&points);
    let settled = all.iter().zip(outcomes).zip(&ranks).map(|((one, outcome), &rank)| {
        let tied = ranks.iter().zip(all).filter(|&(other, of)| *other == rank && of.tier == one.tier).count() > 1;
        let within = ranking.filter(|rule| rule.tier == one.tier).map(|rule| rank <= rule.cut_off);
        Settled { studio: one.studio, outcome, ranked: Ranked { rank, tied, within } }
    });
    settled.collect()
}

/// How a Criterion stood, in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub criterion: String,
    pub state: ScoreState,
    pub done: u32,
    pub of: u32,
}

/// A Criterion that stands otherwise today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub before: Standing,
    pub now: Standing,
}

/// A year of the cycle with another result today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearChange {
    pub before: CycleYear,
    pub now: CycleYear,
}

/// What a Scorecard came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    pub outcome: Outcome,
    pub criteria: Vec<Standing>,
    /// Of a cycle its years.
    pub years: Vec<CycleYear>,
}

/// Where the Scorecard of today is not what stands in the YearEnd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it would be today, where that is something else.
    pub outcome: Option<Outcome>,
    pub changes: Vec<Change>,
    pub years: Vec<YearChange>,
}

/// None where nothing differs. A grade that an office set is not compared with the numbers of today, only their change.
#[must_use]
pub fn differences(before: &Stood, now: &Stood) -> Option<Difference> {
    let changed = before.criteria.iter().filter_map(|before| {
        let now = now.criteria.iter().find(|one| one.criterion == before.criterion)?;
        (now != before).then(|| Change { before: before.clone(), now: now.clone() })
    });
    let changes: Vec<Change> = changed.collect();
    let years = before.years.iter().filter_map(|before| {
        let now = now.years.iter().find(|one| one.year == before.year)?;
        (now != before).then(|| YearChange { before: before.clone(), now: now.clone() })
    });
    let years: Vec<YearChange> = years.collect();
    let outcome = (before.outcome != now.outcome).then(|| now.outcome.clone());
    (outcome.is_some() || !changes.is_empty() || !years.is_empty()).then_some(Difference { outcome, changes, years })
}

#[cfg(test)]
mod tests {
    use super::super::super::YearEndId;
    use super::super::super::participation::YearResult;
    use super::super::super::scorecard::CycleResult;
    use super::*;

    fn studio(number: u8) -> StudioId {
        StudioId::from_random([number; 10])
    }

    fn outcome(points: u32) -> Outcome {
        Outcome { grade: Some("passed".into()), passes: true, points }
    }

    fn frozen(number: u8, tier: Tier, points: u32) -> Frozen {
        Frozen { studio: studio(number), tier, outcome: outcome(points), answered: None }
    }

    fn rule(cut_off: u32) -> Ranking {
        Ranking { cut_off, tier: Tier::Province, sources: Vec::new() }
    }

    #[test]
    fn who_shares_the_last_rank_of_the_cut_off_is_within_it() {
        let all: Vec<Frozen> = [(1, 90), (2, 80), (3, 80), (4, 70)]
            .into_iter()
            .map(|(number, points)| frozen(number, Tier::Province, points))
            .collect();
        let settled = settle(&all, Some(&rule(2)));
        let told: Vec<_> = settled.iter().map(|one| (one.ranked.rank, one.ranked.tied, one.ranked.within)).collect();
        assert_eq!(
            told,
            [(1, false, Some(true)), (2, true, Some(true)), (2, true, Some(true)), (4, false, Some(false))]
        );
    }

    #[test]
    fn a_cut_off_of_another_tier_says_nothing() {
        let all = [frozen(1, Tier::County, 10), frozen(2, Tier::Province, 10)];
        let settled = settle(&all, Some(&rule(1)));
        assert_eq!(settled[0].ranked, Ranked { rank: 1, tied: false, within: None });
        assert_eq!(settled[1].ranked, Ranked { rank: 1, tied: false, within: Some(true) });
        assert_eq!(settle(&all, None)[1].ranked.within, None);
    }

    #[test]
    fn an_answer_stands_for_what_was_frozen_and_moves_the_others() {
        let mut all = vec![frozen(1, Tier::Province, 90), frozen(2, Tier::Province, 80)];
        all[1].answered = Some(outcome(95));
        let settled = settle(&all, None);
        assert_eq!((settled[0].ranked.rank, settled[1].ranked.rank), (2, 1));
        assert_eq!((settled[0].outcome.points, settled[1].outcome.points), (90, 95));
    }

    #[test]
    fn what_differs_today_is_told_and_nothing_else() {
        let stood = |points, done| {
            let criterion = Standing { criterion: "S1-12".into(), state: ScoreState::NotYet, done, of: 5 };
            Stood { outcome: outcome(points), criteria: vec![criterion], years: Vec::new() }
        };
        assert_eq!(differences(&stood(80, 3), &stood(80, 3)), None);
        let told = differences(&stood(80, 3), &stood(82, 4)).unwrap();
        assert_eq!(told.outcome, Some(outcome(82)));
        assert_eq!((told.changes[0].before.done, told.changes[0].now.done), (3, 4));
        let points_alone = differences(&stood(80, 3), &stood(80, 4)).unwrap();
        assert_eq!((points_alone.outcome, points_alone.changes.len()), (None, 1));
    }

    #[test]
    fn a_year_of_a_cycle_with_another_grade_is_told_though_the_cycle_comes_to_the_same() {
        let year = |year, grade: &str| {
            let outcome = YearResult { grade: Some(grade.into()), passes: true, points: 80 };
            let year_end = YearEndId::from_random([1; 10]);
            CycleYear { year, result: Some(CycleResult { year_end, outcome }) }
        };
        let stood = |grade| {
            let years = vec![year(2025, "passed"), year(2026, grade)];
            Stood { outcome: outcome(80), criteria: Vec::new(), years }
        };
        assert_eq!(differences(&stood("passed"), &stood("passed")), None);
        let told = differences(&stood("passed"), &stood("excellent")).unwrap();
        assert_eq!((told.outcome, told.changes), (None, Vec::new()));
        let changed = YearChange { before: year(2026, "passed"), now: year(2026, "excellent") };
        assert_eq!(told.years, [changed]);
    }
}
