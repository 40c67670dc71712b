//! What the next Activity needs to have, by the rules that are held against each one.

use super::super::assessment::{Assessment, count};
use super::super::compare::{Bounds, needed};
use super::super::measure::EachTime;
use crate::domain::policy::{Criterion, Filter, Scope};

/// What an Activity on this day needs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in super::super) struct Need {
    /// Of how many of whom how many must come.
    pub(in super::super) rates: Vec<RateNeed>,
    /// At least so many people; 0 where nothing is said.
    pub(in super::super) people: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct RateNeed {
    pub(in super::super) of: u32,
    pub(in super::super) title: String,
    pub(in super::super) needed: u32,
}

impl Need {
    /// 需要 11 名带头人中 6 人参加、不少于 10 人; none when nothing is needed.
    pub(in super::super) fn words(&self) -> Option<String> {
        // 汉字 stand apart from figures, and not from each other.
        let needs = if self.rates.is_empty() { "需要" } else { "需要 " };
        let rates = self.rates.iter().map(|rate| format!("{} 名{}中 {} 人参加", rate.of, rate.title, rate.needed));
        let people = (0 < self.people).then(|| format!("不少于 {} 人", self.people));
        let all: Vec<String> = rates.chain(people).collect();
        (!all.is_empty()).then(|| format!("{needs}{}", all.join("、")))
    }

    /// Adds what a rule asks, by today's roster.
    pub(in super::super) fn add(&mut self, assessment: &Assessment<'_>, rule: &EachTime<'_>, bounds: Bounds) {
        match rule.population {
            None => self.people = self.people.max(bounds.least),
            Some(key) => self.add_rate(assessment, key, bounds.least),
        }
    }

    fn add_rate(&mut self, assessment: &Assessment<'_>, key: &str, percent: u32) {
        let today = crate::domain::participation::Span { from: assessment.on, to: assessment.on };
        let of = count(assessment.people(key, today).into_iter());
        let Some(population) = assessment.policy.populations.get(key) else { return };
        let rate = RateNeed { of, title: population.title.clone(), needed: needed(percent, of) };
        if 0 < rate.needed && !self.rates.contains(&rate) {
            self.rates.push(rate);
        }
    }
}

/// What the next Activity of the Filter needs: its own people, and every rule for each one of its kinds.
pub(in super::super) fn need(assessment: &Assessment<'_>, filter: &Filter) -> Need {
    let mut need = Need { people: filter.people.unwrap_or(0), ..Need::default() };
    if let Some(rate) = &filter.rate {
        need.add_rate(assessment, &rate.population, rate.percent);
    }
    let for_each = |criterion: &&Criterion| criterion.scope == Scope::Studio && assessment.asks(criterion);
    for criterion in assessment.policy.criteria.iter().filter(for_each) {
        for part in &criterion.parts {
            if let Some(rule) = EachTime::of(&part.measure).filter(|rule| meet(filter, rule.filter)) {
                need.add(assessment, &rule, Bounds::of(part.is, assessment.policy.about_percent));
            }
        }
    }
    need
}

/// Every Activity of the one is one of the other.
fn meet(one: &Filter, other: &Filter) -> bool {
    let within = |kinds: bool, empty: bool| empty || kinds;
    let kinds = !one.kinds.is_empty() && one.kinds.iter().all(|kind| other.kinds.contains(kind));
    let modes = !one.modes.is_empty() && one.modes.iter().all(|mode| other.modes.contains(mode));
    within(kinds, other.kinds.is_empty()) && within(modes, other.modes.is_empty())
}
